//! Spreadsheets on their way in: many items or canvases read and written at a time, in one transaction.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sqlx::{PgTransaction, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

use super::{
    Canvas, Catalog, CatalogError, Item, Status, Told,
    items::{label_text, stored},
    minted,
};
use crate::iiif::presentation::Descriptive;

/// An item as a row of a spreadsheet makes it.
#[derive(Clone, Debug)]
pub struct ItemWrite {
    pub id: String,
    pub new: bool,
    pub status: Status,
    pub descriptive: Descriptive,
    /// Images that get a canvas each, from `position` on.
    pub images: Vec<String>,
    pub position: i32,
}

/// A canvas as a row of a spreadsheet makes it.
#[derive(Clone, Debug)]
pub struct CanvasWrite {
    pub item: String,
    pub id: String,
    pub new: bool,
    /// Of a new one.
    pub position: i32,
    /// A new one without takes that of its image.
    pub size: Option<(i32, i32)>,
    pub duration: Option<f64>,
    pub descriptive: Descriptive,
    /// Put on it in place of what is painted there; none leaves that.
    pub image: Option<String>,
}

/// A spreadsheet that was applied.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Spreadsheet {
    pub id: Uuid,
    /// `items` or `canvases`.
    pub rows: String,
    /// What became of each row.
    #[sqlx(json)]
    pub report: Value,
    pub applied: OffsetDateTime,
    pub undone: Option<OffsetDateTime>,
}

/// A spreadsheet that is being read against the catalogue, and written to it if it is to be. Nothing stays unless it is finished.
pub struct SheetWork<'c> {
    catalog: &'c Catalog,
    transaction: PgTransaction<'c>,
    /// Of the spreadsheet, if it is to be written.
    id: Option<Uuid>,
}

impl Catalog {
    /// Begins with a spreadsheet whose rows are `items` or `canvases`; unless it is applied nothing is locked. One is applied after
    /// another, so that two of them never wait for each other's items.
    pub async fn open_sheet(&self, rows: &str, apply: bool) -> Result<SheetWork<'_>, CatalogError> {
        let mut transaction = self.pool.begin().await?;
        let id = apply.then(Uuid::now_v7);
        if id.is_some() {
            sqlx::query("select pg_advisory_xact_lock(hashtextextended('spreadsheets', 0))").execute(&mut *transaction).await?;
            let statement = "insert into spreadsheets (id, rows, report) values ($1, $2, 'null')";
            sqlx::query(statement).bind(id).bind(rows).execute(&mut *transaction).await?;
        }
        Ok(SheetWork { catalog: self, transaction, id })
    }

    /// A spreadsheet that was applied.
    pub async fn spreadsheet(&self, id: Uuid) -> Result<Spreadsheet, CatalogError> {
        let statement = "select id, rows, report, applied, undone from spreadsheets where id = $1";
        let found = sqlx::query_as(statement).bind(id).fetch_optional(&self.pool).await?;
        found.ok_or(CatalogError::NotFound("spreadsheet"))
    }
}

