//! A book of version 2.1, broken in one place each time.

use super::{assert_told, samples, validate};
use serde_json::{Value, json};

const REMOVED: Value = Value::Null;

#[test]
fn in_the_whole_book_of_version_2_there_is_nothing_to_find() {
    assert_eq!(validate(&samples::book_2()), []);
}

#[test]
fn faults_of_properties() {
    let cases = [
        ("/@context", REMOVED, "context-missing", ""),
        ("/@context", json!("https://iiif.io/api/presentation/2/context.json"), "context-https", "/@context"),
        ("/@context", json!("http://www.shared-canvas.org/ns/context.json"), "context-old", "/@context"),
        ("/@id", REMOVED, "p2-id-missing", ""),
        ("/@id", json!("manifest.json"), "p2-id-uri", "/@id"),
        ("/@type", json!("Manifest"), "p2-type-wrong", "/@type"),
        ("/@type", REMOVED, "p2-type-missing", ""),
        ("/label", REMOVED, "p2-label-missing", ""),
        ("/label", json!(1.0), "p2-text", "/label"),
        ("/label", json!({"en": ["x"]}), "p2-text-map", "/label"),
        ("/label", json!({"@language": "en"}), "p2-text-map", "/label"),
        ("/label", json!({"@value": "x", "@language": "english"}), "p2-language-tag", "/label/@language"),
        ("/label", json!("<b>x</b>"), "p2-html-place", "/label"),
        ("/description", json!("<p>a<br>b</p>"), "p2-html-broken", "/description"),
        ("/description", json!("<p>a<script>b</script></p>"), "p2-html-active", "/description"),
        ("/description", json!("<p><!-- a -->b</p>"), "p2-html-stripped", "/description"),
        ("/metadata", json!({"label": "a", "value": "b"}), "p2-pair", "/metadata"),
        ("/metadata/0/value", REMOVED, "p2-pair", "/metadata/0"),
        ("/license", json!("All rights reserved"), "p2-license", "/license"),
        ("/viewingHint", json!("top"), "p2-viewing-hint", "/viewingHint"),
        ("/viewingHint", json!("Paged"), "p2-viewing-hint", "/viewingHint"),
        ("/viewingDirection", json!("upside-down"), "p2-viewing-direction", "/viewingDirection"),
        ("/navDate", json!("1856-01-01T00:00:00+01:00"), "p2-nav-date", "/navDate"),
        ("/height", json!(1), "p2-not-allowed", "/height"),
        ("/rendering/format", REMOVED, "p2-rendering", "/rendering"),
        ("/related", json!(7), "p2-link", "/related"),
        ("/summary", json!("x"), "p2-new-word", "/summary"),
        ("/descripton", json!("x"), "p2-spelling", "/descripton"),
        ("/thumbnail", json!("https://x.org/t.jpg"), "omeka-thumbnail-object", "/thumbnail"),
        ("/thumbnail", REMOVED, "omeka-no-thumbnail", ""),
    ];
    assert_told(&samples::book_2(), cases);
}

