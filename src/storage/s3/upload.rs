//! Files into the bucket: in one request when small, else in parts that become an object together or not at all.

use std::{fs::File, ops::Range, path::Path, sync::Arc};

use aws_sdk_s3::{
    Client,
    primitives::ByteStream,
    types::{CompletedMultipartUpload, CompletedPart},
};
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};

use super::errors::{failure, unavailable};
use crate::storage::{Object, StorageError, directory};

/// Largest file sent in one request.
const SINGLE: u64 = 16 << 20;
/// Size of a part unless there would be too many.
const PART: u64 = 8 << 20;
const MAX_PARTS: u64 = 10_000;
/// Largest part, which bounds memory; the largest file is this many times [`MAX_PARTS`].
const MAX_PART: u64 = 64 << 20;
/// Parts on their way together.
const PARALLEL: usize = 3;

/// Where a file goes.
#[derive(Clone)]
pub(super) struct Target {
    pub client: Client,
    pub bucket: String,
    pub key: String,
}

impl Target {
    pub async fn write(&self, path: &Path) -> Result<Object, StorageError> {
        let path = path.to_owned();
        let (file, size) = blocking(move || {
            let file = File::open(path).map_err(local)?;
            let size = file.metadata().map_err(local)?.len();
            Ok((Arc::new(file), size))
        })
        .await?;
        let tag = if size <= SINGLE { self.put(file, size).await? } else { self.put_parts(file, size).await? };
        super::describe(Some(size), tag.as_deref())
    }

    async fn put(&self, file: Arc<File>, size: u64) -> Result<Option<String>, StorageError> {
        let body = read(file, 0..size).await?;
        let request = self.client.put_object().bucket(&self.bucket).key(&self.key).body(ByteStream::from(body));
        Ok(request.send().await.map_err(|e| failure(&e))?.e_tag)
    }

    async fn put_parts(&self, file: Arc<File>, size: u64) -> Result<Option<String>, StorageError> {
        let length = part_length(size).ok_or(StorageError::OutOfRange)?;
        let request = self.client.create_multipart_upload().bucket(&self.bucket).key(&self.key);
        let id = request.send().await.map_err(|e| failure(&e))?.upload_id;
        let id = id.ok_or_else(|| unavailable("the store names no upload"))?;
        let mut unfinished = Unfinished(Some((self.clone(), id.clone())));
        let result = self.send_parts(&id, file, size, length).await;
        match result {
            Ok(_) => unfinished.0 = None,
            Err(_) => unfinished.abort().await,
        }
        result
    }

    async fn send_parts(&self, id: &str, file: Arc<File>, size: u64, length: u64) -> Result<Option<String>, StorageError> {
        let parts = stream::iter(0..size.div_ceil(length))
            .map(|at| self.send_part(id, file.clone(), at, at * length..((at + 1) * length).min(size)))
            .buffered(PARALLEL)
            .try_collect::<Vec<_>>()
            .await?;
        let parts = CompletedMultipartUpload::builder().set_parts(Some(parts)).build();
        let request = self.client.complete_multipart_upload().bucket(&self.bucket).key(&self.key).upload_id(id);
        Ok(request.multipart_upload(parts).send().await.map_err(|e| failure(&e))?.e_tag)
    }

    async fn send_part(&self, id: &str, file: Arc<File>, at: u64, range: Range<u64>) -> Result<CompletedPart, StorageError> {
        let number = i32::try_from(at + 1).map_err(|_| StorageError::OutOfRange)?;
        let body = ByteStream::from(read(file, range).await?);
        let request = self.client.upload_part().bucket(&self.bucket).key(&self.key).upload_id(id).part_number(number);
        let output = request.body(body).send().await.map_err(|e| failure(&e))?;
        Ok(CompletedPart::builder().part_number(number).set_e_tag(output.e_tag).build())
    }
}

/// An upload to give up unless it is taken out: parts that belong to no object still cost space.
struct Unfinished(Option<(Target, String)>);

impl Unfinished {
    async fn abort(&mut self) {
        if let Some((target, id)) = self.0.take() {
            abort(target, id).await;
        }
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        if let Some((target, id)) = self.0.take()
            && let Ok(runtime) = tokio::runtime::Handle::try_current()
        {
            runtime.spawn(abort(target, id));
        }
    }
}

async fn abort(target: Target, id: String) {
    let request = target.client.abort_multipart_upload().bucket(target.bucket).key(&target.key).upload_id(id);
    if let Err(error) = request.send().await {
        tracing::warn!(key = target.key, error = %failure(&error), "the parts of an unfinished upload stay behind");
    }
}

/// Bytes of each part but the last; nothing for a file that is too large.
fn part_length(size: u64) -> Option<u64> {
    let length = size.div_ceil(MAX_PARTS).next_multiple_of(1 << 20).max(PART);
    (length <= MAX_PART).then_some(length)
}

async fn read(file: Arc<File>, range: Range<u64>) -> Result<Bytes, StorageError> {
    blocking(move || match directory::read_at(&file, range) {
        Err(StorageError::Changed) => Err(unavailable("the file was cut while it was uploaded")),
        result => result,
    })
    .await
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, StorageError> + Send + 'static) -> Result<T, StorageError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| unavailable(&e.to_string()))?
}

fn local(error: std::io::Error) -> StorageError {
    unavailable(&format!("the file to upload: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_stay_few_and_small() {
        const MIB: u64 = 1 << 20;
        let cases = [
            (SINGLE + 1, Some(8 * MIB)),
            (8 * MIB * MAX_PARTS, Some(8 * MIB)),
            (8 * MIB * MAX_PARTS + 1, Some(9 * MIB)),
            (64 * MIB * MAX_PARTS, Some(64 * MIB)),
            (64 * MIB * MAX_PARTS + 1, None),
            (u64::MAX, None),
        ];
        for (size, expected) in cases {
            assert_eq!(part_length(size), expected, "{size}");
        }
    }
}
