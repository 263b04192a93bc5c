//! Small documents of 2.x and 4.0 with one oddity each, and what becomes of them.

use super::*;
use serde_json::json;

fn two(document: Value) -> Upgraded {
    let Value::Object(mut object) = document else { panic!("an object") };
    object.entry("@context").or_insert_with(|| json!("http://iiif.io/api/presentation/2/context.json"));
    object.entry("@id").or_insert_with(|| json!("http://x/m"));
    object.entry("@type").or_insert_with(|| json!("sc:Manifest"));
    upgrade(Value::Object(object)).expect("a document of 2.x")
}

fn canvas(id: &str) -> Value {
    json!({"@id": id, "@type": "sc:Canvas", "label": id, "height": 2, "width": 1, "images": [
        {"@type": "oa:Annotation", "motivation": "sc:painting", "on": id, "resource": {"@id": "http://x/i", "@type": "dctypes:Image"}}
    ]})
}

fn book(structures: Value) -> Upgraded {
    let canvases: Vec<Value> = ["http://x/1", "http://x/2", "http://x/3"].map(canvas).to_vec();
    two(json!({"sequences": [{"canvases": canvases}], "structures": structures}))
}

/// The tree as ids, each Range with what is in it in brackets.
fn outline(items: &Value) -> String {
    let one = |item: &Value| match (item["type"].as_str(), item["id"].as_str()) {
        (Some("Range"), Some(id)) => format!("{id}({})", outline(&item["items"])),
        (Some("Canvas"), Some(id)) => id.replace("http://x/", ""),
        _ => format!(
            "{}#{}",
            item["source"]["id"].as_str().unwrap_or_default().replace("http://x/", ""),
            item["selector"]["value"].as_str().unwrap_or_default()
        ),
    };
    items.as_array().map(|items| items.iter().map(one).collect::<Vec<_>>().join(" ")).unwrap_or_default()
}

fn tells(made: &Upgraded, pointer: &str, part: &str) -> bool {
    made.changes.iter().any(|change| change.pointer == pointer && change.what.contains(part))
}

#[test]
fn ranges_become_a_tree() {
    let cases = [
        (json!([{"@id": "a", "canvases": ["http://x/1"]}, {"@id": "b", "canvases": ["http://x/2"]}]), "a(1) b(2)"),
        (
            json!([{"@id": "t", "viewingHint": "top", "ranges": ["b", "a"]}, {"@id": "a", "canvases": ["http://x/1"]}, {"@id": "b", "canvases": ["http://x/2"]}]),
            "t(b(2) a(1))",
        ),
        (json!([{"@id": "a", "canvases": ["http://x/1"]}, {"@id": "t", "viewingHint": "top", "ranges": []}]), "t() a(1)"),
        (
            json!([{"@id": "a", "ranges": ["b"], "canvases": ["http://x/1"]}, {"@id": "b", "canvases": ["http://x/2#xywh=0,0,1,1"]}]),
            "a(1 b(2#xywh=0,0,1,1))",
        ),
        (
            json!([{"@id": "a", "members": [{"@id": "http://x/2", "@type": "sc:Canvas"}, {"@id": "b", "@type": "sc:Range", "label": "B"}, "http://x/1"], "canvases": ["http://x/2", "http://x/3"]},
                {"@id": "b", "canvases": ["http://x/1"]}]),
            "a(2 b(1) 1 3)",
        ),
        (json!([{"@id": "a", "canvases": ["http://x/1"]}, {"@id": "b", "within": "a", "canvases": ["http://x/2"]}]), "a(1 b(2))"),
        (json!([{"@id": "a", "ranges": ["b"]}, {"@id": "b", "within": "a", "canvases": ["http://x/2"]}]), "a(b(2))"),
        (json!([{"@id": "a", "ranges": [{"@id": "b", "@type": "sc:Range", "canvases": ["http://x/2"]}]}]), "a(b(2))"),
        (json!([{"@id": "a", "ranges": ["b"]}, {"@id": "b", "ranges": ["a"], "canvases": ["http://x/2"]}]), "a(b(2))"),
        (json!([{"@id": "a", "ranges": ["a"], "canvases": ["http://x/1"]}]), "a(1)"),
        (
            json!([{"@id": "a", "ranges": ["c"]}, {"@id": "b", "ranges": ["c"], "canvases": ["http://x/1"]}, {"@id": "c", "canvases": ["http://x/2"]}]),
            "a(c(2)) b(1)",
        ),
        (json!([{"@id": "a", "ranges": ["gone"], "canvases": ["http://x/gone", "http://x/1"]}]), "a(1)"),
        (json!([{"@id": "a", "canvases": ["http://x/1"]}, {"@id": "a", "canvases": ["http://x/2"]}]), "a(1) http://x/m/range(2)"),
        (json!({"canvases": "http://x/1"}), "http://x/m/range(1)"),
        (json!([]), ""),
    ];
    for (structures, expected) in cases {
        let made = book(structures.clone());
        assert_eq!(outline(&made.document["structures"]), expected, "{structures}");
    }
}

