//! Opening a pyramid from whatever ranges of it can be read, without reading.

use super::directory::{Directory, Layout, Pieces, Stop};
use super::index::{MAX_ICC, MAX_LEVELS};
use super::kinds::{read_color, read_compression, read_predictor};
use super::{Compression, Index, Level, PyramidError, Resolution, damaged, tags};
use bytes::Bytes;
use std::io::{Read, Seek, SeekFrom};
use std::ops::Range;

/// Fewest bytes asked for at the start of a file.
const HEAD: u64 = 64 << 10;
/// Fewest bytes asked for elsewhere: small levels and their directories often follow each other.
const AHEAD: u64 = 256 << 10;
/// Most directories looked at.
const MAX_DIRECTORIES: usize = 64;
/// Longest shared JPEG tables.
const MAX_TABLES: u64 = 64 << 10;
/// Short fields that may lie outside their directory, read before the lists of tiles.
const SMALL: [u16; 6] =
    [tags::BITS_PER_SAMPLE, tags::SAMPLE_FORMAT, tags::EXTRA_SAMPLES, tags::SUB_DIRECTORIES, tags::X_RESOLUTION, tags::Y_RESOLUTION];

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
        Self { pieces: Pieces::new(size) }
    }

    /// Adds bytes of the file; pieces may come in any order and overlap.
    pub fn supply(&mut self, offset: u64, bytes: Bytes) {
        self.pieces.supply(offset, bytes);
    }

    /// # Errors
    /// `Unsupported` and `Damaged`: more bytes do not help.
    pub fn attempt(&self) -> Result<Attempt, PyramidError> {
        if self.pieces.overfull() {
            return Err(PyramidError::Unsupported("its directories are spread over more than 64 MiB".into()));
        }
        match read_index(&self.pieces) {
            Ok(index) => Ok(Attempt::Ready(index)),
            Err(Stop::Need(range)) => Ok(Attempt::Need(self.widen(range))),
            Err(Stop::Failed(error)) => Err(error),
        }
    }

    fn widen(&self, range: Range<u64>) -> Range<u64> {
        let ahead = if range.start == 0 { HEAD } else { AHEAD };
        range.start..range.end.max(range.start.saturating_add(ahead)).min(self.pieces.size)
    }
}

/// Opens a file that can be read directly, of `size` bytes.
///
/// # Errors
/// As [`Opening::attempt`], and `Read`.
pub fn open(reader: &mut (impl Read + Seek), size: u64) -> Result<Index, PyramidError> {
    let mut opening = Opening::new(size);
    loop {
        let range = match opening.attempt()? {
            Attempt::Ready(index) => return Ok(index),
            Attempt::Need(range) => range,
        };
        reader.seek(SeekFrom::Start(range.start))?;
        let mut bytes = Vec::new();
        let length = range.end - range.start;
        if (&mut *reader).take(length).read_to_end(&mut bytes)? as u64 != length {
            return Err(damaged("the file is shorter than it was said to be"));
        }
        opening.supply(range.start, bytes.into());
    }
}

