//! Manifests made elsewhere come in whole, and go out as they came.

use std::path::{Path, PathBuf};

use reqwest::Method;
use serde_json::{Map, Value, json};

use triptych::iiif::presentation::upgrade::upgrade;

use crate::support::documents::header;
use crate::support::rest::answer;
use crate::support::service::Service;

/// An `Accept` header that asks for the extensions of a document.
fn accept(document: &Value) -> String {
    let contexts = document["@context"].as_array().into_iter().flatten().filter_map(Value::as_str);
    let asked = contexts.map(|uri| format!("application/ld+json;profile=\"{uri}\""));
    asked.chain(["application/json".to_owned()]).collect::<Vec<_>>().join(", ")
}

fn fixtures(folder: &str) -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut files: Vec<PathBuf> = crate::support::rest::files(&root);
    files.retain(|file| file.extension().is_some_and(|ending| ending == "json"));
    files.sort();
    assert!(!files.is_empty(), "{folder}");
    files
}

fn read(file: &Path) -> Value {
    serde_json::from_slice(&std::fs::read(file).expect("a file")).expect("JSON")
}

/// Manifests of version 3 among the fixtures.
fn manifests_3() -> Vec<(String, Value)> {
    let files = [fixtures("cookbook"), fixtures("manifests/p3")].concat();
    let documents = files.iter().map(|file| (file.display().to_string(), read(file)));
    documents.filter(|(_, document)| document["type"] == "Manifest").collect()
}

async fn import(service: &Service, body: &Value) -> (u16, Value) {
    service.send(Method::POST, "/imports", body).await
}

/// The same document with keys in order, language maps written out, and nothing that says nothing.
fn settled(value: &Value) -> Value {
    match value {
        Value::Array(list) => list.iter().map(settled).collect(),
        Value::Object(object) => {
            let mut sorted: Vec<(&String, &Value)> = object.iter().collect();
            sorted.sort_by_key(|(name, _)| *name);
            let one = |(name, value): (&String, &Value)| {
                let is_map = matches!(name.as_str(), "label" | "summary" | "value") && value.is_object();
                let value = match value {
                    Value::Array(list) if name == "@context" && list.len() == 1 => &list[0],
                    other => other,
                };
                let value = if is_map { texts(value) } else { settled(value) };
                (name.clone(), value.as_f64().map_or(value, Value::from))
            };
            let mut settled: Map<String, Value> = sorted.into_iter().map(one).collect();
            // The published schema wants a canvas to have items, if only an empty list.
            if settled.get("type").is_some_and(|class| class == "Canvas") {
                settled.entry("items").or_insert_with(|| json!([]));
            }
            settled.into()
        }
        other => other.clone(),
    }
}

/// A language map with a list of texts for each language.
fn texts(map: &Value) -> Value {
    let listed = |texts: &Value| if texts.is_string() { json!([texts]) } else { texts.clone() };
    let mut entries: Vec<(String, Value)> = Vec::new();
    entries.extend(map.as_object().into_iter().flatten().map(|(language, texts)| (language.clone(), listed(texts))));
    entries.sort_by(|(a, _), (b, _)| a.cmp(b));
    entries.into_iter().collect::<Map<_, _>>().into()
}

/// The first place where two documents differ.
fn difference(a: &Value, b: &Value, at: &str) -> Option<String> {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            names.into_iter().find_map(|name| match (a.get(name), b.get(name)) {
                (Some(a), Some(b)) => difference(a, b, &format!("{at}/{name}")),
                (a, b) => Some(format!("{at}/{name}: {a:?} is not {b:?}")),
            })
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(a, b, &format!("{at}/{index}")))
        }
        (a, b) => (a != b).then(|| format!("{at}: {a} is not {b}")),
    }
}

async fn exported(service: &Service, item: &str, source: &Value) -> Value {
    let request = service.request(Method::GET, &format!("/manifests/{item}")).header("Accept", accept(source));
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 200, "{item}");
    response.json().await.expect("JSON")
}

