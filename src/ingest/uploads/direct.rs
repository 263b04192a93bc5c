//! Uploads whose bytes the client puts into the storage itself, by a URL that was signed for it.

use std::time::Duration;

use uuid::Uuid;

use super::append::apart;
use super::{UploadError, Uploads, key};
use crate::catalog::{NewUpload, Upload, UploadPart};
use crate::storage::{PresignedPut, StorageError};

/// Longest time that a signed URL holds: that of S3.
const LONGEST: Duration = Duration::from_secs(7 * 24 * 3600);

/// An upload, and where its bytes go.
#[derive(Clone, Debug)]
pub struct Direct {
    pub upload: Upload,
    pub put: PresignedPut,
}

impl Uploads {
    /// Announces an upload that the client puts into the storage itself.
    ///
    /// # Errors
    /// [`UploadError::NoDirect`] unless the storage is in S3.
    pub async fn create_direct(&self, new: NewUpload) -> Result<Direct, UploadError> {
        if !self.storage.takes_direct() {
            return Err(UploadError::NoDirect);
        }
        let object = Uuid::now_v7();
        let upload = self.create(&NewUpload { direct: Some(object), ..new }).await?;
        let lifetime = self.settings.lifetime.min(LONGEST);
        let put = self.storage.presign_put(&key(upload.id, object), upload.length.unsigned_abs(), lifetime).await?;
        put.map(|put| Direct { upload, put }).ok_or(UploadError::NoDirect)
    }

    /// Takes note that the bytes of a direct upload are there, all of them. Doing it again changes nothing.
    ///
    /// # Errors
    /// [`UploadError::NothingThere`], [`UploadError::OtherLength`].
    pub async fn complete_direct(&self, id: Uuid) -> Result<Upload, UploadError> {
        let holder = Uuid::now_v7();
        let upload = self.catalog.hold_upload(id, holder).await?.ok_or(UploadError::Held)?;
        let uploads = self.clone();
        apart(async move {
            let completed = uploads.complete_held(&upload, holder).await;
            uploads.catalog.release_upload(id, holder).await?;
            completed
        })
        .await
    }

    async fn complete_held(&self, upload: &Upload, holder: Uuid) -> Result<Upload, UploadError> {
        let object = upload.direct.ok_or(UploadError::NotDirect)?;
        if upload.is_complete() {
            return Ok(upload.clone());
        }
        let found = match self.storage.head(&key(upload.id, object)).await {
            Err(StorageError::NotFound) => return Err(UploadError::NothingThere),
            other => other?,
        };
        if found.size != upload.length.unsigned_abs() {
            return Err(UploadError::OtherLength { found: found.size, expected: upload.length });
        }
        let part = UploadPart { start: 0, length: upload.length, object, version: found.version.as_str().to_owned() };
        let added = self.catalog.add_upload_parts(upload.id, holder, &[part], self.settings.lifetime).await?;
        added.ok_or(UploadError::Held)
    }
}
