//! CCITT fax coding of images of one bit: Group 3 (T.4) and Group 4 (T.6). Black is 1.

use super::fax_codes::{LONGEST, RUNS};
use super::unpack::Shape;
use super::{PyramidError, damaged};

/// Rows coded in two directions, in T4Options.
pub(super) const TWO_DIMENSIONAL: u8 = 1;
/// Rows that start with a byte each and end with no mark: TIFF's compression 2.
pub(super) const ALIGNED: u8 = 128;
/// Bits of the mark that ends a row.
const END_OF_LINE: u32 = 12;

/// Fills `to` with rows; how many bytes were filled.
pub(super) fn group_4(bytes: &[u8], shape: Shape, to: &mut [u8]) -> Result<usize, PyramidError> {
    let mut page = Page::new(bytes, shape.width);
    for row in to.chunks_exact_mut(shape.width.div_ceil(8) as usize) {
        // At the end of the data the rest is white.
        if page.bits.peek(END_OF_LINE) == 1 {
            break;
        }
        page.two_dimensional()?;
        page.draw(row);
    }
    Ok(to.len())
}

/// Fills `to` with rows; how many bytes were filled.
pub(super) fn group_3(bytes: &[u8], shape: Shape, to: &mut [u8]) -> Result<usize, PyramidError> {
    let mut page = Page::new(bytes, shape.width);
    for row in to.chunks_exact_mut(shape.width.div_ceil(8) as usize) {
        if shape.fax & ALIGNED != 0 {
            page.bits.align();
        } else if page.bits.skip_end_of_line() && page.bits.at_end_of_page(shape.fax) {
            break;
        }
        match shape.fax & TWO_DIMENSIONAL != 0 && page.bits.take(1) == 0 {
            true => page.two_dimensional()?,
            false => page.one_dimensional()?,
        }
        page.draw(row);
    }
    Ok(to.len())
}

/// Rows as the places where the colour changes, from white at the left edge.
struct Page<'a> {
    bits: Bits<'a>,
    width: u32,
    above: Vec<u32>,
    row: Vec<u32>,
}

/// What a code of two directions says.
enum Mode {
    Pass,
    Horizontal,
    Vertical(i32),
}

impl<'a> Page<'a> {
    fn new(bytes: &'a [u8], width: u32) -> Self {
        Self { bits: Bits { bytes, at: 0 }, width, above: Vec::new(), row: Vec::new() }
    }

    fn start_row(&mut self) -> Result<(), PyramidError> {
        std::mem::swap(&mut self.above, &mut self.row);
        self.row.clear();
        if self.bits.is_past_end() { Err(damaged("fax: the rows break off")) } else { Ok(()) }
    }

    /// Runs of white and black by turns.
    fn one_dimensional(&mut self) -> Result<(), PyramidError> {
        self.start_row()?;
        let (mut at, mut black) = (0, false);
        while at < self.width {
            at = self.run(at, black)?;
            self.row.push(at);
            black = !black;
        }
        Ok(())
    }

    /// Changes of colour told by their distance to those above.
    fn two_dimensional(&mut self) -> Result<(), PyramidError> {
        self.start_row()?;
        let (mut at, mut black, mut above) = (0, false, 0);
        while at < self.width {
            // The next change above, past where we are, to the other colour.
            above -= above.min(2);
            above += usize::from((above & 1 == 1) != black);
            while self.above.get(above).is_some_and(|change| *change <= at && !(at == 0 && self.row.is_empty())) {
                above += 2;
            }
            let change = self.above.get(above).copied().unwrap_or(self.width);
            match self.mode()? {
                Mode::Pass => at = self.above.get(above + 1).copied().unwrap_or(self.width),
                Mode::Horizontal => {
                    let first = self.run(at, black)?;
                    at = self.run(first, !black)?;
                    self.row.extend([first, at]);
                }
                Mode::Vertical(distance) => {
                    let to = change.saturating_add_signed(distance).min(self.width);
                    if to < at {
                        return Err(damaged("fax: a change of colour that lies behind"));
                    }
                    at = to;
                    self.row.push(at);
                    black = !black;
                }
            }
        }
        Ok(())
    }

