//! Label patterns: a label as an example of those that follow it.

use super::numeral::Numeral;

/// Most characters of a pattern or an exception.
const LONGEST: usize = 500;
/// Numbers in one pattern: an opening has two.
const MOST: usize = 8;

/// A text with numbers in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
    /// Numbers that follow one another in the example are counted as one series: on every canvas as many as here.
    pub(super) runs: Vec<Run>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Text(String),
    Number,
}

/// Numbers that follow one another: `12v-13r` is one of two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Run {
    pub numeral: Numeral,
    pub first: u32,
    pub length: usize,
}

/// Why a text is no pattern.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    #[error("a label has at most {LONGEST} characters")]
    Long,
    #[error(
        "nothing in it is counted: write the first label, such as \"p. 1\", \"fol. 1r\", \"[1]\" or \"i\", or put the number into braces, such as \"Plate {{A}}\""
    )]
    Nothing,
    #[error("several numbers in it do not follow one another: put those that are counted into braces, such as \"MS 12, fol. {{1r}}\"")]
    Several,
    #[error("a brace is not closed, or not opened: write {{{{ and }}}} for braces that are part of the label")]
    Brace,
    #[error("\"{0}\" in braces is no number: write an example, such as {{1}}, {{001}}, {{1r}}, {{i}}, {{I}}, {{a}} or {{A}}")]
    Number(String),
    #[error("at most {MOST} numbers are counted in a label")]
    Many,
}

impl Pattern {
    /// Reads a pattern: its numbers stand in braces, or else they are found.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.chars().count() > LONGEST {
            return Err(PatternError::Long);
        }
        let pieces = pieces(text)?;
        let marked = pieces.iter().any(|piece| matches!(piece, Piece::Number(_)));
        let pieces = match pieces.as_slice() {
            [Piece::Text(text)] if !marked => found(text),
            _ => pieces,
        };
        Self::of(pieces, marked)
    }

    fn of(pieces: Vec<Piece>, marked: bool) -> Result<Self, PatternError> {
        let (mut parts, mut runs) = (Vec::new(), Vec::<Run>::new());
        for piece in pieces {
            let example = match piece {
                Piece::Text(text) => {
                    parts.push(Part::Text(text));
                    continue;
                }
                Piece::Number(example) => example,
            };
            let (numeral, number) = Numeral::of(&example).ok_or(PatternError::Number(example))?;
            parts.push(Part::Number);
            match runs.last_mut().filter(|run| run.numeral == numeral && run.first + run.length as u32 == number) {
                Some(run) => run.length += 1,
                None => runs.push(Run { numeral, first: number, length: 1 }),
            }
        }
        match runs.iter().map(|run| run.length).sum::<usize>() {
            0 => Err(PatternError::Nothing),
            _ if runs.len() > 1 && !marked => Err(PatternError::Several),
            count if count > MOST => Err(PatternError::Many),
            _ => Ok(Self { parts, runs }),
        }
    }

    /// The label with these numbers, written out.
    pub(super) fn with(&self, numbers: &[String]) -> String {
        let mut numbers = numbers.iter();
        let part = |part: &Part| match part {
            Part::Text(text) => text.clone(),
            Part::Number => numbers.next().cloned().unwrap_or_default(),
        };
        self.parts.iter().map(part).collect()
    }

    /// The label without what stands before its first number and after its last.
    pub(super) fn bare(&self, numbers: &[String]) -> String {
        let first = self.parts.iter().position(|part| *part == Part::Number).unwrap_or_default();
        let last = self.parts.iter().rposition(|part| *part == Part::Number).unwrap_or_default();
        let parts = self.parts[first..=last].to_vec();
        Self { parts, runs: Vec::new() }.with(numbers)
    }

    /// The first number of a label that this pattern makes; nothing for any other label, or where more than one series is counted.
    #[must_use]
    pub fn read(&self, label: &str) -> Option<u32> {
        let [Run { numeral, length, .. }] = *self.runs.as_slice() else { return None };
        let number = match self.parts.first()? {
            Part::Text(text) => label.strip_prefix(text.as_str())?,
            Part::Number => label,
        };
        let ends = number.char_indices().map(|(at, one)| at + one.len_utf8());
        // What follows the first number tells how much of the text is the number.
        ends.filter_map(|end| numeral.read(&number[..end])).find(|first| {
            let written: Option<Vec<String>> = (0..length as u32).map(|next| numeral.write(first + next)).collect();
            written.is_some_and(|written| self.with(&written) == label)
        })
    }
}

