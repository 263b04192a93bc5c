//! Cases by feature: parts of documents as they go in and come out.

use super::{converted, kinds};
use serde_json::{Value, json};

const C: &str = "https://x.org/c";

/// A Canvas with one painting.
fn canvas(body: &Value, target: &Value) -> Value {
    json!({
        "id": C, "type": "Canvas", "label": {"none": ["c"]}, "height": 10, "width": 20,
        "items": [{"id": "https://x.org/p", "type": "AnnotationPage", "items": [
            {"id": "https://x.org/a", "type": "Annotation", "motivation": "painting", "body": body, "target": target}
        ]}]
    })
}

fn annotation(body: &Value, target: &Value) -> Value {
    json!({"id": "https://x.org/a", "type": "Annotation", "motivation": "commenting", "body": body, "target": target})
}

fn manifest(rest: Value) -> Value {
    let mut manifest = json!({
        "id": "https://x.org/m", "type": "Manifest", "label": {"none": ["m"]}, "items": [canvas(&json!({"id": "https://x.org/i.jpg", "type": "Image"}), &json!(C))]
    });
    if let (Some(manifest), Value::Object(rest)) = (manifest.as_object_mut(), rest) {
        manifest.extend(rest);
    }
    manifest
}

#[test]
fn bodies_that_are_painted() {
    let image = json!({"id": "https://x.org/i.jpg", "type": "Image"});
    let made_image = json!({"@id": "https://x.org/i.jpg", "@type": "dctypes:Image"});
    let cases: [(Value, Value, &[&str]); 11] = [
        (image.clone(), made_image.clone(), &[]),
        (
            json!({"id": "https://x.org/v.mp4", "type": "Video", "format": "video/mp4", "duration": 3}),
            json!({"@id": "https://x.org/v.mp4", "@type": "dctypes:MovingImage", "format": "video/mp4"}),
            &["duration", "media"],
        ),
        (json!({"id": "https://x.org/s", "type": "Sound"}), json!({"@id": "https://x.org/s", "@type": "dctypes:Sound"}), &["media"]),
        (json!({"id": "https://x.org/t", "type": "Text"}), json!({"@id": "https://x.org/t", "@type": "dctypes:Text"}), &["media"]),
        (
            json!({"id": "https://x.org/g", "type": "Model"}),
            json!({"@id": "https://x.org/g", "@type": "dctypes:PhysicalObject"}),
            &["media"],
        ),
        (
            json!({"type": "TextualBody", "value": "a", "format": "text/plain"}),
            json!({"@type": "cnt:ContentAsText", "format": "text/plain", "chars": "a", "@id": "https://x.org/a#body-1"}),
            &["media"],
        ),
        (
            json!({"type": "Choice", "items": [image, {"id": "https://x.org/j.jpg", "type": "Image", "label": {"en": ["X-ray"]}}]}),
            json!({
                "@type": "oa:Choice", "default": made_image,
                "item": [{"@id": "https://x.org/j.jpg", "@type": "dctypes:Image", "label": {"@value": "X-ray", "@language": "en"}}]
            }),
            &[],
        ),
        (json!({"type": "Choice", "items": [image]}), json!({"@type": "oa:Choice", "default": made_image, "item": ["rdf:nil"]}), &[]),
        (
            json!({"type": "SpecificResource", "source": image, "selector": {"type": "ImageApiSelector", "region": "1,2,3,4"}}),
            json!({"@type": "oa:SpecificResource", "full": made_image, "selector": {
                "@context": "http://iiif.io/api/annex/openannotation/context.json", "@type": "iiif:ImageApiSelector", "region": "1,2,3,4"
            }}),
            &[],
        ),
        (
            json!({"type": "SpecificResource", "source": "https://x.org/i.jpg", "styleClass": "red", "selector": {"type": "FragmentSelector", "value": "xywh=1,2,3,4"}}),
            json!({"@type": "oa:SpecificResource", "full": {"@id": "https://x.org/i.jpg"}, "style": "red", "selector": {"@type": "oa:FragmentSelector", "value": "xywh=1,2,3,4"}}),
            &[],
        ),
        (json!("https://x.org/i.jpg"), json!({"@id": "https://x.org/i.jpg"}), &[]),
    ];
    for (body, expected, losses) in cases {
        let document = canvas(&body, &json!(C));
        assert_eq!(converted(&document)["images"][0]["resource"], expected, "{body}");
        assert_eq!(kinds(&document), losses, "{body}");
    }
}

