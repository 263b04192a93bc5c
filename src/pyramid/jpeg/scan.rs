//! What the headers of a stream say of its only scan.

use super::huffman::Codes;
use super::segments::{DHT, DQT, DRI, SOS, Segment, Segments, segment_at_start};

/// Most blocks of a minimum coded unit.
const MAX_UNIT: usize = 10;

/// Tables by their place, as streams define them one after the other.
#[derive(Clone, Debug, Default)]
pub(super) struct Tables {
    /// Precision of the entries (0 for bytes, 1 for pairs of them) and the entries.
    quantization: [Option<(u8, Vec<u8>)>; 4],
    dc: [Option<Codes>; 4],
    ac: [Option<Codes>; 4],
}

/// A scan that holds all of a baseline or extended sequential image, Huffman-coded with 8 bits per sample.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Scan {
    /// The marker of the frame.
    marker: u8,
    pub width: u32,
    pub height: u32,
    pub components: Vec<Component>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Component {
    id: u8,
    /// Blocks of a minimum coded unit, side by side and one above the other.
    pub across: usize,
    pub down: usize,
    /// Places of its tables.
    quantization_at: u8,
    dc_at: u8,
    ac_at: u8,
    quantization: (u8, Vec<u8>),
    pub dc: Codes,
    pub ac: Codes,
}

impl Tables {
    /// Takes over the tables of a stream. `None` when they break off or a segment is none that a tile has.
    pub(super) fn read(&mut self, stream: &[u8]) -> Option<()> {
        Segments::of(stream).ok()?.try_for_each(|segment| self.take(&segment.ok()?))
    }

    fn take(&mut self, segment: &Segment) -> Option<()> {
        match segment.marker {
            DHT => {
                for (place, codes) in Codes::all_of(segment.body())? {
                    let class = [&mut self.dc, &mut self.ac].into_iter().nth(usize::from(place >> 4))?;
                    *class.get_mut(usize::from(place & 15))? = Some(codes);
                }
            }
            DQT => {
                let mut body = segment.body();
                while let Some((place, rest)) = body.split_first() {
                    let precision = place >> 4;
                    let (entries, rest) = rest.split_at_checked(if precision == 0 { 64 } else { 128 }).filter(|_| precision <= 1)?;
                    *self.quantization.get_mut(usize::from(place & 15))? = Some((precision, entries.to_vec()));
                    body = rest;
                }
            }
            _ => {}
        }
        Some(())
    }
}

