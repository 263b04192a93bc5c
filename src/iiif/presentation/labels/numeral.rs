//! How pages and leaves are numbered.

/// Sides of a leaf: recto and verso, or the first and second side by letter.
const SIDES: [[char; 2]; 2] = [['r', 'v'], ['a', 'b']];
/// The highest number of a page or leaf.
const HIGHEST: u32 = 9_999_999;
/// Digits of the highest number.
const DIGITS: usize = 7;
/// The highest number that Roman numerals write without overlines.
const HIGHEST_ROMAN: u32 = 3999;
/// Most letters of a number in letters.
const LETTERS: usize = 2;
/// Roman numerals from the largest; those that subtract among them.
const ROMAN: [(u32, &str); 13] = [
    (1000, "m"),
    (900, "cm"),
    (500, "d"),
    (400, "cd"),
    (100, "c"),
    (90, "xc"),
    (50, "l"),
    (40, "xl"),
    (10, "x"),
    (9, "ix"),
    (5, "v"),
    (4, "iv"),
    (1, "i"),
];

/// A way of numbering. What it counts are pages, or the sides of leaves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Numeral {
    /// 1, 2, 3; at least so many digits: 001, 002.
    Arabic { width: usize },
    /// 1r, 1v, 2r, 2v: the number counted is twice the leaf's, and one more on the second side.
    Sides { width: usize, sides: [char; 2] },
    /// i, ii, iii.
    Roman { upper: bool },
    /// a, b, …, z, aa, ab.
    Letters { upper: bool },
}

impl Numeral {
    /// The numeral that a text is an example of, and the number that it writes. Of a single letter, only `i` is Roman; of several, those
    /// that are a Roman numeral are one.
    #[must_use]
    pub fn of(example: &str) -> Option<(Self, u32)> {
        let upper = example.starts_with(|first: char| first.is_ascii_uppercase());
        let digits = example.trim_end_matches(|last: char| last.is_ascii_lowercase());
        let width = if digits.starts_with('0') { digits.len() } else { 1 };
        let (roman, letters) = (Self::Roman { upper }, Self::Letters { upper });
        let in_letters = if example.len() == 1 && !matches!(example, "i" | "I") { [letters, roman] } else { [roman, letters] };
        let kinds = [Self::Arabic { width }].into_iter().chain(SIDES.map(|sides| Self::Sides { width, sides })).chain(in_letters);
        kinds.into_iter().find_map(|kind| Some((kind, kind.read(example)?)))
    }

    /// The number that a text writes, if it is just what [`Numeral::write`] would write.
    #[must_use]
    pub fn read(self, text: &str) -> Option<u32> {
        let number = match self {
            Self::Arabic { .. } => arabic(text)?,
            Self::Sides { sides, .. } => {
                let side = sides.iter().position(|side| text.ends_with(*side))?;
                arabic(&text[..text.len() - 1])? * 2 + side as u32
            }
            Self::Roman { .. } => roman(&text.to_ascii_lowercase())?,
            Self::Letters { .. } => letters(&text.to_ascii_lowercase())?,
        };
        (self.write(number).as_deref() == Some(text)).then_some(number)
    }

    /// A number as this writes it; nothing if it cannot be written so.
    #[must_use]
    pub fn write(self, number: u32) -> Option<String> {
        let cased = |text: String, upper: bool| if upper { text.to_ascii_uppercase() } else { text };
        match self {
            Self::Arabic { width } => (number <= HIGHEST).then(|| format!("{number:0width$}")),
            Self::Sides { width, sides } => {
                (number / 2 <= HIGHEST).then(|| format!("{:0width$}{}", number / 2, sides[number as usize % 2]))
            }
            Self::Roman { upper } => (1..=HIGHEST_ROMAN).contains(&number).then(|| cased(in_roman(number), upper)),
            Self::Letters { upper } => in_letters(number).map(|text| cased(text, upper)),
        }
    }

    /// What a writer names by a text: a number as this writes it, or one in digits. Of leaves whose side is not said these are both.
    #[must_use]
    pub fn named(self, text: &str) -> Vec<u32> {
        if let Some(number) = self.read(text) {
            return vec![number];
        }
        let Some(number) = arabic(text) else { return Vec::new() };
        let named = if matches!(self, Self::Sides { .. }) { vec![number * 2, number * 2 + 1] } else { vec![number] };
        if named.iter().all(|number| self.write(*number).is_some()) { named } else { Vec::new() }
    }
}

