//! What becomes of uploads: images, or nothing.

use reqwest::Method;
use serde_json::json;
use uuid::Uuid;

use super::sent::sample;
use crate::support::rest::{answer, files, until};
use crate::support::service::Service;

fn fixture(name: &str) -> Vec<u8> {
    std::fs::read(crate::support::fixture(name)).expect("a fixture")
}

impl Service {
    /// An upload of which nothing was sent yet.
    pub async fn announced(&self, metadata: &str, length: usize) -> String {
        let request = self.tus(Method::POST, "/uploads").header("Upload-Length", length.to_string()).header("Upload-Metadata", metadata);
        let made = answer(request).await;
        assert_eq!(made.status, 201, "{made:?}");
        made.body["id"].as_str().expect("an id").to_owned()
    }

    /// An upload of these bytes, in three requests.
    pub async fn uploaded(&self, metadata: &str, bytes: &[u8]) -> String {
        let id = self.announced(metadata, bytes.len()).await;
        let mut at = 0;
        for part in bytes.chunks(bytes.len().div_ceil(3).max(1)) {
            assert_eq!(self.append(&id, at, part.to_vec()).await.status, 204);
            at += part.len();
        }
        id
    }
}

#[tokio::test]
async fn an_upload_becomes_an_image_and_ends() {
    let service = Service::start().await;
    let bytes = fixture("tiff/vips-jpeg75.tif");
    // "C:\scans\blatt 7.tif"
    let id = service.uploaded("filename Qzpcc2NhbnNcYmxhdHQgNy50aWY=", &bytes).await;
    let made = service.ask(Method::POST, "/images", Some(json!({"upload": id, "public": true}))).await;
    assert_eq!((made.status, &made.body["id"], &made.body["size"]), (201, &json!("blatt 7"), &json!(bytes.len())), "{made:?}");
    let stored = files(&service.images);
    assert_eq!(stored.len(), 1, "the parts are gone: {stored:?}");
    assert_eq!(std::fs::read(&stored[0]).expect("a file"), bytes);
    assert_eq!(service.get("/iiif/3/blatt%207/info.json").await.status(), 200);
    let again = service.ask(Method::POST, "/images", Some(json!({"upload": id, "id": "again"}))).await;
    assert_eq!(again.faults(), (422, vec!["/upload"]), "{again:?}");
    let named = service.uploaded("", &fixture("masters/baseline.jpg")).await;
    let made = service.ask(Method::PUT, "/images/a%2Fb", Some(json!({"upload": named}))).await;
    assert_eq!((made.status, &made.body["id"]), (201, &json!("a/b")), "{made:?}");
}

#[tokio::test]
async fn an_upload_replaces_a_master_of_its_size() {
    let service = Service::start().await;
    let first = service.uploaded("", &fixture("tiff/vips-jpeg75.tif")).await;
    assert_eq!(service.ask(Method::POST, "/images", Some(json!({"upload": first, "id": "one"}))).await.status, 201);
    let before = files(&service.images);
    // Other bytes of the same picture: what comes after a TIFF does not count.
    let anew = [fixture("tiff/vips-jpeg75.tif"), sample(100)].concat();
    let second = service.uploaded("", &anew).await;
    assert_eq!(service.ask(Method::PUT, "/images/one", Some(json!({"upload": second}))).await.status, 428);
    let changed = service.ask_if(Method::PUT, "/images/one", "*", Some(json!({"upload": second}))).await;
    assert_eq!((changed.status, &changed.body["revision"]), (200, &json!(2)), "{changed:?}");
    let after = files(&service.images);
    assert!(after.len() == 1 && after != before, "{after:?}");
    assert_eq!(std::fs::read(&after[0]).expect("a file"), anew);
    let other = service.uploaded("", &fixture("masters/baseline.jpg")).await;
    assert_eq!(service.ask_if(Method::PUT, "/images/one", "*", Some(json!({"upload": other}))).await.status, 409, "another size");
    let kept: Vec<_> = files(&service.images).into_iter().filter(|file| !file.to_string_lossy().contains("incoming")).collect();
    assert_eq!(kept, after);
    assert_eq!(service.offset(&other).await, fixture("masters/baseline.jpg").len() as i64, "the upload is still there");
}

