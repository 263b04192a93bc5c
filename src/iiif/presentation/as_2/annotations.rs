//! Annotations and Annotation Lists (Presentation 2.1, sections 5.4 to 5.6 and 6).

use super::Down;
use super::content::{NOTHING, selector, stylesheet};
use super::hints::Class;
use super::json::{Object, id_of, many, one_or_list, reference, resource, text, type_of, without_fragment};
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;
use serde_json::{Value, json};

/// Motivations of Open Annotation; the others that 3.0 names are Shared Canvas's.
const OPEN_ANNOTATION: [&str; 13] = [
    "assessing",
    "bookmarking",
    "classifying",
    "commenting",
    "describing",
    "editing",
    "highlighting",
    "identifying",
    "linking",
    "moderating",
    "questioning",
    "replying",
    "tagging",
];

fn motivation(word: &str) -> String {
    match word {
        "painting" | "supplementing" | "contentState" => format!("sc:{word}"),
        _ if OPEN_ANNOTATION.contains(&word) => format!("oa:{word}"),
        _ => word.to_owned(),
    }
}

/// Whether the Annotation paints.
pub(super) fn paints(annotation: &Object) -> bool {
    many(annotation, "motivation").iter().any(|word| word == "painting")
}

impl Down<'_> {
    /// An Annotation of an Annotation List.
    pub(super) fn annotation(&mut self, source: &Object, at: &At) -> Object {
        let mut object = resource(id_of(source).unwrap_or_default(), "oa:Annotation");
        put(&mut object, "label", self.plain(source.get("label"), &at.key("label")));
        let words = many(source, "motivation").iter().filter_map(Value::as_str).map(|word| motivation(word).into());
        put(&mut object, "motivation", one_or_list(words.collect()));
        put(&mut object, "resource", self.bodies(source, at));
        put(&mut object, "on", source.get("target").map_or(Value::Null, |target| self.on(target, &at.key("target"))));
        self.finish_annotation(&mut object, source, at);
        object
    }

    /// An Annotation that paints a Canvas: one for each body, of which the first keeps the id.
    pub(super) fn painting(&mut self, source: &Object, canvas: &str, at: &At) -> Vec<Value> {
        let id = id_of(source).unwrap_or_default();
        let on = self.painted_on(source, canvas, &at.key("target"));
        if many(source, "motivation").len() > 1 {
            self.losses.add(LossKind::OtherProperties, &at.key("motivation"), "what paints has no other motivation");
        }
        let (body_at, label_at) = (at.key("body"), at.key("label"));
        let mut made: Vec<Value> = Vec::new();
        for (index, body) in many(source, "body").iter().enumerate() {
            let at = body_at.index(index);
            let mut body = self.body(body, if source.get("body").is_some_and(Value::is_array) { &at } else { &body_at });
            self.tell_medium(&body, &body_at);
            name_text(&mut body, id, index);
            if body.is_null() {
                continue;
            }
            let mut object = resource(if made.is_empty() { id } else { "" }, "oa:Annotation");
            if made.is_empty() {
                put(&mut object, "label", self.plain(source.get("label"), &label_at));
            }
            put(&mut object, "motivation", "sc:painting");
            put(&mut object, "resource", body);
            put(&mut object, "on", on.as_str());
            made.push(object.into());
        }
        match made.first_mut().and_then(Value::as_object_mut) {
            Some(first) => self.finish_annotation(first, source, at),
            None => self.losses.add(LossKind::Malformed, at, "a painting of nothing is left out"),
        }
        made
    }

    fn finish_annotation(&mut self, object: &mut Object, source: &Object, at: &At) {
        put(object, "stylesheet", source.get("stylesheet").map_or(Value::Null, stylesheet));
        self.describe(object, source, Class::Other, at);
        put(object, "within", self.within(source, at));
        put(object, "service", self.resource_services(source, at));
        let handled = ["motivation", "body", "bodyValue", "target", "stylesheet"];
        self.others(object, source, &handled, at);
    }

    fn tell_medium(&mut self, body: &Value, at: &At) {
        let one = body.get("default").or_else(|| body.get("full")).unwrap_or(body);
        let type_ = one.get("@type").and_then(Value::as_str).unwrap_or_default();
        if !matches!(type_, "" | "dctypes:Image" | "oa:SpecificResource") {
            self.losses.add(LossKind::Media, at, format_args!("2.1 paints images only; {type_} is what some viewers take"));
        }
    }

    fn bodies(&mut self, source: &Object, at: &At) -> Value {
        if let Some(value) = text(source, "bodyValue") {
            return json!({ "@type": "cnt:ContentAsText", "chars": value });
        }
        let body_at = at.key("body");
        match source.get("body") {
            Some(Value::Array(list)) => {
                let made = list.iter().enumerate().map(|(index, body)| self.body(body, &body_at.index(index)));
                one_or_list(made.filter(|body| !body.is_null()).collect())
            }
            Some(body) => self.body(body, &body_at),
            None => Value::Null,
        }
    }

    /// What the Annotation is about: a string, with a fragment for a part, wherever that says it.
    fn on(&mut self, target: &Value, at: &At) -> Value {
        match target {
            Value::String(id) => self.own(id).into(),
            Value::Object(target) if matches!(type_of(target), "SpecificResource" | "oa:SpecificResource") => self.on_part(target, at),
            Value::Object(target) => self.on_whole(target, at),
            Value::Array(list) => one_or_list(
                list.iter()
                    .enumerate()
                    .filter(|(_, one)| !one.is_array())
                    .map(|(index, one)| self.on(one, &at.index(index)))
                    .filter(|one| !one.is_null())
                    .collect(),
            ),
            _ => {
                self.losses.add(LossKind::Malformed, at, "a target that is neither an object nor a URI is left out");
                Value::Null
            }
        }
    }

    fn on_whole(&mut self, target: &Object, at: &At) -> Value {
        if target.keys().any(|key| !matches!(key.as_str(), "id" | "type" | "@id" | "@type")) {
            self.losses.add(LossKind::Parts, at, "of the target only the id stays");
        }
        match id_of(target) {
            Some(id) => self.own(id).into(),
            None => {
                self.losses.add(LossKind::Malformed, at, "a target without an id is left out");
                Value::Null
            }
        }
    }

    fn on_part(&mut self, target: &Object, at: &At) -> Value {
        let source_at = at.key("source");
        let Some(full) = target.get("source").and_then(reference).map(|id| self.own(id)) else {
            self.losses.add(LossKind::Malformed, at, "a SpecificResource without a source is left out");
            return Value::Null;
        };
        let selected = target.get("selector").filter(|selector| !selector.is_null());
        let plain = target.keys().all(|key| matches!(key.as_str(), "id" | "type" | "source" | "selector"));
        let Some(selected) = selected else {
            if !plain {
                self.losses.add(LossKind::Parts, at, "of the target only the source stays");
            }
            return full.into();
        };
        let within = target.get("source").and_then(Value::as_object).map_or(Value::Null, |source| self.within(source, &source_at));
        match fragment(selected).filter(|_| plain && !full.contains('#')) {
            Some(fragment) => {
                if !within.is_null() {
                    self.losses.add(LossKind::Parts, &source_at, "a target that is a string is within nothing");
                }
                format!("{full}#{fragment}").into()
            }
            None => part(&full, within, target, selected),
        }
    }

    /// The Canvas that is painted, or a rectangle or time of it; always a string, as viewers want it.
    fn painted_on(&mut self, source: &Object, canvas: &str, at: &At) -> String {
        let target = source.get("target").map_or(Value::Null, |target| self.on(target, at));
        let string = |value: &Value| value.as_str().or_else(|| value.get("full")?.as_str()).map(str::to_owned);
        let first = target.as_array().map_or(&target, |list| list.first().unwrap_or(&Value::Null));
        if target.is_array() || target.is_object() {
            self.losses.add(LossKind::Parts, at, "of the target only one Canvas or rectangle stays");
        }
        string(first).unwrap_or_else(|| canvas.to_owned())
    }

    /// An Annotation Page in `otherContent`: named, never embedded.
    pub(super) fn list_reference(&mut self, page: &Value, at: &At) -> Value {
        let Some(id) = reference(page) else {
            self.losses.add(LossKind::EmbeddedAnnotations, at, "a page without an id cannot be named and is left out");
            return Value::Null;
        };
        let mut object = resource(id, "sc:AnnotationList");
        if let Some(page) = page.as_object() {
            put(&mut object, "label", self.plain(page.get("label"), &at.key("label")));
            put(&mut object, "within", self.within(page, at));
            if page.keys().any(|key| !matches!(key.as_str(), "id" | "type" | "@id" | "@type" | "label" | "partOf" | "items")) {
                self.losses.add(LossKind::OtherProperties, at, "a page that is named says nothing but its label");
            }
            if page.contains_key("items") {
                self.losses.add(LossKind::EmbeddedAnnotations, &at.key("items"), "annotations are at the id of their page only");
            }
        }
        object.into()
    }

    /// An Annotation Page as a document: an Annotation List.
    pub(super) fn annotation_list(&mut self, source: &Object, at: &At) -> Object {
        let mut object = resource(id_of(source).unwrap_or_default(), "sc:AnnotationList");
        put(&mut object, "label", self.plain(source.get("label"), &at.key("label")));
        self.describe(&mut object, source, Class::Other, at);
        put(&mut object, "within", self.within(source, at));
        for key in ["next", "prev"] {
            put(&mut object, key, source.get(key).and_then(reference));
        }
        put(&mut object, "service", self.resource_services(source, at));
        self.others(&mut object, source, &["items", "next", "prev"], at);
        let at = at.key("items");
        let mut resources: Vec<Value> = Vec::new();
        for (index, annotation) in many(source, "items").iter().enumerate() {
            match annotation {
                Value::Object(annotation) => resources.push(self.annotation(annotation, &at.index(index)).into()),
                _ => self.losses.add(LossKind::Malformed, &at.index(index), "an annotation that is not an object is left out"),
            }
        }
        object.insert("resources".to_owned(), resources.into());
        object
    }

    /// An Annotation Collection as a document: a Layer, paged if it was.
    pub(super) fn layer(&mut self, source: &Object, at: &At) -> Object {
        let mut object = resource(id_of(source).unwrap_or_default(), "sc:Layer");
        put(&mut object, "label", self.label(source, at));
        self.describe(&mut object, source, Class::Layer, at);
        put(&mut object, "within", self.within(source, at));
        put(&mut object, "total", self.scalar(source, "total", at));
        for key in ["first", "last"] {
            put(&mut object, key, source.get(key).and_then(reference));
        }
        put(&mut object, "service", self.resource_services(source, at));
        self.others(&mut object, source, &["items", "total", "first", "last"], at);
        let pages = many(source, "items").iter().filter_map(reference).map(Value::from).collect::<Vec<_>>();
        put(&mut object, "otherContent", pages);
        object
    }
}

