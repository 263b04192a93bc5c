//! From a tile's bytes to its pixels.

use super::jpeg::{self, Frame};
use super::{Color, Compression, Level, PyramidError};
use crate::raster::Raster;

impl Level {
    /// A whole tile with its padding, from the bytes at [`Level::tile_range`]: gray, RGB or RGBA with 8 bits per sample, alpha not
    /// premultiplied. Takes as long as decoding takes.
    ///
    /// # Errors
    /// `Damaged` when the bytes are not such a tile.
    pub fn decode_tile(&self, bytes: &[u8]) -> Result<Raster, PyramidError> {
        self.decode_chunk(&[bytes], self.tile_height)
    }

    /// What stands for a tile that the file leaves out: samples of 0, as libtiff has it; mostly black, or transparent.
    pub fn blank_tile(&self) -> Raster {
        self.blank_chunk(self.tile_height)
    }

    /// The tile as a complete JPEG, without decoding: its own data, the shared tables, and a marker that says how the colours are
    /// meant. It has the tile's full size, padding included. `None` for tiles that are not JPEG, that are stored inverted or as CMYK,
    /// or that do not hold together.
    pub fn jpeg_stream(&self, tile: &[u8]) -> Option<Vec<u8>> {
        let plain = self.compression == Compression::Jpeg && matches!(self.color, Color::Gray | Color::Rgb | Color::YCbCr);
        plain.then(|| jpeg::complete(tile, self.tables.as_deref(), self.frame()).ok()).flatten()
    }

    fn frame(&self) -> Frame {
        Frame { width: self.tile_width, height: self.tile_height, color: self.color }
    }
}
