//! Files that other programs wrote, beside what other programs read from them.

use std::path::{Path, PathBuf};

use super::*;
use crate::raster::Raster;

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/masters").join(name)
}

const LIMITS: FormatLimits = FormatLimits { max_pixels: 10_000, max_side: 200, max_jp2_pixels: 10_000 };

/// What a PNG of 8 bits holds.
fn reference(name: &str) -> Raster {
    let picture = image::open(fixture(name)).unwrap();
    let (width, height) = (picture.width(), picture.height());
    match picture {
        image::DynamicImage::ImageLuma8(pixels) => Raster::from_pixels(width, height, Channels::Gray, pixels.into_raw()),
        image::DynamicImage::ImageRgb8(pixels) => Raster::from_pixels(width, height, Channels::Rgb, pixels.into_raw()),
        image::DynamicImage::ImageRgba8(pixels) => Raster::from_pixels(width, height, Channels::Rgba, pixels.into_raw()),
        other => panic!("{name}: {:?}", other.color()),
    }
}

/// File, reference, and how many levels a sample may differ: codecs with loss are not exact to the bit.
const FILES: [(&str, &str, u8); 29] = [
    ("baseline.jpg", "baseline.jpg.png", 1),
    ("progressive.jpg", "progressive.jpg.png", 1),
    ("gray.jpg", "gray.jpg.png", 1),
    ("cmyk.jpg", "cmyk.jpg.png", 1),
    ("ycck.jpg", "ycck.jpg.png", 2),
    ("cmyk-icc.jpg", "cmyk-icc.jpg.png", 7),
    ("lossy.webp", "lossy.webp.png", 3),
    ("lossless.webp", "lossless.webp.png", 0),
    ("alpha.webp", "alpha.webp.png", 0),
    ("moving.webp", "moving.webp.png", 0),
    ("plain.gif", "plain.gif.png", 0),
    ("offset.gif", "offset.gif.png", 0),
    ("moving.gif", "moving.gif.png", 0),
    ("rgb16.png", "rgb16.ref.png", 0),
    ("linear.png", "rgb16.ref.png", 0),
    ("interlaced16.png", "rgb16.ref.png", 0),
    ("gray16.png", "gray16.ref.png", 0),
    ("graya16.png", "graya16.ref.png", 0),
    ("palette.png", "palette.ref.png", 0),
    ("lossless.jp2", "lossless.jp2.png", 0),
    ("icc.jp2", "lossless.jp2.png", 0),
    ("tiled.jp2", "tiled.jp2.png", 1),
    ("raw.j2k", "raw.j2k.png", 0),
    ("rgba.jp2", "rgba.jp2.png", 0),
    ("gray.jp2", "gray.jp2.png", 0),
    ("gray16.jp2", "gray16.jp2.png", 1),
    ("cmyk.jp2", "cmyk.jp2.png", 1),
    ("lossless.jp2.png", "lossless.jp2.png", 0),
    ("alpha.webp.png", "alpha.webp.png", 0),
];

#[test]
fn pixels_are_those_that_others_decode() {
    for (file, expected, by) in FILES {
        let mut rows = rows(&fixture(file), &LIMITS).unwrap_or_else(|error| panic!("{file}: {error}"));
        let (width, height, channels, pixels) = drain(rows.as_mut()).unwrap();
        let expected = reference(expected);
        assert_eq!((width, height), (expected.width(), expected.height()), "{file}");
        let (got, expected) = (visible(channels, pixels), visible(channels, as_channels(&expected, channels)));
        let worst = got.iter().zip(&expected).map(|(got, expected)| got.abs_diff(*expected)).max();
        assert!(got.len() == expected.len() && worst <= Some(by), "{file}: {channels:?}, {worst:?}");
    }
}

/// Transparent pixels have no colour to compare.
fn visible(channels: Channels, mut pixels: Vec<u8>) -> Vec<u8> {
    if channels == Channels::Rgba {
        pixels.as_chunks_mut::<4>().0.iter_mut().filter(|pixel| pixel[3] == 0).for_each(|pixel| *pixel = [0; 4]);
    }
    pixels
}

