//! A small version of a master, without decoding all of it where its kind allows that.

use std::path::Path;

use super::convert::{open, rows};
use super::limits::{FormatError, FormatLimits};
use super::sniff::Kind;
use super::{jp2, jpeg};
use crate::raster::Raster;
use crate::render::ColorTransform;

/// The picture at `path`, upright and in sRGB, with a longer side of `at_least` pixels or more if it has them. JPEG and JPEG 2000 files
/// are decoded at a fraction of their size, at a fraction of the cost; others as a whole, at full size.
///
/// # Errors
/// As for [`rows`].
pub fn preview(path: &Path, at_least: u32, limits: &FormatLimits) -> Result<Raster, FormatError> {
    let (file, kind) = open(path)?;
    let mut rows = match kind {
        Kind::Jpeg => jpeg::open_reduced(file, at_least, limits)?,
        Kind::Jp2 => jp2::open_reduced(file, at_least, limits)?,
        Kind::Tiff | Kind::Png | Kind::WebP | Kind::Gif | Kind::Pdf => rows(path, limits)?,
    };
    let mut raster = Raster::zeroed(rows.width(), rows.height(), rows.channels());
    rows.read_rows(raster.pixels_mut())?;
    if let Some(transform) = rows.icc().and_then(|icc| ColorTransform::to_srgb(&icc, raster.channels())) {
        transform.apply_to(&mut raster);
    }
    Ok(raster)
}
