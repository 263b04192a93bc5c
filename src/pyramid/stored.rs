//! One image of a file: its size, its samples, and where its strips or tiles lie.

use super::directory::{Directory, Stop};
use super::index::MAX_ICC;
use super::kinds::{Kind, read_kind};
use super::level::MAX_TABLES;
use super::{Compression, Level, PyramidError, damaged, tags};

/// Most strips or tiles of one image, planes counted.
const MAX_CHUNKS: u64 = 16 << 20;
/// Short fields that may lie outside their directory, read before the lists of tiles.
const SMALL: [u16; 9] = [
    tags::BITS_PER_SAMPLE,
    tags::SAMPLE_FORMAT,
    tags::EXTRA_SAMPLES,
    tags::SUB_DIRECTORIES,
    tags::X_RESOLUTION,
    tags::Y_RESOLUTION,
    tags::YCBCR_COEFFICIENTS,
    tags::REFERENCE_BLACK_WHITE,
    tags::COLOR_MAP,
];
/// Most values of such a field.
const MAX_SMALL: u64 = 3 << 8;

/// How an image is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Cut {
    Tiles {
        width: u32,
        height: u32,
    },
    /// As wide as the image.
    Strips {
        rows: u32,
    },
}

pub(super) fn read_cut(directory: &Directory) -> Result<Cut, Stop> {
    if directory.has(tags::TILE_OFFSETS) {
        let (width, height) = (side(directory, tags::TILE_WIDTH)?, side(directory, tags::TILE_HEIGHT)?);
        return Ok(Cut::Tiles { width, height });
    }
    let height = side(directory, tags::HEIGHT)?;
    let rows = directory.number(tags::ROWS_PER_STRIP)?.filter(|rows| *rows > 0).unwrap_or(u64::from(height));
    Ok(Cut::Strips { rows: u32::try_from(rows).unwrap_or(height).min(height) })
}

/// The image as a level, its strips as tiles; how it is cut has been looked at before. Strips that are not packed have no lengths.
pub(super) fn read_image(directory: &Directory, cut: Cut, size: u64) -> Result<Level, Stop> {
    directory.gather(&SMALL, MAX_SMALL)?;
    let (width, height) = (side(directory, tags::WIDTH)?, side(directory, tags::HEIGHT)?);
    let (tile_width, tile_height, offsets, lengths) = match cut {
        Cut::Tiles { width, height } => (width, height, tags::TILE_OFFSETS, tags::TILE_LENGTHS),
        Cut::Strips { rows } => (width, rows, tags::STRIP_OFFSETS, tags::STRIP_LENGTHS),
    };
    if [width, height, tile_width, tile_height].iter().any(|side| !(1..=1 << 31).contains(side)) {
        return Err(damaged(format!("{width} x {height} pixels in pieces of {tile_width} x {tile_height}")).into());
    }
    let Kind { compression, color, samples } = read_kind(directory)?;
    let mut level = Level {
        width,
        height,
        tile_width,
        tile_height,
        compression,
        color,
        samples,
        offsets: Vec::new(),
        lengths: Vec::new(),
        tables: None,
    };
    let chunks = u64::from(level.columns()) * u64::from(level.rows()) * level.samples.planes() as u64;
    if chunks > MAX_CHUNKS {
        return Err(PyramidError::Unsupported(format!("{chunks} strips or tiles; up to {MAX_CHUNKS} are supported")).into());
    }
    if directory.count(offsets) != chunks {
        return Err(damaged(format!("{} entries in a list of {chunks} strips or tiles", directory.count(offsets))).into());
    }
    directory.gather(&[offsets, lengths, tags::JPEG_TABLES], chunks.max(MAX_TABLES))?;
    if compression == Compression::Jpeg {
        level.tables = directory.raw(tags::JPEG_TABLES, MAX_TABLES)?.map(|tables| tables.into_owned());
    }
    level.offsets = directory.numbers(offsets, chunks)?.unwrap_or_default();
    if matches!(cut, Cut::Tiles { .. }) || compression != Compression::None {
        level.lengths = read_lengths(directory, lengths, cut, &level, size)?;
    }
    Ok(level)
}

/// Lengths of strips or tiles. Those of tiles lie in the file and are not absurdly long for what they hold; those of strips are cut
/// down to that, and where a file has no list, each reaches as far as it may.
fn read_lengths(directory: &Directory, tag: u16, cut: Cut, level: &Level, size: u64) -> Result<Vec<u32>, Stop> {
    let (chunks, most) = (level.offsets.len(), level.longest_chunk());
    let lengths = match (cut, directory.numbers(tag, chunks as u64)?) {
        (Cut::Strips { .. }, None) => vec![most; chunks],
        (_, lengths) => lengths.unwrap_or_default(),
    };
    if lengths.len() != chunks {
        return Err(damaged(format!("{} lengths for {chunks} strips or tiles", lengths.len())).into());
    }
    let check = |(offset, length): (&u64, &u64)| {
        let room = size.saturating_sub(*offset).min(most).min(u64::from(u32::MAX));
        match cut {
            Cut::Tiles { .. } if *length > room => Err(damaged(format!("a tile of {length} bytes at byte {offset} of {size}")).into()),
            _ => Ok((*length).min(room) as u32),
        }
    };
    level.offsets.iter().zip(&lengths).map(check).collect()
}

pub(super) fn side(directory: &Directory, tag: u16) -> Result<u32, Stop> {
    let side = directory.number(tag)?.ok_or_else(|| damaged(format!("field {tag} is missing")))?;
    u32::try_from(side).map_err(|_| damaged(format!("a side of {side} pixels")).into())
}

/// Nothing where a field that nobody depends on cannot be read.
pub(super) fn optional<T>(value: Result<Option<T>, Stop>) -> Result<Option<T>, Stop> {
    match value {
        Err(Stop::Failed(_)) => Ok(None),
        other => other,
    }
}

/// How the picture is to be turned (TIFF 6.0, tag 274): 1 to 8, 1 where nothing or nonsense is said.
pub(super) fn read_orientation(directory: &Directory) -> Result<u8, Stop> {
    let orientation = optional(directory.number(tags::ORIENTATION))?;
    Ok(orientation.filter(|orientation| (1..=8).contains(orientation)).unwrap_or(1) as u8)
}

/// The profile of the colours that the file has.
pub(super) fn read_icc(directory: &Directory) -> Result<Option<Vec<u8>>, Stop> {
    let icc = optional(directory.raw(tags::ICC_PROFILE, MAX_ICC))?.filter(|icc| !icc.is_empty());
    Ok(icc.map(|icc| icc.into_owned()))
}
