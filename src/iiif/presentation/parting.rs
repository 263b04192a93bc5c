//! Canvases that leave an item for another one: what goes along, and what must not be torn apart.

use super::{parts, ranges};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// What of an item refers to what, as far as that decides who goes along.
#[derive(Debug, Clone, Default)]
pub struct Whole {
    /// The item's `start`, in stored form.
    pub start: Option<Value>,
    /// Parts that the item names in its other properties.
    pub names: HashSet<String>,
    /// In reading order.
    pub canvases: Vec<Resource>,
    pub ranges: Vec<Value>,
    pub pages: Vec<Page>,
}

/// A part of an item, and the parts that it names.
#[derive(Debug, Clone, Default)]
pub struct Resource {
    pub id: String,
    pub names: HashSet<String>,
}

/// An Annotation Page that does not paint.
#[derive(Debug, Clone, Default)]
pub struct Page {
    pub resource: Resource,
    /// The canvas that it is of; the item itself if there is none.
    pub canvas: Option<String>,
}

/// What leaves an item.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    pub canvases: Vec<String>,
    pub start: Option<Value>,
    pub ranges: Vec<Value>,
    /// Annotation Pages of the item itself; those of canvases go with them.
    pub item_pages: Vec<String>,
    /// Annotation Pages of the canvases.
    pub canvas_pages: Vec<String>,
    /// What became of things that could not stay as they were.
    pub told: Vec<String>,
}

impl Whole {
    /// Takes canvases out with all that belongs to them: Ranges of which every canvas goes, Annotation Pages of the canvases or about them
    /// only, and `start`.
    ///
    /// # Errors
    /// Everything that would point at what is not there any more, in words.
    pub fn take(&mut self, canvases: &[String]) -> Result<Part, Vec<String>> {
        let known = self.known();
        let going: HashSet<&str> = canvases.iter().map(String::as_str).collect();
        let mut told = Vec::new();
        let leaves = |page: &Page| match &page.canvas {
            Some(canvas) => going.contains(canvas.as_str()),
            None => {
                let mut named = page.resource.names.iter().filter_map(|part| part.strip_prefix("canvases/")).peekable();
                named.peek().is_some() && named.all(|canvas| going.contains(canvas))
            }
        };
        let (leaving, staying): (Vec<Page>, Vec<Page>) = std::mem::take(&mut self.pages).into_iter().partition(leaves);
        let mut ranges = Vec::new();
        part_ranges(&mut self.ranges, &going, &mut ranges, &mut told);
        let mut parts: HashSet<String> = canvases.iter().map(|id| format!("canvases/{id}")).collect();
        parts.extend(ranges::ids(&ranges).into_iter().map(|id| format!("ranges/{id}")));
        parts.extend(leaving.iter().map(|page| format!("annotations/{}", page.resource.id)));
        let start = self.start.take_if(|start| !names(start).is_disjoint(&parts));
        let (gone, left) = std::mem::take(&mut self.canvases).into_iter().partition(|canvas: &Resource| going.contains(canvas.id.as_str()));
        (self.canvases, self.pages) = (left, staying);
        let torn = self.torn(&Sides { known, parts }, &gone, &leaving, &ranges);
        if !torn.is_empty() {
            return Err(torn);
        }
        let (of_item, of_canvas): (Vec<Page>, Vec<Page>) = leaving.into_iter().partition(|page| page.canvas.is_none());
        let ids = |pages: Vec<Page>| pages.into_iter().map(|page| page.resource.id).collect();
        Ok(Part { canvases: canvases.to_vec(), start, ranges, item_pages: ids(of_item), canvas_pages: ids(of_canvas), told })
    }

    /// Everything that the item has, as in `canvases/p1`.
    fn known(&self) -> HashSet<String> {
        let canvases = self.canvases.iter().map(|canvas| format!("canvases/{}", canvas.id));
        let pages = self.pages.iter().map(|page| format!("annotations/{}", page.resource.id));
        canvases.chain(pages).chain(ranges::ids(&self.ranges).into_iter().map(|id| format!("ranges/{id}"))).collect()
    }

