//! Names of derivatives, which are also their entity tags: digests of everything that decides their bytes.

use sha2::{Digest, Sha256};

/// Names one derivative of one state of a master. Two that are equal have equal bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    /// The master, its version, and how answers are encoded.
    pub(super) master: [u8; 8],
    request: [u8; 12],
}

impl Tag {
    /// The common part of the names of all derivatives of a master, from everything that decides their bytes but the request.
    pub(super) fn master(parts: &[&[u8]]) -> [u8; 8] {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part);
        }
        *hash.finalize().first_chunk().unwrap_or(&[0; 8])
    }

    /// The derivative that a request in its canonical form asks for.
    pub(super) fn of(master: &[u8; 8], canonical: &str) -> Self {
        let digest = Sha256::new().chain_update(master).chain_update(canonical).finalize();
        Self { master: *master, request: *digest.first_chunk().unwrap_or(&[0; 12]) }
    }

    /// The master's part as hexadecimal digits.
    pub(super) fn master_text(&self) -> String {
        hex(&self.master)
    }

    /// The request's part as hexadecimal digits; it depends on the master, too.
    pub fn request_text(&self) -> String {
        hex(&self.request)
    }
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]).map(|digit| char::from(DIGITS[usize::from(digit)])).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_counts() {
        let masters = [
            Tag::master(&[b"a", b"b"]),
            Tag::master(&[b"ab", b""]),
            Tag::master(&[b"", b"ab"]),
            Tag::master(&[b"ab"]),
            Tag::master(&[b"b", b"a"]),
        ];
        let mut tags: Vec<String> = masters
            .iter()
            .flat_map(|master| ["full/max/0/default.jpg", "full/max/0/gray.jpg"].map(|form| Tag::of(master, form).request_text()))
            .collect();
        assert!(tags.iter().all(|tag| tag.len() == 24 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())));
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 10);
        assert_eq!(Tag::of(&masters[0], "a"), Tag::of(&masters[0], "a"));
    }
}
