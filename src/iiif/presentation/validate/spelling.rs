//! Words that are nearly right, and values shown to people.

use serde_json::Value;

const SHOWN: usize = 80;

/// The word of `known` that differs from `word` only by case, or by one letter added, left out, changed or swapped with the next.
pub(super) fn near<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    if !(3..=32).contains(&word.len()) || !word.is_ascii() {
        return None;
    }
    let mut close = None;
    for candidate in known {
        if candidate.eq_ignore_ascii_case(word) {
            return Some(candidate);
        }
        if close.is_none() && candidate.len() > 3 && one_edit(word.as_bytes(), candidate.as_bytes()) {
            close = Some(candidate);
        }
    }
    close
}

fn one_edit(a: &[u8], b: &[u8]) -> bool {
    if a.len() > b.len() {
        return one_edit(b, a);
    }
    let same = a.iter().zip(b).take_while(|(x, y)| x.eq_ignore_ascii_case(y)).count();
    let (rest_a, rest_b) = (&a[same..], &b[same..]);
    match rest_b.len() - rest_a.len() {
        0 => {
            let swapped = rest_a.len() > 1 && rest_a[0] == rest_b[1] && rest_a[1] == rest_b[0] && equal(&rest_a[2..], &rest_b[2..]);
            rest_a.is_empty() || equal(&rest_a[1..], &rest_b[1..]) || swapped
        }
        1 => equal(rest_a, &rest_b[1..]),
        _ => false,
    }
}

fn equal(a: &[u8], b: &[u8]) -> bool {
    a.eq_ignore_ascii_case(b)
}

/// A value as people may be shown it: short, whatever its size.
pub(super) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(truth) => truth.to_string(),
        Value::Number(number) => number.to_string(),
        Value::String(text) => quoted(text),
        Value::Array(list) if list.is_empty() => "an empty list".to_owned(),
        Value::Array(list) => format!("a list of {}", list.len()),
        Value::Object(map) if map.is_empty() => "an empty object".to_owned(),
        Value::Object(_) => "an object".to_owned(),
    }
}

/// A text in quotation marks, cut if it is long.
pub(super) fn quoted(text: &str) -> String {
    let cut = text.char_indices().nth(SHOWN).map_or(text, |(end, _)| &text[..end]);
    let dots = if cut.len() < text.len() { "…" } else { "" };
    format!("{cut:?}{dots}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn words_one_letter_off_are_found() {
        let known = ["navDate", "label", "items", "behavior", "homepage", "id"];
        let cases = [
            ("navdate", Some("navDate")),
            ("NAVDATE", Some("navDate")),
            ("lable", Some("label")),
            ("labels", Some("label")),
            ("abel", Some("label")),
            ("item", Some("items")),
            ("behaviour", Some("behavior")),
            ("homePage", Some("homepage")),
            ("xyz", None),
            ("ids", None),
            ("", None),
            ("lébel", None),
        ];
        for (word, expected) in cases {
            assert_eq!(near(word, known), expected, "{word}");
        }
    }

    #[test]
    fn long_values_are_shown_short() {
        assert_eq!(shown(&json!("a")), "\"a\"");
        assert_eq!(shown(&json!([1, 2])), "a list of 2");
        assert!(shown(&json!("é".repeat(1000))).len() < 200);
    }
}
