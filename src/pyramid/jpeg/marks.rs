//! What a stream of ours says of itself: how its colours are meant, and their profile.

use super::super::Color;

/// JFIF: the three components are YCbCr, the one is gray.
const JFIF: &[u8] = b"\xFF\xE0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0";
/// Adobe's marker with transform 0: the three components are RGB.
const ADOBE_RGB: &[u8] = b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0";

/// Marker, length, name, number and count of a piece of a profile.
const PIECE_HEAD: usize = 18;
/// Most bytes of a profile in one segment.
const PIECE: usize = 65_519;
/// Most pieces that can be numbered.
const MAX_PIECES: usize = 255;

/// The start of a stream, as a plan of known length.
#[derive(Clone, Copy)]
pub(in crate::pyramid) struct Marks<'a> {
    color: &'static [u8],
    icc: &'a [u8],
}

impl<'a> Marks<'a> {
    /// `None` for a profile that a JPEG cannot hold: more than 16 MB.
    pub(in crate::pyramid) fn new(color: Color, icc: Option<&'a [u8]>) -> Option<Self> {
        let icc = icc.unwrap_or_default();
        let color = if matches!(color, Color::Rgb) { ADOBE_RGB } else { JFIF };
        (icc.len() <= PIECE * MAX_PIECES).then_some(Self { color, icc })
    }

    pub(in crate::pyramid) fn len(&self) -> usize {
        2 + self.color.len() + self.icc.len() + self.icc.len().div_ceil(PIECE) * PIECE_HEAD
    }

    /// Writes the start marker and the application data.
    pub(in crate::pyramid) fn write(&self, stream: &mut Vec<u8>) {
        stream.extend_from_slice(&[0xFF, super::segments::SOI]);
        stream.extend_from_slice(self.color);
        let pieces = self.icc.chunks(PIECE);
        let count = pieces.len() as u8;
        for (number, piece) in (1..=count).zip(pieces) {
            stream.extend_from_slice(&[0xFF, 0xE2]);
            stream.extend_from_slice(&((PIECE_HEAD - 2 + piece.len()) as u16).to_be_bytes());
            stream.extend_from_slice(b"ICC_PROFILE\0");
            stream.extend_from_slice(&[number, count]);
            stream.extend_from_slice(piece);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn profiles_are_cut_into_numbered_pieces() {
        for (length, pieces) in [(0, 0), (1, 1), (PIECE, 1), (PIECE + 1, 2), (PIECE * MAX_PIECES, 255)] {
            let icc = vec![7; length];
            let marks = Marks::new(Color::YCbCr, Some(&icc)).unwrap();
            let mut stream = Vec::new();
            marks.write(&mut stream);
            assert_eq!(stream.len(), marks.len());
            let heads = stream.windows(13).filter(|bytes| bytes.starts_with(b"ICC_PROFILE\0")).map(|bytes| bytes[12]);
            assert_eq!(heads.collect::<Vec<_>>(), (1..=pieces).collect::<Vec<u8>>());
        }
        assert!(Marks::new(Color::Gray, Some(&vec![7; PIECE * MAX_PIECES + 1])).is_none());
    }
}
