//! Masters that are sent instead of registered.

use std::io::Cursor;

use image::{DynamicImage, ImageFormat, Rgb, RgbImage};
use reqwest::Method;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::rest::{Answer, answer, files, until};
use crate::support::service::Service;

async fn upload(service: &Service, id: &str, bytes: Vec<u8>) -> Answer {
    answer(service.rest(Method::POST, &format!("/images/{id}")).header("Content-Type", "application/octet-stream").body(bytes)).await
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(crate::support::fixture(name)).expect("a fixture")
}

/// Where uploads wait until they are whole.
fn waiting(service: &Service) -> Vec<std::path::PathBuf> {
    files(&service.scratch().join("uploads"))
}

/// 300 x 200: red and blue side by side, darker below.
fn quadrants() -> RgbImage {
    RgbImage::from_fn(300, 200, |x, y| match (x < 150, y < 100) {
        (true, true) => Rgb([240, 0, 0]),
        (false, true) => Rgb([0, 0, 240]),
        (true, false) => Rgb([120, 0, 0]),
        (false, false) => Rgb([0, 0, 120]),
    })
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(quadrants()).write_to(&mut bytes, format).expect("it encodes");
    bytes.into_inner()
}

fn plain_tiff() -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let mut encoder = tiff::encoder::TiffEncoder::new(&mut bytes).expect("a TIFF");
    encoder.write_image::<tiff::encoder::colortype::RGB8>(300, 200, quadrants().as_raw()).expect("it encodes");
    bytes.into_inner()
}

/// The JPEG with an EXIF orientation.
fn turned(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let exif = [b"Exif\0\0II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0".as_slice(), &[orientation, 0, 0, 0], &[0; 4]].concat();
    let length = u16::try_from(exif.len() + 2).expect("short").to_be_bytes();
    [&jpeg[..2], &[0xff, 0xe1], &length, &exif, &jpeg[2..]].concat()
}

/// The picture that the service shows: its size, and the colours near its upper left, upper right and lower left corner.
async fn shown(service: &Service, id: &str) -> ((u32, u32), [[u8; 3]; 3]) {
    let response = service.rest_free(&format!("/iiif/3/{id}/full/max/0/default.jpg")).await;
    let picture = image::load_from_memory(&response).expect("a picture").to_rgb8();
    let (width, height) = picture.dimensions();
    let corners = [(20, 20), (width - 20, 20), (20, height - 20)].map(|(x, y)| picture.get_pixel(x, y).0);
    ((width, height), corners)
}

impl Service {
    async fn rest_free(&self, path: &str) -> Vec<u8> {
        let response = self.request(Method::GET, path).bearer_auth(&self.key).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        response.bytes().await.expect("bytes").to_vec()
    }
}

fn near(a: [[u8; 3]; 3], b: [[u8; 3]; 3]) -> bool {
    a.iter().flatten().zip(b.iter().flatten()).all(|(a, b)| a.abs_diff(*b) < 25)
}

const RED: [u8; 3] = [240, 0, 0];
const BLUE: [u8; 3] = [0, 0, 240];
const DARK_RED: [u8; 3] = [120, 0, 0];
const DARK_BLUE: [u8; 3] = [0, 0, 120];

#[tokio::test]
async fn a_pyramid_is_kept_byte_for_byte() {
    let service = Service::start().await;
    let bytes = fixture("tiff/vips-jpeg75.tif");
    let made = upload(&service, "a%2Fb", bytes.clone()).await;
    assert_eq!((made.status, made.header("location")), (201, &*format!("{}/api/v1/images/a%2Fb", service.base)), "{made:?}");
    assert_eq!((&made.body["width"], &made.body["size"], &made.body["public"]), (&json!(1021), &json!(bytes.len()), &json!(false)));
    let stored = files(&service.images);
    assert_eq!(stored.len(), 1, "{stored:?}");
    assert_eq!(std::fs::read(&stored[0]).expect("a file"), bytes);
    assert!(waiting(&service).is_empty());
    assert_eq!(service.get("/iiif/3/a%2Fb/info.json").await.status(), 404, "not public by itself");
    let key = made.body["key"].as_str().expect("a key").replace('/', "%2F");
    for path in [key.as_str(), key.trim_end_matches(".tif")] {
        assert_eq!(service.get(&format!("/iiif/3/{path}/info.json")).await.status(), 404, "uploads are no open files: {path}");
    }
    let public = service.rest(Method::POST, "/images/open?public=true").header("Content-Type", "application/octet-stream").body(bytes);
    assert_eq!(answer(public).await.status, 201);
    assert_eq!(service.get("/iiif/3/open/info.json").await.status(), 200);
}

