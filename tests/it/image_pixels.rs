//! What pictures look like once they are turned, toned, enlarged and written in every format, seen by other decoders.

use image::imageops::{flip_horizontal, rotate90, rotate180, rotate270};
use image::{Rgba, RgbaImage};

use crate::support::pictures::{NONE, bytes, decode, difference, header, on_white, part, picture, reference};
use crate::support::service::Service;

/// A picture without any symmetry, 187 x 139 pixels, stored without loss.
const OPAQUE: &str = "vips-lzw";
/// The same size, with alpha.
const CLEAR: &str = "vips-rgba";

async fn service() -> Service {
    let service = Service::start().await;
    for name in [OPAQUE, CLEAR] {
        service.place(&format!("tiff/{name}.tif"), &format!("{name}.tif"));
    }
    service
}

fn original(name: &str) -> RgbaImage {
    reference(&format!("tiff/{name}.tif.0.png"))
}

#[tokio::test]
async fn turning_and_mirroring_move_pixels_and_change_none() {
    let service = service().await;
    for name in [OPAQUE, CLEAR] {
        let whole = original(name);
        for (region, upright) in [("full", whole.clone()), ("10,20,50,40", part(&whole, [10, 20, 50, 40]))] {
            let mirrored = flip_horizontal(&upright);
            let cases = [
                ("0", upright.clone()),
                ("90", rotate90(&upright)),
                ("180", rotate180(&upright)),
                ("270", rotate270(&upright)),
                ("!0", mirrored.clone()),
                ("!90", rotate90(&mirrored)),
                ("!180", rotate180(&mirrored)),
                ("!270", rotate270(&mirrored)),
            ];
            for (rotation, expected) in cases {
                for version in [2, 3] {
                    let path = format!("/iiif/{version}/{name}/{region}/max/{rotation}/default.png");
                    let made = picture(&service, &path).await;
                    assert_eq!(made.dimensions(), expected.dimensions(), "{path}");
                    assert_eq!(difference(&made, &expected), NONE, "{path}");
                }
            }
        }
    }
}

#[tokio::test]
async fn every_format_is_what_it_says() {
    let service = service().await;
    let formats = [
        ("jpg", "image/jpeg", 6.0),
        ("png", "image/png", 0.0),
        ("webp", "image/webp", 6.0),
        ("gif", "image/gif", 8.0),
        ("tif", "image/tiff", 0.0),
    ];
    for (name, turned) in [(OPAQUE, "0"), (OPAQUE, "90"), (CLEAR, "0")] {
        let expected = if turned == "90" { rotate90(&original(name)) } else { original(name) };
        for (format, media, mean) in formats {
            let path = format!("/iiif/3/{name}/full/max/{turned}/default.{format}");
            let response = service.get(&path).await;
            assert_eq!((response.status().as_u16(), header(&response, "content-type")), (200, media), "{path}");
            let made = decode(&response.bytes().await.expect("bytes")).to_rgba8();
            assert_eq!(made.dimensions(), expected.dimensions(), "{path}");
            if name == CLEAR && format == "gif" {
                assert_cut_out(&made, &expected);
                continue;
            }
            let (made, expected) = if mean > 0.0 { (on_white(&made), on_white(&expected)) } else { (made, expected.clone()) };
            let apart = difference(&made, &expected);
            assert!(apart.mean <= mean, "{path}: {apart:?}");
        }
    }
}

/// A GIF's pixels are there or not.
fn assert_cut_out(made: &RgbaImage, expected: &RgbaImage) {
    for (made, expected) in made.pixels().zip(expected.pixels()) {
        assert_eq!(made.0[3], if expected.0[3] >= 128 { 255 } else { 0 });
    }
}

/// Brightness as television has weighed it since 1953.
fn luma(pixel: &Rgba<u8>) -> f64 {
    let [r, g, b, _] = pixel.0.map(f64::from);
    0.299 * r + 0.587 * g + 0.114 * b
}

