//! One private PostgreSQL for the whole run, one database for each test.

use std::sync::atomic::{AtomicU32, Ordering};

use sqlx::{Connection, PgConnection, PgPool, postgres::PgPoolOptions};
use tokio::sync::OnceCell;
use triptych::database::{Cluster, Durability};

/// The cluster, and the directory that it lives in.
struct Shared {
    cluster: Cluster,
    _directory: tempfile::TempDir,
}

static SHARED: OnceCell<Shared> = OnceCell::const_new();
static NEXT: AtomicU32 = AtomicU32::new(0);

async fn shared() -> &'static Shared {
    SHARED.get_or_init(start).await
}

async fn start() -> Shared {
    let directory = tempfile::tempdir().expect("a temporary directory");
    let cluster = Cluster::start(directory.path(), None, Durability::Thrown).await.expect("PostgreSQL starts");
    let mut connection = PgConnection::connect(&cluster.url()).await.expect("it answers");
    sqlx::migrate!("./migrations").run(&mut connection).await.expect("the migrations run");
    connection.close().await.expect("closed");
    Shared { cluster, _directory: directory }
}

/// URL of a new database with all tables and nothing in them.
pub async fn url() -> String {
    let shared = shared().await;
    let name = format!("test_{}", NEXT.fetch_add(1, Ordering::Relaxed));
    let mut connection = PgConnection::connect(&shared.cluster.url_of("postgres")).await.expect("PostgreSQL answers");
    let statement = format!("create database {name} template triptych");
    sqlx::query(sqlx::AssertSqlSafe(statement)).execute(&mut connection).await.expect("a database");
    shared.cluster.url_of(&name)
}

/// Connections to a new database with all tables and nothing in them.
pub async fn pool() -> PgPool {
    PgPoolOptions::new().max_connections(5).acquire_timeout(std::time::Duration::from_secs(30)).connect(&url().await).await.expect("a pool")
}
