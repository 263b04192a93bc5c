//! What the validator says: of documents that are sent, of those that are fetched, of items, and on the command line.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use reqwest::Method;
use serde_json::{Value, json};
use triptych::iiif::presentation::validate::{is_broken, validate};

use crate::support::documents::header;
use crate::support::rest::{Answer, answer};
use crate::support::service::Service;

/// A manifest with a canvas that lacks its height, and a label as it was in 2.1.
fn broken() -> Value {
    json!({
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": "https://example.org/m",
        "type": "Manifest",
        "label": "A book",
        "navDate": null,
        "items": [{"id": "https://example.org/c", "type": "Canvas", "width": 2000, "items": []}]
    })
}

fn recipe(name: &str) -> String {
    crate::support::fixture(&format!("cookbook/{name}/manifest.json")).display().to_string()
}

fn read(file: &str) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")
}

/// Asks without a key.
async fn ask(service: &Service, body: &Value) -> Answer {
    answer(service.request(Method::POST, "/api/v1/validate").json(body)).await
}

/// Rules and places of the errors that an answer tells.
fn errors(told: &Value) -> Vec<(&str, &str)> {
    let findings = told["findings"].as_array().expect("findings").iter();
    let errors = findings.filter(|finding| finding["severity"] == "error");
    errors.map(|finding| (finding["rule"].as_str().expect("a rule"), finding["pointer"].as_str().expect("a pointer"))).collect()
}

#[tokio::test]
async fn a_document_is_judged_for_anyone_and_nothing_is_stored() {
    let service = Service::start().await;
    let told = ask(&service, &json!({"document": broken()})).await;
    assert_eq!((told.status, told.header("cache-control")), (200, "no-cache"), "{told:?}");
    let body = &told.body;
    assert_eq!((&body["version"], &body["broken"]), (&json!("3.0"), &json!(true)), "{body}");
    let found = errors(body);
    for wanted in [("p3-language-map", "/label"), ("p3-nav-date", "/navDate"), ("p3-canvas-size", "/items/0")] {
        assert!(found.contains(&wanted), "{wanted:?} is not in {found:?}");
    }
    let findings = body["findings"].as_array().expect("findings");
    for severity in ["error", "warning", "note"] {
        let count = findings.iter().filter(|finding| finding["severity"] == severity).count();
        assert_eq!(body["counts"][severity], count, "{body}");
    }
    let size = findings.iter().find(|finding| finding["rule"] == "p3-canvas-size").expect("the finding");
    assert_eq!((&size["source"], &size["clients"]), (&json!("Presentation 3.0, 5.3"), &json!(["Mirador"])));
    assert!(["what", "cure"].iter().all(|name| size[name].as_str().is_some_and(|text| text.len() > 5)), "{size}");
    assert_eq!(service.record("/items").await["items"], json!([]));
}

#[tokio::test]
async fn whatever_is_json_is_judged() {
    let service = Service::start().await;
    for (document, version, broken) in [
        (read(&recipe("0001-mvm-image")), "3.0", false),
        (read(&crate::support::fixture("presentation-2.1/errors/13/manifest.json").display().to_string()), "2.1", true),
        (json!([]), "3.0", true),
        (json!("text"), "3.0", true),
        (json!({}), "3.0", true),
    ] {
        let told = ask(&service, &json!({"document": document})).await;
        assert_eq!((told.status, &told.body["version"], &told.body["broken"]), (200, &json!(version), &json!(broken)), "{told:?}");
    }
}

#[tokio::test]
async fn what_is_neither_a_document_nor_a_url_is_refused() {
    let service = Service::with(&[("max_body", "20000")]).await;
    for body in [json!({}), json!({"url": "https://example.org", "document": {}}), json!({"document": null})] {
        assert_eq!(ask(&service, &body).await.faults(), (422, vec!["/url"]), "{body}");
    }
    assert_eq!(ask(&service, &json!({"document": {"label": "x".repeat(20_000)}})).await.status, 413);
    let deep = format!("{{\"document\": {}{}}}", "[".repeat(5000), "]".repeat(5000));
    let request = service.request(Method::POST, "/api/v1/validate").header("Content-Type", "application/json").body(deep);
    assert_eq!(answer(request).await.status, 400);
    let wrong = service.request(Method::POST, "/api/v1/validate").bearer_auth("trip_wrong").json(&json!({"document": {}}));
    assert_eq!(answer(wrong).await.status, 401);
}

