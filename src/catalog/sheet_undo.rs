//! Taking back what a spreadsheet changed.

use serde_json::Value;
use sqlx::PgTransaction;
use uuid::Uuid;

use super::canvases::place_images;
use super::spreadsheets::images_of;
use super::{Catalog, CatalogError, Told};

/// What became of the items that a spreadsheet had changed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Undone {
    /// Items that are as they were before.
    pub undone: Vec<String>,
    /// Items that somebody changed or deleted since, or whose images of before were deleted: they are as they are.
    pub kept: Vec<String>,
    /// Items that were new and had been published: they are deleted, and their ids are not used again.
    pub gone: Vec<String>,
}

impl Catalog {
    /// Makes everything what it was before the spreadsheet; nothing if items were changed since, unless those are to be left out.
    ///
    /// None if it was undone already. What it had created is taken away; a draft leaves no trace, so that a better sheet may use its id again.
    pub async fn undo_spreadsheet(&self, id: Uuid, partial: bool) -> Result<Option<Undone>, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        sqlx::query("select pg_advisory_xact_lock(hashtextextended('spreadsheets', 0))").execute(&mut *transaction).await?;
        if !lock(&mut transaction, id).await? {
            return Ok(None);
        }
        let (items, kept) = unchanged(&mut transaction, id).await?;
        if !kept.is_empty() && !partial {
            return Ok(Some(Undone { kept, ..Undone::default() }));
        }
        let images = images_of(&mut transaction, id).await?;
        self.remove_canvases(&mut transaction, id, &items).await?;
        restore_canvases(&mut transaction, id, &items).await?;
        let statement = "update items i set status = c.before->>'status', descriptive = c.before->'descriptive', \
             label_text = c.before->>'label_text', revision = i.revision + 1, modified = now() from spreadsheet_changes c \
             where c.spreadsheet_id = $1 and c.item_id = any($2) and c.canvas_id is null and c.before is not null and i.id = c.item_id";
        sqlx::query(statement).bind(id).bind(&items).execute(&mut *transaction).await?;
        let statement = "update items set revision = revision + 1, modified = now() where id = any($2) and id in \
             (select item_id from spreadsheet_changes where spreadsheet_id = $1 group by item_id having bool_and(canvas_id is not null))";
        sqlx::query(statement).bind(id).bind(&items).execute(&mut *transaction).await?;
        let gone = remove_items(&mut transaction, id, &items).await?;
        sqlx::query("update spreadsheets set undone = now() where id = $1").bind(id).execute(&mut *transaction).await?;
        transaction.commit().await?;
        self.changes.tell(&Told::Everything);
        self.forget_images(images.iter().map(String::as_str)).await;
        Ok(Some(Undone { undone: items, kept, gone }))
    }

    /// Takes away the canvases that the spreadsheet had created on items that stay.
    async fn remove_canvases(&self, transaction: &mut PgTransaction<'_>, id: Uuid, items: &[String]) -> Result<(), CatalogError> {
        let statement = "select c.item_id, array_agg(c.canvas_id order by c.number), bool_or(i.status = 'draft') \
             from spreadsheet_changes c join items i on i.id = c.item_id \
             where c.spreadsheet_id = $1 and c.item_id = any($2) and c.canvas_id is not null and c.before is null \
             and not exists (select 1 from spreadsheet_changes n where n.spreadsheet_id = $1 and n.item_id = c.item_id \
                             and n.canvas_id is null and n.before is null) group by c.item_id";
        let made: Vec<(String, Vec<String>, bool)> = sqlx::query_as(statement).bind(id).bind(items).fetch_all(&mut **transaction).await?;
        for (item, canvases, draft) in &made {
            self.remove(transaction, item, canvases).await?;
            if *draft {
                let statement = "delete from gone where kind = 'canvas' and item_id = $1 and id = any($2)";
                sqlx::query(statement).bind(item).bind(canvases).execute(&mut **transaction).await?;
            }
        }
        let shortened: Vec<&str> = made.iter().map(|(item, _, _)| item.as_str()).collect();
        let statement = "update canvases c set position = n.place from (select item_id, id, row_number() over \
             (partition by item_id order by position) - 1 as place from canvases where item_id = any($1)) n \
             where c.item_id = n.item_id and c.id = n.id and c.position <> n.place";
        sqlx::query(statement).bind(shortened).execute(&mut **transaction).await?;
        Ok(())
    }
}