impl SheetWork<'_> {
    /// Those of the items that are there; nobody else changes them until this is finished, if it is applied.
    pub async fn items(&mut self, ids: &[&str]) -> Result<HashMap<String, Item>, CatalogError> {
        if self.id.is_some() {
            let lock = "select 1 from items where id = any($1) order by id for update";
            sqlx::query(lock).bind(ids).execute(&mut *self.transaction).await?;
        }
        let statement = select_items!("id = any($1)");
        let items: Vec<Item> = sqlx::query_as(statement).bind(ids).fetch_all(&mut *self.transaction).await?;
        Ok(items.into_iter().map(|item| (item.id.clone(), item)).collect())
    }

    /// Those of the items that were deleted.
    pub async fn gone_items(&mut self, ids: &[&str]) -> Result<HashSet<String>, CatalogError> {
        let statement = "select id from gone where kind = 'item' and item_id = '' and id = any($1)";
        let gone: Vec<String> = sqlx::query_scalar(statement).bind(ids).fetch_all(&mut *self.transaction).await?;
        Ok(gone.into_iter().collect())
    }

    /// Those of the canvases, by item and id, that are there.
    pub async fn canvases(&mut self, items: &[&str], ids: &[&str]) -> Result<HashMap<(String, String), Canvas>, CatalogError> {
        let statement = canvas_columns!(
            "select",
            "from canvases where (item_id, id) in \
             (select w.item collate \"C\", w.id collate \"C\" from unnest($1::text[], $2::text[]) as w (item, id))"
        );
        let canvases: Vec<Canvas> = sqlx::query_as(statement).bind(items).bind(ids).fetch_all(&mut *self.transaction).await?;
        Ok(canvases.into_iter().map(|canvas| ((canvas.item_id.clone(), canvas.id.clone()), canvas)).collect())
    }

    /// Those of the canvases, by item and id, that were deleted.
    pub async fn gone_canvases(&mut self, items: &[&str], ids: &[&str]) -> Result<HashSet<(String, String)>, CatalogError> {
        let statement = "select g.item_id, g.id from unnest($1::text[], $2::text[]) as w (item, id) \
             join gone g on g.kind = 'canvas' and g.item_id = w.item collate \"C\" and g.id = w.id collate \"C\"";
        let gone: Vec<(String, String)> = sqlx::query_as(statement).bind(items).bind(ids).fetch_all(&mut *self.transaction).await?;
        Ok(gone.into_iter().collect())
    }

    /// Those of the images that are there.
    pub async fn images(&mut self, ids: &[&str]) -> Result<HashSet<String>, CatalogError> {
        let found: Vec<String> =
            sqlx::query_scalar("select id from images where id = any($1)").bind(ids).fetch_all(&mut *self.transaction).await?;
        Ok(found.into_iter().collect())
    }

    /// The images whose masters have these storage keys.
    pub async fn images_by_key(&mut self, keys: &[&str]) -> Result<HashMap<String, Vec<String>>, CatalogError> {
        let statement = "select storage_key, array_agg(id order by id) from images where storage_key = any($1) group by storage_key";
        let found: Vec<(String, Vec<String>)> = sqlx::query_as(statement).bind(keys).fetch_all(&mut *self.transaction).await?;
        Ok(found.into_iter().collect())
    }

    /// Item and image, for every image on a canvas of these items.
    pub async fn placed(&mut self, items: &[&str]) -> Result<HashSet<(String, String)>, CatalogError> {
        let statement = "select item_id, image_id from canvases where item_id = any($1) and image_id is not null \
             union select item_id, image_id from canvas_images where item_id = any($1)";
        let found: Vec<(String, String)> = sqlx::query_as(statement).bind(items).fetch_all(&mut *self.transaction).await?;
        Ok(found.into_iter().collect())
    }

    /// Creates and changes items, and remembers what they were.
    pub async fn write_items(&mut self, writes: &[ItemWrite]) -> Result<(), CatalogError> {
        let (new, changed): (Vec<&ItemWrite>, Vec<&ItemWrite>) = writes.iter().partition(|write| write.new);
        let made: Vec<(&str, Option<&str>)> = new.iter().map(|write| (write.id.as_str(), None)).collect();
        self.remember_new(&made).await?;
        let statement = "insert into spreadsheet_changes (spreadsheet_id, item_id, before) \
             select $1, id, json_build_object('status', status, 'descriptive', descriptive, 'label_text', label_text) \
             from items where id = any($2) order by id";
        let ids: Vec<&str> = changed.iter().map(|write| write.id.as_str()).collect();
        sqlx::query(statement).bind(self.id).bind(&ids).execute(&mut *self.transaction).await?;
        let insert = "insert into items (id, status, descriptive, label_text) select id, status, descriptive::json, label_text \
             from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w (id, status, descriptive, label_text) on conflict (id) do nothing";
        if self.store_items(insert, &new).await? != new.len() as u64 {
            return Err(CatalogError::Exists("item"));
        }
        // Asked after the insert, which waits for a deletion that is under way.
        let ids: Vec<&str> = new.iter().map(|write| write.id.as_str()).collect();
        if !self.gone_items(&ids).await?.is_empty() {
            return Err(CatalogError::Gone("item"));
        }
        let update = "update items i set status = w.status, descriptive = w.descriptive::json, label_text = w.label_text, \
             revision = revision + 1, modified = now() \
             from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as w (id, status, descriptive, label_text) where i.id = w.id collate \"C\"";
        self.store_items(update, &changed).await?;
        self.add_canvases(writes).await
    }

    async fn store_items(&mut self, statement: &'static str, writes: &[&ItemWrite]) -> Result<u64, CatalogError> {
        let ids: Vec<&str> = writes.iter().map(|write| write.id.as_str()).collect();
        let statuses: Vec<&str> = writes.iter().map(|write| write.status.name()).collect();
        let descriptive: Vec<String> = writes.iter().map(|write| stored(&write.descriptive)).collect();
        let labels: Vec<String> = writes.iter().map(|write| label_text(&write.descriptive)).collect();
        let query = sqlx::query(statement).bind(ids).bind(statuses).bind(descriptive).bind(labels);
        Ok(query.execute(&mut *self.transaction).await?.rows_affected())
    }

    /// A canvas for each of the images that rows of items name.
    async fn add_canvases(&mut self, writes: &[ItemWrite]) -> Result<(), CatalogError> {
        let of_item = |write: &ItemWrite| {
            let (item, first) = (write.id.clone(), write.position);
            let canvas = move |(place, image): (usize, &String)| CanvasWrite {
                item: item.clone(),
                id: minted(),
                new: true,
                position: first + place as i32,
                size: None,
                duration: None,
                descriptive: Descriptive::default(),
                image: Some(image.clone()),
            };
            write.images.iter().enumerate().map(canvas).collect::<Vec<_>>()
        };
        let canvases: Vec<CanvasWrite> = writes.iter().flat_map(of_item).collect();
        self.create_canvases(&canvases.iter().collect::<Vec<_>>()).await
    }

    /// Creates and changes canvases, and remembers what they were.
    pub async fn write_canvases(&mut self, writes: &[CanvasWrite]) -> Result<(), CatalogError> {
        let (new, changed): (Vec<&CanvasWrite>, Vec<&CanvasWrite>) = writes.iter().partition(|write| write.new);
        let (items, ids): (Vec<&str>, Vec<&str>) = changed.iter().map(|write| (write.item.as_str(), write.id.as_str())).unzip();
        let statement = "insert into spreadsheet_changes (spreadsheet_id, item_id, canvas_id, before) select $1, c.item_id, c.id, \
             json_build_object('width', c.width, 'height', c.height, 'duration', c.duration, 'descriptive', c.descriptive, \
                               'image', c.image_id, 'painting', c.painting, 'painted', \
                               (select json_agg(p.image_id) from canvas_images p where p.item_id = c.item_id and p.canvas_id = c.id)) \
             from unnest($2::text[], $3::text[]) as w (item, id) join canvases c on c.item_id = w.item collate \"C\" and c.id = w.id collate \"C\"";
        sqlx::query(statement).bind(self.id).bind(&items).bind(&ids).execute(&mut *self.transaction).await?;
        let update = "update canvases c set width = w.width, height = w.height, duration = w.duration, descriptive = w.descriptive::json, \
             image_id = coalesce(w.image, c.image_id), painting = case when w.image is null then c.painting end, \
             revision = revision + 1, modified = now() from ";
        let mut query = QueryBuilder::new(update);
        push_canvases(&mut query, &changed);
        query.push(" where c.item_id = w.item collate \"C\" and c.id = w.id collate \"C\"");
        query.build().execute(&mut *self.transaction).await.map_err(image_lost)?;
        let unplaced: Vec<&&CanvasWrite> = changed.iter().filter(|write| write.image.is_some()).collect();
        let (items, ids): (Vec<&str>, Vec<&str>) = unplaced.iter().map(|write| (write.item.as_str(), write.id.as_str())).unzip();
        let statement = "delete from canvas_images p using unnest($1::text[], $2::text[]) as w (item, id) \
             where p.item_id = w.item collate \"C\" and p.canvas_id = w.id collate \"C\"";
        sqlx::query(statement).bind(items).bind(ids).execute(&mut *self.transaction).await?;
        self.create_canvases(&new).await
    }

    async fn create_canvases(&mut self, new: &[&CanvasWrite]) -> Result<(), CatalogError> {
        if new.is_empty() {
            return Ok(());
        }
        let made: Vec<(&str, Option<&str>)> = new.iter().map(|write| (write.item.as_str(), Some(write.id.as_str()))).collect();
        self.remember_new(&made).await?;
        let mut query = QueryBuilder::new(
            "insert into canvases (item_id, id, position, width, height, duration, descriptive, image_id) \
             select w.item, w.id, w.position, coalesce(w.width, m.width), coalesce(w.height, m.height), w.duration, w.descriptive::json, w.image from ",
        );
        push_canvases(&mut query, new);
        query.push(" left join images m on m.id = w.image collate \"C\"");
        query.build().execute(&mut *self.transaction).await.map_err(image_lost)?;
        Ok(())
    }

    async fn remember_new(&mut self, made: &[(&str, Option<&str>)]) -> Result<(), CatalogError> {
        let (items, canvases): (Vec<&str>, Vec<Option<&str>>) = made.iter().copied().unzip();
        let statement = "insert into spreadsheet_changes (spreadsheet_id, item_id, canvas_id) \
             select $1, item, canvas from unnest($2::text[], $3::text[]) as w (item, canvas)";
        sqlx::query(statement).bind(self.id).bind(items).bind(canvases).execute(&mut *self.transaction).await?;
        Ok(())
    }

    /// Commits, with what became of each row; gives the spreadsheet's id.
    pub async fn finish(mut self, report: &Value) -> Result<Uuid, CatalogError> {
        let id = self.id.ok_or(CatalogError::NotFound("spreadsheet"))?;
        let statement = "update items set revision = revision + 1, modified = now() where id in \
             (select item_id from spreadsheet_changes where spreadsheet_id = $1 group by item_id having bool_and(canvas_id is not null))";
        sqlx::query(statement).bind(id).execute(&mut *self.transaction).await?;
        let statement =
            "update spreadsheet_changes c set revision = i.revision from items i where c.spreadsheet_id = $1 and i.id = c.item_id";
        sqlx::query(statement).bind(id).execute(&mut *self.transaction).await?;
        sqlx::query("update spreadsheets set report = $2::json where id = $1")
            .bind(id)
            .bind(report.to_string())
            .execute(&mut *self.transaction)
            .await?;
        let images = images_of(&mut self.transaction, id).await?;
        self.transaction.commit().await?;
        self.catalog.changes.tell(&Told::Everything);
        self.catalog.forget_images(images.iter().map(String::as_str)).await;
        Ok(id)
    }
}

