//! Derivatives on disk: one file each, below a folder for its master. A file that is torn, foreign or cut short is no file.

use std::fs::{self, File, FileTimes};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::time::{Duration, SystemTime};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::tag::Tag;

/// First bytes of every file; another number means another shape.
const MAGIC: &[u8; 8] = b"TRIPTYC1";
/// Magic, length of what follows, and the start of its SHA-256.
const HEAD: usize = 24;
/// A file's time is set anew when it is read and older than this: the oldest go first.
const AGE: Duration = Duration::from_secs(3600);
/// Files under this name are not finished.
const UNFINISHED: &str = ".unfinished-";

/// A folder of derivatives that stays below a size.
pub(super) struct Disk {
    root: PathBuf,
    most: u64,
    /// What is there, as far as it is known.
    used: AtomicU64,
    sweeping: AtomicBool,
}

impl Disk {
    /// Keeps at most `most` bytes below `root`, which is made when it is needed. Looks at what is there: this takes a while.
    pub fn open(root: PathBuf, most: u64) -> Arc<Self> {
        let disk = Arc::new(Self { root, most, used: AtomicU64::new(0), sweeping: AtomicBool::new(false) });
        let counted = disk.clone();
        std::thread::spawn(move || counted.sweep());
        disk
    }

    fn folder(&self, tag: &Tag) -> PathBuf {
        self.root.join(tag.master_text())
    }

    fn place(&self, tag: &Tag) -> PathBuf {
        self.folder(tag).join(tag.request_text())
    }

    /// The derivative, if it is there and whole.
    pub fn read(&self, tag: &Tag) -> Option<Bytes> {
        let path = self.place(tag);
        let mut file = File::open(&path).ok()?;
        let read = read_whole(&mut file);
        if read.is_none() {
            // Torn by a crash, or not ours.
            let _ = fs::remove_file(&path);
        }
        refresh(&file);
        read
    }

    /// Keeps a derivative: whole or not at all, whoever else writes the same.
    pub fn write(&self, tag: &Tag, bytes: &[u8]) -> io::Result<()> {
        let size = (bytes.len() + HEAD) as u64;
        if size > self.most / 4 {
            return Ok(());
        }
        let (folder, path) = (self.folder(tag), self.place(tag));
        fs::create_dir_all(&folder)?;
        let unfinished = Unfinished(folder.join(format!("{UNFINISHED}{}", Uuid::now_v7())));
        let mut file = File::create_new(&unfinished.0)?;
        file.write_all(MAGIC)?;
        file.write_all(&(bytes.len() as u64).to_le_bytes())?;
        file.write_all(&Sha256::digest(bytes)[..8])?;
        file.write_all(bytes)?;
        drop(file);
        fs::rename(&unfinished.0, path)?;
        if self.used.fetch_add(size, Relaxed) + size > self.most {
            self.sweep();
        }
        Ok(())
    }

