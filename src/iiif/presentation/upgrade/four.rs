//! The release candidate of Presentation 4.0 taken back to 3.0: what 3.0 has other words for is renamed, what it does not know is
//! kept under its own name, and what has no flat Canvas is refused.

use super::report::Place;
use super::{Object, Refusal, Work, list, one_or_many, version};
use serde_json::{Value, json};

/// The document in the shape of 3.0.
pub(super) fn document(mut object: Object, work: &mut Work) -> Result<Object, Refusal> {
    if let Some(scene) = object.iter().find_map(|(_, value)| scene(value)) {
        let id = object.get("id").and_then(Value::as_str).unwrap_or("the document");
        return Err(Refusal::Container(id.to_owned(), scene.to_owned()));
    }
    let at = Place::root();
    work.report.note(&at, "the document of the release candidate of 4.0 is now in the shape of Presentation 3.0");
    let context = object.shift_remove("@context");
    for value in object.values() {
        work.reserve(value);
    }
    let base = object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut made = Object::from_iter([("@context".to_owned(), version::context_3(context, Vec::new()))]);
    made.extend(lower(object, &base, &at, work));
    Ok(made)
}

/// The type of a Container that 3.0 has no words for, wherever it is.
fn scene(value: &Value) -> Option<&str> {
    match value {
        Value::Array(list) => list.iter().find_map(scene),
        Value::Object(object) => {
            let own = object.get("type").and_then(Value::as_str).filter(|name| *name == "Scene");
            own.or_else(|| object.values().find_map(scene))
        }
        _ => None,
    }
}

/// Properties of 4.0 that mean something which 3.0 does not know.
const NEW: [&str; 11] = [
    "backgroundColor",
    "spatialScale",
    "temporalScale",
    "interactionMode",
    "exclude",
    "action",
    "provides",
    "transform",
    "fileSize",
    "position",
    "first",
];

fn lower(source: Object, base: &str, at: &Place, work: &mut Work) -> Object {
    let agent = source.get("type").is_some_and(|name| name == "Agent") && !source.contains_key("id");
    let collection = source.get("type").is_some_and(|name| name == "Collection");
    let mut made = Object::new();
    if agent {
        work.report.note(at, "a provider without an id has a new one");
        made.insert("id".to_owned(), json!(work.mint(base, "provider")));
    }
    for (key, value) in source {
        let place = at.key(&key);
        if NEW.contains(&key.as_str()) && (key != "first" || collection) {
            work.report.note_with(&place, "a property of 4.0 that 3.0 does not know is kept as it is", &key);
        }
        let (name, value) = property(&key, value, base, &place, work);
        made.insert(name.to_owned(), value);
    }
    made
}

fn property<'a>(key: &'a str, value: Value, base: &str, at: &Place, work: &mut Work) -> (&'a str, Value) {
    match (key, value) {
        ("placeholderContainer", value) => ("placeholderCanvas", renamed(value, base, at, work)),
        ("accompanyingContainer", value) => ("accompanyingCanvas", renamed(value, base, at, work)),
        ("type", Value::String(name)) if name == "Timeline" => {
            work.report.note(at, "a Timeline is now a Canvas with a duration");
            (key, json!("Canvas"))
        }
        ("motivation" | "selector", value) => (key, one_or_many(list(value)).unwrap_or_default()),
        ("body", value) => (key, each(value, base, at, work, body)),
        ("target", value) => (key, each(value, base, at, work, target)),
        ("label" | "summary" | "metadata" | "requiredStatement" | "service" | "services" | "navPlace", value) => (key, value),
        (_, value) => (key, below(value, base, at, work)),
    }
}

fn renamed(value: Value, base: &str, at: &Place, work: &mut Work) -> Value {
    work.report.note(at, "a container beside the content is now a Canvas beside it");
    below(value, base, at, work)
}

fn below(value: Value, base: &str, at: &Place, work: &mut Work) -> Value {
    match value {
        Value::Object(object) => Value::Object(lower(object, base, at, work)),
        Value::Array(list) => {
            let lowered = list.into_iter().enumerate().map(|(index, entry)| below(entry, base, &at.index(index), work));
            Value::Array(lowered.collect())
        }
        other => other,
    }
}

/// Bodies and targets: one alone where 3.0 documents have one.
fn each(value: Value, base: &str, at: &Place, work: &mut Work, made: fn(Value) -> Value) -> Value {
    let lowered = below(value, base, at, work);
    one_or_many(list(lowered).into_iter().map(made).collect()).unwrap_or_else(|| json!([]))
}

/// A body has one language as a text.
fn body(mut value: Value) -> Value {
    if let Some(language) = value.get_mut("language") {
        *language = one_or_many(list(language.take())).unwrap_or_default();
    }
    value
}

/// A target of which only id and type are told is its id.
fn target(value: Value) -> Value {
    match value {
        Value::Object(object) if object.len() == 2 && object.contains_key("type") => match object.get("id") {
            Some(id) => id.clone(),
            None => Value::Object(object),
        },
        other => other,
    }
}
