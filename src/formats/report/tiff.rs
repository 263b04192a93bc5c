//! TIFF files: pyramids, and those that could become one.

use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use super::{CONVERT, LevelReport, Report, Severity};
use crate::formats::convert::page_rows;
use crate::formats::limits::{FormatError, FormatLimits};
use crate::pyramid::{self, Compression, Index, TiffFacts};
use crate::raster::Channels;

/// A smallest version of this size is decoded in no time.
const SMALLEST: u32 = 1024;
/// Sides of tiles that serve well.
const TILES: std::ops::RangeInclusive<u32> = 128..=1024;

pub(super) fn look(report: &mut Report, file: File, path: &Path, limits: &FormatLimits) -> Result<(), FormatError> {
    let mut reader = BufReader::new(file);
    let facts = pyramid::tiff_facts(&mut reader)?;
    tell(report, &facts);
    reader.rewind()?;
    match pyramid::open(&mut reader, report.bytes) {
        Ok(index) => pyramid(report, &index),
        Err(_) => plain(report, &facts, path, limits)?,
    }
    Ok(())
}

/// What is so of any TIFF.
fn tell(report: &mut Report, facts: &TiffFacts) {
    (report.width, report.height) = (Some(facts.width), Some(facts.height));
    report.compression = Some(facts.compression.1.to_owned());
    report.colors = Some(facts.color.1.to_owned());
    report.bits = facts.bits.first().and_then(|bits| u8::try_from(*bits).ok());
    report.pages = Some(facts.pages);
    report.orientation = facts.orientation.into();
    if facts.orientation != 1 {
        report.find(Severity::Odd, "It is stored turned or mirrored, and a field says how to hold it.".to_owned(), CONVERT);
    }
    if facts.bits.iter().any(|bits| *bits > 8) {
        report.find(Severity::Note, "It has more than 8 bits a sample; answers have 8.".to_owned(), "");
    }
}

fn pyramid(report: &mut Report, index: &Index) {
    report.has_profile(index.icc.as_deref());
    report.dpi = index.resolution.map(|resolution| (resolution.x * 2.54, resolution.y * 2.54));
    report.levels = index
        .levels
        .iter()
        .map(|level| LevelReport { width: level.width, height: level.height, tile_width: level.tile_width, tile_height: level.tile_height })
        .collect();
    levels(report, index);
    tiles(report);
    let packed = index.levels.first().is_some_and(|top| top.compression != Compression::Jpeg && top.color.channels() != Channels::Rgba);
    if packed {
        let compression = report.compression.clone().unwrap_or_default();
        report.find(Severity::Note, format!("Its tiles are not JPEG ({compression}): each is encoded anew when it is asked for."), CONVERT);
    }
}

fn levels(report: &mut Report, index: &Index) {
    if let Some(last) = report.levels.last().copied().filter(|last| last.width.max(last.height) > SMALLEST) {
        let what = format!("Its smallest version is still {} x {} pixels: overviews take long.", last.width, last.height);
        report.find(Severity::Slow, what, CONVERT);
    }
    for (number, level) in report.levels.clone().iter().enumerate().skip(1) {
        let LevelReport { width, height, .. } = *level;
        let Some(factor) = index.scale_factor(number) else {
            report.find(Severity::Odd, format!("Its version of {width} x {height} pixels is no whole fraction of it."), CONVERT);
            continue;
        };
        if (width, height) != (index.width().div_ceil(factor), index.height().div_ceil(factor)) {
            let what = format!("Its version of {width} x {height} pixels is rounded down; viewers expect it a pixel larger.");
            report.find(Severity::Note, what, "");
        }
    }
}

fn tiles(report: &mut Report) {
    let Some(LevelReport { tile_width, tile_height, .. }) = report.levels.first().copied() else { return };
    if tile_width != tile_height || !TILES.contains(&tile_width) {
        let what = format!("Its tiles of {tile_width} x {tile_height} pixels are uncommon; 256 and 512 a side serve best.");
        report.find(Severity::Odd, what, CONVERT);
    }
}

/// One that can be read from top to bottom, but not in parts.
fn plain(report: &mut Report, facts: &TiffFacts, path: &Path, limits: &FormatLimits) -> Result<(), FormatError> {
    if let Some(reason) = &facts.rows_refused {
        let cure = "save it again as TIFF with LZW or no compression, in gray or RGB";
        report.find(Severity::Refused, format!("It cannot be read: {reason}."), cure);
        return Ok(());
    }
    let rows = page_rows(path, 1, limits)?;
    report.has_profile(rows.icc().as_deref());
    let reason = facts.tiles_refused.as_deref().unwrap_or("it has no tiles");
    report.find(Severity::Note, format!("It is no pyramid: {reason}."), "");
    report.is_whole();
    Ok(())
}
