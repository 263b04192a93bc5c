//! Labels of canvases in a series: how books count their pages and leaves. A series is given by its first label, and goes on from there.
//!
//! | First | and on |
//! | --- | --- |
//! | `1`, `p. 12`, `[12]`, `007` | `2`, `p. 13`, `[13]`, `008` |
//! | `i`, `Plate XIV` | `ii`, `Plate XV` |
//! | `a`, `Map B` | `b`, `Map C`; after `z` comes `aa` |
//! | `1r`, `fol. 12v`, `[3]r` | `1v`, `fol. 13r`, `[3]v`: both sides of a leaf |
//! | `12v-13r` | `13v-14r`: what lies open side by side |
//! | `12-13` | `14-15`: two pages at a time |
//!
//! What counts is the last thing in the label that can. Braces say that it is another one, or how it is meant: `Book {2}, no. 1`,
//! `section {c}` (a letter, though `c` is also a hundred: what stands alone and can be a Roman number is one only if it is `i`, `v` or
//! `x`, or has more than one letter).

mod numerals;

use numerals::{MOST, MOST_ROMAN, digits, letters, roman, to_letters, to_roman};
use std::collections::{HashMap, HashSet};
use std::fmt;

/// A series of labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Series {
    before: String,
    counter: Counter,
    after: String,
}

/// Why a text does not begin a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SeriesError {
    #[error("nothing in it can be counted on: write a first label such as 1, [12], iv, 1r, 12v-13r or Plate A")]
    Nothing,
    #[error("what stands in braces is no number, Roman number, letter or leaf: write {{12}}, {{iv}}, {{b}}, {{1r}} or {{12v-13r}}")]
    Braces,
    #[error("numbers end at 999999, and Roman ones at 3999")]
    TooLarge,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Counter {
    /// Digits, at least so many.
    Number {
        number: u32,
        width: usize,
    },
    Roman {
        number: u32,
        upper: bool,
    },
    /// From 1 for `a`.
    Letter {
        number: u32,
        upper: bool,
    },
    /// A leaf, what stands between its number and its side, and whether that is the back.
    Leaf {
        number: u32,
        width: usize,
        between: String,
        back: bool,
    },
    /// The back of a leaf and the front of the next one, and what stands between them.
    Opening {
        number: u32,
        width: usize,
        between: String,
    },
    /// Two pages, and what stands between them.
    Spread {
        number: u32,
        width: usize,
        between: String,
    },
}

impl Series {
    /// The series that begins with this label.
    ///
    /// # Errors
    /// Nothing in it can be counted on, or it is too large a number.
    pub fn from_first(label: &str) -> Result<Self, SeriesError> {
        let made = |before: &str, counter, after: &str| Self { before: before.to_owned(), counter, after: after.to_owned() };
        if let Some((before, inner, after)) = braces(label) {
            let counter = Counter::whole(inner)?.ok_or(SeriesError::Braces)?;
            return Ok(made(before, counter, after));
        }
        for (start, end) in words(label) {
            if let Some(counter) = Counter::of(&label[start..end])? {
                return Ok(made(&label[..start], counter, &label[end..]));
            }
        }
        Err(SeriesError::Nothing)
    }

    /// The label after this one.
    ///
    /// # Errors
    /// `TooLarge` at the end of all numbers.
    pub fn next(&self) -> Result<Self, SeriesError> {
        Ok(Self { counter: self.counter.next()?, ..self.clone() })
    }
}

impl fmt::Display for Series {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}{}", self.before, self.counter, self.after)
    }
}

/// How a run of canvases is labelled.
#[derive(Clone, Debug, Default)]
pub struct Run<'a> {
    /// Label of the first canvas that is counted.
    pub first: &'a str,
    /// Labels of canvases that are not counted, or are, but under another name.
    pub exceptions: HashMap<&'a str, Exception<'a>>,
    /// Labels that the series leaves out: leaves that are missing.
    pub skip: HashSet<&'a str>,
}

