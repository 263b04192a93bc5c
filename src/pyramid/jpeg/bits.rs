//! Bits of entropy-coded data: taken out of a stream, copied, put into another.

use super::segments::EOI;

/// Zero bytes behind clean data, so that eight bytes (nine when copying) can be read wherever a bit of it lies.
pub(super) const SPARE: usize = 16;

/// Appends the entropy-coded data that `scan` begins with, without the zero bytes that are stuffed in behind each 0xFF, and returns
/// which bits it has become. `None` unless the end marker follows it.
pub(super) fn unstuff(mut scan: &[u8], clean: &mut Vec<u8>) -> Option<std::ops::Range<usize>> {
    let start = clean.len() * 8;
    loop {
        let length = before_marker(scan)?;
        clean.extend_from_slice(&scan[..length]);
        match scan.get(length + 1)? {
            0 => clean.push(0xFF),
            0xFF => {}
            &EOI => break,
            _ => return None,
        }
        let taken = if scan[length + 1] == 0 { 2 } else { 1 };
        scan = &scan[length + taken..];
    }
    let end = clean.len() * 8;
    clean.extend_from_slice(&[0; SPARE]);
    Some(start..end)
}

/// Appends bytes of entropy-coded data to a stream, with a zero byte behind each 0xFF.
pub(super) fn stuff(mut clean: &[u8], stream: &mut Vec<u8>) {
    stream.reserve(clean.len() + clean.len() / 64 + 8);
    while let Some(at) = before_marker(clean) {
        stream.extend_from_slice(&clean[..=at]);
        stream.push(0);
        clean = &clean[at + 1..];
    }
    stream.extend_from_slice(clean);
}

/// Where the first 0xFF is, looked for in eight bytes at a time.
pub(super) fn before_marker(bytes: &[u8]) -> Option<usize> {
    const LOWEST: u64 = u64::from_ne_bytes([1; 8]);
    let (eights, rest) = bytes.as_chunks::<8>();
    for (number, eight) in eights.iter().enumerate() {
        let word = u64::from_le_bytes(*eight);
        let full = (!word).wrapping_sub(LOWEST) & word & (LOWEST << 7);
        if full != 0 {
            return Some(number * 8 + full.trailing_zeros() as usize / 8);
        }
    }
    rest.iter().position(|byte| *byte == 0xFF).map(|at| eights.len() * 8 + at)
}

/// The bits from `at` on, from the highest down; 57 of them can be relied on. `None` far behind the end.
#[inline(always)]
pub(super) fn peek(clean: &[u8], at: usize) -> Option<u64> {
    let bytes = clean.get(at >> 3..)?.first_chunk::<8>()?;
    Some(u64::from_be_bytes(*bytes) << (at & 7))
}

/// Like [`peek`], with all 64 bits.
#[inline(always)]
fn peek_64(clean: &[u8], at: usize) -> Option<u64> {
    let bytes = clean.get(at >> 3..)?.first_chunk::<9>()?;
    let [.., last] = *bytes;
    Some(peek(bytes, at & 7)? | u64::from(last) >> (8 - (at & 7)))
}

/// Puts bits together to bytes.
#[derive(Default)]
pub(super) struct BitWriter {
    bytes: Vec<u8>,
    /// Bits that fill no eight bytes yet, from the highest down; the others are zero.
    pending: u64,
    /// How many those are, below 64.
    used: u32,
}

impl BitWriter {
    pub(super) fn reserve(&mut self, bytes: usize) {
        self.bytes.reserve(bytes);
    }

    /// The lowest `count` of `bits`, at most 64; all above them must be zero.
    #[inline(always)]
    pub(super) fn put(&mut self, bits: u64, count: u32) {
        let free = 64 - self.used;
        if count < free {
            self.pending |= bits << (free - count);
            self.used += count;
            return;
        }
        self.used = count - free;
        self.bytes.extend_from_slice(&(self.pending | bits >> self.used).to_be_bytes());
        self.pending = bits.checked_shl(64 - self.used).unwrap_or(0);
    }

