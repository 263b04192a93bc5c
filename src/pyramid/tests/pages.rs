use super::kinds::kind;
use super::*;
use bytes::Bytes;

fn rows_of(name: &str, page: u32) -> Result<(u32, u32, Channels), PyramidError> {
    tiff_rows_of(Cursor::new(kind(name)), page).map(|rows| (rows.width(), rows.height(), rows.channels()))
}

#[test]
fn pages_are_neither_masks_nor_smaller_versions() {
    for name in ["pages", "pages-tiles"] {
        assert_eq!(tiff_pages(Cursor::new(kind(name))).unwrap(), 3, "{name}");
        assert_eq!(rows_of(name, 1).unwrap(), (70, 50, Channels::Rgb), "{name}");
        assert_eq!(rows_of(name, 2).unwrap(), (69, 49, Channels::Gray), "{name}");
        assert_eq!(rows_of(name, 3).unwrap(), (70, 50, Channels::Rgba), "{name}");
        assert_eq!(rows_of(name, 4).unwrap_err().to_string(), "unsupported: page 4 of a file that has 3");
        assert!(rows_of(name, 0).is_err());
    }
    for (name, _, _) in FIXTURES {
        assert_eq!(tiff_pages(Cursor::new(fixture(&format!("{name}.tif")))).unwrap(), 1, "{name}");
    }
    assert!(tiff_pages(Cursor::new(b"no picture".to_vec())).is_err());
}

#[test]
fn each_page_in_tiles_has_levels_of_its_own() {
    let file = kind("pages-tiles");
    let open = |page| {
        let mut opening = Opening::of_page(file.len() as u64, page);
        loop {
            match opening.attempt()? {
                Attempt::Ready(index) => return Ok::<_, PyramidError>(index),
                Attempt::Need(range) => {
                    opening.supply(range.start, Bytes::copy_from_slice(&file[range.start as usize..range.end as usize]));
                }
            }
        }
    };
    let sizes = |page| open(page).unwrap().levels.iter().map(|level| (level.width, level.height)).collect::<Vec<_>>();
    assert_eq!(sizes(1), [(70, 50), (35, 25)]);
    assert_eq!(sizes(2), [(69, 49), (35, 25)]);
    assert_eq!(sizes(3), [(70, 50), (35, 25)]);
    assert_eq!([1, 2, 3].map(|page| open(page).unwrap().channels()), [Channels::Rgb, Channels::Gray, Channels::Rgba]);
    assert!(open(4).is_err() && open(0).is_err());
}

#[test]
fn how_a_picture_is_turned_is_told() {
    assert_eq!(tiff_rows(Cursor::new(kind("turned"))).unwrap().orientation(), 6);
    assert_eq!(tiff_rows(Cursor::new(kind("rgb-lzw"))).unwrap().orientation(), 1);
    assert_eq!(open_bytes(&kind("rgb-lzw-tiles")).unwrap().orientation, 1);
}

fn facts(file: Vec<u8>) -> TiffFacts {
    tiff_facts(Cursor::new(file)).unwrap()
}

#[test]
fn facts_of_a_pyramid() {
    let facts = facts(fixture("vips-subifd.tif"));
    assert_eq!((facts.width, facts.height, facts.big_tiff, facts.big_endian), (509, 387, true, false));
    assert_eq!((facts.compression, facts.color), ((7, "JPEG"), (Some(6), "YCbCr")));
    assert_eq!((facts.samples, facts.bits.as_slice(), facts.sample_format, facts.planar), (3, &[8, 8, 8][..], 1, false));
    assert_eq!((facts.pieces, facts.orientation), (TiffPieces::Tiles { width: 128, height: 128 }, 1));
    assert_eq!((facts.levels.len(), facts.pages, facts.is_pyramid()), (3, 1, true));
    assert_eq!((&facts.tiles_refused, &facts.rows_refused), (&None, &None));
}

#[test]
fn facts_of_what_is_not_served_or_not_read() {
    let strips = facts(kind("rgb-16-big"));
    assert_eq!((strips.pieces, strips.predictor, strips.big_endian), (TiffPieces::Strips { rows: 16 }, 2, true));
    assert_eq!(strips.tiles_refused.as_deref(), Some("unsupported: an image in strips; a pyramid is cut into tiles"));
    assert!(strips.rows_refused.is_none() && strips.levels.is_empty() && !strips.is_pyramid());
    let lerc = facts(kind("refused-lerc"));
    assert_eq!((lerc.compression, lerc.width), ((34887, "LERC"), 70));
    assert!(lerc.tiles_refused.is_some() && lerc.rows_refused.is_some_and(|why| why.contains("LERC (34887)")));
    let (turned, pages) = (facts(kind("turned")), facts(kind("pages")));
    assert_eq!((turned.orientation, turned.pages, pages.pages), (6, 1, 3));
    assert!(tiff_facts(Cursor::new(b"II\x2A\0\0\0\0\0".to_vec())).is_err());
}
