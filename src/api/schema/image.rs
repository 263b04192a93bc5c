//! Images.

use poem_openapi::Object;

use super::moment;
use crate::catalog::Image;
use crate::iiif::uris::Uris;

/// An image to be registered: a master that is in the storage already.
#[derive(Object)]
#[oai(example)]
pub struct ImageRegistration {
    /// Chosen for ever, 1 to 512 bytes, may contain `/`. The key without its `.tif` or `.tiff` if it is not given.
    pub id: Option<String>,
    /// The master's key in the storage: a pyramidal tiled TIFF.
    #[oai(validator(min_length = 1, max_length = 1024))]
    pub key: String,
    /// Shown to anyone even if no published item uses it.
    #[oai(default)]
    pub public: bool,
}

impl poem_openapi::types::Example for ImageRegistration {
    fn example() -> Self {
        Self { id: Some("ezu/1286201".to_owned()), key: "ezu/1286201.tif".to_owned(), public: false }
    }
}

/// What can be changed of an image. A new scan is a new image.
#[derive(Object)]
pub struct ImagePatch {
    /// Shown to anyone even if no published item uses it.
    pub public: bool,
}

/// An image as it is read.
#[derive(Object)]
pub struct ImageView {
    pub id: String,
    /// The master's key in the storage; for the holder of a key only.
    #[oai(skip_serializing_if_is_none)]
    pub key: Option<String>,
    /// Pixels.
    pub width: i32,
    /// Pixels.
    pub height: i32,
    /// Bytes of the master.
    pub size: i64,
    /// Shown to anyone even if no published item uses it.
    pub public: bool,
    /// Counts the changes; the ETag is this in quotes.
    pub revision: i64,
    pub created: String,
    pub modified: String,
    /// Base URI of its IIIF image service, version 3.
    pub service: String,
}

impl ImageView {
    /// `whole`: for somebody with a key.
    pub fn of(image: Image, whole: bool, uris: &Uris) -> Self {
        let Image { id, storage_key, uploaded: _, object_size, width, height, tile_size: _, public, revision, created, modified } = image;
        Self {
            service: uris.image(3, &id),
            id,
            key: whole.then_some(storage_key),
            width,
            height,
            size: object_size,
            public,
            revision,
            created: moment(created),
            modified: moment(modified),
        }
    }
}