#[tokio::test]
async fn a_url_is_fetched_for_who_has_a_key() {
    let service = Service::with(&[("fetch_networks", "127.0.0.0/8")]).await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    let body = json!({"url": format!("{}/manifests/book/v2", service.base)});
    assert_eq!(ask(&service, &body).await.status, 401);
    let (status, told) = service.send(Method::POST, "/validate", &body).await;
    assert_eq!((status, &told["version"], &told["broken"]), (200, &json!("2.1"), &json!(false)), "{told}");
    for url in [format!("{}/api/docs", service.base), format!("{}/nothing", service.base), "ftp://example.org".to_owned()] {
        let told = service.ask(Method::POST, "/validate", Some(json!({"url": url}))).await;
        assert_eq!(told.faults(), (422, vec!["/url"]), "{url}");
    }
    let closed = Service::start().await;
    let told = closed.ask(Method::POST, "/validate", Some(body)).await;
    assert_eq!(told.faults(), (422, vec!["/url"]), "{told:?}");
}

#[tokio::test]
async fn an_item_is_judged_by_its_manifest() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    let response = service.get("/api/v1/items/book/validation").await;
    let tag = header(&response, "etag").to_owned();
    let told: Value = response.json().await.expect("JSON");
    assert_eq!((errors(&told), &told["broken"]), (vec![], &json!(false)), "{told}");
    let known = service.request(Method::GET, "/api/v1/items/book/validation").header("If-None-Match", &tag);
    assert_eq!(known.send().await.expect("an answer").status(), 304);
    assert_eq!(header(&service.get("/api/v1/items/book").await, "etag"), tag);

    assert_eq!(service.ask_if(Method::PATCH, "/items/book", "*", Some(json!({"status": "draft"}))).await.status, 200);
    assert_eq!(service.get("/api/v1/items/book/validation").await.status(), 404);
    assert_eq!(service.record("/items/book/validation").await["broken"], false);
    assert_eq!(service.ask(Method::GET, "/items/nothing/validation", None).await.status, 404);
}

#[tokio::test]
async fn what_is_without_errors_before_its_import_is_without_errors_after_it() {
    let service = Service::start().await;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/cookbook");
    let mut checked = 0;
    for file in crate::support::rest::files(&root) {
        let name = file.display().to_string();
        if !name.ends_with(".json") {
            continue;
        }
        let document = read(&name);
        if document["type"] != "Manifest" || is_broken(&validate(&document)) {
            continue;
        }
        let (status, made) = service.send(Method::POST, "/imports", &json!({"document": document, "status": "published"})).await;
        assert_eq!(status, 201, "{name}: {made}");
        let read = made["validation"].as_str().expect("a URL").strip_prefix(&service.base).expect("our own").to_owned();
        let told = service.json(&read).await;
        assert_eq!(errors(&told), [], "{name}");
        assert_eq!((&made["findings"], &made["findings"]["error"]), (&told["counts"], &json!(0)), "{name}");
        checked += 1;
    }
    assert!(checked > 30, "{checked}");
}

/// Runs the real program where neither database nor storage are.
fn command(arguments: &[&str], input: &[u8]) -> Output {
    let directory = tempfile::tempdir().expect("a directory");
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    command.arg("validate").args(arguments).current_dir(directory.path()).env("DATABASE_URL", "postgres://nobody@localhost:1/nothing");
    let mut running = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it runs");
    // Not everything is read by everyone.
    let _ = running.stdin.take().expect("its input").write_all(input);
    let done = running.wait_with_output().expect("it ends");
    assert!(std::fs::read_dir(directory.path()).expect("a directory").next().is_none(), "it left something behind");
    done
}

