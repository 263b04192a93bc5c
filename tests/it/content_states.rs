//! Links that open a place in an item: made by the REST interface, opened by the start page (Content State API 1.0).

use reqwest::{Method, Response};
use serde_json::{Value, json};
use triptych::iiif::content_state::encode;

use crate::support::documents::header;
use crate::support::rest::{Answer, answer};
use crate::support::service::Service;

/// A published item whose canvas is twice as large as the image on it (1021 × 777), and a draft.
async fn library(settings: &[(&str, &str)]) -> Service {
    let service = Service::with(settings).await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    let canvas = json!({"id": "c", "image": "one", "width": 2042, "height": 1554, "label": {"en": ["Plate <1>"]}});
    let empty = json!({"id": "empty", "width": 100, "height": 100});
    let book = json!({"id": "book", "label": "A \"book\" & more", "status": "published", "canvases": [canvas, empty]});
    let draft = json!({"id": "draft", "label": "Nobody knows", "canvases": [{"id": "c", "image": "one"}]});
    for item in [book, draft] {
        let (status, made) = service.send(Method::POST, "/items", &item).await;
        assert_eq!(status, 201, "{made}");
    }
    service
}

/// Asks for a content state without a key.
async fn make(service: &Service, place: &Value) -> Answer {
    answer(service.request(Method::POST, "/api/v1/content-states").json(place)).await
}

async fn open(service: &Service, value: &str) -> Response {
    let request = service.request(Method::GET, "/").query(&[("iiif-content", value)]);
    request.send().await.expect("an answer")
}

/// The page, which loads no script and keeps its policy whatever it shows.
async fn page(service: &Service, value: &str) -> (u16, String) {
    let response = open(service, value).await;
    let policy = header(&response, "content-security-policy").to_owned();
    assert!(policy.contains("default-src 'none'") && !policy.contains("script-src"), "{policy}");
    assert_eq!(header(&response, "content-type"), "text/html; charset=utf-8");
    let (status, html) = (response.status().as_u16(), response.text().await.expect("text"));
    assert!(html.starts_with("<!doctype html>") && !html.to_ascii_lowercase().contains("<script"), "{html}");
    (status, html)
}

fn attribute<'a>(html: &'a str, name: &str) -> Vec<&'a str> {
    html.split(&format!(" {name}=\"")).skip(1).filter_map(|rest| rest.split('"').next()).collect()
}

#[tokio::test]
async fn a_place_becomes_a_state_that_every_viewer_reads() {
    let service = library(&[]).await;
    let canvas = format!("{}/manifests/book/canvases/c", service.base);
    let part_of = json!([{"id": format!("{}/manifests/book", service.base), "type": "Manifest"}]);
    for (place, target) in [
        (json!({"item": "book"}), part_of[0].clone()),
        (json!({"item": "book", "canvas": "c"}), json!({"id": canvas, "type": "Canvas", "partOf": part_of})),
        (
            json!({"item": "book", "canvas": "c", "region": "200,100,400,300", "time": "10,20"}),
            json!({"id": format!("{canvas}#xywh=200,100,400,300&t=10,20"), "type": "Canvas", "partOf": part_of}),
        ),
    ] {
        let made = make(&service, &place).await;
        assert_eq!(made.status, 200, "{made:?}");
        let state = json!({
            "@context": "http://iiif.io/api/presentation/3/context.json", "type": "Annotation", "motivation": ["contentState"], "target": target
        });
        assert_eq!(made.body["state"], state);
        assert_eq!(made.body["encoded"], encode(&state));
        assert_eq!(made.body["link"], format!("{}/?iiif-content={}", service.base, encode(&state)));
        let opened = service.client.get(made.body["link"].as_str().expect("a link")).send().await.expect("an answer");
        assert_eq!(opened.status(), 200);
    }
}

#[tokio::test]
async fn a_state_names_what_was_imported_as_its_manifest_does() {
    let service = Service::start().await;
    let canvas = |name: &str| json!({"id": format!("https://x.org/{name}"), "type": "Canvas", "height": 100, "width": 100, "label": {"en": [name]}, "items": []});
    let manifest = json!({
        "@context": "http://iiif.io/api/presentation/3/context.json", "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["M"]},
        "items": [canvas("first"), canvas("second")]
    });
    for (item, ids, name) in [("kept", "original", None), ("ours", "minted", Some("/manifests/ours/canvases/second"))] {
        let mut document = manifest.clone();
        document["id"] = json!(format!("https://x.org/{item}"));
        let (status, made) =
            service.send(Method::POST, "/imports", &json!({"document": document, "id": item, "ids": ids, "status": "published"})).await;
        assert_eq!(status, 201, "{made}");
        let published = service.json(&format!("/manifests/{item}")).await["items"][1]["id"].clone();
        let name = name.map_or_else(|| "https://x.org/second".to_owned(), |path| format!("{}{path}", service.base));
        assert_eq!(published, json!(name), "{item}");
        let made = make(&service, &json!({"item": item, "canvas": "second", "region": "1,2,3,4"})).await;
        let part_of = json!([{"id": format!("{}/manifests/{item}", service.base), "type": "Manifest"}]);
        assert_eq!(made.body["state"]["target"], json!({"id": format!("{name}#xywh=1,2,3,4"), "type": "Canvas", "partOf": part_of}));
        let (status, html) = page(&service, made.body["encoded"].as_str().expect("a text")).await;
        assert!(status == 200 && html.contains("<h2>second</h2>") && html.contains("from 1, 2 on"), "{item}: {html}");
    }
}

