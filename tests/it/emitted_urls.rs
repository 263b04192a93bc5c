//! Every URL that the service says begins with its public address, and answers with what it promises, also from behind a
//! reverse proxy.

mod walk;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::{header, id};
use crate::support::full::{self, ITEM};
use crate::support::proxy::{Proxy, Setup};
use crate::support::service::Service;
use walk::Walk;

/// Identifiers that a path is not kind to.
const IMAGES: [&str; 7] = ["a/b", "a%2Fb", "a:b", "a b", "ü/漢", "x,y;z|w", "..x"];

async fn fill(service: &Service) {
    for (place, image) in IMAGES.iter().enumerate() {
        let fixture = ["tiff/vips-gray.tif", "tiff/vips-deflate.tif"][place % 2];
        service.register(fixture, image).await;
    }
    full::publish(service, &IMAGES).await;
    service.publish("second", &IMAGES[..1]).await;
    let there = json!({"id": "https://example.net/m", "type": "Manifest", "label": "M", "thumbnail": [{"id": "https://example.net/t.jpg", "type": "Image"}]});
    let members = json!([{"item": ITEM}, {"elsewhere": there}]);
    for (collection, members) in [("inner~1", members), ("outer", json!([{"collection": "inner~1"}, {"item": "second"}]))] {
        let made = json!({"id": collection, "label": {"en": [collection]}, "status": "published"});
        assert_eq!(service.send(Method::POST, "/collections", &made).await.0, 201);
        let added =
            service.ask_if(Method::POST, &format!("/collections/{collection}/members"), "*", Some(json!({"members": members}))).await;
        assert_eq!(added.status, 201, "{added:?}");
    }
}

/// Where people and programs begin, guesses among them.
fn starts() -> Vec<String> {
    let mut starts: Vec<String> = [
        "/",
        "/collections",
        "/collections/",
        "/collections/~top/v2",
        "/collections/outer",
        "/collections/outer/v2",
        "/collections/~part-1-outer",
        "/collections/~part-1-inner~1/v2",
        "/api/v1/collections?limit=1",
        "/api/v1/collections/outer/members?limit=1",
        "/api/openapi.json",
        "/api/docs",
    ]
    .map(str::to_owned)
    .to_vec();
    starts.extend(["", "/", "/v2", "/v3", "/manifest.json"].map(|rest| format!("/manifests/{ITEM}{rest}")));
    starts.extend([format!("/iiif/{ITEM}/manifest"), "/?after=a.b~c_d-e".to_owned()]);
    starts.extend(
        ["/items?limit=1", "/images?limit=2", &format!("/items/{ITEM}"), &format!("/items/{ITEM}/canvases?limit=1")]
            .map(|rest| format!("/api/v1{rest}")),
    );
    for image in IMAGES {
        let image = triptych::iiif::uris::encode_segment(image);
        starts.push(format!("/api/v1/images/{image}"));
        for version in [2, 3] {
            starts.extend(["", "/", "/info.json", "/full/!100,100/0/default.jpg"].map(|rest| format!("/iiif/{version}/{image}{rest}")));
        }
    }
    starts
}

/// Starts a service with these settings behind a proxy, and walks it.
async fn walk(settings: &[(&str, &str)], prefix: &'static str, strips: bool, sets: &'static [(&'static str, &'static str)]) {
    let service = Service::with(settings).await;
    fill(&service).await;
    let proxy = Proxy::start(Setup { inner: service.base.clone(), prefix, strips, sets }).await;
    let mut walk = Walk::new(format!("https://iiif.example.org{prefix}"), format!("{}{prefix}", proxy.outer), &service.base);
    walk.from(starts()).await;
    let created = service.client.post(format!("{}{prefix}/api/v1/items", proxy.outer)).bearer_auth(&service.key);
    let created = created.json(&json!({"label": "Third"})).send().await.expect("an answer");
    assert_eq!(created.status(), 201);
    let location = header(&created, "location").to_owned();
    assert!(location.starts_with(&format!("https://iiif.example.org{prefix}/api/v1/items/")), "{location}");
    let read = service.client.get(location.replacen("https://iiif.example.org", &proxy.outer, 1)).bearer_auth(&service.key);
    assert_eq!(read.send().await.expect("an answer").status(), 200);
    walk.finish();
}

