//! A Manifest made elsewhere, taken apart into what the catalogue holds: the item's properties, its canvases, ranges and annotation
//! pages, in stored form (see [`parts`]).
//!
//! What is a part of the Manifest gets an address of ours: Canvases, Ranges, Annotation Pages with their Annotations, also those
//! within placeholder and accompanying Canvases; whoever refers to one then refers to that. Everything else stays as it came:
//! bodies, services, links, selectors, unknown properties.

mod bounds;
mod canvas;
mod context;
mod names;

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use serde_json::{Map, Value};

use super::check::Fault;
use super::properties::Descriptive;
use super::{parts, ranges};
use names::Naming;

pub use bounds::oversized;
pub use canvas::{ImportedCanvas, ImportedPage};
pub use context::foreign_contexts;
pub use names::Known;

/// Most Canvases of one Manifest.
pub const MOST_CANVASES: usize = 50_000;
/// Most faults told of one document.
const MOST_FAULTS: usize = 1000;

/// A Manifest in its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct Imported {
    /// The document's own id.
    pub uri: String,
    pub descriptive: Descriptive,
    pub canvases: Vec<ImportedCanvas>,
    /// Ranges in stored form.
    pub structures: Vec<Value>,
    pub pages: Vec<ImportedPage>,
    /// What the source calls each part: `canvases/p1`; the Manifest itself is the empty path.
    pub names: Vec<(String, String)>,
}

/// A Collection in its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedCollection {
    /// The document's own id.
    pub uri: String,
    pub descriptive: Descriptive,
    /// What it holds, as it is referred to.
    pub members: Vec<Map<String, Value>>,
}

/// Takes a Manifest in the shape of Presentation 3.0 apart; `known` is what the parts were called when it came before.
///
/// # Errors
/// Everything that keeps the document from being a Manifest, each with a JSON pointer.
pub fn take_apart(document: Value, known: &Known) -> Result<Imported, Vec<Fault>> {
    let Value::Object(mut manifest) = document else {
        return Err(vec![Fault { pointer: String::new(), detail: "a Manifest is a JSON object".to_owned() }]);
    };
    let mut work = Work { naming: Naming::new(known), faults: Vec::new(), pages: Vec::new() };
    let uri = work.manifest_id(&manifest);
    let canvases = work.canvases(manifest.shift_remove("items"));
    let structures = work.list(manifest.shift_remove("structures"), "/structures");
    let mut structures = work.ranges(structures);
    work.pages(manifest.shift_remove("annotations"), None, "/annotations");
    work.nested(&mut manifest, "", "");
    for name in ["id", "type"] {
        manifest.shift_remove(name);
    }
    keep_extensions(&mut manifest);
    let Work { naming, mut faults, pages } = work;
    if !faults.is_empty() {
        faults.truncate(MOST_FAULTS);
        return Err(faults);
    }
    let names = naming.addresses();
    let mut properties = Value::from(manifest);
    parts::rename(&mut properties, &names);
    structures.iter_mut().for_each(|range| parts::rename(range, &names));
    let canvases: Vec<ImportedCanvas> = canvases.into_iter().map(|canvas| canvas.renamed(&names)).collect();
    let faults = tree_faults(&structures, &canvases);
    if !faults.is_empty() {
        return Err(faults);
    }
    Ok(Imported {
        uri,
        descriptive: described(properties),
        canvases,
        structures,
        pages: pages.into_iter().map(|page| page.renamed(&names)).collect(),
        names: naming.into_names(),
    })
}

/// Takes a Collection apart: its id, its properties, and what it holds as it is referred to there.
///
/// # Errors
/// Everything that keeps the document from being a Collection, each with a JSON pointer.
pub fn take_collection_apart(document: Value) -> Result<ImportedCollection, Vec<Fault>> {
    let fault = |pointer: String, detail: &str| Fault { pointer, detail: detail.to_owned() };
    let Value::Object(mut collection) = document else { return Err(vec![fault(String::new(), "a Collection is a JSON object")]) };
    let mut faults = Vec::new();
    let uri = collection.shift_remove("id").and_then(|id| id.as_str().map(str::to_owned)).unwrap_or_default();
    if uri.trim().is_empty() {
        faults.push(fault("/id".to_owned(), "a Collection needs its id, by which it is known again"));
    }
    let mut members = Vec::new();
    for (index, member) in
        collection.shift_remove("items").and_then(|items| items.as_array().cloned()).unwrap_or_default().into_iter().enumerate()
    {
        let named = |member: &Map<String, Value>| ["id", "type"].iter().all(|name| member.get(*name).is_some_and(Value::is_string));
        match member {
            Value::Object(member) if named(&member) => members.push(member),
            _ => faults.push(fault(format!("/items/{index}"), "a member of a Collection needs its id and its type")),
        }
    }
    if members.len() > MOST_CANVASES {
        faults = vec![fault("/items".to_owned(), &format!("{} members are too many: up to {MOST_CANVASES} are taken in", members.len()))];
    }
    collection.shift_remove("type");
    keep_extensions(&mut collection);
    faults.truncate(MOST_FAULTS);
    if faults.is_empty() { Ok(ImportedCollection { uri, descriptive: Descriptive::of(collection), members }) } else { Err(faults) }
}

