//! Presentation 2.1.

use super::texts::is_well_formed;
use super::values::{is_direction, is_http_uri, is_utc_date_time};
use super::{Report, each_object, entries, positive, text};
use serde_json::Value;
use std::collections::HashSet;

const CONTEXT: &str = "http://iiif.io/api/presentation/2/context.json";
/// Names of 3.0 that 2.1 does not know.
const NEW: [&str; 12] =
    ["id", "type", "items", "summary", "requiredStatement", "rights", "provider", "behavior", "homepage", "partOf", "annotations", "start"];

pub(super) fn check(document: &Value, report: &mut Report) {
    let right = match document.get("@context") {
        Some(Value::Array(list)) => list.iter().any(|one| one == CONTEXT),
        other => other.is_some_and(|one| one == CONTEXT),
    };
    report.unless(right, "P2.CTX-1", "/@context", "not the context of Presentation 2");
    contexts_inside(document, report);
    unique_ids(document, report);
    match text(document, "@type") {
        Some("sc:Manifest") => manifest(document, report),
        Some("sc:Collection") => collection(document, "", report),
        Some("sc:Canvas") => canvas(document, "", report),
        other => report.fail("P2.TYPE-1", "/@type", format!("{other:?} is not the type of a document")),
    }
}

fn contexts_inside(document: &Value, report: &mut Report) {
    each_object(document, "", &mut |object, at| {
        let again = object.get("@context").is_some_and(|context| context == CONTEXT);
        report.unless(at.is_empty() || !again, "P2.CTX-1", at, "the context again");
        let service = at.ends_with("/service") || at.contains("/service/");
        for key in NEW.iter().filter(|key| !service && object.contains_key(**key)) {
            report.fail("P2.TYPE-1", at, format!("{key} is a name of 3.0"));
        }
    });
}

fn unique_ids(document: &Value, report: &mut Report) {
    let mut seen = HashSet::new();
    each_object(document, "", &mut |object, at| {
        let full = match object.get("@type").and_then(Value::as_str) {
            Some("sc:Canvas") => object.contains_key("height"),
            Some("sc:Range" | "oa:Annotation") => true,
            _ => false,
        };
        let id = object.get("@id").and_then(Value::as_str);
        report.unless(!full || id.is_none_or(|id| seen.insert(id.to_owned())), "P2.ID-1", at, "an @id that another resource has");
    });
}

fn identity(resource: &Value, type_: &str, at: &str, report: &mut Report) {
    report.unless(text(resource, "@id").is_some_and(is_http_uri), "P2.ID-1", at, "no HTTP(S) @id");
    report.unless(text(resource, "@type") == Some(type_), "P2.TYPE-1", at, format!("@type is not {type_}"));
    report.unless(resource.get("label").is_some_and(has_text), "P2.LABEL-1", at, "no label");
}

fn has_text(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.is_empty(),
        Value::Array(list) => list.iter().any(has_text),
        Value::Object(object) => object.get("@value").is_some_and(has_text),
        _ => false,
    }
}

fn manifest(manifest: &Value, report: &mut Report) {
    identity(manifest, "sc:Manifest", "", report);
    properties(manifest, "sc:Manifest", "", report);
    report.unless(manifest.get("sequences").is_some_and(Value::is_array), "P2.SEQ-1", "/sequences", "not a list");
    let mut canvases = HashSet::new();
    for (index, (sequence, at)) in entries(manifest, "sequences", "").enumerate() {
        report.unless(text(sequence, "@type") == Some("sc:Sequence"), "P2.TYPE-1", &at, "not a Sequence");
        properties(sequence, "sc:Sequence", &at, report);
        let embedded = sequence.get("canvases").is_some();
        report.unless(embedded == (index == 0), "P2.SEQ-1", &at, "the first sequence, and only it, is embedded");
        report.unless(index == 0 || text(sequence, "@id").is_some(), "P2.ID-1", &at, "a second sequence needs an @id");
        report.unless(!embedded || entries(sequence, "canvases", &at).next().is_some(), "P2.SEQ-1", &at, "no canvas");
        for (one, place) in entries(sequence, "canvases", &at) {
            canvases.extend(text(one, "@id").map(str::to_owned));
            canvas(one, &place, report);
        }
    }
    report.unless(entries(manifest, "sequences", "").next().is_some(), "P2.SEQ-1", "/sequences", "no sequence");
    for (range, at) in entries(manifest, "structures", "") {
        identity(range, "sc:Range", &at, report);
        properties(range, "sc:Range", &at, report);
        for (one, place) in entries(range, "canvases", &at).chain(entries(range, "ranges", &at)) {
            report.unless(one.is_string(), "P2.RANGE-1", &place, "not a URI string");
        }
        for (one, place) in entries(range, "canvases", &at) {
            let known = one.as_str().is_none_or(|id| canvases.contains(id.split('#').next().unwrap_or(id)));
            report.unless(known, "P2.RANGE-1", &place, "not a Canvas of this Manifest");
        }
    }
}

