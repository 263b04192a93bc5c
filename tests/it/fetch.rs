//! Documents from URLs that users give: what is fetched, and what is not reached whatever the URL says.

use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use triptych::fetch::{AT_A_TIME, FetchError, FetchSettings, Fetched, Fetcher};

/// An HTTP server on this machine that answers by path, byte for byte as it is told.
struct Origin {
    base: String,
    connections: Arc<AtomicUsize>,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Origin {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Origin {
    /// `answer` makes the whole answer of the head of a request.
    async fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let (connections, answer) = (Arc::new(AtomicUsize::new(0)), Arc::new(answer));
        let count = connections.clone();
        let serving = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                count.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(converse(stream, answer.clone()));
            }
        });
        Self { base, connections, serving }
    }

    fn url(&self, path: &str) -> String {
        format!("{}{path}", self.base)
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

async fn converse(mut stream: TcpStream, answer: Arc<impl Fn(&str) -> Vec<u8>>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_u8().await {
            Ok(byte) => head.push(byte),
            Err(_) => return,
        }
    }
    // Whoever asked may have gone.
    let _ = stream.write_all(&answer(&String::from_utf8_lossy(&head))).await;
    if head.starts_with(b"GET /slow") {
        tokio::time::sleep(Duration::from_secs(30)).await;
    }
}

