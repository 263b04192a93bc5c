//! What was made is kept: in memory first, on disk what stands for a whole image, both within bounds.
//!
//! A derivative is looked for only after the request for it was allowed, and its name holds the version of the master and all that
//! decides its bytes: so nothing here can be stale, and nobody sees what he may not.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;
use tokio::task::JoinHandle;

use super::ImageError;
use super::disk::Disk;
use super::tag::Tag;

/// How much is kept, and where.
#[derive(Clone, Debug)]
pub struct DerivativeSettings {
    /// In memory, in bytes.
    pub memory: u64,
    /// On disk, in bytes; nothing if 0.
    pub disk: u64,
    /// The folder on disk; other processes may use it too.
    pub folder: PathBuf,
}

/// The kept derivatives.
pub(super) struct Derivatives {
    memory: Cache<Tag, Bytes>,
    disk: Option<Arc<Disk>>,
}

impl Derivatives {
    pub fn new(settings: &DerivativeSettings) -> Self {
        let weigh = |_: &Tag, bytes: &Bytes| u32::try_from(bytes.len() + 200).unwrap_or(u32::MAX);
        let memory = Cache::builder().weigher(weigh).max_capacity(settings.memory).support_invalidation_closures().build();
        let disk = (settings.disk > 0).then(|| Disk::open(settings.folder.clone(), settings.disk));
        Self { memory, disk }
    }

    /// From memory, or from disk if `lasting`, or made by `make`: once, however many ask at a time.
    pub async fn get_with(
        &self,
        tag: &Tag,
        lasting: bool,
        make: impl Future<Output = Result<Bytes, ImageError>>,
    ) -> Result<Bytes, ImageError> {
        let load = async {
            match if lasting { self.read(tag).await } else { None } {
                Some(bytes) => Ok(bytes),
                None => {
                    let bytes = make.await?;
                    if lasting {
                        self.keep(tag, bytes.clone());
                    }
                    Ok(bytes)
                }
            }
        };
        self.memory.try_get_with(*tag, load).await.map_err(|error: Arc<ImageError>| (*error).clone())
    }

    /// What is on disk.
    pub async fn read(&self, tag: &Tag) -> Option<Bytes> {
        let (disk, tag) = (self.disk.clone()?, *tag);
        tokio::task::spawn_blocking(move || disk.read(&tag)).await.ok().flatten()
    }

    /// Whether anything is kept on disk.
    pub fn last(&self) -> bool {
        self.disk.is_some()
    }

    /// Puts a derivative on disk; nobody has to wait for it.
    pub fn keep(&self, tag: &Tag, bytes: Bytes) -> Option<JoinHandle<()>> {
        let disk = self.disk.clone()?;
        let tag = *tag;
        Some(tokio::task::spawn_blocking(move || {
            if let Err(error) = disk.write(&tag, &bytes) {
                tracing::warn!("a derivative cannot be kept on disk: {error}");
            }
        }))
    }

    /// Forgets everything that was made of the master that `tag` belongs to.
    pub async fn purge(&self, tag: &Tag) {
        let master = tag.master;
        // Fails only where closures are not supported.
        let _ = self.memory.invalidate_entries_if(move |tag, _| tag.master == master);
        if let (Some(disk), tag) = (self.disk.clone(), *tag)
            && let Ok(Err(error)) = tokio::task::spawn_blocking(move || disk.purge(&tag)).await
        {
            tracing::warn!("derivatives stay on disk: {error}");
        }
    }
}
