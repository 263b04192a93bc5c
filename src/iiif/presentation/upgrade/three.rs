//! Documents in the shape of 3.0: only forms that 3.0 does not allow are put right, all else stays as it is.

use super::report::Place;
use super::resources::{motivation, number};
use super::targets::canvas_or_part;
use super::{Object, Refusal, Work, texts, types, version};
use serde_json::{Value, json};

const ALONE: [&str; 7] = ["Manifest", "Collection", "Canvas", "Range", "AnnotationPage", "Annotation", "AnnotationCollection"];

/// Puts the forms right and gives what was done.
pub(super) fn document(object: &mut Object) -> Result<Work, Refusal> {
    let mut work = Work::default();
    let at = Place::root();
    if object.get("@context").is_some_and(|context| !version::is_context_3(context)) {
        work.report.note(&at.key("@context"), "the context is that of Presentation 3.0, last if there are several");
        let context = object.get_mut("@context").map(Value::take);
        object.insert("@context".to_owned(), version::context_3(context, Vec::new()));
    }
    mend(object, &at, &mut work);
    match object.get("type").and_then(Value::as_str) {
        Some(name) if ALONE.contains(&name) => Ok(work),
        Some(name) => Err(Refusal::Type(name.to_owned())),
        None => Err(Refusal::NotPresentation("it has no type")),
    }
}

fn mend(object: &mut Object, at: &Place, work: &mut Work) {
    names(object, at, work);
    if object.values().any(Value::is_null) {
        object.retain(|key, value| {
            let kept = !value.is_null() || !KNOWN.contains(&key.as_str());
            if !kept {
                work.report.note(&at.key(key), "a property without a value is left out");
            }
            kept
        });
    }
    let class = object.get("type").and_then(Value::as_str).unwrap_or_default().to_owned();
    for (key, value) in object.iter_mut() {
        property(key, value, &class, &at.key(key), work);
    }
}

/// Properties that are nothing with null as their value.
const KNOWN: [&str; 27] = [
    "label",
    "summary",
    "metadata",
    "requiredStatement",
    "rights",
    "provider",
    "thumbnail",
    "navDate",
    "homepage",
    "seeAlso",
    "rendering",
    "partOf",
    "behavior",
    "viewingDirection",
    "format",
    "height",
    "width",
    "duration",
    "service",
    "services",
    "start",
    "items",
    "structures",
    "annotations",
    "logo",
    "placeholderCanvas",
    "accompanyingCanvas",
];

/// `id` and `type` by these names, one type without prefix.
fn names(object: &mut Object, at: &Place, work: &mut Work) {
    for (old, new) in [("@id", "id"), ("@type", "type")] {
        if object.contains_key(old) {
            work.report.note_with(&at.key(old), "a name of 2.x is now that of 3.0", new);
            rename(object, old, new);
        }
    }
    let Some(told) = object.get("type") else { return };
    let listed = told.is_array();
    let mended = match types::names(told).first() {
        Some(name) if listed || types::plain(name) != *name => types::modern(name).to_owned(),
        _ => return,
    };
    work.report.note_with(&at.key("type"), "a type is one name of 3.0", &mended);
    let text = mended == "TextualBody" && !object.contains_key("value");
    object.insert("type".to_owned(), json!(mended));
    if text && object.contains_key("chars") {
        rename(object, "chars", "value");
    }
}

/// Renames a property in its place; what has the new name already stays.
fn rename(object: &mut Object, old: &str, new: &str) {
    let taken = object.contains_key(new);
    let entries = std::mem::take(object).into_iter().filter(|(key, _)| !taken || key != old);
    *object = entries.map(|(key, value)| if key == old { (new.to_owned(), value) } else { (key, value) }).collect();
}

fn property(key: &str, value: &mut Value, class: &str, at: &Place, work: &mut Work) {
    match key {
        "label" | "summary" => {
            let listed = only(value, at, work);
            texts::mend(value, &at.entry(listed, 0), work);
        }
        "requiredStatement" => {
            let listed = only(value, at, work);
            texts::mend_pair(value, &at.entry(listed, 0), work);
        }
        "metadata" => {
            let many = value.is_array();
            let list = listed(value, at, work);
            list.iter_mut().enumerate().for_each(|(index, entry)| texts::mend_pair(entry, &at.entry(many, index), work));
        }
        "behavior" => drop(listed(value, at, work)),
        "service" | "services" => services(value, at, work),
        "provider" | "thumbnail" | "homepage" | "rendering" | "seeAlso" | "partOf" | "logo" | "items" | "structures" | "annotations" => {
            resources(key, value, class, at, work);
        }
        "height" | "width" | "duration" => dimension(key, value, at, work),
        "rights" | "navDate" | "viewingDirection" => {
            only(value, at, work);
        }
        "start" | "placeholderCanvas" | "accompanyingCanvas" | "supplementary" => single(key, value, at, work),
        "body" | "target" | "source" | "selector" => parts(value, at, work),
        "motivation" => reasons(value, at, work),
        _ => {}
    }
}

