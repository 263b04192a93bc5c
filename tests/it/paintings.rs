//! What is painted on canvases, over REST and in the manifest.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::assert_right;
use crate::support::service::Service;

const PATH: &str = "/items/i/canvases/c/paintings";

/// A published item `i` with a canvas `c` of 1000 by 2000 that shows the image `a`; `b` is an image too.
async fn plain() -> Service {
    let service = Service::start().await;
    service.images_named(&["a", "b"]).await;
    let canvas = json!({"id": "c", "image": "a", "width": 1000, "height": 2000});
    let item = json!({"id": "i", "label": "I", "status": "published", "canvases": [canvas]});
    assert_eq!(service.ask(Method::POST, "/items", Some(item)).await.status, 201);
    service
}

async fn order(service: &Service) -> Value {
    service.record(PATH).await["order"].clone()
}

/// Adds an annotation, and gives its name.
async fn add(service: &Service, body: Value) -> String {
    let added = service.ask_if(Method::POST, PATH, "*", Some(body)).await;
    assert_eq!(added.status, 201, "{added:?}");
    let name = added.body["id"].as_str().and_then(|id| id.strip_prefix(&format!("{}/manifests/i/canvases/c/page/", service.base)));
    let name = name.expect("an id below the canvas").to_owned();
    assert_eq!(added.header("location"), format!("{}/api/v1{PATH}/{name}", service.base));
    assert_eq!(service.record(&format!("{PATH}/{name}")).await, added.body);
    name
}

#[tokio::test]
async fn a_plain_image_is_the_first_painting_and_more_are_laid_over_it() {
    let service = plain().await;
    let read = service.ask(Method::GET, PATH, None).await;
    let canvas = format!("{}/manifests/i/canvases/c", service.base);
    let first = json!({
        "id": format!("{canvas}/page/1"), "type": "Annotation", "motivation": "painting", "target": canvas, "body": {"type": "Image", "image": "a"}
    });
    assert_eq!((read.header("etag"), &read.body), ("\"1\"", &json!({"paintings": [first], "order": ["1"]})));
    assert_eq!(service.record(&format!("{PATH}/1")).await, first);

    let label = json!({"position": 0, "annotation": {"image": "b", "target": "xywh=0,0,100,100"}});
    assert_eq!(service.ask(Method::POST, PATH, Some(label.clone())).await.status, 428);
    assert_eq!(service.ask_if(Method::POST, PATH, "\"9\"", Some(label.clone())).await.status, 412);
    let below = add(&service, label).await;
    let named = add(&service, json!({"annotation": {"id": "note", "body": {"type": "TextualBody", "value": "n"}}})).await;
    let choice = json!({"type": "Choice", "items": [{"type": "Image", "image": "b"}, {"id": "https://x.org/c.jpg", "type": "Image"}]});
    let top = add(&service, json!({"position": 99, "annotation": {"body": choice}})).await;
    assert_eq!(order(&service).await, json!([below, "1", named, top]));

    let manifest = service.json("/manifests/i").await;
    assert_right(&manifest);
    let painted: Vec<&Value> = manifest["items"][0]["items"][0]["items"].as_array().expect("annotations").iter().collect();
    assert_eq!(painted.len(), 4);
    assert_eq!(painted[0]["target"], format!("{canvas}#xywh=0,0,100,100"));
    assert!(painted[0]["body"]["service"][0]["id"].as_str().is_some_and(|id| id.ends_with("/iiif/3/b")), "{manifest:#}");
    assert_eq!(painted[3]["body"]["items"][0]["service"].as_array().map(Vec::len), Some(2));
    let alone = service.json(&format!("/manifests/i/canvases/c/page/{below}")).await;
    assert_eq!((&alone["id"], &alone["type"]), (&painted[0]["id"], &json!("Annotation")));
    let canvas = service.record("/items/i/canvases/c").await;
    assert_eq!((canvas.get("image"), &canvas["items"][0]["items"][0]["id"]), (None, &painted[0]["id"]));
    assert_eq!((&canvas["width"], &canvas["height"]), (&json!(1000), &json!(2000)));
}

