//! A whole document of Presentation 3.0 as one of the 4.0 release candidate, which is not final.
//!
//! A Canvas that has a `duration` and no size becomes a Timeline, wherever it is named; `placeholderCanvas` and
//! `accompanyingCanvas` become `placeholderContainer` and `accompanyingContainer`. What an Annotation targets, a Range begins with or
//! a page is followed by is an object with an id and a type. `motivation` is a list, `body` one object: an Annotation with several
//! bodies or targets becomes several Annotations, of which the first keeps the id; one that stands alone keeps them as lists, which
//! the schema of the draft refuses. Every SpecificResource has an id. Sound is Audio. A Canvas with no dimension at all is given the
//! height and width of what is painted on it, or else 720 and 1280.
//!
//! The draft lets an Annotation target Containers and SpecificResources only. Another resource, such as the Manifest of a content state,
//! is targeted by a SpecificResource without a selector, which is all of it. Where the draft has no words for the resource there
//! (Manifest, Collection, Range, what is of annotations) the source is its id alone, and its class and label are lost: told as
//! [`TARGET_CLASSES`].
//!
//! Ids stay as they are, licences are in the form that `rights` wants, and properties that 4.0 does not know keep their names and
//! values.

mod annotations;
mod links;
mod services;
#[cfg(test)]
mod tests;
mod values;

use super::{extent, rights};
use serde_json::{Map, Value};
use std::cell::Cell;
use std::collections::HashSet;
use values::{language_map, listed, pair, texts_of};

type Object = Map<String, Value>;

const CONTEXT: &str = "http://iiif.io/api/presentation/4/context.json";
const CONTEXT_3: &str = "http://iiif.io/api/presentation/3/context.json";

/// The kind of loss that there is: what a target is that is no Container.
pub const TARGET_CLASSES: &str = "target-classes";

/// The document in Presentation 4.0, release candidate.
#[must_use]
pub fn to_4(document: &Value) -> Value {
    to_4_with_losses(document).0
}

/// The same, with the kinds of what the draft has no words for.
#[must_use]
pub fn to_4_with_losses(document: &Value) -> (Value, Vec<&'static str>) {
    let Value::Object(source) = document else { return (document.clone(), Vec::new()) };
    let mut up = Up::default();
    up.find_timelines(source);
    let made = match type_of(source) {
        "Annotation" => up.annotation_alone(source),
        _ => up.whole(source),
    };
    let mut object = Object::new();
    object.insert("@context".to_owned(), context(source));
    object.extend(made);
    (object.into(), up.classless.get().then_some(TARGET_CLASSES).into_iter().collect())
}

/// The context of 4.0, after those of extensions.
fn context(source: &Object) -> Value {
    let mut contexts: Vec<Value> = listed(source, "@context").iter().filter(|one| *one != CONTEXT_3).cloned().collect();
    if contexts.is_empty() {
        return CONTEXT.into();
    }
    contexts.push(CONTEXT.into());
    contexts.into()
}

/// The type; that of a SpecificResource shows without it.
fn type_of(object: &Object) -> &str {
    let inferred = if object.contains_key("source") { "SpecificResource" } else { "" };
    object.get("type").and_then(Value::as_str).unwrap_or(inferred)
}

fn id_of(object: &Object) -> &str {
    object.get("id").and_then(Value::as_str).unwrap_or_default()
}

/// Where something is: a Feature Collection, which has an id in 4.0.
fn nav_place(source: &Object, place: &Value) -> Value {
    let Value::Object(place) = place else { return place.clone() };
    let mut object = Object::new();
    object.insert("id".to_owned(), format!("{}#navPlace", id_of(source)).into());
    object.insert("type".to_owned(), "FeatureCollection".into());
    object.extend(place.clone());
    object.into()
}

/// A conversion under way.
#[derive(Default)]
struct Up {
    /// Ids of the Canvases that have a duration only.
    timelines: HashSet<String>,
    /// Whether something was named without its class.
    classless: Cell<bool>,
}

impl Up {
    fn find_timelines(&mut self, source: &Object) {
        let (sized, timed) = (source.contains_key("height") || source.contains_key("width"), source.contains_key("duration"));
        if type_of(source) == "Canvas" && timed && !sized {
            self.timelines.insert(id_of(source).to_owned());
        }
        let canvases = if type_of(source) == "Manifest" { listed(source, "items") } else { &[] };
        let beside = ["placeholderCanvas", "accompanyingCanvas"].into_iter().filter_map(|key| source.get(key));
        for canvas in canvases.iter().chain(beside).filter_map(Value::as_object) {
            self.find_timelines(canvas);
        }
    }

