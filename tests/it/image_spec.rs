//! Every line of the Image API, both versions, and which test keeps it.
//!
//! The lines are numbered as a checklist of the two specifications numbers them, section by section. What no other test checks is
//! checked here. This file is long because it is mostly a table.

use std::collections::BTreeSet;
use std::path::Path;

use reqwest::Method;
use serde_json::Value;

use crate::support::pictures::{decode, header, picture};
use crate::support::raw;
use crate::support::service::Service;

/// Sections of the checklist and how many lines each has.
const SECTIONS: [(&str, usize); 11] = [
    ("URI", 11),
    ("REG", 8),
    ("SIZ", 17),
    ("ROT", 8),
    ("QUA", 5),
    ("FMT", 3),
    ("INF", 16),
    ("LIM", 9),
    ("NEG", 6),
    ("CAN", 4),
    ("HTTP", 10),
];

/// A line, what it asks for, and the tests that see to it: file and name.
type Line = (&'static str, &'static str, &'static [&'static str]);

const VALIDATOR: &str = "tests/it/image_validator.rs version_3_passes_the_official_validator";
const VALIDATOR_2: &str = "tests/it/image_validator.rs version_2_passes_the_official_validator";
const RIGHT: &str = "tests/it/image_requests.rs right_requests_have_the_size_they_ask_for";
const REGIONS: &str = "tests/it/image_requests.rs wrong_regions_are_refused";
const SIZES: &str = "tests/it/image_requests.rs wrong_sizes_are_refused";
const OTHERS: &str = "tests/it/image_requests.rs wrong_rotations_qualities_and_formats_are_refused";
const MALFORMED: &str = "tests/it/image_requests.rs malformed_urls_are_refused";
const ONCE: &str = "tests/it/image_requests.rs an_identifier_is_decoded_once";
const LINKS: &str = "tests/it/image_requests.rs links_name_the_canonical_request";
const KNOWN: &str = "tests/it/image_requests.rs what_the_client_has_is_not_sent_again";
const CORS: &str = "tests/it/image_requests.rs pages_of_other_origins_may_ask";
const WISHES: &str = "tests/it/image_requests.rs information_comes_as_the_client_wants_it";
const BARE: &str = "tests/it/image_requests.rs a_bare_identifier_leads_to_its_information";
const LIMITS: &str = "tests/it/image_requests.rs nothing_exceeds_the_limits";
const TURNED: &str = "tests/it/image_pixels.rs turning_and_mirroring_move_pixels_and_change_none";
const FORMATS: &str = "tests/it/image_pixels.rs every_format_is_what_it_says";
const TONES: &str = "tests/it/image_pixels.rs gray_and_bitonal_have_no_colour";
const ODD: &str = "tests/it/image_pixels.rs odd_angles_leave_transparent_corners";
const TILES: &str = "tests/it/tiles.rs every_tile_is_what_the_file_holds";
const EVERY_SIZE: &str = "tests/it/tiles.rs every_size_is_served_to_the_pixel";
const FEATURES: &str = "src/iiif/image/tests.rs every_advertised_feature_is_kept";
const ALL_TILES: &str = "src/iiif/image/tests.rs every_tile_is_served_in_every_spelling";
const ALL_SIZES: &str = "src/iiif/image/tests.rs every_advertised_size_is_served_in_every_spelling";
const HTTP2: &str = "tests/it/connections.rs http2_needs_no_asking";
const DOCUMENT: &str = "tests/it/image_spec.rs information_is_as_each_version_has_it";
const PROMISES: &str = "tests/it/image_spec.rs what_is_promised_is_served";
const CROPS: &str = "tests/it/image_spec.rs regions_are_exactly_those_pixels";
const BOXES: &str = "tests/it/image_spec.rs sizes_keep_to_what_is_given";
const ORDER: &str = "tests/it/image_spec.rs a_picture_is_cut_sized_mirrored_and_turned_in_this_order";
const STATUSES: &str = "tests/it/image_spec.rs errors_are_told_by_status_and_in_words";

