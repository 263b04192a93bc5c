//! Image records over REST.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::rest::answer;
use crate::support::service::Service;

#[tokio::test]
async fn a_master_is_registered_read_and_listed() {
    let service = Service::start().await;
    service.place("tiff/vips-jpeg90.tif", "ezu/1286201.tif");
    let made = service.ask(Method::POST, "/images", Some(json!({"key": "ezu/1286201.tif"}))).await;
    assert_eq!((made.status, made.header("etag")), (201, "\"1\""), "{made:?}");
    assert_eq!(made.header("location"), format!("{}/api/v1/images/ezu%2F1286201", service.base));
    assert_eq!((&made.body["id"], &made.body["width"], &made.body["height"]), (&json!("ezu/1286201"), &json!(509), &json!(387)));
    assert_eq!((&made.body["key"], &made.body["public"]), (&json!("ezu/1286201.tif"), &json!(false)));
    assert_eq!(made.body["service"], format!("{}/iiif/3/ezu%2F1286201", service.base));
    assert_eq!(made.body["size"], std::fs::metadata(crate::support::fixture("tiff/vips-jpeg90.tif")).expect("a file").len());
    assert_eq!(service.record("/images/ezu%2F1286201").await, made.body);
    assert_eq!(service.record("/images").await["items"], json!([made.body]));
    let known = answer(service.rest(Method::GET, "/images/ezu%2F1286201").header("If-None-Match", "\"1\"")).await;
    assert_eq!(known.status, 304);
    assert_eq!(service.ask(Method::POST, "/images", Some(json!({"key": "ezu/1286201.tif"}))).await.status, 409);
    assert_eq!(service.ask(Method::GET, "/images/ezu/1286201", None).await.status, 404, "a slash in an id is encoded");
}

#[tokio::test]
async fn faults_of_a_registration() {
    let service = Service::start().await;
    service.place("tiff/vips-jpeg90.tif", "a.tif");
    std::fs::write(service.images.join("text.tif"), "no picture").expect("a file");
    let before = service.tables().await;
    let cases = [
        (json!({}), vec!["/key"]),
        (json!({"key": "none.tif"}), vec!["/key"]),
        (json!({"key": "../a.tif", "id": "x"}), vec!["/key"]),
        (json!({"key": "text.tif"}), vec!["/key"]),
        (json!({"key": ""}), vec!["/key"]),
        (json!({"key": 7, "pubilc": true, "public": "yes"}), vec!["/key", "/public", "/pubilc"]),
        (json!({"key": "a.tif", "id": "a//b"}), vec!["/id"]),
        (json!({"key": "a.tif", "id": "a\\b"}), vec!["/id"]),
        (json!({"key": "a.tif", "id": "../a"}), vec!["/id"]),
        (json!({"key": "a.tif", "id": "x".repeat(513)}), vec!["/id"]),
        (json!({"key": "a.tif", "id": ""}), vec!["/id"]),
        (json!({"key": "a.tif", "id": "a\u{0}"}), vec!["/id"]),
    ];
    for (body, expected) in cases {
        let refused = service.ask(Method::POST, "/images", Some(body.clone())).await;
        let (status, mut pointers) = refused.faults();
        let mut expected = expected;
        pointers.sort_unstable();
        expected.sort_unstable();
        assert_eq!((status, pointers), (422, expected), "{body}: {refused:?}");
        assert!(!refused.body.to_string().contains(&*service.images.to_string_lossy()), "no paths: {refused:?}");
    }
    assert_eq!(service.tables().await, before);
    let other = service.ask(Method::PUT, "/images/a", Some(json!({"id": "b", "key": "a.tif"}))).await;
    assert_eq!(other.faults(), (422, vec!["/id"]));
    assert_eq!(service.ask(Method::PUT, "/images/a%5Cb", Some(json!({"key": "a.tif"}))).await.status, 400);
}

#[tokio::test]
async fn put_registers_and_measures_again() {
    let service = Service::start().await;
    service.place("tiff/vips-jpeg90.tif", "a.tif");
    service.place("tiff/vips-jpeg75.tif", "larger.tif");
    service.place("tiff/vips-jpeg90.tif", "moved.tif");
    let key = |key: &str| Some(json!({"key": key}));
    let made = service.ask(Method::PUT, "/images/a%2Fb", key("a.tif")).await;
    assert_eq!((made.status, made.header("location")), (201, &*format!("{}/api/v1/images/a%2Fb", service.base)));
    assert_eq!(service.ask(Method::PUT, "/images/a%2Fb", key("a.tif")).await.status, 428);
    let stale = service.ask_if(Method::PUT, "/images/a%2Fb", "\"9\"", key("a.tif")).await;
    assert_eq!((stale.status, stale.header("etag")), (412, "\"1\""));
    assert_eq!(service.ask_if(Method::PUT, "/images/a%2Fb", "\"1\"", key("larger.tif")).await.status, 409, "another size is another image");
    assert_eq!(service.ask_if(Method::PUT, "/images/a%2Fb", "\"1\"", key("none.tif")).await.faults(), (422, vec!["/key"]));
    let moved = service.ask_if(Method::PUT, "/images/a%2Fb", "\"1\"", key("moved.tif")).await;
    assert_eq!((moved.status, moved.header("etag"), &moved.body["key"]), (200, "\"2\"", &json!("moved.tif")), "{moved:?}");
    let absent = answer(service.rest(Method::PUT, "/images/a%2Fb").header("If-None-Match", "*").json(&json!({"key": "a.tif"}))).await;
    assert_eq!(absent.status, 412);
    assert_eq!(service.ask_if(Method::PUT, "/images/new", "*", key("a.tif")).await.status, 404);
}