fn whole(status: &str, headers: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn redirect(location: &str) -> Vec<u8> {
    whole("302 Found", &format!("Location: {location}\r\n"), b"")
}

fn gzip(body: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    encoder.write_all(body).expect("written");
    encoder.finish().expect("finished")
}

/// A fetcher that may reach these networks beside public ones.
fn fetcher(networks: &[&str]) -> Fetcher {
    Fetcher::new(FetchSettings {
        networks: networks.iter().map(|network| network.parse().expect("a network")).collect(),
        max_bytes: 10_000,
        timeout: Duration::from_secs(20),
    })
}

fn here() -> Fetcher {
    fetcher(&["127.0.0.0/8"])
}

async fn get(fetcher: &Fetcher, url: &str) -> Result<Fetched, FetchError> {
    fetcher.get(url, "application/ld+json").await
}

#[tokio::test]
async fn a_document_comes_with_its_type_and_the_url_where_it_was_found() {
    let origin = Origin::start(|head| match head.split(' ').nth(1) {
        Some("/old?a=b") => redirect("/new?c=d"),
        _ => whole("200 OK", "Content-Type: application/json; charset=utf-8\r\n", head.as_bytes()),
    })
    .await;
    let fetched = get(&here(), &origin.url("/old?a=b#part")).await.expect("a document");
    assert_eq!(fetched.url, origin.url("/new?c=d"));
    assert_eq!(fetched.content_type.as_deref(), Some("application/json; charset=utf-8"));
    let asked = String::from_utf8(fetched.bytes).expect("text").to_ascii_lowercase();
    let agent = format!("user-agent: triptych/{}\r\n", env!("CARGO_PKG_VERSION"));
    let host = format!("host: {}\r\n", origin.base.trim_start_matches("http://"));
    for part in ["get /new?c=d http/1.1\r\n", "accept: application/ld+json\r\n", "accept-encoding: gzip\r\n", &agent, &host] {
        assert!(asked.contains(part), "{part} in {asked}");
    }
    assert!(!asked.contains("authorization") && !asked.contains("cookie") && !asked.contains("referer"), "{asked}");
}

#[tokio::test]
async fn a_compressed_document_is_unpacked() {
    let body = b"{\"type\": \"Manifest\"}".repeat(100);
    let packed = gzip(&body);
    let origin = Origin::start(move |_| whole("200 OK", "Content-Encoding: gzip\r\n", &packed)).await;
    let fetched = get(&here(), &origin.url("/")).await.expect("a document");
    assert_eq!((fetched.bytes, fetched.content_type), (b"{\"type\": \"Manifest\"}".repeat(100), None));
}

#[tokio::test]
async fn this_machine_is_not_reached_under_any_name() {
    let origin = Origin::start(|_| whole("200 OK", "", b"secret")).await;
    let port = origin.base.rsplit(':').next().expect("a port").to_owned();
    for host in ["127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433", "0x7f.1", "0.0.0.0", "[::1]", "[::]", "[::ffff:127.0.0.1]"] {
        for scheme in ["http", "https"] {
            let answer = get(&fetcher(&[]), &format!("{scheme}://{host}:{port}/")).await;
            assert_eq!(answer, Err(FetchError::Refused), "{scheme} {host}");
        }
    }
    assert_eq!(origin.connections(), 0);
    let by_name = get(&here(), &format!("http://localhost:{port}/")).await.expect("a document");
    assert_eq!(by_name.bytes, b"secret");
}

#[tokio::test]
async fn a_redirect_to_a_closed_network_is_refused() {
    for place in ["http://10.0.0.1/", "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "//192.168.1.1/", "http://0xa9fea9fe/"] {
        let origin = Origin::start(move |_| redirect(place)).await;
        let begun = Instant::now();
        assert_eq!(get(&here(), &origin.url("/")).await, Err(FetchError::Refused), "{place}");
        assert!(begun.elapsed() < Duration::from_secs(5), "{place}");
    }
    for place in ["file:///etc/passwd", "http://user:password@127.0.0.1/", "gopher://127.0.0.1/"] {
        let origin = Origin::start(move |_| redirect(place)).await;
        assert!(matches!(get(&here(), &origin.url("/")).await, Err(FetchError::Url(_))), "{place}");
    }
}

#[tokio::test]
async fn redirects_end_after_five() {
    let origin = Origin::start(|_| redirect("/again")).await;
    assert_eq!(get(&here(), &origin.url("/")).await, Err(FetchError::TooManyRedirects));
    assert_eq!(origin.connections(), 6);
    let origin = Origin::start(|head| match head.split(['/', ' ']).nth(2).and_then(|number| number.parse::<u32>().ok()) {
        Some(0) => whole("200 OK", "", b"there"),
        Some(number) => redirect(&format!("/{}", number - 1)),
        None => whole("303 See Other", "", b""),
    })
    .await;
    assert!(get(&here(), &origin.url("/5")).await.is_ok());
    assert_eq!(get(&here(), &origin.url("/6")).await, Err(FetchError::TooManyRedirects));
    assert!(matches!(get(&here(), &origin.url("/x")).await, Err(FetchError::Redirect(_))));
}

#[tokio::test]
async fn a_document_that_is_too_large_is_left() {
    let bomb = gzip(&vec![0; 10_000_000]);
    assert!(bomb.len() < 15_000);
    let origin = Origin::start(move |head| match head.split(' ').nth(1) {
        Some("/fits") => whole("200 OK", "", &[b' '; 10_000]),
        // Said and never sent.
        Some("/slow-said") => b"HTTP/1.1 200 OK\r\nContent-Length: 10001\r\n\r\n".to_vec(),
        Some("/slow-chunked") => {
            let chunk = [b"1000\r\n".as_slice(), &[b' '; 0x1000], b"\r\n"].concat();
            [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n".as_slice(), &chunk.repeat(3)].concat()
        }
        Some("/until-closed") => [b"HTTP/1.1 200 OK\r\n\r\n".as_slice(), &[b' '; 10_001]].concat(),
        _ => [b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\n\r\n".as_slice(), &bomb].concat(),
    })
    .await;
    assert_eq!(get(&here(), &origin.url("/fits")).await.map(|fetched| fetched.bytes.len()), Ok(10_000));
    for path in ["/slow-said", "/slow-chunked", "/until-closed", "/bomb"] {
        assert_eq!(get(&here(), &origin.url(path)).await, Err(FetchError::TooLarge(10_000)), "{path}");
    }
}

#[tokio::test]
async fn a_document_that_does_not_come_is_not_waited_for() {
    let origin = Origin::start(|head| match head.split(' ').nth(1) {
        Some("/slow-body") => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nbegun".to_vec(),
        Some("/slow-head") => b"HTTP/1.1 200 OK\r\nContent-".to_vec(),
        _ => Vec::new(),
    })
    .await;
    let settings =
        FetchSettings { networks: vec!["127.0.0.0/8".parse().expect("a network")], max_bytes: 1000, timeout: Duration::from_millis(500) };
    let impatient = Fetcher::new(settings);
    for path in ["/slow-body", "/slow-head", "/slow"] {
        let begun = Instant::now();
        assert_eq!(get(&impatient, &origin.url(path)).await, Err(FetchError::TimedOut), "{path}");
        assert!(begun.elapsed() < Duration::from_secs(10), "{path}");
    }
}

#[tokio::test]
async fn many_documents_at_a_time_are_refused_with_the_advice_to_come_back() {
    let origin = Origin::start(|head| if head.starts_with("GET /slow") { Vec::new() } else { whole("200 OK", "", b"{}") }).await;
    let service = crate::support::service::Service::with(&[("fetch_networks", "127.0.0.0/8")]).await;
    let import = |path: &str| service.rest(reqwest::Method::POST, "/imports").json(&serde_json::json!({"url": origin.url(path)})).send();
    let mut slow = tokio::task::JoinSet::new();
    for _ in 0..AT_A_TIME {
        slow.spawn(import("/slow"));
    }
    crate::support::rest::until("all places are taken", async || origin.connections() == AT_A_TIME).await;
    let busy = import("/").await.expect("an answer");
    let retry = busy.headers().get("retry-after").cloned();
    assert_eq!((busy.status().as_u16(), retry), (503, Some(http::HeaderValue::from_static("5"))), "{:?}", busy.text().await);
    let told: serde_json::Value = busy.json().await.expect("JSON");
    assert!(told["detail"].as_str().expect("a detail").contains("ask again"), "{told}");
    assert_eq!(origin.connections(), AT_A_TIME, "nobody was asked");
    slow.shutdown().await;
    // Who does not wait any more holds no place.
    crate::support::rest::until("a place is free", async || import("/").await.expect("an answer").status() == 422).await;
}

#[tokio::test]
async fn whatever_is_no_document_is_told_in_plain_words() {
    let origin = Origin::start(|head| match head.split(' ').nth(1) {
        Some("/broken") => b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf".to_vec(),
        Some("/brotli") => whole("200 OK", "Content-Encoding: br\r\n", b"x"),
        Some("/ssh") => b"SSH-2.0-OpenSSH_9.2\r\n".to_vec(),
        Some("/head") => [b"HTTP/1.1 200 OK\r\nX: ".as_slice(), &[b'x'; 200_000], b"\r\n\r\n"].concat(),
        Some(path) => whole(&format!("{} Sorry", &path[1..]), "", b""),
        None => Vec::new(),
    })
    .await;
    for (path, want) in [
        ("/404", FetchError::Status(404)),
        ("/500", FetchError::Status(500)),
        ("/401", FetchError::Status(401)),
        ("/304", FetchError::Status(304)),
        ("/broken", FetchError::Broken),
        ("/brotli", FetchError::Coding),
        ("/ssh", FetchError::Broken),
        ("/head", FetchError::Broken),
    ] {
        let error = get(&here(), &origin.url(path)).await.expect_err(path);
        assert_eq!(error, want, "{path}");
        let told = error.to_string();
        assert!(!told.contains("127.0.0.1") && !told.contains("hyper") && !told.contains("os error"), "{told}");
    }
    assert_eq!(FetchError::Status(404).to_string(), "the answer has the status 404");
}

#[tokio::test]
async fn https_is_not_spoken_with_those_who_cannot() {
    let plain = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("https://{}/", plain.local_addr().expect("an address"));
    let serving = tokio::spawn(async move {
        while let Ok((mut stream, _)) = plain.accept().await {
            // Whoever asked may have gone.
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
        }
    });
    assert_eq!(get(&here(), &url).await, Err(FetchError::Insecure));
    serving.abort();
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_not_taken() {
    let fixture = |name: &str| crate::support::fixture(name);
    let service = crate::support::service::Service::with(&[
        ("tls_certificate", &fixture("tls/first.crt").to_string_lossy()),
        ("tls_key", &fixture("tls/first.key").to_string_lossy()),
    ])
    .await;
    let url = service.base.replacen("http://", "https://", 1);
    assert_eq!(get(&here(), &url).await, Err(FetchError::Insecure));
}

#[tokio::test]
async fn hosts_that_are_not_there_are_told_apart_from_closed_ones() {
    let port = {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        listener.local_addr().expect("an address").port()
    };
    assert_eq!(get(&here(), &format!("http://127.0.0.1:{port}/")).await, Err(FetchError::Unreachable));
    assert_eq!(get(&here(), "http://nowhere.invalid/").await, Err(FetchError::UnknownHost));
}
