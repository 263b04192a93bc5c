//! What a TIFF is, whether or not it can be read here.

use super::color::{color_name, compression_name};
use super::directory::{Directory, Layout, Pieces, Stop};
use super::file::File;
use super::open::read_index;
use super::pages::all_pages;
use super::rows::Picture;
use super::samples::MAX_SAMPLES;
use super::stored::{optional, read_orientation};
use super::{PyramidError, tags};
use std::io::{Read, Seek};

/// What a TIFF's first page says of itself, and what is made of it here. Names are those of the field; sentences are for whoever shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct TiffFacts {
    pub width: u64,
    pub height: u64,
    /// Places of 64 bits.
    pub big_tiff: bool,
    pub big_endian: bool,
    /// TIFF's number (tag 259) and what it is called.
    pub compression: (u64, &'static str),
    /// TIFF's number (tag 262), if it has one, and what it is called.
    pub color: (Option<u64>, &'static str),
    /// Samples of each pixel, with alpha and others.
    pub samples: u64,
    /// Of each sample.
    pub bits: Vec<u64>,
    /// TIFF's number (tag 339): 1 for whole numbers, 2 signed, 3 floating-point.
    pub sample_format: u64,
    /// Channels lie in planes of their own.
    pub planar: bool,
    /// TIFF's number (tag 317).
    pub predictor: u64,
    pub pieces: TiffPieces,
    /// How the picture is to be turned, 1 to 8.
    pub orientation: u8,
    /// Bytes of the colour profile.
    pub icc: Option<u64>,
    /// Width and height of the levels that would be served as they are, largest first; none when `tiles_refused`.
    pub levels: Vec<(u32, u32)>,
    pub pages: u32,
    /// Why its tiles cannot be served as they are.
    pub tiles_refused: Option<String>,
    /// Why it cannot be converted either.
    pub rows_refused: Option<String>,
}

/// How an image is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TiffPieces {
    Tiles { width: u64, height: u64 },
    Strips { rows: u64 },
}

impl TiffFacts {
    /// Whether its tiles are served well as they are: levels go down to 1024 pixels, and it stands upright.
    pub fn is_pyramid(&self) -> bool {
        self.orientation == 1 && self.levels.last().is_some_and(|(width, height)| *width.max(height) <= 1024)
    }
}

/// Facts of any TIFF of which the first directory can be read.
///
/// # Errors
/// `Unsupported` for what is no TIFF, `Damaged` when there is no directory, `Read`.
pub fn tiff_facts(reader: impl Read + Seek) -> Result<TiffFacts, PyramidError> {
    let mut file = File::new(reader)?;
    let (layout, pages) = all_pages(&mut file)?;
    let at = pages.first().map_or(0, |page| page.at);
    let mut facts = file.ask(|pieces| read_facts(pieces, layout, at))?;
    facts.pages = pages.len() as u32;
    match file.ask(|pieces| read_index(pieces, 1)) {
        Ok(index) => facts.levels = index.levels.iter().map(|level| (level.width, level.height)).collect(),
        Err(error) => facts.tiles_refused = Some(refusal(error)?),
    }
    if let Err(error) = file.ask(|pieces| Picture::read(pieces, layout, at)) {
        facts.rows_refused = Some(refusal(error)?);
    }
    Ok(facts)
}

/// In words, unless reading itself failed.
fn refusal(error: PyramidError) -> Result<String, PyramidError> {
    match error {
        PyramidError::Read(error) => Err(error.into()),
        other => Ok(other.to_string()),
    }
}

fn read_facts(pieces: &Pieces, layout: Layout, at: u64) -> Result<TiffFacts, Stop> {
    let directory = Directory::read(pieces, layout, at)?;
    let number = |tag| optional(directory.number(tag));
    let or = |tag, usual| number(tag).map(|value| value.unwrap_or(usual));
    let (compression, color) = (or(tags::COMPRESSION, 1)?, number(tags::PHOTOMETRIC)?);
    let height = or(tags::HEIGHT, 0)?;
    let icc = directory.count(tags::ICC_PROFILE);
    Ok(TiffFacts {
        width: or(tags::WIDTH, 0)?,
        height,
        big_tiff: layout.big,
        big_endian: directory.is_big_endian(),
        compression: (compression, compression_name(compression)),
        color: (color, color_name(color)),
        samples: or(tags::SAMPLES_PER_PIXEL, 1)?,
        bits: optional(directory.numbers(tags::BITS_PER_SAMPLE, MAX_SAMPLES))?.unwrap_or_else(|| vec![1]),
        sample_format: or(tags::SAMPLE_FORMAT, 1)?,
        planar: or(tags::PLANAR, 1)? == 2,
        predictor: or(tags::PREDICTOR, 1)?,
        pieces: match directory.has(tags::TILE_OFFSETS) {
            true => TiffPieces::Tiles { width: or(tags::TILE_WIDTH, 0)?, height: or(tags::TILE_HEIGHT, 0)? },
            false => TiffPieces::Strips { rows: or(tags::ROWS_PER_STRIP, height)?.min(height) },
        },
        orientation: read_orientation(&directory)?,
        icc: (icc > 0).then_some(icc),
        levels: Vec::new(),
        pages: 0,
        tiles_refused: None,
        rows_refused: None,
    })
}
