//! Parts of items whose own form is IIIF JSON: what stands around them in bodies.

use poem_openapi::Object;
use serde_json::{Map, Value};

use super::moment;
use crate::catalog::AnnotationPage;
use crate::iiif::presentation::parts;
use crate::iiif::uris::Uris;

/// Something to be painted on a canvas.
#[derive(Object)]
pub struct NewPainting {
    /// How many annotations it lies over, from 0; on top of all if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<u32>,
    /// A IIIF Annotation. Its body is a resource anywhere, with its id and type, or one of our images, as
    /// `{"type": "Image", "image": "ezu/1286201"}`; `image` in place of the body is short for that. Its target is the canvas or a part
    /// of it, for which a fragment such as `xywh=0,0,100,100` is enough; the whole canvas if it is left out. Its id is minted if it is
    /// left out, or a bare name.
    pub annotation: Value,
}

/// What is painted on a canvas.
#[derive(Object)]
pub struct PaintingsView {
    /// IIIF Annotations, the lowest first.
    pub paintings: Vec<Value>,
    /// Their names in the same order: the last segment of each id, or the whole id if it lies elsewhere.
    pub order: Vec<String>,
}

/// What lies over what on a canvas.
#[derive(Object)]
pub struct PaintingOrder {
    /// The names of everything that is painted on it, each once, the lowest first.
    pub order: Vec<String>,
}

/// The ranges of an item.
#[derive(Object)]
pub struct Ranges {
    /// IIIF Ranges, each with all that is in it. An entry of `items` is a range, a canvas of the item or a part of one. The id of a
    /// canvas is short for the canvas, `{"canvas": "p1", "region": "0,0,100,100"}` for a part of it, and `"time": "0,10"` for one in
    /// time. Ids are minted where they are left out, or bare names.
    pub ranges: Vec<Value>,
}

/// A range to be added.
#[derive(Object)]
pub struct NewRange {
    /// The range that it lies in; at the top if not given.
    pub parent: Option<String>,
    /// Its place among what lies there, from 0; the last if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<u32>,
    /// A IIIF Range, with the shorthands of the whole tree.
    pub range: Value,
}

/// Where a range lies.
#[derive(Object)]
#[oai(skip_serializing_if_is_none)]
pub struct RangePlace {
    /// The range that it lies in; at the top if not given.
    pub parent: Option<String>,
    /// Its place among what lies there, from 0; the last if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<u32>,
}

/// An annotation page as it is written.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct AnnotationPageInput {
    /// Chosen for ever, unique within the item: `[A-Za-z0-9][A-Za-z0-9._~-]{0,127}`. Minted if it is not given. Only when the page is
    /// created.
    pub id: Option<String>,
    /// The canvas that it belongs to; the item itself if not given.
    pub canvas: Option<String>,
    /// Its place among the pages of the same canvas, or of the item; the last if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<i32>,
    /// Shown within the manifest, as it is if nothing is said; otherwise only named there and read apart.
    pub embedded: Option<bool>,
    /// URI of the page, if it is not here: then it has no annotations here either.
    pub elsewhere: Option<String>,
    /// What it says of itself, such as its label, just as it stands in the manifest.
    pub properties: Option<Value>,
    /// IIIF Annotations with any body and selector of the Web Annotation model, kept as they are. Each needs its motivation, which is
    /// not `painting`. Ids are minted where they are left out, or bare names; the target is the page's canvas where it is left out, or
    /// a part of that if it is a fragment such as `xywh=0,0,100,100`.
    pub items: Option<Vec<Value>>,
}

/// An annotation page as it is read.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct AnnotationPageView {
    pub id: String,
    /// The canvas that it belongs to; the item itself if there is none.
    pub canvas: Option<String>,
    /// Its place among the pages of the same canvas, or of the item.
    pub position: i32,
    /// Shown within the manifest; otherwise only named there.
    pub embedded: bool,
    /// URI of the page, if it is not here.
    pub elsewhere: Option<String>,
    pub properties: Option<Value>,
    /// Its annotations; not in lists.
    pub items: Option<Vec<Value>>,
    /// Counts the changes; the ETag is this in quotes.
    pub revision: i64,
    pub created: String,
    pub modified: String,
    /// The id of the page in IIIF documents.
    pub uri: String,
}

/// Annotations to be added at a place.
#[derive(Object)]
pub struct NewAnnotations {
    /// The first one's place on the page, from 0; at the end if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<u32>,
    /// IIIF Annotations, as in a page.
    #[oai(validator(min_items = 1, max_items = 20000))]
    pub items: Vec<Value>,
}

/// Annotations just added.
#[derive(Object)]
pub struct AnnotationsView {
    pub items: Vec<Value>,
}

/// Stored JSON with public addresses.
fn published(mut value: Value, manifest: &str) -> Value {
    parts::expand(&mut value, manifest, &|_| None);
    value
}

fn properties_of(properties: Map<String, Value>, manifest: &str) -> Option<Value> {
    (!properties.is_empty()).then(|| published(properties.into(), manifest))
}

impl AnnotationPageInput {
    /// What a writer would send to have the page as it is.
    pub fn of(page: AnnotationPage, uris: &Uris) -> Self {
        let manifest = uris.manifest(&page.item_id);
        let here = page.elsewhere.is_none();
        let items = page.annotations.into_iter().map(|one| published(one, &manifest)).collect();
        Self {
            id: Some(page.id),
            canvas: page.canvas_id,
            position: Some(page.position),
            embedded: (page.embedded != here).then_some(page.embedded),
            elsewhere: page.elsewhere,
            properties: properties_of(page.properties, &manifest),
            items: Some(items),
        }
    }
}

impl AnnotationPageView {
    pub fn of(page: AnnotationPage, uris: &Uris) -> Self {
        let AnnotationPage { item_id, id, canvas_id, position, embedded, elsewhere, properties, annotations, revision, created, modified } =
            page;
        let manifest = uris.manifest(&item_id);
        let items = annotations.into_iter().map(|one| published(one, &manifest)).collect();
        Self {
            uri: elsewhere.clone().unwrap_or_else(|| uris.annotation_page(&item_id, &id)),
            id,
            canvas: canvas_id,
            position,
            embedded,
            items: elsewhere.is_none().then_some(items),
            elsewhere,
            properties: properties_of(properties, &manifest),
            revision,
            created: moment(created),
            modified: moment(modified),
        }
    }
}
