//! What a pyramid holds and where: everything a tile request needs besides the tile itself.

use super::{Level, PyramidError, damaged};
use crate::raster::Channels;
use serde::{Deserialize, Serialize};

/// First byte of a stored index; another number means another shape.
const VERSION: u8 = 2;
/// Longest ICC profile kept.
pub(super) const MAX_ICC: u64 = 4 << 20;
/// Most levels of a pyramid.
pub(super) const MAX_LEVELS: usize = 32;

/// A pyramid's levels and where their tiles lie. Opened once, kept, and stored as bytes.
#[derive(Serialize, Deserialize, Clone, Debug, PartialEq)]
pub struct Index {
    /// Largest first; each next one smaller, about half.
    pub levels: Vec<Level>,
    /// The ICC profile of the largest level, at most 4 MiB; none when it is for inks or L*a*b*, as decoded pixels have neither.
    pub icc: Option<Vec<u8>>,
    pub resolution: Option<Resolution>,
    /// How the picture is to be turned (TIFF 6.0, tag 274), 1 to 8. Tiles are as they are stored: unless it is 1, convert the file.
    pub orientation: u8,
}

/// Pixels per centimetre as the file states them; zero and nonsense are left out.
#[derive(Serialize, Deserialize, Clone, Copy, Debug, PartialEq)]
pub struct Resolution {
    pub x: f64,
    pub y: f64,
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
        let icc = self.icc.as_ref().map_or(0, Vec::len) as u64;
        let resolution = self.resolution.is_none_or(|Resolution { x, y }| x > 0.0 && y > 0.0 && x.is_finite() && y.is_finite());
        let alike = self.levels.iter().all(|level| level.color.channels() == self.channels());
        let falling = self.levels.is_sorted_by(|a, b| b.width <= a.width && b.height <= a.height);
        if icc > MAX_ICC || !resolution || !alike || !falling || !(1..=8).contains(&self.orientation) {
            return Err(damaged("levels that do not belong together, or a profile, resolution or orientation that is none"));
        }
        self.levels.iter().try_for_each(Level::check)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::pyramid::level::tests::level;

    fn index(sizes: &[(u32, u32)]) -> Index {
        let levels = sizes.iter().map(|&(width, height)| level(width, height, 256)).collect();
        Index { levels, icc: Some(vec![1, 2, 3]), resolution: Some(Resolution { x: 118.1, y: 118.1 }), orientation: 1 }
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
    fn scale_factors_need_rounded_sizes() {
        let mixed = index(&[(1021, 777), (511, 389), (340, 259), (255, 194), (100, 76)]);
        let factors: Vec<_> = (0..6).map(|level| mixed.scale_factor(level)).collect();
        assert_eq!(factors, [Some(1), Some(2), Some(3), Some(4), None, None]);
        assert_eq!(index(&[(95, 130), (6, 9)]).scale_factor(1), Some(16));
    }
}
