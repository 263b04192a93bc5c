//! Ranges (Presentation 3.0, section 5.4): a tree over the Canvases of the Manifest.

use super::classes::Class;
use super::finding::{Rule, TIFY, UV};
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, bare, id_of, type_of};
use super::spelling::{quoted, shown};
use super::{properties, structure_3, targets};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

const EMPTY: Rule = Rule::error("p3-range-items", "Presentation 3.0, 3.4").hits(&[TIFY]);
const REFERENCE: Rule = Rule::warning("viewer-range-reference", "TIFY 0.35, Universal Viewer 4").hits(&[TIFY, UV]);
const WITHOUT_ITEMS: Rule = Rule::warning("viewer-uv-range-without-items", "TIFY 0.35, Universal Viewer 4").hits(&[TIFY, UV]);
const CYCLE: Rule = Rule::error("p3-range-cycle", "Presentation 3.0, 5.4");
const CANVAS: Rule = Rule::error("p3-range-canvas", "Presentation 3.0, 5.4");
const ENTRY: Rule = Rule::error("p3-range-entry", "Presentation 3.0, 3.4");
const SEQUENCE: Rule = Rule::error("p3-range-sequence", "Presentation 3.0, 3.2");
const THUMBNAILS: Rule = Rule::error("p3-range-thumbnails", "Presentation 3.0, 3.2");
const LABEL: Rule = Rule::warning("p3-range-label", "Presentation 3.0, 3.1");
const SOURCE: Rule = Rule::error("p3-specific-source", "Presentation 3.0, 5.6");

/// The Ranges that stand in full, and the steps from Range to Range that lead back to where they began.
#[derive(Default)]
struct Tree<'d> {
    order: Vec<&'d str>,
    children: HashMap<&'d str, Vec<&'d str>>,
    back: HashSet<(&'d str, &'d str)>,
}

/// Checks `structures` of a Manifest.
pub(super) fn structures<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    let mut tree = Tree::default();
    gather(value, &mut tree);
    tree.back = back_steps(&tree.order, &tree.children);
    run.each(at, value, |run, at, entry| {
        let Some(object) = run.object(at, entry) else { return };
        if ids::class(run, at, object, &["Range"]) == Some("Range") {
            range(run, at, object, None, &tree);
        }
    });
}

/// Checks a Range that is a document by itself.
pub(super) fn alone<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    range(run, at, object, None, &Tree::default());
}

fn gather<'d>(value: &'d Value, tree: &mut Tree<'d>) {
    for object in value.as_array().into_iter().flatten().filter_map(Value::as_object) {
        let Some(items) = object.get("items").filter(|_| type_of(object) == Some("Range")) else { continue };
        if let Some(id) = id_of(object) {
            let inner = items.as_array().into_iter().flatten().filter_map(Value::as_object);
            let ranges = inner.filter(|entry| type_of(entry) == Some("Range")).filter_map(id_of);
            tree.order.push(id);
            tree.children.entry(id).or_default().extend(ranges);
        }
        gather(items, tree);
    }
}

/// Every step that leads to a Range above it, found by going down once from each in the order given.
pub(super) fn back_steps<'d>(order: &[&'d str], children: &HashMap<&'d str, Vec<&'d str>>) -> HashSet<(&'d str, &'d str)> {
    let mut back = HashSet::new();
    let mut done: HashSet<&str> = HashSet::new();
    let mut above: HashSet<&str> = HashSet::new();
    for start in order.iter().copied() {
        let mut stack = if done.contains(start) { Vec::new() } else { vec![(start, 0)] };
        above.extend(stack.iter().map(|(id, _)| *id));
        while let Some((id, next)) = stack.pop() {
            let Some(child) = children.get(id).and_then(|list| list.get(next)).copied() else {
                above.remove(id);
                done.insert(id);
                continue;
            };
            stack.push((id, next + 1));
            if above.contains(child) {
                back.insert((id, child));
            } else if !done.contains(child) && children.contains_key(child) {
                above.insert(child);
                stack.push((child, 0));
            }
        }
    }
    back
}