/// A canvas that is called something else.
#[derive(Clone, Copy, Debug)]
pub struct Exception<'a> {
    pub label: &'a str,
    /// Whether the series goes on after it as if it had its place there.
    pub counted: bool,
}

impl Run<'_> {
    /// The labels of these canvases, in order.
    ///
    /// # Errors
    /// The first label begins no series, or the series ends too soon.
    pub fn labels(&self, canvases: &[String]) -> Result<Vec<String>, SeriesError> {
        let mut coming = Series::from_first(self.first)?;
        let mut labels = Vec::with_capacity(canvases.len());
        for (place, canvas) in canvases.iter().enumerate() {
            let exception = self.exceptions.get(canvas.as_str());
            let counts = exception.is_none_or(|exception| exception.counted);
            while counts && self.skip.contains(coming.to_string().as_str()) {
                coming = coming.next()?;
            }
            labels.push(exception.map_or_else(|| coming.to_string(), |exception| exception.label.to_owned()));
            if counts && place + 1 < canvases.len() {
                coming = coming.next()?;
            }
        }
        Ok(labels)
    }
}

/// What stands in the only pair of braces, and around it.
fn braces(label: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = label.split_once('{')?;
    let (inner, after) = rest.split_once('}')?;
    Some((before, inner, after))
}

/// Where the things are that may count, the last one first, and longer ones before those within them.
fn words(label: &str) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, character) in label.char_indices().filter(|(_, character)| character.is_alphanumeric()) {
        match runs.last_mut() {
            Some(last) if last.1 == at => last.1 += character.len_utf8(),
            _ => runs.push((at, at + character.len_utf8())),
        }
    }
    let mut found = Vec::new();
    for place in (0..runs.len()).rev() {
        let (start, end) = runs[place];
        if place > 0 {
            found.push((runs[place - 1].0, end));
        }
        found.push((start, end));
        found.extend(tails(&label[start..end]).map(|length| (start + length, end)));
    }
    found
}

/// Where within a word the digits, the leaf or the letter begins that it ends with: `p12`, `f12v`, `12a`.
fn tails(word: &str) -> impl Iterator<Item = usize> {
    let before_digits = |text: &str| text.trim_end_matches(|one: char| one.is_ascii_digit()).len();
    let leaf = word.strip_suffix(['r', 'v']).filter(|rest| before_digits(rest) < rest.len()).map(before_digits);
    let letter = word.strip_suffix(|one: char| one.is_ascii_alphabetic()).filter(|rest| before_digits(rest) < rest.len()).map(str::len);
    [Some(before_digits(word)), leaf, letter].into_iter().flatten().filter(move |length| (1..word.len()).contains(length))
}

impl Counter {
    /// What the text is, if it is something that counts by itself, without being told so.
    fn of(text: &str) -> Result<Option<Self>, SeriesError> {
        Ok(Self::whole(text)?.filter(|counter| match counter {
            // Words are no numbers: one letter alone, or a Roman number.
            Self::Letter { .. } => text.len() == 1,
            _ => true,
        }))
    }

    /// What the text is as a whole.
    fn whole(text: &str) -> Result<Option<Self>, SeriesError> {
        if let Some((number, width)) = digits(text)? {
            return Ok(Some(Self::Number { number, width }));
        }
        if let Some(leaf) = Self::leaf(text)? {
            return Ok(Some(leaf));
        }
        if let Some(pair) = Self::pair(text)? {
            return Ok(Some(pair));
        }
        let upper = text.chars().all(|one| one.is_ascii_uppercase());
        if text.is_empty() || !upper && !text.chars().all(|one| one.is_ascii_lowercase()) {
            return Ok(None);
        }
        let lower = text.to_ascii_lowercase();
        match roman(&lower).filter(|_| text.len() > 1 || matches!(lower.as_str(), "i" | "v" | "x")) {
            Some(number) => Ok(Some(Self::Roman { number, upper })),
            None => Ok(letters(&lower).map(|number| Self::Letter { number, upper })),
        }
    }

