use std::{
    io::Write,
    os::unix::fs::{MetadataExt, PermissionsExt},
    process,
};

use super::*;
use crate::database::{Database, DatabaseSettings, account, socket};

async fn start(data: &Path) -> Cluster {
    Cluster::start(data, None, Durability::Thrown).await.expect("PostgreSQL is needed for the tests: run scripts/setup.sh")
}

async fn connect(cluster: &Cluster) -> PgConnection {
    PgConnection::connect(&cluster.url()).await.expect("a connection")
}

fn postmaster(data: &Path) -> String {
    let file = fs::read_to_string(data.join("postgres/postmaster.pid")).expect("postmaster.pid");
    file.lines().next().expect("a line").to_owned()
}

fn kill(signal: &str, pid: &str) {
    assert!(Command::new("kill").args([signal, pid]).status().expect("kill").success());
}

#[tokio::test]
async fn what_is_written_is_there_after_a_stop_and_after_a_kill() {
    let data = tempfile::tempdir().expect("directory");
    let cluster = start(data.path()).await;
    sqlx::query("CREATE TABLE t (n int)").execute(&mut connect(&cluster).await).await.expect("table");
    assert!(matches!(Cluster::start(data.path(), None, Durability::Thrown).await, Err(ClusterError::InUse { .. })));
    cluster.stop().await;
    assert!(!data.path().join("postgres/postmaster.pid").exists());

    let cluster = start(data.path()).await;
    sqlx::query("INSERT INTO t VALUES (7)").execute(&mut connect(&cluster).await).await.expect("row");
    kill("-9", &postmaster(data.path()));
    cluster.stop().await;

    let cluster = start(data.path()).await;
    let n: i32 = sqlx::query_scalar("SELECT n FROM t").fetch_one(&mut connect(&cluster).await).await.expect("row");
    assert_eq!(n, 7);
    drop(cluster);
    assert!(!data.path().join("postgres/postmaster.pid").exists(), "dropping stops");
}

#[tokio::test]
async fn a_process_number_in_use_by_another_program_does_no_harm() {
    let data = tempfile::tempdir().expect("directory");
    start(data.path()).await.stop().await;
    let file = data.path().join("postgres/postmaster.pid");
    fs::write(&file, format!("{}\n/elsewhere\n", process::id())).expect("written");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o644)).expect("mode");
    start(data.path()).await.stop().await;
}

#[tokio::test]
async fn a_half_made_cluster_and_a_long_path_are_no_hindrance() {
    let parent = tempfile::tempdir().expect("directory");
    fs::set_permissions(parent.path(), fs::Permissions::from_mode(0o755)).expect("mode");
    let data = parent.path().join(format!("with space, \"quotes\" and {}", "length".repeat(15)));
    fs::create_dir_all(data.join("postgres.new/base")).expect("directory");
    let settings = DatabaseSettings { url: None, data, pg_bindir: None, connections: 2 };
    let database = Database::open(settings).await.expect("a database");
    assert!(database.is_private());
    let (socket, encoding): (String, String) =
        sqlx::query_as("SELECT current_setting('unix_socket_directories'), current_setting('server_encoding')")
            .fetch_one(&database.pool)
            .await
            .expect("row");
    assert!(socket.contains("/triptych-") && encoding == "UTF8", "{socket} {encoding}");
    database.shutdown().await;
    fs::remove_dir(socket.trim_matches('"')).expect("an empty directory");
}

