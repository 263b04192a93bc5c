//! What is made before anybody asks, and what is forgotten.

use std::path::PathBuf;
use std::process::{Command, Output};

use reqwest::Method;
use serde_json::json;

use crate::support::pictures::{bytes, decode, header};
use crate::support::rest::{files, until};
use crate::support::service::Service;

/// Requests for what is made ahead of an image of 1021 x 777 pixels, as both versions of the interface have them.
const USUAL: [&str; 8] = [
    "/iiif/3/a/full/!200,200/0/default.jpg",
    "/iiif/2/a/full/!400,400/0/default.jpg",
    "/iiif/2/a/full/400,/0/default.jpg",
    "/iiif/3/a/full/800,609/0/default.jpg",
    "/iiif/3/a/full/,120/0/default.jpg",
    "/iiif/2/a/full/90,/0/default.jpg",
    "/iiif/3/a/full/96,73/0/color.jpg",
    "/iiif/2/a/full/,150/0/native.jpg",
];
/// How many different images that are.
const MADE: usize = 7;

/// Derivatives on disk.
fn kept(service: &Service) -> Vec<PathBuf> {
    files(&service.scratch().join("cache/derivatives"))
}

/// Takes the storage away.
fn take_away(service: &Service) {
    std::fs::rename(&service.images, service.scratch().join("elsewhere")).expect("moved");
    std::fs::create_dir(&service.images).expect("a folder");
}

