//! Masters on this machine's disk, for as long as they are worked on.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::fs::File;
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use super::progress::Progress;
use super::uploads::verify;
use super::{MasterError, UploadError};
use crate::fetch::{DownloadError, Fetcher, Receiving};
use crate::storage::{FetchError, Object, Storage};

/// A file that is deleted when nobody holds it any more.
pub struct Scratch(PathBuf);

impl Scratch {
    /// Takes charge of a file that is there.
    #[cfg(test)]
    pub fn of(path: PathBuf) -> Self {
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where a conversion of this file may be written.
    pub(super) fn converted(&self) -> Scratch {
        Scratch(self.0.with_extension("tif"))
    }

    /// A new, empty file in `folder`, which is made when it is needed.
    pub(super) async fn create(folder: &Path) -> std::io::Result<(Scratch, File)> {
        tokio::fs::create_dir_all(folder).await?;
        let scratch = Scratch(folder.join(Uuid::now_v7().to_string()));
        let file = File::create_new(scratch.path()).await?;
        Ok((scratch, file))
    }

    /// A name in `folder`, which is made when it is needed, for a file that is to be written.
    pub(super) async fn named(folder: &Path) -> std::io::Result<Scratch> {
        tokio::fs::create_dir_all(folder).await?;
        Ok(Scratch(folder.join(Uuid::now_v7().to_string())))
    }

    /// What a client sends, at most `most` bytes.
    pub(super) async fn received(
        folder: &Path,
        mut bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin,
        most: u64,
    ) -> Result<Scratch, MasterError> {
        let (scratch, mut file) = Self::create(folder).await.map_err(MasterError::Scratch)?;
        let mut length = 0;
        while let Some(part) = bytes.next().await {
            let part = part.map_err(MasterError::Broken)?;
            length += part.len() as u64;
            if length > most {
                return Err(MasterError::TooLarge(most));
            }
            file.write_all(&part).await.map_err(MasterError::Scratch)?;
        }
        file.flush().await.map_err(MasterError::Scratch)?;
        Ok(scratch)
    }

    /// A copy of an object in the storage, of at most `most` bytes; all of it is of the one version.
    pub(super) async fn fetched(
        folder: &Path,
        storage: &Storage,
        key: &str,
        object: &Object,
        most: u64,
        progress: &Progress,
    ) -> Result<Scratch, MasterError> {
        if object.size > most {
            return Err(MasterError::TooLarge(most));
        }
        let (scratch, mut file) = Self::create(folder).await.map_err(MasterError::Scratch)?;
        storage.fetch(key, object, &mut file, |done| progress.bytes(done, Some(object.size))).await.map_err(|error| match error {
            FetchError::Storage(error) => error.into(),
            FetchError::Disk(error) => MasterError::Scratch(error),
        })?;
        Ok(scratch)
    }

    /// Refuses a file that does not have this SHA-256.
    pub(super) async fn verify(&self, expected: Vec<u8>) -> Result<(), MasterError> {
        verify(self.path(), expected).await.map_err(|error| match error {
            UploadError::Checksum => MasterError::Digest,
            other => other.into(),
        })
    }

    /// Objects of the storage one after the other.
    pub(super) async fn joined(
        folder: &Path,
        storage: &Storage,
        objects: impl Iterator<Item = (String, Object)>,
    ) -> Result<Scratch, UploadError> {
        let created = Self::create(folder).await;
        let (scratch, mut file) = created.map_err(UploadError::Disk)?;
        for (key, object) in objects {
            storage.fetch(&key, &object, &mut file, |_| ()).await?;
        }
        Ok(scratch)
    }

    /// What is at a URL, at most `most` bytes.
    pub(super) async fn downloaded(
        folder: &Path,
        fetcher: &Fetcher,
        url: &str,
        most: u64,
        progress: &Progress,
    ) -> Result<Scratch, MasterError> {
        let (scratch, mut file) = Self::create(folder).await.map_err(MasterError::Scratch)?;
        let told = |done, total| progress.bytes(done, total);
        fetcher.download(url, Receiving { to: &mut file, most, told: &told }).await.map_err(|error| match error {
            DownloadError::Fetch(error) => MasterError::Fetch(error),
            DownloadError::Disk(error) => MasterError::Scratch(error),
        })?;
        Ok(scratch)
    }
}

/// Removes what earlier processes left in their scratch folder.
pub(super) async fn sweep(folder: &Path) {
    let Ok(mut entries) = tokio::fs::read_dir(folder).await else { return };
    while let Ok(Some(entry)) = entries.next_entry().await {
        if let Err(error) = tokio::fs::remove_file(entry.path()).await {
            tracing::warn!("a temporary file of an earlier run stays: {error}");
        }
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_file(&self.0)
            && error.kind() != std::io::ErrorKind::NotFound
        {
            tracing::warn!("a temporary file could not be deleted: {error}");
        }
    }
}
