//! JPEG inside TIFF: abbreviated streams made whole, and decoded.

mod bands;
mod bits;
mod blocks;
mod clean;
mod huffman;
mod marks;
mod memo;
mod mosaic;
mod scan;
mod segments;
mod source;
mod transfer;

pub use bands::{JpegBands, jpeg_head};
pub(super) use marks::Marks;
pub(super) use mosaic::{Mosaic, Place};
pub(super) use segments::segments;

use super::{Color, PyramidError, damaged};
use crate::raster::{Channels, Raster};
use segments::{EOI, SOS, Segments};
use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor};

/// As many eighths as decode a tile in its own size.
pub(super) const WHOLE: u8 = 8;
/// Most scans of a progressive tile.
pub(super) const MAX_SCANS: u32 = 64;

/// What a stream must hold to fill a tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub width: u32,
    pub height: u32,
    pub color: Color,
}

/// A complete stand-alone JPEG from a tile (or strip) and the tables it shares with others. Application data and comments are left
/// out; one marker that says how the colours are meant is put in, and a colour profile if there is one.
pub(super) fn complete(stream: &[u8], tables: Option<&[u8]>, frame: Frame, icc: Option<&[u8]>) -> Result<Vec<u8>, PyramidError> {
    let marks = Marks::new(frame.color, icc).ok_or_else(|| PyramidError::Unsupported("a colour profile of more than 16 MB".into()))?;
    let tables_len = tables.map_or(0, |tables| tables.len().saturating_sub(4));
    let mut whole = Vec::with_capacity(marks.len() + tables_len + stream.len().saturating_sub(2));
    marks.write(&mut whole);
    if let Some(tables) = tables {
        Segments::of(tables)?.try_for_each(|segment| segment.map(|segment| segment.keep(&mut whole)))?;
    }
    let expected = (8, frame.width, frame.height, frame.color.samples());
    let (mut segments, mut frames) = (Segments::of(stream)?, 0);
    for segment in &mut segments {
        let segment = segment?;
        segment.keep(&mut whole);
        frames += segment.frame().map_or(0, |frame| if frame == expected { 1 } else { 2 });
    }
    if frames != 1 {
        return Err(damaged("a JPEG tile of another size or kind than its level says"));
    }
    let scans = Some(segments.rest()).filter(|scans| scans.starts_with(&[0xFF, SOS]));
    whole.extend_from_slice(up_to_end(scans.ok_or_else(|| damaged("a JPEG tile without pixels"))?)?);
    Ok(whole)
}

/// Pixels of a tile: gray, or RGB.
pub(super) fn decode(stream: &[u8], tables: Option<&[u8]>, frame: Frame) -> Result<Raster, PyramidError> {
    pixels(&complete(stream, tables, frame, None)?, frame, WHOLE)
}

/// Pixels of a complete stream that is known to have the size of `frame`, as small as so many eighths, rounded up. A decompressor is made for each stream, since one that is
/// used again would give its tables to a stream that lacks some; making it takes less than a microsecond.
pub(super) fn pixels(whole: &[u8], frame: Frame, eighths: u8) -> Result<Raster, PyramidError> {
    let failed = |error: turbojpeg::Error| damaged(format!("a JPEG tile: {error}"));
    let mut decompressor = Decompressor::new().map_err(failed)?;
    decompressor.set_scan_limit(MAX_SCANS).map_err(failed)?;
    let scale = ScalingFactor::new(usize::from(eighths), usize::from(WHOLE));
    decompressor.set_scaling_factor(scale).map_err(failed)?;
    let channels = frame.color.channels();
    let format = if channels == Channels::Gray { PixelFormat::GRAY } else { PixelFormat::RGB };
    let (width, height) = (scale.scale(frame.width as usize), scale.scale(frame.height as usize));
    let mut raster = Raster::zeroed(width as u32, height as u32, channels);
    let pitch = raster.stride();
    decompressor.decompress(whole, Image { pixels: raster.pixels_mut(), width, pitch, height, format }).map_err(failed)?;
    Ok(raster)
}

/// The scans with the end marker and nothing behind it; a few bytes of filling are tolerated.
fn up_to_end(scans: &[u8]) -> Result<&[u8], PyramidError> {
    let tail = scans.len().saturating_sub(16);
    let end = scans[tail..].windows(2).rposition(|pair| pair == [0xFF, EOI]);
    end.map(|end| &scans[..tail + end + 2]).ok_or_else(|| damaged("a JPEG tile without an end"))
}
