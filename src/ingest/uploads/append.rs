//! What is sent is appended: kept as it comes, a part at a time, by whoever holds the upload.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures_util::{Stream, StreamExt};
use uuid::Uuid;

use super::checksum::{Checksum, Summing};
use super::{UploadError, Uploads, key};
use crate::catalog::{UPLOAD_HOLD, Upload, UploadPart};
use crate::storage::MAX_WRITE;

/// Bytes of a part, unless an upload so long would have too many of them.
const PART: u64 = 4 << 20;
/// Most parts of this size.
const FULL_PARTS: u64 = 5_000;
/// Most parts of any size: what comes in crumbs is refused.
const MOST_PARTS: i32 = 20_000;
/// How long a request waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

impl Uploads {
    /// Appends what `bytes` gives to an upload that has `offset` bytes so far. When they break off, what came is kept, unless a
    /// checksum was announced: then all is kept or nothing. It goes on if the caller leaves, to the end of `bytes`.
    ///
    /// # Errors
    /// [`UploadError::Held`], [`UploadError::Offset`], [`UploadError::TooLong`], [`UploadError::Checksum`] and whatever breaks.
    pub async fn append(
        &self,
        id: Uuid,
        offset: i64,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Send + Unpin + 'static,
        checksum: Option<Checksum>,
    ) -> Result<Upload, UploadError> {
        let turn = tokio::time::timeout(PATIENCE, self.room.clone().acquire_owned()).await.map_err(|_| UploadError::Busy)?;
        let uploads = self.clone();
        apart(async move {
            let _turn = turn;
            let holder = Uuid::now_v7();
            let upload = uploads.catalog.hold_upload(id, holder).await?.ok_or(UploadError::Held)?;
            let appended = uploads.append_held(&upload, holder, offset, bytes, checksum).await;
            if let Err(error) = uploads.catalog.release_upload(id, holder).await {
                tracing::warn!("an upload stays held for a moment: {error}");
            }
            appended
        })
        .await
    }

    async fn append_held(
        &self,
        upload: &Upload,
        holder: Uuid,
        offset: i64,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin,
        checksum: Option<Checksum>,
    ) -> Result<Upload, UploadError> {
        if upload.direct.is_some() {
            return Err(UploadError::IsDirect);
        }
        if upload.received != offset {
            return Err(UploadError::Offset(upload.received));
        }
        if upload.parts >= MOST_PARTS {
            return Err(UploadError::TooManyParts(upload.parts));
        }
        let mut receiving = Receiving {
            uploads: self,
            upload: upload.clone(),
            holder,
            at: offset,
            room: part_length(upload.length),
            buffer: BytesMut::new(),
            pending: Vec::new(),
            sum: checksum.map(Checksum::summing),
        };
        let received = tokio::select! {
            received = receiving.receive(bytes) => received,
            lost = self.keep_hold(upload.id, holder) => Err(lost),
        };
        if received.is_err() {
            receiving.discard().await;
        }
        received.map(|()| receiving.upload)
    }

    /// Prolongs the hold for as long as it is polled; ends only when the hold is lost.
    async fn keep_hold(&self, id: Uuid, holder: Uuid) -> UploadError {
        loop {
            tokio::time::sleep(UPLOAD_HOLD / 4).await;
            match self.catalog.renew_upload(id, holder).await {
                Ok(true) => {}
                Ok(false) => return UploadError::Held,
                // The next part, which cannot be written down either, tells it.
                Err(error) => tracing::warn!("the hold of an upload is not prolonged: {error}"),
            }
        }
    }
}

/// A request that is being received.
struct Receiving<'a> {
    uploads: &'a Uploads,
    /// As it is in the catalogue.
    upload: Upload,
    holder: Uuid,
    /// Place in the whole of what comes after the parts.
    at: i64,
    /// Bytes of a part.
    room: usize,
    /// What is not in a part yet.
    buffer: BytesMut,
    /// Parts in the storage that the catalogue does not know yet: a checksum decides.
    pending: Vec<UploadPart>,
    sum: Option<Summing>,
}

