//! Lists, texts and media types in the one form that 4.0 has for each.

use super::Object;
use serde_json::{Value, json};

/// The values of a property that has many; a single value counts as a list of one.
pub(super) fn listed<'v>(object: &'v Object, key: &str) -> &'v [Value] {
    match object.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
    }
}

/// A list of strings; what is no text is left out.
pub(super) fn texts_of(value: &Value) -> Value {
    let list = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
    let text = |one: &Value| match one {
        Value::String(text) => Some(Value::from(text.as_str())),
        Value::Number(number) => Some(Value::from(number.to_string())),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    };
    list.iter().filter_map(text).collect()
}

/// A map of languages to lists of strings, whatever it was.
pub(super) fn language_map(value: &Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(map.iter().map(|(language, texts)| (language.clone(), texts_of(texts))).collect()),
        other => json!({ "none": texts_of(other) }),
    }
}

/// A label and a value for display; none if it has neither.
pub(super) fn pair(value: &Value) -> Option<Value> {
    let pair = value.as_object()?;
    let text = |key| pair.get(key).map_or_else(|| json!({}), language_map);
    let mut object = pair.clone();
    object.insert("label".to_owned(), text("label"));
    object.insert("value".to_owned(), text("value"));
    Some(object.into())
}

/// The class of a content resource: as it is if 4.0 has it, or else what its media type says.
pub(super) fn content_class<'v>(type_: &'v str, format: Option<&str>, otherwise: &'v str) -> &'v str {
    match type_ {
        "Image" | "Audio" | "Video" | "Model" | "Dataset" | "Text" => type_,
        "Sound" => "Audio",
        _ => match format.and_then(|format| format.split('/').next()) {
            Some("image") => "Image",
            Some("audio") => "Audio",
            Some("video") => "Video",
            Some("model") => "Model",
            Some("text") => "Text",
            _ => otherwise,
        },
    }
}
