//! Killed at any moment, and many at once: every entry is done once.

use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use reqwest::{Client, Method};
use serde_json::{Value, json};
use sqlx::PgPool;

use super::ending;
use crate::support::rest::{files, until};
use crate::support::service::Service;

/// The real program, which is killed when it is dropped.
struct Program(Child);

impl Program {
    fn start(url: &str, data: &Path, images: &Path, port: u16) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
        command.env("DATABASE_URL", url).env("TRIPTYCH_DATA", data).env("TRIPTYCH_STORAGE", images).current_dir(data);
        command.args(["--listen", &format!("127.0.0.1:{port}"), "--log", "warn", "--warm", "false"]);
        Self(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it runs"))
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL: nothing of it goes on.
        self.0.kill().expect("killed");
        self.0.wait().expect("gone");
    }
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address").port()
}

/// What is in the catalogue and the storage in the end: all of it, once, in order, and nothing else.
async fn check(pool: &PgPool, images: &Path, item: &str, count: i64) {
    let states: Vec<(String, i64)> =
        sqlx::query_as("select state, count(*) from job_entries group by state").fetch_all(pool).await.expect("states");
    assert_eq!(states, [("done".to_owned(), count)]);
    let labels: Vec<String> =
        sqlx::query_scalar("select descriptive->'label'->'none'->>0 from canvases where item_id = $1 order by position")
            .bind(item)
            .fetch_all(pool)
            .await
            .expect("labels");
    assert_eq!(labels, (1..=count).map(|number| number.to_string()).collect::<Vec<_>>());
    let named: Vec<String> =
        sqlx::query_scalar("select coalesce(pyramid_key, storage_key) from images order by 1").fetch_all(pool).await.expect("keys");
    assert_eq!(named.len() as i64, count, "an image for every entry");
    let key = |file: &std::path::PathBuf| file.strip_prefix(images).expect("below").to_string_lossy().into_owned();
    let mut ours: Vec<String> =
        files(&images.join("triptych-uploads")).iter().map(key).filter(|key| !key.contains("/.triptych-tmp-")).collect();
    ours.sort();
    let named: Vec<String> = named.into_iter().filter(|key| key.starts_with("triptych-uploads/")).collect();
    assert_eq!(ours, named, "no bytes that nobody knows of");
}

/// Pictures that take a while, of noise: so many rows of pixels are not made in no time.
fn scans(folder: &Path, count: usize) {
    let picture = image::RgbImage::from_fn(1600, 1200, |x, y| {
        let noise = x.wrapping_mul(2_654_435_761).wrapping_add(y.wrapping_mul(40_503)) >> 7;
        image::Rgb([noise as u8, (noise >> 8) as u8, (x + y) as u8])
    });
    picture.save(folder.join("1.png")).expect("a picture");
    for number in 2..=count {
        std::fs::copy(folder.join("1.png"), folder.join(format!("{number}.png"))).expect("a copy");
    }
}

/// Waits until a worker has an entry that none of `before` is.
async fn begun(pool: &PgPool, before: &mut Vec<uuid::Uuid>) {
    until("another worker has begun", async || {
        let statement = "select distinct worker from job_entries where state = 'running'";
        let now: Vec<uuid::Uuid> = sqlx::query_scalar(statement).fetch_all(pool).await.expect("workers");
        let fresh: Vec<uuid::Uuid> = now.into_iter().filter(|worker| !before.contains(worker)).collect();
        before.extend(&fresh);
        !fresh.is_empty()
    })
    .await;
}