#[test]
fn several_paintings_are_several_images() {
    let image = |name: &str| json!({"id": format!("https://x.org/{name}.jpg"), "type": "Image"});
    let document = canvas(&json!([image("i"), image("j")]), &json!("https://x.org/c#xywh=1,2,3,4"));
    let made = converted(&document);
    let expected = json!([
        {"@id": "https://x.org/a", "@type": "oa:Annotation", "motivation": "sc:painting", "resource": {"@id": "https://x.org/i.jpg", "@type": "dctypes:Image"}, "on": "https://x.org/c#xywh=1,2,3,4"},
        {"@type": "oa:Annotation", "motivation": "sc:painting", "resource": {"@id": "https://x.org/j.jpg", "@type": "dctypes:Image"}, "on": "https://x.org/c#xywh=1,2,3,4"}
    ]);
    assert_eq!(made["images"], expected);
}

#[test]
fn what_is_painted_is_on_a_string() {
    let part = |selector: Value| json!({"type": "SpecificResource", "source": {"id": C, "type": "Canvas"}, "selector": selector});
    let cases: [(Value, &str, &[&str]); 6] = [
        (json!(C), C, &[]),
        (json!({"id": C, "type": "Canvas"}), C, &[]),
        (part(json!({"type": "FragmentSelector", "value": "xywh=pixel:1,2,3,4"})), "https://x.org/c#xywh=1,2,3,4", &[]),
        (part(json!([{"type": "FragmentSelector", "value": "t=1,2"}])), "https://x.org/c#t=1,2", &[]),
        (part(json!({"type": "PointSelector", "t": 3})), C, &["parts"]),
        (json!(null), C, &[]),
    ];
    for (target, on, losses) in cases {
        let document = canvas(&json!({"id": "https://x.org/i.jpg", "type": "Image"}), &target);
        assert_eq!(converted(&document)["images"][0]["on"], on, "{target}");
        let found = kinds(&document);
        assert_eq!(found.iter().filter(|kind| **kind != "malformed").collect::<Vec<_>>(), losses.iter().collect::<Vec<_>>(), "{target}");
    }
}

#[test]
fn targets_of_annotations() {
    let part = |rest: Value| {
        let mut part = json!({"type": "SpecificResource", "source": C});
        if let (Some(part), Value::Object(rest)) = (part.as_object_mut(), rest) {
            part.extend(rest);
        }
        part
    };
    let choice = |default: Value, item: Value| json!({"@type": "oa:SpecificResource", "full": C, "selector": {"@type": "oa:Choice", "default": default, "item": item}});
    let rectangle = json!({"type": "FragmentSelector", "value": "xywh=1,2,3,4"});
    let svg = json!({"type": "SvgSelector", "value": "<svg/>"});
    let made_svg = json!({"@type": "oa:SvgSelector", "value": "<svg/>"});
    let canvas = json!({"id": C, "type": "Canvas", "partOf": [{"id": "https://h.org/manifests/i", "type": "Manifest"}]});
    let within = |mut made: Value| {
        made["within"] = json!("https://h.org/manifests/i/v2");
        made
    };
    let cases: [(Value, Value, &[&str]); 11] = [
        (part(json!({"source": canvas, "selector": svg})), within(choice(json!("rdf:nil"), made_svg.clone())), &[]),
        (part(json!({"source": canvas, "selector": rectangle})), json!("https://x.org/c#xywh=1,2,3,4"), &["parts"]),
        (part(json!({"selector": rectangle})), json!("https://x.org/c#xywh=1,2,3,4"), &[]),
        (part(json!({"selector": svg})), choice(json!("rdf:nil"), made_svg.clone()), &[]),
        (
            part(json!({"selector": [rectangle, svg]})),
            choice(json!({"@type": "oa:FragmentSelector", "value": "xywh=1,2,3,4"}), made_svg),
            &[],
        ),
        (
            part(json!({"selector": {"type": "PointSelector", "x": 1, "y": 2}})),
            choice(json!("rdf:nil"), json!({"@type": "PointSelector", "x": 1, "y": 2})),
            &[],
        ),
        (
            part(json!({"selector": rectangle, "styleClass": "red"})),
            json!({"@type": "oa:SpecificResource", "full": C, "style": "red", "selector": {"@type": "oa:FragmentSelector", "value": "xywh=1,2,3,4"}}),
            &[],
        ),
        (part(json!({"styleClass": "red"})), json!(C), &["parts"]),
        (json!({"id": "https://h.org/manifests/i", "type": "Manifest"}), json!("https://h.org/manifests/i/v2"), &[]),
        (json!([C, "https://x.org/d"]), json!([C, "https://x.org/d"]), &[]),
        (json!({"id": C, "type": "Canvas", "partOf": [{"id": "https://x.org/m", "type": "Manifest"}]}), json!(C), &["parts"]),
    ];
    for (target, on, losses) in cases {
        let document = annotation(&json!({"type": "TextualBody", "value": "a"}), &target);
        assert_eq!(converted(&document)["on"], on, "{target}");
        assert_eq!(kinds(&document), losses, "{target}");
    }
}