/// The value as a list; one value alone is made one, and told.
fn listed<'a>(value: &'a mut Value, at: &Place, work: &mut Work) -> &'a mut Vec<Value> {
    if !value.is_array() {
        work.report.note(at, "one value where a list belongs is now a list");
        *value = Value::Array(vec![value.take()]);
    }
    value.as_array_mut().expect("it was made a list")
}

/// One value in a list, where one alone belongs; tells whether it was.
fn only(value: &mut Value, at: &Place, work: &mut Work) -> bool {
    let texts = matches!(at.last(), Some("label" | "summary"));
    let mut unwrapped = false;
    while let Some([one]) = value.as_array_mut().map(Vec::as_mut_slice).filter(|list| list.iter().all(|one| single_of(one, texts))) {
        *value = one.take();
        unwrapped = true;
    }
    if unwrapped {
        work.report.note(at, "a list of one where one value belongs is now the value");
    }
    unwrapped
}

/// Whether the value, alone in a list, can stand without it; of texts the list is not needed to say that they are several.
fn single_of(value: &Value, texts: bool) -> bool {
    if texts { value.is_object() } else { !value.is_null() }
}

fn dimension(key: &str, value: &mut Value, at: &Place, work: &mut Work) {
    if let Some(number) = number(value, key == "duration") {
        work.report.note_with(at, "a dimension is now a number", &number.to_string());
        *value = number;
    }
}

fn resources(key: &str, value: &mut Value, class: &str, at: &Place, work: &mut Work) {
    let many = value.is_array();
    for (index, entry) in listed(value, at, work).iter_mut().enumerate() {
        let at = at.entry(many, index);
        if let Some(made) = entry.as_str().and_then(|id| reference(key, class, id)) {
            work.report.note(&at, "the address of a resource is now an object with id and type");
            *entry = made;
        }
        let Value::Object(object) = entry else { continue };
        mend(object, &at, work);
        if !matches!(key, "homepage" | "rendering" | "seeAlso") {
            continue;
        }
        if let Some(language) = object.get_mut("language").filter(|language| language.is_string()) {
            listed(language, &at.key("language"), work);
        }
    }
}

/// What an address stands for by where it stands.
fn reference(key: &str, class: &str, id: &str) -> Option<Value> {
    let name = match (key, class) {
        ("items", "Range") => return Some(canvas_or_part(id)),
        ("items", "Canvas") | ("annotations", _) => "AnnotationPage",
        ("items", "AnnotationPage") => "Annotation",
        ("items", "Manifest") => "Canvas",
        ("items", "Collection") => "Manifest",
        ("partOf", "Canvas" | "Range") => "Manifest",
        ("partOf", _) => "Collection",
        ("structures", _) => "Range",
        ("provider", _) => "Agent",
        ("homepage", _) => "Text",
        ("thumbnail" | "logo", _) => "Image",
        ("seeAlso", _) => types::format(id).and_then(types::of_format).unwrap_or("Dataset"),
        ("rendering", _) => types::format(id).and_then(types::of_format).unwrap_or("Text"),
        _ => return None,
    };
    Some(json!({"id": id, "type": name}))
}

/// Services keep `@id` and `@type`; only their lists are made lists.
fn services(value: &mut Value, at: &Place, work: &mut Work) {
    let many = value.is_array();
    for (index, entry) in listed(value, at, work).iter_mut().enumerate() {
        let at = at.entry(many, index);
        match entry {
            Value::String(id) => {
                work.report.note(&at, "the address of a service is now a service of the type Service");
                *entry = json!({"id": id, "type": "Service"});
            }
            Value::Object(object) => {
                if let Some(inner) = object.get_mut("service") {
                    services(inner, &at.key("service"), work);
                }
            }
            _ => {}
        }
    }
}

fn single(key: &str, value: &mut Value, at: &Place, work: &mut Work) {
    let listed = only(value, at, work);
    let at = &at.entry(listed, 0);
    if let Some(id) = value.as_str().filter(|_| key == "start") {
        work.report.note(at, "the address of a resource is now an object with id and type");
        *value = canvas_or_part(id);
    }
    if let Value::Object(object) = value {
        mend(object, at, work);
    }
}