#[test]
fn the_command_tells_people_and_programs() {
    let document = broken().to_string();
    let told = command(&["-"], document.as_bytes());
    let words = String::from_utf8(told.stdout).expect("UTF-8");
    assert_eq!(told.status.code(), Some(1), "{words}");
    for wanted in
        ["error: /items/0\n    this Canvas has width but no height\n    cure: give it height too\n", "hits Mirador", "p3-canvas-size"]
    {
        assert!(words.contains(wanted), "{words}");
    }
    let last = words.lines().last().expect("a line");
    assert!(last.starts_with("-: Presentation 3.0, broken: ") && last.contains(" errors, "), "{last}");

    let told = command(&["--json", "-"], document.as_bytes());
    let report: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!((told.status.code(), &report["version"], &report["broken"]), (Some(1), &json!("3.0"), &json!(true)));
    assert!(errors(&report).contains(&("p3-canvas-size", "/items/0")), "{report}");

    let told = command(&[&recipe("0001-mvm-image")], b"");
    assert_eq!(told.status.code(), Some(0), "{told:?}");
}

#[test]
fn the_command_says_what_it_cannot_read() {
    let picture = crate::support::fixture("masters/baseline.jpg").display().to_string();
    for (from, words) in [("missing.json", "missing.json"), (&picture, "not JSON"), ("http://127.0.0.1:1/m", "private or reserved")] {
        let told = command(&[from], b"");
        let said = String::from_utf8(told.stderr).expect("UTF-8");
        assert_eq!((told.status.code(), told.stdout.is_empty()), (Some(2), true), "{from}: {said}");
        assert!(said.contains(words), "{said}");
    }
}

#[tokio::test]
async fn the_command_fetches_within_the_settings_and_answers_as_the_service_does() {
    let service = Service::start().await;
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    let url = format!("{}/manifests/book", service.base);
    let arguments = ["--fetch-networks", "127.0.0.0/8", "--json", &url].map(str::to_owned);
    let run = move || command(&arguments.each_ref().map(String::as_str), b"");
    let told = tokio::task::spawn_blocking(run).await.expect("it ends");
    assert_eq!(told.status.code(), Some(0), "{told:?}");
    let report: Value = serde_json::from_slice(&told.stdout).expect("JSON");
    assert_eq!(report, service.record("/items/book/validation").await);
}

/// A manifest that paints on a canvas of somebody else, as different sources have it.
fn astray(number: usize) -> Value {
    let id = |part: &str| format!("https://example.org/{number}/{part}");
    let body = json!({"id": id("i.jpg"), "type": "Image", "format": "image/jpeg", "width": 10, "height": 10});
    let annotation =
        json!({"id": id("a"), "type": "Annotation", "motivation": "painting", "target": "https://example.org/other", "body": body});
    let page = json!({"id": id("p"), "type": "AnnotationPage", "items": [annotation]});
    let canvas = json!({"id": id("c"), "type": "Canvas", "width": 10, "height": 10, "items": [page]});
    let context = "http://iiif.io/api/presentation/3/context.json";
    json!({"@context": context, "id": id("m"), "type": "Manifest", "label": {"en": ["M"]}, "items": [canvas]})
}

#[tokio::test]
async fn what_no_viewer_can_open_is_not_published_by_import() {
    let service = Service::start().await;
    let target = "/document/items/0/items/0/items/0/target";
    let mut scripted = astray(2);
    scripted["summary"] = json!({"en": ["<p>a<script>b()</script></p>"]});
    for (document, pointers) in [(astray(1), vec![target]), (scripted, vec!["/document/summary/en/0", target])] {
        let body = json!({"document": document, "status": "published"});
        let refused = service.ask(Method::POST, "/imports", Some(body)).await;
        assert_eq!(refused.faults(), (422, pointers), "{refused:?}");
        assert!(refused.detail(target).contains("; "), "{refused:?}");
    }
    assert_eq!(service.record("/items").await["items"], json!([]));

    let (status, made) = service.send(Method::POST, "/imports", &json!({"document": astray(1), "id": "astray"})).await;
    assert_eq!((status, &made["item"]["status"], &made["findings"]["error"]), (201, &json!("draft"), &json!(1)), "{made}");
    let mut mended = astray(1);
    mended["items"][0]["items"][0]["items"][0]["target"] = mended["items"][0]["id"].clone();
    let (status, made) = service.send(Method::POST, "/imports", &json!({"document": mended, "status": "published"})).await;
    assert_eq!((status, &made["item"]["id"]), (200, &json!("astray")), "{made}");
    // What is public stays as it is.
    let refused = service.ask(Method::POST, "/imports", Some(json!({"document": astray(1)}))).await;
    assert_eq!(refused.faults(), (422, vec![target]), "{refused:?}");
    assert_eq!(service.json("/api/v1/items/astray/validation").await["broken"], false);
}

