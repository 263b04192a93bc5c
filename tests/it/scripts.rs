//! Code in texts: nothing that would run in a reader's browser is stored, whoever sends it and wherever it stands.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::service::Service;

const SCRIPT: &str = "<p>a<script>b()</script></p>";
const HANDLER: &str = "a <img src='x' onerror='b()'> c";

/// A manifest with code in every kind of place.
fn document() -> Value {
    let canvas = json!({
        "id": "https://x.org/c", "type": "Canvas", "height": 10, "width": 20, "label": {"en": [SCRIPT]},
        "annotations": [{"id": "https://x.org/notes", "type": "AnnotationPage", "items": [{
            "id": "https://x.org/note", "type": "Annotation", "motivation": "commenting", "target": "https://x.org/c",
            "body": {"type": "TextualBody", "value": HANDLER, "format": "text/html"}
        }]}]
    });
    json!({
        "@context": "http://iiif.io/api/presentation/3/context.json", "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["M"]},
        "summary": {"en": ["a", HANDLER]}, "metadata": [{"label": {"en": ["b"]}, "value": {"en": ["<a href='javascript:b()'>c</a>"]}}],
        "homepage": [{"id": "javascript:b()", "type": "Text", "label": {"en": ["H"]}}], "x-own": {"deep": [SCRIPT]},
        "items": [canvas]
    })
}

#[tokio::test]
async fn a_document_that_holds_code_is_refused_even_as_a_draft() {
    let service = Service::start().await;
    let places = [
        "/document/summary/en/1",
        "/document/metadata/0/value/en/0",
        "/document/homepage/0/id",
        "/document/x-own/deep/0",
        "/document/items/0/label/en/0",
        "/document/items/0/annotations/0/items/0/body/value",
    ];
    let refused = service.ask(Method::POST, "/imports", Some(json!({"document": document(), "status": "draft"}))).await;
    assert_eq!(refused.faults(), (422, places.to_vec()), "{refused:?}");
    assert!(refused.detail(places[0]).contains("onerror") && refused.detail(places[0]).contains("take it away"), "{refused:?}");
    let old = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://x.org/m", "@type": "sc:Manifest", "label": "M",
        "description": SCRIPT, "related": "javascript:b()", "sequences": [{"canvases": []}]
    });
    let refused = service.ask(Method::POST, "/imports", Some(json!({"document": old}))).await;
    assert_eq!(refused.faults(), (422, vec!["/document/description", "/document/related"]), "{refused:?}");
    let mut collection = document();
    collection["type"] = json!("Collection");
    collection["items"] = json!([{"id": "https://x.org/m2", "type": "Manifest", "label": {"en": [SCRIPT]}}]);
    let refused = service.ask(Method::POST, "/imports", Some(json!({"document": collection}))).await;
    assert!(refused.faults().1.contains(&"/document/items/0/label/en/0") && refused.status == 422, "{refused:?}");
    for list in ["/items", "/collections"] {
        assert_eq!(service.record(list).await["items"], json!([]), "{list}");
    }
}

#[tokio::test]
async fn a_sloppy_tag_of_an_old_manifest_stops_no_import() {
    let service = Service::start().await;
    let description = "<h1>A</h1><div class='b'>c<br>d</div>";
    let old = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://x.org/m", "@type": "sc:Manifest", "label": "M<br>",
        "description": description, "metadata": [{"label": "a", "value": "<p style='color: red'>b"}],
        "sequences": [{"canvases": [{"@id": "https://x.org/c", "@type": "sc:Canvas", "label": "c", "height": 1, "width": 1, "images": []}]}]
    });
    let made = service.ask(Method::POST, "/imports", Some(json!({"document": old, "id": "old", "status": "published"}))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let out = service.json("/manifests/old").await;
    assert_eq!(out["summary"], json!({"none": [description]}));
    assert_eq!(out["metadata"][0]["value"], json!({"none": ["<p style='color: red'>b"]}));
    let told = service.json("/api/v1/items/old/validation").await;
    assert!(told["findings"].to_string().contains("p3-html-broken"), "{told}");
}

#[tokio::test]
async fn what_rest_writes_holds_no_code() {
    let service = Service::start().await;
    let put = |path: &'static str, body: Value| service.ask(Method::PUT, path, Some(body));
    assert_eq!(put("/items/i", json!({"label": "I"})).await.status, 201);
    assert_eq!(put("/collections/c", json!({"label": "C"})).await.status, 201);
    let before = service.tables().await;
    let range = json!({"items": [{"id": "r", "label": HANDLER, "items": []}]});
    let canvas = json!({"canvases": [{"label": HANDLER, "height": 1, "width": 1}]});
    let page = json!({"items": [{"body": {"type": "TextualBody", "value": SCRIPT}}]});
    let sent = [
        (Method::PUT, "/items/new", json!({"label": {"en": [HANDLER]}}), "/label/en/0"),
        (Method::PATCH, "/items/i", json!({"other": {"x:own": SCRIPT}}), "/other/x:own"),
        (Method::POST, "/items/i/canvases", canvas, "/canvases/0/label"),
        (Method::PUT, "/items/i/ranges", range, "/items/0/label"),
        (Method::PUT, "/items/i/annotations/p", page, "/items/0/body/value"),
        (Method::PUT, "/collections/new", json!({"label": "N", "summary": HANDLER}), "/summary"),
        (Method::PATCH, "/collections/c", json!({"homepage": [{"id": "javascript:b()", "label": "H"}]}), "/homepage/0/id"),
    ];
    for (method, path, body, pointer) in sent {
        let refused = service.ask_if(method, path, "*", Some(body)).await;
        let (status, pointers) = refused.faults();
        assert!(status == 422 && pointers.contains(&pointer), "{path}: {refused:?}");
        assert!(refused.body.to_string().contains("in the reader's browser"), "{path}: {refused:?}");
    }
    assert_eq!(service.tables().await, before);
}
