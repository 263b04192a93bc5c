//! JPEG tiles as luma and chroma, at full size or less: no colours are worked out that a JPEG would only undo.

use std::cell::RefCell;

use turbojpeg::{Decompressor, Image, PixelFormat, ScalingFactor, Subsamp, YuvImage};

use super::jpeg;
use super::{Color, Compression, Level, PyramidError, damaged};
use crate::raster::{Channels, Planes, Raster};

thread_local! {
    /// Making one costs as much as a small tile.
    static DECOMPRESSOR: RefCell<Option<Decompressor>> = const { RefCell::new(None) };
}

impl Level {
    /// A whole tile at `eighths` of its size, sides rounded up; luma and chroma apart where the tile has them so. `planar` asks for
    /// that; without it, and for all tiles that are no YCbCr, the pixels come together. Only JPEG tiles come at less than their size.
    ///
    /// # Errors
    /// `Damaged` when the bytes are not such a tile.
    pub fn decode_planes(&self, bytes: &[u8], eighths: u8, planar: bool) -> Result<Planes, PyramidError> {
        let jpeg = self.compression == Compression::Jpeg && matches!(self.color, Color::YCbCr | Color::Gray | Color::Rgb);
        let apart = planar && self.color != Color::Rgb;
        if !jpeg || (eighths == 8 && !apart) {
            return self.decode_tile(bytes).map(Planes::whole);
        }
        let whole = self.jpeg_stream(bytes, None).ok_or_else(|| damaged("a JPEG tile of another size or kind than its level says"))?;
        let decoded = DECOMPRESSOR.with_borrow_mut(|kept| {
            let mut decompressor = match kept.take() {
                Some(decompressor) => decompressor,
                None => Decompressor::new()?,
            };
            let decoded = self.decode_with(&mut decompressor, &whole, eighths, apart);
            *kept = Some(decompressor);
            decoded
        });
        decoded.map_err(|error| damaged(format!("a JPEG tile: {error}")))
    }

    fn decode_with(&self, decompressor: &mut Decompressor, stream: &[u8], eighths: u8, apart: bool) -> Result<Planes, turbojpeg::Error> {
        decompressor.set_scaling_factor(ScalingFactor::new(usize::from(eighths), 8))?;
        decompressor.set_scan_limit(jpeg::MAX_SCANS)?;
        let header = decompressor.read_header(stream)?;
        let (width, height) = (scaled(header.width, eighths), scaled(header.height, eighths));
        if apart && let Some(planes) = decode_apart(decompressor, stream, header.subsamp, (width, height))? {
            return Ok(planes);
        }
        let channels = self.color.channels();
        let format = if channels == Channels::Gray { PixelFormat::GRAY } else { PixelFormat::RGB };
        let mut raster = Raster::zeroed(width as u32, height as u32, channels);
        let pitch = raster.stride();
        decompressor.decompress(stream, Image { pixels: raster.pixels_mut(), width, pitch, height, format })?;
        Ok(Planes::whole(raster))
    }
}

/// `None` where the subsampling is none that planes are made of.
fn decode_apart(
    decompressor: &mut Decompressor,
    stream: &[u8],
    subsamp: Subsamp,
    (width, height): (usize, usize),
) -> Result<Option<Planes>, turbojpeg::Error> {
    let factor = match subsamp {
        Subsamp::Gray | Subsamp::None => (1, 1),
        Subsamp::Sub2x1 => (2, 1),
        Subsamp::Sub2x2 => (2, 2),
        _ => return Ok(None),
    };
    let length = turbojpeg::yuv_pixels_len(width, 1, height, subsamp)?;
    let mut image = YuvImage { pixels: vec![0; length], width, align: 1, height, subsamp };
    decompressor.decompress_to_yuv(stream, image.as_deref_mut())?;
    Ok(Some(divided(image, (width, height), factor)))
}

fn scaled(side: usize, eighths: u8) -> usize {
    (side * usize::from(eighths)).div_ceil(8)
}

/// Cuts the one buffer into planes. Where chroma has less resolution, luma is padded to a whole number of its samples.
fn divided(image: YuvImage<Vec<u8>>, (width, height): (usize, usize), factor: (u32, u32)) -> Planes {
    let (luma_size, chroma_size) = (image.y_size(), image.uv_size());
    let gray = image.subsamp == Subsamp::Gray;
    let mut luma = image.pixels;
    let raster =
        |pixels: Vec<u8>, (width, height): (usize, usize)| Raster::from_pixels(width as u32, height as u32, Channels::Gray, pixels);
    let chroma = luma.split_off(luma_size.0 * luma_size.1);
    let luma = raster(luma, luma_size);
    let luma = if luma_size == (width, height) { luma } else { luma.crop(0, 0, width as u32, height as u32) };
    if gray {
        return Planes::whole(luma);
    }
    let (blue, red) = chroma.split_at(chroma_size.0 * chroma_size.1);
    Planes::ycbcr(luma, [raster(blue.to_vec(), chroma_size), raster(red.to_vec(), chroma_size)], factor)
}
