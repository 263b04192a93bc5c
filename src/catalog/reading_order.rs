//! The order of an item's canvases.

use std::collections::HashSet;

use super::{Catalog, CatalogError, Precondition};
use crate::iiif::presentation::Fault;

impl Catalog {
    /// The identifiers of an item's canvases in reading order, and the item's revision.
    pub async fn reading_order(&self, item: &str) -> Result<(Vec<String>, i64), CatalogError> {
        let revision = self.item(item).await?.revision;
        let ids = sqlx::query_scalar("select id from canvases where item_id = $1 order by position").bind(item).fetch_all(&self.pool);
        Ok((ids.await?, revision))
    }

    /// Puts the canvases of an item in the order of `ids`, which must name each of them once; returns the item's new revision.
    pub async fn set_reading_order(&self, item: &str, ids: &[String], precondition: &Precondition) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let present: Vec<String> = sqlx::query_scalar("select id from canvases where item_id = $1 order by position")
            .bind(item)
            .fetch_all(&mut *transaction)
            .await?;
        let faults = faults(ids, &present);
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let statement = "update canvases c set position = o.place - 1 from unnest($2::text[]) with ordinality as o (id, place) \
             where c.item_id = $1 and c.id = o.id";
        sqlx::query(statement).bind(item).bind(ids).execute(&mut *transaction).await?;
        self.finish_canvases(transaction, item, &[]).await
    }
}

/// What keeps `ids` from being an order of `present`.
fn faults(ids: &[String], present: &[String]) -> Vec<Fault> {
    let known: HashSet<&String> = present.iter().collect();
    let mut seen = HashSet::new();
    let mut faults = Vec::new();
    for (place, id) in ids.iter().enumerate() {
        let detail = if !known.contains(id) {
            format!("the item has no canvas \"{id}\"")
        } else if !seen.insert(id) {
            format!("\"{id}\" is in the list twice")
        } else {
            continue;
        };
        faults.push(Fault { pointer: format!("/canvases/{place}"), detail });
    }
    for id in present.iter().filter(|id| !seen.contains(id)) {
        faults.push(Fault { pointer: "/canvases".to_owned(), detail: format!("\"{id}\" is missing: name every canvas once") });
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_names_every_canvas_once() {
        let list = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let pointers = |ids: &str| faults(&list(ids), &list("a b c")).into_iter().map(|fault| fault.pointer).collect::<Vec<_>>();
        assert!(pointers("c a b").is_empty());
        assert_eq!(pointers("a b b"), ["/canvases/2", "/canvases"]);
        assert_eq!(pointers("a b x c"), ["/canvases/2"]);
        assert_eq!(pointers(""), ["/canvases"; 3]);
    }
}
