//! One connection from its first byte to its last.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::FutureExt;
use futures_util::future::{Either, select};
use http::{HeaderValue, Request, Response, header};
use hyper::body::{Body, Incoming};
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;

use super::drive::{End, drive};
use super::pulse::{LINGER, Pulse};
use super::watched::{Tongue, Watched};
use super::{Answer, Client, Content, House, tls};

/// Largest head of an HTTP/1.1 request; hyper takes at most 100 header fields.
const HEAD: usize = 64 << 10;
/// Largest head of an HTTP/2 request, as SETTINGS_MAX_HEADER_LIST_SIZE counts it.
const HEADER_LIST: u32 = 16 << 10;
/// Requests at a time on one HTTP/2 connection.
const STREAMS: u32 = 200;
/// Requests that a client has taken back before they were seen; with more the connection ends (CVE-2023-44487).
const RESETS: usize = 20;
/// How often a silent HTTP/2 client is asked whether it is there, and how long it may take to say so.
const PING: Duration = Duration::from_secs(20);
/// What a client is told that does not encrypt.
const CLEAR: &str = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: 46\r\nConnection: close\r\n\r\n\
    this port speaks HTTPS; ask with https:// URLs";

/// What answers has failed in a way that it should not; the request ends with it.
#[derive(Debug, thiserror::Error)]
#[error("the request ended in a panic")]
struct Panicked;

/// Serves one connection to its end.
pub async fn connection<A: Answer>(house: &Arc<House<A>>, stream: TcpStream, client: Client) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!("a connection stays slow: {error}");
    }
    let pulse = Arc::new(Pulse::new());
    let mut stream = Watched::new(stream, pulse.clone());
    let tongue = opening(house, house.limits.head, stream.tongue()).await;
    match (tongue, &house.tls) {
        (None, _) => {}
        (Some(Ok(tongue)), None) => http(house, stream, &pulse, client, tongue == Tongue::Http2).await,
        (Some(Ok(Tongue::Tls)), Some(tls)) => {
            if let Some(Ok(stream)) = opening(house, tls::HANDSHAKE, tls.accept(stream)).await {
                let interleaved = stream.get_ref().1.alpn_protocol() == Some(tls::H2);
                http(house, stream, &pulse, client, interleaved).await;
            }
        }
        (Some(Ok(_)), Some(_)) => refuse(stream).await,
        (Some(Err(error)), _) => tracing::debug!(peer = %client.peer, "ended before it began: {error}"),
    }
}

/// What a connection begins with: in time, and before the service ends.
async fn opening<A, T>(house: &House<A>, longest: Duration, step: impl Future<Output = T>) -> Option<T> {
    let step = pin!(tokio::time::timeout(longest, step));
    match select(step, pin!(house.closing.begun())).await {
        Either::Left((done, _)) => done.ok(),
        Either::Right(_) => None,
    }
}

/// Says in clear that clear is not spoken here.
async fn refuse(mut stream: Watched) {
    let told = async {
        stream.write_all(CLEAR.as_bytes()).await?;
        stream.shutdown().await
    };
    if !matches!(tokio::time::timeout(LINGER, told).await, Ok(Ok(()))) {
        tracing::debug!("a client that does not encrypt went away");
    }
}

async fn http<A: Answer, S>(house: &Arc<House<A>>, stream: S, pulse: &Arc<Pulse>, client: Client, interleaved: bool)
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let end = if interleaved { http2(house, stream, pulse, client).await } else { http1(house, stream, pulse, client).await };
    match end {
        End::Itself(Ok(())) | End::Cut => {}
        End::Itself(Err(error)) => tracing::debug!(peer = %client.peer, "a connection ended: {error}"),
        End::Late(what) => tracing::debug!(peer = %client.peer, ?what, "a connection took too long"),
    }
}

/// HTTP/1.0 and 1.1, several requests one after the other.
async fn http1<A: Answer, S>(house: &Arc<House<A>>, stream: S, pulse: &Arc<Pulse>, client: Client) -> End<hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    let service = service_fn(|request| answered(&*house.answer, pulse, request, client));
    // The driver watches over heads: hyper's own timer would be one allocation and one lock for each request.
    let connection = http1::Builder::new().header_read_timeout(None).max_header_size(HEAD).serve_connection(TokioIo::new(stream), service);
    drive(connection, pulse, &house.limits, &house.closing).await
}

/// HTTP/2, several requests at a time.
async fn http2<A: Answer, S>(house: &Arc<House<A>>, stream: S, pulse: &Arc<Pulse>, client: Client) -> End<hyper::Error>
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    pulse.look();
    pulse.interleave();
    let shared = (house.answer.clone(), pulse.clone());
    let service = service_fn(move |mut request| {
        let (answer, pulse) = shared.clone();
        name_host(&mut request);
        async move { answered(&*answer, &pulse, request, client).await }
    });
    let connection = http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .max_concurrent_streams(STREAMS)
        .max_pending_accept_reset_streams(RESETS)
        .max_header_list_size(HEADER_LIST)
        .keep_alive_interval(PING)
        .keep_alive_timeout(PING)
        .serve_connection(TokioIo::new(stream), service);
    drive(connection, pulse, &house.limits, &house.closing).await
}

/// HTTP/2 names the host in `:authority` (RFC 9113, section 8.3.1); further on the header field is all that counts.
fn name_host<B>(request: &mut Request<B>) {
    let named = request.uri().authority().and_then(|authority| HeaderValue::from_str(authority.as_str()).ok());
    if let Some(host) = named.filter(|_| !request.headers().contains_key(header::HOST)) {
        request.headers_mut().insert(header::HOST, host);
    }
}

/// The answer to one request. A panic ends this request alone; on HTTP/1.1 its connection ends with it.
async fn answered(answer: &impl Answer, pulse: &Pulse, request: Request<Incoming>, client: Client) -> Result<Response<Content>, Panicked> {
    let _held = pulse.hold(!request.body().is_end_stream());
    AssertUnwindSafe(answer.answer(request, client)).catch_unwind().await.map_err(|panic| {
        let words = panic.downcast_ref::<String>().map(String::as_str).or_else(|| panic.downcast_ref::<&str>().copied());
        tracing::error!("a request ended in a panic: {}", words.unwrap_or("without words"));
        Panicked
    })
}
