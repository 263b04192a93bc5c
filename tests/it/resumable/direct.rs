//! Uploads whose bytes go straight to the storage.

use reqwest::Method;
use serde_json::json;

use crate::support::service::Service;

#[tokio::test]
async fn a_directory_takes_nothing_directly() {
    let service = Service::start().await;
    let refused = service.ask(Method::POST, "/uploads/direct", Some(json!({"length": 10}))).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    assert!(refused.body["detail"].as_str().is_some_and(|detail| detail.contains("S3") && detail.contains("/api/v1/uploads")));
    assert_eq!(service.record("/uploads").await["items"], json!([]));
    let id = service.announce(10).await;
    assert_eq!(service.ask(Method::POST, &format!("/uploads/{id}/completion"), None).await.status, 409);
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn bytes_put_into_s3_become_an_image() {
    use triptych::storage::Storage;

    use crate::support::rest::{Answer, answer};

    let server = crate::support::s3::S3Server::start().await;
    let storage = Storage::s3(server.settings("masters", "in")).await.expect("a bucket");
    let service = Service::on(Some(storage.clone()), &[("max_upload", "10M")], crate::support::database::pool().await).await;
    let bytes = std::fs::read(crate::support::fixture("tiff/vips-jpeg75.tif")).expect("a fixture");
    let made = service.ask(Method::POST, "/uploads/direct", Some(json!({"length": bytes.len(), "filename": "one.tif"}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let text = |pointer: &str| made.body.pointer(pointer).and_then(serde_json::Value::as_str).expect(pointer).to_owned();
    let (id, completion) = (text("/upload/id"), text("/completion"));
    let complete = || async { answer(service.client.post(&completion).bearer_auth(&service.key)).await };
    assert_eq!(complete().await.status, 409, "nothing is there");
    let refused: Answer = service.append(&id, 0, vec![1]).await;
    assert_eq!(refused.status, 409, "{refused:?}");
    let put = |url: String, bytes: Vec<u8>| {
        let request = service.client.put(url).body(bytes);
        let headers = made.body["headers"].as_array().expect("headers").iter();
        let named = |header: &serde_json::Value, name: &str| header[name].as_str().expect(name).to_owned();
        headers.fold(request, |request, header| request.header(named(header, "name"), named(header, "value"))).send()
    };
    assert_eq!(put(text("/url"), bytes.clone()).await.expect("an answer").status(), 200);
    let another = text("/url").replace(&id, &uuid::Uuid::now_v7().to_string());
    assert_eq!(put(another, bytes.clone()).await.expect("an answer").status(), 403, "it is signed for one object");
    for _ in 0..2 {
        let completed = complete().await;
        assert_eq!((completed.status, &completed.body["complete"]), (200, &json!(true)), "{completed:?}");
    }
    let image = service.ask(Method::POST, "/images", Some(json!({"upload": id}))).await;
    assert_eq!((image.status, &image.body["id"]), (201, &json!("one")), "{image:?}");
    let key = image.body["key"].as_str().expect("a key").to_owned();
    assert_eq!(storage.list("", None, 10).await, Ok(vec![key]));
    let bodies = [json!({"length": 0}), json!({"length": 11 << 20}), json!({"length": 5, "sha256": "z".repeat(64)})];
    for (body, status) in bodies.into_iter().zip([422, 413, 422]) {
        assert_eq!(service.ask(Method::POST, "/uploads/direct", Some(body)).await.status, status);
    }
}
