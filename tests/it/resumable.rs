//! Uploads that survive broken lines: the rules of tus 1.0.0, one by one, and what becomes of an upload.

mod direct;
mod images;
mod npm;
mod replicas;
mod sent;

use reqwest::Method;
use serde_json::json;

use crate::support::rest::{Answer, answer, files, until};
use crate::support::service::Service;
use sent::{OCTETS, cut, sample};

#[tokio::test]
async fn an_upload_is_announced_found_appended_to_and_whole() {
    let service = Service::start().await;
    let bytes = sample(10_000);
    let metadata = "filename QmxhdHQgMS50aWY=,filetype aW1hZ2UvdGlmZg==,mine";
    let made = answer(service.tus(Method::POST, "/uploads").header("Upload-Length", "10000").header("Upload-Metadata", metadata)).await;
    assert_eq!((made.status, made.header("tus-resumable"), made.header("upload-offset")), (201, "1.0.0", "0"), "{made:?}");
    let location = made.header("location").to_owned();
    assert!(location.starts_with(&format!("{}/api/v1/uploads/", service.base)), "{location}");
    assert!(made.header("upload-expires").ends_with(" GMT"), "{made:?}");
    let id = location.rsplit('/').next().expect("an id").to_owned();
    for (from, to) in [(0, 4000), (4000, 4000), (4000, 9999), (9999, 10_000)] {
        assert_eq!(service.offset(&id).await, from as i64);
        let appended = service.append(&id, from, bytes[from..to].to_vec()).await;
        assert_eq!((appended.status, appended.header("upload-offset")), (204, &*to.to_string()), "{appended:?}");
        assert_eq!(appended.header("tus-resumable"), "1.0.0");
        assert!(!appended.header("upload-expires").is_empty());
    }
    let head = service.tus(Method::HEAD, &format!("/uploads/{id}")).send().await.expect("an answer");
    let header = |name: &str| head.headers().get(name).map_or("", |value| value.to_str().expect("text")).to_owned();
    assert_eq!(
        (header("upload-offset"), header("upload-length"), header("upload-metadata")),
        ("10000".into(), "10000".into(), metadata.into())
    );
    assert!(header("cache-control").contains("no-store"));
    let record = service.record(&format!("/uploads/{id}")).await;
    assert_eq!(
        (&record["complete"], &record["filename"], &record["filetype"]),
        (&json!(true), &json!("Blatt 1.tif"), &json!("image/tiff"))
    );
    assert_eq!(service.stored(&id).await, bytes);
    assert_eq!(service.append(&id, 10_000, Vec::new()).await.status, 204, "nothing at the end is no fault");
    assert_eq!(service.append(&id, 10_000, vec![0]).await.status, 413);
    let listed = service.record("/uploads").await;
    assert_eq!((listed["items"].as_array().map(Vec::len), &listed["items"][0]["id"]), (Some(1), &json!(id)));
}

#[tokio::test]
async fn the_first_bytes_may_come_with_the_announcement() {
    let service = Service::start().await;
    let bytes = sample(500);
    let announce = |body: &[u8], checksum: Option<&str>| {
        let request = service.tus(Method::POST, "/uploads").header("Upload-Length", "500").header("Content-Type", OCTETS);
        let request = checksum.into_iter().fold(request, |request, sum| request.header("Upload-Checksum", sum));
        answer(request.body(body.to_vec()))
    };
    let made = announce(&bytes[..300], None).await;
    assert_eq!((made.status, made.header("upload-offset")), (201, "300"), "{made:?}");
    let id = made.body["id"].as_str().expect("an id").to_owned();
    assert_eq!(service.append(&id, 300, bytes[300..].to_vec()).await.status, 204);
    assert_eq!(service.stored(&id).await, bytes);
    let before = (files(&service.images), service.record("/uploads").await["items"].as_array().map(Vec::len));
    assert_eq!(announce(&sample(501), None).await.status, 413);
    assert_eq!(announce(&bytes, Some("sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA=")).await.status, 460);
    let odd = service.tus(Method::POST, "/uploads").header("Upload-Length", "500").header("Content-Type", "image/tiff").body(vec![1]);
    assert_eq!(answer(odd).await.status, 415);
    assert_eq!((files(&service.images), service.record("/uploads").await["items"].as_array().map(Vec::len)), before);
}

