//! An item as a IIIF Manifest, its Canvases, and what is painted on them: the model, and its documents in Presentation 3.0.

use super::emit::{describe, list, put, resource};
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
}

/// A Canvas; `width` and `height` are its own coordinates, not pixels of an image.
#[derive(Debug, Clone, PartialEq)]
pub struct Canvas {
    pub id: String,
    pub width: u32,
    pub height: u32,
    pub descriptive: Descriptive,
    /// What is painted on it, over the whole of it.
    pub image: Option<Painting>,
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
        let painted = || self.canvases.iter().find_map(|canvas| canvas.image.as_ref());
        self.thumbnail.as_ref().or_else(|| painted().map(|image| &image.thumbnail))
    }
}

impl Thumbnail {
    pub(super) fn image(&self) -> Value {
        let Self { id, format, width, height, services } = self;
        image(id, format, (*width, *height), services)
    }
}

/// The Manifest as a document of Presentation 3.0.
#[must_use]
pub fn manifest_3(manifest: &Manifest, uris: &Uris) -> Value {
    let Manifest { item, descriptive, canvases, thumbnail: _, part_of } = manifest;
    let mut object = resource(uris.manifest(item), "Manifest", true);
    describe(&mut object, descriptive, manifest.shown_thumbnail());
    put(&mut object, "partOf", list(part_of, |parent| collection_reference(parent, uris)));
    put(&mut object, "items", list(canvases, |canvas| canvas_object(item, canvas, uris, false).into()));
    object.into()
}

/// A Canvas as a document of its own in Presentation 3.0.
#[must_use]
pub fn canvas_3(item: &str, canvas: &Canvas, uris: &Uris) -> Value {
    let mut object = canvas_object(item, canvas, uris, true);
    put(&mut object, "partOf", vec![Value::from(resource(uris.manifest(item), "Manifest", false))]);
    object.into()
}

/// The Annotation Page that paints a Canvas, as a document of its own; there is none without an image.
#[must_use]
pub fn canvas_page_3(item: &str, canvas: &Canvas, uris: &Uris) -> Option<Value> {
    canvas.image.as_ref().map(|image| page(item, canvas, image, uris, true))
}

/// The painting Annotation of a Canvas, the first of its page, as a document of its own; there is none without an image.
#[must_use]
pub fn painting_3(item: &str, canvas: &Canvas, uris: &Uris) -> Option<Value> {
    canvas.image.as_ref().map(|image| annotation(item, canvas, image, uris, true))
}

/// A Collection named in `partOf`.
pub(super) fn collection_reference(parent: &Parent, uris: &Uris) -> Value {
    let Parent { key, label } = parent;
    let mut object = resource(uris.collection_at(key), "Collection", false);
    put(&mut object, "label", super::emit::plain(label));
    object.into()
}

fn canvas_object(item: &str, canvas: &Canvas, uris: &Uris, alone: bool) -> Map<String, Value> {
    let Canvas { id, width, height, descriptive, image } = canvas;
    let mut object = resource(uris.canvas(item, id), "Canvas", alone);
    put(&mut object, "height", *height);
    put(&mut object, "width", *width);
    describe(&mut object, descriptive, image.as_ref().map(|image| &image.thumbnail));
    // There even if it is empty: the published schema wants it.
    object.insert("items".to_owned(), list(image, |image| page(item, canvas, image, uris, false)));
    object
}

fn page(item: &str, canvas: &Canvas, image: &Painting, uris: &Uris, alone: bool) -> Value {
    let mut object = resource(uris.canvas_page(item, &canvas.id), "AnnotationPage", alone);
    put(&mut object, "items", vec![annotation(item, canvas, image, uris, false)]);
    object.into()
}

fn annotation(item: &str, canvas: &Canvas, painting: &Painting, uris: &Uris, alone: bool) -> Value {
    let Painting { id, format, width, height, services, thumbnail: _ } = painting;
    let mut object = resource(uris.painting(item, &canvas.id, 1), "Annotation", alone);
    put(&mut object, "motivation", "painting");
    put(&mut object, "body", image(id, format, (*width, *height), services));
    put(&mut object, "target", uris.canvas(item, &canvas.id));
    object.into()
}

fn image(id: &str, format: &str, (width, height): (u32, u32), services: &[Value]) -> Value {
    let mut object = resource(id.to_owned(), "Image", false);
    put(&mut object, "format", format);
    put(&mut object, "height", height);
    put(&mut object, "width", width);
    put(&mut object, "service", services);
    object.into()
}

#[cfg(test)]
mod tests {
    use super::*;
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
        let made = manifest_3(&manifest, &samples::uris());
        assert_eq!(made.to_string(), expected.to_string(), "same properties in the same order");
    }

    #[test]
    fn everything_passes_the_schema() {
        samples::assert_schema(&manifest_3(&samples::full_manifest(), &samples::uris()));
    }

    #[test]
    fn the_parts_as_documents() {
        let (manifest, uris) = (samples::full_manifest(), samples::uris());
        let canvas = &manifest.canvases[0];
        let alone = canvas_3("i", canvas, &uris);
        assert_eq!(alone["@context"], super::super::emit::CONTEXT);
        assert_eq!(alone["partOf"], json!([{"id": "https://h.org/manifests/i", "type": "Manifest"}]));
        let page = canvas_page_3("i", canvas, &uris).expect("a page");
        samples::assert_schema(&page);
        let annotation = painting_3("i", canvas, &uris).expect("an annotation");
        samples::assert_schema(&annotation);
        let embedded = &manifest_3(&manifest, &uris)["items"][0]["items"][0];
        assert_eq!(embedded["id"], page["id"]);
        assert_eq!(embedded["items"], page["items"]);
        assert_eq!(embedded["items"][0]["id"], annotation["id"]);
        assert_eq!(embedded["items"][0]["body"], annotation["body"]);
    }

    #[test]
    fn a_canvas_without_an_image_has_nothing_on_it() {
        let mut manifest = samples::minimal_manifest();
        manifest.canvases[0].image = None;
        let made = manifest_3(&manifest, &samples::uris());
        assert_eq!(
            made["items"],
            json!([{"id": "https://h.org/manifests/i/canvases/c", "type": "Canvas", "height": 30, "width": 20, "items": []}])
        );
        assert_eq!(made.get("thumbnail"), None);
        assert_eq!(canvas_page_3("i", &manifest.canvases[0], &samples::uris()), None);
        assert_eq!(painting_3("i", &manifest.canvases[0], &samples::uris()), None);
    }

    #[test]
    fn every_manifest_is_the_same_bytes_again() {
        let (manifest, uris) = (samples::full_manifest(), samples::uris());
        assert_eq!(manifest_3(&manifest, &uris).to_string(), manifest_3(&manifest.clone(), &uris).to_string());
    }
}
