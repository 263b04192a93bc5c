//! Canvases that the public does not see.

use std::collections::HashSet;

use super::{Canvas, Catalog, CatalogError, Page};

impl Catalog {
    /// The identifiers of an item's hidden canvases.
    pub async fn hidden_canvases(&self, item: &str) -> Result<HashSet<String>, CatalogError> {
        let statement = "select id from canvases where item_id = $1 and hidden";
        let ids: Vec<String> = sqlx::query_scalar(statement).bind(item).fetch_all(&self.pool).await?;
        Ok(ids.into_iter().collect())
    }

    /// The canvases of an item in reading order that the public sees, as the public sees them.
    pub async fn shown_canvases(&self, item: &str, after: Option<i32>, limit: usize) -> Result<Page<Canvas>, CatalogError> {
        let statement = canvas_columns!(
            "select",
            "from canvases where item_id = $1 and not hidden and ($2::int is null or position > $2) order by position limit $3"
        );
        let found: Vec<Canvas> = sqlx::query_as(statement).bind(item).bind(after).bind(limit as i64 + 1).fetch_all(&self.pool).await?;
        let entries = found.into_iter().map(Canvas::for_public).collect();
        Ok(Page::cut(entries, limit, |canvas: &Canvas| canvas.position.to_string()))
    }

    /// Says what the file is called that an image was made of, where the storage does not tell.
    pub async fn name_source_file(&self, image: &str, name: &str) -> Result<(), CatalogError> {
        sqlx::query("update images set file_name = $2 where id = $1").bind(image).bind(name).execute(&self.pool).await?;
        Ok(())
    }
}
