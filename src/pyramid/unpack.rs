//! From packed bytes to the samples they stand for.

use super::lzw::lzw;
use super::{Compression, PyramidError, damaged, fax};
use flate2::{Decompress, FlushDecompress};
use std::borrow::Cow;

/// What a strip or tile holds once it is unpacked.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Pixels of a row.
    pub width: u32,
    /// Bytes when it is complete.
    pub full: usize,
    /// Bytes that must be there; what follows lies outside the image.
    pub least: usize,
    /// CCITT Group 3: the field T4Options.
    pub fax: u8,
}

/// Between `least` and `full` bytes; not for compressions that hold pixels rather than bytes.
pub(super) fn unpack(compression: Compression, bytes: &[u8], shape: Shape) -> Result<Vec<u8>, PyramidError> {
    if compression == Compression::None {
        let all = &bytes[..bytes.len().min(shape.full)];
        return enough(all.len(), shape).map(|()| all.to_vec());
    }
    let mut to = vec![0; shape.full];
    let length = match compression {
        Compression::Deflate => inflate(bytes, &mut to)?,
        Compression::Lzw => lzw(bytes, &mut to)?,
        Compression::PackBits => pack_bits(bytes, &mut to),
        Compression::Zstd => {
            zstd::bulk::decompress_to_buffer(bytes, &mut to[..]).map_err(|error| damaged(format!("Zstandard: {error}")))?
        }
        Compression::Group4 => fax::group_4(bytes, shape, &mut to)?,
        Compression::Group3 => fax::group_3(bytes, shape, &mut to)?,
        Compression::None | Compression::Jpeg | Compression::WebP => 0,
    };
    enough(length, shape)?;
    Ok(to)
}

fn enough(length: usize, shape: Shape) -> Result<(), PyramidError> {
    match length >= shape.least {
        true => Ok(()),
        false => Err(damaged(format!("a tile or strip of {length} bytes in place of {}", shape.least))),
    }
}

/// Bytes with their bits the other way round, if they are stored so.
pub(super) fn in_order(bytes: &[u8], reversed: bool) -> Cow<'_, [u8]> {
    match reversed {
        true => bytes.iter().map(|byte| byte.reverse_bits()).collect(),
        false => Cow::Borrowed(bytes),
    }
}

fn inflate(bytes: &[u8], to: &mut [u8]) -> Result<usize, PyramidError> {
    let mut decompress = Decompress::new(true);
    decompress.decompress(bytes, to, FlushDecompress::Finish).map_err(|error| damaged(format!("deflate: {error}")))?;
    Ok(decompress.total_out() as usize)
}

/// PackBits (TIFF 6.0, section 9); how many bytes came of it.
fn pack_bits(mut bytes: &[u8], to: &mut [u8]) -> usize {
    let mut filled = 0;
    while let [count, rest @ ..] = bytes {
        let room = to.len() - filled;
        match (*count as i8, rest) {
            (count @ 0.., _) => {
                let literal = &rest[..rest.len().min(count as usize + 1)];
                let length = literal.len().min(room);
                to[filled..filled + length].copy_from_slice(&literal[..length]);
                (filled, bytes) = (filled + length, &rest[literal.len()..]);
            }
            (i8::MIN, _) => bytes = rest,
            (count, [byte, rest @ ..]) => {
                let length = room.min(1 + usize::from(count.unsigned_abs()));
                to[filled..filled + length].fill(*byte);
                (filled, bytes) = (filled + length, rest);
            }
            (_, []) => break,
        }
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_and_literals() {
        let mut to = [0; 24];
        let packed = b"\xFE\xAA\x02\x80\x00\x2A\xFD\xAA\x03\x80\x00\x2A\x22\xF7\xAA";
        assert_eq!(pack_bits(packed, &mut to), 24);
        assert_eq!(to, *b"\xAA\xAA\xAA\x80\x00\x2A\xAA\xAA\xAA\xAA\x80\x00\x2A\x22\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA\xAA");
        for (packed, expected) in [(&b"\x80\x00\x07"[..], &[7][..]), (b"\x05\x01\x02", &[1, 2]), (b"\x81", &[]), (b"", &[])] {
            let mut to = [0; 4];
            let length = pack_bits(packed, &mut to);
            assert_eq!(&to[..length], expected, "{packed:?}");
        }
        assert_eq!(pack_bits(b"\x81\x09\x03abcd", &mut [0; 5]), 5);
    }
}
