//! Sequences of 2.x: the first is `items` of the Manifest, further ones are Ranges with the behavior `sequence`.

use super::manifests::canvas;
use super::report::Place;
use super::resources::{Class, arranged, resource};
use super::statements::append;
use super::{Object, Work, hash, list};
use serde_json::{Value, json};
use std::collections::{HashMap, HashSet};

/// The Canvases of a Manifest, each once.
pub(super) struct Canvases<'a> {
    manifest: &'a str,
    pub(super) items: Vec<Value>,
    /// By id: the position among `items`, and the hash of the source.
    known: HashMap<String, (usize, u64)>,
}

impl<'a> Canvases<'a> {
    pub(super) fn new(manifest: &'a str) -> Self {
        Self { manifest, items: Vec::new(), known: HashMap::new() }
    }

    /// The ids of all Canvases.
    pub(super) fn ids(&mut self) -> HashSet<String> {
        std::mem::take(&mut self.known).into_keys().collect()
    }

    /// Adds the canvases of a sequence and gives their ids in its order.
    fn add(&mut self, canvases: Value, at: &Place, work: &mut Work) -> Vec<String> {
        let many = canvases.is_array();
        let before = self.items.len();
        let mut order = Vec::new();
        for (index, entry) in list(canvases).into_iter().enumerate() {
            let place = at.entry(many, index);
            match entry {
                Value::Object(object) => order.push(self.object(object, before, &place, work)),
                Value::String(id) if self.known.contains_key(&id) => order.push(id),
                Value::String(id) => {
                    work.report.note_with(&place, "a canvas that is only referred to has nothing on it", &id);
                    let object = Object::from_iter([("@id".to_owned(), json!(id))]);
                    order.push(self.object(object, before, &place, work));
                }
                other => work.report.note_with(&place, "what is not a canvas is left out", &other.to_string()),
            }
        }
        order
    }

    /// Adds one canvas unless it is there. Another of the same id in one sequence (from `before` on) gets a new id.
    fn object(&mut self, mut source: Object, before: usize, at: &Place, work: &mut Work) -> String {
        let bare = source.keys().all(|key| matches!(key.as_str(), "@id" | "@type" | "id" | "type" | "label"));
        let content = hash(&source);
        let told = source.get("@id").or_else(|| source.get("id")).and_then(Value::as_str).map(str::to_owned);
        if let Some((id, &(number, known))) = told.as_ref().and_then(|id| Some((id, self.known.get(id)?))) {
            if bare || known == content {
                if number >= before {
                    work.report.note_with(at, "a canvas that is in a sequence twice stands once", id);
                }
                return id.clone();
            }
            if number < before {
                work.report.note_with(at, "a canvas is told otherwise in a further sequence, what the first says holds", id);
                return id.clone();
            }
            work.report.note_with(at, "another canvas of the same id has a new one", id);
            let new = work.mint(self.manifest, "canvas");
            source.shift_remove("id");
            source.insert("@id".to_owned(), json!(new));
        }
        let made = canvas(source, self.manifest, at, work);
        self.push(made, content)
    }

    fn push(&mut self, made: Object, content: u64) -> String {
        let id = made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
        self.known.insert(id.clone(), (self.items.len(), content));
        self.items.push(Value::Object(made));
        id
    }
}

/// Puts the canvases into `canvases`, what is said of the first sequence into the Manifest, and gives the Ranges of the others.
pub(super) fn apply(sequences: Value, manifest: &mut Object, canvases: &mut Canvases, at: &Place, work: &mut Work) -> Vec<Value> {
    let many = sequences.is_array();
    let mut entries = objects(sequences, at, work);
    let embedded = |entry: &Object| entry.get("canvases").and_then(Value::as_array).is_some_and(|list| !list.is_empty());
    let first = entries.iter().position(|(_, entry)| embedded(entry)).unwrap_or(0);
    let mut ranges = Vec::new();
    if first < entries.len() {
        let (index, mut entry) = entries.remove(first);
        let place = at.entry(many, index);
        match entry.shift_remove("canvases") {
            Some(list) => drop(canvases.add(list, &place.key("canvases"), work)),
            None => work.report.note(&place, "a sequence that is only referred to: its canvases are not here"),
        }
        lift(entry, manifest, &place, work);
    }
    for (index, entry) in entries {
        ranges.push(range(entry, canvases, &at.entry(many, index), work));
    }
    ranges
}

