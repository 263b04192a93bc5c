//! What every store promises; what only one kind can get wrong is in its own file.

#[cfg(feature = "s3")]
mod bucket;
mod directory;

use std::{ops::Range, path::PathBuf};

use tempfile::TempDir;
use triptych::storage::{Storage, StorageError, Version};

/// A temporary directory with files to upload.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn file(&self, bytes: &[u8]) -> PathBuf {
        let path = self.path("upload");
        std::fs::write(&path, bytes).expect("a file");
        path
    }

    async fn put(&self, store: &Storage, key: &str, bytes: &[u8]) -> Version {
        let written = store.write_file(key, &self.file(bytes)).await.expect(key);
        assert_eq!(written.size, bytes.len() as u64, "{key}");
        assert_eq!(store.head(key).await, Ok(written.clone()), "{key}: what a write tells is what is there");
        written.version
    }
}

/// Bytes of which each place is recognisable.
fn sample(length: usize) -> Vec<u8> {
    (0..length as u32).flat_map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()).take(length).collect()
}

async fn read(store: &Storage, key: &str, range: Range<u64>) -> Result<Vec<u8>, StorageError> {
    store.read(key, range, None).await.map(Vec::from)
}

async fn contract(store: &Storage) {
    let place = Place::new();
    assert_eq!(store.check().await, Ok(()));
    reads_are_exact(store, &place).await;
    bytes_are_written_like_files(store, &place).await;
    many_ranges_come_back_in_order(store, &place).await;
    odd_keys_are_ordinary(store, &place).await;
    hostile_keys_are_refused(store, &place).await;
    what_is_absent_is_not_found(store, &place).await;
    a_replaced_object_is_another_version(store, &place).await;
    listings_are_in_order(store, &place).await;
}

async fn reads_are_exact(store: &Storage, place: &Place) {
    let bytes = sample(1000);
    let version = place.put(store, "reads/a.tif", &bytes).await;
    for (start, end) in [(0, 1000), (0, 1), (999, 1000), (10, 20), (7, 7), (1000, 1000)] {
        assert_eq!(read(store, "reads/a.tif", start..end).await.as_deref(), Ok(&bytes[start as usize..end as usize]), "{start}..{end}");
    }
    assert_eq!(store.read("reads/a.tif", 3..9, Some(&version)).await.as_deref(), Ok(&bytes[3..9]));
    for (start, end) in [(0, 1001), (999, 1001), (1000, 1001), (5000, 6000), (9, 3), (0, u64::MAX)] {
        assert_eq!(read(store, "reads/a.tif", start..end).await, Err(StorageError::OutOfRange), "{start}..{end}");
    }
    for length in [0, 1, 999, 1000, 1001, 64 << 10] {
        let (head, object) = store.read_head("reads/a.tif", length).await.expect("a head");
        assert_eq!(head, bytes[..bytes.len().min(length as usize)], "{length}");
        assert_eq!((object.size, &object.version), (1000, &version));
    }
    assert_eq!(store.read_head("reads/a.tif", u64::MAX).await, Err(StorageError::OutOfRange));

    let version = place.put(store, "reads/empty", b"").await;
    let (head, object) = store.read_head("reads/empty", 10).await.expect("a head");
    assert_eq!((head.len(), object.size, object.version), (0, 0, version));
    assert_eq!(read(store, "reads/empty", 0..1).await, Err(StorageError::OutOfRange));
}

async fn bytes_are_written_like_files(store: &Storage, place: &Place) {
    for length in [0, 1, 5000, 3 << 20] {
        let bytes = sample(length);
        let written = store.write("written/a", bytes.clone().into()).await.expect("written");
        assert_eq!(written.size, length as u64);
        assert_eq!(store.head("written/a").await.as_ref(), Ok(&written), "what a write tells is what is there");
        assert_eq!(read(store, "written/a", 0..length as u64).await, Ok(bytes));
    }
    let before = place.put(store, "written/a", b"a file").await;
    let after = store.write("written/a", "bytes!".into()).await.expect("written").version;
    assert_ne!(before, after);
    assert_eq!(store.read("written/a", 0..6, Some(&before)).await, Err(StorageError::Changed));
    let large = vec![0; triptych::storage::MAX_WRITE + 1].into();
    assert_eq!(store.write("written/large", large).await, Err(StorageError::OutOfRange));
    assert_eq!(store.head("written/large").await, Err(StorageError::NotFound));
}

async fn many_ranges_come_back_in_order(store: &Storage, place: &Place) {
    let bytes = sample(300_000);
    let version = place.put(store, "ranges", &bytes).await;
    let ranges = [200_000..200_100, 0..10, 10..20, 5..15, 299_999..300_000, 50..50, 17_000..17_001, 100_000..150_000];
    let parts = store.read_ranges("ranges", &ranges, Some(&version)).await.expect("parts");
    for (part, range) in parts.iter().zip(&ranges) {
        assert_eq!(part, &bytes[range.start as usize..range.end as usize], "{range:?}");
    }
    assert_eq!(parts.len(), ranges.len());
    assert_eq!(store.read_ranges("ranges", &[], None).await, Ok(Vec::new()));
    assert_eq!(store.read_ranges("ranges", &[0..5, 299_999..300_001], None).await, Err(StorageError::OutOfRange));
    let other = Version::from("\"other\"".to_owned());
    assert_eq!(store.read_ranges("ranges", &ranges, Some(&other)).await, Err(StorageError::Changed));
}

