//! What is fed with damaged input. Each target says in a few words what came of it: input that leads to a new answer is worth keeping.
//!
//! The crate `fuzz` runs the same functions under libFuzzer.

use std::io::{Cursor, Seek, Write};
use std::path::Path;

use triptych::formats::{FormatLimits, inspect, preview, rows};
use triptych::iiif::image::{Dimensions, Limits, Request, Version};
use triptych::pyramid::{
    Attempt, Index, Level, Opening, PyramidError, RowSource, SpliceRequest, open, tiff_facts, tiff_pages, tiff_rows, tiff_rows_of,
};

/// Most pixels that one input may have decoded: what is larger takes long and finds nothing else.
const AREA: u64 = 1 << 20;

/// A pyramid: opened in both ways, its index stored and read, tiles decoded, sent as they are, cut and put together.
pub fn pyramid(bytes: &[u8]) -> String {
    let opened = open(&mut Cursor::new(bytes), bytes.len() as u64);
    let index = match (opened, in_pieces(bytes)) {
        (Ok(index), Ok(other)) => {
            assert_eq!(index, other, "the two ways of opening disagree");
            index
        }
        (Err(error), Err(_)) => return error.to_string(),
        (one, other) => panic!("the two ways of opening disagree: {one:?}, {other:?}"),
    };
    assert_eq!(Index::from_bytes(&index.to_bytes()).expect("an index of our own"), index);
    let mut story = format!("{:?} {:?}", index.channels(), index.icc.is_some());
    for level in index.levels.iter().take(3) {
        story += &format!(" | {:?} {:?}{}", level.color, level.compression, use_level(level, bytes));
    }
    story
}

fn in_pieces(bytes: &[u8]) -> Result<Index, PyramidError> {
    let mut opening = Opening::new(bytes.len() as u64);
    loop {
        match opening.attempt()? {
            Attempt::Ready(index) => return Ok(index),
            Attempt::Need(range) => {
                assert!(!range.is_empty() && range.end <= bytes.len() as u64, "{range:?} of {}", bytes.len());
                let piece = &bytes[range.start as usize..range.end as usize];
                opening.supply(range.start, piece.to_vec().into());
            }
        }
    }
}

fn tile<'a>(level: &Level, bytes: &'a [u8], column: u32, row: u32) -> Option<&'a [u8]> {
    let range = level.tile_range(column, row)?;
    bytes.get(usize::try_from(range.start).ok()?..usize::try_from(range.end).ok()?)
}

fn use_level(level: &Level, bytes: &[u8]) -> String {
    let mut story = String::new();
    let area = u64::from(level.tile_width) * u64::from(level.tile_height);
    for (column, row) in [(0, 0), (level.columns() - 1, level.rows() - 1)] {
        let Some(tile) = tile(level, bytes, column, row) else { continue };
        let stream = level.jpeg_stream(tile, Some(b"a profile"));
        let (right, bottom) = (level.width - column * level.tile_width, level.height - row * level.tile_height);
        let (right, bottom) = (right.min(level.tile_width), bottom.min(level.tile_height));
        let cut = [true, false].map(|gray| level.cropped_stream(tile, right, bottom, gray, None).is_some());
        story += &format!(" {} {cut:?}", stream.is_some());
        if area > AREA {
            continue;
        }
        for eighths in level.eighths() {
            let planes = [true, false].map(|planar| level.decode_planes(tile, eighths, planar).map(|planes| planes.width()));
            story += &format!(" {planes:?}");
        }
        story += &format!(" {:?}", level.decode_tile(tile).map(|raster| raster.width()).map_err(|error| error.to_string()));
    }
    story + &put_together(level, bytes)
}

/// A rectangle that begins in the first tile and goes into the second row and column.
fn put_together(level: &Level, bytes: &[u8]) -> String {
    let mut story = String::new();
    for (x, y, gray) in [(0, 0, false), (16, 16, false), (0, 0, true)] {
        let (width, height) = (level.width.min(level.tile_width.saturating_mul(2)), level.height.min(level.tile_height + 9));
        let (Some(width), Some(height)) = (width.checked_sub(x), height.checked_sub(y)) else { continue };
        let Some(first) = tile(level, bytes, 0, 0) else { continue };
        let Some(mut splice) = level.splice(&SpliceRequest { x, y, width, height, gray, icc: None }, first) else { continue };
        let mut stream = splice.head();
        let mut rows: Vec<Vec<&[u8]>> = Vec::new();
        for (column, row) in level.tiles_in(x, y, width, height) {
            rows.resize(rows.len().max(row as usize + 1), Vec::new());
            rows[row as usize].push(tile(level, bytes, column, row).unwrap_or_default());
        }
        let made = rows.iter().try_for_each(|row| splice.row(row).map(|part| stream.extend(part)));
        let ended = made.and_then(|()| splice.end().map(|end| stream.extend(end)));
        story += &format!(" {:?}", ended.map_err(|error| error.to_string()));
    }
    story
}