#[tokio::test]
async fn what_comes_in_goes_out_as_it_came() {
    let service = Service::start().await;
    let mut differences = Vec::new();
    for (name, document) in manifests_3() {
        let upgraded = upgrade(document.clone()).expect("a manifest");
        // A number where a text must be is made one, and told.
        assert_eq!(upgraded.changes.is_empty(), !name.ends_with("specific-resource-infer.json"), "{name}: {:?}", upgraded.changes);
        let (status, made) = import(&service, &json!({"document": document, "ids": "original", "status": "published"})).await;
        assert_eq!(status, 201, "{name}: {made}");
        let item = made["item"]["id"].as_str().expect("an id");
        let out = exported(&service, item, &upgraded.document).await;
        differences.extend(difference(&settled(&upgraded.document), &settled(&out), "").map(|difference| format!("{name} {difference}")));
    }
    assert!(differences.is_empty(), "{differences:#?}");
}

#[tokio::test]
async fn every_id_of_ours_leads_to_what_it_names() {
    let service = Service::start().await;
    for (name, document) in manifests_3() {
        let (status, made) = import(&service, &json!({"document": document, "status": "published"})).await;
        assert_eq!(status, 201, "{name}: {made}");
        let out = exported(&service, made["item"]["id"].as_str().expect("an id"), &document).await;
        let mut seen = std::collections::HashSet::new();
        let mut parts = Vec::new();
        own_parts(&out, &service.base, &mut parts);
        assert!(parts.len() > 1, "{name}");
        for part in parts {
            let id = part["id"].as_str().expect("an id");
            assert!(seen.insert(id), "{name}: {id} is there twice");
            let request = service.request(Method::GET, &id[service.base.len()..]).header("Accept", accept(&document));
            let found: Value = request.send().await.expect("an answer").json().await.expect("JSON");
            assert_eq!((&found["id"], &found["type"]), (&part["id"], &part["type"]), "{name}");
            let said = |name: &String| part.get(name.as_str()).is_some();
            let found: Map<String, Value> =
                found.as_object().expect("an object").clone().into_iter().filter(|(name, _)| said(name)).collect();
            assert_eq!(difference(&settled(part), &settled(&found.into()), ""), None, "{name} {id}");
        }
    }
}

/// Every resource of ours that stands whole in a document.
fn own_parts<'a>(value: &'a Value, base: &str, found: &mut Vec<&'a Value>) {
    match value {
        Value::Array(list) => list.iter().for_each(|one| own_parts(one, base, found)),
        Value::Object(object) => {
            let is_own = object.get("id").and_then(Value::as_str).is_some_and(|id| id.starts_with(base) && !id.contains('#'));
            let is_whole = ["items", "body", "height", "target"].iter().any(|name| object.contains_key(*name));
            if is_own && is_whole {
                found.push(value);
            }
            object.values().for_each(|one| own_parts(one, base, found));
        }
        _ => {}
    }
}

#[tokio::test]
async fn the_same_source_again_updates_its_item() {
    let service = Service::start().await;
    let mut document = read(&fixtures("cookbook/0024-book-4-toc")[0]);
    let (status, first) = import(&service, &json!({"document": document, "id": "toc", "status": "published"})).await;
    assert_eq!((status, &first["item"]["id"]), (201, &json!("toc")), "{first}");
    let before = exported(&service, "toc", &Value::Null).await;
    let (status, again) = import(&service, &json!({"document": document})).await;
    assert_eq!((status, &again["item"]["id"], &again["item"]["status"]), (200, &json!("toc"), &json!("published")), "{again}");
    assert_eq!(exported(&service, "toc", &Value::Null).await, before, "a fixed point");
    // The source dropped a page, moved another, and brought the first back later.
    let items = document["items"].as_array_mut().expect("canvases");
    let dropped = items.remove(0);
    items.reverse();
    document["label"] = json!({"en": ["Another"]});
    assert_eq!(import(&service, &json!({"document": document})).await.0, 200);
    let changed = exported(&service, "toc", &Value::Null).await;
    let ids = |document: &Value| {
        document["items"].as_array().expect("canvases").iter().map(|canvas| canvas["id"].to_string()).collect::<Vec<_>>()
    };
    let (old, new) = (ids(&before), ids(&changed));
    assert_eq!(new, old.iter().skip(1).rev().cloned().collect::<Vec<_>>());
    assert_eq!(changed["label"]["en"][0], "Another");
    document["items"].as_array_mut().expect("canvases").push(dropped);
    let (status, back) = import(&service, &json!({"document": document})).await;
    assert_eq!(status, 200, "{back}");
    let last = ids(&exported(&service, "toc", &Value::Null).await);
    assert_eq!(&last[..new.len()], &new[..]);
    assert!(!old.contains(&last[new.len()]), "an id that was deleted is not used again");
    let (status, other) = import(&service, &json!({"document": document, "id": "other"})).await;
    assert_eq!((status, &other["faults"][0]["pointer"]), (422, &json!("/id")), "{other}");
}

