use super::*;
use serde_json::json;

fn document() -> Value {
    json!({
        "@context": ["http://iiif.io/api/extension/navplace/context.json", "http://iiif.io/api/presentation/3/context.json"],
        "id": "https://x.org/book/manifest", "type": "Manifest", "label": {"en": ["Book"]}, "navPlace": {"type": "FeatureCollection"},
        "start": {"id": "https://x.org/book/canvas/p2", "type": "Canvas"},
        "items": [
            {
                "id": "https://x.org/book/canvas/p1", "type": "Canvas", "height": 10, "width": 20,
                "placeholderCanvas": {
                    "id": "https://x.org/book/canvas/p1/poster", "type": "Canvas", "height": 1, "width": 1,
                    "items": [{"id": "https://x.org/pp", "type": "AnnotationPage", "items": []}]
                },
                "items": [{"id": "https://x.org/page/1", "type": "AnnotationPage", "items": [{
                    "id": "https://x.org/painting/1", "type": "Annotation", "motivation": "painting",
                    "body": {"id": "https://x.org/1.jpg", "type": "Image"}, "target": "https://x.org/book/canvas/p1#xywh=0,0,1,1"
                }]}],
                "annotations": [
                    {"id": "https://x.org/comments/1", "type": "AnnotationPage", "items": [
                        {"id": "https://x.org/comments/1/a", "type": "Annotation", "motivation": "commenting", "target": {"source": "https://x.org/book/canvas/p1"}}
                    ]},
                    {"id": "https://y.org/list", "type": "AnnotationPage", "label": {"none": ["Elsewhere"]}}
                ]
            },
            {"id": "https://x.org/book/canvas/p2", "type": "Canvas", "duration": 12.5, "x-own": [1]}
        ],
        "structures": [{"id": "https://x.org/range/r1", "type": "Range", "items": [
            {"id": "https://x.org/book/canvas/p2", "type": "Canvas"},
            {"type": "SpecificResource", "source": "https://x.org/book/canvas/p1", "selector": {"type": "FragmentSelector", "value": "xywh=1,1,1,1"}}
        ]}]
    })
}

#[test]
fn a_manifest_comes_apart() {
    let made = take_apart(document(), &Known::default()).expect("parts");
    assert_eq!(made.uri, "https://x.org/book/manifest");
    let rest = json!({
        "navPlace": {"type": "FeatureCollection"}, "start": {"id": "triptych:/canvases/p2", "type": "Canvas"},
        "@context": ["http://iiif.io/api/extension/navplace/context.json"]
    });
    assert_eq!(Value::from(made.descriptive.rest.clone()), rest);
    let [first, second] = &made.canvases[..] else { panic!("two canvases") };
    assert_eq!((first.id.as_str(), first.size, first.duration), ("p1", Some((20, 10)), None));
    assert_eq!((second.id.as_str(), second.size, second.duration), ("p2", None, Some(12.5)));
    assert_eq!(Value::from(second.descriptive.rest.clone()), json!({"x-own": [1]}));
    let painting = &first.painting[0]["items"][0];
    assert_eq!(
        (&painting["id"], &painting["target"]),
        (&json!("triptych:/canvases/p1/page/1"), &json!("triptych:/canvases/p1#xywh=0,0,1,1"))
    );
    let poster = &first.descriptive.rest["placeholderCanvas"];
    assert_eq!(
        (&poster["id"], &poster["items"][0]["id"]),
        (&json!("triptych:/canvases/p1/placeholder"), &json!("triptych:/canvases/p1/placeholder/page"))
    );
    let range = &made.structures[0];
    assert_eq!((&range["id"], &range["items"][1]["source"]), (&json!("triptych:/ranges/r1"), &json!("triptych:/canvases/p1")));
    let [comments, elsewhere] = &made.pages[..] else { panic!("two pages") };
    assert_eq!((comments.canvas.as_deref(), comments.position, &comments.elsewhere), (Some("p1"), 0, &None));
    assert_eq!(comments.annotations[0]["target"]["source"], "triptych:/canvases/p1");
    assert_eq!((elsewhere.position, elsewhere.elsewhere.as_deref(), elsewhere.properties.len()), (1, Some("https://y.org/list"), 1));
    assert!(made.names.contains(&(String::new(), "https://x.org/book/manifest".to_owned())));
}

#[test]
fn the_same_document_again_has_the_same_names() {
    let first = take_apart(document(), &Known::default()).expect("parts");
    let names = first.names.iter().map(|(path, uri)| (uri.clone(), path.clone())).collect();
    let again = take_apart(document(), &Known { names, ..Known::default() }).expect("parts");
    assert_eq!((again.names, again.canvases, again.structures), (first.names, first.canvases, first.structures));
}

#[test]
fn odd_sizes_stay_as_they_are() {
    let canvas = |name: &str, width: Value| json!({"id": format!("https://x.org/{name}"), "type": "Canvas", "width": width, "height": 10});
    let document =
        json!({"id": "m", "type": "Manifest", "items": [canvas("a", json!(0)), canvas("b", json!(10.5)), canvas("c", json!(20.0))]});
    let made = take_apart(document, &Known::default()).expect("parts");
    let sizes: Vec<_> = made.canvases.iter().map(|canvas| (canvas.size, canvas.descriptive.rest.get("width").cloned())).collect();
    assert_eq!(sizes, [(None, Some(json!(0))), (None, Some(json!(10.5))), (Some((20, 10)), None)]);
}

#[test]
fn every_fault_is_told_at_once() {
    let broken = json!({
        "type": "Collection",
        "items": [
            {"id": "a", "type": "Canvas", "height": "10", "width": 20}, {"id": "a", "type": "Canvas", "height": 1, "width": 1},
            {"type": "Page", "height": 1}, "x", {"id": "b", "type": "Canvas", "duration": "0", "items": {}, "annotations": [1, {}]}
        ],
        "structures": {}
    });
    let told: HashSet<String> = take_apart(broken, &Known::default()).expect_err("faults").into_iter().map(|fault| fault.pointer).collect();
    for pointer in [
        "/type",
        "/id",
        "/items/0/height",
        "/items/1/id",
        "/items/2/type",
        "/items/2/id",
        "/items/3/type",
        "/items/4/duration",
        "/items/4/items",
        "/items/4/annotations/0",
        "/items/4/annotations/1",
        "/structures",
    ] {
        assert!(told.contains(pointer), "{pointer}: {told:?}");
    }
    assert!(take_apart(json!([]), &Known::default()).is_err());
    let many = json!({"id": "m", "type": "Manifest", "items": vec![json!(0); MOST_CANVASES + 1]});
    assert_eq!(take_apart(many, &Known::default()).expect_err("faults").len(), 1);
}
