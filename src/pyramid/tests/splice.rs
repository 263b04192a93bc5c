use super::*;
use turbojpeg::{Decompressor, Image, PixelFormat};

/// Fixtures with JPEG tiles, and how much chroma is spread: the last column and row of a crop, and the pixels on both sides of a seam,
/// may look into what is not there any more.
const JPEGS: [(&str, bool); 7] = [
    ("vips-jpeg75", true),
    ("vips-jpeg90", false),
    ("vips-subifd", true),
    ("vips-gray", false),
    ("magick-rgb", false),
    ("magick-ycbcr", false),
    ("libtiff-complete", true),
];

fn decoded(stream: &[u8], channels: Channels, smooth: bool) -> Raster {
    let mut decompressor = Decompressor::new().unwrap();
    decompressor.set_fast_upsample(!smooth).unwrap();
    let header = decompressor.read_header(stream).unwrap();
    let (width, height) = (header.width, header.height);
    let format = if channels == Channels::Gray { PixelFormat::GRAY } else { PixelFormat::RGB };
    let mut raster = Raster::zeroed(width as u32, height as u32, channels);
    let pitch = raster.stride();
    decompressor.decompress(stream, Image { pixels: raster.pixels_mut(), width, pitch, height, format }).unwrap();
    raster
}

/// The same by a decoder that shares no code with the other one.
fn decoded_otherwise(stream: &[u8]) -> Raster {
    let image = image::load_from_memory_with_format(stream, image::ImageFormat::Jpeg).unwrap();
    let (width, height) = (image.width(), image.height());
    match image {
        image::DynamicImage::ImageLuma8(image) => Raster::from_pixels(width, height, Channels::Gray, image.into_raw()),
        image => Raster::from_pixels(width, height, Channels::Rgb, image.into_rgb8().into_raw()),
    }
}

/// Where two rasters differ, and by how much at most.
fn differences(a: &Raster, b: &Raster) -> (Vec<(u32, u32)>, u8) {
    let worst = worst_difference(a, b);
    let places = (0..a.height()).flat_map(|y| (0..a.width()).map(move |x| (x, y)));
    (places.filter(|(x, y)| a.pixel(*x, *y) != b.pixel(*x, *y)).collect(), worst)
}

fn tile<'a>(file: &'a [u8], level: &Level, column: u32, row: u32) -> &'a [u8] {
    let range = level.tile_range(column, row).unwrap();
    &file[range.start as usize..range.end as usize]
}

fn levels() -> impl Iterator<Item = (&'static str, bool, Vec<u8>, Level)> {
    JPEGS.into_iter().flat_map(|(name, smoothed)| {
        let file = fixture(&format!("{name}.tif"));
        let levels = open_bytes(&file).unwrap().levels;
        levels.into_iter().map(move |level| (name, smoothed, file.clone(), level))
    })
}

fn request(x: u32, y: u32, width: u32, height: u32) -> SpliceRequest<'static> {
    SpliceRequest { x, y, width, height, gray: false, icc: None }
}

fn spliced(level: &Level, file: &[u8], request: &SpliceRequest) -> Option<Vec<u8>> {
    let tiles: Vec<_> = level.tiles_in(request.x, request.y, request.width, request.height).collect();
    let (column, row) = *tiles.first()?;
    let mut splice = level.splice(request, tile(file, level, column, row))?;
    let mut stream = splice.head();
    for row in tiles.chunk_by(|a, b| a.1 == b.1) {
        let row: Vec<_> = row.iter().map(|(column, row)| tile(file, level, *column, *row)).collect();
        stream.extend(splice.row(&row).unwrap());
    }
    stream.extend(splice.end().unwrap());
    Some(stream)
}

#[test]
fn a_cropped_tile_is_its_corner() {
    for (name, smoothed, file, level) in levels() {
        let channels = level.color.channels();
        for (column, row) in level.tiles_in(0, 0, level.width, level.height) {
            let tile = tile(&file, &level, column, row);
            let whole = level.jpeg_stream(tile, None).unwrap();
            let right = (level.width - column * level.tile_width).min(level.tile_width);
            let lower = (level.height - row * level.tile_height).min(level.tile_height);
            for (width, height) in [(right, lower), (level.tile_width, level.tile_height), (right.div_ceil(2), 1), (17, lower.div_ceil(3))]
            {
                let cropped = level.cropped_stream(tile, width, height, false, None).unwrap();
                let expected = decoded(&whole, channels, false).crop(0, 0, width, height);
                assert_eq!(differences(&decoded(&cropped, channels, false), &expected).1, 0, "{name} {column} {row} {width}x{height}");

                let expected = decoded(&whole, channels, true).crop(0, 0, width, height);
                let (places, worst) = differences(&decoded(&cropped, channels, true), &expected);
                let last = places.iter().all(|(x, y)| smoothed && (*x + 1 == width || *y + 1 == height));
                assert!(last && worst <= 16, "{name} {column} {row} {width}x{height}: {worst} {places:?}");

                let expected = decoded_otherwise(&whole).crop(0, 0, width, height);
                let (places, worst) = differences(&decoded_otherwise(&cropped), &expected);
                let last = places.iter().all(|(x, y)| smoothed && (*x + 1 == width || *y + 1 == height));
                assert!(last && worst <= 16, "{name} {column} {row} {width}x{height}: {worst} {places:?}");
            }
        }
    }
}

