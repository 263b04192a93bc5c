//! Parts of items whose own form is IIIF JSON: what stands around them in bodies.

use poem_openapi::Object;
use serde_json::Value;

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
