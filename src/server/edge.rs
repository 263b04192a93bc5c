//! What every request passes on its way in, and every response on its way out: prefix, request id, CORS, errors, compression.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use http::{HeaderName, HeaderValue, Method, Request, StatusCode, Uri, header};
use hyper::body::Incoming;
use poem::Endpoint;
use uuid::Uuid;

use super::compress::{compress, forget_coding, is_text};
use super::connections::{Answer, Client};
use super::metrics::Metrics;
use super::routed::Routed;
use crate::api::{self, App, Asked, Body, Kind, Problem, Reply};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// First segments of the service's own paths; the start page has none.
const OWN: [&str; 6] = ["iiif", "manifests", "collections", "api", "health", "metrics"];
/// Headers that pages may send.
const ALLOWED: &str = "Accept, Authorization, Content-Digest, Content-Type, If-Match, If-None-Match, Range, Repr-Digest, Tus-Resumable, \
                       Upload-Checksum, Upload-Defer-Length, Upload-Length, Upload-Metadata, Upload-Offset, X-HTTP-Method-Override";
/// Headers that pages may read.
const EXPOSED: &str = "Accept-Ranges, Content-Range, ETag, Link, Location, Retry-After, Triptych-Losses, Tus-Checksum-Algorithm, \
                       Tus-Extension, Tus-Max-Size, Tus-Resumable, Tus-Version, Upload-Expires, Upload-Length, Upload-Metadata, \
                       Upload-Offset, X-Request-Id";
/// Longest text taken over from an error of another layer.
const WORDS: usize = 500;

/// The door of the service: every request passes it, those of the IIIF interfaces to `api`, all others to the routes.
pub struct Edge<E> {
    routes: Routed<E>,
    app: Arc<App>,
    timeout: Duration,
    metrics: Metrics,
    ids: RequestIds,
}

impl<E: Endpoint<Output = poem::Response> + 'static> Edge<E> {
    pub fn new(routes: Routed<E>, app: Arc<App>, timeout: Duration) -> Self {
        Self { routes, app, timeout, metrics: Metrics::default(), ids: RequestIds::default() }
    }

    /// The answer, whatever happens: an error, or none in time.
    async fn respond(&self, request: Request<Incoming>, path: &str, client: Client, id: &str) -> Reply {
        // Masters are sent and converted in their own time.
        let master = matches!(*request.method(), Method::POST | Method::PUT) && path.starts_with("/api/v1/images");
        let ingest = master || (api::speaks_tus(path) && matches!(*request.method(), Method::POST | Method::PATCH));
        let timeout = if ingest { Duration::from_secs(24 * 3600) } else { self.timeout };
        let answered = async {
            if !api::is_iiif(path) {
                return told(self.routes.answer(request, client).await, id).await;
            }
            api::read(&self.app, &asked(&request, path, client)).await.unwrap_or_else(|problem| problem.reply(Some(id)))
        };
        match tokio::time::timeout(timeout, answered).await {
            Ok(reply) => reply,
            Err(_) => Problem::new(Kind::Unavailable, "it took too long; ask for less, or again in a moment").reply(Some(id)),
        }
    }

    /// Answers a request whose prefix is taken off.
    async fn route(&self, mut request: Request<Incoming>, path: &str, client: Client, id: &str) -> Reply {
        if request.method() == Method::OPTIONS {
            let mut reply = permission();
            if api::speaks_tus(path) {
                reply.headers_mut().extend(api::tus_offered(self.app.uploads.max_length()).map(|(name, value)| (Some(name), value)));
            }
            return reply;
        }
        if api::speaks_tus(path) {
            override_method(&mut request);
        }
        if path == "/metrics" {
            return self.metrics.reply();
        }
        if request.method() == Method::HEAD {
            *request.method_mut() = Method::GET;
        }
        self.respond(request, path, client, id).await
    }
}

impl<E: Endpoint<Output = poem::Response> + 'static> Answer for Edge<E> {
    async fn answer(&self, mut request: Request<Incoming>, client: Client) -> Reply {
        let (started, method, id) = (Instant::now(), request.method().clone(), self.ids.next());
        let wishes = forget_coding(request.headers_mut());
        strip_prefix(&mut request, self.app.addressing.prefix());
        let uri = request.uri().clone();
        let path = uri.path();
        let ready = api::read_at_once(&self.app, &asked(&request, path, client));
        let mut reply = match ready {
            Some(reply) if !is_text(&reply) => reply,
            // Boxed, so that an answer that lies ready does not carry the room for all others about.
            Some(reply) => Box::pin(compress(reply, &wishes)).await,
            None => Box::pin(async { compress(self.route(request, path, client, &id).await, &wishes).await }).await,
        };
        share(&mut reply, &id);
        if api::speaks_tus(path) {
            reply.headers_mut().extend(api::tus_answered().map(|(name, value)| (Some(name), value)));
        }
        if reply.status() == Kind::MethodNotAllowed.status() {
            reply.headers_mut().insert(header::ALLOW, api::allowed(path));
        }
        let reply = if method == Method::HEAD { without_body(reply).await } else { reply };
        let (status, took) = (reply.status().as_u16(), started.elapsed());
        self.metrics.count(path, status, took);
        tracing::debug!(request = id, %method, path, status, ?took);
        if status >= 500 {
            tracing::warn!(request = id, %method, path, status, ?took, "failed");
        }
        reply
    }
}