    /// `12r`, `[12]v`.
    fn leaf(text: &str) -> Result<Option<Self>, SeriesError> {
        let Some(rest) = text.strip_suffix(['r', 'v']) else { return Ok(None) };
        let end = rest.trim_end_matches([']', ')', '.', ' ']).len();
        let (number, between) = rest.split_at(end);
        Ok(digits(number)?.map(|(number, width)| Self::Leaf { number, width, between: between.to_owned(), back: text.ends_with('v') }))
    }

    /// `12v-13r`, `12-13`.
    fn pair(text: &str) -> Result<Option<Self>, SeriesError> {
        let first = text.chars().take_while(char::is_ascii_digit).count();
        let (Some((number, width)), rest) = (digits(&text[..first])?, &text[first..]) else { return Ok(None) };
        let (back, rest) = rest.strip_prefix('v').map_or((false, rest), |rest| (true, rest));
        let between = rest.len() - rest.trim_start_matches(|one: char| !one.is_ascii_digit()).len();
        let (between, second) = rest.split_at(between);
        let front = second.strip_suffix('r').filter(|_| back);
        let goes_on = digits(front.unwrap_or(second))?.is_some_and(|(second, _)| second == number + 1);
        let between = between.to_owned();
        Ok(match (goes_on && !between.is_empty(), back, front) {
            (true, true, Some(_)) => Some(Self::Opening { number, width, between }),
            (true, false, None) => Some(Self::Spread { number, width, between }),
            _ => None,
        })
    }