const LINES: &[Line] = &[
    ("URI-1", "one base for the picture and its information", &[RIGHT, DOCUMENT]),
    ("URI-2", "the base itself leads to the information", &[BARE]),
    ("URI-3", "percent-encoding does not change who is meant", &[ONCE, BARE]),
    ("URI-4", "an encoded slash is part of the identifier", &[ONCE, MALFORMED]),
    ("URI-5", "malformed requests are told as such", &[MALFORMED]),
    ("URI-6", "parameters may be encoded", &[RIGHT]),
    ("URI-7", "everything is decoded once", &[ONCE]),
    ("URI-8", "a plain slash does not find another image", &[MALFORMED]),
    ("URI-9", "an unknown identifier", &[MALFORMED, VALIDATOR]),
    ("URI-10", "a query changes nothing", &[RIGHT]),
    ("URI-11", "numbers have neither sign nor exponent", &[REGIONS, SIZES, OTHERS, RIGHT]),
    ("REG-1", "all of it", &[CROPS]),
    ("REG-2", "the square", &[RIGHT, CROPS]),
    ("REG-3", "pixels", &[CROPS, TILES]),
    ("REG-4", "percentages", &[CROPS, RIGHT]),
    ("REG-5", "what sticks out is cut off", &[CROPS, RIGHT]),
    ("REG-6", "nothing, or outside", &[REGIONS]),
    ("REG-7", "no region at all", &[REGIONS]),
    ("REG-8", "numbers larger than any image", &[REGIONS, RIGHT]),
    ("SIZ-1", "as large as it may be", &[RIGHT, LIMITS, BOXES]),
    ("SIZ-2", "full is no size in 3.0", &[SIZES]),
    ("SIZ-3", "a width", &[RIGHT, BOXES]),
    ("SIZ-4", "a height", &[RIGHT, BOXES]),
    ("SIZ-5", "a percentage", &[RIGHT, SIZES]),
    ("SIZ-6", "both sides, distorted", &[RIGHT, BOXES]),
    ("SIZ-7", "a box", &[RIGHT, BOXES]),
    ("SIZ-8", "a box that is larger", &[RIGHT, BOXES]),
    ("SIZ-9", "larger only if said so", &[SIZES, BOXES]),
    ("SIZ-10", "larger if said so", &[RIGHT]),
    ("SIZ-11", "as large as the limits allow", &[LIMITS, LINKS, BOXES]),
    ("SIZ-12", "enlarging is supported; errors in it are errors", &[SIZES, RIGHT]),
    ("SIZ-13", "no size at all", &[SIZES]),
    ("SIZ-14", "a size of nothing", &[SIZES]),
    ("SIZ-15", "less than a pixel", &[SIZES]),
    ("SIZ-16", "a side that rounds to nothing has one pixel", &[RIGHT]),
    ("SIZ-17", "2.1 may enlarge, within limits", &[RIGHT, DOCUMENT]),
    ("ROT-1", "not turned", &[TURNED]),
    ("ROT-2", "quarters, clockwise", &[TURNED, ORDER]),
    ("ROT-3", "all the way round", &[RIGHT, ORDER]),
    ("ROT-4", "out of range or no number", &[OTHERS]),
    ("ROT-5", "at odd angles all of it is there", &[ODD, RIGHT]),
    ("ROT-6", "transparent corners where there can be", &[ODD]),
    ("ROT-7", "mirrored first", &[TURNED, ORDER]),
    ("ROT-8", "the order of things", &[ORDER]),
    ("QUA-1", "default", &[FORMATS]),
    ("QUA-2", "colour is no error, for gray images too", &[RIGHT, PROMISES]),
    ("QUA-3", "gray", &[TONES, OTHERS]),
    ("QUA-4", "black and white", &[TONES]),
    ("QUA-5", "other qualities are refused, those there are listed", &[OTHERS, DOCUMENT]),
    ("FMT-1", "every format promised", &[FORMATS, FEATURES, PROMISES]),
    ("FMT-2", "the body is of the format", &[FORMATS, PROMISES]),
    ("FMT-3", "other formats are refused", &[OTHERS, VALIDATOR]),
    ("INF-1", "information, in JSON", &[DOCUMENT, VALIDATOR, VALIDATOR_2]),
    ("INF-2", "its context, first", &[DOCUMENT]),
    ("INF-3", "its identifier is the base as it was asked for", &[DOCUMENT, ONCE]),
    ("INF-4", "its protocol", &[WISHES, DOCUMENT]),
    ("INF-5", "its sides", &[DOCUMENT]),
    ("INF-6", "its type", &[DOCUMENT]),
    ("INF-7", "its profile", &[DOCUMENT]),
    ("INF-8", "3.0 has nothing of 2.1", &[DOCUMENT]),
    ("INF-9", "no features that are gone", &[DOCUMENT]),
    ("INF-10", "no empty lists, nothing twice", &[DOCUMENT]),
    ("INF-11", "tiles of one size, each factor once", &[DOCUMENT]),
    ("INF-12", "what is preferred is served", &[DOCUMENT]),
    ("INF-13", "further properties are well-formed", &[DOCUMENT]),
    ("INF-14", "what is promised works", &[PROMISES, FEATURES]),
    ("INF-15", "extensions are mapped: there are none", &[DOCUMENT]),
    ("INF-16", "sizes have both sides", &[DOCUMENT]),
    ("LIM-1", "a height only with a width", &[DOCUMENT]),
    ("LIM-2", "enlarging only within limits", &[DOCUMENT]),
    ("LIM-3", "what is promised is within the limits", &[LIMITS, ALL_SIZES]),
    ("LIM-4", "every size promised", &[EVERY_SIZE, ALL_SIZES, PROMISES]),
    ("LIM-5", "past the limits", &[LIMITS, SIZES]),
    ("LIM-6", "far past them, at once", &[SIZES]),
    ("LIM-7", "every tile promised", &[TILES, ALL_TILES]),
    ("LIM-8", "limits hold before turning", &[LIMITS, "src/iiif/image/tests.rs a_turned_canvas_keeps_to_the_area"]),
    ("LIM-9", "where the limits stand", &[DOCUMENT]),
    ("NEG-1", "3.0 is JSON-LD if nothing is said", &[WISHES]),
    ("NEG-2", "2.1 is JSON if nothing is said", &[WISHES]),
    ("NEG-3", "what is said is done", &[WISHES]),
    ("NEG-4", "what is wanted more comes first", &[WISHES]),
    ("NEG-5", "caches are told that it is negotiated", &[WISHES]),
    ("NEG-6", "nothing is refused for its type", &[WISHES]),
    ("CAN-1", "the profile, as a link", &[LINKS, WISHES]),
    ("CAN-2", "the canonical request, as a link", &[LINKS]),
    ("CAN-3", "no request is led elsewhere", &[LINKS]),
    ("CAN-4", "canonical rotation and quality", &[LINKS, "src/iiif/image/tests.rs canonical_forms"]),
    ("HTTP-1", "GET", &[RIGHT]),
    ("HTTP-2", "HEAD", &[KNOWN, "tests/it/headers.rs head_is_get_without_the_body"]),
    ("HTTP-3", "statuses of success", &[RIGHT, BARE, KNOWN]),
    (
        "HTTP-4",
        "pages of other origins may read everything",
        &[CORS, "tests/it/headers.rs any_page_may_read_every_answer_and_every_error_is_a_problem_document"],
    ),
    ("HTTP-5", "and may ask first", &[CORS]),
    ("HTTP-6", "statuses of failure", &[STATUSES, MALFORMED]),
    ("HTTP-7", "failures in words", &[STATUSES]),
    ("HTTP-8", "what is known is not sent again", &[KNOWN]),
    ("HTTP-9", "HTTP/2", &[HTTP2]),
    ("HTTP-10", "nothing is a download by itself", &[PROMISES]),
];

