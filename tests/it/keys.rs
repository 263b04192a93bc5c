//! Keys: who may write, and how the command line makes and takes them.

use std::process::{Command, Output};

use reqwest::Method;
use serde_json::{Value, json};
use sqlx::PgPool;
use triptych::catalog::Catalog;

use crate::support::rest::{answer, files};
use crate::support::service::Service;

/// Every request that writes, each right in itself.
fn writes() -> Vec<(Method, &'static str, Option<Value>)> {
    let canvas = || json!({"image": "a"});
    vec![
        (Method::POST, "/items", Some(json!({"label": "x"}))),
        (Method::PUT, "/items/new", Some(json!({"label": "x"}))),
        (Method::PUT, "/items/book", Some(json!({"label": "x"}))),
        (Method::PATCH, "/items/book", Some(json!({"label": "x"}))),
        (Method::POST, "/items/book/canvases", Some(json!({"canvases": [canvas()]}))),
        (Method::PUT, "/items/book/canvases/new", Some(canvas())),
        (Method::PATCH, "/items/book/canvases/c", Some(json!({"label": "x"}))),
        (Method::PUT, "/items/book/canvases/c/image", Some(canvas())),
        (Method::PUT, "/items/book/order", Some(json!({"canvases": ["d", "c"]}))),
        (Method::POST, "/items/book/warm", None),
        (Method::DELETE, "/items/book/derivatives", None),
        (Method::DELETE, "/items/book/canvases/c", None),
        (Method::DELETE, "/items/book", None),
        (Method::POST, "/images", Some(json!({"id": "new", "key": "shared.tif"}))),
        (Method::PUT, "/images/new", Some(json!({"key": "shared.tif"}))),
        (Method::PATCH, "/images/a", Some(json!({"public": true}))),
        (Method::POST, "/images/up", None),
        (Method::POST, "/images/a/warm", None),
        (Method::DELETE, "/images/a/derivatives", None),
        (Method::DELETE, "/images/unused", None),
    ]
}

#[tokio::test]
async fn nothing_is_written_without_a_key_that_holds() {
    let service = Service::start().await;
    service.images_named(&["a", "unused"]).await;
    let canvases = json!([{"id": "c", "image": "a"}, {"id": "d", "image": "a"}]);
    service.ask(Method::PUT, "/items/book", Some(json!({"label": "Book", "status": "published", "canvases": canvases}))).await;
    let catalog = Catalog::new(service.pool.clone());
    let revoked = catalog.create_key("revoked").await.expect("a key");
    catalog.revoke_key(revoked.id).await.expect("it is revoked");
    let (tables, stored) = (service.tables().await, files(&service.images));
    let id: String = sqlx::query_scalar("select id::text from api_keys limit 1").fetch_one(&service.pool).await.expect("an id");
    let wrong = [
        None,
        Some("Bearer trip_wrong".to_owned()),
        Some("Bearer ".to_owned()),
        Some(format!("Bearer {}", revoked.secret)),
        Some(format!("Bearer {id}")),
        Some(format!("Bearer {} ", &service.key[..service.key.len() - 1])),
        Some(format!("Basic {}", service.key)),
        Some(service.key.clone()),
    ];
    for sent in &wrong {
        for (method, path, body) in writes() {
            let request = service.request(method.clone(), &format!("/api/v1{path}")).header("If-Match", "*");
            let request = match body {
                Some(body) => request.json(&body),
                None => request.header("Content-Type", "application/octet-stream").body(""),
            };
            let request = sent.iter().fold(request, |request, sent| request.header("Authorization", sent));
            let refused = answer(request).await;
            assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"), "{sent:?} {method} {path}");
            assert!(!refused.body.to_string().contains(&service.key));
        }
    }
    for sent in wrong.iter().flatten() {
        for path in ["/api/v1/items", "/api/v1/items/book", "/api/v1/images/a", "/iiif/3/unused/info.json"] {
            let refused = answer(service.request(Method::GET, path).header("Authorization", sent)).await;
            assert_eq!(refused.status, 401, "a wrong key is told where one counts: {sent} {path}");
        }
    }
    assert_eq!((service.tables().await, files(&service.images)), (tables, stored));
    for (method, path, body) in writes().into_iter().filter(|(_, path, _)| *path != "/images/up") {
        let (status, body) = service.send_any(method.clone(), path, body).await;
        assert!(!matches!(status, 401 | 500..), "{method} {path}: {status} {body}");
    }
}

