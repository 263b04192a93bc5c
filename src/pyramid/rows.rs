//! TIFFs of any kind as rows, for conversion.

use super::directory::{Directory, Layout, Pieces, Stop};
use super::file::File;
use super::pages::{all_pages, page_of};
use super::stored::{Cut, read_cut, read_icc, read_image, read_orientation};
use super::{Color, Compression, Level, PyramidError, RowError, RowSource, damaged};
use crate::raster::{Channels, Raster};
use std::io::{Read, Seek};

/// Most bytes of one strip, or one row of tiles, in memory.
const MAX_BAND: u64 = 512 << 20;
/// About as many bytes are read at once of strips that are not packed.
const BARE: u64 = 1 << 20;

/// The first page of a TIFF, read strip by strip (or a row of tiles at a time) and brought to gray, RGB or RGBA of 8 bits. What is
/// read is listed in the documentation of this module.
///
/// # Errors
/// `Unsupported` says what the file has instead; `Damaged`; `Read`. Damage further down shows when its rows are read.
pub fn tiff_rows(reader: impl Read + Seek + Send + 'static) -> Result<Box<dyn RowSource>, PyramidError> {
    tiff_rows_of(reader, 1)
}

/// The same of one page, from 1 on, as [`tiff_pages`](super::tiff_pages) counts them.
///
/// # Errors
/// As for [`tiff_rows`]; `Unsupported` when there is no such page.
pub fn tiff_rows_of(reader: impl Read + Seek + Send + 'static, page: u32) -> Result<Box<dyn RowSource>, PyramidError> {
    Ok(Box::new(TiffRows::open(reader, page)?))
}

/// Makes RGB of CMYK: from four bytes a pixel, 255 as full ink, to three.
pub type InkTransform = Box<dyn FnMut(&[u8], &mut [u8]) + Send>;

/// As [`tiff_rows_of`], but CMYK goes through the transform that `inks` makes of the file's colour profile, if it has one, rather
/// than through the plain formula.
///
/// # Errors
/// As for [`tiff_rows_of`].
pub fn tiff_rows_with_inks(
    reader: impl Read + Seek + Send + 'static,
    page: u32,
    inks: impl FnOnce(Option<&[u8]>) -> InkTransform,
) -> Result<Box<dyn RowSource>, PyramidError> {
    let mut rows = TiffRows::open(reader, page)?;
    if rows.picture.level.color == Color::Cmyk {
        rows.inks = Some(inks(rows.picture.icc.as_deref()));
        // Four samples that are left as they are.
        rows.picture.level.color = Color::Rgba;
    }
    Ok(Box::new(rows))
}

/// What is known of an image before its pixels are read.
pub(super) struct Picture {
    level: Level,
    cut: Cut,
    /// Of whatever colours the file has.
    icc: Option<Vec<u8>>,
    orientation: u8,
}

impl Picture {
    pub(super) fn read(pieces: &Pieces, layout: Layout, at: u64) -> Result<Self, Stop> {
        let directory = Directory::read(pieces, layout, at)?;
        let cut = read_cut(&directory)?;
        let level = read_image(&directory, cut, pieces.size)?;
        let icc = read_icc(&directory)?;
        let picture = Self { level, cut, icc, orientation: read_orientation(&directory)? };
        picture.check_memory()?;
        Ok(picture)
    }

    /// Strips that are not packed can be read from any row on.
    fn is_bare(&self) -> bool {
        matches!(self.cut, Cut::Strips { .. }) && self.level.compression == Compression::None && self.level.samples.sharing == (1, 1)
    }

    /// Refuses what would need too much memory at once.
    fn check_memory(&self) -> Result<(), PyramidError> {
        let Level { width, tile_width, tile_height, samples, color, .. } = &self.level;
        let rows = if self.is_bare() { self.bare_rows() } else { *tile_height };
        let unpacked = samples.plane_len(*tile_width, rows).saturating_mul(samples.planes() as u64);
        let pixels = u64::from(*width.max(tile_width)) * u64::from(rows) * color.channels().count() as u64;
        match unpacked.max(pixels) <= MAX_BAND {
            true => Ok(()),
            false => Err(PyramidError::Unsupported(format!(
                "strips or rows of tiles of {} x {rows} pixels; up to 512 MiB each are supported: save it again in smaller strips",
                width.max(tile_width)
            ))),
        }
    }

    /// Rows to read at once.
    fn bare_rows(&self) -> u32 {
        let row_len = self.level.samples.row_len(self.level.width).saturating_mul(self.level.samples.planes() as u64);
        (BARE / row_len.max(1)).clamp(1, u64::from(self.level.tile_height)) as u32
    }
}

