//! Masters of any kind that lie in the storage: what becomes of them, in a directory and in a bucket.

use image::{Rgba, RgbaImage};
use reqwest::Method;
use serde_json::{Value, json};
use triptych::storage::Storage;

use crate::support::pictures::{bytes, decode, difference, on_white, picture, reference};
use crate::support::rest::{Answer, answer, files};
#[cfg(feature = "s3")]
use crate::support::s3::S3Server;
use crate::support::service::Service;

/// Where pyramids are stored that the service makes.
const OURS: &str = "triptych-uploads/";

/// Every kind of master, with the picture that another program made of it, and whether its own tiles are served.
const KINDS: [(&str, &str, bool); 27] = [
    ("masters/baseline.jpg", "masters/baseline.jpg.png", false),
    ("masters/progressive.jpg", "masters/progressive.jpg.png", false),
    ("masters/gray.jpg", "masters/gray.jpg.png", false),
    ("masters/cmyk-icc.jpg", "masters/cmyk-icc.jpg.png", false),
    ("masters/ycck.jpg", "masters/ycck.jpg.png", false),
    ("masters/rgb16.png", "masters/rgb16.ref.png", false),
    ("masters/palette.png", "masters/palette.ref.png", false),
    ("masters/lossy.webp", "masters/lossy.webp.png", false),
    ("masters/plain.gif", "masters/plain.gif.png", false),
    ("masters/lossless.jp2", "masters/lossless.jp2.png", false),
    ("masters/raw.j2k", "masters/raw.j2k.png", false),
    ("tiff-kinds/rgb-none.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgb-lzw.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgb-deflate-planes.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgb-deflate-planes-tiles.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgb-16-big.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgb-float32-little.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgba-straight.tif", "tiff-kinds/rgba.png", false),
    ("tiff-kinds/cmyk-lzw.tif", "tiff-kinds/cmyk.png", false),
    ("tiff-kinds/cmyk-16-tiles.tif", "tiff-kinds/cmyk.png", false),
    ("tiff-kinds/lab-16-tiles.tif", "tiff-kinds/lab.png", false),
    ("tiff-kinds/palette-8.tif", "tiff-kinds/palette-8.png", false),
    ("tiff-kinds/bits-g4.tif", "tiff-kinds/bits.png", false),
    ("tiff-kinds/turned.tif", "tiff-kinds/rgb.png", false),
    ("tiff-kinds/rgb-deflate-tiles.tif", "tiff-kinds/rgb.png", true),
    ("tiff-kinds/rgb-16-tiles.tif", "tiff-kinds/rgb.png", true),
    ("tiff/vips-jpeg90.tif", "tiff/vips-jpeg90.tif.0.png", true),
];

/// A service on a storage, and what keeps both alive.
struct Place {
    storage: Storage,
    service: Service,
    _folder: tempfile::TempDir,
    #[cfg(feature = "s3")]
    _bucket: Option<S3Server>,
}

impl Place {
    async fn directory(settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let storage = Storage::directory(folder.path().to_owned()).expect("a directory");
        Self::on(storage, settings, folder).await
    }

    #[cfg(feature = "s3")]
    async fn bucket() -> Self {
        let bucket = S3Server::start().await;
        let storage = Storage::s3(bucket.settings("masters", "scans")).await.expect("a store");
        let place = Self::on(storage, &[], tempfile::tempdir().expect("a folder")).await;
        Self { _bucket: Some(bucket), ..place }
    }

    async fn on(storage: Storage, settings: &[(&str, &str)], folder: tempfile::TempDir) -> Self {
        let service = Service::on(Some(storage.clone()), settings, crate::support::database::pool().await).await;
        Self {
            storage,
            service,
            _folder: folder,
            #[cfg(feature = "s3")]
            _bucket: None,
        }
    }

    /// Writes a fixture into the storage.
    async fn put(&self, fixture: &str, key: &str) {
        self.storage.write_file(key, &crate::support::fixture(fixture)).await.expect("written");
    }

    async fn register(&self, id: &str, key: &str) -> Answer {
        self.service.ask(Method::POST, "/images", Some(json!({"id": id, "key": key, "public": true}))).await
    }

    async fn replace(&self, id: &str, tag: &str, body: Value) -> Answer {
        self.service.ask_if(Method::PUT, &format!("/images/{id}"), tag, Some(body)).await
    }

