//! A JPEG decoded band by band, so that a large one needs little memory. The entropy-coded data of a few rows of units is put into a
//! stream of its own, which is decoded; the pixels are those of the whole.

use super::super::{Color, PyramidError, RowError, RowSource, damaged};
use super::clean::Clean;
use super::marks::Marks;
use super::segments::{EOI, SOI, SOS};
use super::source::Source;
use super::transfer::{Tile, Transfer};
use super::{Frame, WHOLE, pixels};
use crate::raster::{Channels, Raster};
use std::io::Read;
use std::ops::Range;
use std::sync::Arc;

/// Most bytes before the pixels.
const MAX_HEAD: usize = 64 << 20;
/// Bytes of pixels that are decoded at a time, and the fewest rows: neighbours of a band are decoded with it.
const BAND: usize = 6 << 20;
const FEWEST: u32 = 128;
/// More bytes than a block takes: 64 codes of 16 bits with values of up to 11.
const BLOCK: usize = 216;

/// The rows of a baseline JPEG in one scan.
pub struct JpegBands<R> {
    source: Arc<Source>,
    color: Color,
    icc: Option<Vec<u8>>,
    clean: Clean<R>,
    place: Position,
    /// Units after which the data begins anew; 0 for never.
    restart: usize,
    /// What was decoded last, and which of its rows are still to be given.
    band: Raster,
    left: Range<u32>,
    /// The row of units that comes after them.
    next: u32,
}

/// Where a row of units begins in the data.
#[derive(Clone)]
struct Position {
    tile: Tile,
    /// Number of the row of units.
    row: u32,
}

/// Everything of a JPEG up to its pixels; `None` if that is no JPEG. The reader stands at the pixels then.
///
/// # Errors
/// When it cannot be read.
pub fn jpeg_head(reader: &mut impl Read) -> std::io::Result<Option<Vec<u8>>> {
    let mut head = vec![0; 2];
    if !filled(reader, &mut head)? || head != [0xFF, SOI] {
        return Ok(None);
    }
    while head.len() < MAX_HEAD {
        let at = head.len();
        head.resize(at + 2, 0);
        if !filled(reader, &mut head[at..])? || head[at] != 0xFF {
            return Ok(None);
        }
        while head[at + 1] == 0xFF {
            if !filled(reader, &mut head[at + 1..])? {
                return Ok(None);
            }
        }
        let marker = head[at + 1];
        head.resize(at + 4, 0);
        if !filled(reader, &mut head[at + 2..])? {
            return Ok(None);
        }
        let length = usize::from(u16::from_be_bytes([head[at + 2], head[at + 3]]));
        head.resize(at + 2 + length.max(2), 0);
        if !filled(reader, &mut head[at + 4..])? {
            return Ok(None);
        }
        if marker == SOS {
            return Ok(Some(head));
        }
    }
    Ok(None)
}