#[tokio::test]
async fn one_is_replaced_changed_and_taken_off() {
    let service = plain().await;
    let put = |name: &str, tag: &'static str, body: Value| {
        let (service, path) = (&service, format!("{PATH}/{name}"));
        async move { service.ask_if(Method::PUT, &path, tag, Some(body)).await }
    };
    assert_eq!(service.ask(Method::PUT, &format!("{PATH}/1"), Some(json!({"image": "b"}))).await.status, 428);
    let replaced = put("1", "\"1\"", json!({"image": "b"})).await;
    assert_eq!((replaced.status, replaced.header("etag"), &replaced.body["body"]["image"]), (200, "\"2\"", &json!("b")), "{replaced:?}");
    let created = put("over", "\"2\"", json!({"id": "over", "image": "a", "target": "xywh=0,0,10,10"})).await;
    assert_eq!((created.status, created.header("etag")), (201, "\"3\""), "{created:?}");
    assert_eq!(put("over", "\"3\"", json!({"id": "other", "image": "a"})).await.faults(), (422, vec!["/id"]));

    let path = format!("{PATH}/over");
    let patched = service.ask_if(Method::PATCH, &path, "\"3\"", Some(json!({"target": "#xywh=5,5,10,10", "label": {"en": ["L"]}}))).await;
    assert_eq!((patched.status, patched.header("etag")), (200, "\"4\""), "{patched:?}");
    assert!(patched.body["target"].as_str().is_some_and(|target| target.ends_with("/canvases/c#xywh=5,5,10,10")), "{patched:?}");
    assert_eq!((&patched.body["body"]["image"], &patched.body["label"]), (&json!("a"), &json!({"en": ["L"]})));
    let again = service.ask_if(Method::PUT, &path, "\"4\"", Some(patched.body.clone())).await;
    assert_eq!((again.status, &again.body), (200, &patched.body), "what was read can be written");
    assert_eq!(service.ask_if(Method::PATCH, &path, "\"1\"", Some(json!({"label": null}))).await.status, 412);

    assert_eq!(service.ask(Method::DELETE, &path, None).await.status, 428);
    assert_eq!(service.ask_if(Method::DELETE, &path, "\"5\"", None).await.status, 204);
    for (method, body) in [(Method::GET, None), (Method::DELETE, None), (Method::PATCH, Some(json!({})))] {
        assert_eq!(service.ask_if(method, &path, "*", body).await.status, 404);
    }
    assert_eq!(service.ask_if(Method::DELETE, &format!("{PATH}/1"), "*", None).await.status, 204);
    assert_eq!(service.record(PATH).await, json!({"paintings": [], "order": []}));
    let manifest = service.json("/manifests/i").await;
    assert_eq!((&manifest["items"][0]["items"], &manifest["items"][0]["width"]), (&json!([]), &json!(1000)));
    let first = add(&service, json!({"annotation": {"image": "a"}})).await;
    assert_ne!(first, "1", "names are not given out again");
}

#[tokio::test]
async fn the_order_is_what_lies_over_what() {
    let service = plain().await;
    for name in ["x", "y"] {
        add(&service, json!({"annotation": {"id": name, "image": "b"}})).await;
    }
    let path = "/items/i/canvases/c/painting-order";
    let cases = [
        (json!(["x", "y"]), vec!["/order"]),
        (json!(["x", "y", "1", "z"]), vec!["/order/3"]),
        (json!(["x", "y", "y"]), vec!["/order/2", "/order"]),
        (json!(["x", 7]), vec!["/order/1"]),
    ];
    for (order, expected) in cases {
        assert_eq!(service.ask_if(Method::PUT, path, "*", Some(json!({"order": order}))).await.faults(), (422, expected), "{order}");
    }
    let wanted = json!({"order": ["y", "1", "x"]});
    assert_eq!(service.ask(Method::PUT, path, Some(wanted.clone())).await.status, 428);
    let set = service.ask_if(Method::PUT, path, "\"3\"", Some(wanted.clone())).await;
    assert_eq!((set.status, set.header("etag"), &set.body), (200, "\"4\"", &wanted), "{set:?}");
    assert_eq!(service.ask_if(Method::PUT, path, "\"3\"", Some(wanted.clone())).await.status, 412);
    assert_eq!(order(&service).await, wanted["order"]);
}

