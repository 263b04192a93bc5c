//! Pyramids made by other people's programs, and broken ones.

mod fixtures;
mod hostile;
mod kinds;
mod pages;
mod plain;
mod written;

use super::*;
use crate::raster::{Channels, Raster};
use std::{fs, io::Cursor, path::PathBuf};

/// Every fixture: its name, how many levels it has, and how far its pixels may be from the reference.
const FIXTURES: [(&str, usize, u8); 12] = [
    ("vips-jpeg75", 3, 2),
    ("vips-jpeg90", 3, 2),
    ("vips-subifd", 3, 2),
    ("vips-gray", 3, 2),
    ("vips-deflate", 4, 0),
    ("vips-lzw", 3, 0),
    ("vips-rgba", 3, 0),
    ("magick-rgb", 4, 2),
    ("magick-ycbcr", 4, 2),
    ("tiffcp-bigendian", 4, 0),
    ("libtiff-complete", 1, 2),
    ("libtiff-deflate32946", 1, 0),
];

fn fixture(name: &str) -> Vec<u8> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/tiff").join(name);
    fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn open_bytes(bytes: &[u8]) -> Result<Index, PyramidError> {
    open(&mut Cursor::new(bytes), bytes.len() as u64)
}

/// What libvips made of a level.
fn reference(name: &str, level: usize) -> Raster {
    decode_png(&fixture(&format!("{name}.tif.{level}.png")))
}

fn decode_png(bytes: &[u8]) -> Raster {
    let image = image::load_from_memory(bytes).unwrap();
    let (width, height) = (image.width(), image.height());
    let (channels, pixels) = match image {
        image::DynamicImage::ImageLuma8(image) => (Channels::Gray, image.into_raw()),
        image::DynamicImage::ImageRgb8(image) => (Channels::Rgb, image.into_raw()),
        image::DynamicImage::ImageRgba8(image) => (Channels::Rgba, image.into_raw()),
        other => panic!("{:?}", other.color()),
    };
    Raster::from_pixels(width, height, channels, pixels)
}

/// A whole level, put together from its tiles by `decode`.
fn assemble(level: &Level, file: &[u8], decode: impl Fn(&Level, &[u8]) -> Raster) -> Raster {
    let mut whole = Raster::zeroed(level.width, level.height, level.color.channels());
    for (column, row) in level.tiles_in(0, 0, level.width, level.height) {
        let range = level.tile_range(column, row).unwrap();
        let tile = decode(level, &file[range.start as usize..range.end as usize]);
        assert_eq!((tile.width(), tile.height()), (level.tile_width, level.tile_height));
        whole.copy_from(&tile, (0, 0), (column * level.tile_width, row * level.tile_height));
    }
    whole
}

fn worst_difference(a: &Raster, b: &Raster) -> u8 {
    assert_eq!((a.width(), a.height(), a.channels()), (b.width(), b.height(), b.channels()));
    a.pixels().iter().zip(b.pixels()).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0)
}

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides as u64) as usize
    }
}
