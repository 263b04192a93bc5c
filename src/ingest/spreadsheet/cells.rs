//! What stands in a cell: several values with a bar between them, nothing (which leaves what is there), or the mark that clears.

/// Between the values of a cell.
const BAR: char = '|';
/// A cell with just this clears its property.
const CLEAR: &str = "-";
const SPACES: [char; 4] = [' ', '\t', '\n', '\r'];
/// A cell that begins with one of these is a formula to some program.
const FORMULAS: [char; 6] = ['=', '+', '-', '@', '\t', '\r'];
/// Stands before such a cell and makes it a text.
const GUARD: char = '\'';

/// What a cell says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Nothing: what is there stays.
    Leave,
    /// What is there goes.
    Clear,
    /// At least one.
    Values(Vec<String>),
}

impl Cell {
    /// Reads a cell. A backslash takes their meaning from a bar, a backslash, a space at either end of a value, and from the mark
    /// that clears; anywhere else it is a backslash.
    #[must_use]
    pub fn read(text: &str) -> Self {
        if text.trim_matches(SPACES) == CLEAR {
            return Self::Clear;
        }
        let values: Vec<String> = split(unguarded(text)).into_iter().filter(|value| !value.is_empty()).collect();
        if values.is_empty() { Self::Leave } else { Self::Values(values) }
    }
}

/// The cell that reads as these values; empty if there are none, or one that no cell can hold because it is empty itself.
#[must_use]
pub fn written(values: &[String]) -> String {
    if values.iter().any(String::is_empty) {
        return String::new();
    }
    if let [one] = values
        && one == CLEAR
    {
        return format!("\\{CLEAR}");
    }
    let escaped: Vec<String> = values.iter().map(|value| escaped(value)).collect();
    guarded(&escaped.join("|"))
}

/// The name of a cell in a spreadsheet program; `column` from 0, `row` from 1.
#[must_use]
pub fn coordinate(column: usize, row: usize) -> String {
    let mut letters = Vec::new();
    let mut rest = column + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    format!("{}{row}", letters.iter().rev().collect::<String>())
}

fn escaped(value: &str) -> String {
    let mut text = String::with_capacity(value.len());
    let last = value.char_indices().next_back().map_or(0, |(at, _)| at);
    for (at, character) in value.char_indices() {
        let outer = (at == 0 || at == last) && SPACES.contains(&character);
        if outer || matches!(character, BAR | '\\') {
            text.push('\\');
        }
        text.push(character);
    }
    text
}

fn split(text: &str) -> Vec<String> {
    let mut values = Vec::new();
    let (mut value, mut kept) = (String::new(), 0);
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        let meant = |next: &char| matches!(*next, BAR | '\\' | '-') || SPACES.contains(next);
        match character {
            '\\' if characters.peek().is_some_and(meant) => {
                value.extend(characters.next());
                kept = value.len();
            }
            BAR => values.push(cut(std::mem::take(&mut value), std::mem::take(&mut kept))),
            space if value.is_empty() && SPACES.contains(&space) => {}
            other => value.push(other),
        }
    }
    values.push(cut(value, kept));
    values
}

/// Without spaces at the end, as far as they are not to be kept.
fn cut(mut value: String, kept: usize) -> String {
    let length = value.trim_end_matches(SPACES).len().max(kept);
    value.truncate(length);
    value
}

/// Whether a text begins like a formula, behind any number of guards.
fn like_formula(text: &str) -> bool {
    text.trim_start_matches(GUARD).starts_with(FORMULAS)
}

fn guarded(text: &str) -> String {
    if like_formula(text) { format!("{GUARD}{text}") } else { text.to_owned() }
}

fn unguarded(text: &str) -> &str {
    text.strip_prefix(GUARD).filter(|rest| like_formula(rest)).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn values(values: &[&str]) -> Cell {
        Cell::Values(values.iter().map(|value| (*value).to_owned()).collect())
    }

    #[test]
    fn cells_are_read_as_cataloguers_write_them() {
        for (text, cell) in [
            ("", Cell::Leave),
            (" \t ", Cell::Leave),
            ("|", Cell::Leave),
            ("-", Cell::Clear),
            (" - ", Cell::Clear),
            ("\\-", values(&["-"])),
            ("--", values(&["--"])),
            ("-5", values(&["-5"])),
            ("a|b", values(&["a", "b"])),
            (" a | b |", values(&["a", "b"])),
            ("a\\|b", values(&["a|b"])),
            ("C:\\dir\\new", values(&["C:\\dir\\new"])),
            ("\\\\a", values(&["\\a"])),
            ("a\\ ", values(&["a "])),
            ("two\nlines", values(&["two\nlines"])),
            ("'=1+1", values(&["=1+1"])),
            ("''=1", values(&["'=1"])),
            ("'tis", values(&["'tis"])),
            ("\u{a0}", values(&["\u{a0}"])),
        ] {
            assert_eq!(Cell::read(text), cell, "{text:?}");
        }
    }

    #[test]
    fn no_written_cell_is_a_formula() {
        for text in ["=HYPERLINK(\"x\")", "+1", "-1", "@SUM(A1)", "\tx", "\r=1", "'=1", "-", "''-"] {
            let cell = written(&[text.to_owned()]);
            assert!(!cell.starts_with(FORMULAS), "{cell:?}");
            assert_eq!(Cell::read(&cell), values(&[text]), "{cell:?}");
        }
    }

    #[test]
    fn cells_are_named_as_in_a_spreadsheet_program() {
        for (column, name) in [(0, "A7"), (2, "C7"), (25, "Z7"), (26, "AA7"), (51, "AZ7"), (52, "BA7"), (701, "ZZ7"), (702, "AAA7")] {
            assert_eq!(coordinate(column, 7), name);
        }
    }

    proptest! {
        #[test]
        fn what_is_written_reads_as_it_was(texts in proptest::collection::vec("[-=+@'|\\\\ \t\r\nabř]{1,8}|\\PC{1,8}", 1..4)) {
            prop_assert_eq!(Cell::read(&written(&texts)), Cell::Values(texts));
        }
    }
}
