//! Why an entry failed, in plain words, and whether it may pass by itself.

use std::io;

use super::Outcome;
use crate::catalog::CatalogError;
use crate::fetch::FetchError;
use crate::formats::FormatError;
use crate::image_service::ImageError;
use crate::ingest::{MasterError, PullError};
use crate::storage::StorageError;

/// How an attempt ended that came to this error.
pub(super) fn outcome(error: &MasterError) -> Outcome {
    let (why, passing) = told(error);
    if passing {
        tracing::warn!("work on an entry of a job is tried again: {error}");
    }
    Outcome::Failed(why, passing)
}

fn told(error: &MasterError) -> (String, bool) {
    match error {
        MasterError::Catalog(error) => catalog(error),
        MasterError::Image(error) => image(error),
        MasterError::Storage(error) => storage(error),
        MasterError::Format(FormatError::Io(error)) | MasterError::Scratch(error) => disk(error),
        MasterError::Format(_)
        | MasterError::TooLarge(_)
        | MasterError::Broken(_)
        | MasterError::Digest
        | MasterError::Upload(_)
        | MasterError::Work(_) => (error.to_string(), false),
        MasterError::Fetch(fetch) | MasterError::Pull(PullError::Tile { url: _, error: fetch }) => (error.to_string(), may_pass(fetch)),
        MasterError::Pull(PullError::Disk(error)) => disk(error),
        MasterError::Pull(_) => (error.to_string(), false),
    }
}

fn catalog(error: &CatalogError) -> (String, bool) {
    match error {
        CatalogError::Unavailable(_) | CatalogError::Database(_) => ("the database does not answer".to_owned(), true),
        CatalogError::NotFound("item") | CatalogError::Gone("item") => ("its item was deleted meanwhile".to_owned(), false),
        CatalogError::Faults(faults) => {
            let details: Vec<&str> = faults.iter().map(|fault| fault.detail.as_str()).collect();
            (details.join("; "), false)
        }
        other => (other.to_string(), false),
    }
}

fn image(error: &ImageError) -> (String, bool) {
    match error {
        ImageError::NotFound => (no_file(), false),
        ImageError::Storage(_) => (no_storage(), true),
        ImageError::Changed => (error.to_string(), true),
        ImageError::Catalog(error) => catalog(error),
        other => (other.to_string(), false),
    }
}

fn storage(error: &StorageError) -> (String, bool) {
    match error {
        StorageError::NotFound => (no_file(), false),
        StorageError::Changed => ("the file changed while it was read".to_owned(), true),
        StorageError::Unavailable(_) => (no_storage(), true),
        other => (other.to_string(), false),
    }
}

fn no_file() -> String {
    "there is no such file in the storage".to_owned()
}

fn no_storage() -> String {
    "the storage does not take or give what is asked; the log of the service says more".to_owned()
}

fn disk(error: &io::Error) -> (String, bool) {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ("the disk of the service is full".to_owned(), true),
        _ => ("the disk of the service fails; its log says more".to_owned(), true),
    }
}

/// Whether the same request may be answered another time.
fn may_pass(error: &FetchError) -> bool {
    match error {
        FetchError::Unreachable | FetchError::TimedOut | FetchError::Broken => true,
        FetchError::Status(status) => *status >= 500 || matches!(status, 408 | 425 | 429),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_pass_is_tried_again_and_what_is_wrong_is_told() {
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let cases: Vec<(MasterError, &str, bool)> = vec![
            (StorageError::NotFound.into(), "no such file", false),
            (ImageError::NotFound.into(), "no such file", false),
            (StorageError::Unavailable("secret".to_owned()).into(), "storage", true),
            (MasterError::Scratch(full()), "full", true),
            (FormatError::Io(full()).into(), "full", true),
            (FormatError::Unrecognised.into(), "not a TIFF", false),
            (MasterError::TooLarge(7), "max_upload", false),
            (FetchError::Status(404).into(), "404", false),
            (FetchError::Status(503).into(), "503", true),
            (FetchError::Refused.into(), "private", false),
            (CatalogError::Gone("item").into(), "deleted", false),
        ];
        for (error, word, passing) in cases {
            let (why, passes) = told(&error);
            assert!(why.contains(word) && !why.contains("secret"), "{why}");
            assert_eq!(passes, passing, "{why}");
        }
    }
}
