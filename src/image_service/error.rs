//! Why there is no image.

use std::sync::Arc;

use crate::catalog::CatalogError;
use crate::iiif::image::RequestError;
use crate::pyramid::PyramidError;
use crate::render::RenderError;
use crate::storage::StorageError;

/// Why there is no image.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ImageError {
    #[error("there is no such image")]
    NotFound,
    #[error("this image was deleted")]
    Gone,
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("this request needs more pixels of the master than are decoded at a time: ask for a smaller region or a smaller size")]
    TooLarge,
    #[error(transparent)]
    Render(Arc<RenderError>),
    #[error("the file is no pyramid that can be served: {0}")]
    Unsupported(String),
    #[error("the master is damaged: {0}")]
    Damaged(String),
    #[error("the master was replaced by one of another size: register it as a new image")]
    Replaced,
    #[error("too many images are being made")]
    Busy,
    #[error("nobody waits for the image any more")]
    Left,
    #[error("the file changed while it was read")]
    Changed,
    #[error("the storage cannot be reached: {0}")]
    Storage(String),
    #[error(transparent)]
    Catalog(Arc<CatalogError>),
}

impl From<RenderError> for ImageError {
    fn from(error: RenderError) -> Self {
        Self::Render(Arc::new(error))
    }
}

impl From<PyramidError> for ImageError {
    fn from(error: PyramidError) -> Self {
        match error {
            PyramidError::Unsupported(found) => Self::Unsupported(found),
            PyramidError::Damaged(found) => Self::Damaged(found),
            PyramidError::OtherVersion | PyramidError::Read(_) => Self::Damaged(error.to_string()),
        }
    }
}

impl From<StorageError> for ImageError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound | StorageError::InvalidKey(_) => Self::NotFound,
            StorageError::Changed => Self::Changed,
            StorageError::OutOfRange => Self::Damaged("the file is shorter than it says".to_owned()),
            StorageError::Unavailable(detail) | StorageError::InvalidSettings(detail) => Self::Storage(detail),
        }
    }
}
