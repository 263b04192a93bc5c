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

/// Two processes over one database, with one public address.
async fn replicas() -> (Service, Service) {
    let url = database::url().await;
    let (here, there) = (sqlx::PgPool::connect(&url).await.expect("a pool"), sqlx::PgPool::connect(&url).await.expect("a pool"));
    let given = [("public_url", "https://iiif.example.org/x"), ("presentation_4", "true")];
    (Service::on(None, &given, here).await, Service::on(None, &given, there).await)
}

const VERSIONS: [&str; 4] = ["/manifests/book", "/manifests/book/v2", "/manifests/book/v3", "/manifests/book/v4"];

async fn kept(service: &Service) -> i64 {
    sqlx::query_scalar("select count(*) from documents where packed is not null").fetch_one(&service.pool).await.expect("a count")
}

#[tokio::test]
async fn what_one_replica_has_written_another_sends() {
    let (here, there) = replicas().await;
    here.register("tiff/vips-jpeg75.tif", "one").await;
    here.publish("book", &["one", "one"]).await;
    for (path, number) in VERSIONS.into_iter().zip([1, 2, 2, 3]) {
        let first = here.get(path).await;
        let tag = header(&first, "etag").to_owned();
        let first = first.bytes().await.expect("bytes");
        until("it is kept", async || kept(&here).await == number).await;
        let second = there.get(path).await;
        assert_eq!(header(&second, "etag"), tag, "{path}");
        assert!(second.bytes().await.expect("bytes") == first, "{path}");
    }
    // It is what lies there that is sent: another's words are seen.
    let statement = "update documents set losses = 'told by the other' where version = 3";
    sqlx::query(statement).execute(&here.pool).await.expect("a change");
    assert_eq!(header(&fresh(&here).await.get("/manifests/book").await, "triptych-losses"), "told by the other");
    let elsewhere = Service::on(None, &[("public_url", "https://iiif.example.org/y")], here.pool.clone()).await;
    assert_eq!(elsewhere.get("/manifests/book").await.headers().get("triptych-losses"), None, "another address, another document");
    let smaller = Service::on(None, &[("public_url", "https://iiif.example.org/x"), ("max_width", "50")], here.pool.clone()).await;
    assert_eq!(smaller.get("/manifests/book").await.headers().get("triptych-losses"), None, "other limits, another document");
}

/// A process that was started just now.
async fn fresh(other: &Service) -> Service {
    Service::on(None, &[("public_url", "https://iiif.example.org/x")], other.pool.clone()).await
}

#[tokio::test]
async fn nothing_is_sent_that_was_written_before_a_change() {
    let (here, there) = replicas().await;
    here.register("tiff/vips-jpeg75.tif", "one").await;
    here.publish("book", &["one"]).await;
    let canvas = here.record("/items/book/canvases").await["items"][0]["id"].clone();
    assert_eq!(here.send(Method::POST, "/collections", &json!({"id": "maps", "label": "Maps", "status": "published"})).await.0, 201);
    let changes = [
        (Method::PATCH, "/items/book", json!({"label": "Another"})),
        (Method::POST, "/items/book/ranges", json!({"range": {"id": "r", "label": "Part", "items": [canvas]}})),
        (Method::POST, "/collections/maps/members", json!({"members": [{"item": "book"}]})),
        (Method::PATCH, "/collections/maps", json!({"label": "Old maps"})),
        (Method::PATCH, "/collections/maps", json!({"status": "draft"})),
    ];
    for (method, path, body) in changes {
        let before = fresh(&here).await.json("/manifests/book").await;
        until("it is kept", async || kept(&here).await == 1).await;
        let answer = there.rest(method.clone(), path).header("If-Match", "*").json(&body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{method} {path}: {}", answer.text().await.expect("a text"));
        assert_ne!(fresh(&here).await.json("/manifests/book").await, before, "{method} {path}");
        sqlx::query("delete from documents").execute(&here.pool).await.expect("a change");
    }
    let before = fresh(&here).await.json("/manifests/book").await;
    until("it is kept", async || kept(&here).await == 1).await;
    here.json("/manifests/book").await;
    sqlx::query("update images set tile_size = 512, width = 1020").execute(&here.pool).await.expect("a change");
    assert_ne!(fresh(&here).await.json("/manifests/book").await, before);
    until("it is told", async || here.json("/manifests/book").await != before).await;
    assert_eq!(there.send(Method::PATCH, "/items/book", &json!({"status": "draft"})).await.0, 200);
    assert_eq!(fresh(&here).await.get("/manifests/book").await.status(), 404);
    until("it is told", async || here.get("/manifests/book").await.status() == 404).await;
}

#[tokio::test]
async fn nothing_is_kept_where_strangers_choose_the_address() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    service.json("/manifests/book").await;
    assert_eq!(kept(&service).await, 0);
}
