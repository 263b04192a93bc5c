//! Content resources and annotation bodies (Presentation 2.1, sections 5.5, 6.1 to 6.7).

use super::Down;
use super::hints::Class;
use super::json::{Object, id_of, many, one_or_list, resource, text, type_of};
use super::losses::{At, LossKind};
use super::services::request_2;
use crate::iiif::presentation::emit::put;
use serde_json::{Value, json};

const ANNEX: &str = "http://iiif.io/api/annex/openannotation/context.json";
/// What 2.1 writes for an alternative that is nothing.
pub(super) const NOTHING: &str = "rdf:nil";

/// The type in the vocabulary that 2.1 uses; a Model is what viewers took for one.
fn content_type(type_: &str) -> &str {
    match type_ {
        "Image" => "dctypes:Image",
        "Video" => "dctypes:MovingImage",
        "Sound" | "Audio" => "dctypes:Sound",
        "Text" => "dctypes:Text",
        "Dataset" => "dctypes:Dataset",
        "Model" => "dctypes:PhysicalObject",
        other => other,
    }
}

impl Down<'_> {
    /// A body of any kind; null, with a loss, if it is none.
    pub(super) fn body(&mut self, body: &Value, at: &At) -> Value {
        match body {
            Value::String(id) => json!({ "@id": id }),
            Value::Object(body) => match type_of(body) {
                "TextualBody" | "cnt:ContentAsText" => self.textual(body, at),
                "Choice" | "oa:Choice" => self.choice(body, at),
                "SpecificResource" | "oa:SpecificResource" => self.specific(body, at),
                _ => self.content(body, at),
            },
            _ => {
                self.losses.add(LossKind::Malformed, at, "a body that is neither an object nor a URI is left out");
                Value::Null
            }
        }
    }

    /// An image, another medium, or any resource with an id and a type.
    pub(super) fn content(&mut self, source: &Object, at: &At) -> Value {
        let services = many(source, "service");
        let id = id_of(source).map(|id| request_2(id, services)).unwrap_or_default();
        let mut object = resource(id, content_type(type_of(source)));
        put(&mut object, "label", self.plain(source.get("label"), &at.key("label")));
        for key in ["format", "height", "width", "language"] {
            put(&mut object, key, self.scalar(source, key, at));
        }
        put(&mut object, "service", self.image_services(services, &at.key("service")));
        self.finish(&mut object, source, &["format", "height", "width", "language"], at);
        object.into()
    }

    fn textual(&mut self, source: &Object, at: &At) -> Value {
        let mut object = resource(id_of(source).unwrap_or_default(), "cnt:ContentAsText");
        put(&mut object, "label", self.plain(source.get("label"), &at.key("label")));
        for key in ["format", "language"] {
            put(&mut object, key, self.scalar(source, key, at));
        }
        match source.get("value").or_else(|| source.get("chars")) {
            Some(Value::String(value)) => drop(object.insert("chars".to_owned(), value.as_str().into())),
            _ => self.losses.add(LossKind::Malformed, &at.key("value"), "a textual body without a text"),
        }
        self.finish(&mut object, source, &["format", "language", "value", "chars"], at);
        object.into()
    }

    /// The first alternative is the default. One alternative is no choice; none is nothing.
    fn choice(&mut self, source: &Object, at: &At) -> Value {
        let items_at = at.key("items");
        let mut alternatives = Vec::new();
        for (index, item) in many(source, "items").iter().enumerate() {
            alternatives.push(self.body(item, &items_at.index(index)));
        }
        let mut alternatives = alternatives.into_iter().filter(|one| !one.is_null());
        let Some(default) = alternatives.next() else {
            self.losses.add(LossKind::Malformed, at, "a choice of nothing is left out");
            return Value::Null;
        };
        let mut items: Vec<Value> = alternatives.collect();
        if items.is_empty() {
            items.push(NOTHING.into());
        }
        let mut object = resource(id_of(source).unwrap_or_default(), "oa:Choice");
        put(&mut object, "label", self.plain(source.get("label"), &at.key("label")));
        // Universal Viewer looks for the service on the choice itself.
        let is_image = default.get("@type").is_some_and(|class| class == "dctypes:Image");
        let service = default.get("service").filter(|_| is_image && !source.contains_key("service"));
        put(&mut object, "service", service.cloned().unwrap_or_default());
        put(&mut object, "default", default);
        put(&mut object, "item", items);
        self.finish(&mut object, source, &["items"], at);
        object.into()
    }

    /// A part or a state of a resource: `full` is the whole.
    fn specific(&mut self, source: &Object, at: &At) -> Value {
        let full = source.get("source").map_or(Value::Null, |full| self.body(full, &at.key("source")));
        if full.is_null() {
            self.losses.add(LossKind::Malformed, at, "a SpecificResource without a source is left out");
            return full;
        }
        let mut object = resource(id_of(source).unwrap_or_default(), "oa:SpecificResource");
        put(&mut object, "label", self.plain(source.get("label"), &at.key("label")));
        put(&mut object, "full", full);
        put(&mut object, "style", source.get("styleClass").cloned().unwrap_or_default());
        put(&mut object, "selector", source.get("selector").map_or(Value::Null, selector));
        self.finish(&mut object, source, &["source", "styleClass", "selector"], at);
        object.into()
    }

    /// A text or a number; of `language`, which 3.0 wants as a list, the one or all.
    pub(super) fn scalar(&mut self, source: &Object, key: &str, at: &At) -> Value {
        let values = many(source, key);
        let plain = values.iter().all(|value| value.is_string() || value.is_number());
        if !plain || (values.len() > 1 && key != "language") {
            self.losses.add(LossKind::Malformed, &at.key(key), format_args!("{key} of another type is left out"));
            return Value::Null;
        }
        one_or_list(values.to_vec())
    }

    /// What all of them may have besides.
    fn finish(&mut self, object: &mut Object, source: &Object, handled: &[&str], at: &At) {
        self.describe(object, source, Class::Other, at);
        put(object, "within", self.within(source, at));
        if !object.contains_key("service") {
            put(object, "service", self.image_services(many(source, "service"), at));
        }
        self.others(object, source, handled, at);
    }
}

