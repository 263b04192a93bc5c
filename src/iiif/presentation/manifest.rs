//! An item as a IIIF Manifest, its Canvases, and what is painted on them: the model, and its documents in Presentation 3.0.

use super::emit::{CONTEXT, describe, put, resource};
use super::language::LanguageMap;
use super::properties::Descriptive;
use crate::iiif::ids::CollectionKey;
use crate::iiif::uris::Uris;
use serde_json::{Map, Value};

/// A Manifest. Presentation 3.0 wants at least one Canvas; who publishes sees to it.
#[derive(Debug, Clone, PartialEq)]
pub struct Manifest {
    /// Id of the item.
    pub item: String,
    pub descriptive: Descriptive,
    /// In reading order.
    pub canvases: Vec<Canvas>,
    /// The one picture that catalogues show; the first painted Canvas's if it is not given.
    pub thumbnail: Option<Thumbnail>,
    /// The Collections that hold the item.
    pub part_of: Vec<Parent>,
    /// Its Ranges, as they stand in the document.
    pub structures: Vec<Value>,
    /// Its Annotation Pages, or references to such, as they stand in the document.
    pub annotations: Vec<Value>,
}

/// A Canvas; `width` and `height` are its own coordinates, not pixels of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Canvas {
    pub id: String,
    /// Width and height.
    pub size: Option<(u32, u32)>,
    /// Seconds.
    pub duration: Option<f64>,
    pub descriptive: Descriptive,
    pub content: Content,
    /// Its Annotation Pages that do not paint, or references to such, as they stand in the document.
    pub annotations: Vec<Value>,
}

/// What is painted on a Canvas.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    Nothing,
    /// An image of ours over the whole of it.
    Image(Box<Painting>),
    /// Annotation Pages as they stand in the document.
    Pages(Vec<Value>),
}

/// An image painted on a Canvas.
#[derive(Debug, Clone, PartialEq)]
pub struct Painting {
    /// URI of a full image request, never of the image service itself.
    pub id: String,
    /// Media type of `id`.
    pub format: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Image services as they stand in a 3.0 document: version 3 first, then version 2.
    pub services: Vec<Value>,
    pub thumbnail: Thumbnail,
}

/// A small picture of a resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Thumbnail {
    /// URI of an image request that answers fast.
    pub id: String,
    /// Media type of `id`.
    pub format: &'static str,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// As in [`Painting::services`].
    pub services: Vec<Value>,
}

/// A Collection that holds the resource.
#[derive(Debug, Clone, PartialEq)]
pub struct Parent {
    pub key: CollectionKey,
    pub label: LanguageMap,
}

impl Manifest {
    /// The thumbnail to publish.
    #[must_use]
    pub fn shown_thumbnail(&self) -> Option<&Thumbnail> {
        let painted = || self.canvases.iter().find_map(Canvas::image);
        self.thumbnail.as_ref().or_else(|| painted().map(|image| &image.thumbnail))
    }
}

impl Canvas {
    /// The one image over the whole of it.
    #[must_use]
    pub fn image(&self) -> Option<&Painting> {
        match &self.content {
            Content::Image(image) => Some(image),
            Content::Nothing | Content::Pages(_) => None,
        }
    }
}

impl Thumbnail {
    /// The picture as it stands in a `thumbnail`.
    #[must_use]
    pub fn image(self) -> Value {
        let Self { id, format, width, height, services } = self;
        image(id, format, (width, height), services).into()
    }
}

/// The Manifest as a document of Presentation 3.0.
#[must_use]
pub fn manifest_3(manifest: Manifest, uris: &Uris) -> Value {
    let thumbnail = manifest.shown_thumbnail().cloned();
    let Manifest { item, descriptive, canvases, thumbnail: _, part_of, structures, annotations } = manifest;
    let mut object = resource(uris.manifest(&item), "Manifest", true);
    describe(&mut object, &descriptive, thumbnail);
    let elsewhere = object.remove("partOf");
    let parents = part_of.iter().map(|parent| collection_reference(parent, uris));
    put(&mut object, "partOf", parents.chain(elsewhere.into_iter().flat_map(entries)).collect::<Vec<_>>());
    let canvases = canvases.into_iter().map(|canvas| canvas_object(&item, canvas, uris).into());
    put(&mut object, "items", canvases.collect::<Vec<Value>>());
    put(&mut object, "structures", structures);
    put(&mut object, "annotations", annotations);
    object.into()
}

