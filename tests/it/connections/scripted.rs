//! A server that answers by script, and clients that misbehave.

use std::future::Future;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, oneshot};
use tokio::task::JoinHandle;
use triptych::api::{Body, Reply};
use triptych::server::connections::{Answer, Client, Connections, Tls, run};

/// Far longer than anything here takes. It is there to find what hangs.
const HANGING: Duration = Duration::from_secs(40);
/// More than systems keep for a client that takes nothing.
pub const LARGE: usize = 64 << 20;

/// Resolves to what the step brings, or fails where it hangs.
#[track_caller]
pub fn soon<T>(step: impl Future<Output = T>) -> impl Future<Output = T> {
    let at = std::panic::Location::caller();
    async move { tokio::time::timeout(HANGING, step).await.unwrap_or_else(|_| panic!("it hangs at {at}")) }
}

/// Answers by path: `/held` waits until it is let go, `/large` is large, `/panic` panics, and others are told what they asked.
pub struct Script {
    /// A permit for each request to `/held` that has come.
    pub held: Semaphore,
    /// A permit for each that may go.
    pub go: Semaphore,
}

impl Answer for Script {
    async fn answer(&self, request: http::Request<Incoming>, client: Client) -> Reply {
        let path = request.uri().path().to_owned();
        match path.as_str() {
            "/held" => {
                self.held.add_permits(1);
                self.go.acquire().await.expect("open").forget();
            }
            "/large" => return http::Response::new(Body::Whole(vec![b'x'; LARGE].into())),
            "/panic" => panic!("as the script says"),
            _ => {}
        }
        let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or("nobody").to_owned();
        let words = format!("{} {path} of {host}{}", request.method(), if client.secure { ", secretly" } else { "" });
        http::Response::new(Body::Whole(words.into()))
    }
}

/// A server of a test's own.
pub struct Server {
    pub address: SocketAddr,
    pub script: Arc<Script>,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<std::io::Result<()>>,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.running.abort();
    }
}

impl Server {
    pub async fn start(limits: Connections, tls: Option<Tls>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let script = Arc::new(Script { held: Semaphore::new(0), go: Semaphore::new(0) });
        let (stop, stopped) = oneshot::channel();
        let until = async move { drop(stopped.await) };
        let running = tokio::spawn(run(listener, tls, script.clone(), limits, until));
        Self { address, script, stop: Some(stop), running }
    }

    pub async fn connect(&self) -> TcpStream {
        TcpStream::connect(self.address).await.expect("a connection")
    }

    /// Tells it to stop.
    pub fn stop(&mut self) {
        drop(self.stop.take());
    }

    /// Resolves when it has stopped.
    pub async fn stopped(&mut self) {
        soon(&mut self.running).await.expect("no panic").expect("no fault");
    }
}

/// Sends bytes as they are.
pub async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: impl AsRef<[u8]>) {
    soon(stream.write_all(bytes.as_ref())).await.expect("sent");
}

/// Everything until the server closes the connection.
pub async fn rest(stream: &mut (impl AsyncRead + Unpin)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A connection that is cut may end in an error of the network; what came before it counts.
    let _end = soon(stream.read_to_end(&mut bytes)).await;
    bytes
}

/// The same as text.
pub async fn rest_text(stream: &mut (impl AsyncRead + Unpin)) -> String {
    String::from_utf8(rest(stream).await).expect("text")
}

/// A request without a body, on a connection that stays open.
pub fn get(path: &str) -> String {
    format!("GET {path} HTTP/1.1\r\nHost: here\r\n\r\n")
}

/// Reads one answer that tells its length; its body comes back.
pub async fn answer(stream: &mut (impl AsyncRead + Unpin)) -> String {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(soon(stream.read_u8()).await.expect("a head"));
    }
    let head = String::from_utf8(head).expect("text").to_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).expect("a length").parse().expect("a number");
    let mut body = vec![0; length];
    soon(stream.read_exact(&mut body)).await.expect("a body");
    String::from_utf8(body).expect("text")
}

/// An HTTP/2 connection without asking first, and how it ends.
pub async fn http2<S>(stream: S) -> (http2::SendRequest<Empty<Bytes>>, JoinHandle<hyper::Result<()>>)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let (client, connection) = soon(http2::handshake(TokioExecutor::new(), TokioIo::new(stream))).await.expect("HTTP/2");
    (client, tokio::spawn(connection))
}

/// GET over HTTP/2.
pub async fn ask(client: &http2::SendRequest<Empty<Bytes>>, path: &str) -> hyper::Result<String> {
    let request = http::Request::get(format!("http://there{path}")).body(Empty::new()).expect("a request");
    let response = soon(client.clone().send_request(request)).await?;
    let body = soon(response.into_body().collect()).await?.to_bytes();
    Ok(String::from_utf8(body.to_vec()).expect("text"))
}
