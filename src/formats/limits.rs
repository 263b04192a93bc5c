//! How much is taken in, and why something is not.

use std::io::{self, Read};

use crate::pyramid::{PyramidError, RowError, WriteError};

/// A file may have this much besides its pixels.
const METADATA: u64 = 64 << 20;
/// A larger colour profile is left out, of any kind of file.
pub(super) const MAX_PROFILE: usize = 4 << 20;

/// How large a master may be. All but TIFF, plain PNG and upright baseline JPEG masters are
/// held in memory whole: up to four bytes for each pixel, and eight
/// for a moment when an interlaced PNG has 16 bits a sample. JPEG 2000 needs more while it is decoded and has a limit of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FormatLimits {
    /// Width times height.
    pub max_pixels: u64,
    /// The longer of width and height.
    pub max_side: u32,
    /// Width times height of a JPEG 2000 picture.
    pub max_jp2_pixels: u64,
}

impl Default for FormatLimits {
    /// 250 megapixels, 200 000 pixels a side; 120 megapixels in JPEG 2000.
    fn default() -> Self {
        Self { max_pixels: 250_000_000, max_side: 200_000, max_jp2_pixels: 120_000_000 }
    }
}

impl FormatLimits {
    /// The same for a JPEG 2000 picture.
    pub(super) fn for_jp2(&self) -> Self {
        Self { max_pixels: self.max_pixels.min(self.max_jp2_pixels), ..*self }
    }

    /// All of a file that is decoded from memory: four bytes for each pixel that may be, and some for what is no pixel.
    pub(super) fn read_whole(&self, file: impl Read) -> Result<Vec<u8>, FormatError> {
        let most = self.max_pixels.saturating_mul(4).saturating_add(METADATA);
        let mut bytes = Vec::new();
        file.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > most {
            return Err(FormatError::Unsupported(format!("a file of more than {most} bytes for one picture")));
        }
        Ok(bytes)
    }

    /// The size, when it is one that may be taken in.
    pub(super) fn check(&self, width: u64, height: u64) -> Result<(u32, u32), FormatError> {
        if width == 0 || height == 0 {
            return Err(FormatError::Damaged("the picture has no pixels".into()));
        }
        let FormatLimits { max_pixels, max_side, max_jp2_pixels: _ } = *self;
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(w), Ok(h)) if w.max(h) <= max_side && width * height <= max_pixels => Ok((w, h)),
            _ => Err(FormatError::TooLarge { width, height, max_pixels, max_side }),
        }
    }
}

/// Why a master is not taken in.
#[derive(Debug, thiserror::Error)]
pub enum FormatError {
    #[error("not a TIFF, JPEG, PNG, WebP, GIF, JPEG 2000 or PDF file")]
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
