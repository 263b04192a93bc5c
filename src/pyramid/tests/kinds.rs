//! One small picture in every layout that masters come in.

use super::plain::all_rows;
use super::*;

/// Every file: its name, its reference, and how far its pixels may be from that.
const KINDS: &[(&str, &str, u8)] = &[
    ("rgb-none", "rgb", 0),
    ("rgb-lzw", "rgb", 0),
    ("rgb-deflate", "rgb", 0),
    ("rgb-packbits", "rgb", 0),
    ("rgb-zstd", "rgb", 0),
    ("rgb-none-planes", "rgb", 0),
    ("rgb-lzw-planes", "rgb", 0),
    ("rgb-deflate-planes", "rgb", 0),
    ("rgb-packbits-planes", "rgb", 0),
    ("rgb-zstd-planes", "rgb", 0),
    ("rgb-deflate-planes-tiles", "rgb", 0),
    ("rgb-lzw-big", "rgb", 0),
    ("rgb-lzw-reversed", "rgb", 0),
    ("rgb-tiffcp", "rgb", 0),
    ("rgb-vips-strips", "rgb", 0),
    ("rgb-magick", "rgb", 0),
    ("rgb-16-little", "rgb", 0),
    ("rgb-16-big", "rgb", 0),
    ("rgb-32-little", "rgb", 0),
    ("rgb-32-big", "rgb", 0),
    ("rgb-float16-little", "rgb", 0),
    ("rgb-float16-big", "rgb", 0),
    ("rgb-float32-little", "rgb", 0),
    ("rgb-float32-big", "rgb", 0),
    ("rgb-float64-little", "rgb", 0),
    ("rgb-float64-big", "rgb", 0),
    ("gray-none", "gray", 0),
    ("gray-16-none", "gray", 0),
    ("gray-white", "gray", 0),
    ("gray-alpha", "gray-alpha", 0),
    ("gray-extra", "gray", 0),
    ("rgba-straight", "rgba", 0),
    ("rgb-extra", "rgb", 0),
    ("gray-2", "gray-2", 0),
    ("gray-4", "gray-4", 0),
    ("gray-12", "gray-12", 0),
    ("bits-none", "bits", 0),
    ("bits-white", "bits", 0),
    ("bits-packbits", "bits", 0),
    ("bits-g4", "bits", 0),
    ("bits-g4-strips", "bits", 0),
    ("bits-g4-reversed", "bits", 0),
    ("bits-g3", "bits", 0),
    ("bits-g3-fill", "bits", 0),
    ("bits-g3-2d", "bits", 0),
    ("bits-g3-2d-fill", "bits", 0),
    ("bits-magick", "bits", 0),
    ("bits-vips", "bits", 0),
    ("palette-8", "palette-8", 0),
    ("palette-4", "palette-4", 0),
    ("palette-2", "palette-2", 0),
    ("palette-1", "palette-1", 0),
    ("cmyk-lzw", "cmyk", 0),
    ("cmyk-planes", "cmyk", 0),
    ("cmyk-jpeg", "cmyk-jpeg", 2),
    ("lab", "lab", 1),
    ("icclab", "lab", 1),
    ("icclab-16", "lab", 1),
    ("jpeg-ycbcr", "jpeg-ycbcr", 2),
    ("jpeg-rgb", "jpeg-rgb", 2),
    ("jpeg-planes", "jpeg-planes", 2),
    ("ycbcr-22", "ycbcr-22", 1),
    ("ycbcr-42", "ycbcr-42", 1),
    ("ycbcr-21", "ycbcr-21", 1),
    ("ycbcr-11", "ycbcr-11", 1),
    ("turned", "rgb", 0),
    ("pages", "rgb", 0),
    ("pages-tiles", "rgb", 0),
];

/// Those whose tiles are served as they are.
const TILED: &[(&str, &str, u8)] = &[
    ("rgb-none-tiles", "rgb", 0),
    ("rgb-lzw-tiles", "rgb", 0),
    ("rgb-deflate-tiles", "rgb", 0),
    ("rgb-packbits-tiles", "rgb", 0),
    ("rgb-zstd-tiles", "rgb", 0),
    ("rgb-webp-tiles", "rgb", 0),
    ("rgba-webp-tiles", "rgba", 0),
    ("rgb-16-tiles", "rgb", 0),
    ("gray-float32-tiles", "gray", 0),
    ("gray-white-16", "gray", 0),
    ("rgba-16", "rgba", 0),
    ("rgb-extra-two", "rgb", 0),
    ("rgba-associated", "rgba-associated", 0),
    ("bits-g4-tiles", "bits", 0),
    ("bits-lzw-tiles", "bits", 0),
    ("palette-tiles", "palette-8", 0),
    ("cmyk-16-tiles", "cmyk", 0),
    ("lab-16-tiles", "lab", 1),
    ("jpeg-gray-tiles", "jpeg-gray-tiles", 2),
];

