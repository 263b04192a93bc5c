//! What a pyramid holds and where: everything a tile request needs besides the tile itself.

use super::{PyramidError, damaged};
use crate::raster::Channels;
use serde::{Deserialize, Serialize};
use std::ops::Range;

/// First byte of a stored index; another number means another shape.
const VERSION: u8 = 1;
/// Most tiles of one level.
pub(super) const MAX_TILES: u64 = 4 << 20;
/// Largest tile side.
pub(super) const MAX_TILE_SIDE: u32 = 4096;
/// Largest side of an image.
pub(super) const MAX_SIDE: u32 = 1 << 31;
/// Longest ICC profile kept.
pub(super) const MAX_ICC: u64 = 4 << 20;
/// Most levels of a pyramid.
pub(super) const MAX_LEVELS: usize = 32;

/// A pyramid's levels and where their tiles lie. Opened once, kept, and stored as bytes.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Index {
    /// Largest first; each next one smaller, about half.
    pub levels: Vec<Level>,
    /// The ICC profile of the largest level, at most 4 MiB.
    pub icc: Option<Vec<u8>>,
    pub resolution: Option<Resolution>,
}

/// Pixels per centimetre as the file states them; zero and nonsense are left out.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    pub x: f64,
    pub y: f64,
}

/// One resolution of the image, cut into equal tiles; those at the right and lower edge are padded to full size.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Level {
    pub width: u32,
    pub height: u32,
    pub tile_width: u32,
    pub tile_height: u32,
    pub compression: Compression,
    pub color: Color,
    /// Horizontal differencing (TIFF predictor 2).
    pub(super) predictor: bool,
    /// Where each tile starts, row by row.
    pub(super) offsets: Vec<u64>,
    /// How many bytes each tile has; 0 for one that the file leaves out.
    pub(super) lengths: Vec<u32>,
    /// Quantisation and Huffman tables that all JPEG tiles share.
    pub(super) tables: Option<Vec<u8>>,
}

/// How tiles are packed.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Compression {
    None,
    Lzw,
    Deflate,
    Jpeg,
}

/// How samples make a colour in the file; decoded tiles are always gray, RGB or RGBA.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Color {
    Gray,
    /// Gray with 0 as white.
    GrayInverted,
    GrayAlpha,
    Rgb,
    Rgba,
    /// RGB already multiplied by alpha.
    RgbaPremultiplied,
    /// Only inside JPEG.
    YCbCr,
}

impl Color {
    /// What a decoded tile has.
    pub fn channels(self) -> Channels {
        match self {
            Color::Gray | Color::GrayInverted => Channels::Gray,
            Color::Rgb | Color::YCbCr => Channels::Rgb,
            Color::GrayAlpha | Color::Rgba | Color::RgbaPremultiplied => Channels::Rgba,
        }
    }

    /// Samples per pixel in the file.
    pub(super) fn samples(self) -> usize {
        match self {
            Color::Gray | Color::GrayInverted => 1,
            Color::GrayAlpha => 2,
            Color::Rgb | Color::YCbCr => 3,
            Color::Rgba | Color::RgbaPremultiplied => 4,
        }
    }
}

impl Index {
    /// Width of the whole image, in pixels.
    pub fn width(&self) -> u32 {
        self.levels.first().map_or(0, |level| level.width)
    }

    /// Height of the whole image, in pixels.
    pub fn height(&self) -> u32 {
        self.levels.first().map_or(0, |level| level.height)
    }

    /// What decoded tiles are made of; the same at every level.
    pub fn channels(&self) -> Channels {
        self.levels.first().map_or(Channels::Rgb, |level| level.color.channels())
    }

    /// Bytes held in memory, for the weight in a cache.
    pub fn memory(&self) -> usize {
        let levels: usize = self.levels.iter().map(Level::memory).sum();
        size_of::<Self>() + self.icc.as_ref().map_or(0, Vec::capacity) + levels
    }

    /// The smallest level that has at least `target` pixels for a region of `region` pixels of the whole image (both width and
    /// height). Rounding does not count: neither of a level rounded down nor of a target rounded up, as those of tiles at the edges
    /// are. Without a large enough level it is 0.
    pub fn level_for(&self, region: (u32, u32), target: (u32, u32)) -> usize {
        let enough = |level: u32, region: u32, target: u32, whole: u32| {
            (u64::from(level) + 1) * u64::from(region) > u64::from(target.saturating_sub(1)) * u64::from(whole)
        };
        let fits = |level: &Level| {
            enough(level.width, region.0, target.0, self.width()) && enough(level.height, region.1, target.1, self.height())
        };
        self.levels.iter().rposition(fits).unwrap_or(0)
    }

    /// The whole number by which a level is smaller than the image, when its size is the image's divided by it and rounded in any
    /// way; 1 for level 0. Only then do its tiles lie where `tiles` in an info.json of that scale factor says.
    pub fn scale_factor(&self, level: usize) -> Option<u32> {
        let at = self.levels.get(level)?;
        let matches = |side: u32, whole: u32, factor: u32| side == (whole / factor).max(1) || side == whole.div_ceil(factor);
        let ratio = f64::from(self.width().max(self.height())) / f64::from(at.width.max(at.height));
        let mut factors = (0..u32::BITS).map(|power| 1 << power).chain([(ratio.round() as u32).max(1)]);
        factors.find(|factor| matches(at.width, self.width(), *factor) && matches(at.height, self.height(), *factor))
    }

