use super::kinds::{kind, kinds};
use super::*;

/// Opens, and decodes some tiles; whatever comes of it is fine as long as it comes back.
fn use_it(file: &[u8]) {
    let Ok(index) = open_bytes(file) else { return };
    assert!(index.memory() < 32 << 20);
    for level in &index.levels {
        for (column, row) in level.tiles_in(0, 0, level.width, level.height).take(2) {
            let Some(range) = level.tile_range(column, row) else { continue };
            let tile = &file[range.start as usize..range.end as usize];
            assert!(level.decode_tile(tile).is_err() || level.jpeg_stream(tile).is_none_or(|stream| stream.len() < tile.len() + 70_000));
        }
    }
}

/// Where directories and their values lie: what is not the tiles.
fn outside_tiles(file: &[u8]) -> Vec<usize> {
    let index = open_bytes(file).unwrap();
    let tiles: Vec<_> = index
        .levels
        .iter()
        .flat_map(|level| level.tiles_in(0, 0, level.width, level.height).filter_map(|(column, row)| level.tile_range(column, row)))
        .collect();
    (0..file.len()).filter(|at| !tiles.iter().any(|tile| tile.contains(&(*at as u64)))).collect()
}

#[test]
fn truncated_files_are_refused_or_smaller() {
    let mut dice = Dice(7);
    for (name, _, _) in FIXTURES {
        let file = fixture(&format!("{name}.tif"));
        for _ in 0..40 {
            use_it(&file[..dice.roll(file.len())]);
        }
        (0..200).for_each(|length| use_it(&file[..length.min(file.len())]));
    }
}

#[test]
fn mutated_directories_are_survived() {
    let mut dice = Dice(11);
    for (name, _, _) in FIXTURES {
        let mut file = fixture(&format!("{name}.tif"));
        let places = outside_tiles(&file);
        for _ in 0..250 {
            let before: Vec<_> = (0..1 + dice.roll(3)).map(|_| places[dice.roll(places.len())]).map(|at| (at, file[at])).collect();
            before.iter().for_each(|(at, _)| file[*at] = [0, 1, 0x7F, 0xFF, dice.roll(256) as u8][dice.roll(5)]);
            use_it(&file);
            before.iter().rev().for_each(|(at, byte)| file[*at] = *byte);
        }
    }
}

#[test]
fn mutated_tiles_are_survived() {
    let mut dice = Dice(13);
    for (name, _, _) in FIXTURES {
        let file = fixture(&format!("{name}.tif"));
        let index = open_bytes(&file).unwrap();
        let level = index.levels.last().unwrap();
        let range = level.tile_range(0, 0).unwrap();
        let tile = &file[range.start as usize..range.end as usize];
        for _ in 0..150 {
            let mut tile = tile[..tile.len() - dice.roll(2) * dice.roll(tile.len())].to_vec();
            for _ in 0..dice.roll(4).min(tile.len()) {
                let reach = [tile.len(), tile.len().min(700)][dice.roll(2)];
                let at = dice.roll(reach);
                tile[at] = dice.roll(256) as u8;
            }
            let decoded = level.decode_tile(&tile);
            assert!(decoded.is_err() || decoded.is_ok_and(|raster| raster.width() == level.tile_width));
            level.jpeg_stream(&tile);
        }
    }
}