#[tokio::test]
async fn what_is_no_image_stays_an_upload() {
    let service = Service::start().await;
    service.images_named(&["taken"]).await;
    let text = service.uploaded("", b"hello, world").await;
    let empty = service.announce(0).await;
    let unfinished = service.announce(10).await;
    assert_eq!(service.append(&unfinished, 0, sample(9)).await.status, 204);
    // The SHA-256 of nothing.
    let wrong = service
        .uploaded("sha256 ZTNiMGM0NDI5OGZjMWMxNDlhZmJmNGM4OTk2ZmI5MjQyN2FlNDFlNDY0OWI5MzRjYTQ5NTk5MWI3ODUyYjg1NQ==", b"GIF89a")
        .await;
    let image = service.uploaded("", &fixture("masters/baseline.jpg")).await;
    let (tables, stored) = (service.tables().await, files(&service.images));
    let cases = [
        (json!({"id": "new", "upload": text}), 422, vec!["/upload"]),
        (json!({"id": "new", "upload": empty}), 422, vec!["/upload"]),
        (json!({"id": "new", "upload": unfinished}), 422, vec!["/upload"]),
        (json!({"id": "new", "upload": wrong}), 422, vec!["/upload"]),
        (json!({"id": "new", "upload": Uuid::now_v7()}), 422, vec!["/upload"]),
        (json!({"id": "new", "upload": "x"}), 422, vec!["/upload"]),
        (json!({"id": "new", "upload": image, "key": "shared.tif"}), 422, vec!["/upload"]),
        (json!({"id": "new"}), 422, vec!["/key"]),
        (json!({"upload": image}), 422, vec!["/id"]),
        (json!({"id": "new", "upload": image, "page": 2}), 422, vec!["/upload"]),
        (json!({"id": "taken", "upload": image}), 409, vec![]),
    ];
    for (body, status, pointers) in cases {
        let refused = service.ask(Method::POST, "/images", Some(body.clone())).await;
        assert_eq!(refused.faults(), (status, pointers), "{body}: {refused:?}");
    }
    assert_eq!((service.tables().await, files(&service.images)), (tables, stored));
    let made = service.ask(Method::POST, "/images", Some(json!({"id": "new", "upload": image}))).await;
    assert_eq!(made.status, 201, "{made:?}");
}

#[tokio::test]
async fn what_expires_is_swept_with_its_objects_and_nothing_else() {
    let service = Service::start().await;
    let old = service.uploaded("", &sample(1000)).await;
    let held = service.uploaded("", &sample(1000)).await;
    let young = service.uploaded("", &sample(1000)).await;
    let (old_id, held_id) = (old.parse::<Uuid>().expect("an id"), held.parse::<Uuid>().expect("an id"));
    let expire = "update uploads set expires = now() - interval '1 second' where id = any($1)";
    sqlx::query(expire).bind([old_id, held_id]).execute(&service.pool).await.expect("changed");
    let hold = "update uploads set holder = gen_random_uuid(), held_until = now() + interval '1 minute' where id = $1";
    sqlx::query(hold).bind(held_id).execute(&service.pool).await.expect("changed");
    assert_eq!(service.append(&old, 1000, Vec::new()).await.status, 410);
    // What a replica that died left: of an upload that goes on, of one that is over, and what is not ours.
    let stray = |upload: &str, name: &str| {
        let file = service.images.join("triptych-incoming").join(format!("{upload}.{name}"));
        std::fs::write(&file, "x").expect("a file");
        file
    };
    let object = Uuid::now_v7().to_string();
    let (lost, ours, foreign) = (stray(&Uuid::now_v7().to_string(), &object), stray(&young, &object), stray("notes", "read.me"));
    assert_eq!(service.uploads.sweep().await.expect("swept"), 1);
    let left = files(&service.images.join("triptych-incoming"));
    assert!(left.iter().all(|file| !file.to_string_lossy().contains(&old)), "{left:?}");
    assert!(!lost.exists() && ours.exists() && foreign.exists());
    assert_eq!(left.iter().filter(|file| file.to_string_lossy().contains(&held)).count(), 3);
    assert_eq!(service.stored(&young).await, sample(1000));
    assert_eq!(service.append(&old, 1000, Vec::new()).await.status, 410);
    sqlx::query("update uploads set held_until = now() where id = $1").bind(held_id).execute(&service.pool).await.expect("changed");
    assert_eq!(service.uploads.sweep().await.expect("swept"), 1, "a hold that ran out keeps nobody out");
    let forget = "update uploads set ended = now() - interval '8 days' where ended is not null";
    sqlx::query(forget).execute(&service.pool).await.expect("changed");
    assert_eq!(service.uploads.sweep().await.expect("swept"), 0);
    assert_eq!(service.append(&old, 1000, Vec::new()).await.status, 404, "forgotten");
    assert_eq!(answer(service.tus(Method::DELETE, &format!("/uploads/{young}"))).await.status, 204);
    assert!(!ours.exists(), "what no part tells of goes with the upload");
}

