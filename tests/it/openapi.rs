//! The description of the interface: committed as it is, whole, and true.

use std::collections::HashSet;

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::documents::header;
use crate::support::service::Service;

/// The operations that take a body and write nothing.
const READING_POSTS: [&str; 2] = ["/api/v1/content-states", "/api/v1/validate"];

/// The operations that only read, and need a key all the same.
const KEYED: [&str; 2] = ["getSpreadsheet", "getSpreadsheetResult"];

/// Path, method and operation of everything described.
fn operations(document: &Value) -> Vec<(&str, Method, &Value)> {
    let paths = document["paths"].as_object().expect("paths").iter();
    paths
        .flat_map(|(path, operations)| {
            let operations = operations.as_object().expect("operations").iter();
            operations.map(move |(method, operation)| (path.as_str(), method.to_uppercase().parse().expect("a method"), operation))
        })
        .collect()
}

#[test]
fn the_committed_files_are_what_the_service_says() {
    let document = triptych::api::document();
    for (name, made) in [("openapi.json", triptych::api::json(&document)), ("openapi.yaml", triptych::api::yaml(&document))] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi").join(name);
        let committed = std::fs::read_to_string(path).unwrap_or_default();
        assert!(committed == made, "openapi/{name} is not what the service says: run `cargo run -- openapi`");
    }
    let yaml: Value = serde_yaml::from_str(&triptych::api::yaml(&document)).expect("YAML");
    assert_eq!(yaml, document);
}

/// A value of the document, references followed.
fn followed<'a>(document: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        Some(reference) => document.pointer(reference.trim_start_matches('#')).unwrap_or_else(|| panic!("{reference} leads nowhere")),
        None => value,
    }
}

#[test]
fn every_operation_is_described() {
    let document = triptych::api::document();
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.")));
    let tags: HashSet<&str> = document["tags"].as_array().expect("tags").iter().filter_map(|tag| tag["name"].as_str()).collect();
    let mut ids = HashSet::new();
    for (path, method, operation) in operations(&document) {
        let what = format!("{method} {path}");
        assert!(operation["operationId"].as_str().is_some_and(|id| ids.insert(id)), "{what}: no operationId of its own");
        for key in ["summary", "description"] {
            assert!(operation[key].as_str().is_some_and(|text| text.len() > 5), "{what}: no {key}");
        }
        let own = operation["tags"].as_array().expect("tags");
        assert!(!own.is_empty() && own.iter().all(|tag| tags.contains(tag.as_str().unwrap_or_default())), "{what}: {own:?}");
        parameters(&document, path, operation);
        responses(&document, &what, &method, operation);
    }
    assert!(ids.len() > 25, "{ids:?}");
}

fn parameters(document: &Value, path: &str, operation: &Value) {
    let list: Vec<&Value> = operation["parameters"].as_array().into_iter().flatten().map(|one| followed(document, one)).collect();
    for parameter in &list {
        assert!(parameter["description"].as_str().is_some_and(|text| !text.is_empty()), "{path}: {parameter}");
        assert!(parameter["schema"].is_object(), "{path}: {parameter}");
    }
    for name in path.split('{').skip(1).filter_map(|rest| rest.split('}').next()) {
        assert!(list.iter().any(|one| one["name"] == name && one["in"] == "path" && one["required"] == true), "{path}: no {name}");
    }
}