#[tokio::test]
async fn every_fault_is_told_with_its_place() {
    let service = plain().await;
    add(&service, json!({"annotation": {"id": "x", "image": "b"}})).await;
    let before = service.tables().await;
    let video = json!({"id": "https://x.org/v.mp4", "type": "Video"});
    let cases = [
        (json!({}), vec!["/annotation"]),
        (json!({"annotation": "x"}), vec!["/annotation"]),
        (json!({"annotation": []}), vec!["/annotation"]),
        (json!({"position": -1, "annotation": {"image": "b"}}), vec!["/position"]),
        (json!({"annotation": {}}), vec!["/annotation/body"]),
        (json!({"annotation": {"image": "none"}}), vec!["/annotation/image"]),
        (json!({"annotation": {"image": "a\u{0}"}}), vec!["/annotation/image"]),
        (json!({"annotation": {"image": 7}}), vec!["/annotation/image"]),
        (json!({"annotation": {"image": "a", "body": {"type": "Image", "image": "b"}}}), vec!["/annotation/image"]),
        (json!({"annotation": {"id": "x", "image": "b"}}), vec!["/annotation/id"]),
        (json!({"annotation": {"id": "-", "image": "b"}}), vec!["/annotation/id"]),
        (json!({"annotation": {"id": "https://x.org/a", "image": "b"}}), vec!["/annotation/id"]),
        (json!({"annotation": {"id": 7, "image": "b"}}), vec!["/annotation/id"]),
        (json!({"annotation": {"type": "Canvas", "image": "b"}}), vec!["/annotation/type"]),
        (json!({"annotation": {"image": "b", "motivation": "commenting"}}), vec!["/annotation/motivation"]),
        (json!({"annotation": {"image": "b", "target": "xywh=0,0,1001,1"}}), vec!["/annotation/target"]),
        (json!({"annotation": {"image": "b", "target": "https://x.org/c"}}), vec!["/annotation/target"]),
        (json!({"annotation": {"body": video}}), vec!["/annotation/body"]),
        (
            json!({"annotation": {"body": {"type": "Choice", "items": [{"type": "Image", "image": "a"}, {"type": "Image", "image": "no"}]}}}),
            vec!["/annotation/body/items/1/image"],
        ),
        (
            json!({"annotation": {"body": {"type": "Image"}, "motivation": [], "target": 7, "id": ""}}),
            vec!["/annotation/motivation", "/annotation/body", "/annotation/target", "/annotation/id"],
        ),
    ];
    for (body, expected) in cases {
        let refused = service.ask_if(Method::POST, PATH, "*", Some(body.clone())).await;
        assert_eq!(refused.faults(), (422, expected), "{body}: {refused:?}");
    }
    let refused = service.ask_if(Method::PUT, &format!("{PATH}/x"), "*", Some(json!({"image": "none", "target": "t=1"}))).await;
    assert_eq!(refused.faults(), (422, vec!["/target"]));
    assert_eq!(service.ask_if(Method::PUT, &format!("{PATH}/x"), "*", Some(json!([]))).await.faults(), (422, vec![""]));
    assert_eq!(service.ask_if(Method::PUT, &format!("{PATH}/-x"), "*", Some(json!({"image": "a"}))).await.faults(), (422, vec!["/id"]));
    let refused = service
        .ask_if(
            Method::PUT,
            "/items/i/canvases/c",
            "*",
            Some(json!({"items": [{"items": [{"body": {"type": "Image", "image": "\u{0}"}}]}], "width": 1, "height": 1})),
        )
        .await;
    assert_eq!(refused.faults(), (422, vec!["/items/0/items/0/body/image"]));
    assert_eq!(service.tables().await, before);
    for path in ["/items/i/canvases/none/paintings", "/items/none/canvases/c/paintings", "/items/i/canvases/c/paintings/none"] {
        assert_eq!(service.ask(Method::GET, path, None).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn an_image_that_is_painted_stays_and_is_public_with_its_item() {
    let service = plain().await;
    assert_eq!(service.get("/iiif/3/b/info.json").await.status(), 404);
    let name = add(&service, json!({"annotation": {"image": "b", "target": "xywh=0,0,10,10"}})).await;
    assert_eq!(service.get("/iiif/3/b/info.json").await.status(), 200);
    let kept = service.ask_if(Method::DELETE, "/images/b", "*", None).await;
    assert_eq!((kept.status, &kept.body["type"]), (409, &json!("urn:triptych:problem:conflict")), "{kept:?}");
    assert_eq!(service.ask_if(Method::PATCH, "/items/i", "*", Some(json!({"status": "draft"}))).await.status, 200);
    for path in [
        "/iiif/3/b/info.json".to_owned(),
        format!("/api/v1{PATH}"),
        format!("/api/v1{PATH}/{name}"),
        "/manifests/i/canvases/c/page".to_owned(),
    ] {
        assert_eq!(service.get(&path).await.status(), 404, "{path}");
    }
    assert_eq!(service.ask_if(Method::DELETE, &format!("{PATH}/{name}"), "*", None).await.status, 204);
    assert_eq!(service.ask_if(Method::DELETE, "/images/b", "*", None).await.status, 204);
}

#[tokio::test]
async fn video_and_sound_are_painted_in_time() {
    let service = plain().await;
    let film = json!({"width": 640, "height": 480, "duration": 60});
    assert_eq!(service.ask(Method::PUT, "/items/i/canvases/film", Some(film)).await.status, 201);
    let path = "/items/i/canvases/film/paintings";
    let video = json!({"annotation": {"body": {"id": "https://x.org/v.mp4", "type": "Video", "format": "video/mp4"}, "target": "t=0,30"}});
    assert_eq!(service.ask_if(Method::POST, path, "*", Some(video.clone())).await.status, 201);
    let late = json!({"annotation": {"body": video["annotation"]["body"], "target": "xywh=0,0,10,10&t=30,61"}});
    assert_eq!(service.ask_if(Method::POST, path, "*", Some(late)).await.faults(), (422, vec!["/annotation/target"]));
    assert_right(&service.json("/manifests/i").await);
}

#[tokio::test]
async fn of_changes_at_the_same_time_none_is_lost() {
    let service = plain().await;
    let add = |number: usize| {
        let (service, body) = (&service, json!({"annotation": {"id": format!("n{number}"), "image": "b"}}));
        async move { service.ask_if(Method::POST, PATH, "\"1\"", Some(body)).await.status }
    };
    let mut statuses = futures_util::future::join_all((0..6).map(add)).await;
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 412, 412, 412, 412, 412]);
    assert_eq!(order(&service).await.as_array().map(Vec::len), Some(2));
}