/// The entries of a list, or the one thing that stands where a list should.
pub(super) fn entries(value: Value) -> Vec<Value> {
    match value {
        Value::Array(list) => list,
        other => vec![other],
    }
}

/// One resource of a document as a document of its own; a Canvas says which Manifest it is of.
#[must_use]
pub fn alone(part: &Map<String, Value>, manifest: &str) -> Value {
    let mut object = Map::from_iter([("@context".to_owned(), CONTEXT.into())]);
    object.extend(part.clone());
    if object.get("type").is_some_and(|class| class == "Canvas" || class == "Range") && !object.contains_key("partOf") {
        put(&mut object, "partOf", vec![Value::from(resource(manifest.to_owned(), "Manifest", false))]);
    }
    object.into()
}

/// A Collection named in `partOf`.
pub(super) fn collection_reference(parent: &Parent, uris: &Uris) -> Value {
    let Parent { key, label } = parent;
    let mut object = resource(uris.collection_at(key), "Collection", false);
    put(&mut object, "label", super::emit::plain(label));
    object.into()
}

fn canvas_object(item: &str, canvas: Canvas, uris: &Uris) -> Map<String, Value> {
    let Canvas { id, size, duration, descriptive, content, annotations } = canvas;
    let mut object = resource(uris.canvas(item, &id), "Canvas", false);
    put(&mut object, "height", size.map(|(_, height)| height));
    put(&mut object, "width", size.map(|(width, _)| width));
    put(&mut object, "duration", duration.map(number));
    let (pages, thumbnail) = match content {
        Content::Nothing => (Vec::new(), None),
        Content::Image(image) => {
            let (body, thumbnail) = image.parts();
            (vec![page(item, &id, body, uris)], Some(thumbnail))
        }
        Content::Pages(pages) => (pages, None),
    };
    describe(&mut object, &descriptive, thumbnail);
    // There even if it is empty: the published schema wants it.
    object.insert("items".to_owned(), pages.into());
    put(&mut object, "annotations", annotations);
    object
}

/// Whole seconds are written without a fraction.
fn number(seconds: f64) -> Value {
    let whole = seconds as u64;
    if whole as f64 == seconds { whole.into() } else { seconds.into() }
}

fn page(item: &str, canvas: &str, body: Map<String, Value>, uris: &Uris) -> Value {
    let mut object = resource(uris.canvas_page(item, canvas), "AnnotationPage", false);
    put(&mut object, "items", vec![annotation(item, canvas, body, uris)]);
    object.into()
}

fn annotation(item: &str, canvas: &str, body: Map<String, Value>, uris: &Uris) -> Value {
    let mut object = resource(uris.painting(item, canvas, 1), "Annotation", false);
    put(&mut object, "motivation", "painting");
    put(&mut object, "body", body);
    put(&mut object, "target", uris.canvas(item, canvas));
    object.into()
}

impl Painting {
    /// The image as the body of an Annotation.
    #[must_use]
    pub fn resource(self) -> Map<String, Value> {
        self.parts().0
    }

    fn parts(self) -> (Map<String, Value>, Thumbnail) {
        let Self { id, format, width, height, services, thumbnail } = self;
        (image(id, format, (width, height), services), thumbnail)
    }
}

