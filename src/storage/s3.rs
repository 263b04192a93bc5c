//! Objects in a bucket of an S3-compatible store.
//!
//! Versions are entity tags. A read names the tag it expects and compares the one that comes back as well, because not every
//! compatible store heeds the condition. Checksum trailers are left out for the same reason.

mod errors;
mod settings;
mod upload;

use std::{ops::Range, path::Path, time::Duration};

use async_trait::async_trait;
use aws_sdk_s3::{Client, operation::get_object::GetObjectOutput, presigning::PresigningConfig, primitives::ByteStream};
use bytes::{Bytes, BytesMut};

use super::{Backend, Object, PresignedPut, StorageError, Version, key};
use errors::{failure, unavailable};
pub use settings::{S3Settings, S3Timeouts};

/// How long a readiness probe waits for the store.
const PROBE: Duration = Duration::from_secs(3);
/// Most keys that one listing request gives.
const PAGE: usize = 1000;

pub(super) struct Bucket {
    /// Gives up quickly.
    reader: Client,
    /// Waits as long as a large part may take on a slow line.
    writer: Client,
    name: String,
    /// Empty, or ends with a slash.
    prefix: String,
    /// How long the body of one read may take.
    patience: Duration,
}

impl Bucket {
    pub fn open(settings: S3Settings) -> Result<Self, StorageError> {
        let (reader, writer) = settings.clients()?;
        let prefix = settings.folder()?;
        Ok(Self { reader, writer, name: settings.bucket, prefix, patience: settings.timeouts.operation })
    }

    fn full(&self, key: &str) -> String {
        format!("{}{key}", self.prefix)
    }

    /// One request for `range`, of `version` when one is named.
    async fn get(&self, key: &str, range: &Range<u64>, version: Option<&Version>) -> Result<GetObjectOutput, StorageError> {
        let request = self.reader.get_object().bucket(&self.name).key(self.full(key));
        let request = request.range(format!("bytes={}-{}", range.start, range.end - 1));
        let request = match version.map(Version::as_str) {
            Some(tag) if !is_tag(tag) => return Err(StorageError::Changed),
            tag => request.set_if_match(tag.map(str::to_owned)),
        };
        let output = match request.send().await.map_err(|e| failure(&e)) {
            Err(StorageError::OutOfRange) => return Err(self.out_of_range(key, version).await),
            other => other?,
        };
        if version.is_some_and(|version| Some(version.as_str()) != output.e_tag()) {
            return Err(StorageError::Changed);
        }
        Ok(output)
    }

    /// What it means that the range lies outside: not every store looks at the condition first when an object became shorter.
    async fn out_of_range(&self, key: &str, version: Option<&Version>) -> StorageError {
        let Some(version) = version else { return StorageError::OutOfRange };
        match self.head(key).await {
            Ok(object) if object.version == *version => StorageError::OutOfRange,
            Ok(_) => StorageError::Changed,
            Err(error) => error,
        }
    }

    /// The body, of which exactly `length` bytes are expected.
    async fn body(&self, body: ByteStream, length: u64) -> Result<Bytes, StorageError> {
        let collected = tokio::time::timeout(self.patience, collect(body, length)).await;
        collected.map_err(|_| unavailable("the store stopped sending"))?
    }
}

#[async_trait]
impl Backend for Bucket {
    async fn head(&self, key: &str) -> Result<Object, StorageError> {
        let request = self.reader.head_object().bucket(&self.name).key(self.full(key));
        let output = request.send().await.map_err(|e| failure(&e))?;
        describe(output.content_length().and_then(|length| u64::try_from(length).ok()), output.e_tag())
    }

    async fn read(&self, key: &str, range: Range<u64>, version: Option<&Version>) -> Result<Bytes, StorageError> {
        let output = self.get(key, &range, version).await?;
        let (sent, _) = extent(&output)?;
        if sent.start != range.start || sent.end > range.end {
            return Err(unavailable("the store sent another range than asked for"));
        }
        if sent.end < range.end {
            return Err(StorageError::OutOfRange);
        }
        self.body(output.body, range.end - range.start).await
    }

    async fn read_head(&self, key: &str, length: u64) -> Result<(Bytes, Object), StorageError> {
        let output = match self.get(key, &(0..length), None).await {
            // No range is within an empty object.
            Err(StorageError::OutOfRange) => return Ok((Bytes::new(), self.head(key).await?)),
            result => result?,
        };
        let (sent, size) = extent(&output)?;
        if sent != (0..length.min(size)) {
            return Err(unavailable("the store sent another range than asked for"));
        }
        let object = describe(Some(size), output.e_tag())?;
        Ok((self.body(output.body, sent.end).await?, object))
    }

    async fn write_file(&self, key: &str, path: &Path) -> Result<Object, StorageError> {
        upload::Target { client: self.writer.clone(), bucket: self.name.clone(), key: self.full(key) }.write(path).await
    }

    async fn write(&self, key: &str, bytes: Bytes) -> Result<Object, StorageError> {
        let size = bytes.len() as u64;
        let request = self.writer.put_object().bucket(&self.name).key(self.full(key)).body(ByteStream::from(bytes));
        describe(Some(size), request.send().await.map_err(|e| failure(&e))?.e_tag())
    }

    fn takes_direct(&self) -> bool {
        true
    }

