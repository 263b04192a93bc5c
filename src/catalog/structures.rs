//! The Ranges of an item: one tree, kept as JSON in stored form and always consistent in itself.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::PgTransaction;

use super::{Catalog, CatalogError, Precondition};
use crate::iiif::presentation::{Fault, range_input, ranges};

impl Catalog {
    /// The Ranges of an item and their revision, which is 0 as long as there never were any.
    pub async fn structures(&self, item: &str) -> Result<(Vec<Value>, i64), CatalogError> {
        stored(&self.pool, item).await
    }

    /// Changes the Ranges of an item as `edit` does, all or nothing; gives what `edit` gave, and the new revision.
    ///
    /// # Errors
    /// What `edit` says, and every fault of the tree that it leaves.
    pub async fn edit_structures<T>(
        &self,
        item: &str,
        precondition: &Precondition,
        edit: impl FnOnce(&mut Vec<Value>) -> Result<T, CatalogError>,
    ) -> Result<(T, i64), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        let (mut tree, revision) = stored(&mut *transaction, item).await?;
        // Where nothing is, nothing can be overwritten.
        if revision > 0 || !matches!(precondition, Precondition::None | Precondition::Absent) {
            precondition.allows(revision)?;
        }
        let before = ranges::ids(&tree);
        let made = edit(&mut tree)?;
        let revision = self.store_structures(&mut transaction, item, &before, &tree).await?;
        self.finish_canvases(transaction, item, &[]).await?;
        Ok((made, revision))
    }

    /// Makes `tree` the Ranges of the item; those of `before` that are not in it are gone for ever.
    pub(super) async fn store_structures(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        before: &HashSet<String>,
        tree: &[Value],
    ) -> Result<i64, CatalogError> {
        let canvases: Vec<String> =
            sqlx::query_scalar("select id from canvases where item_id = $1").bind(item).fetch_all(&mut **transaction).await?;
        let mut faults = ranges::faults(tree, &canvases.iter().map(String::as_str).collect());
        let after = ranges::ids(tree);
        let new: Vec<&String> = after.difference(before).collect();
        let gone: Vec<String> = sqlx::query_scalar("select id from gone where kind = 'range' and item_id = $1 and id = any($2)")
            .bind(item)
            .bind(&new)
            .fetch_all(&mut **transaction)
            .await?;
        let places = if gone.is_empty() { Vec::new() } else { range_input::places(tree) };
        let reused = |(at, id): &(String, String)| Fault {
            pointer: format!("{at}/id"),
            detail: format!("the range \"{id}\" was deleted; ids are not used again"),
        };
        faults.extend(places.iter().filter(|(_, id)| gone.contains(id)).map(reused));
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let dropped: Vec<&String> = before.difference(&after).collect();
        sqlx::query("insert into gone (kind, item_id, id) select 'range', $1, unnest($2::text[])")
            .bind(item)
            .bind(&dropped)
            .execute(&mut **transaction)
            .await?;
        let statement = "insert into structures (item_id, ranges) values ($1, $2::json) on conflict (item_id) do update \
             set ranges = excluded.ranges, revision = structures.revision + 1, modified = now() returning revision";
        Ok(sqlx::query_scalar(statement).bind(item).bind(Value::from(tree).to_string()).fetch_one(&mut **transaction).await?)
    }

    /// Takes canvases that are being deleted out of the Ranges.
    pub(super) async fn unlist_canvases(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        ids: &[String],
    ) -> Result<(), CatalogError> {
        let found: Option<sqlx::types::Json<Vec<Value>>> =
            sqlx::query_scalar("select ranges from structures where item_id = $1 for update")
                .bind(item)
                .fetch_optional(&mut **transaction)
                .await?;
        let Some(mut tree) = found.map(|ranges| ranges.0).filter(|tree| !tree.is_empty()) else { return Ok(()) };
        if ranges::remove_canvases(&mut tree, &ids.iter().map(String::as_str).collect()) {
            let statement = "update structures set ranges = $2::json, revision = revision + 1, modified = now() where item_id = $1";
            sqlx::query(statement).bind(item).bind(Value::from(tree).to_string()).execute(&mut **transaction).await?;
        }
        Ok(())
    }
}

async fn stored(on: impl sqlx::PgExecutor<'_>, item: &str) -> Result<(Vec<Value>, i64), CatalogError> {
    let statement = "select ranges, revision from structures where item_id = $1";
    let found: Option<(sqlx::types::Json<Vec<Value>>, i64)> = sqlx::query_as(statement).bind(item).fetch_optional(on).await?;
    Ok(found.map(|(ranges, revision)| (ranges.0, revision)).unwrap_or_default())
}
