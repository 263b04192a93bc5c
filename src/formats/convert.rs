//! From a file of any kind that is taken in to the rows of its picture, and on to a pyramid.

use std::fs::File;
use std::io::{BufReader, BufWriter, Read, Seek, Write};
use std::path::Path;

use super::limits::{FormatError, FormatLimits};
use super::recolored::Recolored;
use super::sniff::{HEAD, Kind, sniff};
use super::{first_frame, jp2, jpeg, pdf, png, upright};
use crate::pyramid::{self, InkTransform, RowSource, WriteOptions};
use crate::render::{CmykTransform, is_srgb};

/// Rows of whatever file.
pub(super) type Rows = Box<dyn RowSource>;

/// What becomes of the colours of a master that has a profile. CMYK and Lab become sRGB in any case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Color {
    /// Samples stay; the profile goes along, unless it is sRGB in substance.
    #[default]
    Keep,
    /// Samples become sRGB, and no profile is written.
    Srgb,
}

/// How a master becomes a pyramid.
#[derive(Clone, Debug)]
pub struct ConvertOptions {
    /// A profile in here stands in for the master's own.
    pub write: WriteOptions,
    pub color: Color,
    /// The picture of a TIFF that has several, or the page of a PDF, counted from 1.
    pub page: u32,
}

impl Default for ConvertOptions {
    fn default() -> Self {
        Self { write: WriteOptions::default(), color: Color::Keep, page: 1 }
    }
}

/// The rows of the picture in the file at `path`, upright, 8 bits a sample.
///
/// # Errors
/// For anything but a sound file of a known [`Kind`] within `limits`. Damage further down a file shows when its rows are read.
pub fn rows(path: &Path, limits: &FormatLimits) -> Result<Box<dyn RowSource>, FormatError> {
    page_rows(path, 1, limits)
}

/// The same of picture number `page` (from 1) of a file that may have several.
///
/// # Errors
/// As for [`rows`], and when there is no such picture.
pub fn page_rows(path: &Path, page: u32, limits: &FormatLimits) -> Result<Box<dyn RowSource>, FormatError> {
    let (file, kind) = open(path)?;
    if page != 1 && !matches!(kind, Kind::Tiff | Kind::Pdf) {
        return Err(FormatError::Unsupported(format!("picture {page} of a {} file, of which the first is taken", kind.name())));
    }
    match kind {
        Kind::Jpeg => jpeg::open(file, limits),
        Kind::Png => png::open(file, limits),
        Kind::WebP => first_frame::webp(file, limits),
        Kind::Gif => first_frame::gif(file, limits),
        Kind::Jp2 => jp2::open(file, limits),
        Kind::Pdf => pdf::open(file, page, limits),
        Kind::Tiff => upright::upright(tiff_page(file, page, limits)?),
    }
}

/// The file at `path` and its kind.
pub(super) fn open(path: &Path) -> Result<(File, Kind), FormatError> {
    let file = File::open(path)?;
    let mut head = Vec::new();
    (&file).take(HEAD).read_to_end(&mut head)?;
    (&file).rewind()?;
    Ok((file, sniff(&head).ok_or(FormatError::Unrecognised)?))
}

fn tiff_page(file: File, page: u32, limits: &FormatLimits) -> Result<Box<dyn RowSource>, FormatError> {
    let rows = pyramid::tiff_rows_with_inks(BufReader::new(file), page, by_profile)?;
    limits.check(rows.width().into(), rows.height().into())?;
    Ok(rows)
}

/// How inks are to be seen.
pub(super) fn by_profile(icc: Option<&[u8]>) -> InkTransform {
    let transform = CmykTransform::new(icc);
    Box::new(move |cmyk, rgb| transform.to_rgb(cmyk, rgb))
}

/// Writes the master at `source` to `target` as a pyramid.
///
/// # Errors
/// As for [`rows`]; nothing is left at `target` then.
pub fn convert(source: &Path, target: &Path, limits: &FormatLimits, options: &ConvertOptions) -> Result<(), FormatError> {
    convert_rows(page_rows(source, options.page, limits)?.as_mut(), target, options)
}

/// Writes `rows` to `target` as a pyramid.
///
/// # Errors
/// When the rows break off or the target cannot be written; nothing is left at `target` then.
pub fn convert_rows(rows: &mut dyn RowSource, target: &Path, options: &ConvertOptions) -> Result<(), FormatError> {
    let icc = options.write.icc.clone().or_else(|| rows.icc());
    let written = match options.color {
        Color::Keep => write(rows, target, &WriteOptions { icc: icc.filter(|icc| !is_srgb(icc)), ..options.write.clone() }),
        Color::Srgb => write(&mut Recolored::to_srgb(rows, icc.as_deref()), target, &WriteOptions { icc: None, ..options.write.clone() }),
    };
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
