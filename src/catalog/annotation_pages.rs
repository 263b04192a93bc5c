//! Annotation Pages that do not paint: of a canvas or of the item, shown within the manifest or read apart, or elsewhere altogether.

use serde_json::{Map, Value};
use sqlx::PgTransaction;
use time::OffsetDateTime;

use super::{Catalog, CatalogError, Page, Precondition};
use crate::iiif::presentation::Fault;

/// An Annotation Page as the catalogue holds it.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct AnnotationPage {
    pub item_id: String,
    pub id: String,
    /// The canvas it belongs to; the item itself if there is none.
    pub canvas_id: Option<String>,
    /// Place among the pages of the same resource, from 0.
    pub position: i32,
    /// Shown within the manifest; otherwise only named there.
    pub embedded: bool,
    /// The page's URI, if it is not ours.
    pub elsewhere: Option<String>,
    /// What the page says of itself.
    #[sqlx(json)]
    pub properties: Map<String, Value>,
    /// In stored form.
    #[sqlx(json)]
    pub annotations: Vec<Value>,
    pub revision: i64,
    pub created: OffsetDateTime,
    pub modified: OffsetDateTime,
}

/// What a writer says of an Annotation Page.
#[derive(Clone, Debug, Default)]
pub struct AnnotationPageContent {
    pub canvas: Option<String>,
    /// Place among the pages of the same resource; the last if not given.
    pub position: Option<i32>,
    pub embedded: bool,
    pub elsewhere: Option<String>,
    pub properties: Map<String, Value>,
    pub annotations: Vec<Value>,
}

/// Completes a statement with the columns of [`AnnotationPage`].
macro_rules! page_columns {
    ($before:literal, $after:literal) => {
        concat!(
            $before,
            " item_id, id, canvas_id, position, embedded, elsewhere, properties, annotations, revision, created, modified ",
            $after
        )
    };
}

impl Catalog {
    /// The pages of an item and its canvases in order, as its manifest shows them: without the annotations of those it only names.
    pub async fn annotation_pages(&self, item: &str) -> Result<Vec<AnnotationPage>, CatalogError> {
        let statement = "select item_id, id, canvas_id, position, embedded, elsewhere, properties, \
             case when embedded then annotations else '[]' end as annotations, revision, created, modified \
             from annotation_pages where item_id = $1 order by canvas_id nulls first, position, id";
        Ok(sqlx::query_as(statement).bind(item).fetch_all(&self.pool).await?)
    }

    /// The pages of an item and its canvases, or only of one canvas, in the order of their identifiers and without their annotations.
    pub async fn list_annotation_pages(
        &self,
        item: &str,
        canvas: Option<&str>,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<AnnotationPage>, CatalogError> {
        let statement = "select item_id, id, canvas_id, position, embedded, elsewhere, properties, '[]'::json as annotations, revision, \
             created, modified from annotation_pages where item_id = $1 and ($2::text is null or canvas_id = $2) \
             and ($3::text is null or id > $3) order by id limit $4";
        let query = sqlx::query_as(statement).bind(item).bind(canvas).bind(after).bind(limit as i64 + 1);
        Ok(Page::cut(query.fetch_all(&self.pool).await?, limit, |page: &AnnotationPage| page.id.clone()))
    }

    pub async fn annotation_page(&self, item: &str, id: &str) -> Result<AnnotationPage, CatalogError> {
        let statement = page_columns!("select", "from annotation_pages where item_id = $1 and id = $2");
        match sqlx::query_as(statement).bind(item).bind(id).fetch_optional(&self.pool).await? {
            Some(page) => Ok(page),
            None => Err(match self.item(item).await {
                Ok(_) => self.absent(&self.pool, "annotation page", item, id).await?,
                Err(error) => error,
            }),
        }
    }

    /// Creates a page, or replaces what it says; tells which (`true`: created).
    pub async fn put_annotation_page(
        &self,
        item: &str,
        id: &str,
        content: &AnnotationPageContent,
        precondition: &Precondition,
    ) -> Result<(AnnotationPage, bool), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        let before = locked(&mut transaction, item, id).await?;
        match &before {
            Some(before) => precondition.allows(before.revision)?,
            None => {
                precondition.allows_creation("annotation page")?;
                if self.is_gone(&mut *transaction, "annotation page", item, id).await? {
                    return Err(CatalogError::Gone("annotation page"));
                }
            }
        }
        check_canvas(&mut transaction, item, content).await?;
        let page = self.store_page(&mut transaction, item, id, content).await?;
        self.finish_canvases(transaction, item, &[]).await?;
        Ok((page, before.is_none()))
    }

