//! An object in the storage as a file that is read here and there, for the few parts of it that a report looks at.

use std::io::{self, Read, Seek, SeekFrom};

use bytes::Bytes;
use tokio::runtime::Handle;

use crate::storage::{Object, Storage};

/// Bytes read at a time.
const PIECE: u64 = 64 << 10;

/// Reads by waiting: only for threads that may block.
pub(super) struct Ranged {
    storage: Storage,
    key: String,
    object: Object,
    runtime: Handle,
    position: u64,
    /// What was read last, and from where on.
    piece: (u64, Bytes),
}

impl Ranged {
    /// To be called where the runtime is at hand.
    pub fn new(storage: Storage, key: String, object: Object) -> Self {
        Self { storage, key, object, runtime: Handle::current(), position: 0, piece: (0, Bytes::new()) }
    }

    /// What is at hand from the position on.
    fn at_hand(&self) -> &[u8] {
        let (start, bytes) = &self.piece;
        let within = self.position.checked_sub(*start).and_then(|at| usize::try_from(at).ok());
        within.and_then(|at| bytes.get(at..)).unwrap_or_default()
    }
}

impl Read for Ranged {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.at_hand().is_empty() && self.position < self.object.size {
            let range = self.position..(self.position + PIECE).min(self.object.size);
            let read = self.runtime.block_on(self.storage.read(&self.key, range, Some(&self.object.version)));
            self.piece = (self.position, read.map_err(io::Error::other)?);
        }
        let read = self.at_hand().read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Ranged {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let place = match to {
            SeekFrom::Start(place) => Some(place),
            SeekFrom::Current(by) => self.position.checked_add_signed(by),
            SeekFrom::End(by) => self.object.size.checked_add_signed(by),
        };
        self.position = place.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn it_reads_like_a_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let bytes: Vec<u8> = (0..3 * PIECE + 17).map(|at| (at % 251) as u8).collect();
        std::fs::write(folder.path().join("a"), &bytes).expect("a file");
        let storage = Storage::directory(folder.path().to_owned()).expect("a directory");
        let object = storage.head("a").await.expect("an object");
        let mut ranged = Ranged::new(storage, "a".to_owned(), object);
        let read = tokio::task::spawn_blocking(move || {
            let mut whole = Vec::new();
            ranged.read_to_end(&mut whole).expect("bytes");
            let mut parts = Vec::new();
            for (to, place) in [
                (SeekFrom::Start(PIECE - 3), PIECE - 3),
                (SeekFrom::End(-5), bytes.len() as u64 - 5),
                (SeekFrom::Current(-10), bytes.len() as u64 - 10),
                (SeekFrom::Start(1 << 40), 1 << 40),
            ] {
                assert_eq!(ranged.seek(to).expect("a place"), place);
                let mut part = Vec::new();
                (&mut ranged).take(5).read_to_end(&mut part).expect("bytes");
                parts.push((place, part));
            }
            assert!(ranged.seek(SeekFrom::End(-(1 << 40))).is_err());
            (bytes, whole, parts)
        });
        let (bytes, whole, parts) = read.await.expect("it ran");
        assert_eq!(whole, bytes);
        for (place, part) in parts {
            let expected = bytes.get(place as usize..).unwrap_or_default();
            assert_eq!(part, expected[..expected.len().min(5)], "{place}");
        }
    }
}
