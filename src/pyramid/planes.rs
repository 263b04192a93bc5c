//! JPEG tiles as luma and chroma, at full size or less: no colours are worked out that a JPEG would only undo.

use turbojpeg::{Decompressor, ScalingFactor, Subsamp, YuvImage};

use super::jpeg::{self, Frame};
use super::{Color, Compression, Level, PyramidError, damaged};
use crate::raster::{Channels, Planes, Raster};

/// The scales of JPEG decoding that take less time than decoding in full, in eighths, and full size.
const SCALES: [u8; 4] = [1, 2, 4, jpeg::WHOLE];

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
        let planes = if apart { decode_apart(&whole, eighths).map_err(|error| damaged(format!("a JPEG tile: {error}")))? } else { None };
        match planes {
            Some(planes) => Ok(planes),
            None => jpeg::pixels(&whole, self.jpeg_frame(), eighths).map(Planes::whole),
        }
    }

    fn jpeg_frame(&self) -> Frame {
        Frame { width: self.tile_width, height: self.tile_height, color: self.color }
    }

    /// The scales, in eighths, at which JPEG tiles are decoded in less time than at full size and still abut, and full size; smallest
    /// first. At 1, 2 and 4 eighths a tile takes about 45, 60 and 70 % of that time, at others more.
    pub fn eighths(&self) -> impl Iterator<Item = u8> + use<> {
        let jpeg = self.compression == Compression::Jpeg && matches!(self.color, Color::YCbCr | Color::Gray | Color::Rgb);
        let whole = self.tile_width.is_multiple_of(16) && self.tile_height.is_multiple_of(16);
        SCALES.into_iter().filter(move |eighths| *eighths == jpeg::WHOLE || (jpeg && whole))
    }
}

/// `None` where the subsampling is none that planes are made of.
fn decode_apart(stream: &[u8], eighths: u8) -> Result<Option<Planes>, turbojpeg::Error> {
    // One that is used again would give its tables to a stream that lacks some.
    let mut decompressor = Decompressor::new()?;
    decompressor.set_scaling_factor(ScalingFactor::new(usize::from(eighths), usize::from(jpeg::WHOLE)))?;
    decompressor.set_scan_limit(jpeg::MAX_SCANS)?;
    let header = decompressor.read_header(stream)?;
    let factor = match header.subsamp {
        Subsamp::Gray | Subsamp::None => (1, 1),
        Subsamp::Sub2x1 => (2, 1),
        Subsamp::Sub2x2 => (2, 2),
        _ => return Ok(None),
    };
    let (width, height) = (scaled(header.width, eighths), scaled(header.height, eighths));
    let length = turbojpeg::yuv_pixels_len(width, 1, height, header.subsamp)?;
    let mut image = YuvImage { pixels: vec![0; length], width, align: 1, height, subsamp: header.subsamp };
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
