//! What the Presentation documents are made of: an item with all its parts, in as many queries however large it is.

use std::collections::HashMap;

use serde_json::Value;
use time::OffsetDateTime;

use super::{AnnotationPage, Catalog, CatalogError, Item, Page};
use crate::iiif::presentation::Descriptive;

/// An item with all that its manifest says.
#[derive(Clone, Debug)]
pub struct PublicItem {
    pub item: Item,
    /// In reading order.
    pub canvases: Vec<PublicCanvas>,
    /// Images that are named within what is painted on canvases.
    pub images: Vec<NamedImage>,
    /// Ranges in stored form.
    pub structures: Vec<Value>,
    /// Annotation pages of the item and of its canvases, in order.
    pub pages: Vec<AnnotationPage>,
    /// What its parts are called where the documents keep the names of their source: by path, as in `canvases/p1`.
    pub names: HashMap<String, String>,
}

/// What a document must know of an image.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct NamedImage {
    pub id: String,
    pub width: i32,
    pub height: i32,
    pub tile_size: i32,
}

/// A canvas with the image on it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PublicCanvas {
    pub id: String,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration: Option<f64>,
    #[sqlx(json)]
    pub descriptive: Descriptive,
    pub hidden: bool,
    /// Annotation Pages in stored form, instead of the image.
    #[sqlx(json(nullable))]
    pub painting: Option<Vec<Value>>,
    pub image_id: Option<String>,
    pub image_width: Option<i32>,
    pub image_height: Option<i32>,
    pub tile_size: Option<i32>,
}

/// A published item as a member of a collection, with the image that stands for it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PlacedImage {
    pub id: String,
    #[sqlx(json)]
    pub descriptive: Descriptive,
    pub modified: OffsetDateTime,
    pub image_id: Option<String>,
    pub image_width: Option<i32>,
    pub image_height: Option<i32>,
    pub tile_size: Option<i32>,
}

impl Catalog {
    /// Everything that an item's manifest says; drafts too.
    pub async fn public_item(&self, id: &str) -> Result<PublicItem, CatalogError> {
        let item = self.item(id).await?;
        let statement = "select c.id, c.width, c.height, c.duration, c.descriptive, c.hidden, c.painting, \
             c.image_id, m.width as image_width, m.height as image_height, m.tile_size \
             from canvases c left join images m on m.id = c.image_id where c.item_id = $1 order by c.position";
        let canvases = sqlx::query_as(statement).bind(id).fetch_all(&self.pool).await?;
        let statement =
            "select id, width, height, tile_size from images where id in (select image_id from canvas_images where item_id = $1)";
        let images = sqlx::query_as(statement).bind(id).fetch_all(&self.pool).await?;
        let (structures, _) = self.structures(id).await?;
        let pages = self.annotation_pages(id).await?;
        let statement =
            "select n.part, n.uri from source_ids n join sources s on s.item_id = n.item_id where n.item_id = $1 and s.ids_kept";
        let names: Vec<(String, String)> = sqlx::query_as(statement).bind(id).fetch_all(&self.pool).await?;
        Ok(PublicItem { item, canvases, images, structures, pages, names: names.into_iter().collect() })
    }

    /// Published items in the order of their identifiers, each with the image of its first canvas that has one of ours.
    pub async fn published(&self, after: Option<&str>, limit: usize) -> Result<Page<PlacedImage>, CatalogError> {
        let statement = concat!(
            "select i.id, i.descriptive, i.modified, f.image_id, f.image_width, f.image_height, f.tile_size from items i ",
            image_of_item!("i.id"),
            "where i.status = 'published' and i.id > coalesce($1, '') order by i.id limit $2"
        );
        let entries = sqlx::query_as(statement).bind(after).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        Ok(Page::cut(entries, limit, |item: &PlacedImage| item.id.clone()))
    }

    /// Whether anything is in the catalogue yet, deleted things included.
    pub async fn is_empty(&self) -> Result<bool, CatalogError> {
        let statement = "select not exists (select 1 from items) and not exists (select 1 from images) and not exists (select 1 from gone) \
             and not exists (select 1 from collections)";
        Ok(sqlx::query_scalar(statement).fetch_one(&self.pool).await?)
    }
}
