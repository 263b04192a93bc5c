//! A master that becomes another while it is read: every answer is of the old one or of the new one, never of both.

use std::collections::BTreeMap;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};

use futures_util::future::{join, join_all};
use reqwest::Method;
use serde_json::json;
use triptych::pyramid::WriteOptions;
use triptych::storage::Storage;

use crate::support::painted::pyramid;
use crate::support::pictures::bytes;
#[cfg(feature = "s3")]
use crate::support::s3::S3Server;
use crate::support::service::Service;

/// Large enough that full/max is sent while it is made.
const SIZE: (u32, u32) = (2400, 1500);
/// A tile as it is stored, parts put together undecoded, parts that are decoded, and the whole of it in both ways.
const REQUESTS: [&str; 7] = [
    "512,256,256,256/256,256/0/default.jpg",
    "2304,1280,96,220/96,220/0/default.jpg",
    "256,256,700,600/max/0/default.jpg",
    "100,100,500,400/250,200/0/default.png",
    "full/!300,300/0/default.jpg",
    "full/max/0/default.jpg",
    "full/2350,/0/default.jpg",
];
/// The last so many of them may break off: their status was sent before all was read.
const STREAMED: usize = 2;
/// How often the master becomes the other one.
const TURNS: usize = 8;
/// How many of the large answers have to come, whole or not, while it does.
const LARGE: usize = 4;