#[tokio::test]
async fn the_source_is_kept_as_it_came() {
    let service = Service::start().await;
    let document = read(&fixtures("manifests/p2").into_iter().find(|file| file.ends_with("nls-structures.json")).expect("a fixture"));
    let (status, made) = import(&service, &json!({"document": document, "id": "old"})).await;
    assert_eq!((status, &made["report"]["version"]), (201, &json!("2.1")), "{made}");
    assert!(!made["report"]["changes"].as_array().expect("changes").is_empty());
    let source = answer(service.rest(Method::GET, "/items/old/source")).await;
    assert_eq!((source.status, &source.body["document"], &source.body["uri"]), (200, &document, &document["@id"]));
    assert_eq!(source.body["report"], made["report"]);
    assert_eq!(service.get("/api/v1/items/old/source").await.status(), 404, "a draft");
}

#[tokio::test]
async fn collections_come_in_and_go_out_as_they_came() {
    let service = Service::start().await;
    let mut tried = 0;
    for file in [fixtures("cookbook"), fixtures("manifests/p2"), fixtures("presentation-2.1/fixtures")].concat() {
        let Ok(upgraded) = upgrade(read(&file)) else { continue };
        if upgraded.document["type"] != "Collection" {
            continue;
        }
        let (name, body) = (file.display(), json!({"document": read(&file), "status": "published"}));
        let (status, made) = import(&service, &body).await;
        assert!(matches!(status, 200 | 201), "{name}: {made}");
        let id = made["collection"]["id"].as_str().expect("an id").to_owned();
        let request = service.request(Method::GET, &format!("/collections/{id}")).header("Accept", accept(&upgraded.document));
        let mut out: Value = request.send().await.expect("an answer").json().await.expect("JSON");
        out["id"] = upgraded.document["id"].clone();
        let mut came = upgraded.document.clone();
        came["items"] = came.get("items").cloned().unwrap_or_else(|| json!([]));
        // One without a picture of its own shows that of a member.
        if came.get("thumbnail").is_none() {
            out.as_object_mut().expect("an object").remove("thumbnail");
        }
        assert_eq!(difference(&settled(&came), &settled(&out), ""), None, "{name}");
        let (status, again) = import(&service, &body).await;
        assert_eq!((status, &again["collection"]["id"]), (200, &json!(id)), "{name}");
        assert_eq!(again["collection"]["memberCount"], json!(came["items"].as_array().expect("members").len()), "{name}");
        let source = answer(service.rest(Method::GET, &format!("/collections/{id}/source"))).await;
        assert_eq!((source.status, &source.body["document"]), (200, &read(&file)), "{name}");
        tried += 1;
    }
    assert!(tried >= 4, "{tried}");
    let broken = json!({"@context": "http://iiif.io/api/presentation/3/context.json", "type": "Collection", "label": {"en": ["C"]}, "items": [{"id": "x"}, 1]});
    let (status, told) = import(&service, &json!({"document": broken})).await;
    let pointers: Vec<&str> = told["faults"].as_array().expect("faults").iter().filter_map(|fault| fault["pointer"].as_str()).collect();
    assert_eq!((status, pointers), (422, vec!["/document/id", "/document/items/0", "/document/items/1"]), "{told}");
}

