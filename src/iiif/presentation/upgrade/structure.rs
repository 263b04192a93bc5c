//! `structures` of 2.x: what each Range says of its children, by `ranges`, `canvases`, `members` and `within`.

use super::report::Place;
use super::resources::{Class, arranged, resource};
use super::targets::canvas_or_part;
use super::tree::{Child, Node, nest};
use super::{Object, Work, id_of, list, types};
use crate::iiif::presentation::as_2::TOP;
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// The tree of Ranges. `canvases` are those of the Manifest, if they are known: what is not among them is cut.
pub(super) fn tree(structures: Value, manifest: &str, canvases: Option<&HashSet<String>>, at: &Place, work: &mut Work) -> Vec<Value> {
    let mut reading = Reading::new(manifest, canvases);
    reading.declared = structures.as_array().into_iter().flatten().filter_map(id_of).map(str::to_owned).collect();
    let many = structures.is_array();
    for (index, entry) in list(structures).into_iter().enumerate() {
        let place = at.entry(many, index);
        match entry {
            Value::Object(object) => drop(reading.read(object, &place, work)),
            other => work.report.note_with(&place, "a Range that is only referred to is cut", &other.to_string()),
        }
    }
    reading.adopt();
    reading.uncrown(work);
    nest(reading.nodes, &reading.index, work)
}

/// A Range that stands alone: other Ranges stay references.
pub(super) fn alone(source: Object, at: &Place, work: &mut Work) -> Object {
    let mut reading = Reading::new("", None);
    reading.read(source, at, work);
    let mut nodes = reading.nodes.into_iter();
    let Some(node) = nodes.next() else { return Object::new() };
    let items = node.children.into_iter().map(|(child, _)| match child {
        Child::Range(id) => json!({"id": id, "type": "Range"}),
        Child::Leaf(leaf) => leaf,
    });
    let mut made = node.range;
    made.insert("items".to_owned(), items.collect());
    arranged(made)
}

struct Reading<'a> {
    manifest: &'a str,
    canvases: Option<&'a HashSet<String>>,
    nodes: Vec<Node>,
    index: HashMap<String, usize>,
    /// The ids of the flat list: Ranges that are described there, even if they are embedded elsewhere too.
    declared: HashSet<String>,
}

impl<'a> Reading<'a> {
    fn new(manifest: &'a str, canvases: Option<&'a HashSet<String>>) -> Self {
        Self { manifest, canvases, nodes: Vec::new(), index: HashMap::new(), declared: HashSet::new() }
    }

    /// Reads one Range and those that it embeds; gives its id.
    fn read(&mut self, mut source: Object, at: &Place, work: &mut Work) -> String {
        let mut take = |key: &str| source.shift_remove(key);
        let (members, canvases, ranges, within) = (take("members"), take("canvases"), take("ranges"), take("within"));
        let top = source.get("viewingHint").is_some_and(|hint| hint == "top");
        let mut range = resource(source, Class::Range, at, work);
        let id = self.name(&mut range, at, work);
        let mut node = Node { range, children: Vec::new(), top, crown: false, pointer: at.pointer(), within: None };
        if let Some(within) = within {
            self.within(within, &mut node, at, work);
        }
        let number = self.nodes.len();
        self.nodes.push(node);
        self.index.insert(id.clone(), number);
        let mut seen: HashSet<String> = HashSet::new();
        for (key, value) in [("members", members), ("canvases", canvases), ("ranges", ranges)] {
            let place = at.key(key);
            let value = value.unwrap_or_default();
            let many = value.is_array();
            let mut named = Vec::new();
            for (index, entry) in list(value).into_iter().enumerate() {
                let place = place.entry(many, index);
                named.extend(id_of(&entry).map(str::to_owned));
                let Some(child) = self.child(entry, key, &seen, &place, work) else { continue };
                self.nodes[number].children.push((child, place.pointer()));
            }
            seen.extend(named);
        }
        id
    }

    fn name(&self, range: &mut Object, at: &Place, work: &mut Work) -> String {
        let told = range.get("id").and_then(Value::as_str).map(str::to_owned);
        match told {
            Some(id) if !self.index.contains_key(&id) => id,
            told => {
                let id = work.mint(self.manifest, "range");
                match told {
                    Some(told) => work.report.note_with(at, "a second Range of the same id has a new one", &told),
                    None => work.report.note(at, "a Range without an id has a new one"),
                }
                range.insert("id".to_owned(), json!(id));
                id
            }
        }
    }

