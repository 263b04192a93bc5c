//! Which tiles of which level a request needs, and how little has to be done with them: pure arithmetic.

use std::ops::Range;

use crate::iiif::image::{Dimensions, Format, Quality, Resolved};
use crate::pyramid::{Compression, Index, Level};
use crate::render::Window;

/// Answers of at most this many pixels, from at most so many decoded ones, are quick to make.
const QUICK_ANSWER: u64 = 1_200_000;
const QUICK_SOURCE: u64 = 2_500_000;
/// Larger answers are sent while they are made.
const STREAMED: u64 = 3_000_000;

/// Sides of the largest units that JPEG codes with the usual subsampling, in pixels.
const CODED: (u32, u32) = (16, 16);

/// What has to be done with the tiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// The answer is exactly one stored tile, which goes out as it is.
    Stored,
    /// The answer is a part of one level, unscaled, that begins on the grid of JPEG's coded units: put together undecoded.
    Spliced,
    /// Everything else is decoded.
    Cut,
}

/// The work for one answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub way: Way,
    /// Which level the pixels come from.
    pub level: usize,
    /// What the answer shows, in pixels of that level.
    pub window: Window,
    /// The tiles that hold it.
    pub columns: Range<u32>,
    pub rows: Range<u32>,
    /// Tiles are decoded to so many eighths of their size.
    pub eighths: u8,
    /// Of a tile as stored.
    tile_area: u64,
    /// Of the answer.
    answer_area: u64,
    /// Nobody waits for the answer: it gives way to all others.
    pub unhurried: bool,
}

impl Plan {
    pub fn tiles(&self) -> u64 {
        u64::from(self.columns.end - self.columns.start) * u64::from(self.rows.end - self.rows.start)
    }

    /// Where the tiles lie in the file, row by row; `None` for those that it leaves out.
    pub fn tiles_of(&self, level: &Level) -> impl Iterator<Item = Option<Range<u64>>> {
        self.rows.clone().flat_map(move |row| self.columns.clone().map(move |column| level.tile_range(column, row)))
    }

    /// Pixels of the level in the tiles that are touched.
    pub fn area(&self) -> u64 {
        self.tiles() * self.tile_area
    }

    /// Pixels to be decoded.
    fn decoded(&self) -> u64 {
        self.area() * u64::from(self.eighths).pow(2) / 64
    }

    /// Whether the answer is quick to make, and wanted soon.
    pub fn is_quick(&self) -> bool {
        !self.unhurried && self.answer_area <= QUICK_ANSWER && self.decoded() <= QUICK_SOURCE
    }

    /// Whether the answer is sent while it is made, if its format can be.
    pub fn is_streamed(&self) -> bool {
        self.answer_area > STREAMED
    }

    /// How many decoded pixels along a side become one of the answer.
    pub fn reduction(&self, size: Dimensions) -> f64 {
        let part = f64::from(self.eighths) / 8.0;
        (self.window.width * part / f64::from(size.width)).max(self.window.height * part / f64::from(size.height))
    }

    /// Memory that the work takes, roughly, in megabytes. What is made row of tiles by row of tiles needs only a few of these.
    pub fn megabytes(&self, request: &Resolved, by_rows: bool) -> u32 {
        let rows = u64::from(self.rows.end - self.rows.start);
        let source = if by_rows { self.decoded() * 3 / rows.max(1) } else { self.decoded() };
        let answer = if by_rows { request.size.area() / 4 } else { 2 * request.size.area() + request.rotated().area() };
        u32::try_from(source.saturating_add(answer).saturating_mul(4) / 1_000_000).unwrap_or(u32::MAX).max(1)
    }
}

/// Chooses the smallest level that has all the detail asked for, and its tiles.
///
/// Where that is more than `most` pixels, the next level does: in a pyramid it has at least half the detail, and an answer such as
/// `full/max` must not fail because the master is large.
pub fn plan(index: &Index, request: &Resolved, most: u64) -> Plan {
    let full = Dimensions { width: index.width(), height: index.height() };
    let best = index.levels.iter().rposition(|level| is_enough(full, level, request)).unwrap_or(0);
    let mut plan = plan_of(index, best, request);
    if plan.area() > most && best + 1 < index.levels.len() {
        let next = plan_of(index, best + 1, request);
        if next.area() <= most {
            plan = next;
        }
    }
    plan
}

fn plan_of(index: &Index, number: usize, request: &Resolved) -> Plan {
    let full = Dimensions { width: index.width(), height: index.height() };
    let level = &index.levels[number];
    let window = window(full, level, request);
    let (columns, rows) = covered(level, &window);
    let way = way(level, &window, request);
    let eighths = if way == Way::Cut { eighths(level, &window, request.size) } else { 8 };
    let tile_area = u64::from(level.tile_width) * u64::from(level.tile_height);
    Plan { way, level: number, window, columns, rows, eighths, tile_area, answer_area: request.size.area(), unhurried: false }
}