impl Scan {
    /// The scan of a stream that may lack tables, and what stands behind its header. `None` for streams of other kinds.
    pub(super) fn of<'a>(stream: &'a [u8], shared: &Tables) -> Option<(Self, &'a [u8])> {
        let (scan, restart, data) = Self::with_restarts(stream, shared)?;
        (restart == 0).then_some((scan, data))
    }

    /// The same of a stream that may begin anew after so many units; 0 for never.
    pub(super) fn with_restarts<'a>(stream: &'a [u8], shared: &Tables) -> Option<(Self, usize, &'a [u8])> {
        let (mut tables, mut frame, mut restart) = (shared.clone(), None, 0);
        let mut segments = Segments::of(stream).ok()?;
        for segment in &mut segments {
            let segment = segment.ok()?;
            match segment.marker {
                0xC0 | 0xC1 if frame.is_none() => frame = Some(segment),
                0xC0..=0xC2 => return None,
                DRI => restart = usize::from(u16::from_be_bytes(*segment.body().as_array()?)),
                _ => tables.take(&segment)?,
            }
        }
        let header = segment_at_start(segments.rest()).filter(|segment| segment.marker == SOS)?;
        let data = &segments.rest()[header.bytes.len()..];
        Some((Self::new(&frame?, header.body(), &tables)?, restart, data))
    }

    fn new(frame: &Segment, header: &[u8], tables: &Tables) -> Option<Self> {
        let (8, width, height, count) = frame.frame()? else { return None };
        let (listed, rest) = header.split_first()?;
        let (chosen, rest) = rest.split_at_checked(2 * count)?;
        let whole = matches!(count, 1 | 3) && usize::from(*listed) == count && rest == [0, 63, 0];
        let described = frame.body().get(6..).filter(|described| whole && described.len() == 3 * count)?;
        let pairs = described.chunks_exact(3).zip(chosen.chunks_exact(2));
        let mut components = pairs.map(|(described, chosen)| Component::new(described, chosen, tables)).collect::<Option<Vec<_>>>()?;
        if let [single] = components.as_mut_slice() {
            // A scan of one component has its blocks row by row, whatever its sampling factors are.
            (single.across, single.down) = (1, 1);
        }
        let blocks: usize = components.iter().map(|component| component.across * component.down).sum();
        (blocks <= MAX_UNIT && width > 0 && height > 0).then_some(Self { marker: frame.marker, width, height, components })
    }

    /// Width and height of a minimum coded unit in pixels.
    pub(super) fn unit(&self) -> (u32, u32) {
        let most = |factor: fn(&Component) -> usize| self.components.iter().map(factor).max().unwrap_or(1) as u32 * 8;
        (most(|component| component.across), most(|component| component.down))
    }

    /// Whether the first component is as fine as the whole.
    pub(super) fn is_first_finest(&self) -> bool {
        self.components.first().is_some_and(|first| self.unit() == (first.across as u32 * 8, first.down as u32 * 8))
    }

    /// Appends tables and headers of an image of another size, up to where the entropy-coded data begins: one of the first component
    /// alone, with `gray`, and with other tables for DC, if given.
    pub(super) fn write(&self, size: (u32, u32), gray: bool, dc: Option<&Codes>, stream: &mut Vec<u8>) {
        let components = &self.components[..if gray { 1 } else { self.components.len() }];
        let mut places = Vec::new();
        let mut fresh = |class: u8, place: u8| {
            !places.contains(&(class, place)) && {
                places.push((class, place));
                true
            }
        };
        for component in components {
            if fresh(0, component.quantization_at) {
                let (precision, entries) = &component.quantization;
                segment(stream, DQT, &[&[precision << 4 | component.quantization_at], entries]);
            }
            if fresh(1, component.dc_at) {
                dc.unwrap_or(&component.dc).write(component.dc_at, stream);
            }
            if fresh(2, component.ac_at) {
                component.ac.write(0x10 | component.ac_at, stream);
            }
        }
        let count = components.len() as u8;
        let sampling = |one: &Component| if gray { 0x11 } else { (one.across << 4 | one.down) as u8 };
        let described = components.iter().flat_map(|one| [one.id, sampling(one), one.quantization_at]);
        let chosen = components.iter().flat_map(|one| [one.id, one.dc_at << 4 | one.ac_at]);
        let ([_, _, left, width], [_, _, top, height]) = (size.0.to_be_bytes(), size.1.to_be_bytes());
        segment(stream, self.marker, &[&[8, top, height, left, width, count], &described.collect::<Vec<_>>()]);
        segment(stream, SOS, &[&[count], &chosen.collect::<Vec<_>>(), &[0, 63, 0]]);
    }
}

impl Component {
    fn new(described: &[u8], chosen: &[u8], tables: &Tables) -> Option<Self> {
        let ([id, sampling, quantization_at], [chosen_id, places]) = (*described.as_array()?, *chosen.as_array()?);
        let (across, down) = (usize::from(sampling >> 4), usize::from(sampling & 15));
        let (dc_at, ac_at) = (places >> 4, places & 15);
        let sane = id == chosen_id && (1..=4).contains(&across) && (1..=4).contains(&down);
        let quantization = tables.quantization.get(usize::from(quantization_at))?.clone().filter(|_| sane)?;
        let dc = tables.dc.get(usize::from(dc_at))?.clone()?;
        let ac = tables.ac.get(usize::from(ac_at))?.clone()?;
        Some(Self { id, across, down, quantization_at, dc_at, ac_at, quantization, dc, ac })
    }
}

/// Appends a segment; what it holds is known to be short.
fn segment(stream: &mut Vec<u8>, marker: u8, parts: &[&[u8]]) {
    let length = 2 + parts.iter().map(|part| part.len()).sum::<usize>();
    stream.extend_from_slice(&[0xFF, marker]);
    stream.extend_from_slice(&(length as u16).to_be_bytes());
    parts.iter().for_each(|part| stream.extend_from_slice(part));
}
