//! Collections of 2.x: `members`, `collections` and `manifests` are `items` (Presentation 3.0, section 5.1).

use super::manifests::manifest;
use super::report::Place;
use super::resources::{Class, arranged, resource};
use super::statements::append;
use super::{Object, Work, id_of, list, types};
use serde_json::{Value, json};
use std::collections::HashSet;

const LISTS: [&str; 3] = ["members", "collections", "manifests"];

/// A Collection with what it holds.
pub(super) fn collection(mut source: Object, at: &Place, work: &mut Work) -> Object {
    let lists = LISTS.map(|key| (key, source.shift_remove(key)));
    let paged = ["first", "next"].iter().find_map(|key| Some((*key, source.get(*key)?.clone())));
    if let Some((key, page)) = paged {
        let page = id_of(&page).unwrap_or_default();
        work.report.note_with(&at.key(key), "3.0 has no pages of Collections: what stands on other pages is not here", page);
    }
    let mut made = resource(source, Class::Collection, at, work);
    let mut seen = HashSet::new();
    for (key, value) in lists {
        let members = members(value.unwrap_or_default(), key, &mut seen, &at.key(key), work);
        append(&mut made, "items", members);
    }
    made.entry("items").or_insert_with(|| json!([]));
    arranged(made)
}

/// The members of one list, without those that an earlier list has.
fn members(value: Value, key: &str, seen: &mut HashSet<String>, at: &Place, work: &mut Work) -> Vec<Value> {
    let before = seen.clone();
    let many = value.is_array();
    let mut made = Vec::new();
    for (index, entry) in list(value).into_iter().enumerate() {
        let place = at.entry(many, index);
        let id = id_of(&entry).unwrap_or_default().to_owned();
        if before.contains(&id) {
            continue;
        }
        seen.insert(id);
        match entry {
            Value::Object(object) => made.push(Value::Object(member(object, key, &place, work))),
            Value::String(id) if !id.is_empty() => {
                work.report.note(&place, "a member without a label is only an address");
                made.push(Value::Object(member(Object::from_iter([("@id".to_owned(), json!(id))]), key, &place, work)));
            }
            other => work.report.note_with(&place, "what is not a member is left out", &other.to_string()),
        }
    }
    made
}

fn member(source: Object, key: &str, at: &Place, work: &mut Work) -> Object {
    let told = source.get("@type").or_else(|| source.get("type")).map(types::names).unwrap_or_default();
    let name = told.first().map(|name| types::modern(name));
    let is_collection = name.map_or(key == "collections", |name| name == "Collection");
    match (is_collection, LISTS.iter().any(|key| source.contains_key(*key))) {
        (true, true) => collection(source, at, work),
        (true, false) => resource(source, Class::Collection, at, work),
        _ if source.contains_key("sequences") => {
            work.report.note(at, "a Manifest is embedded in the Collection, which 3.0 does not allow");
            manifest(source, at, work)
        }
        _ => resource(source, Class::Manifest, at, work),
    }
}
