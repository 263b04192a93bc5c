//! Canvases: the pages of an item, in reading order, each with one image over the whole of it, or with whatever else is painted on it.

use std::collections::{HashMap, HashSet};

use serde_json::Value;
use sqlx::PgTransaction;
use time::OffsetDateTime;

use super::{Catalog, CatalogError, Page, Precondition, items::stored, minted};
use crate::iiif::presentation::painting::named;
use crate::iiif::presentation::{Descriptive, Fault, parts};

/// A canvas as the catalogue holds it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Canvas {
    pub item_id: String,
    pub id: String,
    /// Place in the reading order, from 0.
    pub position: i32,
    pub width: Option<i32>,
    pub height: Option<i32>,
    /// Seconds.
    pub duration: Option<f64>,
    #[sqlx(json)]
    pub descriptive: Descriptive,
    pub image_id: Option<String>,
    /// Instead of the one image: Annotation Pages in stored form.
    #[sqlx(json(nullable))]
    pub painting: Option<Vec<Value>>,
    /// Not shown to the public.
    pub hidden: bool,
    /// What the file is called that its image was made of, if that is known.
    pub file_name: Option<String>,
    pub revision: i64,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
}

/// What a writer says of a canvas.
#[derive(Clone, Debug, Default)]
pub struct CanvasContent {
    /// Size in the canvas's own units; that of the image if not given.
    pub size: Option<(i32, i32)>,
    /// Seconds.
    pub duration: Option<f64>,
    pub descriptive: Descriptive,
    pub image: Option<String>,
    /// Instead of the one image: Annotation Pages in stored form.
    pub painting: Option<Vec<Value>>,
    /// Whether it is kept from the public; if nothing is said, it stays as it is.
    pub hidden: Option<bool>,
}

impl CanvasContent {
    /// Every image of ours that is named.
    fn images(&self) -> Vec<&str> {
        images(self.image.as_deref(), self.painting.as_deref())
    }
}

impl Canvas {
    /// Without what only the holder of a key sees.
    pub fn for_public(self) -> Self {
        Self { file_name: None, ..self }
    }

    fn images(&self) -> Vec<String> {
        images(self.image_id.as_deref(), self.painting.as_deref()).into_iter().map(str::to_owned).collect()
    }
}

fn images<'a>(image: Option<&'a str>, painting: Option<&'a [Value]>) -> Vec<&'a str> {
    image.into_iter().chain(painting.unwrap_or_default().iter().flat_map(parts::images)).collect()
}

/// A canvas to be added.
#[derive(Clone, Debug)]
pub struct NewCanvas {
    /// Chosen by the writer, or else minted.
    pub id: Option<String>,
    pub content: CanvasContent,
}

/// A canvas whose size and image are known to be right.
struct Checked<'a> {
    id: String,
    size: Option<(i32, i32)>,
    content: &'a CanvasContent,
}

impl Catalog {
    /// The canvases of an item in reading order.
    pub async fn canvases(&self, item: &str, after: Option<i32>, limit: usize) -> Result<Page<Canvas>, CatalogError> {
        let statement =
            canvas_columns!("select", "from canvases where item_id = $1 and ($2::int is null or position > $2) order by position limit $3");
        let entries = sqlx::query_as(statement).bind(item).bind(after).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        Ok(Page::cut(entries, limit, |canvas: &Canvas| canvas.position.to_string()))
    }

    pub async fn canvas(&self, item: &str, id: &str) -> Result<Canvas, CatalogError> {
        let statement = canvas_columns!("select", "from canvases where item_id = $1 and id = $2");
        match sqlx::query_as(statement).bind(item).bind(id).fetch_optional(&self.pool).await? {
            Some(canvas) => Ok(canvas),
            // An item that is gone takes its canvases along.
            None => Err(match self.item(item).await {
                Ok(_) => self.absent(&self.pool, "canvas", item, id).await?,
                Err(error) => error,
            }),
        }
    }

