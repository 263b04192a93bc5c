//! Files that stay open, so that what lies in the system's memory is read at once, on the thread that asks.

use std::{
    fs::{File, Metadata},
    io,
    ops::Range,
    os::{fd::AsRawFd, unix::fs::MetadataExt},
    path::PathBuf,
    sync::Arc,
    time::{Duration, UNIX_EPOCH},
};

use bytes::Bytes;
use moka::sync::Cache;

use crate::storage::{Object, StorageError, Version};

/// Most files that stay open.
const OPEN: u64 = 256;
/// How long a file stays open that nobody reads: one that was deleted takes its space until then.
const IDLE: Duration = Duration::from_secs(20);
/// So long after a change a file is taken as it is: copying changes it every few milliseconds, and the clock that file systems note times
/// by may tick no more often, so that two writes in a row leave the same time.
const SETTLED: Duration = Duration::from_millis(40);
/// Longest read that is worth a try: copying more takes time even if nothing is waited for.
const LONGEST: u64 = 512 << 10;

/// What tells a file from any other, and from itself before a change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity {
    device: u64,
    inode: u64,
    size: u64,
    modified: (i64, i64),
}

impl From<&Metadata> for Identity {
    fn from(metadata: &Metadata) -> Self {
        Self { device: metadata.dev(), inode: metadata.ino(), size: metadata.size(), modified: (metadata.mtime(), metadata.mtime_nsec()) }
    }
}

/// A file that was found below the root, and what it was then.
pub(super) struct OpenFile {
    pub path: PathBuf,
    pub file: File,
    pub identity: Identity,
    pub object: Object,
}

impl OpenFile {
    /// How long to wait until it is certain that nobody is about to write it; `None` for a file at rest.
    pub fn settles_in(&self) -> Option<Duration> {
        let (seconds, nanoseconds) = self.identity.modified;
        let since = Duration::new(seconds.try_into().ok()?, nanoseconds.try_into().ok()?);
        // A time to come is of another machine's clock and tells nothing.
        let age = UNIX_EPOCH.checked_add(since)?.elapsed().ok()?;
        SETTLED.checked_sub(age).filter(|rest| !rest.is_zero())
    }

    /// Whether the path still leads to these very bytes.
    ///
    /// Asked after reading: a write in place changes the time before it changes a byte, so what was read is whole.
    pub fn is_current(&self) -> bool {
        std::fs::metadata(&self.path).is_ok_and(|metadata| Identity::from(&metadata) == self.identity)
    }
}

/// The files that were read lately.
pub(super) struct OpenFiles(Cache<String, Arc<OpenFile>>);

impl Default for OpenFiles {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(OPEN).time_to_idle(IDLE).build())
    }
}

impl OpenFiles {
    /// Keeps a file open, unless asking its file system for anything may take long.
    pub fn keep(&self, key: &str, file: OpenFile) {
        if is_on_this_machine(&file.file) {
            self.0.insert(key.to_owned(), Arc::new(file));
        }
    }

    pub fn forget(&self, key: &str) {
        self.0.invalidate(key);
    }

    /// The bytes of `range`, if the file is open and the system has them in memory. `None`: they have to be waited for.
    pub fn read(&self, key: &str, range: &Range<u64>, version: Option<&Version>) -> Option<Result<Bytes, StorageError>> {
        let length = range.end - range.start;
        let open = self.0.get(key).filter(|open| length <= LONGEST && range.end <= open.object.size)?;
        let bytes = read_ready(&open.file, range.start, length as usize).ok()?;
        if !open.is_current() {
            self.forget(key);
            return None;
        }
        let wanted = version.is_none_or(|version| *version == open.object.version);
        Some(if wanted { Ok(bytes) } else { Err(StorageError::Changed) })
    }
}

/// Exactly `length` bytes from `start`, if that takes no waiting.
#[cfg(target_os = "linux")]
fn read_ready(file: &File, start: u64, length: usize) -> io::Result<Bytes> {
    let mut bytes = Vec::<u8>::with_capacity(length);
    let place = libc::iovec { iov_base: bytes.as_mut_ptr().cast(), iov_len: length };
    let start = libc::off_t::try_from(start).map_err(io::Error::other)?;
    // SAFETY: `place` is the vector's own spare memory of `length` bytes, which nobody else knows; the kernel writes that many at most.
    let read = unsafe { libc::preadv2(file.as_raw_fd(), &raw const place, 1, start, libc::RWF_NOWAIT) };
    if usize::try_from(read) != Ok(length) {
        return Err(io::ErrorKind::WouldBlock.into());
    }
    // SAFETY: the kernel has written the first `length` bytes.
    unsafe { bytes.set_len(length) };
    Ok(bytes.into())
}

/// Whether a file lies on a disk of this machine. A network may be slow, or away; who asks it must be able to wait.
#[cfg(target_os = "linux")]
fn is_on_this_machine(file: &File) -> bool {
    // NFS, SMB in its three ages, FUSE, 9P, Ceph, AFS and Lustre, as linux/magic.h has them.
    const REMOTE: [u64; 9] = [0x6969, 0x517B, 0xFF53_4D42, 0xFE53_4D42, 0x6573_5546, 0x0102_1997, 0x00C3_6400, 0x5346_414F, 0x0BD0_0BD0];
    let mut found = std::mem::MaybeUninit::<libc::statfs>::uninit();
    // SAFETY: the kernel writes the whole structure, or says that it did not.
    let told = unsafe { libc::fstatfs(file.as_raw_fd(), found.as_mut_ptr()) } == 0;
    // SAFETY: it has been written.
    told && !REMOTE.contains(&(unsafe { found.assume_init() }.f_type as u64 & 0xFFFF_FFFF))
}

#[cfg(not(target_os = "linux"))]
fn is_on_this_machine(_: &File) -> bool {
    false
}

#[cfg(not(target_os = "linux"))]
fn read_ready(_: &File, _: u64, _: usize) -> io::Result<Bytes> {
    Err(io::ErrorKind::WouldBlock.into())
}
