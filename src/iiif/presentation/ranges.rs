//! Ranges (Presentation 3.0, section 5.4) in stored form: a tree of Ranges, Canvases and parts of Canvases.

use super::check::Fault;
use super::parts;
use crate::iiif::ids::ResourceId;
use serde_json::{Map, Value};
use std::collections::HashSet;

/// How deep Ranges may lie in one another.
const DEEPEST: usize = 30;

/// The ids of all Ranges in a tree.
#[must_use]
pub fn ids(tree: &[Value]) -> HashSet<String> {
    let mut found = HashSet::new();
    each(tree, &mut |range| found.extend(range_id(range).map(str::to_owned)));
    found
}

/// The id of a Range of this item.
#[must_use]
pub fn range_id(range: &Map<String, Value>) -> Option<&str> {
    parts::path(range.get("id")?.as_str()?)?.strip_prefix("ranges/")
}

/// The Range with this id, wherever it is.
pub fn find_mut<'a>(tree: &'a mut [Value], id: &str) -> Option<&'a mut Map<String, Value>> {
    for one in tree.iter_mut().filter(|one| is_range(one)) {
        let Some(range) = one.as_object_mut() else { continue };
        if range_id(range) == Some(id) {
            return Some(range);
        }
        if let Some(found) = range.get_mut("items").and_then(Value::as_array_mut).and_then(|items| find_mut(items, id)) {
            return Some(found);
        }
    }
    None
}

/// Takes the Range with this id out of the tree, with all that is in it.
pub fn take(tree: &mut Vec<Value>, id: &str) -> Option<Value> {
    if let Some(place) = tree.iter().position(|one| one.as_object().is_some_and(|range| is_range(one) && range_id(range) == Some(id))) {
        return Some(tree.remove(place));
    }
    tree.iter_mut().filter(|one| is_range(one)).find_map(|one| take(one.get_mut("items")?.as_array_mut()?, id))
}

/// Takes Canvases, and parts of them, out of all Ranges, where they start too; tells whether there were any.
pub fn remove_canvases(tree: &mut Vec<Value>, canvases: &HashSet<&str>) -> bool {
    let before = tree.len();
    tree.retain(|one| canvas_of(one).is_none_or(|id| !canvases.contains(id)));
    let mut changed = tree.len() < before;
    for range in tree.iter_mut().filter(|one| is_range(one)).filter_map(Value::as_object_mut) {
        if range.get("start").and_then(canvas_of).is_some_and(|id| canvases.contains(id)) {
            range.shift_remove("start");
            changed = true;
        }
        if let Some(items) = range.get_mut("items").and_then(Value::as_array_mut) {
            changed |= remove_canvases(items, canvases);
        }
    }
    changed
}

/// The tree as a Manifest shows it: without Ranges that have nothing in them, which the specification does not allow.
#[must_use]
pub fn shown(tree: Vec<Value>) -> Vec<Value> {
    tree.into_iter().filter_map(shown_entry).collect()
}

fn shown_entry(mut entry: Value) -> Option<Value> {
    if is_range(&entry)
        && let Some(items) = entry.get_mut("items").and_then(Value::as_array_mut)
    {
        *items = shown(std::mem::take(items));
        return (!items.is_empty()).then_some(entry);
    }
    Some(entry)
}

/// Everything that keeps this from being the Ranges of an item with these canvases. Pointers begin at the list.
#[must_use]
pub fn faults(tree: &[Value], canvases: &HashSet<&str>) -> Vec<Fault> {
    let mut check = Check { canvases, seen: HashSet::new(), faults: Vec::new() };
    check.list(tree, "", 1, true);
    check.faults
}

struct Check<'a> {
    canvases: &'a HashSet<&'a str>,
    seen: HashSet<String>,
    faults: Vec<Fault>,
}

impl Check<'_> {
    fn fault(&mut self, pointer: &str, detail: impl Into<String>) {
        self.faults.push(Fault { pointer: pointer.to_owned(), detail: detail.into() });
    }

    fn list(&mut self, list: &[Value], pointer: &str, depth: usize, top: bool) {
        if depth > DEEPEST {
            return self.fault(pointer, format!("ranges lie in one another at most {DEEPEST} deep"));
        }
        for (index, one) in list.iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            match (is_range(one), one.as_object()) {
                (true, Some(range)) => self.range(range, &pointer, depth),
                _ if top => self.fault(&pointer, "only ranges stand at the top"),
                _ => self.canvas(one, &pointer),
            }
        }
    }

    fn range(&mut self, range: &Map<String, Value>, pointer: &str, depth: usize) {
        match range_id(range) {
            None => self.fault(&format!("{pointer}/id"), "a range needs an id"),
            Some(id) if !self.seen.insert(id.to_owned()) => {
                self.fault(&format!("{pointer}/id"), format!("the range \"{id}\" is there twice"))
            }
            Some(id) => {
                if let Err(error) = ResourceId::parse(id) {
                    self.fault(&format!("{pointer}/id"), error.to_string());
                }
            }
        }
        if let Some(start) = range.get("start") {
            self.canvas(start, &format!("{pointer}/start"));
        }
        match range.get("items") {
            Some(Value::Array(items)) => self.list(items, &format!("{pointer}/items"), depth + 1, false),
            None => {}
            Some(_) => self.fault(&format!("{pointer}/items"), "must be a list"),
        }
    }

    fn canvas(&mut self, one: &Value, pointer: &str) {
        match canvas_of(one) {
            Some(id) if self.canvases.contains(id) => {}
            Some(id) => self.fault(pointer, format!("the item has no canvas \"{id}\"")),
            None if one.is_object() => {}
            None => self.fault(pointer, "must be a range, a canvas, or a part of a canvas"),
        }
    }
}

