//! What is told while something behind the service is away, and that it is well again without a restart.

use std::time::{Duration, Instant};

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::database;
use crate::support::documents::{header, problem};
use crate::support::relay::{Door, Relay};
use crate::support::service::Service;

const TILE: &str = "/iiif/3/one/0,0,256,256/256,/0/default.jpg";

async fn fill(service: &Service) {
    service.register("tiff/vips-jpeg75.tif", "one").await;
    service.publish("book", &["one"]).await;
    assert_eq!(service.get(TILE).await.status(), 200);
}

/// Panics unless the answer is that of a service which lacks something.
async fn assert_away(service: &Service, method: Method, path: &str) {
    let body = json!({"id": "new", "key": "new.tif"});
    let request = service.request(method.clone(), path).bearer_auth(&service.key);
    let request = if method == Method::GET { request } else { request.json(&body) };
    let response = request.send().await.expect("an answer");
    assert_eq!(response.status(), 503, "{method} {path}");
    assert!(header(&response, "retry-after").parse::<u32>().is_ok_and(|seconds| seconds > 0), "{method} {path}");
    let problem = problem(response).await.to_string();
    for secret in ["127.0.0.1", "localhost", "postgres", "select", "masters", "/tmp", ".rs"] {
        assert!(!problem.contains(secret), "{method} {path}: {problem}");
    }
}

/// `/health/ready` says just this of the two, with the status that belongs to it.
async fn assert_readiness(service: &Service, database: &str, storage: &str) {
    let response = service.get("/health/ready").await;
    let well = database == "ok" && storage == "ok";
    assert_eq!(response.status().as_u16(), if well { 200 } else { 503 });
    assert_eq!(response.headers().contains_key("retry-after"), !well);
    let told: Value = response.json().await.expect("JSON");
    assert_eq!((&told["database"], &told["storage"]), (&json!(database), &json!(storage)), "{told}");
    assert_eq!(service.get("/health/live").await.status(), 200);
}