impl Service {
    async fn send_any(&self, method: Method, path: &str, body: Option<Value>) -> (u16, Value) {
        let conditional = !matches!(path, "/items" | "/images") && !path.ends_with("/new");
        let done = if conditional { self.ask_if(method, path, "*", body).await } else { self.ask(method, path, body).await };
        (done.status, done.body)
    }
}

/// Runs the real program in a directory of its own.
fn triptych(directory: &std::path::Path, url: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    command.args(arguments).current_dir(directory).env("DATABASE_URL", url).env("TRIPTYCH_DATA", directory);
    command.output().expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

#[tokio::test]
async fn keys_are_made_listed_and_revoked_by_command() {
    let url = crate::support::database::url().await;
    let directory = tempfile::tempdir().expect("a directory");
    let run = |arguments: &[&str]| triptych(directory.path(), &url, arguments);
    let made = run(&["key", "create", "The importer"]);
    assert!(made.status.success(), "{made:?}");
    let (secret, told) = (text(&made.stdout).trim().to_owned(), text(&made.stderr));
    assert!(secret.starts_with("trip_") && secret.len() >= 48 && !told.contains(&secret), "{made:?}");
    let pool = PgPool::connect(&url).await.expect("a pool");
    let (id, stored): (String, String) =
        sqlx::query_as("select id::text, row_to_json(k)::text from api_keys k").fetch_one(&pool).await.expect("one key");
    assert!(told.contains(&id));
    let hash: Vec<u8> = sqlx::query_scalar("select hash from api_keys").fetch_one(&pool).await.expect("a hash");
    assert_eq!(hash, <sha2::Sha256 as sha2::Digest>::digest(secret.as_bytes()).to_vec());
    assert!(!stored.contains(&secret) && !stored.contains(&secret[5..]), "{stored}");
    let listed = text(&run(&["key", "list"]).stdout);
    assert!(listed.contains(&id) && listed.contains("The importer") && listed.contains("in use") && !listed.contains(&secret), "{listed}");

    let service = Service::on(None, &[], pool).await;
    let write = || answer(service.request(Method::POST, "/api/v1/items").bearer_auth(&secret).json(&json!({"label": "x"})));
    assert_eq!(write().await.status, 201);
    let revoked = run(&["key", "revoke", &id]);
    assert!(revoked.status.success(), "{revoked:?}");
    assert_eq!(write().await.status, 401, "at once");
    assert!(text(&run(&["key", "list"]).stdout).lines().any(|line| line.contains(&id) && line.contains("revoked")));
    assert!(run(&["key", "revoke", &id]).status.success(), "again changes nothing");
    for wrong in [&["key", "revoke", "00000000-0000-0000-0000-000000000000"][..], &["key", "revoke", "x"], &["key", "create"], &["key"]] {
        let refused = run(wrong);
        assert!(!refused.status.success() && !refused.stderr.is_empty(), "{wrong:?}");
    }
}

#[test]
fn config_tells_every_setting_and_no_secret() {
    let directory = tempfile::tempdir().expect("a directory");
    let shown = triptych(directory.path(), "postgres://user:sesame@localhost/db", &["config", "--max-body", "9M"]);
    let listing = text(&shown.stdout);
    assert!(shown.status.success(), "{shown:?}");
    for part in ["max_body", "9M", "database_url", "DATABASE_URL", "listen", "storage"] {
        assert!(listing.contains(part), "{part}: {listing}");
    }
    assert!(!listing.contains("sesame"), "{listing}");
    std::fs::write(directory.path().join("triptych.toml"), "max_boddy = 5\n").expect("a file");
    let refused = triptych(directory.path(), "postgres://user:sesame@localhost/db", &["config"]);
    assert!(!refused.status.success() && text(&refused.stderr).contains("max_boddy"), "{refused:?}");
}
