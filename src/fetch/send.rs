//! Requests that change something, to a service that whoever runs this program has named.

use std::io;

use bytes::{Bytes, BytesMut};
use futures_util::{TryStreamExt, stream};
use http::{HeaderValue, Method, Request, header};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, Full, StreamBody};
use hyper::body::Frame;
use ipnet::IpNet;
use serde_json::Value;
use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio::time::timeout;

use super::target::Target;
use super::{AGENT, FetchError, Fetcher, body, connect, exchange};

/// Bytes of a file that are sent at a time.
const PIECE: usize = 256 << 10;

/// A request on its way out.
pub struct Sending<'a> {
    pub method: Method,
    pub url: &'a str,
    /// What goes after `Authorization: Bearer`.
    pub key: Option<&'a str>,
    pub content_type: Option<&'static str>,
    /// The state that is to be changed, as `If-Match` names it.
    pub if_match: Option<&'static str>,
    pub body: Outgoing,
}

/// The body of a request.
pub struct Outgoing {
    length: u64,
    body: UnsyncBoxBody<Bytes, io::Error>,
}

impl Outgoing {
    /// All of it at once; nothing if there is nothing.
    pub fn bytes(bytes: Vec<u8>) -> Self {
        Self { length: bytes.len() as u64, body: Full::from(bytes).map_err(|never| match never {}).boxed_unsync() }
    }

    /// `length` bytes of a file, a piece at a time; `told` hears how many of them went.
    pub fn file(file: tokio::fs::File, length: u64, told: impl Fn(u64) + Send + 'static) -> Self {
        let pieces = stream::try_unfold((file.take(length), told), |(mut file, told)| async move {
            let mut piece = BytesMut::with_capacity(PIECE);
            let read = file.read_buf(&mut piece).await?;
            told(read as u64);
            Ok::<_, io::Error>((read > 0).then(|| (piece.freeze(), (file, told))))
        });
        Self { length, body: StreamBody::new(pieces.map_ok(Frame::data)).boxed_unsync() }
    }
}

/// What a service answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Any but 3xx.
    pub status: u16,
    pub body: Vec<u8>,
}

/// Every network: for who may speak to whomever he names.
///
/// # Panics
/// Never: the networks are written right.
pub fn everywhere() -> Vec<IpNet> {
    ["0.0.0.0/0", "::/0"].into_iter().map(|network| network.parse().expect("a network")).collect()
}

impl Fetcher {
    /// Sends a request and reads the answer. Nothing is sent twice, nor to any place but `url`: it may hold a secret, which no error and no
    /// log repeats. It takes as long as it takes: masters are sent and converted in their own time.
    ///
    /// # Errors
    /// When there is no whole answer, or one that leads elsewhere.
    pub async fn send(&self, sending: Sending<'_>) -> Result<Answered, FetchError> {
        let target = Target::parse(sending.url)?;
        let request = request(&target, sending)?;
        let stream = connect::connect(&target, &self.settings.networks, &self.encryption).await?;
        // Dropped at the end of this function, which closes the connection.
        let mut connection = JoinSet::new();
        let response = exchange(stream, request, &mut connection).await.map_err(|error| {
            tracing::debug!("no answer from {}: {error}", target.authority());
            FetchError::Broken
        })?;
        let (head, body) = response.into_parts();
        if head.status.is_redirection() {
            return Err(FetchError::Redirect("elsewhere, and what is sent goes only to the address that was given"));
        }
        let body = body::read(&head.headers, body, self.settings.max_bytes).await?;
        Ok(Answered { status: head.status.as_u16(), body })
    }

    /// Sends a request with JSON, if there is any, and gives up after the time that a document may take.
    ///
    /// # Errors
    /// As [`Fetcher::send`].
    pub async fn send_json(&self, method: Method, url: &str, json: Option<&Value>) -> Result<Answered, FetchError> {
        let body = Outgoing::bytes(json.map(|value| value.to_string().into_bytes()).unwrap_or_default());
        let content_type = json.map(|_| "application/json");
        let sending = Sending { method, url, key: None, content_type, if_match: None, body };
        timeout(self.settings.timeout, self.send(sending)).await.map_err(|_| FetchError::TimedOut)?
    }
}

fn request(target: &Target, sending: Sending<'_>) -> Result<Request<UnsyncBoxBody<Bytes, io::Error>>, FetchError> {
    let Sending { method, url: _, key, content_type, if_match, body: Outgoing { length, body } } = sending;
    let mut request = Request::builder()
        .method(&method)
        .uri(target.origin_form()?)
        .header(header::HOST, target.authority())
        .header(header::USER_AGENT, AGENT)
        .header(header::ACCEPT, "application/json")
        .header(header::ACCEPT_ENCODING, "gzip")
        .header(header::CONNECTION, "close");
    if let Some(key) = key {
        let bearer = HeaderValue::from_str(&format!("Bearer {key}"));
        request = request.header(header::AUTHORIZATION, bearer.map_err(|_| FetchError::Url("is to be sent with a key that is none"))?);
    }
    if method != Method::GET {
        request = request.header(header::CONTENT_LENGTH, length);
    }
    let given = [(header::CONTENT_TYPE, content_type), (header::IF_MATCH, if_match)];
    for (name, value) in given.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        request = request.header(name, value);
    }
    request.body(body).map_err(|_| FetchError::Url("has characters that no request can carry"))
}
