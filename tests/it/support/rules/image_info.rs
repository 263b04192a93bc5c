//! Image information documents of Image API 2.1 and 3.0.

use super::values::{is_http_uri, is_rights};
use super::{Report, entries, positive, text};
use serde_json::Value;
use std::collections::HashSet;

pub(super) fn check(info: &Value, version: u8, report: &mut Report) {
    let context = format!("http://iiif.io/api/image/{version}/context.json");
    let right = match info.get("@context") {
        Some(Value::Array(list)) => version == 3 && list.last().is_some_and(|last| *last == context),
        other => other.is_some_and(|one| *one == context),
    };
    report.unless(right, "I.INF-2", "/@context", "not the context of this version");
    let first = info.as_object().and_then(|object| object.keys().next());
    report.unless(first.is_some_and(|key| key == "@context"), "I.INF-2", "/@context", "not the first key");
    let id = text(info, if version == 3 { "id" } else { "@id" }).unwrap_or_default();
    let base = is_http_uri(id) && !id.ends_with('/') && !id.ends_with("/info.json");
    report.unless(base, "I.INF-3", "/id", format!("{id:?} is not the base URI"));
    report.unless(text(info, "protocol") == Some("http://iiif.io/api/image"), "I.INF-4", "/protocol", "not the protocol");
    for key in ["width", "height"] {
        report.unless(positive(info.get(key)).is_some(), "I.INF-5", &format!("/{key}"), "not a positive integer");
    }
    tiles(info, report);
    sizes(info, report);
    if version == 3 { version_3(info, report) } else { version_2(info, report) }
}

fn tiles(info: &Value, report: &mut Report) {
    let mut shapes = HashSet::new();
    let mut factors = HashSet::new();
    for (tile, at) in entries(info, "tiles", "") {
        let width = positive(tile.get("width"));
        report.unless(width.is_some(), "I.INF-11", &at, "no width");
        report.unless(tile.get("height").is_none_or(|height| positive(Some(height)).is_some()), "I.INF-11", &at, "height is no size");
        let height = positive(tile.get("height")).or(width);
        report.unless(shapes.insert((width, height)), "I.INF-11", &at, "the same tile size twice");
        report.unless(entries(tile, "scaleFactors", &at).next().is_some(), "I.INF-11", &at, "no scaleFactors");
        for (factor, place) in entries(tile, "scaleFactors", &at) {
            report.unless(positive(Some(factor)).is_some(), "I.INF-11", &place, "not a positive integer");
            report.unless(factors.insert(factor.as_u64()), "I.INF-11", &place, "the same scale factor twice");
        }
        within_limits(info, width, height, "I.LIM-3", &at, report);
    }
}

fn sizes(info: &Value, report: &mut Report) {
    for (size, at) in entries(info, "sizes", "") {
        let [width, height] = ["width", "height"].map(|key| positive(size.get(key)));
        report.unless(width.is_some() && height.is_some(), "I.INF-16", &at, "no width and height");
        within_limits(info, width, height, "I.LIM-3", &at, report);
    }
}

/// The limits stand at the top in 3.0 and in the profile's object in 2.1.
fn limit(info: &Value, key: &str) -> Option<u64> {
    let profiles = entries(info, "profile", "").find_map(|(profile, _)| profile.get(key));
    info.get(key).or(profiles).and_then(Value::as_u64)
}

fn within_limits(info: &Value, width: Option<u64>, height: Option<u64>, rule: &str, at: &str, report: &mut Report) {
    let max_width = limit(info, "maxWidth").unwrap_or(u64::MAX);
    let max_height = limit(info, "maxHeight").unwrap_or(max_width);
    let max_area = limit(info, "maxArea").unwrap_or(u64::MAX);
    let (width, height) = (width.unwrap_or(0), height.unwrap_or(0));
    report.unless(width <= max_width && height <= max_height && width * height <= max_area, rule, at, "past the limits");
}