    fn next(&self) -> Result<Self, SeriesError> {
        let mut next = self.clone();
        let (number, step, most) = match &mut next {
            Self::Number { number, .. } | Self::Letter { number, .. } | Self::Opening { number, .. } => (number, 1, MOST),
            Self::Roman { number, .. } => (number, 1, MOST_ROMAN),
            Self::Spread { number, .. } => (number, 2, MOST - 1),
            Self::Leaf { number, back, .. } => {
                *back = !*back;
                (number, u32::from(!*back), MOST)
            }
        };
        *number += step;
        if *number <= most { Ok(next) } else { Err(SeriesError::TooLarge) }
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cased = |text: String, upper: bool| if upper { text.to_ascii_uppercase() } else { text };
        match self {
            Self::Number { number, width } => write!(f, "{number:0width$}"),
            Self::Roman { number, upper } => f.write_str(&cased(to_roman(*number), *upper)),
            Self::Letter { number, upper } => f.write_str(&cased(to_letters(*number), *upper)),
            Self::Leaf { number, width, between, back } => write!(f, "{number:0width$}{between}{}", if *back { 'v' } else { 'r' }),
            Self::Opening { number, width, between } => write!(f, "{number:0width$}v{between}{:0width$}r", number + 1),
            Self::Spread { number, width, between } => write!(f, "{number:0width$}{between}{:0width$}", number + 1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn first(label: &str, count: usize) -> Vec<String> {
        let mut series = Series::from_first(label).unwrap_or_else(|error| panic!("{label}: {error}"));
        let mut labels = Vec::new();
        for _ in 0..count {
            labels.push(series.to_string());
            series = series.next().expect("a next one");
        }
        labels
    }

    #[test]
    fn books_count_in_many_ways() {
        let cases = [
            ("1", "1 2 3"),
            ("9", "9 10 11"),
            ("007", "007 008 009"),
            ("[12]", "[12] [13] [14]"),
            ("p.12", "p.12 p.13 p.14"),
            ("p12", "p12 p13 p14"),
            ("S.12a", "S.12a S.12b S.12c"),
            ("1r", "1r 1v 2r"),
            ("fol.9v", "fol.9v fol.10r fol.10v"),
            ("f09v", "f09v f10r f10v"),
            ("[3]r", "[3]r [3]v [4]r"),
            ("i", "i ii iii"),
            ("xxxix", "xxxix xl xli"),
            ("Taf.XIV", "Taf.XIV Taf.XV Taf.XVI"),
            ("b", "b c d"),
            ("Z", "Z AA AB"),
            ("{c}", "c d e"),
            ("{cd}", "cd cdi cdii"),
            ("12v-13r", "12v-13r 13v-14r 14v-15r"),
            ("(12v–13r)", "(12v–13r) (13v–14r) (14v–15r)"),
            ("12-13", "12-13 14-15 16-17"),
            ("2/1", "2/1 2/2 2/3"),
            ("v.{2},1", "v.2,1 v.3,1 v.4,1"),
            ("1;1", "1;1 1;2 1;3"),
            ("Bl.1r[!]", "Bl.1r[!] Bl.1v[!] Bl.2r[!]"),
        ];
        for (label, expected) in cases {
            assert_eq!(first(label, 3).join(" "), expected, "{label}");
        }
        assert_eq!(first("Plate iv of the 2nd book", 2), ["Plate iv of the 2nd book", "Plate v of the 2nd book"]);
        assert_eq!(first("Page 12 (blank)", 2), ["Page 12 (blank)", "Page 13 (blank)"]);
        assert_eq!(first("99v", 3), ["99v", "100r", "100v"]);
    }

    #[test]
    fn exceptions_and_missing_leaves_are_left_to_the_cataloguer() {
        let canvases: Vec<String> = ["cover", "a", "b", "map", "c", "d", "e"].map(str::to_owned).to_vec();
        let exceptions = HashMap::from([
            ("cover", Exception { label: "Front cover", counted: false }),
            ("map", Exception { label: "Map", counted: false }),
            ("d", Exception { label: "[blank]", counted: true }),
        ]);
        let run = Run { first: "1r", exceptions, skip: HashSet::from(["2r", "2v"]) };
        assert_eq!(run.labels(&canvases), Ok(["Front cover", "1r", "1v", "Map", "3r", "[blank]", "4r"].map(str::to_owned).to_vec()));
        let run = Run { first: "mmmcmxcviii", ..Run::default() };
        assert_eq!(run.labels(&canvases[..2]), Ok(vec!["mmmcmxcviii".to_owned(), "mmmcmxcix".to_owned()]));
        assert_eq!(run.labels(&canvases), Err(SeriesError::TooLarge));
        assert_eq!(run.labels(&[]), Ok(Vec::new()));
    }

    #[test]
    fn what_does_not_count_is_told() {
        for label in ["", "Cover", "Vorderdeckel", "—", "äöü"] {
            assert_eq!(Series::from_first(label), Err(SeriesError::Nothing), "{label}");
        }
        for label in ["{}", "{Cover 1}", "x{1?}"] {
            assert_eq!(Series::from_first(label), Err(SeriesError::Braces), "{label}");
        }
        for label in ["12345678901234567890", "9999999"] {
            assert_eq!(Series::from_first(label), Err(SeriesError::TooLarge), "{label}");
        }
        let last = Series::from_first("mmmcmxcix").expect("the last Roman number");
        assert_eq!(last.next(), Err(SeriesError::TooLarge));
        assert_eq!(first("999997", 2), ["999997", "999998"]);
    }

    proptest! {
        #[test]
        fn a_label_that_was_made_goes_on_in_the_same_way(number in 1_u32..3000, kind in 0_usize..6, steps in 1_usize..40) {
            let label = match kind {
                0 => number.to_string(),
                1 => format!("[{number:04}]"),
                2 => format!("fol. {number}r"),
                3 => format!("{number}v-{}r", number + 1),
                4 => format!("Plate {}", to_roman(number + 1).to_uppercase()),
                _ => format!("{number}-{}", number + 1),
            };
            let labels = first(&label, steps + 1);
            for pair in labels.windows(2).filter(|_| kind != 4 || number > 1100) {
                prop_assert_eq!(&first(&pair[0], 2)[1], &pair[1]);
            }
        }

        #[test]
        fn any_text_is_a_series_or_is_told(label in ".{0,20}") {
            if let Ok(series) = Series::from_first(&label) {
                prop_assert_eq!(series.to_string(), label.replacen('{', "", usize::from(braces(&label).is_some())).replacen('}', "", usize::from(braces(&label).is_some())));
            }
        }
    }
}
