//! JPEG masters: decoded band by band, or as a whole where that cannot be.

use std::fs::File;
use std::io::{BufReader, Seek};

use turbojpeg::{Colorspace, DecompressHeader, Decompressor, Image, PixelFormat, ScalingFactor};

use super::convert::Rows;
use super::exif::Orientation;
use super::held::Held;
use super::limits::{FormatError, FormatLimits};
use super::segments::{self, Facts};
use crate::pyramid::{Color, JpegBands, jpeg_head};
use crate::raster::{Channels, Raster};
use crate::render::CmykTransform;

/// A progressive file may have this many scans, each of which costs a pass over the picture.
const SCANS: u32 = 500;

/// The rows of `file`: read while they are wanted where it is baseline and upright, or else decoded as a whole. The size is checked before
/// memory is taken for the pixels.
pub(super) fn open(mut file: File, limits: &FormatLimits) -> Result<Rows, FormatError> {
    if let Some(rows) = bands(&file, limits)? {
        return Ok(rows);
    }
    file.rewind()?;
    open_reduced(file, u32::MAX, limits)
}

fn bands(file: &File, limits: &FormatLimits) -> Result<Option<Rows>, FormatError> {
    let mut reader = BufReader::new(file.try_clone()?);
    let Some(head) = jpeg_head(&mut reader)? else { return Ok(None) };
    let facts = segments::facts(&head);
    let header = Decompressor::new().and_then(|mut decompressor| decompressor.read_header(&head)).map_err(damaged)?;
    limits.check(header.width as u64, header.height as u64)?;
    let color = match header.colorspace {
        Colorspace::Gray => Color::Gray,
        Colorspace::RGB => Color::Rgb,
        Colorspace::YCbCr => Color::YCbCr,
        Colorspace::CMYK | Colorspace::YCCK => return Ok(None),
    };
    let rows = (facts.orientation == Orientation::UPRIGHT).then(|| JpegBands::new(&head, color, facts.icc, reader)).flatten();
    Ok(rows.map(|rows| Box::new(rows) as Rows))
}

/// The whole at the smallest multiple of an eighth of the size whose longer side has `at_least` pixels.
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

#[cfg(test)]
mod tests {
    use std::io::Write;

    use turbojpeg::{Compressor, Subsamp};

    use super::*;

    fn file(jpeg: &[u8]) -> File {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(jpeg).unwrap();
        file.rewind().unwrap();
        file
    }

    fn read(mut rows: Rows, at_a_time: u32) -> Result<Vec<u8>, FormatError> {
        let (stride, mut all) = (rows.width() as usize * rows.channels().count(), Vec::new());
        for start in (0..rows.height()).step_by(at_a_time as usize) {
            let mut some = vec![0; stride * at_a_time.min(rows.height() - start) as usize];
            rows.read_rows(&mut some)?;
            all.extend(some);
        }
        assert!(rows.read_rows(&mut vec![0; stride]).is_err(), "there are no more");
        Ok(all)
    }

    /// That the bands are possible, and are the pixels of the whole.
    fn compare(jpeg: &[u8], what: &str) {
        let limits = FormatLimits::default();
        let whole = read(open_reduced(file(jpeg), u32::MAX, &limits).unwrap(), 700).unwrap();
        for at_a_time in [1, 64, 256, 700] {
            let rows = bands(&file(jpeg), &limits).unwrap().expect(what);
            assert!(read(rows, at_a_time).unwrap() == whole, "{what}, {at_a_time} rows at a time");
        }
    }

    fn picture(width: usize, height: usize) -> Vec<u8> {
        let pixel = |at: usize| {
            let (x, y) = (at % width, at / width);
            [(x * 7 + y * 3) as u8, ((x ^ y) * 5) as u8, if (x / 9 + y / 7) % 2 == 0 { 250 } else { 20 }]
        };
        (0..width * height).flat_map(pixel).collect()
    }

    fn compressed((width, height): (usize, usize), subsamp: Subsamp, optimize: bool) -> Vec<u8> {
        let mut compressor = Compressor::new().unwrap();
        compressor.set_quality(80).unwrap();
        compressor.set_subsamp(subsamp).unwrap();
        compressor.set_optimize(optimize).unwrap();
        let pixels = picture(width, height);
        let image = Image { pixels: &pixels[..], width, pitch: width * 3, height, format: PixelFormat::RGB };
        compressor.compress_to_vec(image).unwrap()
    }

    #[test]
    fn bands_are_the_pixels_of_the_whole() {
        let samplings = [Subsamp::None, Subsamp::Sub2x1, Subsamp::Sub2x2, Subsamp::Sub1x2, Subsamp::Sub4x1, Subsamp::Gray];
        for (subsamp, optimize) in samplings.into_iter().flat_map(|one| [(one, false), (one, true)]) {
            for size in [(333, 700), (64, 512), (17, 513), (1, 1), (300, 257)] {
                compare(&compressed(size, subsamp, optimize), &format!("{subsamp:?} {optimize} {size:?}"));
            }
        }
    }

    #[test]
    fn new_beginnings_within_the_pixels_are_found() {
        compare(include_bytes!("../../tests/fixtures/masters/restarts.jpg"), "restarts");
    }

    #[test]
    fn a_file_that_breaks_off_is_damaged() {
        let jpeg = compressed((333, 700), Subsamp::Sub2x2, false);
        for length in [jpeg.len() - 2, jpeg.len() / 2, 700] {
            let rows = open(file(&jpeg[..length]), &FormatLimits::default());
            assert!(matches!(rows.and_then(|rows| read(rows, 256)), Err(FormatError::Damaged(_))), "{length}");
        }
    }

    #[test]
    fn what_has_to_be_whole_is_decoded_as_a_whole() {
        for name in ["progressive.jpg", "cmyk.jpg", "ycck.jpg"] {
            let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/masters").join(name);
            assert!(bands(&File::open(&path).unwrap(), &FormatLimits::default()).unwrap().is_none(), "{name}");
            assert!(open(File::open(&path).unwrap(), &FormatLimits::default()).is_ok(), "{name}");
        }
    }
}
