//! Whether the service lives, and whether it can do its work.

use std::sync::Arc;
use std::time::Duration;

use poem::http::{StatusCode, header};
use poem::web::Data;
use poem::{Response, handler};

use super::App;

/// How long a part may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The process answers.
#[handler]
pub fn live() -> Response {
    answer(StatusCode::OK, &serde_json::json!({"status": "live"}))
}

/// Database and storage answer; if not, which does not.
#[handler]
pub async fn ready(app: Data<&Arc<App>>) -> Response {
    let database = async { app.catalog.check().await.inspect_err(|error| tracing::warn!("{error}")).is_ok() };
    let storage = async { app.images.storage().check().await.inspect_err(|error| tracing::warn!("{error}")).is_ok() };
    let in_time = |answered: Result<bool, _>| answered.unwrap_or(false);
    let (database, storage) = tokio::join!(tokio::time::timeout(PATIENCE, database), tokio::time::timeout(PATIENCE, storage));
    let (database, storage) = (in_time(database), in_time(storage));
    let word = |well| if well { "ok" } else { "missing" };
    let status = if database && storage { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let ready = if status.is_success() { "ready" } else { "not ready" };
    answer(status, &serde_json::json!({"status": ready, "database": word(database), "storage": word(storage)}))
}

fn answer(status: StatusCode, body: &serde_json::Value) -> Response {
    let response = Response::builder().status(status).header(header::CACHE_CONTROL, "no-store").content_type("application/json");
    let response = if status.is_success() { response } else { response.header(header::RETRY_AFTER, "5") };
    response.body(body.to_string())
}
