//! What this service promises of its documents beyond the specifications.

use super::{Report, each_object, entries, text};
use serde_json::Value;

pub(super) fn check(document: &Value, report: &mut Report) {
    report.unless(document.get("@context").is_some_and(Value::is_string), "OWN.CONTEXT-1", "/@context", "not one string");
    empty(document, "", report);
    if matches!(text(document, "type").or(text(document, "@type")), Some("Manifest" | "sc:Manifest")) {
        thumbnail(document, report);
    }
    each_object(document, "", &mut |object, at| {
        let value = Value::Object(object.clone());
        for (service, place) in entries(&value, "service", at) {
            image_service(service, &place, report);
        }
        if object.get("motivation").is_some_and(|one| one == "painting") {
            report.unless(object.get("target").is_some_and(Value::is_string), "OWN.TARGET-1", at, "the target is not a plain string");
        }
        if let Some(first) = object.get("service").and_then(|list| list.get(0)) {
            report.unless(text(first, "type") == Some("ImageService3"), "OWN.SERVICE-1", at, "the image service of version 3 is not first");
        }
    });
}

/// No empty list, object or string; `items` of a Collection or a Canvas must be there even if it is empty.
fn empty(value: &Value, at: &str, report: &mut Report) {
    match value {
        Value::Null => report.fail("OWN.EMPTY-1", at, "null"),
        Value::String(text) => report.unless(!text.is_empty(), "OWN.EMPTY-1", at, "an empty string"),
        Value::Array(list) => {
            report.unless(!list.is_empty() || at.ends_with("/items"), "OWN.EMPTY-1", at, "an empty list");
            list.iter().enumerate().for_each(|(index, one)| empty(one, &format!("{at}/{index}"), report));
        }
        Value::Object(object) => {
            report.unless(!object.is_empty(), "OWN.EMPTY-1", at, "an empty object");
            object.iter().for_each(|(key, one)| empty(one, &format!("{at}/{key}"), report));
        }
        Value::Bool(_) | Value::Number(_) => {}
    }
}

/// The one picture that Omeka S reads.
fn thumbnail(manifest: &Value, report: &mut Report) {
    let thumbnail = manifest.get("thumbnail");
    let right = match thumbnail {
        Some(Value::Array(list)) => list.len() == 1 && text(&list[0], "id").is_some() && manifest.get("type").is_some(),
        Some(object @ Value::Object(_)) => text(object, "@id").is_some() && manifest.get("@type").is_some(),
        _ => false,
    };
    report.unless(right, "OWN.THUMB-1", "/thumbnail", "no thumbnail in the form of this version");
    let format = thumbnail.and_then(|one| text(one.get(0).unwrap_or(one), "format"));
    report.unless(format == Some("image/jpeg"), "OWN.THUMB-1", "/thumbnail", "not a JPEG");
}

fn image_service(service: &Value, at: &str, report: &mut Report) {
    let right = text(service, "type").or(text(service, "@type")).is_some() && service.get("profile").is_some();
    report.unless(right, "OWN.SERVICE-1", at, "no type or no profile");
    let id = text(service, "id").or(text(service, "@id")).unwrap_or_default();
    report.unless(!id.ends_with('/'), "OWN.SERVICE-1", at, "a slash at the end of the id");
}