#[test]
fn an_annotation_page_alone_is_a_list() {
    let page = json!({
        "id": "https://x.org/p", "type": "AnnotationPage", "partOf": [{"id": "https://x.org/l", "type": "AnnotationCollection"}], "next": "https://x.org/p2",
        "items": [
            {"id": "https://x.org/a", "type": "Annotation", "motivation": ["tagging", "supplementing", "x:y"], "bodyValue": "a", "target": C},
            {
                "id": "https://x.org/b", "type": "Annotation", "motivation": "commenting", "stylesheet": {"type": "CssStylesheet", "value": ".a {}"},
                "body": [{"type": "TextualBody", "value": "a", "purpose": "tagging"}, {"id": "https://x.org/i.jpg", "type": "Image"}], "target": C
            }
        ]
    });
    let expected = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": "https://x.org/p", "@type": "sc:AnnotationList", "within": "https://x.org/l", "next": "https://x.org/p2",
        "resources": [
            {
                "@id": "https://x.org/a", "@type": "oa:Annotation", "motivation": ["oa:tagging", "sc:supplementing", "x:y"],
                "resource": {"@type": "cnt:ContentAsText", "chars": "a"}, "on": C
            },
            {
                "@id": "https://x.org/b", "@type": "oa:Annotation", "motivation": "oa:commenting",
                "resource": [{"@type": "cnt:ContentAsText", "chars": "a", "purpose": "tagging"}, {"@id": "https://x.org/i.jpg", "@type": "dctypes:Image"}],
                "on": C, "stylesheet": {"@type": ["oa:CssStyle", "cnt:ContentAsText"], "chars": ".a {}"}
            }
        ]
    });
    assert_eq!(converted(&page), expected);
    assert_eq!(kinds(&page), [""; 0]);
}

#[test]
fn an_annotation_collection_is_a_layer() {
    let collection = json!({
        "id": "https://x.org/l", "type": "AnnotationCollection", "label": {"en": ["A"]}, "total": 8, "first": "https://x.org/p", "last": {"id": "https://x.org/q", "type": "AnnotationPage"}
    });
    let expected = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://x.org/l", "@type": "sc:Layer",
        "label": {"@value": "A", "@language": "en"}, "total": 8, "first": "https://x.org/p", "last": "https://x.org/q"
    });
    assert_eq!(converted(&collection), expected);
}

