//! WebP and GIF masters: the picture, or the first one of a moving picture on its whole canvas.

use std::fs::File;
use std::io::{BufReader, ErrorKind};

use image::codecs::{gif::GifDecoder, webp::WebPDecoder};
use image::{ColorType, ImageDecoder, ImageError, Limits};

use super::convert::Rows;
use super::exif::{self, Orientation};
use super::held::{Held, without_idle_alpha};
use super::limits::{FormatError, FormatLimits, MAX_PROFILE};
use crate::raster::{Channels, Raster};

pub(super) fn webp(file: File, limits: &FormatLimits) -> Result<Rows, FormatError> {
    open(WebPDecoder::new(BufReader::new(file)), "WebP", limits)
}

pub(super) fn gif(file: File, limits: &FormatLimits) -> Result<Rows, FormatError> {
    open(GifDecoder::new(BufReader::new(file)), "GIF", limits)
}

/// The size is checked before memory is taken for the pixels.
fn open(decoder: Result<impl ImageDecoder, ImageError>, kind: &str, limits: &FormatLimits) -> Result<Rows, FormatError> {
    let refused = |error| refused(error, kind);
    let mut decoder = decoder.map_err(refused)?;
    let (width, height) = decoder.dimensions();
    let (width, height) = limits.check(width.into(), height.into())?;
    let channels = match decoder.color_type() {
        ColorType::Rgb8 => Channels::Rgb,
        ColorType::Rgba8 => Channels::Rgba,
        other => return Err(FormatError::Unsupported(format!("{kind} with {other:?} pixels"))),
    };
    let mut allowed = Limits::no_limits();
    allowed.max_alloc = Some(limits.max_pixels.saturating_mul(4));
    decoder.set_limits(allowed).map_err(refused)?;
    let icc = decoder.icc_profile().map_err(refused)?.filter(|icc| icc.len() <= MAX_PROFILE);
    let orientation = decoder.exif_metadata().map_err(refused)?.map_or(Orientation::UPRIGHT, |exif| exif::orientation(&exif));
    let mut raster = Raster::zeroed(width, height, channels);
    decoder.read_image(raster.pixels_mut()).map_err(refused)?;
    Ok(Box::new(Held::new(without_idle_alpha(raster), orientation, icc)))
}

pub(super) fn refused(error: ImageError, kind: &str) -> FormatError {
    match error {
        ImageError::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => FormatError::Io(error),
        ImageError::Limits(_) => FormatError::Unsupported(format!("{kind} with a frame far larger than the picture")),
        ImageError::Unsupported(what) => FormatError::Unsupported(what.to_string()),
        other => FormatError::Damaged(format!("{kind}: {other}")),
    }
}
