//! What can go wrong with files.

use std::{
    os::unix::fs::symlink,
    path::{Path, PathBuf},
};

use triptych::storage::{Storage, StorageError};

use super::{Place, contract, read};

impl Place {
    fn root(&self) -> PathBuf {
        self.path("root")
    }

    fn store(&self) -> Storage {
        Storage::directory(self.root()).expect("a store")
    }
}

/// The names of all files and links below a directory.
fn files(root: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(root).expect("a directory").flatten();
    entries
        .flat_map(|entry| match entry.file_type() {
            Ok(kind) if kind.is_dir() => files(&entry.path()),
            _ => vec![entry.file_name().to_string_lossy().into_owned()],
        })
        .collect()
}

#[tokio::test]
async fn a_directory_keeps_the_contract() {
    let place = Place::new();
    contract(&place.store()).await;
    let left: Vec<_> = files(&place.root()).into_iter().filter(|name| name.contains("triptych-tmp")).collect();
    assert_eq!(left, [""; 0], "temporary files stay behind");
}

#[tokio::test]
async fn links_do_not_lead_out_of_the_directory() {
    let place = Place::new();
    let (store, root) = (place.store(), place.root());
    let outside = place.path("outside");
    std::fs::create_dir(&outside).expect("a directory");
    std::fs::write(outside.join("secret"), b"secret").expect("a file");
    symlink(outside.join("secret"), root.join("file")).expect("a link");
    symlink(&outside, root.join("directory")).expect("a link");
    symlink("../outside", root.join("relative")).expect("a link");
    symlink("circle", root.join("circle")).expect("a link");
    symlink(place.path("nowhere"), root.join("dangling")).expect("a link");
    for key in ["file", "directory/secret", "relative/secret", "circle", "circle/x", "dangling"] {
        assert_eq!(store.head(key).await, Err(StorageError::NotFound), "{key}");
        assert_eq!(read(&store, key, 0..1).await, Err(StorageError::NotFound), "{key}");
    }
    assert_eq!(store.list("", None, 99).await, Ok(Vec::new()));
    for key in ["directory/new", "directory/deep/new", "relative/new", "dangling/new"] {
        assert!(store.write_file(key, &place.file(b"x")).await.is_err(), "{key}");
        assert_eq!(store.delete(key).await, Ok(()), "{key}");
    }
    store.delete("directory/secret").await.expect("deleted");
    place.put(&store, "file", b"mine").await;
    assert_eq!(std::fs::read(outside.join("secret")).expect("still there"), b"secret");
    assert_eq!(files(&outside), ["secret"]);
    assert!(!place.path("nowhere").exists());
}

#[tokio::test]
async fn links_within_the_directory_are_followed() {
    let place = Place::new();
    let (store, root) = (place.store(), place.root());
    place.put(&store, "real/a", b"x").await;
    symlink("real/a", root.join("file")).expect("a link");
    symlink("real", root.join("alias")).expect("a link");
    for key in ["file", "alias/a"] {
        assert_eq!(read(&store, key, 0..1).await.as_deref(), Ok(&b"x"[..]), "{key}");
    }
    assert_eq!(store.list("", None, 9).await, Ok(vec!["file".to_owned(), "real/a".to_owned()]));
    store.delete("file").await.expect("deleted");
    assert_eq!(read(&store, "real/a", 0..1).await.as_deref(), Ok(&b"x"[..]), "the link went, its target stays");
}

#[tokio::test]
async fn names_that_files_cannot_have_are_the_callers_fault() {
    let place = Place::new();
    let store = place.store();
    place.put(&store, "file", b"x").await;
    place.put(&store, "directory/file", b"x").await;
    let long = "x".repeat(300);
    for key in ["file/below", "file/below/deep", "directory", &long, &format!("{long}/x")] {
        let result = store.write_file(key, &place.file(b"y")).await;
        assert!(matches!(result, Err(StorageError::InvalidKey(_))), "{key}: {result:?}");
        assert_eq!(store.head(key).await, Err(StorageError::NotFound), "{key}");
    }
    assert_eq!(store.list("", None, 9).await, Ok(vec!["directory/file".to_owned(), "file".to_owned()]));
    assert_eq!(files(&place.root()).len(), 2, "nothing half-written stays behind");
}

#[tokio::test]
async fn a_file_changed_in_place_is_noticed() {
    let place = Place::new();
    let store = place.store();
    let version = place.put(&store, "a", b"12345").await;
    let path = place.root().join("a");
    std::fs::write(&path, b"123456").expect("written");
    assert_eq!(store.read("a", 0..5, Some(&version)).await, Err(StorageError::Changed));
}

#[tokio::test]
async fn a_lost_directory_is_not_ready() {
    let place = Place::new();
    let store = place.store();
    std::fs::remove_dir_all(place.root()).expect("removed");
    assert!(matches!(store.check().await, Err(StorageError::Unavailable(_))));
    let taken = Storage::directory(place.file(b"x"));
    assert!(matches!(taken, Err(StorageError::InvalidSettings(_))), "{taken:?}");
}

/// Readers that do not name a version see one object or the other, whole.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_reader_never_sees_half_a_write() {
    let place = Place::new();
    let store = place.store();
    let [zeros, ones] = [0u8, 1].map(|value| vec![value; 200_000]);
    place.put(&store, "a", &zeros).await;
    let reader = tokio::spawn({
        let store = store.clone();
        async move {
            for _ in 0..200 {
                let bytes = read(&store, "a", 0..200_000).await.expect("an object");
                assert!(bytes.iter().all(|&byte| byte == bytes[0]));
            }
        }
    });
    for at in 0..40 {
        place.put(&store, "a", if at % 2 == 0 { &ones } else { &zeros }).await;
    }
    reader.await.expect("whole reads");
}

#[tokio::test]
async fn what_was_cut_off_is_swept_away_and_nothing_else() {
    let place = Place::new();
    let (store, root, minute) = (place.store(), place.root(), std::time::Duration::from_secs(60));
    std::fs::create_dir_all(root.join("ours")).expect("a directory");
    let unfinished = root.join("ours/.triptych-tmp-1");
    for path in [&unfinished, &root.join("ours/whole"), &root.join(".triptych-tmp-2")] {
        std::fs::write(path, b"x").expect("a file");
    }
    assert_eq!(store.sweep("ours", minute).await, Ok(()));
    assert!(unfinished.exists(), "it may be written still");
    let file = std::fs::File::options().write(true).open(&unfinished).expect("a file");
    file.set_modified(std::time::SystemTime::now() - 2 * minute).expect("an old file");
    assert_eq!(store.sweep("ours", minute).await, Ok(()));
    assert!(!unfinished.exists() && root.join("ours/whole").exists() && root.join(".triptych-tmp-2").exists());
    assert_eq!(store.sweep("nothing", minute).await, Ok(()));
}
