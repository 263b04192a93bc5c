//! `/api/v1/items/{id}/annotations`: pages of annotations of an item and of its canvases.

use std::collections::HashSet;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};

use super::address::Address;
use super::answer::{Deleted, Listed, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::etag::{IfMatch, IfNoneMatch};
use super::ids;
use super::problem::Problem;
use super::schema::{AnnotationPageInput, AnnotationPageView};
use super::{App, Tags};
use crate::catalog::{AnnotationPage, AnnotationPageContent, CatalogError, Precondition, minted};
use crate::iiif::ids::ResourceId;
use crate::iiif::presentation::annotating::{self, Of};
use crate::iiif::presentation::hiding::hide_in;
use crate::iiif::presentation::{Fault, parts};
use crate::iiif::uris::Uris;

/// Annotation pages.
pub struct AnnotationPages;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Annotations")]
impl AnnotationPages {
    /// List the annotation pages of an item
    ///
    /// Those of its canvases too, in the order of their ids, without their annotations.
    #[oai(path = "/items/:id/annotations", method = "get", operation_id = "listAnnotationPages")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// The item's id.
        id: Path<String>,
        /// Only pages of this canvas.
        canvas: Query<Option<String>>,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
    ) -> Result<Listed<AnnotationPageView>, Problem> {
        let limit = ids::limit(limit.0)?;
        app.readable_item(&id, &reader).await?;
        let mut page = app.catalog.list_annotation_pages(&id, canvas.0.as_deref(), after.0.as_deref(), limit).await?;
        let hidden = app.hidden_from(&reader, &id).await?;
        page.entries.retain(|page| page.canvas_id.as_ref().is_none_or(|canvas| !hidden.contains(canvas)));
        let mut query = vec![("limit", limit.to_string())];
        query.extend(canvas.0.map(|canvas| ("canvas", canvas)));
        let view = |page| AnnotationPageView { items: None, ..AnnotationPageView::of(page, &uris) };
        Ok(Listed::new(page, view, None, &uris.api(&["items", &id, "annotations"]), &query))
    }

    /// Create an annotation page
    ///
    /// Of the item, or of one of its canvases; shown within the manifest, or named there and read apart, or elsewhere altogether.
    #[oai(path = "/items/:id/annotations", method = "post", operation_id = "createAnnotationPage")]
    async fn create(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        /// The item's id.
        id: Path<String>,
        body: Body<AnnotationPageInput>,
    ) -> Result<Written<AnnotationPageView>, Problem> {
        let page = body.0.id.clone().unwrap_or_else(minted);
        match app.catalog.annotation_page(&id, &page).await {
            Ok(_) => return Err(CatalogError::Exists("annotation page").into()),
            Err(CatalogError::NotFound("annotation page")) => {}
            Err(error) => return Err(error.into()),
        }
        store(&app, &id, &page, body.0, &Precondition::None, &uris).await
    }

    /// Read an annotation page
    ///
    /// With its annotations; its IIIF form is at `uri`. Without a key, pages of drafts are not found.
    #[oai(path = "/items/:id/annotations/:page", method = "get", operation_id = "getAnnotationPage")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
    ) -> Result<Read<AnnotationPageView>, Problem> {
        let page = app.readable_annotation_page(&id, &page, &reader).await?;
        let revision = page.revision;
        Ok(Read::new(AnnotationPageView::of(page, &uris), revision, &known))
    }

    /// Create or replace an annotation page
    ///
    /// It becomes exactly what is sent, its annotations too.
    #[oai(path = "/items/:id/annotations/:page", method = "put", operation_id = "putAnnotationPage")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        body: Body<AnnotationPageInput>,
    ) -> Result<Written<AnnotationPageView>, Problem> {
        store(&app, &id, ids::resource(&page)?, body.0, &condition.0, &uris).await
    }

    /// Change some properties of an annotation page
    ///
    /// JSON Merge Patch: what is not sent stays as it is, `null` removes; `items` is replaced as a whole.
    #[oai(path = "/items/:id/annotations/:page", method = "patch", operation_id = "patchAnnotationPage")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        patch: Patch<AnnotationPageInput>,
    ) -> Result<Written<AnnotationPageView>, Problem> {
        let current = app.catalog.annotation_page(&id, &page).await?;
        let condition = condition.at(current.revision);
        let patched = patch.apply(&AnnotationPageInput::of(current, &uris))?;
        store(&app, &id, &page, patched, &condition.0, &uris).await
    }

    /// Delete an annotation page
    ///
    /// With its annotations. Its id answers 410 from then on and is not used again.
    #[oai(path = "/items/:id/annotations/:page", method = "delete", operation_id = "deleteAnnotationPage")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
    ) -> Result<Deleted, Problem> {
        app.catalog.delete_annotation_page(&id, &page, &condition.0).await?;
        Ok(Deleted::Done)
    }
}

