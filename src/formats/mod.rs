//! The files that masters come as, each read as rows of pixels and, if wanted, written anew as a pyramid.

mod convert;
mod exif;
mod held;
mod jpeg;
mod png;
mod segments;
mod sniff;
#[cfg(test)]
mod tests;

pub use convert::{FormatError, FormatLimits, convert, rows};
pub use sniff::{Kind, sniff};