fn described(properties: Value) -> Descriptive {
    match properties {
        Value::Object(properties) => Descriptive::of(properties),
        _ => Descriptive::default(),
    }
}

/// Of the contexts, those of extensions are kept; that of Presentation is written by whoever publishes.
fn keep_extensions(manifest: &mut Map<String, Value>) {
    let Some(Value::Array(contexts)) = manifest.shift_remove("@context") else { return };
    let is_ours = |context: &Value| context.as_str().is_some_and(|uri| uri.contains("iiif.io/api/presentation/"));
    let others: Vec<Value> = contexts.into_iter().filter(|context| !is_ours(context)).collect();
    if !others.is_empty() {
        manifest.insert("@context".to_owned(), others.into());
    }
}

/// What is wrong with the Ranges. Canvases of other manifests may stand in them.
fn tree_faults(structures: &[Value], canvases: &[ImportedCanvas]) -> Vec<Fault> {
    let known: HashSet<&str> = canvases.iter().map(|canvas| canvas.id.as_str()).collect();
    let faults = ranges::faults(structures, &known);
    faults.into_iter().map(|fault| Fault { pointer: format!("/structures{}", fault.pointer), ..fault }).collect()
}

/// What is gathered on the way.
struct Work<'a> {
    naming: Naming<'a>,
    faults: Vec<Fault>,
    pages: Vec<ImportedPage>,
}

impl Work<'_> {
    fn fault(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        if self.faults.len() <= MOST_FAULTS {
            self.faults.push(Fault { pointer: pointer.into(), detail: detail.into() });
        }
    }

    fn manifest_id(&mut self, manifest: &Map<String, Value>) -> String {
        if manifest.get("type").is_none_or(|class| class != "Manifest") {
            let found = manifest.get("type").unwrap_or(&Value::Null).to_string();
            self.fault("/type", format!("a Manifest is expected here, not {found}"));
        }
        match manifest.get("id").and_then(Value::as_str) {
            Some(id) if !id.trim().is_empty() => {
                self.naming.claim(String::new(), id);
                id.to_owned()
            }
            _ => {
                self.fault("/id", "a Manifest needs its id, by which it is known again");
                String::new()
            }
        }
    }

    fn list(&mut self, value: Option<Value>, pointer: &str) -> Vec<Value> {
        match value {
            Some(Value::Array(list)) => list,
            None => Vec::new(),
            Some(_) => {
                self.fault(pointer, "must be a list");
                Vec::new()
            }
        }
    }

    /// Gives Ranges their addresses, from the top down.
    fn ranges(&mut self, list: Vec<Value>) -> Vec<Value> {
        let mut list = list;
        self.name_ranges(&mut list, "/structures");
        list
    }

    fn name_ranges(&mut self, list: &mut [Value], pointer: &str) {
        for (index, one) in list.iter_mut().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let Some(range) = one.as_object_mut().filter(|one| one.get("type").is_some_and(|class| class == "Range")) else { continue };
            match range.get("id").and_then(Value::as_str).map(str::to_owned) {
                Some(id) => match self.naming.name("ranges", &id) {
                    Some(part) => drop(range.insert("id".to_owned(), parts::own(&part).into())),
                    None => self.fault(format!("{pointer}/id"), format!("the range {id} is there twice")),
                },
                None => drop(range.insert("id".to_owned(), parts::own(&self.naming.mint("ranges")).into())),
            }
            if let Some(items) = range.get_mut("items").and_then(Value::as_array_mut) {
                self.name_ranges(items, &format!("{pointer}/items"));
            }
        }
    }
}
