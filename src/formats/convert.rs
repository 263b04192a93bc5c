//! From a file of any kind that is taken in to the rows of its picture, and on to a pyramid.

use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use super::sniff::{HEAD, Kind, sniff};
use super::{jpeg, png};
use crate::pyramid::{self, PyramidError, RowError, RowSource, WriteError, WriteOptions};

/// How large a master may be. JPEG and interlaced PNG masters are held in memory whole: up to four bytes for each pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatLimits {
    /// Width times height.
    pub max_pixels: u64,
    /// The longer of width and height.
    pub max_side: u32,
}

impl Default for FormatLimits {
    /// 250 megapixels, 200 000 pixels a side.
    fn default() -> Self {
        Self { max_pixels: 250_000_000, max_side: 200_000 }
    }
}

impl FormatLimits {
    /// The size, when it is one that may be taken in.
    pub(super) fn check(&self, width: u64, height: u64) -> Result<(u32, u32), FormatError> {
        if width == 0 || height == 0 {
            return Err(FormatError::Damaged("the picture has no pixels".into()));
        }
        let FormatLimits { max_pixels, max_side } = *self;
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(w), Ok(h)) if w.max(h) <= max_side && width * height <= max_pixels => Ok((w, h)),
            _ => Err(FormatError::TooLarge { width, height, max_pixels, max_side }),
        }
    }
}

/// Why a master is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("not a TIFF, JPEG or PNG file")]
    Unrecognised,
    #[error("{width} x {height} pixels are too many: up to {max_pixels} in all and {max_side} a side are taken in")]
    TooLarge { width: u64, height: u64, max_pixels: u64, max_side: u32 },
    /// The file breaks off or contradicts itself.
    #[error("the file is damaged: {0}")]
    Damaged(String),
    /// A whole file, of a variety that is not taken in.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The disk, not the file, is at fault.
    #[error(transparent)]
    Io(#[from] io::Error),
}

impl From<PyramidError> for FormatError {
    fn from(error: PyramidError) -> Self {
        match error {
            PyramidError::Unsupported(what) => Self::Unsupported(what),
            PyramidError::Damaged(what) => Self::Damaged(what),
            PyramidError::Read(error) => Self::Io(error),
            other @ PyramidError::OtherVersion => Self::Damaged(other.to_string()),
        }
    }
}

impl From<WriteError> for FormatError {
    fn from(error: WriteError) -> Self {
        match error {
            WriteError::Source(error) => error.into(),
            WriteError::Write(error) => Self::Io(error),
            other => Self::Unsupported(other.to_string()),
        }
    }
}

impl From<RowError> for FormatError {
    fn from(error: RowError) -> Self {
        match error {
            RowError::Damaged(what) => Self::Damaged(what),
            RowError::Read(error) => Self::Io(error),
        }
    }
}

/// The rows of the picture in the file at `path`, upright, 8 bits a sample.
///
/// # Errors
/// For anything but a sound TIFF, JPEG or PNG within `limits`. Damage further down a file shows when its rows are read.
pub fn rows(path: &Path, limits: &FormatLimits) -> Result<Box<dyn RowSource>, FormatError> {
    let file = File::open(path)?;
    let mut head = Vec::new();
    (&file).take(HEAD).read_to_end(&mut head)?;
    (&file).rewind()?;
    match sniff(&head).ok_or(FormatError::Unrecognised)? {
        Kind::Jpeg => jpeg::open(file, limits),
        Kind::Png => png::open(file, limits),
        Kind::Tiff => {
            let rows = pyramid::tiff_rows(BufReader::new(file))?;
            limits.check(rows.width().into(), rows.height().into())?;
            Ok(rows)
        }
    }
}

/// Writes the master at `source` to `target` as a pyramid. The master's colour profile goes along unless `options` has one.
///
/// # Errors
/// As for [`rows`]; nothing is left at `target` then.
pub fn convert(source: &Path, target: &Path, limits: &FormatLimits, options: &WriteOptions) -> Result<(), FormatError> {
    let mut rows = rows(source, limits)?;
    let icc = options.icc.clone().or_else(|| rows.icc());
    let written = write(rows.as_mut(), target, &WriteOptions { icc, ..options.clone() });
    if written.is_err() {
        // The first failure is the one to tell.
        let _ = std::fs::remove_file(target);
    }
    written
}

fn write(rows: &mut dyn RowSource, target: &Path, options: &WriteOptions) -> Result<(), FormatError> {
    let mut out = BufWriter::new(File::create(target)?);
    pyramid::write(&mut out, rows, options)?;
    out.flush()?;
    Ok(())
}
