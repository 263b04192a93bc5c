//! From the bytes of a strip or tile to its pixels.

use super::jpeg::{self, Frame};
use super::unpack::{Shape, in_order, unpack};
use super::{Color, Compression, Level, PyramidError, damaged, inks, lab, shared};
use crate::raster::{Channels, Raster};

impl Level {
    /// A whole strip or tile, or its first `rows` rows when what follows lies outside the image; `planes` has its bytes, one piece for
    /// each plane.
    pub(super) fn decode_chunk(&self, planes: &[&[u8]], rows: u32) -> Result<Raster, PyramidError> {
        let pixels = match self.compression {
            Compression::Jpeg => self.jpeg_pixels(planes, rows)?,
            Compression::WebP => to_channels(self.color, self.webp_samples(planes, rows)?),
            _ => {
                let planes: Vec<_> = planes.iter().map(|plane| self.unpack_plane(plane, rows)).collect::<Result<_, _>>()?;
                self.pixels(planes, rows)
            }
        };
        let height = rows_of(&pixels, self.tile_width, self.color.channels());
        Ok(Raster::from_pixels(self.tile_width, height, self.color.channels(), pixels))
    }

    /// What stands for a strip or tile that the file leaves out: samples of 0.
    pub(super) fn blank_chunk(&self, rows: u32) -> Raster {
        let plane = self.samples.plane_len(self.tile_width, rows) as usize;
        let pixels = match self.compression {
            Compression::Jpeg | Compression::WebP => vec![0; self.tile_width as usize * rows as usize * self.color.channels().count()],
            _ => self.pixels(vec![vec![0; plane]; self.samples.planes()], rows),
        };
        Raster::from_pixels(self.tile_width, rows, self.color.channels(), pixels)
    }

    fn unpack_plane(&self, bytes: &[u8], rows: u32) -> Result<Vec<u8>, PyramidError> {
        let row_len = self.samples.row_len(self.tile_width) as usize;
        let full = self.samples.plane_len(self.tile_width, self.tile_height) as usize;
        let least = self.samples.plane_len(self.tile_width, rows) as usize;
        let shape = Shape { width: self.tile_width, full, least, fax: self.samples.fax };
        let mut plane = unpack(self.compression, &in_order(bytes, self.samples.reversed), shape)?;
        plane.truncate(least);
        self.samples.settle(&mut plane, row_len);
        Ok(plane)
    }

    /// Pixels of `rows` rows from planes of plain samples.
    fn pixels(&self, mut planes: Vec<Vec<u8>>, rows: u32) -> Vec<u8> {
        let (width, height) = (self.tile_width as usize, rows as usize);
        match self.color {
            Color::YCbCr if self.samples.sharing != (1, 1) => shared::to_rgb(&planes[0], width, height, self.samples.sharing),
            Color::Lab | Color::IccLab if self.samples.bits == 16 => self.lab_pixels(&planes, width * height),
            Color::Palette => self.palette_pixels(&planes[0], width),
            color if self.samples.bits == 8 && planes.len() == 1 && usize::from(self.samples.count) == color.samples() => {
                to_channels(color, planes.swap_remove(0))
            }
            color => to_channels(color, self.bytes(&planes, width)),
        }
    }

    /// The samples that count, as bytes, those of a pixel together.
    fn bytes(&self, planes: &[Vec<u8>], width: usize) -> Vec<u8> {
        let (wanted, stride) = (self.color.samples(), self.samples.stride());
        let row_len = self.samples.row_len(self.tile_width) as usize;
        let rows = planes[0].len() / row_len;
        let mut together = vec![0; width * rows * wanted];
        let mut row = vec![0; width * stride];
        for (number, plane) in planes.iter().enumerate().take(wanted) {
            for (packed, to) in plane.chunks_exact(row_len).zip(together.chunks_exact_mut(width * wanted)) {
                if stride == wanted {
                    self.samples.row_to_bytes(packed, to);
                    continue;
                }
                self.samples.row_to_bytes(packed, &mut row);
                for (pixel, to) in row.chunks_exact(stride).zip(to.chunks_exact_mut(wanted)) {
                    if planes.len() > 1 { to[number] = pixel[0] } else { to.copy_from_slice(&pixel[..wanted]) }
                }
            }
        }
        together
    }

    fn lab_pixels(&self, planes: &[Vec<u8>], count: usize) -> Vec<u8> {
        let stride = self.samples.stride();
        let numbers: Vec<_> = planes.iter().map(|plane| plane.as_chunks::<2>().0).collect();
        let sample = |pixel: usize, number: usize| {
            u16::from_ne_bytes(if numbers.len() > 1 { numbers[number][pixel] } else { numbers[0][pixel * stride + number] })
        };
        let rgb = |pixel| lab::to_rgb(lab::from_shorts(self.color, std::array::from_fn(|number| sample(pixel, number))));
        (0..count).flat_map(rgb).collect()
    }