#[test]
fn a_spliced_level_is_its_tiles() {
    for (name, smoothed, file, level) in levels() {
        let channels = level.color.channels();
        let stream = spliced(&level, &file, &request(0, 0, level.width, level.height));
        // Each of its tiles has Huffman tables of its own.
        let Some(stream) = stream.filter(|_| name != "libtiff-complete") else {
            assert_eq!(name, "libtiff-complete");
            continue;
        };
        let tiles =
            |decode: &dyn Fn(&[u8]) -> Raster| assemble(&level, &file, |level, tile| decode(&level.jpeg_stream(tile, None).unwrap()));
        let expected = tiles(&|stream| decoded(stream, channels, false));
        assert_eq!(differences(&decoded(&stream, channels, false), &expected).1, 0, "{name} {}", level.width);

        let at_seam = |at: u32, tile: u32, whole: u32| at.is_multiple_of(tile) || at % tile == tile - 1 || at + 1 == whole;
        let on_seams = |places: &[(u32, u32)]| {
            let seam = |x, y| at_seam(x, level.tile_width, level.width) || at_seam(y, level.tile_height, level.height);
            places.iter().all(|(x, y)| smoothed && seam(*x, *y))
        };
        let expected = tiles(&|stream| decoded(stream, channels, true));
        let (places, worst) = differences(&decoded(&stream, channels, true), &expected);
        assert!(on_seams(&places) && worst <= 16, "{name} {}: {worst}", level.width);
        let (places, worst) = differences(&decoded_otherwise(&stream), &tiles(&decoded_otherwise));
        assert!(on_seams(&places) && worst <= 16, "{name} {}: {worst}", level.width);
    }
}

#[test]
fn gray_is_the_luminance() {
    for (name, _, file, level) in levels() {
        let all = SpliceRequest { gray: true, ..request(0, 0, level.width, level.height) };
        let first = tile(&file, &level, 0, 0);
        if level.color == Color::Rgb {
            assert!(spliced(&level, &file, &all).is_none() && level.cropped_stream(first, 9, 9, true, None).is_none(), "{name}");
            continue;
        }
        let luminance = |level: &Level, tile: &[u8]| decoded(&level.jpeg_stream(tile, None).unwrap(), Channels::Gray, false);
        let cropped = level.cropped_stream(first, 23, 41, true, None).unwrap();
        assert_eq!(decoded(&cropped, Channels::Gray, true), luminance(&level, first).crop(0, 0, 23, 41), "{name}");
        let Some(stream) = spliced(&level, &file, &all).filter(|_| name != "libtiff-complete") else {
            assert_eq!(name, "libtiff-complete");
            continue;
        };
        let expected = assemble(&Level { color: Color::Gray, ..level.clone() }, &file, |_, tile| luminance(&level, tile));
        assert_eq!(decoded(&stream, Channels::Gray, true), expected, "{name} {}", level.width);
        assert_eq!(decoded_otherwise(&stream).channels(), Channels::Gray);
        assert_eq!(turbojpeg::read_header(&stream).unwrap().subsamp, turbojpeg::Subsamp::Gray);
    }
}

#[test]
fn rectangles_begin_on_coded_units() {
    for (name, smoothed, file, level) in levels().filter(|(name, ..)| *name != "libtiff-complete") {
        let channels = level.color.channels();
        let whole = assemble(&level, &file, |level, tile| decoded(&level.jpeg_stream(tile, None).unwrap(), channels, false));
        let luminance = (level.color == Color::YCbCr).then(|| {
            let gray = Level { color: Color::Gray, ..level.clone() };
            assemble(&gray, &file, |_, tile| decoded(&level.jpeg_stream(tile, None).unwrap(), Channels::Gray, false))
        });
        let mut dice = Dice(19);
        for _ in 0..40 {
            let unit = if smoothed { 16 } else { 8 };
            let (x, y) = (dice.roll(level.width as usize) as u32 / unit * unit, dice.roll(level.height as usize) as u32 / unit * unit);
            let (width, height) = (1 + dice.roll((level.width - x) as usize) as u32, 1 + dice.roll((level.height - y) as usize) as u32);
            let part = request(x, y, width, height);
            let stream = spliced(&level, &file, &part).unwrap();
            assert_eq!(decoded(&stream, channels, false), whole.crop(x, y, width, height), "{name} {part:?}");
            if let Some(luminance) = &luminance {
                let stream = spliced(&level, &file, &SpliceRequest { gray: true, ..part }).unwrap();
                assert_eq!(decoded(&stream, Channels::Gray, true), luminance.crop(x, y, width, height), "{name} {part:?}");
            }
        }
    }
}

