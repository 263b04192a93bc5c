//! What every answer carries, whatever kind of answer it is.

use std::io::Read;

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::documents::{header, listed, problem};
use crate::support::relay::{Door, Relay};
use crate::support::service::Service;

/// One path of each family that answers 200 to anyone.
const FAMILIES: [&str; 17] = [
    "/",
    "/manifests/book",
    "/manifests/book/v2",
    "/manifests/book/canvases/c",
    "/manifests/book/canvases/c/page",
    "/collections",
    "/collections/~top/v2",
    "/iiif/2/one/info.json",
    "/iiif/3/one/info.json",
    "/iiif/3/one/full/100,/0/default.jpg",
    "/iiif/3/one/0,0,256,256/max/0/default.png",
    "/api/v1/items",
    "/api/v1/items/book",
    "/api/v1/images/one",
    "/api/openapi.json",
    "/api/openapi.yaml",
    "/api/docs",
];

async fn fill(service: &Service) {
    service.register("tiff/vips-jpeg75.tif", "one").await;
    let summary = "A long text. ".repeat(100);
    let canvases = json!([{"id": "c", "image": "one", "label": "Cover"}]);
    let item = json!({"id": "book", "label": "Book", "summary": summary, "status": "published", "canvases": canvases});
    let (status, item) = service.send(Method::POST, "/items", &item).await;
    assert_eq!(status, 201, "{item}");
    service.register("tiff/vips-gray.tif", "lost").await;
    service.publish("lost", &["lost"]).await;
    for path in ["/items/lost", "/images/lost"] {
        assert_eq!(service.send(Method::DELETE, path, &Value::Null).await.0, 204, "{path}");
    }
}

async fn filled() -> Service {
    let service = Service::start().await;
    fill(&service).await;
    service
}

/// What a page of any origin needs to read the answer.
fn assert_readable(response: &Response, what: &str) {
    assert_eq!(header(response, "access-control-allow-origin"), "*", "{what}");
    let exposed = listed(response, "access-control-expose-headers");
    for name in ["etag", "link", "location", "retry-after", "x-request-id"] {
        assert!(exposed.contains(&name.to_owned()), "{name} is not exposed: {what}");
    }
    assert!(!header(response, "x-request-id").is_empty(), "{what}");
    assert_eq!(header(response, "x-content-type-options"), "nosniff", "{what}");
}

#[tokio::test]
async fn any_page_may_read_every_answer_and_every_error_is_a_problem_document() {
    let service = filled().await;
    let statuses = [
        (303, Method::GET, "/iiif/3/one"),
        (303, Method::GET, "/iiif/2/one/"),
        (303, Method::GET, "/iiif/book/manifest"),
        (303, Method::GET, "/manifests/book/"),
        (303, Method::GET, "/manifests/book/manifest.json"),
        (303, Method::GET, "/collections/"),
        (400, Method::GET, "/iiif/3/one/nonsense/max/0/default.jpg"),
        (400, Method::GET, "/iiif/3/%zz/info.json"),
        (400, Method::GET, "/manifests/%FF"),
        (400, Method::GET, "/api/v1/items?limit=0"),
        (400, Method::GET, "/api/v1/items?limit=many"),
        (401, Method::POST, "/api/v1/items"),
        (401, Method::DELETE, "/api/v1/images/one"),
        (404, Method::GET, "/nonsense"),
        (404, Method::GET, "/nonsense/"),
        (404, Method::GET, "/api"),
        (404, Method::GET, "/api/nonsense"),
        (401, Method::DELETE, "/api/v1/items"),
        (404, Method::GET, "/api/v1"),
        (404, Method::GET, "/api/v1/nonsense"),
        (404, Method::GET, "/api/v1/items/nonsense"),
        (404, Method::GET, "/health"),
        (404, Method::GET, "/iiif"),
        (404, Method::GET, "/iiif/3/nonsense/info.json"),
        (404, Method::GET, "/iiif/3/one/a/b/c/d/e/f"),
        (404, Method::GET, "/iiif/4/one/info.json"),
        (404, Method::GET, "/manifests"),
        (404, Method::GET, "/manifests/nonsense"),
        (404, Method::GET, "/manifests/book/canvases/nonsense"),
        (404, Method::GET, "/collections/nonsense"),
        (405, Method::POST, "/"),
        (405, Method::POST, "/manifests/book"),
        (405, Method::DELETE, "/collections"),
        (405, Method::PUT, "/iiif/3/one/info.json"),
        (405, Method::POST, "/health/live"),
        (405, Method::POST, "/health/ready"),
        (405, Method::POST, "/api/openapi.json"),
        (405, Method::DELETE, "/api/docs"),
        (410, Method::GET, "/manifests/lost"),
        (410, Method::GET, "/manifests/lost/v2"),
        (410, Method::GET, "/iiif/3/lost/info.json"),
        (410, Method::GET, "/iiif/2/lost/full/max/0/default.jpg"),
        (410, Method::GET, "/api/v1/items/lost"),
        (410, Method::GET, "/api/v1/images/lost"),
    ];
    let fine = FAMILIES.into_iter().chain(["/health/live", "/health/ready"]).map(|path| (200, Method::GET, path));
    for (status, method, path) in fine.chain(statuses) {
        let what = format!("{method} {path}");
        let response = service.request(method, path).send().await.expect("an answer");
        assert_eq!(response.status().as_u16(), status, "{what}");
        assert_readable(&response, &what);
        assert_eq!(response.headers().contains_key("www-authenticate"), status == 401, "{what}");
        assert_eq!(response.headers().contains_key("allow"), status == 405, "{what}");
        if status >= 400 {
            problem(response).await;
        }
    }
}