async fn odd_keys_are_ordinary(store: &Storage, place: &Place) {
    let keys = [
        "odd/a b",
        "odd/a+b",
        "odd/100%",
        "odd/%2F",
        "odd/%252F",
        "odd/ü",
        "odd/u\u{308}",
        "odd/漢/字.tif",
        "odd/..x",
        "odd/x..",
        "odd/.hidden",
        "odd/a?b#c",
        "odd/a&b=c",
        "odd/a'\"<b>",
        "odd/a:b@c;d,e!~*()",
        "odd/🗺",
        "odd/ ",
        "odd/info.json",
    ];
    for key in keys {
        place.put(store, key, key.as_bytes()).await;
    }
    for key in keys {
        let length = key.len() as u64;
        assert_eq!(read(store, key, 0..length).await.as_deref(), Ok(key.as_bytes()), "{key:?}");
    }
    let mut sorted = keys.map(str::to_owned);
    sorted.sort();
    assert_eq!(store.list("odd/", None, 100).await.expect("keys"), sorted);
    for key in keys {
        store.delete(key).await.expect(key);
        assert_eq!(store.head(key).await, Err(StorageError::NotFound), "{key:?}");
    }
}

async fn hostile_keys_are_refused(store: &Storage, place: &Place) {
    let long = "x/".repeat(512) + "x";
    let upload = place.file(b"x");
    for key in ["", "/", "/etc/hostname", "..", "../x", "a/../../x", "a//b", "a/", "a\\b", "a\0b", "a\nb", ".triptych-tmp-x", &long] {
        let refused = |result: Result<(), StorageError>| assert!(matches!(result, Err(StorageError::InvalidKey(_))), "{key:?}: {result:?}");
        refused(store.head(key).await.map(drop));
        refused(store.read(key, 0..1, None).await.map(drop));
        refused(store.read_head(key, 1).await.map(drop));
        refused(store.read_ranges(key, &[], None).await.map(drop));
        refused(store.write_file(key, &upload).await.map(drop));
        refused(store.write(key, "x".into()).await.map(drop));
        refused(store.delete(key).await);
    }
}

async fn what_is_absent_is_not_found(store: &Storage, place: &Place) {
    place.put(store, "there/is/one", b"x").await;
    for key in ["absent", "there", "there/is", "there/is/two", "there/is/one/below"] {
        assert_eq!(store.head(key).await, Err(StorageError::NotFound), "{key}");
        assert_eq!(read(store, key, 0..1).await, Err(StorageError::NotFound), "{key}");
        assert_eq!(store.read_head(key, 1).await.map(drop), Err(StorageError::NotFound), "{key}");
        assert_eq!(store.delete(key).await, Ok(()), "{key}");
    }
    assert_eq!(read(store, "there/is/one", 0..1).await.as_deref(), Ok(&b"x"[..]));
    let unreadable = store.write_file("absent", &place.path("no such file")).await;
    assert!(matches!(unreadable, Err(StorageError::Unavailable(_))), "{unreadable:?}");
    assert_eq!(store.head("absent").await, Err(StorageError::NotFound));
}

async fn a_replaced_object_is_another_version(store: &Storage, place: &Place) {
    let first = place.put(store, "replaced", b"first!").await;
    let second = place.put(store, "replaced", b"second").await;
    assert_ne!(first, second);
    assert_eq!(store.read("replaced", 0..6, Some(&first)).await, Err(StorageError::Changed));
    assert_eq!(store.read("replaced", 0..6, Some(&second)).await.as_deref(), Ok(&b"second"[..]));
    for foreign in ["", "x", "\"x\"", "\"a\r\nb\"", "1700000000.000000001-6-9", "*"] {
        let version = Version::from(foreign.to_owned());
        assert_eq!(store.read("replaced", 0..6, Some(&version)).await, Err(StorageError::Changed), "{foreign:?}");
    }
    store.delete("replaced").await.expect("deleted");
    assert_eq!(store.read("replaced", 0..6, Some(&second)).await, Err(StorageError::NotFound));
}

async fn listings_are_in_order(store: &Storage, place: &Place) {
    let mut keys = ["list/a/b", "list/a-b", "list/a.b", "list/a0", "list/a/c/d", "list/ä", "list/Z"].map(str::to_owned);
    for key in &keys {
        place.put(store, key, b"x").await;
    }
    keys.sort();
    for limit in 0..=8 {
        assert_eq!(store.list("list/", None, limit).await.as_deref(), Ok(&keys[..limit.min(keys.len())]), "{limit}");
    }
    for (at, key) in keys.iter().enumerate() {
        assert_eq!(store.list("list/", Some(key), 3).await.as_deref(), Ok(&keys[at + 1..keys.len().min(at + 4)]), "{key}");
    }
    assert_eq!(store.list("list/a/", None, 9).await, Ok(vec!["list/a/b".to_owned(), "list/a/c/d".to_owned()]));
    assert_eq!(store.list("list/a", Some("list/a/"), 1).await, Ok(vec!["list/a/b".to_owned()]));
    for nothing in ["lost/", "../", "/", "list/a/b/"] {
        assert_eq!(store.list(nothing, None, 9).await, Ok(Vec::new()), "{nothing}");
    }
}