/// Whether there were enough bytes.
fn filled(reader: &mut impl Read, buffer: &mut [u8]) -> std::io::Result<bool> {
    match reader.read_exact(buffer) {
        Err(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => Ok(false),
        read => read.map(|()| true),
    }
}

impl<R: Read + Send> JpegBands<R> {
    /// `head` is what [`jpeg_head`] gave, `reader` stands behind it. `None` for a JPEG that has to be decoded as a whole: a progressive
    /// one, one in several scans, of CMYK or of more than 8 bits.
    pub fn new(head: &[u8], color: Color, icc: Option<Vec<u8>>, reader: R) -> Option<Self> {
        let (source, restart) = Source::alone(&without_remarks(head)?)?;
        let possible = source.scan.components.len() == color.samples() && matches!(color, Color::Gray | Color::Rgb | Color::YCbCr);
        let tile = Tile::new(0..0, 0..0, 0);
        let band = Raster::zeroed(0, 0, color.channels());
        let place = Position { tile, row: 0 };
        possible.then(|| Self { source, color, icc, clean: Clean::new(reader), place, restart, band, left: 0..0, next: 0 })
    }

    /// Rows of units that neighbours in other bands have a share in: chroma is smoothed between rows where several of them share it.
    fn context(&self) -> u32 {
        let finest = self.source.scan.unit().1;
        u32::from(self.source.scan.components.iter().any(|component| (component.down as u32 * 8) < finest))
    }

    /// Decodes the next band.
    fn advance(&mut self) -> Result<(), PyramidError> {
        let (scan, context) = (&self.source.scan, self.context());
        let (unit, height) = (scan.unit().1, scan.height);
        let rows = height.div_ceil(unit);
        let wanted = ((BAND / (scan.width as usize * self.color.samples())) as u32).max(FEWEST);
        let (start, after) = (self.next, self.next.saturating_add(wanted.div_ceil(unit)).min(rows));
        let (first, last) = (start.saturating_sub(context), (after + context).min(rows));
        let size = (scan.width, (last * unit).min(height) - first * unit);
        self.band = Raster::zeroed(0, 0, self.color.channels());
        let stream = self.stream(first..last, size, after.saturating_sub(context))?;
        self.band = pixels(&stream, Frame { width: size.0, height: size.1, color: self.color }, WHOLE)?;
        self.left = (start - first) * unit..(after * unit).min(height) - first * unit;
        self.next = after;
        Ok(())
    }

    /// A stream of these rows of units alone; the next one begins at row `resume`.
    fn stream(&mut self, rows: Range<u32>, size: (u32, u32), resume: u32) -> Result<Vec<u8>, PyramidError> {
        let source = self.source.clone();
        let mut stream = Vec::new();
        Marks::new(self.color, None).ok_or_else(broken)?.write(&mut stream);
        source.scan.write(size, false, source.dc.as_ref(), &mut stream);
        let mut transfer = Transfer::new(source.clone());
        let mut place = self.place.clone();
        let most = source.units_across(source.scan.width) * source.blocks.len() * BLOCK;
        while place.row < rows.end {
            if place.row == resume {
                self.place = place.clone();
            }
            let kept = if place.row > resume { self.place.tile.at() } else { place.tile.at() };
            let dropped = self.clean.fill(kept, place.tile.at(), most)?;
            place.tile.shift(dropped, self.clean.end());
            if place.row >= resume {
                self.place.tile.shift(dropped, self.clean.end());
            }
            self.row(&mut transfer, &mut place).ok_or_else(broken)?;
            transfer.drain_into(&mut stream);
        }
        if resume == place.row {
            self.place = place;
        }
        transfer.finish_into(&mut stream);
        stream.extend_from_slice(&[0xFF, EOI]);
        Ok(stream)
    }

    /// A row of units, in as many pieces as it has new beginnings.
    fn row(&self, transfer: &mut Transfer, place: &mut Position) -> Option<()> {
        let across = self.source.units_across(self.source.scan.width);
        let (mut unit, end) = (place.row as usize * across, (place.row as usize + 1) * across);
        while unit < end {
            let since = unit.checked_rem(self.restart).unwrap_or(1);
            if since == 0 && unit > 0 {
                place.tile.restart();
            }
            let piece = if self.restart == 0 { end - unit } else { (self.restart - since).min(end - unit) };
            place.tile.expect(piece);
            transfer.units(self.clean.bytes(), &mut place.tile)?;
            unit += piece;
        }
        place.row += 1;
        Some(())
    }
}

/// The head with nothing but what is needed to decode.
fn without_remarks(head: &[u8]) -> Option<Vec<u8>> {
    let (segments, scan) = super::segments::segments(head).ok()?;
    let mut kept = vec![0xFF, SOI];
    segments.iter().for_each(|segment| segment.keep(&mut kept));
    kept.extend_from_slice(head.get(scan..)?);
    Some(kept)
}

fn broken() -> PyramidError {
    damaged("a JPEG with codes that its tables do not have, or too few of them")
}

impl<R: Read + Send> RowSource for JpegBands<R> {
    fn width(&self) -> u32 {
        self.source.scan.width
    }

    fn height(&self) -> u32 {
        self.source.scan.height
    }

    fn channels(&self) -> Channels {
        self.color.channels()
    }

    fn read_rows(&mut self, mut rows: &mut [u8]) -> Result<(), RowError> {
        let stride = self.width() as usize * self.channels().count();
        while !rows.is_empty() {
            if self.left.is_empty() {
                if self.next * self.source.scan.unit().1 >= self.height() {
                    return Err(RowError::Damaged("more rows were asked for than there are".into()));
                }
                self.advance()?;
            }
            let count = (rows.len() / stride).min(self.left.len());
            let (now, later) = rows.split_at_mut(count * stride);
            now.copy_from_slice(&self.band.pixels()[self.left.start as usize * stride..][..count * stride]);
            self.left.start += count as u32;
            rows = later;
        }
        Ok(())
    }

    fn icc(&self) -> Option<Vec<u8>> {
        self.icc.clone()
    }
}
