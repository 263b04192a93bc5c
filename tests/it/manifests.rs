//! Manifests and their parts: right in both versions, the same bytes each time, cheap to make.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::{V2, V3, assert_right, header, id};
use crate::support::full::{self, ITEM};
use crate::support::relay::Relay;
use crate::support::service::Service;

const IMAGES: [&str; 2] = ["ezu/1286201", "a b;ü|漢"];

async fn with_full_item() -> Service {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", IMAGES[0]).await;
    service.register("tiff/vips-gray.tif", IMAGES[1]).await;
    full::publish(&service, &IMAGES).await;
    service
}

async fn accepting(service: &Service, path: &str, accept: &str) -> Value {
    let response = service.request(Method::GET, path).header("Accept", accept).send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn everything_that_can_be_said_is_right_in_3_0() {
    let service = with_full_item().await;
    let path = format!("/manifests/{ITEM}");
    let manifest = service.json(&path).await;
    assert_right(&manifest);
    assert_eq!(manifest, service.json(&format!("{path}/v3")).await);
    assert_eq!(manifest, accepting(&service, &path, V3).await);
    let sent = full::item(&IMAGES);
    for key in ["rights", "navDate", "viewingDirection", "behavior", "homepage", "rendering", "provider"] {
        assert_eq!(manifest[key], sent[key], "{key}");
    }
    assert_eq!(manifest["metadata"].as_array().map(Vec::len), Some(3));
    assert_eq!(manifest["metadata"][0], sent["metadata"][0]);
    assert_eq!(manifest["metadata"][1], json!({"label": {"none": ["Shelf"]}, "value": {"none": ["<i>B</i> 12"]}}));
    assert_eq!(manifest["label"]["cs"], json!(["Kniha"]));
    assert_eq!(manifest["label"]["none"], json!(["B 12", "B.12"]));
    assert_eq!(manifest["summary"], json!({"en": sent["summary"]["en"], "cs": ["O rostlinách"]}));
    let canvases = manifest["items"].as_array().expect("canvases");
    let labels: Vec<_> = canvases.iter().map(|canvas| &canvas["label"]).collect();
    assert_eq!(labels, [&json!({"en": ["Cover"], "cs": ["Obálka"]}), &Value::Null, &json!({"none": ["Blank"]})]);
    assert_eq!(canvases[0]["metadata"], json!([{"label": {"none": ["Hand"]}, "value": {"none": ["A"]}}]));
    assert_eq!((&canvases[2]["width"], &canvases[2]["height"]), (&json!(600), &json!(800)));
}

#[tokio::test]
async fn everything_that_2_1_can_say_is_right_there() {
    let service = with_full_item().await;
    let path = format!("/manifests/{ITEM}");
    let manifest = service.json(&format!("{path}/v2")).await;
    assert_right(&manifest);
    assert_eq!(manifest, accepting(&service, &path, V2).await);
    assert_eq!(id(&manifest), format!("{}{path}/v2", service.base));
    let sent = full::item(&IMAGES);
    assert_eq!(manifest["license"], sent["rights"]);
    assert_eq!(manifest["viewingDirection"], "right-to-left");
    assert_eq!(manifest["viewingHint"], "paged");
    assert_eq!(manifest["metadata"].as_array().map(Vec::len), Some(3));
    for key in ["label", "description", "attribution", "logo", "related", "seeAlso", "rendering", "navDate", "thumbnail"] {
        assert!(!manifest[key].is_null(), "no {key}");
    }
    let labels: Vec<_> = manifest["sequences"][0]["canvases"].as_array().expect("canvases").iter().map(|one| &one["label"]).collect();
    assert_eq!(labels[1..], [&json!("2"), &json!("Blank")]);
}

#[tokio::test]
async fn each_part_is_a_document_of_its_own_and_the_same_as_in_the_manifest() {
    let service = with_full_item().await;
    let manifest = service.json(&format!("/manifests/{ITEM}")).await;
    let manifest_2 = service.json(&format!("/manifests/{ITEM}/v2")).await;
    for (place, canvas) in manifest["items"].as_array().expect("canvases").iter().enumerate() {
        let path = id(canvas).strip_prefix(&service.base).expect("an own URL");
        let alone = service.json(path).await;
        assert_right(&alone);
        for (key, value) in canvas.as_object().expect("an object") {
            assert_eq!(&alone[key], value, "{key} of {path}");
        }
        let canvas_2 = accepting(&service, path, V2).await;
        assert_right(&canvas_2);
        assert_eq!(canvas_2["images"], manifest_2["sequences"][0]["canvases"][place]["images"]);
        for page in canvas["items"].as_array().into_iter().flatten() {
            let alone = service.json(id(page).strip_prefix(&service.base).expect("an own URL")).await;
            assert_right(&alone);
            assert_eq!(alone["items"], page["items"]);
            let painting = service.json(id(&page["items"][0]).strip_prefix(&service.base).expect("an own URL")).await;
            assert_right(&painting);
            assert_eq!(painting["body"], page["items"][0]["body"]);
        }
    }
}

#[tokio::test]
async fn what_a_manifest_says_of_an_image_is_what_info_json_says() {
    let service = with_full_item().await;
    let manifest = service.json(&format!("/manifests/{ITEM}")).await;
    for canvas in &manifest["items"].as_array().expect("canvases")[..2] {
        let body = &canvas["items"][0]["items"][0]["body"];
        let services = body["service"].as_array().expect("services");
        assert_eq!(services.len(), 2);
        for embedded in services {
            let info = service.json(&format!("{}/info.json", id(embedded).strip_prefix(&service.base).expect("an own URL"))).await;
            assert_right(&info);
            assert_eq!(id(&info), id(embedded));
            for key in ["width", "height", "sizes"] {
                assert_eq!(info[key], embedded[key], "{key}");
            }
            assert_eq!((&canvas["width"], &canvas["height"]), (&info["width"], &info["height"]));
        }
    }
}

#[tokio::test]
async fn the_same_revision_is_the_same_bytes_and_another_is_not() {
    let service = with_full_item().await;
    for path in [format!("/manifests/{ITEM}"), format!("/manifests/{ITEM}/v2"), format!("/manifests/{ITEM}/canvases/c.1~x_y-z")] {
        let first = service.get(&path).await;
        let tag = header(&first, "etag").to_owned();
        assert!(tag.starts_with('"') && tag.ends_with('"'), "{path}: {tag} is no strong tag");
        let bytes = first.bytes().await.expect("bytes");
        let again = service.get(&path).await;
        assert_eq!(header(&again, "etag"), tag);
        assert_eq!(again.bytes().await.expect("bytes"), bytes, "{path}");
        let known = service.request(Method::GET, &path).header("If-None-Match", &tag).send().await.expect("an answer");
        assert_eq!(known.status(), 304, "{path}");
        assert_eq!(header(&known, "etag"), tag);
        assert_eq!(known.bytes().await.expect("bytes").len(), 0);
    }
    let path = format!("/manifests/{ITEM}");
    let tag = header(&service.get(&path).await, "etag").to_owned();
    let (status, _) = service.send(Method::PATCH, &format!("/items/{ITEM}"), &json!({"label": "New"})).await;
    assert_eq!(status, 200);
    let changed = service.request(Method::GET, &path).header("If-None-Match", &tag).send().await.expect("an answer");
    assert_eq!(changed.status(), 200);
    assert_eq!(changed.json::<Value>().await.expect("JSON")["label"], json!({"none": ["New"]}));
}

#[tokio::test]
async fn a_draft_is_for_key_holders_and_kept_by_nobody() {
    let service = with_full_item().await;
    let (status, _) = service.send(Method::PATCH, &format!("/items/{ITEM}"), &json!({"status": "draft"})).await;
    assert_eq!(status, 200);
    let base = format!("/manifests/{ITEM}");
    for path in ["", "/v2", "/v3", "/canvases/c.1~x_y-z", "/canvases/c.1~x_y-z/page", "/canvases/c.1~x_y-z/page/1"] {
        let path = format!("{base}{path}");
        assert_eq!(service.get(&path).await.status(), 404, "{path}");
        let response = service.request(Method::GET, &path).bearer_auth(&service.key).send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
        assert!(header(&response, "cache-control").contains("no-store"), "{path}");
    }
    service.send(Method::DELETE, &format!("/items/{ITEM}"), &Value::Null).await;
    assert_eq!(service.get(&base).await.status(), 410);
}

#[tokio::test]
async fn a_manifest_costs_as_many_queries_however_many_canvases_it_has() {
    let relay = Relay::before(&crate::support::database::url().await).await;
    let service = Service::on(None, &[], relay.pool().await).await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("small", &["one"]).await;
    service.publish("large", &["one"; 300]).await;
    let mut counts = Vec::new();
    for item in ["small", "large", "small", "large"] {
        // As it is written anew after every change.
        assert_eq!(service.send(Method::PATCH, &format!("/items/{item}"), &json!({"summary": counts.len().to_string()})).await.0, 200);
        let before = relay.statements();
        service.json(&format!("/manifests/{item}")).await;
        counts.push(relay.statements() - before);
    }
    assert_eq!(counts, [counts[0]; 4]);
    assert!((1..=9).contains(&counts[0]), "{counts:?}");
}

#[tokio::test]
async fn a_manifest_is_made_without_the_storage() {
    let service = with_full_item().await;
    let before = service.json(&format!("/manifests/{ITEM}")).await;
    std::fs::remove_dir_all(&service.images).expect("no storage any more");
    assert_eq!(service.json(&format!("/manifests/{ITEM}")).await, before);
    assert_right(&service.json(&format!("/manifests/{ITEM}/v2")).await);
    assert_right(&service.json("/collections").await);
}

#[tokio::test]
async fn hostile_identifiers_lead_nowhere() {
    let service = with_full_item().await;
    let longest = format!("/manifests/{}", "a".repeat(4000));
    let cases = [
        (400, "/manifests/%00"),
        (400, "/manifests/a%00b/v2"),
        (400, "/collections/~after-%00"),
        (404, "/manifests/..%2F..%2Fetc"),
        (404, "/manifests/%F0%9F%92%A9"),
        (404, "/manifests/'%20or%20''='"),
        (404, "/manifests/book/canvases/%F0%9F%92%A9"),
        (404, "/collections/~unknown"),
        (404, &longest),
    ];
    for (status, path) in cases {
        assert_eq!(service.get(path).await.status().as_u16(), status, "{path}");
    }
}

#[tokio::test]
async fn a_deleted_canvas_is_gone_and_an_empty_one_has_no_painting() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    let canvases = json!([{"id": "kept", "image": "one"}, {"id": "lost", "image": "one"}, {"id": "bare", "width": 30, "height": 20}]);
    let item = json!({"id": "book", "label": "Book", "status": "published", "canvases": canvases});
    assert_eq!(service.send(Method::POST, "/items", &item).await.0, 201);
    assert_eq!(service.send(Method::DELETE, "/items/book/canvases/lost", &Value::Null).await.0, 204);
    let cases =
        [("kept", 200), ("kept/page", 200), ("kept/page/1", 200), ("lost", 410), ("lost/page", 410), ("bare", 200), ("bare/page", 404)];
    for (path, status) in cases {
        assert_eq!(service.get(&format!("/manifests/book/canvases/{path}")).await.status(), status, "{path}");
    }
}
