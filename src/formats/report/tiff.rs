//! TIFF files: pyramids, and those that could become one.

use std::io::{BufReader, Read, Seek};

use super::{CONVERT, LevelReport, Report, SMALL, Severity};
use crate::formats::convert::by_profile;
use crate::formats::limits::{FormatError, FormatLimits};
use crate::pyramid::{self, Compression, Index, TiffFacts, TiffPieces};
use crate::raster::Channels;

/// A smallest version of this size is decoded in no time.
const SMALLEST: u32 = 1024;
/// Sides of tiles that serve well.
const TILES: std::ops::RangeInclusive<u32> = 128..=1024;
/// TIFF's number of CMYK (tag 262), and of floating-point samples (tag 339).
const CMYK: u64 = 5;
const FLOAT: u64 = 3;

pub(super) fn look(report: &mut Report, file: impl Read + Seek + Send + 'static, limits: &FormatLimits) -> Result<(), FormatError> {
    let mut reader = BufReader::new(file);
    let facts = pyramid::tiff_facts(&mut reader)?;
    reader.rewind()?;
    tell(report, &facts);
    report.sized(facts.width, facts.height, limits)?;
    if facts.tiles_refused.is_none() {
        pyramid(report, &pyramid::open(&mut reader, report.bytes)?);
        reader.rewind()?;
    }
    if let Some(reason) = &facts.rows_refused {
        let cure = "Save it as TIFF, 8 bits, gray or RGB, with a program that can read it.";
        report.find(Severity::Refused, reason.as_str(), cure);
        return Ok(());
    }
    colors(report, &facts, reader)?;
    if let Some(reason) = &facts.tiles_refused {
        report.find(Severity::Note, format!("It is no pyramid: {reason}"), "");
        strips(report, facts.pieces);
        report.is_whole();
    }
    Ok(())
}

/// What the directory says.
fn tell(report: &mut Report, facts: &TiffFacts) {
    report.compression = Some(facts.compression.1.to_owned());
    report.colors = Some(facts.color.1.to_owned());
    report.pages = Some(facts.pages);
    report.has_bits(facts.bits.iter().max().map_or(1, |bits| u8::try_from(*bits).unwrap_or(u8::MAX)));
    report.lies(facts.orientation.into());
    if facts.sample_format == FLOAT {
        report.find(Severity::Odd, "Its samples are floating-point numbers: 0 is shown as black and 1 as white.", "");
    }
    if facts.pages > 1 {
        let what = format!("It has {} pictures, of which the first is served unless another is asked for.", facts.pages);
        report.find(Severity::Note, what, "`page` where it is registered, or `triptych convert --page`, takes another");
    }
}

/// Colours and profile, as they are when the picture is read.
fn colors(report: &mut Report, facts: &TiffFacts, reader: impl Read + Seek + Send + 'static) -> Result<(), FormatError> {
    let mut inks = None;
    let rows = pyramid::tiff_rows_with_inks(reader, 1, |icc| {
        inks = icc.map(<[u8]>::to_vec);
        by_profile(icc)
    })?;
    let icc = inks.or_else(|| rows.icc());
    report.has_profile(icc.as_deref());
    match rows.channels() {
        _ if facts.color.0 == Some(CMYK) => report.has_inks(icc.as_deref()),
        Channels::Rgba => report.colors = Some(format!("{} with alpha", facts.color.1)),
        Channels::Gray | Channels::Rgb => {}
    }
    Ok(())
}

fn strips(report: &mut Report, pieces: TiffPieces) {
    if let TiffPieces::Strips { rows } = pieces
        && rows.saturating_mul(report.width.unwrap_or(0)) > SMALL
    {
        let what = format!("It is stored in strips of {rows} rows, which need much memory.");
        report.find(Severity::Slow, what, CONVERT);
    }
}

fn pyramid(report: &mut Report, index: &Index) {
    let Some(top) = index.levels.first() else { return };
    report.dpi = index.resolution.map(|resolution| (resolution.x * 2.54, resolution.y * 2.54));
    report.levels = index.levels.iter().map(LevelReport::of).collect();
    levels(report, index);
    tiles(report);
    if top.compression != Compression::Jpeg && top.color.channels() != Channels::Rgba {
        report.find(Severity::Note, "Its tiles are not JPEG: each is encoded anew when it is asked for.", CONVERT);
    }
}

impl LevelReport {
    fn of(level: &pyramid::Level) -> Self {
        Self { width: level.width, height: level.height, tile_width: level.tile_width, tile_height: level.tile_height }
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
