//! `/api/v1/collections`.

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
use super::items::filter;
use super::problem::Problem;
use super::schema::{CollectionInput, CollectionView, List, StatusName, localise};
use super::{App, Tags, publication};
use crate::catalog::{Collection, Status};
use crate::iiif::presentation::Fault;
use crate::iiif::uris::Uris;

/// Collections.
pub struct Collections;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Collections")]
impl Collections {
    /// List collections
    ///
    /// In the order of their ids. Without a key only published collections are listed.
    #[oai(path = "/collections", method = "get", operation_id = "listCollections")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// Only collections of this status.
        status: Query<Option<StatusName>>,
        /// Only collections with this text in one of their labels; upper and lower case alike.
        label: Query<Option<String>>,
        /// Only collections changed at this time or later (RFC 3339, such as 2026-01-31T00:00:00Z).
        #[oai(name = "modifiedSince")]
        modified_since: Query<Option<String>>,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
        /// Whether to count them all.
        total: Query<Option<bool>>,
    ) -> Result<Listed<CollectionView>, Problem> {
        let limit = ids::limit(limit.0)?;
        let mut query = vec![("limit", limit.to_string())];
        let asked = [("label", &label.0), ("modifiedSince", &modified_since.0)];
        query.extend(asked.into_iter().filter_map(|(name, value)| Some((name, value.clone()?))));
        query.extend(status.0.map(|status| ("status", Status::from(status).name().to_owned())));
        query.extend(total.0.map(|total| ("total", total.to_string())));
        let Some(filter) = filter(&reader, status.0, label.0, modified_since.0)? else {
            let nothing = List { items: Vec::new(), total: total.0.map(|_| 0), next: None };
            return Ok(Listed::Page(poem_openapi::payload::Json(nothing), None));
        };
        let page = app.catalog.collections(&filter, after.0.as_deref(), limit).await?;
        let total = match total.0 {
            Some(true) => Some(app.catalog.count_collections(&filter).await?),
            _ => None,
        };
        Ok(Listed::new(page, |collection| CollectionView::of(collection, &uris), total, &uris.api(&["collections"]), &query))
    }

    /// Create a collection
    ///
    /// Only a label is needed; it holds nothing yet, and is a draft unless it is said to be published.
    #[oai(path = "/collections", method = "post", operation_id = "createCollection")]
    async fn create(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        body: Body<CollectionInput>,
    ) -> Result<Written<CollectionView>, Problem> {
        let (id, mut content) = body.0.check()?;
        if let Some(id) = &id {
            localise(&mut content.descriptive, &uris.collection(id));
        }
        Ok(created(app.catalog.create_collection(id, &content).await?, &uris))
    }

    /// Read a collection
    ///
    /// Without its members. Without a key, drafts are not found.
    #[oai(path = "/collections/:id", method = "get", operation_id = "readCollection")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The collection's id.
        id: Path<String>,
    ) -> Result<Read<CollectionView>, Problem> {
        let collection = app.readable_collection(&id, &reader).await?;
        let revision = collection.revision;
        Ok(Read::new(CollectionView::of(collection, &uris), revision, &known))
    }

    /// Create or replace a collection
    ///
    /// The properties become exactly what is sent; the members stay.
    #[oai(path = "/collections/:id", method = "put", operation_id = "putCollection")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
        body: Body<CollectionInput>,
    ) -> Result<Written<CollectionView>, Problem> {
        store(&app, ids::resource(&id)?, body.0, condition, &uris).await
    }

    /// Change some properties of a collection
    ///
    /// JSON Merge Patch: what is not sent stays as it is, `null` removes.
    #[oai(path = "/collections/:id", method = "patch", operation_id = "patchCollection")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
        patch: Patch<CollectionInput>,
    ) -> Result<Written<CollectionView>, Problem> {
        let current = app.catalog.collection(&id).await?;
        let condition = condition.at(current.revision);
        let patched = patch.apply(&CollectionInput::of(current))?;
        store(&app, &id, patched, condition, &uris).await
    }

    /// Delete a collection
    ///
    /// What it holds stays. Its id answers 410 from then on and is not used again.
    #[oai(path = "/collections/:id", method = "delete", operation_id = "deleteCollection")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        condition: IfMatch,
        /// The collection's id.
        id: Path<String>,
    ) -> Result<Deleted, Problem> {
        app.catalog.delete_collection(&id, &condition.0).await?;
        Ok(Deleted::Done)
    }

    /// List the collections that hold an item
    ///
    /// Directly, in the order of their ids. Without a key only published collections are listed.
    #[oai(path = "/items/:id/collections", method = "get", operation_id = "listCollectionsOfItem")]
    async fn of_item(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        /// The item's id.
        id: Path<String>,
        /// Where the page starts: the id it comes after, as `next` of the page before says.
        after: Query<Option<String>>,
        /// Entries on a page, 1 to 500; 100 if not given.
        limit: Query<Option<u32>>,
    ) -> Result<Listed<CollectionView>, Problem> {
        let limit = ids::limit(limit.0)?;
        app.readable_item(&id, &reader).await?;
        let page = app.catalog.collections_of_item(&id, shown(&reader), after.0.as_deref(), limit).await?;
        let (list, query) = (uris.api(&["items", &id, "collections"]), [("limit", limit.to_string())]);
        Ok(Listed::new(page, |collection| CollectionView::of(collection, &uris), None, &list, &query))
    }
}

async fn store(app: &App, id: &str, input: CollectionInput, condition: IfMatch, uris: &Uris) -> Result<Written<CollectionView>, Problem> {
    let (named, mut content) = input.check()?;
    localise(&mut content.descriptive, &uris.collection(id));
    if named.is_some_and(|named| named != id) {
        let detail = "it is not the id in the URL, and an id cannot be changed".to_owned();
        return Err(Problem::invalid(vec![Fault { pointer: "/id".to_owned(), detail }]));
    }
    let condition = publication::check_collection(app, id, content.status, condition, uris).await?;
    let (collection, new) = app.catalog.put_collection(id, &content, &condition.0).await?;
    let revision = collection.revision;
    Ok(if new { created(collection, uris) } else { Written::changed(CollectionView::of(collection, uris), revision) })
}

fn created(collection: Collection, uris: &Uris) -> Written<CollectionView> {
    let (revision, location) = (collection.revision, uris.api_collection(&collection.id));
    Written::created(CollectionView::of(collection, uris), revision, location)
}

/// The status of what this reader sees; `None` if that is everything.
fn shown(reader: &Reader) -> Option<Status> {
    (!reader.sees_all()).then_some(Status::Published)
}

impl App {
    /// A collection, if this reader may see it.
    pub async fn readable_collection(&self, id: &str, reader: &Reader) -> Result<Collection, Problem> {
        let collection = self.catalog.collection(id).await?;
        let seen = reader.sees_all() || collection.status == Status::Published;
        if seen { Ok(collection) } else { Err(Problem::not_found("collection")) }
    }
}
