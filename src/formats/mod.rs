//! The files that masters come as, each read as rows of pixels and, if wanted, written anew as a pyramid.

mod codestream;
mod convert;
mod exif;
mod first_frame;
mod held;
mod jp2;
mod jpeg;
mod limits;
mod pdf;
mod png;
mod preview;
mod recolored;
mod report;
mod segments;
mod sniff;
#[cfg(test)]
mod tests;
mod upright;

pub use convert::{Color, ConvertOptions, convert, convert_rows, page_rows, rows};
pub use limits::{FormatError, FormatLimits};
pub use preview::preview;
pub use report::{Finding, LevelReport, Report, Severity, inspect, inspect_tiff};
pub use sniff::{Kind, sniff};
