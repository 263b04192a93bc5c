//! Canvases, Annotations, bodies and services of version 3.0, broken in one place each time.

use super::{assert_told, samples, validate};
use serde_json::{Value, json};

const REMOVED: Value = Value::Null;

#[test]
fn in_the_whole_film_there_are_only_notes() {
    let rules: Vec<_> = validate(&samples::film()).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["p3-recommended", "viewer-no-image-service"]);
}

#[test]
fn faults_of_time_and_posters() {
    let body = "/items/0/items/0/items/0/body/items/0";
    let poster = "/items/0/placeholderCanvas";
    let cases = [
        ("/items/0/duration", REMOVED, "p3-paints-without-duration", body),
        ("/items/0/duration", json!("10"), "p3-duration", "/items/0/duration"),
        ("/items/0/placeholderCanvas", json!([{}]), "p3-single", poster),
        ("/items/0/placeholderCanvas/type", json!("Image"), "p3-type-wrong", "/items/0/placeholderCanvas/type"),
        ("/items/0/placeholderCanvas/accompanyingCanvas", json!({}), "p3-poster-nested", "/items/0/placeholderCanvas/accompanyingCanvas"),
        ("/items/0/items/0/items/0/body/items", json!([]), "p3-choice-items", "/items/0/items/0/items/0/body/items"),
        ("/items/0/items/0/items/0/body/items", REMOVED, "p3-choice-items", "/items/0/items/0/items/0/body"),
        (
            "/items/0/items/0/items/0/target",
            json!("https://x.org/film/canvas/1#t=0,601"),
            "fragment-outside",
            "/items/0/items/0/items/0/target",
        ),
        (
            "/items/0/items/0/items/0/target",
            json!("https://x.org/film/canvas/1#t=9,5"),
            "fragment-malformed",
            "/items/0/items/0/items/0/target",
        ),
        (
            "/items/0/items/0/items/0/target",
            json!("https://x.org/film/canvas/1#xywh=0,0,1,1&t=0,5"),
            "fragment-order",
            "/items/0/items/0/items/0/target",
        ),
        ("/behavior", json!(["paged", "repeat", "no-repeat"]), "p3-behavior-excludes", "/behavior/2"),
    ];
    assert_told(&samples::film(), cases);
    let mut flat = samples::film();
    super::change(&mut flat, "/items/0/height", REMOVED);
    assert_told(
        &flat,
        [("/items/0/width", REMOVED, "p3-paints-without-size", body), ("/behavior", json!(["paged"]), "p3-behavior-size", "/behavior/0")],
    );
}

