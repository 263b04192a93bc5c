//! A book of version 3.0, broken in one place each time.

use super::{assert_told, samples, validate};
use serde_json::{Value, json};

const CANVAS: &str = "https://x.org/book/canvas/1";
const REMOVED: Value = Value::Null;

#[test]
fn in_the_whole_book_there_is_nothing_to_find() {
    assert_eq!(validate(&samples::book()), []);
}

#[test]
fn faults_of_the_document() {
    let cases = [
        ("/@context", REMOVED, "context-missing", ""),
        ("/@context", json!("https://iiif.io/api/presentation/3/context.json"), "context-https", "/@context"),
        ("/@context", json!("http://iiif.io/api/presentation/3"), "context-wrong", "/@context"),
        ("/@context", json!(3), "context-wrong", "/@context"),
        ("/@context", json!(["http://www.w3.org/ns/anno.jsonld"]), "context-wrong", "/@context"),
        (
            "/@context",
            json!(["http://iiif.io/api/presentation/3/context.json", "http://iiif.io/api/search/1/context.json"]),
            "context-order",
            "/@context/0",
        ),
        (
            "/@context",
            json!(["http://iiif.io/api/presentation/2/context.json", "http://iiif.io/api/presentation/3/context.json"]),
            "context-two-versions",
            "/@context",
        ),
        ("/@context", json!(["http://iiif.io/api/presentation/3/context.json"]), "omeka-context-list", "/@context"),
        ("/items/0/@context", json!("http://iiif.io/api/presentation/3/context.json"), "p3-context-inside", "/items/0/@context"),
        ("/@graph", json!([]), "p3-at-key", "/@graph"),
        ("/id", REMOVED, "p3-id-missing", ""),
        ("/id", json!("manifest.json"), "p3-id-uri", "/id"),
        ("/id", json!(7), "p3-id-uri", "/id"),
        ("/id", json!("https://x.org/book "), "uri-space", "/id"),
        ("/id", json!("https://x.org/a book"), "p3-id-uri", "/id"),
        ("/type", REMOVED, "p3-type-missing", ""),
        ("/type", json!("sc:Manifest"), "p3-type-prefix", "/type"),
        ("/type", json!("manifest"), "p3-type-wrong", "/type"),
        ("/type", json!(["Manifest"]), "p3-type-text", "/type"),
        ("/label", REMOVED, "p3-label-missing", ""),
        ("/label", json!({}), "p3-label-missing", ""),
        ("/items", REMOVED, "p3-items", ""),
        ("/items", json!([]), "p3-manifest-empty", "/items"),
        ("/items", json!("x"), "p3-items", "/items"),
        ("/items/1", json!("https://x.org/c"), "p3-object", "/items/1"),
        ("/items/1/type", json!("Image"), "p3-type-wrong", "/items/1/type"),
        ("/navdate", json!("1856-01-01T00:00:00Z"), "p3-spelling", "/navdate"),
        ("/lable", json!({"en": ["x"]}), "p3-spelling", "/lable"),
        ("/sequences", json!([]), "p3-old-word", "/sequences"),
        ("/viewingHint", json!("paged"), "p3-old-word", "/viewingHint"),
        ("/attribution", json!("x"), "p3-old-word", "/attribution"),
        ("/logo", json!("https://x.org/l.png"), "p3-not-allowed", "/logo"),
        ("/height", json!(5), "p3-not-allowed", "/height"),
        ("/format", json!("text/html"), "p3-not-allowed", "/format"),
        ("/items/0/viewingDirection", json!("left-to-right"), "p3-not-allowed", "/items/0/viewingDirection"),
        ("/items/0/start", json!({"id": CANVAS, "type": "Canvas"}), "p3-not-allowed", "/items/0/start"),
        ("/items/0/id", json!("https://x.org/book/canvas/2"), "p3-id-duplicate", "/items/1/id"),
        ("/items/0/items/0/id", json!("https://x.org/book/canvas/2/page"), "p3-id-duplicate", "/items/1/items/0/id"),
        ("/structures/0/id", json!("https://x.org/book/manifest"), "p3-id-duplicate", "/structures/0/id"),
    ];
    assert_told(&samples::book(), cases);
}