fn range<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, parent: Option<&'d str>, tree: &Tree<'d>) {
    let id = id_of(object);
    if let (Some(parent), Some(id)) = (parent, id)
        && tree.back.contains(&(parent, id))
    {
        run.add(
            at,
            CYCLE,
            format!("the Range {} comes back to itself by way of this entry", quoted(id)),
            "take the entry away: Ranges are a tree",
        );
    }
    let Some(items) = object.get("items") else {
        ids::id(run, at, object, "Range", Kind::AnyUri);
        properties::check(run, at, object, Class::Range);
        return without_items(run, at, id, tree);
    };
    properties::resource(run, at, object, Class::Range);
    if !object.contains_key("label") {
        run.add(at, LABEL, "this Range has no label; a table of contents shows nothing for it", "give it a label");
    }
    behavior(run, at, object, parent.is_none());
    let place = at.key("items");
    match items {
        Value::Array(list) if list.is_empty() => {
            run.add(
                &place,
                EMPTY,
                "this Range is empty; TIFY stops with an error",
                "put Canvases or Ranges into items, or take the Range away",
            );
        }
        Value::Array(_) | Value::Object(_) => run.each(&place, items, |run, at, item| entry(run, at, item, id, tree)),
        other => run.add(&place, EMPTY, format!("items must be a list, but is {}", shown(other)), "write a list of Canvases and Ranges"),
    }
}

fn without_items(run: &mut Run<'_>, at: &Place<'_>, id: Option<&str>, tree: &Tree<'_>) {
    if id.is_some_and(|id| tree.children.contains_key(id)) {
        let what = "this names a Range that stands elsewhere; TIFY and Universal Viewer do not look there";
        run.add(at, REFERENCE, what, "put the whole Range here, and only here");
    } else if !at.is_root() {
        let what = "this Range has no items; viewers do not fetch it and show an empty entry";
        run.add(at, WITHOUT_ITEMS, what, "put its Canvases and Ranges into items");
    }
}

fn behavior(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, top: bool) {
    let words: Vec<_> = object.get("behavior").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).collect();
    if words.contains(&"sequence") && !top {
        let what = "a Range with behavior sequence stands within another Range";
        run.add(&at.key("behavior"), SEQUENCE, what, "move the Range to the top of structures");
    }
    if !words.contains(&"thumbnail-nav") {
        return;
    }
    for (index, entry) in object.get("items").and_then(Value::as_array).into_iter().flatten().enumerate() {
        let canvas = targets::parse(entry).and_then(|target| run.sizes(target.source));
        if entry.get("thumbnail").is_none() && !canvas.is_some_and(|sizes| sizes.thumbnail) {
            let what = "the Range has behavior thumbnail-nav, but this entry has no thumbnail";
            run.add(&at.key("items").index(index), THUMBNAILS, what, "give it one");
        }
    }
}

fn entry<'d>(run: &mut Run<'d>, at: &Place<'_>, item: &'d Value, parent: Option<&'d str>, tree: &Tree<'d>) {
    let Some(object) = run.object(at, item) else { return };
    match ids::class(run, at, object, &["Range", "Canvas", "SpecificResource"]) {
        Some("Range") => range(run, at, object, Some(parent.unwrap_or_default()), tree),
        Some("Canvas") => {
            if ids::id(run, at, object, "Canvas", Kind::Http).is_some() {
                canvas(run, at, item);
            }
            if object.contains_key("items") {
                let what = "a Canvas stands here in full";
                run.add(&at.key("items"), ENTRY, what, "keep id and type only; the Canvas itself stands in items of the Manifest");
            }
        }
        Some("SpecificResource") => match object.get("source") {
            Some(source) if structure_3::reference(source).is_some() => canvas(run, at, item),
            _ => run.add(at, SOURCE, "this SpecificResource has no source", "name the Canvas in source"),
        },
        _ => {}
    }
}

fn canvas(run: &mut Run<'_>, at: &Place<'_>, item: &Value) {
    let Some(target) = targets::parse(item) else { return };
    let sizes = run.sizes(bare(target.source));
    if run.canvases.is_some() && sizes.is_none() {
        let what = format!("{} is not a Canvas of this Manifest", quoted(target.source));
        return run.add(at, CANVAS, what, "name a Canvas that stands in items, by exactly its id");
    }
    if let Some(fragment) = target.fragment {
        targets::fragment(run, &at.key("id"), fragment, sizes);
    }
    if let Some(object) = item.as_object() {
        targets::selector(run, at, object, sizes);
    }
}
