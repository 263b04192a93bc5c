//! Items: what becomes a IIIF Manifest.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{Catalog, CatalogError, NewCanvas, Page, Precondition, Told, minted};
use crate::iiif::presentation::Descriptive;
use crate::iiif::presentation::hiding::hide;

/// Whether the public sees an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Draft,
    Published,
}

impl Status {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Published => "published",
        }
    }
}

impl TryFrom<String> for Status {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        match name.as_str() {
            "draft" => Ok(Self::Draft),
            "published" => Ok(Self::Published),
            _ => Err(name),
        }
    }
}

/// An item without its canvases.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Item {
    pub id: String,
    #[sqlx(try_from = "String")]
    pub status: Status,
    #[sqlx(json)]
    pub descriptive: Descriptive,
    pub revision: i64,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
    /// How many canvases it has, hidden ones among them.
    pub canvas_count: i64,
    /// How many of them the public does not see.
    pub hidden_count: i64,
}

impl Item {
    /// Without what only the holder of a key sees: its hidden canvases.
    pub fn for_public(mut self, hidden: &HashSet<String>) -> Self {
        if self.hidden_count > 0 {
            self.canvas_count -= self.hidden_count;
            self.hidden_count = 0;
            let mut rest = Value::from(std::mem::take(&mut self.descriptive.rest));
            hide(&mut rest, hidden);
            self.descriptive.rest = rest.as_object().cloned().unwrap_or_default();
        }
        self
    }
}

/// What a writer says of an item.
#[derive(Clone, Debug)]
pub struct ItemContent {
    pub status: Status,
    pub descriptive: Descriptive,
    /// The whole list of canvases, in order; `None` leaves the canvases as they are.
    pub canvases: Option<Vec<NewCanvas>>,
}

/// Which items a list holds.
#[derive(Clone, Debug, Default)]
pub struct ItemFilter {
    pub status: Option<Status>,
    /// A part of any of the labels, upper and lower case alike.
    pub label: Option<String>,
    pub modified_since: Option<OffsetDateTime>,
}

impl Catalog {
    /// Adds an item with its canvases, all or nothing.
    pub async fn create_item(&self, id: Option<String>, content: &ItemContent) -> Result<Item, CatalogError> {
        let id = id.unwrap_or_else(minted);
        let mut transaction = self.pool.begin().await?;
        self.insert_item(&mut transaction, &id, content).await?;
        self.finish_item(transaction, &id, Vec::new()).await
    }

    /// Creates the item, or replaces what is said of it; tells which (`true`: created).
    pub async fn put_item(&self, id: &str, content: &ItemContent, precondition: &Precondition) -> Result<(Item, bool), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let Some(revision) = revision(&mut transaction, id).await? else {
            precondition.allows_creation("item")?;
            self.insert_item(&mut transaction, id, content).await?;
            return Ok((self.finish_item(transaction, id, Vec::new()).await?, true));
        };
        precondition.allows(revision)?;
        let images_before = self.update_item(&mut transaction, id, content).await?;
        Ok((self.finish_item(transaction, id, images_before).await?, false))
    }

    /// Replaces what is said of an item; gives the images that it had, and their storage keys.
    pub(super) async fn update_item(
        &self,
        transaction: &mut sqlx::PgTransaction<'_>,
        id: &str,
        content: &ItemContent,
    ) -> Result<Vec<String>, CatalogError> {
        let images = images_of(transaction, id).await?;
        let statement = "update items set status = $2, descriptive = $3::json, label_text = $4, revision = revision + 1, modified = now() \
             where id = $1";
        bind_content(sqlx::query(statement).bind(id), content).execute(&mut **transaction).await?;
        if let Some(canvases) = &content.canvases {
            self.replace_canvases(transaction, id, canvases).await?;
        }
        Ok(images)
    }

    pub async fn item(&self, id: &str) -> Result<Item, CatalogError> {
        match sqlx::query_as(select_items!("id = $1")).bind(id).fetch_optional(&self.pool).await? {
            Some(item) => Ok(item),
            None => Err(self.absent(&self.pool, "item", "", id).await?),
        }
    }

    /// Items in the order of their identifiers.
    pub async fn items(&self, filter: &ItemFilter, after: Option<&str>, limit: usize) -> Result<Page<Item>, CatalogError> {
        let statement = select_items!(
            "($1::text is null or status = $1) and ($2::text is null or label_text ilike $2) \
             and ($3::timestamptz is null or modified >= $3) and ($4::text is null or id > $4) order by id limit $5"
        );
        let ItemFilter { status, label, modified_since } = filter;
        let entries = sqlx::query_as(statement)
            .bind(status.map(Status::name))
            .bind(label.as_deref().map(pattern))
            .bind(modified_since)
            .bind(after)
            .bind(limit as i64 + 1)
            .fetch_all(&self.pool)
            .await?;
        Ok(Page::cut(entries, limit, |item: &Item| item.id.clone()))
    }

    /// How many items a list holds in all.
    pub async fn count_items(&self, filter: &ItemFilter) -> Result<i64, CatalogError> {
        let statement = "select count(*) from items where ($1::text is null or status = $1) \
             and ($2::text is null or label_text ilike $2) and ($3::timestamptz is null or modified >= $3)";
        let ItemFilter { status, label, modified_since } = filter;
        let query = sqlx::query_scalar(statement).bind(status.map(Status::name)).bind(label.as_deref().map(pattern)).bind(modified_since);
        Ok(query.fetch_one(&self.pool).await?)
    }

    /// Deletes an item and its canvases. Images stay.
    pub async fn delete_item(&self, id: &str, precondition: &Precondition) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, id, precondition).await?;
        let images = images_of(&mut transaction, id).await?;
        sqlx::query("delete from items where id = $1").bind(id).execute(&mut *transaction).await?;
        sqlx::query("insert into gone (kind, id) values ('item', $1)").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Item(id));
        self.forget_images(images.iter().map(String::as_str)).await;
        Ok(())
    }

    pub(super) async fn insert_item(
        &self,
        transaction: &mut sqlx::PgTransaction<'_>,
        id: &str,
        content: &ItemContent,
    ) -> Result<(), CatalogError> {
        let statement = "insert into items (id, status, descriptive, label_text) values ($1, $2, $3::json, $4) on conflict (id) do nothing";
        let done = bind_content(sqlx::query(statement).bind(id), content).execute(&mut **transaction).await?;
        if done.rows_affected() == 0 {
            return Err(CatalogError::Exists("item"));
        }
        // Asked after the insert, which waits for a deletion that is under way.
        if self.is_gone(&mut **transaction, "item", "", id).await? {
            return Err(CatalogError::Gone("item"));
        }
        self.append_canvases(transaction, id, 0, content.canvases.as_deref().unwrap_or_default()).await.map(drop)
    }

    /// Commits, forgets what is known of the item's images and of those `before`, and gives the item as it is then.
    pub(super) async fn finish_item(
        &self,
        mut transaction: sqlx::PgTransaction<'_>,
        id: &str,
        before: Vec<String>,
    ) -> Result<Item, CatalogError> {
        let item: Item = sqlx::query_as(select_items!("id = $1")).bind(id).fetch_one(&mut *transaction).await?;
        publishable(&item)?;
        let images = images_of(&mut transaction, id).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Item(id));
        self.forget_images([before, images].concat().iter().map(String::as_str)).await;
        Ok(item)
    }

    /// Locks the item's row for this transaction if it may be changed.
    pub(super) async fn lock_item(
        &self,
        transaction: &mut sqlx::PgTransaction<'_>,
        id: &str,
        precondition: &Precondition,
    ) -> Result<(), CatalogError> {
        match revision(transaction, id).await? {
            Some(revision) => precondition.allows(revision),
            None => Err(self.absent(&mut **transaction, "item", "", id).await?),
        }
    }

    /// Counts a change of the canvases as one of the item, and commits.
    pub(super) async fn finish_canvases(
        &self,
        mut transaction: sqlx::PgTransaction<'_>,
        item: &str,
        forget: &[String],
    ) -> Result<i64, CatalogError> {
        sqlx::query("update items set revision = revision + 1, modified = now() where id = $1")
            .bind(item)
            .execute(&mut *transaction)
            .await?;
        let item: Item = sqlx::query_as(select_items!("id = $1")).bind(item).fetch_one(&mut *transaction).await?;
        publishable(&item)?;
        let keys = "select distinct storage_key from images where id = any($1)";
        let keys: Vec<String> = sqlx::query_scalar(keys).bind(forget).fetch_all(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Item(&item.id));
        self.forget_images([forget, &keys].concat().iter().map(String::as_str)).await;
        Ok(item.revision)
    }
}

