//! From identifiers to masters: registered images through the catalogue, other files straight from the open storage.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures_util::FutureExt;

use super::colours::Colours;
use super::open_files::files;
use super::{ImageError, ImageService, Tag};
use crate::catalog::{Descriptor, Registration};
use crate::iiif::image::{Dimensions, ImageInfo};
use crate::pyramid::{Attempt, Index, Opening};
use crate::render::EncodeOptions;
use crate::storage::{Object, Storage, Version};

/// Where uploaded masters are kept: never served as unregistered files.
pub const UPLOADS: &str = "triptych-uploads/";
/// Where the parts of uploads are kept until they are whole: never served either.
pub const INCOMING: &str = "triptych-incoming/";
/// How long an unregistered file is believed to be what it was.
const TRUST: Duration = Duration::from_secs(10);
/// First bytes read of a file: enough for the directories of most.
const HEAD: u64 = 64 * 1024;
/// Most ranges read to open a file.
const ROUNDS: usize = 64;
/// Edge of the tiles offered where the master's own are odd.
const TILE: u32 = 512;

/// Counts the ways in which answers were ever made: a new number makes all that was kept worthless.
const SHAPE: u8 = 1;

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    /// Anyone: sees what is published.
    Public,
    /// Somebody with a key: sees everything.
    KeyHolder,
}

/// Where the tiles of a master are read.
#[derive(Debug)]
pub(super) struct Tiles {
    pub storage: Storage,
    pub key: String,
    pub version: Version,
}

/// A master that is ready to be cut.
#[derive(Debug)]
pub struct Source {
    /// Of a registered image, the key and version of its pyramid; of a file, its own.
    pub storage_key: String,
    pub version: Version,
    /// The master itself, or a pyramid that was made of it.
    pub(super) tiles: Tiles,
    pub index: Arc<Index>,
    /// Whether anyone may see it.
    pub visible: bool,
    /// Of the image's row in the catalogue; 0 for a file that is not registered.
    revision: i64,
    /// The common part of the names of its derivatives.
    pub(super) master: [u8; 8],
    pub(super) colours: Colours,
    checked: Mutex<Instant>,
}

/// What a [`Source`] is besides its bytes.
pub(super) struct Facts {
    pub page: u32,
    pub visible: bool,
    pub revision: i64,
}

/// What is known of a master once it was opened.
#[derive(Debug)]
pub struct Measured {
    pub object: Object,
    pub index: Index,
}

impl Source {
    pub fn info(&self) -> ImageInfo {
        ImageInfo { full: Dimensions { width: self.index.width(), height: self.index.height() }, tile: tile_size(&self.index) }
    }

    /// Tells this state of this master from any other.
    pub fn state(&self) -> [u8; 8] {
        self.master
    }

    /// Whether this is the state of a registered master that the catalogue speaks of.
    fn is_of(&self, registration: &Registration) -> bool {
        self.revision == registration.revision && self.visible == registration.visible
    }

    pub(super) fn weight(&self) -> u32 {
        u32::try_from(self.index.memory() + self.storage_key.len() + 200).unwrap_or(u32::MAX)
    }

    pub(super) fn is_fresh(&self) -> bool {
        self.checked.lock().is_ok_and(|checked| checked.elapsed() < TRUST)
    }

    pub(super) fn refresh(&self) {
        if let Ok(mut checked) = self.checked.lock() {
            *checked = Instant::now();
        }
    }
}

/// The edge of the square tiles that info.json offers: the master's own where they serve.
pub fn tile_size(index: &Index) -> u32 {
    let level = &index.levels[0];
    if level.tile_width == level.tile_height && (128..=1024).contains(&level.tile_width) { level.tile_width } else { TILE }
}

impl ImageService {
    /// The master that `id` stands for, if `viewer` may see it.
    pub async fn find(&self, id: &str, viewer: Viewer) -> Result<Arc<Source>, ImageError> {
        let files = files(id);
        let descriptor = self.catalog.descriptor(id, &files).await.map_err(ImageError::Catalog)?;
        match &*descriptor {
            Descriptor::Registered(registration) if registration.visible || viewer == Viewer::KeyHolder => {
                self.registered(id, registration).await
            }
            Descriptor::Registered(_) => Err(ImageError::NotFound),
            Descriptor::Gone => Err(ImageError::Gone),
            Descriptor::Unregistered { closed } => self.open_file(id, files, closed).await,
        }
    }

