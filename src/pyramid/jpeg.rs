//! JPEG inside TIFF: abbreviated streams made whole, and decoded.

use super::{Color, PyramidError, damaged};
use crate::raster::{Channels, Raster};
use turbojpeg::{Decompressor, Image, PixelFormat};

/// Most scans of a progressive tile.
pub(super) const MAX_SCANS: u32 = 64;
/// JFIF: the three components are YCbCr, the one is gray.
const JFIF: &[u8] = b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// Adobe's marker with transform 0: the three components are RGB.
const ADOBE_RGB: &[u8] = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";

const SOI: u8 = 0xD8;
const EOI: u8 = 0xD9;
const SOS: u8 = 0xDA;

/// What a stream must hold to fill a tile.
#[derive(Clone, Copy, Debug)]
pub(super) struct Frame {
    pub width: u32,
    pub height: u32,
    pub color: Color,
}

/// A complete stand-alone JPEG from a tile (or strip) and the tables it shares with others. Application markers and comments are
/// left out; one marker that says how the colours are meant is put in.
pub(super) fn complete(stream: &[u8], tables: Option<&[u8]>, frame: Frame) -> Result<Vec<u8>, PyramidError> {
    let (shared, _) = tables.map(segments).transpose()?.unwrap_or_default();
    let (own, scans_at) = segments(stream)?;
    let mut sizes = own.iter().filter_map(frame_of);
    if sizes.next() != Some((8, frame.width, frame.height, frame.color.samples())) || sizes.next().is_some() {
        return Err(damaged("a JPEG tile of another size or kind than its level says"));
    }
    let scans =
        stream.get(scans_at..).filter(|scans| scans.starts_with(&[0xFF, SOS])).ok_or_else(|| damaged("a JPEG tile without pixels"))?;
    let marker = if matches!(frame.color, Color::Rgb) { ADOBE_RGB } else { JFIF };
    let mut whole = Vec::with_capacity(stream.len() + tables.map_or(0, <[u8]>::len) + marker.len());
    whole.extend_from_slice(&[0xFF, SOI]);
    whole.extend_from_slice(marker);
    shared.iter().chain(&own).filter(|segment| !segment.is_remark()).for_each(|segment| whole.extend_from_slice(segment.bytes));
    whole.extend_from_slice(up_to_end(scans)?);
    Ok(whole)
}

/// Pixels of a tile: gray, or RGB.
pub(super) fn decode(stream: &[u8], tables: Option<&[u8]>, frame: Frame) -> Result<Raster, PyramidError> {
    let whole = complete(stream, tables, frame)?;
    let failed = |error: turbojpeg::Error| damaged(format!("a JPEG tile: {error}"));
    let mut decompressor = Decompressor::new().map_err(failed)?;
    decompressor.set_scan_limit(MAX_SCANS).map_err(failed)?;
    let header = decompressor.read_header(&whole).map_err(failed)?;
    if (header.width, header.height) != (frame.width as usize, frame.height as usize) {
        return Err(damaged("a JPEG tile of two sizes"));
    }
    let channels = frame.color.channels();
    let format = if channels == Channels::Gray { PixelFormat::GRAY } else { PixelFormat::RGB };
    let mut raster = Raster::zeroed(frame.width, frame.height, channels);
    let (width, height, pitch) = (header.width, header.height, raster.stride());
    decompressor.decompress(&whole, Image { pixels: raster.pixels_mut(), width, pitch, height, format }).map_err(failed)?;
    Ok(raster)
}

/// A marker with what belongs to it.
pub(super) struct Segment<'a> {
    pub marker: u8,
    /// From the marker's first byte on.
    pub bytes: &'a [u8],
}

impl Segment<'_> {
    /// Application data or a comment.
    pub(super) fn is_remark(&self) -> bool {
        matches!(self.marker, 0xE0..=0xEF | 0xFE)
    }
}

/// The segments before the first scan or the end, and where that is.
pub(super) fn segments(stream: &[u8]) -> Result<(Vec<Segment<'_>>, usize), PyramidError> {
    let broken = || damaged("a JPEG tile or its tables break off or start wrong");
    if !stream.starts_with(&[0xFF, SOI]) {
        return Err(broken());
    }
    let mut found = Vec::new();
    let mut at = 2;
    loop {
        while stream.get(at..at + 2) == Some(&[0xFF, 0xFF]) {
            at += 1;
        }
        let (lead, marker) = stream.get(at).copied().zip(stream.get(at + 1).copied()).ok_or_else(broken)?;
        match marker {
            _ if lead != 0xFF => return Err(broken()),
            SOS | EOI => return Ok((found, at)),
            // Tables, restart intervals, sequential and progressive frames, remarks.
            0xC4 | 0xDB | 0xDD | 0xC0..=0xC2 | 0xE0..=0xEF | 0xFE => {}
            _ => return Err(damaged(format!("a JPEG tile with marker {marker:02X}"))),
        }
        let length = stream.get(at + 2..at + 4).map(|length| usize::from(length[0]) << 8 | usize::from(length[1]));
        let length = length.filter(|length| *length >= 2).ok_or_else(broken)?;
        found.push(Segment { marker, bytes: stream.get(at..at + 2 + length).ok_or_else(broken)? });
        at += 2 + length;
    }
}

/// Bits per sample, width, height and components, if the segment starts a frame.
fn frame_of(segment: &Segment) -> Option<(u8, u32, u32, usize)> {
    let body = segment.bytes.get(4..10).filter(|_| matches!(segment.marker, 0xC0..=0xC2))?;
    let number = |at: usize| u32::from(body[at]) << 8 | u32::from(body[at + 1]);
    Some((body[0], number(3), number(1), usize::from(body[5])))
}

/// The scans with the end marker and nothing behind it; a few bytes of filling are tolerated.
fn up_to_end(scans: &[u8]) -> Result<&[u8], PyramidError> {
    let tail = scans.len().saturating_sub(16);
    let end = scans[tail..].windows(2).rposition(|pair| pair == [0xFF, EOI]);
    end.map(|end| &scans[..tail + end + 2]).ok_or_else(|| damaged("a JPEG tile without an end"))
}
