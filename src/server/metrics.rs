//! Figures for operators, as Prometheus reads them: how many answers, of what kind, and how long they took.

use std::time::Duration;

use http::header::{CONTENT_TYPE, HeaderValue};
use prometheus_client::encoding::{EncodeLabelSet, text::encode};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::api::{Body, Kind, Problem, Reply};

/// Upper bounds of the durations that are told apart, in seconds.
const BOUNDS: [f64; 9] = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0];

/// What an answer is counted under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answer {
    route: &'static str,
    status: u16,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
}

/// Counts answers.
pub struct Metrics {
    registry: Registry,
    answers: Family<Answer, Counter>,
    durations: Family<Route, Histogram>,
}

impl Default for Metrics {
    fn default() -> Self {
        let answers = Family::default();
        let durations = Family::new_with_constructor((|| Histogram::new(BOUNDS)) as fn() -> Histogram);
        let mut registry = Registry::with_prefix("triptych");
        registry.register("answers", "Answers by route and status", answers.clone());
        registry.register("answer_seconds", "Time from request to answer", durations.clone());
        Self { registry, answers, durations }
    }
}

impl Metrics {
    /// Counts one answer to a request for `path`.
    pub fn count(&self, path: &str, status: u16, took: Duration) {
        let route = route(path);
        self.answers.get_or_create(&Answer { route, status }).inc();
        self.durations.get_or_create(&Route { route }).observe(took.as_secs_f64());
    }

    /// Everything counted so far.
    pub fn reply(&self) -> Reply {
        let mut text = String::new();
        if let Err(error) = encode(&mut text, &self.registry) {
            return Problem::new(Kind::Internal, error.to_string()).reply(None);
        }
        let mut reply = Reply::new(Body::Whole(text.into()));
        let media_type = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
        reply.headers_mut().insert(CONTENT_TYPE, media_type);
        reply
    }
}

/// The family of routes that a path belongs to: few, whatever is asked.
fn route(path: &str) -> &'static str {
    let mut segments = path.trim_start_matches('/').split('/');
    match segments.next() {
        Some("iiif") if path.ends_with("/info.json") => "info",
        Some("iiif") => "image",
        Some("manifests") => "manifest",
        Some("collections") => "collection",
        Some("api") => "rest",
        Some("health" | "metrics") => "health",
        Some("") => "page",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_family() {
        let metrics = Metrics::default();
        metrics.count("/iiif/3/a/full/max/0/default.jpg", 200, Duration::from_millis(2));
        metrics.count("/iiif/3/b/full/max/0/default.jpg", 200, Duration::from_millis(20));
        metrics.count("/nonsense/1", 404, Duration::ZERO);
        let mut text = String::new();
        encode(&mut text, &metrics.registry).expect("text");
        assert!(text.contains("triptych_answers_total{route=\"image\",status=\"200\"} 2"), "{text}");
        assert!(text.contains("triptych_answers_total{route=\"other\",status=\"404\"} 1"), "{text}");
        assert!(text.contains("triptych_answer_seconds_bucket{le=\"0.003\",route=\"image\"} 1"), "{text}");
    }
}
