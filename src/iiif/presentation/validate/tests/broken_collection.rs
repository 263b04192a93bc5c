//! Collections, and the documents that stand alone, broken in one place each time.

use super::{assert_told, errors, samples, validate};
use serde_json::{Value, json};

const REMOVED: Value = Value::Null;

#[test]
fn in_the_whole_collection_there_are_only_notes() {
    let rules: Vec<_> = validate(&samples::collection()).into_iter().map(|finding| finding.rule).collect();
    assert_eq!(rules, ["p3-recommended", "p3-member-thumbnail", "p3-member-thumbnail"]);
}

#[test]
fn faults_of_collections() {
    let cases = [
        ("/items", REMOVED, "p3-items", ""),
        ("/items/0", json!("https://x.org/book/manifest"), "p3-object", "/items/0"),
        ("/items/0/type", json!("sc:Manifest"), "p3-type-prefix", "/items/0/type"),
        ("/items/0/type", json!("Canvas"), "p3-type-wrong", "/items/0/type"),
        ("/items/0/label", REMOVED, "p3-label-missing", "/items/0"),
        ("/items/0/id", REMOVED, "p3-id-missing", "/items/0"),
        ("/items/0/items", json!([]), "p3-collection-embedded", "/items/0/items"),
        ("/items/1/id", json!("https://x.org/collection"), "p3-id-duplicate", "/items/1/id"),
        ("/items/1/items/0/label", json!("A film"), "p3-language-map", "/items/1/items/0/label"),
        ("/items/1/services", json!([]), "p3-services-inner", "/items/1/services"),
        ("/manifests", json!([]), "p3-old-word", "/manifests"),
        ("/structures", json!([]), "p3-not-allowed", "/structures"),
        ("/behavior", json!(["multi-part", "together"]), "p3-behavior-excludes", "/behavior/1"),
    ];
    assert_told(&samples::collection(), cases);
}

#[test]
fn documents_that_stand_alone() {
    let context = "http://iiif.io/api/presentation/3/context.json";
    let canvas = json!({"@context": context, "id": "https://x.org/c", "type": "Canvas", "label": {"none": ["1"]}, "height": 1, "width": 1, "items": []});
    let range = json!({"@context": context, "id": "https://x.org/r", "type": "Range", "label": {"none": ["1"]}, "items": [{"id": "https://x.org/c", "type": "Canvas"}]});
    let annotation = json!({"@context": context, "id": "https://x.org/a", "type": "Annotation", "motivation": "commenting", "target": "https://x.org/c"});
    let state = json!({"@context": context, "type": "Annotation", "motivation": ["contentState"], "target": {"id": "https://x.org/c", "type": "Canvas"}});
    let layer = json!({"@context": context, "id": "https://x.org/l", "type": "AnnotationCollection", "label": {"none": ["1"]}});
    for document in [&canvas, &range, &annotation, &state, &layer] {
        assert!(errors(&validate(document)).is_empty(), "{document}: {:?}", validate(document));
    }
    assert_told(&canvas, [("/width", REMOVED, "p3-canvas-size", "")]);
    assert_told(&range, [("/items", json!([]), "p3-range-items", "/items")]);
    assert_told(&annotation, [("/target", REMOVED, "p3-target-missing", "")]);
    assert_told(&layer, [("/first", json!(1), "p3-collection-pages", "/first")]);
}

#[test]
fn what_is_no_document() {
    for value in [json!([]), json!("x"), json!(null), json!(1)] {
        let findings = validate(&value);
        assert!(matches!(findings.as_slice(), [one] if one.rule == "document-object" && one.pointer.is_empty()), "{value}");
    }
}

#[test]
fn a_report_is_json_in_camel_case() {
    let mut document = samples::book();
    super::change(&mut document, "/thumbnail", REMOVED);
    let report = serde_json::to_value(validate(&document)).expect("a report");
    assert_eq!(report[0]["severity"], "warning");
    assert_eq!(report[0]["rule"], "omeka-no-thumbnail");
    assert_eq!(report[0]["pointer"], "");
    assert_eq!(report[0]["clients"], json!(["Omeka S"]));
    assert!(report[0]["what"].is_string() && report[0]["cure"].is_string() && report[0]["source"].is_string());
}

#[test]
fn the_release_candidate_of_version_4_is_checked_lightly() {
    let sample = json!({
        "@context": "http://iiif.io/api/presentation/4/context.json",
        "id": "https://x.org/m",
        "type": "Manifest",
        "label": {"en": ["x"]},
        "items": [
            {"id": "https://x.org/c", "type": "Canvas", "height": 1, "width": 1, "items": []},
            {"id": "https://x.org/t", "type": "Timeline", "duration": 1, "items": [
                {"id": "https://x.org/p", "type": "AnnotationPage", "items": [
                    {"id": "https://x.org/a", "type": "Annotation", "motivation": ["painting"], "target": ["x"], "body": []},
                ]},
            ]},
        ],
    });
    assert!(errors(&validate(&sample)).is_empty());
    let cases = [
        ("/label", json!("x"), "p3-language-map", "/label"),
        ("/items", REMOVED, "p4-items", ""),
        ("/rights", json!("x"), "omeka-version", "/@context"),
        ("/items/0/width", REMOVED, "p4-canvas-size", "/items/0"),
        ("/items/1/duration", REMOVED, "p4-timeline-duration", "/items/1"),
        ("/items/1/items/0/items/0/motivation", json!("painting"), "p4-motivation", "/items/1/items/0/items/0/motivation"),
        ("/placeholderCanvas", json!({}), "p4-placeholder", "/placeholderCanvas"),
    ];
    assert_told(&sample, cases);
}
