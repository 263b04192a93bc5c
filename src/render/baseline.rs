//! A small TIFF: one directory, deflated strips, 8 bits a sample or 1 bit a pixel.

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::RenderError;
use crate::raster::{Channels, Raster};

/// About this many bytes of pixels go into one strip.
const STRIP_BYTES: usize = 64 * 1024;
const SHORT: u16 = 3;
const LONG: u16 = 4;
const RATIONAL: u16 = 5;
const UNDEFINED: u16 = 7;

/// One entry of the directory: its tag, field type, number of values, and the values' bytes.
struct Entry(u16, u16, usize, Vec<u8>);

fn shorts(tag: u16, values: &[u16]) -> Entry {
    Entry(tag, SHORT, values.len(), values.iter().flat_map(|v| v.to_le_bytes()).collect())
}

fn longs(tag: u16, values: &[u32]) -> Entry {
    Entry(tag, LONG, values.len(), values.iter().flat_map(|v| v.to_le_bytes()).collect())
}

fn rational(tag: u16, value: u32) -> Entry {
    Entry(tag, RATIONAL, 1, [value.to_le_bytes(), 1u32.to_le_bytes()].concat())
}

/// What a file is made of.
struct Sheet<'a> {
    width: u32,
    height: u32,
    /// 1 or 8.
    bits: u16,
    channels: Channels,
    profile: Option<&'a [u8]>,
}

impl Sheet<'_> {
    /// Bytes from one row to the next.
    fn stride(&self) -> usize {
        (self.width as usize * self.channels.count() * usize::from(self.bits)).div_ceil(8)
    }

    /// Rows in every strip but the last.
    fn rows(&self) -> usize {
        (STRIP_BYTES / self.stride().max(1)).clamp(1, self.height.max(1) as usize)
    }

    /// The length of `bytes` as a place in the file, which TIFF counts with 32 bits.
    fn position(&self, bytes: &[u8]) -> Result<u32, RenderError> {
        let (width, height) = (self.width.into(), self.height.into());
        u32::try_from(bytes.len()).map_err(|_| RenderError::TooLarge { width, height, what: "TIFF, which ends at 4 GB" })
    }
}

/// Writes `raster` as a little-endian TIFF 6.0 file; `profile` must fit its channels.
pub(super) fn tiff(raster: &Raster, profile: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    let sheet = Sheet { width: raster.width(), height: raster.height(), bits: 8, channels: raster.channels(), profile };
    write(&sheet, raster.pixels())
}

/// Writes rows packed as [`super::tone::packed`] does it.
pub(super) fn bitonal(width: u32, height: u32, rows: &[u8]) -> Result<Vec<u8>, RenderError> {
    write(&Sheet { width, height, bits: 1, channels: Channels::Gray, profile: None }, rows)
}

fn write(sheet: &Sheet, pixels: &[u8]) -> Result<Vec<u8>, RenderError> {
    let mut bytes = b"II\x2a\0\0\0\0\0".to_vec();
    let (offsets, counts) = strips(sheet, pixels, &mut bytes)?;
    directory(&mut bytes, &entries(sheet, &offsets, &counts));
    sheet.position(&bytes)?;
    Ok(bytes)
}

fn strips(sheet: &Sheet, pixels: &[u8], bytes: &mut Vec<u8>) -> Result<(Vec<u32>, Vec<u32>), RenderError> {
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    let mut row = vec![0; sheet.stride()];
    for strip in pixels.chunks(sheet.rows() * sheet.stride()) {
        let start = sheet.position(bytes)?;
        let mut encoder = ZlibEncoder::new(&mut *bytes, Compression::fast());
        let written = match sheet.bits {
            1 => encoder.write_all(strip),
            _ => strip.chunks(sheet.stride()).try_for_each(|source| {
                differences(source, sheet.channels.count(), &mut row);
                encoder.write_all(&row)
            }),
        };
        written.and_then(|()| encoder.finish()).map_err(|e| RenderError::failed("write TIFF", e))?;
        offsets.push(start);
        counts.push(sheet.position(bytes)? - start);
    }
    Ok((offsets, counts))
}

/// Every sample less the one of the pixel before it, which packs better (TIFF 6.0, section 14).
fn differences(source: &[u8], count: usize, target: &mut [u8]) {
    let first = count.min(source.len());
    target[..first].copy_from_slice(&source[..first]);
    for ((value, now), before) in target[first..].iter_mut().zip(&source[first..]).zip(source) {
        *value = now.wrapping_sub(*before);
    }
}

/// The directory's entries in the order of their tags.
fn entries(sheet: &Sheet, offsets: &[u32], counts: &[u32]) -> Vec<Entry> {
    let samples = sheet.channels.count();
    let photometric = if sheet.channels == Channels::Gray { 1 } else { 2 };
    let mut entries = vec![
        longs(256, &[sheet.width]),
        longs(257, &[sheet.height]),
        shorts(258, &vec![sheet.bits; samples]),
        shorts(259, &[8]),
        shorts(262, &[photometric]),
        longs(273, offsets),
        shorts(277, &[samples as u16]),
        longs(278, &[sheet.rows() as u32]),
        longs(279, counts),
        rational(282, 72),
        rational(283, 72),
        shorts(284, &[1]),
        shorts(296, &[2]),
    ];
    if sheet.bits == 8 {
        entries.push(shorts(317, &[2]));
    }
    if sheet.channels == Channels::Rgba {
        // Alpha that the colours have not been multiplied with.
        entries.push(shorts(338, &[2]));
    }
    entries.extend(sheet.profile.map(|profile| Entry(34675, UNDEFINED, profile.len(), profile.to_vec())));
    entries
}

/// Appends the values that do not fit into their entries, then the directory, and points the header at it.
fn directory(bytes: &mut Vec<u8>, entries: &[Entry]) {
    let mut table = (entries.len() as u16).to_le_bytes().to_vec();
    for Entry(tag, kind, count, values) in entries {
        table.extend(tag.to_le_bytes());
        table.extend(kind.to_le_bytes());
        table.extend((*count as u32).to_le_bytes());
        if values.len() > 4 {
            align(bytes);
            table.extend((bytes.len() as u32).to_le_bytes());
            bytes.extend(values);
        } else {
            table.extend(values.iter().copied().chain([0; 4]).take(4));
        }
    }
    align(bytes);
    let start = (bytes.len() as u32).to_le_bytes();
    bytes[4..8].copy_from_slice(&start);
    bytes.extend(table);
    bytes.extend([0; 4]);
}

/// Values and directories start at even places.
fn align(bytes: &mut Vec<u8>) {
    if bytes.len() % 2 == 1 {
        bytes.push(0);
    }
}
