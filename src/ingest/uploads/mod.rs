//! Uploads: bytes on their way in, which survive broken lines, restarts and the loss of a replica.
//!
//! What arrives goes into the storage at once, in objects of bounded size below [`INCOMING`], so that any replica can take what comes
//! next; the catalogue knows their order. Whoever takes an upload further asks for it as one file ([`Uploads::received`]) and ends it
//! when it has become something else ([`Uploads::end`]). What is not finished in time is swept away.

mod append;
mod checksum;
mod direct;
mod error;
mod sweep;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use uuid::Uuid;

use super::scratch::Scratch;
use crate::catalog::{Catalog, NewUpload, Upload, UploadPart};
use crate::storage::{Object, Storage};

pub(super) use checksum::verify;
pub use checksum::{Checksum, Summing};
pub use direct::Direct;
pub use error::UploadError;

/// Where the parts of uploads are kept: never served as unregistered files.
pub const INCOMING: &str = crate::image_service::INCOMING;
/// Appending requests that are read together: each may hold a part in memory.
const TOGETHER: usize = 64;

/// What the operator decides about uploads.
#[derive(Clone, Copy, Debug)]
pub struct UploadSettings {
    /// Most bytes of one.
    pub max_length: u64,
    /// How long after its last bytes an unfinished one is kept.
    pub lifetime: Duration,
}

/// Takes uploads in; clones share the room.
#[derive(Clone)]
pub struct Uploads {
    catalog: Catalog,
    storage: Storage,
    settings: UploadSettings,
    room: Arc<Semaphore>,
}

impl Uploads {
    pub fn new(catalog: Catalog, storage: Storage, settings: UploadSettings) -> Self {
        Self { catalog, storage, settings, room: Arc::new(Semaphore::new(TOGETHER)) }
    }

    /// Most bytes of an upload.
    pub fn max_length(&self) -> u64 {
        self.settings.max_length
    }

    /// Announces an upload.
    ///
    /// # Errors
    /// [`UploadError::TooLarge`].
    pub async fn create(&self, new: &NewUpload) -> Result<Upload, UploadError> {
        if new.length.unsigned_abs() > self.settings.max_length {
            return Err(UploadError::TooLarge(self.settings.max_length));
        }
        Ok(self.catalog.create_upload(new, self.settings.lifetime).await?)
    }

    /// An upload that is neither over nor expired.
    pub async fn find(&self, id: Uuid) -> Result<Upload, UploadError> {
        Ok(self.catalog.upload(id).await?)
    }

    /// The whole of an upload as one file in `folder`, which is made when it is needed; it is what it was announced to be. The upload
    /// stays as it is: end it when it has become something else.
    ///
    /// # Errors
    /// [`UploadError::Incomplete`], and [`UploadError::Checksum`] where a checksum of the whole was announced.
    pub async fn received(&self, id: Uuid, folder: &Path) -> Result<Scratch, UploadError> {
        let upload = self.find(id).await?;
        if !upload.is_complete() {
            return Err(UploadError::Incomplete { received: upload.received, length: upload.length });
        }
        let parts = self.catalog.upload_parts(id).await?;
        let objects = parts.iter().map(|part| (key(id, part.object), object(part)));
        let scratch = Scratch::joined(folder, &self.storage, objects).await?;
        if let Some(expected) = upload.sha256 {
            checksum::verify(scratch.path(), expected).await?;
        }
        Ok(scratch)
    }

    /// Ends an upload: its bytes are not needed any more, or nobody wants them.
    ///
    /// # Errors
    /// [`UploadError::Held`] while somebody appends to it.
    pub async fn end(&self, id: Uuid) -> Result<(), UploadError> {
        let holder = Uuid::now_v7();
        if !self.catalog.close_upload(id, holder).await? {
            return Err(UploadError::Held);
        }
        let uploads = self.clone();
        append::apart(async move { uploads.clear(id).await }).await
    }

    /// Ends an upload of which something was made. It does no harm if that fails: it expires.
    pub(super) async fn taken(&self, id: Uuid) {
        if let Err(error) = self.end(id).await {
            tracing::warn!("an upload that was used stays until it expires: {error}");
        }
    }

    /// Removes all objects of an upload that nobody can append to any more, also those that no part tells of.
    async fn clear(&self, id: Uuid) -> Result<(), UploadError> {
        let all = format!("{INCOMING}{id}.");
        loop {
            let keys = self.storage.list(&all, None, sweep::PAGE).await?;
            for key in &keys {
                self.storage.delete(key).await?;
            }
            if keys.len() < sweep::PAGE {
                return Ok(self.catalog.end_upload(id).await?);
            }
        }
    }
}

/// Where an object of an upload lies: all in one folder, as a folder for each upload would stay behind empty.
fn key(upload: Uuid, object: Uuid) -> String {
    format!("{INCOMING}{upload}.{object}")
}

fn object(part: &UploadPart) -> Object {
    Object { size: part.length.unsigned_abs(), version: part.version.clone().into() }
}