/// How little may be done for a request.
fn way(level: &Level, window: &Window, request: &Resolved) -> Way {
    let plain = level.compression == Compression::Jpeg && request.format == Format::Jpg && request.rotation.is_none();
    let unscaled = window.width == f64::from(request.size.width) && window.height == f64::from(request.size.height);
    let on_grid = |grid: (u32, u32)| window.x % f64::from(grid.0) == 0.0 && window.y % f64::from(grid.1) == 0.0;
    let tile = (level.tile_width, level.tile_height);
    match plain && unscaled && on_grid(CODED) && request.quality != Quality::Bitonal {
        true if on_grid(tile) && (request.size.width, request.size.height) == tile && request.quality != Quality::Gray => Way::Stored,
        true => Way::Spliced,
        false => Way::Cut,
    }
}

/// To how many eighths of their size tiles are decoded, so that the window still has all the pixels of the answer.
fn eighths(level: &Level, window: &Window, size: Dimensions) -> u8 {
    let needed = (f64::from(size.width) / window.width).max(f64::from(size.height) / window.height) * 8.0;
    level.eighths().find(|eighths| f64::from(*eighths) + 1e-9 >= needed).unwrap_or(8)
}

/// Whether a level has all the detail that the request asks for.
///
/// At the right and bottom edge the last pixel of a level stands for less than the others, so that a region there gives one pixel
/// more than its length divided by the factor. In a region of a few pixels that says nothing of the factor: the other side must.
fn is_enough(full: Dimensions, level: &Level, request: &Resolved) -> bool {
    let (region, size) = (request.region, request.size);
    let (across, down) = factors(full, level);
    let holds = |start: u32, length: u32, whole: u32, size: u32, factor: f64| {
        let pixels = f64::from(length) / factor + 1e-6;
        f64::from(size) <= if start + length >= whole { (pixels - 2e-6).ceil() } else { pixels }
    };
    let reduction = (f64::from(region.width) / f64::from(size.width)).max(f64::from(region.height) / f64::from(size.height));
    holds(region.x, region.width, full.width, size.width, across)
        && holds(region.y, region.height, full.height, size.height, down)
        && (across.min(down) <= 1.0 || across.min(down) < 2.0 * reduction)
}

/// How many pixels of the full image one pixel of the level stands for, across and down.
///
/// Reductions by whole numbers are taken as such even where rounding made the level a pixel larger or smaller.
fn factors(full: Dimensions, level: &Level) -> (f64, f64) {
    let factor = |whole: u32, part: u32| {
        let (whole, part) = (f64::from(whole), f64::from(part));
        let nearest = (whole / part).round();
        if (whole / nearest - part).abs() < 1.0 { nearest } else { whole / part }
    };
    let (across, down) = (factor(full.width, level.width), factor(full.height, level.height));
    // A level that is one pixel high says nothing of its factor; the longer side does.
    match level.width >= level.height {
        true if (f64::from(full.height) / across).max(1.0) - f64::from(level.height) < 1.0 => (across, across),
        false if (f64::from(full.width) / down).max(1.0) - f64::from(level.width) < 1.0 => (down, down),
        _ => (across, down),
    }
}

/// The region in pixels of the level. At the right and bottom edge it ends where the level ends.
fn window(full: Dimensions, level: &Level, request: &Resolved) -> Window {
    let (across, down) = factors(full, level);
    let region = request.region;
    let span = |start: u32, length: u32, whole: u32, factor: f64, level: u32| {
        let level = f64::from(level);
        let from = (f64::from(start) / factor).min(level - 1.0);
        let to = if start + length >= whole { level } else { (f64::from(start + length) / factor).min(level) };
        (from, (to - from).max(f64::MIN_POSITIVE))
    };
    let (x, width) = span(region.x, region.width, full.width, across, level.width);
    let (y, height) = span(region.y, region.height, full.height, down, level.height);
    Window { x, y, width, height }
}

