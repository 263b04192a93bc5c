//! Collections in collections: none is in itself, neither directly nor through others.

use std::collections::HashMap;

use sqlx::PgTransaction;

use super::CatalogError;
use crate::iiif::presentation::Fault;

/// Key of the lock for changes that nest collections.
const NESTING: i64 = 0x7472_6970_6e65_7374;

/// Waits for everybody else who nests collections: two changes that are right each by itself could close a circle together.
pub(super) async fn lock(transaction: &mut PgTransaction<'_>) -> Result<(), CatalogError> {
    sqlx::query("select pg_advisory_xact_lock($1)").bind(NESTING).execute(&mut **transaction).await?;
    Ok(())
}

/// By collection, one that it holds, on the way down to `collection`: for every collection that holds it, directly or through others.
pub(super) async fn holders(transaction: &mut PgTransaction<'_>, collection: &str) -> Result<HashMap<String, String>, CatalogError> {
    let statement = "with recursive up (held, holder) as ( \
             select member_id, collection_id from collection_members where member_id = $1 \
             union select m.member_id, m.collection_id from up join collection_members m on m.member_id = up.holder) \
         select holder, held from up";
    let edges: Vec<(String, String)> = sqlx::query_as(statement).bind(collection).fetch_all(&mut **transaction).await?;
    // Any one will do: nothing goes in a circle yet, so that every way down ends.
    Ok(edges.into_iter().collect())
}

/// Collections, by their places in a list of new members, that cannot become members of `collection` because they hold it.
pub(super) fn circles<'a>(
    collection: &str,
    new: impl Iterator<Item = Option<&'a str>>,
    holders: &'a HashMap<String, String>,
) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (place, id) in new.enumerate().filter_map(|(place, id)| Some((place, id?))) {
        if id != collection && !holders.contains_key(id) {
            continue;
        }
        let way: Vec<String> = std::iter::successors(Some(id), |held| holders.get(*held).map(String::as_str))
            .chain([id])
            .map(|id| format!("\"{id}\""))
            .collect();
        let detail = match way.len() {
            2 => "a collection cannot be in itself".to_owned(),
            _ => format!("a collection cannot be in itself, as this one would be: {}", way.join(" holds ")),
        };
        faults.push(Fault { pointer: format!("/members/{place}/collection"), detail });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_circle_is_told_with_all_that_are_in_it() {
        // a holds b, b holds c.
        let holders = HashMap::from([("a".to_owned(), "b".to_owned()), ("b".to_owned(), "c".to_owned())]);
        let told = |id: &str| circles("c", [None, Some(id)].into_iter(), &holders);
        assert!(told("d").is_empty());
        assert_eq!(told("c")[0].detail, "a collection cannot be in itself");
        let faults = told("a");
        assert_eq!(faults[0].pointer, "/members/1/collection");
        assert!(faults[0].detail.ends_with(": \"a\" holds \"b\" holds \"c\" holds \"a\""), "{faults:?}");
    }
}
