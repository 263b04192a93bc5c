//! The validator against documents: published ones, and ones broken by hand in one place.

mod broken_2;
mod broken_3;
mod broken_av;
mod broken_collection;
mod fixtures;
mod random;
mod samples;

use super::{Finding, Severity, validate};
use serde_json::Value;

/// Sets the value at a pointer, or takes it away if the value is null; `-` at the end of a pointer adds to a list.
fn change(document: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').expect("a pointer to a property");
    let name = name.replace("~1", "/").replace("~0", "~");
    match document.pointer_mut(parent).unwrap_or_else(|| panic!("nothing at {parent}")) {
        Value::Object(map) if value.is_null() => {
            map.shift_remove(&name).unwrap_or_else(|| panic!("nothing at {pointer}"));
        }
        Value::Object(map) => {
            map.insert(name, value);
        }
        Value::Array(list) if name == "-" => list.push(value),
        Value::Array(list) => list[name.parse::<usize>().expect("an index")] = value,
        other => panic!("{parent} is {other}"),
    }
}

/// Each case breaks the sample in one place; the rule must be told at the pointer.
fn assert_told(sample: &Value, cases: impl IntoIterator<Item = (&'static str, Value, &'static str, &'static str)>) {
    for (pointer, value, rule, at) in cases {
        let mut document = sample.clone();
        let shown = format!("{pointer} = {value}");
        change(&mut document, pointer, value);
        let findings = validate(&document);
        let told = findings.iter().any(|finding| finding.rule == rule && finding.pointer == at);
        assert!(told, "{shown}: expected {rule} at {at:?}, but found {:#?}", brief(&findings));
    }
}

fn brief(findings: &[Finding]) -> Vec<String> {
    findings.iter().map(|finding| format!("{} {} {}", finding.rule, finding.pointer, finding.what)).collect()
}

fn errors(findings: &[Finding]) -> Vec<&Finding> {
    findings.iter().filter(|finding| finding.severity == Severity::Error).collect()
}
