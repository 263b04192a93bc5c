//! The findings of one run: where they are, how many are kept, and in which order they are told.

use super::finding::{Finding, Rule, Severity};
use serde_json::Value;
use std::collections::HashMap;

/// At most so many Errors are kept, and so many Warnings and Notes together.
const KEPT: usize = 5_000;

const MORE: Rule = Rule::note("more-findings", "this report");

/// A place in the document: a list of steps that lives on the stack and becomes a JSON pointer only where it is told.
#[derive(Clone, Copy)]
pub(super) struct Place<'p> {
    parent: Option<&'p Place<'p>>,
    step: Step<'p>,
}

#[derive(Clone, Copy)]
enum Step<'p> {
    Key(&'p str),
    Index(usize),
}

impl<'p> Place<'p> {
    /// The whole document.
    pub(super) const ROOT: Place<'static> = Place { parent: None, step: Step::Index(0) };

    /// The property `key` of this place.
    pub(super) fn key<'c>(&'c self, key: &'c str) -> Place<'c> {
        Place { parent: Some(self), step: Step::Key(key) }
    }

    /// The entry `index` of this place.
    pub(super) fn index(&self, index: usize) -> Place<'_> {
        Place { parent: Some(self), step: Step::Index(index) }
    }

    /// Whether this is the whole document.
    pub(super) fn is_root(&self) -> bool {
        self.parent.is_none()
    }

    /// The JSON pointer.
    pub(super) fn pointer(&self) -> String {
        let mut steps = Vec::new();
        let mut place = self;
        while let Some(parent) = place.parent {
            steps.push(place.step);
            place = parent;
        }
        let mut pointer = String::new();
        for step in steps.into_iter().rev() {
            pointer.push('/');
            match step {
                Step::Key(key) => pointer.push_str(&key.replace('~', "~0").replace('/', "~1")),
                Step::Index(index) => pointer.push_str(&index.to_string()),
            }
        }
        pointer
    }
}

/// Findings as they come. Errors are kept apart, so that no number of Warnings hides one.
#[derive(Default)]
pub(super) struct Report {
    errors: Vec<Finding>,
    others: Vec<Finding>,
    more: usize,
}

impl Report {
    /// Tells that the rule is broken at the place.
    pub(super) fn add(&mut self, at: &Place<'_>, rule: Rule, what: impl Into<String>, cure: impl Into<String>) {
        let list = if rule.severity == Severity::Error { &mut self.errors } else { &mut self.others };
        if list.len() == KEPT {
            self.more += 1;
            return;
        }
        list.push(finding(at.pointer(), rule, what.into(), cure.into()));
    }

    /// All findings in the order of the document, and last, if some were left out, one that says how many.
    pub(super) fn finish(self, document: &Value) -> Vec<Finding> {
        let Self { mut errors, others, more } = self;
        errors.extend(others);
        let mut order = Order { document, known: HashMap::new() };
        let mut keyed: Vec<_> = errors.into_iter().map(|finding| (order.of(&finding.pointer), finding)).collect();
        keyed.sort_by(|(a, x), (b, y)| a.cmp(b).then(x.severity.cmp(&y.severity)));
        let mut findings: Vec<_> = keyed.into_iter().map(|(_, finding)| finding).collect();
        if more > 0 {
            let what = format!("{more} more findings are not listed");
            findings.push(finding(String::new(), MORE, what, "mend what is listed and validate again".to_owned()));
        }
        findings
    }
}

fn finding(pointer: String, rule: Rule, what: String, cure: String) -> Finding {
    let Rule { token, severity, source, clients } = rule;
    Finding { severity, pointer, rule: token, what, cure, source, clients }
}

/// Where pointers stand in the document. The keys of an object are numbered once, however many findings it has.
struct Order<'d> {
    document: &'d Value,
    known: HashMap<*const Value, HashMap<&'d str, usize>>,
}

impl<'d> Order<'d> {
    fn of(&mut self, pointer: &str) -> Vec<usize> {
        let mut place = Some(self.document);
        let mut order = Vec::new();
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let Some(value) = place else { break };
            let (number, child) = self.step(value, &token);
            order.push(number);
            place = child;
        }
        order
    }

    fn step(&mut self, value: &'d Value, token: &str) -> (usize, Option<&'d Value>) {
        match value {
            Value::Array(list) => token.parse().map_or((usize::MAX, None), |index: usize| (index, list.get(index))),
            Value::Object(map) => {
                let keys = self.known.entry(value).or_insert_with(|| map.keys().enumerate().map(|(i, key)| (key.as_str(), i)).collect());
                (keys.get(token).copied().unwrap_or(usize::MAX), map.get(token))
            }
            _ => (usize::MAX, None),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const ERROR: Rule = Rule::error("e", "x");
    const NOTE: Rule = Rule::note("n", "x");

    #[test]
    fn a_place_is_told_as_a_json_pointer() {
        let root = Place::ROOT;
        let (items, strange) = (root.key("items"), root.key("a/~b"));
        assert_eq!(root.pointer(), "");
        assert_eq!(items.index(3).key("id").pointer(), "/items/3/id");
        assert_eq!(strange.pointer(), "/a~1~0b");
    }

    #[test]
    fn findings_come_in_the_order_of_the_document() {
        let document = json!({"b": [1, {"z": 1, "a": 1}], "a": 1});
        let mut report = Report::default();
        let root = Place::ROOT;
        let list = root.key("b");
        let entry = list.index(1);
        for place in [root.key("a"), entry.key("a"), entry.key("z"), entry, list.index(0), root] {
            report.add(&place, NOTE, "", "");
        }
        let pointers: Vec<_> = report.finish(&document).into_iter().map(|finding| finding.pointer).collect();
        assert_eq!(pointers, ["", "/b/0", "/b/1", "/b/1/z", "/b/1/a", "/a"]);
    }

    #[test]
    fn no_number_of_notes_hides_an_error_and_what_is_left_out_is_counted() {
        let mut report = Report::default();
        for _ in 0..KEPT + 7 {
            report.add(&Place::ROOT, NOTE, "", "");
        }
        report.add(&Place::ROOT, ERROR, "", "");
        let findings = report.finish(&json!({}));
        assert_eq!(findings.len(), KEPT + 2);
        assert_eq!(findings[0].severity, Severity::Error);
        assert!(findings.last().is_some_and(|last| last.rule == "more-findings" && last.what.starts_with("7 more")));
    }
}
