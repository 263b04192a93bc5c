//! Canvases that leave an item for others: what goes along, and what must not be torn apart.

use super::{parts, ranges};
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

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

/// What leaves an item for another one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Part {
    pub canvases: Vec<String>,
    pub start: Option<Value>,
    pub ranges: Vec<Value>,
    /// Annotation Pages of the item itself; those of canvases go with them.
    pub item_pages: Vec<String>,
    /// Annotation Pages of the canvases.
    pub canvas_pages: Vec<String>,
}

/// An item that was parted.
#[derive(Debug, Clone, Default)]
pub struct Parted {
    pub parts: Vec<Part>,
    /// The Ranges that stay.
    pub ranges: Vec<Value>,
    /// Whether the item's `start` stays, if it has one.
    pub starts: bool,
    /// How many canvases stay.
    pub left: usize,
    /// What became of things that could not stay as they were.
    pub told: Vec<String>,
}

/// Where something goes: to one of the parts, or nowhere.
type Owner = Option<usize>;

/// Where the canvases of something go.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Going {
    /// There are none.
    Nowhere,
    Together(Owner),
    Apart,
}

impl Going {
    fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::Nowhere, one) | (one, Self::Nowhere) => one,
            (one, other) if one == other => one,
            _ => Self::Apart,
        }
    }

    fn owner(self) -> Owner {
        if let Self::Together(owner) = self { owner } else { None }
    }
}

impl Whole {
    /// Parts an item: each of `runs` leaves it with all that belongs to these canvases: Ranges of which every canvas goes, Annotation
    /// Pages of the canvases or about them only, and `start`.
    ///
    /// # Errors
    /// Everything that would point at what is not in the same item any more, in words, each with the place of a run.
    pub fn part(mut self, runs: &[Vec<String>]) -> Result<Parted, Vec<(usize, String)>> {
        let entries = runs.iter().enumerate().flat_map(|(place, run)| run.iter().map(move |id| (id.clone(), place)));
        let mut cut = Cut { owners: entries.collect(), taken: vec![Vec::new(); runs.len()], told: Vec::new() };
        cut.ranges(&mut self.ranges);
        let pages: Vec<(Page, Owner)> = std::mem::take(&mut self.pages).into_iter().map(|page| cut.page(page)).collect();
        let known = self.known(&cut, &pages);
        let torn = self.torn(&cut, &pages, &known);
        if !torn.is_empty() {
            return Err(torn);
        }
        let start = self.start.as_ref().map(|start| cut.going(names(start).iter()).owner());
        let left = self.canvases.iter().filter(|canvas| !cut.owners.contains_key(&canvas.id)).count();
        let mut parts: Vec<Part> = cut.taken.into_iter().zip(runs).map(|(ranges, run)| Part::of(run, ranges)).collect();
        if let Some(part) = start.flatten().and_then(|owner| parts.get_mut(owner)) {
            part.start = self.start;
        }
        for (page, owner) in pages {
            let Some(part) = owner.and_then(|owner| parts.get_mut(owner)) else { continue };
            let list = if page.canvas.is_some() { &mut part.canvas_pages } else { &mut part.item_pages };
            list.push(page.resource.id);
        }
        Ok(Parted { parts, ranges: self.ranges, starts: start == Some(None), left, told: cut.told })
    }

    /// Where everything that the item has goes, as in `canvases/p1`.
    fn known(&self, cut: &Cut, pages: &[(Page, Owner)]) -> HashMap<String, Owner> {
        let ranges = |tree: &[Value], owner: Owner| ranges::ids(tree).into_iter().map(move |id| (format!("ranges/{id}"), owner));
        let mut known: HashMap<String, Owner> =
            self.canvases.iter().map(|canvas| (format!("canvases/{}", canvas.id), cut.owner(&canvas.id))).collect();
        known.extend(pages.iter().map(|(page, owner)| (format!("annotations/{}", page.resource.id), *owner)));
        known.extend(ranges(&self.ranges, None));
        cut.taken.iter().enumerate().for_each(|(place, tree)| known.extend(ranges(tree, Some(place))));
        known
    }

