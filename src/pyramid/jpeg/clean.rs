//! Entropy-coded data of a long stream: a part of it at a time.

use super::super::{PyramidError, damaged};
use super::bits::{SPARE, before_marker};
use super::segments::EOI;
use std::io::Read;

/// Bytes that are read at a time.
const CHUNK: usize = 64 << 10;

/// A window over the data, without stuffed bytes and restart markers; [`SPARE`] zero bytes lie behind it.
pub(super) struct Clean<R> {
    reader: R,
    /// Bytes that are read and not yet understood: at most one.
    raw: Vec<u8>,
    bytes: Vec<u8>,
    ended: bool,
}

impl<R: Read> Clean<R> {
    /// `reader` stands where the data begins.
    pub(super) fn new(reader: R) -> Self {
        Self { reader, raw: Vec::new(), bytes: vec![0; SPARE], ended: false }
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The bit behind the last one.
    pub(super) fn end(&self) -> usize {
        (self.bytes.len() - SPARE) * 8
    }

    /// Sees to it that `wanted` bytes lie behind bit `from`, or all there are. Returns how many bits at the beginning were dropped:
    /// whole bytes before `kept`.
    ///
    /// # Errors
    /// `Damaged` when the stream goes on with anything else before its end marker.
    pub(super) fn fill(&mut self, kept: usize, from: usize, wanted: usize) -> Result<usize, PyramidError> {
        if self.ended || from / 8 + wanted <= self.bytes.len() - SPARE {
            return Ok(0);
        }
        let dropped = kept / 8;
        self.bytes.truncate(self.bytes.len() - SPARE);
        self.bytes.drain(..dropped);
        let filled = self.read_up_to(from / 8 - dropped + wanted);
        self.bytes.extend_from_slice(&[0; SPARE]);
        filled.map(|()| dropped * 8)
    }

    fn read_up_to(&mut self, length: usize) -> Result<(), PyramidError> {
        while !self.ended && self.bytes.len() < length {
            let before = self.raw.len();
            self.raw.resize(before + CHUNK, 0);
            let read = self.reader.read(&mut self.raw[before..])?;
            self.raw.truncate(before + read);
            if read == 0 {
                return Err(damaged("a JPEG without an end"));
            }
            self.take()?;
        }
        Ok(())
    }

    /// Takes over what was read, but for a last byte whose meaning the next one tells.
    fn take(&mut self) -> Result<(), PyramidError> {
        let raw = std::mem::take(&mut self.raw);
        let mut rest = raw.as_slice();
        while let Some(length) = before_marker(rest) {
            self.bytes.extend_from_slice(&rest[..length]);
            rest = &rest[length..];
            match rest.get(1) {
                None => {
                    self.raw = rest.to_vec();
                    return Ok(());
                }
                Some(0) => self.bytes.push(0xFF),
                Some(0xFF) => {
                    rest = &rest[1..];
                    continue;
                }
                // Where a restart is due is known without its marker.
                Some(0xD0..=0xD7) => {}
                Some(&EOI) => {
                    self.ended = true;
                    return Ok(());
                }
                Some(other) => return Err(damaged(format!("a JPEG with marker {other:02X} within its pixels"))),
            }
            rest = &rest[2..];
        }
        self.bytes.extend_from_slice(rest);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Gives one to three bytes at a time.
    struct Slow<'a>(&'a [u8], usize);

    impl Read for Slow<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            self.1 = self.1 % 3 + 1;
            let some = &self.0[..self.0.len().min(self.1)];
            self.0 = &self.0[some.len()..];
            buffer[..some.len()].copy_from_slice(some);
            Ok(some.len())
        }
    }

    #[test]
    fn markers_go_wherever_the_parts_are_cut() {
        let stream = b"abc\xFF\0\xFF\xD0def\xFF\xFF\xD1ghi\xFF\0\xFF\0j\xFF\xD9more";
        for start in 0..3 {
            let mut clean = Clean::new(Slow(stream, start));
            let mut all = Vec::new();
            for _ in 0..100 {
                let end = clean.end();
                let dropped = clean.fill(end, end, 1).unwrap();
                all.extend_from_slice(&clean.bytes()[(end - dropped) / 8..clean.end() / 8]);
            }
            assert_eq!(all, b"abc\xFFdefghi\xFF\xFFj");
        }
    }

    #[test]
    fn what_is_kept_stays() {
        let stream = [b"0123456789".as_slice(), &[0xFF, EOI]].concat();
        let mut clean = Clean::new(stream.as_slice());
        assert_eq!(clean.fill(0, 0, 4).unwrap(), 0);
        assert_eq!((&clean.bytes()[..10], clean.end()), (b"0123456789".as_slice(), 80));
        let long = vec![b'x'; 3 * CHUNK];
        let mut clean = Clean::new(long.as_slice());
        clean.fill(0, 0, 10).unwrap();
        assert_eq!(clean.fill(4 * 8 + 3, CHUNK * 8, 10).unwrap(), 32);
        assert_eq!(clean.end(), (2 * CHUNK - 4) * 8);
        assert!(clean.fill(0, 0, 4 * CHUNK).is_err(), "it has no end");
    }
}