/// What an exception says: a label, and perhaps where in it the number stands that it is counted by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// What stands between the places of the number.
    texts: Vec<String>,
}

impl Exception {
    /// Reads an exception: `{}` in it stands for the number that the canvas has. One without is not counted.
    ///
    /// # Errors
    /// What keeps it from being one.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        if text.chars().count() > LONGEST {
            return Err(PatternError::Long);
        }
        let mut texts = vec![String::new()];
        for piece in pieces(text)? {
            match (piece, texts.last_mut()) {
                (Piece::Number(number), _) if number.is_empty() => texts.push(String::new()),
                (Piece::Number(number), _) => return Err(PatternError::Number(number)),
                (Piece::Text(text), Some(last)) => last.push_str(&text),
                (Piece::Text(_), None) => {}
            }
        }
        Ok(Self { texts })
    }

    /// Whether the canvas takes a number.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.texts.len() > 1
    }

    /// The label where the number is `number`.
    pub(super) fn with(&self, number: &str) -> String {
        self.texts.join(number)
    }
}

#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Number(String),
}

/// The text in pieces: what stands in braces, and the rest with doubled braces as single ones.
fn pieces(text: &str) -> Result<Vec<Piece>, PatternError> {
    let (mut pieces, mut plain) = (Vec::new(), String::new());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}']) {
        plain.push_str(&rest[..at]);
        let from = &rest[at..];
        if from.starts_with("{{") || from.starts_with("}}") {
            plain.push_str(&from[..1]);
            rest = &from[2..];
            continue;
        }
        let end = from.find('}').filter(|_| from.starts_with('{')).ok_or(PatternError::Brace)?;
        if !plain.is_empty() {
            pieces.push(Piece::Text(std::mem::take(&mut plain)));
        }
        pieces.push(Piece::Number(from[1..end].to_owned()));
        rest = &from[end + 1..];
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        pieces.push(Piece::Text(plain));
    }
    Ok(pieces)
}

/// The text in pieces where no braces say what is counted: everything in digits, with the side of its leaf; or what is in letters if it
/// is all that is.
fn found(text: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut plain = String::new();
    for word in words(text) {
        let counts = word.starts_with(|first: char| first.is_ascii_digit()) && Numeral::of(word).is_some();
        if counts {
            pieces.extend((!plain.is_empty()).then(|| Piece::Text(std::mem::take(&mut plain))));
            pieces.push(Piece::Number(word.to_owned()));
        } else {
            plain.push_str(word);
        }
    }
    pieces.extend((!plain.is_empty()).then_some(Piece::Text(plain)));
    match pieces.as_slice() {
        [Piece::Text(text)] => in_letters(text),
        _ => pieces,
    }
}

/// The same where nothing is in digits.
fn in_letters(text: &str) -> Vec<Piece> {
    let bare = text.trim_matches(|edge: char| !edge.is_alphanumeric());
    let counts = match Numeral::of(bare) {
        Some((Numeral::Letters { .. }, _)) => bare.len() == 1,
        found => found.is_some(),
    };
    let (before, after) = text.split_once(bare).unwrap_or_default();
    if !counts || bare.is_empty() {
        return vec![Piece::Text(text.to_owned())];
    }
    let text = |text: &str| (!text.is_empty()).then(|| Piece::Text(text.to_owned()));
    text(before).into_iter().chain([Piece::Number(bare.to_owned())]).chain(text(after)).collect()
}

