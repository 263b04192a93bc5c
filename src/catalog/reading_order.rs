//! The canvases of an item as a row: their order, and the labels that count them.

use std::collections::{HashMap, HashSet};

use sqlx::PgTransaction;
use sqlx::types::Json;

use super::items::stored;
use super::{Catalog, CatalogError, Precondition};
use crate::iiif::presentation::naming::{self, order_faults};
use crate::iiif::presentation::{Descriptive, LanguageMap};

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
        let present = order(&mut transaction, item).await?;
        let faults = order_faults(ids, &present, "/canvases", "canvas");
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        arrange(&mut transaction, item, ids).await?;
        self.finish_canvases(transaction, item, &[]).await
    }

    /// Moves canvases so that they follow one another in the order of `ids`, the first at `position` afterwards; returns the item's
    /// new revision.
    pub async fn move_canvases(
        &self,
        item: &str,
        ids: &[String],
        position: usize,
        precondition: &Precondition,
    ) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let mut order = order(&mut transaction, item).await?;
        let faults = naming::unknown_faults(ids, &order, "/canvases", "canvas");
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let moved: HashSet<&str> = ids.iter().map(String::as_str).collect();
        order.retain(|id| !moved.contains(id.as_str()));
        let position = position.min(order.len());
        order.splice(position..position, ids.iter().cloned());
        arrange(&mut transaction, item, &order).await?;
        self.finish_canvases(transaction, item, &[]).await
    }

    /// Gives canvases their labels, in place of those that they have; returns the item's new revision.
    pub async fn label_canvases(
        &self,
        item: &str,
        labels: &[(String, LanguageMap)],
        precondition: &Precondition,
    ) -> Result<i64, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let labels: HashMap<&str, &LanguageMap> = labels.iter().map(|(id, label)| (id.as_str(), label)).collect();
        let ids: Vec<&str> = labels.keys().copied().collect();
        let statement = "select id, descriptive from canvases where item_id = $1 and id = any($2) for update";
        let found: Vec<(String, Json<Descriptive>)> = sqlx::query_as(statement).bind(item).bind(&ids).fetch_all(&mut *transaction).await?;
        let relabelled = |(id, Json(descriptive)): (String, Json<Descriptive>)| {
            let label = labels.get(id.as_str()).map_or_else(LanguageMap::default, |label| (*label).clone());
            let descriptive = stored(&Descriptive { label, ..descriptive });
            (id, descriptive)
        };
        let (ids, descriptives): (Vec<String>, Vec<String>) = found.into_iter().map(relabelled).unzip();
        let statement = "update canvases c set descriptive = n.descriptive::json, revision = revision + 1, modified = now() \
             from unnest($2::text[], $3::text[]) as n (id, descriptive) where c.item_id = $1 and c.id = n.id";
        sqlx::query(statement).bind(item).bind(&ids).bind(&descriptives).execute(&mut *transaction).await?;
        self.finish_canvases(transaction, item, &[]).await
    }
}

async fn order(transaction: &mut PgTransaction<'_>, item: &str) -> Result<Vec<String>, CatalogError> {
    let statement = "select id from canvases where item_id = $1 order by position";
    Ok(sqlx::query_scalar(statement).bind(item).fetch_all(&mut **transaction).await?)
}

async fn arrange(transaction: &mut PgTransaction<'_>, item: &str, ids: &[String]) -> Result<(), CatalogError> {
    let statement = "update canvases c set position = o.place - 1 from unnest($2::text[]) with ordinality as o (id, place) \
         where c.item_id = $1 and c.id = o.id and c.position <> o.place - 1";
    sqlx::query(statement).bind(item).bind(ids).execute(&mut **transaction).await?;
    Ok(())
}

/// The size of the canvas before `position`, or else of the first one.
pub(super) async fn size_before(
    transaction: &mut PgTransaction<'_>,
    item: &str,
    position: i32,
) -> Result<Option<(i32, i32)>, CatalogError> {
    let statement = "select width, height from canvases where item_id = $1 and width is not null \
         order by position >= $2, case when position < $2 then -position else position end limit 1";
    Ok(sqlx::query_as(statement).bind(item).bind(position).fetch_optional(&mut **transaction).await?)
}
