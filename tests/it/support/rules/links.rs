//! Rules of single properties of Presentation 3.0: links, images, services, behaviors.

use super::texts::{Html, is_language, language_map, pair};
use super::values::{is_direction, is_format, is_http_uri, is_rights, is_zoned_date_time};
use super::{Report, entries, positive, text};
use serde_json::Value;

/// Properties that are always lists, and those that never are.
const MANY: [&str; 12] = [
    "metadata",
    "provider",
    "thumbnail",
    "behavior",
    "homepage",
    "rendering",
    "seeAlso",
    "service",
    "services",
    "partOf",
    "structures",
    "annotations",
];
const ONE: [&str; 10] = [
    "rights",
    "requiredStatement",
    "navDate",
    "placeholderCanvas",
    "accompanyingCanvas",
    "viewingDirection",
    "start",
    "supplementary",
    "timeMode",
    "format",
];

/// Every descriptive, technical and linking property of one resource of 3.0.
pub(super) fn properties(resource: &Value, class: &str, at: &str, report: &mut Report) {
    cardinality(resource, at, report);
    texts(resource, at, report);
    values(resource, class, at, report);
    for (key, rule, label) in
        [("homepage", "P3.LINK-1", true), ("rendering", "P3.LINK-2", true), ("seeAlso", "P3.LINK-3", false), ("partOf", "P3.LINK-4", false)]
    {
        for (link, place) in entries(resource, key, at) {
            reference(link, &place, rule, report);
            report.unless(!label || link.get("label").is_some(), rule, &place, "no label");
        }
    }
    for (image, place) in entries(resource, "thumbnail", at) {
        reference(image, &place, "P3.THUMB-1", report);
    }
    for (agent, place) in entries(resource, "provider", at) {
        provider(agent, &place, report);
    }
    for key in ["service", "services"] {
        for (entry, place) in entries(resource, key, at) {
            service(entry, &place, report);
        }
    }
    behaviors(resource, class, at, report);
}

fn cardinality(resource: &Value, at: &str, report: &mut Report) {
    for key in MANY {
        let right = resource.get(key).is_none_or(Value::is_array);
        report.unless(right, "P3.MULTI-1", &format!("{at}/{key}"), "must be a list");
    }
    for key in ONE {
        let right = !resource.get(key).is_some_and(Value::is_array);
        report.unless(right, "P3.MULTI-1", &format!("{at}/{key}"), "must not be a list");
    }
}

fn texts(resource: &Value, at: &str, report: &mut Report) {
    for (key, html) in [("label", Html::No), ("summary", Html::Yes)] {
        if let Some(map) = resource.get(key) {
            language_map(map, &format!("{at}/{key}"), html, report);
        }
    }
    for (entry, place) in entries(resource, "metadata", at) {
        pair(entry, &place, "P3.META-1", report);
    }
    if let Some(statement) = resource.get("requiredStatement") {
        pair(statement, &format!("{at}/requiredStatement"), "P3.META-2", report);
    }
}

/// Property, rule, and what holds of a right value.
type ValueRule = (&'static str, &'static str, fn(&str) -> bool);

fn values(resource: &Value, class: &str, at: &str, report: &mut Report) {
    let rules: [ValueRule; 4] = [
        ("rights", "P3.RIGHTS-2", is_rights),
        ("navDate", "P3.NAVDATE-1", is_zoned_date_time),
        ("viewingDirection", "P3.VIEWDIR-1", is_direction),
        ("format", "P3.FORMAT-1", is_format),
    ];
    for (key, rule, holds) in rules {
        if let Some(value) = resource.get(key) {
            report.unless(value.as_str().is_some_and(holds), rule, &format!("{at}/{key}"), value);
        }
    }
    for key in ["height", "width"] {
        if let Some(value) = resource.get(key) {
            report.unless(positive(Some(value)).is_some(), "P3.DIM-1", &format!("{at}/{key}"), value);
        }
    }
    if let Some(value) = resource.get("duration") {
        report.unless(value.as_f64().is_some_and(|seconds| seconds > 0.0), "P3.DIM-2", &format!("{at}/duration"), value);
    }
    if class == "link" {
        let tags = resource.get("language").and_then(Value::as_array);
        let right =
            resource.get("language").is_none() || tags.is_some_and(|tags| tags.iter().all(|tag| tag.as_str().is_some_and(is_language)));
        report.unless(right, "P3.LANG-4", &format!("{at}/language"), "not a list of language tags");
    }
}