/// The text cut where letters and digits begin and end: a word has both or neither.
fn words(text: &str) -> Vec<&str> {
    let mut cuts: Vec<usize> = Vec::new();
    let mut inside = None;
    for (at, one) in text.char_indices() {
        if inside != Some(one.is_alphanumeric()) {
            cuts.push(at);
            inside = Some(one.is_alphanumeric());
        }
    }
    cuts.push(text.len());
    cuts.windows(2).map(|pair| &text[pair[0]..pair[1]]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_or_marked() {
        let cases: [(&str, &[(&str, usize)]); 16] = [
            ("1", &[("1", 1)]),
            ("p. 12", &[("12", 1)]),
            ("fol. 12r", &[("12r", 1)]),
            ("[012]", &[("012", 1)]),
            ("12v-13r", &[("12v", 2)]),
            ("pp. 2–3", &[("2", 2)]),
            ("i", &[("i", 1)]),
            ("[XII]", &[("XII", 1)]),
            ("(a)", &[("a", 1)]),
            ("Plate {A}", &[("A", 1)]),
            ("MS 12, fol. {1r}", &[("1r", 1)]),
            ("{1r} ({i})", &[("1r", 1), ("i", 1)]),
            ("{1} = {1}", &[("1", 1), ("1", 1)]),
            ("{{{1}}}", &[("1", 1)]),
            ("a12 1", &[("1", 1)]),
            ("č. 1", &[("1", 1)]),
        ];
        for (text, expected) in cases {
            let pattern = Pattern::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
            let runs: Vec<(String, usize)> =
                pattern.runs.iter().map(|run| (run.numeral.write(run.first).expect("a number"), run.length)).collect();
            assert_eq!(runs, expected.iter().map(|(text, length)| ((*text).to_owned(), *length)).collect::<Vec<_>>(), "{text}");
        }
    }

    #[test]
    fn what_is_no_pattern_says_why() {
        let long = "1".repeat(501);
        let cases = [
            ("", PatternError::Nothing),
            ("Cover", PatternError::Nothing),
            ("12bis", PatternError::Nothing),
            ("fol. i", PatternError::Nothing),
            ("MS 12, fol. 1r", PatternError::Several),
            ("{1", PatternError::Brace),
            ("1}", PatternError::Brace),
            ("{one}", PatternError::Number("one".to_owned())),
            ("{}", PatternError::Number(String::new())),
            ("1 2 3 4 5 6 7 8 9", PatternError::Many),
            (&long, PatternError::Long),
        ];
        for (text, expected) in cases {
            assert_eq!(Pattern::parse(text), Err(expected), "{text}");
        }
    }

    #[test]
    fn exceptions_say_whether_they_count() {
        for (text, counted, label) in [("Cover", false, "Cover"), ("12bis", false, "12bis"), ("[{}]", true, "[7]"), ("{{}}", false, "{}")] {
            let exception = Exception::parse(text).expect(text);
            assert_eq!((exception.is_counted(), exception.with("7")), (counted, label.to_owned()), "{text}");
        }
        assert_eq!(Exception::parse("{12}"), Err(PatternError::Number("12".to_owned())));
        assert_eq!(Exception::parse("{"), Err(PatternError::Brace));
    }

    #[test]
    fn the_number_of_a_label_is_read_back() {
        let cases = [
            ("fol. 1r", "fol. 12v", Some(25)),
            ("1v-2r", "12v-13r", Some(25)),
            ("1v-2r", "12v-14r", None),
            ("[1]", "[12", None),
            ("p. 1", "Cover", None),
            ("1", "12bis", None),
        ];
        for (pattern, label, expected) in cases {
            assert_eq!(Pattern::parse(pattern).expect(pattern).read(label), expected, "{pattern}: {label}");
        }
    }
}
