//! `triptych ingest`, the real program against a service.

use std::path::Path;
use std::process::Output;

use tokio::process::Command;

use crate::support::rest::files;
use crate::support::service::Service;

async fn ingest(service: &Service, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_triptych"));
    command.current_dir(folder).args(["ingest", "--server", &service.base, "--item", "book"]).args(arguments);
    command.env("TRIPTYCH_KEY", &service.key).output().await.expect("it runs")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("UTF-8")
}

impl Service {
    async fn labels(&self) -> Vec<String> {
        self.pages("book").await.into_iter().map(|(label, _)| label).collect()
    }
}

#[tokio::test]
async fn a_folder_is_sent_and_what_failed_is_sent_again() {
    let service = Service::start().await;
    let folder = tempfile::tempdir().expect("a directory");
    let place = |name: &str, fixture: &str| std::fs::copy(crate::support::fixture(fixture), folder.path().join(name)).expect("a copy");
    place("2.jpg", "masters/baseline.jpg");
    place("10.tif", "tiff/vips-jpeg90.tif");
    std::fs::write(folder.path().join("3.tif"), "a text").expect("a file");
    std::fs::write(folder.path().join("notes.txt"), "a text").expect("a file");
    let sent = ingest(&service, folder.path(), &[".", "--label", "A book", "--publish"]).await;
    assert_eq!((sent.status.code(), text(&sent.stdout)), (Some(1), "book: 2 of 3 pages\n".to_owned()), "{sent:?}");
    let told = text(&sent.stderr);
    assert!(told.contains("3.tif") && told.contains("not a TIFF") && !told.contains(&service.key), "{told}");
    assert_eq!(service.labels().await, ["2", "10"]);
    let item = service.record("/items/book").await;
    assert_eq!((&item["status"], &item["label"]["none"][0]), (&"draft".into(), &"A book".into()), "it is not whole");

    place("3.tif", "tiff-kinds/rgb-lzw.tif");
    let sent = ingest(&service, folder.path(), &[".", "--publish"]).await;
    assert_eq!((sent.status.code(), text(&sent.stdout)), (Some(0), "book: 3 of 3 pages\n".to_owned()), "{sent:?}");
    assert_eq!(service.labels().await, ["2", "3", "10"]);
    assert_eq!(service.record("/items/book").await["status"], "published");
    let stored = files(&service.images).len();
    assert!(ingest(&service, folder.path(), &["."]).await.status.success(), "nothing is left to do");
    assert_eq!((service.labels().await.len(), files(&service.images).len()), (3, stored));
}

#[tokio::test]
async fn pictures_in_the_storage_become_pages_by_a_job() {
    let service = Service::start().await;
    service.scans(3);
    std::fs::write(service.images.join("scans/4.tif"), "a text").expect("a file");
    let sent = ingest(&service, service.scratch(), &["--prefix", "scans/"]).await;
    assert_eq!(sent.status.code(), Some(1), "{sent:?}");
    assert!(text(&sent.stdout).starts_with("book: 3 of 4 pages; job ") && text(&sent.stderr).contains("scans/4.tif: "), "{sent:?}");
    assert_eq!(service.labels().await, ["1", "2", "3"]);
    for arguments in [&[][..], &["--prefix", "none/"], &["none.tif"], &[".", "--prefix", "scans/"]] {
        let refused = ingest(&service, service.scratch(), arguments).await;
        assert!(!refused.status.success() && !refused.stderr.is_empty(), "{arguments:?}: {refused:?}");
    }
    let mut stranger = Command::new(env!("CARGO_BIN_EXE_triptych"));
    stranger.args(["ingest", "--server", &service.base, "--item", "b", "--key", "wrong", "--prefix", "scans/"]);
    let refused = stranger.current_dir(service.scratch()).output().await.expect("it runs");
    assert!(refused.status.code() == Some(2) && text(&refused.stderr).contains("key"), "{refused:?}");
}
