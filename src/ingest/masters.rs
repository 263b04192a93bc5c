//! Masters become images: registered where they lie in the storage, or taken in as bytes.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::Stream;
use uuid::Uuid;

use super::conversions::{ConversionSettings, Conversions, Converted, Wish};
use super::pyramids::{inspected, serves};
use super::ready::{Ready, StoredMaster, check_size};
use super::scratch::{self, Scratch};
use super::{MasterError, Uploads, Warming};
use crate::catalog::{Catalog, CatalogError, Checksums, Image, MasterReport, NewImage, Precondition};
use crate::image_service::{ImageError, ImageService, UPLOADS};
use crate::storage::Object;

/// What was not written for so long is not written any more, by no replica.
const CUT_OFF: Duration = Duration::from_secs(24 * 3600);

/// Takes masters in.
#[derive(Clone)]
pub struct Masters {
    catalog: Catalog,
    pub(super) images: Arc<ImageService>,
    /// What is made of new images at once, if anything is.
    warming: Option<Warming>,
    /// Where masters lie that are worked on.
    pub(super) scratch: PathBuf,
    pub(super) conversions: Conversions,
    pub(super) max_upload: u64,
}

impl Masters {
    /// `scratch` is a directory of this process alone; it is made when it is needed.
    pub fn new(
        catalog: Catalog,
        images: Arc<ImageService>,
        warming: Option<Warming>,
        scratch: PathBuf,
        conversions: ConversionSettings,
        max_upload: u64,
    ) -> Self {
        Self { catalog, images, warming, scratch, conversions: Conversions::new(conversions), max_upload }
    }

    /// Removes what earlier runs of this process left on the disk, and what writes into the storage left that were cut off long ago.
    pub async fn sweep(&self) {
        scratch::sweep(&self.scratch).await;
        if let Err(error) = self.images.storage().sweep(UPLOADS.trim_end_matches('/'), CUT_OFF).await {
            tracing::warn!("unfinished files stay in the storage: {error}");
        }
    }

    /// Registers a master: one that serves as it is is opened and measured, of any other a pyramid is made. The master stays as it is.
    pub async fn register(&self, id: &str, master: &StoredMaster) -> Result<Image, MasterError> {
        self.catalog.image_id_is_free(id).await?;
        let (masters, id, master) = (self.clone(), id.to_owned(), master.clone());
        apart(async move { masters.create(&masters.measure(&id, &master, false).await?).await }).await
    }

    /// Registers the master of an existing image anew, after the file was moved, or written anew in the same size.
    pub async fn measure_again(&self, id: &str, master: &StoredMaster, condition: &Precondition) -> Result<Image, MasterError> {
        let current = self.catalog.image(id).await?;
        condition.allows(current.revision)?;
        let (masters, master, condition) = (self.clone(), master.clone(), condition.clone());
        apart(async move {
            let uploaded = current.uploaded && current.storage_key == master.key;
            let new = masters.measure(&current.id, &master, uploaded).await?;
            masters.replace(&current, &new, &condition).await
        })
        .await
    }

