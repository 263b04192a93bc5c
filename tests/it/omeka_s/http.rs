//! HTTP as Omeka S sends it, and a server for what is not this service.

use std::collections::HashMap;
use std::future::Future;
use std::io::Read;
use std::sync::Arc;
use std::time::Duration;

use percent_encoding::percent_decode_str;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Redirects in a row that its client follows.
const REDIRECTS: usize = 5;
/// After so long without an answer it gives up.
const PATIENCE: Duration = Duration::from_secs(10);

/// What came in the end.
pub struct Got {
    pub status: u16,
    pub body: Vec<u8>,
}

/// GET as it is sent at import: on a connection of its own, without `Accept`, following redirects.
pub async fn get(url: &str, encodings: &str) -> Result<Got, String> {
    let mut url = url.to_owned();
    for _ in 0..=REDIRECTS {
        let asked = tokio::time::timeout(PATIENCE, ask(&url, encodings)).await;
        let (status, headers, body) = asked.map_err(|_| format!("{url}: no answer in {PATIENCE:?}"))??;
        if !matches!(status, 301 | 302 | 303 | 307 | 308) {
            return Ok(Got { status, body: decoded(&headers, body)? });
        }
        let location = headers.get("location").ok_or("a redirect that leads nowhere")?;
        url = if location.starts_with('/') { format!("{}{location}", origin(&url)) } else { location.clone() };
    }
    Err(format!("{url}: redirected too often"))
}

fn origin(url: &str) -> &str {
    let host = url.find("://").map_or(0, |at| at + 3);
    &url[..url[host..].find('/').map_or(url.len(), |at| host + at)]
}

async fn ask(url: &str, encodings: &str) -> Result<(u16, HashMap<String, String>, Vec<u8>), String> {
    let host = origin(url).strip_prefix("http://").ok_or_else(|| format!("{url} is not of this test"))?;
    let path = &url[origin(url).len()..];
    let head = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\nAccept-Encoding: {encodings}\r\nUser-Agent: Laminas_Http_Client\r\n\r\n"
    );
    let mut stream = TcpStream::connect(host).await.map_err(|error| format!("{url}: {error}"))?;
    stream.write_all(head.as_bytes()).await.map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    stream.read_to_end(&mut bytes).await.map_err(|error| error.to_string())?;
    let end = bytes.windows(4).position(|part| part == b"\r\n\r\n").ok_or("no head")?;
    let (status, headers) = head_of(&String::from_utf8_lossy(&bytes[..end]));
    Ok((status.parse().map_err(|_| "no status")?, headers, bytes.split_off(end + 4)))
}

/// The second word of the first line, and the headers with their names in small letters.
fn head_of(head: &str) -> (String, HashMap<String, String>) {
    let mut lines = head.lines();
    let word = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let pairs = lines.filter_map(|line| line.split_once(':'));
    (word, pairs.map(|(name, value)| (name.to_ascii_lowercase(), value.trim().to_owned())).collect())
}

fn decoded(headers: &HashMap<String, String>, body: Vec<u8>) -> Result<Vec<u8>, String> {
    let is = |name: &str, value: &str| headers.get(name).is_some_and(|given| given == value);
    let body = if is("transfer-encoding", "chunked") { unchunked(&body)? } else { body };
    if !is("content-encoding", "gzip") {
        return Ok(body);
    }
    let mut plain = Vec::new();
    flate2::read::GzDecoder::new(&body[..]).read_to_end(&mut plain).map_err(|error| error.to_string())?;
    Ok(plain)
}

fn unchunked(mut body: &[u8]) -> Result<Vec<u8>, String> {
    let mut whole = Vec::new();
    loop {
        let end = body.windows(2).position(|part| part == b"\r\n").ok_or("a chunk without a length")?;
        let length = std::str::from_utf8(&body[..end]).ok().and_then(|text| usize::from_str_radix(text.trim(), 16).ok());
        let length = length.ok_or("a chunk without a length")?;
        if length == 0 {
            return Ok(whole);
        }
        whole.extend_from_slice(body.get(end + 2..end + 2 + length).ok_or("half a chunk")?);
        body = &body[end + 2 + length + 2..];
    }
}

/// A request to a server of this test.
pub struct Request {
    pub method: String,
    pub path: String,
    /// Decoded, in order.
    pub query: Vec<(String, String)>,
    pub headers: HashMap<String, String>,
    pub body: Vec<u8>,
}

/// Status, headers as they are sent, and body.
pub type Answer = (u16, String, Vec<u8>);

/// A server on this machine, which ends with the test.
pub struct Server {
    pub base: String,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Server {
    pub async fn start<F: Future<Output = Answer> + Send>(answer: impl Fn(Request) -> F + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let base = format!("http://{}", listener.local_addr().expect("an address"));
        let answer = Arc::new(answer);
        let serving = tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let answer = answer.clone();
                tokio::spawn(async move {
                    let Some(request) = received(&mut stream).await else { return };
                    let (status, headers, body) = answer(request).await;
                    let head = format!("HTTP/1.1 {status} X\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n", body.len());
                    // Whoever asked may have gone.
                    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
                });
            }
        });
        Self { base, serving }
    }
}

async fn received(stream: &mut TcpStream) -> Option<Request> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).expect("text");
    let (target, headers) = head_of(&head);
    let mut body = vec![0; headers.get("content-length").map_or(0, |length| length.parse().expect("a length"))];
    stream.read_exact(&mut body).await.ok()?;
    let plain = |text: &str| percent_decode_str(text).decode_utf8().expect("UTF-8").into_owned();
    let (path, query) = target.split_once('?').unwrap_or((&target, ""));
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    let query = pairs.map(|(name, value)| (plain(name), plain(value))).collect();
    let method = head.split(' ').next().unwrap_or_default().to_owned();
    Some(Request { method, path: path.to_owned(), query, headers, body })
}