#[test]
fn lies_in_a_few_bytes_cost_nothing() {
    let entry = |tag: u16, kind: u16, count: u32, value: u32| {
        [&tag.to_le_bytes()[..], &kind.to_le_bytes(), &count.to_le_bytes(), &value.to_le_bytes()].concat()
    };
    let file =
        |entries: &[Vec<u8>]| [b"II\x2A\0\x08\0\0\0", &(entries.len() as u16).to_le_bytes()[..], &entries.concat(), &[0; 4]].concat();
    let sides = |width, height, tile| [(256, width), (257, height), (322, tile), (323, tile)].map(|(tag, side)| entry(tag, 4, 1, side));
    for (width, height, tile) in
        [(u32::MAX, u32::MAX, 16), (1 << 31, 1 << 31, 4096), (0, 5, 16), (1 << 20, 1 << 20, u32::MAX), (4096, 4096, 1)]
    {
        for count in [0, 1, 1 << 16, u32::MAX] {
            let lists = [entry(324, 4, count, 8), entry(325, 4, count, 8)];
            let bytes = file(&[sides(width, height, tile).as_slice(), &lists].concat());
            assert!(open_bytes(&bytes).is_err(), "{width} {height} {tile} {count}");
        }
    }
    // A big file that holds only its head: what it asks for stays within its size, and its own directory is no next one.
    let mut head = b"II\x2B\0\x08\0\0\0\x10\0\0\0\0\0\0\0".to_vec();
    head.extend(u64::MAX.to_le_bytes());
    let mut opening = Opening::new(1 << 50);
    opening.supply(0, head.into());
    assert!(matches!(opening.attempt(), Err(PyramidError::Damaged(_))));
}

#[test]
fn a_pyramid_spread_too_widely_is_given_up() {
    let mut opening = Opening::new(1 << 40);
    (0..65).for_each(|piece| opening.supply(piece << 30, bytes::Bytes::from(vec![0; 1 << 20])));
    assert!(matches!(opening.attempt(), Err(PyramidError::Unsupported(_))));
}

/// Reads the first rows of the first pages, whatever comes of it.
fn read_it(file: &[u8]) {
    let pages = tiff_pages(Cursor::new(file.to_vec())).unwrap_or(1);
    tiff_facts(Cursor::new(file.to_vec())).ok();
    for page in 1..=pages.min(3) {
        let Ok(mut source) = tiff_rows_of(Cursor::new(file.to_vec()), page) else { continue };
        let stride = source.width() as usize * source.channels().count();
        if stride > 64 << 20 {
            continue;
        }
        let mut row = vec![0; stride];
        (0..source.height().min(60)).try_for_each(|_| source.read_rows(&mut row)).ok();
    }
}

#[test]
fn mutated_files_of_every_kind_are_survived() {
    let mut dice = Dice(19);
    for name in kinds() {
        let mut file = kind(name);
        for round in 0..60 {
            let length = file.len() - (round % 4 / 3) * dice.roll(file.len());
            let before: Vec<_> = (0..1 + dice.roll(3)).map(|_| dice.roll(length.max(1))).map(|at| (at, file[at])).collect();
            before.iter().for_each(|(at, _)| file[*at] = [0, 1, 0x7F, 0xFF, dice.roll(256) as u8][dice.roll(5)]);
            read_it(&file[..length]);
            use_it(&file[..length]);
            before.iter().rev().for_each(|(at, byte)| file[*at] = *byte);
        }
    }
}

#[test]
fn directories_of_every_kind_are_survived_with_any_value() {
    let mut dice = Dice(23);
    for name in kinds() {
        let file = kind(name);
        for (entry, width) in entries(&file) {
            let mut file = file.clone();
            // Kind, count or value of a field.
            let at = entry + 2 + dice.roll(width - 2);
            file[at] = [0, 1, 2, 3, 5, 16, 64, 255][dice.roll(8)];
            read_it(&file);
            use_it(&file);
        }
    }
}

/// Where the fields of the first directory are, and how long each is.
fn entries(file: &[u8]) -> Vec<(usize, usize)> {
    let number = |at: usize, length: usize| {
        let bytes = &file[at..at + length];
        let push = |number: usize, byte: &u8| number << 8 | usize::from(*byte);
        if file[0] == b'M' { bytes.iter().fold(0, push) } else { bytes.iter().rev().fold(0, push) }
    };
    let big = number(2, 2) == 43;
    let at = if big { number(8, 8) } else { number(4, 4) };
    let (count, start, width) = if big { (number(at, 8), at + 8, 20) } else { (number(at, 2), at + 2, 12) };
    (0..count).map(|entry| (start + entry * width, width)).collect()
}