fn canvas(canvas: &Value, at: &str, report: &mut Report) {
    identity(canvas, "sc:Canvas", at, report);
    properties(canvas, "sc:Canvas", at, report);
    report.unless(!text(canvas, "@id").is_some_and(|id| id.contains('#')), "P2.ID-1", at, "a fragment in the @id");
    for key in ["height", "width"] {
        report.unless(positive(canvas.get(key)).is_some(), "P2.DIM-1", at, format!("no {key}"));
    }
    report.unless(canvas.get("duration").is_none(), "P2.DIM-1", at, "a duration");
    for (annotation, place) in entries(canvas, "images", at) {
        image(annotation, text(canvas, "@id").unwrap_or_default(), &place, report);
    }
    for (list, place) in entries(canvas, "otherContent", at) {
        report.unless(list.get("resources").is_none(), "P2.LIST-1", &place, "an embedded AnnotationList");
        let right = list.is_string() || (text(list, "@id").is_some() && text(list, "@type").is_some());
        report.unless(right, "P2.LIST-1", &place, "neither a URI nor @id and @type");
    }
}

fn image(annotation: &Value, canvas: &str, at: &str, report: &mut Report) {
    report.unless(text(annotation, "@type") == Some("oa:Annotation"), "P2.IMG-1", at, "not an oa:Annotation");
    report.unless(text(annotation, "motivation") == Some("sc:painting"), "P2.IMG-1", at, "does not paint");
    let on = text(annotation, "on").unwrap_or_default();
    report.unless(on.split('#').next() == Some(canvas), "P2.IMG-1", at, "not on its Canvas");
    let Some(resource) = annotation.get("resource") else { return report.fail("P2.IMG-1", at, "no resource") };
    let choice = matches!(text(resource, "@type"), Some("oa:Choice" | "oa:SpecificResource"));
    report.unless(choice || text(resource, "@id").is_some(), "P2.IMG-1", at, "the resource has no @id");
    if text(resource, "@type") == Some("oa:Choice") {
        let right = resource.get("default").is_some() && resource.get("item").is_some();
        report.unless(right, "P2.CHOICE-1", at, "a choice without default or item");
    }
    if let Some(service) = resource.get("service") {
        image_service(service, &format!("{at}/resource/service"), report);
    }
}

fn image_service(service: &Value, at: &str, report: &mut Report) {
    for one in service.as_array().map_or(std::slice::from_ref(service), Vec::as_slice) {
        report.unless(text(one, "@context").is_some(), "P2.IMG-2", at, "no context");
        let id = text(one, "@id").unwrap_or_default();
        report.unless(is_http_uri(id) && !id.ends_with("/info.json"), "P2.IMG-2", at, "@id is not the base URI");
        report.unless(one.get("profile").is_some(), "P2.IMG-2", at, "no profile");
    }
}

fn collection(collection: &Value, at: &str, report: &mut Report) {
    identity(collection, "sc:Collection", at, report);
    properties(collection, "sc:Collection", at, report);
    for (key, type_) in [("collections", Some("sc:Collection")), ("manifests", Some("sc:Manifest")), ("members", None)] {
        for (member, place) in entries(collection, key, at) {
            let found = text(member, "@type").unwrap_or_default();
            let right = type_.map_or(matches!(found, "sc:Collection" | "sc:Manifest"), |type_| type_ == found);
            report.unless(right, "P2.COLL-1", &place, format!("a {found:?} in {key}"));
            report.unless(member.get("sequences").is_none(), "P2.COLL-1", &place, "an embedded Manifest");
            identity(member, found, &place, report);
            properties(member, found, &place, report);
        }
    }
    if collection.get("first").is_some() {
        let lists = ["collections", "manifests", "members"].iter().any(|key| collection.get(key).is_some());
        report.unless(!lists, "P2.PAGE-1", at, "a paged Collection lists nothing itself");
    }
}

