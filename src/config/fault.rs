//! What can be wrong with the settings, all of it at once.

use std::fmt;

/// One thing to put right.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A key in the file or a `TRIPTYCH_…` variable that no setting has.
    #[error("{place}: there is no setting {name:?}{}", nearest.as_ref().map(|n| format!("; did you mean {n:?}?")).unwrap_or_default())]
    Unknown { place: String, name: String, nearest: Option<String> },
    /// A value that cannot be read as what it should be. `shown` is empty for secrets.
    #[error("{place}: {name} {shown}{why}")]
    Value { place: String, name: String, shown: String, why: String },
    /// A file that cannot be opened or is not TOML.
    #[error("{path}: {why}")]
    File { path: String, why: String },
    /// Two values that do not go together.
    #[error("{0}")]
    Together(&'static str),
}

/// Every fault found in one reading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {
    pub faults: Vec<Fault>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the settings are not right:")?;
        self.faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for ConfigError {}

/// The candidate that looks most like `name`, when one is close enough to be a slip of the pen.
pub(super) fn nearest(name: &str, candidates: impl Iterator<Item = String>) -> Option<String> {
    let limit = 1 + name.len() / 3;
    let ranked = candidates.map(|candidate| (distance(name, &candidate), candidate));
    ranked.min().filter(|(far, _)| *far <= limit).map(|(_, candidate)| candidate)
}

/// Edit distance between two short texts.
fn distance(a: &str, b: &str) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.bytes().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.bytes().enumerate() {
            let replaced = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row[b.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (a, b, want) in [("", "", 0), ("listen", "listen", 0), ("lisen", "listen", 1), ("kitten", "sitting", 3), ("", "abc", 3)] {
            assert_eq!(distance(a, b), want, "{a} {b}");
        }
    }

    #[test]
    fn only_near_names_are_offered() {
        let names = || ["listen", "public_url", "storage"].into_iter().map(String::from);
        assert_eq!(nearest("publicurl", names()).as_deref(), Some("public_url"));
        assert_eq!(nearest("colour", names()), None);
    }
}
