//! Work on many pages at once: labels, order, pages that are missing.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::pointers;
use crate::support::service::Service;

/// An item `book` with canvases of these ids, all with the image `a`.
async fn book(ids: &[&str]) -> Service {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    let canvases: Vec<Value> = ids.iter().map(|id| json!({"id": id, "image": "a", "metadata": [{"label": "Id", "value": id}]})).collect();
    let made = service.ask(Method::PUT, "/items/book", Some(json!({"label": "Book", "canvases": canvases}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    service
}

/// Each canvas and its label, in order.
async fn labels(service: &Service) -> String {
    let list = service.record("/items/book/canvases?limit=500").await;
    let label = |canvas: &Value| {
        let (id, label) = (canvas["id"].as_str().expect("an id"), canvas["label"].to_string());
        assert_eq!(canvas["metadata"][0]["value"]["none"][0], id, "the rest of it stays");
        format!("{id} {label}")
    };
    list["items"].as_array().expect("a list").iter().map(label).collect::<Vec<_>>().join(" ")
}

#[tokio::test]
async fn canvases_are_labelled_as_books_count() {
    let service = book(&["cover", "a", "b", "map", "c", "d"]).await;
    let body = json!({
        "first": "1r", "exceptions": [{"canvas": "cover", "label": "Cover"}, {"canvas": "map", "label": "Map"}], "skip": ["2r"]
    });
    let mut tried = body.clone();
    tried["dryRun"] = true.into();
    let before = service.tables().await;
    let shown = service.ask_if(Method::POST, "/items/book/labels", "*", Some(tried)).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    assert_eq!(service.tables().await, before);
    assert_eq!(service.ask(Method::POST, "/items/book/labels", Some(body.clone())).await.status, 428);
    assert_eq!(service.ask_if(Method::POST, "/items/book/labels", "\"99\"", Some(body.clone())).await.status, 412);
    let done = service.ask_if(Method::POST, "/items/book/labels", "\"1\"", Some(body)).await;
    assert_eq!((done.status, done.header("etag"), &done.body), (200, "\"2\"", &shown.body), "{done:?}");
    let none = |label: &str| json!({"none": [label]});
    let expected = [("cover", "Cover"), ("a", "1r"), ("b", "1v"), ("map", "Map"), ("c", "2v"), ("d", "3r")];
    assert_eq!(labels(&service).await, expected.map(|(id, label)| format!("{id} {}", none(label))).join(" "));
    let some = json!({"first": "Plate {IV}", "from": "b", "to": "c", "language": "en"});
    assert_eq!(service.ask_if(Method::POST, "/items/book/labels", "*", Some(some)).await.status, 200);
    let list = service.record("/items/book/canvases").await;
    assert_eq!(list["items"][4]["label"], json!({"en": ["Plate VI"]}), "{list}");
    assert_eq!(list["items"][5]["label"], json!({"none": ["3r"]}), "{list}");
}

#[tokio::test]
async fn labels_that_cannot_be_are_told_all_at_once() {
    let service = book(&["a", "b", "c"]).await;
    let before = service.tables().await;
    let cases = [
        (json!({"first": "Cover"}), vec!["/first"]),
        (json!({"first": "1", "from": "x", "to": "y"}), vec!["/from", "/to"]),
        (json!({"first": "1", "from": "c", "to": "a"}), vec!["/to"]),
        (
            json!({"first": "{1!}", "from": "b", "exceptions": [{"canvas": "a", "label": "A"}, {"canvas": "z", "label": "Z"}]}),
            vec!["/exceptions/0/canvas", "/exceptions/1/canvas", "/first"],
        ),
    ];
    for (body, expected) in cases {
        let answer = service.ask_if(Method::POST, "/items/book/labels", "*", Some(body.clone())).await;
        assert_eq!((answer.status, pointers(&answer.body)), (422, expected), "{body}: {answer:?}");
    }
    assert_eq!(service.ask_if(Method::POST, "/items/none/labels", "*", Some(json!({"first": "1"}))).await.status, 404);
    assert_eq!(service.tables().await, before);
}

#[tokio::test]
async fn canvases_are_moved_together() {
    let service = book(&["a", "b", "c", "d", "e"]).await;
    let cases = [
        (json!({"position": 0, "canvases": ["d", "b"]}), "d b a c e"),
        (json!({"position": 99, "canvases": ["d"]}), "b a c e d"),
        (json!({"position": 1, "canvases": ["e", "b"]}), "a e b c d"),
        (json!({"position": 2, "canvases": ["c"]}), "a e c b d"),
    ];
    for (revision, (body, expected)) in (1..).zip(cases) {
        let condition = format!("\"{revision}\"");
        let moved = service.ask_if(Method::POST, "/items/book/move", &condition, Some(body.clone())).await;
        assert_eq!((moved.status, moved.header("etag")), (200, &*format!("\"{}\"", revision + 1)), "{body}: {moved:?}");
        let order = service.record("/items/book/order").await;
        let ids: Vec<&str> = order["canvases"].as_array().expect("ids").iter().filter_map(Value::as_str).collect();
        assert_eq!(ids.join(" "), expected, "{body}");
    }
    let answer = service.ask_if(Method::POST, "/items/book/move", "*", Some(json!({"position": 0, "canvases": ["a", "x", "a"]}))).await;
    assert_eq!((answer.status, pointers(&answer.body)), (422, vec!["/canvases/1", "/canvases/2"]), "{answer:?}");
}

#[tokio::test]
async fn a_page_that_is_missing_is_as_large_as_its_neighbour() {
    let service = book(&["a", "b"]).await;
    let size = |canvas: &Value| (canvas["width"].clone(), canvas["height"].clone());
    let known = size(&service.record("/items/book/canvases/a").await);
    service.ask_if(Method::PATCH, "/items/book/canvases/b", "*", Some(json!({"width": 50, "height": 70}))).await;
    let body = json!({"position": 1, "canvases": [{"id": "lost", "missing": true, "label": "Leaf 2 is missing"}, {"id": "lost-too", "missing": true}]});
    let added = service.ask_if(Method::POST, "/items/book/canvases", "*", Some(body)).await;
    assert_eq!(added.status, 201, "{added:?}");
    let sizes: Vec<_> = added.body["canvases"].as_array().expect("canvases").iter().map(size).collect();
    assert_eq!(sizes, [known.clone(), known.clone()]);
    let last = service.ask_if(Method::POST, "/items/book/canvases", "*", Some(json!({"canvases": [{"id": "end", "missing": true}]}))).await;
    assert_eq!(size(&last.body["canvases"][0]), (json!(50), json!(70)));
    let first = service
        .ask_if(Method::POST, "/items/book/canvases", "*", Some(json!({"position": 0, "canvases": [{"id": "start", "missing": true}]})))
        .await;
    assert_eq!(size(&first.body["canvases"][0]), known, "that of the next one, as none is before it");
    let new = json!({"label": "New", "canvases": [{"id": "lost", "missing": true}, {"id": "p", "image": "a"}]});
    assert_eq!(service.ask(Method::PUT, "/items/new", Some(new)).await.status, 201);
    assert_eq!(size(&service.record("/items/new/canvases/lost").await), known);
    for (canvas, expected) in
        [(json!({"missing": true}), "/canvases/0/width"), (json!({"missing": true, "image": "a"}), "/canvases/0/missing")]
    {
        let nothing = service.ask(Method::PUT, "/items/nothing", Some(json!({"label": "Nothing", "canvases": [canvas]}))).await;
        assert_eq!((nothing.status, pointers(&nothing.body)), (422, vec![expected]), "{nothing:?}");
    }
}