/// A TIFF of any kind, read in rows.
pub fn tiff(bytes: &[u8]) -> String {
    let file = || Cursor::new(bytes.to_vec());
    let pages = tiff_pages(file());
    let facts = tiff_facts(file()).map(|facts| facts.pieces).map_err(|error| error.to_string());
    let mut story = format!("{:?} {facts:?}", pages.as_ref().map_err(ToString::to_string));
    let first = tiff_rows(file()).map_err(|error| error.to_string());
    story += &first.map_or_else(|error| error, |mut rows| read(rows.as_mut()));
    if pages.is_ok_and(|pages| pages > 1) {
        let second = tiff_rows_of(file(), 2).map_err(|error| error.to_string());
        story += &second.map_or_else(|error| error, |mut rows| read(rows.as_mut()));
    }
    story
}

/// Reads all of what is not too large, in bands of odd heights. Whoever takes masters in looks at their size first, too.
fn read(rows: &mut dyn RowSource) -> String {
    let stride = u64::from(rows.width()) * rows.channels().count() as u64;
    let most = u64::from(rows.height());
    if u64::from(rows.width()) * most > AREA {
        return format!("{:?}, too large", rows.channels());
    }
    let mut done = 0;
    while done < most {
        let height = (most - done).min(7);
        let mut band = vec![0; (height * stride) as usize];
        if let Err(error) = rows.read_rows(&mut band) {
            return format!("{:?} then {error}", rows.channels());
        }
        done += height;
    }
    format!("{:?} {} {}", rows.channels(), rows.icc().is_some(), rows.orientation())
}

/// A master of any kind, from a file: its rows, its preview, the report on it.
pub fn master(bytes: &[u8]) -> String {
    let limits = FormatLimits { max_pixels: AREA, max_side: 1 << 14, max_jp2_pixels: AREA };
    let file = written(bytes);
    let path = file.path();
    let mut story = rows(path, &limits).map_or_else(|error| error.to_string(), |mut rows| read(rows.as_mut()));
    story += &small(path, &limits);
    let report = inspect(path, &limits).map_err(|error| error.to_string());
    story + &report.map_or_else(|error| error, |report| format!("{:?}", report.findings.len()))
}

fn small(path: &Path, limits: &FormatLimits) -> String {
    preview(path, 40, limits).map_or_else(|error| format!(" {error} "), |raster| format!(" {:?} ", raster.channels()))
}

fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let memory = Path::new("/dev/shm");
    let file = if memory.is_dir() { tempfile::NamedTempFile::new_in(memory) } else { tempfile::NamedTempFile::new() };
    let mut file = file.expect("a temporary file");
    file.write_all(bytes).and_then(|()| file.rewind()).expect("written");
    file
}

/// An image request: read, worked out for images of many sizes, written in its canonical form and read again.
pub fn request(bytes: &[u8]) -> String {
    let text = String::from_utf8_lossy(bytes);
    let segments: Vec<&str> = text.split('/').collect();
    let &[region, size, rotation, last] = segments.as_slice() else { return String::new() };
    let mut story = String::new();
    for version in [Version::V2, Version::V3] {
        match Request::parse(version, region, size, rotation, last) {
            Ok(request) => story += &resolved(version, &request),
            Err(error) => {
                assert!(error.to_string().len() < 600, "a short answer");
                story += &error.to_string().chars().take(20).collect::<String>();
            }
        }
    }
    story
}

fn resolved(version: Version, request: &Request) -> String {
    let sides = [1, 2, 3, 509, 65_537, u32::MAX >> 1];
    let limits = [(10_000, 10_000, 40_000_000), (100, 7, 300), (u32::MAX, u32::MAX, u64::MAX), (0, 0, 0)];
    let mut served = 0;
    for (width, height) in sides.iter().flat_map(|width| sides.map(|height| (*width, height))) {
        let full = Dimensions { width, height };
        for (max_width, max_height, max_area) in limits {
            let limits = Limits { max_width, max_height, max_area };
            let Ok(resolved) = request.resolve(full, &limits) else { continue };
            served += 1;
            let rect = resolved.region;
            assert!(rect.width > 0 && rect.height > 0 && rect.x < width && rect.y < height, "{rect:?} of {full:?}");
            assert!(rect.width <= width - rect.x && rect.height <= height - rect.y, "{rect:?} of {full:?}");
            assert!(resolved.size.width > 0 && resolved.size.height > 0 && limits.allow(resolved.size), "{:?}", resolved.size);
            again(version, full, &limits, &resolved);
        }
    }
    format!("{served}")
}

/// The canonical form is the same request, and its own canonical form.
fn again(version: Version, full: Dimensions, limits: &Limits, resolved: &triptych::iiif::image::Resolved) {
    let canonical = resolved.canonical(version, full, limits);
    let segments: Vec<&str> = canonical.split('/').collect();
    let &[region, size, rotation, last] = segments.as_slice() else { panic!("{canonical}") };
    let read = Request::parse(version, region, size, rotation, last).unwrap_or_else(|error| panic!("{canonical}: {error}"));
    let same = read.resolve(full, limits).unwrap_or_else(|error| panic!("{canonical} of {full:?}: {error}"));
    assert_eq!(&same, resolved, "{canonical} of {full:?} within {limits:?}");
}