    fn palette_pixels(&self, plane: &[u8], width: usize) -> Vec<u8> {
        let table = self.samples.palette.as_deref().unwrap_or_default().as_chunks::<3>().0;
        let stride = self.samples.stride();
        let mut numbers = vec![0; width * stride];
        let row_len = self.samples.row_len(self.tile_width) as usize;
        let mut pixels = vec![0; plane.len() / row_len * width * 3];
        for (row, to) in plane.chunks_exact(row_len).zip(pixels.chunks_exact_mut(width * 3)) {
            self.samples.row_to_numbers(row, &mut numbers);
            let colours = numbers.iter().step_by(stride).map(|number| table.get(usize::from(*number)).copied().unwrap_or_default());
            colours.zip(to.as_chunks_mut::<3>().0).for_each(|(colour, to)| *to = colour);
        }
        pixels
    }

    fn jpeg_pixels(&self, planes: &[&[u8]], rows: u32) -> Result<Vec<u8>, PyramidError> {
        if let [plane] = planes {
            return self.jpeg_plane(plane, self.color, rows);
        }
        let gray = planes.iter().map(|plane| self.jpeg_plane(plane, Color::Gray, rows)).collect::<Result<Vec<_>, _>>()?;
        let length = gray.iter().map(Vec::len).min().unwrap_or(0);
        let together = (0..length).flat_map(|at| gray.iter().take(self.color.samples()).map(move |plane| plane[at])).collect();
        Ok(to_channels(self.color, together))
    }

    /// A stream of a whole strip or tile, or of the rows of the last strip.
    fn jpeg_plane(&self, stream: &[u8], color: Color, rows: u32) -> Result<Vec<u8>, PyramidError> {
        let tables = self.tables.as_deref();
        let decode = |height: u32| match color {
            // Inks, or inks that are left as they are.
            Color::Cmyk | Color::Rgba => inks::decode(stream, tables, self.tile_width, height).map(|inks| to_channels(color, inks)),
            _ => {
                let raster = jpeg::decode(stream, tables, Frame { width: self.tile_width, height, color })?;
                // Its YCbCr has become RGB already.
                Ok(if color == Color::YCbCr { raster.into_pixels() } else { to_channels(color, raster.into_pixels()) })
            }
        };
        let whole = decode(self.tile_height);
        if rows == self.tile_height { whole } else { whole.or_else(|_| decode(rows)) }
    }

    fn webp_samples(&self, planes: &[&[u8]], rows: u32) -> Result<Vec<u8>, PyramidError> {
        let failed = || damaged("a tile or strip that is no WebP of its size");
        let bytes = planes.first().copied().unwrap_or_default();
        let features = webp::BitstreamFeatures::new(bytes).ok_or_else(failed)?;
        if features.width() != self.tile_width || features.height() < rows || features.height() > self.tile_height {
            return Err(failed());
        }
        let image = webp::Decoder::new(bytes).decode().ok_or_else(failed)?;
        let (has, wanted) = (if features.has_alpha() { 4 } else { 3 }, self.color.samples());
        let samples = image.chunks_exact(has).flat_map(|pixel| (0..wanted).map(|sample| pixel.get(sample).copied().unwrap_or(255)));
        Ok(if has == wanted { image.to_vec() } else { samples.collect() })
    }
}

fn rows_of(pixels: &[u8], width: u32, channels: Channels) -> u32 {
    (pixels.len() / (width as usize * channels.count()).max(1)) as u32
}

/// Samples of the file as those of a raster.
fn to_channels(color: Color, mut samples: Vec<u8>) -> Vec<u8> {
    match color {
        Color::Gray | Color::Rgb | Color::Rgba | Color::RgbaPremultiplied | Color::Palette => {}
        Color::GrayInverted => samples.iter_mut().for_each(|sample| *sample = !*sample),
        Color::GrayAlpha | Color::GrayAlphaPremultiplied => {
            samples = each(&samples, |[gray, alpha]| [gray, gray, gray, alpha]);
        }
        Color::YCbCr => samples.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| *pixel = shared::rgb(*pixel)),
        Color::Cmyk => samples = each(&samples, inks::to_rgb),
        Color::Lab | Color::IccLab => {
            samples.as_chunks_mut::<3>().0.iter_mut().for_each(|pixel| *pixel = lab::to_rgb(lab::from_bytes(color, *pixel)));
        }
    }
    if matches!(color, Color::GrayAlphaPremultiplied | Color::RgbaPremultiplied) {
        samples.as_chunks_mut::<4>().0.iter_mut().for_each(divide_by_alpha);
    }
    samples
}

/// Pixels of other samples.
fn each<const N: usize, const M: usize>(samples: &[u8], of: impl Fn([u8; N]) -> [u8; M]) -> Vec<u8> {
    let pixels = samples.as_chunks::<N>().0;
    let mut made = vec![0; pixels.len() * M];
    pixels.iter().zip(made.as_chunks_mut::<M>().0).for_each(|(pixel, to)| *to = of(*pixel));
    made
}

fn divide_by_alpha(pixel: &mut [u8; 4]) {
    let alpha = u32::from(pixel[3]);
    for sample in &mut pixel[..3] {
        let whole = (u32::from(*sample) * 255 + alpha / 2).checked_div(alpha);
        *sample = whole.map_or(0, |whole| whole.min(255) as u8);
    }
}
