//! Connections themselves: their tongues, their bounds, and their end.

mod encrypted;
mod scripted;

use std::time::Duration;

use reqwest::Method;
use serde_json::Value;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use triptych::server::connections::Connections;

use crate::support::service::Service;
use scripted::{LARGE, Server, answer, ask, get, http2, rest, rest_text, send, soon};

/// So short that what is bounded by it ends within a test.
const SHORT: Duration = Duration::from_millis(300);
/// So long that nothing here ends by it.
const LONG: Duration = Duration::from_secs(3600);
const PATIENT: Connections = Connections { most: 100, head: LONG, idle: LONG, stalled: LONG, leave: LONG };

#[tokio::test]
async fn requests_on_one_connection_are_answered_in_order() {
    let server = Server::start(PATIENT, None).await;
    let mut stream = server.connect().await;
    let head = "HEAD /b HTTP/1.1\r\nHost: here\r\n\r\n";
    send(&mut stream, [&get("/a"), head, &get("/c")].concat()).await;
    assert_eq!(answer(&mut stream).await, "GET /a of here");
    send(&mut stream, "GET /d HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await;
    let rest = rest_text(&mut stream).await;
    let (to_head, after) = rest.split_once("\r\n\r\n").expect("an answer");
    assert!(to_head.to_lowercase().contains("content-length: 15"), "{rest}");
    let (_, bodies) = after.split_once("\r\n\r\n").expect("an answer right after a head without a body");
    assert!(after.starts_with("HTTP/1.1 200 OK\r\n"), "{rest}");
    assert!(bodies.starts_with("GET /c of hereHTTP/1.1 200 OK\r\n") && bodies.ends_with("\r\n\r\nGET /d of here"), "{rest}");
}

#[tokio::test]
async fn old_clients_are_answered_and_left() {
    let server = Server::start(PATIENT, None).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /a HTTP/1.0\r\n\r\n").await;
    assert!(rest_text(&mut stream).await.ends_with("\r\n\r\nGET /a of nobody"));
}

#[tokio::test]
async fn http2_needs_no_asking() {
    let server = Server::start(PATIENT, None).await;
    let (client, _connection) = http2(server.connect().await).await;
    let held = tokio::spawn({
        let client = client.clone();
        async move { ask(&client, "/held").await.expect("an answer") }
    });
    soon(server.script.held.acquire()).await.expect("in hand").forget();
    assert_eq!(ask(&client, "/a").await.expect("an answer"), "GET /a of there", "others do not wait");
    server.script.go.add_permits(1);
    assert_eq!(held.await.expect("no panic"), "GET /held of there");
}

#[tokio::test]
async fn heads_without_an_end_are_cut() {
    let server = Server::start(Connections { head: SHORT, ..PATIENT }, None).await;
    for begun in ["", "P", "PRI * HTTP/2.0\r\n", "GET /a HTTP/1.1\r\nHost: he", "\x16\x03"] {
        let mut stream = server.connect().await;
        send(&mut stream, begun).await;
        rest(&mut stream).await;
    }
    let mut stream = server.connect().await;
    send(&mut stream, get("/a")).await;
    assert_eq!(answer(&mut stream).await, "GET /a of here");
    let (mut reading, mut writing) = stream.into_split();
    let dripping = async {
        while writing.write_all(b"a").await.is_ok() {
            tokio::time::sleep(SHORT / 10).await
        }
    };
    let cut = async { assert_eq!(rest(&mut reading).await, b"") };
    soon(async { tokio::join!(dripping, cut) }).await;
}

#[tokio::test]
async fn a_request_in_hand_outlasts_every_bound_of_its_client() {
    let server = Server::start(Connections { head: SHORT, idle: SHORT, stalled: SHORT, ..PATIENT }, None).await;
    let mut stream = server.connect().await;
    send(&mut stream, get("/held")).await;
    soon(server.script.held.acquire()).await.expect("in hand").forget();
    tokio::time::sleep(SHORT * 4).await;
    server.script.go.add_permits(1);
    assert_eq!(answer(&mut stream).await, "GET /held of here");
}

#[tokio::test]
async fn clients_that_take_nothing_make_place_for_others() {
    let server = Server::start(Connections { most: 1, stalled: SHORT, ..PATIENT }, None).await;
    let mut lazy = server.connect().await;
    send(&mut lazy, get("/large")).await;
    let mut other = server.connect().await;
    send(&mut other, get("/a")).await;
    assert_eq!(answer(&mut other).await, "GET /a of here");
    assert!(rest(&mut lazy).await.len() < LARGE);
}

#[tokio::test]
async fn windows_that_stay_shut_make_place_for_others() {
    let server = Server::start(Connections { most: 1, idle: SHORT, stalled: SHORT, ..PATIENT }, None).await;
    let (mut lazy, _connection) = http2(server.connect().await).await;
    let request = http::Request::get("http://there/large").body(http_body_util::Empty::new()).expect("a request");
    // The connection itself goes on talking; only the window of this answer stays shut.
    let _unread = soon(lazy.send_request(request)).await.expect("an answer");
    let mut other = server.connect().await;
    send(&mut other, get("/a")).await;
    assert_eq!(answer(&mut other).await, "GET /a of here");
}

#[tokio::test]
async fn large_answers_arrive_whole() {
    let server = Server::start(Connections { head: SHORT, stalled: Duration::from_secs(20), ..PATIENT }, None).await;
    let mut stream = server.connect().await;
    send(&mut stream, "GET /large HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n").await;
    let whole = rest(&mut stream).await;
    assert!(whole.len() > LARGE && whole.ends_with(b"xxxx"));
    let (client, _connection) = http2(server.connect().await).await;
    assert_eq!(ask(&client, "/large").await.expect("an answer").len(), LARGE);
}

#[tokio::test]
async fn idle_connections_are_closed() {
    let server = Server::start(Connections { idle: SHORT, ..PATIENT }, None).await;
    let mut stream = server.connect().await;
    send(&mut stream, get("/a")).await;
    assert_eq!(answer(&mut stream).await, "GET /a of here");
    assert_eq!(rest(&mut stream).await, b"");
    let (client, connection) = http2(server.connect().await).await;
    assert_eq!(ask(&client, "/a").await.expect("an answer"), "GET /a of there");
    soon(connection).await.expect("no panic").expect("an end in good order");
}

#[tokio::test]
async fn heads_that_are_too_large_are_refused() {
    let server = Server::start(PATIENT, None).await;
    let long = "x".repeat(70 << 10);
    for (what, request) in [
        ("a long field", format!("GET /a HTTP/1.1\r\nHost: here\r\nX: {long}\r\n\r\n")),
        ("a field without end", format!("GET /a HTTP/1.1\r\nHost: here\r\nX: {}", "x".repeat(200 << 10))),
        ("many fields", format!("GET /a HTTP/1.1\r\n{}\r\n", "X: y\r\n".repeat(200))),
        ("a long target", format!("GET /{long} HTTP/1.1\r\nHost: here\r\n\r\n")),
    ] {
        let mut stream = server.connect().await;
        send(&mut stream, &request).await;
        let told = rest_text(&mut stream).await;
        assert!(told.starts_with("HTTP/1.1 431 ") || told.starts_with("HTTP/1.1 414 "), "{what}: {told}");
    }
    let nearly = format!("GET /a HTTP/1.1\r\nHost: here\r\nX: {}\r\n\r\n", "x".repeat(60 << 10));
    let mut stream = server.connect().await;
    send(&mut stream, nearly).await;
    assert_eq!(answer(&mut stream).await, "GET /a of here");
}

#[tokio::test]
async fn a_panic_ends_one_request() {
    let server = Server::start(PATIENT, None).await;
    let mut stream = server.connect().await;
    send(&mut stream, get("/panic")).await;
    assert_eq!(rest(&mut stream).await, b"");
    let (client, _connection) = http2(server.connect().await).await;
    assert!(ask(&client, "/panic").await.is_err());
    assert_eq!(ask(&client, "/a").await.expect("an answer"), "GET /a of there");
}

#[tokio::test]
async fn a_stop_waits_for_what_is_in_hand_and_for_nothing_else() {
    let mut server = Server::start(PATIENT, None).await;
    let (mut busy, mut idle, mut silent) = (server.connect().await, server.connect().await, server.connect().await);
    send(&mut idle, get("/a")).await;
    assert_eq!(answer(&mut idle).await, "GET /a of here");
    let (client, connection) = http2(server.connect().await).await;
    assert_eq!(ask(&client, "/a").await.expect("an answer"), "GET /a of there");
    send(&mut busy, get("/held")).await;
    soon(server.script.held.acquire()).await.expect("in hand").forget();
    server.stop();
    assert_eq!(rest(&mut idle).await, b"");
    assert_eq!(rest(&mut silent).await, b"");
    soon(connection).await.expect("no panic").expect("an end in good order");
    assert!(TcpStream::connect(server.address).await.is_err(), "new connections are refused");
    server.script.go.add_permits(1);
    let last = rest_text(&mut busy).await;
    assert!(last.to_lowercase().contains("connection: close") && last.ends_with("GET /held of here"), "{last}");
    server.stopped().await;
}

#[tokio::test]
async fn a_stop_does_not_wait_for_ever() {
    let mut server = Server::start(Connections { leave: SHORT, ..PATIENT }, None).await;
    let mut busy = server.connect().await;
    send(&mut busy, get("/held")).await;
    soon(server.script.held.acquire()).await.expect("in hand").forget();
    server.stop();
    server.stopped().await;
    assert_eq!(rest(&mut busy).await, b"");
}

#[tokio::test]
async fn a_body_whose_bytes_stop_ends() {
    let service = Service::with(&[("client_timeout", "300ms")]).await;
    let mut stream = TcpStream::connect(service.base.trim_start_matches("http://")).await.expect("a connection");
    let head = format!("Host: here\r\nAuthorization: Bearer {}\r\nContent-Type: application/octet-stream", service.key);
    send(&mut stream, format!("POST /api/v1/images/a HTTP/1.1\r\n{head}\r\nContent-Length: 1000\r\n\r\nbegun")).await;
    let told = rest_text(&mut stream).await;
    assert!(told.starts_with("HTTP/1.1 400 ") && told.contains("the client stopped sending"), "{told}");
    let (status, images) = service.send(Method::GET, "/images", &Value::Null).await;
    assert_eq!((status, images["items"].as_array().map(Vec::len)), (200, Some(0)), "{images}");
}