    /// What would point from one item into another. What the item has not cannot be lost.
    fn torn(&self, cut: &Cut, pages: &[(Page, Owner)], known: &HashMap<String, Owner>) -> Vec<(usize, String)> {
        let mut torn = Vec::new();
        let mut check = |kind: &str, id: &str, named: &HashSet<String>, owner: Owner| {
            let apart = named.iter().filter_map(|name| known.get_key_value(name)).filter(|(_, other)| **other != owner);
            let mut lost: Vec<(&String, &Owner)> = apart.collect();
            lost.sort_unstable();
            let Some(place) = owner.or(lost.iter().find_map(|(_, other)| **other)).filter(|_| !lost.is_empty()) else { return };
            let who = if id.is_empty() { kind.to_owned() } else { format!("{kind} \"{id}\"") };
            let lost: Vec<&str> = lost.into_iter().map(|(name, _)| name.as_str()).collect();
            torn.push((place, format!("{who} names {}, which would not be in the same item any more", lost.join(", "))));
        };
        check("the item", "", &self.names, None);
        self.canvases.iter().for_each(|one| check("the canvas", &one.id, &one.names, cut.owner(&one.id)));
        pages.iter().for_each(|(page, owner)| check("the annotation page", &page.resource.id, &page.resource.names, *owner));
        self.ranges.iter().for_each(|range| check("the range", name(range), &names(range), None));
        for (place, tree) in cut.taken.iter().enumerate() {
            tree.iter().for_each(|range| check("the range", name(range), &names(range), Some(place)));
        }
        torn
    }
}

impl Part {
    fn of(canvases: &[String], ranges: Vec<Value>) -> Self {
        Self { canvases: canvases.to_vec(), ranges, ..Self::default() }
    }
}

/// Which canvases go where, and what was cut out so far.
struct Cut {
    owners: HashMap<String, usize>,
    /// Ranges by part.
    taken: Vec<Vec<Value>>,
    told: Vec<String>,
}

impl Cut {
    fn owner(&self, canvas: &str) -> Owner {
        self.owners.get(canvas).copied()
    }

