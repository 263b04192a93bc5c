//! The release candidate of Presentation 4.0, lightly: ids, types, sizes of Containers, lists.

use super::finding::Rule;
use super::ids::{self, Kind};
use super::properties;
use super::report::Place;
use super::run::Run;
use super::texts::{self, Markup};
use serde_json::{Map, Value};

const SIZE: Rule = Rule::error("p4-canvas-size", "Presentation 4.0 release candidate");
const DURATION: Rule = Rule::error("p4-timeline-duration", "Presentation 4.0 release candidate");
const MOTIVATION: Rule = Rule::error("p4-motivation", "Presentation 4.0 release candidate");
const POSTER: Rule = Rule::error("p4-placeholder", "Presentation 4.0 release candidate");
const ITEMS: Rule = Rule::error("p4-items", "Presentation 4.0 release candidate");

/// Checks a document of Presentation 4.0.
pub(super) fn document<'d>(run: &mut Run<'d>, object: &'d Map<String, Value>) {
    let at = Place::ROOT;
    let class = ids::class(run, &at, object, &[]);
    ids::id(run, &at, object, class.unwrap_or("document"), Kind::Http);
    if matches!(class, Some("Manifest" | "Collection")) {
        properties::needs_label(run, &at, object, class.unwrap_or_default());
        let paged = object.contains_key("first");
        if !object.contains_key("items") && !paged {
            run.add(&at, ITEMS, "there are no items", "add items");
        }
    }
    walk(run, &at, object);
}

fn walk<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    let has = |name: &str| object.contains_key(name);
    let class = object.get("type").and_then(Value::as_str).unwrap_or_default();
    if class == "Canvas" && has("items") && !(has("height") && has("width")) {
        run.add(at, SIZE, "a Canvas must have height and width", "give it both; if it has a duration only, it is a Timeline");
    }
    if class == "Timeline" && has("items") && !has("duration") {
        run.add(at, DURATION, "a Timeline must have a duration", "give it one");
    }
    if class == "Annotation" && object.get("motivation").is_some_and(|value| !value.is_array()) {
        run.add(&at.key("motivation"), MOTIVATION, "motivation must be a list", "put the word into square brackets");
    }
    for (name, value) in object {
        let place = at.key(name);
        match (name.as_str(), value) {
            ("placeholderCanvas" | "accompanyingCanvas", _) => {
                let right = name.replace("Canvas", "Container");
                run.add(&place, POSTER, format!("{name} is the word of version 3"), format!("write {right}"));
            }
            ("label" | "summary", _) if class != "TextualBody" => {
                texts::map(run, &place, value, if name == "label" { Markup::Refused } else { Markup::Allowed });
            }
            ("service" | "navPlace", _) => {}
            (_, Value::Object(inner)) => walk(run, &place, inner),
            (_, Value::Array(list)) => {
                for (index, entry) in list.iter().enumerate() {
                    if let Value::Object(inner) = entry {
                        walk(run, &place.index(index), inner);
                    }
                }
            }
            _ => {}
        }
    }
}
