//! Runs over the blocks of entropy-coded data: of each, its DC difference and where it ends. Coefficients are not decoded.
//!
//! The bits of a block are a DC difference, then its AC coefficients: each a Huffman code that says how many zeros to pass over and
//! how many bits of a value follow, up to the code for the end of the block. Since the values are not wanted, a table can say for
//! the next twelve bits how many codes with their values begin in them, and where the last of them ends: mostly two or three are
//! passed over in one step.

use super::bits::peek;
use super::huffman::Codes;
use super::memo::Memo;
use std::sync::Arc;

/// Bits that one step looks at.
const LOOK: u32 = 12;
const WINDOWS: usize = 1 << LOOK;
// An entry of a table of steps: how many bits to pass over, whether the block ends there, how many coefficients to pass over, and in
// the first step of a block how many of the bits are the DC difference, and that. The number of coefficients is made too large by
// what says that this is no plain step, so that one comparison tells.
const BITS: u32 = 31;
const ENDED: u32 = 1 << 7;
const COEFFICIENTS: u32 = 8;
const DC_BITS: u32 = 16;
const DIFFERENCE: u32 = 20;
/// Added to the coefficients when the block ends, and when the slow way must be gone.
const END: u32 = 64;
const UNKNOWN: u32 = 128;

/// The tables that blocks of a component are coded with, made ready to run over them.
pub(super) struct BlockCodes {
    dc: Codes,
    ac: Codes,
    first: [u32; WINDOWS],
    more: [u32; WINDOWS],
}

/// A block of coefficients.
pub(super) struct Block {
    /// The first one, or its difference to that of the block before.
    pub dc: i32,
    /// The bit at which the codes of the others begin, and the bit behind them.
    pub ac: usize,
    pub end: usize,
}

/// What one or several codes pass over.
#[derive(Clone, Copy)]
struct Step {
    bits: u32,
    coefficients: u32,
    ended: bool,
}

impl BlockCodes {
    /// The tables made ready, or those that were made for an earlier stream: nearly all streams have the same ones.
    pub(super) fn of(dc: &Codes, ac: &Codes) -> Arc<Self> {
        static MADE: Memo<BlockCodes> = Memo::new();
        MADE.find(|codes| codes.are(dc, ac)).unwrap_or_else(|| MADE.keep(Self::new(dc.clone(), ac.clone())))
    }

    /// Whether they were made of these tables.
    pub(super) fn are(&self, dc: &Codes, ac: &Codes) -> bool {
        self.dc == *dc && self.ac == *ac
    }

    pub(super) fn new(dc: Codes, ac: Codes) -> Self {
        let mut codes = Self { dc, ac, first: [0; WINDOWS], more: [0; WINDOWS] };
        let single: Vec<_> = (0..WINDOWS as u32).map(|window| codes.step(window << (16 - LOOK))).collect();
        for (window, bits) in (0..WINDOWS).zip(0..) {
            codes.more[window] = steps(&single, bits, 0).packed();
            codes.first[window] = codes.first_steps(&single, bits).unwrap_or(UNKNOWN << COEFFICIENTS);
        }
        codes
    }

    /// The length of the AC code that 16 bits begin with, and what it passes over with its value.
    fn step(&self, bits: u32) -> Option<(u32, Step)> {
        let (length, symbol) = self.ac.find(bits)?;
        let (zeros, value) = (u32::from(symbol >> 4), u32::from(symbol & 15));
        match (zeros, value) {
            (0, 0) => Some((length, Step { bits: length, coefficients: 0, ended: true })),
            // In a sequential stream, only sixteen zeros have no value behind them.
            (1..15, 0) => None,
            _ => Some((length, Step { bits: length + value, coefficients: zeros + 1, ended: false })),
        }
    }

    /// The DC difference that lies in a window as a whole, and the steps behind it.
    fn first_steps(&self, single: &[Option<(u32, Step)>], window: u32) -> Option<u32> {
        let bits = u64::from(window) << (64 - LOOK);
        let (difference, length) = self.difference(bits).filter(|(_, length)| *length <= LOOK)?;
        Some(steps(single, window, length).packed() | length << DC_BITS | (difference as u32) << DIFFERENCE)
    }

