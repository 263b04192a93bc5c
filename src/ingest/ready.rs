//! From a master that was opened to what the catalogue keeps of it.

use crate::catalog::{Checksums, Image, MasterReport, NewImage};
use crate::image_service::{ImageError, Measured, tile_size};
use crate::storage::Object;

/// A master in the storage, and how it is to be shown.
#[derive(Clone, Debug)]
pub struct StoredMaster {
    pub key: String,
    /// Which picture of a TIFF that has several, or which page of a PDF, from 1.
    pub page: u32,
    /// Shown to anyone even if no published item uses it.
    pub public: bool,
}

/// A master that is ready to be an image.
pub(super) struct Ready {
    /// What its tiles are read from.
    pub measured: Measured,
    /// The master itself.
    pub object: Object,
    /// The key of the pyramid, if one was made.
    pub pyramid: Option<String>,
    pub report: MasterReport,
    pub sums: Checksums,
}

impl Ready {
    /// # Errors
    /// [`ImageError::Unsupported`] for an image larger than the catalogue can say.
    pub fn into_image(self, id: &str, master: &StoredMaster, uploaded: bool) -> Result<NewImage, ImageError> {
        let Ready { measured: Measured { object: tiles, index }, object, pyramid, report, sums } = self;
        let side = |length: u32| i32::try_from(length).map_err(|_| ImageError::Unsupported("it is too large".to_owned()));
        Ok(NewImage {
            id: id.to_owned(),
            storage_key: master.key.clone(),
            uploaded,
            object_version: object.version.as_str().to_owned(),
            object_size: i64::try_from(object.size).unwrap_or(i64::MAX),
            pyramid: pyramid.map(|key| (key, tiles.version.as_str().to_owned())),
            report,
            sums,
            width: side(index.width())?,
            height: side(index.height())?,
            tile_size: side(tile_size(&index))?,
            tile_index: index.to_bytes(),
            public: master.public,
        })
    }
}

/// An image keeps its size for ever.
pub(super) fn check_size(current: &Image, new: &NewImage) -> Result<(), ImageError> {
    if (new.width, new.height) == (current.width, current.height) { Ok(()) } else { Err(ImageError::Replaced) }
}