struct TiffRows<R> {
    file: File<R>,
    picture: Picture,
    inks: Option<InkTransform>,
    /// The first row that is not in the band yet.
    next: u32,
    /// Decoded rows, of which `taken` bytes have been given away.
    band: Vec<u8>,
    taken: usize,
}

impl<R: Read + Seek + Send> RowSource for TiffRows<R> {
    fn width(&self) -> u32 {
        self.picture.level.width
    }

    fn height(&self) -> u32 {
        self.picture.level.height
    }

    fn channels(&self) -> Channels {
        if self.inks.is_some() { Channels::Rgb } else { self.picture.level.color.channels() }
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
        self.picture.icc.clone().filter(|_| self.inks.is_none() && self.picture.level.color.keeps_profile())
    }

    fn orientation(&self) -> u16 {
        u16::from(self.picture.orientation)
    }
}

impl<R: Read + Seek> TiffRows<R> {
    fn open(reader: R, page: u32) -> Result<Self, PyramidError> {
        let mut file = File::new(reader)?;
        let (layout, pages) = all_pages(&mut file)?;
        let at = page_of(pages, page)?.at;
        let picture = file.ask(|pieces| Picture::read(pieces, layout, at))?;
        Ok(Self { file, picture, inks: None, next: 0, band: Vec::new(), taken: 0 })
    }

    /// Decodes the next strip, part of a strip, or row of tiles.
    fn read_band(&mut self) -> Result<(), PyramidError> {
        let Level { width, height, tile_height, color, .. } = self.picture.level;
        if self.next >= height {
            return Err(damaged("more rows are wanted than there are"));
        }
        let into = self.next % tile_height;
        let mut rows = (tile_height - into).min(height - self.next);
        // The band before is let go first.
        self.band = Vec::new();
        let band = if self.picture.is_bare() {
            rows = rows.min(self.picture.bare_rows());
            self.bare(into, rows)?
        } else {
            let row = self.next / tile_height;
            match self.picture.cut {
                Cut::Strips { .. } => self.chunk(row, 0, rows)?,
                Cut::Tiles { .. } => {
                    let mut band = Raster::zeroed(width, rows, color.channels());
                    for column in 0..self.picture.level.columns() {
                        let chunk = self.chunk(row, column, rows)?;
                        band.copy_from(&chunk, (0, 0), (column * self.picture.level.tile_width, 0));
                    }
                    band
                }
            }
        };
        self.next += rows;
        self.taken = 0;
        let (mut pixels, count) = (band.into_pixels(), width as usize * rows as usize);
        pixels.truncate(count * color.channels().count());
        self.band = match &mut self.inks {
            None => pixels,
            Some(to_rgb) => {
                let mut rgb = vec![0; count * 3];
                to_rgb(&pixels, &mut rgb);
                rgb
            }
        };
        Ok(())
    }

    /// `rows` rows of a strip that is not packed, from its row `into` on.
    fn bare(&mut self, into: u32, rows: u32) -> Result<Raster, PyramidError> {
        let level = &self.picture.level;
        let row_len = level.samples.row_len(level.width);
        let strips = level.rows() as usize;
        let strip = (self.next / level.tile_height) as usize;
        let places: Vec<_> = level.offsets.iter().skip(strip).step_by(strips).copied().collect();
        let mut planes = Vec::with_capacity(places.len());
        for place in places {
            let start = place.saturating_add(u64::from(into) * row_len);
            planes.push(self.file.bytes(start, u64::from(rows) * row_len)?);
        }
        self.decode(&planes, rows)
    }

    /// One strip or tile, of which `rows` rows lie in the image.
    fn chunk(&mut self, row: u32, column: u32, rows: u32) -> Result<Raster, PyramidError> {
        let level = &self.picture.level;
        let (columns, all) = (level.columns() as usize, level.columns() as usize * level.rows() as usize);
        let at = row as usize * columns + column as usize;
        let places: Vec<_> = level.offsets.iter().copied().zip(level.lengths.iter().copied()).skip(at).step_by(all).collect();
        if places.iter().all(|(_, length)| *length == 0) {
            return Ok(level.blank_chunk(rows));
        }
        let mut planes = Vec::with_capacity(places.len());
        for (offset, length) in places {
            planes.push(self.file.bytes(offset, u64::from(length))?);
        }
        self.decode(&planes, rows)
    }

    fn decode(&self, planes: &[Vec<u8>], rows: u32) -> Result<Raster, PyramidError> {
        let planes: Vec<&[u8]> = planes.iter().map(Vec::as_slice).collect();
        self.picture.level.decode_chunk(&planes, rows)
    }
}