fn read_index(pieces: &Pieces) -> Result<Index, Stop> {
    let (layout, first) = Layout::read(pieces)?;
    let main = Directory::read(pieces, layout, first)?;
    let top = read_level(&main, pieces.size)?;
    let (icc, resolution) = (optional(read_icc(&main))?, optional(read_resolution(&main))?);
    let mut levels = vec![top];
    let mut seen = vec![first];
    let mut queue: Vec<u64> = main.next.into_iter().collect();
    queue.extend(main.numbers(tags::SUB_DIRECTORIES, MAX_DIRECTORIES as u64)?.unwrap_or_default());
    while let Some(at) = queue.pop() {
        if at == 0 || seen.contains(&at) || seen.len() >= MAX_DIRECTORIES {
            continue;
        }
        seen.push(at);
        let directory = Directory::read(pieces, layout, at)?;
        queue.extend(directory.next);
        if is_reduction(&directory, &levels[0])? {
            levels.push(read_level(&directory, pieces.size)?);
        }
    }
    let index = Index { levels: in_order(levels), icc, resolution };
    index.check()?;
    Ok(index)
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

/// Whether a directory holds a smaller version of the first image, in tiles: strictly smaller, of the same shape within two pixels,
/// no mask.
fn is_reduction(directory: &Directory, top: &Level) -> Result<bool, Stop> {
    let side = |tag| directory.number(tag).map(|side| side.unwrap_or(0).min(1 << 32));
    let (width, height) = (side(tags::WIDTH)?, side(tags::HEIGHT)?);
    let (whole_width, whole_height) = (u64::from(top.width), u64::from(top.height));
    let smaller =
        width > 0 && height > 0 && width <= whole_width && height <= whole_height && (width, height) != (whole_width, whole_height);
    let alike = smaller && (width * whole_height).abs_diff(height * whole_width) <= 2 * whole_width.max(whole_height);
    let mask = directory.number(tags::SUBFILE_TYPE)?.unwrap_or(0) & 4 != 0 || directory.number(tags::PHOTOMETRIC)? == Some(4);
    if !alike || mask || !directory.has(tags::TILE_OFFSETS) {
        return Ok(false);
    }
    directory.gather(&SMALL, MAX_DIRECTORIES as u64)?;
    match (read_color(directory), read_compression(directory)) {
        (Err(Stop::Failed(_)), _) | (_, Err(Stop::Failed(_))) => Ok(false),
        (Err(need), _) | (_, Err(need)) => Err(need),
        (Ok(_), Ok(_)) => Ok(true),
    }
}

fn read_level(directory: &Directory, size: u64) -> Result<Level, Stop> {
    directory.gather(&SMALL, MAX_DIRECTORIES as u64)?;
    let (width, height) = (side(directory, tags::WIDTH)?, side(directory, tags::HEIGHT)?);
    if !directory.has(tags::TILE_OFFSETS) {
        return Err(PyramidError::Unsupported("an image in strips; a pyramid is cut into tiles".into()).into());
    }
    let (tile_width, tile_height) = (side(directory, tags::TILE_WIDTH)?, side(directory, tags::TILE_HEIGHT)?);
    let tiles = Level::check_sizes(width, height, tile_width, tile_height)?;
    let (color, compression) = (read_color(directory)?, read_compression(directory)?);
    let predictor = read_predictor(directory, compression)?;
    for tag in [tags::TILE_OFFSETS, tags::TILE_LENGTHS] {
        if directory.count(tag) != tiles {
            return Err(damaged(format!("{} entries in a list of {tiles} tiles", directory.count(tag))).into());
        }
    }
    directory.gather(&[tags::TILE_OFFSETS, tags::TILE_LENGTHS, tags::JPEG_TABLES], tiles.max(MAX_TABLES))?;
    let tables = if compression == Compression::Jpeg { directory.raw(tags::JPEG_TABLES, MAX_TABLES)? } else { None };
    let (offsets, lengths) = (directory.numbers(tags::TILE_OFFSETS, tiles)?, directory.numbers(tags::TILE_LENGTHS, tiles)?);
    let mut level = Level {
        width,
        height,
        tile_width,
        tile_height,
        compression,
        color,
        predictor,
        offsets: offsets.unwrap_or_default(),
        lengths: Vec::new(),
        tables: tables.map(|tables| tables.into_owned()),
    };
    level.lengths = checked_lengths(&level, &lengths.unwrap_or_default(), size)?;
    Ok(level)
}

/// Lengths of tiles that all lie in the file and are not absurdly long for what they hold.
fn checked_lengths(level: &Level, lengths: &[u64], size: u64) -> Result<Vec<u32>, PyramidError> {
    let most = 2 * level.unpacked_len() as u64 + MAX_TABLES;
    let check = |(offset, length): (&u64, &u64)| {
        let inside = offset.checked_add(*length).is_some_and(|end| end <= size);
        let fits = u32::try_from(*length).ok().filter(|_| *length <= most && inside);
        fits.ok_or_else(|| damaged(format!("a tile of {length} bytes at byte {offset} of {size}")))
    };
    level.offsets.iter().zip(lengths).map(check).collect()
}

fn side(directory: &Directory, tag: u16) -> Result<u32, Stop> {
    let side = directory.number(tag)?.ok_or_else(|| damaged(format!("field {tag} is missing")))?;
    u32::try_from(side).map_err(|_| damaged(format!("a side of {side} pixels")).into())
}

/// Nothing where a field that nobody depends on cannot be read.
fn optional<T>(value: Result<Option<T>, Stop>) -> Result<Option<T>, Stop> {
    match value {
        Err(Stop::Failed(_)) => Ok(None),
        other => other,
    }
}

fn read_icc(directory: &Directory) -> Result<Option<Vec<u8>>, Stop> {
    let icc = directory.raw(tags::ICC_PROFILE, MAX_ICC)?;
    Ok(icc.map(|icc| icc.into_owned()).filter(|icc| !icc.is_empty() && icc.len() as u64 <= MAX_ICC))
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