#[test]
fn every_line_is_checked_by_a_test_that_exists() {
    let expected: BTreeSet<String> = SECTIONS.iter().flat_map(|(name, count)| (1..=*count).map(move |at| format!("{name}-{at}"))).collect();
    let named: BTreeSet<String> = LINES.iter().map(|(line, ..)| (*line).to_owned()).collect();
    assert_eq!(named, expected);
    assert_eq!(LINES.len(), expected.len(), "each line once");
    for (line, meaning, tests) in LINES {
        assert!(!tests.is_empty(), "{line}, {meaning}, is checked nowhere");
        for test in *tests {
            let (file, name) = test.split_once(' ').expect("a file and a name");
            let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).expect(file);
            assert!(text.contains(&format!("fn {name}(")), "{line}: {file} has no test {name}");
        }
    }
}

/// With `book`, 187 x 139 pixels in colour, and `gray`.
async fn service() -> Service {
    let service = Service::start().await;
    service.place("tiff/vips-lzw.tif", "book.tif");
    service.place("tiff/vips-gray.tif", "gray.tif");
    service
}

fn strings(value: &Value) -> Vec<&str> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

fn names(value: &Value) -> Vec<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

fn is_side(value: &Value) -> bool {
    value.as_u64().is_some_and(|side| side > 0)
}