fn properties(resource: &Value, type_: &str, at: &str, report: &mut Report) {
    for key in ["label", "description", "attribution"] {
        if let Some(value) = resource.get(key) {
            texts(value, &format!("{at}/{key}"), key != "label", report);
        }
    }
    for (pair, place) in entries(resource, "metadata", at) {
        for key in ["label", "value"] {
            match pair.get(key) {
                Some(value) => texts(value, &format!("{place}/{key}"), key == "value", report),
                None => report.fail("P2.LANG-1", &place, format!("no {key}")),
            }
        }
    }
    if let Some(date) = resource.get("navDate") {
        report.unless(date.as_str().is_some_and(is_utc_date_time), "P2.NAVDATE-1", at, date);
        report.unless(matches!(type_, "sc:Collection" | "sc:Manifest"), "P2.NAVDATE-1", at, format!("navDate on {type_}"));
    }
    if matches!(type_, "sc:Manifest" | "sc:Collection" | "sc:Sequence" | "sc:Range") {
        for key in ["height", "width"] {
            report.unless(resource.get(key).is_none(), "P2.DIM-1", at, format!("{key} on {type_}"));
        }
    }
    hints(resource, type_, at, report);
    links(resource, at, report);
}

/// A string, `{@value, @language}`, or a list of these.
fn texts(value: &Value, at: &str, html: bool, report: &mut Report) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| texts(one, at, html, report)),
        Value::Object(object) => match object.get("@value") {
            Some(inner @ Value::String(_)) => texts(inner, at, html, report),
            _ => report.fail("P2.LANG-1", at, "an object without @value"),
        },
        Value::String(text) if text.starts_with('<') && text.ends_with('>') => {
            report.unless(html && is_well_formed(text), "P2.HTML-1", at, "HTML that is not well-formed or not allowed");
        }
        Value::String(_) => {}
        _ => report.fail("P2.LANG-1", at, "not a text"),
    }
}

fn hints(resource: &Value, type_: &str, at: &str, report: &mut Report) {
    if let Some(direction) = resource.get("viewingDirection") {
        report.unless(direction.as_str().is_some_and(is_direction), "P2.HINT-1", at, direction);
        report.unless(type_ != "sc:Canvas", "P2.HINT-1", at, "viewingDirection on a Canvas");
    }
    let Some(hint) = resource.get("viewingHint") else { return };
    let right = match hint.as_str().unwrap_or_default() {
        "individuals" | "paged" | "continuous" => matches!(type_, "sc:Manifest" | "sc:Sequence" | "sc:Range" | "sc:Collection"),
        "multi-part" => type_ == "sc:Collection",
        "non-paged" | "facing-pages" => type_ == "sc:Canvas",
        "top" => type_ == "sc:Range",
        other => is_http_uri(other),
    };
    report.unless(right, "P2.HINT-1", at, format!("{hint} on {type_}"));
    if hint == "continuous" {
        report.unless(resource.get("viewingDirection").is_some(), "P2.HINT-1", at, "continuous without viewingDirection");
    }
}

fn links(resource: &Value, at: &str, report: &mut Report) {
    for (link, place) in entries(resource, "rendering", at) {
        let right = link.get("label").is_some() && link.get("format").is_some();
        report.unless(right, "P2.REND-1", &place, "no label or no format");
    }
    for key in ["license", "logo", "thumbnail", "related", "rendering", "seeAlso", "within"] {
        let Some(value) = resource.get(key) else { continue };
        for one in value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice) {
            let id = one.as_str().or_else(|| text(one, "@id"));
            report.unless(id.is_some_and(is_http_uri), "P2.ID-1", &format!("{at}/{key}"), "not a URI, and no @id");
        }
    }
    if let Some(service) = resource.get("thumbnail").and_then(|thumbnail| thumbnail.get("service")) {
        image_service(service, &format!("{at}/thumbnail/service"), report);
    }
}
