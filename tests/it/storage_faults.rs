//! A store that is slow, refuses, breaks off or sends something else: told as such, and forgotten once it is over.

use std::time::Duration;

use futures_util::future::join_all;
use triptych::pyramid::WriteOptions;
use triptych::storage::{S3Settings, S3Timeouts, Storage};

use crate::support::painted::pyramid;
use crate::support::s3::{Fault, S3Server};
use crate::support::service::Service;

/// A stored tile, parts put together undecoded, parts decoded, the whole.
const REQUESTS: [&str; 5] = [
    "512,256,256,256/256,256/0/default.jpg",
    "256,256,700,600/max/0/default.jpg",
    "100,100,500,400/250,200/0/default.png",
    "full/!300,300/0/default.jpg",
    WHOLE,
];
/// Sent while they are made: put together, and decoded.
const WHOLE: &str = "full/max/0/default.jpg";
const DECODED: &str = "full/2350,/0/default.jpg";
const TIMEOUTS: S3Timeouts = S3Timeouts {
    connect: Duration::from_secs(5),
    read: Duration::from_millis(500),
    operation: Duration::from_millis(1500),
    upload: Duration::from_secs(60),
};
/// All but one that only takes its time.
const FAULTS: [Fault; 9] = [
    Fault::Status(503),
    Fault::Status(500),
    Fault::Status(403),
    Fault::Silent,
    Fault::Cut,
    Fault::Stalled,
    Fault::Half,
    Fault::Whole,
    Fault::Elsewhere,
];

struct Place {
    bucket: S3Server,
    storage: Storage,
    master: tempfile::NamedTempFile,
}

impl Place {
    async fn open() -> Place {
        let bucket = S3Server::start().await;
        let settings = S3Settings { timeouts: TIMEOUTS, ..bucket.settings("masters", "") };
        let storage = Storage::s3(settings).await.expect("a store");
        let master = tempfile::NamedTempFile::new().expect("a file");
        pyramid(master.path(), (2400, 1500), 90, &WriteOptions::default());
        Place { bucket, storage, master }
    }

    async fn put(&self, id: &str) {
        self.storage.write_file(&format!("{id}.tif"), self.master.path()).await.expect("written");
    }

    async fn service(&self) -> Service {
        Service::on(Some(self.storage.clone()), &[], crate::support::database::pool().await).await
    }
}

/// Status, and the body if it came whole.
async fn ask(service: &Service, id: &str, request: &str) -> (u16, Option<Vec<u8>>) {
    let response = service.get(&format!("/iiif/3/{id}/{request}")).await;
    let status = response.status().as_u16();
    assert!(status != 503 || response.headers().contains_key("retry-after"), "{id} {request}");
    (status, response.bytes().await.ok().map(|bytes| bytes.to_vec()))
}

async fn ask_all(service: &Service, id: &str) -> Vec<(u16, Option<Vec<u8>>)> {
    join_all(REQUESTS.iter().map(|request| ask(service, id, request))).await
}

#[tokio::test]
async fn a_fault_of_the_store_is_told_and_leaves_nothing_behind() {
    let place = Place::open().await;
    place.put("right").await;
    let service = place.service().await;
    let right = ask_all(&service, "right").await;
    assert!(right.iter().all(|(status, body)| *status == 200 && body.is_some()));
    for (number, fault) in FAULTS.into_iter().enumerate() {
        let (fresh, known) = (format!("fresh-{number}"), format!("known-{number}"));
        place.put(&fresh).await;
        place.put(&known).await;
        service.json(&format!("/iiif/3/{known}/info.json")).await;
        place.bucket.set_fault(fault);
        for id in [&fresh, &known] {
            for (request, (status, body)) in REQUESTS.iter().zip(ask_all(&service, id).await) {
                // Nothing was sent before the first row of tiles was there; so nothing had to break off.
                assert_eq!(status, 503, "{fault:?} {id} {request}: {} bytes", body.map_or(0, |body| body.len()));
            }
        }
        assert_eq!(service.get(&format!("/iiif/3/{fresh}/info.json")).await.status(), 503, "{fault:?}");
        place.bucket.set_fault(Fault::None);
        for id in [&fresh, &known] {
            for (request, (now, before)) in REQUESTS.iter().zip(ask_all(&service, id).await.iter().zip(&right)) {
                assert!(now == before, "{fault:?} {id} {request}: {}", now.0);
            }
        }
    }
}

#[tokio::test]
async fn a_fault_in_the_middle_never_makes_a_whole_answer() {
    let place = Place::open().await;
    place.put("right").await;
    let service = place.service().await;
    let right = [ask(&service, "right", WHOLE).await, ask(&service, "right", DECODED).await];
    for (number, fault) in [Fault::Status(503), Fault::Silent, Fault::Cut, Fault::Half, Fault::Whole].into_iter().enumerate() {
        let id = format!("streamed-{number}");
        place.put(&id).await;
        service.json(&format!("/iiif/3/{id}/info.json")).await;
        for (request, before) in [WHOLE, DECODED].into_iter().zip(&right) {
            let mut response = service.get(&format!("/iiif/3/{id}/{request}")).await;
            assert_eq!(response.status(), 200);
            // From here on, what has not been read yet fails.
            place.bucket.set_fault(fault);
            let mut body = Vec::new();
            let ended = loop {
                match response.chunk().await {
                    Ok(Some(chunk)) => body.extend(chunk),
                    Ok(None) => break Some(body),
                    Err(_) => break None,
                }
            };
            assert!(ended.is_none() || ended == before.1, "{fault:?} {request}: a part as if it were the whole");
            place.bucket.set_fault(Fault::None);
            assert!(&ask(&service, &id, request).await == before, "{fault:?} {request} afterwards");
        }
    }
}

#[tokio::test]
async fn a_slow_store_is_waited_for() {
    let place = Place::open().await;
    place.put("right").await;
    let service = place.service().await;
    let right = ask_all(&service, "right").await;
    place.put("late").await;
    place.bucket.set_fault(Fault::Late(Duration::from_millis(60)));
    assert!(ask_all(&service, "late").await == right);
}
