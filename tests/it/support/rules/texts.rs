//! Language maps and the HTML in them.

use super::Report;
use serde_json::Value;

/// Where HTML may stand.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Html {
    Yes,
    No,
}

/// P3.LANG-1 to 3 and P3.HTML-1 and 2 for one language map.
pub(super) fn language_map(map: &Value, at: &str, html: Html, report: &mut Report) {
    let Some(object) = map.as_object() else { return report.fail("P3.LANG-1", at, "not a language map") };
    for (language, texts) in object {
        let place = format!("{at}/{language}");
        report.unless(is_language(language), "P3.LANG-2", &place, "not a BCP 47 tag and not none");
        let Some(texts) = texts.as_array() else {
            report.fail("P3.LANG-3", &place, "not a list");
            continue;
        };
        for text in texts {
            match text.as_str() {
                Some(text) => html_in(text, &place, html, report),
                None => report.fail("P3.LANG-3", &place, "not a string"),
            }
        }
    }
}

/// A label and value pair.
pub(super) fn pair(pair: &Value, at: &str, rule: &str, report: &mut Report) {
    for (key, html) in [("label", Html::No), ("value", Html::Yes)] {
        match pair.get(key) {
            Some(map) => language_map(map, &format!("{at}/{key}"), html, report),
            None => report.fail(rule, at, format!("no {key}")),
        }
    }
}

fn html_in(text: &str, at: &str, html: Html, report: &mut Report) {
    if !(text.starts_with('<') && text.ends_with('>')) {
        return;
    }
    match html {
        Html::No => report.fail("P3.HTML-1", at, "HTML is not allowed here"),
        Html::Yes => report.unless(is_well_formed(text), "P3.HTML-2", at, "not well-formed"),
    }
}

pub(super) fn is_language(tag: &str) -> bool {
    let subtags = tag.split('-').all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    subtags && tag.starts_with(|c: char| c.is_ascii_alphabetic()) && tag.split('-').next().is_some_and(|first| first.len() < 5)
}

/// Whether tags are balanced, one element holds all, and every & begins a reference.
pub(super) fn is_well_formed(text: &str) -> bool {
    let mut open = Vec::new();
    let mut elements = 0;
    for piece in text.split('<').skip(1) {
        let Some((tag, after)) = piece.split_once('>') else { return false };
        let name = tag.trim_matches('/').split_whitespace().next().unwrap_or_default();
        if name.is_empty() || tag.matches('"').count() % 2 == 1 {
            return false;
        }
        if open.is_empty() {
            elements += 1;
        }
        if tag.starts_with('/') {
            if open.pop() != Some(name) {
                return false;
            }
        } else if !tag.ends_with('/') {
            open.push(name);
        }
        if open.is_empty() && !after.is_empty() {
            return false;
        }
    }
    let references =
        text.split('&').skip(1).all(|after| after.split_once(';').is_some_and(|(name, _)| name.len() < 10 && !name.contains(' ')));
    open.is_empty() && elements == 1 && references
}
