//! The ranges of items, over REST and in the manifest.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::assert_right;
use crate::support::rest::Answer;
use crate::support::service::Service;

const PATH: &str = "/items/i/ranges";

/// A published item `i` with the canvases `p1` to `p4`.
async fn book() -> Service {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    let canvases: Vec<Value> = ["p1", "p2", "p3", "p4"].iter().map(|id| json!({"id": id, "image": "a"})).collect();
    let item = json!({"id": "i", "label": "I", "status": "published", "canvases": canvases});
    assert_eq!(service.ask(Method::POST, "/items", Some(item)).await.status, 201);
    service
}

/// A book with two parts, the first of which has two chapters.
async fn structured() -> Service {
    let service = book().await;
    let chapter = |id: &str, canvas: &str| json!({"id": id, "label": {"en": [id]}, "items": [canvas]});
    let tree = json!({"ranges": [
        {"id": "one", "label": "One", "items": [chapter("c1", "p1"), chapter("c2", "p2")]},
        {"id": "two", "label": "Two", "items": ["p3", {"canvas": "p4", "region": "0,0,100,100"}]}
    ]});
    let made = service.ask(Method::PUT, PATH, Some(tree)).await;
    assert_eq!((made.status, made.header("etag")), (200, "\"1\""), "{made:?}");
    service
}

/// The ids of the ranges in a tree, each list in brackets after the range that it is in.
fn shape(list: &Value) -> String {
    let ranges = list.as_array().expect("a list").iter().filter(|one| one["type"] == "Range");
    let one = |range: &Value| {
        let id = range["id"].as_str().and_then(|id| id.rsplit('/').next()).expect("an id");
        let inner = shape(&range["items"]);
        if inner.is_empty() { id.to_owned() } else { format!("{id}({inner})") }
    };
    ranges.map(one).collect::<Vec<_>>().join(" ")
}

async fn shape_of(service: &Service) -> String {
    shape(&service.record(PATH).await["ranges"])
}

/// POST, PUT and so on with the tree's tag.
async fn ask(service: &Service, method: Method, path: &str, body: Value) -> Answer {
    let tag = service.ask(Method::GET, PATH, None).await.header("etag").to_owned();
    service.ask_if(method, path, &tag, Some(body)).await
}

#[tokio::test]
async fn the_tree_is_written_in_short_and_read_in_full() {
    let service = structured().await;
    let base = format!("{}/manifests/i", service.base);
    let read = service.ask(Method::GET, PATH, None).await;
    assert_eq!(read.header("etag"), "\"1\"");
    let canvas = |id: &str| json!({"id": format!("{base}/canvases/{id}"), "type": "Canvas"});
    let chapter =
        |id: &str, inner: Value| json!({"id": format!("{base}/ranges/{id}"), "type": "Range", "label": {"en": [id]}, "items": [inner]});
    let part =
        json!({"type": "SpecificResource", "source": canvas("p4"), "selector": {"type": "FragmentSelector", "value": "xywh=0,0,100,100"}});
    let range = |id: &str, label: &str, items: Value| json!({"id": format!("{base}/ranges/{id}"), "type": "Range", "label": {"none": [label]}, "items": items});
    let expected = json!([
        range("one", "One", json!([chapter("c1", canvas("p1")), chapter("c2", canvas("p2"))])),
        range("two", "Two", json!([canvas("p3"), part]))
    ]);
    assert_eq!(read.body["ranges"], expected);
    let manifest = service.json("/manifests/i").await;
    assert_right(&manifest);
    assert_eq!(manifest["structures"], expected);
    let alone = service.json("/manifests/i/ranges/c1").await;
    assert_eq!((&alone["id"], &alone["partOf"][0]["id"]), (&json!(format!("{base}/ranges/c1")), &json!(base)));
    assert_eq!(service.record(&format!("{PATH}/c1")).await, expected[0]["items"][0]);

    assert_eq!(service.ask(Method::PUT, PATH, Some(read.body.clone())).await.status, 428);
    let again = service.ask_if(Method::PUT, PATH, "\"1\"", Some(read.body.clone())).await;
    assert_eq!((again.status, again.header("etag"), &again.body), (200, "\"2\"", &read.body), "what was read can be written");
    assert_eq!(service.ask_if(Method::PUT, PATH, "\"1\"", Some(read.body)).await.status, 412);
    let emptied = service.ask_if(Method::PUT, PATH, "\"2\"", Some(json!({"ranges": []}))).await;
    assert_eq!((emptied.status, emptied.header("etag")), (200, "\"3\""));
    assert_eq!(service.json("/manifests/i").await.get("structures"), None);
    assert_eq!(service.get("/manifests/i/ranges/c1").await.status(), 410);
    assert_eq!(service.ask(Method::GET, &format!("{PATH}/c1"), None).await.status, 410);
}