    /// Where the canvases among these parts go.
    fn going<'a>(&self, named: impl Iterator<Item = &'a String>) -> Going {
        let canvases = named.filter_map(|part| part.strip_prefix("canvases/"));
        canvases.fold(Going::Nowhere, |going, canvas| going.and(Going::Together(self.owner(canvas))))
    }

    fn page(&self, page: Page) -> (Page, Owner) {
        let owner = match &page.canvas {
            Some(canvas) => self.owner(canvas),
            None => self.going(page.resource.names.iter()).owner(),
        };
        (page, owner)
    }

    /// Where the canvases of the item go that an entry of a Range is or holds.
    fn going_of(&self, entry: &Value) -> Going {
        if !ranges::is_range(entry) {
            return ranges::canvas_of(entry).map_or(Going::Nowhere, |canvas| Going::Together(self.owner(canvas)));
        }
        let items = entry.get("items").and_then(Value::as_array).into_iter().flatten();
        items.fold(Going::Nowhere, |going, one| going.and(self.going_of(one)))
    }

    /// Takes the Ranges of which every canvas goes to one part out of a tree, and canvases that go out of the Ranges that stay.
    fn ranges(&mut self, tree: &mut Vec<Value>) {
        for mut entry in std::mem::take(tree) {
            let going = self.going_of(&entry);
            if !ranges::is_range(&entry) {
                tree.extend(going.owner().is_none().then_some(entry));
                continue;
            }
            self.drop_starts(&mut entry, going.owner());
            if let Some(owner) = going.owner() {
                self.taken[owner].push(entry);
                continue;
            }
            if going == Going::Apart {
                self.shorten(&mut entry);
            }
            tree.push(entry);
        }
    }

    /// A Range of which not all canvases go to one place.
    fn shorten(&mut self, range: &mut Value) {
        let id = name(range).to_owned();
        let Some(items) = range.get_mut("items").and_then(Value::as_array_mut) else { return };
        let canvases = items.iter().filter(|one| !ranges::is_range(one)).filter_map(ranges::canvas_of);
        let lost: Vec<&str> = canvases.filter(|canvas| self.owners.contains_key(*canvas)).collect();
        if !lost.is_empty() {
            self.told.push(format!("the range \"{id}\" stays without the canvases that go: {}", lost.join(", ")));
        }
        self.ranges(items);
    }

    /// Takes out where a Range and those in it start, if that goes elsewhere.
    fn drop_starts(&mut self, range: &mut Value, owner: Owner) {
        let id = name(range).to_owned();
        let Some(object) = range.as_object_mut() else { return };
        let start = object.get("start").and_then(ranges::canvas_of);
        if start.is_some_and(|start| self.owner(start) != owner) {
            object.shift_remove("start");
            self.told.push(format!("the range \"{id}\" has no start any more: that canvas is in another item"));
        }
        // Of a Range that stays, those in it are looked at one by one.
        if owner.is_some()
            && let Some(items) = object.get_mut("items").and_then(Value::as_array_mut)
        {
            items.iter_mut().filter(|one| ranges::is_range(one)).for_each(|one| self.drop_starts(one, owner));
        }
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

fn name(range: &Value) -> &str {
    range.as_object().and_then(ranges::range_id).unwrap_or_default()
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

    /// The item without one run of canvases.
    fn parted(all: Whole, run: &str) -> (Part, Parted) {
        let mut parted = all.part(&[list(run)]).unwrap_or_else(|torn| panic!("{torn:?}"));
        (parted.parts.remove(0), parted)
    }

    #[test]
    fn ranges_go_with_their_canvases() {
        let mut all = whole();
        let inner = range("inner", vec![canvas("a"), canvas("b")]);
        let empty = range("empty", vec![]);
        all.ranges = vec![range("reel", vec![inner.clone(), range("other", vec![canvas("c")]), canvas("b"), canvas("d")]), empty.clone()];
        let (part, rest) = parted(all, "a b");
        assert_eq!((part.canvases, part.start, part.ranges), (list("a b"), Some(canvas("b")), vec![inner]));
        assert_eq!(rest.ranges, [range("reel", vec![range("other", vec![canvas("c")]), canvas("d")]), empty]);
        assert!(matches!(rest.told.as_slice(), [one] if one.contains("\"reel\"") && one.ends_with(": b")), "{:?}", rest.told);
        assert_eq!((rest.starts, rest.left), (false, 2));
    }

    #[test]
    fn every_run_gets_its_own() {
        let mut all = whole();
        let (one, two) = (range("one", vec![canvas("a")]), range("two", vec![canvas("b"), canvas("c")]));
        all.ranges = vec![range("reel", vec![one.clone(), two.clone(), range("both", vec![canvas("a"), canvas("b")])])];
        let parted = all.part(&[list("a"), list("b c")]).expect("parts");
        assert_eq!((&parted.parts[0].ranges, &parted.parts[1].ranges), (&vec![one], &vec![two]));
        assert_eq!((&parted.parts[0].start, &parted.parts[1].start), (&None, &Some(canvas("b"))));
        assert_eq!((parted.ranges, parted.left), (vec![range("reel", vec![range("both", vec![])])], 1));
    }

    #[test]
    fn starts_of_ranges_stay_in_their_item() {
        let mut all = whole();
        let starting = |mut range: Value, start: &str| {
            range["start"] = canvas(start);
            range
        };
        all.ranges = vec![starting(range("goes", vec![canvas("a")]), "c"), starting(range("stays", vec![canvas("c")]), "a")];
        let (part, rest) = parted(all, "a");
        assert_eq!((part.ranges, rest.told.len()), (vec![range("goes", vec![canvas("a")])], 2));
        assert_eq!((rest.ranges, rest.starts), (vec![range("stays", vec![canvas("c")])], true));
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
        let (part, _) = parted(all, "a");
        assert_eq!((part.canvas_pages, part.item_pages), (list("of-a"), list("about-a")));
    }

    #[test]
    fn what_would_be_torn_apart_is_told() {
        let mut all = whole();
        all.pages = vec![page("both", None, &["canvases/a", "canvases/c"]), page("of-a", Some("a"), &["canvases/c"])];
        all.canvases[1].names = HashSet::from(["canvases/a".to_owned()]);
        all.names = HashSet::from(["canvases/a".to_owned(), "canvases/c".to_owned()]);
        all.canvases[0].names = HashSet::from(["canvases/deleted".to_owned()]);
        let torn = all.part(&[list("d"), list("a")]).expect_err("torn");
        let who: Vec<(usize, &str)> = torn.iter().filter_map(|(place, text)| Some((*place, text.split(" names ").next()?))).collect();
        let expected = ["the item", "the canvas \"b\"", "the annotation page \"both\"", "the annotation page \"of-a\""];
        assert_eq!(who, expected.map(|who| (1, who)), "{torn:?}");
    }
}
