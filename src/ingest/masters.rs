//! Masters become images: registered where they lie in the storage, or taken in as bytes.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use tokio::io::AsyncWriteExt;
use uuid::Uuid;

use crate::catalog::{Catalog, CatalogError, Image, NewImage, Precondition};
use crate::formats::{ConvertOptions, FormatError, FormatLimits, convert};
use crate::image_service::{ImageError, ImageService, UPLOADS, tile_size};
use crate::storage::StorageError;

/// Takes masters in.
#[derive(Clone)]
pub struct Masters {
    catalog: Catalog,
    images: Arc<ImageService>,
    /// Where uploads wait until they are whole.
    scratch: PathBuf,
    limits: FormatLimits,
    max_upload: u64,
    /// Conversions run one at a time: each may hold a whole decoded picture.
    turn: Arc<tokio::sync::Semaphore>,
}

/// Why a master did not become an image.
#[derive(Debug, thiserror::Error)]
pub enum MasterError {
    #[error(transparent)]
    Catalog(#[from] CatalogError),
    #[error(transparent)]
    Image(#[from] ImageError),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("at most {0} bytes are taken; set max_upload to take more")]
    TooLarge(u64),
    #[error("the upload ended before it was whole: {0}")]
    Broken(std::io::Error),
    #[error("the upload could not be kept: {0}")]
    Scratch(std::io::Error),
}

impl Masters {
    /// `scratch` is a directory of this process alone; it is made when it is needed.
    pub fn new(catalog: Catalog, images: Arc<ImageService>, scratch: PathBuf, limits: FormatLimits, max_upload: u64) -> Self {
        Self { catalog, images, scratch, limits, max_upload, turn: Arc::new(tokio::sync::Semaphore::new(1)) }
    }

    /// Registers the master at `key`: opens it, measures it, and keeps its tile index.
    pub async fn register(&self, id: &str, key: &str, public: bool) -> Result<Image, MasterError> {
        self.catalog.image_id_is_free(id).await?;
        Ok(self.catalog.create_image(&self.measure(id, key, public, false).await?).await?)
    }

    /// Measures the master of an existing image again, after the file was written anew in the same size.
    pub async fn measure_again(&self, id: &str, key: &str, public: bool, condition: &Precondition) -> Result<Image, MasterError> {
        let current = self.catalog.image(id).await?;
        let new = self.measure(id, key, public, current.uploaded && current.storage_key == key).await?;
        if (new.width, new.height) != (current.width, current.height) {
            return Err(ImageError::Replaced.into());
        }
        let image = self.catalog.replace_image(&new, condition).await?;
        if current.uploaded && current.storage_key != key {
            self.remove(&current.storage_key).await;
        }
        Ok(image)
    }

    /// Takes a master in as a stream of bytes. A pyramid is kept as it is; a JPEG, a PNG or a plain TIFF becomes one.
    pub async fn upload(
        &self,
        id: &str,
        public: bool,
        bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin,
    ) -> Result<Image, MasterError> {
        self.catalog.image_id_is_free(id).await?;
        let received = self.receive(bytes).await?;
        let (_turn, limits) = (self.turn.clone().acquire_owned().await, self.limits);
        let pyramid = tokio::task::spawn_blocking(move || pyramid_of(received, &limits)).await;
        let pyramid = pyramid.map_err(|_| FormatError::Damaged("it cannot be decoded".to_owned()))??;
        // On a task of its own: a client that leaves must not leave bytes without an image behind.
        let (masters, id) = (self.clone(), id.to_owned());
        let added = tokio::spawn(async move { masters.add(&id, public, pyramid.path()).await }).await;
        added.map_err(|error| MasterError::Scratch(std::io::Error::other(error)))?
    }

    /// Puts the pyramid at `path` into the storage and registers it.
    pub async fn add(&self, id: &str, public: bool, path: &Path) -> Result<Image, MasterError> {
        let key = format!("{UPLOADS}{}.tif", Uuid::now_v7());
        self.images.storage().write_file(&key, path).await?;
        let created = async { Ok(self.catalog.create_image(&self.measure(id, &key, public, true).await?).await?) };
        let created: Result<Image, MasterError> = created.await;
        if created.is_err() {
            self.remove(&key).await;
        }
        created
    }

    /// Deletes an image, and its master if the service stored it itself.
    pub async fn delete(&self, id: &str, condition: &Precondition) -> Result<(), MasterError> {
        let (masters, id, condition) = (self.clone(), id.to_owned(), condition.clone());
        let deleted = tokio::spawn(async move {
            let image = masters.catalog.delete_image(&id, &condition).await?;
            if image.uploaded {
                masters.remove(&image.storage_key).await;
            }
            Ok(())
        });
        deleted.await.map_err(|error| MasterError::Scratch(std::io::Error::other(error)))?
    }

    /// Removes bytes unless another image names them. They do no harm if it fails: nothing leads to them.
    async fn remove(&self, key: &str) {
        if !matches!(self.catalog.is_master(key).await, Ok(false)) {
            return;
        }
        if let Err(error) = self.images.storage().delete(key).await {
            tracing::warn!("an unused master stays in the storage as {key}: {error}");
        }
    }

    async fn measure(&self, id: &str, key: &str, public: bool, uploaded: bool) -> Result<NewImage, MasterError> {
        let measured = self.images.open(key).await?;
        let side = |length: u32| i32::try_from(length).map_err(|_| ImageError::Unsupported("it is too large".to_owned()));
        Ok(NewImage {
            id: id.to_owned(),
            storage_key: key.to_owned(),
            uploaded,
            object_version: measured.object.version.as_str().to_owned(),
            object_size: i64::try_from(measured.object.size).unwrap_or(i64::MAX),
            width: side(measured.index.width())?,
            height: side(measured.index.height())?,
            tile_size: side(tile_size(&measured.index))?,
            tile_index: measured.index.to_bytes(),
            public,
        })
    }

    async fn receive(&self, mut bytes: impl Stream<Item = std::io::Result<Bytes>> + Unpin) -> Result<Scratch, MasterError> {
        tokio::fs::create_dir_all(&self.scratch).await.map_err(MasterError::Scratch)?;
        let scratch = Scratch(self.scratch.join(Uuid::now_v7().to_string()));
        let mut file = tokio::fs::File::create_new(scratch.path()).await.map_err(MasterError::Scratch)?;
        let mut length = 0;
        while let Some(part) = bytes.next().await {
            let part = part.map_err(MasterError::Broken)?;
            length += part.len() as u64;
            if length > self.max_upload {
                return Err(MasterError::TooLarge(self.max_upload));
            }
            file.write_all(&part).await.map_err(MasterError::Scratch)?;
        }
        file.flush().await.map_err(MasterError::Scratch)?;
        Ok(scratch)
    }
}

/// What the received file is as a pyramid: itself, or a conversion.
fn pyramid_of(received: Scratch, limits: &FormatLimits) -> Result<Scratch, FormatError> {
    if is_pyramid(received.path())? {
        return Ok(received);
    }
    let converted = Scratch(received.path().with_extension("tif"));
    convert(received.path(), converted.path(), limits, &ConvertOptions::default())?;
    Ok(converted)
}

/// Whether the file can be served as it is, quickly at every size.
fn is_pyramid(path: &Path) -> Result<bool, FormatError> {
    let mut file = std::io::BufReader::new(std::fs::File::open(path)?);
    let size = file.get_ref().metadata()?.len();
    let index = match crate::pyramid::open(&mut file, size) {
        Ok(index) => index,
        Err(_) => return Ok(false),
    };
    let smallest = index.levels.last().map_or(0, |level| level.width.max(level.height));
    Ok(smallest <= 1024)
}

/// A file that is deleted when nobody holds it any more.
struct Scratch(PathBuf);

impl Scratch {
    fn path(&self) -> &Path {
        &self.0
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