#[test]
fn ids_of_version_2_in_version_3() {
    let mut document = samples::book();
    super::change(&mut document, "/id", REMOVED);
    assert_told(&document, [("/@id", json!("https://x.org/book/manifest"), "p3-at-id", "/@id")]);
    let mut document = samples::book();
    super::change(&mut document, "/items/0/type", REMOVED);
    assert_told(&document, [("/items/0/@type", json!("sc:Canvas"), "p3-at-type", "/items/0/@type")]);
}

#[test]
fn the_context_stands_first() {
    let mut document = samples::book();
    let context = document["@context"].clone();
    super::change(&mut document, "/@context", REMOVED);
    assert_told(&document, [("/@context", context, "context-first-key", "/@context")]);
}

#[test]
fn faults_of_texts() {
    let value = "/metadata/0/value/none/0";
    let cases = [
        ("/label", json!("A book"), "p3-language-map", "/label"),
        ("/label", json!(["A book"]), "p3-language-map", "/label"),
        ("/label", json!({"@value": "A book", "@language": "en"}), "p3-language-map-old", "/label"),
        ("/label", json!({"en": "A book"}), "p3-language-values", "/label/en"),
        ("/label", json!({"en": [7]}), "p3-language-values", "/label/en/0"),
        ("/label", json!({"en": []}), "p3-label-missing", ""),
        ("/label", json!({"en": [" "]}), "text-empty", "/label/en/0"),
        ("/label", json!({"@none": ["A book"]}), "p3-language-key", "/label/@none"),
        ("/label", json!({"en_US": ["A book"]}), "p3-language-key", "/label/en_US"),
        ("/label", json!({"english/": ["A book"]}), "p3-language-key", "/label/english~1"),
        ("/label", json!({"en": ["<b>A book</b>"]}), "p3-html-place", "/label/en/0"),
        ("/label", json!({"en": ["A <b>book</b>"]}), "text-tags-shown", "/label/en/0"),
        ("/label", json!({"en": ["A\u{0}book"]}), "text-control", "/label/en/0"),
        ("/summary", json!({"en": ["<p>a<br>b</p>"]}), "p3-html-broken", "/summary/en/0"),
        ("/summary", json!({"en": ["<p>a</p><script>b()</script>"]}), "p3-html-active", "/summary/en/0"),
        ("/summary", json!({"en": ["<p onclick='x()'>a</p>"]}), "p3-html-active", "/summary/en/0"),
        ("/summary", json!({"en": ["<div>a</div>"]}), "p3-html-stripped", "/summary/en/0"),
        (value, json!("See <a href=\"https://x.org\">this</a>"), "text-tags-shown", value),
        (value, json!("<a href=\"javascript:x()\">this</a>"), "p3-html-active", value),
        ("/metadata", json!({"label": {"en": ["a"]}, "value": {"en": ["b"]}}), "p3-list", "/metadata"),
        ("/metadata/0/value", REMOVED, "p3-pair", "/metadata/0"),
        ("/metadata/0", json!("a"), "p3-pair", "/metadata/0"),
        ("/requiredStatement", json!([{"label": {"en": ["a"]}, "value": {"en": ["b"]}}]), "p3-single", "/requiredStatement"),
        ("/requiredStatement/label", REMOVED, "p3-pair", "/requiredStatement"),
    ];
    assert_told(&samples::book(), cases);
}