    /// Changes the annotations of a page as `edit` does.
    pub async fn edit_annotations<T>(
        &self,
        item: &str,
        id: &str,
        precondition: &Precondition,
        edit: impl FnOnce(&mut Vec<Value>) -> Result<T, CatalogError>,
    ) -> Result<(T, i64), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        let Some(mut page) = locked(&mut transaction, item, id).await? else {
            return Err(self.absent(&mut *transaction, "annotation page", item, id).await?);
        };
        precondition.allows(page.revision)?;
        let made = edit(&mut page.annotations)?;
        let statement = "update annotation_pages set annotations = $3::json, revision = revision + 1, modified = now() \
             where item_id = $1 and id = $2 returning revision";
        let stored = Value::from(page.annotations).to_string();
        let revision = sqlx::query_scalar(statement).bind(item).bind(id).bind(stored).fetch_one(&mut *transaction).await?;
        self.finish_canvases(transaction, item, &[]).await?;
        Ok((made, revision))
    }

    /// Deletes a page with its annotations. Its identifier is not used again.
    pub async fn delete_annotation_page(&self, item: &str, id: &str, precondition: &Precondition) -> Result<(), CatalogError> {
        let mut transaction = self.pool.begin().await?;
        self.lock_item(&mut transaction, item, &Precondition::Exists).await?;
        match locked(&mut transaction, item, id).await? {
            Some(page) => precondition.allows(page.revision)?,
            None => return Err(self.absent(&mut *transaction, "annotation page", item, id).await?),
        }
        self.drop_pages(&mut transaction, item, &[id.to_owned()]).await?;
        self.finish_canvases(transaction, item, &[]).await.map(drop)
    }

    pub(super) async fn drop_pages(&self, transaction: &mut PgTransaction<'_>, item: &str, ids: &[String]) -> Result<(), CatalogError> {
        let statement = "with dropped as (delete from annotation_pages where item_id = $1 and id = any($2) returning id) \
             insert into gone (kind, item_id, id) select 'annotation page', $1, id from dropped";
        sqlx::query(statement).bind(item).bind(ids).execute(&mut **transaction).await?;
        Ok(())
    }

    /// Deletes the pages of canvases that are being deleted.
    pub(super) async fn drop_pages_of(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        canvases: &[String],
    ) -> Result<(), CatalogError> {
        let statement = "select id from annotation_pages where item_id = $1 and canvas_id = any($2)";
        let ids: Vec<String> = sqlx::query_scalar(statement).bind(item).bind(canvases).fetch_all(&mut **transaction).await?;
        if ids.is_empty() { Ok(()) } else { self.drop_pages(transaction, item, &ids).await }
    }

    pub(super) async fn store_page(
        &self,
        transaction: &mut PgTransaction<'_>,
        item: &str,
        id: &str,
        content: &AnnotationPageContent,
    ) -> Result<AnnotationPage, CatalogError> {
        let statement = page_columns!(
            "insert into annotation_pages as p (item_id, id, canvas_id, position, embedded, elsewhere, properties, annotations) \
             values ($1, $2, $3, coalesce($4, (select coalesce(max(position) + 1, 0) from annotation_pages \
                                               where item_id = $1 and canvas_id is not distinct from $3 and id <> $2)), \
                     $5, $6, $7::json, $8::json) \
             on conflict (item_id, id) do update set canvas_id = excluded.canvas_id, position = coalesce($4, p.position), \
             embedded = excluded.embedded, elsewhere = excluded.elsewhere, properties = excluded.properties, \
             annotations = excluded.annotations, revision = p.revision + 1, modified = now() returning",
            ""
        );
        let AnnotationPageContent { canvas, position, embedded, elsewhere, properties, annotations } = content;
        let query = sqlx::query_as(statement).bind(item).bind(id).bind(canvas).bind(position).bind(embedded).bind(elsewhere);
        // As text, so that the order of keys stays.
        let (properties, annotations) = (Value::from(properties.clone()).to_string(), Value::from(annotations.as_slice()).to_string());
        Ok(query.bind(properties).bind(annotations).fetch_one(&mut **transaction).await?)
    }
}

/// The page must be of a canvas that is there.
async fn check_canvas(transaction: &mut PgTransaction<'_>, item: &str, content: &AnnotationPageContent) -> Result<(), CatalogError> {
    let Some(canvas) = &content.canvas else { return Ok(()) };
    let statement = "select exists (select 1 from canvases where item_id = $1 and id = $2)";
    if sqlx::query_scalar(statement).bind(item).bind(canvas).fetch_one(&mut **transaction).await? {
        return Ok(());
    }
    let detail = format!("the item has no canvas \"{canvas}\"");
    Err(CatalogError::Faults(vec![Fault { pointer: "/canvas".to_owned(), detail }]))
}

/// The page, its row locked for this transaction.
async fn locked(transaction: &mut PgTransaction<'_>, item: &str, id: &str) -> Result<Option<AnnotationPage>, CatalogError> {
    let statement = page_columns!("select", "from annotation_pages where item_id = $1 and id = $2 for update");
    Ok(sqlx::query_as(statement).bind(item).bind(id).fetch_optional(&mut **transaction).await?)
}
