//! Follows every URL from page to page as a stranger would, through the proxy.

use std::collections::HashSet;

use reqwest::{Client, Response};
use serde_json::{Map, Value};

use crate::support::documents::{assert_right, header, id};

/// URLs of others that documents may hold: specifications, licences, and what a client wrote into an item.
const ELSEWHERE: [&str; 5] = [
    "http://iiif.io/",
    "http://creativecommons.org/",
    "http://rightsstatements.org/",
    "https://example.net/",
    "http://library.stanford.edu/iiif/",
];

/// What was said of a URL where it was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Promise {
    /// That there is something.
    Something,
    /// A document that has the URL as its id.
    Document,
    /// An image service: its information has the URL as its id.
    Service,
    /// An image of this size and format, as far as they are said.
    Picture { width: Option<u64>, height: Option<u64>, format: Option<String> },
}

pub struct Walk {
    /// What every URL begins with.
    public: String,
    /// Where that is to be found in truth.
    outer: String,
    /// Host and port that nobody outside may see.
    inner: String,
    client: Client,
    waiting: Vec<(String, Promise)>,
    seen: HashSet<(String, Promise)>,
}

impl Walk {
    pub fn new(public: String, outer: String, inner: &str) -> Walk {
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
        Walk { public, outer, inner: inner.replacen("http://", "", 1), client, waiting: Vec::new(), seen: HashSet::new() }
    }

    /// Walks from these paths until nothing new is found.
    pub async fn from(&mut self, paths: Vec<String>) {
        self.waiting.extend(paths.into_iter().map(|path| (format!("{}{path}", self.public), Promise::Something)));
        while let Some(next) = self.waiting.pop() {
            if self.seen.insert(next.clone()) {
                self.visit(&next.0, &next.1).await;
            }
        }
    }

    /// Panics if the walk met too little to mean anything.
    pub fn finish(&self) {
        let count = |wanted: fn(&Promise) -> bool| self.seen.iter().filter(|(_, promise)| wanted(promise)).count();
        let documents = count(|promise| *promise == Promise::Document);
        let services = count(|promise| *promise == Promise::Service);
        let pictures = count(|promise| matches!(promise, Promise::Picture { .. }));
        assert!(documents > 25 && services >= 14 && pictures > 14, "{documents} documents, {services} services, {pictures} pictures");
    }

    async fn visit(&mut self, url: &str, promise: &Promise) {
        let response = self.get(url).await;
        let response = match response.status().as_u16() {
            303 => {
                let location = header(&response, "location").to_owned();
                assert!(self.is_ours(&location), "{url} leads to {location}");
                self.get(&location).await
            }
            _ => response,
        };
        assert_eq!(response.status(), 200, "{url}");
        self.links(&response, url);
        let content_type = header(&response, "content-type").to_owned();
        let body = response.bytes().await.expect("a body");
        if content_type.starts_with("image/") {
            return picture(url, promise, &content_type, &body);
        }
        let text = String::from_utf8(body.to_vec()).expect("text");
        assert!(!text.contains(&self.inner), "{url} names {}", self.inner);
        match content_type.split(';').next() {
            Some("text/html") => self.page(url, &text),
            Some("application/json" | "application/ld+json") => self.document(url, promise, &serde_json::from_str(&text).expect("JSON")),
            other => panic!("{url} is {other:?}"),
        }
    }

    fn is_ours(&self, url: &str) -> bool {
        url.strip_prefix(&self.public).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    }

    async fn get(&self, url: &str) -> Response {
        let response = self.client.get(url.replacen(&self.public, &self.outer, 1)).send().await.expect("an answer");
        for (name, value) in response.headers() {
            assert!(!value.to_str().is_ok_and(|value| value.contains(&self.inner)), "{name} of {url} names {}", self.inner);
        }
        response
    }

    fn links(&mut self, response: &Response, url: &str) {
        let values: Vec<&str> = response.headers().get_all("link").iter().filter_map(|value| value.to_str().ok()).collect();
        for link in values.iter().flat_map(|value| value.split('<').skip(1)) {
            let target = link.split_once('>').expect("a link").0.to_owned();
            self.meet(url, &target, Promise::Something);
        }
    }

    /// A URL was found at `place`.
    fn meet(&mut self, place: &str, url: &str, promise: Promise) {
        if self.is_ours(url) {
            self.waiting.push((url.to_owned(), promise));
        } else {
            assert!(ELSEWHERE.iter().any(|elsewhere| url.starts_with(elsewhere)), "{url} at {place}");
        }
    }

    fn page(&mut self, url: &str, html: &str) {
        if url.ends_with("/api/docs") {
            return;
        }
        for name in [" href=\"", " src=\""] {
            for rest in html.split(name).skip(1) {
                let target = rest.split('"').next().unwrap_or_default().replace("&amp;", "&");
                self.meet(url, &target, Promise::Something);
            }
        }
    }

    fn document(&mut self, url: &str, promise: &Promise, document: &Value) {
        if matches!(promise, Promise::Document | Promise::Service) {
            assert_eq!(id(document), url);
        }
        assert!(!matches!(promise, Promise::Picture { .. }), "{url} is no image");
        if document.get("openapi").is_some() {
            assert_eq!(document["servers"][0]["url"], self.public, "{url}");
            return;
        }
        if document.get("@context").is_some() {
            assert_right(document);
        }
        self.value(url, document);
    }

    fn value(&mut self, place: &str, value: &Value) {
        match value {
            Value::Object(object) => self.object(place, object),
            Value::Array(list) => list.iter().for_each(|one| self.value(place, one)),
            Value::String(text) if text.starts_with("http:") || text.starts_with("https:") => self.meet(place, text, Promise::Something),
            _ => {}
        }
    }

    fn object(&mut self, place: &str, object: &Map<String, Value>) {
        let text = |names: [&str; 2]| names.iter().find_map(|name| object.get(*name)?.as_str()).unwrap_or_default();
        let (url, kind) = (text(["id", "@id"]).to_owned(), text(["type", "@type"]));
        let promise = match kind.rsplit(':').next().unwrap_or_default() {
            "Manifest" | "Collection" | "Canvas" | "AnnotationPage" | "Annotation" => Promise::Document,
            service if service.starts_with("ImageService") => Promise::Service,
            // What an image service of version 2 says of itself.
            "Image" if kind == "iiif:Image" => Promise::Service,
            "Image" => {
                let number = |name| object.get(name).and_then(Value::as_u64);
                let format = object.get("format").and_then(Value::as_str).map(str::to_owned);
                Promise::Picture { width: number("width"), height: number("height"), format }
            }
            _ => Promise::Something,
        };
        if url.starts_with("http") {
            self.meet(place, &url, promise);
        }
        object.iter().filter(|(name, _)| !matches!(name.as_str(), "id" | "@id")).for_each(|(_, value)| self.value(place, value));
    }
}

fn picture(url: &str, promise: &Promise, content_type: &str, bytes: &[u8]) {
    assert!(matches!(promise, Promise::Something | Promise::Picture { .. }), "{url} is an image");
    let image = image::load_from_memory(bytes).unwrap_or_else(|error| panic!("{url}: {error}"));
    if let Promise::Picture { width, height, format } = promise {
        let right = |said: &Option<u64>, is: u32| said.is_none_or(|said| said == u64::from(is));
        assert!(
            right(width, image.width()) && right(height, image.height()),
            "{url}: {promise:?}, not {}x{}",
            image.width(),
            image.height()
        );
        assert!(format.as_ref().is_none_or(|format| format == content_type), "{url}: {promise:?}, not {content_type}");
    }
}