async fn with(settings: &[(&str, &str)]) -> Service {
    let service = Service::with(settings).await;
    service.place("tiff/vips-jpeg75.tif", "a.tif");
    let made = service.ask(Method::POST, "/images", Some(json!({"id": "a", "key": "a.tif", "public": true}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    service
}

#[tokio::test]
async fn a_new_image_is_warmed_and_served_without_its_master() {
    let service = with(&[]).await;
    until("it is warmed", async || kept(&service).len() == MADE).await;
    // What another service makes of the same master when it is asked.
    let other = Service::with(&[("warm", "false"), ("disk_cache_bytes", "0")]).await;
    other.place("tiff/vips-jpeg75.tif", "a.tif");
    assert_eq!(other.ask(Method::POST, "/images", Some(json!({"id": "a", "key": "a.tif", "public": true}))).await.status, 201);
    take_away(&service);
    for path in USUAL {
        assert!(bytes(&service, path).await == bytes(&other, path).await, "{path}");
    }
    assert_eq!(kept(&service).len(), MADE, "both versions share them");
    assert!(kept(&other).is_empty());
    assert_ne!(service.get("/iiif/3/a/full/300,/0/default.jpg").await.status(), 200, "it was not made");
}

#[tokio::test]
async fn both_versions_have_one_validator() {
    let service = with(&[("warm", "false")]).await;
    let mut tags = Vec::new();
    for path in ["/iiif/2/a/full/400,/0/default.jpg", "/iiif/3/a/full/400,304/0/default.jpg", "/iiif/3/a/full/!400,400/0/color.jpg"] {
        let response = service.get(path).await;
        tags.push(header(&response, "etag").to_owned());
        let decoded = decode(&response.bytes().await.expect("bytes"));
        assert_eq!((decoded.width(), decoded.height()), (400, 304), "{path}");
    }
    assert!(tags.iter().all(|tag| *tag == tags[0]) && tags[0].len() > 10, "{tags:?}");
    let other = service.get("/iiif/3/a/full/400,303/0/default.jpg").await;
    assert_ne!(header(&other, "etag"), tags[0]);
}

#[tokio::test]
async fn images_are_warmed_and_purged_on_request() {
    let service = with(&[("warm", "false")]).await;
    assert!(kept(&service).is_empty());
    let ask = async |method, path: &str| service.ask(method, path, None).await.status;
    for _ in 0..2 {
        assert_eq!(ask(Method::POST, "/images/a/warm").await, 204);
        assert_eq!(kept(&service).len(), MADE);
    }
    bytes(&service, USUAL[0]).await;
    assert_eq!(ask(Method::DELETE, "/images/a/derivatives").await, 204);
    assert!(kept(&service).is_empty());
    bytes(&service, USUAL[0]).await;
    until("it is made again, as memory has it no more", async || kept(&service).len() == 1).await;
    for path in ["/images/none/warm", "/items/none/warm"] {
        assert_eq!(ask(Method::POST, path).await, 404, "{path}");
    }
    for path in ["/images/none/derivatives", "/items/none/derivatives"] {
        assert_eq!(ask(Method::DELETE, path).await, 404, "{path}");
    }
    // A file that nobody registered is no image of the catalogue.
    service.place("tiff/vips-jpeg75.tif", "open.tif");
    assert_eq!(ask(Method::POST, "/images/open/warm").await, 404);
}

#[tokio::test]
async fn an_item_is_warmed_and_purged_with_all_its_images() {
    let service = with(&[("warm", "false")]).await;
    service.images_named(&["b/1", "unused"]).await;
    let item = json!({"id": "book", "label": "Book", "images": ["a", "b/1", "a"]});
    assert_eq!(service.send(Method::POST, "/items", &item).await.0, 201, "a draft");
    assert_eq!(service.ask(Method::POST, "/items/book/warm", None).await.status, 202);
    until("it is warmed", async || kept(&service).len() > MADE).await;
    let folders = || {
        let mut folders: Vec<_> = kept(&service).iter().filter_map(|path| path.parent().map(ToOwned::to_owned)).collect();
        folders.dedup();
        folders.len()
    };
    assert_eq!(folders(), 2, "one for each master");
    assert_eq!(service.ask(Method::POST, "/images/b%2F1/warm", None).await.status, 204, "after the item, as one is done at a time");
    assert_eq!(service.ask(Method::DELETE, "/items/book/derivatives", None).await.status, 204);
    assert!(kept(&service).is_empty());
}

#[tokio::test]
async fn uploads_and_replaced_masters_are_warmed_too() {
    let service = Service::start().await;
    let picture = std::fs::read(crate::support::fixture("tiff/vips-jpeg75.tif.0.png")).expect("a fixture");
    let upload = service.rest(Method::POST, "/images/a").header("Content-Type", "application/octet-stream").body(picture);
    assert_eq!(upload.send().await.expect("an answer").status(), 201);
    until("it is warmed", async || kept(&service).len() == MADE).await;
    service.place("tiff/vips-jpeg75.tif", "a.tif");
    assert_eq!(service.ask_if(Method::PUT, "/images/a", "*", Some(json!({"key": "a.tif"}))).await.status, 200);
    until("it is warmed again", async || kept(&service).len() == 2 * MADE).await;
}

/// Runs the real program beside a service.
fn triptych(service: &Service, url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    let scratch = service.scratch();
    command.args(arguments).current_dir(scratch).env("DATABASE_URL", url).env("TRIPTYCH_DATA", scratch).output().expect("it runs")
}

#[tokio::test]
async fn items_are_warmed_and_purged_by_command() {
    let url = crate::support::database::url().await;
    let pool = sqlx::PgPool::connect(&url).await.expect("a pool");
    let service = Service::on(None, &[("warm", "false")], pool).await;
    service.place("tiff/vips-jpeg75.tif", "a.tif");
    assert_eq!(service.ask(Method::POST, "/images", Some(json!({"id": "a", "key": "a.tif", "public": true}))).await.status, 201);
    service.publish("book", &["a"]).await;
    let warmed = triptych(&service, &url, &["warm", "book"]);
    assert_eq!(String::from_utf8_lossy(&warmed.stdout), "a: 7 made\n", "{warmed:?}");
    assert!(warmed.status.success() && kept(&service).len() == MADE, "{warmed:?}");
    let again = triptych(&service, &url, &["warm", "book"]);
    assert_eq!(String::from_utf8_lossy(&again.stdout), "a: 0 made\n", "{again:?}");
    let first = bytes(&service, USUAL[0]).await;
    take_away(&service);
    assert!(bytes(&service, USUAL[0]).await == first);
    bytes(&service, USUAL[3]).await;
    let failed = triptych(&service, &url, &["warm", "none"]);
    assert!(!failed.status.success() && !failed.stderr.is_empty(), "{failed:?}");
    let purged = triptych(&service, &url, &["purge", "book"]);
    assert!(purged.status.success() && kept(&service).is_empty(), "{purged:?}");
    let unreadable = triptych(&service, &url, &["warm", "book"]);
    assert_eq!(unreadable.status.code(), Some(1), "the master is gone: {unreadable:?}");
}
