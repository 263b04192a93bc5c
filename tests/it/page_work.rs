//! Work on many canvases at once over REST.

use reqwest::Method;
use serde_json::{Value, json};

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

/// One property of the canvases in reading order.
async fn told(service: &Service, item: &str, property: &str) -> Vec<Value> {
    let list = service.record(&format!("/items/{item}/canvases?limit=500")).await;
    let canvases = list["items"].as_array().expect("a list");
    for (place, canvas) in canvases.iter().enumerate() {
        assert_eq!(canvas["position"], place, "{list}");
    }
    canvases.iter().map(|canvas| canvas[property].clone()).collect()
}

#[tokio::test]
async fn canvases_are_labelled_from_the_first_on() {
    let service = book(&["a", "b", "c", "d", "e"]).await;
    let path = "/items/book/labels";
    let wanted = json!({"pattern": "fol. 1r", "missing": ["2r"], "exceptions": {"a": "Cover", "d": "[{}]"}});
    let dry = service
        .ask(
            Method::POST,
            path,
            Some(json!({"dryRun": true, "pattern": "fol. 1r", "missing": ["2r"], "exceptions": {"a": "Cover", "d": "[{}]"}})),
        )
        .await;
    let expected = ["Cover", "fol. 1r", "fol. 1v", "[2v]", "fol. 3r"];
    assert_eq!((dry.status, dry.header("etag")), (200, "\"1\""), "{dry:?}");
    let labels = |answer: &Value| {
        answer["canvases"].as_array().expect("a list").iter().map(|one| one["label"]["none"][0].clone()).collect::<Vec<_>>()
    };
    assert_eq!(labels(&dry.body), expected);
    assert_eq!(told(&service, "book", "label").await, vec![Value::Null; 5], "a dry run stores nothing");
    assert_eq!(service.ask(Method::POST, path, Some(wanted.clone())).await.status, 428);
    let done = service.ask_if(Method::POST, path, "\"1\"", Some(wanted.clone())).await;
    assert_eq!((done.status, done.header("etag"), &done.body), (200, "\"2\"", &dry.body), "{done:?}");
    assert_eq!(service.ask_if(Method::POST, path, "\"1\"", Some(wanted)).await.status, 412);
    assert_eq!(told(&service, "book", "label").await, expected.map(|text| json!({"none": [text]})));
    let part = json!({"pattern": "i", "start": "v", "from": "b", "to": "c", "language": "la"});
    let done = service.ask_if(Method::POST, path, "*", Some(part)).await;
    assert_eq!(
        done.body["canvases"][0],
        json!({"id": "b", "fileName": "shared.tif", "label": {"none": ["fol. 1r"], "la": ["v"]}, "before": {"none": ["fol. 1r"]}}),
        "{done:?}"
    );
    assert_eq!(told(&service, "book", "revision").await, [2, 3, 3, 2, 2]);
    let again = service.ask_if(Method::POST, path, "*", Some(json!({"pattern": "1", "from": "e"}))).await;
    assert_eq!(again.status, 200, "{again:?}");
    assert_eq!(told(&service, "book", "label").await[4], json!({"none": ["1"]}));
}

#[tokio::test]
async fn labels_that_cannot_be_say_why() {
    let service = book(&["a", "b"]).await;
    let before = service.tables().await;
    let cases = [
        (json!({"pattern": "Cover"}), vec!["/pattern"]),
        (json!({"pattern": "1", "start": "x", "missing": ["y"], "exceptions": {"a": "{"}}), vec!["/exceptions/a", "/start", "/missing/0"]),
        (json!({"pattern": "1", "from": "b", "to": "a"}), vec!["/to"]),
        (json!({"pattern": "1", "from": "x", "exceptions": {"y": "Y"}}), vec!["/from", "/exceptions/y"]),
        (json!({"pattern": "i", "start": "3999"}), vec!["/pattern"]),
        (json!({"pattern": 1}), vec!["/pattern"]),
        (json!({}), vec!["/pattern"]),
    ];
    for (body, pointers) in cases {
        let refused = service.ask_if(Method::POST, "/items/book/labels", "*", Some(body.clone())).await;
        assert_eq!(refused.faults(), (422, pointers), "{body}: {refused:?}");
    }
    assert_eq!(service.tables().await, before);
    assert_eq!(service.ask_if(Method::POST, "/items/none/labels", "*", Some(json!({"pattern": "1"}))).await.status, 404);
}