#[tokio::test]
async fn ranges_are_added_changed_and_deleted() {
    let service = book().await;
    assert_eq!(service.ask(Method::GET, PATH, None).await.header("etag"), "\"0\"");
    let first = service.ask(Method::POST, PATH, Some(json!({"range": {"id": "r1", "label": "R", "items": ["p1"]}}))).await;
    assert_eq!((first.status, first.header("etag")), (201, "\"1\""), "{first:?}");
    assert_eq!(first.header("location"), format!("{}/api/v1{PATH}/r1", service.base));
    assert_eq!(service.ask(Method::POST, PATH, Some(json!({"range": {"items": ["p1"]}}))).await.status, 428);
    let inner = ask(
        &service,
        Method::POST,
        PATH,
        json!({"parent": "r1", "position": 0, "range": {"id": "r2", "items": [{"id": "r3", "items": ["p2"]}]}}),
    )
    .await;
    assert_eq!((inner.status, inner.header("etag")), (201, "\"2\""), "{inner:?}");
    let minted = ask(&service, Method::POST, PATH, json!({"position": 0, "range": {"label": "M"}})).await;
    let name = minted.body["id"].as_str().and_then(|id| id.rsplit('/').next()).expect("an id").to_owned();
    assert_eq!(shape_of(&service).await, format!("{name} r1(r2(r3))"));
    assert_eq!(shape(&service.json("/manifests/i").await["structures"]), "r1(r2(r3))", "nothing empty is shown");
    assert_right(&service.json("/manifests/i").await);

    let path = format!("{PATH}/r3");
    let patch =
        json!({"label": {"en": ["Three"]}, "start": {"canvas": "p2", "region": "0,0,5,5"}, "items": ["p2", "p3"], "behavior": ["no-nav"]});
    let patched = ask(&service, Method::PATCH, &path, patch).await;
    assert_eq!((patched.status, patched.body["items"].as_array().map(Vec::len)), (200, Some(2)), "{patched:?}");
    assert_eq!(patched.body["start"]["id"], format!("{}/manifests/i/ranges/r3/start", service.base));
    let start = service.json("/manifests/i/ranges/r3/start").await;
    assert_eq!(start["source"]["id"], format!("{}/manifests/i/canvases/p2", service.base));
    assert_right(&service.json("/manifests/i").await);
    let cleared = ask(&service, Method::PATCH, &path, json!({"start": null, "behavior": null})).await;
    assert_eq!((cleared.status, cleared.body.get("start"), &cleared.body["label"]), (200, None, &json!({"en": ["Three"]})));
    assert_eq!(service.ask(Method::PATCH, &path, Some(json!({}))).await.status, 428);
    assert_eq!(service.ask_if(Method::PATCH, &path, "\"1\"", Some(json!({}))).await.status, 412);

    assert_eq!(service.ask(Method::DELETE, &format!("{PATH}/r2"), None).await.status, 428);
    assert_eq!(service.ask_if(Method::DELETE, &format!("{PATH}/r2"), "*", None).await.status, 204);
    assert_eq!(shape_of(&service).await, format!("{name} r1"));
    for id in ["r2", "r3"] {
        assert_eq!(service.ask(Method::GET, &format!("{PATH}/{id}"), None).await.status, 410, "{id}");
        assert_eq!(service.get(&format!("/manifests/i/ranges/{id}")).await.status(), 410, "{id}");
        let again = ask(&service, Method::POST, PATH, json!({"range": {"items": [{"id": id, "items": ["p1"]}]}})).await;
        assert_eq!(again.faults(), (422, vec!["/range/items/0/id"]), "{id}: {again:?}");
    }
    assert_eq!(service.ask(Method::GET, &format!("{PATH}/none"), None).await.status, 404);
}