#[test]
fn faults_of_paintings() {
    let painting = "/items/0/items/0/items/0";
    let target = "/items/0/items/0/items/0/target";
    let cases = [
        ("/items/0/items", REMOVED, "p3-canvas-empty", "/items/0"),
        ("/items/0/items", json!([]), "p3-canvas-empty", "/items/0/items"),
        (
            "/items/0/items/-",
            json!({"id": "https://x.org/p", "type": "AnnotationPage", "items": []}),
            "viewer-several-pages",
            "/items/0/items",
        ),
        ("/items/0/items/0/type", json!("AnnotationList"), "p3-type-wrong", "/items/0/items/0/type"),
        ("/items/0/items/0/items", json!("x"), "p3-page-items", "/items/0/items/0/items"),
        ("/items/0/items/0/items/0/id", REMOVED, "p3-id-missing", painting),
        ("/items/0/items/0/items/0/motivation", json!("commenting"), "p3-painting-motivation", "/items/0/items/0/items/0/motivation"),
        ("/items/0/items/0/items/0/motivation", REMOVED, "p3-painting-motivation", painting),
        ("/items/0/items/0/items/0/motivation", json!("sc:painting"), "p3-motivation-old", "/items/0/items/0/items/0/motivation"),
        ("/items/0/items/0/items/0/motivation", json!(1), "p3-motivation", "/items/0/items/0/items/0/motivation"),
        ("/items/0/items/0/items/0/target", REMOVED, "p3-target-missing", painting),
        ("/items/0/items/0/items/0/target", json!("https://x.org/book/canvas/2"), "p3-painting-target", target),
        (
            "/items/0/items/0/items/0/target",
            json!({"type": "SpecificResource", "source": "https://x.org/book/canvas/1"}),
            "viewer-target-object",
            target,
        ),
        ("/items/0/items/0/items/0/target", json!("https://x.org/book/canvas/1#xywh=0,0,2000,3000"), "viewer-target-full-region", target),
        ("/items/0/items/0/items/0/target", json!("https://x.org/book/canvas/1#xywh=0,0,2000,3001"), "fragment-outside", target),
        ("/items/0/items/0/items/0/target", json!("https://x.org/book/canvas/1#xywh=0,0,0,10"), "fragment-malformed", target),
        ("/items/0/items/0/items/0/target", json!("https://x.org/book/canvas/1#xywh=percent:0,0,50,50"), "viewer-fragment-units", target),
        ("/items/0/items/0/items/0/target", json!("https://x.org/book/canvas/1#t=0,5"), "fragment-dimension", target),
        ("/items/0/items/0/items/0/body", REMOVED, "p3-painting-body", painting),
        (
            "/items/0/annotations/0/items/0/motivation",
            json!("painting"),
            "p3-annotations-painting",
            "/items/0/annotations/0/items/0/motivation",
        ),
        ("/items/0/annotations/0/items", json!([]), "viewer-page-empty", "/items/0/annotations/0/items"),
        (
            "/items/0/annotations/0/items/0/target",
            json!("https://x.org/book/canvas/2"),
            "p3-annotations-target",
            "/items/0/annotations/0/items/0/target",
        ),
        ("/items/0/annotations/0/items/0/body/value", json!(["a", "b"]), "p3-body-value", "/items/0/annotations/0/items/0/body/value"),
        ("/items/0/annotations/0/items/0/body/value", REMOVED, "p3-body-value", "/items/0/annotations/0/items/0/body"),
        ("/items/0/annotations/0/items/0/body", json!("https://x.org/comment"), "p3-body-text", "/items/0/annotations/0/items/0/body"),
        ("/items/0/annotations/0/items/0/on", json!("x"), "p3-old-word", "/items/0/annotations/0/items/0/on"),
        ("/items/0/annotations/0/id", REMOVED, "p3-id-missing", "/items/0/annotations/0"),
    ];
    assert_told(&samples::book(), cases);
}

