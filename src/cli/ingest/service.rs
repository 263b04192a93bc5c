//! The service that is spoken to, through its REST interface.

use std::path::Path;
use std::time::Duration;

use http::Method;
use indicatif::ProgressBar;
use serde_json::Value;

use crate::fetch::{Answered, FetchError, FetchSettings, Fetcher, Outgoing, Sending, everywhere};
use crate::iiif::uris::encode_segment;

/// Largest answer that is read.
const ANSWER: u64 = 64 << 20;

/// A running service, and the key to it.
pub(super) struct Service {
    base: String,
    key: String,
    fetcher: Fetcher,
}

/// Why the service did not do as asked.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    #[error("the service: {0}")]
    Away(#[from] FetchError),
    #[error("{0}")]
    File(#[from] std::io::Error),
    #[error("{detail}")]
    Answer { status: u16, detail: String },
}

impl Service {
    pub fn new(base: &str, key: &str) -> Self {
        let settings = FetchSettings { networks: everywhere(), max_bytes: ANSWER, timeout: Duration::from_secs(60) };
        Self { base: base.trim_end_matches('/').to_owned(), key: key.to_owned(), fetcher: Fetcher::new(settings) }
    }

    /// A request with a JSON body; null for none. `If-Match: *` goes along with what may change something.
    pub async fn json(&self, method: &'static str, path: &[&str], body: &Value) -> Result<Value, Refused> {
        let bytes = if body.is_null() { Vec::new() } else { body.to_string().into_bytes() };
        let sending = Sending {
            method: Method::from_bytes(method.as_bytes()).unwrap_or_default(),
            url: &format!("{}/api/v1/{}", self.base, path.join("/")),
            key: Some(&self.key),
            content_type: Some(if method == "PATCH" { "application/merge-patch+json" } else { "application/json" }),
            if_match: (path.len() > 1).then_some("*"),
            body: Outgoing::bytes(bytes),
        };
        told(self.fetcher.send(sending).await?)
    }

    /// Makes an image of a file, unless it is there already from a run before.
    pub async fn upload(&self, image: &str, file: &Path, bar: &ProgressBar) -> Result<(), Refused> {
        let opened = tokio::fs::File::open(file).await?;
        let length = opened.metadata().await?.len();
        bar.set_length(length);
        let bar = bar.clone();
        let sending = Sending {
            method: Method::POST,
            url: &format!("{}/api/v1/images/{}", self.base, encode_segment(image)),
            key: Some(&self.key),
            content_type: Some("application/octet-stream"),
            if_match: None,
            body: Outgoing::file(opened, length, move |sent| bar.inc(sent)),
        };
        match told(self.fetcher.send(sending).await?) {
            Err(Refused::Answer { status: 409, .. }) => Ok(()),
            done => done.map(drop),
        }
    }
}

/// The body of a good answer, or what is wrong in the service's own words.
fn told(answered: Answered) -> Result<Value, Refused> {
    let Answered { status, body } = answered;
    let body: Value = serde_json::from_slice(&body).unwrap_or_default();
    if (200..300).contains(&status) {
        return Ok(body);
    }
    let faults = body["faults"].as_array().into_iter().flatten();
    let faults: Vec<String> =
        faults.filter_map(|fault| Some(format!("{}: {}", fault["pointer"].as_str()?, fault["detail"].as_str()?))).collect();
    let detail = match (faults.is_empty(), body["detail"].as_str()) {
        (false, _) => faults.join("; "),
        (true, Some(detail)) => detail.to_owned(),
        (true, None) => format!("it answers with the status {status}: is this the service's address?"),
    };
    Err(Refused::Answer { status, detail })
}
