//! PNG masters: row by row where the file allows it, 8 bits a sample whatever it holds.

use std::fs::File;
use std::io::{BufReader, ErrorKind};

use png::{BitDepth, ColorType, Decoder, DecodingError, Limits, Reader, Transformations};

use super::convert::Rows;
use super::exif::{self, Orientation};
use super::held::Held;
use super::limits::{FormatError, FormatLimits, MAX_PROFILE};
use crate::pyramid::{RowError, RowSource};
use crate::raster::{Channels, Raster};

/// What the decoder may take for itself: a row or two, and the chunks that are not pixels.
const DECODER_BYTES: usize = 64 << 20;

/// Opens `file`; nothing is taken for pixels before the size is checked.
pub(super) fn open(file: File, limits: &FormatLimits) -> Result<Rows, FormatError> {
    let mut decoder = decoder(file);
    let header = decoder.read_header_info().map_err(refused)?;
    let (width, height) = limits.check(header.width.into(), header.height.into())?;
    let reader = decoder.read_info().map_err(refused)?;
    let info = reader.info();
    let icc = info.icc_profile.as_ref().filter(|icc| icc.len() <= MAX_PROFILE).map(|icc| icc.to_vec());
    let orientation = info.exif_metadata.as_ref().map_or(Orientation::UPRIGHT, |exif| exif::orientation(exif));
    let interlaced = info.interlaced;
    let (color, depth) = reader.output_color_type();
    let deep = depth == BitDepth::Sixteen;
    let mut rows = PngRows { color, deep, line: vec![0; line_bytes(&reader)?], reader, width, height, icc };
    if !interlaced && orientation == Orientation::UPRIGHT {
        return Ok(Box::new(rows));
    }
    let raster = if interlaced { rows.whole_frame() } else { rows.all_rows() }?;
    Ok(Box::new(Held::new(raster, orientation, rows.icc)))
}

/// A decoder that has read nothing yet.
pub(super) fn decoder(file: File) -> Decoder<BufReader<File>> {
    let mut decoder = Decoder::new_with_limits(BufReader::new(file), Limits { bytes: DECODER_BYTES });
    decoder.set_ignore_text_chunk(true);
    decoder.set_transformations(Transformations::EXPAND);
    decoder
}

fn line_bytes(reader: &Reader<BufReader<File>>) -> Result<usize, FormatError> {
    reader.output_line_size(reader.info().width).ok_or_else(|| refused(DecodingError::LimitsExceeded))
}

pub(super) fn refused(error: DecodingError) -> FormatError {
    match error {
        DecodingError::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => FormatError::Io(error),
        DecodingError::LimitsExceeded => FormatError::Unsupported("PNG with very large chunks".into()),
        other => FormatError::Damaged(format!("PNG: {other}")),
    }
}

/// The rows of a file that is not interlaced, as they are decoded.
struct PngRows {
    reader: Reader<BufReader<File>>,
    color: ColorType,
    /// 16 bits a sample, not 8.
    deep: bool,
    width: u32,
    height: u32,
    icc: Option<Vec<u8>>,
    /// One row as the decoder gives it.
    line: Vec<u8>,
}

impl PngRows {
    fn whole_frame(&mut self) -> Result<Raster, FormatError> {
        let mut frame = vec![0; self.line.len() * self.height as usize];
        self.reader.next_frame(&mut frame).map_err(refused)?;
        if !self.deep && self.color != ColorType::GrayscaleAlpha {
            return Ok(Raster::from_pixels(self.width, self.height, self.channels(), frame));
        }
        let mut raster = Raster::zeroed(self.width, self.height, self.channels());
        let stride = raster.stride();
        for (line, row) in frame.chunks_exact_mut(self.line.len()).zip(raster.pixels_mut().chunks_exact_mut(stride)) {
            settle(line, self.deep, self.color, row);
        }
        Ok(raster)
    }

    fn all_rows(&mut self) -> Result<Raster, FormatError> {
        let mut raster = Raster::zeroed(self.width, self.height, self.channels());
        self.read_rows(raster.pixels_mut())?;
        Ok(raster)
    }
}

/// A row as the decoder gives it becomes one of ours.
fn settle(line: &mut [u8], deep: bool, color: ColorType, row: &mut [u8]) {
    let length = if deep { narrow(line) } else { line.len() };
    match color {
        ColorType::GrayscaleAlpha => spread(&line[..length], row),
        _ => row.copy_from_slice(&line[..length]),
    }
}

/// Samples of 16 bits, big end first, become the nearest ones of 8 at the beginning of the same memory; says how many.
fn narrow(line: &mut [u8]) -> usize {
    let count = line.len() / 2;
    for at in 0..count {
        let sample = u32::from(u16::from_be_bytes([line[2 * at], line[2 * at + 1]]));
        line[at] = ((sample * 255 + 32_767) / 65_535) as u8;
    }
    count
}

/// Gray and alpha become red, green, blue and alpha.
fn spread(gray_alpha: &[u8], rgba: &mut [u8]) {
    for (&[gray, alpha], pixel) in gray_alpha.as_chunks::<2>().0.iter().zip(rgba.as_chunks_mut::<4>().0) {
        *pixel = [gray, gray, gray, alpha];
    }
}

impl RowSource for PngRows {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn channels(&self) -> Channels {
        match self.color {
            ColorType::Grayscale => Channels::Gray,
            // Palettes are expanded to what they hold.
            ColorType::Rgb | ColorType::Indexed => Channels::Rgb,
            ColorType::GrayscaleAlpha | ColorType::Rgba => Channels::Rgba,
        }
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        let stride = self.width as usize * self.channels().count();
        for row in rows.chunks_exact_mut(stride) {
            let found = self.reader.read_row(&mut self.line).map_err(stopped)?;
            found.ok_or_else(|| RowError::Damaged("PNG: more rows were asked for than there are".into()))?;
            settle(&mut self.line, self.deep, self.color, row);
        }
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.icc.clone()
    }
}

fn stopped(error: DecodingError) -> RowError {
    match error {
        DecodingError::IoError(error) if error.kind() != ErrorKind::UnexpectedEof => RowError::Read(error),
        other => RowError::Damaged(format!("PNG: {other}")),
    }
}
