//! Every size and every tile that info.json promises, of pyramids that other programs made, against what other decoders see in them.

use image::RgbaImage;
use serde_json::Value;

use crate::support::fixture;
use crate::support::pictures::{Difference, NONE, bytes, decode, difference, on_white, part, reference};
use crate::support::service::Service;

/// File, how many levels it has, and whether its tiles are exact.
const FIXTURES: [(&str, usize, bool); 12] = [
    ("vips-jpeg75", 3, false),
    ("vips-jpeg90", 3, false),
    ("vips-subifd", 3, false),
    ("vips-gray", 3, false),
    ("vips-deflate", 4, true),
    ("vips-lzw", 3, true),
    ("vips-rgba", 3, true),
    ("magick-rgb", 4, false),
    ("magick-ycbcr", 4, false),
    ("tiffcp-bigendian", 4, true),
    ("libtiff-complete", 1, false),
    ("libtiff-deflate32946", 1, true),
];
/// Two JPEG decoders may round differently.
const DECODERS: Difference = Difference { most: 3, mean: 0.2 };
/// Mean difference that comes of levels which were rounded down: they are stretched by up to a pixel.
const STRETCHED: f64 = 4.5;
/// Mean difference that compressing anew costs.
const COMPRESSED: f64 = 6.0;
/// Mean difference of one and the same JPEG between decoders that spread its colours differently.
const SPREAD: f64 = 1.5;

/// A fixture in the open storage, and what is known of it.
struct Pyramid<'a> {
    service: &'a Service,
    name: &'a str,
    lossless: bool,
    levels: Vec<RgbaImage>,
    width: u32,
    height: u32,
    /// Edge of a tile, and scale factors, of info.json.
    tile: u32,
    factors: Vec<u32>,
    sizes: Vec<(u32, u32)>,
}

/// A tile of info.json: region and size as viewers work them out.
struct Tile {
    region: [u32; 4],
    size: (u32, u32),
    factor: u32,
}

fn number(value: &Value) -> u32 {
    value.as_u64().and_then(|number| number.try_into().ok()).expect("a number")
}

