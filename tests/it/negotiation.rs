//! Which version and which media type a client gets. Nothing is ever refused.

use reqwest::Method;
use serde_json::Value;

use crate::support::documents::{V2, V3, header, listed};
use crate::support::service::Service;

const LD_3: &str = r#"application/ld+json;profile="http://iiif.io/api/presentation/3/context.json""#;
const LD_INFO_3: &str = r#"application/ld+json;profile="http://iiif.io/api/image/3/context.json""#;

/// Without spaces and upper-case letters, in which clients may differ.
fn plain(content_type: &str) -> String {
    content_type.replace("; ", ";").replace(";charset=utf-8", "").to_ascii_lowercase()
}

/// Content type and context that a path answers with, given this `Accept`.
async fn answer(service: &Service, path: &str, accept: Option<&str>) -> (String, String) {
    // reqwest sends `*/*` if nothing is said.
    let request = service.request(Method::GET, path);
    let response = match accept {
        Some(accept) => request.header("Accept", accept).send().await.expect("an answer"),
        None => return bare(service, path).await,
    };
    assert_eq!(response.status(), 200, "{path} {accept:?}");
    assert!(listed(&response, "vary").contains(&"accept".to_owned()), "{path}: {:?}", response.headers());
    let content_type = plain(header(&response, "content-type"));
    let body: Value = response.json().await.expect("JSON");
    (content_type, body["@context"].as_str().unwrap_or_default().to_owned())
}

/// The same with no `Accept` header at all.
async fn bare(service: &Service, path: &str) -> (String, String) {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    let address = service.base.strip_prefix("http://").expect("a scheme");
    let mut stream = tokio::net::TcpStream::connect(address).await.expect("a connection");
    let request = format!("GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    let content_type = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-type: ").map(plain)).expect("a type");
    let body: Value = serde_json::from_str(body.trim()).expect("JSON");
    (content_type, body["@context"].as_str().unwrap_or_default().to_owned())
}

#[tokio::test]
async fn each_client_gets_the_form_it_can_read() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    let canvas = service.json("/manifests/book").await["items"][0]["id"].as_str().expect("an id").replacen(&service.base, "", 1);
    let negotiated = ["/manifests/book", &canvas, "/collections", "/collections/~top", "/collections/~first"];
    let cases: [(Option<&str>, &str, u8); 14] = [
        (None, LD_3, 3),
        (Some("*/*"), LD_3, 3),
        (Some("application/ld+json"), LD_3, 3),
        (Some("application/json"), "application/json", 3),
        (Some("application/json, */*;q=0.1"), "application/json", 3),
        (Some("text/html,application/xhtml+xml,*/*;q=0.8"), LD_3, 3),
        (Some("image/png"), LD_3, 3),
        (Some("nonsense"), LD_3, 3),
        (Some(V3), LD_3, 3),
        (Some(V2), "application/ld+json", 2),
        (
            Some(r#"application/ld+json;profile="http://iiif.io/api/presentation/2/context.json";q=0.2, */*;q=0.1"#),
            "application/ld+json",
            2,
        ),
        (Some(r#"application/json;profile="http://iiif.io/api/presentation/2/context.json""#), "application/json", 2),
        (Some(r#"application/ld+json;profile="http://iiif.io/api/presentation/9/context.json""#), LD_3, 3),
        (Some(""), LD_3, 3),
    ];
    for path in negotiated {
        for (accept, content_type, version) in cases {
            let context = format!("http://iiif.io/api/presentation/{version}/context.json");
            assert_eq!(answer(&service, path, accept).await, (content_type.to_owned(), context), "{path} {accept:?}");
        }
    }
}

#[tokio::test]
async fn a_pinned_version_is_not_negotiated() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    let (presentation, image) = ("http://iiif.io/api/presentation", "http://iiif.io/api/image");
    let cases = [
        ("/manifests/book/v2", "application/json", format!("{presentation}/2/context.json")),
        ("/manifests/book/v3", LD_3, format!("{presentation}/3/context.json")),
        ("/collections/~top/v2", "application/json", format!("{presentation}/2/context.json")),
        ("/collections/~top/v3", LD_3, format!("{presentation}/3/context.json")),
        ("/iiif/2/one/info.json", "application/json", format!("{image}/2/context.json")),
        ("/iiif/3/one/info.json", LD_INFO_3, format!("{image}/3/context.json")),
    ];
    for (path, content_type, context) in cases {
        assert_eq!(answer(&service, path, None).await, (content_type.to_owned(), context.clone()), "{path}");
        for accept in [V2, V3] {
            assert_eq!(answer(&service, path, Some(accept)).await.1, context, "{path}");
        }
        assert_eq!(answer(&service, path, Some("application/json")).await.0, "application/json", "{path}");
    }
}

#[tokio::test]
async fn forms_have_tags_of_their_own() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    let mut tags = std::collections::HashSet::new();
    for accept in ["*/*", "application/json", V2, r#"application/json;profile="http://iiif.io/api/presentation/2/context.json""#] {
        let response = service.request(Method::GET, "/manifests/book").header("Accept", accept).send().await.expect("an answer");
        assert!(tags.insert(header(&response, "etag").to_owned()), "{accept}");
    }
}
