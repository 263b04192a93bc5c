//! TIFF directories over a file of which only pieces are at hand.

use super::{PyramidError, damaged};
use bytes::Bytes;
use std::{borrow::Cow, collections::BTreeMap, ops::Range};

/// Most bytes of a file that are kept while it is opened.
const MAX_HELD: u64 = 64 << 20;
/// Missing pieces this near to each other are asked for at once.
const NEAR: u64 = 1 << 20;
/// Most fields of a directory.
const MAX_FIELDS: u64 = 4096;

/// Why reading stopped.
#[derive(Debug)]
pub(super) enum Stop {
    /// These bytes are not at hand yet.
    Need(Range<u64>),
    Failed(PyramidError),
}

impl From<PyramidError> for Stop {
    fn from(error: PyramidError) -> Self {
        Stop::Failed(error)
    }
}

/// The pieces of a file that are at hand.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    pub(super) size: u64,
    held: BTreeMap<u64, Bytes>,
    total: u64,
}

impl Pieces {
    pub(super) fn new(size: u64) -> Self {
        Self { size, ..Self::default() }
    }

    pub(super) fn supply(&mut self, offset: u64, bytes: Bytes) {
        self.total = self.total.saturating_add(bytes.len() as u64);
        let longer = self.held.get(&offset).is_none_or(|held| held.len() < bytes.len());
        if self.total <= MAX_HELD && longer && !bytes.is_empty() {
            self.held.insert(offset, bytes);
        }
    }

    /// That they are not too many.
    pub(super) fn check(&self) -> Result<(), PyramidError> {
        match self.total > MAX_HELD {
            true => Err(PyramidError::Unsupported("its directories are spread over more than 64 MiB".into())),
            false => Ok(()),
        }
    }

    /// What is at hand from `at` on.
    fn from(&self, at: u64) -> Option<&[u8]> {
        let covering = self.held.range(..=at).rev().find(|(start, bytes)| at - **start < bytes.len() as u64);
        covering.map(|(start, bytes)| &bytes[(at - start) as usize..])
    }

    /// The part of `range` that is missing, if any.
    fn missing(&self, range: &Range<u64>) -> Option<Range<u64>> {
        let mut at = range.start;
        while at < range.end {
            match self.from(at) {
                Some(bytes) => at += bytes.len() as u64,
                None => return Some(at..range.end),
            }
        }
        None
    }

    fn within(&self, start: u64, length: u64) -> Result<Range<u64>, PyramidError> {
        match start.checked_add(length) {
            Some(end) if end <= self.size => Ok(start..end),
            _ => Err(damaged(format!("it points to byte {start}, past its end at {}", self.size))),
        }
    }

    /// `length` bytes from `start`.
    pub(super) fn get(&self, start: u64, length: u64) -> Result<Cow<'_, [u8]>, Stop> {
        let range = self.within(start, length)?;
        if let Some(missing) = self.missing(&range) {
            return Err(Stop::Need(missing));
        }
        let mut whole: Cow<[u8]> = Cow::Borrowed(&[]);
        let mut at = start;
        while at < range.end {
            let Some(piece) = self.from(at) else { return Err(Stop::Need(at..range.end)) };
            let piece = &piece[..piece.len().min((range.end - at) as usize)];
            at += piece.len() as u64;
            if whole.is_empty() { whole = Cow::Borrowed(piece) } else { whole.to_mut().extend_from_slice(piece) }
        }
        Ok(whole)
    }
}

/// How numbers are written in the file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Layout {
    big_endian: bool,
    /// BigTIFF: places and counts of 64 bits.
    pub(super) big: bool,
}

impl Layout {
    /// The layout, and where the first directory is.
    pub(super) fn read(pieces: &Pieces) -> Result<(Layout, u64), Stop> {
        let not_tiff = || PyramidError::Unsupported("not a TIFF file; a tiled TIFF or BigTIFF is needed".into());
        if pieces.size < 8 {
            return Err(not_tiff().into());
        }
        let head = pieces.get(0, 8)?;
        let big_endian = match &head[..2] {
            b"II" => false,
            b"MM" => true,
            _ => return Err(not_tiff().into()),
        };
        let layout = Layout { big_endian, big: false };
        match layout.number(&head[2..4]) {
            42 => Ok((layout, layout.number(&head[4..8]))),
            43 if layout.number(&head[4..6]) == 8 => Ok((Layout { big_endian, big: true }, layout.number(&pieces.get(8, 8)?))),
            _ => Err(not_tiff().into()),
        }
    }

    fn number(&self, bytes: &[u8]) -> u64 {
        let push = |number: u64, byte: &u8| number << 8 | u64::from(*byte);
        if self.big_endian { bytes.iter().fold(0, push) } else { bytes.iter().rev().fold(0, push) }
    }
}

/// One field: where its values lie.
#[derive(Clone, Copy, Debug)]
struct Field {
    kind: u16,
    count: u64,
    at: u64,
}

impl Field {
    /// Bytes of one value; `None` for kinds that nothing here reads.
    fn width(&self) -> Option<u64> {
        match self.kind {
            1 | 2 | 7 => Some(1),
            3 => Some(2),
            4 | 13 => Some(4),
            5 | 16 | 18 => Some(8),
            _ => None,
        }
    }
}