fn arabic(text: &str) -> Option<u32> {
    let plain = (1..=DIGITS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    if plain { text.parse().ok() } else { None }
}

/// The sum of the numerals from left to right; whether they stand as they should is found out by writing the number.
fn roman(text: &str) -> Option<u32> {
    let (mut rest, mut number) = (text, 0);
    while !rest.is_empty() {
        let (value, numeral) = ROMAN.iter().find(|(_, numeral)| rest.starts_with(numeral))?;
        number += value;
        rest = &rest[numeral.len()..];
        if number > HIGHEST_ROMAN {
            return None;
        }
    }
    (number > 0).then_some(number)
}

fn in_roman(mut number: u32) -> String {
    let mut text = String::new();
    for (value, numeral) in ROMAN {
        while number >= value {
            text.push_str(numeral);
            number -= value;
        }
    }
    text
}

fn letters(text: &str) -> Option<u32> {
    let plain = (1..=LETTERS).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase());
    plain.then(|| text.bytes().fold(0, |number, byte| number * 26 + u32::from(byte - b'a') + 1))
}

/// Columns of a spreadsheet are named so: after z comes aa.
fn in_letters(mut number: u32) -> Option<String> {
    let mut text = Vec::new();
    while number > 0 {
        number -= 1;
        text.insert(0, char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    (1..=LETTERS).contains(&text.len()).then(|| text.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn examples_tell_the_numeral() {
        let [recto, letter] = SIDES;
        let cases = [
            ("1", Some((Numeral::Arabic { width: 1 }, 1))),
            ("0", Some((Numeral::Arabic { width: 1 }, 0))),
            ("012", Some((Numeral::Arabic { width: 3 }, 12))),
            ("12r", Some((Numeral::Sides { width: 1, sides: recto }, 24))),
            ("012v", Some((Numeral::Sides { width: 3, sides: recto }, 25))),
            ("3b", Some((Numeral::Sides { width: 1, sides: letter }, 7))),
            ("i", Some((Numeral::Roman { upper: false }, 1))),
            ("XIV", Some((Numeral::Roman { upper: true }, 14))),
            ("v", Some((Numeral::Letters { upper: false }, 22))),
            ("A", Some((Numeral::Letters { upper: true }, 1))),
            ("iiii", None),
            ("iC", None),
            ("", None),
            ("12R", None),
            ("12bis", None),
            ("99999999", None),
            ("1é", None),
            ("é", None),
        ];
        for (example, expected) in cases {
            assert_eq!(Numeral::of(example), expected, "{example}");
        }
    }

    #[test]
    fn writers_name_numbers_in_digits_too() {
        let (roman, leaves) = (Numeral::Roman { upper: false }, Numeral::Sides { width: 1, sides: SIDES[0] });
        let cases: [(Numeral, &str, &[u32]); 8] = [
            (roman, "iv", &[4]),
            (roman, "4", &[4]),
            (roman, "4000", &[]),
            (roman, "0", &[]),
            (leaves, "13v", &[27]),
            (leaves, "13", &[26, 27]),
            (leaves, "x", &[]),
            (Numeral::Arabic { width: 1 }, "13r", &[]),
        ];
        for (numeral, text, expected) in cases {
            assert_eq!(numeral.named(text), expected, "{text}");
        }
    }

    fn numeral() -> impl Strategy<Value = Numeral> {
        prop_oneof![
            (1..6_usize).prop_map(|width| Numeral::Arabic { width }),
            (1..6_usize, 0..2_usize).prop_map(|(width, sides)| Numeral::Sides { width, sides: SIDES[sides] }),
            any::<bool>().prop_map(|upper| Numeral::Roman { upper }),
            any::<bool>().prop_map(|upper| Numeral::Letters { upper }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(numeral in numeral(), number in 0..30_000_u32) {
            if let Some(text) = numeral.write(number) {
                prop_assert_eq!(numeral.read(&text), Some(number));
            }
        }

        #[test]
        fn different_numbers_are_written_differently(numeral in numeral(), one in 0..5000_u32, other in 0..5000_u32) {
            prop_assert!(one == other || numeral.write(one).is_none() || numeral.write(one) != numeral.write(other));
        }

        #[test]
        fn an_example_is_written_as_it_came(text in "[0-9a-zA-Zé]{0,5}") {
            if let Some((numeral, number)) = Numeral::of(&text) {
                prop_assert_eq!(numeral.write(number), Some(text));
            }
        }
    }
}
