//! What cataloguers do to many canvases of an item at once: labels by a pattern, moves, missing pages.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;

use super::address::Address;
use super::answer::Written;
use super::auth::Key;
use super::body::Body;
use super::etag::{IfMatch, of_revision};
use super::problem::Problem;
use super::schema::{CanvasView, CanvasesMove, CanvasesView, LabelsInput, LabelsView, MissingInput};
use super::{App, Tags};

/// Work on pages.
pub struct PageWork;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Canvases")]
impl PageWork {
    /// Label canvases by a pattern
    ///
    /// All canvases of an item or a run of them, counted on from the first label. `dryRun` answers with the labels and stores nothing.
    /// `If-Match` takes the item's ETag; the answer's ETag is the item's new one.
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
        let dry_run = body.0.dry_run;
        let labelling = body.0.check()?;
        let (labelled, revision) = match dry_run {
            true => app.catalog.labels(&id, &labelling).await?,
            false => app.catalog.label_canvases(&id, &labelling, &condition.0).await?,
        };
        Ok(Written::changed(LabelsView::of(labelled), revision))
    }

    /// Move canvases of an item
    ///
    /// Any number at once, before another canvas or to the start or end. No id changes. `If-Match` takes the item's ETag; the answer's
    /// ETag is the item's new one.
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
        let place = body.0.place()?;
        let revision = app.catalog.move_canvases(&id, &body.0.canvases, &place, &condition.0).await?;
        Ok(Written::Changed(Json(body.0), of_revision(revision)))
    }

    /// Put canvases where pages are missing
    ///
    /// Each has a label and the size of its neighbour, and nothing on it, so that what follows stays on its side of the opening. When
    /// the page is found, put its image on the canvas. `If-Match` takes the item's ETag; the answer's ETag is the item's new one.
    #[oai(path = "/items/:id/missing", method = "post", operation_id = "addMissingPages")]
    async fn missing(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<MissingInput>,
    ) -> Result<Written<CanvasesView>, Problem> {
        let (canvases, revision) = app.catalog.add_missing_pages(&id, &body.0.check()?, &condition.0).await?;
        let canvases = canvases.into_iter().map(|canvas| CanvasView::of(canvas, &uris)).collect();
        Ok(Written::created(CanvasesView { canvases }, revision, uris.api(&["items", &id, "canvases"])))
    }
}
