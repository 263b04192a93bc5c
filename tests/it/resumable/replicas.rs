//! Any replica takes the next part, over either kind of storage.

use reqwest::Method;
use serde_json::json;

use super::sent::{cut, sample};
use crate::support::rest::until;
use crate::support::service::Service;
use triptych::storage::Storage;

/// Two replicas over one storage and one database: one loses the line, the other goes on, and makes an image of it.
async fn one_goes_on_where_the_other_was_cut(storage: Storage) {
    let pool = crate::support::database::pool().await;
    let first = Service::on(Some(storage.clone()), &[], pool.clone()).await;
    let second = Service::on(Some(storage.clone()), &[], pool).await;
    let master = std::fs::read(crate::support::fixture("tiff/vips-jpeg75.tif")).expect("a fixture");
    // Trailing bytes make it long enough for several parts; a TIFF does not mind them.
    let bytes = [master.clone(), sample(9 << 20)].concat();
    let id = first.announce(bytes.len()).await;
    cut(&first, &id, 0, &bytes, 5 << 20, "").await;
    until("what came is there", async || second.offset(&id).await == 5 << 20 && !second.is_held(&id).await).await;
    assert_eq!(second.append(&id, 5 << 20, bytes[5 << 20..].to_vec()).await.status, 204);
    assert_eq!(first.offset(&id).await, bytes.len() as i64);
    let made = first.ask(Method::POST, "/images", Some(json!({"id": "one", "upload": id}))).await;
    assert_eq!((made.status, &made.body["size"]), (201, &json!(bytes.len())), "{made:?}");
    let key = made.body["key"].as_str().expect("a key").to_owned();
    assert!(storage.read(&key, 0..bytes.len() as u64, None).await.expect("the master") == bytes);
    assert_eq!(storage.list("", None, 10).await, Ok(vec![key]), "the parts are gone");
}

#[tokio::test]
async fn one_goes_on_where_the_other_was_cut_in_a_directory() {
    let folder = tempfile::tempdir().expect("a folder");
    one_goes_on_where_the_other_was_cut(Storage::directory(folder.path().to_owned()).expect("a directory")).await;
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn one_goes_on_where_the_other_was_cut_in_s3() {
    let server = crate::support::s3::S3Server::start().await;
    one_goes_on_where_the_other_was_cut(Storage::s3(server.settings("masters", "in")).await.expect("a bucket")).await;
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn a_storage_that_does_not_answer_costs_no_byte_that_was_told_to_be_there() {
    let server = crate::support::s3::S3Server::start().await;
    let storage = Storage::s3(server.settings("masters", "")).await.expect("a bucket");
    let service = Service::on(Some(storage.clone()), &[], crate::support::database::pool().await).await;
    let bytes = sample(6000);
    let id = service.announce(bytes.len()).await;
    assert_eq!(service.append(&id, 0, bytes[..2000].to_vec()).await.status, 204);
    server.set_down(true);
    assert_eq!(service.append(&id, 2000, bytes[2000..].to_vec()).await.status, 503);
    server.set_down(false);
    assert_eq!(service.offset(&id).await, 2000);
    assert_eq!(service.append(&id, 2000, bytes[2000..].to_vec()).await.status, 204);
    assert_eq!(service.offset(&id).await, 6000);
}
