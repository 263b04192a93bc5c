//! Lenient reading of a document whose properties may have any type, and the form of a 2.1 resource.

use crate::iiif::presentation::emit::put;
use serde_json::{Map, Value};

pub(super) type Object = Map<String, Value>;

/// The property as a text.
pub(super) fn text<'v>(object: &'v Object, key: &str) -> Option<&'v str> {
    object.get(key)?.as_str()
}

/// The values of a property that has many; a single value counts as a list of one.
pub(super) fn many<'v>(object: &'v Object, key: &str) -> &'v [Value] {
    match object.get(key) {
        None | Some(Value::Null) => &[],
        Some(Value::Array(list)) => list,
        Some(one) => std::slice::from_ref(one),
    }
}

/// The id, in the form of 3.0 or of older services.
pub(super) fn id_of(object: &Object) -> Option<&str> {
    text(object, "id").or_else(|| text(object, "@id")).filter(|id| !id.is_empty())
}

/// The type, in the form of 3.0 or of older services; that of a SpecificResource shows without it.
pub(super) fn type_of(object: &Object) -> &str {
    let inferred = if object.contains_key("source") { "SpecificResource" } else { "" };
    text(object, "type").or_else(|| text(object, "@type")).unwrap_or(inferred)
}

/// The id of what is named by a string or by an object.
pub(super) fn reference(value: &Value) -> Option<&str> {
    value.as_str().or_else(|| id_of(value.as_object()?))
}

/// The URI without its fragment.
pub(super) fn without_fragment(uri: &str) -> &str {
    uri.split_once('#').map_or(uri, |(before, _)| before)
}

/// A 2.1 resource with its `@id`, if there is one, and its `@type`.
pub(super) fn resource(id: impl Into<String>, type_: &str) -> Object {
    let mut object = Object::new();
    put(&mut object, "@id", id.into());
    put(&mut object, "@type", type_);
    object
}

/// Null for nothing, the value for one, a list for more.
pub(super) fn one_or_list(mut values: Vec<Value>) -> Value {
    match values.len() {
        0 => Value::Null,
        1 => values.remove(0),
        _ => values.into(),
    }
}
