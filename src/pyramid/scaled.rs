//! Less of a tile than all its pixels.

use super::jpeg::{self, Frame, Part};
use super::tile::to_channels;
use super::{Compression, Level, PyramidError};
use crate::raster::Raster;

/// The scales of JPEG decoding that take less time than decoding in full, in eighths, and full size.
const EIGHTHS: [u8; 4] = [1, 2, 4, 8];

impl Level {
    /// The scales, in eighths of full size, at which [`Level::decode_scaled`] decodes tiles that still abut: 8, and for JPEG mostly 1,
    /// 2 and 4. Decoding at 1, 2 and 4 eighths takes about 45, 60 and 70 % of the time that full size takes.
    pub fn eighths(&self) -> impl Iterator<Item = u8> + use<> {
        let whole = |side: u32, eighths: u8| (side * u32::from(eighths)).is_multiple_of(8);
        let (width, height, jpeg) = (self.tile_width, self.tile_height, self.compression == Compression::Jpeg);
        EIGHTHS.into_iter().filter(move |eighths| *eighths == 8 || jpeg && whole(width, *eighths) && whole(height, *eighths))
    }

    /// Like [`Level::decode_tile`], at one of the scales of [`Level::eighths`].
    ///
    /// # Errors
    /// `Damaged` when the bytes are not such a tile, `Unsupported` for another scale.
    pub fn decode_scaled(&self, bytes: &[u8], eighths: u8) -> Result<Raster, PyramidError> {
        if !self.eighths().any(|offered| offered == eighths) {
            return Err(PyramidError::Unsupported(format!("decoding tiles at {eighths}/8 of their size")));
        }
        if eighths == 8 {
            return self.decode_tile(bytes);
        }
        jpeg::decode_scaled(bytes, self.tables.as_deref(), self.jpeg_frame(), eighths).map(|raster| self.colored(raster))
    }

    /// The part of [`Level::decode_tile`] at (`x`, `y`), as large as asked or as far as the tile reaches; the pixels are the same. For
    /// JPEG the rest of the tile is passed over, which takes about a fifth of the time that decoding it takes.
    ///
    /// # Errors
    /// `Damaged` when the bytes are not such a tile, as far as it shows.
    pub fn decode_part(&self, bytes: &[u8], x: u32, y: u32, width: u32, height: u32) -> Result<Raster, PyramidError> {
        if self.compression != Compression::Jpeg {
            return Ok(self.decode_tile(bytes)?.crop(x, y, width, height));
        }
        let part = Part { x, y, width, height };
        jpeg::decode_part(bytes, self.tables.as_deref(), self.jpeg_frame(), part).map(|raster| self.colored(raster))
    }

    fn jpeg_frame(&self) -> Frame {
        Frame { width: self.tile_width, height: self.tile_height, color: self.color }
    }

    /// Pixels as decoded from JPEG, as those of a raster.
    fn colored(&self, raster: Raster) -> Raster {
        let (width, height) = (raster.width(), raster.height());
        Raster::from_pixels(width, height, self.color.channels(), to_channels(self.color, raster.into_pixels()))
    }
}