/// The reference with as many channels as were read.
fn as_channels(raster: &Raster, channels: Channels) -> Vec<u8> {
    let pixels = raster.pixels();
    match (raster.channels(), channels) {
        (from, to) if from == to => pixels.to_vec(),
        (Channels::Rgba, Channels::Rgb) => {
            pixels.as_chunks::<4>().0.iter().inspect(|pixel| assert_eq!(pixel[3], 255)).flat_map(|&[r, g, b, _]| [r, g, b]).collect()
        }
        (Channels::Gray, Channels::Rgb) => pixels.iter().flat_map(|&gray| [gray; 3]).collect(),
        (from, to) => panic!("{from:?} became {to:?}"),
    }
}

#[test]
fn channels_are_as_few_as_say_it_all() {
    let channels = |file| rows(&fixture(file), &LIMITS).unwrap().channels();
    for file in ["gray.jpg", "gray16.png", "gray.jp2", "gray16.jp2"] {
        assert_eq!(channels(file), Channels::Gray, "{file}");
    }
    for file in ["baseline.jpg", "cmyk.jpg", "moving.webp", "moving.gif", "plain.gif", "cmyk.jp2"] {
        assert_eq!(channels(file), Channels::Rgb, "{file}");
    }
    for file in ["alpha.webp", "offset.gif", "palette.png", "graya16.png", "rgba.jp2"] {
        assert_eq!(channels(file), Channels::Rgba, "{file}");
    }
}

#[test]
fn profiles_are_kept_where_they_still_hold() {
    let icc = |file| rows(&fixture(file), &LIMITS).unwrap().icc();
    assert_eq!(icc("icc.jp2").as_deref(), Some(&include_bytes!("../../../tests/fixtures/profiles/prophoto.icc")[..]));
    assert_eq!(icc("cmyk-icc.jpg"), None, "its pixels are sRGB now");
    assert_eq!(icc("lossless.jp2"), None);
}

#[test]
fn what_is_not_read_is_named() {
    let refused = |file| rows(&fixture(file), &LIMITS).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(refused("ht.j2k").contains("HTJ2K"), "{}", refused("ht.j2k"));
    let page = |file, number| page_rows(&fixture(file), number, &LIMITS).err().map(|error| error.to_string()).unwrap_or_default();
    assert!(page("gray.jpg", 2).contains("picture 2 of a JPEG file"), "{}", page("gray.jpg", 2));
    assert!(page("gray.jpg", 1).is_empty());
    let tight = FormatLimits { max_jp2_pixels: 97 * 61 - 1, ..LIMITS };
    for (file, too_large) in [("raw.j2k", true), ("tiled.jp2", true), ("baseline.jpg", false)] {
        let error = rows(&fixture(file), &tight).err();
        assert_eq!(matches!(error, Some(FormatError::TooLarge { .. })), too_large, "{file}: {error:?}");
    }
}

#[test]
fn previews_are_small_but_not_too_small() {
    let (plain, inks) = (reference("baseline.jpg.png"), reference("cmyk.jpg.png"));
    let cases = [
        ("baseline.jpg", 10, (13, 8)),
        ("baseline.jpg", 13, (13, 8)),
        ("baseline.jpg", 14, (25, 16)),
        ("baseline.jpg", 97, (97, 61)),
        ("baseline.jpg", 5000, (97, 61)),
        ("cmyk.jpg", 40, (49, 31)),
        ("lossless.jp2", 24, (25, 16)),
        ("lossless.jp2", 26, (49, 31)),
        ("tiled.jp2", 1, (25, 16)),
        ("tiled.jp2", 5000, (97, 61)),
        ("rgb16.png", 10, (97, 61)),
    ];
    for (file, at_least, size) in cases {
        let small = preview(&fixture(file), at_least, &LIMITS).unwrap();
        assert_eq!((small.width(), small.height()), size, "{file} {at_least}");
        let (x, y, whole) = (small.width() / 2, small.height() / 2, if file == "cmyk.jpg" { &inks } else { &plain });
        let (got, expected) = (small.pixel(x, y), whole.pixel((x * 97 + 48) / size.0, (y * 61 + 30) / size.1));
        assert!(got.iter().zip(expected).take(2).all(|(a, b)| a.abs_diff(*b) < 12), "{file} {at_least}: {got:?} {expected:?}");
    }
    let wide = preview(&fixture("icc.jp2"), 97, &LIMITS).unwrap();
    assert_ne!(wide.pixels(), reference("lossless.jp2.png").pixels(), "colours become sRGB");
}

