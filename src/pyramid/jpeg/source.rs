//! What all tiles of a level have in common, worked out from the first one that is needed.

use super::blocks::BlockCodes;
use super::huffman::{Codes, DcCodes};
use super::memo::Memo;
use super::scan::{Scan, Tables};
use super::segments::{DHT, Segments};
use std::sync::Arc;

/// Symbols of a Huffman table for AC that has all of them: it was not made for one tile alone.
const ALL_AC: usize = 162;
/// Most bytes of headers and tables that are kept for other tiles.
const MAX_KEPT: usize = 4096;

pub(super) struct Source {
    /// The stream of tables that the tiles share, and what the first tile has before its entropy-coded data.
    stream: Vec<u8>,
    opening: Vec<u8>,
    tables: Tables,
    pub scan: Scan,
    /// The blocks of a unit, in order.
    pub blocks: Vec<BlockKind>,
    /// The tables that DC differences are coded with anew, if not those they were coded with.
    pub dc: Option<Codes>,
}

pub(super) struct BlockKind {
    pub component: usize,
    pub codes: Arc<BlockCodes>,
    pub dc_codes: DcCodes,
}

impl Source {
    /// From the first tile and the stream of shared tables. `None` for tiles of which blocks cannot be taken, and for those with
    /// Huffman tables of their own unless `own_codes` are welcome: it takes longer to make them ready than to use them once.
    pub(super) fn of(first: &[u8], stream: Option<&[u8]>, own_codes: bool) -> Option<Arc<Self>> {
        static MADE: Memo<Source> = Memo::new();
        let stream = stream.unwrap_or_default();
        if let Some(source) = MADE.find(|source| source.stream == stream && first.starts_with(&source.opening)) {
            return Some(source);
        }
        let mut tables = Tables::default();
        if !stream.is_empty() {
            tables.read(stream)?;
        }
        let (scan, data) = Scan::of(first, &tables)?;
        let opening = &first[..first.len() - data.len()];
        let common = is_common(&scan, opening);
        let source = if common || own_codes { Self::new(scan, tables, stream, opening, common)? } else { return None };
        let keep = common && stream.len() + opening.len() <= MAX_KEPT;
        Some(if keep { MADE.keep(source) } else { Arc::new(source) })
    }

    /// From the head of a stream that stands alone, up to its entropy-coded data, and after how many units that begins anew (0: never).
    pub(super) fn alone(head: &[u8]) -> Option<(Arc<Self>, usize)> {
        let (scan, restart, _) = Scan::with_restarts(head, &Tables::default())?;
        Some((Arc::new(Self::new(scan, Tables::default(), &[], &[], false)?), restart))
    }

    fn new(scan: Scan, tables: Tables, stream: &[u8], opening: &[u8], common: bool) -> Option<Self> {
        let complete = scan.components.iter().all(|component| DcCodes::new(&component.dc).is_some());
        let dc = if complete { None } else { Some(Codes::standard_dc()?) };
        let mut blocks: Vec<BlockKind> = Vec::new();
        for (component, described) in scan.components.iter().enumerate() {
            let codes = match blocks.iter().find(|before| before.codes.are(&described.dc, &described.ac)) {
                Some(same) => same.codes.clone(),
                None if common => BlockCodes::of(&described.dc, &described.ac),
                None => Arc::new(BlockCodes::new(described.dc.clone(), described.ac.clone())),
            };
            let dc_codes = DcCodes::new(dc.as_ref().unwrap_or(&described.dc))?;
            for _ in 0..described.across * described.down {
                blocks.push(BlockKind { component, codes: codes.clone(), dc_codes: dc_codes.clone() });
            }
        }
        Some(Self { stream: stream.to_vec(), opening: opening.to_vec(), tables, scan, blocks, dc })
    }

    /// The entropy-coded data of another tile and what follows it. `None` for a tile of another kind.
    pub(super) fn data<'a>(&self, tile: &'a [u8]) -> Option<&'a [u8]> {
        tile.strip_prefix(self.opening.as_slice()).or_else(|| {
            let (scan, data) = Scan::of(tile, &self.tables)?;
            (scan == self.scan).then_some(data)
        })
    }

    /// How many units a row of `pixels` has.
    pub(super) fn units_across(&self, pixels: u32) -> usize {
        pixels.div_ceil(self.scan.unit().0) as usize
    }
}

/// Whether other tiles are likely to have the same Huffman tables: shared ones, or such as are not made for one tile.
fn is_common(scan: &Scan, opening: &[u8]) -> bool {
    let full = scan.components.iter().all(|component| component.ac.len() >= ALL_AC);
    let own = || Segments::of(opening).is_ok_and(|mut all| all.any(|one| one.is_ok_and(|one| one.marker == DHT)));
    full || !own()
}
