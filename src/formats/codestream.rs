//! What a JPEG 2000 file says about itself, in its boxes (ISO/IEC 15444-1, annex I) and its codestream (annex A), before anything is
//! decoded.

/// The facts of a file, as far as they could be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Facts {
    /// Size of the picture on its reference grid.
    pub width: u64,
    pub height: u64,
    pub components: u16,
    /// Bits per sample, of the component that has most.
    pub bits: u8,
    /// Size of the tiles.
    pub tile: (u64, u64),
    pub tiles: u64,
    /// How often the picture can be halved while it is decoded.
    pub halvings: u8,
    pub layers: u16,
    /// Wavelets of whole numbers, which lose nothing by themselves.
    pub reversible: bool,
    /// Packed by part 15 of the standard (HTJ2K).
    pub high_throughput: bool,
    /// The smallest area that blocks and precincts are cut into, in samples; 0 when nothing is said.
    pub block: u64,
    /// Whether every part of a tile ends within the file.
    pub complete: bool,
    pub icc: Option<Vec<u8>>,
    /// Number of the colours, of those that have one (table I.10).
    pub enumerated: Option<u32>,
    /// Pixels per inch, across and down.
    pub dpi: Option<(f64, f64)>,
}

/// Reads boxes, or a bare codestream. `None` when there is no size to be found.
pub(super) fn facts(file: &[u8]) -> Option<Facts> {
    let mut facts = Facts::default();
    if file.starts_with(&[0xff, 0x4f]) {
        facts.codestream(file);
    } else {
        for (kind, body) in Boxes(file) {
            match kind {
                b"jp2h" => Boxes(body).for_each(|(kind, body)| facts.header_box(kind, body)),
                b"jp2c" => facts.codestream(body),
                _ => {}
            }
        }
    }
    (facts.width > 0 && facts.height > 0 && facts.components > 0).then_some(facts)
}

impl Facts {
    fn header_box(&mut self, kind: &[u8; 4], body: &[u8]) {
        match (kind, body) {
            (b"colr", [1, _, _, number @ ..]) if !self.has_color() => self.enumerated = long(number, 0),
            (b"colr", [2, _, _, icc @ ..]) if !self.has_color() => self.icc = Some(icc.to_vec()),
            (b"res ", _) => Boxes(body).for_each(|(_, body)| self.dpi = self.dpi.or(density(body))),
            _ => {}
        }
    }

    fn has_color(&self) -> bool {
        self.enumerated.is_some() || self.icc.is_some()
    }

    fn codestream(&mut self, stream: &[u8]) {
        let mut at = 2;
        let mut part_end = None;
        self.complete = true;
        while let Some(marker) = short(stream, at) {
            match marker {
                END => return,
                START_OF_DATA => match part_end {
                    Some(end) if end <= stream.len() && end > at => at = end,
                    // The last part reaches to the end of the codestream.
                    None => return self.complete = stream.ends_with(&[0xff, 0xd9]),
                    Some(_) => break,
                },
                // These have no length.
                0xff30..=0xff3f => at += 2,
                _ => {
                    let length = short(stream, at + 2).map(usize::from).filter(|length| *length >= 2);
                    let Some(body) = length.and_then(|length| stream.get(at + 4..at + 2 + length)) else { break };
                    if marker == START_OF_PART {
                        part_end = long(body, 2).filter(|length| *length > 0).map(|length| at.saturating_add(length as usize));
                    }
                    self.segment(marker, body);
                    at += body.len() + 4;
                }
            }
        }
        self.complete = false;
    }

    fn segment(&mut self, marker: u16, body: &[u8]) {
        match marker {
            SIZE if self.components == 0 => self.size(body).unwrap_or_default(),
            CAPABILITIES => self.high_throughput |= long(body, 0).is_some_and(|parts| parts & (1 << (32 - 15)) != 0),
            CODING => self.coding(body).unwrap_or_default(),
            CODING_OF_COMPONENT => {
                let number = if self.components < 257 { 1 } else { 2 };
                self.blocks(body.get(number).copied(), body.get(number + 1..).unwrap_or_default()).unwrap_or_default();
            }
            _ => {}
        }
    }

    fn size(&mut self, body: &[u8]) -> Option<()> {
        let number = |at| long(body, at).map(u64::from);
        let (left, top) = (number(10)?, number(14)?);
        (self.width, self.height) = (number(2)?.saturating_sub(left), number(6)?.saturating_sub(top));
        self.tile = (number(18)?, number(22)?);
        let count = |whole: u64, start: u64, tile: u64| whole.saturating_sub(start).div_ceil(tile.max(1));
        self.tiles = count(number(2)?, number(26)?, self.tile.0).saturating_mul(count(number(6)?, number(30)?, self.tile.1));
        self.components = short(body, 34)?;
        self.bits = body.get(36..)?.as_chunks::<3>().0.iter().map(|component| (component[0] & 0x7f) + 1).max()?;
        Some(())
    }

    fn coding(&mut self, body: &[u8]) -> Option<()> {
        if self.layers == 0 {
            self.layers = short(body, 2)?;
            self.halvings = *body.get(5)?;
            self.reversible = *body.get(9)? == 1;
        }
        self.blocks(body.first().copied(), body.get(5..)?)
    }

