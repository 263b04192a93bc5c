//! Labels of canvases by a pattern: the cataloguer writes the first label, the others count on from it.
//!
//! - `1`, `p. 12`, `[001]`: pages. `fol. 1r`: both sides of leaves, `1r 1v 2r`; `1a` the same with a and b. `i`, `I`: Roman numerals;
//!   `a`, `A`: letters. What is not counted stays as it is.
//! - `12v-13r`: an opening. Numbers that follow one another are one series, of which each canvas takes as many as the pattern has.
//! - Where a text leaves open what is counted, braces say it: `MS 12, fol. {1r}`, `Plate {A}`, `fol. {1r} ({i})`. A single letter in
//!   braces is a letter unless it is `i` or `I`; to begin with another Roman numeral, say where to start. `{{` and `}}` are braces.
//! - An exception is a label of its own. It takes no number (`Cover`, `12bis`) unless `{}` in it stands for one (`[{}]`).
//! - Numbers that are missing in the book are left out.

mod numeral;
mod pattern;

use super::LanguageMap;
use super::check::Fault;
use super::syntax;
use numeral::Numeral;
use pattern::Run;
use std::collections::{HashMap, HashSet};

pub use pattern::{Exception, Pattern, PatternError};

/// What a writer says of the labels of an item's canvases.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    pub pattern: String,
    /// The first number, as the pattern writes it or in digits; that of the pattern if not given.
    pub start: Option<String>,
    /// Numbers that are left out.
    pub missing: Vec<String>,
    /// The first canvas that is labelled; the item's first if not given.
    pub from: Option<String>,
    /// The last canvas that is labelled; the item's last if not given.
    pub to: Option<String>,
    /// Labels by canvas.
    pub exceptions: Vec<(String, String)>,
    /// Language of the labels.
    pub language: Option<String>,
}

/// How canvases are labelled.
#[derive(Debug, Clone)]
pub struct Labelling {
    pattern: Pattern,
    start: u32,
    missing: HashSet<u32>,
    from: Option<String>,
    to: Option<String>,
    exceptions: HashMap<String, Exception>,
    language: Option<String>,
}

impl Labelling {
    /// Reads what is wanted.
    ///
    /// # Errors
    /// Everything that is wrong with it, with pointers into a body of these names.
    pub fn of(wanted: Wanted) -> Result<Self, Vec<Fault>> {
        let Wanted { pattern, start, missing, from, to, exceptions, language } = wanted;
        let mut told = Vec::new();
        let mut fault = |pointer: String, detail: String| told.push(Fault { pointer, detail });
        let mut read = HashMap::new();
        for (canvas, text) in exceptions {
            match Exception::parse(&text) {
                Ok(exception) => drop(read.insert(canvas, exception)),
                Err(error) => fault(pointer_to(&canvas), error.to_string()),
            }
        }
        if language.as_deref().is_some_and(|tag| tag != super::language::NONE && !syntax::is_tag(tag)) {
            fault("/language".to_owned(), "must be a BCP 47 language tag, or none".to_owned());
        }
        let pattern = Pattern::parse(&pattern).map_err(|error| fault("/pattern".to_owned(), error.to_string())).ok();
        let Some(pattern) = pattern else { return Err(told) };
        let Run { numeral, first, .. } = pattern.runs[0];
        let begins = start.map(|text| numeral.named(&text).first().copied().ok_or(text)).transpose();
        let begins = begins.map_err(|text| fault("/start".to_owned(), not_counted(&text, &pattern))).ok().flatten();
        let mut left_out = HashSet::new();
        for (place, text) in missing.iter().enumerate() {
            let named = numeral.named(text);
            if named.is_empty() {
                fault(format!("/missing/{place}"), not_counted(text, &pattern));
            }
            left_out.extend(named);
        }
        let labelling = Self { start: begins.unwrap_or(first), missing: left_out, from, to, exceptions: read, language, pattern };
        if told.is_empty() { Ok(labelling) } else { Err(told) }
    }

