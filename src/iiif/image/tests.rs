//! What info.json promises is kept, and what is canonical stays so.

use proptest::prelude::*;

use super::*;

const LIMITS: Limits = Limits { max_width: 10_000, max_height: 10_000, max_area: 100_000_000 };

fn resolve(version: Version, path: &str, full: Dimensions, limits: &Limits) -> Result<Resolved, RequestError> {
    let segments: Vec<&str> = path.split('/').collect();
    let [region, size, rotation, last] = segments[..] else { panic!("four segments: {path}") };
    Request::parse(version, region, size, rotation, last)?.resolve(full, limits)
}

#[test]
fn the_last_segment_is_a_quality_and_a_format() {
    let full = Dimensions { width: 60, height: 40 };
    for version in Version::ALL {
        for (last, quality, format) in [
            ("default.jpg", Quality::Default, Format::Jpg),
            ("native.jpg", Quality::Default, Format::Jpg),
            ("color.png", Quality::Default, Format::Png),
            ("gray.webp", Quality::Gray, Format::Webp),
            ("bitonal.tif", Quality::Bitonal, Format::Tif),
            ("default.gif", Quality::Default, Format::Gif),
        ] {
            let resolved = resolve(version, &format!("full/max/0/{last}"), full, &LIMITS);
            assert_eq!(resolved.map(|resolved| (resolved.quality, resolved.format)), Ok((quality, format)), "{last}");
        }
        for last in ["", "default", ".jpg", "default.", "grey.jpg", "Default.jpg", "default.JPG", "default.jpeg", "default.jp2", "a.b.jpg"]
        {
            assert!(resolve(version, &format!("full/max/0/{last}"), full, &LIMITS).is_err(), "{last}");
        }
    }
}

#[test]
fn every_advertised_feature_is_kept() {
    let full = Dimensions { width: 60, height: 40 };
    let examples = [
        ("regionSquare", "square/max/0/default.jpg"),
        ("rotationArbitrary", "full/max/12.5/default.png"),
        ("mirroring", "full/max/!0/default.jpg"),
        ("sizeAboveFull", "full/90,/0/default.jpg"),
        ("sizeUpscaling", "full/^90,/0/default.jpg"),
    ];
    let in_headers = ["profileLinkHeader", "canonicalLinkHeader"];
    for version in Version::ALL {
        let info = document(version, "x", &ImageInfo { full, tile: 512 }, &LIMITS);
        let features = info.get("extraFeatures").unwrap_or(&info["profile"][1]["supports"]);
        for name in features.as_array().into_iter().flatten().filter_map(|name| name.as_str()) {
            let example = examples.iter().find(|(feature, _)| *feature == name);
            assert!(example.is_some() || in_headers.contains(&name), "{name} has no example");
            if let Some((_, path)) = example {
                assert!(resolve(version, path, full, &LIMITS).is_ok(), "{version} {path}");
            }
        }
    }
}

/// A side for which strips, remainders and whole tiles all occur.
fn sides() -> impl Iterator<Item = u32> {
    (1..=20).chain([31, 32, 33, 63, 64, 65, 100, 127, 128, 129, 255, 257, 500, 513, 1000, 1023, 1025])
}

#[test]
fn every_advertised_size_is_served_in_every_spelling() {
    for (width, height) in sides().flat_map(|width| sides().map(move |height| (width, height))) {
        let info = ImageInfo { full: Dimensions { width, height }, tile: 16 };
        let sizes = info.sizes(&LIMITS);
        for size in &sizes {
            let exact = format!("full/{},{}/0/default.jpg", size.width, size.height);
            let by_width = format!("full/{},/0/default.jpg", size.width);
            for version in Version::ALL {
                assert_eq!(resolve(version, &exact, info.full, &LIMITS).map(|resolved| resolved.size), Ok(*size), "{info:?}");
                let narrow = resolve(version, &by_width, info.full, &LIMITS).map(|resolved| resolved.size);
                // One width can belong to several sizes only when it is one pixel.
                let alone = sizes.iter().filter(|other| other.width == size.width).count() == 1 || size.width > 1;
                assert!(narrow == Ok(*size) || (narrow.is_ok() && !alone), "{info:?} {by_width} {narrow:?}");
            }
        }
    }
}

