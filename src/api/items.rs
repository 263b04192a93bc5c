//! `/api/v1/items`.

use std::collections::HashSet;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::{Path, Query};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::address::Address;
use super::answer::{Begun, Deleted, Done, Listed, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::etag::{IfMatch, IfNoneMatch};
use super::ids;
use super::problem::{Kind, Problem};
use super::schema::{ItemInput, ItemView, StatusName, localise_item};
use super::{App, Tags, publication};
use crate::catalog::{CatalogError, Item, ItemFilter, Status};
use crate::iiif::presentation::Fault;

/// Items.
pub struct Items;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Items")]
impl Items {
    /// List items
    ///
    /// In the order of their ids. Without a key only published items are listed.
    #[oai(path = "/items", method = "get", operation_id = "listItems")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// Only items of this status.
        status: Query<Option<StatusName>>,
        /// Only items with this text in one of their labels; upper and lower case alike.
        label: Query<Option<String>>,
        /// Only items changed at this time or later (RFC 3339, such as 2026-01-31T00:00:00Z).
        #[oai(name = "modifiedSince")]
        modified_since: Query<Option<String>>,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
        /// Whether to count them all.
        total: Query<Option<bool>>,
    ) -> Result<Listed<ItemView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let mut query = vec![("limit", limit.to_string())];
        let asked = [("label", &label.0), ("modifiedSince", &modified_since.0)];
        query.extend(asked.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        query.extend(status.0.map(|status| ("status", Status::from(status).name().to_owned())));
        query.extend(total.0.map(|total| ("total", total.to_string())));
        let Some(filter) = filter(&reader, status.0, label.0, modified_since.0)? else {
            return Ok(Listed::Page(
                poem_openapi::payload::Json(super::schema::List { items: Vec::new(), total: total.0.map(|_| 0), next: None }),
                None,
            ));
        };
        let mut page = app.catalog.items(&filter, after.0.as_deref(), limit).await?;
        if !reader.sees_all() {
            page.entries = app.shown(page.entries).await?;
        }
        let total = match total.0 {
            Some(true) => Some(app.catalog.count_items(&filter).await?),
            _ => None,
        };
        Ok(Listed::new(page, |item| ItemView::of(item, &uris), total, &uris.api(&["items"]), &query))
    }

    /// Create an item
    ///
    /// With its canvases, all or nothing. Only a label is needed; an item is a draft unless it is said to be published.
    #[oai(path = "/items", method = "post", operation_id = "createItem")]
    async fn create(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        body: Body<ItemInput>,
    ) -> Result<Written<ItemView>, Problem> {
        let from_images = body.0.images.is_some();
        let (id, mut content) = body.0.check()?;
        if let Some(id) = &id {
            localise_item(&mut content, &uris.manifest(id));
        }
        let item = app.catalog.create_item(id, &content).await.map_err(|error| in_images(error, from_images))?;
        Ok(created(item, &uris))
    }

    /// Read an item
    ///
    /// Without a key, drafts are not found.
    #[oai(path = "/items/:id", method = "get", operation_id = "getItem")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Read<ItemView>, Problem> {
        let item = app.readable_item(&id, &reader).await?;
        let revision = item.revision;
        Ok(Read::new(ItemView::of(item, &uris), revision, &known))
    }

    /// Create or replace an item
    ///
    /// The properties become exactly what is sent; the canvases stay unless `canvases` or `images` is sent too.
    #[oai(path = "/items/:id", method = "put", operation_id = "putItem")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        body: Body<ItemInput>,
    ) -> Result<Written<ItemView>, Problem> {
        Self::store(&app, ids::resource(&id)?, body.0, condition, &uris).await
    }

    /// Change some properties of an item
    ///
    /// JSON Merge Patch: what is not sent stays as it is, `null` removes.
    #[oai(path = "/items/:id", method = "patch", operation_id = "patchItem")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        patch: Patch<ItemInput>,
    ) -> Result<Written<ItemView>, Problem> {
        let current = app.catalog.item(&id).await?;
        let condition = condition.at(current.revision);
        let patched = patch.apply(&ItemInput::of(current))?;
        Self::store(&app, &id, patched, condition, &uris).await
    }

    /// Delete an item
    ///
    /// With its canvases; images stay. Its id answers 410 from then on and is not used again.
    #[oai(path = "/items/:id", method = "delete", operation_id = "deleteItem")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Deleted, Problem> {
        app.catalog.delete_item(&id, &condition.0).await?;
        Ok(Deleted::Done)
    }

    /// Warm an item
    ///
    /// Makes the thumbnails and overviews of all its images that are usually asked for and not on disk yet: in the background, one
    /// image after another, behind everything else.
    #[oai(path = "/items/:id/warm", method = "post", operation_id = "warmItem")]
    async fn warm(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Begun, Problem> {
        match app.warming.later(app.catalog.images_of_item(&id).await?) {
            true => Ok(Begun::Begun),
            false => Err(Problem::new(Kind::Unavailable, "too much waits to be warmed already; ask again later")),
        }
    }

    /// Purge what was made of an item's images
    ///
    /// Finished images are removed from the memory and the disk of the replica that answers; they are made again when they are asked
    /// for. Other replicas keep theirs until they are pushed out. Nothing stale is ever served, purged or not: what is kept is kept
    /// for one state of a master.
    #[oai(path = "/items/:id/derivatives", method = "delete", operation_id = "purgeItem")]
    async fn purge(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Done, Problem> {
        for image in app.catalog.images_of_item(&id).await? {
            app.warming.purge(&image).await?;
        }
        Ok(Done::Done)
    }
}

impl App {
    /// Items as the public sees them.
    async fn shown(&self, items: Vec<Item>) -> Result<Vec<Item>, Problem> {
        let mut shown = Vec::with_capacity(items.len());
        for item in items {
            let hidden = if item.hidden_count > 0 { self.catalog.hidden_canvases(&item.id).await? } else { HashSet::new() };
            shown.push(item.for_public(&hidden));
        }
        Ok(shown)
    }
}

impl Items {
    async fn store(
        app: &App,
        id: &str,
        input: ItemInput,
        condition: IfMatch,
        uris: &crate::iiif::uris::Uris,
    ) -> Result<Written<ItemView>, Problem> {
        let from_images = input.images.is_some();
        let (named, mut content) = input.check()?;
        localise_item(&mut content, &uris.manifest(id));
        if named.is_some_and(|named| named != id) {
            let detail = "it is not the id in the URL, and an id cannot be changed".to_owned();
            return Err(Problem::invalid(vec![Fault { pointer: "/id".to_owned(), detail }]));
        }
        let condition = publication::check(app, id, &content, condition, uris).await?;
        let stored = app.catalog.put_item(id, &content, &condition.0).await;
        let (item, new) = stored.map_err(|error| in_images(error, from_images))?;
        let revision = item.revision;
        Ok(if new { created(item, uris) } else { Written::changed(ItemView::of(item, uris), revision) })
    }
}

fn created(item: Item, uris: &crate::iiif::uris::Uris) -> Written<ItemView> {
    let (revision, location) = (item.revision, uris.api_item(&item.id));
    Written::created(ItemView::of(item, uris), revision, location)
}

/// Points faults at `images` where the canvases were sent as that.
fn in_images(error: CatalogError, from_images: bool) -> CatalogError {
    let moved = |fault: Fault| match fault.pointer.strip_prefix("/canvases").map(|rest| rest.trim_end_matches("/image")) {
        Some(rest) => Fault { pointer: format!("/images{rest}"), ..fault },
        None => fault,
    };
    match error {
        CatalogError::Faults(faults) if from_images => CatalogError::Faults(faults.into_iter().map(moved).collect()),
        other => other,
    }
}

/// What a list of items or collections holds; `None` if the reader may see nothing of it.
pub fn filter(
    reader: &Reader,
    status: Option<StatusName>,
    label: Option<String>,
    modified_since: Option<String>,
) -> Result<Option<ItemFilter>, Problem> {
    let status = match (reader.sees_all(), status.map(Status::from)) {
        (true, status) => status,
        (false, Some(Status::Draft)) => return Ok(None),
        (false, _) => Some(Status::Published),
    };
    let moment = |text: String| OffsetDateTime::parse(&text, &Rfc3339);
    let modified_since = modified_since
        .map(moment)
        .transpose()
        .map_err(|_| Problem::new(Kind::BadRequest, "modifiedSince is a date and time with a time zone, such as 2026-01-31T00:00:00Z"))?;
    if label.as_deref().is_some_and(|label| label.contains('\0')) {
        return Err(Problem::new(Kind::BadRequest, "label: the character U+0000 is in no label"));
    }
    Ok(Some(ItemFilter { status, label, modified_since }))
}
