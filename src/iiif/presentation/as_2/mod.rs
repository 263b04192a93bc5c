//! A whole document of Presentation 3.0 converted down to 2.1 (`summary` to `description`, `requiredStatement` to `attribution`,
//! `rights` to `license`, `homepage` to `related`, `behavior` to `viewingHint`, `partOf` to `within`, a provider's logo to `logo`,
//! the tree of Ranges to a flat list, Annotation Pages to Annotation Lists).
//!
//! Our own Manifests and Collections have `@id`s of their own, ending in `/v2`, wherever they are named; everything else keeps its
//! 3.0 id. Of the image services version 2 stands in `service`, or else the one that there is. Properties that neither version
//! knows keep their names. What has another type than the specification gives it is left out, not guessed at.
//!
//! What 2.1 cannot say is lost, and told as a [`Loss`]:
//!
//! | [`LossKind`] | what |
//! | --- | --- |
//! | `media` | painted video, sound, text or models: they stand in `images` under the `dctypes` that viewers took, which 2.1 does not have there |
//! | `duration` | of Canvases and content |
//! | `size` | a Canvas in time only is given the height and width of what is painted on it, or else 720 and 1280 |
//! | `provider` | name, homepage and seeAlso of the providers, and every logo but the first |
//! | `statement-label` | the label of `requiredStatement`, unless it is "Attribution" in English |
//! | `other-behaviors` | `unordered`, `together`, `hidden`, `sequence` on a Range in a Range, all words of time and navigation, every behavior after the first that has a hint, and that of the topmost Range |
//! | `nav-date` | that of a Canvas or a Range; fractions of seconds |
//! | `nav-place` | where something is |
//! | `side-canvases` | `placeholderCanvas` and `accompanyingCanvas` |
//! | `link-properties` | language, a type that id and format do not tell, and profile of links other than `seeAlso`'s profile; what is said of `partOf` and `supplementary` beside the id; that a file or data is a homepage |
//! | `member-order` | the order between a Collection's Manifests and its Collections, which 2.1 lists apart |
//! | `embedded-annotations` | the content of Annotation Pages, which 2.1 finds at the page's id only |
//! | `annotations` | pages on anything but a Canvas; that a page which is elsewhere paints |
//! | `sequences` | the order of Canvases in a Range with the behavior `sequence`, which 2.1 finds at its id only |
//! | `ranges` | the order between the Ranges and the Canvases in a Range; in a Range alone, the content of those in it |
//! | `start` | the part of a Canvas to start with |
//! | `parts` | selectors that are no fragment, on what is painted and in Ranges; what a target says beside its id and selector |
//! | `image-service` | version 3 or 1 stands where clients expect 2 |
//! | `thumbnails` | every thumbnail but the first |
//! | `contexts` | contexts of extensions: importers want the one string |
//! | `other-properties` | any other property of 3.0 that 2.1 does not have there |
//! | `malformed` | what is not of the type, or not in the place, that 3.0 gives it |
//!
//! Not told, because nothing that people see is gone: the ids of pages that paint and how the paintings are divided among pages and
//! bodies (each body is an Annotation of its own), the zone of `navDate`, the other image services beside version 2 with the ids of
//! images that are requests to them, `services` that stand in `service`, the empty elements of HTML that are closed as XML wants it,
//! the direction that goes with `continuous`. A Canvas or Range without a label, which 2.1 does not know, is labelled by its
//! position, another resource by its id; a painted text without an id is given one.

mod annotations;
mod canvas;
mod collection;
mod content;
mod describe;
mod hints;
mod json;
mod losses;
mod manifest;
mod others;
mod own;
mod ranges;
mod services;
#[cfg(test)]
mod tests;
mod texts;

pub use losses::{Loss, LossKind};
pub(super) use ranges::TOP;
pub(super) use services::service_context;

use super::emit::put;
use crate::iiif::uris::Uris;
use json::{Object, many, type_of};
use losses::{At, Losses};
use serde_json::Value;
use std::collections::BTreeSet;

/// The JSON-LD context of Presentation 2.
const CONTEXT: &str = "http://iiif.io/api/presentation/2/context.json";
/// The contexts of Presentation 3.0 and of Web Annotations, which a document has anyway.
const USUAL_CONTEXTS: [&str; 2] = ["http://iiif.io/api/presentation/3/context.json", "http://www.w3.org/ns/anno.jsonld"];

/// A document of Presentation 2.1.
#[derive(Debug, Clone, PartialEq)]
pub struct Downgraded {
    pub document: Value,
    /// In the order of the document; of one kind at most a thousand.
    pub losses: Vec<Loss>,
}

impl Downgraded {
    /// The kinds of loss that there are, each once, in the order of the list above.
    #[must_use]
    pub fn kinds(&self) -> Vec<LossKind> {
        let kinds: BTreeSet<_> = self.losses.iter().map(|loss| loss.kind).collect();
        kinds.into_iter().collect()
    }
}

/// A conversion under way.
struct Down<'a> {
    uris: &'a Uris,
    losses: Losses,
}

/// A Manifest, Collection, Canvas, Range, Annotation Page, Annotation Collection or Annotation of Presentation 3.0 as a document of
/// 2.1. A Canvas without a label is labelled `1`.
#[must_use]
pub fn to_2(document: &Value, uris: &Uris) -> Downgraded {
    to_2_at(document, 1, uris)
}

/// As [`to_2`], for a Canvas whose position in its Manifest, counted from 1, is known.
#[must_use]
pub fn to_2_at(document: &Value, position: usize, uris: &Uris) -> Downgraded {
    let mut down = Down { uris, losses: Losses::default() };
    let at = At::ROOT;
    let mut made = Object::new();
    put(&mut made, "@context", CONTEXT);
    match document.as_object() {
        Some(source) => {
            down.contexts(source, &at);
            made.extend(down.document(source, position, &at));
        }
        None => down.losses.add(LossKind::Malformed, &at, "not an object"),
    }
    Downgraded { document: made.into(), losses: down.losses.into_list() }
}

impl Down<'_> {
    fn document(&mut self, source: &Object, position: usize, at: &At) -> Object {
        match type_of(source) {
            "Manifest" => self.manifest(source, at),
            "Collection" => self.collection(source, at),
            "Canvas" => self.canvas(source, &position.to_string(), at),
            "Range" => self.range(source, at),
            "AnnotationPage" => self.annotation_list(source, at),
            "AnnotationCollection" => self.layer(source, at),
            "Annotation" => self.annotation(source, at),
            _ => match self.content(source, at) {
                Value::Object(content) => content,
                _ => Object::new(),
            },
        }
    }

    fn contexts(&mut self, source: &Object, at: &At) {
        let usual = |context: &Value| context.as_str().is_some_and(|context| USUAL_CONTEXTS.contains(&context));
        if many(source, "@context").iter().any(|context| !usual(context)) {
            self.losses.add(LossKind::Contexts, &at.key("@context"), "only the context of Presentation 2 stands");
        }
    }

    /// The id of a Manifest or Collection as 2.1 names it.
    fn own(&self, id: &str) -> String {
        own::version_2(id, self.uris)
    }
}