    /// Reads anew what an image's tiles are read from, which turned out to be another file than it was. No pyramid is made: who
    /// only looks at images must not cause that.
    ///
    /// # Errors
    /// [`ImageError::Replaced`] when it has another size, [`ImageError::Unsupported`] when it does not serve as it is.
    pub async fn look_again(&self, id: &str) -> Result<(), MasterError> {
        let image = match self.catalog.image(id).await {
            Err(CatalogError::NotFound(_)) => return Ok(()),
            other => other?,
        };
        let (key, version) = image.tiles();
        let measured = self.images.open(key).await?;
        // Another request was quicker.
        if measured.object.version.as_str() == version {
            return Ok(());
        }
        if !serves(&measured.index) {
            let what = "the master was replaced by a file that has to be converted first: register it anew (PUT /api/v1/images/{id})";
            return Err(ImageError::Unsupported(what.to_owned()).into());
        }
        let object = match image.pyramid_key {
            Some(_) => Object { size: image.object_size.unsigned_abs(), version: image.object_version.clone().into() },
            None => measured.object.clone(),
        };
        // The master of a pyramid is what it was; what was written anew was not read whole.
        let sums = Checksums { master: image.sums.master.clone().filter(|_| image.pyramid_key.is_some()), pyramid: None };
        let ready = Ready { measured, object, pyramid: image.pyramid_key.clone(), report: image.report.clone(), sums };
        let master = StoredMaster { key: image.storage_key.clone(), page: 1, public: image.public };
        let new = ready.into_image(id, &master, image.uploaded)?;
        check_size(&image, &new)?;
        match self.catalog.replace_image(&new, &Precondition::Revision(vec![image.revision])).await {
            Ok(_) | Err(CatalogError::Stale { .. }) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Takes a master in as a stream of bytes. What serves as it is is kept, of anything else the pyramid that is made of it.
    pub async fn upload(
        &self,
        id: &str,
        public: bool,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin,
        sha256: Option<[u8; 32]>,
    ) -> Result<Image, MasterError> {
        self.catalog.image_id_is_free(id).await?;
        let received = Scratch::received(&self.scratch, bytes, self.max_upload).await?;
        if let Some(expected) = sha256 {
            received.verify(expected.to_vec()).await?;
        }
        let received = Arc::new(received);
        let Converted { report, pyramid, sums } = self.conversions.run(&received, Wish::default()).await?;
        let (masters, id) = (self.clone(), id.to_owned());
        apart(async move {
            let path = pyramid.as_ref().map_or(received.path(), Scratch::path);
            masters.keep(&id, public, path, report, sums).await
        })
        .await
    }

    /// Makes an image of an upload, which ends then. It goes on if the caller leaves; if it fails, the upload is still there.
    pub async fn take(&self, uploads: &Uploads, upload: Uuid, id: &str, page: u32, public: bool) -> Result<Image, MasterError> {
        self.catalog.image_id_is_free(id).await?;
        let (masters, uploads, id) = (self.clone(), uploads.clone(), id.to_owned());
        apart(async move {
            let received = uploads.received(upload, &masters.scratch).await?;
            let received = Arc::new(received);
            let Converted { report, pyramid, sums } = masters.conversions.run(&received, Wish { page, ..Wish::default() }).await?;
            let path = pyramid.as_ref().map_or(received.path(), Scratch::path);
            let image = masters.keep(&id, public, path, report, sums).await?;
            uploads.taken(upload).await;
            Ok(image)
        })
        .await
    }

    /// Makes an upload the master of an existing image, which keeps its size.
    pub async fn take_again(
        &self,
        uploads: &Uploads,
        upload: Uuid,
        master: &StoredMaster,
        current: Image,
        condition: &Precondition,
    ) -> Result<Image, MasterError> {
        condition.allows(current.revision)?;
        let (masters, uploads, mut master, condition) = (self.clone(), uploads.clone(), master.clone(), condition.clone());
        apart(async move {
            let received = uploads.received(upload, &masters.scratch).await?;
            let received = Arc::new(received);
            let wish = Wish { page: master.page, ..Wish::default() };
            let Converted { report, pyramid, sums } = masters.conversions.run(&received, wish).await?;
            let path = pyramid.as_ref().map_or(received.path(), Scratch::path);
            master.key = new_key();
            let new = masters.store(&current.id, &master, path, report, sums).await?;
            let replaced = masters.replace(&current, &new, &condition).await;
            match &replaced {
                Ok(_) => uploads.taken(upload).await,
                Err(_) => masters.remove([master.key]).await,
            }
            replaced
        })
        .await
    }

    /// Puts the pyramid at `path` into the storage and registers it.
    pub async fn add(&self, id: &str, public: bool, path: &Path) -> Result<Image, MasterError> {
        let (limits, path_too) = (self.conversions.limits(), path.to_owned());
        let report = tokio::task::spawn_blocking(move || inspected(&path_too, &limits)).await.map_err(MasterError::cut_short)??;
        self.keep(id, public, path, report, Checksums::default()).await
    }

    /// Deletes an image, the pyramid that was made of its master, and the master if it was uploaded.
    pub async fn delete(&self, id: &str, condition: &Precondition) -> Result<(), MasterError> {
        let (masters, id, condition) = (self.clone(), id.to_owned(), condition.clone());
        apart(async move {
            let image = masters.catalog.delete_image(&id, &condition).await?;
            let uploaded = Some(image.storage_key).filter(|_| image.uploaded);
            masters.remove(uploaded.into_iter().chain(image.pyramid_key)).await;
            Ok(())
        })
        .await
    }

    async fn keep(&self, id: &str, public: bool, path: &Path, report: MasterReport, sums: Checksums) -> Result<Image, MasterError> {
        let master = StoredMaster { key: new_key(), page: 1, public };
        let new = self.store(id, &master, path, report, sums).await?;
        let created = self.create(&new).await;
        if created.is_err() {
            self.remove([master.key]).await;
        }
        created
    }

    async fn create(&self, new: &NewImage) -> Result<Image, MasterError> {
        let created = self.catalog.create_image(new).await;
        if created.is_err() {
            self.remove(new.pyramid.as_ref().map(|(key, _)| key.clone())).await;
        }
        let image = created?;
        self.warm(&image.id);
        Ok(image)
    }

    async fn replace(&self, current: &Image, new: &NewImage, condition: &Precondition) -> Result<Image, MasterError> {
        let replaced = async {
            check_size(current, new)?;
            Ok(self.catalog.replace_image(new, condition).await?)
        };
        let replaced: Result<(Image, Image), MasterError> = replaced.await;
        match replaced {
            Ok((image, before)) => {
                let uploaded = Some(before.storage_key).filter(|key| before.uploaded && *key != image.storage_key);
                self.remove(uploaded.into_iter().chain(before.pyramid_key)).await;
                self.warm(&image.id);
                Ok(image)
            }
            Err(error) => {
                self.remove(new.pyramid.as_ref().map(|(key, _)| key.clone())).await;
                Err(error)
            }
        }
    }

    /// Makes what is usually asked for of an image, later on.
    pub(super) fn warm(&self, id: &str) {
        if let Some(warming) = &self.warming
            && !warming.later(vec![id.to_owned()])
        {
            tracing::debug!("the image {id} is not warmed: too many wait already");
        }
    }

    /// Removes bytes unless another image names them. They do no harm if it fails: nothing leads to them.
    pub(super) async fn remove(&self, keys: impl IntoIterator<Item = String>) {
        for key in keys {
            if matches!(self.catalog.is_in_use(&key).await, Ok(false))
                && let Err(error) = self.images.storage().delete(&key).await
            {
                tracing::warn!("unused bytes stay in the storage as {key}: {error}");
            }
        }
    }

    async fn measure(&self, id: &str, master: &StoredMaster, uploaded: bool) -> Result<NewImage, MasterError> {
        let wish = Wish { page: master.page, ..Wish::default() };
        let prepared = self.prepare(id, master, uploaded, wish).await?;
        self.settle(id, master, uploaded, new_key(), prepared).await
    }
}

/// A key for bytes of ours.
fn new_key() -> String {
    format!("{UPLOADS}{}.tif", Uuid::now_v7())
}

/// On a task of its own: a client that leaves must not leave bytes without an image behind.
async fn apart<T: Send + 'static>(work: impl Future<Output = Result<T, MasterError>> + Send + 'static) -> Result<T, MasterError> {
    tokio::spawn(work).await.map_err(MasterError::cut_short)?
}