/// What the IIIF interfaces see of a request.
fn asked<'a>(request: &'a Request<Incoming>, path: &'a str, client: Client) -> Asked<'a> {
    let scheme = if client.secure { "https" } else { "http" };
    Asked { method: request.method(), path, headers: request.headers(), peer: Some(client.peer.ip()), scheme }
}

/// Names requests: unlike each other, and unlike those of other processes.
struct RequestIds {
    process: String,
    count: AtomicU64,
}

impl Default for RequestIds {
    fn default() -> Self {
        let process = Uuid::new_v4().simple().to_string();
        Self { process: process[..16].to_owned(), count: AtomicU64::new(1) }
    }
}

impl RequestIds {
    fn next(&self) -> String {
        format!("{}-{:x}", self.process, self.count.fetch_add(1, Relaxed))
    }
}

/// The answer to HEAD: what GET has, and how long it is. Without a body there is no length to tell (RFC 9110, section 8.6).
async fn without_body(reply: Reply) -> Reply {
    let (mut head, body) = reply.into_parts();
    if !matches!(head.status, StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT) {
        let length = match body {
            // Of what is made as it is sent, only the first part was made.
            Body::Parts(..) => None,
            body => Some(body.whole().await.map_or(0, |bytes| bytes.len())),
        };
        if let Some(length) = length {
            head.headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
    }
    Reply::from_parts(head, Body::EMPTY)
}

/// Takes the path prefix of the public URL off, for proxies that leave it on.
fn strip_prefix(request: &mut Request<Incoming>, prefix: &str) {
    if prefix.is_empty() {
        return;
    }
    let whole = request.uri().path_and_query().map_or("/", |whole| whole.as_str());
    let uri = without_prefix(whole, prefix).and_then(|rest| rest.parse::<Uri>().ok());
    if let Some(uri) = uri {
        *request.uri_mut() = uri;
    }
}

/// Path and query after the prefix, if it is still there: what follows is then a path of the service.
///
/// A prefix such as `/iiif` is also the beginning of the service's own paths, and a proxy may have taken it off already.
fn without_prefix(whole: &str, prefix: &str) -> Option<String> {
    let rest = whole.strip_prefix(prefix).filter(|_| !prefix.is_empty())?;
    let rest = match rest.as_bytes().first() {
        Some(b'/') => rest.to_owned(),
        None | Some(b'?') => format!("/{rest}"),
        // Another path that merely begins alike.
        Some(_) => return None,
    };
    let first = rest[1..].split(['/', '?']).next().unwrap_or_default();
    (first.is_empty() || OWN.contains(&first)).then_some(rest)
}

/// Takes the method that a client names which cannot send it (tus 1.0.0, core protocol).
fn override_method(request: &mut Request<Incoming>) {
    let named = request.headers().get("x-http-method-override").and_then(|named| Method::from_bytes(named.as_bytes()).ok());
    if let Some(method) = named {
        *request.method_mut() = method;
    }
}

/// The answer to a preflight (Fetch Standard, section 3.2.2).
fn permission() -> Reply {
    let mut reply = Reply::new(Body::EMPTY);
    *reply.status_mut() = StatusCode::NO_CONTENT;
    for (name, value) in [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, ALLOWED),
        (header::ACCESS_CONTROL_MAX_AGE, "86400"),
    ] {
        reply.headers_mut().insert(name, HeaderValue::from_static(value));
    }
    reply
}

/// Lets any page read the response, and names the request.
fn share(response: &mut Reply, id: &str) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Makes a problem document of every error of the routes, also of those that other layers tell in their own way, and names the
/// request in it.
async fn told(reply: Reply, id: &str) -> Reply {
    let status = reply.status();
    if !status.is_client_error() && !status.is_server_error() {
        return reply;
    }
    let content_type = reply.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or("text/plain");
    if !matches!(content_type.split(';').next(), Some("application/problem+json" | "text/plain")) {
        return reply;
    }
    let (mut head, body) = reply.into_parts();
    let words = String::from_utf8(body.whole().await.unwrap_or_default().to_vec()).unwrap_or_default();
    if let Ok(mut document) = serde_json::from_str::<serde_json::Value>(&words) {
        document["requestId"] = id.into();
        head.headers.remove(header::CONTENT_LENGTH);
        return Reply::from_parts(head, Body::Whole(document.to_string().into()));
    }
    let words = if words.is_empty() { status.canonical_reason().unwrap_or_default().to_owned() } else { words };
    Problem::of_status(status, words.chars().take(WORDS).collect()).reply(Some(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_is_taken_off_where_it_is_still_on() {
        let cases = [
            ("/iiif/3/a/info.json", "", None),
            ("/p/iiif/3/a/info.json?b", "/p", Some("/iiif/3/a/info.json?b")),
            ("/p", "/p", Some("/")),
            ("/p/", "/p", Some("/")),
            ("/p?after=a", "/p", Some("/?after=a")),
            ("/p/?after=a", "/p", Some("/?after=a")),
            ("/page", "/p", None),
            ("/iiif/3/a/info.json", "/iiif", None),
            ("/iiif/iiif/3/a/info.json", "/iiif", Some("/iiif/3/a/info.json")),
            ("/iiif/manifests/a", "/iiif", Some("/manifests/a")),
            ("/manifests/a", "/iiif", None),
            ("/api/v1/items", "/api", None),
            ("/api/api/v1/items", "/api", Some("/api/v1/items")),
        ];
        for (whole, prefix, expected) in cases {
            assert_eq!(without_prefix(whole, prefix).as_deref(), expected, "{whole} after {prefix}");
        }
    }
}