/// Bodies, targets and selectors: one or a list, addresses or objects, all allowed.
fn parts(value: &mut Value, at: &Place, work: &mut Work) {
    match value {
        Value::Object(object) => mend(object, at, work),
        Value::Array(list) => list.iter_mut().enumerate().for_each(|(index, entry)| parts(entry, &at.index(index), work)),
        _ => {}
    }
}

fn reasons(value: &mut Value, at: &Place, work: &mut Work) {
    let prefixed = types::names(value).iter().any(|name| name.starts_with("sc:") || name.starts_with("oa:"));
    if let Some(made) = prefixed.then(|| motivation(value.clone())).flatten() {
        work.report.note(at, "a motivation has its name of 3.0");
        *value = made;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_forms_are_put_right_and_told() {
        let cases = [
            (json!({"label": "a"}), json!({"label": {"none": ["a"]}}), "/label"),
            (json!({"label": {"en": "a"}}), json!({"label": {"en": ["a"]}}), "/label"),
            (json!({"label": {"@none": ["a"]}}), json!({"label": {"none": ["a"]}}), "/label"),
            (json!({"summary": [{"@value": "a", "@language": "en"}]}), json!({"summary": {"en": ["a"]}}), "/summary"),
            (
                json!({"metadata": {"label": {"en": ["a"]}, "value": {"en": ["b"]}}}),
                json!({"metadata": [{"label": {"en": ["a"]}, "value": {"en": ["b"]}}]}),
                "/metadata",
            ),
            (
                json!({"metadata": [{"label": "a", "value": "b"}]}),
                json!({"metadata": [{"label": {"none": ["a"]}, "value": {"none": ["b"]}}]}),
                "/metadata/0",
            ),
            (
                json!({"thumbnail": {"id": "http://x/t", "type": "Image"}}),
                json!({"thumbnail": [{"id": "http://x/t", "type": "Image"}]}),
                "/thumbnail",
            ),
            (json!({"homepage": ["http://x/h"]}), json!({"homepage": [{"id": "http://x/h", "type": "Text"}]}), "/homepage/0"),
            (
                json!({"items": [{"@id": "http://x/c", "@type": "sc:Canvas", "height": "5"}]}),
                json!({"items": [{"id": "http://x/c", "type": "Canvas", "height": 5}]}),
                "/items/0/@id",
            ),
            (json!({"behavior": "paged"}), json!({"behavior": ["paged"]}), "/behavior"),
            (json!({"rights": ["http://x/r"]}), json!({"rights": "http://x/r"}), "/rights"),
            (json!({"start": "http://x/c"}), json!({"start": {"id": "http://x/c", "type": "Canvas"}}), "/start"),
            (json!({"navDate": null}), json!({}), "/navDate"),
            (
                json!({"service": {"@id": "http://x/s", "@type": "ImageService2"}}),
                json!({"service": [{"@id": "http://x/s", "@type": "ImageService2"}]}),
                "/service",
            ),
            (json!({"@context": version::CONTEXT_3.replace("http:", "https:")}), json!({"@context": version::CONTEXT_3}), "/@context"),
        ];
        for (source, expected, pointer) in cases {
            let with_type = |value: &Value| {
                let mut object = value.as_object().expect("an object").clone();
                object.insert("type".to_owned(), json!("Manifest"));
                object
            };
            let mut made = with_type(&source);
            let told = document(&mut made).expect("a Manifest").report.finish();
            assert_eq!(made, with_type(&expected), "{source}");
            assert_eq!(told.first().map(|change| change.pointer.as_str()), Some(pointer), "{source}");
            assert!(document(&mut made).expect("a Manifest").report.is_empty(), "{source}");
        }
    }

    #[test]
    fn what_is_right_or_unknown_is_not_touched() {
        let mut right = json!({
            "@context": ["http://x/context.json", version::CONTEXT_3], "type": "Manifest", "own:label": "a", "viewingHint": null,
            "navPlace": {"type": "FeatureCollection", "features": [{"properties": {"label": "x"}}]},
            "label": {"en": ["a"], "none": []}, "service": [{"id": "http://x/s", "type": "Own", "label": "a"}],
            "items": [{"type": "Canvas", "items": [{"type": "AnnotationPage", "items": [{"type": "Annotation", "motivation": ["commenting"],
                "target": ["http://x/c"], "body": [{"type": "TextualBody", "language": "en", "value": "a"}]}]}]}]
        });
        let before = right.clone();
        let told = document(right.as_object_mut().expect("an object")).expect("a Manifest").report.finish();
        assert_eq!(told, []);
        assert_eq!(right, before);
    }
}