#[tokio::test]
async fn places_that_are_not_there_are_told_by_pointer() {
    let service = library(&[]).await;
    for (place, faults) in [
        (json!({"item": "nothing"}), vec!["/item"]),
        (json!({"item": "draft"}), vec!["/item"]),
        (json!({"item": "a\u{0}b"}), vec!["/item"]),
        (json!({"item": "book", "canvas": "nothing"}), vec!["/canvas"]),
        (json!({"item": "book", "canvas": "../c"}), vec!["/canvas"]),
        (json!({"item": "book", "region": "0,0,1,1", "time": "1,2"}), vec!["/region", "/time"]),
        (json!({"item": "book", "canvas": "c", "region": "0,0,2043,1", "time": "2,1"}), vec!["/region", "/time"]),
        (json!({"item": "book", "canvas": "c", "region": "full"}), vec!["/region"]),
        (json!({"item": "book", "canvas": 7, "size": 1}), vec!["/canvas", "/size"]),
        (json!({}), vec!["/item"]),
    ] {
        assert_eq!(make(&service, &place).await.faults(), (422, faults), "{place}");
    }
    let nothing = make(&service, &json!({"item": "nothing"})).await.detail("/item").to_owned();
    assert_eq!(make(&service, &json!({"item": "draft"})).await.detail("/item"), nothing, "a draft is as if it were not there");
}

#[tokio::test]
async fn a_key_is_not_needed_and_counts_if_it_is_sent() {
    let service = library(&[]).await;
    let before = service.tables().await;
    assert_eq!(service.ask(Method::POST, "/content-states", Some(json!({"item": "draft"}))).await.status, 200);
    let wrong = service.request(Method::POST, "/api/v1/content-states").bearer_auth("wrong").json(&json!({"item": "book"}));
    assert_eq!(answer(wrong).await.status, 401);
    assert_eq!(service.tables().await, before, "nothing is stored");
}

#[tokio::test]
async fn links_begin_with_the_public_address() {
    let service = library(&[("public_url", "https://iiif.example.org/p")]).await;
    let made = make(&service, &json!({"item": "book", "canvas": "c"})).await;
    assert!(made.body["link"].as_str().is_some_and(|link| link.starts_with("https://iiif.example.org/p/?iiif-content=")), "{made:?}");
    assert_eq!(made.body["state"]["target"]["id"], "https://iiif.example.org/p/manifests/book/canvases/c");
    let (status, html) = page(&service, made.body["encoded"].as_str().expect("encoded")).await;
    assert_eq!(status, 200);
    for url in attribute(&html, "href").into_iter().chain(attribute(&html, "src")) {
        assert!(url.starts_with("https://iiif.example.org/p/"), "{url}");
    }
}

#[tokio::test]
async fn the_start_page_shows_what_a_state_opens() {
    let service = library(&[]).await;
    let made = make(&service, &json!({"item": "book", "canvas": "c", "region": "200,100,400,300", "time": "10"})).await;
    let (status, html) = page(&service, made.body["encoded"].as_str().expect("encoded")).await;
    assert_eq!(status, 200, "{html}");
    for part in ["<h1>A &quot;book&quot; &amp; more</h1>", "<h2>Plate &lt;1&gt;</h2>", "400 × 300 from 200, 100", "from 10 s on"] {
        assert!(html.contains(part), "{part} in {html}");
    }
    let links = attribute(&html, "href");
    for path in ["/manifests/book", "/manifests/book/canvases/c", "/"] {
        assert!(links.contains(&format!("{}{path}", service.base).as_str()), "{path} in {links:?}");
        assert_eq!(service.get(path).await.status(), 200, "{path}");
    }
    let pictures = attribute(&html, "src");
    assert_eq!(pictures, [format!("{}/iiif/3/one/100,50,200,150/!1000,1000/0/default.jpg", service.base)]);
    let picture = service.client.get(pictures[0]).send().await.expect("an answer");
    assert_eq!(picture.status(), 200);
    let picture = image::load_from_memory(&picture.bytes().await.expect("bytes")).expect("a JPEG");
    assert_eq!((picture.width(), picture.height()), (200, 150));
}

