//! What annotations and Ranges point at: canvases, parts of them, selectors (Web Annotation, section 4).

use super::bodies::stylesheets;
use super::links::{self, Link};
use super::report::Place;
use super::resources::{Class, resource};
use super::{Object, Work, id_of, list, one_or_many, types};
use serde_json::{Value, json};

/// A Canvas by its id, or the part of it that a fragment names, as a Range or `start` has it (Presentation 3.0, section 5.4).
pub(super) fn canvas_or_part(id: &str) -> Value {
    match id.split_once('#').filter(|(_, fragment)| fragment.starts_with("xywh=") || fragment.starts_with("t=")) {
        Some((canvas, fragment)) => json!({
            "type": "SpecificResource",
            "source": {"id": canvas, "type": "Canvas"},
            "selector": {"type": "FragmentSelector", "conformsTo": "http://www.w3.org/TR/media-frags/", "value": fragment}
        }),
        None => json!({"id": id, "type": "Canvas"}),
    }
}

/// `on` as `target`: one alone, several as a list.
pub(super) fn targets(on: Value, at: &Place, work: &mut Work) -> Option<Value> {
    let many = on.is_array();
    let mut made = Vec::new();
    for (index, entry) in list(on).into_iter().enumerate() {
        let place = at.entry(many, index);
        made.extend(target(entry, &place, work));
    }
    one_or_many(made)
}

fn target(on: Value, at: &Place, work: &mut Work) -> Option<Value> {
    match on {
        Value::String(id) if !id.is_empty() => Some(json!(id)),
        Value::Object(object) if object.contains_key("full") || object.contains_key("selector") => {
            Some(Value::Object(specific(object, source, at, work)))
        }
        Value::Object(object) => named(object, at, work),
        other => {
            work.report.note_with(at, "a target that is neither id nor resource is left out", &other.to_string());
            None
        }
    }
}

/// A resource as target: its id where nothing else is said of it.
fn named(object: Object, at: &Place, work: &mut Work) -> Option<Value> {
    let bare = object.keys().all(|key| matches!(key.as_str(), "@id" | "@type" | "id" | "type"));
    let id = id_of(object.get("@id").or_else(|| object.get("id"))?)?.to_owned();
    if bare {
        return Some(json!(id));
    }
    let mut made = resource(object, Class::Content, at, work);
    made.entry("type").or_insert_with(|| json!("Canvas"));
    Some(Value::Object(made))
}

/// A part of a resource: `full` is its `source`, `style` its `styleClass`.
pub(super) fn specific(
    mut object: Object,
    source: impl FnOnce(Value, Option<Value>, &Place, &mut Work) -> Option<Value>,
    at: &Place,
    work: &mut Work,
) -> Object {
    let key = if object.contains_key("full") { "full" } else { "source" };
    let full = object.shift_remove(key);
    let within = object.shift_remove("within");
    let selector = object.shift_remove("selector");
    let style = object.shift_remove("style");
    let mut made = resource(object, Class::Content, at, work);
    made.insert("type".to_owned(), json!("SpecificResource"));
    made.extend(full.and_then(|full| source(full, within, &at.key(key), work)).map(|full| ("source".to_owned(), full)));
    made.extend(selector.and_then(|selector| selectors(selector, &at.key("selector"), work)).map(|made| ("selector".to_owned(), made)));
    if let Some(style) = style {
        let (name, style) = if style.is_object() { ("stylesheet", stylesheets(style)) } else { ("styleClass", style) };
        made.insert(name.to_owned(), style);
    }
    made
}

fn source(full: Value, within: Option<Value>, at: &Place, work: &mut Work) -> Option<Value> {
    let Some(within) = within else { return target(full, at, work) };
    let mut made = match full {
        Value::Object(object) => resource(object, Class::Content, at, work),
        full => Object::from_iter([("id".to_owned(), json!(id_of(&full)?))]),
    };
    made.entry("type").or_insert_with(|| json!("Canvas"));
    made.insert("partOf".to_owned(), Value::Array(links::links(within, Link::PartOf(Class::Canvas), at, work)));
    Some(Value::Object(made))
}