/// A Manifest has at least one Canvas (Presentation 3.0, 5.2), so an item without one that is shown cannot be shown itself.
pub(super) fn publishable(item: &Item) -> Result<(), CatalogError> {
    if item.status == Status::Published && item.canvas_count == item.hidden_count {
        let detail = match item.hidden_count {
            0 => "a published item has at least one canvas: add one first, or keep the item a draft".to_owned(),
            _ => "a published item has at least one canvas that is not hidden: show one, or make the item a draft".to_owned(),
        };
        return Err(CatalogError::Faults(vec![crate::iiif::presentation::Fault { pointer: "/canvases".to_owned(), detail }]));
    }
    Ok(())
}

/// The current revision of an item, whose row is locked by asking.
async fn revision(transaction: &mut sqlx::PgTransaction<'_>, id: &str) -> Result<Option<i64>, CatalogError> {
    Ok(sqlx::query_scalar("select revision from items where id = $1 for update").bind(id).fetch_optional(&mut **transaction).await?)
}

/// Every image on the canvases of an item: its identifier, and its storage key, which names it as a file.
pub(super) async fn images_of(transaction: &mut sqlx::PgTransaction<'_>, item: &str) -> Result<Vec<String>, CatalogError> {
    let statement = "with used as (select id, storage_key from images where id in \
         (select image_id from canvases where item_id = $1 union select image_id from canvas_images where item_id = $1)) \
         select id from used union select storage_key from used";
    Ok(sqlx::query_scalar(statement).bind(item).fetch_all(&mut **transaction).await?)
}

type Statement<'q> = sqlx::query::Query<'q, sqlx::Postgres, sqlx::postgres::PgArguments>;

fn bind_content<'q>(query: Statement<'q>, content: &'q ItemContent) -> Statement<'q> {
    query.bind(content.status.name()).bind(stored(&content.descriptive)).bind(label_text(&content.descriptive))
}

/// Every label, for searching.
pub(super) fn label_text(descriptive: &Descriptive) -> String {
    descriptive.label.texts().map(|(_, text)| text).collect::<Vec<_>>().join("\n")
}

/// Descriptive properties as the text of a `json` column.
pub(super) fn stored(descriptive: &Descriptive) -> String {
    serde_json::to_string(&Json(descriptive)).expect("maps, lists and strings are always JSON")
}

/// A text as a pattern that finds it anywhere.
pub(super) fn pattern(text: &str) -> String {
    format!("%{}%", text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_searched_for_as_it_is_written() {
        assert_eq!(pattern("50% of a_b\\c"), "%50\\% of a\\_b\\\\c%");
    }
}
