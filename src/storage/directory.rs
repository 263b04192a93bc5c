//! Objects as files below one directory.
//!
//! Symbolic links are followed as long as they stay below the root; one that leads out is as good as absent. Listings show linked
//! files but do not enter linked directories.

mod ready;

use std::{
    fs::{self, File, Metadata},
    io::{self, ErrorKind},
    ops::Range,
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use async_trait::async_trait;
use bytes::Bytes;

use super::{Backend, Object, StorageError, Version, key, walk};
use ready::{Identity, OpenFile, OpenFiles};

/// How long a readiness probe waits for the file system.
const PROBE: Duration = Duration::from_secs(3);

/// How often a file that is being written is waited for before it is given up for now.
const ROUNDS: usize = 25;

pub(super) struct Directory {
    tree: Arc<Tree>,
    files: Arc<OpenFiles>,
}

impl Directory {
    pub fn open(root: &Path) -> Result<Self, StorageError> {
        let opened = fs::create_dir_all(root).and_then(|()| root.canonicalize());
        let root = opened.map_err(|e| StorageError::InvalidSettings(format!("directory {}: {e}", root.display())))?;
        Ok(Self { tree: Arc::new(Tree { root }), files: Arc::default() })
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Tree) -> Result<T, StorageError> + Send + 'static,
    ) -> Result<T, StorageError> {
        let tree = self.tree.clone();
        tokio::task::spawn_blocking(move || work(&tree)).await.map_err(|e| StorageError::Unavailable(e.to_string()))?
    }
}

#[async_trait]
impl Backend for Directory {
    fn is_near(&self) -> bool {
        true
    }

    async fn head(&self, key: &str) -> Result<Object, StorageError> {
        let key = key.to_owned();
        self.run(move |tree| Ok(tree.open(&key)?.object)).await
    }

    fn read_now(&self, key: &str, range: &Range<u64>, version: Option<&Version>) -> Option<Result<Bytes, StorageError>> {
        self.files.read(key, range, version)
    }

    async fn read(&self, key: &str, range: Range<u64>, version: Option<&Version>) -> Result<Bytes, StorageError> {
        let (key, version, files) = (key.to_owned(), version.cloned(), self.files.clone());
        self.run(move |tree| {
            let open = tree.open(&key)?;
            if version.is_some_and(|version| version != open.object.version) {
                return Err(StorageError::Changed);
            }
            if range.end > open.object.size {
                return Err(StorageError::OutOfRange);
            }
            let bytes = open.read(range)?;
            files.keep(&key, open);
            Ok(bytes)
        })
        .await
    }

    async fn read_head(&self, key: &str, length: u64) -> Result<(Bytes, Object), StorageError> {
        for _ in 0..ROUNDS {
            let key = key.to_owned();
            let head = self.run(move |tree| {
                let open = tree.open(&key)?;
                let wait = open.settles_in();
                let bytes = if wait.is_none() { open.read(0..length.min(open.object.size))? } else { Bytes::new() };
                Ok((bytes, open.object, wait))
            });
            match head.await? {
                (bytes, object, None) => return Ok((bytes, object)),
                (_, _, Some(wait)) => tokio::time::sleep(wait).await,
            }
        }
        Err(StorageError::Changed)
    }

    async fn write_file(&self, key: &str, path: &Path) -> Result<Object, StorageError> {
        let (key, path) = (key.to_owned(), path.to_owned());
        self.run(move |tree| tree.write(&key, File::open(path).map_err(unavailable)?)).await
    }

    async fn write(&self, key: &str, bytes: Bytes) -> Result<Object, StorageError> {
        let key = key.to_owned();
        self.run(move |tree| tree.write(&key, &*bytes)).await
    }

    async fn delete(&self, key: &str) -> Result<(), StorageError> {
        let key = key.to_owned();
        self.run(move |tree| tree.delete(&key)).await
    }