#[tokio::test]
async fn older_documents_are_brought_up_to_date() {
    let service = Service::start().await;
    for file in fixtures("manifests/p2") {
        let document = read(&file);
        if document["@type"] != "sc:Manifest" {
            continue;
        }
        let (status, made) = import(&service, &json!({"document": document, "status": "published"})).await;
        let name = file.display();
        assert_eq!(status, 201, "{name}: {made}");
        let out = exported(&service, made["item"]["id"].as_str().expect("an id"), &Value::Null).await;
        let sequences = document["sequences"].as_array().expect("sequences").iter().filter_map(|sequence| sequence["canvases"].as_array());
        let canvases: std::collections::HashSet<String> = sequences.flatten().map(|canvas| canvas["@id"].to_string()).collect();
        assert_eq!(out["items"].as_array().unwrap_or_else(|| panic!("{name}: {made}")).len(), canvases.len(), "{name}");
    }
}

#[tokio::test]
async fn what_cannot_be_taken_in_is_told_and_nothing_is_stored() {
    let service = Service::start().await;
    let canvas = |id: &str| json!({"id": id, "type": "Canvas", "height": 1, "width": 1, "items": []});
    let manifest = |items: Value| json!({"@context": "http://iiif.io/api/presentation/3/context.json", "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["M"]}, "items": items});
    let twice = manifest(json!([canvas("https://x.org/c"), canvas("https://x.org/c"), {"type": "Canvas"}]));
    let cases = [
        (json!({}), vec!["/url"]),
        (json!({"url": "https://x.org", "document": {}}), vec!["/url"]),
        (json!({"document": twice}), vec!["/document/items/1/id", "/document/items/2/id"]),
        (json!({"document": {"hello": "world"}}), vec!["/document"]),
        (json!({"document": []}), vec!["/document"]),
        (json!({"document": manifest(json!([canvas("https://x.org/c")])), "id": "no/id"}), vec!["/id"]),
        (json!({"url": "ftp://x.org/m"}), vec!["/url"]),
        (json!({"url": "http://127.0.0.1:1/m"}), vec!["/url"]),
        (json!({"document": manifest(vec![canvas("https://x.org/c"); 50_001].into())}), vec!["/document/items"]),
    ];
    for (body, pointers) in cases {
        let (status, told) = import(&service, &body).await;
        let shown: String = body.to_string().chars().take(200).collect();
        assert_eq!(status, 422, "{shown}: {told}");
        let found: Vec<&str> = told["faults"].as_array().expect("faults").iter().filter_map(|error| error["pointer"].as_str()).collect();
        assert_eq!(found, pointers, "{shown}");
    }
    let deep = "[".repeat(5000) + &"]".repeat(5000);
    let response =
        service.rest(Method::POST, "/imports").header("Content-Type", "application/json").body(format!("{{\"document\": {deep}}}")).send();
    assert_eq!(response.await.expect("an answer").status(), 400);
    assert_eq!(service.record("/items").await["items"], json!([]));
    assert_eq!(service.request(Method::POST, "/api/v1/imports").json(&json!({})).send().await.expect("an answer").status(), 401);
}

#[tokio::test]
async fn extensions_have_their_context_for_who_asks_for_it() {
    let service = Service::start().await;
    let document = read(&fixtures("cookbook/0154-geo-extension")[0]);
    assert_eq!(import(&service, &json!({"document": document, "id": "geo", "status": "published"})).await.0, 201);
    let plain = service.get("/manifests/geo").await;
    assert_eq!(header(&plain, "vary"), "Accept");
    assert_eq!(plain.json::<Value>().await.expect("JSON")["@context"], "http://iiif.io/api/presentation/3/context.json");
    assert_eq!(exported(&service, "geo", &document).await["@context"], document["@context"]);
}
