//! Flat Ranges to a tree of them: each stands in one place, none in itself (Presentation 3.0, section 5.4).

use super::resources::arranged;
use super::{Object, Work};
use serde_json::Value;
use std::collections::{HashMap, HashSet};

/// A Range with what it says of its children, each with the pointer to where it says so.
pub(super) struct Node {
    pub(super) range: Object,
    pub(super) children: Vec<(Child, String)>,
    pub(super) top: bool,
    /// Whether it only holds the others together, and those in it stand at the top.
    pub(super) crown: bool,
    pub(super) pointer: String,
    pub(super) within: Option<(String, Value)>,
}

/// What a Range holds.
pub(super) enum Child {
    /// Another Range, by id.
    Range(String),
    /// A Canvas, or a part of one.
    Leaf(Value),
}

impl Node {
    pub(super) fn id(&self) -> &str {
        self.range.get("id").and_then(Value::as_str).unwrap_or_default()
    }

    /// The ids of the Ranges in it.
    pub(super) fn ranges(&self) -> HashSet<String> {
        let ids = self.children.iter().filter_map(|(child, _)| match child {
            Child::Range(id) => Some(id.clone()),
            Child::Leaf(_) => None,
        });
        ids.collect()
    }
}

/// How deep Ranges are nested at most: a document must stay readable by parsers that bound the depth.
const DEPTH: usize = 24;

/// Nests the Ranges below their roots: those marked as top first, then those that are in no other, then what is left of cycles.
pub(super) fn nest(nodes: Vec<Node>, index: &HashMap<String, usize>, work: &mut Work) -> Vec<Value> {
    let mut inside = vec![false; nodes.len()];
    for (number, node) in nodes.iter().enumerate() {
        for child in node.ranges().iter().filter_map(|id| index.get(id)).filter(|child| **child != number) {
            inside[*child] = true;
        }
    }
    let tops = (0..nodes.len()).filter(|number| nodes[*number].top && !inside[*number]);
    let free = (0..nodes.len()).filter(|number| !nodes[*number].top && !inside[*number]);
    let mut rest: Vec<usize> = (0..nodes.len()).filter(|number| inside[*number]).collect();
    rest.sort_by_key(|number| !nodes[*number].top);
    let order: Vec<usize> = tops.chain(free).chain(rest).collect();
    let mut nesting = Nesting { nodes: nodes.into_iter().map(Some).collect(), index, work };
    let mut roots = Vec::new();
    for number in order {
        let late = inside[number];
        if let Some(node) = nesting.nodes[number].take() {
            if late {
                nesting.tell(&node.pointer, "a Range that is in itself by others now stands at the top", node.id());
            }
            if node.crown {
                roots.extend(nesting.below(node));
            } else {
                nesting.place(node, 1, &mut roots);
            }
        }
    }
    roots
}

struct Nesting<'a> {
    /// What is taken has its place.
    nodes: Vec<Option<Node>>,
    index: &'a HashMap<String, usize>,
    work: &'a mut Work,
}

impl Nesting<'_> {
    /// Puts the Range with all below it into `siblings`. At the greatest depth those below follow it as siblings.
    fn place(&mut self, node: Node, depth: usize, siblings: &mut Vec<Value>) {
        if depth < DEPTH {
            let made = self.with_items(node, |nesting, child, items| nesting.place(child, depth + 1, items));
            siblings.push(made);
            return;
        }
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            let mut below = Vec::new();
            let pointer = node.pointer.clone();
            let made = self.with_items(node, |_, child, _| below.push(child));
            siblings.push(made);
            if !below.is_empty() {
                self.tell(&pointer, "Ranges that were nested too deep now follow the one that they were in", "");
            }
            waiting.extend(below.into_iter().rev());
        }
    }

    /// What is in the Range, without it.
    fn below(&mut self, node: Node) -> Vec<Value> {
        let mut made = self.with_items(node, |nesting, child, items| nesting.place(child, 1, items));
        match made.get_mut("items").map(Value::take) {
            Some(Value::Array(items)) => items,
            _ => Vec::new(),
        }
    }

    fn with_items(&mut self, node: Node, mut nested: impl FnMut(&mut Self, Node, &mut Vec<Value>)) -> Value {
        let mut items = Vec::new();
        for (child, pointer) in node.children {
            match child {
                Child::Leaf(leaf) => items.push(leaf),
                Child::Range(id) => match self.index.get(&id) {
                    None => self.tell(&pointer, "a reference to a Range that is not there is cut", &id),
                    Some(&number) => match self.nodes[number].take() {
                        Some(child) => nested(self, child, &mut items),
                        None => self.tell(&pointer, "a Range that has its place elsewhere is cut here", &id),
                    },
                },
            }
        }
        if items.is_empty() {
            self.tell(&node.pointer, "a Range has nothing in it", "");
        }
        let mut range = node.range;
        range.insert("items".to_owned(), Value::Array(items));
        Value::Object(arranged(range))
    }

    fn tell(&mut self, pointer: &str, what: &'static str, detail: &str) {
        self.work.report.note_at(pointer, what, detail);
    }
}