fn version_3(info: &Value, report: &mut Report) {
    report.unless(text(info, "type") == Some("ImageService3"), "I.INF-6", "/type", "not ImageService3");
    let level = text(info, "profile").unwrap_or_default();
    report.unless(matches!(level, "level0" | "level1" | "level2"), "I.INF-7", "/profile", format!("{level:?} is no level"));
    for old in ["@id", "@type", "license", "attribution", "logo", "formats", "qualities", "supports"] {
        report.unless(info.get(old).is_none(), "I.INF-8", &format!("/{old}"), "left from 2.x");
    }
    for (feature, at) in entries(info, "extraFeatures", "") {
        let old = ["sizeAboveFull", "sizeByWhListed", "sizeByForcedWh", "sizeByDistortedWh"];
        report.unless(!old.iter().any(|one| feature == one), "I.INF-9", &at, "a feature of 2.x");
        let limited = info.get("maxWidth").is_some() || info.get("maxArea").is_some();
        report.unless(feature != "sizeUpscaling" || limited, "I.LIM-2", &at, "upscaling without a limit");
    }
    report.unless(info.get("maxHeight").is_none() || info.get("maxWidth").is_some(), "I.LIM-1", "/maxHeight", "without maxWidth");
    let listed: Vec<_> = entries(info, "extraFormats", "").map(|(format, _)| format.as_str().unwrap_or_default().to_owned()).collect();
    for (format, at) in entries(info, "preferredFormats", "") {
        let profile = format == "jpg" || (level == "level2" && format == "png");
        report.unless(profile || listed.iter().any(|one| format == one), "I.INF-12", &at, "not offered");
    }
    for (format, at) in entries(info, "extraFormats", "") {
        let profile = format == "jpg" || (level == "level2" && format == "png");
        report.unless(!profile, "I.INF-10", &at, "the profile has it");
    }
    for key in ["service", "seeAlso", "partOf"] {
        let right = info.get(key).is_none_or(Value::is_array);
        report.unless(right, "I.INF-13", &format!("/{key}"), "not a list");
        for (entry, at) in entries(info, key, "") {
            let named = text(entry, "id").or(text(entry, "@id")).is_some() && text(entry, "type").or(text(entry, "@type")).is_some();
            report.unless(named, "I.INF-13", &at, "no id or no type");
        }
    }
    let rights = info.get("rights").is_none_or(|uri| uri.as_str().is_some_and(is_rights));
    report.unless(rights, "I.INF-13", "/rights", "not a rights URI");
}

fn version_2(info: &Value, report: &mut Report) {
    let compliance = entries(info, "profile", "").next().and_then(|(first, _)| first.as_str().map(str::to_owned)).unwrap_or_default();
    let level = compliance.strip_prefix("http://iiif.io/api/image/2/level").and_then(|rest| rest.strip_suffix(".json"));
    report.unless(matches!(level, Some("0" | "1" | "2")), "I.INF-7", "/profile/0", format!("{compliance:?} is no level"));
    let type_ = text(info, "@type").is_none_or(|type_| type_ == "iiif:Image");
    report.unless(type_, "I.INF-6", "/@type", "not iiif:Image");
    for (entry, at) in entries(info, "profile", "").skip(1) {
        report.unless(entry.is_string() || entry.is_object(), "I.INF-7", &at, "neither a URI nor an object");
        for key in ["formats", "qualities", "supports"] {
            let empty = entry.get(key).is_some_and(|list| list.as_array().is_none_or(Vec::is_empty));
            report.unless(!empty, "I.INF-10", &format!("{at}/{key}"), "empty");
        }
        let alone = entry.get("maxHeight").is_some() && entry.get("maxWidth").is_none();
        report.unless(!alone, "I.LIM-1", &at, "maxHeight without maxWidth");
        report.unless(!entry.as_object().is_some_and(serde_json::Map::is_empty), "I.INF-10", &at, "empty");
    }
    for key in ["maxWidth", "maxHeight", "maxArea"] {
        report.unless(info.get(key).is_none(), "I.LIM-9", &format!("/{key}"), "limits stand in the profile");
    }
    for new in ["id", "type", "extraFormats", "extraQualities", "extraFeatures", "rights", "preferredFormats"] {
        report.unless(info.get(new).is_none(), "I.INF-8", &format!("/{new}"), "a name of 3.0");
    }
}