#[tokio::test]
async fn gray_and_bitonal_have_no_colour() {
    let service = service().await;
    let expected = original(OPAQUE);
    for format in ["png", "jpg", "webp", "gif", "tif"] {
        let gray = picture(&service, &format!("/iiif/3/{OPAQUE}/full/max/0/gray.{format}")).await;
        let most = if ["png", "tif", "gif"].contains(&format) { 2.0 } else { 40.0 };
        for (made, expected) in gray.pixels().zip(expected.pixels()) {
            let [r, g, b, _] = made.0;
            assert!(r.abs_diff(g) <= 1 && g.abs_diff(b) <= 1, "{format}: {made:?} has colour");
            assert!((luma(made) - luma(expected)).abs() <= most, "{format}: {made:?} for {expected:?}");
        }
    }
    for format in ["png", "gif", "tif"] {
        let bitonal = picture(&service, &format!("/iiif/3/{OPAQUE}/full/max/0/bitonal.{format}")).await;
        let mut colours = std::collections::BTreeSet::new();
        for (made, expected) in bitonal.pixels().zip(expected.pixels()) {
            colours.insert(made.0);
            let luma = luma(expected);
            assert!((luma - 127.5).abs() < 2.0 || made.0[0] == if luma > 127.5 { 255 } else { 0 }, "{format}: {made:?} for {expected:?}");
        }
        assert_eq!(colours.into_iter().collect::<Vec<_>>(), [[0, 0, 0, 255], [255, 255, 255, 255]], "{format}");
    }
    let colour = bytes(&service, &format!("/iiif/3/{OPAQUE}/full/max/0/color.png")).await;
    assert!(colour == bytes(&service, &format!("/iiif/3/{OPAQUE}/full/max/0/default.png")).await);
}

#[tokio::test]
async fn odd_angles_leave_transparent_corners() {
    let service = service().await;
    let (sine, cosine) = 30f64.to_radians().sin_cos();
    let side = |along: f64, across: f64| (along * cosine + across * sine).ceil() as u32;
    let size = (side(187.0, 139.0), side(139.0, 187.0));
    let whole = original(OPAQUE);
    // Where a pixel of the original comes to lie, clockwise around the middle.
    let place = |x: u32, y: u32| {
        let (right, down) = (f64::from(x) + 0.5 - 187.0 / 2.0, f64::from(y) + 0.5 - 139.0 / 2.0);
        let (right, down) = (right * cosine - down * sine, right * sine + down * cosine);
        ((right + f64::from(size.0) / 2.0) as u32, (down + f64::from(size.1) / 2.0) as u32)
    };
    for (rotation, format) in
        ["30", "!30"].into_iter().flat_map(|rotation| ["png", "webp", "gif", "tif", "jpg"].map(|format| (rotation, format)))
    {
        let made = picture(&service, &format!("/iiif/3/{OPAQUE}/full/max/{rotation}/default.{format}")).await;
        assert_eq!(made.dimensions(), size, "{rotation} {format}");
        let corners = [(0, 0), (size.0 - 1, 0), (0, size.1 - 1), (size.0 - 1, size.1 - 1)];
        for (x, y) in corners {
            let Rgba([r, g, b, a]) = made.get_pixel(x, y);
            let white = [r, g, b].into_iter().all(|value| *value > 250);
            assert!(if format == "jpg" { white } else { *a == 0 }, "{rotation} {format}: {:?} at {x}, {y}", made.get_pixel(x, y));
        }
        // Away from the fine rings, where neighbours are alike.
        for (x, y) in [(125, 15), (175, 20), (130, 70), (180, 120), (140, 130)] {
            let source = whole.get_pixel(x, y).0;
            let (x, y) = place(if rotation == "30" { x } else { 186 - x }, y);
            let found = made.get_pixel(x, y).0;
            assert!(
                found.iter().zip(source).all(|(found, there)| found.abs_diff(there) < 30),
                "{rotation} {format}: {found:?} for {source:?}"
            );
        }
    }
    let right = picture(&service, &format!("/iiif/3/{OPAQUE}/full/max/30/default.png")).await;
    let mirrored = picture(&service, &format!("/iiif/3/{OPAQUE}/full/max/!330/default.png")).await;
    let apart = difference(&flip_horizontal(&mirrored), &right);
    assert!(apart.mean < 1.0, "mirrored before it is turned: {apart:?}");
}

