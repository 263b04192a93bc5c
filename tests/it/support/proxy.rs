//! A reverse proxy as people put one before the service.

use std::convert::Infallible;
use std::sync::Arc;

use hyper::body::Incoming;
use hyper::header::{CONNECTION, HOST, TRANSFER_ENCODING};
use hyper::{Request, Response, StatusCode, service::service_fn};
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use reqwest::{Body, Client};
use tokio::net::{TcpListener, TcpStream};

/// How the proxy is set up.
pub struct Setup {
    /// Where the service listens, without a slash at the end.
    pub inner: String,
    /// The path below which the service is published.
    pub prefix: &'static str,
    /// Whether the service gets paths without the prefix.
    pub strips: bool,
    /// Headers that it sets, whatever the client sent under these names.
    pub sets: &'static [(&'static str, &'static str)],
}

/// Listens on a port of its own, until the test ends.
pub struct Proxy {
    /// `http://127.0.0.1:…`, without the prefix.
    pub outer: String,
    serving: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

impl Proxy {
    pub async fn start(setup: Setup) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let outer = format!("http://{}", listener.local_addr().expect("an address"));
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        let serving = tokio::spawn(serve(listener, Arc::new((setup, client))));
        Proxy { outer, serving }
    }
}

async fn serve(listener: TcpListener, proxy: Arc<(Setup, Client)>) {
    while let Ok((stream, _)) = listener.accept().await {
        tokio::spawn(converse(stream, proxy.clone()));
    }
}

async fn converse(stream: TcpStream, proxy: Arc<(Setup, Client)>) {
    let answer = service_fn(move |request| {
        let proxy = proxy.clone();
        async move { Ok::<_, Infallible>(pass(&proxy.0, &proxy.1, request).await) }
    });
    // Ends with an error whenever a client hangs up.
    let _ = Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), answer).await;
}

async fn pass(setup: &Setup, client: &Client, request: Request<Incoming>) -> Response<Body> {
    let (mut parts, body) = request.into_parts();
    let whole = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
    let Some(rest) = whole.strip_prefix(setup.prefix) else { return refusal(StatusCode::NOT_FOUND) };
    let url = format!("{}{}", setup.inner, if setup.strips { rest } else { whole });
    for name in [HOST, CONNECTION, TRANSFER_ENCODING] {
        parts.headers.remove(name);
    }
    for (name, value) in setup.sets {
        parts.headers.insert(*name, value.parse().expect("a header"));
    }
    match client.request(parts.method, url).headers(parts.headers).body(Body::wrap(body)).send().await {
        Ok(response) => response.into(),
        Err(_) => refusal(StatusCode::BAD_GATEWAY),
    }
}

fn refusal(status: StatusCode) -> Response<Body> {
    let mut response = Response::new(Body::from("from the proxy"));
    *response.status_mut() = status;
    response
}