#[tokio::test]
async fn what_breaks_a_rule_is_refused_and_changes_nothing() {
    let service = Service::with(&[("max_upload", "1000")]).await;
    let id = service.announce(800).await;
    assert_eq!(service.append(&id, 0, sample(300)).await.status, 204);
    let patch = |path: &str| service.tus(Method::PATCH, path).header("Content-Type", OCTETS).body(vec![1; 10]);
    let path = format!("/uploads/{id}");
    let other = format!("/uploads/{}", uuid::Uuid::now_v7());
    let bare = |method: Method, path: &str| service.rest(method, path).header("Content-Type", OCTETS).header("Upload-Offset", "300");
    let cases = [
        ("another offset", patch(&path).header("Upload-Offset", "299"), 409),
        ("an offset beyond", patch(&path).header("Upload-Offset", "301"), 409),
        ("no offset", patch(&path), 400),
        ("a negative offset", patch(&path).header("Upload-Offset", "-1"), 400),
        ("another type", service.tus(Method::PATCH, &path).header("Upload-Offset", "300").body(vec![1]), 415),
        ("more than announced", patch(&path).header("Upload-Offset", "300").body(sample(501)), 413),
        ("no upload", patch(&other).header("Upload-Offset", "0"), 404),
        ("no id", patch("/uploads/x").header("Upload-Offset", "0"), 404),
        ("no such upload", service.tus(Method::HEAD, &other), 404),
        ("nothing to end", service.tus(Method::DELETE, &other), 404),
        ("no version", bare(Method::PATCH, &path).body(vec![1]), 412),
        ("an old version", bare(Method::PATCH, &path).header("Tus-Resumable", "0.2.2").body(vec![1]), 412),
        ("a head of an old version", service.rest(Method::GET, &path).header("Tus-Resumable", "0.2.2"), 412),
        ("no version to announce", service.rest(Method::POST, "/uploads").header("Upload-Length", "1"), 412),
        ("no version to end", service.rest(Method::DELETE, &path), 412),
        ("too large", service.tus(Method::POST, "/uploads").header("Upload-Length", "1001"), 413),
        ("no length", service.tus(Method::POST, "/uploads"), 400),
        ("a length later", service.tus(Method::POST, "/uploads").header("Upload-Defer-Length", "1"), 400),
        ("a broken name", service.tus(Method::POST, "/uploads").header("Upload-Length", "1").header("Upload-Metadata", "a !"), 400),
        ("an unknown sum", patch(&path).header("Upload-Offset", "300").header("Upload-Checksum", "md5 AAAA"), 400),
        ("a broken sum", patch(&path).header("Upload-Offset", "300").header("Upload-Checksum", "sha1 AAAA"), 400),
        ("another sum", patch(&path).header("Upload-Offset", "300").header("Upload-Checksum", "sha1 AAAAAAAAAAAAAAAAAAAAAAAAAAA="), 460),
        ("no key", service.request(Method::PATCH, &format!("/api/v1{path}")).header("Tus-Resumable", "1.0.0").body(vec![1]), 401),
        ("no key to see", service.request(Method::GET, &format!("/api/v1{path}")), 401),
        ("no key to announce", service.request(Method::POST, "/api/v1/uploads").header("Upload-Length", "1"), 401),
    ];
    let before = (files(&service.images), service.stored(&id).await);
    for (what, request, status) in cases {
        let is_head = what.contains("no such upload");
        let refused = if is_head { plain(request).await } else { answer(request).await };
        assert_eq!(refused.status, status, "{what}: {refused:?}");
        assert_eq!((refused.header("tus-resumable"), refused.header("tus-version")), ("1.0.0", "1.0.0"), "{what}");
        assert_eq!(service.offset(&id).await, 300, "{what}");
    }
    assert_eq!((files(&service.images), service.stored(&id).await), before);
}

async fn plain(request: reqwest::RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    Answer { status: response.status().as_u16(), headers: response.headers().clone(), body: serde_json::Value::Null }
}

