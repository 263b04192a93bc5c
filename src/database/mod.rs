//! The connection to PostgreSQL: a configured server, or a private cluster inside the data directory.

mod account;
mod cluster;
mod connect;
mod programs;
mod server;
mod socket;

use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use sqlx::{PgPool, migrate::MigrateError};

pub use cluster::{Cluster, ClusterError, Durability};

/// How long work in hand may keep its connections when the service stops.
const CLOSING: Duration = Duration::from_secs(10);

/// How long a server that is not up yet is waited for.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long [`Database::open`] waits for another process to leave the private cluster.
const HANDOVER: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(100);

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

impl DatabaseError {
    /// Another process holds the private cluster.
    fn is_in_use(&self) -> bool {
        matches!(self, DatabaseError::Cluster(ClusterError::InUse { .. }))
    }

    /// Another process is about to start or to stop the private cluster; `3D000`: it has still to make the database.
    fn is_passing(&self) -> bool {
        match self {
            DatabaseError::Connect { source: sqlx::Error::Database(told), .. } if told.code().as_deref() == Some("3D000") => true,
            DatabaseError::Connect { source, .. } => connect::may_pass_by_itself(source),
            other => other.is_in_use(),
        }
    }
}

/// A pool of connections to an up-to-date database, and the private cluster behind it, if any.
#[derive(Debug)]
pub struct Database {
    pub pool: PgPool,
    private: bool,
    /// The private cluster, when it is ours to stop.
    cluster: Option<Cluster>,
}

impl Database {
    /// Connects (waiting half a minute for a server that is not up yet) or starts the private cluster, then migrates.
    pub async fn open(settings: DatabaseSettings) -> Result<Database, DatabaseError> {
        if let Some(url) = &settings.url {
            return Database::over(url, &settings, PATIENCE).await;
        }
        let deadline = Instant::now() + HANDOVER;
        loop {
            match Database::started(&settings).await {
                Err(error) if error.is_in_use() && Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
                settled => return settled,
            }
        }
    }

    /// The database of a service that may be running in another process: for a command that changes something and ends.
    ///
    /// Nothing but the private cluster asks for care: when a service runs it, it is shared; when none does, it is started for as
    /// long as the command lasts, and [`Database::shutdown`] stops it.
    pub async fn beside(settings: DatabaseSettings) -> Result<Database, DatabaseError> {
        if settings.url.is_some() {
            return Database::open(settings).await;
        }
        let deadline = Instant::now() + PATIENCE;
        loop {
            match Database::started_or_shared(&settings).await {
                Err(error) if error.is_passing() && Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
                settled => return settled,
            }
        }
    }

    /// Connects to `url` and migrates.
    async fn over(url: &str, settings: &DatabaseSettings, patience: Duration) -> Result<Database, DatabaseError> {
        let pool = connect::pool(url, settings.connections, patience).await?;
        sqlx::migrate!("./migrations").run(&pool).await?;
        Ok(Database { pool, private: settings.url.is_none(), cluster: None })
    }

    /// The private cluster, started by us.
    async fn started(settings: &DatabaseSettings) -> Result<Database, DatabaseError> {
        let cluster = private_cluster(&settings.data, settings.pg_bindir.as_deref()).await?;
        let database = Database::over(&cluster.url(), settings, PATIENCE).await?;
        Ok(Database { cluster: Some(cluster), ..database })
    }

    /// The private cluster: started by us, or, when another process has it, by that.
    async fn started_or_shared(settings: &DatabaseSettings) -> Result<Database, DatabaseError> {
        match Database::started(settings).await {
            Err(in_use) if in_use.is_in_use() => match cluster::url_of_neighbour(&settings.data)? {
                Some(url) => Database::over(&url, settings, Duration::ZERO).await,
                None => Err(in_use),
            },
            settled => settled,
        }
    }

    /// Whether the database is the private one.
    pub fn is_private(&self) -> bool {
        self.private
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

#[cfg(test)]
mod tests;
