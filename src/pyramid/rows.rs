//! Plain TIFFs as rows, for conversion.

use super::index::MAX_ICC;
use super::jpeg::{self, Frame};
use super::tile::to_channels;
use super::{Color, PyramidError, RowError, RowSource, damaged};
use crate::raster::{Channels, Raster};
use std::io::{Read, Seek, SeekFrom};
use tiff::decoder::{ChunkType, Decoder, DecodingResult, Limits};
use tiff::tags::{CompressionMethod, Tag};
use tiff::{ColorType, TiffError};

/// Most bytes of one strip, or one row of tiles, in memory.
const MAX_BAND: u64 = 512 << 20;

/// The first image of a TIFF, read strip by strip (or a row of tiles at a time): gray, RGB (YCbCr inside JPEG) or RGBA of 8 bits, or
/// of 16 bits cut to 8; JPEG, deflate, LZW, PackBits or uncompressed.
///
/// # Errors
/// `Unsupported` says what the file has instead; `Damaged`; `Read`.
pub fn tiff_rows(reader: impl Read + Seek + Send + 'static) -> Result<Box<dyn RowSource>, PyramidError> {
    let mut decoder = Decoder::new(reader).map_err(translate)?;
    let mut limits = Limits::default();
    (limits.decoding_buffer_size, limits.intermediate_buffer_size) = (MAX_BAND as usize, MAX_BAND as usize);
    limits.ifd_value_size = limits.ifd_value_size.max(MAX_ICC as usize);
    decoder = decoder.with_limits(limits);
    let (width, height) = decoder.dimensions().map_err(translate)?;
    let compression = find(&mut decoder, Tag::Compression)?.unwrap_or(1);
    let jpeg = u64::from(CompressionMethod::ModernJPEG.to_u16()) == compression;
    let color = read_color(&mut decoder, jpeg)?;
    let places = read_places(&mut decoder)?;
    let icc = decoder.find_tag(Tag::IccProfile).ok().flatten().and_then(|icc| icc.into_u8_vec().ok());
    let tables = decoder.find_tag(Tag::JPEGTables).ok().flatten().and_then(|tables| tables.into_u8_vec().ok());
    let packing = match compression {
        1 if decoder.get_chunk_type() == ChunkType::Strip && decoder.colortype().is_ok_and(is_8_bit) => Packing::None,
        _ if jpeg => Packing::Jpeg(tables),
        _ => Packing::Other,
    };
    check_band(&decoder, &packing, width, height, color)?;
    Ok(Box::new(TiffRows { decoder, width, height, color, packing, places, icc, next: 0, band: Vec::new(), taken: 0 }))
}

/// Refuses what would need too much memory at once.
fn check_band<R: Read + Seek>(decoder: &Decoder<R>, packing: &Packing, width: u32, height: u32, color: Color) -> Result<(), PyramidError> {
    let (chunk_width, chunk_height) = decoder.chunk_dimensions();
    let rows = match packing {
        Packing::None => 1,
        _ if decoder.get_chunk_type() == ChunkType::Strip => chunk_height.min(height),
        _ => chunk_height,
    };
    let bytes = u64::from(width.max(chunk_width)) * u64::from(rows) * color.channels().count() as u64;
    if bytes > MAX_BAND {
        let what = format!("strips or rows of tiles of {} x {rows} pixels; up to 512 MiB each are supported", width.max(chunk_width));
        return Err(PyramidError::Unsupported(what));
    }
    Ok(())
}

enum Packing {
    /// Rows can be read where they lie.
    None,
    Jpeg(Option<Vec<u8>>),
    Other,
}

struct TiffRows<R: Read + Seek> {
    decoder: Decoder<R>,
    width: u32,
    height: u32,
    color: Color,
    packing: Packing,
    /// Offsets and lengths of strips or tiles.
    places: Vec<(u64, u64)>,
    icc: Option<Vec<u8>>,
    /// The first row that is not in the band yet.
    next: u32,
    /// Decoded rows, of which `taken` bytes have been given away.
    band: Vec<u8>,
    taken: usize,
}