pub(super) fn kind(name: &str) -> Vec<u8> {
    fixture(&format!("../tiff-kinds/{name}.tif"))
}

pub(super) fn kinds() -> impl Iterator<Item = &'static str> {
    KINDS.iter().chain(TILED).map(|(name, _, _)| *name)
}

fn seen(name: &str) -> Raster {
    decode_png(&fixture(&format!("../tiff-kinds/{name}.png")))
}

/// The visible part, with as many channels as the reference has.
fn assert_like(found: &Raster, name: &str, (of, tolerance): (&str, u8)) {
    let worst = worst_difference(found, &seen(of));
    assert!(worst <= tolerance, "{name}: {worst}");
}

#[test]
fn rows_of_every_kind() {
    for (name, of, tolerance) in KINDS.iter().chain(TILED) {
        let rows = all_rows(kind(name)).unwrap_or_else(|error| panic!("{name}: {error}"));
        assert_like(&rows, name, (of, *tolerance));
    }
}

#[test]
fn tiles_of_every_kind() {
    for (name, of, tolerance) in TILED {
        let file = kind(name);
        let index = open_bytes(&file).unwrap_or_else(|error| panic!("{name}: {error}"));
        let whole = assemble(&index.levels[0], &file, |level, tile| level.decode_tile(tile).unwrap());
        assert_like(&whole, name, (of, *tolerance));
        assert_eq!(Index::from_bytes(&index.to_bytes()).unwrap(), index, "{name}");
        assert_eq!(index.levels[0].blank_tile().channels(), index.channels(), "{name}");
    }
}

#[test]
fn a_tile_left_out_has_samples_of_0() {
    let blank = |name: &str| open_bytes(&kind(name)).unwrap().levels[0].blank_tile().pixel(3, 3).to_vec();
    assert_eq!(blank("rgb-16-tiles"), [0, 0, 0]);
    assert_eq!(blank("rgba-16"), [0, 0, 0, 0]);
    assert_eq!(blank("gray-white-16"), [255]);
    assert_eq!(blank("cmyk-16-tiles"), [255, 255, 255]);
}

#[test]
fn what_cannot_be_served_or_read_is_named_with_its_cure() {
    let planes = open_bytes(&kind("rgb-deflate-planes-tiles")).unwrap_err().to_string();
    assert_eq!(planes, "unsupported: channels in separate planes, so that each tile lies in several places; convert it");
    for (name, found) in [
        ("lerc", "compression LERC (34887) in a TIFF"),
        ("lzma", "compression LZMA (34925) in a TIFF"),
        ("jpeg2000", "compression JPEG 2000 (34712) in a TIFF"),
        ("jpegxl", "compression JPEG XL (50002) in a TIFF"),
        ("signed", "signed samples of 16 bits"),
        ("complex", "complex samples of 64 bits"),
    ] {
        let error = all_rows(kind(&format!("refused-{name}"))).unwrap_err();
        assert!(error.starts_with(&format!("unsupported: {found}; save it again as TIFF with")), "{name}: {error}");
    }
}

#[test]
fn inks_go_through_a_transform_of_the_callers() {
    for name in ["cmyk-lzw", "cmyk-planes", "cmyk-16-tiles", "cmyk-jpeg", "rgb-lzw"] {
        let plain = all_rows(kind(name)).unwrap();
        let transform = |icc: Option<&[u8]>| -> InkTransform {
            assert_eq!(icc, None);
            Box::new(|inks, rgb| {
                for (ink, pixel) in inks.chunks(4).zip(rgb.chunks_mut(3)) {
                    pixel.copy_from_slice(&crate::pyramid::inks::to_rgb(ink.try_into().unwrap()));
                }
            })
        };
        let mut source = tiff_rows_with_inks(Cursor::new(kind(name)), 1, transform).unwrap();
        let mut through = Raster::zeroed(source.width(), source.height(), source.channels());
        source.read_rows(through.pixels_mut()).unwrap();
        assert_eq!(through, plain, "{name}");
    }
}
