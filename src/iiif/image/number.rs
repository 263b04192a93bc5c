//! Numbers as URLs carry them: decimal digits, no sign, no exponent.

/// A count of pixels; what is past 64 bits counts as the largest.
pub(super) fn pixels(text: &str) -> Option<u64> {
    let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().unwrap_or(u64::MAX))
}

/// Digits with at most one point among them: `50`, `.5`, `0.50`.
pub(super) fn decimal(text: &str) -> Option<f64> {
    let mut points = 0;
    let mut digits = 0;
    for byte in text.bytes() {
        match byte {
            b'0'..=b'9' => digits += 1,
            b'.' => points += 1,
            _ => return None,
        }
    }
    if digits > 0 && points <= 1 { text.parse().ok() } else { None }
}

/// Exactly `N` of them, parted by commas.
pub(super) fn list<T: Copy + Default, const N: usize>(text: &str, number: impl Fn(&str) -> Option<T>) -> Option<[T; N]> {
    let mut values = [T::default(); N];
    let mut parts = text.split(',');
    for value in &mut values {
        *value = number(parts.next()?)?;
    }
    parts.next().is_none().then_some(values)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pixels_are_digits() {
        assert_eq!(pixels("0012"), Some(12));
        assert_eq!(pixels(&"9".repeat(400)), Some(u64::MAX));
        for wrong in ["", "+1", "-1", "1.0", "1e2", " 1", "0x1", "१"] {
            assert_eq!(pixels(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn decimals_have_one_point_at_most() {
        for (text, value) in [("50", 50.0), (".5", 0.5), ("0.50", 0.5), ("12.25", 12.25)] {
            assert_eq!(decimal(text), Some(value), "{text}");
        }
        for wrong in ["", ".", "1.2.3", "1e2", "-1", "+1", "NaN", "inf", "1,5", " 1"] {
            assert_eq!(decimal(wrong), None, "{wrong}");
        }
        assert!(decimal(&"9".repeat(400)).is_some());
    }

    #[test]
    fn lists_are_of_one_length() {
        assert_eq!(list("1,2", pixels), Some([1, 2]));
        for wrong in ["1", "1,2,3", "1,", ",1", "", "1,a"] {
            assert_eq!(list::<_, 2>(wrong, pixels), None, "{wrong}");
        }
    }
}