/// A text that is painted has an id, as all that `images` name must.
fn name_text(body: &mut Value, annotation: &str, index: usize) {
    if let Some(body) = body.as_object_mut().filter(|body| !body.contains_key("@id") && body.contains_key("chars")) {
        put(body, "@id", format!("{}#body-{}", without_fragment(annotation), index + 1));
    }
}

/// The media fragment, if the selector is one and nothing else.
pub(super) fn fragment(selector: &Value) -> Option<String> {
    let one = match selector {
        Value::Array(list) if list.len() == 1 => list.first()?,
        other => other,
    };
    let one = one.as_object().filter(|one| matches!(type_of(one), "FragmentSelector" | "oa:FragmentSelector"))?;
    let media = text(one, "conformsTo").is_none_or(|schema| schema.contains("media-frags"));
    let value = text(one, "value").filter(|value| media && !value.is_empty() && !one.contains_key("refinedBy"))?;
    Some(value.replace("xywh=pixel:", "xywh="))
}

/// A part that no fragment says. Viewers look for a rectangle under `default` and for a shape under `item`.
fn part(full: &str, within: Value, target: &Object, selected: &Value) -> Value {
    let mut object = resource("", "oa:SpecificResource");
    put(&mut object, "full", full);
    put(&mut object, "within", within);
    put(&mut object, "style", target.get("styleClass").cloned().unwrap_or_default());
    let list = selected.as_array().map_or(std::slice::from_ref(selected), Vec::as_slice);
    let (rectangles, shapes): (Vec<_>, Vec<_>) = list.iter().partition(|one| fragment(one).is_some());
    let made = match (rectangles.first(), shapes.is_empty()) {
        (Some(first), true) => selector(first),
        (first, _) => json!({
            "@type": "oa:Choice",
            "default": first.map_or_else(|| NOTHING.into(), |first| selector(first)),
            "item": one_or_list(shapes.into_iter().map(selector).collect()),
        }),
    };
    put(&mut object, "selector", made);
    for (key, value) in target.iter().filter(|(key, _)| !matches!(key.as_str(), "id" | "type" | "source" | "styleClass" | "selector")) {
        put(&mut object, key, value.clone());
    }
    object.into()
}
