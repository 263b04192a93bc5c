//! What writers call the parts of a Manifest: each by a bare name, short for its stored address below a path, or by its whole address.

use super::check::Fault;
use super::parts;
use crate::iiif::ids::ResourceId;
use serde_json::Value;
use std::collections::HashSet;

/// The stored address of what is called `name` below `path`: `canvases/c/page` and `1` give `triptych:/canvases/c/page/1`. A name that
/// is an address already is kept.
#[must_use]
pub fn address(path: &str, name: &str) -> String {
    if name.contains([':', '/']) { name.to_owned() } else { parts::own(&format!("{path}/{name}")) }
}

/// What a stored address is called below `path`: its bare name, or the whole address if it lies elsewhere.
#[must_use]
pub fn name<'a>(path: &str, address: &'a str) -> &'a str {
    bare(path, address).unwrap_or(address)
}

/// The name of an address below `path`; `None` if it lies elsewhere.
#[must_use]
pub fn bare<'a>(path: &str, address: &'a str) -> Option<&'a str> {
    parts::path(address)?.strip_prefix(path)?.strip_prefix('/')
}

/// Makes the bare `id` of a resource below `path` an address; without an id, it gets the one that `mint` makes.
pub fn complete(object: &mut serde_json::Map<String, Value>, path: &str, mint: &impl Fn() -> String) {
    match object.get_mut("id") {
        Some(Value::String(id)) => *id = address(path, id),
        Some(_) => {}
        None => drop(object.shift_insert(0, "id".to_owned(), address(path, &mint()).into())),
    }
}

/// Why this cannot be the id of a resource below `path`, if it cannot.
#[must_use]
pub fn fault(path: &str, id: &Value) -> Option<String> {
    let Some(text) = id.as_str() else { return Some("an id is a text".to_owned()) };
    match bare(path, text) {
        Some(name) => ResourceId::parse(name).err().map(|error| error.to_string()),
        None => Some(format!("an id is a bare name, or an address below {path} of this item")),
    }
}

/// What keeps `names` from being an order of the `present` things, which are each a `what`. Pointers begin with `at`.
#[must_use]
pub fn order_faults<T: AsRef<str>>(names: &[String], present: &[T], at: &str, what: &str) -> Vec<Fault> {
    let mut faults = unknown_faults(names, present, at, what);
    let named: HashSet<&str> = names.iter().map(String::as_str).collect();
    for name in present.iter().map(AsRef::as_ref).filter(|name| !named.contains(name)) {
        faults.push(Fault { pointer: at.to_owned(), detail: format!("\"{name}\" is missing: name every {what} once") });
    }
    faults
}

/// What keeps `names` from being some of the `present` things, each once.
#[must_use]
pub fn unknown_faults<T: AsRef<str>>(names: &[String], present: &[T], at: &str, what: &str) -> Vec<Fault> {
    let known: HashSet<&str> = present.iter().map(AsRef::as_ref).collect();
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (place, name) in names.iter().enumerate() {
        let detail = if !known.contains(name.as_str()) {
            format!("there is no {what} \"{name}\" here")
        } else if !seen.insert(name.as_str()) {
            format!("\"{name}\" is in the list twice")
        } else {
            continue;
        };
        faults.push(Fault { pointer: format!("{at}/{place}"), detail });
    }
    faults
}