#[tokio::test]
async fn only_whether_it_is_public_can_be_patched() {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    assert_eq!(service.ask(Method::PATCH, "/images/a", Some(json!({"public": true}))).await.status, 428);
    let patched = service.ask_if(Method::PATCH, "/images/a", "\"1\"", Some(json!({"public": true}))).await;
    assert_eq!((patched.status, patched.header("etag"), &patched.body["public"]), (200, "\"2\"", &json!(true)));
    assert_eq!(service.ask_if(Method::PATCH, "/images/a", "\"1\"", Some(json!({"public": false}))).await.header("etag"), "\"2\"");
    assert_eq!(service.ask_if(Method::PATCH, "/images/a", "*", Some(json!({"width": 7}))).await.faults(), (422, vec!["/width"]));
    assert_eq!(service.ask_if(Method::PATCH, "/images/a", "*", Some(json!({"public": 1}))).await.faults(), (422, vec!["/public"]));
    assert_eq!(service.ask_if(Method::PATCH, "/images/none", "*", Some(json!({"public": true}))).await.status, 404);
}

#[tokio::test]
async fn what_a_canvas_shows_is_not_deleted_and_what_is_deleted_never_returns() {
    let service = Service::start().await;
    service.images_named(&["a"]).await;
    service.publish("book", &["a"]).await;
    let used = service.ask_if(Method::DELETE, "/images/a", "*", None).await;
    assert_eq!(used.status, 409);
    assert!(used.body["detail"].as_str().is_some_and(|detail| detail.contains("book")), "{used:?}");
    service.ask_if(Method::DELETE, "/items/book", "*", None).await;
    assert_eq!(service.ask(Method::DELETE, "/images/a", None).await.status, 428);
    assert_eq!(service.ask_if(Method::DELETE, "/images/a", "\"9\"", None).await.status, 412);
    assert_eq!(service.ask_if(Method::DELETE, "/images/a", "\"1\"", None).await.status, 204);
    assert!(service.images.join("shared.tif").exists(), "a registered master is not ours to delete");
    let registration = || Some(json!({"key": "shared.tif"}));
    for (method, path, body) in [
        (Method::GET, "/images/a", None),
        (Method::PUT, "/images/a", registration()),
        (Method::PATCH, "/images/a", Some(json!({"public": true}))),
        (Method::DELETE, "/images/a", None),
        (Method::POST, "/images", Some(json!({"id": "a", "key": "shared.tif"}))),
    ] {
        assert_eq!(service.ask(method.clone(), path, body).await.status, 410, "{method} {path}");
    }
    let upload = service.rest(Method::POST, "/images/a").header("Content-Type", "application/octet-stream").body("x");
    assert_eq!(answer(upload).await.status, 410);
    assert_eq!(service.get("/iiif/3/a/info.json").await.status(), 410);
    assert_eq!(service.ask(Method::PUT, "/items/x", Some(json!({"label": "x", "images": ["a"]}))).await.faults(), (422, vec!["/images/0"]));
}

#[tokio::test]
async fn deleting_and_using_at_the_same_time_never_leaves_a_canvas_without_its_image() {
    let service = Service::start().await;
    for round in 0..10 {
        let id = format!("i{round}");
        service.images_named(&[&id]).await;
        let path = format!("/images/{id}");
        let item = format!("/items/b{round}");
        let (deleted, made) = tokio::join!(
            service.ask_if(Method::DELETE, &path, "*", None),
            service.ask(Method::PUT, &item, Some(json!({"label": "x", "images": [id]})))
        );
        assert!(matches!((deleted.status, made.status), (204, 422) | (409, 201)), "{deleted:?} {made:?}");
    }
}

#[tokio::test]
async fn images_are_listed_in_pages() {
    let service = Service::start().await;
    service.images_named(&["b/2", "a", "c,d", "漢", "b/1"]).await;
    let (mut path, mut ids) = (Some("/images?limit=2".to_owned()), Vec::new());
    while let Some(next) = path {
        let page = service.ask(Method::GET, &next, None).await;
        ids.extend(page.body["items"].as_array().expect("a list").iter().map(|image| image["id"].clone()));
        path = page.body.get("next").map(|next| next.as_str().expect("a URL").split_once("/api/v1").expect("ours").1.to_owned());
        assert_eq!(page.header("link").contains("rel=\"next\""), path.is_some());
        assert!(ids.len() < 20);
    }
    assert_eq!(Value::from(ids), json!(["a", "b/1", "b/2", "c,d", "漢"]));
    for limit in [0, 501] {
        assert_eq!(service.ask(Method::GET, &format!("/images?limit={limit}"), None).await.status, 400);
    }
}
