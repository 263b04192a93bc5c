//! One JPEG out of the tiles of a rectangle, row of tiles by row of tiles.

use super::super::{PyramidError, damaged};
use super::bits::unstuff;
use super::marks::Marks;
use super::scan::{Component, Scan, Tables};
use super::segments::EOI;
use super::transfer::{Tile, Transfer};
use std::ops::Range;

/// Symbols of a Huffman table for AC that has all of them: it was not made for one tile alone.
const ALL_AC: usize = 162;

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
    /// Tables that the tiles share, what the first tile has before its data, and what both say.
    shared: Tables,
    opening: Vec<u8>,
    source: Scan,
    target: Scan,
    /// The component that is wanted alone.
    gray: Option<Component>,
    transfer: Transfer,
    /// Entropy-coded data of a row of tiles.
    clean: Vec<u8>,
    /// Rows of tiles done.
    rows: u32,
}

impl Mosaic {
    /// `None` when the tiles cannot be put together, as far as the first one tells.
    pub(in crate::pyramid) fn new(place: Place, first: &[u8], tables: Option<&[u8]>, gray: bool) -> Option<Self> {
        let mut shared = Tables::default();
        tables.map_or(Some(()), |tables| shared.read(tables))?;
        let (source, data) = Scan::of(first, &shared)?;
        let opening = first[..first.len() - data.len()].to_vec();
        let sizes = (source.width, source.height) == (place.tile_width, place.tile_height);
        let shareable = source.components.iter().all(|component| component.ac.len() >= ALL_AC) || !has_codes(&opening);
        if !sizes || !place.fits(source.unit()) || !(shareable || place.columns() * place.rows() == 1) {
            return None;
        }
        let gray = gray && source.components.len() > 1;
        let mut target = if gray { source.first_component()? } else { source.clone() };
        (target.width, target.height) = (place.width, place.height);
        let transfer = Transfer::new(&source, &mut target)?;
        let gray = if gray { source.components.first().cloned() } else { None };
        Some(Self { place, shared, opening, source, target, gray, transfer, clean: Vec::new(), rows: 0 })
    }

    pub(in crate::pyramid) fn components(&self) -> usize {
        self.source.components.len()
    }

    /// The stream up to where the entropy-coded data begins.
    pub(in crate::pyramid) fn head(&self, marks: &Marks) -> Vec<u8> {
        let mut stream = Vec::with_capacity(marks.len() + 1024);
        marks.write(&mut stream);
        self.target.write(&mut stream);
        stream
    }

    /// What the next row of tiles adds to the stream.
    pub(in crate::pyramid) fn row(&mut self, tiles: &[impl AsRef<[u8]>], stream: &mut Vec<u8>) -> Result<(), PyramidError> {
        if tiles.len() != self.place.columns() as usize || self.rows == self.place.rows() {
            return Err(damaged("another number of tiles than the rectangle has"));
        }
        self.clean.clear();
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
        let data = match tile.strip_prefix(self.opening.as_slice()) {
            Some(data) => data,
            None => {
                let (scan, data) = Scan::of(tile, &self.shared)?;
                (scan == self.source).then_some(data)?
            }
        };
        let bits = unstuff(data, &mut self.clean)?;
        let (across, _) = self.source.unit();
        let Place { x, width, tile_width, .. } = self.place;
        Some(Tile::new(bits, wanted(x, width, tile_width, across, column), tile_width.div_ceil(across) as usize))
    }

    /// All rows of units of a row of tiles.
    fn lines(&mut self, tiles: &mut [Tile]) -> Option<()> {
        let (_, down) = self.source.unit();
        let Place { y, width, height, tile_height, .. } = self.place;
        let rows = wanted(y, height, tile_height, down, self.rows);
        for _ in 0..rows.start {
            tiles.iter_mut().try_for_each(|tile| self.transfer.skip(&self.clean, tile))?;
        }
        // Lines of blocks that come before this row of tiles.
        let before = ((self.rows * tile_height).saturating_sub(y) / 8) as usize;
        for (done, _) in rows.enumerate() {
            match &self.gray {
                None => tiles.iter_mut().try_for_each(|tile| self.transfer.units(&self.clean, tile))?,
                Some(luma) => {
                    let lines = (height.div_ceil(8) as usize).saturating_sub(before + done * luma.down);
                    self.transfer.gray(&self.clean, tiles, luma, width.div_ceil(8) as usize, lines)?;
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

/// Whether a tile brings Huffman tables of its own.
fn has_codes(opening: &[u8]) -> bool {
    let segments = super::segments::Segments::of(opening);
    segments.is_ok_and(|mut segments| segments.any(|segment| segment.is_ok_and(|segment| segment.marker == super::segments::DHT)))
}