fn responses(document: &Value, what: &str, method: &Method, operation: &Value) {
    let responses = operation["responses"].as_object().expect("responses");
    assert!(responses.keys().any(|status| status.starts_with(['2', '3'])), "{what}");
    for (status, response) in responses {
        let response = followed(document, response);
        assert!(response["description"].as_str().is_some_and(|text| !text.is_empty()), "{what}: {status}");
        if status.starts_with(['4', '5']) && !what.contains("/health/") {
            let content = &response["content"]["application/problem+json"];
            assert!(followed(document, &content["schema"])["properties"]["requestId"].is_object(), "{what}: {status}");
        }
    }
    // What operators ask has neither parameters nor keys.
    if what.contains("/health/") || what.ends_with("/metrics") {
        return;
    }
    let keyed = operation["operationId"].as_str().is_some_and(|id| KEYED.contains(&id));
    let writes = *method != Method::GET && !READING_POSTS.iter().any(|path| what.ends_with(path));
    let mut wanted = vec!["400", "503"];
    if writes {
        wanted.extend(["401", "500"]);
    }
    if what.contains('{') && !what.contains("/collections") {
        wanted.extend(["404", "410"]);
    }
    for status in wanted {
        assert!(responses.contains_key(status), "{what}: no {status}");
    }
    let security = operation["security"].as_array().unwrap_or_else(|| panic!("{what}: no security"));
    // Uploads and jobs are nobody's to see but writers', nor is what spreadsheets did.
    let needs_key = writes || keyed || what.contains("/uploads") || what.contains("/api/v1/jobs");
    assert_eq!(security.contains(&json!({})), !needs_key, "{what}: {security:?}");
    assert!(security.contains(&json!({"key": []})) || !needs_key, "{what}: {security:?}");
    assert_eq!(document["components"]["securitySchemes"]["key"]["scheme"], "bearer");
}

#[test]
fn every_body_has_a_schema_and_an_example_that_follows_it() {
    let document = triptych::api::document();
    let mut checked = 0;
    for (path, method, operation) in operations(&document) {
        for (kind, content) in operation["requestBody"]["content"].as_object().into_iter().flatten() {
            let what = format!("{kind} of {method} {path}");
            let schema = followed(&document, &content["schema"]);
            assert!(schema.is_object(), "{what}: no schema");
            if schema["format"] == "binary" {
                continue;
            }
            let example = if content["example"].is_null() { &schema["example"] } else { &content["example"] };
            assert!(example.is_object(), "{what}: no example");
            let whole = json!({"allOf": [content["schema"]], "components": document["components"]});
            let validator = jsonschema::validator_for(&whole).expect("a schema");
            let faults: Vec<String> = validator.iter_errors(example).map(|error| format!("{}: {error}", error.instance_path)).collect();
            // `null` in a merge patch removes, which no schema of what is stored can say.
            let faults: Vec<_> = faults.iter().filter(|fault| !(kind.contains("merge-patch") && fault.contains("null"))).collect();
            assert!(faults.is_empty(), "{what}: {faults:?}");
            checked += 1;
        }
    }
    assert!(checked >= 9, "{checked}");
}

/// The path with its parameters filled in, of things that are there.
fn filled(path: &str, tag: &str) -> String {
    let id = if tag == "Images" { "one" } else { "book" };
    let values = [
        ("version", "3"),
        ("identifier", "one"),
        ("region", "full"),
        ("size", "max"),
        ("rotation", "0"),
        ("quality", "default"),
        ("format", "jpg"),
        ("item", "book"),
        ("canvas", "c"),
        ("painting", "1"),
        ("range", "r"),
        ("page", "p"),
        ("annotation", "a"),
        ("collection", "~top"),
        ("member", "0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11"),
        ("upload", "0192f0c1-7d0e-7c3a-9a51-6f5f6c0f2b11"),
        ("id", id),
    ];
    let filled = values.iter().fold(path.to_owned(), |path, (name, value)| path.replace(&format!("{{{name}}}"), value));
    assert!(!filled.contains('{'), "{filled}");
    filled
}