#[test]
fn pages_are_named_not_embedded() {
    let mut document = canvas(&json!({"id": "https://x.org/i.jpg", "type": "Image"}), &json!(C));
    document["annotations"] = json!([
        {"id": "https://x.org/p1", "type": "AnnotationPage", "label": {"none": ["Notes"]}, "items": []},
        {"id": "https://x.org/p2", "type": "AnnotationPage", "partOf": [{"id": "https://x.org/l", "type": "AnnotationCollection"}], "next": "https://x.org/p3"},
        {"type": "AnnotationPage", "items": []}
    ]);
    let expected = json!([
        {"@id": "https://x.org/p1", "@type": "sc:AnnotationList", "label": "Notes"},
        {"@id": "https://x.org/p2", "@type": "sc:AnnotationList", "within": "https://x.org/l"}
    ]);
    assert_eq!(converted(&document)["otherContent"], expected);
    assert_eq!(kinds(&document), ["embedded-annotations", "other-properties", "embedded-annotations"]);
}

fn range(id: &str, items: Value) -> Value {
    json!({"id": format!("https://x.org/{id}"), "type": "Range", "label": {"none": [id]}, "items": items})
}

#[test]
fn ranges_are_a_flat_list_with_a_top_where_one_is_needed() {
    let leaf = |id: &str| range(id, json!([{"id": "https://x.org/c#xywh=1,2,3,4", "type": "Canvas"}]));
    let made_leaf = |id: &str| json!({"@id": format!("https://x.org/{id}"), "@type": "sc:Range", "label": id, "canvases": ["https://x.org/c#xywh=1,2,3,4"]});
    let made = |id: &str, ranges: Value| json!({"@id": format!("https://x.org/{id}"), "@type": "sc:Range", "label": id, "ranges": ranges});
    let top = |mut range: Value| {
        range["viewingHint"] = json!("top");
        range
    };
    let added = json!({"@id": "https://x.org/m#top-range", "@type": "sc:Range", "label": "m", "viewingHint": "top", "ranges": ["https://x.org/a", "https://x.org/b"]});
    let cases = [
        (json!([leaf("a"), leaf("b")]), json!([made_leaf("a"), made_leaf("b")])),
        (json!([leaf("a")]), json!([made_leaf("a")])),
        (
            json!([range("a", json!([leaf("b"), range("c", json!([leaf("d")]))]))]),
            json!([
                top(made("a", json!(["https://x.org/b", "https://x.org/c"]))),
                made_leaf("b"),
                made("c", json!(["https://x.org/d"])),
                made_leaf("d")
            ]),
        ),
        (
            json!([range("a", json!([leaf("c")])), leaf("b")]),
            json!([added, made("a", json!(["https://x.org/c"])), made_leaf("c"), made_leaf("b")]),
        ),
        (
            json!([range("a", json!([{"id": "https://x.org/b", "type": "Range"}])), leaf("b")]),
            json!([top(made("a", json!(["https://x.org/b"]))), made_leaf("b")]),
        ),
    ];
    for (structures, expected) in cases {
        assert_eq!(converted(&manifest(json!({"structures": structures})))["structures"], expected, "{structures:#}");
    }
}

#[test]
fn what_a_range_holds() {
    let mut one = range(
        "a",
        json!([
            {"id": C, "type": "Canvas"}, C,
            {"type": "SpecificResource", "source": C, "selector": {"type": "FragmentSelector", "value": "t=1,2"}},
            {"type": "SpecificResource", "source": {"id": C, "type": "Canvas"}, "selector": {"type": "PointSelector", "t": 1}},
            {"id": "https://x.org/b", "type": "Range"}
        ]),
    );
    one["start"] = json!({"type": "SpecificResource", "source": C, "selector": {"type": "PointSelector", "t": 1}});
    one["supplementary"] = json!({"id": "https://x.org/l", "type": "AnnotationCollection"});
    let expected = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://x.org/a", "@type": "sc:Range", "label": "a",
        "startCanvas": C, "contentLayer": "https://x.org/l", "ranges": ["https://x.org/b"], "canvases": [C, C, "https://x.org/c#t=1,2", C]
    });
    assert_eq!(converted(&one), expected);
    assert_eq!(kinds(&one), ["start", "parts", "ranges"]);
}

