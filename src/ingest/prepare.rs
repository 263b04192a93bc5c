//! From a master to what the catalogue is told of it, in two steps: what takes time and leaves nothing behind wherever it is cut off,
//! and what puts bytes into the storage.

use std::path::Path;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::MasterError;
use super::conversions::{Converted, Wish};
use super::masters::Masters;
use super::progress::Progress;
use super::pyramids::{serves, told};
use super::ranged::Ranged;
use super::ready::{Ready, StoredMaster};
use super::scratch::Scratch;
use crate::catalog::{Checksums, MasterReport, NewImage};
use crate::fetch::Fetcher;
use crate::formats::{self, FormatError};
use crate::image_service::{ImageError, Measured};
use crate::storage::Object;

/// Bytes read at a time.
const PIECE: u64 = 16 << 20;

/// A master in the storage that was looked at.
pub(super) enum Prepared {
    /// It serves as it is.
    AsItIs(Box<NewImage>),
    /// It does not; here is its pyramid.
    Pyramid(Object, Converted),
}

impl Masters {
    /// Looks at a master in the storage, and makes a pyramid of it if it does not serve as it is.
    pub(super) async fn prepare(&self, id: &str, master: &StoredMaster, uploaded: bool, wish: Wish) -> Result<Prepared, MasterError> {
        match self.images.open(&master.key).await {
            Ok(measured) if master.page == 1 && !wish.anew && serves(&measured.index) => {
                let report = self.report(&master.key, &measured).await?;
                let (object, sums) = (measured.object.clone(), Checksums::default());
                let new = Ready { object, measured, pyramid: None, report, sums }.into_image(id, master, uploaded)?;
                Ok(Prepared::AsItIs(Box::new(new)))
            }
            Ok(_) | Err(ImageError::Unsupported(_) | ImageError::Damaged(_)) => self.convert(master, wish).await,
            Err(error) => Err(error.into()),
        }
    }

    /// Puts what was prepared into the storage: whole or not at all.
    pub(super) async fn settle(
        &self,
        id: &str,
        master: &StoredMaster,
        uploaded: bool,
        key: String,
        prepared: Prepared,
    ) -> Result<NewImage, MasterError> {
        let (object, Converted { report, pyramid, sums }) = match prepared {
            Prepared::AsItIs(new) => return Ok(*new),
            Prepared::Pyramid(object, converted) => (object, converted),
        };
        let pyramid = pyramid.ok_or_else(|| FormatError::Damaged("no pyramid came of it".to_owned()))?;
        self.images.storage().write_file(&key, pyramid.path()).await?;
        let new = match self.images.open(&key).await {
            Ok(measured) => Ready { measured, object, pyramid: Some(key.clone()), report, sums }.into_image(id, master, uploaded),
            Err(error) => Err(error),
        };
        if new.is_err() {
            self.remove([key]).await;
        }
        Ok(new?)
    }

    /// Puts the pyramid at `path`, which is a master of ours, into the storage: whole or not at all.
    pub(super) async fn store(
        &self,
        id: &str,
        master: &StoredMaster,
        path: &Path,
        report: MasterReport,
        sums: Checksums,
    ) -> Result<NewImage, MasterError> {
        self.images.storage().write_file(&master.key, path).await?;
        let new = match self.images.open(&master.key).await {
            Ok(measured) => {
                let ready = Ready { object: measured.object.clone(), measured, pyramid: None, report, sums };
                ready.into_image(id, master, true)
            }
            Err(error) => Err(error),
        };
        if new.is_err() {
            self.remove([master.key.clone()]).await;
        }
        Ok(new?)
    }

    /// What is at a URL, on this machine.
    pub(super) async fn download(&self, fetcher: &Fetcher, url: &str, progress: &Progress) -> Result<Scratch, MasterError> {
        Scratch::downloaded(&self.scratch, fetcher, url, self.max_upload, progress).await
    }

    /// SHA-256 of an object in the storage, all of the one version.
    pub(super) async fn sum(&self, key: &str, object: &Object, progress: &Progress) -> Result<Vec<u8>, MasterError> {
        let (mut hash, mut at) = (Sha256::new(), 0);
        while at < object.size {
            let end = (at + PIECE).min(object.size);
            hash.update(self.images.storage().read(key, at..end, Some(&object.version)).await?);
            at = end;
            progress.bytes(at, Some(object.size));
        }
        Ok(hash.finalize().to_vec())
    }

    /// What is found out about a pyramid, of which a few parts are read.
    async fn report(&self, key: &str, measured: &Measured) -> Result<MasterReport, MasterError> {
        let (object, limits, name) = (measured.object.clone(), self.conversions.limits(), key.to_owned());
        let bytes = object.size;
        let file = Ranged::new(self.images.storage().clone(), key.to_owned(), object);
        let inspected = tokio::task::spawn_blocking(move || formats::inspect_tiff(&name, bytes, file, &limits)).await;
        let inspected = inspected.map_err(MasterError::cut_short)?;
        Ok(told(inspected.map_err(|error| ImageError::Storage(error.to_string()))?))
    }

    async fn convert(&self, master: &StoredMaster, wish: Wish) -> Result<Prepared, MasterError> {
        let storage = self.images.storage();
        let object = storage.head(&master.key).await?;
        let file = Scratch::fetched(&self.scratch, storage, &master.key, &object, self.max_upload, &wish.progress).await?;
        let converted = self.conversions.run(&Arc::new(file), Wish { anew: true, ..wish }).await?;
        Ok(Prepared::Pyramid(object, converted))
    }
}
