//! From a tile's pixels to its bytes.

use super::fields::Fields;
use super::writer::{WriteError, WriteOptions};
use super::{jpeg, tags};
use crate::raster::Channels;
use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;
use turbojpeg::{Compressor, Image, PixelFormat, Subsamp};

/// Packs tiles of one size: JPEG for gray and RGB unless nothing may be lost, otherwise deflate with horizontal differences.
pub(super) struct Encoder {
    tile: usize,
    channels: Channels,
    jpeg: Option<Jpeg>,
}

struct Jpeg {
    compressor: Compressor,
    /// What all tiles share, as a stream of its own.
    tables: Vec<u8>,
}

impl Encoder {
    pub(super) fn new(channels: Channels, options: &WriteOptions) -> Result<Self, WriteError> {
        let mut encoder = Self { tile: options.tile as usize, channels, jpeg: None };
        if channels != Channels::Rgba && !options.lossless {
            let mut compressor = Compressor::new().map_err(failed)?;
            compressor.set_quality(i32::from(options.quality)).map_err(failed)?;
            compressor.set_subsamp(if channels == Channels::Gray { Subsamp::Gray } else { Subsamp::Sub2x2 }).map_err(failed)?;
            let sample = vec![0; encoder.tile * encoder.tile * channels.count()];
            let stream = encoder.compress(&mut compressor, &sample)?;
            let (tables, _) = split(&stream)?;
            encoder.jpeg = Some(Jpeg { compressor, tables });
        }
        Ok(encoder)
    }

    /// The bytes of a tile, complete with padding.
    pub(super) fn encode(&mut self, pixels: &[u8]) -> Result<Vec<u8>, WriteError> {
        let Some(mut jpeg) = self.jpeg.take() else { return self.deflate(pixels) };
        let stream = self.compress(&mut jpeg.compressor, pixels)?;
        let (tables, tile) = split(&stream)?;
        let shared = tables == jpeg.tables;
        self.jpeg = Some(jpeg);
        shared.then_some(tile).ok_or_else(|| WriteError::Jpeg("a tile has tables of its own".into()))
    }

    /// Adds the fields that say how tiles are packed and what their samples mean.
    pub(super) fn describe(&self, fields: Fields) -> Fields {
        let photometric = match (self.channels, &self.jpeg) {
            (Channels::Gray, _) => 1,
            (Channels::Rgb, Some(_)) => 6,
            (Channels::Rgb | Channels::Rgba, _) => 2,
        };
        let fields = fields.shorts(tags::COMPRESSION, &[if self.jpeg.is_some() { 7 } else { 8 }]).shorts(tags::PHOTOMETRIC, &[photometric]);
        let fields = match &self.jpeg {
            Some(jpeg) => fields.bytes(tags::JPEG_TABLES, &jpeg.tables),
            None => fields.shorts(tags::PREDICTOR, &[2]),
        };
        match (self.channels, photometric) {
            (Channels::Rgba, _) => fields.shorts(tags::EXTRA_SAMPLES, &[2]),
            (_, 6) => fields.shorts(tags::CHROMA_SUBSAMPLING, &[2, 2]),
            _ => fields,
        }
    }

    fn compress(&self, compressor: &mut Compressor, pixels: &[u8]) -> Result<Vec<u8>, WriteError> {
        let format = if self.channels == Channels::Gray { PixelFormat::GRAY } else { PixelFormat::RGB };
        let pitch = self.tile * self.channels.count();
        compressor.compress_to_vec(Image { pixels, width: self.tile, pitch, height: self.tile, format }).map_err(failed)
    }

    fn deflate(&self, pixels: &[u8]) -> Result<Vec<u8>, WriteError> {
        let count = self.channels.count();
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(6));
        let mut differences = vec![0; self.tile * count];
        for row in pixels.chunks_exact(self.tile * count) {
            differences[..count].copy_from_slice(&row[..count]);
            for at in count..row.len() {
                differences[at] = row[at].wrapping_sub(row[at - count]);
            }
            encoder.write_all(&differences)?;
        }
        Ok(encoder.finish()?)
    }
}

/// A JPEG as its tables and its tile, each a stream; remarks are left out.
fn split(stream: &[u8]) -> Result<(Vec<u8>, Vec<u8>), WriteError> {
    let (segments, scans) = jpeg::segments(stream).map_err(failed)?;
    let (mut tables, mut tile) = (vec![0xFF, 0xD8], vec![0xFF, 0xD8]);
    for segment in segments.iter().filter(|segment| !segment.is_remark()) {
        let is_table = matches!(segment.marker, 0xC4 | 0xDB);
        if is_table { &mut tables } else { &mut tile }.extend_from_slice(segment.bytes);
    }
    tables.extend_from_slice(&[0xFF, 0xD9]);
    tile.extend_from_slice(&stream[scans..]);
    Ok((tables, tile))
}

fn failed(error: impl std::fmt::Display) -> WriteError {
    WriteError::Jpeg(error.to_string())
}