/// An object with id and type, and whatever else it says.
fn reference(value: &Value, at: &str, rule: &str, report: &mut Report) {
    if !value.is_object() {
        return report.fail("P3.KEY-3", at, "a link must be an object");
    }
    report.unless(text(value, "id").is_some_and(is_http_uri), rule, at, "no HTTP(S) id");
    report.unless(text(value, "type").is_some(), rule, at, "no type");
    let class = if text(value, "type") == Some("Image") { "content" } else { "link" };
    properties(value, class, at, report);
}

fn provider(agent: &Value, at: &str, report: &mut Report) {
    report.unless(text(agent, "id").is_some_and(is_http_uri), "P3.PROV-1", at, "no HTTP(S) id");
    report.unless(text(agent, "type") == Some("Agent"), "P3.PROV-1", at, "type is not Agent");
    report.unless(agent.get("label").is_some(), "P3.PROV-1", at, "no label");
    report.unless(agent.get("logo").is_none_or(Value::is_array), "P3.PROV-2", at, "logo must be a list");
    for (logo, place) in entries(agent, "logo", at) {
        reference(logo, &place, "P3.PROV-2", report);
        report.unless(text(logo, "type") == Some("Image"), "P3.PROV-2", &place, "type is not Image");
    }
    properties(agent, "agent", at, report);
}

fn service(service: &Value, at: &str, report: &mut Report) {
    let id = text(service, "id").or_else(|| text(service, "@id"));
    let type_ = text(service, "type").or_else(|| text(service, "@type")).unwrap_or_default();
    report.unless(id.is_some_and(is_http_uri), "P3.SERVICE-1", at, "no id");
    report.unless(!type_.is_empty(), "P3.SERVICE-1", at, "no type");
    report.unless(service.get("@context").is_none(), "P3.SERVICE-2", at, "a context inside");
    let old = [
        "ImageService1",
        "ImageService2",
        "SearchService1",
        "AutoCompleteService1",
        "AuthCookieService1",
        "AuthTokenService1",
        "AuthLogoutService1",
    ];
    if old.contains(&type_) {
        report.unless(
            service.get("@id").is_some() && service.get("@type").is_some(),
            "P3.SERVICE-1",
            at,
            "an older service has @id and @type",
        );
    }
    if type_.starts_with("ImageService") {
        let base = !id.is_some_and(|id| id.ends_with("/info.json"));
        report.unless(base, "P3.SERVICE-4", at, "id is not the base URI");
        report.unless(service.get("profile").is_some(), "P3.SERVICE-3", at, "no profile");
    }
}

/// Word, classes, group of words that exclude one another.
const BEHAVIORS: [(&str, &[&str], &str); 16] = [
    ("auto-advance", &["Collection", "Manifest", "Canvas", "Range"], "advance"),
    ("no-auto-advance", &["Collection", "Manifest", "Canvas", "Range"], "advance"),
    ("repeat", &["Collection", "Manifest"], "repeat"),
    ("no-repeat", &["Collection", "Manifest"], "repeat"),
    ("unordered", &["Collection", "Manifest", "Range"], "layout"),
    ("individuals", &["Collection", "Manifest", "Range"], "layout"),
    ("continuous", &["Collection", "Manifest", "Range"], "layout"),
    ("paged", &["Collection", "Manifest", "Range"], "layout"),
    ("facing-pages", &["Canvas"], "page"),
    ("non-paged", &["Canvas"], "page"),
    ("multi-part", &["Collection"], "parts"),
    ("together", &["Collection"], "parts"),
    ("sequence", &["Range"], "range"),
    ("thumbnail-nav", &["Range"], "range"),
    ("no-nav", &["Range"], "range"),
    ("hidden", &["AnnotationCollection", "AnnotationPage", "Annotation", "SpecificResource", "Choice"], "hidden"),
];

fn behaviors(resource: &Value, class: &str, at: &str, report: &mut Report) {
    let mut groups = Vec::new();
    for (word, place) in entries(resource, "behavior", at) {
        let known = BEHAVIORS.iter().find(|(name, _, _)| word == name);
        let Some((_, classes, group)) = known else {
            report.fail("P3.BEHAV-3", &place, format!("{word} is not known"));
            continue;
        };
        report.unless(classes.contains(&class), "P3.BEHAV-1", &place, format!("{word} on {class}"));
        report.unless(!groups.contains(group), "P3.BEHAV-2", &place, format!("{word} is excluded by another"));
        groups.push(group);
    }
}
