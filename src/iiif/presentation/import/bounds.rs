//! How much one document may hold: counted before anything is made of it.

use serde_json::Value;

use super::MOST_CANVASES;
use crate::iiif::presentation::check::Fault;

/// Lists of Canvases or of members, in 3.0 and 2.x.
const LISTS: [&str; 4] = ["items", "members", "collections", "manifests"];

/// The lists of a document, of any version, that hold more than is taken in.
#[must_use]
pub fn oversized(document: &Value) -> Vec<Fault> {
    let lists = LISTS.iter().filter_map(|name| Some((format!("/{name}"), document.get(*name)?)));
    let sequences = document.get("sequences").and_then(Value::as_array).into_iter().flatten().enumerate();
    let sequences = sequences.filter_map(|(index, one)| Some((format!("/sequences/{index}/canvases"), one.get("canvases")?)));
    let mut left = MOST_CANVASES;
    let mut faults = Vec::new();
    for (pointer, list) in lists.chain(sequences) {
        let count = list.as_array().map_or(0, Vec::len);
        match left.checked_sub(count) {
            Some(rest) => left = rest,
            None => faults
                .push(Fault { pointer, detail: format!("{count} are too many: up to {MOST_CANVASES} canvases or members are taken in") }),
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn more_canvases_or_members_than_are_taken_in_are_told_where_they_stand() {
        let many = |count: usize| json!(vec![0; count]);
        let cases = [
            (json!({"items": many(MOST_CANVASES)}), vec![]),
            (json!({"items": many(MOST_CANVASES + 1)}), vec!["/items"]),
            (json!({"manifests": many(MOST_CANVASES), "collections": many(1)}), vec!["/manifests"]),
            (json!({"sequences": [{"canvases": many(MOST_CANVASES)}, {"canvases": many(1)}, {}]}), vec!["/sequences/1/canvases"]),
            (json!({"items": {}, "sequences": 3}), vec![]),
            (json!([]), vec![]),
        ];
        for (document, pointers) in cases {
            let found: Vec<String> = oversized(&document).into_iter().map(|fault| fault.pointer).collect();
            assert_eq!(found, pointers);
        }
    }
}