    /// The keys of the pyramids that the service made.
    async fn ours(&self) -> Vec<String> {
        self.storage.list(OURS, None, 100).await.expect("keys")
    }

    async fn read(&self, key: &str) -> Vec<u8> {
        let size = self.storage.head(key).await.expect("an object").size;
        self.storage.read(key, 0..size, None).await.expect("bytes").to_vec()
    }
}

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(crate::support::fixture(name)).expect("a fixture")
}

/// A picture without the fine patterns that JPEG does not keep: of each block of 5 x 5 pixels their mean.
fn blurred(picture: &RgbaImage) -> RgbaImage {
    let picture = on_white(picture);
    RgbaImage::from_fn(picture.width() / 5, picture.height() / 5, |x, y| {
        let block = (0..25).map(|at| picture.get_pixel(5 * x + at % 5, 5 * y + at / 5).0);
        let sums = block.fold([0u32; 4], |sums, pixel| std::array::from_fn(|channel| sums[channel] + u32::from(pixel[channel])));
        Rgba(sums.map(|sum| (sum / 25) as u8))
    })
}

/// What is to be seen of a master: the reference, turned by a quarter where it is stored lying.
fn expected_of(name: &str, reference: RgbaImage) -> RgbaImage {
    if !name.contains("turned") {
        return reference;
    }
    let height = reference.height();
    RgbaImage::from_fn(height, reference.width(), |x, y| *reference.get_pixel(y, height - 1 - x))
}

async fn every_kind(place: Place) {
    for (number, (name, expected, as_it_is)) in KINDS.into_iter().enumerate() {
        let (id, key) = (format!("m{number}"), format!("scans/{number}.{}", name.rsplit('.').next().expect("an ending")));
        place.put(name, &key).await;
        let before = place.ours().await;
        let made = place.register(&id, &key).await;
        assert_eq!((made.status, &made.body["key"]), (201, &json!(key)), "{name}: {made:?}");
        assert_eq!(made.body["size"], fixture(name).len(), "{name}: of the master");
        assert_eq!(place.ours().await.len() - before.len(), usize::from(!as_it_is), "{name}");
        assert!(place.read(&key).await == fixture(name), "{name}: the master stays as it is");
        let reference = expected_of(name, reference(expected));
        assert_eq!((&made.body["width"], &made.body["height"]), (&json!(reference.width()), &json!(reference.height())), "{name}");
        let shown = picture(&place.service, &format!("/iiif/3/{id}/full/max/0/default.png")).await;
        assert_eq!(shown.dimensions(), reference.dimensions(), "{name}");
        let apart = difference(&blurred(&shown), &blurred(&reference));
        assert!(apart.mean < 8.0, "{name}: {apart:?}");
    }
    assert!(files(&place.service.scratch().join("uploads")).is_empty());
}

