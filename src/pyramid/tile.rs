//! From a tile's bytes to its pixels.

use super::fields::{Fields, header};
use super::jpeg::{self, Frame};
use super::{Color, Compression, Level, PyramidError, damaged, tags};
use crate::raster::{Channels, Raster};
use std::io::Cursor;

impl Level {
    /// A whole tile with its padding, from the bytes at [`Level::tile_range`]: gray, RGB or RGBA with 8 bits per sample, alpha not
    /// premultiplied. Takes as long as decoding takes.
    ///
    /// # Errors
    /// `Damaged` when the bytes are not such a tile.
    pub fn decode_tile(&self, bytes: &[u8]) -> Result<Raster, PyramidError> {
        let samples = match self.compression {
            Compression::Jpeg => jpeg::decode(bytes, self.tables.as_deref(), self.frame())?.into_pixels(),
            Compression::None => self.unpack(bytes, 1)?,
            Compression::Lzw => self.unpack(bytes, 5)?,
            Compression::Deflate => self.unpack(bytes, 8)?,
        };
        Ok(Raster::from_pixels(self.tile_width, self.tile_height, self.color.channels(), to_channels(self.color, samples)))
    }

    /// What stands for a tile that the file leaves out: zero bytes, as libtiff has it; black, or transparent.
    pub fn blank_tile(&self) -> Raster {
        Raster::zeroed(self.tile_width, self.tile_height, self.color.channels())
    }

    /// The tile as a complete JPEG, without decoding: its own data, the shared tables, and a marker that says how the colours are
    /// meant; with the colour profile `icc`, if given. It has the tile's full size, padding included. `None` for tiles that are not JPEG, that are stored inverted, or that
    /// do not hold together.
    pub fn jpeg_stream(&self, tile: &[u8], icc: Option<&[u8]>) -> Option<Vec<u8>> {
        let plain = self.compression == Compression::Jpeg && self.color != Color::GrayInverted;
        plain.then(|| jpeg::complete(tile, self.tables.as_deref(), self.frame(), icc).ok()).flatten()
    }

    fn frame(&self) -> Frame {
        Frame { width: self.tile_width, height: self.tile_height, color: self.color }
    }

    /// The tile's samples, through a file in memory that has only this tile; `compression` is TIFF's number.
    fn unpack(&self, bytes: &[u8], compression: u16) -> Result<Vec<u8>, PyramidError> {
        let failed = |error: tiff::TiffError| damaged(format!("a tile: {error}"));
        let mut decoder = tiff::decoder::Decoder::new(Cursor::new(self.alone(bytes, compression))).map_err(failed)?;
        let mut samples = vec![0; self.unpacked_len()];
        decoder.read_chunk_bytes(0, &mut samples).map_err(failed)?;
        Ok(samples)
    }

    /// A TIFF of which `bytes` are the only tile.
    fn alone(&self, bytes: &[u8], compression: u16) -> Vec<u8> {
        let samples = self.color.samples();
        let extra: &[u16] = if samples.is_multiple_of(2) { &[2] } else { &[] };
        let fields = |at: u32| {
            Fields::new(false)
                .longs(tags::WIDTH, &[self.tile_width])
                .longs(tags::HEIGHT, &[self.tile_height])
                .shorts(tags::BITS_PER_SAMPLE, &[8, 8, 8, 8][..samples])
                .shorts(tags::COMPRESSION, &[compression])
                .shorts(tags::PHOTOMETRIC, &[if samples < 3 { 1 } else { 2 }])
                .shorts(tags::SAMPLES_PER_PIXEL, &[samples as u16])
                .shorts(tags::PREDICTOR, &[if self.predictor { 2 } else { 1 }])
                .longs(tags::TILE_WIDTH, &[self.tile_width])
                .longs(tags::TILE_HEIGHT, &[self.tile_height])
                .longs(tags::TILE_OFFSETS, &[at])
                .longs(tags::TILE_LENGTHS, &[bytes.len() as u32])
                .shorts(tags::EXTRA_SAMPLES, extra)
        };
        let mut file = header(false, 8);
        let start = 8 + fields(0).len();
        file.extend(fields(start as u32).to_bytes(8, 0));
        file.extend_from_slice(bytes);
        file
    }
}

/// Samples of the file as those of a raster.
pub(super) fn to_channels(color: Color, mut samples: Vec<u8>) -> Vec<u8> {
    match color {
        Color::Gray | Color::Rgb | Color::Rgba | Color::YCbCr => {}
        Color::GrayInverted => samples.iter_mut().for_each(|sample| *sample = !*sample),
        Color::GrayAlpha => samples = samples.chunks_exact(2).flat_map(|pixel| [pixel[0], pixel[0], pixel[0], pixel[1]]).collect(),
        Color::RgbaPremultiplied => samples.chunks_exact_mut(Channels::Rgba.count()).for_each(divide_by_alpha),
    }
    samples
}

fn divide_by_alpha(pixel: &mut [u8]) {
    let alpha = u32::from(pixel[3]);
    for sample in &mut pixel[..3] {
        let whole = (u32::from(*sample) * 255 + alpha / 2).checked_div(alpha);
        *sample = whole.map_or(0, |whole| whole.min(255) as u8);
    }
}
