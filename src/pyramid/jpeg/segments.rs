//! The segments of a JPEG stream up to its first scan.

use super::super::{PyramidError, damaged};

pub(super) const SOI: u8 = 0xD8;
pub(super) const EOI: u8 = 0xD9;
pub(super) const SOS: u8 = 0xDA;
pub(super) const DQT: u8 = 0xDB;
pub(super) const DHT: u8 = 0xC4;
pub(super) const DRI: u8 = 0xDD;

/// A marker with what belongs to it.
pub(in crate::pyramid) struct Segment<'a> {
    pub marker: u8,
    /// From the marker's first byte on; at least four.
    pub bytes: &'a [u8],
}

impl<'a> Segment<'a> {
    /// Application data or a comment.
    pub(in crate::pyramid) fn is_remark(&self) -> bool {
        matches!(self.marker, 0xE0..=0xEF | 0xFE)
    }

    /// Appends it to a stream that keeps no remarks of others.
    pub(super) fn keep(&self, stream: &mut Vec<u8>) {
        if !self.is_remark() {
            stream.extend_from_slice(self.bytes);
        }
    }

    /// What follows the length.
    pub(super) fn body(&self) -> &'a [u8] {
        self.bytes.get(4..).unwrap_or_default()
    }

    /// Bits per sample, width, height and components, if the segment starts a frame.
    pub(super) fn frame(&self) -> Option<(u8, u32, u32, usize)> {
        let body = self.body().first_chunk::<6>().filter(|_| matches!(self.marker, 0xC0..=0xC2))?;
        let number = |at: usize| u32::from(body[at]) << 8 | u32::from(body[at + 1]);
        Some((body[0], number(3), number(1), usize::from(body[5])))
    }
}

/// Goes through the segments before the first scan or the end. It stops behind the first fault.
pub(super) struct Segments<'a> {
    stream: &'a [u8],
    at: usize,
}

impl<'a> Segments<'a> {
    pub(super) fn of(stream: &'a [u8]) -> Result<Self, PyramidError> {
        stream.starts_with(&[0xFF, SOI]).then_some(Self { stream, at: 2 }).ok_or_else(broken)
    }

    /// What no segment has covered so far: behind the last one it begins with the marker of the scan, or of the end.
    pub(super) fn rest(&self) -> &'a [u8] {
        self.stream.get(self.at..).unwrap_or_default()
    }

    /// The segment at `at`.
    fn segment(&self, marker: u8) -> Result<Segment<'a>, PyramidError> {
        match marker {
            // Tables, restart intervals, sequential and progressive frames, remarks.
            DHT | DQT | DRI | 0xC0..=0xC2 | 0xE0..=0xEF | 0xFE => {}
            _ => return Err(damaged(format!("a JPEG tile with marker {marker:02X}"))),
        }
        segment_at_start(self.rest()).ok_or_else(broken)
    }
}

impl<'a> Iterator for Segments<'a> {
    type Item = Result<Segment<'a>, PyramidError>;

    fn next(&mut self) -> Option<Self::Item> {
        while self.rest().starts_with(&[0xFF, 0xFF]) {
            self.at += 1;
        }
        let found = match *self.rest() {
            [0xFF, SOS | EOI, ..] => return None,
            [0xFF, marker, ..] => self.segment(marker),
            _ => Err(broken()),
        };
        self.at = found.as_ref().map_or(self.stream.len(), |segment| self.at + segment.bytes.len());
        Some(found)
    }
}

/// The segment that `bytes` begin with, whatever its kind.
pub(super) fn segment_at_start(bytes: &[u8]) -> Option<Segment<'_>> {
    let [0xFF, marker, high, low, ..] = *bytes else { return None };
    let length = usize::from(high) << 8 | usize::from(low);
    let bytes = bytes.get(..2 + length).filter(|_| length >= 2)?;
    Some(Segment { marker, bytes })
}

/// The segments before the first scan or the end, and where that is.
pub(in crate::pyramid) fn segments(stream: &[u8]) -> Result<(Vec<Segment<'_>>, usize), PyramidError> {
    let mut segments = Segments::of(stream)?;
    let found = segments.by_ref().collect::<Result<_, _>>()?;
    Ok((found, segments.at))
}

fn broken() -> PyramidError {
    damaged("a JPEG tile or its tables break off or start wrong")
}
