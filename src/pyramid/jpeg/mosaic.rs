//! One JPEG out of the tiles of a rectangle, row of tiles by row of tiles.

use super::super::{PyramidError, damaged};
use super::bits::unstuff;
use super::marks::Marks;
use super::segments::EOI;
use super::source::Source;
use super::transfer::{Tile, Transfer};
use std::ops::Range;
use std::sync::Arc;

/// Bytes that headers and tables mostly have.
const HEADERS: usize = 640;

/// A rectangle and the tiles it lies in, in pixels from the corner of the first of them.
#[derive(Clone, Copy, Debug)]
pub(in crate::pyramid) struct Place {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
    pub tile_width: u32,
    pub tile_height: u32,
}

/// Puts the tiles of a rectangle together to a JPEG without decoding them.
pub(in crate::pyramid) struct Mosaic {
    place: Place,
    source: Arc<Source>,
    /// Whether the first of several components is wanted alone.
    gray: bool,
    transfer: Transfer,
    /// Entropy-coded data of a row of tiles.
    clean: Vec<u8>,
    /// Rows of tiles done.
    rows: u32,
}

impl Mosaic {
    /// `None` when the tiles cannot be put together, as far as the first one tells.
    pub(in crate::pyramid) fn new(place: Place, first: &[u8], tables: Option<&[u8]>, gray: bool) -> Option<Self> {
        let source = Source::of(first, tables, place.columns() == 1 && place.rows() == 1)?;
        let gray = gray && source.scan.components.len() > 1;
        let sizes = (source.scan.width, source.scan.height) == (place.tile_width, place.tile_height);
        let possible = sizes && place.fits(source.scan.unit()) && (!gray || source.scan.is_first_finest());
        possible.then(|| Self { place, transfer: Transfer::new(source.clone()), source, gray, clean: Vec::new(), rows: 0 })
    }

    /// The whole stream, of a rectangle in one tile.
    pub(in crate::pyramid) fn alone(mut self, marks: &Marks, tile: &[u8]) -> Option<Vec<u8>> {
        let mut stream = self.head(marks, tile.len());
        self.row(&[tile], &mut stream).ok()?;
        self.end(&mut stream).ok()?;
        Some(stream)
    }

    pub(in crate::pyramid) fn components(&self) -> usize {
        self.source.scan.components.len()
    }

    /// The stream up to where the entropy-coded data begins, with room for `more` bytes.
    pub(in crate::pyramid) fn head(&self, marks: &Marks, more: usize) -> Vec<u8> {
        let mut stream = Vec::with_capacity(marks.len() + HEADERS + more);
        marks.write(&mut stream);
        let size = (self.place.width, self.place.height);
        self.source.scan.write(size, self.gray, self.source.dc.as_ref(), &mut stream);
        stream
    }

    /// What the next row of tiles adds to the stream.
    pub(in crate::pyramid) fn row(&mut self, tiles: &[impl AsRef<[u8]>], stream: &mut Vec<u8>) -> Result<(), PyramidError> {
        if tiles.len() != self.place.columns() as usize || self.rows == self.place.rows() {
            return Err(damaged("another number of tiles than the rectangle has"));
        }
        self.clean.clear();
        self.clean.reserve(tiles.iter().map(|tile| tile.as_ref().len()).sum());
        let begun = (0..).zip(tiles).map(|(column, tile)| self.begin(column, tile.as_ref()));
        let mut tiles = begun.collect::<Option<Vec<_>>>().ok_or_else(|| damaged("JPEG tiles of different kinds, or one without an end"))?;
        self.transfer.reserve(self.clean.len() + self.clean.len() / 8);
        self.lines(&mut tiles).ok_or_else(|| damaged("a JPEG tile with codes that its tables do not have, or too few of them"))?;
        self.rows += 1;
        self.transfer.drain_into(stream);
        Ok(())
    }

    /// What ends the stream.
    pub(in crate::pyramid) fn end(self, stream: &mut Vec<u8>) -> Result<(), PyramidError> {
        if self.rows != self.place.rows() {
            return Err(damaged("fewer rows of tiles than the rectangle has"));
        }
        self.transfer.finish_into(stream);
        stream.extend_from_slice(&[0xFF, EOI]);
        Ok(())
    }

    fn begin(&mut self, column: u32, tile: &[u8]) -> Option<Tile> {
        let bits = unstuff(self.source.data(tile)?, &mut self.clean)?;
        let Place { x, width, tile_width, .. } = self.place;
        let (across, _) = self.source.scan.unit();
        Some(Tile::new(bits, wanted(x, width, tile_width, across, column), self.source.units_across(tile_width)))
    }

    /// All rows of units of a row of tiles.
    fn lines(&mut self, tiles: &mut [Tile]) -> Option<()> {
        let (_, down) = self.source.scan.unit();
        let Place { y, width, height, tile_height, .. } = self.place;
        let rows = wanted(y, height, tile_height, down, self.rows);
        for _ in 0..rows.start {
            tiles.iter_mut().try_for_each(|tile| self.transfer.skip(&self.clean, tile))?;
        }
        // Lines of blocks that come before this row of tiles.
        let before = ((self.rows * tile_height).saturating_sub(y) / 8) as usize;
        for (done, _) in rows.enumerate() {
            match self.gray {
                false => tiles.iter_mut().try_for_each(|tile| self.transfer.units(&self.clean, tile))?,
                true => {
                    let lines = (height.div_ceil(8) as usize).saturating_sub(before + done * (down / 8) as usize);
                    self.transfer.gray(&self.clean, tiles, width.div_ceil(8) as usize, lines)?;
                }
            }
        }
        Some(())
    }
}

impl Place {
    pub(in crate::pyramid) fn columns(&self) -> u32 {
        (self.x + self.width).div_ceil(self.tile_width)
    }

    pub(in crate::pyramid) fn rows(&self) -> u32 {
        (self.y + self.height).div_ceil(self.tile_height)
    }

    /// Whether it starts in the first tile and on a unit, and no unit lies in two tiles.
    fn fits(&self, (across, down): (u32, u32)) -> bool {
        let fits = |start: u32, length: u32, tile: u32, count: u32, unit: u32| {
            start < tile && start.is_multiple_of(unit) && (1..=0xFFFF).contains(&length) && (count == 1 || tile.is_multiple_of(unit))
        };
        fits(self.x, self.width, self.tile_width, self.columns(), across) && fits(self.y, self.height, self.tile_height, self.rows(), down)
    }
}

/// Which units of tile `number`, along one side, lie in a rectangle that starts at `start` of the first tile.
fn wanted(start: u32, length: u32, tile: u32, unit: u32, number: u32) -> Range<usize> {
    let before = number * tile;
    let end = (start + length - before).min(tile);
    (start.saturating_sub(before) / unit) as usize..end.div_ceil(unit) as usize
}