#[test]
fn every_tile_is_served_in_every_spelling() {
    const TILE: u32 = 16;
    let tight = Limits { max_width: TILE, max_height: TILE, max_area: 256 };
    for (width, height) in sides().flat_map(|width| sides().map(move |height| (width, height))) {
        let info = ImageInfo { full: Dimensions { width, height }, tile: TILE };
        for factor in info.scale_factors() {
            let (columns, rows) = (ends(width, TILE * factor), ends(height, TILE * factor));
            for (x, y) in columns.iter().flat_map(|x| rows.iter().map(move |y| (*x, *y))) {
                let region = Rect { x, y, width: (width - x).min(TILE * factor), height: (height - y).min(TILE * factor) };
                check_tile(info.full, region, region.size().scaled_down(factor), &tight);
            }
        }
    }
}

/// The first and the last tile of a side.
fn ends(side: u32, step: u32) -> [u32; 2] {
    [0, (side - 1) / step * step]
}

fn check_tile(full: Dimensions, region: Rect, size: Dimensions, limits: &Limits) {
    let Rect { x, y, width, height } = region;
    for version in Version::ALL {
        let exact = format!("{x},{y},{width},{height}/{},{}/0/default.jpg", size.width, size.height);
        let resolved = resolve(version, &exact, full, limits);
        assert_eq!(resolved.as_ref().map(|resolved| (resolved.region, resolved.size)), Ok((region, size)), "{full:?} {exact}");
        let narrow = format!("{x},{y},{width},{height}/{},/0/default.jpg", size.width);
        let made = resolve(version, &narrow, full, limits).map(|resolved| resolved.size);
        // A strip of one pixel does not tell its factor; it is served, within the limits.
        let same = if size.width > 1 { made == Ok(size) } else { made.as_ref().is_ok_and(|made| made.width == 1) };
        assert!(same, "{full:?} {narrow}: {made:?} instead of {size:?}");
    }
}

#[test]
fn canonical_forms() {
    let full = Dimensions { width: 300, height: 200 };
    let large = Dimensions { width: 30_000, height: 20_000 };
    for (version, image, path, canonical) in [
        (Version::V3, full, "square/pct:50/360/color.jpg", "50,0,200,200/100,100/0/default.jpg"),
        (Version::V3, full, "0,0,900,900/300,/!90.0/gray.png", "full/max/!90/gray.png"),
        (Version::V3, full, "pct:0,0,100,100/,100/22.50/native.webp", "full/150,100/22.5/default.webp"),
        (Version::V3, full, "full/^600,/0/default.jpg", "full/^600,400/0/default.jpg"),
        (Version::V3, full, "full/^!10000,10000/0/default.jpg", "full/^max/0/default.jpg"),
        (Version::V3, full, "full/^150,/0/default.jpg", "full/150,100/0/default.jpg"),
        (Version::V3, full, "full/^10,400/0/default.jpg", "full/^10,400/0/default.jpg"),
        (Version::V3, large, "full/10000,/0/default.jpg", "full/max/0/default.jpg"),
        (Version::V2, full, "full/max/0/default.jpg", "full/full/0/default.jpg"),
        (Version::V2, full, "full/300,200/0/color.jpg", "full/full/0/default.jpg"),
        (Version::V2, full, "full/150,100/0/default.jpg", "full/150,/0/default.jpg"),
        (Version::V2, full, "full/150,101/0/default.jpg", "full/150,101/0/default.jpg"),
        (Version::V2, full, "full/pct:200/0/default.jpg", "full/600,/0/default.jpg"),
        (Version::V2, Dimensions { width: 100, height: 100 }, "square/,50/0/default.jpg", "full/50,/0/default.jpg"),
    ] {
        let made = resolve(version, path, image, &LIMITS).map(|resolved| resolved.canonical(version, image, &LIMITS));
        assert_eq!(made.as_deref(), Ok(canonical), "{version} {path}");
    }
}

