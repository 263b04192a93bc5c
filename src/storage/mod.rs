//! Bytes by key: ranged reads, whole-file writes, listings. A directory or a bucket, behind one set of promises.
//!
//! Keys are relative paths (`masters/ezu/1286201.tif`): `/`-separated UTF-8 of at most 1024 bytes, without empty, `.` or `..`
//! segments, backslashes and control characters. An object appears whole or not at all, and is never changed in place: each write
//! gives a new [`Version`], and a reader that names the version it knows is told when the bytes are others.

mod directory;
mod key;
mod ranges;
#[cfg(feature = "s3")]
mod s3;
mod walk;

use std::{
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::AsyncWriteExt;

#[cfg(feature = "s3")]
pub use s3::{S3Settings, S3Timeouts};

/// Bytes one read may ask for.
pub const MAX_READ: u64 = 64 << 20;
/// Bytes that one write from memory may have.
pub const MAX_WRITE: usize = 64 << 20;
/// Bytes of an object that are copied at a time.
const PIECE: u64 = 16 << 20;
/// Requests of one [`Storage::read_ranges`] that are under way together.
const PARALLEL: usize = 4;

/// What can go wrong with a stored object.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StorageError {
    /// No object has this key.
    #[error("no such object")]
    NotFound,
    /// The object is no longer the version asked for.
    #[error("the object has changed")]
    Changed,
    /// The range reaches past the end of the object, or is larger than one call may read.
    #[error("the range is not within the object")]
    OutOfRange,
    /// No object can have this key; the text completes "the key is refused because …".
    #[error("invalid key: {0}")]
    InvalidKey(&'static str),
    /// The settings do not describe a store; the text says what to set.
    #[error("storage settings: {0}")]
    InvalidSettings(String),
    /// The store does not answer as it should; the text is for the log only.
    #[error("storage is not available: {0}")]
    Unavailable(String),
}

/// Why an object was not copied.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    /// The file could not be written.
    #[error(transparent)]
    Disk(#[from] std::io::Error),
}

/// Names the bytes of an object: equal versions of one key have equal bytes.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Version(String);

impl Version {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<String> for Version {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What a store knows of an object without reading it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Object {
    /// In bytes.
    pub size: u64,
    pub version: Version,
}

/// A PUT request that a store takes from anyone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignedPut {
    pub url: String,
    /// To be sent just so.
    pub headers: Vec<(String, String)>,
}

/// What each kind of store must do; keys and ranges have been checked, ranges are not empty and not above [`MAX_READ`].
#[async_trait]
trait Backend: Send + Sync {
    /// Whether reading costs no more than remembering.
    fn is_near(&self) -> bool {
        false
    }
    async fn head(&self, key: &str) -> Result<Object, StorageError>;
    /// The same as `read` where it takes no waiting; `None` where it would, or where that cannot be told.
    fn read_now(&self, _key: &str, _range: &Range<u64>, _version: Option<&Version>) -> Option<Result<Bytes, StorageError>> {
        None
    }
    async fn read(&self, key: &str, range: Range<u64>, version: Option<&Version>) -> Result<Bytes, StorageError>;
    async fn read_head(&self, key: &str, length: u64) -> Result<(Bytes, Object), StorageError>;
    async fn write_file(&self, key: &str, path: &Path) -> Result<Object, StorageError>;
    async fn write(&self, key: &str, bytes: Bytes) -> Result<Object, StorageError>;
    /// Whether others can write to it by [`Backend::presign_put`].
    fn takes_direct(&self) -> bool {
        false
    }
    async fn presign_put(&self, _key: &str, _length: u64, _lifetime: Duration) -> Result<Option<PresignedPut>, StorageError> {
        Ok(None)
    }
    async fn delete(&self, key: &str) -> Result<(), StorageError>;
    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StorageError>;
    async fn check(&self) -> Result<(), StorageError>;
    /// Removes what unfinished writes left; see [`Storage::sweep`].
    async fn sweep(&self, _folder: &str, _age: Duration) -> Result<(), StorageError> {
        Ok(())
    }
}

/// A store of objects; clones share it.
#[derive(Clone)]
pub struct Storage(Arc<dyn Backend>);

impl Storage {
    /// Files below `root`, which is created when it is missing.
    ///
    /// # Errors
    /// [`StorageError::InvalidSettings`] when `root` is not a directory and cannot become one.
    pub fn directory(root: PathBuf) -> Result<Self, StorageError> {
        Ok(Self(Arc::new(directory::Directory::open(&root)?)))
    }

    /// Objects in a bucket of an S3-compatible store. Asks the store nothing yet: see [`Storage::check`].
    ///
    /// # Errors
    /// [`StorageError::InvalidSettings`] when bucket, endpoint or credentials are missing or malformed.
    #[cfg(feature = "s3")]
    pub async fn s3(settings: S3Settings) -> Result<Self, StorageError> {
        Ok(Self(Arc::new(s3::Bucket::open(settings)?)))
    }

    /// Whether reading costs no more than remembering: bytes on this machine are in the system's memory already.
    pub fn is_near(&self) -> bool {
        self.0.is_near()
    }

    /// Size and version of an object.
    pub async fn head(&self, key: &str) -> Result<Object, StorageError> {
        key::check(key)?;
        self.0.head(key).await
    }

    /// Exactly the bytes of `range`, in one request to the store; of `version` if one is named, else of whichever is there.
    ///
    /// # Errors
    /// [`StorageError::Changed`] when the object is another version, [`StorageError::OutOfRange`] when it is shorter than the range
    /// or the range is larger than [`MAX_READ`].
    pub async fn read(&self, key: &str, range: Range<u64>, version: Option<&Version>) -> Result<Bytes, StorageError> {
        key::check(key)?;
        if range.start > range.end || range.end - range.start > MAX_READ {
            return Err(StorageError::OutOfRange);
        }
        if range.is_empty() {
            return Ok(Bytes::new());
        }
        match self.0.read_now(key, &range, version) {
            Some(done) => done,
            None => self.0.read(key, range, version).await,
        }
    }

    /// The same, if the bytes lie ready in the system's memory; `None` where they have to be waited for.
    pub fn read_now(&self, key: &str, range: Range<u64>, version: &Version) -> Option<Result<Bytes, StorageError>> {
        let sound = !range.is_empty() && range.end - range.start <= MAX_READ;
        if sound { self.0.read_now(key, &range, Some(version)) } else { None }
    }

    /// The first `length` bytes, or as many as there are, with size and version of the object: one request to the store.
    pub async fn read_head(&self, key: &str, length: u64) -> Result<(Bytes, Object), StorageError> {
        key::check(key)?;
        match length {
            0 => Ok((Bytes::new(), self.0.head(key).await?)),
            1..=MAX_READ => self.0.read_head(key, length).await,
            _ => Err(StorageError::OutOfRange),
        }
    }

    /// Copies an object into a file of this machine, a piece at a time; all of it is of the one version. `told` hears how many bytes have
    /// come.
    ///
    /// # Errors
    /// As [`Storage::read`], or what the disk says.
    pub async fn fetch(&self, key: &str, object: &Object, to: &mut tokio::fs::File, told: impl Fn(u64)) -> Result<(), FetchError> {
        let mut at = 0;
        while at < object.size {
            let end = (at + PIECE).min(object.size);
            to.write_all(&self.read(key, at..end, Some(&object.version)).await?).await?;
            at = end;
            told(at);
        }
        Ok(to.flush().await?)
    }

    /// The bytes of each range, in the order asked. Neighbours share a request and a few requests run together; results that share
    /// a request share its memory, so copy what is to be kept for long.
    ///
    /// # Errors
    /// As [`Storage::read`]; without a `version`, a write in between may give ranges of two versions.
    pub async fn read_ranges(&self, key: &str, ranges: &[Range<u64>], version: Option<&Version>) -> Result<Vec<Bytes>, StorageError> {
        key::check(key)?;
        let fetched: Vec<(ranges::Fetch, Bytes)> = stream::iter(ranges::merge(ranges)?)
            .map(async |fetch| {
                let bytes = self.read(key, fetch.range.clone(), version).await?;
                Ok::<_, StorageError>((fetch, bytes))
            })
            .buffered(PARALLEL)
            .try_collect()
            .await?;
        let mut parts = vec![Bytes::new(); ranges.len()];
        for (fetch, bytes) in &fetched {
            for &at in &fetch.serves {
                let within = |offset: u64| (offset - fetch.range.start) as usize;
                parts[at] = bytes.slice(within(ranges[at].start)..within(ranges[at].end));
            }
        }
        Ok(parts)
    }

    /// Stores a finished local file under `key`, in place of what was there. Readers see the old object or the new one whole.
    pub async fn write_file(&self, key: &str, path: &Path) -> Result<Object, StorageError> {
        key::check(key)?;
        self.0.write_file(key, path).await
    }

    /// The same of at most [`MAX_WRITE`] bytes from memory.
    ///
    /// # Errors
    /// [`StorageError::OutOfRange`] for more.
    pub async fn write(&self, key: &str, bytes: Bytes) -> Result<Object, StorageError> {
        key::check(key)?;
        if bytes.len() > MAX_WRITE {
            return Err(StorageError::OutOfRange);
        }
        self.0.write(key, bytes).await
    }

    /// Whether others can be let to write an object themselves.
    pub fn takes_direct(&self) -> bool {
        self.0.takes_direct()
    }

    /// A request by which anyone can write one object of this length, within this time; `None` where the store takes none.
    pub async fn presign_put(&self, key: &str, length: u64, lifetime: Duration) -> Result<Option<PresignedPut>, StorageError> {
        key::check(key)?;
        self.0.presign_put(key, length, lifetime).await
    }

    /// Deletes an object; one that is not there counts as deleted.
    pub async fn delete(&self, key: &str) -> Result<(), StorageError> {
        key::check(key)?;
        self.0.delete(key).await
    }

    /// The first `limit` keys that start with `prefix` and come after `after`, in byte order. Both may be any text.
    pub async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StorageError> {
        if limit == 0 {
            return Ok(Vec::new());
        }
        self.0.list(prefix, after, limit).await
    }

    /// Removes what writes into a folder left behind that were cut off so long ago by the end of their process. They are no objects.
    pub async fn sweep(&self, folder: &str, age: Duration) -> Result<(), StorageError> {
        key::check(folder)?;
        self.0.sweep(folder, age).await
    }

    /// Whether the store answers; cheap, and given up after a few seconds.
    pub async fn check(&self) -> Result<(), StorageError> {
        self.0.check().await
    }
}

impl std::fmt::Debug for Storage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Storage")
    }
}