#[test]
fn colours_become_srgb_when_asked() {
    let folder = Folder::new();
    let source = fixture("icc.jp2");
    let convert_to = |color| {
        let target = folder.0.path().join("pyramid.tif");
        convert(&source, &target, &LIMITS, &ConvertOptions { color, ..ConvertOptions::default() }).unwrap();
        let mut rows = rows(&target, &LIMITS).unwrap();
        (rows.icc(), drain(rows.as_mut()).unwrap().3)
    };
    let (kept, as_stored) = convert_to(Color::Keep);
    let (none, converted) = convert_to(Color::Srgb);
    assert!(kept.is_some() && none.is_none());
    let transform = crate::render::ColorTransform::to_srgb(&kept.unwrap(), Channels::Rgb).unwrap();
    let mut expected = reference("lossless.jp2.png");
    let mean = |a: &[u8], b: &[u8]| a.iter().zip(b).map(|(a, b)| u64::from(a.abs_diff(*b))).sum::<u64>() / a.len() as u64;
    assert!(mean(&as_stored, expected.pixels()) < 12);
    assert!(mean(&converted, expected.pixels()) > 12, "{}", mean(&converted, expected.pixels()));
    transform.apply_to(&mut expected);
    assert!(mean(&converted, expected.pixels()) < 12);
}

#[test]
fn mutations_of_every_kind_do_no_harm() {
    let folder = Folder::new();
    for (file, ..) in FILES.iter().filter(|(file, ..)| !file.ends_with(".png")).chain([&("ht.j2k", "", 0)]) {
        let bytes = std::fs::read(fixture(file)).unwrap();
        let step = (bytes.len() / 25).max(1);
        for end in (0..bytes.len()).step_by(step) {
            let _ = folder.read(&bytes[..end]);
        }
        for (number, at) in (0..bytes.len().min(220)).step_by(5).chain((220..bytes.len()).step_by(step)).enumerate() {
            let mut changed = bytes.clone();
            changed[at] ^= [0xff, 0x01, 0x80, 0x10][number % 4];
            let _ = folder.read(&changed);
        }
    }
}

#[test]
fn what_breaks_off_is_damaged() {
    let folder = Folder::new();
    for file in ["progressive.jpg", "cmyk.jpg", "lossless.webp", "alpha.webp", "plain.gif", "lossless.jp2", "tiled.jp2", "raw.j2k"] {
        let bytes = std::fs::read(fixture(file)).unwrap();
        for keep in [bytes.len() / 2, bytes.len() * 3 / 4] {
            let result = folder.read(&bytes[..keep]);
            assert!(matches!(result, Err(FormatError::Damaged(_))), "{file} {keep}: {result:?}");
        }
    }
}

#[test]
fn tiffs_are_upright_and_their_pages_are_found() {
    let stored = reference("../tiff-kinds/rgb.png");
    let upright = rows(&fixture("../tiff-kinds/turned.tif"), &FormatLimits::default()).unwrap();
    let as_stored = crate::pyramid::tiff_facts(std::fs::File::open(fixture("../tiff-kinds/turned.tif")).unwrap()).unwrap();
    assert_eq!(as_stored.orientation, 6);
    assert_eq!((upright.width(), upright.height()), (as_stored.height as u32, as_stored.width as u32));
    assert_eq!(upright.orientation(), 1);
    let inks = rows(&fixture("../tiff-kinds/cmyk-lzw.tif"), &FormatLimits::default()).unwrap();
    assert_eq!((inks.channels(), inks.width()), (Channels::Rgb, stored.width()));
    let page = |number| page_rows(&fixture("../tiff-kinds/pages.tif"), number, &FormatLimits::default()).map(|rows| rows.channels());
    let count = crate::pyramid::tiff_pages(std::fs::File::open(fixture("../tiff-kinds/pages.tif")).unwrap()).unwrap();
    assert!(count > 1 && (1..=count).all(|number| page(number).is_ok()));
    assert!(matches!(page(count + 1), Err(FormatError::Unsupported(_))));
}
