//! `/api/v1/items/{id}/canvases` and the reading order.

use std::collections::HashSet;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use poem_openapi::payload::Json;

use super::address::Address;
use super::answer::{Deleted, Listed, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::etag::{IfMatch, IfNoneMatch, of_revision};
use super::ids;
use super::problem::{Kind, Problem};
use super::schema::{CanvasInput, CanvasView, CanvasesInput, CanvasesView, ImageOnCanvas, ReadingOrder, localise_canvas};
use super::{App, Tags};
use crate::catalog::Canvas;
use crate::iiif::uris::Uris;

/// Canvases.
pub struct Canvases;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Canvases")]
impl Canvases {
    /// List the canvases of an item
    ///
    /// In reading order. Without a key, hidden canvases are not listed.
    #[oai(path = "/items/:id/canvases", method = "get", operation_id = "listCanvases")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// The item's id.
        id: Path<String>,
        /// Where the page starts: the position it comes after, as `next` of the page before says.
        after: Query<Option<i32>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
        /// Whether to count them all.
        total: Query<Option<bool>>,
    ) -> Result<Listed<CanvasView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let item = app.readable_item(&id, &reader).await?;
        let page = match reader.sees_all() {
            true => app.catalog.canvases(&id, after.0, limit).await?,
            false => app.catalog.shown_canvases(&id, after.0, limit).await?,
        };
        let total = total.0.filter(|total| *total).map(|_| item.canvas_count);
        let query = [("limit", limit.to_string())];
        Ok(Listed::new(page, |canvas| CanvasView::of(canvas, &uris), total, &uris.api(&["items", &id, "canvases"]), &query))
    }

    /// Add canvases to an item
    ///
    /// Any number at once, at a place in the reading order; all or nothing. `If-Match` takes the item's ETag; the answer's
    /// ETag is the item's new one.
    #[oai(path = "/items/:id/canvases", method = "post", operation_id = "addCanvases")]
    async fn add(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<CanvasesInput>,
    ) -> Result<Written<CanvasesView>, Problem> {
        let (position, mut new) = body.0.check()?;
        new.iter_mut().for_each(|canvas| localise_canvas(&mut canvas.content, &uris.manifest(&id)));
        let (canvases, revision) = app.catalog.add_canvases(&id, position, &new, &condition.0).await?;
        let canvases = canvases.into_iter().map(|canvas| CanvasView::of(canvas, &uris)).collect();
        Ok(Written::created(CanvasesView { canvases }, revision, uris.api(&["items", &id, "canvases"])))
    }

    /// Read a canvas
    ///
    /// As it was written; its IIIF form is at `uri`. Without a key, canvases of drafts are not found.
    #[oai(path = "/items/:id/canvases/:canvas", method = "get", operation_id = "getCanvas")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
    ) -> Result<Read<CanvasView>, Problem> {
        let canvas = app.readable_canvas(&id, &canvas, &reader).await?;
        let revision = canvas.revision;
        Ok(Read::new(CanvasView::of(canvas, &uris), revision, &known))
    }

    /// Create or replace a canvas
    ///
    /// A new one comes last in the reading order.
    #[oai(path = "/items/:id/canvases/:canvas", method = "put", operation_id = "putCanvas")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        body: Body<CanvasInput>,
    ) -> Result<Written<CanvasView>, Problem> {
        Self::store(&app, &id, ids::resource(&canvas)?, body.0, condition, &uris).await
    }

    /// Change some properties of a canvas
    ///
    /// JSON Merge Patch: what is not sent stays as it is, `null` removes.
    #[oai(path = "/items/:id/canvases/:canvas", method = "patch", operation_id = "patchCanvas")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        patch: Patch<CanvasInput>,
    ) -> Result<Written<CanvasView>, Problem> {
        let current = app.catalog.canvas(&id, &canvas).await?;
        let condition = condition.at(current.revision);
        let patched: CanvasInput = patch.apply(&CanvasInput::of(current))?;
        // `null` removes, and a canvas of which nothing is said is shown.
        let patched = CanvasInput { hidden: Some(patched.hidden.unwrap_or(false)), ..patched };
        Self::store(&app, &id, &canvas, patched, condition, &uris).await
    }

    /// Put another image on a canvas
    ///
    /// The canvas keeps its id and its size, so that what points at it stays true; the old image stays until it is deleted. It lies over
    /// the whole of the canvas, in place of whatever was painted there.
    #[oai(path = "/items/:id/canvases/:canvas/image", method = "put", operation_id = "replaceCanvasImage")]
    async fn replace_image(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        body: Body<ImageOnCanvas>,
    ) -> Result<Written<CanvasView>, Problem> {
        let current = app.catalog.canvas(&id, &canvas).await?;
        let condition = condition.at(current.revision);
        let changed = CanvasInput { image: Some(body.0.image), items: None, ..CanvasInput::of(current) };
        Self::store(&app, &id, &canvas, changed, condition, &uris).await
    }

    /// Delete a canvas
    ///
    /// Its image stays. Its id is not used again.
    #[oai(path = "/items/:id/canvases/:canvas", method = "delete", operation_id = "deleteCanvas")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
    ) -> Result<Deleted, Problem> {
        app.catalog.delete_canvas(&id, &canvas, &condition.0).await?;
        Ok(Deleted::Done)
    }

    /// Read the reading order of an item
    ///
    /// The ids of all its canvases. The ETag is the item's.
    #[oai(path = "/items/:id/order", method = "get", operation_id = "getReadingOrder")]
    async fn order(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Read<ReadingOrder>, Problem> {
        app.readable_item(&id, &reader).await?;
        let (mut canvases, revision) = app.catalog.reading_order(&id).await?;
        let hidden = app.hidden_from(&reader, &id).await?;
        canvases.retain(|canvas| !hidden.contains(canvas));
        Ok(Read::new(ReadingOrder { canvases }, revision, &known))
    }

    /// Set the reading order of an item
    ///
    /// The ids of all its canvases, each once. `If-Match` takes the item's ETag. No id changes.
    #[oai(path = "/items/:id/order", method = "put", operation_id = "setReadingOrder")]
    async fn set_order(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<ReadingOrder>,
    ) -> Result<Written<ReadingOrder>, Problem> {
        let revision = app.catalog.set_reading_order(&id, &body.0.canvases, &condition.0).await?;
        Ok(Written::Changed(Json(body.0), of_revision(revision)))
    }
}