    /// Adds canvases before the one that is at `position` now, or at the end; returns them and the item's new revision.
    pub async fn add_canvases(
        &self,
        item: &str,
        position: Option<i32>,
        new: &[NewCanvas],
        precondition: &Precondition,
    ) -> Result<(Vec<Canvas>, i64), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, precondition).await?;
        let count = count(&mut transaction, item).await?;
        let canvases = self.insert_canvases(&mut transaction, item, position.unwrap_or(count).min(count), new).await?;
        let images: Vec<String> = canvases.iter().flat_map(Canvas::images).collect();
        Ok((canvases, self.finish_canvases(transaction, item, &images).await?))
    }

    /// Makes room at `position` and puts canvases there.
    pub(super) async fn insert_canvases(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        position: i32,
        new: &[NewCanvas],
    ) -> Result<Vec<Canvas>, CatalogError> {
        sqlx::query("update canvases set position = position + $3 where item_id = $1 and position >= $2")
            .bind(item)
            .bind(position)
            .bind(new.len() as i32)
            .execute(&mut **transaction)
            .await?;
        self.append_canvases(transaction, item, position, new).await
    }

    /// Creates a canvas at the end, or replaces what is said of it; tells which (`true`: created).
    pub async fn put_canvas(
        &self,
        item: &str,
        id: &str,
        content: &CanvasContent,
        precondition: &Precondition,
    ) -> Result<(Canvas, bool), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        let before = locked(&mut transaction, item, id).await?;
        let position = match &before {
            Some(before) => precondition.allows(before.revision).map(|()| before.position)?,
            None => {
                precondition.allows_creation("canvas")?;
                if self.is_gone(&mut *transaction, "canvas", item, id).await? {
                    return Err(CatalogError::Gone("canvas"));
                }
                count(&mut transaction, item).await?
            }
        };
        let sizes = self.sizes(&mut transaction, &[content], |_, field| format!("/{field}")).await?;
        let checked = Checked { id: id.to_owned(), size: sizes[0], content };
        let canvas = self.store_canvas(&mut transaction, item, position, &checked, before.is_some()).await?;
        let created = before.is_none();
        let images: Vec<String> = before.iter().chain([&canvas]).flat_map(Canvas::images).collect();
        self.finish_canvases(transaction, item, &images).await?;
        Ok((canvas, created))
    }

    /// Deletes a canvas; its image stays. Its identifier is not used again.
    pub async fn delete_canvas(&self, item: &str, id: &str, precondition: &Precondition) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        let Some(canvas) = locked(&mut transaction, item, id).await? else {
            return Err(self.absent(&mut *transaction, "canvas", item, id).await?);
        };
        precondition.allows(canvas.revision)?;
        self.remove(&mut transaction, item, &[id.to_owned()]).await?;
        sqlx::query("update canvases set position = position - 1 where item_id = $1 and position > $2")
            .bind(item)
            .bind(canvas.position)
            .execute(&mut *transaction)
            .await?;
        let images = canvas.images();
        self.finish_canvases(transaction, item, &images).await.map(drop)
    }

    /// Makes `new` the whole list: canvases with known identifiers are kept and changed, others added, the rest deleted. One without
    /// an identifier is the canvas that shows its image already, if there is one, so that the same list sent again changes no id.
    pub(super) async fn replace_canvases(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        new: &[NewCanvas],
    ) -> Result<(), CatalogError> {
        let present: Vec<(String, Option<String>)> =
            sqlx::query_as("select id, image_id from canvases where item_id = $1 order by position")
                .bind(item)
                .fetch_all(&mut **transaction)
                .await?;
        let new = &recognised(new, &present);
        let named: HashSet<&str> = new.iter().filter_map(|canvas| canvas.id.as_deref()).collect();
        let dropped: Vec<String> = present.iter().map(|(id, _)| id.clone()).filter(|id| !named.contains(id.as_str())).collect();
        self.remove(transaction, item, &dropped).await?;
        let kept: HashSet<String> = present.into_iter().map(|(id, _)| id).collect();
        let checked = self.check_canvases(transaction, item, new, &kept).await?;
        for (position, canvas) in checked.iter().enumerate() {
            let canvas_known = kept.contains(&canvas.id);
            self.store_canvas(transaction, item, position as i32, canvas, canvas_known).await?;
        }
        Ok(())
    }

    /// Adds canvases from `position` on, where nothing is.
    pub(super) async fn append_canvases(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        position: i32,
        new: &[NewCanvas],
    ) -> Result<Vec<Canvas>, CatalogError> {
        let mut canvases = Vec::with_capacity(new.len());
        for (place, canvas) in self.check_canvases(transaction, item, new, &HashSet::new()).await?.iter().enumerate() {
            canvases.push(self.store_canvas(transaction, item, position + place as i32, canvas, false).await?);
        }
        Ok(canvases)
    }

    async fn store_canvas(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        position: i32,
        canvas: &Checked<'_>,
        known: bool,
    ) -> Result<Canvas, CatalogError> {
        let statement = if known {
            canvas_columns!(
                "update canvases set position = $3, width = $4, height = $5, descriptive = $6::json, image_id = $7, duration = $8, \
                 painting = $9::json, hidden = coalesce($10, hidden), revision = revision + 1, modified = now() where item_id = $1 and id = $2 returning",
                ""
            )
        } else {
            canvas_columns!(
                "insert into canvases (item_id, id, position, width, height, descriptive, image_id, duration, painting, hidden) \
                 values ($1, $2, $3, $4, $5, $6::json, $7, $8, $9::json, coalesce($10, false)) returning",
                ""
            )
        };
        let (CanvasContent { size: _, duration, descriptive, image, painting, hidden }, size) = (canvas.content, canvas.size);
        let painting = painting.clone().map(|pages| named(&canvas.id, pages));
        let stored_canvas = sqlx::query_as(statement)
            .bind(item)
            .bind(&canvas.id)
            .bind(position)
            .bind(size.map(|(width, _)| width))
            .bind(size.map(|(_, height)| height))
            .bind(stored(descriptive))
            .bind(image)
            .bind(duration)
            .bind(painting.as_ref().map(|pages| Value::from(pages.as_slice()).to_string()))
            .bind(hidden)
            .fetch_one(&mut **transaction)
            .await?;
        if painting.is_some() || known {
            place_images(transaction, item, &canvas.id, painting.as_deref()).await?;
        }
        Ok(stored_canvas)
    }

    /// Checks a list of canvases against what is there; `known` are the identifiers that it may name again.
    async fn check_canvases<'a>(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        new: &'a [NewCanvas],
        known: &HashSet<String>,
    ) -> Result<Vec<Checked<'a>>, CatalogError> {
        let wanted: Vec<&str> = new.iter().filter_map(|canvas| canvas.id.as_deref()).filter(|id| !known.contains(*id)).collect();
        let statement = "select id, 'there is a canvas with this id already' from canvases where item_id = $1 and id = any($2) \
             union all select id, 'a canvas with this id was deleted; ids are not used again' from gone \
             where kind = 'canvas' and item_id = $1 and id = any($2)";
        let taken: Vec<(String, String)> = sqlx::query_as(statement).bind(item).bind(&wanted).fetch_all(&mut **transaction).await?;
        let taken: HashMap<String, String> = taken.into_iter().collect();
        let mut seen = HashSet::new();
        let mut faults = Vec::new();
        for (place, id) in new.iter().enumerate().filter_map(|(place, canvas)| Some((place, canvas.id.as_deref()?))) {
            let twice = (!seen.insert(id)).then(|| "this id is in the list twice".to_owned());
            if let Some(detail) = twice.or_else(|| taken.get(id).cloned()) {
                faults.push(Fault { pointer: format!("/canvases/{place}/id"), detail });
            }
        }
        if !faults.is_empty() {
            return Err(CatalogError::Faults(faults));
        }
        let contents: Vec<&CanvasContent> = new.iter().map(|canvas| &canvas.content).collect();
        let sizes = self.sizes(transaction, &contents, |place, field| format!("/canvases/{place}/{field}")).await?;
        let checked = new.iter().zip(sizes);
        Ok(checked.map(|(new, size)| Checked { id: new.id.clone().unwrap_or_else(minted), size, content: &new.content }).collect())
    }

    /// The sizes of canvases: as given, or those of their images, which must exist. One with a duration, or with more than one image
    /// on it, may have none.
    async fn sizes(
        &self,
        transaction: &mut PgTransaction<'_>,
        contents: &[&CanvasContent],
        pointer: impl Fn(usize, &str) -> String,
    ) -> Result<Vec<Option<(i32, i32)>>, CatalogError> {
        let ids: Vec<&str> = contents.iter().flat_map(|content| content.images()).collect();
        let statement = "select id, width, height from images where id = any($1) for key share";
        let found: Vec<(String, i32, i32)> = sqlx::query_as(statement).bind(&ids).fetch_all(&mut **transaction).await?;
        let found: HashMap<String, (i32, i32)> = found.into_iter().map(|(id, width, height)| (id, (width, height))).collect();
        let (mut sizes, mut faults) = (Vec::new(), Vec::new());
        for (place, content) in contents.iter().enumerate() {
            let named = content.images();
            for id in named.iter().filter(|id| !found.contains_key(**id)) {
                let detail = format!("there is no image \"{id}\": register or upload it first");
                let property = if content.image.is_some() { "image" } else { "items" };
                faults.push(Fault { pointer: pointer(place, property), detail });
            }
            let size = content.size.or_else(|| content.image.as_ref().and_then(|id| found.get(id)).copied());
            let empty = content.image.is_none() && content.painting.is_none();
            if size.is_none() && content.duration.is_none() && empty {
                let detail = "a canvas without an image needs its width and height, or a duration".to_owned();
                faults.push(Fault { pointer: pointer(place, "width"), detail });
            }
            sizes.push(size);
        }
        if faults.is_empty() { Ok(sizes) } else { Err(CatalogError::Faults(faults)) }
    }

    pub(super) async fn remove(&self, transaction: &mut PgTransaction<'_>, item: &str, ids: &[String]) -> Result<(), CatalogError> {
        self.drop_pages_of(transaction, item, ids).await?;
        sqlx::query("delete from canvases where item_id = $1 and id = any($2)").bind(item).bind(ids).execute(&mut **transaction).await?;
        sqlx::query("insert into gone (kind, item_id, id) select 'canvas', $1, unnest($2::text[])")
            .bind(item)
            .bind(ids)
            .execute(&mut **transaction)
            .await?;
        if ids.is_empty() { Ok(()) } else { self.unlist_canvases(transaction, item, ids).await }
    }
}

