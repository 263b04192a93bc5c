//! What can go wrong with a store that is there.

use std::io;
use std::path::Path;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::{BodyExt, StreamBody};
use hyper::body::Frame;
use hyper::header::{CONTENT_LENGTH, CONTENT_RANGE, HeaderValue};
use hyper::{Response, StatusCode};
use s3s::{Body, HttpResponse};

/// How objects are answered.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    #[default]
    None,
    /// A status that stands for the store's own trouble.
    Status(u16),
    /// After this time, but rightly.
    Late(Duration),
    /// Never.
    Silent,
    /// Half of the body, then the connection ends.
    Cut,
    /// Half of the body, then nothing more, and nobody hangs up.
    Stalled,
    /// Half of the body as if it were all.
    Half,
    /// The whole object, whatever part was asked for.
    Whole,
    /// Another part than was asked for, and it says so.
    Elsewhere,
}

impl Fault {
    /// What is sent in place of `right`, the answer for the object at `path`.
    pub async fn spoil(self, right: HttpResponse, path: &Path) -> HttpResponse {
        if !right.status().is_success() {
            return right;
        }
        match self {
            Fault::None => right,
            Fault::Status(status) => refused(status),
            Fault::Late(time) => {
                tokio::time::sleep(time).await;
                right
            }
            Fault::Silent => std::future::pending().await,
            Fault::Cut => halved(right, stream::once(async { Err(io::Error::other("cut")) })).await,
            Fault::Stalled => halved(right, stream::pending()).await,
            Fault::Half => short(right).await,
            Fault::Whole => whole(right, path),
            Fault::Elsewhere => elsewhere(right),
        }
    }
}

fn refused(status: u16) -> HttpResponse {
    let body = "<?xml version=\"1.0\"?><Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>";
    let mut answer = Response::new(Body::from(body.to_owned()));
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    answer
}

async fn bytes(body: Body) -> Bytes {
    BodyExt::collect(body).await.expect("a body").to_bytes()
}

/// The first half, and then what `rest` is.
async fn halved(
    right: HttpResponse,
    rest: impl stream::Stream<Item = Result<Frame<Bytes>, io::Error>> + Send + Sync + 'static,
) -> HttpResponse {
    let (head, body) = right.into_parts();
    let bytes = bytes(body).await;
    let first = stream::once(std::future::ready(Ok(Frame::data(bytes.slice(..bytes.len() / 2)))));
    Response::from_parts(head, Body::http_body(StreamBody::new(first.chain(rest))))
}

async fn short(right: HttpResponse) -> HttpResponse {
    let (mut head, body) = right.into_parts();
    let bytes = bytes(body).await;
    let half = bytes.slice(..bytes.len() / 2);
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(half.len()));
    Response::from_parts(head, Body::from(half))
}

fn whole(right: HttpResponse, path: &Path) -> HttpResponse {
    let (mut head, _) = right.into_parts();
    let bytes = Bytes::from(std::fs::read(path).expect("an object"));
    head.status = StatusCode::OK;
    head.headers.remove(CONTENT_RANGE);
    head.headers.insert(CONTENT_LENGTH, HeaderValue::from(bytes.len()));
    Response::from_parts(head, Body::from(bytes))
}

fn elsewhere(mut right: HttpResponse) -> HttpResponse {
    let moved = right.headers().get(CONTENT_RANGE).and_then(|range| {
        let (range, size) = range.to_str().ok()?.strip_prefix("bytes ")?.split_once('/')?;
        let (from, to) = range.split_once('-')?;
        let (from, to): (u64, u64) = (from.parse().ok()?, to.parse().ok()?);
        HeaderValue::from_str(&format!("bytes {}-{}/{}", from + 1, to + 1, size.parse::<u64>().ok()? + 1)).ok()
    });
    if let Some(moved) = moved {
        right.headers_mut().insert(CONTENT_RANGE, moved);
    }
    right
}
