//! Items that were made elsewhere: what they were imported from, and what the source calls their parts.

use std::collections::HashSet;

use serde_json::Value;
use sqlx::PgTransaction;
use sqlx::types::Json;
use time::OffsetDateTime;

use super::{AnnotationPageContent, CanvasContent, Catalog, CatalogError, Item, ItemContent, NewCanvas, Status, minted};
use crate::iiif::presentation::import::{Imported, ImportedCanvas, ImportedPage, Known};
use crate::iiif::presentation::{Fault, ranges};

/// What an item was imported from.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct Source {
    pub item_id: String,
    /// Id of the document as it says itself.
    pub uri: String,
    /// Whether its documents name everything as the source did.
    pub ids_kept: bool,
    /// As it came, gzip.
    pub document: Vec<u8>,
    /// What was changed on the way in.
    #[sqlx(json)]
    pub report: Value,
    pub imported: OffsetDateTime,
}

/// An import to be stored.
#[derive(Clone, Debug)]
pub struct NewImport {
    /// Of the item; that of the item which came from the same source before, or else minted.
    pub id: Option<String>,
    /// Draft if it is new and nothing is said.
    pub status: Option<Status>,
    pub ids_kept: bool,
    pub document: Vec<u8>,
    pub report: Value,
}

impl Catalog {
    /// The item that was imported from the document with this id, and what its parts were called.
    pub async fn known_import(&self, uri: &str) -> Result<(Option<String>, Known), CatalogError> {
        let item: Option<String> =
            sqlx::query_scalar("select item_id from sources where uri = $1").bind(uri).fetch_optional(&self.pool).await?;
        let Some(item) = item else { return Ok((None, Known::default())) };
        let names: Vec<(String, String)> =
            sqlx::query_as("select uri, part from source_ids where item_id = $1").bind(&item).fetch_all(&self.pool).await?;
        let statement = "select case kind when 'canvas' then 'canvases/' when 'range' then 'ranges/' else 'annotations/' end || id \
             from gone where item_id = $1";
        let gone: Vec<String> = sqlx::query_scalar(statement).bind(&item).fetch_all(&self.pool).await?;
        Ok((Some(item), Known { names: names.into_iter().collect(), gone: gone.into_iter().collect() }))
    }

    /// The URI under which a part of an item (`canvases/p1`) is published, where that is the one of its source.
    pub async fn source_name(&self, item: &str, part: &str) -> Result<Option<String>, CatalogError> {
        let statement = "select n.uri from source_ids n join sources s on s.item_id = n.item_id \
             where n.item_id = $1 and n.part = $2 and s.ids_kept";
        Ok(sqlx::query_scalar(statement).bind(item).bind(part).fetch_optional(&self.pool).await?)
    }

    /// The part of an item that is published under a URI of its source.
    pub async fn part_of_source(&self, item: &str, uri: &str) -> Result<Option<String>, CatalogError> {
        let statement = "select n.part from source_ids n join sources s on s.item_id = n.item_id \
             where n.item_id = $1 and n.uri = $2 and s.ids_kept order by n.part limit 1";
        Ok(sqlx::query_scalar(statement).bind(item).bind(uri).fetch_optional(&self.pool).await?)
    }

    /// What an item was imported from.
    pub async fn source(&self, item: &str) -> Result<Source, CatalogError> {
        let statement = "select item_id, uri, ids_kept, document, report, imported from sources where item_id = $1";
        match sqlx::query_as(statement).bind(item).fetch_optional(&self.pool).await? {
            Some(source) => Ok(source),
            None => Err(self.item(item).await.err().unwrap_or(CatalogError::NotFound("source of this item"))),
        }
    }