/// The two masters, and what each request gives of them.
struct Pair {
    files: [PathBuf; 2],
    answers: [BTreeMap<&'static str, Vec<u8>>; 2],
    _folder: tempfile::TempDir,
}

impl Pair {
    async fn painted() -> Pair {
        let folder = tempfile::tempdir().expect("a temporary directory");
        let files = [0, 1].map(|number| folder.path().join(format!("{number}.tif")));
        // Of different qualities, so that no tile lies where its like does in the other.
        for (file, (hue, quality)) in files.iter().zip([(20, 85), (200, 70)]) {
            pyramid(file, SIZE, hue, &WriteOptions { quality, ..WriteOptions::default() });
        }
        let service = Service::start().await;
        let mut answers = [BTreeMap::new(), BTreeMap::new()];
        for (number, answers) in answers.iter_mut().enumerate() {
            std::fs::create_dir_all(&service.images).expect("a directory");
            std::fs::copy(&files[number], service.images.join(format!("{number}.tif"))).expect("copied");
            for request in REQUESTS {
                answers.insert(request, bytes(&service, &format!("/iiif/3/{number}/{request}")).await);
            }
        }
        for request in REQUESTS {
            assert_ne!(answers[0][request], answers[1][request], "{request} tells the two apart");
        }
        Pair { files, answers, _folder: folder }
    }
}

/// How the readers fared.
#[derive(Debug, Default)]
struct Tally {
    of: [AtomicUsize; 2],
    refused: AtomicUsize,
    broken: AtomicUsize,
    large: AtomicUsize,
}

/// Asks until the writer is done.
async fn read(service: &Service, id: &str, pair: &Pair, requests: &[&str], done: &AtomicBool, tally: &Tally) {
    let large = requests.len() == STREAMED;
    while !done.load(SeqCst) {
        for request in requests {
            tally.large.fetch_add(usize::from(large), SeqCst);
            let response = service.get(&format!("/iiif/3/{id}/{request}")).await;
            let status = response.status();
            if status == 503 {
                assert!(response.headers().contains_key("retry-after"), "{id} {request}");
                tally.refused.fetch_add(1, SeqCst);
                continue;
            }
            assert_eq!(status, 200, "{id} {request}: {:?}", response.text().await);
            match response.bytes().await {
                Ok(bytes) => {
                    let which = pair.answers.iter().position(|answers| answers[*request] == bytes);
                    let which = which.unwrap_or_else(|| panic!("{id} {request}: neither the old one nor the new one"));
                    tally.of[which].fetch_add(1, SeqCst);
                }
                Err(_) if large => drop(tally.broken.fetch_add(1, SeqCst)),
                Err(error) => panic!("{id} {request}: {error}"),
            }
        }
    }
}

/// Replaces the master again and again while others read it, and asks for everything once more at the end.
async fn trial(service: &Service, id: &str, pair: &Pair, replace: impl AsyncFn(&Path)) {
    let (done, tally) = (AtomicBool::new(false), Tally::default());
    let write = async {
        let mut turn = 0;
        while turn < TURNS || turn % 2 == 1 || tally.large.load(SeqCst) <= LARGE {
            replace(&pair.files[turn % 2]).await;
            // Until somebody has seen it.
            let seen = tally.of[turn % 2].load(SeqCst);
            for _ in 0..400 {
                if tally.of[turn % 2].load(SeqCst) > seen {
                    break;
                }
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
            turn += 1;
        }
        done.store(true, SeqCst);
    };
    let (small, large) = REQUESTS.split_at(REQUESTS.len() - STREAMED);
    join(write, join_all([small, large].map(|requests| read(service, id, pair, requests, &done, &tally)))).await;
    // The number of turns is even.
    let last = &pair.answers[1];
    for request in REQUESTS {
        assert!(bytes(service, &format!("/iiif/3/{id}/{request}")).await == last[request], "{id} {request} at the end");
    }
    println!("{id}: {tally:?}");
    assert!(tally.of.iter().all(|count| count.load(SeqCst) > 0), "{id}: {tally:?}");
}

async fn register(service: &Service, id: &str) {
    let (status, image) = service.send(Method::POST, "/images", &json!({"id": id, "key": format!("{id}.tif"), "public": true})).await;
    assert_eq!(status, 201, "{image}");
}

/// A service on a directory that has the first of the pair under this name.
async fn with_file(pair: &Pair, id: &str) -> (Service, PathBuf) {
    let service = Service::start().await;
    let file = service.images.join(format!("{id}.tif"));
    std::fs::create_dir_all(&service.images).expect("a directory");
    std::fs::copy(&pair.files[1], &file).expect("copied");
    (service, file)
}

fn rename_over(from: &Path, to: &Path) {
    let beside = to.with_extension("new");
    std::fs::copy(from, &beside).expect("copied");
    std::fs::rename(beside, to).expect("renamed");
}

/// The same file gets other bytes, and its length afterwards. All at once: a writer who pauses leaves a file that is neither, and
/// nobody can tell that from one that is broken.
fn write_over(from: &Path, to: &Path) {
    let bytes = std::fs::read(from).expect("read");
    let file = std::fs::OpenOptions::new().write(true).open(to).expect("the file");
    file.write_all_at(&bytes, 0).and_then(|()| file.set_len(bytes.len() as u64)).expect("written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_renamed_over_another_is_never_mixed_with_it() {
    let pair = Pair::painted().await;
    for (id, registered) in [("open", false), ("kept", true)] {
        let (service, file) = with_file(&pair, id).await;
        if registered {
            register(&service, id).await;
        }
        trial(&service, id, &pair, async |next| rename_over(next, &file)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_written_over_is_never_mixed_with_what_it_was() {
    let pair = Pair::painted().await;
    for (id, registered) in [("open", false), ("kept", true)] {
        let (service, file) = with_file(&pair, id).await;
        if registered {
            register(&service, id).await;
        }
        let file = &file;
        trial(&service, id, &pair, async |next| {
            let (from, to) = (next.to_owned(), file.clone());
            tokio::task::spawn_blocking(move || write_over(&from, &to)).await.expect("it ends");
        })
        .await;
    }
}

#[cfg(feature = "s3")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_object_put_over_another_is_never_mixed_with_it() {
    let pair = Pair::painted().await;
    let bucket = S3Server::start().await;
    let storage = Storage::s3(bucket.settings("masters", "")).await.expect("a store");
    for (id, registered) in [("open", false), ("kept", true)] {
        storage.write_file(&format!("{id}.tif"), &pair.files[1]).await.expect("written");
        let service = Service::on(Some(storage.clone()), &[], crate::support::database::pool().await).await;
        if registered {
            register(&service, id).await;
        }
        let storage = &storage;
        trial(&service, id, &pair, async |next| {
            storage.write_file(&format!("{id}.tif"), next).await.expect("written");
        })
        .await;
    }
}
