//! The routes as what answers on connections.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::combinators::BoxBody;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use poem::http::uri::Scheme;
use poem::web::{LocalAddr, RemoteAddr};
use poem::{Addr, Endpoint, Response};
use tokio::time::{Instant, Sleep};

use super::connections::{Answer, Client, Content};

/// An endpoint, and how long it waits for more of a body.
pub struct Routed<E> {
    endpoint: E,
    patience: Duration,
}

impl<E> Routed<E> {
    pub fn new(endpoint: E, patience: Duration) -> Self {
        Self { endpoint, patience }
    }
}

impl<E: Endpoint<Output = Response> + 'static> Answer for Routed<E> {
    async fn answer(&self, request: http::Request<Incoming>, client: Client) -> http::Response<Content> {
        let has_body = !request.body().is_end_stream();
        let scheme = if client.secure { Scheme::HTTPS } else { Scheme::HTTP };
        let (local, peer) = (LocalAddr(Addr::SocketAddr(client.local)), RemoteAddr(Addr::SocketAddr(client.peer)));
        let mut request = poem::Request::from((request, local, peer, scheme));
        if has_body {
            let body = Patient { body: request.take_body().into(), patience: self.patience, alarm: None };
            request.set_body(BoxBody::new(body));
        }
        let response: http::Response<BoxBody<Bytes, io::Error>> = self.endpoint.get_response(request).await.into();
        response.map(Content::from)
    }
}

/// A body that ends with an error when no more of it comes. Time counts only while somebody waits for it.
struct Patient {
    body: BoxBody<Bytes, io::Error>,
    patience: Duration,
    alarm: Option<Pin<Box<Sleep>>>,
}

impl Body for Patient {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        let this = self.get_mut();
        if let Poll::Ready(frame) = Pin::new(&mut this.body).poll_frame(cx) {
            this.alarm = None;
            return Poll::Ready(frame);
        }
        let patience = this.patience;
        let alarm = this.alarm.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(Instant::now() + patience)));
        alarm.as_mut().poll(cx).map(|()| Some(Err(io::Error::new(io::ErrorKind::TimedOut, "the client stopped sending"))))
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
