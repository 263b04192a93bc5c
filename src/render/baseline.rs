//! A small TIFF: one directory, deflated strips, 8 bits a sample.

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

/// Writes `raster` as a little-endian TIFF 6.0 file.
pub(super) fn tiff(raster: &Raster) -> Result<Vec<u8>, RenderError> {
    let mut bytes = b"II\x2a\0\0\0\0\0".to_vec();
    let rows = (STRIP_BYTES / raster.stride().max(1)).clamp(1, raster.height().max(1) as usize);
    let (offsets, counts) = strips(raster, rows, &mut bytes)?;
    let entries = entries(raster, rows as u32, &offsets, &counts);
    directory(&mut bytes, &entries);
    position(raster, &bytes)?;
    Ok(bytes)
}

/// The length of `bytes` as a place in the file, which TIFF counts with 32 bits.
fn position(raster: &Raster, bytes: &[u8]) -> Result<u32, RenderError> {
    let (width, height) = (raster.width().into(), raster.height().into());
    u32::try_from(bytes.len()).map_err(|_| RenderError::TooLarge { width, height, what: "TIFF, which ends at 4 GB" })
}

fn strips(raster: &Raster, rows: usize, bytes: &mut Vec<u8>) -> Result<(Vec<u32>, Vec<u32>), RenderError> {
    let (mut offsets, mut counts) = (Vec::new(), Vec::new());
    for strip in raster.pixels().chunks(rows * raster.stride()) {
        let start = position(raster, bytes)?;
        let mut encoder = ZlibEncoder::new(&mut *bytes, Compression::fast());
        encoder.write_all(strip).and_then(|()| encoder.finish()).map_err(|e| RenderError::failed("write TIFF", e))?;
        offsets.push(start);
        counts.push(position(raster, bytes)? - start);
    }
    Ok((offsets, counts))
}

/// The directory's entries in the order of their tags.
fn entries(raster: &Raster, rows: u32, offsets: &[u32], counts: &[u32]) -> Vec<Entry> {
    let channels = raster.channels();
    let samples = channels.count();
    let photometric = if channels == Channels::Gray { 1 } else { 2 };
    let mut entries = vec![
        longs(256, &[raster.width()]),
        longs(257, &[raster.height()]),
        shorts(258, &vec![8; samples]),
        shorts(259, &[8]),
        shorts(262, &[photometric]),
        longs(273, offsets),
        shorts(277, &[samples as u16]),
        longs(278, &[rows]),
        longs(279, counts),
        rational(282, 72),
        rational(283, 72),
        shorts(284, &[1]),
        shorts(296, &[2]),
    ];
    if channels == Channels::Rgba {
        // Alpha that the colours have not been multiplied with.
        entries.push(shorts(338, &[2]));
    }
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
