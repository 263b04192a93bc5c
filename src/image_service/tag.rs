//! Names of derivatives, which are also their entity tags: digests of everything that decides their bytes.

use sha2::{Digest, Sha256};

use crate::iiif::image::{Rect, Resolved};

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

    /// The derivative that a request comes to, whatever version of the interface it was asked in and however it was written.
    pub(super) fn of(master: &[u8; 8], request: &Resolved) -> Self {
        let Resolved { region: Rect { x, y, width, height }, size, rotation, quality, format } = request;
        let (quality, format) = (quality.name(), format.name());
        Self::named(master, &format!("{x},{y},{width},{height}/{},{}/{rotation}/{quality}.{format}", size.width, size.height))
    }

    /// The derivative of this name.
    pub(super) fn named(master: &[u8; 8], name: &str) -> Self {
        let digest = Sha256::new().chain_update(master).chain_update(name).finalize();
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
    use crate::iiif::image::{Dimensions, Limits, Request, Version};

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
            .flat_map(|master| ["full/max/0/default.jpg", "full/max/0/gray.jpg"].map(|form| Tag::named(master, form).request_text()))
            .collect();
        assert!(tags.iter().all(|tag| tag.len() == 24 && tag.bytes().all(|byte| byte.is_ascii_hexdigit())));
        tags.sort();
        tags.dedup();
        assert_eq!(tags.len(), 10);
        assert_eq!(Tag::named(&masters[0], "a"), Tag::named(&masters[0], "a"));
    }

    #[test]
    fn both_versions_of_the_interface_share_what_is_the_same_image() {
        let (full, limits) = (Dimensions { width: 1000, height: 800 }, Limits { max_width: 5000, max_height: 5000, max_area: 25_000_000 });
        let tag = |version, size: &str, rest: [&str; 3]| {
            let request = Request::parse(version, rest[0], size, rest[1], rest[2]).and_then(|request| request.resolve(full, &limits));
            Tag::of(&[1; 8], &request.expect("a right request"))
        };
        let [two, three] = Version::ALL;
        let plain = ["full", "0", "default.jpg"];
        assert_eq!(tag(two, "full", plain), tag(three, "max", plain));
        assert_eq!(tag(two, "200,", plain), tag(three, "200,160", plain));
        assert_eq!(tag(two, "200,", plain), tag(three, "!200,200", ["0,0,1000,800", "0", "color.jpg"]));
        let others =
            [["0,0,999,800", "0", "default.jpg"], ["full", "!0", "default.jpg"], ["full", "0", "gray.jpg"], ["full", "0", "default.png"]];
        for other in others {
            assert_ne!(tag(three, "200,160", plain), tag(three, "200,160", other), "{other:?}");
        }
        assert_ne!(tag(three, "200,160", plain), tag(three, "200,161", plain));
    }
}