impl Receiving<'_> {
    async fn receive(&mut self, mut bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin) -> Result<(), UploadError> {
        while let Some(chunk) = bytes.next().await {
            match chunk {
                Ok(chunk) => self.take(&chunk).await?,
                Err(error) if self.sum.is_some() => return Err(UploadError::Broken(error)),
                Err(error) => {
                    self.put().await?;
                    return Err(UploadError::Broken(error));
                }
            }
        }
        self.put().await?;
        if self.sum.take().is_some_and(|sum| !sum.holds()) {
            return Err(UploadError::Checksum);
        }
        let pending = self.pending.clone();
        self.enter(&pending).await?;
        self.pending.clear();
        Ok(())
    }

    async fn take(&mut self, mut chunk: &[u8]) -> Result<(), UploadError> {
        let left = self.upload.length - self.at - self.buffer.len() as i64;
        if chunk.len() as i64 > left {
            return Err(UploadError::TooLong(self.upload.length));
        }
        if let Some(sum) = &mut self.sum {
            sum.add(chunk);
        }
        while !chunk.is_empty() {
            let (fits, rest) = chunk.split_at(chunk.len().min(self.room - self.buffer.len()));
            self.buffer.extend_from_slice(fits);
            chunk = rest;
            if self.buffer.len() == self.room {
                self.put().await?;
            }
        }
        Ok(())
    }

    /// Puts what has come into the storage, and tells the catalogue unless a checksum has to decide first.
    async fn put(&mut self) -> Result<(), UploadError> {
        if self.buffer.is_empty() {
            return Ok(());
        }
        let (object, length) = (Uuid::now_v7(), self.buffer.len() as i64);
        let written = self.uploads.storage.write(&key(self.upload.id, object), self.buffer.split().freeze()).await?;
        let part = UploadPart { start: self.at, length, object, version: written.version.as_str().to_owned() };
        self.at += length;
        self.pending.push(part.clone());
        if self.sum.is_none() {
            self.enter(&[part]).await?;
            self.pending.clear();
        }
        Ok(())
    }

    async fn enter(&mut self, parts: &[UploadPart]) -> Result<(), UploadError> {
        if !parts.is_empty() {
            let lifetime = self.uploads.settings.lifetime;
            let entered = self.uploads.catalog.add_upload_parts(self.upload.id, self.holder, parts, lifetime).await?;
            self.upload = entered.ok_or(UploadError::Held)?;
        }
        Ok(())
    }

    /// Removes what was put into the storage in vain. It does no harm if that fails: it goes with the upload.
    async fn discard(&mut self) {
        let parts = std::mem::take(&mut self.pending);
        // Whether the catalogue knows them is not known when it broke off in the middle of that.
        let Ok(known) = self.uploads.catalog.upload_parts(self.upload.id).await else { return };
        for part in parts.iter().filter(|part| !known.contains(part)) {
            if let Err(error) = self.uploads.storage.delete(&key(self.upload.id, part.object)).await {
                tracing::warn!("a part stays until its upload ends: {error}");
            }
        }
    }
}

/// Bytes of the parts of an upload of this length.
fn part_length(length: i64) -> usize {
    let even = length.unsigned_abs().div_ceil(FULL_PARTS).next_multiple_of(1 << 20);
    usize::try_from(even.max(PART)).map_or(MAX_WRITE, |length| length.min(MAX_WRITE))
}

/// On a task of its own: a client that leaves must not leave half a step behind.
pub(super) async fn apart<T: Send + 'static>(
    work: impl Future<Output = Result<T, UploadError>> + Send + 'static,
) -> Result<T, UploadError> {
    tokio::spawn(work).await.map_err(|error| UploadError::Disk(std::io::Error::other(error)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_uploads_have_larger_parts_and_never_too_many() {
        for (length, expected) in [(0, 4 << 20), (1, 4 << 20), (2 << 30, 4 << 20), (20 << 30, 5 << 20), (i64::MAX, MAX_WRITE)] {
            assert_eq!(part_length(length), expected, "{length}");
        }
        for length in (0..60).map(|bits| 1_i64 << bits).take_while(|length| *length <= 300 << 30) {
            assert!(length.unsigned_abs().div_ceil(part_length(length) as u64) <= FULL_PARTS, "{length}");
        }
    }
}
