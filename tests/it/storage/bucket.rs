//! What can go wrong over the S3 protocol.

use std::time::Duration;

use triptych::storage::{S3Settings, Storage, StorageError};

use super::{Place, contract, read, sample};
use crate::support::s3::S3Server;

async fn open(server: &S3Server, prefix: &str) -> Storage {
    Storage::s3(server.settings("masters", prefix)).await.expect("a store")
}

fn unavailable<T: std::fmt::Debug>(result: Result<T, StorageError>) {
    assert!(matches!(result, Err(StorageError::Unavailable(_))), "{result:?}");
}

#[tokio::test]
async fn a_bucket_keeps_the_contract() {
    let server = S3Server::start().await;
    contract(&Storage::s3(server.settings("masters", "")).await.expect("a store")).await;
    contract(&Storage::s3(server.settings("masters", "/deep/er/")).await.expect("a store")).await;
}

#[tokio::test]
async fn each_read_is_one_request() {
    let (server, place) = (S3Server::start().await, Place::new());
    let store = open(&server, "p").await;
    let version = place.put(&store, "a b/c", &sample(100_000)).await;
    server.reset();
    store.read("a b/c", 5..10, Some(&version)).await.expect("bytes");
    store.read_head("a b/c", 64).await.expect("a head");
    store.read("a b/c", 9..9, None).await.expect("nothing");
    let key = "p/a b/c".to_owned();
    assert_eq!(server.reads(), [(key.clone(), "bytes=5-9".to_owned()), (key.clone(), "bytes=0-63".to_owned())]);
    assert_eq!(server.count("HEAD"), 0);
    server.reset();
    store.read_ranges("a b/c", &[0..10, 90_000..90_001, 10..1000, 5..6, 80_000..80_002], None).await.expect("parts");
    let mut reads = server.reads();
    reads.sort();
    assert_eq!(reads, [(key.clone(), "bytes=0-999".to_owned()), (key, "bytes=80000-90000".to_owned())]);
}

#[tokio::test]
async fn large_files_go_up_in_parts() {
    let (server, place) = (S3Server::start().await, Place::new());
    let store = open(&server, "").await;
    let bytes = sample((16 << 20) + 12_345);
    server.reset();
    let version = place.put(&store, "large", &bytes).await;
    assert_eq!(server.count("PUT"), 3, "two whole parts and the rest");
    assert_eq!(server.unfinished_uploads(), 0);
    let length = bytes.len() as u64;
    assert!(store.read("large", 0..length, Some(&version)).await.expect("bytes") == bytes);
    let seam = (8 << 20) - 3..(8 << 20) + 3;
    assert_eq!(store.read("large", seam.start as u64..seam.end as u64, None).await.as_deref(), Ok(&bytes[seam]));
}

#[tokio::test]
async fn a_failed_upload_leaves_nothing() {
    let (server, place) = (S3Server::start().await, Place::new());
    let store = open(&server, "").await;
    let upload = place.file(&sample(40 << 20));
    server.fail_part(2);
    unavailable(store.write_file("large", &upload).await);
    assert_eq!(store.head("large").await, Err(StorageError::NotFound));
    assert_eq!((server.count("DELETE"), server.unfinished_uploads()), (1, 0), "the upload was given up");
}

#[tokio::test]
async fn a_dead_store_is_unavailable_until_it_is_back() {
    let (server, place) = (S3Server::start().await, Place::new());
    let store = open(&server, "").await;
    place.put(&store, "a", b"bytes").await;
    server.set_down(true);
    unavailable(store.head("a").await);
    unavailable(store.read("a", 0..5, None).await);
    unavailable(store.read_head("a", 5).await);
    unavailable(store.read_ranges("a", &[0..2, 3..5], None).await);
    unavailable(store.write_file("b", &place.file(b"x")).await);
    unavailable(store.delete("a").await);
    unavailable(store.list("", None, 5).await);
    unavailable(store.check().await);
    server.set_down(false);
    assert_eq!(store.check().await, Ok(()));
    assert_eq!(read(&store, "a", 0..5).await.as_deref(), Ok(&b"bytes"[..]));
    assert_eq!(store.list("", None, 5).await, Ok(vec!["a".to_owned()]));
}

#[tokio::test]
async fn what_is_wrong_with_the_bucket_is_told() {
    let server = S3Server::start().await;
    let good = server.settings("masters", "");
    let absent = S3Settings { bucket: "no-such-bucket".to_owned(), ..good.clone() };
    let locked = S3Settings { secret_key: Some("wrong".to_owned()), ..good.clone() };
    let nowhere = S3Settings { endpoint: Some("http://127.0.0.1:1".to_owned()), ..good.clone() };
    for (settings, expected) in [(absent, "bucket"), (locked, "403"), (nowhere, "")] {
        let store = Storage::s3(settings).await.expect("a store");
        match store.check().await {
            Err(StorageError::Unavailable(text)) => assert!(text.contains(expected), "{text}"),
            other => panic!("{expected}: {other:?}"),
        }
        unavailable(store.list("", None, 1).await);
    }
    let keyless = S3Settings { access_key: None, ..good };
    assert!(matches!(Storage::s3(keyless).await, Err(StorageError::InvalidSettings(text)) if text.contains("AWS_ACCESS_KEY_ID")));
}

#[tokio::test]
async fn a_silent_store_is_given_up() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let endpoint = format!("http://{}", listener.local_addr().expect("an address"));
    let server = S3Server::start().await;
    let mut settings = S3Settings { endpoint: Some(endpoint), ..server.settings("masters", "") };
    settings.timeouts.read = Duration::from_millis(100);
    let store = Storage::s3(settings).await.expect("a store");
    unavailable(store.read("a", 0..1, None).await);
}

#[tokio::test]
async fn listings_go_on_after_a_thousand_keys() {
    let (server, place) = (S3Server::start().await, Place::new());
    let store = open(&server, "p").await;
    let keys: Vec<String> = (0..1005).map(|at| format!("k/{at:04}")).collect();
    place.put(&store, "k/0000", b"x").await;
    let folder = server.bucket("masters").join("p/k");
    for key in &keys {
        std::fs::write(folder.join(key.trim_start_matches("k/")), b"x").expect("a file");
    }
    assert_eq!(store.list("k/", None, 5000).await.as_deref(), Ok(&keys[..]));
    assert_eq!(store.list("k/", None, 1002).await.as_deref(), Ok(&keys[..1002]));
    assert_eq!(store.list("k/", Some("k/1003"), 5000).await.as_deref(), Ok(&keys[1004..]));
}