impl<R: Read + Seek + Send> RowSource for TiffRows<R> {
    fn width(&self) -> u32 {
        self.width
    }

    fn height(&self) -> u32 {
        self.height
    }

    fn channels(&self) -> Channels {
        self.color.channels()
    }

    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError> {
        let mut filled = 0;
        while filled < rows.len() {
            if self.taken == self.band.len() {
                self.read_band()?;
            }
            let length = (rows.len() - filled).min(self.band.len() - self.taken);
            rows[filled..filled + length].copy_from_slice(&self.band[self.taken..self.taken + length]);
            (filled, self.taken) = (filled + length, self.taken + length);
        }
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.icc.clone()
    }
}

impl<R: Read + Seek> TiffRows<R> {
    /// Decodes the next strip, row of tiles, or (where they lie bare) row.
    fn read_band(&mut self) -> Result<(), PyramidError> {
        if self.next >= self.height {
            return Err(damaged("more rows are wanted than there are"));
        }
        let (chunk_width, chunk_height) = self.decoder.chunk_dimensions();
        let rows = match self.packing {
            Packing::None => 1,
            _ => chunk_height.min(self.height - self.next),
        };
        self.band = match self.packing {
            Packing::None => self.bare_row(chunk_height)?,
            _ => self.chunks(self.next / chunk_height, self.width.div_ceil(chunk_width), rows)?,
        };
        self.next += rows;
        self.taken = 0;
        Ok(())
    }

    fn bare_row(&mut self, rows_per_strip: u32) -> Result<Vec<u8>, PyramidError> {
        let stride = self.width as usize * self.color.samples();
        let (offset, _) = self.place((self.next / rows_per_strip) as usize)?;
        let start = u64::from(self.next % rows_per_strip) * stride as u64;
        let samples = self.bytes(offset.saturating_add(start), stride as u64)?;
        Ok(to_channels(self.color, samples))
    }

    fn chunks(&mut self, row: u32, across: u32, rows: u32) -> Result<Vec<u8>, PyramidError> {
        let mut whole = Raster::zeroed(self.width, rows, self.color.channels());
        for column in 0..across {
            let number = row * across + column;
            let chunk = self.chunk(number)?;
            whole.copy_from(&chunk, (0, 0), (column * self.decoder.chunk_dimensions().0, 0));
        }
        Ok(whole.into_pixels())
    }

    /// One strip or tile; what it has beyond the image's edge may be missing.
    fn chunk(&mut self, number: u32) -> Result<Raster, PyramidError> {
        let (width, height) = self.decoder.chunk_data_dimensions(number);
        if let Packing::Jpeg(tables) = &self.packing {
            let tables = tables.clone();
            let (offset, length) = self.place(number as usize)?;
            let stream = self.bytes(offset, length)?;
            let frame = Frame { width, height, color: self.color };
            let (chunk_width, chunk_height) = self.decoder.chunk_dimensions();
            let padded = Frame { width: chunk_width, height: chunk_height, color: self.color };
            let raster = jpeg::decode(&stream, tables.as_deref(), padded).or_else(|_| jpeg::decode(&stream, tables.as_deref(), frame))?;
            return Ok(Raster::from_pixels(
                raster.width(),
                raster.height(),
                raster.channels(),
                to_channels(self.color, raster.into_pixels()),
            ));
        }
        let samples = match self.decoder.read_chunk(number).map_err(translate)? {
            DecodingResult::U8(samples) => samples,
            DecodingResult::U16(samples) => samples.into_iter().map(to_8_bits).collect(),
            _ => return Err(damaged("samples of another kind than announced")),
        };
        if samples.len() != width as usize * height as usize * self.color.samples() {
            return Err(damaged("a strip or tile of another length than its size"));
        }
        // The decoder has already turned inverted gray round.
        let color = if self.color == Color::GrayInverted { Color::Gray } else { self.color };
        Ok(Raster::from_pixels(width, height, color.channels(), to_channels(color, samples)))
    }

