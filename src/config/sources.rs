//! The text of each setting and where it was found.

use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    path::PathBuf,
};

use super::{
    fault::Fault,
    settings::{KEYS, Key, Shown},
};

/// Where a value was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    Default,
    File(PathBuf),
    Environment(String),
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(path) => write!(f, "{}", path.display()),
            Source::Environment(variable) => write!(f, "environment {variable}"),
            Source::Flag(flag) => write!(f, "flag {flag}"),
        }
    }
}

/// The text in force for every setting, with its source.
#[derive(Clone, Debug)]
pub struct Sources {
    found: BTreeMap<&'static str, (String, Source)>,
}

impl Sources {
    /// Every setting at its default.
    pub(super) fn defaults() -> Sources {
        Sources { found: KEYS.iter().map(|key| (key.name, (key.default.to_owned(), Source::Default))).collect() }
    }

    pub(super) fn set(&mut self, name: &'static str, text: String, source: Source) {
        self.found.insert(name, (text, source));
    }

    /// Where the value of the setting `name` was found; `None` when there is no such setting.
    pub fn of(&self, name: &str) -> Option<&Source> {
        self.found.get(name).map(|(_, source)| source)
    }

    /// Reads one setting, or notes why it cannot be read.
    pub(super) fn read<T>(&self, name: &str, parse: impl Fn(&str) -> Result<T, String>, faults: &mut Vec<Fault>) -> Option<T> {
        let (text, source) = self.found.get(name)?;
        let hidden = KEYS.iter().any(|key| key.name == name && key.shown == Shown::Hidden);
        let shown = if hidden { String::new() } else { format!("= {text:?} ") };
        let fault = |why| Fault::Value { place: source.to_string(), name: name.to_owned(), shown, why };
        parse(text).map_err(|why| faults.push(fault(why))).ok()
    }

    /// All settings in the form of a settings file: what each means, its value, and where it is from.
    pub fn listing(&self) -> String {
        let mut listing = String::new();
        for key in KEYS {
            let Some((text, source)) = self.found.get(key.name) else { continue };
            let help = key.help.concat();
            let value = shown(key, text);
            let written = writeln!(listing, "# {}\n{} = {value} # {source}", help.trim(), key.name);
            debug_assert!(written.is_ok(), "text always takes more text");
        }
        listing
    }
}

/// A value as TOML; a secret only as a sign that it is there.
fn shown(key: &Key, text: &str) -> String {
    match key.shown {
        Shown::Hidden if !text.is_empty() => "\"(set)\"".to_owned(),
        // The escapes of a JSON text mean the same in TOML.
        _ => serde_json::Value::from(text).to_string(),
    }
}
