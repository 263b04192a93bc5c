//! Annotations, their bodies and targets.

use super::values::{listed, texts_of};
use super::{Object, Up, id_of, type_of};
use serde_json::{Value, json};

/// Classes of resources that are neither Containers nor content.
const RESOURCES: [&str; 6] = ["Manifest", "Collection", "Range", "Annotation", "AnnotationPage", "AnnotationCollection"];

/// Whether it is a Container, or says nothing of what it is.
fn is_container(type_: &str) -> bool {
    matches!(type_, "Canvas" | "Timeline" | "Scene" | "")
}

impl Up {
    /// The Annotation; several, if it has several bodies or targets.
    pub(super) fn annotation(&self, source: &Object) -> Vec<Object> {
        let (bodies, targets) = (self.bodies(source), self.targets(source));
        let pairs = bodies.iter().flat_map(|body| at_least_one(&targets).map(move |target| (body, target)));
        pairs.zip(1..).map(|((body, target), number)| self.one(source, number, body, &target)).collect()
    }

    /// An Annotation that is a document; there is no place for a second.
    pub(super) fn annotation_alone(&self, source: &Object) -> Object {
        self.one(source, 1, &one_or_list(self.bodies(source)), &one_or_list(self.targets(source)))
    }

    fn targets(&self, source: &Object) -> Vec<Value> {
        listed(source, "target").iter().map(|target| self.target(target, id_of(source))).collect()
    }

    fn one(&self, source: &Object, number: usize, body: &Value, target: &Value) -> Object {
        let mut object = Object::new();
        for (key, value) in source.iter().filter(|(key, _)| *key != "@context") {
            let made = match key.as_str() {
                "id" if number > 1 => beside(id_of(source), &format!("annotation-{number}")).into(),
                "body" | "bodyValue" => {
                    object.insert("body".to_owned(), body.clone());
                    continue;
                }
                "target" => target.clone(),
                "stylesheet" | "created" | "creator" => value.clone(),
                _ => self.property(source, key, value).1,
            };
            object.insert(key.clone(), made);
        }
        if body.is_null() {
            object.shift_remove("body");
        }
        object
    }

    fn bodies(&self, source: &Object) -> Vec<Value> {
        let text = source.get("bodyValue").map(|value| json!({ "type": "TextualBody", "value": value }));
        let numbered = listed(source, "body").iter().zip(1..);
        let bodies = numbered.map(|(body, number)| self.body(body, &beside(id_of(source), &format!("body-{number}"))));
        let bodies: Vec<Value> = bodies.chain(text).collect();
        if bodies.is_empty() { vec![Value::Null] } else { bodies }
    }

    /// A body; `id` is for a SpecificResource that has none.
    pub(super) fn body(&self, body: &Value, id: &str) -> Value {
        match body {
            Value::String(uri) => json!({ "id": uri, "type": "Dataset" }),
            Value::Object(source) => match type_of(source) {
                "TextualBody" | "Canvas" => self.resource(source).into(),
                "Choice" | "List" | "Composite" | "Independents" => self.alternatives(source, id),
                "SpecificResource" => self.specific(source, id, |source| self.body(source, &format!("{id}-source"))).into(),
                _ => self.content(source, "Dataset").into(),
            },
            other => other.clone(),
        }
    }

    fn alternatives(&self, source: &Object, id: &str) -> Value {
        let mut object = self.resource(source);
        let numbered = listed(source, "items").iter().zip(1..);
        object.insert("items".to_owned(), numbered.map(|(one, number)| self.body(one, &format!("{id}-{number}"))).collect());
        object.into()
    }

    /// What an Annotation is about, or a Manifest begins with: an object with an id and a type.
    pub(super) fn target(&self, target: &Value, near: &str) -> Value {
        match target {
            Value::String(id) => json!({ "id": id, "type": self.container(id) }),
            Value::Object(source) if type_of(source) == "SpecificResource" => self.part(source, &beside(near, "target")).into(),
            Value::Object(source) if is_container(type_of(source)) => {
                let mut object = self.resource(source);
                object.entry("type").or_insert_with(|| self.container(id_of(source)).into());
                object.into()
            }
            Value::Object(_) => {
                let id = beside(near, "target");
                json!({ "id": id, "type": "SpecificResource", "source": self.whole_of(target, &id) })
            }
            other => other.clone(),
        }
    }

    /// What a SpecificResource on the side of the target is of. The draft has no words there for a Manifest, a Collection, a Range or
    /// anything of annotations: only its id stays.
    fn whole_of(&self, whole: &Value, id: &str) -> Value {
        match whole {
            Value::Object(source) if is_container(type_of(source)) => self.target(whole, id),
            Value::Object(source) if RESOURCES.contains(&type_of(source)) && !id_of(source).is_empty() => {
                self.classless.set(true);
                id_of(source).into()
            }
            Value::Object(_) => self.body(whole, id),
            other => self.target(other, id),
        }
    }

    /// A part of a Container, or of another resource of the Manifest; `id` is for one that has none.
    pub(super) fn part(&self, source: &Object, id: &str) -> Object {
        self.specific(source, id, |whole| self.whole_of(whole, id))
    }

    /// A SpecificResource, which has an id in 4.0.
    fn specific(&self, source: &Object, id: &str, whole: impl Fn(&Value) -> Value) -> Object {
        let mut object = Object::new();
        object.insert("id".to_owned(), id.into());
        object.extend(self.resource(source));
        object.insert("type".to_owned(), "SpecificResource".into());
        if let Some(value) = source.get("source") {
            object.insert("source".to_owned(), whole(value));
        }
        if let Some(purpose) = source.get("purpose") {
            object.insert("purpose".to_owned(), texts_of(purpose));
        }
        object
    }
}

fn one_or_list(mut values: Vec<Value>) -> Value {
    if values.len() > 1 { values.into() } else { values.pop().unwrap_or_default() }
}

/// The targets, or null where there are none.
fn at_least_one(targets: &[Value]) -> impl Iterator<Item = Value> {
    let none = targets.is_empty().then_some(Value::Null);
    targets.iter().cloned().chain(none)
}

/// An id for what belongs to the resource with this one.
fn beside(id: &str, name: &str) -> String {
    let divider = if id.contains('#') { '-' } else { '#' };
    format!("{id}{divider}{name}")
}
