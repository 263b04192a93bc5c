//! A running service of a test's own.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method, RequestBuilder, Response};
use serde_json::Value;
use sqlx::PgPool;
use tokio::net::TcpListener;
use triptych::catalog::Catalog;
use triptych::config::{Flags, Settings};
use triptych::server;
use triptych::storage::Storage;

/// A service on a port of its own, with a database and a storage of its own. It ends with the test.
pub struct Service {
    /// Where it listens: `http://127.0.0.1:…`.
    pub base: String,
    /// A key for writing.
    pub key: String,
    pub client: Client,
    pub pool: PgPool,
    /// What takes uploads in, to be told to sweep.
    pub uploads: triptych::ingest::Uploads,
    /// Where the files of a directory storage are.
    pub images: PathBuf,
    directory: tempfile::TempDir,
    running: tokio::task::JoinHandle<()>,
    listening: tokio::task::JoinHandle<()>,
    working: tokio::task::JoinHandle<()>,
}

impl Drop for Service {
    fn drop(&mut self) {
        self.running.abort();
        self.listening.abort();
        self.working.abort();
    }
}

impl Service {
    /// With default settings and an empty directory as storage.
    pub async fn start() -> Service {
        Self::with(&[]).await
    }

    /// With these settings, by name, and an empty directory as storage.
    pub async fn with(settings: &[(&str, &str)]) -> Service {
        Self::on(None, settings, super::database::pool().await).await
    }

    /// With another storage and settings, on this database.
    pub async fn on(storage: Option<Storage>, given: &[(&str, &str)], pool: PgPool) -> Service {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let images = directory.path().join("images");
        let named = given.iter().map(|(name, value)| (format!("TRIPTYCH_{}", name.to_uppercase()), (*value).to_owned()));
        let data = ("TRIPTYCH_DATA".to_owned(), directory.path().to_string_lossy().into_owned());
        let (settings, _) = Settings::load(&Flags::default(), named.chain([data]), None).expect("right settings");
        let storage = storage.unwrap_or_else(|| Storage::directory(images.clone()).expect("a directory"));
        let catalog = Catalog::new(pool.clone());
        let key = catalog.create_key("test").await.expect("a key").secret;
        let app = server::app(&settings, catalog.clone(), storage);
        let uploads = app.uploads.clone();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let tls = server::tls(&settings).expect("a certificate");
        let working = tokio::spawn(app.jobs.clone().run(std::future::pending()));
        let answer = Arc::new(server::answer(app, &settings));
        let running = tokio::spawn(async move {
            let run = server::connections::run(listener, tls, answer, server::limits(&settings), std::future::pending());
            run.await.expect("it serves");
        });
        let listening = tokio::spawn(catalog.listen());
        let client = Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(Duration::from_secs(60)).no_proxy().build();
        let (base, client) = (format!("http://{address}"), client.expect("a client"));
        Service { base, key, client, pool, uploads, images, directory, running, listening, working }
    }

    /// From now on it does no jobs.
    pub fn working_stops(&self) {
        self.working.abort();
    }

    /// A directory that ends with the test.
    pub fn scratch(&self) -> &std::path::Path {
        self.directory.path()
    }

    /// Copies a fixture into the storage under `key`.
    pub fn place(&self, fixture: &str, key: &str) {
        let target = self.images.join(key);
        std::fs::create_dir_all(target.parent().expect("a directory")).expect("directories");
        std::fs::copy(super::fixture(fixture), target).expect("a fixture");
    }

    /// A request to a path, without a key.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.base))
    }

    /// GET, without a key.
    pub async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.expect("an answer")
    }

    /// GET of JSON that must be there.
    pub async fn json(&self, path: &str) -> Value {
        let response = self.get(path).await;
        assert_eq!(response.status(), 200, "{path}");
        response.json().await.expect("JSON")
    }

    /// A request to the REST interface, with the key.
    pub fn rest(&self, method: Method, path: &str) -> RequestBuilder {
        self.request(method, &format!("/api/v1{path}")).bearer_auth(&self.key)
    }

    /// Sends JSON to the REST interface; `If-Match: *` where something may exist. Status and body come back.
    pub async fn send(&self, method: Method, path: &str, body: &Value) -> (u16, Value) {
        let conditional = method == Method::PATCH || method == Method::DELETE || path.ends_with("/canvases") || path.ends_with("/order");
        let request = self.rest(method, path).json(body);
        let request = if conditional { request.header("If-Match", "*") } else { request };
        let response = request.send().await.expect("an answer");
        (response.status().as_u16(), response.json().await.unwrap_or(Value::Null))
    }

    /// Registers a fixture as an image.
    pub async fn register(&self, fixture: &str, id: &str) -> Value {
        let key = format!("{}.tif", uuid::Uuid::now_v7());
        self.place(fixture, &key);
        let (status, image) = self.send(Method::POST, "/images", &serde_json::json!({"id": id, "key": key})).await;
        assert_eq!(status, 201, "{image}");
        image
    }

    /// Publishes an item with these images.
    /// Gives an item a label as an older program may have stored it: whatever it is.
    pub async fn relabel(&self, id: &str, label: &str) {
        let statement =
            "update items set descriptive = json_build_object('label', json_build_object('en', json_build_array($2))) where id = $1";
        sqlx::query(statement).bind(id).bind(label).execute(&self.pool).await.expect("a change");
    }

    pub async fn publish(&self, id: &str, images: &[&str]) -> Value {
        let body = serde_json::json!({"id": id, "label": {"en": [id]}, "status": "published", "images": images});
        let (status, item) = self.send(Method::POST, "/items", &body).await;
        assert_eq!(status, 201, "{item}");
        item
    }
}