    /// What a canvas is labelled that was labelled `before`: texts in other languages stay only if a language is said.
    #[must_use]
    pub fn label(&self, before: &LanguageMap, text: String) -> LanguageMap {
        let Some(language) = &self.language else { return LanguageMap::plain(text) };
        let mut label = before.clone();
        label.set(language, vec![text]);
        label
    }

    /// The labels of canvases, given all those of the item in reading order: the place of the first that is labelled, and the labels
    /// from there on.
    ///
    /// # Errors
    /// Everything in which the canvases are not as was thought.
    pub fn labels<T: AsRef<str>>(&self, canvases: &[T]) -> Result<(usize, Vec<String>), Vec<Fault>> {
        let mut told = Vec::new();
        let places: HashMap<&str, usize> = canvases.iter().enumerate().map(|(place, id)| (id.as_ref(), place)).collect();
        let mut place = |id: &Option<String>, pointer: &str, default: usize| match id {
            None => default,
            Some(id) => places.get(id.as_str()).copied().unwrap_or_else(|| {
                told.push(Fault { pointer: pointer.to_owned(), detail: format!("the item has no canvas \"{id}\"") });
                default
            }),
        };
        let (from, to) = (place(&self.from, "/from", 0), place(&self.to, "/to", canvases.len().saturating_sub(1)));
        if from > to && told.is_empty() {
            told.push(Fault {
                pointer: "/to".to_owned(),
                detail: "this canvas comes before the first one that is to be labelled".to_owned(),
            });
        }
        let outside = |id: &&String| places.get(id.as_str()).is_none_or(|place| !(from..=to).contains(place));
        let mut outside: Vec<&String> = self.exceptions.keys().filter(outside).collect();
        outside.sort_unstable();
        let detail = || "there is no such canvas among those that are labelled".to_owned();
        told.extend(outside.into_iter().map(|id| Fault { pointer: pointer_to(id), detail: detail() }));
        if !told.is_empty() {
            return Err(told);
        }
        let labelled = canvases.get(from..=to).unwrap_or_default();
        self.count(labelled).map(|labels| (from, labels)).map_err(|fault| vec![fault])
    }

    fn count<T: AsRef<str>>(&self, canvases: &[T]) -> Result<Vec<String>, Fault> {
        let mut series: Vec<Series> = self.pattern.runs.iter().map(|run| Series::of(*run)).collect();
        series[0].next = self.start;
        let mut labels = Vec::with_capacity(canvases.len());
        for canvas in canvases.iter().map(AsRef::as_ref) {
            let exception = self.exceptions.get(canvas);
            if let Some(exception) = exception.filter(|exception| !exception.is_counted()) {
                labels.push(exception.with(""));
                continue;
            }
            let mut numbers = Vec::new();
            for (place, series) in series.iter_mut().enumerate() {
                let left_out = if place == 0 { Some(&self.missing) } else { None };
                numbers.extend(series.take(left_out).ok_or_else(|| endless(canvas, series.run.numeral))?);
            }
            let label = self.pattern.with(&numbers);
            labels.push(exception.map_or(label, |exception| exception.with(&self.pattern.bare(&numbers))));
        }
        Ok(labels)
    }
}

/// Numbers that are being counted.
struct Series {
    run: Run,
    next: u32,
}

impl Series {
    fn of(run: Run) -> Self {
        Self { run, next: run.first }
    }

    /// The numbers of the next canvas, but those that are left out; nothing if they cannot be written any more.
    fn take(&mut self, left_out: Option<&HashSet<u32>>) -> Option<Vec<String>> {
        let number = |_| {
            while left_out.is_some_and(|missing| missing.contains(&self.next)) {
                self.next += 1;
            }
            self.next += 1;
            self.run.numeral.write(self.next - 1)
        };
        (0..self.run.length).map(number).collect()
    }
}