/// The picture enlarged, each new pixel weighed from the four around its place.
fn enlarged(picture: &RgbaImage, width: u32, height: u32) -> RgbaImage {
    let reach =
        |at: u32, new: u32, old: u32| ((f64::from(at) + 0.5) * f64::from(old) / f64::from(new) - 0.5).clamp(0.0, f64::from(old - 1));
    RgbaImage::from_fn(width, height, |x, y| {
        let (x, y) = (reach(x, width, picture.width()), reach(y, height, picture.height()));
        let pixel = |x: f64, y: f64| picture.get_pixel(x as u32, y as u32).0.map(f64::from);
        let [a, b, c, d] = [pixel(x, y), pixel(x.ceil(), y), pixel(x, y.ceil()), pixel(x.ceil(), y.ceil())];
        let mix = |one: f64, other: f64, part: f64| one + (other - one) * part;
        Rgba([0, 1, 2, 3].map(|at| mix(mix(a[at], b[at], x.fract()), mix(c[at], d[at], x.fract()), y.fract()).round() as u8))
    })
}

#[tokio::test]
async fn enlarged_pictures_look_alike() {
    let service = service().await;
    let whole = original(OPAQUE);
    // The small part lies away from the fine rings, on which two ways of enlarging differ.
    for (version, region, size, [x, y, width, height]) in [
        (3, "full", "^374,", [0, 0, 187, 139]),
        (3, "130,20,40,50", "^!300,300", [130, 20, 40, 50]),
        (2, "100,60,80,70", "160,", [100, 60, 80, 70]),
    ] {
        let path = format!("/iiif/{version}/{OPAQUE}/{region}/{size}/0/default.png");
        let made = picture(&service, &path).await;
        assert!(made.width() > width && made.height() > height, "{path}");
        let expected = enlarged(&part(&whole, [x, y, width, height]), made.width(), made.height());
        let apart = difference(&made, &expected);
        assert!(apart.mean < 6.0, "{path}: {apart:?}");
    }
}

/// Large JPEGs are made and sent in bands; as PNG the same picture is made in one piece.
#[tokio::test]
async fn a_picture_in_bands_is_the_whole_picture() {
    let service = Service::start().await;
    for (name, quality) in [("vips-jpeg75", "default"), ("vips-jpeg75", "gray"), ("vips-jpeg90", "default"), ("vips-gray", "default")] {
        service.place(&format!("tiff/{name}.tif"), &format!("{name}.tif"));
        let path = |format: &str| format!("/iiif/3/{name}/full/^2150,/0/{quality}.{format}");
        let response = service.get(&path("jpg")).await;
        assert!(response.status() == 200 && response.content_length().is_none(), "{name}: it is sent as it is made");
        let made = decode(&response.bytes().await.expect("bytes")).to_rgba8();
        let whole = picture(&service, &path("png")).await;
        assert!(made.dimensions() == whole.dimensions() && made.width() * made.height() > 3_000_000, "{name}");
        // Where two bands meet it is as near as elsewhere.
        let seams: Vec<u32> = (256..made.height()).step_by(256).collect();
        let at = |y: u32| difference(&part(&made, [0, y, made.width(), 2]), &part(&whole, [0, y, made.width(), 2])).mean;
        let everywhere = difference(&made, &whole).mean;
        assert!(everywhere < 3.0, "{name} {quality}: {everywhere}");
        for seam in seams {
            assert!(at(seam - 1) < 3.0 * everywhere.max(0.5), "{name} {quality}: {} at row {seam}, {everywhere} elsewhere", at(seam - 1));
        }
    }
}
