use std::fs;

use super::*;

fn settings(data: &Path) -> DatabaseSettings {
    DatabaseSettings { url: None, data: data.to_path_buf(), pg_bindir: None, connections: 2 }
}

async fn answers(database: &Database) -> bool {
    sqlx::query_scalar::<_, i32>("SELECT 1").fetch_one(&database.pool).await.is_ok()
}

#[tokio::test]
async fn a_command_shares_the_cluster_of_a_service_that_is_still_starting() {
    let data = tempfile::tempdir().expect("directory");
    let opening = tokio::spawn(Database::open(settings(data.path())));
    while !data.path().join("postgres.new").exists() && !opening.is_finished() {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    let command = Database::beside(settings(data.path())).await.expect("shared");
    let service = opening.await.expect("no panic").expect("the service's own");
    assert!(command.is_private() && answers(&command).await);
    command.shutdown().await;
    assert!(answers(&service).await, "the service keeps its cluster");
    service.shutdown().await;
}

#[tokio::test]
async fn a_command_alone_starts_the_cluster_and_a_service_waits_for_its_end() {
    let parent = tempfile::tempdir().expect("directory");
    fs::set_permissions(parent.path(), std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("mode");
    let data = parent.path().join("a \"b\", c");
    let command = Database::beside(settings(&data)).await.expect("started");
    assert!(answers(&command).await);
    let second = Database::beside(settings(&data)).await.expect("shared, whatever the path looks like");
    assert!(answers(&second).await);
    second.shutdown().await;
    let opening = tokio::spawn(Database::open(settings(&data)));
    tokio::time::sleep(Duration::from_millis(300)).await;
    command.shutdown().await;
    let service = opening.await.expect("no panic").expect("the service's own");
    assert!(answers(&service).await);
    service.shutdown().await;
    assert!(!data.join("postgres/postmaster.pid").exists());
}

#[tokio::test]
async fn a_command_reaches_a_server_by_its_url() {
    let data = tempfile::tempdir().expect("directory");
    let cluster = Cluster::start(data.path(), None, Durability::Thrown).await.expect("a cluster");
    let elsewhere = data.path().join("not-made");
    let command = Database::beside(DatabaseSettings { url: Some(cluster.url()), ..settings(&elsewhere) }).await.expect("connected");
    assert!(answers(&command).await && !command.is_private() && !elsewhere.exists());
    command.shutdown().await;
    cluster.stop().await;
}