/// Every image, by id and storage key, that is or was on a canvas of an item that the spreadsheet changed.
pub(super) async fn images_of(transaction: &mut PgTransaction<'_>, id: Uuid) -> Result<Vec<String>, CatalogError> {
    let statement = "with touched as (select distinct item_id from spreadsheet_changes where spreadsheet_id = $1), \
         used as (select id, storage_key from images where id in \
             (select image_id from canvases where item_id in (select item_id from touched) \
              union select image_id from canvas_images where item_id in (select item_id from touched) \
              union select before->>'image' from spreadsheet_changes where spreadsheet_id = $1)) \
         select id from used union select storage_key from used";
    Ok(sqlx::query_scalar(statement).bind(id).fetch_all(&mut **transaction).await?)
}

/// Canvases as a table `w`.
fn push_canvases<'q>(query: &mut QueryBuilder<sqlx::Postgres>, writes: &[&'q CanvasWrite]) {
    let all = |value: fn(&'q CanvasWrite) -> Option<&'q str>| writes.iter().map(|write| value(write)).collect::<Vec<_>>();
    query.push("unnest(").push_bind(owned(all(|write| Some(&write.item)))).push("::text[], ");
    query.push_bind(owned(all(|write| Some(&write.id)))).push("::text[], ");
    query.push_bind(writes.iter().map(|write| write.position).collect::<Vec<_>>()).push("::int[], ");
    query.push_bind(writes.iter().map(|write| write.size.map(|(width, _)| width)).collect::<Vec<_>>()).push("::int[], ");
    query.push_bind(writes.iter().map(|write| write.size.map(|(_, height)| height)).collect::<Vec<_>>()).push("::int[], ");
    query.push_bind(writes.iter().map(|write| write.duration).collect::<Vec<_>>()).push("::float8[], ");
    query.push_bind(writes.iter().map(|write| stored(&write.descriptive)).collect::<Vec<_>>()).push("::text[], ");
    query.push_bind(owned(all(|write| write.image.as_deref()))).push("::text[]) ");
    query.push("as w (item, id, position, width, height, duration, descriptive, image)");
}

fn owned(texts: Vec<Option<&str>>) -> Vec<Option<String>> {
    texts.into_iter().map(|text| text.map(str::to_owned)).collect()
}

/// An image that was there when the row was read and is not any more.
fn image_lost(error: sqlx::Error) -> CatalogError {
    let foreign = error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation);
    if foreign { CatalogError::NotFound("image") } else { error.into() }
}