    /// Stores what was imported: a new item, or what is new of the one that came from the same source; tells which (`true`: created).
    pub async fn import(&self, imported: &Imported, new: &NewImport) -> Result<(Item, bool), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        lock_source(&mut transaction, &imported.uri).await?;
        let before: Option<(String, String)> =
            sqlx::query_as("select i.id, i.status from sources s join items i on i.id = s.item_id where s.uri = $1 for update of i")
                .bind(&imported.uri)
                .fetch_optional(&mut *transaction)
                .await?;
        let (id, images, created) = match before {
            Some((id, status)) => {
                imported_as("item", &id, new.id.as_deref())?;
                let status = new.status.or(Status::try_from(status).ok()).unwrap_or(Status::Draft);
                let images = self.update_item(&mut transaction, &id, &content(imported, status)).await?;
                (id, images, false)
            }
            None => {
                let id = new.id.clone().unwrap_or_else(minted);
                self.insert_item(&mut transaction, &id, &content(imported, new.status.unwrap_or(Status::Draft))).await?;
                (id, Vec::new(), true)
            }
        };
        self.store_parts(&mut transaction, &id, imported).await?;
        store_source(&mut transaction, &id, imported, new).await?;
        Ok((self.finish_item(transaction, &id, images).await?, created))
    }

    async fn store_parts(&self, transaction: &mut PgTransaction<'_>, item: &str, imported: &Imported) -> Result<(), CatalogError> {
        let before: Option<Json<Vec<Value>>> =
            sqlx::query_scalar("select ranges from structures where item_id = $1").bind(item).fetch_optional(&mut **transaction).await?;
        if before.is_some() || !imported.structures.is_empty() {
            let ids = before.map(|tree| ranges::ids(&tree.0)).unwrap_or_default();
            self.store_structures(transaction, item, &ids, &imported.structures).await?;
        }
        let named: HashSet<&str> = imported.pages.iter().map(|page| page.id.as_str()).collect();
        let present: Vec<String> =
            sqlx::query_scalar("select id from annotation_pages where item_id = $1").bind(item).fetch_all(&mut **transaction).await?;
        let dropped: Vec<String> = present.into_iter().filter(|id| !named.contains(id.as_str())).collect();
        self.drop_pages(transaction, item, &dropped).await?;
        for page in &imported.pages {
            self.store_page(transaction, item, &page.id, &page_content(page)).await?;
        }
        Ok(())
    }
}

/// Two imports of one document wait for each other.
pub(super) async fn lock_source(transaction: &mut PgTransaction<'_>, uri: &str) -> Result<(), CatalogError> {
    sqlx::query("select pg_advisory_xact_lock(hashtextextended($1, 0))").bind(uri).execute(&mut **transaction).await?;
    Ok(())
}

/// What came before under one identifier does not come again under another.
pub(super) fn imported_as(kind: &str, id: &str, wanted: Option<&str>) -> Result<(), CatalogError> {
    match wanted.filter(|wanted| *wanted != id) {
        None => Ok(()),
        Some(wanted) => {
            let detail =
                format!("the document was imported before, as the {kind} \"{id}\", not \"{wanted}\": leave the id out to update that");
            Err(CatalogError::Faults(vec![Fault { pointer: "/id".to_owned(), detail }]))
        }
    }
}

fn content(imported: &Imported, status: Status) -> ItemContent {
    let canvas = |canvas: &ImportedCanvas| {
        let ImportedCanvas { id, size, duration, descriptive, painting } = canvas.clone();
        NewCanvas {
            id: Some(id),
            content: CanvasContent { size, duration, descriptive, image: None, painting: Some(painting), hidden: None },
        }
    };
    let canvases = imported.canvases.iter().map(canvas).collect();
    ItemContent { status, descriptive: imported.descriptive.clone(), canvases: Some(canvases) }
}

fn page_content(page: &ImportedPage) -> AnnotationPageContent {
    let ImportedPage { id: _, canvas, position, elsewhere, properties, annotations } = page.clone();
    let embedded = elsewhere.is_none();
    AnnotationPageContent { canvas, position: Some(position), embedded, elsewhere, properties, annotations }
}

async fn store_source(transaction: &mut PgTransaction<'_>, item: &str, imported: &Imported, new: &NewImport) -> Result<(), CatalogError> {
    let statement = "insert into sources (item_id, uri, ids_kept, document, report) values ($1, $2, $3, $4, $5::json) \
         on conflict (item_id) do update set ids_kept = excluded.ids_kept, document = excluded.document, report = excluded.report, \
         imported = now()";
    sqlx::query(statement)
        .bind(item)
        .bind(&imported.uri)
        .bind(new.ids_kept)
        .bind(&new.document)
        .bind(new.report.to_string())
        .execute(&mut **transaction)
        .await?;
    sqlx::query("delete from source_ids where item_id = $1").bind(item).execute(&mut **transaction).await?;
    let (parts, uris): (Vec<&str>, Vec<&str>) = imported.names.iter().map(|(part, uri)| (part.as_str(), uri.as_str())).unzip();
    sqlx::query("insert into source_ids (item_id, part, uri) select $1, part, uri from unnest($2::text[], $3::text[]) as n (part, uri)")
        .bind(item)
        .bind(parts)
        .bind(uris)
        .execute(&mut **transaction)
        .await?;
    Ok(())
}
