//! Canvases and the reading order over REST.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rest::answer;
use crate::support::service::Service;

/// An item `book` with canvases of these ids, all with the image `a`.
async fn book(ids: &[&str]) -> Service {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    let canvases: Vec<Value> = ids.iter().map(|id| json!({"id": id, "image": "a"})).collect();
    let made = service.ask(Method::PUT, "/items/book", Some(json!({"label": "Book", "canvases": canvases}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    service
}

/// The ids in reading order, whose positions must have no gaps.
async fn order(service: &Service) -> Vec<String> {
    let list = service.record("/items/book/canvases?limit=500").await;
    let canvases = list["items"].as_array().expect("a list");
    for (place, canvas) in canvases.iter().enumerate() {
        assert_eq!(canvas["position"], place, "{list}");
    }
    let ids: Vec<String> = canvases.iter().map(|canvas| canvas["id"].as_str().expect("an id").to_owned()).collect();
    assert_eq!(service.record("/items/book/order").await["canvases"], json!(ids));
    ids
}

#[tokio::test]
async fn many_are_added_at_any_place() {
    let service = book(&["b", "c"]).await;
    let cases = [
        (Some(0), vec!["a1", "a2"], "a1 a2 b c"),
        (Some(3), vec!["x"], "a1 a2 b x c"),
        (None, vec!["y", "z"], "a1 a2 b x c y z"),
        (Some(2_000_000_000), vec!["last"], "a1 a2 b x c y z last"),
    ];
    for (revision, (position, new, expected)) in (1..).zip(cases) {
        let canvases: Vec<Value> = new.iter().map(|id| json!({"id": id, "image": "a", "label": id})).collect();
        let body = Some(json!({"position": position, "canvases": canvases}));
        assert_eq!(service.ask(Method::POST, "/items/book/canvases", body.clone()).await.status, 428);
        assert_eq!(service.ask_if(Method::POST, "/items/book/canvases", "\"99\"", body.clone()).await.status, 412);
        let added = service.ask_if(Method::POST, "/items/book/canvases", &format!("\"{revision}\""), body).await;
        assert_eq!((added.status, added.header("etag")), (201, &*format!("\"{}\"", revision + 1)), "{added:?}");
        assert_eq!(added.body["canvases"].as_array().map(Vec::len), Some(new.len()));
        assert_eq!(order(&service).await.join(" "), expected);
    }
}

#[tokio::test]
async fn what_is_wrong_with_one_keeps_all_out() {
    let service = book(&["b", "c"]).await;
    service.ask_if(Method::DELETE, "/items/book/canvases/c", "*", None).await;
    let before = service.tables().await;
    let cases = [
        (json!({"canvases": [{"id": "n", "image": "a"}, {"image": "none"}]}), vec!["/canvases/1/image"]),
        (json!({"canvases": [{"id": "b", "image": "a"}, {"id": "c", "image": "a"}]}), vec!["/canvases/0/id", "/canvases/1/id"]),
        (json!({"canvases": [{"id": "n", "image": "a"}, {"id": "n", "image": "a"}]}), vec!["/canvases/1/id"]),
        (json!({"canvases": []}), vec!["/canvases"]),
        (json!({"position": -1, "canvases": [{"image": "a"}]}), vec!["/position"]),
        (json!({"position": 1u64 << 40, "canvases": [{"image": "a"}]}), vec!["/position"]),
        (json!({"canvases": [{"image": "a", "width": 0, "height": 1_000_001}]}), vec!["/canvases/0/height", "/canvases/0/width"]),
        (json!({"canvases": [{"image": "a", "viewingDirection": "left-to-right", "colour": 1}]}), vec!["/canvases/0/colour"]),
        (
            json!({"canvases": [{"image": "a", "viewingDirection": "left-to-right", "behavior": ["paged"]}]}),
            vec!["/canvases/0/behavior/0", "/canvases/0/viewingDirection"],
        ),
        (json!({}), vec!["/canvases"]),
    ];
    for (body, expected) in cases {
        let refused = service.ask_if(Method::POST, "/items/book/canvases", "*", Some(body.clone())).await;
        let (status, mut pointers) = refused.faults();
        pointers.sort_unstable();
        assert_eq!((status, pointers), (422, expected), "{body}: {refused:?}");
    }
    assert_eq!(service.tables().await, before);
}

#[tokio::test]
async fn the_order_is_set_by_naming_every_canvas_once() {
    let service = book(&["a", "b", "c"]).await;
    let uris = |list: &Value| {
        list["items"].as_array().expect("a list").iter().map(|c| c["uri"].to_string()).collect::<std::collections::BTreeSet<_>>()
    };
    let before = uris(&service.record("/items/book/canvases").await);
    let cases = [
        (json!(["a", "b"]), vec!["/canvases"]),
        (json!(["a", "b", "c", "x"]), vec!["/canvases/3"]),
        (json!(["a", "b", "b"]), vec!["/canvases/2", "/canvases"]),
        (json!([]), vec!["/canvases", "/canvases", "/canvases"]),
        (json!(["a", "b", 3]), vec!["/canvases/2"]),
        (json!(["a", "b", "c\u{0}"]), vec!["/canvases/2"]),
    ];
    for (ids, expected) in cases {
        let refused = service.ask_if(Method::PUT, "/items/book/order", "*", Some(json!({"canvases": ids}))).await;
        assert_eq!(refused.faults(), (422, expected), "{ids}");
    }
    let wanted = Some(json!({"canvases": ["c", "a", "b"]}));
    assert_eq!(service.ask(Method::PUT, "/items/book/order", wanted.clone()).await.status, 428);
    let set = service.ask_if(Method::PUT, "/items/book/order", "\"1\"", wanted.clone()).await;
    assert_eq!((set.status, set.header("etag")), (200, "\"2\""), "{set:?}");
    assert_eq!(service.ask_if(Method::PUT, "/items/book/order", "\"1\"", wanted).await.status, 412);
    assert_eq!(order(&service).await, ["c", "a", "b"]);
    assert_eq!(uris(&service.record("/items/book/canvases").await), before);
}

#[tokio::test]
async fn one_canvas_is_made_changed_and_deleted() {
    let service = book(&["b"]).await;
    service.images_named(&["other"]).await;
    let path = "/items/book/canvases/n";
    for (body, pointer) in [
        (json!({"image": "none"}), "/image"),
        (json!({"label": "x"}), "/width"),
        (json!({"image": "a", "width": 5}), "/height"),
        (json!({"image": "a", "id": "n"}), "/id"),
    ] {
        assert_eq!(service.ask(Method::PUT, path, Some(body.clone())).await.faults(), (422, vec![pointer]), "{body}");
    }
    let made =
        service.ask(Method::PUT, path, Some(json!({"image": "a", "label": "f. 1r", "width": 1000, "height": 2000, "summary": "s"}))).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{made:?}");
    assert_eq!(made.header("location"), format!("{}/api/v1{path}", service.base));
    assert_eq!(made.body["uri"], format!("{}/manifests/book/canvases/n", service.base));
    assert_eq!(service.ask(Method::GET, "/items/book", None).await.header("etag"), "\"2\"", "it is a change of the item too");
    assert_eq!(service.ask(Method::PUT, path, Some(json!({"image": "a"}))).await.status, 428);
    assert_eq!(service.ask_if(Method::PUT, path, "\"9\"", Some(json!({"image": "a"}))).await.header("etag"), "\"1\"");
    let replaced = service.ask_if(Method::PUT, &format!("{path}/image"), "\"1\"", Some(json!({"image": "other"}))).await;
    assert_eq!(replaced.status, 200, "{replaced:?}");
    assert_eq!(replaced.body, {
        let mut expected = made.body.clone();
        expected["image"] = json!("other");
        expected["revision"] = json!(2);
        expected["modified"] = replaced.body["modified"].clone();
        expected
    });
    assert_eq!(
        service.ask_if(Method::PUT, &format!("{path}/image"), "*", Some(json!({"image": "none"}))).await.faults(),
        (422, vec!["/image"])
    );
    let patched = service.ask_if(Method::PATCH, path, "\"2\"", Some(json!({"label": null, "image": null}))).await;
    assert_eq!((patched.status, patched.body.get("label"), patched.body.get("image")), (200, None, None), "{patched:?}");
    assert_eq!((&patched.body["width"], &patched.body["summary"]), (&json!(1000), &json!({"none": ["s"]})));
    let put = service.ask_if(Method::PUT, path, "\"3\"", Some(json!({"image": "a"}))).await;
    assert_eq!((put.status, &put.body["width"], put.body.get("summary")), (200, &json!(509), None));
    assert_eq!(service.ask(Method::DELETE, path, None).await.status, 428);
    assert_eq!(service.ask_if(Method::DELETE, path, "\"3\"", None).await.status, 412);
    assert_eq!(service.ask_if(Method::DELETE, path, "\"4\"", None).await.status, 204);
    for (method, body) in [
        (Method::GET, None),
        (Method::PUT, Some(json!({"image": "a"}))),
        (Method::PATCH, Some(json!({"label": "x"}))),
        (Method::DELETE, None),
    ] {
        assert_eq!(service.ask(method.clone(), path, body).await.status, 410, "{method}");
    }
    assert_eq!(order(&service).await, ["b"]);
    let known = answer(service.rest(Method::GET, "/items/book/canvases/b").header("If-None-Match", "\"1\"")).await;
    assert_eq!(known.status, 304);
}

#[tokio::test]
async fn the_last_canvas_of_a_published_item_stays() {
    let service = book(&["b", "c"]).await;
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"status": "published"}))).await.status, 200);
    assert_eq!(service.ask_if(Method::DELETE, "/items/book/canvases/b", "*", None).await.status, 204);
    assert_eq!(order(&service).await, ["c"], "the gap is closed");
    let before = service.tables().await;
    assert_eq!(service.ask_if(Method::DELETE, "/items/book/canvases/c", "*", None).await.faults(), (422, vec!["/canvases"]));
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"canvases": []}))).await.faults(), (422, vec!["/canvases"]));
    assert_eq!(service.tables().await, before);
    service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"status": "draft"}))).await;
    assert_eq!(service.ask_if(Method::DELETE, "/items/book/canvases/c", "*", None).await.status, 204);
}

