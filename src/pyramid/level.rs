//! One level of a pyramid, and where its tiles lie.

use super::samples::Samples;
use super::{Color, Compression, PyramidError, damaged};
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// Most tiles of one level.
const MAX_TILES: u64 = 4 << 20;
/// Largest tile side.
const MAX_TILE_SIDE: u32 = 4096;
/// Longest tile, unpacked: 4096 x 4096 pixels of RGBA with 16 bits.
const MAX_TILE_BYTES: u64 = 128 << 20;
/// Longest shared JPEG tables.
pub(super) const MAX_TABLES: u64 = 64 << 10;
/// Largest side of an image.
const MAX_SIDE: u32 = 1 << 31;

/// One resolution of the image, cut into equal tiles; those at the right and lower edge are padded to full size.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Level {
    pub width: u32,
    pub height: u32,
    pub tile_width: u32,
    pub tile_height: u32,
    pub compression: Compression,
    pub color: Color,
    pub(super) samples: Samples,
    /// Where each tile starts, row by row; of further planes after those of the first.
    pub(super) offsets: Vec<u64>,
    /// How many bytes each tile has; 0 for one that the file leaves out.
    pub(super) lengths: Vec<u32>,
    /// Quantisation and Huffman tables that all JPEG tiles share.
    pub(super) tables: Option<Vec<u8>>,
}

impl Level {
    /// Tiles in a row.
    pub fn columns(&self) -> u32 {
        self.width.div_ceil(self.tile_width)
    }

    /// Rows of tiles.
    pub fn rows(&self) -> u32 {
        self.height.div_ceil(self.tile_height)
    }

    /// Where a tile's bytes lie in the file. `None` outside the level, and for a tile that the file leaves out: that one is
    /// [`Level::blank_tile`].
    pub fn tile_range(&self, column: u32, row: u32) -> Option<Range<u64>> {
        if column >= self.columns() || row >= self.rows() {
            return None;
        }
        let at = row as usize * self.columns() as usize + column as usize;
        let (offset, length) = (*self.offsets.get(at)?, *self.lengths.get(at)?);
        (length > 0).then(|| offset..offset.saturating_add(u64::from(length)))
    }

    /// The (column, row) of every tile that touches the rectangle, row by row.
    pub fn tiles_in(&self, x: u32, y: u32, width: u32, height: u32) -> impl Iterator<Item = (u32, u32)> + use<> {
        let columns = span(x, width, self.tile_width, self.width);
        let rows = span(y, height, self.tile_height, self.height);
        rows.flat_map(move |row| columns.clone().map(move |column| (column, row)))
    }

    /// Most bytes that one plane of a tile can sensibly take when packed.
    pub(super) fn longest_chunk(&self) -> u64 {
        self.samples.plane_len(self.tile_width, self.tile_height).saturating_mul(2).saturating_add(MAX_TABLES)
    }

    pub(super) fn memory(&self) -> usize {
        let tables = self.tables.as_ref().map_or(0, Vec::capacity) + self.samples.palette.as_ref().map_or(0, Vec::capacity);
        size_of::<Self>() + self.offsets.capacity() * size_of::<u64>() + self.lengths.capacity() * size_of::<u32>() + tables
    }

    /// The level's limits, before anything is sized after them.
    pub(super) fn check_sizes(width: u32, height: u32, tile_width: u32, tile_height: u32) -> Result<u64, PyramidError> {
        let sides = 1..=MAX_SIDE;
        if !sides.contains(&width) || !sides.contains(&height) {
            return Err(damaged(format!("an image of {width} x {height} pixels")));
        }
        let sides = 1..=MAX_TILE_SIDE;
        if !sides.contains(&tile_width) || !sides.contains(&tile_height) {
            let most = MAX_TILE_SIDE;
            let what = format!("tiles of {tile_width} x {tile_height} pixels; up to {most} x {most} are supported");
            return Err(PyramidError::Unsupported(what));
        }
        let tiles = u64::from(width.div_ceil(tile_width)) * u64::from(height.div_ceil(tile_height));
        if tiles > MAX_TILES {
            return Err(PyramidError::Unsupported(format!("{tiles} tiles in one level; up to {MAX_TILES} are supported")));
        }
        Ok(tiles)
    }

    /// That a tile does not take too much memory.
    pub(super) fn check_tile(&self) -> Result<(), PyramidError> {
        match self.samples.plane_len(self.tile_width, self.tile_height) <= MAX_TILE_BYTES {
            true => Ok(()),
            false => Err(PyramidError::Unsupported("tiles of more than 128 MiB; convert it".into())),
        }
    }

    pub(super) fn check(&self) -> Result<(), PyramidError> {
        let tiles = Self::check_sizes(self.width, self.height, self.tile_width, self.tile_height)?;
        self.samples.check(self.color, self.compression)?;
        self.check_tile()?;
        if self.offsets.len() as u64 != tiles || self.lengths.len() as u64 != tiles || self.samples.planar {
            return Err(damaged("the lists of tiles are of another length than the level needs"));
        }
        let longest = self.longest_chunk();
        let tables = self.tables.as_ref().map_or(0, Vec::len) as u64;
        match tables <= MAX_TABLES && self.lengths.iter().all(|length| u64::from(*length) <= longest) {
            true => Ok(()),
            false => Err(damaged("tiles or tables that are too long")),
        }
    }
}

/// The tiles that `length` pixels from `start` touch, of a side of `whole` pixels.
fn span(start: u32, length: u32, tile: u32, whole: u32) -> Range<u32> {
    let end = start.saturating_add(length).min(whole);
    if start >= end { 0..0 } else { start / tile..end.div_ceil(tile) }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::pyramid::samples::Predictor;

    pub(in crate::pyramid) fn level(width: u32, height: u32, tile: u32) -> Level {
        let tiles = (width.div_ceil(tile) * height.div_ceil(tile)) as usize;
        Level {
            width,
            height,
            tile_width: tile,
            tile_height: tile,
            compression: Compression::Jpeg,
            color: Color::YCbCr,
            samples: Samples {
                count: 3,
                bits: 8,
                float: false,
                planar: false,
                predictor: Predictor::None,
                big_endian: false,
                reversed: false,
                sharing: (1, 1),
                palette: None,
                fax: 0,
            },
            offsets: (0..tiles as u64).map(|tile| 1000 + 10 * tile).collect(),
            lengths: vec![10; tiles],
            tables: Some(vec![0xFF, 0xD8, 0xFF, 0xD9]),
        }
    }

    #[test]
    fn tiles_that_touch_a_rectangle() {
        let level = level(1021, 777, 256);
        assert_eq!((level.columns(), level.rows()), (4, 4));
        let tiles = |x, y, w, h| level.tiles_in(x, y, w, h).collect::<Vec<_>>();
        assert_eq!(tiles(0, 0, 256, 256), [(0, 0)]);
        assert_eq!(tiles(255, 256, 2, 1), [(0, 1), (1, 1)]);
        assert_eq!(tiles(1000, 700, 5000, 5000), [(3, 2), (3, 3)]);
        assert_eq!(tiles(0, 0, u32::MAX, u32::MAX).len(), 16);
        assert!(tiles(1021, 0, 5, 5).is_empty() && tiles(0, 0, 0, 9).is_empty());
        assert_eq!(level.tile_range(1, 2), Some(1090..1100));
        assert_eq!((level.tile_range(4, 0), level.tile_range(0, 4)), (None, None));
    }
}