impl<'a> Pyramid<'a> {
    async fn open(service: &'a Service, (name, levels, lossless): (&'a str, usize, bool)) -> Self {
        service.place(&format!("tiff/{name}.tif"), &format!("{name}.tif"));
        let info = service.json(&format!("/iiif/3/{name}/info.json")).await;
        let two = service.json(&format!("/iiif/2/{name}/info.json")).await;
        assert_eq!((&info["sizes"], &info["tiles"]), (&two["sizes"], &two["tiles"]), "{name}: both versions offer the same");
        let list = |value: &Value| value.as_array().expect("a list").clone();
        Self {
            service,
            name,
            lossless,
            levels: (0..levels).map(|level| reference(&format!("tiff/{name}.tif.{level}.png"))).collect(),
            width: number(&info["width"]),
            height: number(&info["height"]),
            tile: number(&info["tiles"][0]["width"]),
            factors: list(&info["tiles"][0]["scaleFactors"]).iter().map(number).collect(),
            sizes: list(&info["sizes"]).iter().map(|size| (number(&size["width"]), number(&size["height"]))).collect(),
        }
    }

    fn tiles(&self) -> Vec<Tile> {
        self.factors.iter().flat_map(|factor| self.tiles_at(*factor)).collect()
    }

    fn tiles_at(&self, factor: u32) -> Vec<Tile> {
        let step = self.tile * factor;
        let tile = |x: u32, y: u32| {
            let (width, height) = (step.min(self.width - x), step.min(self.height - y));
            Tile { region: [x, y, width, height], size: (width.div_ceil(factor), height.div_ceil(factor)), factor }
        };
        let starts = |side: u32| (0..side).step_by(step as usize);
        starts(self.height).flat_map(|y| starts(self.width).map(move |x| tile(x, y))).collect()
    }

    /// The lossless picture of a region and a size, the same however it is asked.
    async fn exact(&self, region: &str, (width, height): (u32, u32)) -> RgbaImage {
        let name = self.name;
        let png = bytes(self.service, &format!("/iiif/3/{name}/{region}/{width},{height}/0/default.png")).await;
        for size in [format!("{width},"), format!("{width},{height}")] {
            let path = format!("/iiif/2/{name}/{region}/{size}/0/default.png");
            assert!(bytes(self.service, &path).await == png, "{path} is not what 3.0 has");
        }
        let picture = decode(&png).to_rgba8();
        assert_eq!(picture.dimensions(), (width, height), "{name} {region}");
        picture
    }

    /// The same as a JPEG, which must look like `exact`.
    async fn jpeg(&self, region: &str, (width, height): (u32, u32), exact: &RgbaImage, mean: f64) -> Vec<u8> {
        let path = format!("/iiif/3/{}/{region}/{width},{height}/0/default.jpg", self.name);
        let jpeg = bytes(self.service, &path).await;
        let picture = decode(&jpeg).to_rgba8();
        assert_eq!(picture.dimensions(), (width, height), "{path}");
        let apart = difference(&picture, &on_white(exact));
        assert!(apart.mean <= mean, "{path}: {apart:?}");
        jpeg
    }

    fn assert_same(&self, picture: &RgbaImage, expected: &RgbaImage, what: &str) {
        let (apart, bound) = (difference(picture, expected), if self.lossless { NONE } else { DECODERS });
        assert!(apart.most <= bound.most && apart.mean <= bound.mean, "{} {what}: {apart:?}", self.name);
    }

    async fn check_tile(&self, tile: &Tile, file: &[u8]) {
        let Tile { region: [x, y, width, height], size, factor } = *tile;
        let region = format!("{x},{y},{width},{height}");
        let picture = self.exact(&region, size).await;
        let level = &self.levels[factor.ilog2() as usize];
        let expected = part(level, [x / factor, y / factor, size.0, size.1]);
        let at_edge = x + width == self.width || y + height == self.height;
        if factor == 1 || !at_edge {
            self.assert_same(&picture, &expected, &region);
        } else {
            let apart = difference(&picture, &expected);
            assert!(apart.mean <= STRETCHED, "{} {region} by {factor}: {apart:?}", self.name);
        }
        let stored = !self.lossless && size == (self.tile, self.tile);
        let jpeg = self.jpeg(&region, size, &picture, if stored { SPREAD } else { COMPRESSED }).await;
        let scan = &jpeg[jpeg.len() - 100..];
        let found = file.windows(scan.len()).any(|part| part == scan);
        assert!(found || !stored, "{} {region}: sent as it is stored", self.name);
    }

    async fn check_size(&self, number: usize, size: (u32, u32)) {
        let picture = self.exact("full", size).await;
        let level = &self.levels[self.sizes.len() - 1 - number];
        let apart = difference(&picture, level);
        assert!(apart.mean <= STRETCHED, "{} {size:?}: {apart:?}", self.name);
        self.jpeg("full", size, &picture, COMPRESSED).await;
    }

    /// A square of whole pixels from the corner of each level that has one.
    async fn check_levels(&self) {
        for (number, level) in self.levels.iter().enumerate() {
            let side = 64 << number;
            if side < self.width.min(self.height) {
                let picture = self.exact(&format!("0,0,{side},{side}"), (64, 64)).await;
                self.assert_same(&picture, &part(level, [0, 0, 64, 64]), &format!("level {number}"));
            }
        }
    }
}

#[tokio::test]
async fn every_tile_is_what_the_file_holds() {
    let service = Service::start().await;
    for known in FIXTURES {
        let pyramid = Pyramid::open(&service, known).await;
        let file = std::fs::read(fixture(&format!("tiff/{}.tif", known.0))).expect("a fixture");
        let tiles = pyramid.tiles();
        assert!(tiles.len() >= pyramid.factors.len());
        for tile in &tiles {
            pyramid.check_tile(tile, &file).await;
        }
    }
}

#[tokio::test]
async fn every_size_is_served_to_the_pixel() {
    let service = Service::start().await;
    for known in FIXTURES {
        let pyramid = Pyramid::open(&service, known).await;
        assert_eq!(pyramid.sizes.last(), Some(&(pyramid.width, pyramid.height)), "{}", known.0);
        for (number, size) in pyramid.sizes.iter().enumerate() {
            pyramid.check_size(number, *size).await;
        }
        pyramid.check_levels().await;
    }
}