fn image(id: String, format: &str, (width, height): (u32, u32), services: Vec<Value>) -> Map<String, Value> {
    let mut object = resource(id, "Image", false);
    put(&mut object, "format", format);
    put(&mut object, "height", height);
    put(&mut object, "width", width);
    put(&mut object, "service", services);
    object
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::parts::find;
    use crate::iiif::presentation::samples;
    use serde_json::json;

    #[test]
    fn a_minimal_manifest() {
        let manifest = samples::minimal_manifest();
        let expected = json!({
            "@context": "http://iiif.io/api/presentation/3/context.json",
            "id": "https://h.org/manifests/i", "type": "Manifest", "label": {"none": ["A"]},
            "thumbnail": [samples::thumbnail_json()],
            "items": [{
                "id": "https://h.org/manifests/i/canvases/c", "type": "Canvas", "height": 30, "width": 20,
                "thumbnail": [samples::thumbnail_json()],
                "items": [{
                    "id": "https://h.org/manifests/i/canvases/c/page", "type": "AnnotationPage",
                    "items": [{
                        "id": "https://h.org/manifests/i/canvases/c/page/1", "type": "Annotation", "motivation": "painting",
                        "body": {
                            "id": "https://h.org/iiif/3/x/full/max/0/default.jpg", "type": "Image", "format": "image/jpeg",
                            "height": 3000, "width": 2000, "service": samples::services()
                        },
                        "target": "https://h.org/manifests/i/canvases/c"
                    }]
                }]
            }]
        });
        let made = manifest_3(manifest, &samples::uris());
        assert_eq!(made.to_string(), expected.to_string(), "same properties in the same order");
    }

    #[test]
    fn everything_passes_the_schema() {
        samples::assert_schema(&manifest_3(samples::full_manifest(), &samples::uris()));
    }

    #[test]
    fn the_parts_as_documents() {
        let made = manifest_3(samples::full_manifest(), &samples::uris());
        let find = |path: &str| {
            alone(find(&made, &format!("https://h.org/manifests/i/canvases/{path}")).expect(path), "https://h.org/manifests/i")
        };
        let canvas = find("c");
        assert_eq!(canvas["@context"], CONTEXT);
        assert_eq!(canvas["partOf"], json!([{"id": "https://h.org/manifests/i", "type": "Manifest"}]));
        for path in ["c/page", "c/page/1"] {
            samples::assert_schema(&find(path));
            assert_eq!(find(path).get("partOf"), None);
        }
        assert_eq!(made["items"][0]["items"][0]["items"], find("c/page")["items"]);
        assert_eq!(made["items"][0]["items"][0]["items"][0]["body"], find("c/page/1")["body"]);
    }

    #[test]
    fn what_is_said_in_other_words_is_published_as_it_is() {
        let mut manifest = samples::minimal_manifest();
        manifest.part_of = samples::full_manifest().part_of;
        let elsewhere = json!({"id": "https://x.org/c", "type": "Collection"});
        manifest.descriptive.rest =
            json!({"partOf": [elsewhere], "navPlace": {"type": "FeatureCollection"}}).as_object().expect("properties").clone();
        manifest.canvases[0] =
            Canvas { size: None, duration: Some(12.5), content: Content::Pages(vec![json!({"id": "p"})]), ..manifest.canvases[0].clone() };
        manifest.canvases[0].annotations = vec![json!({"id": "a"})];
        manifest.structures = vec![json!({"id": "r"})];
        let made = manifest_3(manifest, &samples::uris());
        assert_eq!(made["partOf"][1], elsewhere);
        assert_eq!(made["navPlace"]["type"], "FeatureCollection");
        let canvas = json!({
            "id": "https://h.org/manifests/i/canvases/c", "type": "Canvas", "duration": 12.5, "items": [{"id": "p"}], "annotations": [{"id": "a"}]
        });
        assert_eq!((&made["items"][0], &made["structures"][0]["id"]), (&canvas, &json!("r")));
    }

    #[test]
    fn a_canvas_without_an_image_has_nothing_on_it() {
        let mut manifest = samples::minimal_manifest();
        manifest.canvases[0].content = Content::Nothing;
        let made = manifest_3(manifest, &samples::uris());
        assert_eq!(
            made["items"],
            json!([{"id": "https://h.org/manifests/i/canvases/c", "type": "Canvas", "height": 30, "width": 20, "items": []}])
        );
        assert_eq!(made.get("thumbnail"), None);
    }

    #[test]
    fn every_manifest_is_the_same_bytes_again() {
        let (manifest, uris) = (samples::full_manifest(), samples::uris());
        assert_eq!(manifest_3(manifest.clone(), &uris).to_string(), manifest_3(manifest, &uris).to_string());
    }
}
