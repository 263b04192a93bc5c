#![doc = include_str!("README.md")]

mod directory;
mod encode;
mod fields;
mod index;
mod jpeg;
mod kinds;
mod level;
mod open;
mod reduce;
mod rows;
mod scaled;
mod source;
mod splice;
mod tags;
mod tile;
mod writer;

#[cfg(test)]
mod tests;

pub use index::{Index, Resolution};
pub use level::{Color, Compression, Level};
pub use open::{Attempt, Opening, open};
pub use rows::tiff_rows;
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
