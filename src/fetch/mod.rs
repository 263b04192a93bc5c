//! Documents and files from URLs that users give, without letting them reach what only this machine can reach.
//!
//! Names are resolved here, every address is checked, and the connection goes to exactly an address that was checked. Redirects
//! are followed one by one under the same rules. Size and time are bounded. Proxies of the environment do not count.

mod addresses;
mod body;
mod connect;
mod download;
mod send;
mod target;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderValue, Request, Response, header};
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper_util::rt::TokioIo;
use ipnet::IpNet;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

pub use download::{DownloadError, Receiving};
pub use send::{Answered, Outgoing, Sending, everywhere};

use connect::{Stream, authorities, encryption};
use target::Target;

/// Most redirects that are followed.
const REDIRECTS: usize = 5;
/// Most bytes of the head of an answer.
const HEAD: usize = 64 << 10;
/// Documents that are fetched at a time. Each may be as large as the largest, so this bounds the memory for all.
pub const AT_A_TIME: usize = 8;
const AGENT: &str = concat!("Triptych/", env!("CARGO_PKG_VERSION"));

/// What the operator decides about fetching.
#[derive(Clone, Debug)]
pub struct FetchSettings {
    /// Networks that may be spoken to although they are not public.
    pub networks: Vec<IpNet>,
    /// Most bytes of a document, unpacked.
    pub max_bytes: u64,
    /// Longest time for a document, redirects included.
    pub timeout: Duration,
}

/// Why a document was not had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FetchError {
    /// The URL, or one that it leads to, is none that is asked.
    #[error("the URL {0}")]
    Url(&'static str),
    /// All addresses of the host are closed.
    #[error("the host is in a private or reserved network, from which nothing is fetched")]
    Refused,
    #[error("there is no host of this name")]
    UnknownHost,
    #[error("the host does not take connections")]
    Unreachable,
    /// No TLS, or no certificate that holds for the host.
    #[error("the host does not speak HTTPS there, or its certificate is not valid")]
    Insecure,
    #[error("the answer leads {0}")]
    Redirect(&'static str),
    #[error("the answer leads on more than {REDIRECTS} times")]
    TooManyRedirects,
    /// An answer other than 2xx.
    #[error("the answer has the status {0}")]
    Status(u16),
    #[error("it has more than {0} bytes")]
    TooLarge(u64),
    #[error("the answer is compressed in a way that was not asked for")]
    Coding,
    #[error("the answer did not come in time")]
    TimedOut,
    #[error("the answer broke off, or is not HTTP")]
    Broken,
    /// Nobody was asked.
    #[error("{AT_A_TIME} documents are being fetched already: ask again in some seconds")]
    Busy,
}

/// A document that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    /// Where it was found in the end, without a fragment.
    pub url: String,
    /// The `Content-Type`, with its parameters.
    pub content_type: Option<String>,
    pub bytes: Vec<u8>,
}

/// Fetches documents.
#[derive(Clone)]
pub struct Fetcher {
    settings: FetchSettings,
    encryption: TlsConnector,
    room: Arc<Semaphore>,
}

/// What is said with a request.
struct Ask<'a> {
    accept: &'a str,
    /// `Accept-Encoding`.
    coding: &'static str,
}

/// What one URL answers, once the answer leads no further.
struct Answer {
    /// Where it was found.
    target: Target,
    head: http::response::Parts,
    body: Incoming,
    /// The connection, which ends with this.
    _connection: JoinSet<hyper::Result<()>>,
}

/// What one URL answers.
enum Asked {
    Here(Box<Answer>),
    /// A `Location`.
    Elsewhere(String),
}

impl Fetcher {
    pub fn new(settings: FetchSettings) -> Self {
        Self { settings, encryption: encryption(authorities()), room: Arc::new(Semaphore::new(AT_A_TIME)) }
    }

    /// The document at `url`, asked for with this `Accept` header.
    ///
    /// # Errors
    /// Every way in which it cannot be had; the words may be shown to whoever gave the URL. Nobody waits for others to end: they may
    /// be as slow as the settings let them.
    pub async fn get(&self, url: &str, accept: &str) -> Result<Fetched, FetchError> {
        let _place = self.room.try_acquire().map_err(|_| FetchError::Busy)?;
        timeout(self.settings.timeout, self.read(url, accept)).await.map_err(|_| FetchError::TimedOut)?
    }

    async fn read(&self, url: &str, accept: &str) -> Result<Fetched, FetchError> {
        let Answer { target, head, body, _connection } = self.follow(url, &Ask { accept, coding: "gzip" }).await?;
        let content_type = head.headers.get(header::CONTENT_TYPE).map(text);
        let bytes = body::read(&head.headers, body, self.settings.max_bytes).await?;
        Ok(Fetched { url: target.as_str().to_owned(), content_type, bytes })
    }

    async fn follow(&self, url: &str, ask: &Ask<'_>) -> Result<Answer, FetchError> {
        let mut target = Target::parse(url)?;
        for _ in 0..=REDIRECTS {
            match self.ask(&target, ask).await? {
                Asked::Here(answer) => return Ok(*answer),
                Asked::Elsewhere(location) => target = target.redirected(&location)?,
            }
        }
        Err(FetchError::TooManyRedirects)
    }

    async fn ask(&self, target: &Target, ask: &Ask<'_>) -> Result<Asked, FetchError> {
        let request = request(target, ask)?;
        let stream = connect::connect(target, &self.settings.networks, &self.encryption).await?;
        let mut connection = JoinSet::new();
        let response = exchange(stream, request, &mut connection).await.map_err(|error| {
            tracing::debug!("no answer from {}: {error}", target.authority());
            FetchError::Broken
        })?;
        if matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
            return location(&response).map(Asked::Elsewhere).ok_or(FetchError::Redirect("elsewhere and does not say where"));
        }
        if !response.status().is_success() {
            return Err(FetchError::Status(response.status().as_u16()));
        }
        let (head, body) = response.into_parts();
        Ok(Asked::Here(Box::new(Answer { target: target.clone(), head, body, _connection: connection })))
    }
}

fn request(target: &Target, ask: &Ask<'_>) -> Result<Request<Empty<Bytes>>, FetchError> {
    let request = Request::get(target.origin_form()?)
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, HeaderValue::from_str(ask.accept).unwrap_or(HeaderValue::from_static("*/*")))
        .header(header::ACCEPT_ENCODING, ask.coding)
        .header(header::CONNECTION, "close");
    request.body(Empty::new()).map_err(|_| FetchError::Url("has characters that no request can carry"))
}

/// Sends the request and reads the head of the answer; `connection` drives both ways until it is dropped.
async fn exchange<B>(
    stream: Box<dyn Stream>,
    request: Request<B>,
    connection: &mut JoinSet<hyper::Result<()>>,
) -> hyper::Result<Response<Incoming>>
where
    B: hyper::body::Body<Data = Bytes, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let (mut sender, driven) = http1::Builder::new().max_buf_size(HEAD).handshake(TokioIo::new(stream)).await?;
    connection.spawn(driven);
    sender.send_request(request).await
}

fn location(response: &Response<Incoming>) -> Option<String> {
    response.headers().get(header::LOCATION).map(text)
}

fn text(value: &HeaderValue) -> String {
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests;