    /// The same for anyone, if nothing has to be waited for: the master is in memory, and known to be what it was.
    pub fn known(&self, id: &str) -> Option<Arc<Source>> {
        match &*self.catalog.known_descriptor(id)? {
            Descriptor::Registered(registration) if registration.visible => {
                self.registered.get(id).now_or_never().flatten().filter(|source| source.is_of(registration))
            }
            Descriptor::Unregistered { closed } => self.known_file(id, closed),
            Descriptor::Registered(_) | Descriptor::Gone => None,
        }
    }

    /// Forgets what was read of a master that turned out to be another by now.
    pub async fn forget(&self, id: &str) {
        self.open_files.invalidate(id).await;
    }

    async fn registered(&self, id: &str, registration: &Registration) -> Result<Arc<Source>, ImageError> {
        if let Some(source) = self.registered.get(id).await {
            if source.is_of(registration) {
                return Ok(source);
            }
            self.registered.invalidate(id).await;
        }
        let load = self.load(id, registration);
        let source = self.registered.try_get_with_by_ref(id, load).await.map_err(|error: Arc<ImageError>| (*error).clone())?;
        // Somebody else loaded another state of it at the same time: rare, and then it is loaded for this answer alone.
        if source.is_of(registration) { Ok(source) } else { self.load(id, registration).await }
    }

    async fn load(&self, id: &str, registration: &Registration) -> Result<Arc<Source>, ImageError> {
        let bytes = self.catalog.tile_index(id, registration.revision).await.map_err(|error| ImageError::Catalog(Arc::new(error)))?;
        let index = match Index::from_bytes(&bytes) {
            Ok(index) => index,
            // Written by another release: the master tells it again.
            Err(_) => self.open(registration.tiles().0).await?.index,
        };
        let (key, version) = registration.tiles();
        let (key, version) = (key.to_owned(), Version::from(version.to_owned()));
        let tiles = Tiles { storage: self.storage.clone(), key: key.clone(), version: version.clone() };
        Ok(self.source(key, version, tiles, index, Facts { page: 1, visible: registration.visible, revision: registration.revision }))
    }

    pub(super) fn source(&self, storage_key: String, version: Version, tiles: Tiles, index: Index, facts: Facts) -> Arc<Source> {
        let Facts { page, visible, revision } = facts;
        let EncodeOptions { jpeg_quality, webp_quality } = self.settings.encode;
        let master = Tag::master(&[
            storage_key.as_bytes(),
            version.as_str().as_bytes(),
            &[SHAPE, jpeg_quality, webp_quality, self.settings.colours as u8],
            &page.to_be_bytes(),
        ]);
        let colours = Colours::new(index.icc.as_deref(), index.channels(), self.settings.colours);
        Arc::new(Source {
            storage_key,
            version,
            tiles,
            index: Arc::new(index),
            visible,
            revision,
            master,
            colours,
            checked: Mutex::new(Instant::now()),
        })
    }

    /// Opens a master: reads its directories, in as few ranges as they allow.
    pub async fn open(&self, key: &str) -> Result<Measured, ImageError> {
        open_in(&self.storage, key, 1).await
    }
}

pub(super) async fn open_in(storage: &Storage, key: &str, page: u32) -> Result<Measured, ImageError> {
    let (head, object) = storage.read_head(key, HEAD).await?;
    let mut opening = Opening::of_page(object.size, page);
    opening.supply(0, head);
    for _ in 0..ROUNDS {
        match opening.attempt()? {
            Attempt::Ready(index) => return Ok(Measured { object, index }),
            Attempt::Need(range) => {
                let bytes = storage.read(key, range.clone(), Some(&object.version)).await?;
                opening.supply(range.start, bytes);
            }
        }
    }
    Err(ImageError::Unsupported("its directories are scattered over too many places".to_owned()))
}
