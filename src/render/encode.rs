//! One function for each output format. A new format is one arm here, one function, and one row in `iiif::image`.

use image::ExtendedColorType;
use image::codecs::gif::GifEncoder;

use super::jpeg::{Components, LONGEST, jpeg};
use super::png::{bitonal, png};
use super::webp::webp;
use super::{EncodeOptions, Finish, RenderError, icc, tif, tone};
use crate::iiif::image::{Format, Quality};
use crate::raster::{Channels, Raster};

/// The palette search looks at one pixel in so many, from 1 to 30: at all of them in pictures of this many pixels and fewer.
const GIF_STUDIED_WHOLE: usize = 5_000;
/// At least this opaque is opaque in a GIF, which knows nothing between.
const GIF_OPAQUE_FROM: u8 = 128;

/// Writes `raster`, which [`tone::tone`] has prepared, as `finish` asks for.
pub(super) fn encode(raster: &Raster, finish: &Finish, options: &EncodeOptions) -> Result<Vec<u8>, RenderError> {
    let (width, height) = (raster.width(), raster.height());
    let two_tone = finish.quality == Quality::Bitonal;
    let components = if finish.quality == Quality::Gray { Components::Luma } else { Components::AsTheyAre };
    let written = match finish.format {
        // A JPEG without colour comes from a raster that may still have it.
        Format::Jpg if components == Components::Luma => Channels::Gray,
        // WebP knows no gray: its samples are written three times.
        Format::Webp if raster.channels() == Channels::Gray => Channels::Rgb,
        _ => raster.channels(),
    };
    let profile = icc::fitting(finish.profile, written);
    match finish.format {
        Format::Jpg => {
            check_sides((width, height), LONGEST, "JPEG, whose sides end at 65535")?;
            jpeg(raster, components, options.jpeg_quality, profile)
        }
        Format::Png if two_tone => bitonal(width, height, &tone::packed(raster)),
        Format::Png => png(raster, profile),
        Format::Webp => webp(raster, options.webp_quality, profile),
        Format::Gif => gif(raster),
        Format::Tif => tif::tiff(raster, profile),
    }
}

pub(super) fn check_sides((width, height): (u32, u32), longest: u32, what: &'static str) -> Result<(), RenderError> {
    if width.max(height) > longest {
        return Err(RenderError::TooLarge { width: width.into(), height: height.into(), what });
    }
    Ok(())
}

/// A gray raster's samples as red, green and blue.
pub(super) fn tripled(raster: &Raster) -> Vec<u8> {
    let mut pixels = vec![0; raster.pixels().len() * 3];
    for (colour, &value) in pixels.as_chunks_mut::<3>().0.iter_mut().zip(raster.pixels()) {
        *colour = [value; 3];
    }
    pixels
}

/// At most 256 colours, the best found; exact where there are no more.
fn gif(raster: &Raster) -> Result<Vec<u8>, RenderError> {
    check_sides((raster.width(), raster.height()), 65_535, "GIF, whose sides end at 65535")?;
    let pixels = raster.width() as usize * raster.height() as usize;
    let speed = (pixels / GIF_STUDIED_WHOLE).clamp(1, 30) as i32;
    let mut bytes = Vec::new();
    let mut write = |pixels: &[u8], colour| {
        GifEncoder::new_with_speed(&mut bytes, speed)
            .encode(pixels, raster.width(), raster.height(), colour)
            .map_err(|e| RenderError::failed("write GIF", e))
    };
    match raster.channels() {
        Channels::Gray => write(&tripled(raster), ExtendedColorType::Rgb8),
        Channels::Rgb => write(raster.pixels(), ExtendedColorType::Rgb8),
        Channels::Rgba => write(&cut_out(raster), ExtendedColorType::Rgba8),
    }?;
    Ok(bytes)
}

/// Every pixel either opaque or wholly absent.
fn cut_out(raster: &Raster) -> Vec<u8> {
    let cut = |&[r, g, b, a]: &[u8; 4]| if a >= GIF_OPAQUE_FROM { [r, g, b, 255] } else { [0; 4] };
    raster.pixels().as_chunks::<4>().0.iter().flat_map(cut).collect()
}
