//! Answers that take long: how many at a time, and what becomes of those that nobody waits for.

use std::time::Duration;

use triptych::pyramid::WriteOptions;
use triptych::storage::{S3Settings, S3Timeouts, Storage};

use crate::support::painted::pyramid;
use crate::support::s3::{Fault, S3Server};
use crate::support::service::Service;

const LONG: Duration = Duration::from_secs(600);
/// Decoded, and far more than a screen.
const HEAVY: &str = "/iiif/3/large/full/max/0/default.png";
/// As heavy, and another.
const OTHER: &str = "/iiif/3/large/full/max/0/gray.png";
const TILE: &str = "/iiif/3/large/256,256,256,256/256,256/0/default.jpg";

/// A service whose store can be made silent, so that an answer takes as long as a test wants. It gives up far later than the test.
async fn place(settings: &[(&str, &str)]) -> (S3Server, Service) {
    let bucket = S3Server::start().await;
    let timeouts = S3Timeouts { connect: LONG, read: LONG, operation: LONG, upload: LONG };
    let storage = Storage::s3(S3Settings { timeouts, ..bucket.settings("masters", "") }).await.expect("a store");
    let master = tempfile::NamedTempFile::new().expect("a file");
    pyramid(master.path(), (2400, 1500), 10, &WriteOptions::default());
    storage.write_file("large.tif", master.path()).await.expect("written");
    let service = Service::on(Some(storage), settings, crate::support::database::pool().await).await;
    service.json("/iiif/3/large/info.json").await;
    (bucket, service)
}

/// Begins a request that waits for the silent store.
async fn begin(bucket: &S3Server, service: &Service, path: &str) -> tokio::task::JoinHandle<()> {
    bucket.set_fault(Fault::Silent);
    bucket.reset();
    let request = service.request(reqwest::Method::GET, path);
    let waiting = tokio::spawn(async move { drop(request.send().await) });
    while bucket.reads().is_empty() {
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    bucket.set_fault(Fault::None);
    waiting
}

async fn assert_busy(service: &Service, path: &str) {
    let refused = service.get(path).await;
    assert_eq!(refused.status(), 503, "{path}");
    assert!(refused.headers().contains_key("retry-after"), "{path}");
}

/// Asks until it is answered.
async fn assert_comes(service: &Service, path: &str) {
    for _ in 0..500 {
        let status = service.get(path).await.status();
        if status == 200 {
            return;
        }
        assert_eq!(status, 503, "{path}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{path}: those who left are still in the way");
}

#[tokio::test]
async fn a_full_line_sends_away_and_a_client_that_leaves_makes_room() {
    for path in [HEAVY, "/iiif/3/large/full/2350,/0/default.jpg", "/iiif/3/large/full/max/90/default.jpg"] {
        let (bucket, service) = place(&[("queue", "1")]).await;
        let waiting = begin(&bucket, &service, path).await;
        assert_busy(&service, OTHER).await;
        assert_eq!(service.get(TILE).await.status(), 200, "tiles have no line");
        waiting.abort();
        assert_comes(&service, OTHER).await;
    }
}

#[tokio::test]
async fn memory_is_waited_for_no_longer_than_patience() {
    let (bucket, service) = place(&[("pixel_memory", "110M"), ("patience", "50ms")]).await;
    let waiting = begin(&bucket, &service, HEAVY).await;
    assert_busy(&service, OTHER).await;
    assert_eq!(service.get(TILE).await.status(), 200, "tiles have memory of their own");
    waiting.abort();
    assert_comes(&service, OTHER).await;
}

#[tokio::test]
async fn who_waits_for_the_same_answer_gets_it_when_the_first_leaves() {
    let (bucket, service) = place(&[("queue", "1")]).await;
    let first = begin(&bucket, &service, HEAVY).await;
    let asked = service.request(reqwest::Method::GET, HEAVY);
    let second = tokio::spawn(async move { asked.send().await.expect("an answer").status().as_u16() });
    // It takes no place in the line, so nobody is sent away for it.
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert!(!second.is_finished(), "it waits for the first");
    first.abort();
    assert_eq!(second.await.expect("it ends"), 200);
}