    fn place(&self, number: usize) -> Result<(u64, u64), PyramidError> {
        self.places.get(number).copied().ok_or_else(|| damaged("fewer strips or tiles than the image needs"))
    }

    fn bytes(&mut self, offset: u64, length: u64) -> Result<Vec<u8>, PyramidError> {
        let reader = self.decoder.inner();
        reader.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        reader.take(length.min(MAX_BAND)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(damaged("the file ends within its pixels")) }
    }
}

fn find<R: Read + Seek>(decoder: &mut Decoder<R>, tag: Tag) -> Result<Option<u64>, PyramidError> {
    let value = decoder.find_tag_unsigned_vec::<u64>(tag).map_err(translate)?;
    Ok(value.and_then(|values| values.first().copied()))
}

fn read_places<R: Read + Seek>(decoder: &mut Decoder<R>) -> Result<Vec<(u64, u64)>, PyramidError> {
    let (offsets, lengths) = match decoder.get_chunk_type() {
        ChunkType::Strip => (Tag::StripOffsets, Tag::StripByteCounts),
        ChunkType::Tile => (Tag::TileOffsets, Tag::TileByteCounts),
    };
    let mut list = |tag| decoder.find_tag_unsigned_vec::<u64>(tag).map(Option::unwrap_or_default).map_err(translate);
    Ok(list(offsets)?.into_iter().zip(list(lengths)?).collect())
}

fn read_color<R: Read + Seek>(decoder: &mut Decoder<R>, jpeg: bool) -> Result<Color, PyramidError> {
    if find(decoder, Tag::PlanarConfiguration)?.unwrap_or(1) != 1 && find(decoder, Tag::SamplesPerPixel)?.unwrap_or(1) != 1 {
        return Err(PyramidError::Unsupported("channels in separate planes; pixels must be stored together".into()));
    }
    let premultiplied = find(decoder, Tag::ExtraSamples)? == Some(1);
    let inverted = find(decoder, Tag::PhotometricInterpretation)? == Some(0);
    let kind = decoder.colortype().map_err(translate)?;
    match kind {
        ColorType::Gray(8) | ColorType::Gray(16) if !(jpeg && kind == ColorType::Gray(16)) => {
            Ok(if inverted { Color::GrayInverted } else { Color::Gray })
        }
        ColorType::GrayA(8 | 16) if !jpeg && !premultiplied => Ok(Color::GrayAlpha),
        ColorType::RGB(8) => Ok(Color::Rgb),
        ColorType::RGB(16) if !jpeg => Ok(Color::Rgb),
        ColorType::RGBA(8 | 16) if !jpeg => Ok(if premultiplied { Color::RgbaPremultiplied } else { Color::Rgba }),
        ColorType::YCbCr(8) if jpeg => Ok(Color::YCbCr),
        other => Err(PyramidError::Unsupported(format!("{other:?} pixels; gray and RGB of 8 or 16 bits are supported"))),
    }
}

fn is_8_bit(kind: ColorType) -> bool {
    matches!(kind, ColorType::Gray(8) | ColorType::GrayA(8) | ColorType::RGB(8) | ColorType::RGBA(8))
}

fn to_8_bits(sample: u16) -> u8 {
    ((u32::from(sample) * 255 + 32_767) / 65_535) as u8
}

fn translate(error: TiffError) -> PyramidError {
    match error {
        TiffError::UnsupportedError(what) => PyramidError::Unsupported(what.to_string()),
        TiffError::LimitsExceeded => PyramidError::Unsupported("strips, tiles or fields of more than 512 MiB; cut them smaller".into()),
        TiffError::IoError(error) if error.kind() != std::io::ErrorKind::UnexpectedEof => PyramidError::Read(error),
        other => damaged(other.to_string()),
    }
}
