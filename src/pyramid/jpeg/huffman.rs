//! Huffman tables as a JPEG lists them.

/// How many codes there are of each length, and their symbols; a code is at most 16 bits long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Codes {
    counts: [u8; 16],
    symbols: Vec<u8>,
    /// For each length: behind the last code of it or a shorter one, as 16 bits from the highest down.
    ends: [u32; 16],
    /// For each length: its first code, and the number of that code's symbol.
    starts: [(u32, u32); 16],
}

impl Codes {
    /// `None` when there are more codes than fit.
    pub(super) fn new(counts: [u8; 16], symbols: &[u8]) -> Option<Self> {
        let mut codes = Self { counts, symbols: symbols.to_vec(), ends: [0; 16], starts: [(0, 0); 16] };
        let (mut code, mut number) = (0, 0);
        for (at, count) in counts.into_iter().map(u32::from).enumerate() {
            codes.starts[at] = (code, number);
            (code, number) = (code + count, number + count);
            codes.ends[at] = code << (15 - at);
            code *= 2;
        }
        let fits = codes.ends.iter().all(|end| *end <= 1 << 16) && number as usize == symbols.len() && symbols.len() <= 256;
        fits.then_some(codes)
    }

    /// The table of the standard's Annex K.3 for DC differences of luminance: it has a code for each category.
    pub(super) fn standard_dc() -> Option<Self> {
        Self::new([0, 1, 5, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
    }

    /// Reads the tables of a segment one by one: class and place in one byte, and the table.
    pub(super) fn all_of(mut body: &[u8]) -> Option<Vec<(u8, Self)>> {
        let mut tables = Vec::new();
        while let Some((place, rest)) = body.split_first() {
            let (counts, rest) = rest.split_first_chunk::<16>()?;
            let (symbols, rest) = rest.split_at_checked(counts.iter().map(|count| usize::from(*count)).sum())?;
            tables.push((*place, Self::new(*counts, symbols)?));
            body = rest;
        }
        Some(tables)
    }

    /// Appends the segment that lists this table.
    pub(super) fn write(&self, place: u8, stream: &mut Vec<u8>) {
        stream.extend_from_slice(&[0xFF, super::segments::DHT]);
        stream.extend_from_slice(&((19 + self.symbols.len()) as u16).to_be_bytes());
        stream.push(place);
        stream.extend_from_slice(&self.counts);
        stream.extend_from_slice(&self.symbols);
    }

    /// How many symbols have a code.
    pub(super) fn len(&self) -> usize {
        self.symbols.len()
    }

    /// The code that 16 bits begin with: its length and its symbol.
    pub(super) fn find(&self, bits: u32) -> Option<(u32, u8)> {
        let at = self.ends.iter().position(|end| bits < *end)?;
        let (code, number) = self.starts[at];
        let symbol = self.symbols.get((number + (bits >> (15 - at)) - code) as usize)?;
        Some((at as u32 + 1, *symbol))
    }

    /// Each symbol's code and its length.
    pub(super) fn iter(&self) -> impl Iterator<Item = (u8, u32, u32)> {
        let lengths = (1..).zip(self.counts).flat_map(|(length, count)| (0..u32::from(count)).map(move |nth| (length, nth)));
        let code = |(length, nth): (u32, u32)| (self.starts[length as usize - 1].0 + nth, length);
        self.symbols.iter().zip(lengths.map(code)).map(|(symbol, (code, length))| (*symbol, code, length))
    }
}

/// The codes of all categories of DC differences that an 8-bit image can have, 0 to 11.
#[derive(Clone)]
pub(super) struct DcCodes([(u32, u32); 12]);

impl DcCodes {
    /// `None` when a category has no code.
    pub(super) fn new(codes: &Codes) -> Option<Self> {
        let mut all = [(0, 0); 12];
        for (symbol, code, length) in codes.iter() {
            if let Some(place) = all.get_mut(usize::from(symbol)) {
                *place = (code, length);
            }
        }
        all.iter().all(|(_, length)| *length > 0).then_some(Self(all))
    }

    /// The bits that say a difference, and how many they are. `None` for a difference beyond 2047.
    #[inline]
    pub(super) fn of(&self, difference: i32) -> Option<(u64, u32)> {
        let category = 32 - difference.unsigned_abs().leading_zeros();
        let (code, length) = self.0.get(category as usize)?;
        let low = (difference - i32::from(difference < 0)) as u32 & ((1 << category) - 1);
        Some((u64::from(code << category | low), length + category))
    }
}

#[cfg(test)]
pub(in crate::pyramid::jpeg) mod tests {
    use super::*;

    #[test]
    fn codes_are_found_again() {
        let codes = Codes::standard_dc().unwrap();
        let all: Vec<_> = codes.iter().collect();
        assert_eq!((all.len(), all[0], all[1], all[6], all[11]), (12, (0, 0, 2), (1, 2, 3), (6, 14, 4), (11, 510, 9)));
        for (symbol, code, length) in all {
            assert_eq!(codes.find(code << (16 - length)), Some((length, symbol)));
            assert_eq!(codes.find((code << (16 - length)) + (1 << (16 - length)) - 1), Some((length, symbol)));
        }
        assert_eq!(codes.find(0xFFFF), None);
    }

    #[test]
    fn a_table_is_read_as_it_was_written() {
        let (codes, mut stream) = (Codes::standard_dc().unwrap(), Vec::new());
        codes.write(0x12, &mut stream);
        assert_eq!(Codes::all_of(&stream[4..]), Some(vec![(0x12, codes)]));
        assert_eq!(Codes::all_of(&stream[4..stream.len() - 1]), None);
        assert_eq!(stream.len(), 2 + usize::from(stream[3]));
    }

    #[test]
    fn impossible_tables_are_refused() {
        let counts = |pairs: &[(usize, u8)]| {
            let mut counts = [0; 16];
            pairs.iter().for_each(|(length, count)| counts[length - 1] = *count);
            counts
        };
        assert!(Codes::new(counts(&[(1, 2)]), &[0, 1]).is_some());
        assert!(Codes::new(counts(&[(1, 3)]), &[0, 1, 2]).is_none());
        assert!(Codes::new(counts(&[(1, 2), (16, 1)]), &[0, 1, 2]).is_none());
        assert!(Codes::new(counts(&[(8, 200), (9, 100)]), &[0; 300]).is_none());
        assert!(Codes::new(counts(&[(2, 2)]), &[0]).is_none());
    }

    #[test]
    fn differences_have_their_codes() {
        let codes = DcCodes::new(&Codes::standard_dc().unwrap()).unwrap();
        for (difference, bits) in [(0, (0b00, 2)), (1, (0b0101, 4)), (-1, (0b0100, 4)), (5, (0b10_0101, 6)), (-5, (0b10_0010, 6))] {
            assert_eq!(codes.of(difference), Some(bits), "{difference}");
        }
        assert_eq!(codes.of(-2047), Some((510 << 11, 20)));
        assert_eq!((codes.of(2048), codes.of(-2048), codes.of(i32::MIN)), (None, None, None));
        assert!(DcCodes::new(&Codes::new([0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], &[0]).unwrap()).is_none());
    }
}