#[tokio::test]
async fn a_wrong_key_is_told_wherever_keys_count() {
    let service = filled().await;
    service.send(Method::PATCH, "/items/book", &json!({"status": "draft"})).await;
    for path in
        ["/manifests/book", "/manifests/book/v2", "/iiif/3/one/info.json", "/api/v1/items", "/api/v1/items/book", "/api/v1/images/one"]
    {
        let response = service.request(Method::GET, path).bearer_auth("wrong").send().await.expect("an answer");
        assert_eq!(response.status(), 401, "{path}");
        assert_readable(&response, path);
        problem(response).await;
    }
}

#[tokio::test]
async fn an_answer_without_its_database_can_be_read_too() {
    let relay = Relay::before(&crate::support::database::url().await).await;
    let service = Service::on(None, &[], relay.pool().await).await;
    fill(&service).await;
    relay.set(Door::Cut);
    for path in ["/", "/manifests/book", "/collections", "/iiif/3/one/info.json", "/api/v1/items"] {
        let response = service.get(path).await;
        assert_eq!(response.status(), 503, "{path}");
        assert_readable(&response, path);
        assert!(header(&response, "retry-after").parse::<u32>().is_ok(), "{path}");
        problem(response).await;
    }
}

#[tokio::test]
async fn what_is_known_is_not_sent_again() {
    let service = filled().await;
    for path in FAMILIES.into_iter().filter(|path| !matches!(*path, "/" | "/api/v1/items")) {
        let first = service.get(path).await;
        let tag = header(&first, "etag").to_owned();
        assert!(tag.starts_with('"') && tag.len() > 2, "{path}: {tag}");
        for known in [tag.clone(), format!("\"other\", {tag}"), format!("W/{tag}"), "*".to_owned()] {
            let response = service.request(Method::GET, path).header("If-None-Match", &known).send().await.expect("an answer");
            assert_eq!(response.status(), 304, "{path} {known}");
            assert_readable(&response, path);
            assert_eq!(header(&response, "etag"), tag);
            for name in ["cache-control", "vary"] {
                assert_eq!(listed(&response, name), listed(&first, name), "{name} of {path}");
            }
            assert!(
                matches!(header(&response, "content-length"), "")
                    || header(&response, "content-length") == header(&first, "content-length"),
                "{path}"
            );
            assert!(response.bytes().await.expect("a body").is_empty());
        }
        let response = service.request(Method::GET, path).header("If-None-Match", "\"other\"").send().await.expect("an answer");
        assert_eq!(response.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn a_preflight_is_answered_everywhere() {
    let service = filled().await;
    for path in FAMILIES.into_iter().chain(["/manifests/nonsense", "/api/v1/items/new", "/nonsense"]) {
        let request = service.request(Method::OPTIONS, path).header("Origin", "https://viewer.example");
        let request =
            request.header("Access-Control-Request-Method", "PUT").header("Access-Control-Request-Headers", "authorization,if-match");
        let response = request.send().await.expect("an answer");
        assert!(response.status().is_success(), "{path}");
        assert_readable(&response, path);
        let methods = listed(&response, "access-control-allow-methods");
        for method in ["get", "head", "post", "put", "patch", "delete"] {
            assert!(methods.contains(&method.to_owned()), "{path}: {methods:?}");
        }
        let headers = listed(&response, "access-control-allow-headers");
        for name in ["accept", "authorization", "content-type", "if-match", "if-none-match"] {
            assert!(headers.contains(&name.to_owned()), "{path}: {headers:?}");
        }
    }
}

fn unzipped(bytes: &[u8]) -> Vec<u8> {
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(bytes).read_to_end(&mut plain).expect("gzip");
    plain
}

#[tokio::test]
async fn texts_are_compressed_where_that_is_wanted() {
    let service = filled().await;
    for path in FAMILIES.into_iter().filter(|path| !path.contains("default")) {
        let plain = service.get(path).await;
        assert!(listed(&plain, "vary").contains(&"accept-encoding".to_owned()), "{path}");
        assert!(!plain.headers().contains_key("content-encoding"), "{path}");
        let tag = header(&plain, "etag").to_owned();
        let body = plain.bytes().await.expect("a body");
        let packed = service.request(Method::GET, path).header("Accept-Encoding", "gzip").send().await.expect("an answer");
        assert!(listed(&packed, "vary").contains(&"accept-encoding".to_owned()), "{path}");
        if body.len() < 860 {
            continue;
        }
        assert_eq!(header(&packed, "content-encoding"), "gzip", "{path}");
        let packed_tag = header(&packed, "etag").to_owned();
        let packed = packed.bytes().await.expect("a body");
        assert!(packed.len() < body.len() && unzipped(&packed) == body, "{path}");
        if tag.is_empty() {
            continue;
        }
        assert!(packed_tag != tag && packed_tag.starts_with('"') && packed_tag.ends_with('"'), "{path}: {packed_tag}");
        for known in [&packed_tag, &tag] {
            let request = service.request(Method::GET, path).header("Accept-Encoding", "gzip").header("If-None-Match", known);
            let response = request.send().await.expect("an answer");
            assert_eq!((response.status().as_u16(), header(&response, "etag")), (304, known.as_str()), "{path}");
        }
    }
}

#[tokio::test]
async fn a_tag_that_came_compressed_is_good_for_a_change() {
    let service = filled().await;
    let read = service.request(Method::GET, "/api/v1/items/book").header("Accept-Encoding", "gzip").send().await.expect("an answer");
    assert_eq!(header(&read, "content-encoding"), "gzip");
    let change = service.rest(Method::PATCH, "/items/book").header("If-Match", header(&read, "etag")).json(&json!({"label": "New"}));
    assert_eq!(change.send().await.expect("an answer").status(), 200);
    let again = service.rest(Method::PATCH, "/items/book").header("If-Match", header(&read, "etag")).json(&json!({"label": "Newer"}));
    assert_eq!(again.send().await.expect("an answer").status(), 412);
}

#[tokio::test]
async fn images_are_never_compressed() {
    let service = filled().await;
    for path in FAMILIES.into_iter().filter(|path| path.contains("default")) {
        let plain = service.get(path).await;
        let tag = header(&plain, "etag").to_owned();
        let body = plain.bytes().await.expect("a body");
        let packed = service.request(Method::GET, path).header("Accept-Encoding", "gzip, br, *").send().await.expect("an answer");
        assert!(!packed.headers().contains_key("content-encoding") && !packed.headers().contains_key("vary"), "{path}");
        assert_eq!(header(&packed, "etag"), tag);
        assert_eq!(packed.bytes().await.expect("a body"), body, "{path}");
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let service = filled().await;
    let others =
        ["/health/live", "/health/ready", "/iiif/3/one", "/manifests/book/", "/nonsense", "/manifests/nonsense", "/iiif/3/lost/info.json"];
    for path in FAMILIES.into_iter().chain(others) {
        for coding in ["identity", "gzip"] {
            let ask = |method| service.request(method, path).header("Accept-Encoding", coding).send();
            let (get, head) = (ask(Method::GET).await.expect("an answer"), ask(Method::HEAD).await.expect("an answer"));
            assert_eq!(get.status(), head.status(), "{path}");
            let headers = |response: &Response| {
                let mut headers = response.headers().clone();
                for changing in ["x-request-id", "date"] {
                    headers.remove(changing);
                }
                headers
            };
            let (of_get, of_head) = (headers(&get), headers(&head));
            // The request's own id is in the body of an error: its length is the same, as all ids are.
            assert_eq!(of_get, of_head, "{path} {coding}");
            assert!(head.bytes().await.expect("no body").is_empty());
        }
    }
    let tag = header(&service.get("/manifests/book").await, "etag").to_owned();
    let head = service.request(Method::HEAD, "/manifests/book").header("If-None-Match", tag).send().await.expect("an answer");
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (304, ""));
}