/// A collection of one manifest elsewhere, whose summary has markup that no reader should be given.
fn embedding() -> Value {
    let summary = json!({"en": ["<p>a<iframe src='https://example.org/'></iframe></p>"]});
    let member = json!({"id": "https://example.org/m", "type": "Manifest", "label": {"en": ["M"]}, "summary": summary});
    let context = "http://iiif.io/api/presentation/3/context.json";
    json!({"@context": context, "id": "https://example.org/top", "type": "Collection", "label": {"en": ["C"]}, "items": [member]})
}

#[tokio::test]
async fn a_collection_is_judged_before_it_is_published() {
    let service = Service::start().await;
    let refused = service.ask(Method::POST, "/imports", Some(json!({"document": embedding(), "status": "published"}))).await;
    assert_eq!(refused.faults(), (422, vec!["/document/items/0/summary/en/0"]), "{refused:?}");
    assert_eq!(service.record("/collections").await["items"], json!([]));
    let (status, made) = service.send(Method::POST, "/imports", &json!({"document": embedding(), "id": "top"})).await;
    assert_eq!((status, &made["collection"]["status"]), (201, &json!("draft")), "{made}");
    let publish = json!({"status": "published"});
    let refused = service.ask_if(Method::PATCH, "/collections/top", "*", Some(publish.clone())).await;
    assert_eq!(refused.faults(), (422, vec!["/status"]), "{refused:?}");
    assert!(refused.detail("/status").contains("/items/0/summary/en/0"), "{refused:?}");
    assert_eq!(service.record("/collections/top").await["status"], "draft");

    let mut mended = embedding();
    mended["items"][0]["summary"] = json!({"en": ["S"]});
    assert_eq!(service.send(Method::POST, "/imports", &json!({"document": mended})).await.0, 200);
    assert_eq!(service.ask_if(Method::PATCH, "/collections/top", "*", Some(publish)).await.status, 200);
    // What is public stays as it is.
    let refused = service.ask(Method::POST, "/imports", Some(json!({"document": embedding()}))).await;
    assert_eq!(refused.faults(), (422, vec!["/document/items/0/summary/en/0"]), "{refused:?}");
    assert_eq!(service.json("/collections/top").await["items"][0]["summary"], json!({"en": ["S"]}));
}

#[tokio::test]
async fn a_draft_that_no_viewer_can_open_is_not_published() {
    let service = Service::start().await;
    assert_eq!(service.send(Method::POST, "/imports", &json!({"document": astray(1), "id": "astray"})).await.0, 201);
    let publish = json!({"status": "published"});
    let refused = service.ask_if(Method::PATCH, "/items/astray", "*", Some(publish.clone())).await;
    assert_eq!(refused.faults(), (422, vec!["/status"]), "{refused:?}");
    assert!(refused.detail("/status").contains("/items/0/items/0/items/0/target"), "{refused:?}");
    let whole = json!({"label": "M", "status": "published"});
    assert_eq!(service.ask_if(Method::PUT, "/items/astray", "*", Some(whole)).await.faults(), (422, vec!["/status"]));
    assert_eq!(service.record("/items/astray").await["status"], "draft");
    assert_eq!(service.ask_if(Method::PATCH, "/items/astray", "*", Some(json!({"label": "Another"}))).await.status, 200);

    let mut mended = astray(1);
    mended["items"][0]["items"][0]["items"][0]["target"] = mended["items"][0]["id"].clone();
    assert_eq!(service.send(Method::POST, "/imports", &json!({"document": mended})).await.0, 200);
    let unconditional = service.ask(Method::PATCH, "/items/astray", Some(publish.clone())).await;
    assert_eq!(unconditional.status, 428);
    assert_eq!(service.ask_if(Method::PATCH, "/items/astray", "\"1\"", Some(publish.clone())).await.status, 412);
    assert_eq!(service.ask_if(Method::PATCH, "/items/astray", "*", Some(publish)).await.status, 200);
    assert_eq!(service.get("/manifests/astray").await.status(), 200);
}
