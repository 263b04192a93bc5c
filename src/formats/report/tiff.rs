//! TIFF files: pyramids, and those that could become one.

use std::fs::File;
use std::io::{BufReader, Seek};
use std::path::Path;

use super::{CONVERT, LevelReport, Report, Severity};
use crate::formats::convert::page_rows;
use crate::formats::limits::{FormatError, FormatLimits};
use crate::pyramid::{self, Color, Compression, Index};
use crate::raster::Channels;

/// A smallest version of this size is decoded in no time.
const SMALLEST: u32 = 1024;
/// Sides of tiles that serve well.
const TILES: std::ops::RangeInclusive<u32> = 128..=1024;

pub(super) fn look(report: &mut Report, file: File, path: &Path, limits: &FormatLimits) -> Result<(), FormatError> {
    let mut reader = BufReader::new(file);
    let index = pyramid::open(&mut reader, report.bytes);
    reader.rewind()?;
    match index {
        Ok(index) => pyramid(report, &index),
        Err(reason) => plain(report, &reason.to_string(), path, limits)?,
    }
    Ok(())
}

fn pyramid(report: &mut Report, index: &Index) {
    let Some(top) = index.levels.first() else { return };
    (report.width, report.height) = (Some(top.width.into()), Some(top.height.into()));
    report.compression = Some(compression(top.compression).to_owned());
    report.colors = Some(color(top.color).to_owned());
    report.bits = Some(8);
    report.has_profile(index.icc.as_deref());
    report.dpi = index.resolution.map(|resolution| (resolution.x * 2.54, resolution.y * 2.54));
    report.levels = index
        .levels
        .iter()
        .map(|level| LevelReport { width: level.width, height: level.height, tile_width: level.tile_width, tile_height: level.tile_height })
        .collect();
    levels(report, index);
    tiles(report);
    if top.compression != Compression::Jpeg && top.color.channels() != Channels::Rgba {
        let what = format!("Its tiles are not JPEG ({}): each is encoded anew when it is asked for.", compression(top.compression));
        report.find(Severity::Note, what, CONVERT);
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

fn compression(compression: Compression) -> &'static str {
    match compression {
        Compression::None => "none",
        Compression::Lzw => "LZW",
        Compression::Deflate => "deflate",
        Compression::Jpeg => "JPEG",
    }
}

fn color(color: Color) -> &'static str {
    match color {
        Color::Gray | Color::GrayInverted => "gray",
        Color::GrayAlpha => "gray with alpha",
        Color::Rgb | Color::YCbCr => "RGB",
        Color::Rgba | Color::RgbaPremultiplied => "RGB with alpha",
    }
}

/// One that can be read from top to bottom, but not in parts.
fn plain(report: &mut Report, reason: &str, path: &Path, limits: &FormatLimits) -> Result<(), FormatError> {
    let rows = page_rows(path, 1, limits)?;
    (report.width, report.height) = (Some(rows.width().into()), Some(rows.height().into()));
    report.colors = Some(
        match rows.channels() {
            Channels::Gray => "gray",
            Channels::Rgb => "RGB",
            Channels::Rgba => "RGB with alpha",
        }
        .to_owned(),
    );
    report.has_profile(rows.icc().as_deref());
    report.find(Severity::Note, format!("It is no pyramid: {reason}."), "");
    report.is_whole();
    Ok(())
}
