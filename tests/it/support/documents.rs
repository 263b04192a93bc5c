//! Published documents: where they come from and whether they are right.

use std::sync::LazyLock;

use reqwest::Response;
use serde_json::{Value, json};

use super::rules;

/// Media types by which a version of the Presentation API is asked for.
pub const V2: &str = r#"application/ld+json;profile="http://iiif.io/api/presentation/2/context.json""#;
pub const V3: &str = r#"application/ld+json;profile="http://iiif.io/api/presentation/3/context.json""#;

static SCHEMA: LazyLock<jsonschema::Validator> = LazyLock::new(|| {
    let schema = include_str!("../../fixtures/schema/iiif_3_0.json");
    jsonschema::validator_for(&serde_json::from_str(schema).expect("JSON")).expect("a schema")
});

/// Panics with everything that a published document breaks: the rules of its specification, the published schema, and what
/// this service promises beyond them.
pub fn assert_right(document: &Value) {
    let faults = match document["@context"].as_str().unwrap_or_default() {
        "http://iiif.io/api/presentation/3/context.json" => {
            [rules::presentation_3(document), rules::contract(document), schema(document)].concat()
        }
        "http://iiif.io/api/presentation/2/context.json" => [rules::presentation_2(document), rules::contract(document)].concat(),
        "http://iiif.io/api/image/3/context.json" => rules::image_info(document, 3),
        "http://iiif.io/api/image/2/context.json" => rules::image_info(document, 2),
        other => vec![format!("{other:?} is the context of nothing")],
    };
    assert!(faults.is_empty(), "{faults:#?}\n{document:#}");
}

/// The schema knows canvases only within manifests.
fn schema(document: &Value) -> Vec<String> {
    let mut whole = document.clone();
    if document["type"] == "Canvas" {
        whole.as_object_mut().expect("an object").remove("@context");
        whole = json!({"@context": document["@context"], "id": "https://h.org/m", "type": "Manifest", "label": {"en": ["M"]}, "items": [whole]});
    }
    SCHEMA.iter_errors(&whole).map(|error| format!("schema at {}: {error}", error.instance_path)).collect()
}

/// A document's id in either version.
pub fn id(document: &Value) -> &str {
    document["id"].as_str().or(document["@id"].as_str()).unwrap_or_default()
}

/// A header as text; empty if it is missing.
pub fn header<'a>(response: &'a Response, name: &str) -> &'a str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// All values of a header, and the parts of lists, in lower case.
pub fn listed(response: &Response, name: &str) -> Vec<String> {
    let values = response.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
    values.flat_map(|value| value.split(',')).map(|part| part.trim().to_ascii_lowercase()).collect()
}

/// Panics unless the response is a problem document that names its request; what it says is returned.
pub async fn problem(response: Response) -> Value {
    let (status, url) = (response.status().as_u16(), response.url().to_string());
    assert_eq!(header(&response, "content-type"), "application/problem+json", "{url}");
    let request = header(&response, "x-request-id").to_owned();
    let document: Value = response.json().await.expect("JSON");
    assert_eq!(document["status"], status, "{url}: {document}");
    assert!(!request.is_empty() && document["requestId"] == request, "{url}: {document}");
    for key in ["type", "title", "detail"] {
        assert!(document[key].as_str().is_some_and(|text| !text.is_empty()), "{url}: no {key} in {document}");
    }
    document
}
