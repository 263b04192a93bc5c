//! What a file is, by its first bytes; names and media types are hearsay.

/// A kind of master that can be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Tiff,
    Jpeg,
    Png,
}

/// How many bytes [`sniff`] looks at.
pub(super) const HEAD: u64 = 8;

const SIGNATURES: [(&[u8], Kind); 6] = [
    (b"II\x2a\0", Kind::Tiff),
    (b"MM\0\x2a", Kind::Tiff),
    // BigTIFF
    (b"II\x2b\0", Kind::Tiff),
    (b"MM\0\x2b", Kind::Tiff),
    (b"\xff\xd8\xff", Kind::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
];

/// Tells the kind from the beginning of a file, of which eight bytes are enough.
pub fn sniff(head: &[u8]) -> Option<Kind> {
    SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)).map(|&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures() {
        let cases: [(&[u8], Option<Kind>); 9] = [
            (b"II\x2a\0\x08\0\0\0", Some(Kind::Tiff)),
            (b"MM\0\x2a\0\0\0\x08", Some(Kind::Tiff)),
            (b"II\x2b\0\x08\0\0\0", Some(Kind::Tiff)),
            (b"\xff\xd8\xff\xe1....", Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(Kind::Png)),
            (b"\x89PNG\n\x1a\n", None),
            (b"GIF89a..", None),
            (b"\xff\xd8", None),
            (b"", None),
        ];
        for (head, kind) in cases {
            assert_eq!(sniff(head), kind, "{head:?}");
        }
    }
}
