//! The OpenAPI document: what poem-openapi knows of the REST interface, with the errors that every operation shares and the IIIF
//! routes added, and the page that shows it.

use poem::http::{StatusCode, header};
use poem::{Endpoint, Request, Response};
use poem_openapi::registry::Registry;
use poem_openapi::types::Type;
use serde_json::{Value, json};

use super::etag::is_known;
use super::problem::{Kind, ProblemDocument};
use super::{documents, rest};

/// The routes of the IIIF APIs, which poem-openapi cannot describe.
const IIIF: &str = include_str!("openapi/iiif.json");
const ABOUT: &str = include_str!("openapi/about.md");

/// The whole document.
pub fn document() -> Value {
    let mut document: Value = serde_json::from_str(&rest().spec()).unwrap_or_default();
    document["info"]["description"] = ABOUT.trim().into();
    document["info"]["license"] = json!({"name": "MIT OR Apache-2.0"});
    document["servers"] = json!([{"url": "..", "description": "This service, below whatever prefix this document has"}]);
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, operations) in paths.iter_mut() {
            for (method, operation) in operations.as_object_mut().into_iter().flatten() {
                complete(path, method, operation, &problem);
            }
        }
    }
    let iiif: Value = serde_json::from_str(IIIF).unwrap_or_default();
    add(&mut document["paths"], &iiif["paths"]);
    add(&mut document["tags"], &iiif["tags"]);
    add(&mut document["components"]["parameters"], &iiif["parameters"]);
    add(&mut document["components"]["schemas"], &problem_schemas());
    document
}

/// The schemas of problem documents. No operation of the REST interface names them: [`complete`] does.
fn problem_schemas() -> Value {
    let mut registry = Registry::new();
    ProblemDocument::register(&mut registry);
    json!(registry.schemas)
}

/// Adds the entries of one object or list to another.
fn add(target: &mut Value, more: &Value) {
    match (target, more) {
        (Value::Object(target), Value::Object(more)) => target.extend(more.clone()),
        (Value::Array(target), Value::Array(more)) => target.extend(more.iter().cloned()),
        (target, more) => *target = more.clone(),
    }
}

/// Adds to an operation what all operations of its kind share.
fn complete(path: &str, method: &str, operation: &mut Value, problem: &Value) {
    let writes = method != "get";
    let conditional = matches!(method, "put" | "patch" | "delete") || operation["operationId"] == "addCanvases";
    if !writes {
        operation["security"] = json!([{}, {"key": []}]);
    }
    if conditional {
        let condition = json!({
            "name": "If-Match", "in": "header", "required": false, "schema": {"type": "string"}, "example": "\"3\"",
            "description": "The ETag of what was read; needed to change what exists. `*` changes whatever is there."
        });
        match operation["parameters"].as_array_mut() {
            Some(parameters) => parameters.push(condition),
            None => operation["parameters"] = json!([condition]),
        }
    }
    for kind in kinds(path, method, conditional, operation.get("requestBody").is_some()) {
        let example = super::Problem::new(kind, "what is wrong with this request, and what to do").document(Some("0192f0c1-…"));
        operation["responses"][kind.status().as_str()] = json!({
            "description": kind.title(),
            "content": {"application/problem+json": {"schema": problem, "example": example}}
        });
    }
}

/// The problems that an operation may answer with.
fn kinds(path: &str, method: &str, conditional: bool, body: bool) -> Vec<Kind> {
    let mut kinds = vec![Kind::BadRequest, Kind::Unauthorized];
    if path.contains('{') {
        kinds.extend([Kind::NotFound, Kind::Gone]);
    }
    if method != "get" && !(method == "delete" && path.contains("/items")) {
        kinds.push(Kind::Conflict);
    }
    if conditional {
        kinds.extend([Kind::Stale, Kind::PreconditionRequired]);
    }
    if body {
        kinds.extend([Kind::TooLarge, Kind::MediaType, Kind::Invalid]);
    }
    kinds.extend([Kind::Internal, Kind::Unavailable]);
    kinds
}

/// The document as it is committed: indented, with a line end.
pub fn json(document: &Value) -> String {
    serde_json::to_string_pretty(document).unwrap_or_default() + "\n"
}

/// The document as YAML.
pub fn yaml(document: &Value) -> String {
    serde_yaml::to_string(document).unwrap_or_default()
}

/// The page that shows the document, whole in itself: it works without a network.
pub fn page(document: &Value) -> String {
    let service = rest();
    let shown = document.to_string().replace("</", "<\\/");
    let head = "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n    <title>Triptych API</title>";
    let page = service.swagger_ui_html().replacen(&service.spec(), &shown, 1).replacen("<title>Swagger UI</title>", head, 1);
    page.trim_start().replacen("<html charset=\"UTF-8\">", "<!doctype html>\n<html lang=\"en\">", 1)
}

/// An answer that never changes while the process runs.
pub fn fixed(content_type: &'static str, body: String) -> impl Endpoint<Output = Response> {
    let tag = documents::tag(&[content_type, &body]);
    let body = bytes::Bytes::from(body);
    poem::endpoint::make(move |request: Request| {
        let (tag, body) = (tag.clone(), body.clone());
        async move {
            let response = Response::builder().header(header::ETAG, &tag).header(header::CACHE_CONTROL, "no-cache");
            if is_known(request.headers(), &tag) {
                return Ok::<_, poem::Error>(response.status(StatusCode::NOT_MODIFIED).finish());
            }
            Ok(response.content_type(content_type).body(body))
        }
    })
}