#[tokio::test]
async fn canvases_are_moved_by_name() {
    let service = book(&["a", "b", "c", "d", "e"]).await;
    let path = "/items/book/move";
    assert_eq!(service.ask(Method::POST, path, Some(json!({"canvases": ["e"], "to": "start"}))).await.status, 428);
    let steps = [
        (json!({"canvases": ["e"], "to": "start"}), "eabcd"),
        (json!({"canvases": ["c", "e"], "before": "b"}), "aceb d"),
        (json!({"canvases": ["a"], "to": "end"}), "cebda"),
    ];
    for (revision, (body, order)) in (1..).zip(steps) {
        let done = service.ask_if(Method::POST, path, &format!("\"{revision}\""), Some(body.clone())).await;
        assert_eq!((done.status, done.header("etag"), &done.body), (200, &*format!("\"{}\"", revision + 1), &body), "{done:?}");
        let order: Vec<String> = order.chars().filter(|one| *one != ' ').map(String::from).collect();
        assert_eq!(told(&service, "book", "id").await, order);
    }
    let before = service.tables().await;
    for (body, pointers) in [
        (json!({"canvases": ["x", "a", "a"], "to": "end"}), vec!["/canvases/0", "/canvases/2"]),
        (json!({"canvases": ["a"], "before": "a"}), vec!["/before"]),
        (json!({"canvases": ["a"]}), vec!["/before"]),
        (json!({"canvases": ["a"], "before": "b", "to": "end"}), vec!["/before"]),
        (json!({"canvases": [], "to": "middle"}), vec!["/canvases", "/to"]),
    ] {
        assert_eq!(service.ask_if(Method::POST, path, "*", Some(body.clone())).await.faults(), (422, pointers), "{body}");
    }
    assert_eq!(service.tables().await, before);
}

#[tokio::test]
async fn missing_pages_hold_their_place() {
    let service = book(&["a", "b"]).await;
    let path = "/items/book/missing";
    let body = json!({"label": "Missing leaf", "count": 2, "before": "b"});
    let made = service.ask_if(Method::POST, path, "\"1\"", Some(body)).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"2\""), "{made:?}");
    let neighbour = service.record("/items/book/canvases/a").await;
    let canvases = made.body["canvases"].as_array().expect("a list");
    assert_eq!(canvases.len(), 2);
    for canvas in canvases {
        assert_eq!((&canvas["width"], &canvas["height"]), (&neighbour["width"], &neighbour["height"]), "{canvas}");
        assert_eq!((canvas.get("image"), canvas.get("behavior")), (None, None), "it is a page like any other");
    }
    assert_eq!(told(&service, "book", "id").await, [&json!("a"), &canvases[0]["id"], &canvases[1]["id"], &json!("b")].map(Value::clone));
    assert_eq!(
        service.ask_if(Method::POST, path, "*", Some(json!({"label": "x", "to": "end", "width": 5, "height": 6}))).await.status,
        201
    );
    assert_eq!(told(&service, "book", "width").await[4], 5);
    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"status": "published"}))).await.status, 200);
    let manifest = service.json("/manifests/book").await;
    assert_eq!((&manifest["items"][1]["items"], &manifest["items"][1]["label"]), (&json!([]), &json!({"none": ["Missing leaf"]})));
    assert_eq!(service.json("/manifests/book/v2").await["sequences"][0]["canvases"][1].get("images"), None);
    service.ask(Method::PUT, "/items/empty", Some(json!({"label": "Empty"}))).await;
    for (path, body, pointers) in [
        ("/items/empty/missing", json!({"label": "x", "to": "end"}), vec!["/width"]),
        (path, json!({"label": "x", "before": "none"}), vec!["/before"]),
        (path, json!({"label": "x", "width": 5}), vec!["/height", "/before"]),
        (path, json!({"count": 0, "to": "end"}), vec!["/count", "/label"]),
    ] {
        let refused = service.ask_if(Method::POST, path, "*", Some(body.clone())).await;
        let (status, mut told) = refused.faults();
        if told.contains(&"/count") {
            told.sort_unstable();
        }
        assert_eq!((status, told), (422, pointers), "{body}");
    }
}
