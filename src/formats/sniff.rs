//! What a file is, by its first bytes; names and media types are hearsay.

/// A kind of master that can be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    Tiff,
    Jpeg,
    Png,
    WebP,
    Gif,
    /// JPEG 2000, in boxes (JP2, JPX) or bare (J2K).
    Jp2,
    /// Each page is a picture.
    Pdf,
}

impl Kind {
    /// What people call it.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Tiff => "TIFF",
            Kind::Jpeg => "JPEG",
            Kind::Png => "PNG",
            Kind::WebP => "WebP",
            Kind::Gif => "GIF",
            Kind::Jp2 => "JPEG 2000",
            Kind::Pdf => "PDF",
        }
    }
}

/// How many bytes [`sniff`] looks at, at most.
pub(super) const HEAD: u64 = 16;

const SIGNATURES: [(&[u8], Kind); 11] = [
    (b"II\x2a\0", Kind::Tiff),
    (b"MM\0\x2a", Kind::Tiff),
    // BigTIFF
    (b"II\x2b\0", Kind::Tiff),
    (b"MM\0\x2b", Kind::Tiff),
    (b"\xff\xd8\xff", Kind::Jpeg),
    (b"\x89PNG\r\n\x1a\n", Kind::Png),
    (b"GIF87a", Kind::Gif),
    (b"GIF89a", Kind::Gif),
    (b"\0\0\0\x0cjP  \r\n\x87\n", Kind::Jp2),
    (b"\xff\x4f\xff\x51", Kind::Jp2),
    (b"%PDF-", Kind::Pdf),
];

/// Tells the kind from the beginning of a file, of which 16 bytes are enough.
pub fn sniff(head: &[u8]) -> Option<Kind> {
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Kind::WebP);
    }
    SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)).map(|&(_, kind)| kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures() {
        let cases: [(&[u8], Option<Kind>); 17] = [
            (b"II\x2a\0\x08\0\0\0", Some(Kind::Tiff)),
            (b"MM\0\x2a\0\0\0\x08", Some(Kind::Tiff)),
            (b"II\x2b\0\x08\0\0\0", Some(Kind::Tiff)),
            (b"\xff\xd8\xff\xe1....", Some(Kind::Jpeg)),
            (b"\x89PNG\r\n\x1a\n", Some(Kind::Png)),
            (b"\x89PNG\n\x1a\n", None),
            (b"GIF89a..", Some(Kind::Gif)),
            (b"GIF87a..", Some(Kind::Gif)),
            (b"GIF88a..", None),
            (b"RIFF....WEBPVP8 ", Some(Kind::WebP)),
            (b"RIFF....WAVEfmt ", None),
            (b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14", Some(Kind::Jp2)),
            (b"\xff\x4f\xff\x51\0\x2f", Some(Kind::Jp2)),
            (b"%PDF-1.7\n", Some(Kind::Pdf)),
            (b"\xff\xd8", None),
            (b"RIFF....WEB", None),
            (b"", None),
        ];
        for (head, kind) in cases {
            assert_eq!(sniff(head), kind, "{head:?}");
        }
    }
}