    /// How small blocks and precincts are (table A.20).
    fn blocks(&mut self, style: Option<u8>, parameters: &[u8]) -> Option<()> {
        let [_, width, height, ..] = parameters else { return None };
        let block = 1u64 << ((width & 15) + 2 + (height & 15) + 2);
        let precincts = if style? & 1 != 0 { parameters.get(5..)? } else { &[] };
        // A precinct is shared out to sub-bands of half its sides.
        let precinct = precincts.iter().map(|sides| 1u64 << (sides & 15).saturating_sub(1) << (sides >> 4).saturating_sub(1)).min();
        let area = block.min(precinct.unwrap_or(block));
        self.block = if self.block == 0 { area } else { self.block.min(area) };
        Some(())
    }
}

const SIZE: u16 = 0xff51;
const CAPABILITIES: u16 = 0xff50;
const CODING: u16 = 0xff52;
const CODING_OF_COMPONENT: u16 = 0xff53;
const START_OF_PART: u16 = 0xff90;
const START_OF_DATA: u16 = 0xff93;
const END: u16 = 0xffd9;

fn short(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|bytes| u16::from_be_bytes(*bytes))
}

fn long(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|bytes| u32::from_be_bytes(*bytes))
}

/// A resolution box: samples per metre as fractions with powers of ten, down and then across (I.5.3.7).
fn density(body: &[u8]) -> Option<(f64, f64)> {
    let per_metre = |at: usize, power: usize| {
        let (over, under) = (short(body, at)?, short(body, at + 2)?);
        let value = f64::from(over) / f64::from(under) * 10f64.powi(i32::from(*body.get(power)? as i8));
        (value.is_finite() && value > 0.0).then_some(value)
    };
    let (down, across) = (per_metre(0, 8)?, per_metre(4, 9)?);
    Some((across * 0.0254, down * 0.0254))
}

/// Boxes with their contents; ends where one does not fit.
struct Boxes<'a>(&'a [u8]);

impl<'a> Iterator for Boxes<'a> {
    type Item = (&'a [u8; 4], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        let length = long(self.0, 0)?;
        let kind = self.0.get(4..)?.first_chunk()?;
        let (head, length) = match length {
            0 => (8, self.0.len()),
            1 => (16, usize::try_from(u64::from_be_bytes(*self.0.get(8..)?.first_chunk()?)).ok()?),
            length => (8, length as usize),
        };
        // The last box may be cut off: what is there of it can still be told.
        let body = self.0.get(head..length.min(self.0.len()))?;
        self.0 = self.0.get(length..).unwrap_or_default();
        Some((kind, body))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    macro_rules! fixture {
        ($name:literal) => {
            include_bytes!(concat!("../../tests/fixtures/masters/", $name)).as_slice()
        };
    }

    #[test]
    fn facts_of_files_by_others() {
        let lossless = Facts {
            width: 97,
            height: 61,
            components: 3,
            bits: 8,
            tile: (97, 61),
            tiles: 1,
            halvings: 5,
            layers: 1,
            reversible: true,
            high_throughput: false,
            block: 4096,
            complete: true,
            icc: None,
            enumerated: Some(16),
            dpi: None,
        };
        assert_eq!(facts(fixture!("lossless.jp2")), Some(lossless.clone()));
        let tiled = Facts { tile: (40, 32), tiles: 6, halvings: 2, reversible: false, ..lossless.clone() };
        assert_eq!(facts(fixture!("tiled.jp2")), Some(tiled));
        assert_eq!(facts(fixture!("raw.j2k")), Some(Facts { halvings: 3, enumerated: None, ..lossless.clone() }));
        assert_eq!(facts(fixture!("rgba.jp2")), Some(Facts { components: 4, ..lossless.clone() }));
        let gray16 = Facts { components: 1, bits: 16, enumerated: Some(17), ..lossless.clone() };
        assert_eq!(facts(fixture!("gray16.jp2")), Some(gray16));
        let icc = include_bytes!("../../tests/fixtures/profiles/prophoto.icc").to_vec();
        assert_eq!(facts(fixture!("icc.jp2")), Some(Facts { icc: Some(icc), enumerated: None, ..lossless }));
        assert!(facts(fixture!("ht.j2k")).is_some_and(|facts| facts.high_throughput && facts.complete));
        assert_eq!(facts(fixture!("cmyk.jp2")).and_then(|facts| facts.enumerated), Some(12));
    }

    #[test]
    fn what_breaks_off_is_not_complete() {
        for file in [fixture!("lossless.jp2"), fixture!("tiled.jp2"), fixture!("raw.j2k")] {
            for end in 0..file.len() {
                let facts = facts(&file[..end]);
                assert!(facts.is_none_or(|facts| !facts.complete || end + 2 >= file.len()), "{end} of {}", file.len());
            }
        }
    }

    #[test]
    fn resolutions() {
        // 11811 samples per metre as 11811/1, and as 1181.1 * 10.
        let body = [0x2e, 0x23, 0, 1, 0x2e, 0x23, 0, 10, 0, 1];
        let (x, y) = density(&body).unwrap();
        assert!((x - 300.0).abs() < 0.01 && (y - 300.0).abs() < 0.01, "{x} {y}");
        assert_eq!(density(&[0, 1, 0, 0, 0, 1, 0, 0, 0, 0]), None);
    }

    #[test]
    fn small_precincts_are_noticed() {
        let mut facts = Facts { components: 3, ..Facts::default() };
        facts.segment(CODING, &[1, 0, 0, 1, 1, 1, 4, 4, 0, 0, 0x77, 0x11]);
        assert_eq!(facts.block, 1);
        facts = Facts { components: 3, ..Facts::default() };
        facts.segment(CODING, &[0, 0, 0, 1, 1, 1, 4, 4, 0, 0]);
        facts.segment(CODING_OF_COMPONENT, &[2, 0, 1, 0, 1, 0, 0]);
        assert_eq!(facts.block, 32);
    }
}
