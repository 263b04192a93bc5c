//! What one run over a document knows: its findings, the ids met so far, and the Canvases of the Manifest.

use super::finding::Rule;
use super::report::{Place, Report};
use super::spelling::{quoted, shown};
use serde_json::{Map, Value};
use std::collections::HashMap;

const LIST: Rule = Rule::error("p3-list", "Presentation 3.0, 4.2");
const SINGLE: Rule = Rule::error("p3-single", "Presentation 3.0, 4.2");
const OBJECT: Rule = Rule::error("p3-object", "Presentation 3.0, 4.2");

/// What the document says about one of its Canvases.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Sizes {
    pub(super) width: Option<f64>,
    pub(super) height: Option<f64>,
    pub(super) duration: Option<f64>,
    pub(super) thumbnail: bool,
}

impl Sizes {
    /// The sizes that a Canvas or content resource gives.
    pub(super) fn of(object: &Map<String, Value>) -> Self {
        let number = |name: &str| object.get(name).and_then(Value::as_f64).filter(|number| *number > 0.0);
        Self { width: number("width"), height: number("height"), duration: number("duration"), thumbnail: object.contains_key("thumbnail") }
    }

    /// Whether there is a plane to paint on.
    pub(super) fn has_plane(&self) -> bool {
        self.width.is_some() && self.height.is_some()
    }
}

/// The state of one run.
pub(super) struct Run<'d> {
    pub(super) report: Report,
    /// Every id of a resource that stands in full, with its class.
    pub(super) ids: HashMap<&'d str, &'static str>,
    /// The Canvases of the Manifest; none if the document is not a Manifest.
    pub(super) canvases: Option<HashMap<&'d str, Sizes>>,
    /// The first address that pages on https cannot load, and how many there are.
    pub(super) insecure: Option<(String, usize)>,
    /// The contexts at the top.
    pub(super) contexts: Vec<&'d str>,
}

impl<'d> Run<'d> {
    pub(super) fn new() -> Self {
        Self { report: Report::default(), ids: HashMap::new(), canvases: None, insecure: None, contexts: Vec::new() }
    }

    /// Tells that a rule is broken.
    pub(super) fn add(&mut self, at: &Place<'_>, rule: Rule, what: impl Into<String>, cure: impl Into<String>) {
        self.report.add(at, rule, what, cure);
    }

    /// Whether the Manifest has the Canvas; `None` if the document is not a Manifest.
    pub(super) fn sizes(&self, canvas: &str) -> Option<Sizes> {
        self.canvases.as_ref().and_then(|canvases| canvases.get(canvas)).copied()
    }

    /// Calls `check` for every entry of a property that is always a list; one entry without its list is told and checked all the same.
    pub(super) fn each(&mut self, at: &Place<'_>, value: &'d Value, mut check: impl FnMut(&mut Self, &Place<'_>, &'d Value)) {
        if let Value::Array(list) = value {
            for (index, entry) in list.iter().enumerate() {
                check(self, &at.index(index), entry);
            }
            return;
        }
        self.add(at, LIST, format!("this must be a list, but is {}", shown(value)), "put it into square brackets: [ … ]");
        if value.is_object() {
            check(self, at, value);
        }
    }

    /// Calls `check` for the object of a property that never is a list; a list is told, and its first entry checked.
    pub(super) fn single(&mut self, at: &Place<'_>, value: &'d Value, check: impl FnOnce(&mut Self, &Place<'_>, &'d Map<String, Value>)) {
        if let Value::Array(list) = value {
            let what = format!("this must be one object, but is {}", shown(value));
            self.add(at, SINGLE, what, "leave out the square brackets and give one");
            if let Some(object) = list.first().and_then(Value::as_object) {
                check(self, &at.index(0), object);
            }
        } else if let Some(object) = self.object(at, value) {
            check(self, at, object);
        }
    }

    /// The object; anything else is told.
    pub(super) fn object(&mut self, at: &Place<'_>, value: &'d Value) -> Option<&'d Map<String, Value>> {
        let object = value.as_object();
        if object.is_none() {
            let cure = match value {
                Value::String(uri) => format!("write an object with id and type: {{\"id\": {}, \"type\": \"…\"}}", quoted(uri)),
                _ => "write an object with id and type".to_owned(),
            };
            self.add(at, OBJECT, format!("this must be an object, but is {}", shown(value)), cure);
        }
        object
    }
}

/// The id of a resource, also where it is written as in Presentation 2.1.
pub(super) fn id_of(object: &Map<String, Value>) -> Option<&str> {
    object.get("id").or_else(|| object.get("@id")).and_then(Value::as_str)
}

/// The class of a resource, also where it is written as in Presentation 2.1, without its prefix.
pub(super) fn type_of(object: &Map<String, Value>) -> Option<&str> {
    let name = object.get("type").or_else(|| object.get("@type")).and_then(Value::as_str)?;
    Some(name.split_once(':').map_or(name, |(_, name)| name))
}

/// The id without its fragment.
pub(super) fn bare(id: &str) -> &str {
    id.split_once('#').map_or(id, |(bare, _)| bare)
}
