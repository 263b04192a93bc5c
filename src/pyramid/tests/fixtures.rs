use super::*;
use crate::pyramid::samples::Predictor;
use bytes::Bytes;

#[test]
fn every_level_has_the_pixels_that_libvips_sees() {
    for (name, levels, tolerance) in FIXTURES {
        let file = fixture(&format!("{name}.tif"));
        let index = open_bytes(&file).unwrap();
        assert_eq!(index.levels.len(), levels, "{name}");
        for (number, level) in index.levels.iter().enumerate() {
            let ours = assemble(level, &file, |level, tile| level.decode_tile(tile).unwrap());
            let worst = worst_difference(&ours, &reference(name, number));
            assert!(worst <= tolerance, "{name} level {number}: {worst}");
        }
    }
}

#[test]
fn spliced_streams_stand_alone() {
    let mut spliced = 0;
    for (name, _, tolerance) in FIXTURES {
        let file = fixture(&format!("{name}.tif"));
        for (number, level) in open_bytes(&file).unwrap().levels.iter().enumerate() {
            let alone = |level: &Level, tile: &[u8]| {
                let stream = level.jpeg_stream(tile).unwrap();
                let format = match level.color.channels() {
                    Channels::Gray => turbojpeg::PixelFormat::GRAY,
                    _ => turbojpeg::PixelFormat::RGB,
                };
                let image = turbojpeg::decompress(&stream, format).unwrap();
                Raster::from_pixels(image.width as u32, image.height as u32, level.color.channels(), image.pixels)
            };
            if level.compression == Compression::Jpeg {
                spliced += 1;
                let worst = worst_difference(&assemble(level, &file, alone), &reference(name, number));
                assert!(worst <= tolerance, "{name} level {number}: {worst}");
            } else {
                assert_eq!(level.jpeg_stream(&file), None, "{name}");
            }
        }
    }
    assert_eq!(spliced, 21);
}

#[test]
fn a_stream_of_another_size_or_kind_is_not_passed_on() {
    let file = fixture("vips-jpeg75.tif");
    let index = open_bytes(&file).unwrap();
    let level = &index.levels[0];
    let range = level.tile_range(0, 0).unwrap();
    let tile = &file[range.start as usize..range.end as usize];
    assert!(level.jpeg_stream(tile).is_some_and(|stream| stream.starts_with(b"\xFF\xD8\xFF\xE0\0\x10JFIF")));
    assert_eq!(level.jpeg_stream(&tile[..tile.len() / 2]), None);
    assert_eq!(level.jpeg_stream(&tile[2..]), None);
    assert_eq!(level.jpeg_stream(b"\xFF\xD8\xFF\xD9"), None);
    assert_eq!(Level { tile_width: 128, ..level.clone() }.jpeg_stream(tile), None);
    assert_eq!(Level { color: Color::Gray, ..level.clone() }.jpeg_stream(tile), None);
    assert_eq!(Level { color: Color::GrayInverted, ..level.clone() }.jpeg_stream(tile), None);
    assert!(Level { tile_height: 128, ..level.clone() }.decode_tile(tile).is_err());
}

#[test]
fn what_the_fixtures_say_of_themselves() {
    let index = |name: &str| open_bytes(&fixture(name)).unwrap();
    let sizes = |index: &Index| index.levels.iter().map(|level| (level.width, level.height)).collect::<Vec<_>>();
    let vips = index("vips-jpeg75.tif");
    assert_eq!(sizes(&vips), [(1021, 777), (510, 388), (255, 194)]);
    assert_eq!((vips.levels[0].color, vips.levels[0].compression, vips.levels[0].tile_width), (Color::YCbCr, Compression::Jpeg, 256));
    assert_eq!(vips.resolution, Some(Resolution { x: 10.0, y: 10.0 }));
    assert_eq!((0..3).map(|level| vips.scale_factor(level)).collect::<Vec<_>>(), [Some(1), Some(2), Some(4)]);
    assert_eq!(index("vips-jpeg90.tif").levels[0].color, Color::Rgb);
    assert_eq!(index("vips-rgba.tif").channels(), Channels::Rgba);
    assert_eq!(sizes(&index("magick-rgb.tif")), [(509, 387), (254, 193), (127, 96), (63, 48)]);
    let predictor = |name: &str| index(name).levels[0].samples.predictor;
    assert_eq!((predictor("vips-deflate.tif"), predictor("vips-lzw.tif")), (Predictor::Horizontal, Predictor::None));
}