#[tokio::test]
async fn every_path_leads_somewhere() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    let manifest = json!({
        "@context": "http://iiif.io/api/presentation/3/context.json", "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["Book"]},
        "items": [{"id": "https://x.org/c", "type": "Canvas", "height": 10, "width": 10, "items": []}]
    });
    let import = json!({"document": manifest, "id": "book", "status": "published"});
    assert_eq!(service.send(Method::POST, "/imports", &import).await.0, 201);
    let image = service.rest(Method::PUT, "/items/book/canvases/c/image").header("If-Match", "*").json(&json!({"image": "one"}));
    assert_eq!(image.send().await.expect("an answer").status(), 200);
    let collection = json!({
        "@context": "http://iiif.io/api/presentation/3/context.json", "id": "https://x.org/c", "type": "Collection",
        "label": {"en": ["Books"]}, "items": []
    });
    let import = json!({"document": collection, "id": "book", "status": "published"});
    assert_eq!(service.send(Method::POST, "/imports", &import).await.0, 201);
    let ranges = json!({"ranges": [{"id": "r", "items": ["c"]}]});
    assert_eq!(service.ask(Method::PUT, "/items/book/ranges", Some(ranges)).await.status, 200);
    let page = json!({"items": [{"id": "a", "motivation": "commenting"}]});
    assert_eq!(service.ask(Method::PUT, "/items/book/annotations/p", Some(page)).await.status, 201);
    let document = service.json("/api/openapi.json").await;
    for (path, method, operation) in operations(&document) {
        let path = filled(path, operation["tags"][0].as_str().unwrap_or_default());
        let response = service.request(method.clone(), &path).send().await.expect("an answer");
        let status = response.status().as_u16();
        if READING_POSTS.contains(&path.as_str()) {
            assert_eq!(status, 415, "{method} {path}");
        } else if operation["operationId"].as_str().is_some_and(|id| KEYED.contains(&id)) {
            assert_eq!(status, 401, "{method} {path}");
        } else if method == Method::GET && !path.contains("/uploads") && !path.starts_with("/api/v1/jobs") {
            assert!(matches!(status, 200 | 303), "{method} {path}: {status}");
        } else {
            assert_eq!(status, 401, "{method} {path}");
        }
        assert!(operation["responses"].get(status.to_string()).is_some(), "{method} {path}: {status} is not described");
    }
}

#[tokio::test]
async fn the_service_gives_the_document_as_it_is_committed_but_for_its_address() {
    let service = Service::start().await;
    let mut document = triptych::api::document();
    document["servers"][0]["url"] = service.base.clone().into();
    assert_eq!(service.json("/api/openapi.json").await, document);
    let response = service.get("/api/openapi.yaml").await;
    assert_eq!(header(&response, "content-type"), "application/yaml");
    let yaml: Value = serde_yaml::from_str(&response.text().await.expect("text")).expect("YAML");
    assert_eq!(yaml, document);
}

#[tokio::test]
async fn the_browser_page_needs_nobody_else() {
    let service = Service::start().await;
    let response = service.get("/api/docs").await;
    assert!(header(&response, "content-type").starts_with("text/html"));
    let page = response.text().await.expect("text");
    assert!(page.contains(&service.base) && page.contains("<title>Triptych API</title>"));
    // What is loaded by markup: attributes of the tags that load, within the markup alone.
    let mut markup = String::new();
    for (place, part) in page.split("<script").enumerate() {
        let (head, rest) = if place == 0 { ("", part) } else { part.split_once('>').expect("an end") };
        markup.push_str(&format!("<script{head}>"));
        markup.push_str(if place == 0 { rest } else { rest.split_once("</script>").map_or("", |(_, after)| after) });
    }
    for tag in markup.split('<').skip(1).map(|rest| rest.split('>').next().unwrap_or_default()) {
        let loads = ["script", "link", "img", "iframe", "source", "object", "embed"].iter().any(|name| tag.starts_with(name));
        let foreign = ["http:", "https:", "=\"//", "='//"].iter().any(|scheme| tag.contains(scheme));
        assert!(!(loads && foreign), "<{tag}>");
    }
    for style in page.split("<style").skip(1).map(|rest| rest.split("</style>").next().unwrap_or_default()) {
        let foreign = ["url(http", "url(\"http", "url('http", "url(//", "@import"].iter().find(|load| style.contains(*load));
        assert!(foreign.is_none(), "{foreign:?} in a style");
    }
}