impl Canvases {
    async fn store(
        app: &App,
        item: &str,
        id: &str,
        input: CanvasInput,
        condition: IfMatch,
        uris: &Uris,
    ) -> Result<Written<CanvasView>, Problem> {
        let mut content = input.check()?;
        localise_canvas(&mut content, &uris.manifest(item));
        let (canvas, new): (Canvas, bool) = app.catalog.put_canvas(item, id, &content, &condition.0).await?;
        let revision = canvas.revision;
        let view = CanvasView::of(canvas, uris);
        Ok(if new { Written::created(view, revision, uris.api_canvas(item, id)) } else { Written::changed(view, revision) })
    }
}

impl App {
    /// An item, if this reader may see it.
    pub async fn readable_item(&self, id: &str, reader: &Reader) -> Result<crate::catalog::Item, Problem> {
        let item = self.catalog.item(id).await?;
        let seen = reader.sees_all() || item.status == crate::catalog::Status::Published;
        let item = if seen { item } else { return Err(Problem::new(Kind::NotFound, "there is no such item, or it is not public")) };
        Ok(if reader.sees_all() { item } else { item.for_public(&self.hidden_from(reader, id).await?) })
    }

    /// A canvas, if this reader may see it, with what this reader may see of it.
    pub async fn readable_canvas(&self, item: &str, canvas: &str, reader: &Reader) -> Result<Canvas, Problem> {
        self.readable_item(item, reader).await?;
        let canvas = self.catalog.canvas(item, canvas).await?;
        match (reader.sees_all(), canvas.hidden) {
            (true, _) => Ok(canvas),
            (false, false) => Ok(canvas.for_public()),
            (false, true) => Err(Problem::not_found("canvas")),
        }
    }

    /// The canvases of an item that this reader may not see.
    pub async fn hidden_from(&self, reader: &Reader, item: &str) -> Result<HashSet<String>, Problem> {
        if reader.sees_all() { Ok(HashSet::new()) } else { Ok(self.catalog.hidden_canvases(item).await?) }
    }
}
