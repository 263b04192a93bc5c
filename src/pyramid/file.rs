//! A file at hand, read piece by piece.

use super::directory::{Pieces, Stop};
use super::{PyramidError, damaged};
use std::io::{Read, Seek, SeekFrom};

/// Fewest bytes read at once.
const LEAST: u64 = 4 << 10;

pub(super) struct File<R> {
    reader: R,
    pieces: Pieces,
}

impl<R: Read + Seek> File<R> {
    pub(super) fn new(mut reader: R) -> Result<Self, PyramidError> {
        let size = reader.seek(SeekFrom::End(0))?;
        Ok(Self::of_size(reader, size))
    }

    pub(super) fn of_size(reader: R, size: u64) -> Self {
        Self { reader, pieces: Pieces::new(size) }
    }

    /// Asks `question` of what is at hand, and reads what it needs until it has an answer.
    pub(super) fn ask<T>(&mut self, question: impl Fn(&Pieces) -> Result<T, Stop>) -> Result<T, PyramidError> {
        loop {
            self.pieces.check()?;
            let range = match question(&self.pieces) {
                Ok(answer) => return Ok(answer),
                Err(Stop::Failed(error)) => return Err(error),
                Err(Stop::Need(range)) => range,
            };
            let end = range.end.max(range.start.saturating_add(LEAST)).min(self.pieces.size);
            let bytes = self.bytes(range.start, end - range.start)?;
            self.pieces.supply(range.start, bytes.into());
        }
    }

    /// `length` bytes from `start`; whoever asks has seen to it that they are not too many.
    pub(super) fn bytes(&mut self, start: u64, length: u64) -> Result<Vec<u8>, PyramidError> {
        self.reader.seek(SeekFrom::Start(start))?;
        let mut bytes = Vec::new();
        (&mut self.reader).take(length).read_to_end(&mut bytes)?;
        if bytes.len() as u64 == length { Ok(bytes) } else { Err(damaged("the file ends within its pixels or directories")) }
    }
}