/// Waits until all these paths answer 200.
async fn until_well(service: &Service, paths: &[&str]) {
    let deadline = Instant::now() + Duration::from_secs(60);
    for path in paths {
        while service.get(path).await.status() != 200 {
            assert!(Instant::now() < deadline, "{path} is still away");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

#[tokio::test]
async fn without_its_database_the_service_says_so_and_comes_back() {
    let relay = Relay::before(&database::url().await).await;
    let service = Service::on(None, &[], relay.pool().await).await;
    fill(&service).await;
    assert_readiness(&service, "ok", "ok").await;
    relay.set(Door::Cut);
    until_away(&service, TILE).await;
    for path in [
        TILE,
        "/iiif/3/one/info.json",
        "/iiif/3/one",
        "/manifests/book",
        "/manifests/book/v2",
        "/collections",
        "/",
        "/api/v1/items",
        "/api/v1/images",
    ] {
        assert_away(&service, Method::GET, path).await;
    }
    for (method, path) in [(Method::POST, "/api/v1/items"), (Method::POST, "/api/v1/images"), (Method::DELETE, "/api/v1/items/book")] {
        assert_away(&service, method, path).await;
    }
    assert_readiness(&service, "missing", "ok").await;
    relay.set(Door::Open);
    until_well(&service, &["/health/ready", TILE, "/manifests/book", "/collections", "/", "/api/v1/items"]).await;
    assert_readiness(&service, "ok", "ok").await;
    service.publish("after", &["one"]).await;
}

/// The service notices by itself that it cannot be told of changes any more.
async fn until_away(service: &Service, path: &str) {
    let deadline = Instant::now() + Duration::from_secs(60);
    while service.get(path).await.status() != 503 {
        assert!(Instant::now() < deadline, "{path} is still answered");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn a_database_that_keeps_silent_is_not_waited_for() {
    let relay = Relay::before(&database::url().await).await;
    let service = Service::on(None, &[("request_timeout", "4s")], relay.pool().await).await;
    fill(&service).await;
    relay.set(Door::Silent);
    // reqwest gives up after a minute: an answer before that is one in bounded time.
    for path in ["/manifests/book", "/collections", "/api/v1/items", "/"] {
        assert_away(&service, Method::GET, path).await;
    }
    // The connections that were held up are lost for good, as after a failover.
    relay.set(Door::Cut);
    relay.set(Door::Open);
    until_well(&service, &["/health/ready", TILE, "/manifests/book", "/collections", "/", "/api/v1/items"]).await;
}

#[tokio::test]
async fn a_withdrawal_is_seen_while_nobody_tells_of_changes() {
    let url = database::url().await;
    let relay = Relay::before(&url).await;
    let service = Service::on(None, &[], relay.pool().await).await;
    fill(&service).await;
    // Work in the background would take the connections that are left, once no new ones are let in; and there are some to spare.
    service.working_stops();
    let some = futures_util::future::join_all((0..4).map(|_| service.pool.acquire())).await;
    assert!(some.iter().all(Result::is_ok), "{some:?}");
    drop(some);
    let elsewhere = sqlx::PgPool::connect(&url).await.expect("another process");
    relay.set(Door::Closed);
    let listening = "select pid from pg_stat_activity where datname = current_database() and query ilike 'listen%'";
    let pids: Vec<i32> = until(&elsewhere, listening, |pids| !pids.is_empty()).await;
    for pid in pids {
        sqlx::query("select pg_terminate_backend($1)").bind(pid).execute(&elsewhere).await.expect("terminated");
    }
    until_asked(&service, &relay).await;
    sqlx::query("update items set status = 'draft' where id = 'book'").execute(&elsewhere).await.expect("withdrawn");
    for path in [TILE, "/iiif/3/one/info.json", "/iiif/2/one/full/!100,100/0/default.jpg", "/manifests/book", "/api/v1/items/book"] {
        assert_eq!(service.get(path).await.status(), 404, "{path}");
    }
    sqlx::query("update items set status = 'published' where id = 'book'").execute(&elsewhere).await.expect("published");
    assert_eq!(service.get(TILE).await.status(), 200);
    relay.set(Door::Open);
    // Once it listens again it is told again.
    until(&elsewhere, listening, |pids| !pids.is_empty()).await;
    until_well(&service, &[TILE]).await;
    sqlx::query("update items set status = 'draft' where id = 'book'").execute(&elsewhere).await.expect("withdrawn");
    let deadline = Instant::now() + Duration::from_secs(30);
    while service.get(TILE).await.status() != 404 {
        assert!(Instant::now() < deadline, "it is still shown");
    }
}

/// Waits until the service has noticed that nobody tells it of changes: the tile is still there, and asked for in the database.
async fn until_asked(service: &Service, relay: &Relay) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let before = relay.statements();
        assert_eq!(service.get(TILE).await.status(), 200);
        if relay.statements() > before {
            return;
        }
        assert!(Instant::now() < deadline, "it is still answered from memory");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// Asks until the answer is as wanted.
async fn until(pool: &sqlx::PgPool, query: &'static str, wanted: impl Fn(&[i32]) -> bool) -> Vec<i32> {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let found: Vec<i32> = sqlx::query_scalar(query).fetch_all(pool).await.expect("an answer");
        if wanted(&found) {
            return found;
        }
        assert!(Instant::now() < deadline, "{found:?}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test]
async fn a_withdrawal_in_another_process_reaches_this_one() {
    let url = database::url().await;
    let (here, there) = (sqlx::PgPool::connect(&url).await.expect("a pool"), sqlx::PgPool::connect(&url).await.expect("a pool"));
    let (here, there) = (Service::on(None, &[], here).await, Service::on(None, &[], there).await);
    fill(&here).await;
    let (status, item) = there.send(Method::PATCH, "/items/book", &json!({"status": "draft"})).await;
    assert_eq!(status, 200, "{item}");
    let deadline = Instant::now() + Duration::from_secs(30);
    while here.get(TILE).await.status() != 404 {
        assert!(Instant::now() < deadline, "it is still shown");
    }
    assert_eq!(here.get("/manifests/book").await.status(), 404);
}

#[cfg(feature = "s3")]
#[tokio::test]
async fn without_its_storage_the_service_says_so_and_comes_back() {
    use crate::support::s3::S3Server;
    let server = S3Server::start().await;
    let storage = triptych::storage::Storage::s3(server.settings("masters", "p")).await.expect("a store");
    let service = Service::on(Some(storage), &[], database::pool().await).await;
    let key = server.bucket("masters").join("p/one.tif");
    std::fs::create_dir_all(key.parent().expect("a directory")).expect("directories");
    std::fs::copy(crate::support::fixture("tiff/vips-jpeg75.tif"), key).expect("a fixture");
    let (status, image) = service.send(Method::POST, "/images", &json!({"id": "one", "key": "one.tif"})).await;
    assert_eq!(status, 201, "{image}");
    service.publish("book", &["one"]).await;
    assert_eq!(service.get(TILE).await.status(), 200);
    assert_readiness(&service, "ok", "ok").await;
    server.set_down(true);
    let other = "/iiif/3/one/256,0,256,256/256,/0/default.jpg";
    for path in [other, "/iiif/2/one/full/100,/0/default.png", "/iiif/3/unregistered/info.json"] {
        assert_away(&service, Method::GET, path).await;
    }
    assert_eq!(service.get(TILE).await.status(), 200, "what was made before is still there");
    assert_away(&service, Method::POST, "/api/v1/images").await;
    // What needs no master goes on.
    for path in
        ["/manifests/book", "/manifests/book/v2", "/collections", "/", "/iiif/3/one/info.json", "/api/v1/items", "/api/v1/images/one"]
    {
        assert_eq!(service.get(path).await.status(), 200, "{path}");
    }
    assert_readiness(&service, "ok", "missing").await;
    server.set_down(false);
    until_well(&service, &["/health/ready", other]).await;
    assert_eq!(service.get("/iiif/3/unregistered/info.json").await.status(), 404);
}