fn endless(canvas: &str, numeral: Numeral) -> Fault {
    let detail = match numeral {
        Numeral::Roman { .. } => "Roman numerals end at 3999",
        Numeral::Letters { .. } => "letters end at zz",
        Numeral::Arabic { .. } | Numeral::Sides { .. } => "numbers end at 9999999",
    };
    Fault { pointer: "/pattern".to_owned(), detail: format!("there is no number for the canvas \"{canvas}\": {detail}") }
}

fn not_counted(text: &str, pattern: &Pattern) -> String {
    let Run { numeral, first, .. } = pattern.runs[0];
    let example = numeral.write(first).unwrap_or_default();
    format!("\"{text}\" is no number of this pattern: write it like {example}, or in digits")
}

fn pointer_to(canvas: &str) -> String {
    format!("/exceptions/{}", canvas.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn canvases(count: usize) -> Vec<String> {
        (0..count).map(|number| format!("c{number}")).collect()
    }

    fn wanted(pattern: &str) -> Wanted {
        Wanted { pattern: pattern.to_owned(), ..Wanted::default() }
    }

    fn labels(wanted: Wanted, count: usize) -> Vec<String> {
        let labelling = Labelling::of(wanted).unwrap_or_else(|faults| panic!("{faults:?}"));
        labelling.labels(&canvases(count)).unwrap_or_else(|faults| panic!("{faults:?}")).1
    }

    fn texts(list: &[&str]) -> Vec<String> {
        list.iter().map(|text| (*text).to_owned()).collect()
    }

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(one, other)| ((*one).to_owned(), (*other).to_owned())).collect()
    }

    #[test]
    fn the_first_label_is_counted_on() {
        let cases: [(&str, &[&str]); 14] = [
            ("1", &["1", "2", "3"]),
            ("1r", &["1r", "1v", "2r", "2v"]),
            ("i", &["i", "ii", "iii", "iv"]),
            ("I", &["I", "II"]),
            ("a", &["a", "b", "c"]),
            ("y", &["y", "z", "aa", "ab"]),
            ("[12]", &["[12]", "[13]"]),
            ("p. 9", &["p. 9", "p. 10"]),
            ("fol. 012v", &["fol. 012v", "fol. 013r"]),
            ("12v-13r", &["12v-13r", "13v-14r", "14v-15r"]),
            ("pp. 2/3", &["pp. 2/3", "pp. 4/5"]),
            ("Plate {Z}", &["Plate Z", "Plate AA"]),
            ("MS 12, {1r} ({i})", &["MS 12, 1r (i)", "MS 12, 1v (ii)", "MS 12, 2r (iii)"]),
            ("{{1}} {5}", &["{1} 5", "{1} 6"]),
        ];
        for (pattern, expected) in cases {
            assert_eq!(labels(wanted(pattern), expected.len()), expected, "{pattern}");
        }
    }

    #[test]
    fn the_start_is_said_as_it_is_written_or_in_digits() {
        let cases =
            [("1r", "12v", "12v"), ("1r", "12", "12r"), ("i", "v", "v"), ("i", "5", "v"), ("1v-2r", "7v", "7v-8r"), ("a", "3", "c")];
        for (pattern, start, first) in cases {
            assert_eq!(labels(Wanted { start: Some(start.to_owned()), ..wanted(pattern) }, 1), [first], "{pattern} from {start}");
        }
    }

    #[test]
    fn exceptions_and_missing_numbers() {
        let wanted = Wanted {
            exceptions: pairs(&[("c0", "Cover"), ("c3", "2bis"), ("c4", "[{}]"), ("c7", "Back cover")]),
            missing: texts(&["4"]),
            ..wanted("p. 1")
        };
        let expected = ["Cover", "p. 1", "p. 2", "2bis", "[3]", "p. 5", "p. 6", "Back cover"];
        assert_eq!(labels(wanted, 8), expected);
        let leaves = Wanted { missing: texts(&["2", "3v"]), ..self::wanted("1r") };
        assert_eq!(labels(leaves, 5), ["1r", "1v", "3r", "4r", "4v"]);
        let openings = Wanted { missing: texts(&["2"]), exceptions: pairs(&[("c1", "({})")]), ..self::wanted("1v-2r") };
        assert_eq!(labels(openings.clone(), 2), ["1v-3r", "(3v-4r)"], "a leaf that is missing leaves its neighbours facing each other");
    }

    #[test]
    fn a_run_of_canvases_is_labelled_from_its_own_start() {
        let run = Wanted { from: Some("c2".to_owned()), to: Some("c3".to_owned()), ..wanted("1") };
        let labelling = Labelling::of(run).expect("a labelling");
        assert_eq!(labelling.labels(&canvases(6)), Ok((2, texts(&["1", "2"]))));
        assert_eq!(Labelling::of(wanted("1")).expect("a labelling").labels(&canvases(0)), Ok((0, Vec::new())));
    }

    #[test]
    fn all_faults_are_told_at_once() {
        let bad = Wanted {
            start: Some("x".to_owned()),
            missing: texts(&["1", "ii"]),
            exceptions: pairs(&[("c1", "{")]),
            language: Some("no language".to_owned()),
            ..wanted("1")
        };
        let pointers = |faults: Vec<Fault>| faults.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>();
        assert_eq!(Labelling::of(bad).map_err(pointers).err(), Some(texts(&["/exceptions/c1", "/language", "/start", "/missing/1"])));
        assert_eq!(Labelling::of(wanted("Cover")).map_err(pointers).err(), Some(texts(&["/pattern"])));
        let unfit = Wanted {
            from: Some("c2".to_owned()),
            to: Some("c1".to_owned()),
            exceptions: pairs(&[("none", "x"), ("c0", "x")]),
            ..wanted("1")
        };
        let told = Labelling::of(unfit).expect("a labelling").labels(&canvases(3));
        assert_eq!(told.map_err(pointers).err(), Some(texts(&["/to", "/exceptions/c0", "/exceptions/none"])));
        let unknown = Wanted { from: Some("x".to_owned()), to: Some("y".to_owned()), ..wanted("1") };
        assert_eq!(
            Labelling::of(unknown).expect("a labelling").labels(&canvases(3)).map_err(pointers).err(),
            Some(texts(&["/from", "/to"]))
        );
        let long = Wanted { start: Some("3998".to_owned()), ..wanted("i") };
        assert!(Labelling::of(long).expect("a labelling").labels(&canvases(3)).is_err());
    }

    proptest! {
        #[test]
        fn the_pattern_is_the_first_label(prefix in "[ .,fol]{0,4}", number in "[0-9]{1,3}[rv]?") {
            let pattern = format!("{prefix}{{{number}}}");
            prop_assert_eq!(labels(wanted(&pattern), 1), [format!("{prefix}{number}")]);
        }

        #[test]
        fn any_label_of_a_pattern_begins_the_same_labels(
            pattern in prop::sample::select(vec!["1", "p. 1", "fol. 1r", "1v-2r", "[i]", "{A}", "001", "2-3"]), skipped in 0..40_usize,
        ) {
            let all = labels(wanted(pattern), skipped + 3);
            let read = Pattern::parse(pattern).expect("a pattern");
            let number = read.read(&all[skipped]);
            prop_assert!(number.is_some(), "{}", all[skipped]);
            let again = Labelling { start: number.unwrap_or_default(), ..Labelling::of(wanted(pattern)).expect("a labelling") };
            prop_assert_eq!(again.labels(&canvases(3)).expect("labels").1, &all[skipped..]);
        }

        #[test]
        fn labels_are_never_doubled(pattern in prop::sample::select(vec!["1", "1r", "i", "a", "1v-2r", "01"]), count in 0..300_usize) {
            let all = labels(wanted(pattern), count);
            prop_assert_eq!(all.iter().collect::<HashSet<_>>().len(), count);
        }

        #[test]
        fn no_pattern_is_too_odd(pattern in "\\PC{0,12}", text in "\\PC{0,6}") {
            if let Ok(labelling) = Labelling::of(Wanted { start: Some(text), ..wanted(&pattern) }) {
                let _ = labelling.labels(&canvases(3));
            }
        }
    }
}
