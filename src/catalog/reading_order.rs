//! The order of an item's canvases.

use super::{Catalog, CatalogError, Precondition};
use crate::iiif::presentation::naming::order_faults;

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
        let faults = order_faults(ids, &present, "/canvases", "canvas");
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let statement = "update canvases c set position = o.place - 1 from unnest($2::text[]) with ordinality as o (id, place) \
             where c.item_id = $1 and c.id = o.id";
        sqlx::query(statement).bind(item).bind(ids).execute(&mut *transaction).await?;
        self.finish_canvases(transaction, item, &[]).await
    }
}
