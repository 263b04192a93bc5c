//! Presentation 3.0, the document as a whole: context, keys, ids, and what each class must and must not have.

use super::structure::Structure;
use super::values::is_http_uri;
use super::{Report, each_object, text};
use serde_json::Value;
use std::collections::HashSet;

pub(super) const CONTEXT: &str = "http://iiif.io/api/presentation/3/context.json";
const CLASSES: [&str; 7] = ["Collection", "Manifest", "Canvas", "Range", "AnnotationPage", "Annotation", "AnnotationCollection"];

pub(super) fn check(document: &Value, report: &mut Report) {
    context(document, report);
    keys(document, report);
    unique_ids(document, report);
    let class = text(document, "type").unwrap_or_default();
    if !CLASSES.contains(&class) {
        return report.fail("P3.TYPE-1", "/type", format!("{class:?} is not the type of a document"));
    }
    Structure::new(document, report).resource(document, class, "");
}

fn context(document: &Value, report: &mut Report) {
    let right = match document.get("@context") {
        Some(Value::String(only)) => only == CONTEXT,
        Some(Value::Array(list)) => list.last().is_some_and(|last| last == CONTEXT),
        _ => false,
    };
    report.unless(right, "P3.CTX-1", "/@context", "not the context of Presentation 3, or not the last");
    let first = document.as_object().and_then(|object| object.keys().next());
    report.unless(first.is_some_and(|key| key == "@context"), "P3.CTX-2", "/@context", "not the first key");
}

/// Older services, inside of which other rules hold.
fn in_service(at: &str) -> bool {
    at.contains("/service/") || at.contains("/services/")
}

fn keys(document: &Value, report: &mut Report) {
    each_object(document, "", &mut |object, at| {
        for key in object.keys().filter(|key| key.starts_with('@') && !in_service(at) && !is_language_map(at)) {
            if key != "@context" {
                report.fail("P3.KEY-1", at, format!("{key} is not a key of 3.0"));
            } else if !at.is_empty() {
                report.fail("P3.CTX-3", at, "a context inside of the document");
            }
        }
    });
}

fn is_language_map(at: &str) -> bool {
    ["/label", "/summary", "/value"].iter().any(|end| at.ends_with(end))
}

/// P3.ID-3, for what stands here in full: references repeat the ids of what they refer to.
fn unique_ids(document: &Value, report: &mut Report) {
    let mut seen = HashSet::new();
    each_object(document, "", &mut |object, at| {
        let full = match object.get("type").and_then(Value::as_str) {
            Some("Canvas") => object.contains_key("height") || object.contains_key("duration") || object.contains_key("items"),
            Some("Range" | "AnnotationPage" | "Collection" | "Manifest") => object.contains_key("items"),
            Some("Annotation") => object.contains_key("target"),
            _ => false,
        };
        let id = object.get("id").and_then(Value::as_str);
        if full && id.is_some_and(|id| !seen.insert(id.to_owned())) {
            report.fail("P3.ID-3", at, "an id that another resource has");
        }
    });
}

/// P3.ID-1 and P3.TYPE-1 for one resource of the API.
pub(super) fn identity(resource: &Value, class: &str, at: &str, report: &mut Report) {
    let id = text(resource, "id");
    match id {
        Some(id) if class == "Range" || class == "AnnotationCollection" => {
            report.unless(id.contains(':'), "P3.ID-1", at, "id is not a URI")
        }
        Some(id) => report.unless(is_http_uri(id), "P3.ID-1", at, format!("{id} is not an HTTP(S) URI")),
        None => report.fail("P3.ID-2", at, "no id"),
    }
    report.unless(text(resource, "type").is_some(), "P3.TYPE-1", at, "no type");
    if class == "Canvas" {
        report.unless(!id.is_some_and(|id| id.contains('#')), "P3.CANVAS-1", at, "a fragment in the id");
    }
}

/// P3.PROP-1: what the table of section 3 excludes.
pub(super) fn excluded(resource: &Value, class: &str, at: &str, report: &mut Report) {
    let sized = ["height", "width", "duration"];
    let manifest_only = ["start", "structures", "viewingDirection"];
    let canvases = ["placeholderCanvas", "accompanyingCanvas"];
    let content = ["format", "profile", "language", "timeMode"];
    let none: [&str; 0] = [];
    let lists: Vec<&[&str]> = match class {
        "Collection" => vec![&sized, &manifest_only[..2], &content, &["supplementary"]],
        "Manifest" => vec![&sized, &content, &["supplementary"]],
        "Canvas" => vec![&manifest_only, &content, &["supplementary", "services"]],
        "Range" => vec![&sized, &["structures", "services"], &content],
        "AnnotationPage" => vec![&sized, &manifest_only, &canvases, &content, &["navDate", "services", "supplementary", "annotations"]],
        "Annotation" => {
            vec![&sized, &manifest_only, &canvases, &content[..3], &["navDate", "services", "supplementary", "annotations", "items"]]
        }
        _ => vec![&none],
    };
    for key in lists.into_iter().flatten() {
        report.unless(resource.get(*key).is_none(), "P3.PROP-1", &format!("{at}/{key}"), format!("not allowed on {class}"));
    }
}
