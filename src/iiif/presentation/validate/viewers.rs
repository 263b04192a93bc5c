//! What a document of Presentation 3.0 makes of viewers: services that break them, search boxes that do not show.

use super::finding::{CLOVER, MIRADOR, OMEKA, Rule, TIFY, UV};
use super::report::Place;
use super::run::{Run, type_of};
use super::spelling::quoted;
use super::{images, services};
use serde_json::{Map, Value};

const SERVICE_FIRST: Rule = Rule::warning("viewer-image-service-first", "TIFY 0.35, Clover 3").hits(&[TIFY, CLOVER]);
const NO_PROFILE: Rule = Rule::warning("viewer-service-no-profile", "Universal Viewer 4").hits(&[UV]);
const PROBE_INSIDE: Rule = Rule::warning("viewer-probe-inside", "Mirador 4").hits(&[MIRADOR]);
const NO_SERVICE: Rule = Rule::note("viewer-no-image-service", "Mirador 4").hits(&[MIRADOR]);
const LEVEL0: Rule = Rule::note("viewer-uv-level0", "Universal Viewer 4").hits(&[UV]);
const SEARCH_2: Rule = Rule::warning("viewer-search-2-only", "Mirador 4, Universal Viewer 4").hits(&[MIRADOR, UV]);
const SEARCH_PROFILE: Rule = Rule::warning("viewer-search-profile", "Mirador 4, Universal Viewer 4").hits(&[MIRADOR, UV]);
const SEARCH_2_PROFILE: Rule = Rule::warning("viewer-search-2-profile", "Universal Viewer 4").hits(&[UV]);
const START: Rule = Rule::note("viewer-start", "Universal Viewer 4, Clover 3").hits(&[UV, CLOVER]);
const THUMBNAIL: Rule = Rule::warning("omeka-no-thumbnail", "Omeka S 4").hits(&[OMEKA]);
const PAGES: Rule = Rule::warning("viewer-several-pages", "Universal Viewer 4, TIFY 0.35").hits(&[UV, TIFY]);

/// The services of a painted image, as viewers take them.
pub(super) fn body(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    let place = at.key("service");
    let listed: Vec<_> = images::listed(object).collect();
    if listed.is_empty() {
        let what = "this image has no image service: no deep zoom, and Mirador loads the whole image for its strip of thumbnails";
        return run.add(at, NO_SERVICE, what, "give the image service in service, if there is one");
    }
    if let Some(first) = listed.iter().position(|service| services::is_image(service)).filter(|first| *first > 0) {
        let what = format!("the image service is entry {} of service; TIFY and Clover ask the first, whatever it is", first + 1);
        run.add(&place.index(first), SERVICE_FIRST, what, "put the image service first");
    }
    for (index, service) in listed.iter().enumerate() {
        let entry = if object.get("service").is_some_and(Value::is_array) { place.index(index) } else { place };
        painted_service(run, &entry, service);
    }
}

fn painted_service(run: &mut Run<'_>, at: &Place<'_>, service: &Map<String, Value>) {
    let kind = type_of(service).unwrap_or("service");
    if !services::is_image(service) && !service.contains_key("profile") {
        let what = format!("this {kind} has no profile; Universal Viewer stops with an error at it");
        run.add(at, NO_PROFILE, what, "add \"profile\" with any text, or keep the service for info.json only");
    }
    let probe = |inner: &Map<String, Value>| type_of(inner) == Some("AuthProbeService2");
    if services::is_image(service) && images::listed(service).any(probe) {
        let what = "a probe service stands inside the image service; Mirador paints nothing";
        run.add(&at.key("service"), PROBE_INSIDE, what, "keep it for info.json, or put it after the image service, with a profile");
    }
    let profile = service.get("profile").and_then(Value::as_str).unwrap_or_default();
    if services::is_image(service) && profile.contains("level0") {
        let what = "Universal Viewer asks this level 0 service for full/90,/0/default.jpg, listed or not";
        run.add(at, LEVEL0, what, "store that size with the tiles");
    }
}

/// A Manifest or Collection as Omeka S takes it, and its services as viewers take them.
pub(super) fn manifest(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    match object.get("thumbnail").and_then(Value::as_array).and_then(|list| list.first()) {
        Some(first) => {
            let place = at.key("thumbnail");
            images::omeka_picture(run, &place.index(0), first.get("format").and_then(Value::as_str));
        }
        None if !object.contains_key("thumbnail") => {
            let what = "there is no thumbnail at the top: Omeka S shows a placeholder, lists of viewers show nothing";
            run.add(
                at,
                THUMBNAIL,
                what,
                "add \"thumbnail\": [{\"id\": …, \"type\": \"Image\", \"format\": \"image/jpeg\"}], a JPEG of about 800 pixels",
            );
        }
        None => {}
    }
    if object.contains_key("start") {
        run.add(
            &at.key("start"),
            START,
            "Universal Viewer and Clover open the first Canvas, whatever start says",
            "nothing to do; Mirador and TIFY follow it",
        );
    }
    search(run, at, object);
}

/// The search services of a Manifest or Collection.
pub(super) fn search(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    const PROFILE: &str = "http://iiif.io/api/search/1/search";
    let place = at.key("service");
    let (mut first, mut second) = (false, None);
    for (index, service) in images::listed(object).enumerate() {
        let profile = service.get("profile").and_then(Value::as_str);
        let entry = if object.get("service").is_some_and(Value::is_array) { place.index(index) } else { place };
        let kind = type_of(service);
        if kind == Some("SearchService2") {
            second.get_or_insert(index);
            if let Some(profile) = profile.filter(|profile| profile.contains("search")) {
                let what = format!(
                    "this SearchService2 has the profile {}; Universal Viewer shows a search box that never finds anything",
                    quoted(profile)
                );
                run.add(&entry.key("profile"), SEARCH_2_PROFILE, what, "leave profile out");
            }
        } else if kind == Some("SearchService1") || profile == Some(PROFILE) {
            first = true;
            if profile != Some(PROFILE) {
                run.add(
                    &entry,
                    SEARCH_PROFILE,
                    "viewers find this search service by its profile only",
                    format!("write \"profile\": \"{PROFILE}\""),
                );
            }
        }
    }
    if let (false, Some(index)) = (first, second) {
        let what = "there is a SearchService2 only: Mirador and Universal Viewer show no search box";
        run.add(&place.index(index), SEARCH_2, what, "offer a SearchService1 before it");
    }
}

/// Viewers show the first page of painting Annotations only.
pub(super) fn canvas(run: &mut Run<'_>, at: &Place<'_>, items: &Value) {
    if items.as_array().is_some_and(|pages| pages.len() > 1) {
        let what = "this Canvas has several AnnotationPages in items; Universal Viewer and TIFY show the first only";
        run.add(at, PAGES, what, "put all painting Annotations into one AnnotationPage");
    }
}