    fn mode(&mut self) -> Result<Mode, PyramidError> {
        let next = self.bits.peek(7);
        let (length, mode) = match next {
            0b100_0000.. => (1, Mode::Vertical(0)),
            0b011_0000.. => (3, Mode::Vertical(1)),
            0b010_0000.. => (3, Mode::Vertical(-1)),
            0b001_0000.. => (3, Mode::Horizontal),
            0b000_1000.. => (4, Mode::Pass),
            0b000_0110.. => (6, Mode::Vertical(2)),
            0b000_0100.. => (6, Mode::Vertical(-2)),
            0b000_0011 => (7, Mode::Vertical(3)),
            0b000_0010 => (7, Mode::Vertical(-3)),
            _ => return Err(damaged("fax: a code that is none")),
        };
        self.bits.at += length;
        Ok(mode)
    }

    /// Where a run ends that starts at `at`.
    fn run(&mut self, mut at: u32, black: bool) -> Result<u32, PyramidError> {
        loop {
            let (length, pixels) = RUNS[usize::from(black)][self.bits.peek(LONGEST) as usize];
            if length == 0 {
                return Err(damaged("fax: a run that is none"));
            }
            self.bits.at += u64::from(length);
            at = (at + u32::from(pixels)).min(self.width);
            if pixels < 64 {
                return Ok(at);
            }
            if self.bits.is_past_end() {
                return Err(damaged("fax: a run without an end"));
            }
        }
    }

    /// Black pixels of the row as bits.
    fn draw(&self, to: &mut [u8]) {
        for run in self.row.chunks(2).filter(|run| run[0] < self.width) {
            let (start, end) = (run[0] as usize, run.get(1).copied().unwrap_or(self.width) as usize);
            if start >= end {
                continue;
            }
            let (first, last) = (start / 8, (end - 1) / 8);
            let (left, right) = (0xFF_u8 >> (start % 8), 0xFF_u8 << (7 - (end - 1) % 8));
            if first == last {
                to[first] |= left & right;
            } else {
                to[first] |= left;
                to[first + 1..last].fill(0xFF);
                to[last] |= right;
            }
        }
    }
}

/// Bits from the highest of each byte on; zeros follow the last.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
}

impl Bits<'_> {
    /// The next bits, up to 24.
    fn peek(&self, count: u32) -> u32 {
        let at = (self.at / 8) as usize;
        let bytes = match self.bytes.get(at..at + 4) {
            Some(bytes) => u32::from_be_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]),
            None => (at..at + 4).fold(0, |bytes, at| bytes << 8 | u32::from(self.bytes.get(at).copied().unwrap_or(0))),
        };
        bytes << (self.at % 8) >> (32 - count)
    }

    fn take(&mut self, count: u32) -> u32 {
        let bits = self.peek(count);
        self.at += u64::from(count);
        bits
    }

    fn is_past_end(&self) -> bool {
        self.at > self.bytes.len() as u64 * 8
    }

    fn align(&mut self) {
        self.at = self.at.next_multiple_of(8);
    }

    /// Goes past the mark that ends a row, and zeros before it, if one is next.
    fn skip_end_of_line(&mut self) -> bool {
        if self.peek(END_OF_LINE - 1) != 0 {
            return false;
        }
        while !self.is_past_end() && self.take(1) == 0 {}
        true
    }

    /// Whether another mark follows the one just passed: nothing more comes then.
    fn at_end_of_page(&self, fax: u8) -> bool {
        let tag = u32::from(fax & TWO_DIMENSIONAL);
        self.is_past_end() || self.peek(END_OF_LINE + tag) & ((1 << END_OF_LINE) - 1) == 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shape(width: u32, rows: u32, fax: u8) -> Shape {
        let full = (width.div_ceil(8) * rows) as usize;
        Shape { width, full, least: full, fax }
    }

    #[test]
    fn rows_of_one_direction() {
        // 2 white, 3 black, 3 white; aligned to bytes; then 8 white.
        let packed = [0b0111_1010, 0b0000_0000, 0b1001_1000];
        let mut to = [0; 2];
        assert_eq!(group_3(&packed, shape(8, 2, ALIGNED), &mut to).unwrap(), 2);
        assert_eq!(to, [0b0011_1000, 0]);
    }

    #[test]
    fn nonsense_ends() {
        for length in 0..40 {
            for seed in 0..50_u32 {
                let bytes: Vec<u8> = (0..length).map(|at: u32| (at * 97 + seed).wrapping_mul(2_654_435_761) as u8).collect();
                for fax in [0, TWO_DIMENSIONAL, ALIGNED] {
                    let mut to = [0; 60];
                    group_3(&bytes, shape(77, 6, fax), &mut to).ok();
                    group_4(&bytes, shape(77, 6, fax), &mut to).ok();
                }
            }
        }
    }
}
