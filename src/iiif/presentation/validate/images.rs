//! Addresses of images: an image is not its service (Presentation 3.0, section 5.7), and what viewers make of thumbnails.

use super::finding::{CLOVER, OMEKA, Rule, TIFY, UV};
use super::ids;
use super::report::Place;
use super::run::{Run, id_of};
use super::services;
use super::spelling::quoted;
use serde_json::{Map, Value};

const INFO: Rule = Rule::error("image-is-info-json", "Presentation 3.0, 5.7");
const SERVICE: Rule = Rule::error("image-is-service", "Presentation 3.0, 5.7");
const LEVEL0: Rule = Rule::warning("viewer-level0-thumbnail-size", "TIFY 0.35, Clover 3").hits(&[TIFY, CLOVER]);
const FORMAT: Rule = Rule::warning("viewer-uv-format", "Universal Viewer 4").hits(&[UV]);
const NO_FORMAT: Rule = Rule::warning("viewer-uv-no-format", "Universal Viewer 4").hits(&[UV]);
const NOT_A_PICTURE: Rule = Rule::warning("omeka-thumbnail-picture", "Omeka S 4").hits(&[OMEKA]);

/// The formats that every browser shows.
const SHOWN: [&str; 2] = ["image/jpeg", "image/png"];

/// Whether an address is a whole image request: `…/region/size/rotation/quality.format`.
pub(super) fn is_request(uri: &str) -> bool {
    let mut parts = uri.rsplit('/');
    let (file, rotation, size) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let quality = file.split_once('.').map_or("", |(quality, _)| quality);
    matches!(quality, "default" | "native" | "color" | "gray" | "bitonal")
        && rotation.trim_start_matches('!').parse::<f64>().is_ok()
        && (size.contains(',') || size.contains("max") || size == "full" || size.starts_with("pct:"))
}

/// Checks that the id of an image is an image, not an image service or its description.
pub(super) fn address(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, id: Option<&str>) {
    let Some(id) = id else { return };
    let place = at.key(if object.contains_key("id") { "id" } else { "@id" });
    ids::loaded(run, &place, id);
    if let Some(base) = id.strip_suffix("/info.json") {
        run.add(
            &place,
            INFO,
            "info.json describes an image, it is not an image",
            format!("write {}", quoted(&format!("{base}/full/max/0/default.jpg"))),
        );
        return;
    }
    let same = |service: &Map<String, Value>| id_of(service).is_some_and(|base| base.trim_end_matches('/') == id.trim_end_matches('/'));
    if listed(object).any(|service| services::is_image(service) && same(service)) {
        let cure = format!("write {}", quoted(&format!("{}/full/max/0/default.jpg", id.trim_end_matches('/'))));
        run.add(&place, SERVICE, "this is the address of the image service, not of an image", cure);
    }
}

/// The services of a resource, in a list or alone.
pub(super) fn listed(object: &Map<String, Value>) -> impl Iterator<Item = &Map<String, Value>> {
    let value = object.get("service");
    let alone = value.and_then(Value::as_object);
    alone.into_iter().chain(value.and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object))
}

/// What viewers make of a thumbnail.
pub(super) fn thumbnail(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    let level0 = listed(object).any(|service| service.get("profile").is_some_and(|profile| mentions(profile, "level0")));
    if level0 && !(object.contains_key("width") && object.contains_key("height")) {
        let what =
            "a thumbnail of a level 0 service without width and height: TIFY and Clover ask the service for sizes that it does not have";
        run.add(at, LEVEL0, what, "give width and height of the thumbnail");
    }
}

fn mentions(profile: &Value, level: &str) -> bool {
    match profile {
        Value::Array(list) => list.first().is_some_and(|first| mentions(first, level)),
        other => other.as_str().is_some_and(|text| text.contains(level)),
    }
}

/// Whether Omeka S can take the first thumbnail of a Manifest as its picture.
pub(super) fn omeka_picture(run: &mut Run<'_>, at: &Place<'_>, format: Option<&str>) {
    if let Some(format) = format.filter(|format| !format.starts_with("image/")) {
        run.add(
            at,
            NOT_A_PICTURE,
            format!("Omeka S takes this thumbnail as its picture, but it is {}", quoted(format)),
            "put a JPEG of about 800 pixels first",
        );
    }
}

/// Universal Viewer chooses how to show a Canvas by the format of its first body.
pub(super) fn shown_format(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    match object.get("format").and_then(Value::as_str) {
        None => run.add(
            at,
            NO_FORMAT,
            "this image has no format; Universal Viewer chooses its player by it",
            "write \"format\": \"image/jpeg\"",
        ),
        Some(format) if format.starts_with("image/") && !SHOWN.contains(&format) && format != "image/jpg" => {
            let what = format!("{format} opens the download page of Universal Viewer in place of the image");
            run.add(&at.key("format"), FORMAT, what, "paint a JPEG (…/full/max/0/default.jpg) and offer the other file as rendering");
        }
        Some(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn image_requests_are_known() {
        for (uri, expected) in [
            ("https://x.org/a/full/max/0/default.jpg", true),
            ("https://x.org/a/0,0,5,5/!800,800/90/default.png", true),
            ("https://x.org/a/full/full/0/native.jpg", true),
            ("https://x.org/default.jpg", false),
            ("https://x.org/a/b/c/photo.jpg", false),
            ("", false),
        ] {
            assert_eq!(is_request(uri), expected, "{uri}");
        }
    }
}