#[tokio::test]
async fn every_form_of_state_opens() {
    let service = library(&[]).await;
    let (manifest, canvas) = (format!("{}/manifests/book", service.base), format!("{}/manifests/book/canvases/c", service.base));
    let part_of = json!([{"id": manifest, "type": "Manifest"}]);
    let reference = json!({"id": canvas, "type": "Canvas", "partOf": part_of});
    let selector = json!({"type": "FragmentSelector", "value": "xywh=percent:0,0,50,50"});
    let specific = json!({"type": "SpecificResource", "source": reference, "selector": selector});
    let point = json!({"type": "SpecificResource", "source": reference, "selector": {"type": "PointSelector", "x": 5, "y": 6}});
    let annotation = |target: Value| encode(&json!({"type": "Annotation", "motivation": ["contentState"], "target": target}));
    for (value, region) in [
        (manifest.clone(), "full"),
        (format!("{manifest}/v2"), "full"),
        (canvas.clone(), "full"),
        (format!("{canvas}#xywh=200,100,400,300"), "100,50,200,150"),
        (encode(&reference), "full"),
        (encode(&part_of[0]), "full"),
        (annotation(json!(canvas)), "full"),
        (annotation(reference.clone()), "full"),
        (annotation(json!([reference])), "full"),
        (annotation(specific), "0,0,511,389"),
        (annotation(point), "full"),
        (annotation(json!({"id": "https://elsewhere.example/canvas", "type": "Canvas", "partOf": part_of})), "full"),
    ] {
        let (status, html) = page(&service, &value).await;
        assert_eq!(status, 200, "{value}");
        assert!(html.contains("<h1>A &quot;book&quot; &amp; more</h1>"), "{value}: {html}");
        let picture = format!("{}/iiif/3/one/{region}/!1000,1000/0/default.jpg", service.base);
        assert_eq!(attribute(&html, "src"), [picture.as_str()], "{value}");
    }
    let two = annotation(json!([format!("{}/manifests/book/canvases/empty", service.base), "https://elsewhere.example/manifest"]));
    let (status, html) = page(&service, &two).await;
    assert_eq!((status, attribute(&html, "src").len()), (200, 0), "a canvas without an image has no picture");
    assert!(attribute(&html, "href").contains(&"https://elsewhere.example/manifest"), "{html}");
}

#[tokio::test]
async fn drafts_are_as_if_they_were_not_there() {
    let service = library(&[]).await;
    let (_, nothing) = page(&service, &format!("{}/manifests/nothing", service.base)).await;
    for path in ["draft", "draft/canvases/c", "draft/v2", "draft/canvases/none", "book/canvases/none"] {
        let (status, html) = page(&service, &format!("{}/manifests/{path}", service.base)).await;
        assert_eq!((status, html.as_str()), (404, nothing.as_str()), "{path}");
    }
    let (_, removed) = service.send(Method::DELETE, "/items/book", &Value::Null).await;
    assert_eq!(removed, Value::Null);
    let (status, html) = page(&service, &format!("{}/manifests/book", service.base)).await;
    assert_eq!((status, html.as_str()), (404, nothing.as_str()), "deleted");
}

#[tokio::test]
async fn what_is_of_others_is_linked_only_into_the_web_and_never_fetched() {
    let service = library(&[]).await;
    let reference = |manifest: &str| encode(&json!({"id": "urn:c", "type": "Canvas", "partOf": [{"id": manifest, "type": "Manifest"}]}));
    let (status, html) = page(&service, "https://elsewhere.example/manifest?a=b&c=\"><img src=x>").await;
    assert_eq!(status, 400, "spaces are in no URI: {html}");
    let (status, html) = page(&service, &reference("https://elsewhere.example/manifest?a=b&c=\"><img/src=x>")).await;
    assert_eq!(status, 200);
    let links = attribute(&html, "href");
    assert!(links.contains(&"https://elsewhere.example/manifest?a=b&amp;c=&quot;&gt;&lt;img/src=x&gt;"), "{links:?}");
    assert!(!html.contains("<img"), "{html}");
    for hostile in
        ["javascript:alert(1)", "JAVASCRIPT:alert(1)", "data:text/html,x", " javascript:alert(1)", "//elsewhere.example/", "file:///x"]
    {
        let (status, html) = page(&service, &reference(hostile)).await;
        assert_eq!(status, 200, "{hostile}");
        let own = |link: &&str| link.starts_with(&service.base);
        assert!(attribute(&html, "href").iter().all(own), "{hostile}: {html}");
    }
}

#[tokio::test]
async fn what_cannot_be_read_is_told_in_words() {
    let service = library(&[]).await;
    let commenting = encode(&json!({"type": "Annotation", "motivation": "commenting", "target": "https://example.org"}));
    let deep = "%5B".repeat(5000);
    for value in ["", "A", "!", "<script>alert(1)</script>", "javascript:alert(1)", "e30", "\u{0}", "\u{fffd}", &commenting, &deep] {
        let (status, html) = page(&service, value).await;
        assert_eq!(status, 400, "{value}");
        assert!(html.contains("The link cannot be read") && attribute(&html, "src").is_empty(), "{value}: {html}");
    }
    let twice = service.get(&format!("/?iiif-content={0}&iiif-content={0}", encode(&json!({"id": service.base})))).await;
    assert_eq!(twice.status(), 400);
    for raw in ["/?iiif-content=%FF%FE", "/?iiif-content", "/?iiif-content=%"] {
        assert_eq!(service.get(raw).await.status(), 400, "{raw}");
    }
}