    /// What would point from one side to the other.
    fn torn(&self, sides: &Sides, gone: &[Resource], leaving: &[Page], ranges: &[Value]) -> Vec<String> {
        let mut torn = Vec::new();
        let mut tell = |who: String, named: &HashSet<String>, inside: bool| {
            let mut lost: Vec<&str> = named.iter().filter(|name| sides.are_apart(name, inside)).map(String::as_str).collect();
            lost.sort_unstable();
            if !lost.is_empty() {
                torn.push(format!("{who} names {}, which would not be in the same item any more", lost.join(", ")));
            }
        };
        tell("the item".to_owned(), &self.names, false);
        self.canvases.iter().for_each(|one| tell(format!("the canvas \"{}\"", one.id), &one.names, false));
        gone.iter().for_each(|one| tell(format!("the canvas \"{}\"", one.id), &one.names, true));
        self.pages.iter().for_each(|page| tell(format!("the annotation page \"{}\"", page.resource.id), &page.resource.names, false));
        leaving.iter().for_each(|page| tell(format!("the annotation page \"{}\"", page.resource.id), &page.resource.names, true));
        self.ranges.iter().for_each(|range| tell(format!("the range \"{}\"", name(range)), &names(range), false));
        ranges.iter().for_each(|range| tell(format!("the range \"{}\"", name(range)), &names(range), true));
        torn
    }
}

/// What leaves an item, and all that it had.
struct Sides {
    known: HashSet<String>,
    parts: HashSet<String>,
}

impl Sides {
    /// Whether what leaves (`inside`) or what stays would lose sight of a part. What the item has not cannot be lost.
    fn are_apart(&self, name: &str, inside: bool) -> bool {
        self.known.contains(name) && self.parts.contains(name) != inside
    }
}

/// The parts of an item that stored JSON names, as in `canvases/p1`.
#[must_use]
pub fn names(value: &Value) -> HashSet<String> {
    let mut found = HashSet::new();
    collect(value, &mut found);
    found
}

/// The same of properties, apart from one of them.
#[must_use]
pub fn names_in(properties: &Map<String, Value>, but: &str) -> HashSet<String> {
    let mut found = HashSet::new();
    properties.iter().filter(|(name, _)| *name != but).for_each(|(_, value)| collect(value, &mut found));
    found
}

