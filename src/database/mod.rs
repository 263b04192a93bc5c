//! The connection to PostgreSQL: a configured server, or a private cluster inside the data directory.

mod account;
mod cluster;
mod connect;
mod programs;
mod server;
mod socket;

use std::{
    path::{Path, PathBuf},
    time::Duration,
};

use sqlx::{PgPool, migrate::MigrateError};

pub use cluster::{Cluster, ClusterError, Durability};

/// How long work in hand may keep its connections when the service stops.
const CLOSING: Duration = Duration::from_secs(10);

/// What [`Database::open`] needs to know.
#[derive(Clone, Debug)]
pub struct DatabaseSettings {
    /// URL of a PostgreSQL server; `None` runs a private one.
    pub url: Option<String>,
    /// Data directory, home of the private cluster.
    pub data: PathBuf,
    /// Directory of the PostgreSQL programs; `None` looks in the usual places.
    pub pg_bindir: Option<PathBuf>,
    /// Largest number of connections.
    pub connections: u32,
}

/// Why there is no database.
#[derive(Debug, thiserror::Error)]
pub enum DatabaseError {
    #[error("the database URL is not right: {0}")]
    Url(sqlx::Error),
    #[error("no connection to the database at {place}: {source}")]
    Connect { place: String, source: sqlx::Error },
    #[error("the tables could not be brought up to date: {0}")]
    Migrate(#[from] MigrateError),
    #[error(transparent)]
    Cluster(#[from] ClusterError),
}

/// A pool of connections to an up-to-date database, and the private cluster behind it, if any.
#[derive(Debug)]
pub struct Database {
    pub pool: PgPool,
    cluster: Option<Cluster>,
}

impl Database {
    /// Connects (waiting half a minute for a server that is not up yet) or starts the private cluster, then migrates.
    pub async fn open(settings: DatabaseSettings) -> Result<Database, DatabaseError> {
        let DatabaseSettings { url, data, pg_bindir, connections } = settings;
        let cluster = match &url {
            Some(_) => None,
            None => Some(private_cluster(&data, pg_bindir.as_deref()).await?),
        };
        let url = url.or_else(|| cluster.as_ref().map(Cluster::url)).unwrap_or_default();
        let pool = connect::pool(&url, connections).await?;
        sqlx::migrate!("./migrations").run(&pool).await?;
        Ok(Database { pool, cluster })
    }

    /// Whether the database is the private one.
    pub fn is_private(&self) -> bool {
        self.cluster.is_some()
    }

    /// Closes the pool, then stops the private cluster and waits for its end.
    pub async fn shutdown(self) {
        if tokio::time::timeout(CLOSING, self.pool.close()).await.is_err() {
            tracing::warn!("some database connections were still in use");
        }
        if let Some(cluster) = self.cluster {
            cluster.stop().await;
        }
    }
}

/// Starts a durable private cluster in `data`/postgres, creating it first when there is none.
pub async fn private_cluster(data: &Path, bindir: Option<&Path>) -> Result<Cluster, ClusterError> {
    Cluster::start(data, bindir, Durability::Kept).await
}
