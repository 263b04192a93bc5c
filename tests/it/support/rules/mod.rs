//! The conditions of the IIIF specifications as plain functions over JSON, knowing nothing of the service's own model.
//!
//! Each returns what a document breaks, one line a fault: the rule, the JSON pointer, the reason. A rule's name is that of the
//! specification (P3, P2: Presentation; I: Image) with a key word and a number; OWN marks what this service promises beyond it.

mod contract;
mod image_info;
mod links;
mod presentation_2;
mod presentation_3;
mod structure;
mod texts;
mod values;

#[cfg(test)]
mod self_test;
#[cfg(test)]
mod written;

use serde_json::{Map, Value};

/// Faults of a Presentation 3.0 document: Manifest, Collection, Canvas, Range, Annotation Page or Annotation.
pub fn presentation_3(document: &Value) -> Vec<String> {
    let mut report = Report::default();
    presentation_3::check(document, &mut report);
    report.0
}

/// Faults of a Presentation 2.1 document: Manifest, Collection or Canvas.
pub fn presentation_2(document: &Value) -> Vec<String> {
    let mut report = Report::default();
    presentation_2::check(document, &mut report);
    report.0
}

/// Faults of an image information document of Image API `version` (2 or 3).
pub fn image_info(document: &Value, version: u8) -> Vec<String> {
    let mut report = Report::default();
    image_info::check(document, version, &mut report);
    report.0
}

/// Faults of any published document, of either version, against what the service promises to viewers and to Omeka S.
pub fn contract(document: &Value) -> Vec<String> {
    let mut report = Report::default();
    contract::check(document, &mut report);
    report.0
}

/// What was found so far.
#[derive(Default)]
struct Report(Vec<String>);

impl Report {
    fn fail(&mut self, rule: &str, at: &str, why: impl std::fmt::Display) {
        self.0.push(format!("{rule} at {}: {why}", if at.is_empty() { "/" } else { at }));
    }

    fn unless(&mut self, holds: bool, rule: &str, at: &str, why: impl std::fmt::Display) {
        if !holds {
            self.fail(rule, at, why);
        }
    }
}

/// An object's string under `key`.
fn text<'a>(value: &'a Value, key: &str) -> Option<&'a str> {
    value.get(key).and_then(Value::as_str)
}

/// The entries under `key` with their pointers; nothing if it is not a list.
fn entries<'a>(value: &'a Value, key: &'a str, at: &'a str) -> impl Iterator<Item = (&'a Value, String)> {
    let list = value.get(key).and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    list.iter().enumerate().map(move |(index, entry)| (entry, format!("{at}/{key}/{index}")))
}

/// An integer above 0.
fn positive(value: Option<&Value>) -> Option<u64> {
    value.and_then(Value::as_u64).filter(|&number| number > 0)
}

/// Calls `visit` with every object below and including `value`, and its pointer.
fn each_object(value: &Value, at: &str, visit: &mut dyn FnMut(&Map<String, Value>, &str)) {
    match value {
        Value::Object(object) => {
            visit(object, at);
            for (key, inner) in object {
                each_object(inner, &format!("{at}/{key}"), visit);
            }
        }
        Value::Array(list) => {
            for (index, inner) in list.iter().enumerate() {
                each_object(inner, &format!("{at}/{index}"), visit);
            }
        }
        _ => {}
    }
}
