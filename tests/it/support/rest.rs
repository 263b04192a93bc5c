//! Requests to the REST interface whose whole answer counts.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::service::Service;

/// An answer, read to its end.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    /// Null if it is no JSON.
    pub body: Value,
}

impl Answer {
    /// A header's text; empty if there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().expect("text"))
    }

    /// The status and the pointers of the faults, in the order that they are told.
    pub fn faults(&self) -> (u16, Vec<&str>) {
        (self.status, super::pointers(&self.body))
    }

    /// What the problem document says of the fault at `pointer`.
    pub fn detail(&self, pointer: &str) -> &str {
        let faults = self.body["faults"].as_array().expect("faults");
        faults.iter().find(|fault| fault["pointer"] == pointer).expect("the fault")["detail"].as_str().expect("a detail")
    }
}

/// Sends a request and checks what holds of every answer: an error is a problem document that names itself and the request.
pub async fn answer(request: RequestBuilder) -> Answer {
    let response = request.send().await.expect("an answer");
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let answer = Answer { status, headers, body: response.json().await.unwrap_or(Value::Null) };
    if status >= 400 {
        assert_eq!(answer.header("content-type"), "application/problem+json", "{answer:?}");
        assert_eq!(answer.body["status"], status, "{answer:?}");
        assert_eq!(answer.body["requestId"], answer.header("x-request-id"), "{answer:?}");
        assert!(answer.body["type"].as_str().is_some_and(|name| name.starts_with("urn:triptych:problem:")), "{answer:?}");
    }
    answer
}

impl Service {
    /// A request with the key and without conditions.
    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> Answer {
        answer(with(self.rest(method, path), body)).await
    }

    /// A request with the key and `If-Match`.
    pub async fn ask_if(&self, method: Method, path: &str, tag: &str, body: Option<Value>) -> Answer {
        answer(with(self.rest(method, path), body).header("If-Match", tag)).await
    }

    /// GET below the REST interface with the key; it must be there.
    pub async fn record(&self, path: &str) -> Value {
        let read = self.ask(Method::GET, path, None).await;
        assert_eq!(read.status, 200, "{path}: {read:?}");
        read.body
    }

    /// Registers one master under each of these identifiers.
    pub async fn images_named(&self, ids: &[&str]) {
        self.place("tiff/vips-jpeg90.tif", "shared.tif");
        for id in ids {
            let made = self.ask(Method::POST, "/images", Some(json!({"id": id, "key": "shared.tif"}))).await;
            assert_eq!(made.status, 201, "{made:?}");
        }
    }

    /// What the tables hold, as numbers that any change changes.
    pub async fn tables(&self) -> String {
        let statement = "select concat_ws(' ', \
             (select concat_ws('/', count(*), sum(revision)) from items), (select concat_ws('/', count(*), sum(revision)) from canvases), \
             (select concat_ws('/', count(*), sum(revision)) from images), (select count(*) from gone))";
        sqlx::query_scalar(statement).fetch_one(&self.pool).await.expect("counts")
    }
}

fn with(request: RequestBuilder, body: Option<Value>) -> RequestBuilder {
    match body {
        Some(body) => request.json(&body),
        None => request,
    }
}

/// Every file below a directory, also those that nobody should see.
pub fn files(directory: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(directory) else { return Vec::new() };
    let paths = entries.map(|entry| entry.expect("an entry").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

/// Asks again until the condition holds, for a minute: machines may be busy.
pub async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while !holds().await {
        assert!(Instant::now() < deadline, "it never came true: {what}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
