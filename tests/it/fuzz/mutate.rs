//! Damage done on purpose: to single bits, to numbers where formats keep them, to whole parts.

/// Numbers that look random and are the same each time.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// A number from 0 up to, not including, `sides`; 0 for none.
    pub fn roll(&mut self, sides: usize) -> usize {
        if sides == 0 { 0 } else { (self.next() >> 11) as usize % sides }
    }

    /// At least one, mostly few, at most 2 to the power of less than `bits`.
    fn few(&mut self, bits: usize) -> usize {
        let most = 1 << self.roll(bits);
        1 + self.roll(most)
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }

    pub fn of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.roll(things.len())]
    }

    /// A place in something this long, near its beginning or end more often than not.
    fn place(&mut self, length: usize) -> usize {
        let near = length.min(700);
        match self.roll(4) {
            0 | 1 => self.roll(near),
            2 => length - 1 - self.roll(near).min(length - 1),
            _ => self.roll(length),
        }
    }
}

/// Where programs stumble.
const NUMBERS: [u64; 28] = [
    0,
    1,
    2,
    3,
    4,
    7,
    8,
    9,
    15,
    16,
    17,
    31,
    32,
    63,
    64,
    127,
    128,
    255,
    256,
    4095,
    4096,
    32_767,
    32_768,
    65_535,
    65_536,
    0x7FFF_FFFF,
    0xFFFF_FFFF,
    u64::MAX,
];
/// Longest input that is made.
const LONGEST: usize = 300_000;

/// One of `seeds` with a few things done to it.
pub fn mutated(seeds: &[Vec<u8>], words: &[&[u8]], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = dice.of(seeds).clone();
    let changes = dice.few(4);
    for _ in 0..changes {
        if bytes.is_empty() {
            bytes = dice.of(seeds).clone();
        }
        change(&mut bytes, seeds, words, dice);
        bytes.truncate(LONGEST);
    }
    bytes
}

fn change(bytes: &mut Vec<u8>, seeds: &[Vec<u8>], words: &[&[u8]], dice: &mut Dice) {
    let at = dice.place(bytes.len());
    match dice.roll(16) {
        0 | 1 => bytes[at] ^= 1 << dice.roll(8),
        2 => bytes[at] = dice.next() as u8,
        3 | 4 => put_number(bytes, at & !1, dice),
        5 => put_number(bytes, at, dice),
        6 => nudge(bytes, at & !1, dice),
        7 | 8 => change_entry(bytes, dice),
        9 => swap_entries(bytes, dice),
        10 => {
            let word = *dice.of(words);
            put(bytes, at, word, dice.coin());
        }
        11 => {
            let other = dice.of(seeds);
            let (from, length) = (dice.place(other.len().max(1)), 1 + dice.roll(200));
            let part = other[from.min(other.len())..(from + length).min(other.len())].to_vec();
            put(bytes, at, &part, dice.coin());
        }
        12 => {
            let end = (at + dice.few(12)).min(bytes.len());
            bytes.drain(at..end);
        }
        13 => {
            let end = (at + dice.few(10)).min(bytes.len());
            let part = bytes[at..end].to_vec();
            put(bytes, at, &part, true);
        }
        14 => bytes.truncate(at),
        _ => {
            let other = dice.of(seeds);
            bytes.truncate(at);
            bytes.extend(&other[dice.place(other.len().max(1)).min(other.len())..]);
        }
    }
}

/// Over what is there, or between.
fn put(bytes: &mut Vec<u8>, at: usize, part: &[u8], between: bool) {
    let end = if between { at } else { (at + part.len()).min(bytes.len()) };
    bytes.splice(at..end, part.iter().copied());
}

fn put_anywhere(bytes: &mut [u8], dice: &mut Dice) {
    let at = dice.roll(bytes.len());
    put_number(bytes, at, dice);
}

fn put_number(bytes: &mut [u8], at: usize, dice: &mut Dice) {
    let (number, width) = (*dice.of(&NUMBERS), *dice.of(&[1, 2, 2, 4, 4, 8]));
    let (little, big) = (number.to_le_bytes(), number.to_be_bytes());
    let digits = if dice.coin() { &little[..width] } else { &big[8 - width..] };
    bytes[at..].iter_mut().zip(digits).for_each(|(byte, digit)| *byte = *digit);
}

/// A number of two bytes becomes a little larger or smaller.
fn nudge(bytes: &mut [u8], at: usize, dice: &mut Dice) {
    let Some(pair) = bytes.get_mut(at..at + 2) else { return };
    let change = (dice.roll(33) as i16 - 16) as u16;
    let little = dice.coin();
    let number = if little { u16::from_le_bytes([pair[0], pair[1]]) } else { u16::from_be_bytes([pair[0], pair[1]]) };
    let number = number.wrapping_add(change);
    pair.copy_from_slice(&if little { number.to_le_bytes() } else { number.to_be_bytes() });
}

/// Where the directories of a TIFF are, the entries of one: first byte, bytes of an entry, their number. `None` for what is no TIFF.
fn directory(bytes: &[u8], dice: &mut Dice) -> Option<(usize, usize, usize)> {
    let (little, big) = match bytes.get(..4)? {
        [b'I', b'I', 42, 0] => (true, false),
        [b'M', b'M', 0, 42] => (false, false),
        [b'I', b'I', 43, 0] => (true, true),
        [b'M', b'M', 0, 43] => (false, true),
        _ => return None,
    };
    let number = |at: usize, width: usize| {
        let digits = bytes.get(at..at.checked_add(width)?)?.iter();
        let add = |sum: usize, digit: &u8| sum << 8 | usize::from(*digit);
        Some(if little { digits.rev().fold(0, add) } else { digits.fold(0, add) })
    };
    let (wide, count, entry) = if big { (8, 8, 20) } else { (4, 2, 12) };
    let mut at = number(if big { 8 } else { 4 }, wide)?;
    for _ in 0..dice.roll(4) {
        let next = at.checked_add(count)?.checked_add(number(at, count)?.checked_mul(entry)?)?;
        match number(next, wide) {
            Some(1..) => at = number(next, wide)?,
            _ => break,
        }
    }
    let entries = number(at, count)?;
    (entries > 0 && entries < 100 && at + count + entries * entry <= bytes.len()).then_some((at + count, entry, entries))
}

/// Another tag, type, count or value.
fn change_entry(bytes: &mut [u8], dice: &mut Dice) {
    let Some((start, length, entries)) = directory(bytes, dice) else { return put_anywhere(bytes, dice) };
    let entry = start + dice.roll(entries) * length;
    let at = *dice.of(&[0, 2, 4, length - 4, length - 4, length - 4, length - 8]);
    if dice.roll(3) == 0 { nudge(bytes, entry + at, dice) } else { put_number(&mut bytes[..entry + length], entry + at, dice) }
}

/// What one tag says, another says: whole entries, or their values.
fn swap_entries(bytes: &mut [u8], dice: &mut Dice) {
    let Some((start, length, entries)) = directory(bytes, dice) else { return };
    let from = *dice.of(&[0, 2, length - 4]);
    let (one, other) = (start + dice.roll(entries) * length, start + dice.roll(entries) * length);
    for at in from..length {
        bytes.swap(one + at, other + at);
    }
}