#[test]
fn what_is_cut_of_the_ranges_is_told() {
    let cases = [
        (json!([{"@id": "a", "ranges": ["gone"]}]), "/structures/0/ranges/0", "not there is cut: gone"),
        (json!([{"@id": "a", "canvases": ["http://x/gone"]}]), "/structures/0/canvases/0", "not in the Manifest is cut: http://x/gone"),
        (
            json!([{"@id": "a", "ranges": ["b"]}, {"@id": "b", "ranges": ["a"]}]),
            "/structures/1/ranges/0",
            "its place elsewhere is cut here: a",
        ),
        (json!([{"@id": "a"}]), "/structures/0", "nothing in it"),
        (json!(["a"]), "/structures/0", "only referred to is cut"),
    ];
    for (structures, pointer, part) in cases {
        let made = book(structures);
        assert!(tells(&made, pointer, part), "{pointer} {part}: {:?}", made.changes);
    }
}

#[test]
fn a_long_chain_of_ranges_is_nested_no_deeper_than_can_be_read() {
    let chain =
        (0..20_000).map(|number| json!({"@id": format!("r{number}"), "ranges": [format!("r{}", number + 1)], "canvases": ["http://x/1"]}));
    let made = book(chain.collect());
    let text = made.document.to_string();
    assert!(serde_json::from_str::<Value>(&text).is_ok());
    assert_eq!(text.matches(r#""type":"Range""#).count(), 20_000);
}

#[test]
fn sequences_are_items_and_ranges() {
    let made = two(json!({
        "viewingHint": "individuals", "metadata": [{"label": "a", "value": "b"}],
        "sequences": [
            {"@id": "http://x/s1", "viewingHint": "paged", "viewingDirection": "right-to-left", "startCanvas": "http://x/2", "label": "Normal",
                "metadata": [{"label": "c", "value": "d"}], "canvases": [canvas("http://x/1"), canvas("http://x/2")]},
            {"@id": "http://x/s2", "label": "Other", "canvases": [canvas("http://x/2"), "http://x/1", canvas("http://x/3")]},
            {"@id": "http://x/s3", "@type": "sc:Sequence", "label": "Away"}
        ]
    }));
    let ids: Vec<_> = made.document["items"].as_array().expect("a list").iter().map(|canvas| &canvas["id"]).collect();
    assert_eq!(ids, ["http://x/1", "http://x/2", "http://x/3"]);
    let refer = |id: &str| json!({"id": id, "type": "Canvas"});
    let expected = json!([
        {"id": "http://x/s2", "type": "Range", "label": {"none": ["Other"]}, "behavior": ["sequence"], "items": [refer("http://x/2"), refer("http://x/1"), refer("http://x/3")]},
        {"id": "http://x/s3", "type": "Range", "label": {"none": ["Away"]}, "behavior": ["sequence"]}
    ]);
    assert_eq!(made.document["structures"], expected);
    assert_eq!(made.document["behavior"], json!(["paged"]));
    assert_eq!(made.document["viewingDirection"], "right-to-left");
    assert_eq!(made.document["start"], refer("http://x/2"));
    assert_eq!(made.document["metadata"].as_array().map(Vec::len), Some(2));
    assert!(tells(&made, "/sequences/0/label", "Normal"));
}

#[test]
fn two_canvases_of_one_id_stay_two() {
    let mut other = canvas("http://x/1");
    other["label"] = json!("other");
    let made = two(json!({"sequences": [{"canvases": [canvas("http://x/1"), other, canvas("http://x/1")]}]}));
    let items = made.document["items"].as_array().expect("a list");
    assert_eq!(items.len(), 2);
    assert_eq!(items[1]["id"], "http://x/m/canvas");
    assert_eq!(items[1]["items"][0]["items"][0]["target"], "http://x/m/canvas");
}

#[test]
fn images_and_lists_of_a_canvas() {
    let made = two(json!({
        "@type": "sc:Canvas", "@id": "http://x/c",
        "images": [
            {"@id": "http://x/a", "motivation": "sc:painting", "on": "http://y/c#xywh=1,2,3,4", "resource": {"@id": "http://x/i", "@type": "dctypes:Image"}},
            {"@id": "http://x/j", "@type": "dctypes:Image"}
        ],
        "otherContent": [
            "http://x/l1",
            {"@id": "http://x/l2", "@type": "sc:AnnotationList", "resources": [
                {"@id": "http://x/b", "motivation": "sc:painting", "resource": {"@type": "cnt:ContentAsText", "chars": "p"}, "on": "http://x/c"},
                {"@id": "http://x/d", "motivation": "oa:commenting", "resource": {"@type": "cnt:ContentAsText", "chars": "c"}, "on": "http://x/c"}
            ]}
        ]
    }));
    let image = |id: &str| json!({"id": id, "type": "Image"});
    let text = |text: &str| json!({"type": "TextualBody", "value": text});
    let annotation = |id: &str, motivation: &str, body: Value, target: &str| json!({"id": id, "type": "Annotation", "motivation": motivation, "body": body, "target": target});
    let page = |id: &str, items: Value| json!({"id": id, "type": "AnnotationPage", "items": items});
    let painting = json!([
        annotation("http://x/a", "painting", image("http://x/i"), "http://x/c#xywh=1,2,3,4"),
        annotation("http://x/c/annotation", "painting", image("http://x/j"), "http://x/c")
    ]);
    let items = json!([
        page("http://x/c/page", painting),
        page("http://x/c/page-2", json!([annotation("http://x/b", "painting", text("p"), "http://x/c")]))
    ]);
    assert_eq!(made.document["items"], items);
    let annotations = json!([
        {"id": "http://x/l1", "type": "AnnotationPage"},
        page("http://x/l2", json!([annotation("http://x/d", "commenting", text("c"), "http://x/c")]))
    ]);
    assert_eq!(made.document["annotations"], annotations);
    assert!(tells(&made, "/images/0/on", "another canvas"));
}

#[test]
fn collections_hold_members_of_all_lists_once() {
    let made = two(json!({
        "@type": "sc:Collection", "label": "C", "first": "http://x/p1",
        "members": [{"@id": "http://x/a", "@type": "sc:Collection", "label": "A", "viewingHint": "multi-part"}],
        "collections": [{"@id": "http://x/a", "label": "A"}, {"@id": "http://x/b", "label": "B", "manifests": ["http://x/d"]}],
        "manifests": [{"@id": "http://x/e", "@type": "sc:Manifest", "label": "E", "thumbnail": "http://x/a/t.jpg"}]
    }));
    let expected = json!([
        {"id": "http://x/a", "type": "Collection", "label": {"none": ["A"]}, "behavior": ["multi-part"]},
        {"id": "http://x/b", "type": "Collection", "label": {"none": ["B"]}, "items": [{"id": "http://x/d", "type": "Manifest"}]},
        {"id": "http://x/e", "type": "Manifest", "label": {"none": ["E"]}, "thumbnail": [{"id": "http://x/a/t.jpg", "type": "Image", "format": "image/jpeg"}]}
    ]);
    assert_eq!(made.document["items"], expected);
    assert!(tells(&made, "/first", "http://x/p1"));
}

#[test]
fn resources_that_stand_alone() {
    let cases = [
        (
            json!({"@type": "sc:Range", "@id": "http://x/r", "canvases": ["http://x/1"], "ranges": ["http://x/s"]}),
            json!({"id": "http://x/r", "type": "Range",
            "items": [{"id": "http://x/1", "type": "Canvas"}, {"id": "http://x/s", "type": "Range"}]}),
        ),
        (
            json!({"@type": "sc:Layer", "@id": "http://x/l", "label": "L", "first": "http://x/p"}),
            json!({"id": "http://x/l", "type": "AnnotationCollection",
            "label": {"none": ["L"]}, "first": {"id": "http://x/p", "type": "AnnotationPage"}}),
        ),
        (
            json!({"@type": "sc:AnnotationList", "@id": "http://x/l", "resources": [], "within": {"@id": "http://x/y", "@type": "sc:Layer"}}),
            json!({"id": "http://x/l", "type": "AnnotationPage", "partOf": [{"id": "http://x/y", "type": "AnnotationCollection"}], "items": []}),
        ),
    ];
    for (source, expected) in cases {
        let Value::Object(mut made) = two(source).document else { panic!("an object") };
        made.shift_remove("@context");
        assert_eq!(Value::Object(made), expected);
    }
}

#[test]
fn four_in_the_words_of_three() {
    let made = upgrade(json!({
        "@context": "http://iiif.io/api/presentation/4/context.json", "id": "http://x/m", "type": "Manifest", "label": {"en": ["M"]},
        "provider": [{"type": "Agent", "label": {"en": ["P"]}}],
        "items": [{"id": "http://x/t", "type": "Timeline", "duration": 1.5, "placeholderContainer": {"id": "http://x/p", "type": "Canvas", "height": 1, "width": 1},
            "backgroundColor": "#000", "items": [{"id": "http://x/t/p", "type": "AnnotationPage", "items": [{"id": "http://x/t/a", "type": "Annotation",
            "motivation": ["painting"], "body": [{"id": "http://x/s.mp3", "type": "Sound", "language": ["en"]}], "target": [{"id": "http://x/t", "type": "Timeline"}]}]}]}]
    }));
    let made = made.expect("a document of 4.0");
    let canvas = &made.document["items"][0];
    assert_eq!(made.from, Version::V4);
    assert_eq!(canvas["type"], "Canvas");
    assert_eq!(canvas["placeholderCanvas"]["type"], "Canvas");
    assert_eq!(canvas["backgroundColor"], "#000");
    let annotation = &canvas["items"][0]["items"][0];
    assert_eq!(annotation["motivation"], "painting");
    assert_eq!(annotation["body"]["language"], "en");
    assert_eq!(annotation["target"], "http://x/t");
    assert_eq!(made.document["provider"][0]["id"], "http://x/m/provider");
    assert!(tells(&made, "/items/0/backgroundColor", "kept as it is"));
    let scene = json!({"@context": "http://iiif.io/api/presentation/4/context.json", "id": "http://x/m", "type": "Manifest", "items": [{"type": "Scene"}]});
    assert_eq!(
        upgrade(scene).expect_err("a refusal").to_string(),
        "http://x/m holds a Scene, which Presentation 3.0 has no words for: only Canvas and Timeline can be imported"
    );
}
