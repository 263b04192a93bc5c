//! Masters in: what someone hands over becomes a pyramid.

mod convert;
mod exif;
mod held;
mod jpeg;
mod masters;
mod png;
mod segments;
mod sniff;
#[cfg(test)]
mod tests;

pub use convert::{IngestError, IngestLimits, convert, rows};
pub use masters::{MasterError, Masters};
pub use sniff::{Kind, sniff};
