//! Answers in plain HTTP types: no framework stands between a tile and its client.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body_util::BodyExt;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::mpsc::Receiver;

use crate::image_service::{ImageError, Picture};

/// An answer on its way out.
pub type Reply = http::Response<Body>;

/// An answer's body compressed with gzip, where it was made before: an extension of the reply.
#[derive(Clone)]
pub struct Packed(pub Bytes);

/// What an answer carries.
pub enum Body {
    Whole(Bytes),
    /// As it is made: what is there already, and what comes.
    Parts(Bytes, Receiver<Result<Bytes, ImageError>>),
    /// Made by poem.
    Boxed(BoxBody<Bytes, io::Error>),
}

impl Body {
    pub const EMPTY: Body = Body::Whole(Bytes::new());

    /// All of it; `None` if it breaks off.
    pub async fn whole(self) -> Option<Bytes> {
        match self {
            Body::Whole(bytes) => Some(bytes),
            other => other.collect().await.ok().map(http_body_util::Collected::to_bytes),
        }
    }
}

impl From<Picture> for Body {
    fn from(picture: Picture) -> Self {
        match picture {
            Picture::Whole(bytes) => Body::Whole(bytes),
            Picture::Parts(first, others) => Body::Parts(first, others),
        }
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let frame = |bytes| Poll::Ready(Some(Ok(Frame::data(bytes))));
        match self.get_mut() {
            Body::Whole(bytes) | Body::Parts(bytes, _) if !bytes.is_empty() => frame(std::mem::take(bytes)),
            Body::Whole(_) => Poll::Ready(None),
            // An error ends the connection, so that nobody takes a part for the whole.
            Body::Parts(_, others) => {
                others.poll_recv(context).map(|part| part.map(|part| part.map(Frame::data).map_err(io::Error::other)))
            }
            Body::Boxed(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Body::Whole(bytes) => bytes.is_empty(),
            Body::Parts(..) => false,
            Body::Boxed(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Body::Parts(..) => SizeHint::default(),
            Body::Boxed(body) => body.size_hint(),
        }
    }
}