    /// `within` names the Range above, or something that the Range is otherwise a part of.
    fn within(&self, within: Value, node: &mut Node, at: &Place, work: &mut Work) {
        let kind = within.get("@type").map(types::names).and_then(|names| names.first().map(|name| types::modern(name).to_owned()));
        let id = id_of(&within).map(str::to_owned);
        match (kind.as_deref(), id) {
            (Some("Range") | None, Some(id)) if id != self.manifest => node.within = Some((id, within)),
            _ => part_of(&mut node.range, within, at, work),
        }
    }

    /// One child. The same child in different lists is one; twice in one list it is there twice.
    fn child(&mut self, entry: Value, key: &str, seen: &HashSet<String>, at: &Place, work: &mut Work) -> Option<Child> {
        let Some(id) = id_of(&entry).map(str::to_owned) else {
            work.report.note(at, "a reference without an id is cut");
            return None;
        };
        if seen.contains(&id) {
            return None;
        }
        let range = key == "ranges" || (key == "members" && is_range(&entry, self.declared.contains(&id)));
        if range {
            let embedded = |object: &Object| ["members", "canvases", "ranges"].iter().any(|key| object.contains_key(*key));
            return Some(Child::Range(match entry {
                Value::Object(object) if embedded(&object) && !self.declared.contains(&id) && !self.index.contains_key(&id) => {
                    self.read(object, at, work)
                }
                _ => id,
            }));
        }
        let bare = id.split('#').next().unwrap_or_default();
        if self.canvases.is_some_and(|known| !known.is_empty() && !known.contains(&id) && !known.contains(bare)) {
            work.report.note_with(at, "a reference to a canvas that is not in the Manifest is cut", &id);
            return None;
        }
        let whole = self.canvases.is_some_and(|known| known.contains(&id));
        Some(Child::Leaf(if whole { json!({"id": id, "type": "Canvas"}) } else { canvas_or_part(&id) }))
    }

    /// Takes away the Range that a conversion to 2.1 put above several, because viewers begin at one: its id says that it is that.
    fn uncrown(&mut self, work: &mut Work) {
        let manifest = self.manifest.strip_suffix("/v2").unwrap_or(self.manifest);
        let id = format!("{manifest}{TOP}");
        let Some(node) = self.index.get(&id).map(|number| &mut self.nodes[*number]) else { return };
        let bare = node.range.keys().all(|key| matches!(key.as_str(), "id" | "type" | "label"));
        if node.top && bare && node.children.iter().all(|(child, _)| matches!(child, Child::Range(_))) {
            node.crown = true;
            work.report.note_at(&node.pointer, "the Range above all others, which only 2.1 needs, is taken away", "");
        }
    }

    /// Makes Ranges that name another by `within` children of it, if it does not name them itself.
    fn adopt(&mut self) {
        let mut adopted: Vec<(usize, usize, String)> = Vec::new();
        for (number, node) in self.nodes.iter_mut().enumerate() {
            let Some((id, within)) = node.within.take() else { continue };
            match self.index.get(&id) {
                Some(&parent) => adopted.push((parent, number, node.pointer.clone())),
                None => part_of(&mut node.range, within, &Place::root(), &mut Work::default()),
            }
        }
        let parents: HashSet<usize> = adopted.iter().map(|(parent, ..)| *parent).collect();
        let named: HashMap<usize, HashSet<String>> = parents.into_iter().map(|parent| (parent, self.nodes[parent].ranges())).collect();
        for (parent, child, pointer) in adopted {
            let id = self.nodes[child].id().to_owned();
            if !named[&parent].contains(&id) {
                self.nodes[parent].children.push((Child::Range(id), pointer));
            }
        }
    }
}

fn part_of(range: &mut Object, within: Value, at: &Place, work: &mut Work) {
    let place = at.key("within");
    let made = super::links::links(within, super::links::Link::PartOf(Class::Range), &place, work);
    super::statements::append(range, "partOf", made);
}

fn is_range(entry: &Value, declared: bool) -> bool {
    match entry.get("@type").or_else(|| entry.get("type")) {
        Some(told) => types::names(told).iter().any(|name| types::modern(name) == "Range"),
        None => declared,
    }
}
