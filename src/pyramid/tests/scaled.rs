use super::*;
use crate::pyramid::jpeg::{Frame, Mosaic, Part};

fn tiles() -> impl Iterator<Item = (String, Level, Vec<u8>)> {
    FIXTURES.into_iter().flat_map(|(name, ..)| {
        let file = fixture(&format!("{name}.tif"));
        let level = open_bytes(&file).unwrap().levels.remove(0);
        let last = (level.columns() - 1, level.rows() - 1);
        let bytes = [(0, 0), last].map(|(column, row)| level.tile_range(column, row).unwrap());
        bytes.map(|range| (name.to_owned(), level.clone(), file[range.start as usize..range.end as usize].to_vec()))
    })
}

#[test]
fn a_part_is_the_same_as_in_the_whole() {
    let mut dice = Dice(29);
    for (name, level, tile) in tiles() {
        let whole = level.decode_tile(&tile).unwrap();
        let (width, height) = (level.tile_width, level.tile_height);
        let mut side = |whole: u32| {
            let start = dice.roll(whole as usize) as u32;
            (start, 1 + dice.roll((whole - start) as usize) as u32)
        };
        let random: Vec<_> = (0..60).map(|_| (side(width), side(height))).collect();
        let corners =
            [((0, width), (0, height)), ((0, 1), (0, 1)), ((width - 1, 1), (height - 1, 9)), ((width, 5), (0, 5)), ((16, 16), (32, 16))];
        for ((x, width), (y, height)) in corners.into_iter().chain(random) {
            let part = level.decode_part(&tile, x, y, width, height).unwrap();
            assert_eq!(worst_difference(&part, &whole.crop(x, y, width, height)), 0, "{name} {x},{y},{width},{height}");
        }
        assert!(level.compression != Compression::Jpeg || level.decode_part(&tile[..tile.len() / 2], 0, 0, 9, 9).is_err());
        assert!(level.decode_part(&tile[..9], 0, 0, 9, 9).is_err(), "{name}");
    }
}

#[test]
fn inverted_gray_is_turned_round_in_parts_too() {
    let file = fixture("vips-gray.tif");
    let gray = open_bytes(&file).unwrap().levels.remove(0);
    let range = gray.tile_range(0, 0).unwrap();
    let tile = &file[range.start as usize..range.end as usize];
    let level = Level { color: Color::GrayInverted, ..gray.clone() };
    let inverted = |raster: Raster| raster.into_pixels().iter().map(|sample| !sample).collect::<Vec<_>>();
    assert_eq!(level.decode_part(tile, 3, 5, 20, 10).unwrap().into_pixels(), inverted(gray.decode_part(tile, 3, 5, 20, 10).unwrap()));
    assert_eq!(level.decode_scaled(tile, 4).unwrap().into_pixels(), inverted(gray.decode_scaled(tile, 4).unwrap()));
}

#[test]
fn small_parts_are_cut_out_before_they_are_decoded() {
    for (name, level, tile) in tiles().filter(|(_, level, _)| level.compression == Compression::Jpeg) {
        let frame = Frame { width: level.tile_width, height: level.tile_height, color: level.color };
        let around = |x, y, width, height| {
            let place = Mosaic::around(Part { x, y, width, height }, frame, &tile, level.tables.as_deref()).map(|(_, place)| place);
            place.map(|place| (place.x, place.y, place.width, place.height))
        };
        let expected = match name.as_str() {
            "vips-jpeg75" | "vips-subifd" => Some((0, 16, 64, 48)),
            // Its tiles have Huffman tables of their own.
            "libtiff-complete" => None,
            _ => Some((16, 40, 24, 8)),
        };
        assert_eq!(around(17, 40, 20, 8), expected, "{name}");
        assert_eq!(around(0, 0, level.tile_width, level.tile_height), None, "{name}");
        let other = Frame { color: if level.color == Color::Gray { Color::Rgb } else { Color::Gray }, ..frame };
        assert!(Mosaic::around(Part { x: 0, y: 0, width: 8, height: 8 }, other, &tile, level.tables.as_deref()).is_none());
    }
}

#[test]
fn scaled_tiles_are_smaller_and_look_the_same() {
    for (name, level, tile) in tiles() {
        let whole = level.decode_tile(&tile).unwrap();
        let offered: Vec<u8> = level.eighths().collect();
        assert_eq!(offered, if level.compression == Compression::Jpeg { vec![1, 2, 4, 8] } else { vec![8] }, "{name}");
        for eighths in offered {
            let scaled = level.decode_scaled(&tile, eighths).unwrap();
            let factor = 8 / u32::from(eighths);
            assert_eq!((scaled.width() * factor, scaled.height() * factor), (whole.width(), whole.height()));
            let mean = |x: u32, y: u32, sample: usize| {
                let block = (0..factor).flat_map(|down| (0..factor).map(move |across| (x * factor + across, y * factor + down)));
                block.map(|(x, y)| u32::from(whole.pixel(x, y)[sample])).sum::<u32>() / (factor * factor)
            };
            let places = (0..scaled.height()).flat_map(|y| (0..scaled.width()).map(move |x| (x, y)));
            let off = |(x, y): (u32, u32)| {
                scaled.pixel(x, y).iter().enumerate().map(|(sample, value)| mean(x, y, sample).abs_diff(u32::from(*value))).sum::<u32>()
            };
            let sum: u32 = places.map(off).sum();
            let average = f64::from(sum) / f64::from(scaled.width() * scaled.height()) / level.color.channels().count() as f64;
            assert!(average < if eighths == 8 { 1e-9 } else { 6.0 }, "{name} {eighths}/8: {average}");
        }
    }
    let (_, level, tile) = tiles().next().unwrap();
    assert!([0, 3, 7, 9, 255].iter().all(|eighths| matches!(level.decode_scaled(&tile, *eighths), Err(PyramidError::Unsupported(_)))));
    let odd = Level { tile_width: 20, ..level.clone() };
    assert_eq!(odd.eighths().collect::<Vec<_>>(), [2, 4, 8]);
    assert!(level.decode_scaled(&tile[..100], 4).is_err());
}