#[tokio::test]
async fn every_kind_of_master_in_a_directory_becomes_an_image() {
    every_kind(Place::directory(&[]).await).await;
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn every_kind_of_master_in_a_bucket_becomes_an_image() {
    every_kind(Place::bucket().await).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_named_with_its_cure() {
    let place = Place::directory(&[("max_source_pixels", "100000"), ("max_upload", "60000")]).await;
    let text = place.service.scratch().join("letter");
    std::fs::write(&text, "Dear Sir,").expect("a file");
    place.storage.write_file("letter.tif", &text).await.expect("written");
    let jpeg = fixture("masters/progressive.jpg");
    std::fs::write(&text, &jpeg[..jpeg.len() / 2]).expect("a file");
    place.storage.write_file("half.jpg", &text).await.expect("written");
    std::fs::write(&text, vec![0xff; 60_001]).expect("a file");
    place.storage.write_file("long.jpg", &text).await.expect("written");
    for (name, key) in [
        ("masters/ht.j2k", "ht.j2k"),
        ("masters/gray.jpg", "gray.jpg"),
        ("tiff-kinds/refused-jpegxl.tif", "jpegxl.tif"),
        ("tiff-kinds/refused-lerc.tif", "lerc.tif"),
        ("tiff-kinds/pages.tif", "pages.tif"),
        ("images/67352ccc-d1b0-11e1-89ae-279075081939.png", "large.png"),
    ] {
        place.put(name, key).await;
    }
    let before = (place.service.tables().await, place.ours().await);
    let cases = [
        (json!({"key": "letter.tif"}), "not a TIFF, JPEG, PNG, WebP, GIF, JPEG 2000 or PDF file"),
        (json!({"key": "half.jpg"}), "damaged"),
        (json!({"key": "long.jpg"}), "max_upload"),
        (json!({"key": "large.png"}), "1000 x 1000 pixels are too many: up to 100000 in all"),
        (json!({"key": "ht.j2k"}), "not supported"),
        (json!({"key": "jpegxl.tif"}), "JPEG XL"),
        (json!({"key": "lerc.tif"}), "LERC"),
        (json!({"key": "gray.jpg", "page": 2}), "picture 2 of a JPEG file, of which the first is taken"),
        (json!({"key": "pages.tif", "page": 99}), "99"),
        (json!({"key": "none.jpg"}), "there is no such file"),
    ];
    for (mut body, words) in cases {
        body["id"] = json!("x");
        let refused = place.service.ask(Method::POST, "/images", Some(body.clone())).await;
        assert_eq!(refused.faults(), (422, vec!["/key"]), "{body}: {refused:?}");
        assert!(refused.detail("/key").contains(words), "{body}: {refused:?}");
        assert!(!refused.body.to_string().contains(&*place.service.scratch().to_string_lossy()), "no paths: {refused:?}");
    }
    let page = place.service.ask(Method::POST, "/images", Some(json!({"id": "x", "key": "pages.tif", "page": 0}))).await;
    assert_eq!(page.faults(), (422, vec!["/page"]), "{page:?}");
    assert_eq!((place.service.tables().await, place.ours().await), before);
    assert!(files(&place.service.scratch().join("uploads")).is_empty());
}

async fn a_pyramid_goes_with_its_image(place: Place) {
    place.put("masters/baseline.jpg", "a.jpg").await;
    place.put("masters/lossless.jp2", "b.jp2").await;
    place.put("tiff-kinds/rgb.png", "other-size.png").await;
    for id in ["first", "second"] {
        assert_eq!(place.register(id, "a.jpg").await.status, 201);
    }
    assert_eq!(place.ours().await.len(), 2, "each has its own");
    let old = place.ours().await;

    for (body, status) in [(json!({"key": "other-size.png"}), 409), (json!({"key": "none"}), 422)] {
        assert_eq!(place.replace("first", "\"1\"", body).await.status, status);
    }
    assert_eq!(place.replace("first", "\"7\"", json!({"key": "b.jp2"})).await.status, 412);
    assert_eq!(place.register("first", "b.jp2").await.status, 409);
    assert_eq!(place.ours().await, old, "nothing is left of what failed");

    let tag = async || place.service.get("/iiif/3/first/full/max/0/default.png").await.headers()["etag"].clone();
    let before = tag().await;
    let replaced = place.replace("first", "\"1\"", json!({"key": "b.jp2", "public": true})).await;
    assert_eq!((replaced.status, &replaced.body["report"]["kind"]), (200, &json!("JPEG 2000")), "{replaced:?}");
    let new = place.ours().await;
    assert!(new.len() == 2 && new.iter().filter(|key| old.contains(key)).count() == 1, "{old:?} {new:?}");
    assert_ne!(tag().await, before);
    let shown = picture(&place.service, "/iiif/3/first/full/max/0/default.png").await;
    let apart = difference(&shown, &reference("masters/lossless.jp2.png"));
    assert!(apart.mean < 8.0, "{apart:?}");

    for id in ["first", "second"] {
        assert_eq!(place.service.ask_if(Method::DELETE, &format!("/images/{id}"), "*", None).await.status, 204);
    }
    assert!(place.ours().await.is_empty());
    assert_eq!(place.read("a.jpg").await, fixture("masters/baseline.jpg"));
    assert_eq!(place.read("b.jp2").await, fixture("masters/lossless.jp2"));
}

#[tokio::test]
async fn in_a_directory_a_pyramid_goes_with_its_image_and_the_master_stays() {
    a_pyramid_goes_with_its_image(Place::directory(&[]).await).await;
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn in_a_bucket_a_pyramid_goes_with_its_image_and_the_master_stays() {
    a_pyramid_goes_with_its_image(Place::bucket().await).await;
}

#[tokio::test]
async fn a_page_is_chosen_when_it_is_registered() {
    let place = Place::directory(&[]).await;
    place.put("tiff-kinds/pages-tiles.tif", "book.tif").await;
    let mut shown = Vec::new();
    for page in 1..=3 {
        let id = format!("page-{page}");
        let body = json!({"id": id, "key": "book.tif", "page": page, "public": true});
        let made = place.service.ask(Method::POST, "/images", Some(body)).await;
        assert_eq!(made.status, 201, "{made:?}");
        shown.push(bytes(&place.service, &format!("/iiif/3/{id}/full/max/0/default.png")).await);
    }
    assert!(shown[0] != shown[1] && shown[1] != shown[2] && shown[0] != shown[2]);
    let moved = place.replace("page-1", "*", json!({"key": "book.tif", "page": 3, "public": true})).await;
    assert_eq!(moved.status, 200, "{moved:?}");
    assert!(bytes(&place.service, "/iiif/3/page-1/full/max/0/default.png").await == shown[2]);
    let smaller = place.replace("page-1", "*", json!({"key": "book.tif", "page": 2})).await;
    assert_eq!(smaller.status, 409, "another size is another image: {smaller:?}");
}

#[tokio::test]
async fn what_a_master_is_is_told_to_holders_of_a_key() {
    let place = Place::directory(&[]).await;
    place.put("masters/cmyk.jpg", "inks.jpg").await;
    place.put("tiff/vips-jpeg75.tif", "pyramid.tif").await;
    place.put("masters/baseline.jpg", "plain.jpg").await;
    for (id, key, kind, words) in [
        ("inks", "inks.jpg", "JPEG", Some("CMYK")),
        ("pyramid", "pyramid.tif", "TIFF", Some("rounded down")),
        ("plain", "plain.jpg", "JPEG", Some("neither tiles nor smaller versions")),
    ] {
        let made = place.register(id, key).await;
        let report = &made.body["report"];
        assert_eq!((made.status, &report["kind"]), (201, &json!(kind)), "{made:?}");
        let findings = report["findings"].as_array().expect("findings");
        let found = |words: &str| findings.iter().any(|finding| finding["what"].as_str().is_some_and(|what| what.contains(words)));
        assert!(words.is_none_or(found), "{report}");
        let advised = findings.iter().any(|finding| finding["cure"].as_str().is_some_and(|cure| cure.contains("makes a pyramid")));
        assert!(!advised || id == "pyramid", "a pyramid was made already: {report}");
        for finding in findings {
            assert!(["note", "odd", "slow"].contains(&finding["severity"].as_str().expect("a word")), "{finding}");
            assert!(finding["cure"].is_string(), "{finding}");
        }
        assert!(findings.iter().any(|finding| finding["cure"] != "") || id == "pyramid", "{report}");
        assert_eq!(&place.service.record(&format!("/images/{id}")).await["report"], report);
        let public = answer(place.service.request(Method::GET, &format!("/api/v1/images/{id}"))).await;
        assert_eq!((public.status, public.body.get("report"), public.body.get("key")), (200, None, None));
    }
    let sent = place.service.rest(Method::POST, "/images/sent").header("Content-Type", "application/octet-stream");
    let sent = answer(sent.body(fixture("masters/plain.gif"))).await;
    assert_eq!((sent.status, &sent.body["report"]["kind"]), (201, &json!("GIF")), "{sent:?}");
}

#[tokio::test]
async fn readers_never_cause_a_conversion() {
    let place = Place::directory(&[]).await;
    place.put("tiff/vips-jpeg90.tif", "a.tif").await;
    assert_eq!(place.register("a", "a.tif").await.status, 201);
    let path = "/iiif/3/a/0,0,128,128/128,128/0/default.png";
    assert_eq!(place.service.get(path).await.status(), 200);
    let plain = place.service.scratch().join("plain.png");
    std::fs::copy(crate::support::fixture("tiff/vips-jpeg90.tif.0.png"), &plain).expect("a file");
    place.storage.write_file("a.tif", &plain).await.expect("written");
    let refused = place.service.get("/iiif/3/a/128,128,128,128/128,128/0/default.png").await;
    assert_eq!((refused.status().as_u16(), place.ours().await.len()), (404, 0));
    let again = place.replace("a", "*", json!({"key": "a.tif", "public": true})).await;
    assert_eq!((again.status, &again.body["report"]["kind"], place.ours().await.len()), (200, &json!("PNG"), 1), "{again:?}");
    let shown = decode(&bytes(&place.service, path).await);
    assert_eq!((shown.width(), shown.height()), (128, 128));
}
