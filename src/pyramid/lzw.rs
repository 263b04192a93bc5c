//! LZW as TIFF has it (TIFF 6.0, section 13): highest bits first, and codes that grow one early.

use super::{PyramidError, damaged};

const CLEAR: usize = 256;
const END: usize = 257;
/// Codes have 12 bits at most.
const MOST: usize = 1 << 12;
/// Strings up to this length are copied in one go.
const SHORT: usize = 8;

/// Unpacks as much as `to` takes; how many bytes came of it. What a code stands for has been unpacked before, so the table holds only
/// where.
pub(super) fn lzw(bytes: &[u8], to: &mut [u8]) -> Result<usize, PyramidError> {
    if matches!(bytes, [0, second, ..] if second & 1 == 1) {
        let what = "LZW of a kind that only the first programs wrote; save it again as TIFF with LZW or without compression";
        return Err(PyramidError::Unsupported(what.into()));
    }
    let mut codes = Codes { bytes, held: 0, have: 0 };
    let mut table = vec![(0, 0); MOST];
    let (mut next, mut width, mut filled) = (END + 1, 9, 0);
    let mut before = None;
    while let Some(code) = codes.next(width).filter(|code| *code != END && filled < to.len()) {
        if code == CLEAR {
            (next, width, before) = (END + 1, 9, None);
            continue;
        }
        if let Some((start, length)) = before.filter(|_| next < MOST) {
            table[next] = (start, length + 1);
            next += 1;
            width += u32::from(next + 1 == 1 << width && width < 12);
        }
        let length = if code < CLEAR {
            to[filled] = code as u8;
            1
        } else if code < next {
            let (start, length) = table[code];
            copy(to, start, filled, length)
        } else {
            return Err(damaged("LZW: a code that stands for nothing"));
        };
        before = Some((filled, length));
        filled += length;
    }
    Ok(filled)
}

/// Repeats `length` bytes from `start` at `at`, or as many as there is room for; the last of them may be the first that is written.
fn copy(to: &mut [u8], start: usize, at: usize, length: usize) -> usize {
    if length <= SHORT && start + length <= at && at + SHORT <= to.len() {
        // What is written past the string is written over by the next.
        let (behind, ahead) = to.split_at_mut(at);
        match behind.get(start..start + SHORT) {
            Some(string) => ahead[..SHORT].copy_from_slice(string),
            None => ahead[..length].copy_from_slice(&behind[start..start + length]),
        }
        return length;
    }
    let length = length.min(to.len() - at);
    if start + length <= at {
        to.copy_within(start..start + length, at);
    } else {
        (0..length).for_each(|offset| to[at + offset] = to[start + offset]);
    }
    length
}

/// Codes one after the other.
struct Codes<'a> {
    bytes: &'a [u8],
    held: u64,
    have: u32,
}

impl Codes<'_> {
    fn next(&mut self, width: u32) -> Option<usize> {
        if self.have < width {
            self.fill();
        }
        self.have = self.have.checked_sub(width)?;
        Some((self.held >> self.have) as usize & ((1 << width) - 1))
    }

    fn fill(&mut self) {
        if let Some((four, rest)) = self.bytes.split_first_chunk::<4>() {
            (self.held, self.have) = (self.held << 32 | u64::from(u32::from_be_bytes(*four)), self.have + 32);
            self.bytes = rest;
            return;
        }
        for byte in std::mem::take(&mut self.bytes) {
            (self.held, self.have) = (self.held << 8 | u64::from(*byte), self.have + 8);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Packs codes of 9 bits.
    fn packed(codes: &[u32]) -> Vec<u8> {
        let bits: String = codes.iter().map(|code| format!("{code:09b}")).collect();
        let bytes = bits.as_bytes().chunks(8).map(|bits| bits.iter().fold(0, |byte, bit| byte << 1 | (bit & 1)) << (8 - bits.len()));
        bytes.collect()
    }

    #[test]
    fn the_example_of_the_specification() {
        let codes = [256, 7, 258, 8, 8, 258, 6, 6, 257];
        for room in [9, 20] {
            let mut to = vec![0; room];
            assert_eq!(lzw(&packed(&codes), &mut to).unwrap(), 9);
            assert_eq!(to[..9], [7, 7, 7, 8, 8, 7, 7, 6, 6]);
        }
    }

    #[test]
    fn strings_that_end_with_their_own_start() {
        let mut to = [0; 15];
        assert_eq!(lzw(&packed(&[256, 5, 258, 259, 260, 261]), &mut to).unwrap(), 15);
        assert_eq!(to, [5; 15]);
        // No more is written than there is room for.
        assert_eq!(lzw(&packed(&[256, 5, 258, 259, 260, 261]), &mut to[..12]).unwrap(), 12);
    }

    #[test]
    fn codes_that_stand_for_nothing_are_refused() {
        for codes in [&[256, 258][..], &[256, 5, 259], &[258]] {
            assert!(lzw(&packed(codes), &mut [0; 9]).is_err(), "{codes:?}");
        }
        assert!(matches!(lzw(&[0, 1, 2], &mut [0; 9]), Err(PyramidError::Unsupported(_))));
        assert_eq!(lzw(&[], &mut [0; 9]).unwrap(), 0);
    }
}
