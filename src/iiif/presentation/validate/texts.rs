//! Texts: language maps, pairs of label and value, and the HTML in them (Presentation 3.0, sections 4.1 to 4.4).

use super::finding::Rule;
use super::markup;
use super::report::Place;
use super::run::Run;
use super::spelling::{quoted, shown};
use crate::iiif::presentation::html::looks_like_html;
use crate::iiif::presentation::syntax::is_tag;
use serde_json::{Map, Value};

const MAP: Rule = Rule::error("p3-language-map", "Presentation 3.0, 4.1");
const OLD: Rule = Rule::error("p3-language-map-old", "Presentation 3.0, 4.1");
const KEY: Rule = Rule::error("p3-language-key", "Presentation 3.0, 4.1");
const VALUES: Rule = Rule::error("p3-language-values", "Presentation 3.0, 4.1");
const EMPTY: Rule = Rule::warning("text-empty", "Presentation 3.0, 4.1");
const CONTROL: Rule = Rule::warning("text-control", "XML and HTML");
const SHOWN: Rule = Rule::warning("text-tags-shown", "Presentation 3.0, 4.4");
const PLACE: Rule = Rule::error("p3-html-place", "Presentation 3.0, 4.4");
const PAIR: Rule = Rule::error("p3-pair", "Presentation 3.0, 3.1");

/// The rules of one version about HTML.
#[derive(Clone, Copy)]
pub(super) struct Html {
    pub(super) broken: Rule,
    pub(super) active: Rule,
    pub(super) stripped: Rule,
    pub(super) place: Rule,
}

const HTML: Html = Html {
    broken: Rule::error("p3-html-broken", "Presentation 3.0, 4.4"),
    active: Rule::error("p3-html-active", "Presentation 3.0, 4.4"),
    stripped: Rule::warning("p3-html-stripped", "Presentation 3.0, 4.4"),
    place: PLACE,
};

/// Whether a text may be HTML.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Markup {
    Allowed,
    Refused,
}

/// Checks a language map. Returns whether it has a text.
pub(super) fn map<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, markup: Markup) -> bool {
    let Value::Object(map) = value else {
        let cure = match value {
            Value::String(text) => format!("write {{\"none\": [{}]}}, or the language instead of none", quoted(text)),
            _ => "write {\"en\": [\"…\"]}, with the language of the text, or none".to_owned(),
        };
        run.add(at, MAP, format!("this must be texts by language, but is {}", shown(value)), cure);
        return value.as_str().is_some_and(|text| !text.is_empty());
    };
    if map.contains_key("@value") {
        let language = map.get("@language").and_then(Value::as_str).unwrap_or("none");
        run.add(at, OLD, "@value and @language are of version 2", format!("write {{\"{language}\": [\"…\"]}}"));
        return true;
    }
    let mut found = false;
    for (language, texts) in map {
        let place = at.key(language);
        language_key(run, &place, language);
        found |= language_texts(run, &place, texts, markup);
    }
    if map.is_empty() {
        run.add(at, EMPTY, "there is no text", "give one, or leave the property out");
    }
    found
}

fn language_texts(run: &mut Run<'_>, at: &Place<'_>, texts: &Value, markup: Markup) -> bool {
    let Value::Array(list) = texts else {
        run.add(
            at,
            VALUES,
            format!("the texts of a language must be a list, but this is {}", shown(texts)),
            "put the text into square brackets: [\"…\"]",
        );
        return texts.is_string();
    };
    if list.is_empty() {
        run.add(at, EMPTY, "this language has no text", "give one, or leave the language out");
    }
    let mut found = false;
    for (index, entry) in list.iter().enumerate() {
        let place = at.index(index);
        match entry.as_str() {
            Some(words) => {
                text(run, &place, words, markup, HTML);
                found |= !words.trim().is_empty();
            }
            None => run.add(&place, VALUES, format!("this must be a text, but is {}", shown(entry)), "write it in quotation marks"),
        }
    }
    found
}

/// Checks one text.
pub(super) fn text(run: &mut Run<'_>, at: &Place<'_>, text: &str, markup: Markup, rules: Html) {
    if text.trim().is_empty() {
        run.add(at, EMPTY, "this text is empty", "write one, or leave it out");
    }
    if let Some(sign) = text.chars().find(|c| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        run.add(at, CONTROL, format!("the text holds the control character U+{:04X}", u32::from(sign)), "remove it");
    }
    match (looks_like_html(text), markup) {
        (true, Markup::Allowed) => html(run, at, text, rules),
        (true, Markup::Refused) if markup::has_tags(text) => {
            run.add(at, rules.place, format!("HTML may not stand here: {}", quoted(text)), "write plain text");
        }
        (false, _) if markup::has_tags(text) => {
            let cure = match markup {
                Markup::Allowed => "put the whole text into one element, such as <span>…</span>, without space around it",
                Markup::Refused => "write plain text",
            };
            run.add(at, SHOWN, format!("readers will see the tags of {} as text", quoted(text)), cure);
        }
        _ => {}
    }
}

fn html(run: &mut Run<'_>, at: &Place<'_>, text: &str, rules: Html) {
    let markup::Faults { broken, active, script: _, stripped } = markup::read(text);
    if let Some(why) = broken {
        run.add(
            at,
            rules.broken,
            format!("this HTML is not well-formed as XML: {why}"),
            "mend it; if it is no HTML, put a space at its end",
        );
    }
    if let Some(what) = active {
        run.add(at, rules.active, format!("this HTML can run code in the reader's browser: {what}"), "take it away");
    }
    if let Some(what) = stripped {
        run.add(
            at,
            rules.stripped,
            format!("viewers take away {what}"),
            "use only a (href), b, br, i, img (src, alt), p, small, span, sub, sup",
        );
    }
}

fn language_key(run: &mut Run<'_>, at: &Place<'_>, key: &str) {
    if key == "none" || is_tag(key) {
        return;
    }
    let cure = match key {
        "@none" | "und" | "" => "write none".to_owned(),
        _ if is_tag(&key.replace('_', "-")) => format!("write {}", key.replace('_', "-")),
        _ => "write a language tag of BCP 47, such as en, ja or zh-Hant, or none".to_owned(),
    };
    run.add(at, KEY, format!("{} is no language tag", quoted(key)), cure);
}

/// Checks the entries of `metadata`.
pub(super) fn metadata<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    run.each(at, value, |run, at, entry| match entry.as_object() {
        Some(entry) => pair(run, at, entry),
        None => run.add(at, PAIR, format!("this must be a label and a value, but is {}", shown(entry)), PAIR_CURE),
    });
}

const PAIR_CURE: &str = "write {\"label\": {\"en\": [\"…\"]}, \"value\": {\"en\": [\"…\"]}}";

/// Checks a label and a value.
pub(super) fn pair<'d>(run: &mut Run<'d>, at: &Place<'_>, pair: &'d Map<String, Value>) {
    for (name, markup) in [("label", Markup::Refused), ("value", Markup::Allowed)] {
        match pair.get(name) {
            Some(value) => {
                map(run, &at.key(name), value, markup);
            }
            None => run.add(at, PAIR, format!("this pair has no {name}"), PAIR_CURE),
        }
    }
}
