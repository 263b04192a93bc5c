//! What every request passes on its way in, and every response on its way out: prefix, request id, CORS, errors, compression.

use std::sync::Arc;
use std::time::{Duration, Instant};

use poem::http::{HeaderName, HeaderValue, Method, StatusCode, Uri, header};
use poem::{Endpoint, Request, Response};
use uuid::Uuid;

use super::compress::{compress, forget_coding};
use super::metrics::Metrics;
use crate::api::{self, App, Kind, Problem};

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
/// First segments of the service's own paths; the start page has none.
const OWN: [&str; 6] = ["iiif", "manifests", "collections", "api", "health", "metrics"];
/// Longest text taken over from an error of another layer.
const WORDS: usize = 500;

/// Wraps the routes.
pub struct Edge<E> {
    routes: E,
    app: Arc<App>,
    timeout: Duration,
    metrics: Metrics,
}

impl<E: Endpoint<Output = Response>> Edge<E> {
    pub fn new(routes: E, app: Arc<App>, timeout: Duration) -> Self {
        Self { routes, app, timeout, metrics: Metrics::default() }
    }

    /// The response of the routes, whatever happens: an error, or no answer in time.
    async fn answer(&self, request: Request, id: &str) -> Response {
        let upload = request.method() == Method::POST && request.uri().path().starts_with("/api/v1/images/");
        let timeout = if upload { Duration::from_secs(24 * 3600) } else { self.timeout };
        match tokio::time::timeout(timeout, self.routes.call(request)).await {
            Ok(Ok(response)) => told(response, id).await,
            Ok(Err(error)) => told(error.into_response(), id).await,
            Err(_) => Problem::new(Kind::Unavailable, "it took too long; ask for less, or again in a moment").response(Some(id)),
        }
    }
}

impl<E: Endpoint<Output = Response>> Endpoint for Edge<E> {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let (started, method, path) = (Instant::now(), request.method().clone(), request.uri().path().to_owned());
        let id = Uuid::now_v7().to_string();
        let preflight = method == Method::OPTIONS;
        let wishes = forget_coding(request.headers_mut());
        strip_prefix(&mut request, self.app.addressing.prefix());
        if method == Method::HEAD {
            request.set_method(Method::GET);
        }
        let inner = request.uri().path().to_owned();
        let response = match inner.as_str() {
            _ if preflight => permission(),
            "/metrics" => self.metrics.response(),
            _ => self.answer(request, &id).await,
        };
        let mut response = compress(response, &wishes).await;
        share(&mut response, &id);
        if response.status() == Kind::MethodNotAllowed.status() {
            response.headers_mut().insert(header::ALLOW, api::allowed(&inner));
        }
        // Without a body there is no length to tell (RFC 9110, section 8.6).
        if method == Method::HEAD && !matches!(response.status(), StatusCode::NOT_MODIFIED | StatusCode::NO_CONTENT) {
            let length = response.take_body().into_bytes().await.map_or(0, |body| body.len());
            response.headers_mut().insert(header::CONTENT_LENGTH, HeaderValue::from(length));
        }
        let (status, took) = (response.status().as_u16(), started.elapsed());
        self.metrics.count(&path, status, took);
        tracing::debug!(request = id, %method, path, status, ?took);
        if status >= 500 {
            tracing::warn!(request = id, %method, path, status, ?took, "failed");
        }
        Ok(response)
    }
}

/// Takes the path prefix of the public URL off, for proxies that leave it on.
fn strip_prefix(request: &mut Request, prefix: &str) {
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

/// The answer to a preflight (Fetch Standard, section 3.2.2).
fn permission() -> Response {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS")
        .header(header::ACCESS_CONTROL_ALLOW_HEADERS, "Accept, Authorization, Content-Type, If-Match, If-None-Match")
        .header(header::ACCESS_CONTROL_MAX_AGE, "86400")
        .finish()
}

/// Lets any page read the response, and names the request.
fn share(response: &mut Response, id: &str) {
    let headers = response.headers_mut();
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    let exposed = "ETag, Link, Location, Retry-After, X-Request-Id";
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(exposed));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Ok(id) = HeaderValue::from_str(id) {
        headers.insert(REQUEST_ID, id);
    }
}

/// Makes a problem document of every error, also of those that other layers tell in their own way, and names the request in it.
async fn told(mut response: Response, id: &str) -> Response {
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let content_type = response.content_type().unwrap_or("text/plain").to_owned();
    let words = match content_type.split(';').next() {
        Some("application/problem+json" | "text/plain") => response.take_body().into_string().await.unwrap_or_default(),
        _ => return response,
    };
    if let Ok(mut document) = serde_json::from_str::<serde_json::Value>(&words) {
        document["requestId"] = id.into();
        response.set_body(document.to_string());
        return response;
    }
    let words = if words.is_empty() { status.canonical_reason().unwrap_or_default().to_owned() } else { words };
    Problem::of_status(status, words.chars().take(WORDS).collect()).response(Some(id))
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