#[test]
fn faults_of_values() {
    let cases = [
        ("/rights", json!("https://creativecommons.org/licenses/by/4.0/"), "p3-rights", "/rights"),
        ("/rights", json!("All rights reserved"), "p3-rights-other", "/rights"),
        ("/rights", json!(["http://creativecommons.org/licenses/by/4.0/"]), "p3-rights", "/rights"),
        ("/navDate", json!("1856"), "p3-nav-date", "/navDate"),
        ("/navDate", json!("1856-01-01T00:00:00"), "p3-nav-date", "/navDate"),
        ("/navDate", json!("1856-01-01T00:00:00+09:00"), "p3-nav-date-utc", "/navDate"),
        ("/viewingDirection", json!("rtl"), "p3-viewing-direction", "/viewingDirection"),
        ("/behavior", json!("paged"), "p3-behavior-text", "/behavior"),
        ("/behavior", json!(["Paged"]), "p3-behavior-spelling", "/behavior/0"),
        ("/behavior", json!(["sparkling"]), "p3-behavior-unknown", "/behavior/0"),
        ("/behavior", json!(["paged", "continuous"]), "p3-behavior-excludes", "/behavior/1"),
        ("/behavior", json!(["facing-pages"]), "p3-behavior-class", "/behavior/0"),
        ("/behavior", json!(["multi-part"]), "p3-behavior-class", "/behavior/0"),
        ("/behavior", json!(["auto-advance", "paged"]), "p3-behavior-duration", "/behavior/0"),
        ("/behavior", json!(["no-repeat", "paged"]), "viewer-behavior-first", "/behavior/1"),
        ("/behavior", json!([3]), "p3-behavior-text", "/behavior/0"),
        ("/items/0/behavior", json!(["paged"]), "p3-behavior-class", "/items/0/behavior/0"),
        ("/items/0/height", json!("3000"), "p3-size", "/items/0/height"),
        ("/items/0/height", json!(0), "p3-size", "/items/0/height"),
        ("/items/0/width", json!(10.5), "p3-size", "/items/0/width"),
        ("/items/0/width", REMOVED, "p3-canvas-size", "/items/0"),
        ("/items/0/duration", json!(0), "p3-duration", "/items/0/duration"),
        ("/items/0/label", REMOVED, "p3-canvas-label", "/items/0"),
        ("/items/0/id", json!("https://x.org/book#c1"), "p3-canvas-fragment", "/items/0/id"),
        ("/items/0/items/0/items/0/timeMode", json!("fast"), "p3-time-mode", "/items/0/items/0/items/0/timeMode"),
        ("/items/0/items/0/items/0/body/format", json!("jpeg"), "p3-format", "/items/0/items/0/items/0/body/format"),
        ("/items/0/items/0/items/0/body/format", json!("image/jpg"), "p3-format-name", "/items/0/items/0/items/0/body/format"),
    ];
    assert_told(&samples::book(), cases);
}

#[test]
fn faults_of_links() {
    let cases = [
        ("/provider", json!("The library"), "p3-list", "/provider"),
        ("/provider", json!({"id": "https://x.org/about"}), "viewer-provider-list", "/provider"),
        ("/provider/0/id", REMOVED, "p3-id-missing", "/provider/0"),
        ("/provider/0/type", json!("Organization"), "p3-type-wrong", "/provider/0/type"),
        ("/provider/0/label", REMOVED, "p3-label-missing", "/provider/0"),
        ("/provider/0/logo", json!("https://x.org/l.png"), "p3-list", "/provider/0/logo"),
        ("/provider/0/logo", json!(["https://x.org/l.png"]), "p3-object", "/provider/0/logo/0"),
        ("/provider/0/logo/0/type", REMOVED, "p3-type-missing", "/provider/0/logo/0"),
        ("/provider/0/logo/0/width", json!("120"), "p3-size", "/provider/0/logo/0/width"),
        ("/provider/0/rights", json!("x"), "p3-rights-other", "/provider/0/rights"),
        ("/homepage", json!({"id": "https://x.org", "type": "Text", "label": {"en": ["x"]}}), "p3-list", "/homepage"),
        ("/homepage/0/label", REMOVED, "p3-link-label", "/homepage/0"),
        ("/homepage/0/type", json!("Homepage"), "p3-content-type", "/homepage/0/type"),
        ("/homepage/0/language", json!(["english"]), "p3-language", "/homepage/0/language/0"),
        ("/rendering/0/label", REMOVED, "p3-link-label", "/rendering/0"),
        ("/rendering/0/format", REMOVED, "p3-link-format", "/rendering/0"),
        ("/seeAlso/0/id", REMOVED, "p3-id-missing", "/seeAlso/0"),
        ("/seeAlso/0/label", REMOVED, "p3-link-label-should", "/seeAlso/0"),
        ("/seeAlso/0/profile", json!(["x"]), "p3-profile", "/seeAlso/0/profile"),
        ("/partOf/0/type", REMOVED, "p3-type-missing", "/partOf/0"),
        ("/thumbnail", json!("https://x.org/t.jpg"), "p3-list", "/thumbnail"),
        ("/thumbnail/0/id", json!("https://x.org/iiif/1/info.json"), "image-is-info-json", "/thumbnail/0/id"),
        ("/thumbnail", REMOVED, "omeka-no-thumbnail", ""),
        ("/thumbnail/0/format", json!("video/mp4"), "omeka-thumbnail-picture", "/thumbnail/0"),
        (
            "/thumbnail/0",
            json!({"id": "https://x.org/t/full/90,/0/default.jpg", "type": "Image", "service": [{"id": "https://x.org/t", "type": "ImageService3", "profile": "level0"}]}),
            "viewer-level0-thumbnail-size",
            "/thumbnail/0",
        ),
        ("/thumbnail/0/id", json!("http://x.org/t.jpg"), "mixed-content", ""),
        ("/start", json!({"id": CANVAS, "type": "Canvas"}), "viewer-start", "/start"),
        ("/start", json!([{"id": CANVAS, "type": "Canvas"}]), "p3-single", "/start"),
        ("/start", json!({"id": "https://x.org/other", "type": "Canvas"}), "p3-start-elsewhere", "/start"),
        ("/start", json!({"type": "SpecificResource", "id": "https://x.org/s"}), "p3-start", "/start"),
        (
            "/structures/0/supplementary",
            json!({"id": "https://x.org/s", "type": "Annotation"}),
            "p3-type-wrong",
            "/structures/0/supplementary/type",
        ),
    ];
    assert_told(&samples::book(), cases);
}

