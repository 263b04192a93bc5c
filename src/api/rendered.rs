//! Manifests that were written before: the same bytes, compressed too, for everyone who asks the same.
//!
//! In memory they are given only while changes of other processes are told. Whatever may have changed one is forgotten when it is told,
//! and what was written from before a change is not kept after it. In the catalogue, for all replicas, they lie with the state that they
//! were written from.

use std::io::{self, Read, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use bytes::Bytes;
use flate2::{Compression, read::GzDecoder, write::GzEncoder};
use moka::sync::Cache;

use super::documents::tag;
use super::reply::Packed;
use crate::catalog::{Catalog, StoredDocument, Told};
use crate::iiif::image::Limits;

/// Versions of one item's manifest.
const VERSIONS: [u8; 3] = [2, 3, 4];

/// A published manifest ready to be sent.
pub struct Rendered {
    /// Address of the manifest in it.
    pub address: String,
    pub body: Bytes,
    pub packed: Packed,
    /// Strong validators of the body as JSON-LD, and as plain JSON.
    pub tags: [String; 2],
    /// Kinds of what the version has no words for.
    pub losses: String,
    /// Contexts of extensions: who asks for one gets another document.
    pub extensions: Vec<String>,
}

impl Rendered {
    pub fn new(address: String, body: String, losses: String, extensions: Vec<String>) -> Self {
        let packed = pack(body.as_bytes());
        Self::of(address, body, StoredDocument { packed, losses, extensions })
    }

    /// From the catalogue.
    ///
    /// # Errors
    /// What is kept there is not what was put there.
    pub fn unpacked(address: String, stored: StoredDocument) -> io::Result<Self> {
        let mut body = String::new();
        GzDecoder::new(&*stored.packed).read_to_string(&mut body)?;
        Ok(Self::of(address, body, stored))
    }

    fn of(address: String, body: String, stored: StoredDocument) -> Self {
        let StoredDocument { packed, losses, extensions } = stored;
        let whole = tag(&[&body]);
        let tags = [tag(&["json-ld", &whole]), tag(&["json", &whole])];
        Self { address, body: body.into(), packed: Packed(packed.into()), tags, losses, extensions }
    }

    /// For the catalogue.
    pub fn stored(&self) -> StoredDocument {
        StoredDocument { packed: self.packed.0.to_vec(), losses: self.losses.clone(), extensions: self.extensions.clone() }
    }

    /// Whether this is what somebody with this `Accept` header gets.
    pub fn suits(&self, accept: &str) -> bool {
        Self::suit(&self.extensions, accept)
    }

    /// Whether a document with these contexts of extensions left out is what somebody with this `Accept` header gets.
    pub fn suit(extensions: &[String], accept: &str) -> bool {
        !extensions.iter().any(|context| accept.contains(context.as_str()))
    }
}

/// The name under which a program keeps manifests in the catalogue: another program, another public address or other limits of images
/// write other ones. Where the address depends on the request, nothing is kept there: a stranger's `Host` would be written down.
pub fn maker(public_url: &str, limits: &Limits) -> String {
    tag(&[env!("BUILT_FROM_SOURCES"), public_url, &format!("{limits:?}")])
}

/// Packed once and sent often: smaller than what is packed for one answer, in bounded time.
fn pack(body: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 8), Compression::default());
    // Writing into memory does not fail.
    let _ = encoder.write_all(body);
    encoder.finish().unwrap_or_default()
}

/// Manifests by item and version.
pub struct Shelf {
    kept: Cache<(String, u8), Arc<Rendered>>,
    /// Counts what was told.
    told: AtomicU64,
}

impl Shelf {
    /// At most `memory` bytes of what comes out of `catalog`.
    pub fn of(catalog: &Catalog, memory: u64) -> Arc<Self> {
        let weigh = |key: &(String, u8), made: &Arc<Rendered>| {
            u32::try_from(key.0.len() + made.address.len() + made.body.len() + made.packed.0.len() + 500).unwrap_or(u32::MAX)
        };
        let shelf = Arc::new(Self { kept: Cache::builder().weigher(weigh).max_capacity(memory).build(), told: AtomicU64::new(0) });
        let told = shelf.clone();
        catalog.watch(move |change| told.forget(change));
        shelf
    }

    /// What was told so far: taken before a document is written, and given when it is kept.
    pub fn now(&self) -> u64 {
        self.told.load(SeqCst)
    }

    pub fn get(&self, catalog: &Catalog, item: &str, version: u8) -> Option<Arc<Rendered>> {
        if catalog.is_listening() { self.kept.get(&(item.to_owned(), version)) } else { None }
    }

    /// Keeps a document that was written from what was there at `since`, if that is still so.
    pub fn keep(&self, item: &str, version: u8, made: Arc<Rendered>, since: u64) {
        let key = (item.to_owned(), version);
        if self.now() == since {
            self.kept.insert(key.clone(), made);
        }
        // Told in between: perhaps of this one.
        if self.now() != since {
            self.kept.invalidate(&key);
        }
    }

    fn forget(&self, change: &Told<'_>) {
        self.told.fetch_add(1, SeqCst);
        match change {
            Told::Everything => self.kept.invalidate_all(),
            Told::Item(item) => VERSIONS.iter().for_each(|version| self.kept.invalidate(&((*item).to_owned(), *version))),
        }
    }
}