    /// The DC difference that the bits begin with, and how many of them it takes.
    fn difference(&self, bits: u64) -> Option<(i32, u32)> {
        let (length, category) = self.dc.find((bits >> 48) as u32)?;
        let category = u32::from(category);
        match category {
            0 => Some((0, length)),
            1..=11 => {
                let value = (bits << length >> (64 - category)) as i32;
                let negative = value >> (category - 1) == 0;
                Some((if negative { value - (1 << category) + 1 } else { value }, length + category))
            }
            _ => None,
        }
    }

    /// The block at bit `at`.
    #[inline(always)]
    pub(super) fn block(&self, clean: &[u8], at: usize) -> Option<Block> {
        let bits = peek(clean, at)?;
        let entry = self.first[(bits >> (64 - LOOK)) as usize];
        let (length, coefficients) = (entry & BITS, entry >> COEFFICIENTS & 0xFF);
        let (after, ac) = (at + length as usize, at + (entry >> DC_BITS & 15) as usize);
        let end = match coefficients {
            0..END => self.steps_on(clean, after, 1 + coefficients, bits << length, 57 - length as i32)?,
            END..UNKNOWN => after,
            _ => return self.block_slowly(clean, at),
        };
        Some(Block { dc: entry as i32 >> DIFFERENCE, ac, end })
    }

    /// One whose DC difference has too many bits for a step.
    #[cold]
    fn block_slowly(&self, clean: &[u8], at: usize) -> Option<Block> {
        let (dc, length) = self.difference(peek(clean, at)?)?;
        let ac = at + length as usize;
        Some(Block { dc, ac, end: self.steps_on(clean, ac, 1, peek(clean, ac)?, 57)? })
    }

    /// Where the block ends of which bit `at` begins the code for coefficient `next` or a later one; the next `left` of the bits are
    /// at hand.
    #[inline(always)]
    fn steps_on(&self, clean: &[u8], mut at: usize, mut next: u32, mut bits: u64, mut left: i32) -> Option<usize> {
        loop {
            while left >= 16 {
                let mut entry = self.more[(bits >> (64 - LOOK)) as usize];
                if next + (entry >> COEFFICIENTS) > 63 {
                    if entry & ENDED == 0 || next + (entry >> COEFFICIENTS) > 63 + END {
                        entry = self.single(bits, next)?;
                    }
                    if entry & ENDED != 0 {
                        return Some(at + (entry & BITS) as usize);
                    }
                }
                at += (entry & BITS) as usize;
                next += entry >> COEFFICIENTS;
                bits <<= entry & BITS;
                left -= (entry & BITS) as i32;
            }
            (bits, left) = (peek(clean, at)?, 57);
        }
    }

    /// One code alone: a long one, or one of the last of a block.
    #[cold]
    fn single(&self, bits: u64, next: u32) -> Option<u32> {
        let (_, step) = self.step((bits >> 48) as u32)?;
        let next = next + step.coefficients;
        (next <= 64).then(|| Step { ended: step.ended || next == 64, ..step }.packed())
    }
}

impl Step {
    fn packed(self) -> u32 {
        let (flag, more) = match self {
            Step { ended: true, .. } => (ENDED, END),
            Step { bits: 0, .. } => (0, UNKNOWN),
            _ => (0, 0),
        };
        self.bits | flag | (self.coefficients + more) << COEFFICIENTS
    }
}

/// What the AC codes pass over that lie in a window of [`LOOK`] bits, from bit `start` of it on; `single` has the first code of each
/// window.
fn steps(single: &[Option<(u32, Step)>], window: u32, start: u32) -> Step {
    let mut all = Step { bits: start, coefficients: 0, ended: false };
    while all.bits < LOOK && !all.ended {
        let next = single[(window << all.bits) as usize % WINDOWS];
        let fits = |length: u32, step: Step| all.bits + length <= LOOK && all.coefficients + step.coefficients < 63;
        let Some((_, step)) = next.filter(|(length, step)| fits(*length, *step)) else { break };
        all = Step { bits: all.bits + step.bits, coefficients: all.coefficients + step.coefficients, ended: step.ended };
    }
    all
}
