//! Why an upload did not go on.

use crate::catalog::CatalogError;
use crate::ingest::MasterError;
use crate::storage::{FetchError, StorageError};

/// Why an upload did not go on.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("an upload has at most {0} bytes; set max_upload to take more")]
    TooLarge(u64),
    #[error("more was sent than the {0} bytes that the upload was announced to have")]
    TooLong(i64),
    #[error("the upload is in {0} pieces already; send larger ones")]
    TooManyParts(i32),
    #[error("somebody else is appending to the upload; ask for its offset and try again in a moment")]
    Held,
    #[error("the upload goes on at the offset {0}; ask for it with HEAD and send what comes from there")]
    Offset(i64),
    #[error("what was sent does not have the checksum that was announced; nothing of it was kept, send it again")]
    Checksum,
    #[error("{received} of {length} bytes are there; send the rest")]
    Incomplete { received: i64, length: i64 },
    #[error("the bytes of this upload go straight to the storage, and then its completion is asked for")]
    IsDirect,
    #[error("the bytes of this upload are sent here, not to the storage")]
    NotDirect,
    #[error("nothing has been put into the storage yet: send the bytes to the URL that was answered")]
    NothingThere,
    #[error("{found} bytes were put into the storage, but {expected} were announced; put the whole file there again")]
    OtherLength { found: u64, expected: i64 },
    #[error("only a storage in S3 can be written to directly; send the bytes to /api/v1/uploads instead")]
    NoDirect,
    #[error("too many uploads are being received; try again in a moment")]
    Busy,
    /// Whoever sent it is not there any more, most likely.
    #[error("the request ended before it was whole: {0}")]
    Broken(std::io::Error),
    #[error("the upload could not be kept on this machine: {0}")]
    Disk(std::io::Error),
}

impl From<FetchError> for UploadError {
    fn from(error: FetchError) -> Self {
        match error {
            // Its objects are never written twice: they were swept away in the meantime.
            FetchError::Storage(StorageError::NotFound | StorageError::Changed) => CatalogError::Gone("upload").into(),
            FetchError::Storage(error) => error.into(),
            FetchError::Disk(error) => Self::Disk(error),
        }
    }
}

impl From<UploadError> for MasterError {
    fn from(error: UploadError) -> Self {
        match error {
            UploadError::Catalog(error) => error.into(),
            UploadError::Storage(error) => error.into(),
            UploadError::TooLarge(most) => Self::TooLarge(most),
            UploadError::Disk(error) | UploadError::Broken(error) => Self::Scratch(error),
            other => Self::Upload(other.to_string()),
        }
    }
}