    /// For storing; [`Index::from_bytes`] takes it back.
    pub fn to_bytes(&self) -> Vec<u8> {
        postcard::to_extend(self, vec![VERSION]).expect("vectors and numbers go into memory")
    }

    /// # Errors
    /// [`PyramidError::OtherVersion`] for bytes that another version wrote, `Damaged` for anything else that is no index.
    pub fn from_bytes(bytes: &[u8]) -> Result<Index, PyramidError> {
        let (&version, rest) = bytes.split_first().ok_or_else(|| damaged("the stored index is empty"))?;
        if version != VERSION {
            return Err(PyramidError::OtherVersion);
        }
        let index: Index = postcard::from_bytes(rest).map_err(|error| damaged(format!("the stored index: {error}")))?;
        index.check()?;
        Ok(index)
    }

    /// That the parts agree, so that nothing later has to ask.
    pub(super) fn check(&self) -> Result<(), PyramidError> {
        if self.levels.is_empty() || self.levels.len() > MAX_LEVELS {
            return Err(damaged("no levels, or too many"));
        }
        self.levels.iter().try_for_each(Level::check)
    }
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

    /// Bytes of one tile, unpacked, as the file has its samples.
    pub(super) fn unpacked_len(&self) -> usize {
        self.tile_width as usize * self.tile_height as usize * self.color.samples()
    }

    fn memory(&self) -> usize {
        let tables = self.tables.as_ref().map_or(0, Vec::capacity);
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

    fn check(&self) -> Result<(), PyramidError> {
        let tiles = Self::check_sizes(self.width, self.height, self.tile_width, self.tile_height)?;
        if self.offsets.len() as u64 != tiles || self.lengths.len() as u64 != tiles {
            return Err(damaged("the lists of tiles are of another length than the level needs"));
        }
        Ok(())
    }
}

/// The tiles that `length` pixels from `start` touch, of a side of `whole` pixels.
fn span(start: u32, length: u32, tile: u32, whole: u32) -> Range<u32> {
    let end = start.saturating_add(length).min(whole);
    if start >= end { 0..0 } else { start / tile..end.div_ceil(tile) }
}

#[cfg(test)]
mod tests {
    use super::*;

    pub(crate) fn level(width: u32, height: u32, tile: u32) -> Level {
        let tiles = (width.div_ceil(tile) * height.div_ceil(tile)) as usize;
        Level {
            width,
            height,
            tile_width: tile,
            tile_height: tile,
            compression: Compression::Jpeg,
            color: Color::YCbCr,
            predictor: false,
            offsets: (0..tiles as u64).map(|tile| 1000 + 10 * tile).collect(),
            lengths: vec![10; tiles],
            tables: Some(vec![0xFF, 0xD8, 0xFF, 0xD9]),
        }
    }

    fn index(sizes: &[(u32, u32)]) -> Index {
        let levels = sizes.iter().map(|&(width, height)| level(width, height, 256)).collect();
        Index { levels, icc: Some(vec![1, 2, 3]), resolution: Some(Resolution { x: 118.1, y: 118.1 }) }
    }

    #[test]
    fn bytes_come_back() {
        let index = index(&[(1021, 777), (510, 388)]);
        assert_eq!(Index::from_bytes(&index.to_bytes()).unwrap(), index);
        assert!(index.memory() > 2 * 12 * 4);
    }

    #[test]
    fn strange_bytes_are_refused() {
        let bytes = index(&[(1021, 777)]).to_bytes();
        assert!(matches!(Index::from_bytes(&[&[0], &bytes[1..]].concat()), Err(PyramidError::OtherVersion)));
        for length in 0..bytes.len() {
            assert!(Index::from_bytes(&bytes[..length]).is_err(), "{length}");
        }
        let mut short = index(&[(1021, 777)]);
        short.levels[0].offsets.pop();
        assert!(matches!(Index::from_bytes(&short.to_bytes()), Err(PyramidError::Damaged(_))));
    }

    #[test]
    fn the_smallest_sufficient_level() {
        let floored = index(&[(1021, 777), (510, 388), (255, 194), (127, 97)]);
        let whole = (1021, 777);
        for (region, target, level) in [
            (whole, (1021, 777), 0),
            (whole, (2000, 1500), 0),
            (whole, (600, 457), 0),
            (whole, (512, 389), 0),
            (whole, (511, 389), 1),
            (whole, (510, 388), 1),
            (whole, (256, 195), 2),
            (whole, (200, 152), 2),
            (whole, (1, 1), 3),
            ((512, 512), (256, 256), 1),
            ((509, 265), (255, 133), 1),
            ((1021, 777), (128, 98), 3),
            ((5, 777), (1, 98), 3),
            ((100, 100), (100, 100), 0),
        ] {
            assert_eq!(floored.level_for(region, target), level, "{region:?} {target:?}");
        }
    }

    #[test]
    fn scale_factors_need_rounded_sizes() {
        let mixed = index(&[(1021, 777), (511, 389), (340, 259), (255, 194), (100, 76)]);
        let factors: Vec<_> = (0..6).map(|level| mixed.scale_factor(level)).collect();
        assert_eq!(factors, [Some(1), Some(2), Some(3), Some(4), None, None]);
        assert_eq!(index(&[(95, 130), (6, 9)]).scale_factor(1), Some(16));
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