    /// Removes everything that was made of a master.
    pub fn purge(&self, master: &Tag) -> io::Result<()> {
        match fs::remove_dir_all(self.folder(master)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Counts what is there, and removes what was not read for longest until a tenth is free.
    fn sweep(&self) {
        if self.sweeping.swap(true, Relaxed) {
            return;
        }
        let mut files = files(&self.root);
        let mut total: u64 = files.iter().map(|file| file.size).sum();
        if total > self.most {
            files.sort_by_key(|file| file.read);
            for file in files {
                if total <= self.most / 10 * 9 {
                    break;
                }
                if fs::remove_file(&file.path).is_ok() {
                    total -= file.size;
                }
            }
        }
        self.used.store(total, Relaxed);
        self.sweeping.store(false, Relaxed);
    }
}

/// A file that is gone at the end of its scope unless it has been renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn read_whole(file: &mut File) -> Option<Bytes> {
    let mut whole = Vec::new();
    file.read_to_end(&mut whole).ok()?;
    let (head, bytes) = whole.split_at_checked(HEAD)?;
    let length = u64::from_le_bytes(*head[8..].first_chunk()?);
    let sound = head.starts_with(MAGIC) && length == bytes.len() as u64 && Sha256::digest(bytes)[..8] == head[16..];
    sound.then(|| Bytes::from(whole).slice(HEAD..))
}

/// Notes that the file was wanted. If that fails it goes a little earlier.
fn refresh(file: &File) {
    let now = SystemTime::now();
    let old =
        file.metadata().and_then(|metadata| metadata.modified()).is_ok_and(|time| now.duration_since(time).is_ok_and(|age| age > AGE));
    if old {
        let _ = file.set_times(FileTimes::new().set_modified(now));
    }
}

struct Found {
    path: PathBuf,
    size: u64,
    read: SystemTime,
}

/// Everything below the folders of masters; folders that are empty are removed.
fn files(root: &Path) -> Vec<Found> {
    let entries = |path: &Path| fs::read_dir(path).into_iter().flatten().flatten();
    let mut found = Vec::new();
    for folder in entries(root) {
        let before = found.len();
        for entry in entries(&folder.path()) {
            if let Ok(metadata) = entry.metadata() {
                let read = metadata.modified().unwrap_or(SystemTime::UNIX_EPOCH);
                let abandoned = entry.file_name().to_string_lossy().starts_with(UNFINISHED) && read.elapsed().is_ok_and(|age| age > AGE);
                if abandoned {
                    let _ = fs::remove_file(entry.path());
                } else {
                    found.push(Found { path: entry.path(), size: metadata.len(), read });
                }
            }
        }
        if found.len() == before {
            let _ = fs::remove_dir(folder.path());
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tag(number: u8) -> Tag {
        Tag::named(&Tag::master(&[&[number / 10]]), &number.to_string())
    }

    fn open(most: u64) -> (tempfile::TempDir, Disk) {
        let folder = tempfile::tempdir().expect("a folder");
        let disk = Disk { root: folder.path().join("cache"), most, used: AtomicU64::new(0), sweeping: AtomicBool::new(false) };
        (folder, disk)
    }

    #[test]
    fn what_is_kept_comes_back() {
        let (_folder, disk) = open(1 << 20);
        assert_eq!(disk.read(&tag(1)), None);
        disk.write(&tag(1), b"one").expect("written");
        disk.write(&tag(11), b"").expect("written");
        assert_eq!((disk.read(&tag(1)).as_deref(), disk.read(&tag(11)).as_deref()), (Some(&b"one"[..]), Some(&b""[..])));
        disk.purge(&tag(2)).expect("purged");
        assert_eq!((disk.read(&tag(1)), disk.read(&tag(11)).is_some()), (None, true), "the same master as 2, and another");
        disk.purge(&tag(2)).expect("nothing is there");
    }

    #[test]
    fn torn_files_are_no_files() {
        let (_folder, disk) = open(1 << 20);
        disk.write(&tag(1), b"some bytes").expect("written");
        let path = disk.place(&tag(1));
        let whole = fs::read(&path).expect("a file");
        for length in 0..whole.len() {
            fs::write(&path, &whole[..length]).expect("written");
            assert_eq!(disk.read(&tag(1)), None, "{length}");
            assert!(!path.exists());
        }
        for at in 0..whole.len() {
            let mut other = whole.clone();
            other[at] ^= 1;
            fs::write(&path, other).expect("written");
            assert_eq!(disk.read(&tag(1)), None, "{at}");
        }
    }

    #[test]
    fn the_oldest_go_when_there_are_too_many() {
        let (_folder, disk) = open(10_000);
        for number in 0..30 {
            disk.write(&tag(number), &[number; 1000]).expect("written");
            let time = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::from(number) + 1);
            if let Ok(file) = File::open(disk.place(&tag(number))) {
                file.set_times(FileTimes::new().set_modified(time)).expect("a time");
            }
        }
        assert!(disk.read(&tag(0)).is_none() && disk.read(&tag(29)).is_some());
        assert!(files(&disk.root).iter().map(|file| file.size).sum::<u64>() <= 10_000);
        disk.write(&tag(99), &[0; 5000]).expect("not kept: it would take the room of too many");
        assert!(disk.read(&tag(99)).is_none());
    }
}
