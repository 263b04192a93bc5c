//! The body of an answer.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::{Full, combinators::BoxBody};
use hyper::body::{Body, Frame, SizeHint};

/// Bytes that are there, or a body that is made as it is sent.
pub enum Content {
    /// Sent as they are, without another allocation.
    Whole(Full<Bytes>),
    /// Whatever the routes answer with.
    Made(BoxBody<Bytes, io::Error>),
}

impl From<Bytes> for Content {
    fn from(bytes: Bytes) -> Self {
        Self::Whole(Full::new(bytes))
    }
}

impl From<BoxBody<Bytes, io::Error>> for Content {
    fn from(body: BoxBody<Bytes, io::Error>) -> Self {
        Self::Made(body)
    }
}

impl Body for Content {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(body) => Poll::Ready(ready!(Pin::new(body).poll_frame(cx)).map(|frame| frame.map_err(|never| match never {}))),
            Self::Made(body) => Pin::new(body).poll_frame(cx),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(body) => body.is_end_stream(),
            Self::Made(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(body) => body.size_hint(),
            Self::Made(body) => body.size_hint(),
        }
    }
}