fn collect(value: &Value, found: &mut HashSet<String>) {
    match value {
        Value::String(text) => {
            let mut segments = parts::path(text).unwrap_or_default().split('/');
            if let (Some(kind @ ("canvases" | "ranges" | "annotations")), Some(id)) = (segments.next(), segments.next()) {
                found.insert(format!("{kind}/{id}"));
            }
        }
        Value::Array(list) => list.iter().for_each(|one| collect(one, found)),
        Value::Object(object) => object.values().for_each(|one| collect(one, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Takes the Ranges of which every canvas goes out of a tree, and canvases that go out of the Ranges that stay.
fn part_ranges(tree: &mut Vec<Value>, going: &HashSet<&str>, taken: &mut Vec<Value>, told: &mut Vec<String>) {
    for mut entry in std::mem::take(tree) {
        let canvases = canvases_of(&entry);
        let count = canvases.iter().filter(|id| going.contains(id.as_str())).count();
        let goes = count > 0 && count == canvases.len();
        if goes && !ranges::is_range(&entry) {
            continue;
        }
        if ranges::is_range(&entry) {
            drop_starts(&mut entry, goes, going, told);
        }
        if goes {
            taken.push(entry);
            continue;
        }
        if count > 0 {
            shorten(&mut entry, going, taken, told);
        }
        tree.push(entry);
    }
}

/// A Range of which some canvases stay.
fn shorten(range: &mut Value, going: &HashSet<&str>, taken: &mut Vec<Value>, told: &mut Vec<String>) {
    let id = name(range);
    let Some(items) = range.get_mut("items").and_then(Value::as_array_mut) else { return };
    let lost: Vec<String> =
        items.iter().filter(|one| !ranges::is_range(one)).flat_map(canvases_of).filter(|id| going.contains(id.as_str())).collect();
    if !lost.is_empty() {
        told.push(format!("the range \"{id}\" stays without the canvases that go: {}", lost.join(", ")));
    }
    part_ranges(items, going, taken, told);
}

/// Takes out where a Range and those in it start, if that is on the other side.
fn drop_starts(range: &mut Value, goes: bool, going: &HashSet<&str>, told: &mut Vec<String>) {
    let id = name(range);
    let Some(object) = range.as_object_mut() else { return };
    let start = object.get("start").and_then(ranges::canvas_of);
    if start.is_some_and(|start| going.contains(start) != goes) {
        object.shift_remove("start");
        told.push(format!("the range \"{id}\" has no start any more: that canvas is in another item"));
    }
    // Of a Range that stays, those in it are looked at one by one.
    if goes && let Some(items) = object.get_mut("items").and_then(Value::as_array_mut) {
        items.iter_mut().filter(|one| ranges::is_range(one)).for_each(|one| drop_starts(one, goes, going, told));
    }
}

/// The canvases of the item that an entry of a Range is or holds.
fn canvases_of(entry: &Value) -> Vec<String> {
    match entry.get("items").and_then(Value::as_array).filter(|_| ranges::is_range(entry)) {
        Some(items) => items.iter().flat_map(canvases_of).collect(),
        None if ranges::is_range(entry) => Vec::new(),
        None => ranges::canvas_of(entry).map(str::to_owned).into_iter().collect(),
    }
}

fn name(range: &Value) -> String {
    range.as_object().and_then(ranges::range_id).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn canvas(id: &str) -> Value {
        json!({"id": parts::own(&format!("canvases/{id}")), "type": "Canvas"})
    }

    fn range(id: &str, items: Vec<Value>) -> Value {
        json!({"id": parts::own(&format!("ranges/{id}")), "type": "Range", "items": items})
    }

    fn whole() -> Whole {
        let resource = |id: &str| Resource { id: id.to_owned(), names: HashSet::new() };
        Whole { canvases: ["a", "b", "c", "d"].map(resource).into(), start: Some(canvas("b")), ..Whole::default() }
    }

    fn page(id: &str, canvas: Option<&str>, names: &[&str]) -> Page {
        let names = names.iter().map(|name| (*name).to_owned()).collect();
        Page { resource: Resource { id: id.to_owned(), names }, canvas: canvas.map(str::to_owned) }
    }

    fn list(text: &str) -> Vec<String> {
        text.split_whitespace().map(str::to_owned).collect()
    }

    #[test]
    fn ranges_go_with_their_canvases() {
        let mut all = whole();
        let inner = range("inner", vec![canvas("a"), canvas("b")]);
        let empty = range("empty", vec![]);
        all.ranges = vec![range("reel", vec![inner.clone(), range("other", vec![canvas("c")]), canvas("b"), canvas("d")]), empty.clone()];
        let part = all.take(&list("a b")).expect("a part");
        assert_eq!((part.canvases, part.start, part.ranges), (list("a b"), Some(canvas("b")), vec![inner]));
        assert_eq!(all.ranges, [range("reel", vec![range("other", vec![canvas("c")]), canvas("d")]), empty]);
        assert!(matches!(part.told.as_slice(), [one] if one.contains("\"reel\"") && one.ends_with(": b")), "{:?}", part.told);
        assert_eq!((all.start, all.canvases.len()), (None, 2));
    }

    #[test]
    fn starts_of_ranges_stay_in_their_item() {
        let mut all = whole();
        let starting = |mut range: Value, start: &str| {
            range["start"] = canvas(start);
            range
        };
        all.ranges = vec![starting(range("goes", vec![canvas("a")]), "c"), starting(range("stays", vec![canvas("c")]), "a")];
        let part = all.take(&list("a")).expect("a part");
        assert_eq!((part.ranges, part.told.len()), (vec![range("goes", vec![canvas("a")])], 2));
        assert_eq!((&all.ranges, all.start), (&vec![range("stays", vec![canvas("c")])], Some(canvas("b"))));
    }

    #[test]
    fn annotation_pages_go_with_what_they_are_about() {
        let mut all = whole();
        all.pages = vec![
            page("of-a", Some("a"), &["canvases/a"]),
            page("of-c", Some("c"), &["canvases/c"]),
            page("about-a", None, &["canvases/a", "annotations/about-a"]),
            page("about-all", None, &["annotations/about-all"]),
        ];
        let part = all.take(&list("a")).expect("a part");
        assert_eq!((part.canvas_pages, part.item_pages), (list("of-a"), list("about-a")));
        assert_eq!(all.pages.iter().map(|page| page.resource.id.as_str()).collect::<Vec<_>>(), ["of-c", "about-all"]);
    }

    #[test]
    fn what_would_be_torn_apart_is_told() {
        let mut all = whole();
        all.pages = vec![page("both", None, &["canvases/a", "canvases/c"]), page("of-a", Some("a"), &["canvases/c"])];
        all.canvases[1].names = HashSet::from(["canvases/a".to_owned()]);
        all.names = HashSet::from(["canvases/a".to_owned(), "canvases/c".to_owned()]);
        all.canvases[0].names = HashSet::from(["canvases/deleted".to_owned()]);
        let torn = all.take(&list("a")).expect_err("torn");
        let who: Vec<&str> = torn.iter().filter_map(|text| text.split(" names ").next()).collect();
        assert_eq!(who, ["the item", "the canvas \"b\"", "the annotation page \"both\"", "the annotation page \"of-a\""], "{torn:?}");
    }
}
