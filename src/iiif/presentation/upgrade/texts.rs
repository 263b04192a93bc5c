//! Texts of every form to language maps (Presentation 3.0, section 4.1).

use super::report::Place;
use super::{Object, Work};
use crate::iiif::presentation::language::{LanguageMap, NONE};
use serde_json::{Value, json};

/// Whether the value is a language map as 3.0 has it: tags or `none`, each with a list of strings.
pub(super) fn is_map(value: &Value) -> bool {
    let Value::Object(map) = value else { return false };
    let texts = |list: &Value| list.as_array().is_some_and(|list| list.iter().all(Value::is_string));
    map.iter().all(|(tag, list)| !tag.starts_with('@') && !tag.contains('_') && texts(list))
}

/// Whether the value is an entry of `metadata`, or a `requiredStatement`, as 3.0 has it.
fn is_pair(value: &Value) -> bool {
    value.get("label").is_some_and(is_map) && value.get("value").is_some_and(is_map)
}

/// The value as a language map, or nothing if there is no text in it.
pub(super) fn map(value: Value, at: &Place, work: &mut Work) -> Option<Value> {
    if is_map(&value) {
        return value.as_object().is_some_and(|map| !map.is_empty()).then_some(value);
    }
    let mut texts = LanguageMap::default();
    collect(value, NONE, &mut texts, at, work);
    (!texts.is_empty()).then(|| json!(texts))
}

fn collect(value: Value, language: &str, texts: &mut LanguageMap, at: &Place, work: &mut Work) {
    match value {
        Value::Null => {}
        Value::String(text) => texts.extend(language, [text]),
        Value::Bool(_) | Value::Number(_) => {
            work.report.note(at, "a number where a text belongs is now a text");
            texts.extend(language, [value.to_string()]);
        }
        Value::Array(list) => list.into_iter().for_each(|item| collect(item, language, texts, at, work)),
        Value::Object(object) => collect_object(object, language, texts, at, work),
    }
}

fn collect_object(mut object: Object, language: &str, texts: &mut LanguageMap, at: &Place, work: &mut Work) {
    if let Some(value) = object.shift_remove("@value").or_else(|| object.shift_remove("chars")) {
        let own = object.get("@language").or_else(|| object.get("language")).and_then(Value::as_str);
        return collect(value, &own.map_or_else(|| language.to_owned(), tag), texts, at, work);
    }
    for (key, value) in object {
        match key.as_str() {
            "@id" | "id" => collect(value, NONE, texts, at, work),
            "@type" | "type" | "@language" => {}
            key => collect(value, &tag(key), texts, at, work),
        }
    }
}

/// The tag as BCP 47 writes it; `none` for what stands for no language.
fn tag(text: &str) -> String {
    match text.trim() {
        text if text.is_empty() || text.starts_with('@') => NONE.to_owned(),
        text => text.replace('_', "-"),
    }
}

/// An entry of `metadata`; nothing if it has neither label nor value.
pub(super) fn pair(entry: Value, at: &Place, work: &mut Work) -> Option<Value> {
    if is_pair(&entry) {
        return Some(entry);
    }
    let Value::Object(mut entry) = entry else {
        let value = map(entry, at, work)?;
        work.report.note(at, "a text without a label in metadata has an empty label now");
        return Some(json!({"label": {NONE: [""]}, "value": value}));
    };
    let mut side = |name: &str, work: &mut Work| map(entry.shift_remove(name).unwrap_or_default(), &at.key(name), work);
    let (label, value) = (side("label", work), side("value", work));
    if label.is_none() && value.is_none() {
        work.report.note(at, "an entry of metadata without label and value is left out");
        return None;
    }
    if label.is_none() {
        work.report.note(at, "an entry of metadata without a label has an empty label now");
    }
    if value.is_none() {
        work.report.note(at, "an entry of metadata without a value has an empty value now");
    }
    let empty = || json!({NONE: [""]});
    let mut made = Object::new();
    made.insert("label".to_owned(), label.unwrap_or_else(empty));
    made.insert("value".to_owned(), value.unwrap_or_else(empty));
    made.extend(entry);
    Some(Value::Object(made))
}

/// The list of pairs that `metadata` is in 3.0.
pub(super) fn metadata(value: Value, at: &Place, work: &mut Work) -> Vec<Value> {
    match value {
        Value::Array(list) => list.into_iter().enumerate().filter_map(|(index, entry)| pair(entry, &at.index(index), work)).collect(),
        Value::Null => Vec::new(),
        one => pair(one, at, work).into_iter().collect(),
    }
}

/// Makes the value a language map if it is none, and tells it. A valid map is not touched.
pub(super) fn mend(value: &mut Value, at: &Place, work: &mut Work) {
    if !is_map(value) {
        work.report.note(at, "texts are now a language map with lists of texts");
        *value = map(value.take(), at, work).unwrap_or_else(|| json!({}));
    }
}

/// The same for a pair of label and value.
pub(super) fn mend_pair(value: &mut Value, at: &Place, work: &mut Work) {
    if !is_pair(value) {
        work.report.note(at, "label and value are now language maps with lists of texts");
        *value = pair(value.take(), at, work).unwrap_or_else(|| json!({"label": {NONE: [""]}, "value": {NONE: [""]}}));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_every_form() {
        let cases = [
            (json!("a"), json!({"none": ["a"]})),
            (json!(["a", "b"]), json!({"none": ["a", "b"]})),
            (json!({"@value": "a"}), json!({"none": ["a"]})),
            (json!({"@value": "a", "@language": "en"}), json!({"en": ["a"]})),
            (json!({"@value": ["a", "b"], "@language": "en_GB"}), json!({"en-GB": ["a", "b"]})),
            (json!(["a", {"@value": "b", "@language": "fr"}, "c"]), json!({"none": ["a", "c"], "fr": ["b"]})),
            (json!({"en": "a", "@none": ["b"]}), json!({"en": ["a"], "none": ["b"]})),
            (json!({"en": ["a"]}), json!({"en": ["a"]})),
            (json!(1856), json!({"none": ["1856"]})),
            (json!([null, "a"]), json!({"none": ["a"]})),
            (json!("<p>a</p>"), json!({"none": ["<p>a</p>"]})),
        ];
        for (source, expected) in cases {
            assert_eq!(map(source.clone(), &Place::root(), &mut Work::default()), Some(expected), "{source}");
        }
        for none in [json!(null), json!([]), json!({}), json!([null])] {
            assert_eq!(map(none.clone(), &Place::root(), &mut Work::default()), None, "{none}");
        }
    }

    #[test]
    fn odd_metadata() {
        let source = json!([
            {"label": "a", "value": 1}, {"label": "b", "value": null}, {"value": "c"}, {}, "d",
            {"label": {"@value": "e", "@language": "en"}, "value": [{"@value": "f", "@language": "fr"}], "x": 1}
        ]);
        let expected = json!([
            {"label": {"none": ["a"]}, "value": {"none": ["1"]}},
            {"label": {"none": ["b"]}, "value": {"none": [""]}},
            {"label": {"none": [""]}, "value": {"none": ["c"]}},
            {"label": {"none": [""]}, "value": {"none": ["d"]}},
            {"label": {"en": ["e"]}, "value": {"fr": ["f"]}, "x": 1}
        ]);
        let mut work = Work::default();
        assert_eq!(Value::Array(metadata(source, &Place::root(), &mut work)), expected);
        let places: Vec<_> = work.report.finish().into_iter().map(|change| change.pointer).collect();
        assert_eq!(places, ["/0/value", "/1", "/2", "/3", "/4"]);
    }
}
