//! JPEG masters, decoded as a whole.

use std::fs::File;
use std::io::Read;

use turbojpeg::{Colorspace, Decompressor, PixelFormat};

use super::convert::{FormatError, FormatLimits};
use super::held::Held;
use super::segments;
use crate::pyramid::RowSource;
use crate::raster::{Channels, Raster};

/// A file may have this much besides its pixels.
const METADATA: u64 = 64 << 20;
/// A progressive file may have this many scans, each of which costs a pass over the picture.
const SCANS: u32 = 500;

/// Reads and decodes `file`; the size is checked before memory is taken for the pixels.
pub(super) fn open(file: File, limits: &FormatLimits) -> Result<Box<dyn RowSource>, FormatError> {
    let bytes = read(file, limits)?;
    let facts = segments::facts(&bytes);
    let raster = decode(&bytes, limits, facts.precision)?;
    Ok(Box::new(Held::new(raster, facts.orientation, facts.icc)))
}

fn read(file: File, limits: &FormatLimits) -> Result<Vec<u8>, FormatError> {
    let most = limits.max_pixels.saturating_mul(4).saturating_add(METADATA);
    let mut bytes = Vec::new();
    file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(FormatError::Unsupported(format!("a JPEG file of more than {most} bytes")));
    }
    Ok(bytes)
}

fn decode(bytes: &[u8], limits: &FormatLimits, precision: u8) -> Result<Raster, FormatError> {
    if precision > 8 {
        return Err(FormatError::Unsupported(format!("JPEG of {precision} bits a sample; 8 are supported")));
    }
    let damaged = |error: turbojpeg::Error| FormatError::Damaged(format!("JPEG: {error}"));
    let mut decompressor = Decompressor::new().map_err(damaged)?;
    let header = decompressor.read_header(bytes).map_err(damaged)?;
    let (width, height) = limits.check(header.width as u64, header.height as u64)?;
    let (format, channels) = match header.colorspace {
        Colorspace::Gray => (PixelFormat::GRAY, Channels::Gray),
        Colorspace::RGB | Colorspace::YCbCr => (PixelFormat::RGB, Channels::Rgb),
        Colorspace::CMYK | Colorspace::YCCK => {
            return Err(FormatError::Unsupported("JPEG in CMYK colours; RGB and gray are supported".into()));
        }
    };
    decompressor.set_scan_limit(SCANS).map_err(damaged)?;
    let mut raster = Raster::zeroed(width, height, channels);
    let pitch = raster.stride();
    let (width, height) = (header.width, header.height);
    let image = turbojpeg::Image { pixels: raster.pixels_mut(), width, pitch, height, format };
    decompressor.decompress(bytes, image).map_err(damaged)?;
    Ok(raster)
}
