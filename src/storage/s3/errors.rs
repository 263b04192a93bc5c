//! What the errors of the SDK mean.

use std::error::Error;

use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};

use crate::storage::StorageError;

pub(super) fn unavailable(why: &str) -> StorageError {
    StorageError::Unavailable(why.to_owned())
}

/// Sorts a failed request by the status of its answer, if there was one.
pub(super) fn failure<E>(error: &SdkError<E>) -> StorageError
where
    E: ProvideErrorMetadata + Error + 'static,
{
    let Some(answer) = error.raw_response() else {
        return StorageError::Unavailable(chain(error));
    };
    let (status, code) = (answer.status().as_u16(), error.code().unwrap_or_default());
    match status {
        404 if code != "NoSuchBucket" => StorageError::NotFound,
        412 => StorageError::Changed,
        416 => StorageError::OutOfRange,
        403 => StorageError::Unavailable(format!("403 {code}: the key needs GetObject, PutObject, DeleteObject and ListBucket")),
        _ => StorageError::Unavailable(format!("{status} {code}: {}", error.message().unwrap_or("the store refuses the request"))),
    }
}

/// An error and its causes on one line.
fn chain(error: &dyn Error) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}
