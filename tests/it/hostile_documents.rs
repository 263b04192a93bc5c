//! Documents that are too much, or that contradict themselves: told in full, at once, and nothing is stored.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::rest::Answer;
use crate::support::service::Service;

const CONTEXT: &str = "http://iiif.io/api/presentation/3/context.json";
/// Far more than any of these answers may take. It is there to find what hangs, not what is slow.
const HANGING: Duration = Duration::from_secs(50);

fn canvas(id: &str) -> Value {
    json!({"id": id, "type": "Canvas", "height": 1, "width": 1, "items": []})
}

fn manifest(rest: Value) -> Value {
    let mut made = json!({"@context": CONTEXT, "id": "https://x.org/m", "type": "Manifest", "label": {"en": ["M"]}, "items": [canvas("https://x.org/c")]});
    made.as_object_mut().expect("an object").extend(rest.as_object().expect("an object").clone());
    made
}

async fn import(service: &Service, document: Value) -> Answer {
    let begun = Instant::now();
    let told = service.ask(Method::POST, "/imports", Some(json!({"document": document, "status": "published"}))).await;
    assert!(begun.elapsed() < HANGING, "{:?}", begun.elapsed());
    told
}

async fn assert_nothing_stored(service: &Service) {
    for list in ["/items", "/collections"] {
        assert_eq!(service.record(list).await["items"], json!([]), "{list}");
    }
}

/// Sends the head of a request with a key, and what there is of its body; the status that comes back.
async fn begin(service: &Service, length: &str, body: &[u8]) -> String {
    let address = service.base.trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).await.expect("a connection");
    let head = format!(
        "POST /api/v1/imports HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {}\r\nContent-Type: application/json\r\n{length}\r\n\r\n",
        service.key
    );
    stream.write_all(head.as_bytes()).await.expect("sent");
    // The service may hang up before all is sent.
    let _ = stream.write_all(body).await;
    let mut answer = [0; 12];
    tokio::time::timeout(HANGING, stream.read_exact(&mut answer)).await.expect("an answer in time").expect("a status line");
    String::from_utf8_lossy(&answer[9..]).into_owned()
}

#[tokio::test]
async fn a_document_of_100_mb_is_refused_before_it_is_sent() {
    let service = Service::start().await;
    assert_eq!(begin(&service, "Content-Length: 100000000", b"{\"document\": ").await, "413");
    // Nobody says how long it is: it is read up to the bound.
    let piece = [b"100000\r\n".as_slice(), &vec![b' '; 1 << 20], b"\r\n"].concat();
    assert_eq!(begin(&service, "Transfer-Encoding: chunked", &piece.repeat(9)).await, "413");
    assert_nothing_stored(&service).await;
}

#[tokio::test]
async fn a_million_canvases_are_counted_and_refused() {
    let service = Service::with(&[("max_body", "64M")]).await;
    let canvases = vec![json!({"id": "https://x.org/c", "type": "Canvas"}); 1_000_000];
    let told = import(&service, manifest(json!({ "items": canvases }))).await;
    assert_eq!(told.faults(), (422, vec!["/document/items"]));
    assert!(told.detail("/document/items").contains("1000000") && told.detail("/document/items").contains("50000"), "{told:?}");
    assert_nothing_stored(&service).await;
}

#[tokio::test]
async fn every_id_that_is_there_twice_is_told() {
    let service = Service::start().await;
    let range = |id: &str| json!({"id": id, "type": "Range", "items": [{"id": "https://x.org/c", "type": "Canvas"}]});
    let document = manifest(json!({
        "items": [canvas("https://x.org/c"), canvas("https://x.org/d"), canvas("https://x.org/c"), canvas("https://x.org/d")],
        "structures": [range("https://x.org/r"), range("https://x.org/r")]
    }));
    let told = import(&service, document).await;
    assert_eq!(told.faults(), (422, vec!["/document/items/2/id", "/document/items/3/id", "/document/structures/1/id"]), "{told:?}");
    assert_nothing_stored(&service).await;
}

#[tokio::test]
async fn a_document_that_says_that_it_is_something_else_is_refused() {
    let service = Service::start().await;
    for context in [json!("https://schema.org/"), json!(["https://x.org/a", "https://x.org/b"]), json!(7)] {
        let told = import(&service, manifest(json!({ "@context": context }))).await;
        assert_eq!(told.faults(), (422, vec!["/document/@context"]), "{told:?}");
    }
    let image =
        json!({"@context": "http://iiif.io/api/image/3/context.json", "id": "https://x.org/i", "protocol": "http://iiif.io/api/image"});
    let told = import(&service, image).await;
    assert!(told.status == 422 && told.detail("/document").contains("info.json"), "{told:?}");
    assert_nothing_stored(&service).await;
}

#[tokio::test]
async fn ranges_and_collections_in_themselves_end() {
    let service = Service::start().await;
    let named = |id: &str| json!({"id": format!("https://x.org/{id}"), "type": "Range"});
    let range =
        |id: &str, items: Value| json!({"id": format!("https://x.org/{id}"), "type": "Range", "label": {"en": [id]}, "items": items});
    let circle = manifest(json!({"structures": [range("a", json!([named("b")])), range("b", json!([named("a")]))]}));
    let itself = manifest(json!({"structures": [range("a", json!([named("a")]))]}));
    let inside = manifest(json!({"structures": [range("a", json!([range("a", json!([]))]))]}));
    for document in [circle, itself, inside] {
        let told = import(&service, document).await;
        let (status, pointers) = told.faults();
        assert!(status == 422 && pointers.iter().all(|pointer| pointer.starts_with("/document/structures/")), "{told:?}");
    }
    assert_nothing_stored(&service).await;
    // A chain of a great many that ends in its beginning, as 2.1 has it.
    let link = |number: usize| json!({"@id": format!("https://x.org/r{number}"), "@type": "sc:Range", "label": "r", "ranges": [format!("https://x.org/r{}", (number + 1) % 20_000)]});
    let old = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://x.org/old", "@type": "sc:Manifest", "label": "M",
        "sequences": [{"canvases": [{"@id": "https://x.org/c", "@type": "sc:Canvas", "label": "c", "height": 1, "width": 1, "images": []}]}],
        "structures": (0..20_000).map(link).collect::<Vec<_>>()
    });
    let told = import(&service, old).await;
    assert!(told.status == 201 || told.status == 422, "{told:?}");
}
