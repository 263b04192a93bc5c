//! Where the pixels of a new pyramid come from.

use super::PyramidError;
use crate::raster::Channels;

/// Pixels of an image, row by row.
pub trait RowSource: Send {
    fn width(&self) -> u32;
    fn height(&self) -> u32;
    fn channels(&self) -> Channels;

    /// The next rows, as many as fill `rows`; a row has `width * channels` bytes, and no more rows are asked for than there are.
    ///
    /// # Errors
    /// When the source cannot go on; nothing is asked of it afterwards.
    fn read_rows(&mut self, rows: &mut [u8]) -> Result<(), RowError>;

    /// The ICC profile that says what the colours mean.
    fn icc(&self) -> Option<Vec<u8>> {
        None
    }

    /// How the rows are to be turned to be upright, as Exif and TIFF number it (TIFF 6.0, tag 274): 1 to 8, 1 for not at all.
    fn orientation(&self) -> u16 {
        1
    }
}

/// Why a source of rows stopped.
#[derive(Debug, thiserror::Error)]
pub enum RowError {
    #[error("damaged: {0}")]
    Damaged(String),
    #[error("reading failed: {0}")]
    Read(#[from] std::io::Error),
}

impl From<PyramidError> for RowError {
    fn from(error: PyramidError) -> Self {
        match error {
            PyramidError::Read(error) => RowError::Read(error),
            PyramidError::Damaged(what) => RowError::Damaged(what),
            other => RowError::Damaged(other.to_string()),
        }
    }
}
