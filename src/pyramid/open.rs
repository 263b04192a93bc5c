//! Opening a pyramid from whatever ranges of it can be read, without reading.

use super::directory::{Directory, Layout, Pieces, Stop};
use super::file::File;
use super::index::MAX_LEVELS;
use super::pages::{Entry, Walk, no_page};
use super::stored::{Cut, optional, read_cut, read_icc, read_image, read_orientation};
use super::{Index, Level, PyramidError, Resolution, tags};
use bytes::Bytes;
use std::io::{Read, Seek};
use std::ops::Range;

/// Fewest bytes asked for at the start of a file.
const HEAD: u64 = 64 << 10;
/// Fewest bytes asked for elsewhere: small levels and their directories often follow each other.
const AHEAD: u64 = 256 << 10;
/// When no more than this is left behind a directory, all of it is asked for: it is the small levels with theirs.
const TAIL: u64 = 2 << 20;
/// Most directories looked at.
const MAX_DIRECTORIES: usize = 256;

/// A pyramid being opened: the caller reads the ranges that [`Opening::attempt`] asks for and supplies them, until it is ready.
///
/// ```text
/// let mut opening = Opening::new(size);
/// let index = loop {
///     match opening.attempt()? {
///         Attempt::Ready(index) => break index,
///         Attempt::Need(range) => opening.supply(range.start, read(range)?),
///     }
/// };
/// ```
/// The caller bounds the number of rounds; at most 64 MiB are kept, more is an error.
#[derive(Debug)]
pub struct Opening {
    pieces: Pieces,
    page: u32,
}

/// What came of an attempt.
#[derive(Debug)]
pub enum Attempt {
    Ready(Index),
    /// These bytes of the file are needed first; never empty, never past its end.
    Need(Range<u64>),
}

impl Opening {
    /// For a file of `size` bytes.
    pub fn new(size: u64) -> Self {
        Self::of_page(size, 1)
    }

    /// For one page of a file with several, from 1 on, as [`tiff_pages`](super::tiff_pages) counts them.
    pub fn of_page(size: u64, page: u32) -> Self {
        Self { pieces: Pieces::new(size), page }
    }

    /// Adds bytes of the file; pieces may come in any order and overlap.
    pub fn supply(&mut self, offset: u64, bytes: Bytes) {
        self.pieces.supply(offset, bytes);
    }

    /// # Errors
    /// `Unsupported` and `Damaged`: more bytes do not help.
    pub fn attempt(&self) -> Result<Attempt, PyramidError> {
        self.pieces.check()?;
        match read_index(&self.pieces, self.page) {
            Ok(index) => Ok(Attempt::Ready(index)),
            Err(Stop::Need(range)) => Ok(Attempt::Need(self.widen(range))),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn widen(&self, range: Range<u64>) -> Range<u64> {
        let ahead = match self.pieces.size - range.start {
            _ if range.start == 0 => HEAD,
            left if left <= TAIL => left,
            _ => AHEAD,
        };
        range.start..range.end.max(range.start.saturating_add(ahead)).min(self.pieces.size)
    }
}

/// Opens a file that can be read directly, of `size` bytes.
///
/// # Errors
/// As [`Opening::attempt`], and `Read`.
pub fn open(reader: &mut (impl Read + Seek), size: u64) -> Result<Index, PyramidError> {
    File::of_size(reader, size).ask(|pieces| read_index(pieces, 1))
}

pub(super) fn read_index(pieces: &Pieces, page: u32) -> Result<Index, Stop> {
    let (layout, first) = Layout::read(pieces)?;
    let entries = entries(pieces, layout, first, page)?;
    let main = Directory::read(pieces, layout, entries[0].at)?;
    let top = read_level(&main, pieces.size)?;
    let icc = read_icc(&main)?.filter(|_| top.color.keeps_profile());
    let resolution = optional(read_resolution(&main))?;
    let orientation = read_orientation(&main)?;
    let mut levels = vec![top];
    for entry in &entries[1..] {
        match read_level(&Directory::read(pieces, layout, entry.at)?, pieces.size) {
            Err(Stop::Failed(PyramidError::Unsupported(_))) => {}
            level => levels.push(level?),
        }
    }
    let index = Index { levels: in_order(levels), icc, resolution, orientation };
    index.check()?;
    Ok(index)
}

/// A page's directory and those of its smaller versions, under it and behind it up to the next page in tiles.
fn entries(pieces: &Pieces, layout: Layout, first: u64, page: u32) -> Result<Vec<Entry>, Stop> {
    let mut walk = Walk::new(first);
    let mut found = Vec::new();
    for _ in 0..MAX_DIRECTORIES {
        let Some(entry) = walk.next().map(|at| Entry::read(pieces, layout, at)).transpose()? else { break };
        let is_page = walk.take(&entry);
        if is_page && walk.pages.len() == page as usize {
            found.push(entry);
        } else if is_page && entry.tiled && !found.is_empty() {
            break;
        } else if found.first().is_some_and(|page| entry.is_level_of(page)) {
            found.push(entry);
        }
    }
    if found.is_empty() {
        let pages = walk.into_pages();
        found.push(pages.get((page as usize).wrapping_sub(1)).cloned().ok_or_else(|| no_page(page, pages.len()))?);
    }
    for at in found[0].below.clone() {
        if found.iter().any(|entry| entry.at == at) {
            continue;
        }
        let entry = Entry::read(pieces, layout, at)?;
        if entry.is_level_of(&found[0]) {
            found.push(entry);
        }
    }
    Ok(found)
}

/// Largest first, no size twice, none with other channels than the first.
fn in_order(mut levels: Vec<Level>) -> Vec<Level> {
    let channels = levels[0].color.channels();
    levels.retain(|level| level.color.channels() == channels);
    levels.sort_by_key(|level| std::cmp::Reverse((level.width, level.height)));
    levels.dedup_by(|next, level| next.width >= level.width && next.height >= level.height);
    levels.truncate(MAX_LEVELS);
    levels
}

fn read_level(directory: &Directory, size: u64) -> Result<Level, Stop> {
    let unsupported = |what: &str| Err(PyramidError::Unsupported(what.into()).into());
    let Cut::Tiles { width, height } = read_cut(directory)? else {
        return unsupported("an image in strips; a pyramid is cut into tiles");
    };
    let side = |tag| super::stored::side(directory, tag);
    Level::check_sizes(side(tags::WIDTH)?, side(tags::HEIGHT)?, width, height)?;
    let level = read_image(directory, Cut::Tiles { width, height }, size)?;
    if level.samples.planar {
        return unsupported("channels in separate planes, so that each tile lies in several places; convert it");
    }
    level.check_tile()?;
    Ok(level)
}

fn read_resolution(directory: &Directory) -> Result<Option<Resolution>, Stop> {
    let per_centimetre = match directory.number(tags::RESOLUTION_UNIT)?.unwrap_or(2) {
        2 => 1.0 / 2.54,
        3 => 1.0,
        _ => return Ok(None),
    };
    let both = (directory.fraction(tags::X_RESOLUTION)?, directory.fraction(tags::Y_RESOLUTION)?);
    let (Some(x), Some(y)) = both else { return Ok(None) };
    Ok(Some(Resolution { x: x * per_centimetre, y: y * per_centimetre }))
}