#[test]
fn faults_of_bodies_and_services() {
    let body = "/items/0/items/0/items/0/body";
    let service = |entry: Value| json!([entry]);
    let first = "/items/0/items/0/items/0/body/service/0";
    let image = json!({"id": "https://x.org/iiif/1", "type": "ImageService3", "profile": "level2"});
    let cases = [
        ("/items/0/items/0/items/0/body", json!("https://x.org/i.jpg"), "p3-body-object", body),
        ("/items/0/items/0/items/0/body", json!({"type": "TextualBody", "value": "x"}), "p3-textual-body-painted", body),
        ("/items/0/items/0/items/0/body/id", REMOVED, "p3-body-id", body),
        ("/items/0/items/0/items/0/body/type", REMOVED, "p3-body-type", body),
        ("/items/0/items/0/items/0/body/type", json!("dctypes:Image"), "p3-type-prefix", "/items/0/items/0/items/0/body/type"),
        (
            "/items/0/items/0/items/0/body/id",
            json!("https://x.org/iiif/1/info.json"),
            "image-is-info-json",
            "/items/0/items/0/items/0/body/id",
        ),
        ("/items/0/items/0/items/0/body/id", json!("https://x.org/iiif/1"), "image-is-service", "/items/0/items/0/items/0/body/id"),
        ("/items/0/items/0/items/0/body/format", REMOVED, "viewer-uv-no-format", body),
        ("/items/0/items/0/items/0/body/format", json!("image/tiff"), "viewer-uv-format", "/items/0/items/0/items/0/body/format"),
        ("/items/0/items/0/items/0/body/width", json!("2000"), "p3-size", "/items/0/items/0/items/0/body/width"),
        ("/items/0/items/0/items/0/body/service", REMOVED, "viewer-no-image-service", body),
        ("/items/0/items/0/items/0/body/service", image.clone(), "p3-list", "/items/0/items/0/items/0/body/service"),
        (
            "/items/0/items/0/items/0/body/service/0/id",
            json!("https://x.org/iiif/1/"),
            "image-service-slash",
            "/items/0/items/0/items/0/body/service/0/id",
        ),
        (
            "/items/0/items/0/items/0/body/service/0/id",
            json!("https://x.org/iiif/1/info.json"),
            "image-service-info-json",
            "/items/0/items/0/items/0/body/service/0/id",
        ),
        (
            "/items/0/items/0/items/0/body/service/0/id",
            json!("https://x.org/iiif/1/full/max/0/default.jpg"),
            "image-service-request",
            "/items/0/items/0/items/0/body/service/0/id",
        ),
        ("/items/0/items/0/items/0/body/service/0/id", REMOVED, "p3-service-id", first),
        ("/items/0/items/0/items/0/body/service/0/type", REMOVED, "p3-service-type", first),
        ("/items/0/items/0/items/0/body/service/0/profile", REMOVED, "image-service-no-profile", first),
        (
            "/items/0/items/0/items/0/body/service/0/profile",
            json!("http://iiif.io/api/image/3/level2.json"),
            "image-service-profile",
            "/items/0/items/0/items/0/body/service/0/profile",
        ),
        ("/items/0/items/0/items/0/body/service/0/profile", json!("level0"), "viewer-uv-level0", first),
        (
            "/items/0/items/0/items/0/body/service/0/@context",
            json!("http://iiif.io/api/image/3/context.json"),
            "p3-service-context",
            "/items/0/items/0/items/0/body/service/0/@context",
        ),
        (
            "/items/0/items/0/items/0/body/service/0",
            json!({"@id": "https://x.org/iiif/1", "@type": "ImageService3", "profile": "level2"}),
            "p3-service-keys",
            first,
        ),
        ("/items/0/items/0/items/0/body/service/0/type", json!("imageservice3"), "p3-service-type-spelling", first),
        (
            "/items/0/items/0/items/0/body/service",
            json!([{"id": "https://x.org/p", "type": "AuthProbeService2", "service": []}, image]),
            "viewer-image-service-first",
            "/items/0/items/0/items/0/body/service/1",
        ),
        (
            "/items/0/items/0/items/0/body/service/1",
            json!({"id": "https://x.org/p", "type": "AuthProbeService2"}),
            "viewer-service-no-profile",
            "/items/0/items/0/items/0/body/service/1",
        ),
        (
            "/items/0/items/0/items/0/body/service/1",
            json!({"id": "https://x.org/p", "type": "AuthProbeService2", "service": []}),
            "auth2-probe",
            "/items/0/items/0/items/0/body/service/1",
        ),
        (
            "/items/0/items/0/items/0/body/service/1",
            json!({"id": "https://x.org/p", "type": "AuthProbeService2"}),
            "auth2-context",
            "/items/0/items/0/items/0/body/service/1",
        ),
        (
            "/items/0/items/0/items/0/body/service/1",
            json!({"id": "http://x.org/p", "type": "AuthProbeService2"}),
            "auth2-https",
            "/items/0/items/0/items/0/body/service/1/id",
        ),
        (
            "/items/0/items/0/items/0/body/service/1",
            json!({"id": "https://x.org/p", "type": "AuthAccessService2", "profile": "active"}),
            "auth2-access",
            "/items/0/items/0/items/0/body/service/1",
        ),
        (
            "/items/0/items/0/items/0/body/service/1",
            json!({"id": "https://x.org/p", "type": "AuthAccessService2", "profile": "kiosk"}),
            "auth2-token",
            "/items/0/items/0/items/0/body/service/1",
        ),
        (
            "/items/0/items/0/items/0/body/service/0/service",
            json!([{"id": "https://x.org/p", "type": "AuthProbeService2", "profile": "x"}]),
            "viewer-probe-inside",
            "/items/0/items/0/items/0/body/service/0/service",
        ),
        ("/service", service(json!({"id": "https://x.org/s", "type": "SearchService2"})), "viewer-search-2-only", "/service/0"),
        ("/service", service(json!({"@id": "https://x.org/s", "@type": "SearchService1"})), "viewer-search-profile", "/service/0"),
        (
            "/service",
            service(json!({"id": "https://x.org/s", "type": "SearchService2", "profile": "http://iiif.io/api/search/1/search"})),
            "viewer-search-2-profile",
            "/service/0/profile",
        ),
        ("/service", json!(["https://x.org/s"]), "p3-object", "/service/0"),
    ];
    assert_told(&samples::book(), cases);
}