#[test]
fn an_index_comes_back_from_its_bytes() {
    for (name, _, _) in FIXTURES {
        let index = open_bytes(&fixture(&format!("{name}.tif"))).unwrap();
        assert_eq!(Index::from_bytes(&index.to_bytes()).unwrap(), index, "{name}");
    }
}

/// Opens from ranges as from a store, and counts them.
fn open_remotely(file: &[u8], widest: u64) -> (Index, usize) {
    let mut opening = Opening::new(file.len() as u64);
    for rounds in 0..10_000 {
        match opening.attempt().unwrap() {
            Attempt::Ready(index) => return (index, rounds),
            Attempt::Need(range) => {
                let end = range.end.min(range.start.saturating_add(widest));
                opening.supply(range.start, Bytes::copy_from_slice(&file[range.start as usize..end as usize]));
            }
        }
    }
    panic!("never ready");
}

#[test]
fn few_ranges_are_enough() {
    for (name, _, _) in FIXTURES {
        let file = fixture(&format!("{name}.tif"));
        let (index, rounds) = open_remotely(&file, u64::MAX);
        assert_eq!(index, open_bytes(&file).unwrap(), "{name}");
        assert!(rounds <= 6, "{name}: {rounds}");
        // Less than was asked for is taken too.
        assert_eq!(open_remotely(&file, 100).0, index, "{name}");
    }
}

#[test]
fn other_files_are_refused_plainly() {
    for (bytes, expected) in [
        (b"".to_vec(), "unsupported: not a TIFF file; a tiled TIFF or BigTIFF is needed"),
        (fixture("vips-gray.tif.2.png"), "unsupported: not a TIFF file; a tiled TIFF or BigTIFF is needed"),
        (
            changed("vips-gray.tif", 259, 34712),
            "unsupported: compression JPEG 2000 (34712) in a TIFF; save it again as TIFF with LZW or without compression",
        ),
        (changed("vips-gray.tif", 324, 0), "unsupported: an image in strips; a pyramid is cut into tiles"),
        (
            changed("vips-gray.tif", 258, 16),
            "unsupported: gray colour with 1 samples of 16 bits per pixel in JPEG; save it again as TIFF with LZW or without compression",
        ),
        (
            changed("vips-gray.tif", 262, 3),
            "unsupported: palette colour with 1 samples per pixel in JPEG; save it again as TIFF with LZW or without compression",
        ),
        (changed("vips-gray.tif", 256, 1020), "damaged: 16 entries in a list of 32 strips or tiles"),
        (changed("vips-gray.tif", 322, 0), "unsupported: tiles of 0 x 128 pixels; up to 4096 x 4096 are supported"),
    ] {
        assert_eq!(open_bytes(&bytes).unwrap_err().to_string(), expected);
    }
}

/// A classic little-endian file with a field of its first directory set to `value`; 0 for the field of tiles hides it.
fn changed(name: &str, tag: u16, value: u16) -> Vec<u8> {
    let mut file = fixture(name);
    let directory = u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize;
    let count = usize::from(file[directory]) | usize::from(file[directory + 1]) << 8;
    let entries = (0..count).map(|entry| directory + 2 + 12 * entry);
    let at = entries.into_iter().find(|at| file[*at..*at + 2] == tag.to_le_bytes()).unwrap();
    if tag == 324 {
        file[at..at + 2].copy_from_slice(&60_000_u16.to_le_bytes());
    } else {
        file[at + 8..at + 10].copy_from_slice(&value.to_le_bytes());
    }
    file
}
