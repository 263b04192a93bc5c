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
    for name in present.iter().map(AsRef::as_ref).filter(|name| !seen.contains(name)) {
        faults.push(Fault { pointer: at.to_owned(), detail: format!("\"{name}\" is missing: name every {what} once") });
    }
    faults
}

/// Where things that are moved go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    Start,
    End,
    /// Before the one with this name.
    Before(String),
}

/// The `present` things, each a `what`, with those of `names` moved: they follow one another in the order of `names`.
///
/// # Errors
/// Everything that keeps them from being moved. Pointers begin with `at`; that of the place is `/before`.
pub fn moved(present: &[String], names: &[String], place: &Place, at: &str, what: &str) -> Result<Vec<String>, Vec<Fault>> {
    let taken: HashSet<&str> = names.iter().map(String::as_str).collect();
    let mut faults = order_faults(names, present, at, what);
    faults.retain(|fault| fault.pointer != at);
    let mut others: Vec<String> = present.iter().filter(|name| !taken.contains(name.as_str())).cloned().collect();
    let index = match place {
        Place::Start => 0,
        Place::End => others.len(),
        Place::Before(name) => others.iter().position(|other| other == name).unwrap_or_else(|| {
            let detail = if taken.contains(name.as_str()) {
                format!("the {what} \"{name}\" is moved itself: name one that stays")
            } else {
                format!("there is no {what} \"{name}\" here")
            };
            faults.push(Fault { pointer: "/before".to_owned(), detail });
            0
        }),
    };
    others.splice(index..index, names.iter().cloned());
    if faults.is_empty() { Ok(others) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn bare_names_are_short_for_addresses() {
        let below = "canvases/c/page";
        for (called, stored) in
            [("1", "triptych:/canvases/c/page/1"), ("https://x.org/a", "https://x.org/a"), ("triptych:/ranges/r", "triptych:/ranges/r")]
        {
            assert_eq!(address(below, called), stored);
            assert_eq!(name(below, stored), called);
        }
        assert_eq!(bare(below, "triptych:/canvases/c/page-2/1"), None);
    }

    #[test]
    fn ids_are_completed_and_judged() {
        let cases = [
            (json!({"type": "Range"}), "triptych:/ranges/new", None),
            (json!({"id": "r1"}), "triptych:/ranges/r1", None),
            (json!({"id": "triptych:/ranges/r1"}), "triptych:/ranges/r1", None),
            (json!({"id": "-r"}), "triptych:/ranges/-r", Some("letter or a digit")),
            (json!({"id": ""}), "triptych:/ranges/", Some("empty")),
            (json!({"id": "https://x.org/r"}), "https://x.org/r", Some("bare name")),
            (json!({"id": "triptych:/canvases/c"}), "triptych:/canvases/c", Some("bare name")),
            (json!({"id": "triptych:/ranges/a/b"}), "triptych:/ranges/a/b", Some("letters")),
        ];
        for (sent, id, part) in cases {
            let mut object = sent.as_object().cloned().expect("an object");
            complete(&mut object, "ranges", &|| "new".to_owned());
            assert_eq!(object["id"], id);
            let told = fault("ranges", &object["id"]);
            assert_eq!(told.is_some(), part.is_some(), "{sent}: {told:?}");
            assert!(part.is_none_or(|part| told.as_deref().is_some_and(|told| told.contains(part))), "{sent}: {told:?}");
        }
        assert!(fault("ranges", &json!(7)).is_some());
    }

    #[test]
    fn what_is_moved_follows_in_the_order_of_its_names() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let before = |name: &str| Place::Before(name.to_owned());
        let cases = [
            ("d b", Place::Start, "d b a c e"),
            ("a", Place::End, "b c d e a"),
            ("e a", before("c"), "b e a c d"),
            ("b", before("c"), "a b c d e"),
            ("a b c d e", Place::End, "a b c d e"),
        ];
        for (names, place, expected) in cases {
            assert_eq!(moved(&list("a b c d e"), &list(names), &place, "/x", "canvas"), Ok(list(expected)), "{names}");
        }
        for (names, place, pointers) in [
            ("x a a", Place::Start, vec!["/x/0", "/x/2"]),
            ("a", before("a"), vec!["/before"]),
            ("y", before("z"), vec!["/x/0", "/before"]),
        ] {
            let told = moved(&list("a b c"), &list(names), &place, "/x", "canvas").expect_err(names);
            assert_eq!(told.into_iter().map(|fault| fault.pointer).collect::<Vec<_>>(), pointers, "{names}");
        }
    }

    #[test]
    fn an_order_names_everything_once() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let pointers =
            |ids: &str| order_faults(&list(ids), &list("a b c"), "/order", "canvas").into_iter().map(|f| f.pointer).collect::<Vec<_>>();
        assert!(pointers("c a b").is_empty());
        assert_eq!(pointers("a b b"), ["/order/2", "/order"]);
        assert_eq!(pointers("a b x c"), ["/order/2"]);
        assert_eq!(pointers(""), ["/order"; 3]);
    }
}