/// What both versions have, in the same words.
fn assert_both(info: &Value) {
    assert_eq!(names(info)[0], "@context");
    assert_eq!(info["protocol"], "http://iiif.io/api/image");
    assert_eq!((&info["width"], &info["height"]), (&Value::from(187), &Value::from(139)));
    for size in info["sizes"].as_array().expect("sizes") {
        assert!(is_side(&size["width"]) && is_side(&size["height"]), "{size}");
        assert!(names(size).iter().all(|name| ["width", "height", "type"].contains(name)), "{size}");
    }
    let tiles = info["tiles"].as_array().expect("tiles");
    let mut seen = BTreeSet::new();
    for tile in tiles {
        assert!(is_side(&tile["width"]), "{tile}");
        for factor in tile["scaleFactors"].as_array().expect("factors") {
            assert!(is_side(factor) && seen.insert(factor.as_u64()), "{tile}");
        }
    }
    assert!(!seen.is_empty());
    for absent in ["service", "seeAlso", "partOf", "rights", "license", "attribution", "logo"] {
        assert_eq!(info.get(absent), None, "nothing is known of it: {absent}");
    }
}

fn assert_limits(place: &Value) {
    assert!(is_side(&place["maxWidth"]) && is_side(&place["maxHeight"]) && is_side(&place["maxArea"]), "{place}");
}

#[tokio::test]
async fn information_is_as_each_version_has_it() {
    let service = service().await;
    let (three, two) = (service.json("/iiif/3/book/info.json").await, service.json("/iiif/2/book/info.json").await);
    assert_both(&three);
    assert_both(&two);

    assert_eq!(three["@context"], "http://iiif.io/api/image/3/context.json");
    assert_eq!(three["id"], format!("{}/iiif/3/book", service.base));
    assert_eq!((&three["type"], &three["profile"]), (&Value::from("ImageService3"), &Value::from("level2")));
    assert_limits(&three);
    for gone in ["@id", "@type", "formats", "qualities", "supports"] {
        assert_eq!(three.get(gone), None, "{gone}");
    }
    let features = strings(&three["extraFeatures"]);
    assert!(features.contains(&"sizeUpscaling"));
    for gone in ["sizeAboveFull", "sizeByWhListed", "sizeByForcedWh", "sizeByDistortedWh"] {
        assert!(!features.contains(&gone), "{gone}");
    }
    // What level 2 has anyway is not said again.
    for (list, implied) in [
        ("extraFormats", &["jpg", "png"][..]),
        ("extraQualities", &["default"]),
        (
            "extraFeatures",
            &["regionByPx", "regionByPct", "regionSquare", "sizeByW", "sizeByH", "sizeByPct", "sizeByWh", "sizeByConfinedWh"],
        ),
        ("extraFeatures", &["rotationBy90s", "baseUriRedirect", "cors", "jsonldMediaType"]),
    ] {
        let said = strings(&three[list]);
        assert!(!said.is_empty() && said.iter().collect::<BTreeSet<_>>().len() == said.len(), "{list}: {said:?}");
        assert!(implied.iter().all(|one| !said.contains(one)), "{list}: {said:?}");
    }
    let served: Vec<&str> = strings(&three["extraFormats"]).into_iter().chain(["jpg", "png"]).collect();
    assert!(strings(&three["preferredFormats"]).iter().all(|format| served.contains(format)));

    assert_eq!(two["@context"], "http://iiif.io/api/image/2/context.json");
    assert_eq!(two["@id"], format!("{}/iiif/2/book", service.base));
    assert!(two.get("@type").is_none_or(|kind| kind == "iiif:Image"));
    assert_eq!(two["profile"][0], "http://iiif.io/api/image/2/level2.json");
    assert_limits(&two["profile"][1]);
    for list in ["formats", "qualities", "supports"] {
        assert!(!strings(&two["profile"][1][list]).is_empty(), "{list}");
    }
    assert!(strings(&two["profile"][1]["supports"]).iter().all(|feature| !["sizeByWhListed", "sizeByForcedWh"].contains(feature)));
    assert_eq!(names(&two).iter().filter(|name| name.starts_with("max")).count(), 0, "limits are in the profile");
}

