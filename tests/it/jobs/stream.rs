//! The live stream of a job.

use futures_util::StreamExt;
use reqwest::Method;
use serde_json::Value;

use super::queued;
use crate::support::service::Service;

/// The data of the events that a text holds whole.
fn events(text: &str) -> Vec<Value> {
    let whole = text.rsplit_once("\n\n").map_or("", |(whole, _)| whole);
    let data = |event: &str| event.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).collect::<Vec<_>>().join("\n");
    whole.split("\n\n").map(data).filter(|data| !data.is_empty()).map(|data| serde_json::from_str(&data).expect("JSON")).collect()
}

#[tokio::test]
async fn a_stream_tells_of_every_entry_and_ends_with_the_job() {
    // Longer than an answer may take: a stream is none.
    let service = Service::with(&[("workers", "1"), ("request_timeout", "1s")]).await;
    service.scans(12);
    let job = queued(&service, 12, 0).await;
    let response = service.rest(Method::GET, &format!("/jobs/{job}/events")).send().await.expect("an answer");
    assert_eq!((response.status().as_u16(), &response.headers()["content-type"]), (200, &"text/event-stream".parse().expect("a value")));
    let (mut text, mut seen) = (String::new(), 0);
    let mut body = response.bytes_stream();
    while let Some(part) = body.next().await {
        text.push_str(std::str::from_utf8(&part.expect("it does not break off")).expect("UTF-8"));
        seen = seen.max(usize::from(events(&text).len() == 1));
    }
    assert_eq!(seen, 1, "events come one by one");
    let events = events(&text);
    let last = &events.last().expect("an event")["job"];
    assert_eq!((&last["state"], &last["entries"]["done"]), (&"done".into(), &12.into()), "{last}");
    let progress: Vec<f64> = events.iter().filter_map(|event| event["job"]["progress"].as_f64()).collect();
    assert!(progress.is_sorted() && progress.len() > 1, "{progress:?}");
    let mut done: Vec<i64> = events
        .iter()
        .flat_map(|event| event["entries"].as_array().expect("entries"))
        .filter(|entry| entry["state"] == "done")
        .filter_map(|entry| entry["number"].as_i64())
        .collect();
    done.dedup();
    assert_eq!(done, (1..=12).collect::<Vec<_>>());
    let again = service.rest(Method::GET, &format!("/jobs/{job}/events")).send().await.expect("an answer").text().await.expect("a text");
    assert_eq!(super::stream::events(&again).len(), 1, "of a job that is done there is one event: {again}");
}
