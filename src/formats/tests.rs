mod others;

use std::path::PathBuf;

use image::codecs::png::PngEncoder;
use image::{ExtendedColorType, ImageEncoder};
use turbojpeg::{Compressor, PixelFormat, Subsamp};

use super::exif::tests::exif_with;
use super::segments::tests::segment;
use super::*;
use crate::pyramid::{RowError, RowSource};
use crate::raster::Channels;

const SMALL: FormatLimits = FormatLimits { max_pixels: 10_000, max_side: 500, max_jp2_pixels: 9_000 };

/// A folder that takes one file after another.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.0.path().join("master");
        std::fs::write(&path, bytes).unwrap();
        path
    }

    fn read(&self, bytes: &[u8]) -> Result<(u32, u32, Channels, Vec<u8>), FormatError> {
        let mut rows = rows(&self.file(bytes), &SMALL)?;
        Ok(drain(rows.as_mut())?)
    }

    fn convert(&self, bytes: &[u8]) -> Result<Vec<u8>, FormatError> {
        let target = self.0.path().join("pyramid.tif");
        let result = convert(&self.file(bytes), &target, &SMALL, &ConvertOptions::default());
        assert_eq!(result.is_ok(), target.exists());
        result.map(|()| std::fs::read(&target).unwrap())
    }
}

/// All rows, in bands of seven.
fn drain(source: &mut dyn RowSource) -> Result<(u32, u32, Channels, Vec<u8>), RowError> {
    let stride = source.width() as usize * source.channels().count();
    let mut pixels = vec![0; stride * source.height() as usize];
    for band in pixels.chunks_mut(stride * 7) {
        source.read_rows(band)?;
    }
    Ok((source.width(), source.height(), source.channels(), pixels))
}

fn jpeg(width: usize, height: usize, format: PixelFormat, pixels: &[u8]) -> Vec<u8> {
    let mut compressor = Compressor::new().unwrap();
    compressor.set_quality(95).unwrap();
    compressor.set_subsamp(if format == PixelFormat::GRAY { Subsamp::Gray } else { Subsamp::None }).unwrap();
    compressor.compress_to_vec(turbojpeg::Image { pixels, width, pitch: width * format.size(), height, format }).unwrap()
}

/// 16 by 8: left half red, right half blue, the bottom half darker.
fn quadrants() -> Vec<u8> {
    let colour = |x, y| match (x < 8, y < 4) {
        (true, true) => [240, 0, 0],
        (false, true) => [0, 0, 240],
        (true, false) => [120, 0, 0],
        (false, false) => [0, 0, 120],
    };
    (0..8).flat_map(|y| (0..16).flat_map(move |x| colour(x, y))).collect()
}

/// The file with a segment put right behind its beginning.
fn with_segment(jpeg: &[u8], marker: u8, parts: &[&[u8]]) -> Vec<u8> {
    [&jpeg[..2], &segment(marker, parts), &jpeg[2..]].concat()
}

fn png(width: u32, height: u32, colour: ExtendedColorType, pixels: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    PngEncoder::new(&mut bytes).write_image(pixels, width, height, colour).unwrap();
    bytes
}

fn chunk(kind: &[u8; 4], body: &[u8]) -> Vec<u8> {
    let mut crc = flate2::Crc::new();
    crc.update(kind);
    crc.update(body);
    [&(body.len() as u32).to_be_bytes()[..], kind, body, &crc.sum().to_be_bytes()].concat()
}

/// A PNG made of header fields, further chunks and unfiltered rows.
fn raw_png(width: u32, height: u32, [depth, colour, interlace]: [u8; 3], chunks: &[Vec<u8>], data: &[u8]) -> Vec<u8> {
    use std::io::Write;
    let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
    zlib.write_all(data).unwrap();
    let header = [&width.to_be_bytes()[..], &height.to_be_bytes(), &[depth, colour, 0, 0, interlace]].concat();
    let data = chunk(b"IDAT", &zlib.finish().unwrap());
    [b"\x89PNG\r\n\x1a\n", &chunk(b"IHDR", &header)[..], &chunks.concat(), &data, &chunk(b"IEND", b"")].concat()
}