/// A selector, or several, with the types of Open Annotation; the Image API's with its own context.
pub(super) fn selector(selector: &Value) -> Value {
    match selector {
        Value::Array(list) => list.iter().map(self::selector).collect(),
        Value::Object(source) => {
            let mut object = Object::new();
            let type_ = match type_of(source) {
                "ImageApiSelector" => {
                    put(&mut object, "@context", ANNEX);
                    "iiif:ImageApiSelector".to_owned()
                }
                known @ ("FragmentSelector" | "SvgSelector" | "TextQuoteSelector" | "TextPositionSelector" | "DataPositionSelector") => {
                    format!("oa:{known}")
                }
                other => other.to_owned(),
            };
            put(&mut object, "@id", id_of(source).unwrap_or_default());
            put(&mut object, "@type", type_);
            for (key, value) in source.iter().filter(|(key, _)| !matches!(key.as_str(), "id" | "type" | "@id" | "@type" | "@context")) {
                let nested = key == "refinedBy" || key.ends_with("Selector");
                put(&mut object, key, if nested { self::selector(value) } else { value.clone() });
            }
            object.into()
        }
        other => other.clone(),
    }
}

/// A style sheet: a URI, or one that is written out.
pub(super) fn stylesheet(source: &Value) -> Value {
    match source.as_object().map(|sheet| (text(sheet, "value"), id_of(sheet))) {
        Some((Some(css), _)) => json!({ "@type": ["oa:CssStyle", "cnt:ContentAsText"], "chars": css }),
        Some((None, Some(id))) => id.into(),
        Some((None, None)) => Value::Null,
        None => source.clone(),
    }
}