#[tokio::test]
async fn other_kinds_become_pyramids() {
    let service = Service::start().await;
    let jpeg = encoded(ImageFormat::Jpeg);
    let (upright, size) = ([RED, BLUE, DARK_RED], (300, 200));
    let cases = [
        ("jpeg", jpeg.clone(), size, upright),
        ("png", encoded(ImageFormat::Png), size, upright),
        ("tiff", plain_tiff(), size, upright),
        ("turned", turned(&jpeg, 6), (200, 300), [DARK_RED, RED, DARK_BLUE]),
        ("upside", turned(&jpeg, 3), size, [DARK_BLUE, DARK_RED, BLUE]),
    ];
    for (id, bytes, size, corners) in cases {
        let made = upload(&service, id, bytes).await;
        assert_eq!((made.status, &made.body["width"], &made.body["height"]), (201, &json!(size.0), &json!(size.1)), "{id}: {made:?}");
        let (got, colours) = shown(&service, id).await;
        assert!(got == size && near(colours, corners), "{id}: {got:?} {colours:?}");
    }
    assert_eq!(files(&service.images).len(), 5);
    assert!(waiting(&service).is_empty());
}

#[tokio::test]
async fn what_is_refused_leaves_nothing_behind() {
    let service = Service::with(&[("max_upload", "40000"), ("max_source_pixels", "50000")]).await;
    service.images_named(&["taken", "gone"]).await;
    service.ask_if(Method::DELETE, "/images/gone", "*", None).await;
    let (tables, stored) = (service.tables().await, files(&service.images));
    let small = || {
        let mut bytes = Cursor::new(Vec::new());
        RgbImage::from_pixel(20, 20, Rgb([9, 9, 9])).write_to(&mut bytes, ImageFormat::Png).expect("it encodes");
        bytes.into_inner()
    };
    let png = small();
    let cases = [
        ("new", b"hello, world".to_vec(), 415),
        ("new", b"GIF89a".to_vec(), 422),
        ("new", b"BM, a bitmap".to_vec(), 415),
        ("new", Vec::new(), 415),
        ("new", png[..png.len() / 2].to_vec(), 422),
        ("new", vec![0; 40_001], 413),
        ("new", encoded(ImageFormat::Png), 413),
        ("taken", small(), 409),
        ("gone", small(), 410),
        ("a%2F%2Fb", small(), 400),
        ("a%5Cb", small(), 400),
    ];
    for (id, bytes, status) in cases {
        let refused = upload(&service, id, bytes).await;
        assert_eq!(refused.status, status, "{id}: {refused:?}");
        assert!(waiting(&service).is_empty(), "{id}");
    }
    let address = service.base.trim_start_matches("http://");
    let mut broken = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /api/v1/images/broken HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\n\
         Content-Type: application/octet-stream\r\nContent-Length: {}\r\n\r\n",
        service.key,
        png.len()
    );
    broken.write_all(head.as_bytes()).await.expect("sent");
    broken.write_all(&png[..png.len() - 20]).await.expect("sent");
    until("the upload is being received", async || !waiting(&service).is_empty()).await;
    drop(broken);
    until("what came of it is gone", async || waiting(&service).is_empty()).await;
    assert_eq!((service.tables().await, files(&service.images)), (tables, stored));
}

#[tokio::test]
async fn uploaded_bytes_go_with_the_last_image_that_names_them() {
    let service = Service::start().await;
    let made = upload(&service, "first", fixture("tiff/vips-jpeg90.tif")).await;
    let key = made.body["key"].as_str().expect("a key").to_owned();
    assert_eq!(service.ask(Method::POST, "/images", Some(json!({"id": "second", "key": key}))).await.status, 201);
    assert_eq!(service.ask_if(Method::DELETE, "/images/first", "*", None).await.status, 204);
    assert!(service.images.join(&key).exists(), "another image shows them");
    let made = upload(&service, "alone", fixture("tiff/vips-jpeg90.tif")).await;
    let key = made.body["key"].as_str().expect("a key").to_owned();
    assert_eq!(service.ask_if(Method::DELETE, "/images/alone", "*", None).await.status, 204);
    assert!(!service.images.join(&key).exists());
    let made = upload(&service, "moved", fixture("tiff/vips-jpeg90.tif")).await;
    let key = made.body["key"].as_str().expect("a key").to_owned();
    service.place("tiff/vips-jpeg90.tif", "elsewhere.tif");
    assert_eq!(service.ask_if(Method::PUT, "/images/moved", "*", Some(json!({"key": "elsewhere.tif"}))).await.status, 200);
    assert!(!service.images.join(&key).exists());
    assert_eq!(service.ask_if(Method::DELETE, "/images/moved", "*", None).await.status, 204);
    assert!(service.images.join("elsewhere.tif").exists(), "a registered master is not ours to delete");
}

#[tokio::test]
async fn of_uploads_with_the_same_id_one_is_kept() {
    let service = Service::start().await;
    let bytes = fixture("tiff/vips-jpeg90.tif");
    let answers = futures_util::future::join_all((0..6).map(|_| upload(&service, "same", bytes.clone()))).await;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer.status, 201 | 409)), "{answers:?}");
    assert_eq!(files(&service.images).len(), 1);
    assert!(waiting(&service).is_empty());
}
