//! Ranges: the tree of 3.0 as a flat list (Presentation 2.1, section 5.7), and the orders that are Sequences.
//!
//! Viewers begin at the Range with the hint `top`, and show the Ranges in it. A single Range that holds Ranges is that one; if
//! several do, one is put above them, whose id is that of the Manifest with the fragment `top-range`. Where no Range holds another
//! none is needed: viewers then list all.

use super::Down;
use super::annotations::fragment;
use super::hints::Class;
use super::json::{Object, id_of, many, reference, resource, type_of};
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;
use serde_json::{Value, json};
use std::collections::HashSet;

/// What the id of the Range above all others adds to that of the Manifest.
pub(in crate::iiif::presentation) const TOP: &str = "#top-range";

#[derive(Default)]
struct Flat {
    ranges: Vec<Value>,
    /// Ids of Ranges that are written out somewhere in the tree.
    whole: HashSet<String>,
    /// Ids of Ranges that are in `ranges`.
    listed: HashSet<String>,
    /// Ids of Ranges that another Range holds.
    held: HashSet<String>,
    /// What the ids of Ranges without one begin with.
    manifest: String,
}

impl Down<'_> {
    /// The Sequences after the first, and `structures`.
    pub(super) fn structures(&mut self, source: &Object, at: &At) -> (Vec<Value>, Vec<Value>) {
        let at = at.key("structures");
        let mut flat = Flat { manifest: id_of(source).unwrap_or_default().to_owned(), ..Flat::default() };
        many(source, "structures").iter().for_each(|range| find_whole(range, &mut flat.whole));
        let (mut sequences, mut roots) = (Vec::new(), Vec::new());
        for (index, range) in many(source, "structures").iter().enumerate() {
            let at = at.index(index);
            match range.as_object() {
                Some(range) if is_sequence(range) => sequences.push(self.further_sequence(range, &flat.manifest, index, &at)),
                Some(range) => roots.extend(self.flatten(range, &mut flat, &at)),
                None => self.losses.add(LossKind::Malformed, &at, "a Range that is not an object is left out"),
            }
        }
        roots.retain(|root| !flat.held.contains(root));
        self.crown(&mut flat, &roots, source, &at);
        (sequences, flat.ranges)
    }

    /// Adds the Range and those in it to the list; its id.
    fn flatten(&mut self, source: &Object, flat: &mut Flat, at: &At) -> Option<String> {
        let place = flat.ranges.len();
        let id = id_of(source).map_or_else(|| format!("{}#range-{}", flat.manifest, place + 1), str::to_owned);
        let stub = !source.contains_key("items");
        if stub && flat.whole.contains(&id) {
            return Some(id);
        }
        if !flat.listed.insert(id.clone()) {
            if !stub {
                self.losses.add(LossKind::Malformed, at, "a second Range with the same id is left out");
            }
            return Some(id);
        }
        flat.ranges.push(Value::Null);
        let mut object = self.range_head(source, &id, place, at);
        let (ranges, canvases) = self.range_items(source, at, |down, child, at| {
            let id = down.flatten(child, flat, at)?;
            flat.held.insert(id.clone());
            Some(id)
        });
        put(&mut object, "ranges", ranges);
        put(&mut object, "canvases", canvases);
        flat.ranges[place] = object.into();
        Some(id)
    }

    /// A Range as a document: it names the Ranges in it.
    pub(super) fn range(&mut self, source: &Object, at: &At) -> Object {
        let id = id_of(source).unwrap_or_default();
        let mut object = self.range_head(source, id, 0, at);
        let (ranges, canvases) = self.range_items(source, at, |down, child, at| {
            if child.contains_key("items") {
                down.losses.add(LossKind::Ranges, at, "a Range in a Range is named only");
            }
            id_of(child).map(str::to_owned)
        });
        put(&mut object, "ranges", ranges);
        put(&mut object, "canvases", canvases);
        object
    }

    fn range_head(&mut self, source: &Object, id: &str, place: usize, at: &At) -> Object {
        let mut object = resource(id, "sc:Range");
        let label = self.plain(source.get("label"), &at.key("label"));
        put(&mut object, "label", if label.is_null() { (place + 1).to_string().into() } else { label });
        self.describe(&mut object, source, Class::Range, at);
        put(&mut object, "within", self.within(source, at));
        put(&mut object, "service", self.resource_services(source, at));
        put(&mut object, "startCanvas", self.start(source, at));
        put(&mut object, "contentLayer", self.layer_name(source, at));
        self.others(&mut object, source, &["items", "start", "supplementary"], at);
        object
    }

    /// `supplementary` as the id of a Layer.
    fn layer_name<'v>(&mut self, source: &'v Object, at: &At) -> Option<&'v str> {
        let layer = source.get("supplementary")?;
        if layer.as_object().is_some_and(|layer| layer.keys().any(|key| !matches!(key.as_str(), "id" | "type"))) {
            self.losses.add(LossKind::LinkProperties, &at.key("supplementary"), "a contentLayer is named only");
        }
        reference(layer)
    }

    /// Ids of the Ranges, and of the Canvases and their parts.
    fn range_items(
        &mut self,
        source: &Object,
        at: &At,
        mut range: impl FnMut(&mut Self, &Object, &At) -> Option<String>,
    ) -> (Vec<Value>, Vec<Value>) {
        let at = at.key("items");
        let (mut ranges, mut canvases) = (Vec::new(), Vec::new());
        for (index, item) in many(source, "items").iter().enumerate() {
            let item_at = at.index(index);
            match item.as_object().map(|item| (type_of(item), item)) {
                Some(("Range", item)) => ranges.extend(range(self, item, &item_at).map(Value::from)),
                _ => canvases.extend(self.canvas_in_range(item, &item_at).map(Value::from)),
            }
        }
        if !ranges.is_empty() && !canvases.is_empty() {
            self.losses.add(LossKind::Ranges, &at, "the order between Ranges and Canvases");
        }
        (ranges, canvases)
    }

    fn canvas_in_range(&mut self, item: &Value, at: &At) -> Option<String> {
        let id = item.get("source").map_or_else(|| reference(item), reference);
        let Some(id) = id else {
            self.losses.add(LossKind::Malformed, at, "an item without an id is left out");
            return None;
        };
        let selector = item.get("selector");
        match selector.and_then(fragment).filter(|_| !id.contains('#')) {
            Some(fragment) => Some(format!("{id}#{fragment}")),
            None => {
                if selector.is_some() {
                    self.losses.add(LossKind::Parts, at, "a part that is no rectangle and no time is the whole Canvas");
                }
                Some(id.to_owned())
            }
        }
    }

    /// A Range with the behavior `sequence`: 2.1 embeds the first Sequence only, and names the others.
    fn further_sequence(&mut self, range: &Object, manifest: &str, index: usize, at: &At) -> Value {
        self.losses.add(LossKind::Sequences, at, "the order of a further Sequence is not in the Manifest");
        let mut object = resource(id_of(range).unwrap_or_default(), "sc:Sequence");
        if !object.contains_key("@id") {
            put(&mut object, "@id", format!("{manifest}#sequence-{}", index + 2));
        }
        let label = self.plain(range.get("label"), &at.key("label"));
        put(&mut object, "label", if label.is_null() { (index + 2).to_string().into() } else { label });
        object.into()
    }

    /// Sees to it that there is a top where one is needed.
    fn crown(&mut self, flat: &mut Flat, roots: &[String], source: &Object, at: &At) {
        if flat.held.is_empty() {
            return;
        }
        if let [root] = roots {
            let mut objects = flat.ranges.iter_mut().filter_map(Value::as_object_mut);
            if let Some(object) = objects.find(|one| one.get("@id").is_some_and(|id| id == root)) {
                let before = object.insert("viewingHint".to_owned(), "top".into());
                if before.is_some() {
                    self.losses.add(LossKind::OtherBehaviors, at, "the hint of the topmost Range is top");
                }
            }
            return;
        }
        let top = json!({
            "@id": format!("{}{TOP}", flat.manifest), "@type": "sc:Range", "label": self.label(source, &At::ROOT),
            "viewingHint": "top", "ranges": roots
        });
        flat.ranges.insert(0, top);
    }
}

fn is_sequence(range: &Object) -> bool {
    many(range, "behavior").iter().any(|word| word == "sequence")
}

fn find_whole(range: &Value, whole: &mut HashSet<String>) {
    let Some(range) = range.as_object().filter(|range| range.contains_key("items")) else { return };
    whole.extend(id_of(range).map(str::to_owned));
    many(range, "items")
        .iter()
        .filter(|item| item.get("type").is_some_and(|type_| type_ == "Range"))
        .for_each(|item| find_whole(item, whole));
}
