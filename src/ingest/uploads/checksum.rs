//! Checksums that clients announce.

use std::path::Path;

use sha1::Sha1;
use sha2::{Digest, Sha256};

use super::UploadError;

/// What bytes are said to add up to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Checksum {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl Checksum {
    /// The names of all algorithms, as tus and RFC 9530 write them without their hyphens.
    pub const ALGORITHMS: &str = "sha1,sha256";

    /// `None`: no such algorithm, or no checksum of it.
    pub fn new(algorithm: &str, sum: &[u8]) -> Option<Self> {
        match algorithm {
            "sha1" => sum.try_into().ok().map(Self::Sha1),
            "sha256" => sum.try_into().ok().map(Self::Sha256),
            _ => None,
        }
    }

    /// A sum to add bytes to.
    pub fn summing(self) -> Summing {
        match self {
            Self::Sha1(expected) => Summing::Sha1(expected, Box::default()),
            Self::Sha256(expected) => Summing::Sha256(expected, Box::default()),
        }
    }
}

/// A sum in the making, with what it is to be.
#[derive(Clone, Debug)]
pub enum Summing {
    Sha1([u8; 20], Box<Sha1>),
    Sha256([u8; 32], Box<Sha256>),
}

impl Summing {
    pub fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::Sha1(_, sum) => sum.update(bytes),
            Self::Sha256(_, sum) => sum.update(bytes),
        }
    }

    /// Whether the bytes add up to what was announced.
    pub fn holds(self) -> bool {
        match self {
            Self::Sha1(expected, sum) => sum.finalize()[..] == expected,
            Self::Sha256(expected, sum) => sum.finalize()[..] == expected,
        }
    }
}

/// Reads a file on a thread that may block, and compares.
pub async fn verify(path: &Path, expected: Vec<u8>) -> Result<(), UploadError> {
    let path = path.to_owned();
    let sum = tokio::task::spawn_blocking(move || {
        let mut sum = Sha256::new();
        std::io::copy(&mut std::fs::File::open(path)?, &mut sum).map(|_| sum.finalize().to_vec())
    });
    let sum = sum.await.map_err(|error| UploadError::Disk(std::io::Error::other(error)))?.map_err(UploadError::Disk)?;
    if sum == expected { Ok(()) } else { Err(UploadError::Checksum) }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// "abc", as FIPS 180 has it.
    const SHA1: [u8; 20] =
        [0xa9, 0x99, 0x3e, 0x36, 0x47, 0x06, 0x81, 0x6a, 0xba, 0x3e, 0x25, 0x71, 0x78, 0x50, 0xc2, 0x6c, 0x9c, 0xd0, 0xd8, 0x9d];

    fn holds(checksum: &Checksum, parts: &[&[u8]]) -> bool {
        let mut sum = checksum.clone().summing();
        parts.iter().for_each(|part| sum.add(part));
        sum.holds()
    }

    #[test]
    fn sums_hold_for_their_bytes_alone() {
        let sha256 = Sha256::digest(b"abc");
        for checksum in [Checksum::new("sha1", &SHA1), Checksum::new("sha256", &sha256)].map(|sum| sum.expect("a checksum")) {
            assert!(holds(&checksum, &[b"abc"]) && holds(&checksum, &[b"a", b"", b"bc"]), "{checksum:?}");
            assert!(!holds(&checksum, &[]) && !holds(&checksum, &[b"abd"]) && !holds(&checksum, &[b"abc", b"\0"]), "{checksum:?}");
        }
    }

    #[test]
    fn a_checksum_has_an_algorithm_of_ours_and_its_length() {
        for (algorithm, length) in [("sha1", 32), ("sha256", 20), ("sha256", 0), ("md5", 16), ("SHA1", 20), ("", 0)] {
            assert_eq!(Checksum::new(algorithm, &vec![0; length]), None, "{algorithm} {length}");
        }
        assert!(Checksum::ALGORITHMS.split(',').all(|name| [20, 32].iter().any(|length| Checksum::new(name, &vec![0; *length]).is_some())));
    }
}
