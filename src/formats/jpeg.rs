//! JPEG masters, decoded as a whole.

use std::fs::File;

use turbojpeg::{Colorspace, DecompressHeader, Decompressor, Image, PixelFormat, ScalingFactor};

use super::convert::Rows;
use super::held::Held;
use super::limits::{FormatError, FormatLimits};
use super::segments::{self, Facts};
use crate::raster::{Channels, Raster};
use crate::render::CmykTransform;

/// A progressive file may have this many scans, each of which costs a pass over the picture.
const SCANS: u32 = 500;

/// Reads and decodes `file`; the size is checked before memory is taken for the pixels.
pub(super) fn open(file: File, limits: &FormatLimits) -> Result<Rows, FormatError> {
    open_reduced(file, u32::MAX, limits)
}

/// The same at the smallest multiple of an eighth of the size whose longer side has `at_least` pixels.
pub(super) fn open_reduced(file: File, at_least: u32, limits: &FormatLimits) -> Result<Rows, FormatError> {
    let bytes = limits.read_whole(file)?;
    let facts = segments::facts(&bytes);
    if facts.precision > 8 {
        return Err(FormatError::Unsupported(format!("JPEG of {} bits a sample; 8 are supported", facts.precision)));
    }
    let mut decompressor = Decompressor::new().map_err(damaged)?;
    let header = decompressor.read_header(&bytes).map_err(damaged)?;
    limits.check(header.width as u64, header.height as u64)?;
    decompressor.set_scan_limit(SCANS).map_err(damaged)?;
    let header = if header.is_lossless { header } else { reduce(&mut decompressor, header, at_least)? };
    Ok(match header.colorspace {
        Colorspace::Gray => held(decode(&mut decompressor, &bytes, header, Channels::Gray)?, facts),
        Colorspace::RGB | Colorspace::YCbCr => held(decode(&mut decompressor, &bytes, header, Channels::Rgb)?, facts),
        Colorspace::CMYK | Colorspace::YCCK => {
            let inks = decode_inks(&mut decompressor, &bytes, header)?;
            let raster = to_rgb(inks, header, &facts);
            held(raster, Facts { icc: None, ..facts })
        }
    })
}

fn damaged(error: turbojpeg::Error) -> FormatError {
    FormatError::Damaged(format!("JPEG: {error}"))
}

fn held(raster: Raster, facts: Facts) -> Rows {
    Box::new(Held::new(raster, facts.orientation, facts.icc))
}

/// Sets the scale, and gives the header of what will come out.
fn reduce(decompressor: &mut Decompressor, header: DecompressHeader, at_least: u32) -> Result<DecompressHeader, FormatError> {
    let longer = header.width.max(header.height);
    let enough = |scale: &ScalingFactor| scale.scale(longer) >= at_least as usize;
    let scale = (1..8).map(|eighths| ScalingFactor::new(eighths, 8)).find(enough).unwrap_or(ScalingFactor::ONE);
    decompressor.set_scaling_factor(scale).map_err(damaged)?;
    Ok(header.scaled(scale))
}

fn decode(decompressor: &mut Decompressor, jpeg: &[u8], header: DecompressHeader, channels: Channels) -> Result<Raster, FormatError> {
    let format = if channels == Channels::Gray { PixelFormat::GRAY } else { PixelFormat::RGB };
    let DecompressHeader { width, height, .. } = header;
    let mut raster = Raster::zeroed(width as u32, height as u32, channels);
    let pitch = raster.stride();
    decompressor.decompress(jpeg, Image { pixels: raster.pixels_mut(), width, pitch, height, format }).map_err(damaged)?;
    Ok(raster)
}

fn decode_inks(decompressor: &mut Decompressor, jpeg: &[u8], header: DecompressHeader) -> Result<Vec<u8>, FormatError> {
    let DecompressHeader { width, height, .. } = header;
    let mut inks = vec![0; width * height * 4];
    let image = Image { pixels: &mut inks[..], width, pitch: width * 4, height, format: PixelFormat::CMYK };
    decompressor.decompress(jpeg, image).map_err(damaged)?;
    Ok(inks)
}

/// The picture in red, green and blue, in the memory of its inks. Adobe's programs, which leave their marker, store 255 for no ink.
fn to_rgb(mut inks: Vec<u8>, header: DecompressHeader, facts: &Facts) -> Raster {
    let transform = CmykTransform::new(facts.icc.as_deref());
    let (width, height) = (header.width, header.height);
    let mut row = vec![0; width * 4];
    for y in 0..height {
        row.copy_from_slice(&inks[y * width * 4..][..width * 4]);
        if facts.adobe {
            row.iter_mut().for_each(|ink| *ink = !*ink);
        }
        transform.to_rgb(&row, &mut inks[y * width * 3..][..width * 3]);
    }
    inks.truncate(width * height * 3);
    Raster::from_pixels(width as u32, height as u32, Channels::Rgb, inks)
}
