//! Pixels to bytes: what the Image API asks for after the region has been read.
//!
//! The order is the specification's: region and size in one step, then mirror, rotation, quality and format. Everything here
//! blocks, touches nothing but memory, and never allocates for more pixels than [`MAX_PIXELS`] beyond what it was handed.

mod bands;
mod color;
mod encode;
mod icc;
mod jpeg;
mod planar;
mod png;
mod reduce;
mod scale;
mod shift;
mod skew;
mod tif;
mod tone;
mod turn;
mod webp;

pub use bands::{BandEncoder, EncodedBand, JpegBands};
pub use color::{CmykTransform, ColorTransform, color_space, is_srgb, profile_name};
pub use planar::{SizedPlanes, size_luma, size_planes};
pub use scale::{part, scale};
pub use tone::gray;

use self::skew::Ground;
use crate::iiif::image::{Dimensions, Format, Quality, Rotation};
use crate::raster::Raster;

/// The most pixels of any intermediate or final picture; rotating a long thin one can ask for far more than it holds.
pub const MAX_PIXELS: u64 = 1 << 27;

/// A part of a raster, in the raster's own pixels; fractions of a pixel count.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

impl Window {
    /// The whole of `raster`.
    pub fn whole(raster: &Raster) -> Self {
        Self { x: 0.0, y: 0.0, width: f64::from(raster.width()), height: f64::from(raster.height()) }
    }
}

/// What is to become of a region: the size, rotation, quality and format of an image request.
#[derive(Clone, Copy, Debug)]
pub struct Finish<'a> {
    /// The size in pixels before rotation.
    pub size: Dimensions,
    pub rotation: Rotation,
    pub quality: Quality,
    pub format: Format,
    /// The ICC profile that the pixels are meant in, written along where format and channels allow it.
    pub profile: Option<&'a [u8]>,
}

/// How lossy the lossy formats are, each from 1 (small) to 100 (faithful).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EncodeOptions {
    pub jpeg_quality: u8,
    pub webp_quality: u8,
}

impl Default for EncodeOptions {
    fn default() -> Self {
        Self { jpeg_quality: 80, webp_quality: 80 }
    }
}

/// Why a picture cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// The request asks for more than the format, or this service, can hold.
    #[error("{width} x {height} pixels are too many for {what}")]
    TooLarge { width: u64, height: u64, what: &'static str },
    /// The window or the size holds no pixel, or the angle is no number.
    #[error("there is nothing to draw: {0}")]
    Empty(&'static str),
    /// A library refused, which valid pixels give it no reason to do.
    #[error("cannot {doing}: {reason}")]
    Failed { doing: &'static str, reason: String },
}

impl RenderError {
    fn failed(doing: &'static str, reason: impl ToString) -> Self {
        Self::Failed { doing, reason: reason.to_string() }
    }
}

/// Brings `window` of `raster` to the size, rotation, quality and format that `finish` asks for (Image API 3.0, section 4).
///
/// # Errors
/// [`RenderError::TooLarge`] when the format cannot hold the result, [`RenderError::Empty`] when there is no result.
pub fn finish(raster: Raster, window: Window, finish: &Finish, options: &EncodeOptions) -> Result<Vec<u8>, RenderError> {
    check_pixels(finish.size.width.into(), finish.size.height.into())?;
    let sized = scale(raster, window, finish.size)?;
    let ground = if tone::keeps_alpha(finish.quality, finish.format) { Ground::Transparent } else { Ground::White };
    let turned = turn::turn(sized, finish.rotation, ground)?;
    let toned = tone::tone(turned, finish.quality, finish.format);
    encode::encode(&toned, finish, options)
}

fn check_pixels(width: u64, height: u64) -> Result<(), RenderError> {
    if width == 0 || height == 0 {
        return Err(RenderError::Empty("the size has no pixel"));
    }
    if width.saturating_mul(height) > MAX_PIXELS {
        return Err(RenderError::TooLarge { width, height, what: "one picture" });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