#[test]
fn jpeg_of_every_orientation_is_upright() {
    // The stored colours at the corners of the upright picture: top left, top right, bottom left.
    let (r, b, dark_r, dark_b) = ([240, 0, 0], [0, 0, 240], [120, 0, 0], [0, 0, 120]);
    let cases = [
        (1, [r, b, dark_r]),
        (2, [b, r, dark_b]),
        (3, [dark_b, dark_r, b]),
        (4, [dark_r, dark_b, r]),
        (5, [r, dark_r, b]),
        (6, [dark_r, r, dark_b]),
        (7, [dark_b, b, dark_r]),
        (8, [b, dark_b, r]),
    ];
    let plain = jpeg(16, 8, PixelFormat::RGB, &quadrants());
    let folder = Folder::new();
    for (tag, corners) in cases {
        let bytes = with_segment(&plain, 0xe1, &[b"Exif\0\0", &exif_with(tag, true)]);
        let (width, height, channels, pixels) = folder.read(&bytes).unwrap();
        assert_eq!((width, height), if tag < 5 { (16, 8) } else { (8, 16) }, "{tag}");
        assert_eq!(channels, Channels::Rgb);
        for ((x, y), expected) in [(1, 1), (width - 2, 1), (1, height - 2)].into_iter().zip(corners) {
            let got = &pixels[((y * width + x) * 3) as usize..][..3];
            assert!(got.iter().zip(expected).all(|(a, b)| a.abs_diff(b) < 25), "{tag} ({x}, {y}): {got:?}");
        }
    }
}

#[test]
fn gray_jpeg_stays_gray() {
    let (width, height, channels, pixels) = Folder::new().read(&jpeg(40, 30, PixelFormat::GRAY, &[90; 1200])).unwrap();
    assert_eq!((width, height, channels), (40, 30, Channels::Gray));
    assert!(pixels.iter().all(|v| v.abs_diff(90) < 3));
}

#[test]
fn deep_jpeg_is_refused() {
    let folder = Folder::new();
    let mut deep = jpeg(8, 8, PixelFormat::GRAY, &[90; 64]);
    let frame = deep.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    deep[frame + 1] = 0xc1;
    deep[frame + 4] = 12;
    assert!(matches!(folder.read(&deep), Err(FormatError::Unsupported(why)) if why.contains("12 bits")));
}

#[test]
fn png_of_every_layout() {
    use {Channels::*, ExtendedColorType::*};
    let folder = Folder::new();
    let cases: [(Vec<u8>, Channels, &[u8]); 7] = [
        (png(2, 1, L8, &[1, 2]), Gray, &[1, 2]),
        (png(1, 1, La8, &[1, 2]), Rgba, &[1, 1, 1, 2]),
        (png(1, 1, Rgb8, &[1, 2, 3]), Rgb, &[1, 2, 3]),
        (png(1, 1, Rgba8, &[1, 2, 3, 4]), Rgba, &[1, 2, 3, 4]),
        (png(2, 1, L16, &[0x80, 0x80, 0xff, 0xff]), Gray, &[0x80, 0xff]),
        (raw_png(8, 1, [1, 0, 0], &[], &[0, 0b1010_0001]), Gray, &[255, 0, 255, 0, 0, 0, 0, 255]),
        (raw_png(4, 1, [2, 3, 0], &[chunk(b"PLTE", &[1, 2, 3, 4, 5, 6])], &[0, 0b0100_0100]), Rgb, &[4, 5, 6, 1, 2, 3, 4, 5, 6, 1, 2, 3]),
    ];
    for (number, (bytes, channels, expected)) in cases.into_iter().enumerate() {
        let (_, height, got_channels, pixels) = folder.read(&bytes).unwrap();
        assert_eq!((height, got_channels, &pixels[..]), (1, channels, expected), "{number}");
    }
}

#[test]
fn png_by_rows_interlaced_and_turned() {
    let folder = Folder::new();
    let pixels: Vec<u8> = (0..50 * 60).map(|i| (i % 251) as u8).collect();
    assert_eq!(folder.read(&png(50, 60, ExtendedColorType::L8, &pixels)).unwrap(), (50, 60, Channels::Gray, pixels));
    // 2 by 2 interlaced: the passes hold the corner, the rest of its row, then the second row.
    let passes = [0, 1, 9, 0, 2, 9, 0, 3, 9, 4, 9];
    let gray_alpha = raw_png(2, 2, [8, 4, 1], &[], &passes);
    assert_eq!(folder.read(&gray_alpha).unwrap().3, [1, 1, 1, 9, 2, 2, 2, 9, 3, 3, 3, 9, 4, 4, 4, 9]);
    let turned = raw_png(2, 2, [8, 0, 0], &[chunk(b"eXIf", &exif_with(6, false))], &[0, 1, 2, 0, 3, 4]);
    assert_eq!(folder.read(&turned).unwrap().3, [3, 1, 4, 2]);
}