#[tokio::test]
async fn a_master_that_is_sent_has_the_digest_that_is_announced() {
    let service = Service::start().await;
    let bytes = fixture("masters/baseline.jpg");
    let digest = |bytes: &[u8]| {
        use base64::Engine;
        use sha2::Digest;
        format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(sha2::Sha256::digest(bytes)))
    };
    let send = |id: &str, name: &str, value: &str| {
        let request = service.rest(Method::POST, &format!("/images/{id}")).header("Content-Type", "application/octet-stream");
        answer(request.header(name, value).body(bytes.clone()))
    };
    for (name, value) in [("Repr-Digest", digest(b"other")), ("Content-Digest", digest(b"other")), ("Repr-Digest", "sha-256=x".to_owned())]
    {
        let refused = send("new", name, &value).await;
        assert_eq!(refused.status, 400, "{refused:?}");
    }
    assert!(files(&service.images).is_empty() && files(&service.scratch().join("uploads")).is_empty());
    for (id, name) in [("one", "Repr-Digest"), ("two", "Content-Digest")] {
        assert_eq!(send(id, name, &digest(&bytes)).await.status, 201);
    }
    let both = service.rest(Method::POST, "/images/new").header("Content-Type", "application/octet-stream");
    let both = both.header("Repr-Digest", digest(&bytes)).header("Content-Digest", digest(b"other")).body(bytes.clone());
    assert_eq!(answer(both).await.status, 400);
}

#[tokio::test]
async fn a_master_that_breaks_off_is_refused_even_where_no_length_was_said() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let service = Service::start().await;
    let bytes = fixture("tiff/vips-jpeg75.tif");
    let address = service.base.trim_start_matches("http://");
    // As in the announced length, so in chunks: without the last chunk it is not whole, though the file itself is.
    for (id, head, body) in [
        ("said", format!("Content-Length: {}\r\n\r\n", bytes.len() + 1), bytes.clone()),
        (
            "chunked",
            "Transfer-Encoding: chunked\r\n\r\n".to_owned(),
            [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat(),
        ),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
        let start = format!(
            "POST /api/v1/images/{id} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/octet-stream\r\n{head}",
            service.key
        );
        stream.write_all(start.as_bytes()).await.expect("sent");
        stream.write_all(&body).await.expect("sent");
        stream.shutdown().await.expect("shut");
        let mut told = Vec::new();
        let _ = stream.read_to_end(&mut told).await;
        assert!(!String::from_utf8_lossy(&told).contains(" 201 "), "{id}");
        until("nothing of it is left", async || files(&service.scratch().join("uploads")).is_empty()).await;
        assert_eq!(service.ask(Method::GET, &format!("/images/{id}"), None).await.status, 404);
    }
    assert!(files(&service.images).is_empty());
}