#[test]
fn faults_of_the_structure() {
    let canvas = "/sequences/0/canvases/0";
    let image = "/sequences/0/canvases/0/images/0";
    let resource = "/sequences/0/canvases/0/images/0/resource";
    let cases = [
        ("/sequences", REMOVED, "p2-sequences", ""),
        ("/sequences", json!([]), "p2-sequences", "/sequences"),
        ("/sequences/0", json!(1), "p2-object", "/sequences/0"),
        ("/sequences/0/@type", json!("fish"), "p2-type-wrong", "/sequences/0/@type"),
        ("/sequences/0/canvases", REMOVED, "p2-canvases", "/sequences/0"),
        ("/sequences/0/canvases", json!({"@id": "https://x.org/c"}), "p2-list", "/sequences/0/canvases"),
        ("/sequences/0/startCanvas", json!("https://x.org/other"), "p2-start-canvas", "/sequences/0/startCanvas"),
        ("/sequences/0/viewingHint", json!("continuous"), "p2-hint-direction", "/sequences/0"),
        (
            "/sequences/-",
            json!({"@id": "https://x.org/s", "@type": "sc:Sequence", "label": "x", "canvases": [{}]}),
            "p2-sequence-embedded",
            "/sequences/1/canvases",
        ),
        ("/sequences/-", json!({"@id": "https://x.org/s", "@type": "sc:Sequence"}), "p2-label-missing", "/sequences/1"),
        ("/sequences/0/canvases/0/@id", json!("https://x.org/book/canvas/2"), "p2-id-duplicate", "/sequences/0/canvases/1/@id"),
        ("/sequences/0/canvases/0/@id", json!("https://x.org/book#c"), "p2-canvas-fragment", "/sequences/0/canvases/0/@id"),
        ("/sequences/0/canvases/0/height", REMOVED, "p2-canvas-size", canvas),
        ("/sequences/0/canvases/0/height", json!("3000"), "p2-size", "/sequences/0/canvases/0/height"),
        ("/sequences/0/canvases/0/width", json!(0), "p2-size", "/sequences/0/canvases/0/width"),
        ("/sequences/0/canvases/0/images", json!([]), "p2-canvas-empty", "/sequences/0/canvases/0/images"),
        ("/sequences/0/canvases/0/images", json!("x"), "p2-list", "/sequences/0/canvases/0/images"),
        ("/sequences/0/canvases/0/images/0/@type", json!("dctypes:Image"), "p2-type-wrong", "/sequences/0/canvases/0/images/0/@type"),
        ("/sequences/0/canvases/0/images/0/motivation", REMOVED, "p2-motivation", image),
        ("/sequences/0/canvases/0/images/0/on", REMOVED, "p2-on", image),
        ("/sequences/0/canvases/0/images/0/on", json!(1), "p2-on", "/sequences/0/canvases/0/images/0/on"),
        ("/sequences/0/canvases/0/images/0/on", json!("https://x.org/book/canvas/2"), "p2-on-other", "/sequences/0/canvases/0/images/0/on"),
        (
            "/sequences/0/canvases/0/images/0/on",
            json!({"@id": "https://x.org/book/canvas/1"}),
            "viewer-on-object",
            "/sequences/0/canvases/0/images/0/on",
        ),
        ("/sequences/0/canvases/0/images/0/resource", REMOVED, "p2-resource", image),
        ("/sequences/0/canvases/0/images/0/resource/@id", REMOVED, "p2-resource-id", resource),
        (
            "/sequences/0/canvases/0/images/0/resource/@id",
            json!("https://x.org/iiif/1"),
            "image-is-service",
            "/sequences/0/canvases/0/images/0/resource/@id",
        ),
        ("/sequences/0/canvases/0/images/0/resource/@type", REMOVED, "p2-resource-type", resource),
        ("/sequences/0/canvases/0/images/0/resource/width", json!("six"), "p2-size", "/sequences/0/canvases/0/images/0/resource/width"),
        ("/sequences/0/canvases/0/images/0/resource", json!({"@type": "oa:Choice", "item": []}), "p2-choice", resource),
        ("/sequences/0/canvases/0/images/0/resource", json!({"@type": "oa:SpecificResource"}), "p2-specific", resource),
        (
            "/sequences/0/canvases/0/images/0/resource/service/@context",
            REMOVED,
            "p2-service-context",
            "/sequences/0/canvases/0/images/0/resource/service",
        ),
        (
            "/sequences/0/canvases/0/images/0/resource/service/@id",
            json!("https://x.org/iiif/1/"),
            "image-service-slash",
            "/sequences/0/canvases/0/images/0/resource/service/@id",
        ),
        ("/sequences/0/canvases/0/otherContent", json!("https://x.org/l"), "p2-list", "/sequences/0/canvases/0/otherContent"),
        (
            "/sequences/0/canvases/0/otherContent/0/resources",
            json!([]),
            "p2-list-embedded",
            "/sequences/0/canvases/0/otherContent/0/resources",
        ),
        ("/structures/0/ranges/0", json!("https://x.org/r3"), "p2-range-range", "/structures/0/ranges/0"),
        ("/structures/0/ranges/0", json!({"@id": "https://x.org/r2"}), "p2-range-entry", "/structures/0/ranges/0"),
        ("/structures/1/canvases/0", json!("https://x.org/other"), "p2-range-canvas", "/structures/1/canvases/0"),
        ("/structures/1/ranges", json!(["https://x.org/r2"]), "p2-range-cycle", "/structures/1/ranges/0"),
        ("/structures/1/canvases", REMOVED, "p2-range-empty", "/structures/1"),
        ("/structures/1/members", json!([{"@id": "https://x.org/r1", "@type": "sc:Range"}]), "p2-member", "/structures/1/members/0"),
    ];
    assert_told(&samples::book_2(), cases);
}

#[test]
fn faults_of_collections_of_version_2() {
    let sample = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": "https://x.org/c",
        "@type": "sc:Collection",
        "label": "All",
        "thumbnail": {"@id": "https://x.org/t.jpg"},
        "manifests": [{"@id": "https://x.org/m", "@type": "sc:Manifest", "label": "A book"}],
        "members": [{"@id": "https://x.org/d", "@type": "sc:Collection", "label": "Some", "viewingHint": "multi-part"}],
    });
    assert_eq!(validate(&sample), []);
    let cases = [
        ("/manifests/0/label", REMOVED, "p2-label-missing", "/manifests/0"),
        ("/manifests/0/sequences", json!([]), "p2-collection-embedded", "/manifests/0/sequences"),
        ("/manifests/0/@type", json!("sc:Collection"), "p2-type-wrong", "/manifests/0/@type"),
        ("/members/0/viewingHint", REMOVED, "p2-member-hint", "/members/0"),
        ("/first", json!("https://x.org/c1"), "p2-page", ""),
    ];
    assert_told(&sample, cases);
    let mut bare = sample.clone();
    super::change(&mut bare, "/members", REMOVED);
    assert_told(&bare, [("/manifests", REMOVED, "p2-collection-empty", "")]);
}

#[test]
fn faults_of_annotation_lists_and_of_words_of_version_3() {
    let sample = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": "https://x.org/l",
        "@type": "sc:AnnotationList",
        "resources": [{"@type": "oa:Annotation", "motivation": "oa:commenting", "on": "https://x.org/c", "resource": {"@type": "cnt:ContentAsText", "chars": "x"}}],
    });
    assert_eq!(validate(&sample), []);
    let cases = [
        ("/resources", REMOVED, "p2-list-resources", ""),
        ("/resources/0/on", REMOVED, "p2-on", "/resources/0"),
        ("/resources/0/resource", REMOVED, "p2-resource", "/resources/0"),
    ];
    assert_told(&sample, cases);
    let mut renamed = samples::book_2();
    super::change(&mut renamed, "/@id", REMOVED);
    assert_told(&renamed, [("/id", json!("https://x.org/book/manifest"), "p2-at-id", "/id")]);
}