#[tokio::test]
async fn a_range_is_moved_anywhere_but_into_itself() {
    let service = structured().await;
    let cases = [
        ("c1", json!({"parent": "two"}), "one(c2) two(c1)", json!({"parent": "two", "position": 2})),
        ("c1", json!({"parent": "one", "position": 0}), "one(c1 c2) two", json!({"parent": "one", "position": 0})),
        ("c2", json!({"position": 0}), "c2 one(c1) two", json!({"position": 0})),
        ("two", json!({"parent": "c1", "position": 99}), "c2 one(c1(two))", json!({"parent": "c1", "position": 1})),
        ("two", json!({}), "c2 one(c1) two", json!({"position": 2})),
    ];
    for (range, place, expected, answered) in cases {
        let moved = ask(&service, Method::PUT, &format!("{PATH}/{range}/place"), place.clone()).await;
        assert_eq!((moved.status, &moved.body), (200, &answered), "{range} {place}: {moved:?}");
        assert_eq!(shape_of(&service).await, expected, "{range} {place}");
    }
    assert_right(&service.json("/manifests/i").await);
    for (range, parent, words) in [("one", "one", "within itself"), ("one", "c1", "within itself"), ("one", "none", "no such range")] {
        let refused = ask(&service, Method::PUT, &format!("{PATH}/{range}/place"), json!({"parent": parent})).await;
        assert_eq!(refused.faults(), (422, vec!["/parent"]), "{range} {parent}");
        assert!(refused.detail("/parent").contains(words), "{refused:?}");
    }
    assert_eq!(service.ask(Method::PUT, &format!("{PATH}/c1/place"), Some(json!({}))).await.status, 428);
    assert_eq!(service.ask_if(Method::PUT, &format!("{PATH}/c1/place"), "\"1\"", Some(json!({}))).await.status, 412);
    ask(&service, Method::PATCH, &format!("{PATH}/two"), json!({"behavior": ["sequence"]})).await;
    let refused = ask(&service, Method::PUT, &format!("{PATH}/two/place"), json!({"parent": "one"})).await;
    assert_eq!(refused.faults(), (422, vec!["/parent"]));
}

#[tokio::test]
async fn every_fault_is_told_with_its_place() {
    let service = structured().await;
    let before = service.record(PATH).await;
    let range = |range: Value| json!({ "range": range });
    let cases = [
        (json!({}), vec!["/range"]),
        (range(json!(7)), vec!["/range"]),
        (range(json!({"type": "Canvas", "id": "p1"})), vec!["/range"]),
        (json!({"parent": "none", "range": {"height": 1}}), vec!["/range/height", "/parent"]),
        (json!({"position": -1, "range": {}}), vec!["/position"]),
        (range(json!({"items": ["p1", "none", {"canvas": "p9", "region": "0,0,1,1"}]})), vec!["/range/items/1", "/range/items/2"]),
        (range(json!({"items": [7, null, {"canvas": 7}]})), vec!["/range/items/2", "/range/items/0", "/range/items/1"]),
        (range(json!({"items": [{"canvas": "p1", "region": "0,0,1"}]})), vec!["/range/items/0"]),
        (range(json!({"items": "p1"})), vec!["/range/items"]),
        (range(json!({"id": "c1"})), vec!["/range/id"]),
        (range(json!({"id": "new", "items": [{"id": "two", "items": ["p1"]}]})), vec!["/range/items/0/id"]),
        (range(json!({"id": "new", "items": [{"id": "new", "items": ["p1"]}]})), vec!["/range/items/0/id"]),
        (range(json!({"id": "-", "items": []})), vec!["/range/id"]),
        (range(json!({"id": "a\u{0}", "items": []})), vec!["/range/id"]),
        (range(json!({"id": "https://x.org/r"})), vec!["/range/id"]),
        (json!({"parent": "one", "range": {"behavior": ["sequence"]}}), vec!["/range"]),
        (
            range(json!({"behavior": ["paged", "continuous", "hidden"], "label": {"en": []}})),
            vec!["/range/label/en", "/range/behavior/1", "/range/behavior/2"],
        ),
        (range(json!({"start": "none", "supplementary": {}})), vec!["/range/supplementary", "/range/start"]),
    ];
    for (body, expected) in cases {
        let refused = ask(&service, Method::POST, PATH, body.clone()).await;
        assert_eq!(refused.faults(), (422, expected), "{body}: {refused:?}");
    }
    let tree = json!({"ranges": ["p1", {"id": "x", "items": ["none"]}, {"id": "x"}, {"start": {"canvas": "p1", "time": "x"}}]});
    let refused = ask(&service, Method::PUT, PATH, tree).await;
    assert_eq!(refused.faults(), (422, vec!["/ranges/3/start", "/ranges/0", "/ranges/1/items/0", "/ranges/2/id"]), "{refused:?}");
    for (patch, expected) in [
        (json!({"id": "c3"}), "/id"),
        (json!({"type": "Canvas"}), "/type"),
        (json!({"items": ["none"]}), "/items/0"),
        (json!({"items": [{"id": "two", "items": []}]}), "/items/0/id"),
        (json!({"width": 1}), "/width"),
    ] {
        let refused = ask(&service, Method::PATCH, &format!("{PATH}/c1"), patch.clone()).await;
        assert_eq!(refused.faults(), (422, vec![expected]), "{patch}: {refused:?}");
    }
    assert_eq!(service.record(PATH).await, before);
}