    async fn list(&self, prefix: &str, after: Option<&str>, limit: usize) -> Result<Vec<String>, StorageError> {
        let (prefix, after) = (prefix.to_owned(), after.unwrap_or_default().to_owned());
        self.run(move |tree| walk::list(&tree.root, &prefix, &after, limit)).await
    }

    async fn sweep(&self, folder: &str, age: Duration) -> Result<(), StorageError> {
        let folder = folder.to_owned();
        self.run(move |tree| tree.sweep(&folder, age)).await
    }

    async fn check(&self) -> Result<(), StorageError> {
        let probe = self.run(|tree| Ok(fs::metadata(&tree.root).map_err(unavailable)?.is_dir()));
        match tokio::time::timeout(PROBE, probe).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(StorageError::Unavailable("the root is not a directory".to_owned())),
            Ok(Err(error)) => Err(error),
            Err(_) => Err(StorageError::Unavailable("the file system does not answer".to_owned())),
        }
    }
}

/// The blocking half; `root` is canonical.
struct Tree {
    root: PathBuf,
}

impl Tree {
    fn open(&self, key: &str) -> Result<OpenFile, StorageError> {
        let path = self.regular(key)?;
        let file = File::open(&path).map_err(absent)?;
        let metadata = file.metadata().map_err(unavailable)?;
        if !metadata.is_file() {
            return Err(StorageError::NotFound);
        }
        Ok(OpenFile { path, file, identity: Identity::from(&metadata), object: describe(&metadata) })
    }

    /// Where the file is. Asked before opening: opening a pipe would wait for its writer.
    fn regular(&self, key: &str) -> Result<PathBuf, StorageError> {
        let mut path = self.root.clone();
        let mut is_file = false;
        for segment in key.split('/') {
            path.push(segment);
            let metadata = fs::symlink_metadata(&path).map_err(absent)?;
            if metadata.is_symlink() {
                return self.linked(key);
            }
            is_file = metadata.is_file();
        }
        if is_file { Ok(path) } else { Err(StorageError::NotFound) }
    }

    /// The same of a key with links in it, which most have not: looking where they lead takes a system call for every directory.
    fn linked(&self, key: &str) -> Result<PathBuf, StorageError> {
        let path = self.inside(&self.root.join(key))?;
        if fs::metadata(&path).map_err(absent)?.is_file() { Ok(path) } else { Err(StorageError::NotFound) }
    }

    /// The path without links, when it stays below the root.
    fn inside(&self, path: &Path) -> Result<PathBuf, StorageError> {
        let path = path.canonicalize().map_err(absent)?;
        if path.starts_with(&self.root) { Ok(path) } else { Err(StorageError::NotFound) }
    }

    fn write(&self, key: &str, mut source: impl io::Read) -> Result<Object, StorageError> {
        let (target, created) = self.make_place(key)?;
        if target.is_dir() {
            return Err(StorageError::InvalidKey("a directory has this name"));
        }
        let temporary = Temporary(target.with_file_name(format!("{}{}", key::TEMPORARY, uuid::Uuid::now_v7())));
        let mut file = File::create_new(&temporary.0).map_err(unavailable)?;
        io::copy(&mut source, &mut file).map_err(unavailable)?;
        file.sync_all().map_err(unavailable)?;
        let object = describe(&file.metadata().map_err(unavailable)?);
        fs::rename(&temporary.0, &target).map_err(unwritable)?;
        for directory in target.ancestors().skip(1).take(created + 1) {
            File::open(directory).and_then(|directory| directory.sync_all()).map_err(unavailable)?;
        }
        Ok(object)
    }