#[test]
fn faults_of_ranges() {
    let inner = "/structures/0/items/1";
    let cases = [
        ("/structures", json!({"id": "https://x.org/r", "type": "Range"}), "p3-list", "/structures"),
        ("/structures/0/type", json!("Canvas"), "p3-type-wrong", "/structures/0/type"),
        ("/structures/0/items", json!([]), "p3-range-items", "/structures/0/items"),
        ("/structures/0/items/0", json!(CANVAS), "p3-object", "/structures/0/items/0"),
        ("/structures/0/items/0/id", json!("https://x.org/other"), "p3-range-canvas", "/structures/0/items/0"),
        ("/structures/0/items/0/type", json!("Manifest"), "p3-type-wrong", "/structures/0/items/0/type"),
        ("/structures/0/items/0/items", json!([]), "p3-range-entry", "/structures/0/items/0/items"),
        ("/structures/0/items/0/id", json!("https://x.org/book/canvas/1#xywh=0,0,9999,1"), "fragment-outside", "/structures/0/items/0/id"),
        ("/structures/0/items/1/items/1/source", REMOVED, "p3-specific-source", "/structures/0/items/1/items/1"),
        (
            "/structures/0/items/1/items/1/selector/value",
            json!("xywh=a"),
            "fragment-malformed",
            "/structures/0/items/1/items/1/selector/value",
        ),
        ("/structures/0/items/1/items/1/selector/value", REMOVED, "p3-selector", "/structures/0/items/1/items/1/selector"),
        ("/structures/0/items/1/label", REMOVED, "p3-range-label", inner),
        ("/structures/0/items/1/behavior", json!(["sequence"]), "p3-range-sequence", "/structures/0/items/1/behavior"),
        ("/structures/0/behavior", json!(["thumbnail-nav"]), "p3-range-thumbnails", "/structures/0/items/1"),
        (
            "/structures/0/items/1/items/-",
            json!({"id": "https://x.org/book/range/1", "type": "Range"}),
            "p3-range-cycle",
            "/structures/0/items/1/items/2",
        ),
        ("/structures/-", json!({"id": "https://x.org/book/range/2", "type": "Range"}), "viewer-range-reference", "/structures/1"),
        ("/structures/0/items/1/items", REMOVED, "viewer-uv-range-without-items", inner),
    ];
    assert_told(&samples::book(), cases);
}