#[tokio::test]
async fn a_checksum_that_holds_is_taken() {
    let service = Service::start().await;
    let id = service.announce(6).await;
    let append = |offset: i64, bytes: &'static str, sum: &str| {
        let request = service.tus(Method::PATCH, &format!("/uploads/{id}")).header("Content-Type", OCTETS).body(bytes);
        answer(request.header("Upload-Offset", offset.to_string()).header("Upload-Checksum", sum))
    };
    assert_eq!(append(0, "abc", "sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=").await.status, 204);
    assert_eq!(append(3, "abd", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=").await.status, 460);
    assert_eq!(append(3, "abc", "sha256 ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=").await.status, 204);
    assert_eq!(service.stored(&id).await, b"abcabc");
    assert_eq!(files(&service.images).len(), 2, "nothing is left of what was refused");
}

#[tokio::test]
async fn what_came_before_the_line_broke_is_kept() {
    let service = Service::start().await;
    let bytes = sample(9 << 20);
    let id = service.announce(bytes.len()).await;
    cut(&service, &id, 0, &bytes, 5 << 20, "").await;
    until("the upload is free again", async || service.offset(&id).await == 5 << 20 && !service.is_held(&id).await).await;
    cut(&service, &id, 5 << 20, &bytes, (5 << 20) + 7, "").await;
    until("seven more bytes are there", async || service.offset(&id).await == (5 << 20) + 7 && !service.is_held(&id).await).await;
    let objects = files(&service.images);
    cut(&service, &id, (5 << 20) + 7, &bytes, bytes.len() - 1, "Upload-Checksum: sha1 qZk+NkcGgWq6PiVxeFDCbJzQ2J0=\r\n").await;
    until("it is given up", async || !service.is_held(&id).await && files(&service.images) == objects).await;
    assert_eq!(service.offset(&id).await, (5 << 20) + 7, "with a checksum all is kept or nothing");
    assert_eq!(service.append(&id, (5 << 20) + 7, bytes[(5 << 20) + 7..].to_vec()).await.status, 204);
    assert!(service.stored(&id).await == bytes);
    assert!(files(&service.images).iter().all(|file| file.metadata().expect("a file").len() <= 4 << 20), "parts are bounded");
}

#[tokio::test]
async fn of_two_that_append_at_once_one_is_refused() {
    let service = Service::start().await;
    let bytes = sample(200_000);
    let id = service.announce(bytes.len()).await;
    let slow = sent::begin(&service, &id, 0, &bytes, 1000, "").await;
    until("it is held", async || service.is_held(&id).await).await;
    let second = service.append(&id, 0, bytes.clone()).await;
    assert_eq!((second.status, second.header("retry-after")), (423, "5"), "{second:?}");
    assert_eq!(answer(service.tus(Method::DELETE, &format!("/uploads/{id}"))).await.status, 423);
    drop(slow);
    until("it is free", async || !service.is_held(&id).await).await;
    assert_eq!(service.append(&id, 1000, bytes[1000..].to_vec()).await.status, 204);
    assert!(service.stored(&id).await == bytes);
}

#[tokio::test]
async fn an_upload_that_is_ended_is_gone_with_its_bytes() {
    let service = Service::start().await;
    let id = service.announce(1000).await;
    assert_eq!(service.append(&id, 0, sample(500)).await.status, 204);
    assert_eq!(files(&service.images).len(), 1);
    assert_eq!(answer(service.tus(Method::DELETE, &format!("/uploads/{id}"))).await.status, 204);
    assert!(files(&service.images).is_empty());
    assert_eq!(service.append(&id, 500, sample(500)).await.status, 410);
    assert_eq!(plain(service.tus(Method::HEAD, &format!("/uploads/{id}"))).await.status, 410);
    assert_eq!(answer(service.tus(Method::DELETE, &format!("/uploads/{id}"))).await.status, 410);
}

#[tokio::test]
async fn browsers_are_told_what_is_spoken() {
    let service = Service::with(&[("max_upload", "5M")]).await;
    for path in ["/api/v1/uploads", "/api/v1/uploads/0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11"] {
        let offered = plain(service.request(Method::OPTIONS, path)).await;
        assert_eq!(
            (offered.status, offered.header("tus-version"), offered.header("tus-max-size")),
            (204, "1.0.0", "5242880"),
            "{offered:?}"
        );
        assert_eq!(offered.header("tus-extension"), "creation,creation-with-upload,expiration,checksum,termination");
        assert_eq!(offered.header("tus-checksum-algorithm"), "sha1,sha256");
        let allowed = offered.header("access-control-allow-headers").to_lowercase();
        for name in
            ["tus-resumable", "upload-offset", "upload-length", "upload-metadata", "upload-checksum", "authorization", "content-type"]
        {
            assert!(allowed.split(", ").any(|allowed| allowed == name), "{name}: {allowed}");
        }
        assert!(offered.header("access-control-allow-methods").contains("PATCH"));
        let exposed = offered.header("access-control-expose-headers").to_lowercase();
        for name in ["tus-resumable", "upload-offset", "upload-length", "upload-metadata", "upload-expires", "location"] {
            assert!(exposed.split(", ").any(|exposed| exposed == name), "{name}: {exposed}");
        }
    }
}

#[tokio::test]
async fn a_client_that_cannot_send_patch_names_it() {
    let service = Service::start().await;
    let id = service.announce(3).await;
    let request =
        service.tus(Method::POST, &format!("/uploads/{id}")).header("X-HTTP-Method-Override", "PATCH").header("Upload-Offset", "0");
    assert_eq!(answer(request.header("Content-Type", OCTETS).body("abc")).await.status, 204);
    assert_eq!(service.stored(&id).await, b"abc");
}

#[tokio::test]
async fn uploads_are_never_open_files() {
    let service = Service::start().await;
    let bytes = std::fs::read(crate::support::fixture("tiff/vips-jpeg75.tif")).expect("a fixture");
    let id = service.announce(bytes.len()).await;
    assert_eq!(service.append(&id, 0, bytes).await.status, 204);
    let file = files(&service.images).remove(0);
    let key = file.strip_prefix(&service.images).expect("below").to_string_lossy().replace('/', "%2F");
    assert_eq!(service.get(&format!("/iiif/3/{key}/info.json")).await.status(), 404);
}
