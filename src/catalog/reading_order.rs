//! The order of an item's canvases.

use sqlx::PgTransaction;

use super::{Catalog, CatalogError, Precondition};
use crate::iiif::presentation::naming::{Place, moved, order_faults};

impl Catalog {
    /// The identifiers of an item's canvases in reading order, and the item's revision.
    pub async fn reading_order(&self, item: &str) -> Result<(Vec<String>, i64), CatalogError> {
        let revision = self.item(item).await?.revision;
        Ok((in_order(&self.pool, item).await?, revision))
    }

    /// Puts the canvases of an item in the order of `ids`, which must name each of them once; returns the item's new revision.
    pub async fn set_reading_order(&self, item: &str, ids: &[String], precondition: &Precondition) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let present = in_order(&mut *transaction, item).await?;
        let faults = order_faults(ids, &present, "/canvases", "canvas");
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        arrange(&mut transaction, item, ids).await?;
        self.finish_canvases(transaction, item, &[]).await
    }

    /// Moves canvases, so that they follow one another in the order of `ids`; returns the item's new revision.
    pub async fn move_canvases(&self, item: &str, ids: &[String], place: &Place, precondition: &Precondition) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let present = in_order(&mut *transaction, item).await?;
        let order = moved(&present, ids, place, "/canvases", "canvas").map_err(CatalogError::Faults)?;
        arrange(&mut transaction, item, &order).await?;
        self.finish_canvases(transaction, item, &[]).await
    }
}

/// The identifiers of an item's canvases in reading order.
pub(super) async fn in_order(on: impl sqlx::PgExecutor<'_>, item: &str) -> Result<Vec<String>, CatalogError> {
    let statement = "select id from canvases where item_id = $1 order by position";
    Ok(sqlx::query_scalar(statement).bind(item).fetch_all(on).await?)
}

/// Puts the canvases of an item in the order of `ids`, which names all of them.
pub(super) async fn arrange(transaction: &mut PgTransaction<'_>, item: &str, ids: &[String]) -> Result<(), CatalogError> {
    let statement = "update canvases c set position = o.place - 1 from unnest($2::text[]) with ordinality as o (id, place) \
         where c.item_id = $1 and c.id = o.id and c.position <> o.place - 1";
    sqlx::query(statement).bind(item).bind(ids).execute(&mut **transaction).await?;
    Ok(())
}