/// A directory: fields by number, and where the next directory is.
#[derive(Debug)]
pub(super) struct Directory<'a> {
    pieces: &'a Pieces,
    layout: Layout,
    fields: BTreeMap<u16, Field>,
    pub(super) next: Option<u64>,
}

impl<'a> Directory<'a> {
    pub(super) fn read(pieces: &'a Pieces, layout: Layout, at: u64) -> Result<Self, Stop> {
        let (count_len, entry_len, place_len) = if layout.big { (8, 20, 8) } else { (2, 12, 4) };
        let count = layout.number(&pieces.get(at, count_len)?);
        if count == 0 || count > MAX_FIELDS {
            return Err(damaged(format!("a directory of {count} fields at byte {at}")).into());
        }
        let body = pieces.get(at + count_len, count * entry_len + place_len)?;
        let (entries, next) = body.split_at((count * entry_len) as usize);
        let mut fields = BTreeMap::new();
        for (index, entry) in entries.chunks_exact(entry_len as usize).enumerate() {
            let entry_at = at + count_len + index as u64 * entry_len;
            let (tag, field) = read_field(layout, entry, entry_at);
            fields.entry(tag).or_insert(field);
        }
        let next = Some(layout.number(next)).filter(|next| *next != 0);
        Ok(Self { pieces, layout, fields, next })
    }

    pub(super) fn is_big_endian(&self) -> bool {
        self.layout.big_endian
    }

    pub(super) fn has(&self, tag: u16) -> bool {
        self.fields.contains_key(&tag)
    }

    /// How many values a field has; 0 when it is not there.
    pub(super) fn count(&self, tag: u16) -> u64 {
        self.fields.get(&tag).map_or(0, |field| field.count)
    }

    /// Where the values of a field lie, when they are `most` or fewer.
    fn place(&self, tag: u16, most: u64) -> Result<Option<Range<u64>>, PyramidError> {
        let Some(field) = self.fields.get(&tag) else { return Ok(None) };
        let width = field.width().ok_or_else(|| damaged(format!("field {tag} is of type {}", field.kind)))?;
        if field.count > most {
            return Err(damaged(format!("field {tag} has {} values", field.count)));
        }
        self.pieces.within(field.at, field.count * width).map(Some)
    }

    /// Asks for the values of several fields at once, as far as they are near each other; each has `most` values or fewer.
    /// Those that cannot be read are left to whoever reads them.
    pub(super) fn gather(&self, tags: &[u16], most: u64) -> Result<(), Stop> {
        let mut need: Option<Range<u64>> = None;
        for tag in tags {
            let place = self.place(*tag, most).ok().flatten();
            let Some(missing) = place.and_then(|place| self.pieces.missing(&place)) else { continue };
            need = Some(match need {
                None => missing,
                Some(need) if missing.start <= need.end.saturating_add(NEAR) && need.start <= missing.end.saturating_add(NEAR) => {
                    need.start.min(missing.start)..need.end.max(missing.end)
                }
                Some(need) => need,
            });
        }
        need.map_or(Ok(()), |need| Err(Stop::Need(need)))
    }

    /// The bytes of a field's values.
    pub(super) fn raw(&self, tag: u16, most: u64) -> Result<Option<Cow<'a, [u8]>>, Stop> {
        match self.place(tag, most)? {
            Some(place) => self.pieces.get(place.start, place.end - place.start).map(Some),
            None => Ok(None),
        }
    }

    /// A field's values as numbers.
    pub(super) fn numbers(&self, tag: u16, most: u64) -> Result<Option<Vec<u64>>, Stop> {
        let (Some(bytes), Some(field)) = (self.raw(tag, most)?, self.fields.get(&tag)) else { return Ok(None) };
        let width = field.width().unwrap_or(1) as usize;
        Ok(Some(bytes.chunks_exact(width).map(|value| self.layout.number(value)).collect()))
    }

    /// A field's only, or first, value.
    pub(super) fn number(&self, tag: u16) -> Result<Option<u64>, Stop> {
        Ok(self.numbers(tag, 64)?.and_then(|values| values.first().copied()))
    }

    /// A fraction, such as a resolution; zero and nonsense are none.
    pub(super) fn fraction(&self, tag: u16) -> Result<Option<f64>, Stop> {
        let fractions = self.fractions(tag, 1)?.unwrap_or_default();
        Ok(fractions.first().copied().filter(|fraction| *fraction > 0.0 && fraction.is_finite()))
    }

    pub(super) fn fractions(&self, tag: u16, most: u64) -> Result<Option<Vec<f64>>, Stop> {
        let Some(bytes) = self.raw(tag, most)? else { return Ok(None) };
        let half = |bytes: &[u8]| self.layout.number(bytes) as f64;
        Ok(Some(bytes.chunks_exact(8).map(|value| half(&value[..4]) / half(&value[4..])).collect()))
    }
}

/// A field and its number. Values that fit into the entry lie there, others where it points.
fn read_field(layout: Layout, entry: &[u8], entry_at: u64) -> (u16, Field) {
    let room = if layout.big { 8 } else { 4 };
    let number = |from: usize, length: usize| layout.number(&entry[from..from + length]);
    let mut field = Field { kind: number(2, 2) as u16, count: number(4, room), at: entry_at + 4 + room as u64 };
    let inside = field.width().and_then(|width| width.checked_mul(field.count)).is_some_and(|length| length <= room as u64);
    if !inside {
        field.at = number(4 + room, room);
    }
    (number(0, 2) as u16, field)
}