#[test]
fn a_range_that_is_a_sequence_is_named_among_the_sequences() {
    let mut other = range("s", json!([{"id": C, "type": "Canvas"}]));
    other["behavior"] = json!(["sequence"]);
    let document = manifest(json!({"structures": [other], "start": {"id": C, "type": "Canvas"}}));
    let made = converted(&document);
    assert_eq!(made["sequences"][0]["label"], "1");
    assert_eq!(made["sequences"][0]["startCanvas"], C);
    assert_eq!(made["sequences"][1], json!({"@id": "https://x.org/s", "@type": "sc:Sequence", "label": "s"}));
    assert_eq!(made.get("structures"), None);
    assert_eq!(kinds(&document), ["sequences"]);
}

#[test]
fn a_canvas_in_time_is_given_a_size() {
    let document = json!({"id": C, "type": "Canvas", "duration": 3.5});
    let made = converted(&document);
    assert_eq!((&made["height"], &made["width"], made.get("duration")), (&json!(720), &json!(1280), None));
    assert_eq!(kinds(&document), ["size", "duration"]);
}

#[test]
fn what_is_lost_is_told() {
    let cases: [(Value, &[&str]); 12] = [
        (json!({"placeholderCanvas": {"id": C, "type": "Canvas"}, "accompanyingCanvas": {}}), &["side-canvases", "side-canvases"]),
        (json!({"navPlace": {"id": "https://x.org/n", "type": "FeatureCollection"}}), &["nav-place"]),
        (json!({"annotations": [{"id": "https://x.org/p", "type": "AnnotationPage"}]}), &["annotations"]),
        (json!({"behavior": ["paged", "unordered", "auto-advance"]}), &["other-behaviors", "other-behaviors"]),
        (json!({"provider": [{"id": "https://x.org/", "type": "Agent", "label": {"en": ["X"]}}]}), &["provider"]),
        (json!({"requiredStatement": {"label": {"en": ["Attribution"]}, "value": {"en": ["X"]}}}), &[]),
        (json!({"requiredStatement": {"label": {"en": ["Source"]}, "value": {"en": ["X"]}}}), &["statement-label"]),
        (
            json!({"thumbnail": [{"id": "https://x.org/1.jpg", "type": "Image"}, {"id": "https://x.org/2.jpg", "type": "Image"}]}),
            &["thumbnails"],
        ),
        (json!({"navDate": "2000-01-01T00:00:00.5Z"}), &["nav-date"]),
        (json!({"@context": ["https://x.org/extension", "http://iiif.io/api/presentation/3/context.json"]}), &["contexts"]),
        (
            json!({"homepage": [{"id": "https://x.org/h", "type": "Text", "label": {"en": ["H"]}, "language": ["en"]}]}),
            &["link-properties"],
        ),
        (json!({"metadata": [3], "rights": 4, "summary": 5, "seeAlso": [{}], "partOf": [6]}), &["malformed"; 4]),
    ];
    for (rest, losses) in cases {
        assert_eq!(kinds(&manifest(rest.clone())), losses, "{rest}");
    }
}

#[test]
fn extensions_keep_their_names() {
    let document =
        manifest(json!({"x:note": {"id": "https://x.org/n"}, "viewingHint": "paged", "sequences": 3, "behavior": ["continuous"]}));
    let made = converted(&document);
    assert_eq!(made["x:note"], json!({"id": "https://x.org/n"}));
    assert_eq!(made["viewingHint"], "continuous");
    assert!(made["sequences"].is_array());
    assert_eq!(kinds(&document), ["other-properties"]);
}

#[test]
fn embedded_collections_list_their_own() {
    let document = json!({"id": "https://x.org/top", "type": "Collection", "label": {"en": ["T"]}, "items": [
        {"id": "https://x.org/sub", "type": "Collection", "label": {"en": ["S"]}, "items": [{"id": "https://h.org/manifests/i", "type": "Manifest", "label": {"en": ["M"]}}]},
        {"id": "https://x.org/m", "type": "Manifest"}, {"id": C, "type": "Canvas"}
    ]});
    let made = converted(&document);
    assert_eq!(made["collections"][0]["manifests"][0]["@id"], "https://h.org/manifests/i/v2");
    assert_eq!(made["manifests"], json!([{"@id": "https://x.org/m", "@type": "sc:Manifest", "label": "https://x.org/m"}]));
    assert_eq!(kinds(&document), ["malformed"]);
}
