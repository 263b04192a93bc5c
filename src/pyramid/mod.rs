#![doc = include_str!("README.md")]

mod chunk;
mod color;
mod directory;
mod encode;
mod facts;
mod fax;
mod fax_codes;
mod fields;
mod file;
mod index;
mod inks;
mod jpeg;
mod kinds;
mod lab;
mod level;
mod lzw;
mod open;
mod pages;
mod planes;
mod predict;
mod reduce;
mod rows;
mod samples;
mod shared;
mod source;
mod splice;
mod stored;
mod tags;
mod tile;
mod unpack;
mod writer;

#[cfg(test)]
mod tests;

pub use color::{Color, Compression};
pub use facts::{TiffFacts, TiffPieces, tiff_facts};
pub use index::{Index, Resolution};
pub use jpeg::{JpegBands, jpeg_head};
pub use level::Level;
pub use open::{Attempt, Opening, open};
pub use pages::tiff_pages;
pub use rows::{InkTransform, tiff_rows, tiff_rows_of, tiff_rows_with_inks};
pub use source::{RowError, RowSource};
pub use splice::{Splice, SpliceRequest};
pub use writer::{WriteError, WriteOptions, write};

/// Why a pyramid cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PyramidError {
    /// A whole file, but not of a kind that is read here; says what was found and what is needed.
    #[error("unsupported: {0}")]
    Unsupported(String),
    /// The bytes contradict themselves or end too early.
    #[error("damaged: {0}")]
    Damaged(String),
    /// A stored index of another version of this program: open the file anew.
    #[error("the stored index is of another version")]
    OtherVersion,
    /// The reader given by the caller failed.
    #[error("reading failed: {0}")]
    Read(#[from] std::io::Error),
}

/// `Damaged`, in few characters.
fn damaged(what: impl Into<String>) -> PyramidError {
    PyramidError::Damaged(what.into())
}