/// Notes which images of ours are painted on a canvas.
pub(super) async fn place_images(
    transaction: &mut PgTransaction<'_>,
    item: &str,
    canvas: &str,
    painting: Option<&[Value]>,
) -> Result<(), CatalogError> {
    sqlx::query("delete from canvas_images where item_id = $1 and canvas_id = $2")
        .bind(item)
        .bind(canvas)
        .execute(&mut **transaction)
        .await?;
    let placed = images(None, painting);
    let statement = "insert into canvas_images (item_id, canvas_id, image_id) select distinct $1, $2, unnest($3::text[])";
    sqlx::query(statement).bind(item).bind(canvas).bind(&placed).execute(&mut **transaction).await?;
    Ok(())
}

/// The list with identifiers for canvases that came without one and whose image is on a canvas that nobody else named.
fn recognised(new: &[NewCanvas], present: &[(String, Option<String>)]) -> Vec<NewCanvas> {
    let named: HashSet<&str> = new.iter().filter_map(|canvas| canvas.id.as_deref()).collect();
    let mut free: HashMap<&str, Vec<&str>> = HashMap::new();
    for (id, image) in present.iter().rev().filter(|(id, _)| !named.contains(id.as_str())) {
        if let Some(image) = image {
            free.entry(image).or_default().push(id);
        }
    }
    let mut take = |image: &str| free.get_mut(image).and_then(Vec::pop).map(str::to_owned);
    let recognise = |canvas: &NewCanvas| NewCanvas {
        id: canvas.id.clone().or_else(|| canvas.content.image.as_deref().and_then(&mut take)),
        content: canvas.content.clone(),
    };
    new.iter().map(recognise).collect()
}

/// How many canvases an item has: the place of the next one.
async fn count(transaction: &mut PgTransaction<'_>, item: &str) -> Result<i32, CatalogError> {
    let statement = "select count(*)::int from canvases where item_id = $1";
    Ok(sqlx::query_scalar(statement).bind(item).fetch_one(&mut **transaction).await?)
}

/// The canvas, its row locked for this transaction.
async fn locked(transaction: &mut PgTransaction<'_>, item: &str, id: &str) -> Result<Option<Canvas>, CatalogError> {
    let statement = canvas_columns!("select", "from canvases where item_id = $1 and id = $2 for update");
    Ok(sqlx::query_as(statement).bind(item).bind(id).fetch_optional(&mut **transaction).await?)
}
