//! Identifier and request in, image bytes out.
//!
//! A request runs in three steps: `plan` chooses the level and the tiles (pure), the storage is read in as few ranges as that
//! takes, and `cut` decodes and renders on a blocking thread, as many at a time as there are cores.

mod cut;
mod plan;
mod sources;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use moka::future::Cache;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::catalog::{Catalog, CatalogError};
use crate::iiif::image::{Limits, RequestError, Resolved};
use crate::pyramid::PyramidError;
use crate::render::{EncodeOptions, RenderError};
use crate::storage::{Storage, StorageError};

pub use sources::{Measured, Source, UPLOADS, Viewer, tile_size};

/// How the service answers.
#[derive(Clone, Debug)]
pub struct ImageSettings {
    /// Largest answers, as published in info.json.
    pub limits: Limits,
    /// Most source pixels that may be decoded for one answer.
    pub max_source_area: u64,
    /// Whether files that nobody registered are served.
    pub open_storage: bool,
    pub encode: EncodeOptions,
    /// How many answers are decoded and rendered at a time.
    pub workers: usize,
    /// Memory for tile indexes, in bytes.
    pub index_cache: u64,
}

/// Cuts images out of the masters in storage.
pub struct ImageService {
    catalog: Catalog,
    storage: Storage,
    settings: ImageSettings,
    /// Masters of registered images by identifier and revision.
    registered: Cache<String, Arc<Source>>,
    /// Unregistered files by identifier.
    open_files: Cache<String, Arc<Source>>,
    lanes: Arc<Semaphore>,
    /// Megabytes of tiles and pixels that may be in memory at a time.
    memory: Arc<Semaphore>,
}

/// Megabytes of tiles and of decoded pixels in flight.
const PIXEL_MEMORY: u32 = 1536;
/// How long a request waits for its turn before it is told to come again.
const PATIENCE: Duration = Duration::from_secs(10);

impl ImageService {
    pub fn new(catalog: Catalog, storage: Storage, settings: ImageSettings) -> Self {
        let cache = || Cache::builder().weigher(|_, source: &Arc<Source>| source.weight()).max_capacity(settings.index_cache / 2).build();
        Self {
            catalog,
            storage,
            registered: cache(),
            open_files: cache(),
            lanes: Arc::new(Semaphore::new(settings.workers.max(1))),
            memory: Arc::new(Semaphore::new(PIXEL_MEMORY as usize)),
            settings,
        }
    }

    pub fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// What `request` shows of `source`, encoded.
    pub async fn render(&self, source: &Source, request: &Resolved) -> Result<Bytes, ImageError> {
        let plan = plan::plan(&source.index, request, self.settings.max_source_area);
        if plan.area() > self.settings.max_source_area {
            return Err(ImageError::TooLarge);
        }
        let read = self.storage.read_ranges(&source.storage_key, &plan.ranges, Some(&source.version));
        // A single tile is small: it is read, and mostly answered, at once. All else waits before it takes memory.
        let (tiles, memory) = if plan.stored {
            let tiles = read.await?;
            if let Some(jpeg) = source.index.levels[plan.level].jpeg_stream(&tiles[0], None) {
                return Ok(jpeg.into());
            }
            (tiles, Self::turn(&self.memory, plan.megabytes(request)).await?)
        } else {
            let memory = Self::turn(&self.memory, plan.megabytes(request)).await?;
            (read.await?, memory)
        };
        let turn = (memory, Self::turn(&self.lanes, 1).await?);
        let (index, request, encode) = (source.index.clone(), request.clone(), self.settings.encode);
        let cut = tokio::task::spawn_blocking(move || {
            let _turn = turn;
            cut::cut(&index.levels[plan.level], &plan, &tiles, &request, &encode)
        });
        Ok(cut.await.map_err(|_| ImageError::Damaged("rendering failed".to_owned()))??.into())
    }

    /// Waits, but not for ever, for a share of what there is.
    async fn turn(shared: &Arc<Semaphore>, share: u32) -> Result<OwnedSemaphorePermit, ImageError> {
        let turn = shared.clone().acquire_many_owned(share.min(PIXEL_MEMORY));
        let turn = tokio::time::timeout(PATIENCE, turn).await.map_err(|_| ImageError::Busy)?;
        turn.map_err(|_| ImageError::Busy)
    }

    /// What tells this answer from any other: a strong validator without quotes.
    pub fn tag(&self, source: &Source, canonical: &str) -> String {
        use sha2::{Digest, Sha256};
        let EncodeOptions { jpeg_quality, webp_quality } = &self.settings.encode;
        let mut hash = Sha256::new();
        for part in [&source.storage_key, source.version.as_str(), canonical, &format!("{jpeg_quality} {webp_quality}")] {
            hash.update(part.as_bytes());
            hash.update([0]);
        }
        hash.finalize()[..12].iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Why there is no image.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    #[error("there is no such image")]
    NotFound,
    #[error("this image was deleted")]
    Gone,
    #[error(transparent)]
    Request(#[from] RequestError),
    #[error("this request needs more pixels of the master than are decoded at a time: ask for a smaller region or a smaller size")]
    TooLarge,
    #[error(transparent)]
    Render(RenderError),
    #[error("the file is no pyramid that can be served: {0}")]
    Unsupported(String),
    #[error("the master is damaged: {0}")]
    Damaged(String),
    #[error("the master was replaced by one of another size: register it as a new image")]
    Replaced,
    #[error("too many images are being made")]
    Busy,
    #[error("the file changed while it was read")]
    Changed,
    #[error("the storage cannot be reached: {0}")]
    Storage(String),
    #[error(transparent)]
    Catalog(Arc<CatalogError>),
}

impl From<PyramidError> for ImageError {
    fn from(error: PyramidError) -> Self {
        match error {
            PyramidError::Unsupported(found) => Self::Unsupported(found),
            PyramidError::Damaged(found) => Self::Damaged(found),
            PyramidError::OtherVersion | PyramidError::Read(_) => Self::Damaged(error.to_string()),
        }
    }
}

impl From<StorageError> for ImageError {
    fn from(error: StorageError) -> Self {
        match error {
            StorageError::NotFound | StorageError::InvalidKey(_) => Self::NotFound,
            StorageError::Changed => Self::Changed,
            StorageError::OutOfRange => Self::Damaged("the file is shorter than it says".to_owned()),
            StorageError::Unavailable(detail) | StorageError::InvalidSettings(detail) => Self::Storage(detail),
        }
    }
}