/// The columns and rows of the tiles that a window touches.
fn covered(level: &Level, window: &Window) -> (Range<u32>, Range<u32>) {
    let touched = |from: f64, length: f64, tile: u32, count: u32| {
        let first = ((from / f64::from(tile)) as u32).min(count - 1);
        let last = (((from + length).ceil() as u32).saturating_sub(1) / tile).min(count - 1);
        first..last.max(first) + 1
    };
    let columns = touched(window.x, window.width, level.tile_width, level.columns());
    let rows = touched(window.y, window.height, level.tile_height, level.rows());
    (columns, rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::image::{Limits, Request, Version};

    /// A file of 1021 x 777 whose levels are rounded down, as libvips writes them: 510 x 388, 255 x 194.
    fn index() -> Index {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/tiff/vips-jpeg75.tif");
        let mut file = std::fs::File::open(path).expect("a fixture");
        let size = file.metadata().expect("its size").len();
        crate::pyramid::open(&mut file, size).expect("a pyramid")
    }

    fn planned(request: &str) -> Plan {
        planned_within(request, u64::MAX)
    }

    fn planned_within(request: &str, most: u64) -> Plan {
        let parts: Vec<&str> = request.split('/').collect();
        let limits = Limits { max_width: 5000, max_height: 5000, max_area: 25_000_000 };
        let parsed = Request::parse(Version::V3, parts[0], parts[1], parts[2], parts[3]).expect("a request");
        let index = index();
        let full = Dimensions { width: index.width(), height: index.height() };
        plan(&index, &parsed.resolve(full, &limits).expect("one that can be answered"), most)
    }

    #[test]
    fn the_smallest_level_with_all_the_detail_serves() {
        let cases = [
            ("full/max/0/default.jpg", 0, 16),
            ("full/512,/0/default.jpg", 0, 16),
            ("full/511,389/0/default.jpg", 1, 4),
            ("full/300,/0/default.jpg", 1, 4),
            ("full/256,195/0/default.jpg", 2, 1),
            ("full/1,/0/default.jpg", 2, 1),
            ("0,0,256,256/256,256/0/default.jpg", 0, 1),
            ("0,0,512,512/256,256/0/default.jpg", 1, 1),
            ("512,512,509,265/255,133/0/default.jpg", 1, 1),
            ("255,255,2,2/2,2/0/default.jpg", 0, 4),
            ("256,256,256,256/^512,/0/default.jpg", 0, 1),
            ("1020,776,1,1/max/0/default.jpg", 0, 1),
        ];
        for (request, level, tiles) in cases {
            let plan = planned(request);
            assert_eq!((plan.level, plan.tiles()), (level, tiles), "{request}");
        }
    }

    #[test]
    fn the_next_level_serves_where_the_best_is_too_large_to_decode() {
        let tile = 256 * 256;
        for (most, level) in [(16 * tile, 0), (16 * tile - 1, 1), (4 * tile, 1), (4 * tile - 1, 0)] {
            assert_eq!(planned_within("full/max/0/default.jpg", most).level, level, "{most}");
        }
    }

    #[test]
    fn as_little_is_done_as_may_be() {
        let cases = [
            ("0,0,256,256/256,256/0/default.jpg", Way::Stored),
            ("256,512,256,256/max/0/color.jpg", Way::Stored),
            ("256,512,256,256/!256,256/0/default.jpg", Way::Stored),
            ("256,512,256,256/pct:100/0/default.jpg", Way::Stored),
            ("256,512,256,256/,256/0/default.jpg", Way::Stored),
            ("0,0,512,512/256,/0/default.jpg", Way::Stored),
            ("0,0,512,512/pct:50/0/default.jpg", Way::Stored),
            ("0,0,256,256/256,256/0/gray.jpg", Way::Spliced),
            ("768,0,253,256/253,256/0/default.jpg", Way::Spliced),
            ("768,768,253,9/max/0/default.jpg", Way::Spliced),
            ("full/max/0/default.jpg", Way::Spliced),
            ("full/max/0/gray.jpg", Way::Spliced),
            ("256,0,512,512/max/0/default.jpg", Way::Spliced),
            ("256,0,512,500/max/0/default.jpg", Way::Spliced),
            ("16,32,99,101/max/0/default.jpg", Way::Spliced),
            ("8,32,99,101/max/0/default.jpg", Way::Cut),
            ("full/max/0/bitonal.jpg", Way::Cut),
            ("full/511,389/0/default.jpg", Way::Cut),
            ("0,0,256,256/256,256/0/default.png", Way::Cut),
            ("0,0,256,256/256,256/90/default.jpg", Way::Cut),
            ("0,0,256,256/256,256/!0/default.jpg", Way::Cut),
            ("0,0,256,256/255,255/0/default.jpg", Way::Cut),
            ("1,0,256,256/256,256/0/default.jpg", Way::Cut),
        ];
        for (request, way) in cases {
            assert_eq!(planned(request).way, way, "{request}");
        }
    }

    #[test]
    fn tiles_are_decoded_to_the_size_that_is_needed() {
        let cases = [
            ("full/max/0/default.png", 8),
            ("full/900,/0/default.jpg", 8),
            ("full/890,/0/default.jpg", 8),
            ("full/520,/0/default.jpg", 8),
            ("full/100,/0/default.jpg", 4),
            ("full/60,/0/default.jpg", 2),
            ("full/20,/0/default.jpg", 1),
            ("0,0,100,100/^200,/0/default.jpg", 8),
        ];
        for (request, eighths) in cases {
            assert_eq!(planned(request).eighths, eighths, "{request}");
        }
    }

    #[test]
    fn a_region_at_the_edge_ends_where_the_level_ends() {
        let window = planned("512,512,509,265/255,133/0/default.jpg").window;
        assert_eq!((window.x, window.y, window.width, window.height), (256.0, 256.0, 254.0, 132.0));
    }
}