#[tokio::test]
async fn what_is_promised_is_served() {
    let service = service().await;
    for id in ["book", "gray"] {
        for version in [2, 3] {
            let base = format!("/iiif/{version}/{id}");
            let info = service.json(&format!("{base}/info.json")).await;
            let said = if version == 2 { &info["profile"][1] } else { &info };
            let [formats, qualities] = if version == 2 { ["formats", "qualities"] } else { ["extraFormats", "extraQualities"] };
            for format in strings(&said[formats]).into_iter().chain(["jpg", "png"]) {
                for quality in strings(&said[qualities]).into_iter().chain(["default", "color", "gray"]) {
                    let response = service.get(&format!("{base}/full/40,/0/{quality}.{format}")).await;
                    assert_eq!(response.status(), 200, "{base} {quality}.{format}");
                    let kind = match format {
                        "jpg" => "jpeg",
                        "tif" => "tiff",
                        same => same,
                    };
                    assert_eq!(header(&response, "content-type"), format!("image/{kind}"));
                    assert!(!header(&response, "content-disposition").starts_with("attachment"), "{base} {quality}.{format}");
                    assert_eq!(decode(&response.bytes().await.expect("bytes")).width(), 40, "{base} {quality}.{format}");
                }
            }
            for size in info["sizes"].as_array().expect("sizes") {
                let (width, height) = (size["width"].as_u64().expect("a side"), size["height"].as_u64().expect("a side"));
                for asked in [format!("{width},{height}"), format!("{width},")] {
                    let served = picture(&service, &format!("{base}/full/{asked}/0/default.jpg")).await;
                    assert_eq!((u64::from(served.width()), u64::from(served.height())), (width, height), "{base} {asked}");
                }
            }
        }
    }
}

#[tokio::test]
async fn regions_are_exactly_those_pixels() {
    let service = service().await;
    for (version, size) in [(2, "full"), (3, "max")] {
        let cut = async |region: &str| picture(&service, &format!("/iiif/{version}/book/{region}/{size}/0/default.png")).await;
        let whole = cut("full").await;
        assert_eq!(whole.dimensions(), (187, 139));
        for (region, [x, y, width, height]) in [
            ("0,0,187,139", [0, 0, 187, 139]),
            ("pct:0,0,100,100", [0, 0, 187, 139]),
            ("17,23,41,59", [17, 23, 41, 59]),
            ("186,138,1,1", [186, 138, 1, 1]),
            ("150,100,200,200", [150, 100, 37, 39]),
            ("square", [24, 0, 139, 139]),
            ("pct:50,50,100,100", [93, 69, 94, 70]),
        ] {
            let expected = image::imageops::crop_imm(&whole, x, y, width, height).to_image();
            let served = cut(region).await;
            // Where a percentage falls between two pixels either is right.
            if region == "pct:50,50,100,100" {
                assert!(
                    served.width().abs_diff(width) <= 1 && served.height().abs_diff(height) <= 1,
                    "{region}: {:?}",
                    served.dimensions()
                );
            } else {
                assert!(served == expected, "{version} {region}");
            }
        }
    }
}