    /// The type of what has this id, as far as the document says.
    fn container(&self, id: &str) -> &'static str {
        let id = id.split_once('#').map_or(id, |(before, _)| before);
        if self.timelines.contains(id) { "Timeline" } else { "Canvas" }
    }

    /// A resource with all that 4.0 requires of one that is embedded or alone.
    fn whole(&self, source: &Object) -> Object {
        let mut object = self.resource(source);
        let required = match type_of(source) {
            "Canvas" | "AnnotationPage" | "Manifest" | "Collection" => Some(("items", Value::Array(Vec::new()))),
            "AnnotationCollection" => Some(("label", language_map(&id_of(source).into()))),
            _ => None,
        };
        if type_of(&object) == "Canvas" {
            let (height, width, _) = extent::size(source);
            object.extend([("height".to_owned(), height.into()), ("width".to_owned(), width.into())]);
        }
        if let Some((key, value)) = required {
            object.entry(key).or_insert(value);
        }
        object
    }

    /// A resource, embedded or named.
    fn resource(&self, source: &Object) -> Object {
        let mut object = Object::new();
        for (key, value) in source.iter().filter(|(key, _)| *key != "@context") {
            let (key, value) = self.property(source, key, value);
            object.insert(key.to_owned(), value);
        }
        object
    }

    fn property<'k>(&self, source: &Object, key: &'k str, value: &Value) -> (&'k str, Value) {
        let made = match key {
            "type" if type_of(source) == "Canvas" => self.container(id_of(source)).into(),
            "label" | "summary" => language_map(value),
            "metadata" => listed(source, key).iter().filter_map(pair).collect(),
            "requiredStatement" => pair(value).unwrap_or_default(),
            "motivation" | "behavior" | "language" => texts_of(value),
            "items" => self.items(source),
            "annotations" => self.each(source, key, |page| self.resource(page)),
            "structures" => self.each(source, key, |range| self.resource(range)),
            "partOf" => self.each(source, key, |parent| self.resource(parent)),
            "start" => self.target(value, id_of(source)),
            "rights" => value.as_str().and_then(rights::suggestion).map_or_else(|| value.clone(), Value::from),
            "navPlace" => nav_place(source, value),
            "format" => value.as_str().map_or_else(|| value.clone(), |format| format.to_lowercase().into()),
            "thumbnail" | "logo" => self.images(source, key),
            "homepage" | "seeAlso" | "rendering" => self.links(source, key),
            "provider" => self.each(source, key, |agent| self.agent(agent)),
            "service" | "services" => listed(source, key).iter().filter_map(services::service).collect(),
            "first" | "last" | "next" | "prev" => self.page(source, value),
            "placeholderCanvas" => return ("placeholderContainer", self.beside(value)),
            "accompanyingCanvas" => return ("accompanyingContainer", self.beside(value)),
            _ => value.clone(),
        };
        (key, made)
    }

    fn each(&self, source: &Object, key: &str, convert: impl Fn(&Object) -> Object) -> Value {
        listed(source, key).iter().map(|one| one.as_object().map_or_else(|| one.clone(), |one| convert(one).into())).collect()
    }

    fn items(&self, source: &Object) -> Value {
        match type_of(source) {
            "Manifest" | "Canvas" => self.each(source, "items", |one| self.whole(one)),
            "Collection" => self.each(source, "items", |one| self.member(one)),
            "AnnotationPage" => {
                let annotations = listed(source, "items").iter().filter_map(Value::as_object);
                annotations.flat_map(|one| self.annotation(one)).map(Value::from).collect()
            }
            "Range" => {
                let numbered = listed(source, "items").iter().zip(1..);
                numbered.map(|(item, number)| self.range_item(item, &format!("{}#part-{number}", id_of(source)))).collect()
            }
            _ => self.each(source, "items", |one| self.resource(one)),
        }
    }

    /// What a Range holds; `id` is for a SpecificResource that has none.
    fn range_item(&self, item: &Value, id: &str) -> Value {
        match item.as_object() {
            Some(part) if type_of(part) == "SpecificResource" => self.part(part, id).into(),
            Some(item) => self.resource(item).into(),
            None => self.target(item, id),
        }
    }

    fn member(&self, source: &Object) -> Object {
        let mut object = self.resource(source);
        object.entry("label").or_insert_with(|| language_map(&id_of(source).into()));
        object
    }

    /// The Canvas that stands for another, or beside it.
    fn beside(&self, canvas: &Value) -> Value {
        canvas.as_object().map_or_else(|| canvas.clone(), |canvas| self.whole(canvas).into())
    }

    fn page(&self, source: &Object, page: &Value) -> Value {
        let type_ = if type_of(source) == "Collection" { "CollectionPage" } else { "AnnotationPage" };
        match page {
            Value::String(id) => serde_json::json!({ "id": id, "type": type_ }),
            Value::Object(page) => self.resource(page).into(),
            other => other.clone(),
        }
    }
}