    /// Removes unfinished files of this age.
    fn sweep(&self, folder: &str, age: Duration) -> Result<(), StorageError> {
        let entries = match self.inside(&self.root.join(folder)) {
            Ok(path) => fs::read_dir(path).map_err(unavailable)?,
            Err(StorageError::NotFound) => return Ok(()),
            Err(error) => return Err(error),
        };
        for entry in entries {
            let entry = entry.map_err(unavailable)?;
            let left =
                entry.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|then| then.elapsed().is_ok_and(|since| since >= age));
            if left && entry.file_name().to_string_lossy().starts_with(key::TEMPORARY) {
                fs::remove_file(entry.path()).map_err(unavailable)?;
            }
        }
        Ok(())
    }

    /// The path to write to, its directory made, and how many directories were missing.
    fn make_place(&self, key: &str) -> Result<(PathBuf, usize), StorageError> {
        let path = self.root.join(key);
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Err(StorageError::InvalidKey("it names no file"));
        };
        let mut missing = 0;
        for ancestor in parent.ancestors() {
            match self.inside(ancestor) {
                Err(StorageError::NotFound) if ancestor.symlink_metadata().is_err() => missing += 1,
                Err(error) => return Err(error),
                Ok(_) => break,
            }
        }
        fs::create_dir_all(parent).map_err(unwritable)?;
        Ok((self.inside(parent)?.join(name), missing))
    }

    fn delete(&self, key: &str) -> Result<(), StorageError> {
        let path = self.root.join(key);
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else { return Ok(()) };
        let removed = self.inside(parent).and_then(|parent| {
            let path = parent.join(name);
            if path.symlink_metadata().map_err(absent)?.is_dir() {
                Err(StorageError::NotFound)
            } else {
                fs::remove_file(path).map_err(absent)
            }
        });
        match removed {
            Err(StorageError::NotFound) => Ok(()),
            result => result,
        }
    }
}

impl OpenFile {
    /// Exactly these bytes of the file as it was when it was opened.
    fn read(&self, range: Range<u64>) -> Result<Bytes, StorageError> {
        let bytes = read_at(&self.file, range)?;
        let now = self.file.metadata().map_err(unavailable)?;
        if Identity::from(&now) == self.identity { Ok(bytes) } else { Err(StorageError::Changed) }
    }
}

/// A file that is gone at the end of its scope unless it has been renamed.
struct Temporary(PathBuf);

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.0)
            && error.kind() != ErrorKind::NotFound
        {
            tracing::warn!(%error, "an unfinished upload stays behind");
        }
    }
}

/// Exactly the bytes of `range`, without moving a file position that others may share.
pub(super) fn read_at(file: &File, range: Range<u64>) -> Result<Bytes, StorageError> {
    let length = usize::try_from(range.end - range.start).map_err(|_| StorageError::OutOfRange)?;
    let mut bytes = vec![0; length];
    match file.read_exact_at(&mut bytes, range.start) {
        Ok(()) => Ok(bytes.into()),
        Err(error) if error.kind() == ErrorKind::UnexpectedEof => Err(StorageError::Changed),
        Err(error) => Err(unavailable(error)),
    }
}

fn describe(metadata: &Metadata) -> Object {
    let version = format!("{}.{:09}-{}-{}", metadata.mtime(), metadata.mtime_nsec(), metadata.size(), metadata.ino());
    Object { size: metadata.size(), version: version.into() }
}

/// For errors on the way to an object: names that cannot exist are absent.
fn absent(error: io::Error) -> StorageError {
    match error.kind() {
        ErrorKind::NotFound | ErrorKind::NotADirectory | ErrorKind::InvalidFilename => StorageError::NotFound,
        _ if error.raw_os_error() == Some(libc::ELOOP) => StorageError::NotFound,
        _ => unavailable(error),
    }
}

/// For errors on the way to a new object: names that cannot exist are the caller's fault.
fn unwritable(error: io::Error) -> StorageError {
    match error.kind() {
        ErrorKind::InvalidFilename => StorageError::InvalidKey("a segment is too long for the file system"),
        ErrorKind::NotADirectory | ErrorKind::AlreadyExists => StorageError::InvalidKey("a file has the name of its directory"),
        ErrorKind::IsADirectory => StorageError::InvalidKey("a directory has this name"),
        _ => unavailable(error),
    }
}

fn unavailable(error: io::Error) -> StorageError {
    StorageError::Unavailable(error.to_string())
}
