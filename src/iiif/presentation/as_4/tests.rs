//! Cases, and the schema of the draft.

use super::*;
use crate::iiif::presentation::samples;
use proptest::prelude::*;
use serde_json::json;

#[test]
fn every_fixture_passes_the_schema() {
    for (name, document) in samples::documents_3() {
        assert_eq!(samples::schema_4_errors(&to_4(&document)), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn what_is_no_container_is_targeted_as_the_whole_of_it() {
    let state = |target: Value| json!({"id": "https://x.org/s", "type": "Annotation", "motivation": ["contentState"], "target": target});
    let manifest = json!({"id": "https://x.org/m", "type": "Manifest", "label": {"en": ["M"]}});
    let image = json!({"id": "https://x.org/i.jpg", "type": "Image", "height": 1, "width": 1});
    let id = "https://x.org/s#target";
    let whole = |source: Value| json!({"id": id, "type": "SpecificResource", "source": source});
    let lost = vec![TARGET_CLASSES];
    let cases = [
        (manifest.clone(), whole(json!("https://x.org/m")), lost.clone()),
        (json!({"type": "SpecificResource", "id": id, "source": manifest}), whole(json!("https://x.org/m")), lost.clone()),
        (json!({"id": "https://x.org/r", "type": "Range"}), whole(json!("https://x.org/r")), lost),
        (image.clone(), whole(image), vec![]),
        (json!({"id": "https://x.org/c", "type": "Canvas"}), json!({"id": "https://x.org/c", "type": "Canvas"}), vec![]),
    ];
    for (target, expected, losses) in cases {
        let (made, told) = to_4_with_losses(&state(target));
        assert_eq!((&made["target"], told), (&expected, losses));
        assert_eq!(samples::schema_4_errors(&made), Vec::<String>::new(), "{made:#}");
    }
}

#[test]
fn the_schema_refuses_what_the_text_allows() {
    let collection = |rest: (&str, Value)| {
        let mut collection = json!({"id": "https://x.org/c", "type": "Collection", "label": {"en": ["C"]}, "items": []});
        collection[rest.0] = rest.1;
        to_4(&collection)
    };
    let homepage = json!([{"id": "https://x.org/h", "type": "Text", "label": {"en": ["H"]}}]);
    let cases = [
        ("provider", json!([{"id": "https://x.org/", "type": "Agent", "label": {"en": ["X"]}, "homepage": homepage}])),
        ("items", json!([{"id": "https://x.org/d", "type": "Collection", "label": {"en": ["D"]}, "items": []}])),
    ];
    for case in cases {
        assert_ne!(samples::schema_4_errors(&collection(case.clone())), Vec::<String>::new(), "{case:?}");
    }
}

#[test]
fn parts_in_their_new_form() {
    let canvas = "https://x.org/c";
    let sound = json!({"id": "https://x.org/s.mp3", "type": "Sound", "format": "audio/mpeg"});
    let annotation = |rest: Value| {
        let mut annotation = json!({"id": "https://x.org/a", "type": "Annotation", "motivation": "commenting"});
        annotation.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        annotation
    };
    let made = |rest: Value| {
        let mut made = json!({"@context": CONTEXT, "id": "https://x.org/a", "type": "Annotation", "motivation": ["commenting"]});
        made.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
        made
    };
    let target = json!({"id": canvas, "type": "Canvas"});
    let cases = [
        (annotation(json!({"target": canvas})), made(json!({"target": target}))),
        (
            annotation(json!({"bodyValue": "x", "target": canvas})),
            made(json!({"body": {"type": "TextualBody", "value": "x"}, "target": target})),
        ),
        (
            annotation(json!({"body": [{"type": "TextualBody", "value": "x", "language": "en"}], "target": target})),
            made(json!({"body": {"type": "TextualBody", "value": "x", "language": ["en"]}, "target": target})),
        ),
        (
            annotation(json!({"body": {"type": "Choice", "items": [sound]}, "target": canvas})),
            made(
                json!({"body": {"type": "Choice", "items": [{"id": "https://x.org/s.mp3", "type": "Audio", "format": "audio/mpeg"}]}, "target": target}),
            ),
        ),
        (
            annotation(json!({"target": {"source": canvas, "selector": {"type": "PointSelector", "x": 1, "y": 2}}})),
            made(json!({"target": {
                "id": "https://x.org/a#target", "source": target, "selector": {"type": "PointSelector", "x": 1, "y": 2}, "type": "SpecificResource"
            }})),
        ),
    ];
    for (document, expected) in cases {
        let converted = to_4(&document);
        assert_eq!(converted, expected);
        assert_eq!(samples::schema_4_errors(&converted), Vec::<String>::new(), "{converted:#}");
    }
}

#[test]
fn several_bodies_are_several_annotations() {
    let text = |value: &str| json!({"type": "TextualBody", "value": value});
    let page = json!({"id": "https://x.org/p", "type": "AnnotationPage", "items": [
        {"id": "https://x.org/a", "type": "Annotation", "motivation": "tagging", "body": [text("x"), text("y")], "target": "https://x.org/c"}
    ]});
    let made = to_4(&page);
    let ids: Vec<_> = made["items"].as_array().expect("a list").iter().map(|one| (&one["id"], &one["body"]["value"])).collect();
    assert_eq!(ids, [(&json!("https://x.org/a"), &json!("x")), (&json!("https://x.org/a#annotation-2"), &json!("y"))]);
    assert_eq!(samples::schema_4_errors(&made), Vec::<String>::new());
    assert_eq!(to_4(&page["items"][0])["body"], json!([text("x"), text("y")]));
}

#[test]
fn a_canvas_in_time_only_is_a_timeline_wherever_it_is_named() {
    let document = json!({
        "@context": ["https://x.org/extension", CONTEXT_3], "id": "https://x.org/m", "type": "Manifest", "label": "A", "x-y": 1,
        "start": {"type": "SpecificResource", "id": "https://x.org/start", "source": "https://x.org/c", "selector": {"type": "PointSelector", "t": 3}},
        "items": [{"id": "https://x.org/c", "type": "Canvas", "duration": 10, "accompanyingCanvas": {"id": "https://x.org/d", "type": "Canvas", "height": 1, "width": 1}}],
        "structures": [{"id": "https://x.org/r", "type": "Range", "items": [
            {"id": "https://x.org/c#t=1,2", "type": "Canvas"}, {"type": "SpecificResource", "source": "https://x.org/d"}
        ]}]
    });
    let made = to_4(&document);
    let cases = [
        ("/@context", json!(["https://x.org/extension", CONTEXT])),
        ("/label", json!({"none": ["A"]})),
        ("/x-y", json!(1)),
        ("/start/source", json!({"id": "https://x.org/c", "type": "Timeline"})),
        ("/items/0/type", json!("Timeline")),
        ("/items/0/items", json!([])),
        ("/items/0/accompanyingContainer/type", json!("Canvas")),
        ("/structures/0/items/0", json!({"id": "https://x.org/c#t=1,2", "type": "Timeline"})),
        ("/structures/0/items/1/id", json!("https://x.org/r#part-2")),
        ("/structures/0/items/1/source/type", json!("Canvas")),
    ];
    for (pointer, expected) in cases {
        assert_eq!(made.pointer(pointer), Some(&expected), "{pointer}");
    }
    assert_eq!(samples::schema_4_errors(&made), Vec::<String>::new());
}

#[test]
fn services_and_links_are_whole() {
    let document = json!({
        "id": "https://x.org/l", "type": "Collection", "label": {"en": "A"}, "homepage": {"id": "https://x.org/h", "type": "Homepage"},
        "service": [{"@id": "https://x.org/2", "profile": ["http://iiif.io/api/image/2/level1.json", {"maxWidth": 5}], "service": {"@id": "https://x.org/t", "profile": "http://iiif.io/api/auth/1/token"}}],
        "thumbnail": ["https://x.org/t.jpg"], "items": [{"id": "https://x.org/m", "type": "Manifest"}]
    });
    let made = to_4(&document);
    assert_eq!(made["service"][0]["@type"], "ImageService2");
    assert_eq!(
        made["service"][0]["service"],
        json!([{"@id": "https://x.org/t", "profile": "http://iiif.io/api/auth/1/token", "@type": "AuthTokenService1"}])
    );
    assert_eq!(made["homepage"], json!([{"id": "https://x.org/h", "type": "Text", "label": {"none": ["https://x.org/h"]}}]));
    assert_eq!(made["items"][0]["label"], json!({"none": ["https://x.org/m"]}));
    assert_eq!(samples::schema_4_errors(&made), Vec::<String>::new());
}

proptest! {
    #[test]
    fn no_document_is_too_odd(document in samples::any_document()) {
        prop_assert_eq!(to_4(&document), to_4(&document));
    }
}