#[tokio::test]
async fn forwarded_headers_of_a_trusted_proxy_tell_the_address() {
    let sets = &[("x-forwarded-host", "iiif.example.org"), ("x-forwarded-proto", "https"), ("x-forwarded-prefix", "/some/prefix")];
    walk(&[("trusted_proxies", "127.0.0.0/8")], "/some/prefix", true, sets).await;
}

#[tokio::test]
async fn a_configured_address_behind_a_proxy_that_leaves_the_prefix_on() {
    walk(&[("public_url", "https://iiif.example.org/some/prefix")], "/some/prefix", false, &[]).await;
}

#[tokio::test]
async fn a_configured_address_behind_a_proxy_that_takes_the_prefix_off() {
    walk(&[("public_url", "https://iiif.example.org/some/prefix/")], "/some/prefix", true, &[]).await;
}

#[tokio::test]
async fn a_prefix_may_be_named_like_a_path_of_the_service() {
    for strips in [false, true] {
        walk(&[("public_url", "https://iiif.example.org/iiif")], "/iiif", strips, &[]).await;
    }
}

#[tokio::test]
async fn without_proxy_and_settings_the_host_of_the_request_serves() {
    let service = Service::start().await;
    fill(&service).await;
    let mut walk = Walk::new(service.base.clone(), service.base.clone(), "nowhere.invalid");
    walk.from(starts()).await;
    walk.finish();
}

/// What a request with forged headers is told, and what one without.
async fn told(service: &Service, path: &str, forged: bool) -> Value {
    let mut request = service.request(Method::GET, path);
    if forged {
        for (name, value) in [
            ("X-Forwarded-Host", "evil.example"),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Prefix", "/evil"),
            ("X-Forwarded-Port", "666"),
            ("X-Forwarded-For", "10.0.0.1"),
            ("X-Real-IP", "10.0.0.1"),
            ("Forwarded", "host=evil.example;proto=https"),
        ] {
            request = request.header(name, value);
        }
    }
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{path}");
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn strangers_do_not_tell_the_address() {
    for settings in [
        &[][..],
        &[("trusted_proxies", "10.0.0.0/8")][..],
        &[("public_url", "https://iiif.example.org/p"), ("trusted_proxies", "127.0.0.0/8")][..],
    ] {
        let service = Service::with(settings).await;
        service.register("tiff/vips-gray.tif", "one").await;
        service.publish("book", &["one"]).await;
        for path in ["/manifests/book", "/manifests/book/v2", "/collections", "/iiif/3/one/info.json", "/api/v1/items", "/api/openapi.json"]
        {
            let forged = told(&service, path, true).await;
            assert_eq!(forged, told(&service, path, false).await, "{settings:?} {path}");
            assert!(!forged.to_string().contains("evil"), "{settings:?} {path}");
        }
        let expected = if settings.len() == 2 { "https://iiif.example.org/p" } else { &service.base };
        assert_eq!(id(&told(&service, "/manifests/book", true).await), format!("{expected}/manifests/book"));
    }
}

#[tokio::test]
async fn a_configured_address_does_not_follow_the_host_header() {
    let service = Service::with(&[("public_url", "https://iiif.example.org")]).await;
    service.register("tiff/vips-gray.tif", "one").await;
    service.publish("book", &["one"]).await;
    let response = service.request(Method::GET, "/manifests/book/").header("Host", "evil.example").send().await.expect("an answer");
    assert_eq!(header(&response, "location"), "https://iiif.example.org/manifests/book");
}
