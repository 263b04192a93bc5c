//! Ranges of Presentation 2.1 (section 5.6): a flat list, each naming Canvases and other Ranges.

use super::finding::Rule;
use super::properties_2::{self, Class};
use super::ranges::back_steps;
use super::report::Place;
use super::run::{Run, bare, id_of, type_of};
use super::spelling::{quoted, shown};
use super::version_2::{each, start_canvas};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

const CANVAS: Rule = Rule::error("p2-range-canvas", "Presentation 2.1, 5.6");
const RANGE: Rule = Rule::error("p2-range-range", "Presentation 2.1, 5.6");
const CYCLE: Rule = Rule::error("p2-range-cycle", "Presentation 2.1, 5.6");
const ENTRY: Rule = Rule::error("p2-range-entry", "Presentation 2.1, 5.6");
const EMPTY: Rule = Rule::warning("p2-range-empty", "Presentation 2.1, 5.6");
const MEMBER: Rule = Rule::error("p2-member", "Presentation 2.1, 5.6");

#[derive(Default)]
struct Known<'d> {
    ranges: HashMap<&'d str, Vec<&'d str>>,
    back: HashSet<(&'d str, &'d str)>,
    /// Whether the Ranges are all known.
    whole: bool,
}

/// Checks `structures` of a Manifest.
pub(super) fn structures<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    let mut known = Known { whole: true, ..Known::default() };
    let mut order = Vec::new();
    for object in value.as_array().into_iter().flatten().filter_map(Value::as_object) {
        let Some(id) = id_of(object) else { continue };
        let listed = object.get("ranges").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
        let members = object.get("members").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_object);
        let members = members.filter(|member| type_of(member) == Some("Range")).filter_map(id_of);
        order.push(id);
        known.ranges.entry(id).or_default().extend(listed.chain(members));
    }
    known.back = back_steps(&order, &known.ranges);
    each(run, at, value, |run, at, object, _| {
        if properties_2::class(run, at, object, &["sc:Range"]).is_some() {
            range(run, at, object, &known);
        }
    });
}

/// Checks a Range that is a document by itself.
pub(super) fn alone<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    range(run, at, object, &Known::default());
}

fn range<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, known: &Known<'d>) {
    properties_2::resource(run, at, object, Class::Range);
    if let Some(start) = object.get("startCanvas") {
        start_canvas(run, &at.key("startCanvas"), start);
    }
    if !["ranges", "canvases", "members"].iter().any(|name| object.contains_key(*name)) {
        run.add(at, EMPTY, "this Range has neither canvases nor ranges nor members", "name its Canvases, or take it away");
    }
    let id = id_of(object).unwrap_or_default();
    for name in ["ranges", "canvases"] {
        let Some(value) = object.get(name) else { continue };
        let place = at.key(name);
        let Value::Array(list) = value else {
            run.add(&place, ENTRY, format!("{name} must be a list of URIs, but is {}", shown(value)), "put it into square brackets");
            continue;
        };
        for (index, entry) in list.iter().enumerate() {
            let place = place.index(index);
            match entry.as_str() {
                Some(uri) if name == "canvases" => canvas(run, &place, uri),
                Some(uri) => inner(run, &place, id, uri, known),
                None => {
                    run.add(&place, ENTRY, format!("this must be a URI, but is {}", shown(entry)), "write the URI alone, or use members")
                }
            }
        }
    }
    if let Some(value) = object.get("members") {
        each(run, &at.key("members"), value, |run, at, object, _| member(run, at, object, id, known));
    }
}

fn member<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, parent: &str, known: &Known<'d>) {
    let class = properties_2::class(run, at, object, &["sc:Canvas", "sc:Range"]);
    let missing: Vec<_> = ["@id", "label"].into_iter().filter(|name| !object.contains_key(*name)).collect();
    if !missing.is_empty() {
        run.add(at, MEMBER, format!("this member has no {}", missing.join(" and no ")), "give every member @id, @type and label");
    }
    match (class, id_of(object)) {
        (Some("Canvas"), Some(uri)) => canvas(run, &at.key("@id"), uri),
        (Some("Range"), Some(uri)) => inner(run, &at.key("@id"), parent, uri, known),
        _ => {}
    }
}

fn canvas(run: &mut Run<'_>, at: &Place<'_>, uri: &str) {
    if run.canvases.is_some() && run.sizes(bare(uri)).is_none() {
        run.add(at, CANVAS, format!("{} is not a Canvas of this Manifest", quoted(uri)), "name a Canvas of a Sequence, by exactly its @id");
    }
}

fn inner(run: &mut Run<'_>, at: &Place<'_>, parent: &str, uri: &str, known: &Known<'_>) {
    if known.back.contains(&(parent, uri)) {
        run.add(
            at,
            CYCLE,
            format!("the Range {} comes back to itself by way of this entry", quoted(uri)),
            "take the entry away: Ranges are a tree",
        );
    } else if known.whole && !known.ranges.contains_key(uri) {
        run.add(
            at,
            RANGE,
            format!("{} is not a Range of this Manifest", quoted(uri)),
            "add the Range to structures, or take the entry away",
        );
    }
}