fn objects(sequences: Value, at: &Place, work: &mut Work) -> Vec<(usize, Object)> {
    let mut entries = Vec::new();
    let many = sequences.is_array();
    for (index, entry) in list(sequences).into_iter().enumerate() {
        match entry {
            Value::Object(object) => entries.push((index, object)),
            Value::String(id) => entries.push((index, Object::from_iter([("@id".to_owned(), json!(id))]))),
            other => work.report.note_with(&at.entry(many, index), "what is not a sequence is left out", &other.to_string()),
        }
    }
    entries
}

/// A further sequence. One that is only referred to is a reference to a Range.
fn range(mut entry: Object, canvases: &mut Canvases, at: &Place, work: &mut Work) -> Value {
    let list = entry.shift_remove("canvases");
    let mut made = resource(entry, Class::Range, at, work);
    if !made.contains_key("id") {
        made.insert("id".to_owned(), json!(work.mint(canvases.manifest, "sequence")));
    }
    let mut words = vec![json!("sequence")];
    words.extend(made.shift_remove("behavior").map(super::list).unwrap_or_default());
    made.insert("behavior".to_owned(), Value::Array(words));
    let Some(list) = list else {
        work.report.note(at, "a further sequence that is only referred to is now a reference to a Range of the behavior sequence");
        return Value::Object(arranged(made));
    };
    work.report.note(at, "a further sequence is now a Range of the behavior sequence; canvases that only it has are appended to items");
    let order = canvases.add(list, &at.key("canvases"), work);
    let items: Vec<Value> = order.iter().map(|id| json!({"id": id, "type": "Canvas"})).collect();
    made.insert("items".to_owned(), Value::Array(items));
    Value::Object(arranged(made))
}

const LAYOUT: [&str; 4] = ["unordered", "individuals", "continuous", "paged"];

/// What is said of the first sequence is said of the Manifest.
fn lift(entry: Object, manifest: &mut Object, at: &Place, work: &mut Work) {
    let mut made = resource(entry, Class::Range, at, work);
    made.shift_remove("id");
    made.shift_remove("type");
    if let Some(label) = made.shift_remove("label") {
        work.report.note_with(&at.key("label"), "the label of the first sequence has no place in 3.0", &label.to_string());
    }
    if let Some(words) = made.shift_remove("behavior") {
        layout(list(words), manifest, at, work);
    }
    for (key, value) in made {
        let place = at.key(&key);
        match (manifest.contains_key(&key), value) {
            (_, Value::Array(more)) => append(manifest, &key, more),
            (false, value) => {
                work.report.form(&place, "what is said of the first sequence is now said of the Manifest");
                manifest.insert(key.clone(), value);
            }
            (true, value) if manifest[&key] == value => {}
            (true, value) if key == "requiredStatement" => append(manifest, "metadata", vec![value]),
            (true, value) if key == "viewingDirection" || key == "start" => {
                work.report.note_with(
                    &place,
                    "what the first sequence says holds, not what the Manifest said",
                    &manifest[&key].to_string(),
                );
                manifest.insert(key.clone(), value);
            }
            (true, value) => {
                work.report.note_with(&place, "what the Manifest says holds, what the first sequence said is left out", &value.to_string());
            }
        }
    }
}

/// The layout of the first sequence goes before that of the Manifest, which it excludes.
fn layout(words: Vec<Value>, manifest: &mut Object, at: &Place, work: &mut Work) {
    let is_layout = |word: &Value| word.as_str().is_some_and(|word| LAYOUT.contains(&word));
    let mut known = manifest.shift_remove("behavior").map(list).unwrap_or_default();
    if words.iter().any(is_layout) {
        let lost: Vec<&Value> = known.iter().filter(|word| is_layout(word) && !words.contains(word)).collect();
        if let Some(lost) = lost.first() {
            work.report.note_with(
                &at.key("viewingHint"),
                "what the first sequence says holds, not what the Manifest said",
                &lost.to_string(),
            );
        }
        known.retain(|word| !is_layout(word));
    }
    let mut all = words;
    all.extend(known);
    let mut unique: Vec<Value> = Vec::new();
    for word in all {
        if !unique.contains(&word) {
            unique.push(word);
        }
    }
    manifest.insert("behavior".to_owned(), Value::Array(unique));
}
