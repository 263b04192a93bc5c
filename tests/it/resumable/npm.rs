//! A client of other people's making, tus-js-client, against two replicas.

use std::path::Path;
use std::process::Stdio;

use serde_json::{Value, json};
use tokio::process::Command;

use super::sent::sample;
use crate::support::service::Service;
use triptych::storage::Storage;

/// Begins at one replica, is cut in the middle of a request and goes on at the other; then the upload becomes an image.
async fn a_client_goes_on(storage: Storage) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/uploads");
    assert!(folder.join("node_modules/tus-js-client").exists(), "tus-js-client is missing; type: scripts/setup.sh --tests");
    let pool = crate::support::database::pool().await;
    let first = Service::on(Some(storage.clone()), &[], pool.clone()).await;
    // Keys are of the database: that of one replica is good at the other.
    let second = Service::on(Some(storage.clone()), &[], pool).await;
    let master = std::fs::read(crate::support::fixture("tiff/vips-jpeg75.tif")).expect("a fixture");
    let bytes = [master, sample(12 << 20)].concat();
    let file = first.scratch().join("Blatt 1.tif");
    std::fs::write(&file, &bytes).expect("a file");
    let mut command = Command::new("node");
    command.arg("upload.js").arg(&file).args([&first.key, &first.base, &second.base]).current_dir(folder).stdin(Stdio::null());
    let output = command.kill_on_drop(true).output().await.expect("node runs");
    let (told, complaints) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{told}{complaints}");
    let told: Value = serde_json::from_str(told.trim()).expect("JSON");
    let size = bytes.len() as i64;
    let number = |name: &str| told[name].as_i64().expect(name);
    assert_eq!((&told["whole"], number("ended"), number("gone")), (&json!([false, true]), size, 410), "{told}");
    assert!(number("begun") >= size / 3 && number("begun") < size, "{told}");
    let offsets: Vec<i64> = told["offsets"].as_array().expect("offsets").iter().filter_map(Value::as_i64).collect();
    let [again, after_the_break] = offsets[..] else { panic!("{told}") };
    assert!(again == number("begun") && again + 4_000_000 < after_the_break && after_the_break < size, "what came is kept: {told}");
    let made = second.ask(reqwest::Method::POST, "/images", Some(json!({"upload": told["id"]}))).await;
    assert_eq!((made.status, &made.body["id"], &made.body["size"]), (201, &json!("Blatt 1"), &json!(size)), "{made:?}");
    let key = made.body["key"].as_str().expect("a key").to_owned();
    assert!(storage.read(&key, 0..bytes.len() as u64, None).await.expect("the master") == bytes);
    assert_eq!(storage.list("", None, 10).await, Ok(vec![key]));
}

#[tokio::test]
async fn a_client_goes_on_in_a_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    a_client_goes_on(Storage::directory(folder.path().to_owned()).expect("a directory")).await;
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn a_client_goes_on_in_s3() {
    let server = crate::support::s3::S3Server::start().await;
    a_client_goes_on(Storage::s3(server.settings("masters", "")).await.expect("a bucket")).await;
}