#[test]
fn a_turned_canvas_keeps_to_the_area() {
    let (full, limits) = (Dimensions { width: 100, height: 100 }, Limits { max_width: 100, max_height: 100, max_area: 10_000 });
    assert!(resolve(Version::V3, "full/max/90/default.jpg", full, &limits).is_ok());
    assert!(matches!(resolve(Version::V3, "full/max/45/default.jpg", full, &limits), Err(RequestError::TooLarge { .. })));
    let turned = resolve(Version::V3, "full/60,/45/default.jpg", full, &limits).map(|resolved| resolved.rotated());
    assert_eq!(turned, Ok(Dimensions { width: 85, height: 85 }));
}

fn versions() -> impl Strategy<Value = Version> {
    prop_oneof![Just(Version::V2), Just(Version::V3)]
}

fn regions() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("full".to_owned()),
        Just("square".to_owned()),
        (0u32..400, 0u32..400, 1u32..500, 1u32..500).prop_map(|(x, y, w, h)| format!("{x},{y},{w},{h}")),
        (0.0..100.0, 0.0..100.0, 0.0..150.0, 0.0..150.0).prop_map(|(x, y, w, h): (f64, f64, f64, f64)| format!("pct:{x},{y},{w},{h}")),
    ]
}

fn sizes() -> impl Strategy<Value = String> {
    let side = 1u32..700;
    let shape = prop_oneof![
        Just("max".to_owned()),
        Just("full".to_owned()),
        side.clone().prop_map(|w| format!("{w},")),
        side.clone().prop_map(|h| format!(",{h}")),
        (side.clone(), side.clone()).prop_map(|(w, h)| format!("{w},{h}")),
        (side.clone(), side).prop_map(|(w, h)| format!("!{w},{h}")),
        (0.1..200.0).prop_map(|percent: f64| format!("pct:{percent}")),
    ];
    (prop_oneof![Just(""), Just("^")], shape).prop_map(|(caret, shape)| format!("{caret}{shape}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn the_canonical_form_is_the_same_image(
        version in versions(), region in regions(), size in sizes(), mirror in "!?", degrees in prop_oneof![Just(0.0), 0.0..360.0],
        last in "(default|color|gray|bitonal|native)\\.(jpg|png|webp|gif|tif)", width in 1u32..400, height in 1u32..400,
        max_width in 1u32..800, max_height in 1u32..800, max_area in 1u64..400_000,
    ) {
        let (full, limits) = (Dimensions { width, height }, Limits { max_width, max_height, max_area });
        let path = format!("{region}/{size}/{mirror}{degrees}/{last}");
        if let Ok(resolved) = resolve(version, &path, full, &limits) {
            prop_assert!(limits.allow(resolved.size));
            let canonical = resolved.canonical(version, full, &limits);
            prop_assert_eq!(resolve(version, &canonical, full, &limits), Ok(resolved.clone()), "{} {}", path, canonical);
            let again = resolve(version, &canonical, full, &limits).map(|resolved| resolved.canonical(version, full, &limits));
            prop_assert_eq!(again, Ok(canonical));
        }
    }

    #[test]
    fn no_text_panics(
        version in versions(), region in "\\PC*|[pct:,.0-9]{0,40}", size in "\\PC*|[pct:,.^!0-9]{0,40}", rotation in "\\PC*|[!.0-9]{0,20}",
        last in "\\PC*|[a-z.]{0,12}|default\\.jpg", width: u32, height: u32, max_width: u32, max_height: u32, max_area: u64,
    ) {
        let limits = Limits { max_width, max_height, max_area };
        if let Ok(request) = Request::parse(version, &region, &size, &rotation, &last)
            && let Ok(resolved) = request.resolve(Dimensions { width, height }, &limits)
        {
            resolved.canonical(version, Dimensions { width, height }, &limits);
        }
    }

    #[test]
    fn hostile_numbers_do_not_panic(
        version in versions(), size in "\\^?(!|pct:)?[0-9]{0,30},?[0-9]{0,30}", rotation in "!?[0-9]{1,3}\\.?[0-9]{0,30}",
        width: u32, height: u32, max_width: u32, max_height: u32, max_area: u64,
    ) {
        let limits = Limits { max_width, max_height, max_area };
        if let Ok(request) = Request::parse(version, "full", &size, &rotation, "default.jpg")
            && let Ok(resolved) = request.resolve(Dimensions { width, height }, &limits)
        {
            prop_assert!(limits.allow(resolved.size));
            resolved.canonical(version, Dimensions { width, height }, &limits);
        }
    }
}
