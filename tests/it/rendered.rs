//! Manifests are sent from memory, and never as they were before a change.

use std::io::Read;

use flate2::read::GzDecoder;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::database;
use crate::support::documents::header;
use crate::support::relay::Relay;
use crate::support::rest::until;
use crate::support::service::Service;

const DOCUMENTS: [&str; 3] = ["/manifests/book", "/manifests/book/v2", "/manifests/book/v3"];

async fn all(service: &Service) -> Vec<String> {
    let mut texts = Vec::new();
    for path in DOCUMENTS {
        texts.push(service.get(path).await.text().await.expect("a text"));
    }
    texts
}

/// Does something that must show in every version at once.
async fn changes(service: &Service, method: Method, path: &str, body: Value) {
    let before = all(service).await;
    assert_eq!(all(service).await, before);
    let answer = service.rest(method.clone(), path).header("If-Match", "*").json(&body).send().await.expect("an answer");
    assert!(answer.status().is_success(), "{method} {path}: {}", answer.text().await.expect("a text"));
    for ((before, after), document) in before.iter().zip(all(service).await).zip(DOCUMENTS) {
        assert!(*before != after, "{method} {path} does not show in {document}");
    }
}

#[tokio::test]
async fn every_change_shows_at_once() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one", "one"]).await;
    let canvases = service.record("/items/book/canvases").await;
    let canvas = canvases["items"][0]["id"].as_str().expect("an id").to_owned();
    changes(&service, Method::PATCH, "/items/book", json!({"label": "Another"})).await;
    changes(&service, Method::PATCH, &format!("/items/book/canvases/{canvas}"), json!({"label": "Page"})).await;
    changes(&service, Method::POST, "/items/book/canvases", json!({"canvases": [{"id": "new", "image": "one"}]})).await;
    changes(&service, Method::POST, "/items/book/ranges", json!({"range": {"id": "r", "label": "Part", "items": ["new"]}})).await;
    let page =
        json!({"id": "p", "canvas": "new", "items": [{"motivation": "commenting", "body": {"type": "TextualBody", "value": "Look"}}]});
    changes(&service, Method::POST, "/items/book/annotations", page).await;
    let painting = json!({"annotation": {"image": "one", "target": "xywh=0,0,10,10"}});
    changes(&service, Method::POST, "/items/book/canvases/new/paintings", painting).await;
    assert_eq!(service.send(Method::POST, "/collections", &json!({"id": "maps", "label": "Maps", "status": "published"})).await.0, 201);
    changes(&service, Method::POST, "/collections/maps/members", json!({"members": [{"item": "book"}]})).await;
    // The label of a collection stands in 3.0 only.
    let before = service.json("/manifests/book").await;
    assert_eq!(service.send(Method::PATCH, "/collections/maps", &json!({"label": "Old maps"})).await.0, 200);
    assert_ne!(service.json("/manifests/book").await["partOf"], before["partOf"]);
    changes(&service, Method::DELETE, "/items/book/canvases/new", json!({})).await;
    changes(&service, Method::PATCH, "/items/book", json!({"status": "draft"})).await;
    assert_eq!(service.get("/manifests/book").await.status(), 404);
}

#[tokio::test]
async fn what_lies_ready_asks_the_database_nothing() {
    let relay = Relay::before(&database::url().await).await;
    let service = Service::on(None, &[], relay.pool().await).await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    until("it is told of changes", async || {
        service.json("/manifests/book").await;
        let before = relay.statements();
        service.json("/manifests/book").await;
        relay.statements() == before
    })
    .await;
}

#[tokio::test]
async fn a_change_in_another_process_reaches_this_one() {
    let url = database::url().await;
    let (here, there) = (sqlx::PgPool::connect(&url).await.expect("a pool"), sqlx::PgPool::connect(&url).await.expect("a pool"));
    let (here, there) = (Service::on(None, &[], here).await, Service::on(None, &[], there).await);
    here.register("tiff/vips-jpeg75.tif", "one").await;
    here.publish("book", &["one"]).await;
    here.json("/manifests/book").await;
    assert_eq!(there.send(Method::PATCH, "/items/book", &json!({"label": "Another"})).await.0, 200);
    until("it is told", async || here.json("/manifests/book").await["label"] == json!({"none": ["Another"]})).await;
    assert_eq!(there.send(Method::PATCH, "/items/book", &json!({"status": "draft"})).await.0, 200);
    until("it is told", async || here.get("/manifests/book").await.status() == 404).await;
}

#[tokio::test]
async fn compressed_it_is_the_same_document_under_another_tag() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"; 20]).await;
    for path in DOCUMENTS {
        for _ in 0..3 {
            let plain = service.get(path).await;
            let tag = header(&plain, "etag").to_owned();
            let plain = plain.bytes().await.expect("bytes");
            let packed = service.request(Method::GET, path).header("Accept-Encoding", "gzip").send().await.expect("an answer");
            assert_eq!((header(&packed, "content-encoding"), header(&packed, "vary")), ("gzip", "Accept"), "{path}");
            let packed_tag = header(&packed, "etag").to_owned();
            assert_ne!(packed_tag, tag);
            let mut unpacked = Vec::new();
            GzDecoder::new(&*packed.bytes().await.expect("bytes")).read_to_end(&mut unpacked).expect("gzip");
            assert!(unpacked == plain, "{path}");
            for tag in [tag, packed_tag] {
                let known = service.request(Method::GET, path).header("If-None-Match", tag).header("Accept-Encoding", "gzip").send();
                assert_eq!(known.await.expect("an answer").status(), 304, "{path}");
            }
        }
    }
}
