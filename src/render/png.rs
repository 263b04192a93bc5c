//! PNG: quickly written, a tenth larger than it could be.

use std::borrow::Cow;

use png::{BitDepth, ColorType, DeflateCompression, Encoder, Filter, Info};

use super::RenderError;
use crate::raster::{Channels, Raster};

/// zlib's scale from 1 (fast) to 9 (small), for pictures of one bit a pixel, which take little time anyway.
const BITONAL_LEVEL: u8 = 3;

/// Eight bits a sample; `profile` must fit the channels.
pub(super) fn png(raster: &Raster, profile: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
    let colour = match raster.channels() {
        Channels::Gray => ColorType::Grayscale,
        Channels::Rgb => ColorType::Rgb,
        Channels::Rgba => ColorType::Rgba,
    };
    let mut info = Info::with_size(raster.width(), raster.height());
    info.color_type = colour;
    info.bit_depth = BitDepth::Eight;
    info.icc_profile = profile.map(Cow::Borrowed);
    write(info, raster.pixels(), DeflateCompression::FdeflateUltraFast, Filter::Adaptive)
}

/// One bit a pixel, for rows packed as [`super::tone::packed`] does it.
pub(super) fn bitonal(width: u32, height: u32, rows: &[u8]) -> Result<Vec<u8>, RenderError> {
    let mut info = Info::with_size(width, height);
    info.color_type = ColorType::Grayscale;
    info.bit_depth = BitDepth::One;
    write(info, rows, DeflateCompression::Level(BITONAL_LEVEL), Filter::NoFilter)
}

fn write(info: Info<'_>, pixels: &[u8], compression: DeflateCompression, filter: Filter) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    let write = || {
        let mut encoder = Encoder::with_info(&mut bytes, info)?;
        encoder.set_deflate_compression(compression);
        encoder.set_filter(filter);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(pixels)?;
        writer.finish()
    };
    write().map_err(|e| RenderError::failed("write PNG", e))?;
    Ok(bytes)
}
