//! `/api/v1/items/{id}/labels` and `/move`: work on many pages at once.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;

use super::answer::Written;
use super::auth::Key;
use super::body::Body;
use super::etag::{IfMatch, of_revision};
use super::problem::Problem;
use super::schema::{CanvasesMove, LabelsInput, LabelsView};
use super::{App, Tags};

/// Work on pages.
pub struct PageWork;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Canvases")]
impl PageWork {
    /// Label the canvases of an item
    ///
    /// As books count their pages and leaves: the first label says how, the others go on from it. `dryRun` shows the labels and stores
    /// nothing. `If-Match` takes the item's ETag; the answer's ETag is its new one.
    #[oai(path = "/items/:id/labels", method = "post", operation_id = "labelCanvases")]
    async fn label(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<LabelsInput>,
    ) -> Result<Written<LabelsView>, Problem> {
        let (order, revision) = app.catalog.reading_order(&id).await?;
        let condition = condition.at(revision);
        let labels = body.0.labels(&order).map_err(Problem::invalid)?;
        if body.0.dry_run {
            return Ok(Written::changed(LabelsView { labels }, revision));
        }
        let stored: Vec<_> = labels.iter().map(|label| body.0.stored(label)).collect();
        let revision = app.catalog.label_canvases(&id, &stored, &condition.0).await?;
        Ok(Written::changed(LabelsView { labels }, revision))
    }

    /// Move canvases of an item
    ///
    /// Any number at once: they follow one another in the order that they are sent, the first at `position` afterwards. No id changes.
    /// `If-Match` takes the item's ETag; the answer's ETag is its new one.
    #[oai(path = "/items/:id/move", method = "post", operation_id = "moveCanvases")]
    async fn move_some(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<CanvasesMove>,
    ) -> Result<Written<CanvasesMove>, Problem> {
        let revision = app.catalog.move_canvases(&id, &body.0.canvases, body.0.position as usize, &condition.0).await?;
        Ok(Written::Changed(Json(body.0), of_revision(revision)))
    }
}
