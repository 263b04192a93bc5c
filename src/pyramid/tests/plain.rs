use super::*;
use crate::pyramid::fields::{Fields, header};

/// All rows of a TIFF, taken a few at a time.
pub(super) fn all_rows(file: Vec<u8>) -> Result<Raster, String> {
    let mut source = tiff_rows(Cursor::new(file)).map_err(|error| error.to_string())?;
    let mut raster = Raster::zeroed(source.width(), source.height(), source.channels());
    let few = 7 * raster.stride();
    for rows in raster.pixels_mut().chunks_mut(few) {
        source.read_rows(rows).map_err(|error| error.to_string())?;
    }
    Ok(raster)
}

#[test]
fn the_first_level_of_a_pyramid_is_a_plain_image() {
    for (name, _, tolerance) in FIXTURES {
        let rows = all_rows(fixture(&format!("{name}.tif"))).unwrap();
        assert!(worst_difference(&rows, &reference(name, 0)) <= tolerance, "{name}");
    }
}

/// An uncompressed image of `bits` in strips of `rows_per_strip`.
fn stripped(width: u32, samples: u16, bits: u16, rows_per_strip: u32, photometric: u16, pixels: &[u8]) -> Vec<u8> {
    let stride = width as usize * usize::from(samples) * usize::from(bits / 8);
    let strips: Vec<_> = pixels.chunks(stride * rows_per_strip as usize).map(|strip| strip.len() as u32).collect();
    let starts = |start: u32| strips.iter().scan(start, |at, length| Some(std::mem::replace(at, *at + length))).collect::<Vec<_>>();
    let fields = |start: u32| {
        Fields::new(false)
            .longs(256, &[width])
            .longs(257, &[(pixels.len() / stride) as u32])
            .shorts(258, &[bits; 4][..samples.into()])
            .shorts(259, &[1])
            .shorts(262, &[photometric])
            .longs(273, &starts(start))
            .shorts(277, &[samples])
            .longs(278, &[rows_per_strip])
            .longs(279, &strips)
            .shorts(338, if samples.is_multiple_of(2) { &[1] } else { &[] })
    };
    let start = 8 + fields(0).len() as u32;
    [header(false, 8), fields(start).to_bytes(8, 0), pixels.to_vec()].concat()
}

#[test]
fn strips_of_every_kind() {
    let bytes: Vec<u8> = (0..=255).collect();
    let rows = |file| all_rows(file).unwrap().into_pixels();
    assert_eq!(rows(stripped(16, 1, 8, 3, 1, &bytes)), bytes);
    assert_eq!(rows(stripped(16, 1, 8, u32::MAX, 1, &bytes)), bytes);
    assert_eq!(rows(stripped(16, 1, 8, 4, 0, &bytes)), bytes.iter().map(|byte| !byte).collect::<Vec<_>>());
    assert_eq!(rows(stripped(17, 3, 8, 2, 2, &bytes[..255])), bytes[..255]);
    assert_eq!(rows(stripped(2, 1, 16, 1, 1, &[0, 0, 0xFF, 0xFF, 0xFF, 0x7F, 0, 1])), [0, 255, 127, 1]);
    assert_eq!(rows(stripped(1, 1, 16, 1, 0, &[0, 0])), [255]);
    assert_eq!(rows(stripped(1, 4, 8, 1, 2, &[50, 100, 0, 100])), [128, 255, 0, 100]);
}

#[test]
fn what_cannot_be_read_is_named() {
    let pixels = [0; 64];
    let refused = |file: Vec<u8>| all_rows(file).unwrap_err();
    assert!(refused(b"no picture".to_vec()).starts_with("unsupported: not a TIFF file"));
    assert!(refused(stripped(4, 4, 8, 1, 10, &pixels)).starts_with("unsupported: ITU L*a*b* colour"));
    assert!(refused(stripped(4, 1, 8, 1, 3, &pixels)).starts_with("damaged: a table of colours"));
    assert!(refused(stripped(4, 1, 24, 1, 1, &pixels)).starts_with("unsupported: samples of 24 bits"));
    let whole = stripped(8, 1, 8, 2, 1, &pixels);
    assert!(refused(whole[..whole.len() - 5].to_vec()).starts_with("damaged:"));
}

#[test]
fn mutated_files_are_survived() {
    let mut dice = Dice(17);
    for (name, _, _) in FIXTURES {
        let file = fixture(&format!("{name}.tif"));
        let directory = match file[..4] {
            [b'I', b'I', 42, 0] => u32::from_le_bytes(file[4..8].try_into().unwrap()) as usize,
            _ => file.len() / 2,
        };
        for _ in 0..25 {
            let mut file = file[..file.len() - dice.roll(2) * dice.roll(file.len() / 2)].to_vec();
            for _ in 0..1 + dice.roll(3) {
                let at = (directory + dice.roll(200)).min(file.len() - 1);
                file[at] = dice.roll(256) as u8;
            }
            let Ok(mut source) = tiff_rows(Cursor::new(file)) else { continue };
            let mut row = vec![0; source.width() as usize * source.channels().count()];
            (0..source.height().min(20)).try_for_each(|_| source.read_rows(&mut row)).ok();
        }
    }
}