impl App {
    /// A page, if this reader may see it, with what this reader may see of it.
    pub async fn readable_annotation_page(&self, item: &str, page: &str, reader: &Reader) -> Result<AnnotationPage, Problem> {
        self.readable_item(item, reader).await?;
        let mut page = self.catalog.annotation_page(item, page).await?;
        let hidden = self.hidden_from(reader, item).await?;
        if page.canvas_id.as_ref().is_some_and(|canvas| hidden.contains(canvas)) {
            return Err(Problem::not_found("annotation page"));
        }
        hide_in(&mut page.annotations, &hidden);
        Ok(page)
    }
}

async fn store(
    app: &App,
    item: &str,
    id: &str,
    input: AnnotationPageInput,
    condition: &Precondition,
    uris: &Uris,
) -> Result<Written<AnnotationPageView>, Problem> {
    let content = check(app, item, id, input, uris).await?;
    let (page, new): (AnnotationPage, bool) = app.catalog.put_annotation_page(item, id, &content, condition).await?;
    let revision = page.revision;
    let view = AnnotationPageView::of(page, uris);
    let location = uris.api(&["items", item, "annotations", id]);
    Ok(if new { Written::created(view, revision, location) } else { Written::changed(view, revision) })
}

/// What the catalogue stores, or everything that is wrong with it.
async fn check(app: &App, item: &str, id: &str, input: AnnotationPageInput, uris: &Uris) -> Result<AnnotationPageContent, Problem> {
    let AnnotationPageInput { id: given, canvas, position, embedded, elsewhere, properties, items } = input;
    let mut faults = Vec::new();
    let mut told = |pointer: &str, detail: String| faults.push(Fault { pointer: pointer.to_owned(), detail });
    match given.as_deref() {
        Some(given) if given != id => told("/id", "it is not the id in the URL, and an id cannot be changed".to_owned()),
        _ => {
            if let Err(error) = ResourceId::parse(id) {
                told("/id", error.to_string());
            }
        }
    }
    if let Some(canvas) = &canvas {
        match app.catalog.canvas(item, canvas).await {
            Ok(_) => {}
            Err(CatalogError::NotFound("canvas") | CatalogError::Gone("canvas") | CatalogError::Moved { .. }) => {
                told("/canvas", format!("the item has no canvas \"{canvas}\""))
            }
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(uri) = &elsewhere {
        if !annotating::is_elsewhere(uri) {
            told("/elsewhere", "must be an http or https URI, special characters percent-encoded".to_owned());
        }
        if embedded == Some(true) {
            told("/embedded", "a page that is elsewhere is only named in the manifest".to_owned());
        }
        if items.as_ref().is_some_and(|items| !items.is_empty()) {
            told("/items", "a page that is elsewhere has its annotations there".to_owned());
        }
    }
    let mut properties = properties.unwrap_or_else(|| serde_json::json!({}));
    annotating::properties_in_full(&mut properties);
    parts::contract(&mut properties, &uris.manifest(item));
    faults.extend(annotating::property_faults(&properties, "/properties"));
    let of = Of { page: id, canvas: canvas.as_deref() };
    let annotations = in_full(items.unwrap_or_default(), of, &uris.manifest(item));
    let wrong = annotating::faults(&annotations, of, &HashSet::new()).into_iter();
    faults.extend(wrong.map(|fault| Fault { pointer: format!("/items{}", fault.pointer), ..fault }));
    if !faults.is_empty() {
        return Err(Problem::invalid(faults));
    }
    let embedded = embedded.unwrap_or(elsewhere.is_none());
    let properties = properties.as_object().cloned().unwrap_or_default();
    Ok(AnnotationPageContent { canvas, position, embedded, elsewhere, properties, annotations })
}

/// Annotations as they are stored.
pub(super) fn in_full(mut annotations: Vec<serde_json::Value>, of: Of<'_>, manifest: &str) -> Vec<serde_json::Value> {
    for annotation in &mut annotations {
        annotating::write_out(annotation, of, &minted);
        parts::contract(annotation, manifest);
    }
    annotations
}
