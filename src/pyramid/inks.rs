//! CMYK inside JPEG.

use super::jpeg::segments;
use super::{PyramidError, damaged};
use turbojpeg::{Decompressor, Image, PixelFormat};

/// Most scans of a progressive stream.
const MAX_SCANS: u32 = 64;
const ADOBE: &[u8] = b"\xFF\xEE\0\x0EAdobe";

/// The inks of a tile or strip, 255 as full, four bytes for each pixel. Adobe's marker says that they are stored inverted, and whether
/// as YCCK.
pub(super) fn decode(stream: &[u8], tables: Option<&[u8]>, width: u32, height: u32) -> Result<Vec<u8>, PyramidError> {
    let (shared, _) = tables.map(segments).transpose()?.unwrap_or_default();
    let (own, scans) = segments(stream)?;
    let inverted = own.iter().any(|segment| segment.bytes.starts_with(ADOBE));
    let wanted = |bytes: &[u8]| !matches!(bytes.get(1), Some(0xE0..=0xEF | 0xFE)) || bytes.starts_with(ADOBE);
    let mut whole = vec![0xFF, 0xD8];
    shared.iter().chain(&own).filter(|segment| wanted(segment.bytes)).for_each(|segment| whole.extend_from_slice(segment.bytes));
    whole.extend_from_slice(&stream[scans..]);
    let mut inks = decompress(&whole, width, height).map_err(|error| damaged(format!("a JPEG tile of CMYK: {error}")))?;
    if inverted {
        inks.iter_mut().for_each(|ink| *ink = !*ink);
    }
    Ok(inks)
}

fn decompress(whole: &[u8], width: u32, height: u32) -> Result<Vec<u8>, Box<dyn std::error::Error>> {
    let mut decompressor = Decompressor::new()?;
    decompressor.set_scan_limit(MAX_SCANS)?;
    let header = decompressor.read_header(whole)?;
    let (width, height) = (width as usize, height as usize);
    if (header.width, header.height) != (width, height) {
        return Err(format!("{} x {} pixels in place of {width} x {height}", header.width, header.height).into());
    }
    let mut pixels = vec![0; width * height * 4];
    decompressor.decompress(whole, Image { pixels: &mut pixels[..], width, pitch: width * 4, height, format: PixelFormat::CMYK })?;
    Ok(pixels)
}

/// What inks look like on white paper, by the plain formula: no profile is consulted.
pub(super) fn to_rgb([cyan, magenta, yellow, black]: [u8; 4]) -> [u8; 3] {
    [cyan, magenta, yellow].map(|ink| {
        let product = (255 - u32::from(ink)) * (255 - u32::from(black));
        ((product + 127) / 255) as u8
    })
}
