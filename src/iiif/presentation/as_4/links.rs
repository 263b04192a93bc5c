//! Content resources, links and providers.

use super::values::{content_class, language_map, listed};
use super::{Object, Up, id_of, type_of};
use serde_json::{Value, json};

impl Up {
    /// A content resource: image, sound, text and so on.
    pub(super) fn content(&self, source: &Object, otherwise: &str) -> Object {
        let mut object = self.resource(source);
        let format = source.get("format").and_then(Value::as_str);
        object.insert("type".to_owned(), content_class(type_of(source), format, otherwise).into());
        object
    }

    pub(super) fn images(&self, source: &Object, key: &str) -> Value {
        listed(source, key).iter().filter_map(|image| self.content_of(image, "Image")).collect()
    }

    fn content_of(&self, value: &Value, otherwise: &str) -> Option<Value> {
        match value {
            Value::String(id) => Some(json!({ "id": id, "type": otherwise })),
            Value::Object(content) => Some(self.content(content, otherwise).into()),
            _ => None,
        }
    }

    /// `homepage`, `seeAlso` or `rendering`; a homepage is a Text and has a label, a rendering has one too.
    pub(super) fn links(&self, source: &Object, key: &str) -> Value {
        let otherwise = if key == "seeAlso" { "Dataset" } else { "Text" };
        let mut links: Vec<Value> = listed(source, key).iter().filter_map(|link| self.content_of(link, otherwise)).collect();
        for link in links.iter_mut().filter_map(Value::as_object_mut) {
            if key == "homepage" {
                link.insert("type".to_owned(), "Text".into());
            }
            if key != "seeAlso" {
                let label = language_map(&id_of(link).into());
                link.entry("label").or_insert(label);
            }
        }
        links.into()
    }

    pub(super) fn agent(&self, source: &Object) -> Object {
        let mut object = self.resource(source);
        object.insert("type".to_owned(), "Agent".into());
        object.entry("label").or_insert_with(|| language_map(&id_of(source).into()));
        object
    }
}
