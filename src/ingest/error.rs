//! Why a master did not become an image.

use super::PullError;
use crate::catalog::CatalogError;
use crate::fetch::FetchError;
use crate::formats::FormatError;
use crate::image_service::ImageError;
use crate::storage::StorageError;

/// Why a master did not become an image.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("at most {0} bytes are taken; set max_upload to take more")]
    TooLarge(u64),
    #[error("it cannot be fetched: {0}")]
    Fetch(#[from] FetchError),
    #[error(transparent)]
    Pull(#[from] PullError),
    /// An entry of a job that nobody can do.
    #[error("{0}")]
    Work(String),
    #[error("the upload ended before it was whole: {0}")]
    Broken(std::io::Error),
    #[error("what arrived does not have the SHA-256 that was announced; nothing was kept, send it again")]
    Digest,
    /// The upload that it is to be made of is not fit for that.
    #[error("{0}")]
    Upload(String),
    #[error("the master could not be kept while it was worked on: {0}")]
    Scratch(std::io::Error),
}

impl MasterError {
    /// When work on a task of its own did not come to its end.
    pub(super) fn cut_short(error: tokio::task::JoinError) -> Self {
        Self::Scratch(std::io::Error::other(error))
    }
}