#[tokio::test]
async fn a_list_sent_whole_keeps_changes_adds_and_deletes() {
    let service = book(&["a", "b", "c"]).await;
    let list = json!([{"id": "c", "image": "a", "label": "third"}, {"id": "new", "image": "a"}, {"id": "a", "image": "a"}]);
    let put = service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"canvases": list}))).await;
    assert_eq!((put.status, &put.body["canvasCount"]), (200, &json!(3)), "{put:?}");
    assert_eq!(order(&service).await, ["c", "new", "a"]);
    assert_eq!(service.record("/items/book/canvases/c").await["label"], json!({"none": ["third"]}));
    assert_eq!(service.ask(Method::GET, "/items/book/canvases/b", None).await.status, 410);
    let back = json!({"canvases": [{"id": "b", "image": "a"}]});
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(back)).await.faults(), (422, vec!["/canvases/0/id"]));
    assert_eq!(order(&service).await, ["c", "new", "a"]);
}

#[tokio::test]
async fn canvases_are_listed_in_pages() {
    let service = book(&["c", "a", "e", "b", "d"]).await;
    let (mut path, mut ids) = (Some("/items/book/canvases?limit=2&total=true".to_owned()), Vec::new());
    while let Some(next) = path {
        let page = service.ask(Method::GET, &next, None).await;
        ids.extend(page.body["items"].as_array().expect("a list").iter().map(|c| c["id"].as_str().expect("an id").to_owned()));
        path = page.body.get("next").map(|next| next.as_str().expect("a URL").split_once("/api/v1").expect("ours").1.to_owned());
        assert_eq!(page.header("link").contains("rel=\"next\""), path.is_some());
        assert!(ids.len() < 20);
    }
    assert_eq!(ids, ["c", "a", "e", "b", "d"]);
    assert_eq!(service.record("/items/book/canvases?limit=1&total=true").await["total"], 5);
    for limit in [0, 501] {
        assert_eq!(service.ask(Method::GET, &format!("/items/book/canvases?limit={limit}"), None).await.status, 400);
    }
}

#[tokio::test]
async fn adding_at_the_same_time_leaves_no_gaps() {
    let service = book(&["first"]).await;
    let add = |number: usize| {
        let (path, body) = ("/items/book/canvases", json!({"position": number % 3, "canvases": [{"image": "a"}, {"image": "a"}]}));
        let service = &service;
        async move { service.ask_if(Method::POST, path, "*", Some(body)).await.status }
    };
    let put = |number: usize| {
        let service = &service;
        async move { service.ask(Method::PUT, &format!("/items/book/canvases/p{}", number / 2), Some(json!({"image": "a"}))).await.status }
    };
    let (added, put) = tokio::join!(futures_util::future::join_all((0..8).map(add)), futures_util::future::join_all((0..8).map(put)));
    assert_eq!(added, [201; 8]);
    assert_eq!(put.iter().filter(|status| **status == 201).count(), 4, "each id is made once: {put:?}");
    assert!(put.iter().all(|status| matches!(status, 201 | 428)), "{put:?}");
    assert_eq!(order(&service).await.len(), 1 + 16 + 4);
}