#[tokio::test]
async fn a_killed_server_is_started_again_until_we_stop_it() {
    let data = tempfile::tempdir().expect("directory");
    let settings = DatabaseSettings { url: None, data: data.path().to_path_buf(), pg_bindir: None, connections: 2 };
    let database = Database::open(settings).await.expect("a database");
    sqlx::query("CREATE TABLE t AS SELECT 7 AS n").execute(&database.pool).await.expect("table");
    let killed = postmaster(data.path());
    kill("-9", &killed);
    let deadline = Instant::now() + Duration::from_secs(60);
    let n: i32 = loop {
        match sqlx::query_scalar("SELECT n FROM t").fetch_one(&database.pool).await {
            // A connection may outlive its server for a moment.
            Ok(n) if postmaster(data.path()) != killed => break n,
            Err(error) if Instant::now() > deadline => panic!("{error}"),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    };
    assert_eq!(n, 7);

    kill("-9", &postmaster(data.path()));
    database.shutdown().await;
    start(data.path()).await.stop().await;
    assert!(!data.path().join("postgres/postmaster.pid").exists(), "nobody starts it after a stop");
}

/// This test runs itself in a second process, and kills that.
#[tokio::test]
async fn the_server_does_not_outlive_a_killed_service() {
    const ROLE: &str = "DATABASE_TEST_DIRECTORY";
    if let Some(data) = std::env::var_os(ROLE) {
        let _cluster = start(Path::new(&data)).await;
        return std::future::pending().await;
    }
    let data = tempfile::tempdir().expect("directory");
    let name = "database::cluster::tests::the_server_does_not_outlive_a_killed_service";
    let mut service = Command::new(std::env::current_exe().expect("this test"));
    let mut service =
        service.args(["--exact", name]).env(ROLE, data.path()).stdout(process::Stdio::null()).spawn().expect("a second process");
    let ready = data.path().join("postgres/postmaster.pid");
    while !fs::read_to_string(&ready).is_ok_and(|text| text.contains("ready")) {
        assert_eq!(service.try_wait().expect("status"), None, "the second process ended");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    service.kill().and_then(|()| service.wait()).expect("killed");
    // Starting waits for the end of the orphan, and needs no recovery after its clean shutdown.
    start(data.path()).await.stop().await;
    let log = fs::read_to_string(data.path().join("postgres.log")).expect("log");
    assert!(!log.contains("not properly shut down"), "{log}");
}

#[tokio::test]
async fn only_we_can_reach_it() {
    let data = tempfile::tempdir().expect("directory");
    fs::set_permissions(data.path(), fs::Permissions::from_mode(0o700)).expect("mode");
    let cluster = start(data.path()).await;
    let addresses: String =
        sqlx::query_scalar("SELECT current_setting('listen_addresses')").fetch_one(&mut connect(&cluster).await).await.expect("row");
    assert_eq!(addresses, "");
    let mode = fs::metadata(data.path().join("postgres")).expect("cluster").permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

/// Whether we are root; a test that is not run says so, past the capture of its output.
fn root(test: &str) -> bool {
    let root = account::our_uid() == 0;
    if !root {
        writeln!(std::io::stderr(), "not run, for it needs root: {test}").expect("standard error");
    }
    root
}

/// A data directory behind a closed door, and the place outside that is made for its cluster and goes with this value.
struct Closed {
    home: tempfile::TempDir,
    data: PathBuf,
    elsewhere: PathBuf,
}

impl Closed {
    fn new() -> Closed {
        let home = tempfile::tempdir().expect("directory");
        fs::set_permissions(home.path(), fs::Permissions::from_mode(0o700)).expect("mode");
        let data = home.path().join("data");
        fs::create_dir(&data).expect("directory");
        let elsewhere = Path::new("/var/lib/triptych").join(socket::short_name(&fs::canonicalize(&data).expect("path")));
        Closed { home, data, elsewhere }
    }
}

impl Drop for Closed {
    fn drop(&mut self) {
        // It is not there when a test fails early.
        let _gone = fs::remove_dir_all(&self.elsewhere);
    }
}

#[tokio::test]
async fn as_root_a_cluster_whose_door_was_closed_is_told_with_its_cure() {
    if !root("as_root_a_cluster_whose_door_was_closed_is_told_with_its_cure") {
        return;
    }
    let Closed { home, data, elsewhere } = &Closed::new();
    fs::create_dir(data.join("postgres")).expect("directory");
    let told = Cluster::start(data, None, Durability::Thrown).await.expect_err("closed").to_string();
    assert!(told.contains(&home.path().display().to_string()) && told.contains("/var/lib/triptych"), "{told}");
    assert!(!elsewhere.exists(), "an empty cluster must not stand in for one that is there");
}

#[tokio::test]
async fn as_root_the_cluster_of_a_closed_data_directory_is_elsewhere() {
    if !root("as_root_the_cluster_of_a_closed_data_directory_is_elsewhere") {
        return;
    }
    let Closed { home, data, elsewhere } = &Closed::new();
    let cluster = start(data).await;
    sqlx::query("CREATE TABLE t AS SELECT 7 AS n").execute(&mut connect(&cluster).await).await.expect("table");
    let sign = fs::read_to_string(data.join("postgres.where")).expect("sign");
    assert!(sign.contains(&elsewhere.join("postgres").display().to_string()), "{sign}");
    let found = fs::metadata(elsewhere.join("postgres")).expect("cluster");
    assert!(found.uid() != 0 && found.permissions().mode() & 0o777 == 0o700);
    assert!(data.join("postgres.log").exists() && !data.join("postgres").exists());
    let settings = |data: &Path| DatabaseSettings { url: None, data: data.to_path_buf(), pg_bindir: None, connections: 1 };
    let command = Database::beside(settings(data)).await.expect("shared");
    command.shutdown().await;
    cluster.stop().await;

    // Neither a door that is open by now nor another name of the data directory makes it forget.
    fs::set_permissions(home.path(), fs::Permissions::from_mode(0o755)).expect("mode");
    let moved = home.path().join("moved");
    fs::rename(data, &moved).expect("moved");
    let command = Database::beside(settings(&moved)).await.expect("started");
    let n: i32 = sqlx::query_scalar("SELECT n FROM t").fetch_one(&command.pool).await.expect("row");
    assert_eq!(n, 7);
    command.shutdown().await;
}

#[tokio::test]
async fn as_root_a_cluster_keeps_its_owner() {
    if !root("as_root_a_cluster_keeps_its_owner") {
        return;
    }
    let data = tempfile::tempdir().expect("directory");
    let cluster = data.path().join("postgres");
    start(data.path()).await.stop().await;
    let given = Command::new("chown").args(["-R", "65500:65500"]).arg(&cluster).status().expect("chown");
    assert!(given.success());
    start(data.path()).await.stop().await;
    assert_eq!(fs::metadata(cluster.join("postmaster.opts")).expect("options").uid(), 65500);
}