#[tokio::test]
async fn depth_is_bounded() {
    let service = book().await;
    let nested = |depth: usize| (0..depth).fold(json!({"items": ["p1"]}), |inner, _| json!({"items": [inner]}));
    assert_eq!(service.ask(Method::PUT, PATH, Some(json!({"ranges": [nested(28)]}))).await.status, 200);
    assert_right(&service.json("/manifests/i").await);
    let refused = ask(&service, Method::PUT, PATH, json!({"ranges": [nested(29)]})).await;
    assert!(matches!(refused.faults(), (422, faults) if faults.len() == 1 && faults[0].starts_with("/ranges/0/items/0")), "{refused:?}");
    assert_eq!(ask(&service, Method::PUT, PATH, json!({"ranges": [nested(100)]})).await.status, 400);
}

#[tokio::test]
async fn deleted_canvases_leave_the_ranges_and_drafts_stay_hidden() {
    let service = structured().await;
    assert_eq!(service.ask_if(Method::PATCH, "/items/i/ranges/two", "*", Some(json!({"start": "p4"}))).await.status, 200);
    for canvas in ["p4", "p1"] {
        assert_eq!(service.ask_if(Method::DELETE, &format!("/items/i/canvases/{canvas}"), "*", None).await.status, 204);
    }
    let tree = service.record(PATH).await;
    assert_eq!((&tree["ranges"][0]["items"][0]["items"], tree["ranges"][1]["items"].as_array().map(Vec::len)), (&json!([]), Some(1)));
    assert_eq!(tree["ranges"][1].get("start"), None);
    let manifest = service.json("/manifests/i").await;
    assert_right(&manifest);
    assert_eq!(shape(&manifest["structures"]), "one(c2) two");
    assert_eq!(
        ask(&service, Method::PATCH, "/items/i/ranges/c1", json!({"items": ["p2"]})).await.status,
        200,
        "the tree can still be changed"
    );
    assert_eq!(service.ask_if(Method::PATCH, "/items/i", "*", Some(json!({"status": "draft"}))).await.status, 200);
    for path in ["/api/v1/items/i/ranges", "/api/v1/items/i/ranges/two", "/manifests/i/ranges/two"] {
        assert_eq!(service.get(path).await.status(), 404, "{path}");
    }
}

#[tokio::test]
async fn of_changes_at_the_same_time_none_is_lost() {
    let service = structured().await;
    let add = |number: usize| {
        let (service, body) = (&service, json!({"range": {"id": format!("n{number}"), "items": ["p1"]}}));
        async move { service.ask_if(Method::POST, PATH, "\"1\"", Some(body)).await.status }
    };
    let mut statuses = futures_util::future::join_all((0..6).map(add)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 412, 412, 412, 412, 412]);
}
