//! Texts of Presentation 2.1 (sections 4.3 to 4.5): strings, strings with a language, and lists of both.

use super::finding::Rule;
use super::report::Place;
use super::run::Run;
use super::spelling::shown;
use super::texts::{self, Html, Markup};
use crate::iiif::presentation::syntax::is_tag;
use serde_json::Value;

const TEXT: Rule = Rule::error("p2-text", "Presentation 2.1, 4.3");
const MAP: Rule = Rule::error("p2-text-map", "Presentation 2.1, 4.3");
const TAG: Rule = Rule::error("p2-language-tag", "Presentation 2.1, 4.3");
const PAIR: Rule = Rule::error("p2-pair", "Presentation 2.1, 3.1");

const HTML: Html = Html {
    broken: Rule::error("p2-html-broken", "Presentation 2.1, 4.4"),
    active: Rule::error("p2-html-active", "Presentation 2.1, 4.4"),
    stripped: Rule::warning("p2-html-stripped", "Presentation 2.1, 4.4"),
    place: Rule::error("p2-html-place", "Presentation 2.1, 4.4"),
};

/// Checks one text or several.
pub(super) fn texts(run: &mut Run<'_>, at: &Place<'_>, value: &Value, markup: Markup) {
    match value {
        Value::String(text) => texts::text(run, at, text, markup, HTML),
        Value::Array(list) => {
            for (index, entry) in list.iter().enumerate() {
                let place = at.index(index);
                if entry.is_array() {
                    run.add(&place, TEXT, "a list within a list of texts", "leave out the inner square brackets");
                } else {
                    texts(run, &place, entry, markup);
                }
            }
        }
        Value::Object(map) if map.contains_key("@value") => {
            if let Some(language) = map.get("@language").filter(|language| !language.as_str().is_some_and(is_tag)) {
                run.add(&at.key("@language"), TAG, format!("{} is no language tag", shown(language)), "write a tag of BCP 47, such as en");
            }
            match &map["@value"] {
                Value::String(text) => texts::text(run, &at.key("@value"), text, markup, HTML),
                other => run.add(&at.key("@value"), TEXT, format!("a text cannot be {}", shown(other)), "write it in quotation marks"),
            }
        }
        Value::Object(map) if map.values().all(Value::is_array) && !map.is_empty() => {
            let what = "texts by language are of version 3";
            run.add(at, MAP, what, "write [{\"@value\": \"…\", \"@language\": \"en\"}]");
        }
        Value::Object(_) => run.add(at, MAP, "this text has no @value", "write {\"@value\": \"…\", \"@language\": \"en\"}"),
        other => run.add(at, TEXT, format!("a text cannot be {}", shown(other)), "write it in quotation marks"),
    }
}

/// Checks `metadata`: a list of label and value.
pub(super) fn metadata(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    let Value::Array(list) = value else {
        return run.add(at, PAIR, format!("metadata must be a list, but is {}", shown(value)), "write [{\"label\": …, \"value\": …}]");
    };
    for (index, entry) in list.iter().enumerate() {
        let place = at.index(index);
        for (name, markup) in [("label", Markup::Refused), ("value", Markup::Allowed)] {
            match entry.get(name) {
                Some(value) => texts(run, &place.key(name), value, markup),
                None => run.add(&place, PAIR, format!("this entry has no {name}"), "write {\"label\": …, \"value\": …}"),
            }
        }
    }
}
