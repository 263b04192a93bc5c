//! The OpenAPI document: what poem-openapi knows of the REST interface, with the errors that every operation shares and the IIIF
//! routes added, and the page that shows it.

use std::sync::{Arc, LazyLock};

use poem::http::{HeaderValue, StatusCode, header};
use poem::{Endpoint, EndpointExt, Request, Response};
use poem_openapi::registry::Registry;
use poem_openapi::types::Type;
use serde_json::{Value, json};

use super::address::uris;
use super::etag::is_known;
use super::problem::{Kind, ProblemDocument};
use super::{READING_POSTS, documents, rest};

/// The routes of the IIIF APIs, which poem-openapi cannot describe.
const IIIF: &str = include_str!("openapi/iiif.json");
const ABOUT: &str = include_str!("openapi/about.md");
/// Stands for the public address until a request tells it.
const ADDRESS: &str = "urn:triptych:address";
/// Methods of what can only be read.
const READING: &str = "GET, HEAD, OPTIONS";
/// Operations that change what exists, though their method does not say so.
const CONDITIONAL: [&str; 6] = ["addAnnotations", "addCanvases", "addMembers", "addPainting", "addRange", "moveMembers"];
/// Operations that only read, and need a key all the same.
const KEYED: [&str; 2] = ["getSpreadsheet", "getSpreadsheetResult"];
/// Bodies as they may be sent, by operation.
const BODIES: &str = include_str!("openapi/bodies.json");

/// The whole document.
pub fn document() -> Value {
    let mut document: Value = serde_json::from_str(&rest().spec()).unwrap_or_default();
    document["info"]["description"] = ABOUT.trim().into();
    document["info"]["license"] = json!({"name": "MIT OR Apache-2.0"});
    document["servers"] = json!([{"url": "..", "description": "This service, below whatever prefix this document has"}]);
    let problem = json!({"$ref": "#/components/schemas/Problem"});
    let bodies: Value = serde_json::from_str(BODIES).unwrap_or_default();
    if let Some(paths) = document["paths"].as_object_mut() {
        for (path, operations) in paths.iter_mut() {
            for (method, operation) in operations.as_object_mut().into_iter().flatten() {
                complete(path, method, operation, &problem);
                exemplify(operation, &bodies);
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

/// The schemas of problem documents, which poem-openapi leaves out because no operation of its own names them.
fn problem_schemas() -> Value {
    let mut registry = Registry::new();
    ProblemDocument::register(&mut registry);
    serde_json::to_value(&registry.schemas).unwrap_or_default()
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
    let writes = method != "get" && !READING_POSTS.contains(&path);
    let conditional =
        matches!(method, "put" | "patch" | "delete") || operation["operationId"].as_str().is_some_and(|id| CONDITIONAL.contains(&id));
    let keyed = operation["operationId"].as_str().is_some_and(|id| KEYED.contains(&id));
    if !writes && !keyed {
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

/// Shows a body with the operation, if there is one for it.
fn exemplify(operation: &mut Value, bodies: &Value) {
    let example = operation["operationId"].as_str().and_then(|id| bodies.get(id)).cloned();
    for (_, content) in operation.pointer_mut("/requestBody/content").and_then(Value::as_object_mut).into_iter().flatten() {
        if let Some(example) = &example {
            content["example"] = example.clone();
        }
    }
}

/// The problems that an operation may answer with.
fn kinds(path: &str, method: &str, conditional: bool, body: bool) -> Vec<Kind> {
    let mut kinds = vec![Kind::BadRequest, Kind::Unauthorized];
    if path.contains('{') {
        kinds.extend([Kind::NotFound, Kind::Gone]);
    }
    if method != "get" && !READING_POSTS.contains(&path) && !(method == "delete" && path.contains("/items")) {
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

/// The methods that a path takes, for `Allow` (RFC 9110, section 15.5.6).
pub fn allowed(path: &str) -> HeaderValue {
    static DESCRIBED: LazyLock<Vec<(Vec<String>, String)>> = LazyLock::new(|| {
        let document = document();
        let paths = document["paths"].as_object().into_iter().flatten();
        paths.map(|(path, operations)| (path.split('/').map(str::to_owned).collect(), methods(operations))).collect()
    });
    let segments: Vec<&str> = path.split('/').collect();
    let fits =
        |pattern: &[String]| pattern.len() == segments.len() && pattern.iter().zip(&segments).all(|(a, b)| a == b || a.starts_with('{'));
    let found = DESCRIBED.iter().find(|(pattern, _)| fits(pattern)).map(|(_, methods)| methods.as_str());
    HeaderValue::from_str(found.unwrap_or(READING)).unwrap_or(HeaderValue::from_static(READING))
}

fn methods(operations: &Value) -> String {
    let described = operations.as_object().into_iter().flatten().map(|(method, _)| method.to_uppercase());
    let mut methods: Vec<String> = described.collect();
    if methods.iter().any(|method| method == "GET") {
        methods.push("HEAD".to_owned());
    }
    methods.push("OPTIONS".to_owned());
    methods.join(", ")
}

/// What depends on nothing but the public address.
pub fn fixed(content_type: &'static str, write: impl Fn(&Value) -> String) -> impl Endpoint<Output = Response> {
    let mut document = document();
    document["servers"][0]["url"] = ADDRESS.into();
    let body: Arc<str> = write(&document).into();
    poem::get(poem::endpoint::make(move |request: Request| {
        let body = body.clone();
        async move {
            let body = body.replace(ADDRESS, uris(&request).base());
            let tag = documents::tag(&[content_type, &body]);
            let response = Response::builder().header(header::ETAG, &tag).header(header::CACHE_CONTROL, "no-cache");
            if is_known(request.headers(), &tag) {
                return Ok::<_, poem::Error>(response.status(StatusCode::NOT_MODIFIED).finish());
            }
            Ok(response.content_type(content_type).body(body))
        }
    }))
    .map_to_response()
}