#[test]
fn what_cannot_be_spliced_is_refused() {
    let file = fixture("vips-jpeg75.tif");
    let level = open_bytes(&file).unwrap().levels.remove(0);
    let first = tile(&file, &level, 0, 0);
    assert!(level.splice(&request(0, 0, 1021, 777), first).is_some());
    for (x, y, width, height) in [(0, 0, 0, 5), (0, 0, 1022, 777), (16, 8, 5, 5), (1, 0, 5, 5), (1008, 0, 14, 1), (u32::MAX, 0, 16, 16)] {
        assert!(level.splice(&request(x, y, width, height), first).is_none(), "{x},{y},{width},{height}");
    }
    let request = request(0, 0, 600, 500);
    let others = [
        Level { tile_width: 128, ..level.clone() },
        Level { color: Color::Gray, ..level.clone() },
        Level { color: Color::GrayInverted, ..level.clone() },
        Level { compression: Compression::Deflate, ..level.clone() },
        Level { tables: None, ..level.clone() },
        Level { lengths: vec![0; level.lengths.len()], ..level.clone() },
    ];
    assert!(others.iter().all(|other| other.splice(&request, first).is_none()));
    assert!(level.splice(&request, &first[2..]).is_none() && level.splice(&request, b"").is_none());
    assert!(level.cropped_stream(first, 257, 1, false, None).is_none() && level.cropped_stream(first, 0, 1, false, None).is_none());

    let tiles: Vec<_> = (0..3).map(|column| tile(&file, &level, column, 0)).collect();
    let begun = || level.splice(&request, first).unwrap();
    assert!(begun().row(&tiles[..2]).is_err());
    assert!(begun().row(&[tiles[0], tiles[1], &tiles[2][..500]]).is_err());
    assert!(begun().row(&[tiles[0], tiles[1], tile(&fixture("vips-subifd.tif"), &level, 0, 0)]).is_err());
    let mut splice = begun();
    splice.row(&tiles).unwrap();
    assert!(begun().end().is_err());
    splice.row(&tiles).unwrap();
    assert!(splice.row(&tiles).is_err());
    assert!(splice.end().unwrap().ends_with(&[0xFF, 0xD9]));
}

#[test]
fn a_profile_is_embedded() {
    let file = fixture("vips-jpeg90.tif");
    let level = open_bytes(&file).unwrap().levels.remove(0);
    let tile = tile(&file, &level, 0, 0);
    let icc: Vec<u8> = (0..150_000u32).map(|at| (at % 251) as u8).collect();
    let plain = level.jpeg_stream(tile, None).unwrap();
    for (stream, size) in [(level.jpeg_stream(tile, Some(&icc)), 128), (level.cropped_stream(tile, 100, 77, false, Some(&icc)), 100)] {
        let stream = stream.unwrap();
        let mut decoder = image::codecs::jpeg::JpegDecoder::new(Cursor::new(&stream)).unwrap();
        assert_eq!(image::ImageDecoder::icc_profile(&mut decoder).unwrap(), Some(icc.clone()));
        let corner = decoded(&plain, Channels::Rgb, true).crop(0, 0, size, 50);
        assert_eq!(decoded(&stream, Channels::Rgb, true).crop(0, 0, size, 50), corner);
    }
    assert_eq!(plain.capacity(), plain.len());
}

#[test]
fn mutated_tiles_do_no_harm() {
    let mut dice = Dice(23);
    for (name, _, file, level) in levels() {
        let original = tile(&file, &level, 0, 0);
        for _ in 0..400 {
            let mut tile = original[..original.len() - dice.roll(2) * dice.roll(original.len())].to_vec();
            for _ in 0..dice.roll(4).min(tile.len()) {
                let reach = [tile.len(), tile.len().min(700)][dice.roll(2)];
                let at = dice.roll(reach);
                tile[at] = [0, 0xFF, dice.roll(256) as u8][dice.roll(3)];
            }
            for gray in [false, true] {
                let stream = level.cropped_stream(&tile, level.tile_width, 1 + dice.roll(64) as u32, gray, None);
                assert!(stream.is_none_or(|stream| stream.len() < 4 * tile.len() + 2000), "{name}");
                let request =
                    SpliceRequest { gray, ..request(0, 0, level.width.min(level.tile_width + 1), level.tile_height.min(level.height)) };
                if let Some(mut splice) = level.splice(&request, original) {
                    let tiles = vec![tile.as_slice(); level.tiles_in(0, 0, request.width, 1).count()];
                    assert!(splice.row(&tiles).is_err() || splice.end().is_ok());
                }
            }
        }
    }
}