    async fn presign_put(&self, key: &str, length: u64, lifetime: Duration) -> Result<Option<PresignedPut>, StorageError> {
        let config = PresigningConfig::expires_in(lifetime).map_err(|e| unavailable(&e.to_string()))?;
        let length = i64::try_from(length).map_err(|_| StorageError::OutOfRange)?;
        let request = self.writer.put_object().bucket(&self.name).key(self.full(key)).content_length(length);
        let signed = request.presigned(config).await.map_err(|e| failure(&e))?;
        let headers = signed.headers().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Ok(Some(PresignedPut { url: signed.uri().to_owned(), headers }))
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let request = self.reader.delete_object().bucket(&self.name).key(self.full(key));
        match request.send().await.map_err(|e| failure(&e)) {
            Ok(_) | Err(StorageError::NotFound) => Ok(()),
            Err(error) => Err(error),
        }
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StorageError> {
        let mut keys = Vec::new();
        let mut token = None;
        loop {
            let page = (limit - keys.len()).min(PAGE);
            let request = self.reader.list_objects_v2().bucket(&self.name).prefix(self.full(prefix)).max_keys(page as i32);
            let request = request.set_start_after(after.map(|after| self.full(after))).set_continuation_token(token);
            let output = request.send().await.map_err(|e| failure(&e))?;
            let found = output.contents().iter().filter_map(|object| object.key()?.strip_prefix(&self.prefix));
            keys.extend(found.filter(|key| is_wanted(key, prefix, after)).map(str::to_owned).take(limit - keys.len()));
            token = output.next_continuation_token;
            if keys.len() >= limit || token.is_none() {
                return Ok(keys);
            }
        }
    }

    async fn check(&self) -> Result<(), StorageError> {
        match tokio::time::timeout(PROBE, self.reader.head_bucket().bucket(&self.name).send()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(match failure(&error) {
                StorageError::NotFound => unavailable("the bucket does not exist"),
                other => other,
            }),
            Err(_) => Err(unavailable("the store does not answer")),
        }
    }
}

/// Stores may hold names that are no keys, and read a prefix in their own way.
fn is_wanted(key: &str, prefix: &str, after: Option<&str>) -> bool {
    key.starts_with(prefix) && after.is_none_or(|after| key > after) && key::check(key).is_ok()
}

fn describe(size: Option<u64>, tag: Option<&str>) -> Result<Object, StorageError> {
    match (size, tag) {
        (Some(size), Some(tag)) => Ok(Object { size, version: tag.to_owned().into() }),
        _ => Err(unavailable("the store names no size or no entity tag")),
    }
}

/// Whether a version may be an entity tag; versions that other backends gave are not.
fn is_tag(version: &str) -> bool {
    version.len() >= 2 && version.starts_with('"') && version.ends_with('"') && version.bytes().all(|b| b.is_ascii_graphic())
}

/// Which bytes an answer holds, and of how many.
fn extent(output: &GetObjectOutput) -> Result<(Range<u64>, u64), StorageError> {
    let sent = match output.content_range() {
        Some(text) => content_range(text),
        // A store that ignores ranges sends everything.
        None => output.content_length().and_then(|length| u64::try_from(length).ok()).map(|size| (0..size, size)),
    };
    sent.ok_or_else(|| unavailable("the store sent no readable range"))
}

/// Reads `bytes 0-499/1234` (RFC 9110, 14.4).
fn content_range(text: &str) -> Option<(Range<u64>, u64)> {
    let (range, size) = text.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    let (first, last, size) = (first.parse().ok()?, last.parse::<u64>().ok()?, size.parse().ok()?);
    (first <= last && last < size).then(|| (first..last + 1, size))
}

async fn collect(mut body: ByteStream, length: u64) -> Result<Bytes, StorageError> {
    let expected = usize::try_from(length).map_err(|_| StorageError::OutOfRange)?;
    let mut bytes = BytesMut::with_capacity(expected);
    while let Some(chunk) = body.try_next().await.map_err(|e| unavailable(&e.to_string()))? {
        if bytes.len() + chunk.len() > expected {
            return Err(unavailable("the store sent more than asked for"));
        }
        bytes.extend_from_slice(&chunk);
    }
    if bytes.len() == expected { Ok(bytes.freeze()) } else { Err(unavailable("the store sent less than it announced")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_ranges_are_read() {
        assert_eq!(content_range("bytes 0-499/1234"), Some((0..500, 1234)));
        assert_eq!(content_range("bytes 5-5/6"), Some((5..6, 6)));
        for hostile in
            ["", "bytes */5", "bytes 0-5/*", "bytes 5-4/9", "bytes 0-9/9", "bytes 0-18446744073709551615/5", "0-4/5", "bytes -1-4/5"]
        {
            assert_eq!(content_range(hostile), None, "{hostile:?}");
        }
    }

    #[test]
    fn only_entity_tags_are_sent_as_conditions() {
        assert!(is_tag("\"d41d8cd98f00b204e9800998ecf8427e-2\""));
        for other in ["", "\"", "1700000000.000000001-5-9", "\"a\r\nb\"", "\"a b\"", "*"] {
            assert!(!is_tag(other), "{other:?}");
        }
    }

    #[tokio::test]
    async fn a_body_is_as_long_as_announced_or_an_error() {
        let body = || ByteStream::from_static(b"12345");
        assert_eq!(collect(body(), 5).await.as_deref(), Ok(&b"12345"[..]));
        assert!(matches!(collect(body(), 4).await, Err(StorageError::Unavailable(_))));
        assert!(matches!(collect(body(), 6).await, Err(StorageError::Unavailable(_))));
    }
}
