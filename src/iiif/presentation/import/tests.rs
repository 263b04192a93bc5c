use super::*;
use crate::iiif::presentation::CONTEXT;
use crate::iiif::presentation::manifest::{Canvas, Content, Manifest, manifest_3};
use crate::iiif::uris::Uris;
use proptest::prelude::*;
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
fn images_of_ours_are_not_named_from_elsewhere() {
    let body = json!({"type": "Choice", "items": [{"type": "Image", "image": "private"}]});
    let page = json!({"id": "https://x.org/p", "type": "AnnotationPage", "items": [{"type": "Annotation", "body": body}]});
    let canvas = json!({"id": "https://x.org/c", "type": "Canvas", "width": 1, "height": 1, "items": [page]});
    let faults = take_apart(json!({"id": "m", "type": "Manifest", "items": [canvas]}), &Known::default()).expect_err("faults");
    assert_eq!(faults.iter().map(|fault| fault.pointer.as_str()).collect::<Vec<_>>(), ["/items/0/items"]);
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

/// The document that is published of what was imported, by the names of its source.
fn put_together(imported: Imported) -> Value {
    let Imported { uri: _, descriptive, canvases, structures, pages, names } = imported;
    let of = |canvas: Option<&str>| -> Vec<Value> {
        let mut own: Vec<&ImportedPage> = pages.iter().filter(|page| page.canvas.as_deref() == canvas).collect();
        own.sort_by_key(|page| page.position);
        own.into_iter().map(page_object).collect()
    };
    let canvas = |canvas: ImportedCanvas| Canvas {
        annotations: of(Some(&canvas.id)),
        id: canvas.id,
        size: canvas.size.map(|(width, height)| (width.unsigned_abs(), height.unsigned_abs())),
        duration: canvas.duration,
        descriptive: canvas.descriptive,
        content: Content::Pages(canvas.painting),
    };
    let annotations = of(None);
    let canvases = canvases.into_iter().map(canvas).collect();
    let manifest = Manifest { item: "i".to_owned(), descriptive, canvases, thumbnail: None, part_of: Vec::new(), structures, annotations };
    let mut document = manifest_3(manifest, &Uris::new("https://h.org"));
    parts::contract(&mut document, "https://h.org/manifests/i");
    parts::rename(&mut document, &names.into_iter().map(|(path, uri)| (parts::own(&path), uri)).collect());
    document
}

fn page_object(page: &ImportedPage) -> Value {
    let id = page.elsewhere.clone().unwrap_or_else(|| parts::own(&format!("annotations/{}", page.id)));
    let mut object = Map::from_iter([("id".to_owned(), id.into()), ("type".to_owned(), "AnnotationPage".into())]);
    object.extend(page.properties.clone());
    if page.elsewhere.is_none() {
        object.insert("items".to_owned(), page.annotations.clone().into());
    }
    object.into()
}

/// Any JSON, without the words that have a meaning of their own.
fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        ".{0,9}".prop_map(Value::from)
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let object = proptest::collection::btree_map("x-[a-z]{1,4}", inner.clone(), 0..3);
        prop_oneof![
            proptest::collection::vec(inner, 0..3).prop_map(Value::from),
            object.prop_map(|object| object.into_iter().collect::<Map<_, _>>().into())
        ]
    })
}

/// Properties with a place of their own, in any form, and others.
fn properties() -> impl Strategy<Value = Map<String, Value>> {
    let name = prop_oneof![
        proptest::sample::select(vec![
            "label",
            "summary",
            "metadata",
            "rights",
            "behavior",
            "homepage",
            "navDate",
            "thumbnail",
            "seeAlso",
            "provider"
        ])
        .prop_map(str::to_owned),
        "x-[a-z]{1,5}"
    ];
    let value = prop_oneof![
        anything(),
        Just(json!({"en": ["A", "<b>B</b>"]})),
        Just(json!(["paged"])),
        Just(json!(["x", "paged"])),
        Just(json!([{"id": "https://x.org/h", "type": "Text", "label": {"none": ["H"]}, "format": "text/html"}])),
    ];
    proptest::collection::btree_map(name, value, 0..5).prop_map(|said| said.into_iter().collect())
}

fn any_canvas(number: usize) -> impl Strategy<Value = Value> {
    let size =
        prop_oneof![Just(json!({"height": 10, "width": 20})), Just(json!({"duration": 1.5})), Just(json!({"height": 0, "width": 2}))];
    let annotation = || (properties(), anything());
    (properties(), size, proptest::collection::vec(annotation(), 0..3), proptest::collection::vec(annotation(), 0..2)).prop_map(
        move |(said, size, painted, noted)| {
            let uri = format!("https://x.org/c{number}");
            let annotations = |kind: &str, motivation: &str, list: Vec<(Map<String, Value>, Value)>| -> Vec<Value> {
                let one = |(index, (said, body)): (usize, (Map<String, Value>, Value))| {
                    let id = format!("{uri}/{kind}/{index}");
                    let mut annotation = json!({"id": id, "type": "Annotation", "motivation": motivation, "body": body, "target": format!("{uri}#xywh=0,0,1,1")});
                    annotation.as_object_mut().expect("an object").extend(said);
                    annotation
                };
                list.into_iter().enumerate().map(one).collect()
            };
            let mut canvas = json!({"id": uri, "type": "Canvas"});
            let object = canvas.as_object_mut().expect("an object");
            object.extend(size.as_object().expect("an object").clone());
            object.extend(said);
            object.insert("items".to_owned(), json!([{"id": format!("{uri}/page"), "type": "AnnotationPage", "items": annotations("paint", "painting", painted)}]));
            let notes = json!([
                {"id": format!("{uri}/notes"), "type": "AnnotationPage", "items": annotations("note", "commenting", noted)},
                {"id": format!("https://y.org/{number}"), "type": "AnnotationPage"}
            ]);
            object.insert("annotations".to_owned(), notes);
            canvas
        },
    )
}

fn any_manifest() -> impl Strategy<Value = Value> {
    let canvases = (any_canvas(0), any_canvas(1), any_canvas(2)).prop_map(|(a, b, c)| vec![a, b, c]);
    (properties(), canvases, properties()).prop_map(|(said, canvases, of_range)| {
        let mut range = json!({"id": "https://x.org/r", "type": "Range"});
        range.as_object_mut().expect("an object").extend(of_range);
        range["items"] = json!([{"id": "https://x.org/c1", "type": "Canvas"}, {"id": "https://x.org/r/2", "type": "Range", "items": []}]);
        let mut manifest = json!({"@context": CONTEXT, "id": "https://x.org/m", "type": "Manifest"});
        let object = manifest.as_object_mut().expect("an object");
        object.extend(said);
        object.insert("items".to_owned(), canvases.into());
        object.insert("structures".to_owned(), json!([range]));
        manifest
    })
}

proptest! {
    #[test]
    fn what_is_taken_apart_can_be_put_together(document in any_manifest()) {
        let imported = take_apart(document.clone(), &Known::default()).expect("parts");
        prop_assert_eq!(put_together(imported), document);
    }
}
