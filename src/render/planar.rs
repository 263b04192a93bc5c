//! From luma and chroma to JPEG without a detour over red, green and blue.

use std::cell::RefCell;

use turbojpeg::{Compressor, Image, PixelFormat, Subsamp, YuvPlanesImage};

use super::scale::part;
use super::{EncodeOptions, RenderError, Window, icc, jpeg};
use crate::iiif::image::Dimensions;
use crate::raster::{Channels, Planes, Raster};

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor>> = const { RefCell::new(None) };
}

/// A picture at the size of the answer: luma, and chroma of half the resolution where there is colour.
pub struct SizedPlanes {
    size: Dimensions,
    luma: Raster,
    chroma: Option<[Raster; 2]>,
}

/// Brings `window` of a picture in luma and chroma, or in luma alone, to `size` (Image API 3.0, sections 4.1 and 4.2).
///
/// # Errors
/// [`RenderError::Empty`] when there is no result.
pub fn size_planes(planes: &Planes, window: Window, size: Dimensions) -> Result<SizedPlanes, RenderError> {
    let Some((luma, chroma, (across, down))) = planes.as_ycbcr() else {
        return size_luma(planes, window, size);
    };
    let half = Dimensions { width: size.width.div_ceil(2), height: size.height.div_ceil(2) };
    // A sample of chroma lies in the middle of its pixels, before and after; the last may stand for one pixel only.
    let span = |start: f64, length: f64, factor: u32, size: u32, half: u32| {
        let factor = f64::from(factor);
        (start / factor, length * f64::from(2 * half) / f64::from(size) / factor)
    };
    let (x, width) = span(window.x, window.width, across, size.width, half.width);
    let (y, height) = span(window.y, window.height, down, size.height, half.height);
    let window_of_chroma = Window { x, y, width, height };
    let [blue, red] = chroma;
    let chroma = [part(blue, window_of_chroma, half)?, part(red, window_of_chroma, half)?];
    Ok(SizedPlanes { size, luma: even(part(luma, window, size)?), chroma: Some(chroma) })
}

/// The same of the luma alone, or of pixels that are gray.
pub fn size_luma(planes: &Planes, window: Window, size: Dimensions) -> Result<SizedPlanes, RenderError> {
    Ok(SizedPlanes { size, luma: part(planes.first(), window, size)?, chroma: None })
}

impl SizedPlanes {
    pub fn size(&self) -> Dimensions {
        self.size
    }

    pub fn has_chroma(&self) -> bool {
        self.chroma.is_some()
    }

    /// As a JPEG, with the colour profile that its samples are meant in.
    pub fn encode(&self, options: &EncodeOptions, profile: Option<&[u8]>) -> Result<Vec<u8>, RenderError> {
        let channels = if self.has_chroma() { Channels::Rgb } else { Channels::Gray };
        Ok(jpeg::with_profile(&self.compressed(options.jpeg_quality)?, icc::fitting(profile, channels)))
    }

    /// As a JPEG as the codec writes it.
    pub(super) fn compressed(&self, quality: u8) -> Result<Vec<u8>, RenderError> {
        COMPRESSOR.with_borrow_mut(|kept| {
            let mut compressor = match kept.take() {
                Some(compressor) => compressor,
                None => Compressor::new().map_err(failed)?,
            };
            let encoded = self.compress_with(&mut compressor, quality).map_err(failed);
            *kept = Some(compressor);
            encoded
        })
    }

    fn compress_with(&self, compressor: &mut Compressor, quality: u8) -> Result<Vec<u8>, turbojpeg::Error> {
        compressor.set_quality(i32::from(quality.clamp(1, 100)))?;
        let (width, height) = (self.size.width as usize, self.size.height as usize);
        let (pixels, y_stride) = (self.luma.pixels(), self.luma.stride());
        let Some([blue, red]) = &self.chroma else {
            compressor.set_subsamp(Subsamp::Gray)?;
            return compressor.compress_to_vec(Image { pixels, width, pitch: y_stride, height, format: PixelFormat::GRAY });
        };
        compressor.compress_yuv_planes_to_vec(&YuvPlanesImage {
            y_plane: pixels,
            u_plane: blue.pixels(),
            v_plane: red.pixels(),
            width,
            height,
            y_stride,
            u_stride: blue.stride(),
            v_stride: red.stride(),
            subsamp: Subsamp::Sub2x2,
        })
    }
}

/// With an even number of columns and rows, as many as its chroma stands for: the last of them repeated.
fn even(luma: Raster) -> Raster {
    let (width, height) = (luma.width(), luma.height());
    if width.is_multiple_of(2) && height.is_multiple_of(2) {
        return luma;
    }
    let mut padded = Raster::zeroed(width.next_multiple_of(2), height.next_multiple_of(2), luma.channels());
    padded.copy_from(&luma, (0, 0), (0, 0));
    padded.repeat_column(width);
    padded.repeat_row(height);
    padded
}

fn failed(error: turbojpeg::Error) -> RenderError {
    RenderError::failed("write JPEG", error)
}
