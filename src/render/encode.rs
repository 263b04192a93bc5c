//! One function for each output format. A new format is one arm here, one function, and one row in `iiif::image`.

use image::codecs::gif::GifEncoder;
use image::codecs::png::{CompressionType, FilterType, PngEncoder};
use image::{ExtendedColorType, ImageEncoder};
use turbojpeg::{Compressor, PixelFormat, Subsamp};
use webp::{PixelLayout, WebPConfig};

use super::{EncodeOptions, RenderError, baseline};
use crate::iiif::image::Format;
use crate::raster::{Channels, Raster};

/// libwebp's scale from 0 (fast) to 6 (small).
const WEBP_METHOD: i32 = 2;
/// The palette search looks at one pixel in so many, from 1 to 10: at all of them in pictures of this many pixels and fewer.
const GIF_STUDIED_WHOLE: usize = 50_000;
/// At least this opaque is opaque in a GIF, which knows nothing between.
const GIF_OPAQUE_FROM: u8 = 128;

/// Writes `raster` as `format`.
pub(super) fn encode(raster: &Raster, format: Format, options: &EncodeOptions) -> Result<Vec<u8>, RenderError> {
    match format {
        Format::Jpg => jpeg(raster, options.jpeg_quality),
        Format::Png => png(raster),
        Format::Webp => webp(raster, options.webp_quality),
        Format::Gif => gif(raster),
        Format::Tif => baseline::tiff(raster),
    }
}

fn check_sides(raster: &Raster, longest: u32, what: &'static str) -> Result<(), RenderError> {
    let (width, height) = (raster.width(), raster.height());
    if width.max(height) > longest {
        return Err(RenderError::TooLarge { width: width.into(), height: height.into(), what });
    }
    Ok(())
}

/// Baseline JPEG, colour at half resolution; alpha must be gone.
fn jpeg(raster: &Raster, quality: u8) -> Result<Vec<u8>, RenderError> {
    check_sides(raster, 65_535, "JPEG, whose sides end at 65535")?;
    let (format, subsampling) = match raster.channels() {
        Channels::Gray => (PixelFormat::GRAY, Subsamp::Gray),
        Channels::Rgb => (PixelFormat::RGB, Subsamp::Sub2x2),
        Channels::Rgba => (PixelFormat::RGBX, Subsamp::Sub2x2),
    };
    let image = turbojpeg::Image {
        pixels: raster.pixels(),
        width: raster.width() as usize,
        pitch: raster.stride(),
        height: raster.height() as usize,
        format,
    };
    let compress = || {
        let mut compressor = Compressor::new()?;
        compressor.set_quality(i32::from(quality.clamp(1, 100)))?;
        compressor.set_subsamp(subsampling)?;
        compressor.compress_to_vec(image)
    };
    compress().map_err(|e| RenderError::failed("write JPEG", e))
}

fn colour_type(channels: Channels) -> ExtendedColorType {
    match channels {
        Channels::Gray => ExtendedColorType::L8,
        Channels::Rgb => ExtendedColorType::Rgb8,
        Channels::Rgba => ExtendedColorType::Rgba8,
    }
}

fn png(raster: &Raster) -> Result<Vec<u8>, RenderError> {
    let mut bytes = Vec::new();
    PngEncoder::new_with_quality(&mut bytes, CompressionType::Fast, FilterType::Adaptive)
        .write_image(raster.pixels(), raster.width(), raster.height(), colour_type(raster.channels()))
        .map_err(|e| RenderError::failed("write PNG", e))?;
    Ok(bytes)
}

fn webp(raster: &Raster, quality: u8) -> Result<Vec<u8>, RenderError> {
    check_sides(raster, 16_383, "WebP, whose sides end at 16383")?;
    let mut config = WebPConfig::new().map_err(|()| RenderError::failed("write WebP", "no configuration"))?;
    config.quality = f32::from(quality.min(100));
    config.method = WEBP_METHOD;
    let write = |pixels: &[u8], layout| {
        webp::Encoder::new(pixels, layout, raster.width(), raster.height())
            .encode_advanced(&config)
            .map(|memory| memory.to_vec())
            .map_err(|e| RenderError::failed("write WebP", format!("{e:?}")))
    };
    match raster.channels() {
        Channels::Gray => write(&tripled(raster), PixelLayout::Rgb),
        Channels::Rgb => write(raster.pixels(), PixelLayout::Rgb),
        Channels::Rgba => write(raster.pixels(), PixelLayout::Rgba),
    }
}

/// A gray raster's samples as red, green and blue.
fn tripled(raster: &Raster) -> Vec<u8> {
    raster.pixels().iter().flat_map(|&v| [v; 3]).collect()
}

/// At most 256 colours, the best found; exact where there are no more.
fn gif(raster: &Raster) -> Result<Vec<u8>, RenderError> {
    check_sides(raster, 65_535, "GIF, whose sides end at 65535")?;
    let pixels = raster.width() as usize * raster.height() as usize;
    let speed = (pixels / GIF_STUDIED_WHOLE).clamp(1, 10) as i32;
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