/// Locks the spreadsheet; tells whether it was not undone yet.
async fn lock(transaction: &mut PgTransaction<'_>, id: Uuid) -> Result<bool, CatalogError> {
    let statement = "select undone is null from spreadsheets where id = $1 for update";
    let open: Option<bool> = sqlx::query_scalar(statement).bind(id).fetch_optional(&mut **transaction).await?;
    open.ok_or(CatalogError::NotFound("spreadsheet"))
}

/// The spreadsheet's items that are as it left them, locked, and those that are not, or whose images of before are no more.
async fn unchanged(transaction: &mut PgTransaction<'_>, id: Uuid) -> Result<(Vec<String>, Vec<String>), CatalogError> {
    let lock = "select 1 from items where id in (select item_id from spreadsheet_changes where spreadsheet_id = $1) order by id for update";
    sqlx::query(lock).bind(id).execute(&mut **transaction).await?;
    let statement = "select c.item_id, coalesce(bool_and(i.revision = c.revision and not exists ( \
             select 1 from (select c.before->>'image' union all select json_array_elements_text( \
                 case when json_typeof(c.before->'painted') = 'array' then c.before->'painted' else '[]' end)) as n (image) \
             where n.image is not null and not exists (select 1 from images m where m.id = n.image collate \"C\"))), false) \
         from spreadsheet_changes c left join items i on i.id = c.item_id where c.spreadsheet_id = $1 group by c.item_id order by c.item_id";
    let found: Vec<(String, bool)> = sqlx::query_as(statement).bind(id).fetch_all(&mut **transaction).await?;
    let (same, other): (Vec<_>, Vec<_>) = found.into_iter().partition(|(_, same)| *same);
    let ids = |found: Vec<(String, bool)>| found.into_iter().map(|(item, _)| item).collect();
    Ok((ids(same), ids(other)))
}

/// What is painted on a canvas.
type Pages = sqlx::types::Json<Vec<Value>>;

async fn restore_canvases(transaction: &mut PgTransaction<'_>, id: Uuid, items: &[String]) -> Result<(), CatalogError> {
    let statement = "update canvases c set width = (w.before->>'width')::int, height = (w.before->>'height')::int, \
         duration = (w.before->>'duration')::float8, descriptive = w.before->'descriptive', image_id = w.before->>'image', \
         painting = case when json_typeof(w.before->'painting') = 'array' then w.before->'painting' end, \
         revision = c.revision + 1, modified = now() from spreadsheet_changes w \
         where w.spreadsheet_id = $1 and w.item_id = any($2) and w.before is not null and c.item_id = w.item_id and c.id = w.canvas_id \
         returning c.item_id, c.id, c.painting";
    let restored: Vec<(String, String, Option<Pages>)> =
        sqlx::query_as(statement).bind(id).bind(items).fetch_all(&mut **transaction).await?;
    for (item, canvas, painting) in &restored {
        if let Some(painting) = painting {
            place_images(transaction, item, canvas, Some(&painting.0)).await?;
        }
    }
    Ok(())
}

/// Takes away the items that the spreadsheet had created; gives those whose ids are gone for ever.
async fn remove_items(transaction: &mut PgTransaction<'_>, id: Uuid, items: &[String]) -> Result<Vec<String>, CatalogError> {
    let statement = "delete from items i using spreadsheet_changes c where c.spreadsheet_id = $1 and c.item_id = any($2) \
         and c.canvas_id is null and c.before is null and i.id = c.item_id returning i.id, i.status = 'published'";
    let removed: Vec<(String, bool)> = sqlx::query_as(statement).bind(id).bind(items).fetch_all(&mut **transaction).await?;
    let (public, drafts): (Vec<_>, Vec<_>) = removed.into_iter().partition(|(_, public)| *public);
    let ids = |found: Vec<(String, bool)>| found.into_iter().map(|(item, _)| item).collect::<Vec<String>>();
    let (public, drafts) = (ids(public), ids(drafts));
    sqlx::query("insert into gone (kind, id) select 'item', unnest($1::text[])").bind(&public).execute(&mut **transaction).await?;
    sqlx::query("delete from gone where item_id = any($1)").bind(&drafts).execute(&mut **transaction).await?;
    Ok(public)
}