    /// The bits of `clean` from `from` to `to`. `None` when it has not so many.
    #[inline]
    pub(super) fn copy(&mut self, clean: &[u8], mut from: usize, to: usize) -> Option<()> {
        while to.saturating_sub(from) >= 64 {
            self.put(peek_64(clean, from)?, 64);
            from += 64;
        }
        let rest = to.saturating_sub(from) as u32;
        if rest > 0 {
            self.put(peek_64(clean, from)? >> (64 - rest), rest);
        }
        Some(())
    }

    /// Moves what is complete into a stream.
    pub(super) fn drain_into(&mut self, stream: &mut Vec<u8>) {
        stuff(&self.bytes, stream);
        self.bytes.clear();
    }

    /// Fills the last byte with ones and moves all into a stream.
    pub(super) fn finish_into(mut self, stream: &mut Vec<u8>) {
        let missing = self.used.next_multiple_of(8) - self.used;
        let bytes = self.used.div_ceil(8) as usize;
        let ones = if missing == 0 { 0 } else { ((1 << missing) - 1) << (64 - self.used - missing) };
        self.bytes.extend_from_slice(&(self.pending | ones).to_be_bytes()[..bytes]);
        self.drain_into(stream);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn stuffing_ends_at_the_end_marker() {
        let clean = |scan: &[u8]| {
            let mut clean = Vec::new();
            unstuff(scan, &mut clean).map(|bits| clean[..bits.end / 8].to_vec())
        };
        assert_eq!(clean(b"abc\xFF\xD9"), Some(b"abc".to_vec()));
        assert_eq!(clean(b"\xFF\0\xFF\0abcdefgh\xFF\0\xFF\xFF\xD9more"), Some(b"\xFF\xFFabcdefgh\xFF".to_vec()));
        for broken in [&b""[..], b"abc", b"abc\xFF", b"abc\xFF\0", b"abc\xFF\xFF", b"abc\xFF\xD0def\xFF\xD9", b"abc\xFF\xC4"] {
            assert_eq!(clean(broken), None, "{broken:?}");
        }
    }

    fn some_bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(prop_oneof![Just(0xFF), Just(0), any::<u8>()], 0..200)
    }

    proptest! {
        #[test]
        fn what_is_stuffed_comes_out_again(bytes in some_bytes()) {
            let mut stream = Vec::new();
            stuff(&bytes, &mut stream);
            prop_assert_eq!(stream.windows(2).filter(|pair| pair[0] == 0xFF && pair[1] != 0).count(), 0);
            stream.extend([0xFF, EOI]);
            let mut clean = vec![1];
            prop_assert_eq!(unstuff(&stream, &mut clean), Some(8..8 + bytes.len() * 8));
            prop_assert_eq!(&clean[1..=bytes.len()], &bytes);
        }

        #[test]
        fn copied_bits_are_the_same(bytes in some_bytes(), cuts in proptest::collection::vec(0usize..1600, 0..8)) {
            let bits = bytes.len() * 8;
            let mut padded = bytes.clone();
            padded.extend([0; SPARE]);
            let mut cuts: Vec<_> = cuts.into_iter().filter(|cut| *cut < bits).chain([0, bits]).collect();
            cuts.sort();
            let (mut writer, mut stream, mut expected) = (BitWriter::default(), Vec::new(), Vec::new());
            for pair in cuts.windows(2) {
                writer.copy(&padded, pair[0], pair[1]).unwrap();
            }
            writer.finish_into(&mut stream);
            stuff(&bytes, &mut expected);
            prop_assert_eq!(&stream, &expected);

            let (from, mut shifted, mut plain) = (cuts[cuts.len() / 2], BitWriter::default(), BitWriter::default());
            shifted.copy(&padded, from, bits).unwrap();
            (from..bits).for_each(|at| plain.put(u64::from(bytes[at / 8] >> (7 - at % 8) & 1), 1));
            let (mut one, mut other) = (Vec::new(), Vec::new());
            shifted.finish_into(&mut one);
            plain.finish_into(&mut other);
            prop_assert_eq!(one, other);
        }
    }
}
