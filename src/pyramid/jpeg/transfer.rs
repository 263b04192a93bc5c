//! Takes blocks out of tiles and puts them behind one another into one scan, undecoded.
//!
//! The first coefficient of a block, DC, is stored as the difference to the block before it, so it is coded anew wherever another
//! block has come before; the bits of all others are copied. Within a row of a tile the order stays, so there it is enough to code
//! the first unit anew and to copy the others in one go.

use super::bits::BitWriter;
use super::blocks::Block;
use super::huffman::DcCodes;
use super::source::{BlockKind, Source};
use std::ops::Range;
use std::sync::Arc;

/// Where the work on a tile is: which bits it has left, and the DC of the last block of each component.
#[derive(Clone)]
pub(super) struct Tile {
    at: usize,
    end: usize,
    dc: [i32; 3],
    /// Which of the units of a row are wanted, and how many a row has.
    wanted: Range<usize>,
    across: usize,
}

/// The scan that blocks are put into.
pub(super) struct Transfer {
    source: Arc<Source>,
    scan: BitWriter,
    dc: [i32; 3],
    /// The first component's blocks of a row of units, when only they are wanted.
    held: Vec<Block>,
}

impl Tile {
    pub(super) fn new(bits: Range<usize>, wanted: Range<usize>, across: usize) -> Self {
        Self { at: bits.start, end: bits.end, dc: [0; 3], wanted, across }
    }

    /// Begins anew at the next whole byte, as streams do after a restart marker.
    pub(super) fn restart(&mut self) {
        (self.at, self.dc) = (self.at.next_multiple_of(8), [0; 3]);
    }

    /// The first bit that is left.
    pub(super) fn at(&self) -> usize {
        self.at
    }

    /// The same place in data of which `dropped` bits went at the beginning, and which ends at `end` now.
    pub(super) fn shift(&mut self, dropped: usize, end: usize) {
        (self.at, self.end) = (self.at - dropped, end);
    }

    /// Says how many units come next; all of them are wanted.
    pub(super) fn expect(&mut self, units: usize) {
        (self.wanted, self.across) = (0..units, units);
    }

    /// The next block, with its DC itself.
    #[inline(always)]
    fn block(&mut self, clean: &[u8], kind: &BlockKind) -> Option<Block> {
        let block = kind.codes.block(clean, self.at)?;
        let dc = &mut self.dc[kind.component];
        *dc = dc.wrapping_add(block.dc);
        self.at = block.end;
        Some(Block { dc: *dc, ..block })
    }

    /// Passes over `count` units.
    fn pass(&mut self, clean: &[u8], blocks: &[BlockKind], count: usize) -> Option<()> {
        let (mut at, mut dc) = (self.at, self.dc);
        for _ in 0..count {
            for kind in blocks {
                let block = kind.codes.block(clean, at)?;
                at = block.end;
                dc[kind.component] = dc[kind.component].wrapping_add(block.dc);
            }
        }
        (self.at, self.dc) = (at, dc);
        (self.at <= self.end).then_some(())
    }
}

impl Transfer {
    pub(super) fn new(source: Arc<Source>) -> Self {
        Self { source, scan: BitWriter::default(), dc: [0; 3], held: Vec::new() }
    }

    pub(super) fn reserve(&mut self, bytes: usize) {
        self.scan.reserve(bytes);
    }

    /// Moves complete bytes into a stream.
    pub(super) fn drain_into(&mut self, stream: &mut Vec<u8>) {
        self.scan.drain_into(stream);
    }

    pub(super) fn finish_into(self, stream: &mut Vec<u8>) {
        self.scan.finish_into(stream);
    }

    /// The wanted units of a tile's next row.
    pub(super) fn units(&mut self, clean: &[u8], tile: &mut Tile) -> Option<()> {
        tile.pass(clean, &self.source.blocks, tile.wanted.start)?;
        let coded_anew = if self.source.dc.is_none() { tile.wanted.len().min(1) } else { tile.wanted.len() };
        for _ in 0..coded_anew {
            for kind in &self.source.blocks {
                let block = tile.block(clean, kind)?;
                put(&mut self.scan, &mut self.dc[kind.component], &kind.dc_codes, clean, &block)?;
            }
        }
        let start = tile.at;
        tile.pass(clean, &self.source.blocks, tile.wanted.len() - coded_anew)?;
        self.scan.copy(clean, start, tile.at)?;
        self.dc = tile.dc;
        tile.pass(clean, &self.source.blocks, tile.across - tile.wanted.end)
    }

    /// Passes over the next row of units.
    pub(super) fn skip(&self, clean: &[u8], tile: &mut Tile) -> Option<()> {
        tile.pass(clean, &self.source.blocks, tile.across)
    }

    /// The first component's blocks of the wanted units of the tiles' next row, as rows of blocks: at most `lines` rows of `width`.
    pub(super) fn gray(&mut self, clean: &[u8], tiles: &mut [Tile], width: usize, lines: usize) -> Option<()> {
        let luma = self.source.scan.components.first()?;
        let (across, area) = (luma.across, luma.across * luma.down);
        self.held.clear();
        for tile in tiles {
            tile.pass(clean, &self.source.blocks, tile.wanted.start)?;
            for _ in tile.wanted.clone() {
                let (first, others) = self.source.blocks.split_at_checked(area)?;
                for kind in first {
                    self.held.push(tile.block(clean, kind)?);
                }
                tile.pass(clean, others, 1)?;
            }
            tile.pass(clean, &self.source.blocks, tile.across - tile.wanted.end)?;
        }
        let dc_codes = &self.source.blocks.first()?.dc_codes;
        for line in 0..luma.down.min(lines) {
            let row = self.held.chunks_exact(area).flat_map(|unit| unit[line * across..].iter().take(across));
            for block in row.take(width) {
                put(&mut self.scan, &mut self.dc[0], dc_codes, clean, block)?;
            }
        }
        Some(())
    }
}

/// Puts a block behind one whose DC is `before`.
#[inline(always)]
fn put(scan: &mut BitWriter, before: &mut i32, dc_codes: &DcCodes, clean: &[u8], block: &Block) -> Option<()> {
    let (bits, count) = dc_codes.of(block.dc.wrapping_sub(*before))?;
    *before = block.dc;
    scan.put(bits, count);
    scan.copy(clean, block.ac, block.end)
}