/// One selector, or the list of those among which there is a choice: all select the same.
fn selectors(value: Value, at: &Place, work: &mut Work) -> Option<Value> {
    let mut made = Vec::new();
    for entry in list(value) {
        match entry {
            Value::Object(mut object) if is(&object, "Choice") => {
                work.report.form(at, "selectors to choose from are now a list of selectors");
                for key in ["default", "item", "items"] {
                    let inner = object.shift_remove(key).and_then(|inner| selectors(inner, &at.key(key), work));
                    made.extend(inner.map(list).unwrap_or_default());
                }
            }
            Value::Object(object) => made.push(Value::Object(selector(object))),
            Value::String(id) if id != "rdf:nil" => made.push(json!(id)),
            _ => {}
        }
    }
    one_or_many(made)
}

/// Whether the resource is of the type, under any of its names.
pub(super) fn is(object: &Object, name: &str) -> bool {
    let told = object.get("@type").or_else(|| object.get("type"));
    told.map(types::names).unwrap_or_default().iter().any(|told| types::modern(told) == name)
}

fn selector(source: Object) -> Object {
    let told = source.get("@type").or_else(|| source.get("type"));
    let told = told.map(types::names).unwrap_or_default();
    let name = told.iter().map(|name| types::modern(name)).find(|name| *name != "TextualBody").map(str::to_owned);
    let mut made = Object::new();
    made.extend(name.map(|name| ("type".to_owned(), json!(name))));
    for (key, value) in source {
        let value = match value {
            Value::Object(inner) if key == "refinedBy" || key.ends_with("Selector") => Value::Object(selector(inner)),
            value => value,
        };
        let key = match key.as_str() {
            "@type" | "type" => continue,
            "@context" if value.as_str().is_some_and(|context| context.contains("iiif.io/api/annex/openannotation")) => continue,
            "@id" => "id",
            "chars" | "cnt:chars" => "value",
            "dcterms:conformsTo" => "conformsTo",
            key => key,
        };
        made.insert(key.to_owned(), value);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn on_in_all_its_shapes() {
        let svg = json!({"@type": ["oa:SvgSelector", "cnt:ContentAsText"], "chars": "<svg/>"});
        let cases = [
            (json!("http://x/c#xywh=1,2,3,4"), json!("http://x/c#xywh=1,2,3,4")),
            (json!(["http://x/c"]), json!("http://x/c")),
            (json!(["http://x/c", "http://x/d"]), json!(["http://x/c", "http://x/d"])),
            (json!({"@id": "http://x/c", "@type": "sc:Canvas"}), json!("http://x/c")),
            (
                json!({"@id": "http://x/c", "within": {"@id": "http://x/m", "@type": "sc:Manifest"}}),
                json!({"id": "http://x/c", "type": "Canvas", "partOf": [{"id": "http://x/m", "type": "Manifest"}]}),
            ),
            (
                json!({"@type": "oa:SpecificResource", "full": "http://x/c", "selector": {"@type": "oa:FragmentSelector",
                    "value": "xywh=1,2,3,4"}}),
                json!({"type": "SpecificResource", "source": "http://x/c", "selector": {"type": "FragmentSelector",
                    "value": "xywh=1,2,3,4"}}),
            ),
            (
                json!({"@type": "oa:SpecificResource", "full": "http://x/c", "within": {"@id": "http://x/m", "@type": "sc:Manifest"},
                    "selector": {"@type": "oa:Choice", "default": {"@type": "oa:FragmentSelector", "value": "xywh=1,2,3,4"}, "item": svg}}),
                json!({
                    "type": "SpecificResource",
                    "source": {"id": "http://x/c", "type": "Canvas", "partOf": [{"id": "http://x/m", "type": "Manifest"}]},
                    "selector": [{"type": "FragmentSelector", "value": "xywh=1,2,3,4"}, {"type": "SvgSelector", "value": "<svg/>"}]
                }),
            ),
        ];
        for (on, target) in cases {
            assert_eq!(targets(on.clone(), &Place::root(), &mut Work::default()), Some(target), "{on}");
        }
        assert_eq!(targets(json!([null]), &Place::root(), &mut Work::default()), None);
    }
}
