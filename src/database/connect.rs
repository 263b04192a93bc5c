//! To a server that may not be up yet.

use std::{
    str::FromStr,
    time::{Duration, Instant},
};

use sqlx::{
    Connection, PgConnection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use super::DatabaseError;

const PAUSE: Duration = Duration::from_secs(1);
const ONE_ATTEMPT: Duration = Duration::from_secs(5);

/// A pool for `url` that is known to connect, if need be after `patience`.
pub(super) async fn pool(url: &str, connections: u32, patience: Duration) -> Result<PgPool, DatabaseError> {
    let options = PgConnectOptions::from_str(url).map_err(DatabaseError::Url)?.application_name("triptych");
    wait_for(&options, Instant::now() + patience).await?;
    Ok(PgPoolOptions::new().max_connections(connections).acquire_timeout(ONE_ATTEMPT).connect_lazy_with(options))
}

async fn wait_for(options: &PgConnectOptions, deadline: Instant) -> Result<(), DatabaseError> {
    let place = place(options);
    loop {
        let source = match attempt(options).await {
            Ok(()) => return Ok(()),
            Err(source) => source,
        };
        if !may_pass_by_itself(&source) || Instant::now() >= deadline {
            return Err(DatabaseError::Connect { place, source });
        }
        tracing::warn!(%place, error = %source, "the database does not answer yet");
        tokio::time::sleep(PAUSE).await;
    }
}

async fn attempt(options: &PgConnectOptions) -> Result<(), sqlx::Error> {
    let connection = tokio::time::timeout(ONE_ATTEMPT, PgConnection::connect_with(options));
    connection.await.map_err(|_| sqlx::Error::PoolTimedOut)??.close().await
}

/// Not there yet, starting up, or full; a wrong password stays wrong, and a socket of another account stays closed.
pub(super) fn may_pass_by_itself(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(told) => told.kind() != std::io::ErrorKind::PermissionDenied,
        sqlx::Error::PoolTimedOut => true,
        sqlx::Error::Database(told) => matches!(told.code().as_deref(), Some("57P03" | "53300")),
        _ => false,
    }
}

/// Host, port and database, without user and password.
fn place(options: &PgConnectOptions) -> String {
    let database = options.get_database().unwrap_or_default();
    match options.get_socket() {
        Some(socket) => format!("{} ({database})", socket.display()),
        None => format!("{}:{}/{database}", options.get_host(), options.get_port()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_password_never_shows() {
        let options = PgConnectOptions::from_str("postgres://u:hush@127.0.0.1:1/d").expect("options");
        let error = wait_for(&options, Instant::now()).await.expect_err("port 1 is closed");
        assert!(may_pass_by_itself(&sqlx::Error::PoolTimedOut));
        let told = error.to_string();
        assert!(told.contains("127.0.0.1:1/d") && !told.contains("hush"), "{told}");
    }

    #[tokio::test]
    async fn a_wrong_url_is_told_at_once() {
        assert!(matches!(pool("mysql ://", 1, Duration::ZERO).await, Err(DatabaseError::Url(_))));
    }
}