#[tokio::test]
async fn a_service_that_is_killed_again_and_again_does_every_entry_once() {
    const COUNT: usize = 12;
    const KILLS: u64 = 5;
    let url = crate::support::database::url().await;
    let pool = PgPool::connect(&url).await.expect("a pool");
    let (data, images) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    scans(images.path(), COUNT);
    let key = triptych::catalog::Catalog::new(pool.clone()).create_key("test").await.expect("a key").secret;
    let port = free_port();
    let first = Program::start(&url, data.path(), images.path(), port);
    let client = Client::builder().no_proxy().build().expect("a client");
    let sources: Vec<Value> = (1..=COUNT).map(|number| json!({"key": format!("{number}.png")})).collect();
    let body = json!({"item": "book", "sources": sources, "status": "published"});
    let ask = || client.post(format!("http://127.0.0.1:{port}/api/v1/jobs")).bearer_auth(&key).json(&body).send();
    until("the job is taken on", async || ask().await.is_ok_and(|answer| answer.status() == 202)).await;
    let (mut running, mut workers) = (first, Vec::new());
    for round in 0..KILLS {
        begun(&pool, &mut workers).await;
        // At any moment of a page: while it is read, made, stored, or written down.
        let moment = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).expect("a clock").subsec_micros();
        tokio::time::sleep(Duration::from_millis(u64::from(moment) % (200 * (round + 1)))).await;
        drop(running);
        running = Program::start(&url, data.path(), images.path(), free_port());
    }
    until("the job has come to its end", async || {
        let open: i64 = sqlx::query_scalar("select count(*) from jobs where finished is null").fetch_one(&pool).await.expect("a count");
        open == 0
    })
    .await;
    check(&pool, images.path(), "book", COUNT as i64).await;
    let (cut, status): (i64, String) = sqlx::query_as("select (select count(*) from job_entries where attempts > 1), status from items")
        .fetch_one(&pool)
        .await
        .expect("a row");
    assert!(cut > 0, "somebody was killed at work");
    assert_eq!(status, "published");
    assert!(files(&data.path().join("uploads")).is_empty(), "nothing of earlier runs stays on the disk");
}

#[tokio::test]
async fn replicas_share_the_work_and_do_nothing_twice() {
    const COUNT: usize = 40;
    let pool = crate::support::database::pool().await;
    let images = tempfile::tempdir().expect("a directory");
    let storage = || triptych::storage::Storage::directory(images.path().to_owned()).expect("a directory");
    for number in 1..=COUNT {
        let key = images.path().join(format!("{number}.{}", ending(number)));
        std::fs::copy(crate::support::fixture(super::GOOD[number % super::GOOD.len()]), key).expect("a fixture");
    }
    let one = Service::on(Some(storage()), &[("workers", "1")], pool.clone()).await;
    let two = Service::on(Some(storage()), &[("workers", "1")], pool.clone()).await;
    let workers = tokio::spawn({
        let pool = pool.clone();
        async move {
            let mut seen = std::collections::HashSet::new();
            loop {
                let now: Vec<uuid::Uuid> =
                    sqlx::query_scalar("select worker from job_entries where state = 'running'").fetch_all(&pool).await.expect("workers");
                seen.extend(now);
                if seen.len() == 2 {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(5)).await;
            }
        }
    });
    let sources: Vec<Value> = (1..=COUNT).map(|number| json!({"key": format!("{number}.{}", ending(number))})).collect();
    let job = one.job(json!({"item": "book", "sources": sources})).await;
    let done = two.finished(&job).await;
    assert_eq!(done["state"], "done", "{done}");
    tokio::time::timeout(Duration::from_secs(1), workers).await.expect("both worked").expect("no panic");
    check(&pool, images.path(), "book", COUNT as i64).await;
    let twice: i64 = sqlx::query_scalar("select count(*) from job_entries where attempts <> 1").fetch_one(&pool).await.expect("a count");
    assert_eq!(twice, 0);
    assert_eq!(one.ask(Method::GET, "/items/book", None).await.body["canvasCount"], COUNT);
}

#[tokio::test]
async fn what_a_lost_worker_writes_late_does_no_harm() {
    let service = Service::with(&[("workers", "1")]).await;
    service.scans(2);
    let job = super::queued(&service, 2, 0).await;
    service.finished(&job).await;
    // As if a worker had died over an entry of another job, with its bytes in the storage already.
    service.working_stops();
    let job = super::queued(&service, 1, 0).await;
    let left = service.images.join(format!("triptych-uploads/{job}-1-1.tif"));
    std::fs::copy(crate::support::fixture("tiff/vips-jpeg90.tif"), &left).expect("bytes");
    let statement = "update job_entries set state = 'running', worker = gen_random_uuid(), attempts = 1, strikes = 1, \
         lease = now() - interval '1 second' where job_id = $1";
    sqlx::query(statement).bind(job.parse::<uuid::Uuid>().expect("an id")).execute(&service.pool).await.expect("changed");
    let storage = triptych::storage::Storage::directory(service.images.clone()).expect("a directory");
    let other = Service::on(Some(storage), &[], service.pool.clone()).await;
    assert_eq!(other.finished(&job).await["state"], "done");
    assert!(!left.exists(), "the next one cleared it away");
    assert_eq!(other.entries(&job).await[0]["attempts"], 2);
    assert_eq!(service.orphans().await, Vec::<String>::new());
}
