//! Numbers as digits, as Roman ones, and as letters.

use super::SeriesError;

/// The largest number that a series counts to; Roman numbers end before.
pub(super) const MOST: u32 = 999_999;
pub(super) const MOST_ROMAN: u32 = 3999;
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

/// A number and how many digits it is written with at least.
pub(super) fn digits(text: &str) -> Result<Option<(u32, usize)>, SeriesError> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Ok(None);
    }
    let number = text.parse().ok().filter(|number| *number < MOST && text.len() <= 9).ok_or(SeriesError::TooLarge)?;
    Ok(Some((number, if text.starts_with('0') { text.len() } else { 1 })))
}

/// The number that a Roman one, in small letters and as it is written today, stands for.
pub(super) fn roman(text: &str) -> Option<u32> {
    let (mut rest, mut number) = (text, 0);
    for (value, letters) in ROMAN {
        while let Some(after) = rest.strip_prefix(letters) {
            (rest, number) = (after, number + value);
        }
    }
    (rest.is_empty() && number <= MOST_ROMAN && to_roman(number) == text).then_some(number)
}

pub(super) fn to_roman(mut number: u32) -> String {
    let mut text = String::new();
    for (value, letters) in ROMAN {
        while number >= value {
            text.push_str(letters);
            number -= value;
        }
    }
    text
}

/// `a` is 1, `z` is 26, `aa` is 27.
pub(super) fn letters(text: &str) -> Option<u32> {
    let number = text.bytes().try_fold(0_u32, |number, byte| number.checked_mul(26)?.checked_add(u32::from(byte - b'a') + 1));
    number.filter(|number| (1..MOST).contains(number))
}

pub(super) fn to_letters(mut number: u32) -> String {
    let mut reversed = Vec::new();
    while number > 0 {
        number -= 1;
        reversed.push(char::from(b'a' + (number % 26) as u8));
        number /= 26;
    }
    reversed.into_iter().rev().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn roman_numbers_and_letters_are_read_as_they_are_written(number in 1_u32..=MOST_ROMAN) {
            prop_assert_eq!(roman(&to_roman(number)), Some(number));
            prop_assert_eq!(letters(&to_letters(number)), Some(number));
        }
    }
}