#[tokio::test]
async fn sizes_keep_to_what_is_given() {
    let service = service().await;
    let size = async |request: &str| {
        let response = service.get(request).await;
        let status = response.status().as_u16();
        if status == 200 {
            Some(decode(&response.bytes().await.expect("bytes")).to_rgba8().dimensions())
        } else {
            assert_eq!(status, 400, "{request}");
            None
        }
    };
    for side in [1, 2, 3, 7, 31, 46, 47, 63, 93, 94, 138, 139] {
        for version in [2, 3] {
            let base = format!("/iiif/{version}/book/full");
            let (width, height) = size(&format!("{base}/{side},/0/default.png")).await.expect("a picture");
            assert!(width == side && (f64::from(height) - f64::from(side) * 139.0 / 187.0).abs() < 1.0, "{side},: {width} x {height}");
            let (width, height) = size(&format!("{base}/,{side}/0/default.png")).await.expect("a picture");
            assert!(height == side && (f64::from(width) - f64::from(side) * 187.0 / 139.0).abs() < 1.35, ",{side}: {width} x {height}");
            let distorted = size(&format!("{base}/{side},{}/0/default.png", 140 - side)).await;
            assert_eq!(distorted, Some((side, 140 - side)));
            let (width, height) = size(&format!("{base}/!{side},{side}/0/default.png")).await.expect("a picture");
            assert!(width <= side && height <= side && width.max(height) == side, "!{side},{side}: {width} x {height}");
        }
    }
    // The region counts, not the image.
    let part = "/iiif/3/book/10,10,50,40";
    for (asked, expected) in [
        ("max", Some((50, 40))),
        ("!51,41", Some((50, 40))),
        ("!5000,5000", Some((50, 40))),
        ("51,", None),
        (",41", None),
        ("50,41", None),
        ("51,40", None),
        ("pct:100", Some((50, 40))),
        ("pct:101", None),
        ("^51,", Some((51, 41))),
        ("^!100,100", Some((100, 80))),
        ("^pct:200", Some((100, 80))),
    ] {
        assert_eq!(size(&format!("{part}/{asked}/0/default.png")).await, expected, "{asked}");
    }
    let tight = Service::with(&[("max_width", "300"), ("max_height", "200"), ("max_area", "50000")]).await;
    tight.place("tiff/vips-lzw.tif", "book.tif");
    let largest = picture(&tight, "/iiif/3/book/full/^max/0/default.png").await;
    assert_eq!(largest.dimensions(), (259, 193), "as much as the area allows");
}

#[tokio::test]
async fn a_picture_is_cut_sized_mirrored_and_turned_in_this_order() {
    let service = service().await;
    use image::imageops::{flip_horizontal, rotate90, rotate180, rotate270};
    for version in [2, 3] {
        let base = format!("/iiif/{version}/book/20,30,80,60/40,30");
        let plain = picture(&service, &format!("{base}/0/default.png")).await;
        assert_eq!(plain.dimensions(), (40, 30));
        let mirrored = flip_horizontal(&plain);
        let turned = [
            ("360", plain.clone()),
            ("90", rotate90(&plain)),
            ("180", rotate180(&plain)),
            ("270", rotate270(&plain)),
            ("!0", mirrored.clone()),
            ("!90", rotate90(&mirrored)),
            ("!180", rotate180(&mirrored)),
            ("!270", rotate270(&mirrored)),
        ];
        for (rotation, expected) in turned {
            assert!(picture(&service, &format!("{base}/{rotation}/default.png")).await == expected, "{version} {rotation}");
        }
    }
}

#[tokio::test]
async fn errors_are_told_by_status_and_in_words() {
    let service = service().await;
    for (target, status) in [
        ("/iiif/3/book/full/max/0/default.bmp", 400),
        ("/iiif/3/book/full/full/0/default.jpg", 400),
        ("/iiif/3/nobody/full/max/0/default.jpg", 404),
        ("/iiif/2/nobody/info.json", 404),
        ("/iiif/3/book/full/max/0", 404),
    ] {
        let answer = raw::get(&service, target).await;
        assert_eq!(answer.status, status, "{target}");
        assert!(answer.json()["detail"].as_str().is_some_and(|words| words.split(' ').count() > 3), "{target}");
    }
    for method in [Method::PUT, Method::DELETE] {
        let refused = service.request(method.clone(), "/iiif/3/book/full/max/0/default.jpg").send().await.expect("an answer").status();
        assert!([404, 405].contains(&refused.as_u16()), "{method}: {refused}");
    }
}
