//! The upgrade of any Presentation document to the shape of 3.0, with a report of every change.
//!
//! 1.0, 2.0 and 2.1 are converted; the release candidate of 4.0 is taken back to 3.0 where that is possible; in 3.0 documents
//! only forms that 3.0 does not allow are put right, so that a valid document comes back equal. Values are not judged here:
//! what is wrong in 3.0 terms but can be said in the shape of 3.0 is left for the validation.
//!
//! What 2.x says otherwise than 3.0, and what becomes of it:
//!
//! | 2.x | 3.0 |
//! |---|---|
//! | first sequence | `items`, its properties lifted to the Manifest; its `label` and `@id` have no place and are told |
//! | further sequences | Ranges with the behavior `sequence`; canvases that only they have are appended to `items` |
//! | `structures` | a tree of Ranges; cycles and references to what is not there are cut |
//! | `images`, `otherContent` | annotation pages in `items` and `annotations` |
//! | `description`, `attribution` | `summary`, `requiredStatement` with the label Attribution |
//! | `license` | `rights` if it is a URI of Creative Commons or RightsStatements.org, else `metadata` with the label License |
//! | `logo` | `provider` with that logo; its label is the attribution, or the host of the logo |
//! | `related`, `within`, `viewingHint` | `homepage` (or `rendering`, `seeAlso` by its format), `partOf`, `behavior` |
//! | `mediaSequences` (IxIF) | audio and video are Canvases, documents `rendering` of the Manifest |
//!
//! That texts are language maps and names are those of 3.0 is told by one change for the whole document; other changes of mere form
//! are told at the first place with the number of the others; what was guessed, lost or decided is told place by place.
//! Missing ids of annotations, pages and providers are minted from the id of what they belong to.

mod annotations;
mod bodies;
#[cfg(test)]
mod cases;
mod collections;
mod four;
pub(super) mod links;
mod manifests;
mod media;
mod report;
mod resources;
mod sequences;
mod services;
mod statements;
mod structure;
mod targets;
mod texts;
mod three;
mod tree;
#[cfg(test)]
mod trials;
mod types;
mod version;

pub use report::Change;
pub use version::Version;

pub(super) use version::is_presentation;

use report::{Place, Report};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

type Object = Map<String, Value>;

/// A document in the shape of Presentation 3.0.
#[derive(Debug)]
pub struct Upgraded {
    /// The document.
    pub document: Value,
    /// The version that it was written in.
    pub from: Version,
    /// Everything that is not as it was.
    pub changes: Vec<Change>,
}

/// Why a document cannot be brought to the shape of 3.0.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum Refusal {
    /// The document is not a JSON object.
    #[error("not a IIIF Presentation document: a JSON object is expected, this is {0}")]
    NotAnObject(&'static str),
    /// The document is of something else.
    #[error("not a IIIF Presentation document: {0}")]
    NotPresentation(&'static str),
    /// The document is a resource that does not stand alone.
    #[error(
        "the type {0} cannot be imported; a Manifest, Collection, Canvas, Range, Annotation, AnnotationPage or AnnotationCollection can"
    )]
    Type(String),
    /// The document has a Container that 3.0 has no words for.
    #[error("{0} holds a {1}, which Presentation 3.0 has no words for: only Canvas and Timeline can be imported")]
    Container(String, String),
}

/// Brings a document of any version to the shape of Presentation 3.0.
///
/// # Errors
/// When the document is not a Presentation document, or is or holds something that 3.0 cannot say.
pub fn upgrade(document: Value) -> Result<Upgraded, Refusal> {
    let object = match document {
        Value::Object(object) => object,
        Value::Array(_) => return Err(Refusal::NotAnObject("a list")),
        Value::String(_) => return Err(Refusal::NotAnObject("a text")),
        Value::Null => return Err(Refusal::NotAnObject("null")),
        Value::Bool(_) | Value::Number(_) => return Err(Refusal::NotAnObject("a number")),
    };
    let from = version::detect(&object)?;
    let mut work = Work::default();
    let mut object = match from {
        Version::V1 | Version::V2 => manifests::document(object, &mut work)?,
        Version::V4 => four::document(object, &mut work)?,
        Version::V3 => object,
    };
    let form = three::document(&mut object)?;
    work.settle(form, from == Version::V3);
    Ok(Upgraded { document: Value::Object(object), from, changes: work.report.finish() })
}

/// What the parts of a conversion share: the report, the ids that are taken, contexts that belong at the top.
#[derive(Default)]
struct Work {
    report: Report,
    ids: HashSet<u64>,
    /// How many ids were tried of each kind.
    minted: HashMap<u64, usize>,
    contexts: Vec<Value>,
}

impl Work {
    /// A new id below `base`: no resource of the document has it, and the same document always gets the same.
    fn mint(&mut self, base: &str, rest: &str) -> String {
        let first = format!("{base}/{rest}");
        let number = self.minted.entry(hash(first.as_str())).or_default();
        loop {
            *number += 1;
            let next = if *number == 1 { first.clone() } else { format!("{first}-{number}") };
            if self.ids.insert(hash(next.as_str())) {
                return next;
            }
        }
    }

    /// Marks the ids of the source as taken.
    fn reserve(&mut self, value: &Value) {
        match value {
            Value::Array(list) => list.iter().for_each(|item| self.reserve(item)),
            Value::Object(object) => {
                for (key, value) in object {
                    match value {
                        Value::String(id) if key == "@id" || key == "id" => {
                            self.ids.insert(hash(id.as_str()));
                        }
                        _ => self.reserve(value),
                    }
                }
            }
            _ => {}
        }
    }

    /// Takes the report on forms over: place by place where these are the places of the source, else in one line.
    fn settle(&mut self, form: Work, same_places: bool) {
        if same_places {
            self.report = form.report;
        } else if !form.report.is_empty() {
            self.report.note(&Place::root(), "properties in the manner of 3.0 were put into the form that 3.0 wants");
        }
    }
}

fn hash(value: &(impl Hash + ?Sized)) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The id of a resource of any version.
fn id_of(value: &Value) -> Option<&str> {
    match value {
        Value::String(id) => Some(id),
        Value::Object(object) => object.get("@id").or_else(|| object.get("id")).and_then(Value::as_str),
        _ => None,
    }
}

/// A list of what may be given once or in a list; null is nothing.
fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// One value alone, several as a list.
fn one_or_many(mut values: Vec<Value>) -> Option<Value> {
    match values.len() {
        0 => None,
        1 => values.pop(),
        _ => Some(Value::Array(values)),
    }
}
