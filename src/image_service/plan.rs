//! Which tiles of which level a request needs: pure arithmetic.

use std::ops::Range;

use crate::iiif::image::{Dimensions, Format, Quality, Resolved};
use crate::pyramid::{Index, Level};
use crate::render::Window;

/// A tile of a level.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tile {
    pub column: u32,
    pub row: u32,
    /// Its place among the ranges; `None` for a tile that the file leaves out.
    pub range: Option<usize>,
}

/// The work for one answer.
#[derive(Debug, PartialEq)]
pub struct Plan {
    /// Which level the pixels come from.
    pub level: usize,
    /// What the answer shows, in pixels of that level.
    pub window: Window,
    /// The tiles that hold it, row by row.
    pub tiles: Vec<Tile>,
    /// Where those that the file has lie in it.
    pub ranges: Vec<Range<u64>>,
    /// The answer is exactly one stored tile, which may go out as it is.
    pub stored: bool,
    tile_area: u64,
}

impl Plan {
    /// Pixels to be decoded.
    pub fn area(&self) -> u64 {
        self.tiles.len() as u64 * self.tile_area
    }

    /// Memory that the work takes, roughly.
    pub fn megabytes(&self, request: &Resolved) -> u32 {
        let pixels = self.area() + 2 * request.size.area() + request.rotated().area();
        let read = self.ranges.iter().fold(0_u64, |sum, range| sum.saturating_add(range.end - range.start));
        u32::try_from((pixels * 4).saturating_add(read) / 1_000_000).unwrap_or(u32::MAX).max(1)
    }
}

/// Chooses the smallest level that has all the detail asked for, and its tiles.
///
/// Where that is more than `most` pixels, the next level does: in a pyramid it has at least half the detail, and an answer such as
/// `full/max` must not fail because the master is large.
pub fn plan(index: &Index, request: &Resolved, most: u64) -> Plan {
    let full = Dimensions { width: index.width(), height: index.height() };
    let best = index.levels.iter().rposition(|level| is_enough(full, level, request)).unwrap_or(0);
    let tile_area = |level: &Level| u64::from(level.tile_width) * u64::from(level.tile_height);
    let area = |level: &Level| covered(level, &window(full, level, request)).len() as u64 * tile_area(level);
    let number = (best..index.levels.len()).take(2).find(|&number| area(&index.levels[number]) <= most).unwrap_or(best);
    let level = &index.levels[number];
    let window = window(full, level, request);
    let mut ranges = Vec::new();
    let mut find = |(column, row): (u32, u32)| {
        let range = level.tile_range(column, row).map(|range| {
            ranges.push(range);
            ranges.len() - 1
        });
        Tile { column, row, range }
    };
    let tiles: Vec<Tile> = covered(level, &window).into_iter().map(&mut find).collect();
    let tile_area = tile_area(level);
    let stored = is_stored(level, &window, request) && tiles.len() == 1 && ranges.len() == 1;
    Plan { level: number, window, tiles, ranges, stored, tile_area }
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

/// The tiles that a window touches, row by row.
fn covered(level: &Level, window: &Window) -> Vec<(u32, u32)> {
    let touched = |from: f64, length: f64, tile: u32, count: u32| {
        let first = (from / f64::from(tile)) as u32;
        let last = ((from + length).ceil() as u32).saturating_sub(1) / tile;
        first.min(count - 1)..=last.min(count - 1)
    };
    let columns = touched(window.x, window.width, level.tile_width, level.columns());
    let rows = touched(window.y, window.height, level.tile_height, level.rows());
    rows.flat_map(|row| columns.clone().map(move |column| (column, row))).collect()
}

/// Whether the answer is one whole tile as it lies in the file: nothing scaled, turned or toned.
fn is_stored(level: &Level, window: &Window, request: &Resolved) -> bool {
    let tile = Dimensions { width: level.tile_width, height: level.tile_height };
    let whole = window.width == f64::from(tile.width) && window.height == f64::from(tile.height);
    let aligned = window.x % f64::from(tile.width) == 0.0 && window.y % f64::from(tile.height) == 0.0;
    let plain = !request.rotation.mirror && request.rotation.degrees == 0.0;
    let toned = !matches!(request.quality, Quality::Default | Quality::Color);
    whole && aligned && plain && !toned && request.size == tile && request.format == Format::Jpg
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
            assert_eq!((plan.level, plan.tiles.len()), (level, tiles), "{request}");
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
    fn only_a_whole_tile_in_its_own_colours_goes_out_as_it_is() {
        let cases = [
            ("0,0,256,256/256,256/0/default.jpg", true),
            ("256,512,256,256/max/0/color.jpg", true),
            ("0,0,512,512/256,/0/default.jpg", true),
            ("0,0,256,256/256,256/0/gray.jpg", false),
            ("0,0,256,256/256,256/0/default.png", false),
            ("0,0,256,256/256,256/90/default.jpg", false),
            ("0,0,256,256/256,256/!0/default.jpg", false),
            ("0,0,256,256/255,255/0/default.jpg", false),
            ("1,0,256,256/256,256/0/default.jpg", false),
            ("768,0,253,256/253,256/0/default.jpg", false),
        ];
        for (request, stored) in cases {
            assert_eq!(planned(request).stored, stored, "{request}");
        }
    }

    #[test]
    fn a_region_at_the_edge_ends_where_the_level_ends() {
        let window = planned("512,512,509,265/255,133/0/default.jpg").window;
        assert_eq!((window.x, window.y, window.width, window.height), (256.0, 256.0, 254.0, 132.0));
    }
}
