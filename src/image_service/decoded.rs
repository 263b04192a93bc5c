//! Decoded tiles in memory: regions that lie near each other need the same ones.

use std::sync::Arc;

use moka::sync::Cache;

use super::plan::Plan;
use crate::raster::Planes;

/// Names a decoded tile of one version of a master.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Key {
    master: [u8; 8],
    level: usize,
    eighths: u8,
    planar: bool,
    column: u32,
    row: u32,
}

impl Key {
    pub fn new(master: [u8; 8], plan: &Plan, planar: bool, column: u32, row: u32) -> Self {
        Self { master, level: plan.level, eighths: plan.eighths, planar, column, row }
    }
}

/// The tiles decoded lately, within bounds.
pub(super) struct Decoded(Cache<Key, Arc<Planes>>);

impl Decoded {
    /// At most `most` bytes of pixels.
    pub fn new(most: u64) -> Self {
        let weigh = |_: &Key, planes: &Arc<Planes>| u32::try_from(planes.memory() + 200).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(most).build())
    }

    pub fn get(&self, key: &Key) -> Option<Arc<Planes>> {
        self.0.get(key)
    }

    pub fn keep(&self, key: Key, planes: Arc<Planes>) {
        self.0.insert(key, planes);
    }
}
