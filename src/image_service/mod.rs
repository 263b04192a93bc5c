//! Identifier and request in, image bytes out.
//!
//! A stored tile that the system has in memory is given at once: [`ImageService::ready`]. Other answers are taken from what was made
//! before (`derivatives`), or made in three steps: `plan` chooses the level, the tiles and the least that has to be done with them (pure), the
//! storage is read in as few ranges as that takes, and `cut` or `pyramid`'s splice makes bytes of them on the workers of `lanes`.

mod colours;
mod cut;
mod decoded;
mod derivatives;
mod disk;
mod error;
mod lanes;
mod make;
mod open_files;
mod parts;
mod plain;
mod plan;
mod sources;
mod strip;
mod tag;
mod warm;

use std::sync::Arc;

use bytes::Bytes;
use moka::future::Cache;

use crate::catalog::Catalog;
use crate::iiif::image::{Limits, Resolved};
use crate::render::EncodeOptions;
use crate::storage::Storage;
use decoded::Decoded;
use derivatives::Derivatives;
use lanes::Lanes;
use plain::Plain;
use plan::{Plan, Way};

pub use colours::ColourPolicy;
pub use derivatives::DerivativeSettings;
pub use error::ImageError;
pub use lanes::{LaneSettings, give_way};
pub use make::Picture;
pub use plain::PlainSettings;
pub use sources::{INCOMING, Measured, Source, UPLOADS, Viewer, tile_size};
pub use tag::Tag;

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
    pub colours: ColourPolicy,
    pub lanes: LaneSettings,
    /// Memory for tile indexes, in bytes.
    pub index_cache: u64,
    /// Memory for decoded tiles, in bytes.
    pub tile_cache: u64,
    pub derivatives: DerivativeSettings,
    pub plain: PlainSettings,
}

/// Cuts images out of the masters in storage.
pub struct ImageService {
    catalog: Catalog,
    storage: Storage,
    settings: ImageSettings,
    /// Masters of registered images by identifier.
    registered: Cache<String, Arc<Source>>,
    /// Unregistered files by identifier.
    open_files: Cache<String, Arc<Source>>,
    lanes: Lanes,
    derivatives: Derivatives,
    decoded: Arc<Decoded>,
    plain: Plain,
}

impl ImageService {
    pub fn new(catalog: Catalog, storage: Storage, settings: ImageSettings) -> Arc<Self> {
        let cache = || Cache::builder().weigher(|_, source: &Arc<Source>| source.weight()).max_capacity(settings.index_cache / 2).build();
        Arc::new(Self {
            catalog,
            storage,
            registered: cache(),
            open_files: cache(),
            lanes: Lanes::new(settings.lanes),
            derivatives: Derivatives::new(&settings.derivatives),
            decoded: Arc::new(Decoded::new(settings.tile_cache)),
            plain: Plain::new(settings.plain.clone()),
            settings,
        })
    }

    pub fn limits(&self) -> &Limits {
        &self.settings.limits
    }

    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Names the answer to a request: its strong validator, the same in all versions of the interface.
    pub fn tag(&self, source: &Source, request: &Resolved) -> Tag {
        Tag::of(&source.master, request)
    }

    /// The answer if nothing has to be waited for or worked out: a stored tile that the system has in memory.
    pub fn ready(&self, source: &Source, request: &Resolved) -> Option<Bytes> {
        let plan = plan::plan(&source.index, request, u64::MAX);
        if plan.way != Way::Stored || source.colours.to_srgb.is_some() {
            return None;
        }
        let level = &source.index.levels[plan.level];
        let range = level.tile_range(plan.columns.start, plan.rows.start)?;
        let tile = source.tiles.storage.read_now(&source.tiles.key, range, &source.tiles.version)?.ok()?;
        Some(level.jpeg_stream(&tile, source.colours.profile())?.into())
    }

    /// What `request` shows of `source`, encoded; `tag` is its name.
    pub async fn render(self: &Arc<Self>, source: &Arc<Source>, request: &Resolved, tag: &Tag) -> Result<Picture, ImageError> {
        let plan = plan::plan(&source.index, request, self.settings.max_source_area);
        let lasting = request.region.size() == source.info().full;
        let streamed = plan.is_streamed() && make::can_be_streamed(source, &plan, request);
        if plan.way == Way::Stored && source.tiles.storage.is_near() {
            return Ok(Picture::Whole(self.make_whole(source, request, &plan).await?));
        }
        if !streamed {
            let bytes = self.derivatives.get_with(tag, lasting, self.make_whole(source, request, &plan)).await?;
            return Ok(Picture::Whole(bytes));
        }
        if lasting && let Some(bytes) = self.derivatives.read(tag).await {
            return Ok(Picture::Whole(bytes));
        }
        self.make_stream(source, request, plan, lasting.then_some(*tag)).await
    }

    fn check_area(&self, plan: &Plan) -> Result<(), ImageError> {
        let decoded = plan.way == Way::Cut && plan.area() > self.settings.max_source_area;
        if decoded { Err(ImageError::TooLarge) } else { Ok(()) }
    }

    /// Forgets what was made of a master, in memory and on the disk of this process. Others keep what they have until it is pushed
    /// out; none of it can be stale, as its names hold the version of the master.
    pub async fn purge(&self, source: &Source) {
        self.derivatives.purge(&Tag::named(&source.master, "")).await;
    }
}
