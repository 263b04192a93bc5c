//! What is told about an upgrade: places in the source document, and what became of what stood there.

use std::collections::HashMap;

/// One thing that is not as it was, told at the place where it stood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// JSON pointer into the source document.
    pub pointer: String,
    /// What became of it, in plain words.
    pub what: String,
}

/// A place in the source document: a chain from the value up to the root, which costs nothing until it is told.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    parent: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Root,
    Key(&'a str),
    Index(usize),
}

impl<'a> Place<'a> {
    pub(super) fn root() -> Self {
        Self { parent: None, step: Step::Root }
    }

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Self { parent: Some(self), step: Step::Key(key) }
    }

    pub(super) fn index(&'a self, index: usize) -> Self {
        Self { parent: Some(self), step: Step::Index(index) }
    }

    /// The place of an entry of a list, or the place itself where one value stands for a list.
    pub(super) fn entry(&'a self, many: bool, index: usize) -> Self {
        if many { self.index(index) } else { *self }
    }

    /// The key at which it is, if it is in an object.
    pub(super) fn last(&self) -> Option<&'a str> {
        match self.step {
            Step::Key(key) => Some(key),
            Step::Root | Step::Index(_) => None,
        }
    }

    /// The place as a JSON pointer (RFC 6901).
    pub(super) fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut place = Some(self);
        while let Some(here) = place {
            match here.step {
                Step::Root => {}
                Step::Key(key) => steps.push(key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => steps.push(index.to_string()),
            }
            place = here.parent;
        }
        steps.iter().rev().flat_map(|step| ["/", step]).collect()
    }
}

/// So many places are told of one kind of change; the rest is counted.
const PLACES: usize = 100;

struct Kind {
    last: usize,
    told: usize,
    more: usize,
}

/// The changes in the order in which they were made. A kind of change is told at no more than a bounded number of places.
#[derive(Default)]
pub(super) struct Report {
    changes: Vec<Change>,
    kinds: HashMap<&'static str, Kind>,
}

impl Report {
    /// Tells a change that a cataloguer may want to look at.
    pub(super) fn note(&mut self, at: &Place, what: &'static str) {
        self.push(|| at.pointer(), what, "", PLACES);
    }

    /// The same, with the value that it is about.
    pub(super) fn note_with(&mut self, at: &Place, what: &'static str, detail: &str) {
        self.push(|| at.pointer(), what, detail, PLACES);
    }

    /// The same, at a place that is known by its pointer.
    pub(super) fn note_at(&mut self, pointer: &str, what: &'static str, detail: &str) {
        self.push(|| pointer.to_owned(), what, detail, PLACES);
    }

    /// Tells a mere change of form at the first place only, and counts the others.
    pub(super) fn form(&mut self, at: &Place, what: &'static str) {
        self.push(|| at.pointer(), what, "", 1);
    }

    fn push(&mut self, pointer: impl FnOnce() -> String, what: &'static str, detail: &str, places: usize) {
        let kind = self.kinds.entry(what).or_insert(Kind { last: 0, told: 0, more: 0 });
        if kind.told >= places {
            kind.more += 1;
            return;
        }
        kind.told += 1;
        kind.last = self.changes.len();
        let what = if detail.is_empty() { what.to_owned() } else { format!("{what}: {detail}") };
        self.changes.push(Change { pointer: pointer(), what });
    }

    pub(super) fn is_empty(&self) -> bool {
        self.changes.is_empty()
    }

    pub(super) fn finish(mut self) -> Vec<Change> {
        for kind in self.kinds.values().filter(|kind| kind.more > 0) {
            let places = if kind.more == 1 { "place" } else { "places" };
            self.changes[kind.last].what += &format!(" (and in {} more {places})", kind.more);
        }
        self.changes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pointers_escape() {
        let root = Place::root();
        let (items, slash) = (root.key("items"), "a/b~c");
        let first = items.index(0);
        assert_eq!(root.pointer(), "");
        assert_eq!(first.key(slash).pointer(), "/items/0/a~1b~0c");
    }

    #[test]
    fn forms_are_told_once_and_counted() {
        let mut report = Report::default();
        let root = Place::root();
        for index in 0..3 {
            report.form(&root.index(index), "a");
            report.note_with(&root.index(index), "b", "c");
        }
        let told: Vec<_> = report.finish().into_iter().map(|change| (change.pointer, change.what)).collect();
        let told: Vec<_> = told.iter().map(|(pointer, what)| (pointer.as_str(), what.as_str())).collect();
        assert_eq!(told, [("/0", "a (and in 2 more places)"), ("/0", "b: c"), ("/1", "b: c"), ("/2", "b: c")]);
    }
}