#[test]
fn claims_beyond_the_limits_are_refused_at_once() {
    let folder = Folder::new();
    let too_large = |bytes: &[u8]| matches!(folder.read(bytes), Err(FormatError::TooLarge { .. }));
    for (width, height) in [(100_000, 100_000), (501, 1), (1, 501), (101, 100), (0x7fff_ffff, 0x7fff_ffff)] {
        for interlace in [0, 1] {
            assert!(too_large(&raw_png(width, height, [8, 6, interlace], &[], &[])), "{width} x {height}");
        }
    }
    assert!(folder.read(&raw_png(0, 5, [8, 0, 0], &[], &[])).is_err());
    let mut claim = jpeg(8, 8, PixelFormat::GRAY, &[90; 64]);
    let frame = claim.windows(2).position(|w| w == [0xff, 0xc0]).unwrap();
    claim[frame + 5..frame + 9].copy_from_slice(&[0xff, 0, 0xff, 0]);
    assert!(too_large(&claim));
}

#[test]
fn what_breaks_off_is_damaged_and_never_a_panic() {
    let folder = Folder::new();
    let noise: Vec<u8> = (0..64 * 64 * 3u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
    let files = [
        jpeg(64, 64, PixelFormat::RGB, &noise),
        png(64, 64, ExtendedColorType::Rgb8, &noise),
        raw_png(64, 64, [8, 2, 1], &[], &vec![0; 64 * 64 * 3 + 200]),
    ];
    for bytes in files {
        for keep in [12, bytes.len() / 3, bytes.len() / 2, bytes.len() - 40] {
            let error = folder.convert(&bytes[..keep]).unwrap_err();
            assert!(matches!(error, FormatError::Damaged(_)), "{keep} of {}: {error}", bytes.len());
        }
        for at in (0..bytes.len()).step_by(bytes.len() / 60) {
            let mut changed = bytes.clone();
            changed[at] ^= 0x5a;
            let _ = folder.read(&changed);
        }
    }
    for nothing in [&b""[..], b"GIF88a", b"hello, world"] {
        assert!(matches!(folder.read(nothing), Err(FormatError::Unrecognised)));
    }
    let missing = rows(&folder.0.path().join("missing"), &SMALL);
    assert!(matches!(missing.err(), Some(FormatError::Io(_))));
}

#[test]
fn colour_profiles_go_along() {
    let folder = Folder::new();
    let contains = |pyramid: Vec<u8>| pyramid.windows(13).any(|w| w == b"profile bytes");
    let plain = jpeg(16, 8, PixelFormat::RGB, &quadrants());
    assert!(!contains(folder.convert(&plain).unwrap()));
    assert!(contains(folder.convert(&with_segment(&plain, 0xe2, &[b"ICC_PROFILE\0", &[1, 1], b"profile bytes"])).unwrap()));
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    encoder.set_icc_profile(b"profile bytes".to_vec()).unwrap();
    encoder.write_image(&[1], 1, 1, ExtendedColorType::L8).unwrap();
    assert!(contains(folder.convert(&bytes).unwrap()));
}

#[test]
fn tiff_masters() {
    let folder = Folder::new();
    let pyramid = folder.convert(&jpeg(16, 8, PixelFormat::RGB, &quadrants())).unwrap();
    let (width, height, channels, pixels) = folder.read(&pyramid).unwrap();
    assert_eq!((width, height, channels), (16, 8, Channels::Rgb));
    assert!(pixels[3].abs_diff(240) < 25 && pixels[4] < 25, "{:?}", &pixels[3..6]);
    let tight = FormatLimits { max_pixels: 127, ..SMALL };
    assert!(matches!(rows(&folder.file(&pyramid), &tight).err(), Some(FormatError::TooLarge { width: 16, height: 8, .. })));
    assert!(matches!(folder.read(b"II\x2a\0\x08\0\0\0"), Err(FormatError::Damaged(_))));
}