/// Whether an entry is a Range.
#[must_use]
pub fn is_range(value: &Value) -> bool {
    value.get("type").is_some_and(|class| class == "Range")
}

/// The id of the own Canvas that an entry of a Range names, whole or in part.
pub(super) fn canvas_of(entry: &Value) -> Option<&str> {
    let source = entry.get("source").map(|source| source.get("id").unwrap_or(source));
    let address = source.or_else(|| entry.get("id"))?.as_str()?;
    parts::path(address)?.strip_prefix("canvases/")
}

fn each(tree: &[Value], with: &mut impl FnMut(&Map<String, Value>)) {
    for range in tree.iter().filter(|one| is_range(one)).filter_map(Value::as_object) {
        with(range);
        each(range.get("items").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default(), with);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn tree() -> Vec<Value> {
        let canvas = |id: &str| json!({"id": parts::own(&format!("canvases/{id}")), "type": "Canvas"});
        let part = json!({"type": "SpecificResource", "source": "triptych:/canvases/b", "selector": {"type": "FragmentSelector", "value": "xywh=0,0,1,1"}});
        vec![json!({"id": "triptych:/ranges/top", "type": "Range", "items": [
            {"id": "triptych:/ranges/one", "type": "Range", "items": [canvas("a"), part]},
            canvas("c"),
            {"id": "triptych:/ranges/two", "type": "Range", "items": []}
        ]})]
    }

    #[test]
    fn ranges_are_found_and_taken() {
        let mut all = tree();
        assert_eq!(ids(&all), HashSet::from(["top", "one", "two"].map(str::to_owned)));
        assert_eq!(find_mut(&mut all, "one").map(|range| range["items"].as_array().map(Vec::len)), Some(Some(2)));
        assert!(take(&mut all, "one").is_some() && take(&mut all, "one").is_none());
        assert_eq!(ids(&all), HashSet::from(["top", "two"].map(str::to_owned)));
    }

    #[test]
    fn empty_ranges_are_not_shown() {
        let mut all = tree();
        assert_eq!(shown(all.clone())[0]["items"].as_array().map(Vec::len), Some(2));
        remove_canvases(&mut all, &HashSet::from(["a", "b", "c"]));
        assert_eq!(shown(all), Vec::<Value>::new());
    }

    #[test]
    fn deleted_canvases_are_taken_out_whole_and_in_part() {
        let mut all = tree();
        assert!(remove_canvases(&mut all, &HashSet::from(["b", "c"])));
        assert!(!remove_canvases(&mut all, &HashSet::from(["b"])));
        assert_eq!(all[0]["items"].as_array().map(Vec::len), Some(2));
        assert_eq!(all[0]["items"][0]["items"].as_array().map(Vec::len), Some(1));
    }

    #[test]
    fn every_fault_has_its_place() {
        let canvases = HashSet::from(["a", "b"]);
        assert_eq!(faults(&tree(), &canvases).into_iter().map(|fault| fault.pointer).collect::<Vec<_>>(), ["/0/items/1"]);
        let twice = [tree(), tree(), vec![json!("x"), json!({"type": "Range"})]].concat();
        let pointers: Vec<String> = faults(&twice, &HashSet::from(["a", "b", "c"])).into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(pointers, ["/1/id", "/1/items/0/id", "/1/items/2/id", "/2", "/3/id"]);
        let odd = [json!({"id": "triptych:/ranges/-", "type": "Range", "start": {"id": "triptych:/canvases/x", "type": "Canvas"}})];
        assert_eq!(faults(&odd, &canvases).into_iter().map(|fault| fault.pointer).collect::<Vec<_>>(), ["/0/id", "/0/start"]);
        let deep =
            (0..40).fold(json!([]), |inner, number| json!([{"id": format!("triptych:/ranges/{number}"), "type": "Range", "items": inner}]));
        assert_eq!(faults(deep.as_array().expect("a list"), &canvases).len(), 1);
    }
}
