//! Runs over the blocks of entropy-coded data: of each, its DC difference and where it ends. Coefficients are not decoded.
//!
//! The bits of a block are a DC difference, then its AC coefficients: each a Huffman code that says how many zeros to pass over and
//! how many bits of a value follow, up to the code for the end of the block. Since the values are not wanted, a table can say for
//! the next eleven bits how many codes with their values begin in them, and where the last of them ends: mostly two or three are
//! passed over in one step.

use super::bits::peek;
use super::huffman::Codes;
use std::sync::{Arc, Mutex, PoisonError};

/// Bits that one step looks at.
const LOOK: u32 = 11;
const WINDOWS: usize = 1 << LOOK;
/// In a table of steps: how many bits to pass over (0: go the slow way), how many coefficients, whether the block ends there. In the
/// first step of a block, the DC difference stands above them.
const COEFFICIENTS: u32 = 5;
const ENDED: u32 = 11;
const DIFFERENCE: u32 = 16;
/// Most pairs of tables that are kept.
const MAX_KEPT: usize = 16;

/// The tables that blocks of a component are coded with, made ready to run over them.
pub(super) struct BlockCodes {
    dc: Codes,
    ac: Codes,
    first: [u32; WINDOWS],
    more: [u32; WINDOWS],
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
        static KEPT: Mutex<Vec<Arc<BlockCodes>>> = Mutex::new(Vec::new());
        let kept = || KEPT.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(codes) = kept().iter().find(|codes| codes.dc == *dc && codes.ac == *ac) {
            return codes.clone();
        }
        let codes = Arc::new(Self::new(dc.clone(), ac.clone()));
        let mut kept = kept();
        if kept.len() == MAX_KEPT {
            kept.remove(0);
        }
        kept.push(codes.clone());
        codes
    }

    fn new(dc: Codes, ac: Codes) -> Self {
        let mut codes = Self { dc, ac, first: [0; WINDOWS], more: [0; WINDOWS] };
        for window in 0..WINDOWS {
            codes.more[window] = codes.steps(window as u32, 0).packed();
            codes.first[window] = codes.first_steps(window as u32).unwrap_or(0);
        }
        codes
    }

    /// What the AC codes pass over that lie in a window of [`LOOK`] bits, from bit `start` of it on.
    fn steps(&self, window: u32, start: u32) -> Step {
        let mut all = Step { bits: start, coefficients: 0, ended: false };
        while all.bits < LOOK && !all.ended {
            let step = self.step(window << (16 - LOOK + all.bits) & 0xFFFF);
            let Some((length, step)) = step.filter(|(length, step)| all.bits + length <= LOOK && all.coefficients + step.coefficients < 63)
            else {
                break;
            };
            debug_assert!(length <= step.bits);
            all = Step { bits: all.bits + step.bits, coefficients: all.coefficients + step.coefficients, ended: step.ended };
        }
        all
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
    fn first_steps(&self, window: u32) -> Option<u32> {
        let bits = u64::from(window) << (64 - LOOK);
        let (difference, length) = self.difference(bits).filter(|(_, length)| *length <= LOOK)?;
        Some(self.steps(window, length).packed() | (difference as u32) << DIFFERENCE)
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

    /// The DC difference of the block at bit `at`, and where its AC codes begin.
    pub(super) fn dc(&self, clean: &[u8], at: usize) -> Option<(i32, usize)> {
        let (difference, length) = self.difference(peek(clean, at)?)?;
        Some((difference, at + length as usize))
    }

    /// The DC difference of the block at bit `at`, and where the next block begins.
    #[inline(always)]
    pub(super) fn pass(&self, clean: &[u8], at: usize) -> Option<(i32, usize)> {
        let entry = self.first[(peek(clean, at)? >> (64 - LOOK)) as usize];
        if entry & 31 == 0 {
            return self.pass_slowly(clean, at);
        }
        let at = at + (entry & 31) as usize;
        let end = if entry >> ENDED & 1 == 1 { at } else { self.rest(clean, at, 1 + (entry >> COEFFICIENTS & 63))? };
        Some((entry as i32 >> DIFFERENCE, end))
    }

    #[cold]
    fn pass_slowly(&self, clean: &[u8], at: usize) -> Option<(i32, usize)> {
        let (difference, at) = self.dc(clean, at)?;
        Some((difference, self.rest(clean, at, 1)?))
    }

    /// Where the block ends of which bit `at` begins the code for coefficient `next` or later ones.
    #[inline(always)]
    pub(super) fn rest(&self, clean: &[u8], mut at: usize, mut next: u32) -> Option<usize> {
        loop {
            let (mut bits, mut left) = (peek(clean, at)?, 57);
            while left >= 16 {
                let mut entry = self.more[(bits >> (64 - LOOK)) as usize];
                if entry & 31 == 0 || next + (entry >> COEFFICIENTS & 63) > 63 {
                    entry = self.single(bits, next)?;
                }
                at += (entry & 31) as usize;
                if entry >> ENDED & 1 == 1 {
                    return Some(at);
                }
                next += entry >> COEFFICIENTS & 63;
                bits <<= entry & 31;
                left -= (entry & 31) as i32;
            }
        }
    }

    /// One code alone: a long one, or the last of a full block.
    #[cold]
    fn single(&self, bits: u64, next: u32) -> Option<u32> {
        let (_, step) = self.step((bits >> 48) as u32)?;
        let next = next + step.coefficients;
        (next <= 64).then(|| Step { ended: step.ended || next == 64, ..step }.packed())
    }
}

impl Step {
    fn packed(self) -> u32 {
        self.bits | self.coefficients << COEFFICIENTS | u32::from(self.ended) << ENDED
    }
}
