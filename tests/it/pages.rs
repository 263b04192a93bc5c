//! The pages for people.

use serde_json::json;

use crate::support::service::Service;

#[tokio::test]
async fn the_start_page_shows_what_is_published_and_nothing_else() {
    let service = Service::start().await;
    let empty = service.get("/").await;
    assert_eq!(empty.status(), 200);
    assert_eq!(empty.headers()["content-type"], "text/html; charset=utf-8");
    assert!(empty.text().await.expect("text").contains("Nothing is published yet."));

    service.register("tiff/vips-jpeg75.tif", "ezu/1286201").await;
    service.publish("book", &["ezu/1286201"]).await;
    service.publish("marked", &["ezu/1286201"]).await;
    service.relabel("marked", "<img src=x onerror=alert(1)>").await;
    let (status, answer) = service.send(reqwest::Method::POST, "/items", &json!({"id": "hidden", "label": "A draft"})).await;
    assert_eq!(status, 201, "{answer}");
    let page = service.get("/").await.text().await.expect("text");
    assert!(page.contains(&format!("href=\"{}/manifests/book\"", service.base)), "{page}");
    assert!(page.contains("&lt;img src=x") && !page.contains("<img src=x"), "{page}");
    assert!(!page.contains("A draft"), "{page}");
}

#[tokio::test]
async fn the_description_works_without_a_network_and_on_a_telephone() {
    let service = Service::start().await;
    let page = service.get("/api/docs").await.text().await.expect("text");
    assert!(page.starts_with("<!doctype html>\n<html lang=\"en\">"), "{}", &page[..200]);
    assert!(page.contains("<meta name=\"viewport\"") && page.contains("<title>Triptych API</title>"));
    assert!(!page.contains("<script src=") && !page.contains("<link "));
}

#[tokio::test]
async fn every_reference_in_the_description_leads_somewhere() {
    let service = Service::start().await;
    let document = service.json("/api/openapi.json").await;
    let mut open = vec![&document];
    while let Some(value) = open.pop() {
        if let Some(target) = value.get("$ref").and_then(serde_json::Value::as_str) {
            assert!(target.strip_prefix('#').is_some_and(|pointer| document.pointer(pointer).is_some()), "{target}");
        }
        open.extend(value.as_object().into_iter().flat_map(serde_json::Map::values));
        open.extend(value.as_array().into_iter().flatten());
    }
}

#[tokio::test]
async fn texts_in_languages_are_taken_wherever_a_text_may_stand() {
    let service = Service::start().await;
    let text = json!({"en": ["A map"], "cs": ["Mapa"]});
    let pair = json!({"label": text, "value": text});
    let body = json!({"id": "map", "label": text, "summary": text, "metadata": [pair], "requiredStatement": pair});
    let (status, answer) = service.send(reqwest::Method::POST, "/items", &body).await;
    assert_eq!(status, 201, "{answer}");
    assert_eq!(answer["summary"], text);
}

#[tokio::test]
async fn the_whole_of_a_master_too_large_to_decode_is_still_answered() {
    let service = Service::with(&[("max_region_area", "500000")]).await;
    service.register("tiff/vips-jpeg75.tif", "large").await;
    service.publish("book", &["large"]).await;
    let whole = service.get("/iiif/3/large/full/max/0/default.jpg").await;
    assert_eq!(whole.status(), 200);
    let whole = image::load_from_memory(&whole.bytes().await.expect("bytes")).expect("a JPEG");
    assert_eq!((whole.width(), whole.height()), (1021, 777));
}

#[tokio::test]
async fn a_stranger_is_refused_before_the_body_is_read() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let service = Service::start().await;
    let address = service.base.strip_prefix("http://").expect("http").to_owned();
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    stream.write_all(b"POST /api/v1/items HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000\r\n\r\n{").await.expect("sent");
    let mut answer = [0; 12];
    let read = tokio::time::timeout(std::time::Duration::from_secs(30), stream.read_exact(&mut answer)).await;
    read.expect("an answer to half a body").expect("bytes");
    assert_eq!(&answer, b"HTTP/1.1 401");
}
