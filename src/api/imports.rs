//! `/api/v1/imports`: manifests and collections made elsewhere become items and collections.

use std::io::Read as _;
use std::sync::Arc;

use flate2::read::GzDecoder;
use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use serde_json::Value;

use super::address::Address;
use super::answer::{Read, Written};
use super::auth::{Key, Reader};
use super::body::AsSent;
use super::etag::IfNoneMatch;
use super::problem::{Kind, Problem};
use super::schema::{ImportInput, ImportView, SourceView};
use super::{App, Tags, validation};
use crate::fetch::FetchError;
use crate::iiif::presentation::Fault;
use crate::ingest::{Done, ImportError, Taken};

/// Imports.
pub struct Imports;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Imports")]
impl Imports {
    /// Import a manifest or a collection
    ///
    /// Of Presentation 3.0 or 2.1, and older or odder ones as they are found, by URL or as a document. It becomes an item or a
    /// collection that can be edited like any other; images, and members of a collection, stay where they are. The same document
    /// once more, known by its id, updates what came of it and keeps the ids of canvases. All or nothing.
    #[oai(path = "/imports", method = "post", operation_id = "importManifest")]
    async fn import(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        body: AsSent<ImportInput>,
    ) -> Result<Written<ImportView>, Problem> {
        let (origin, options) = body.0.check()?;
        let sent = matches!(origin, crate::ingest::Origin::Document(_));
        let done = app.documents.import(origin, options).await.map_err(|error| problem(error, sent))?;
        let Done { what, created, report, place: _place } = done;
        let (view, revision, location) = match what {
            Taken::Item(item) => {
                let (judged, _) = validation::of_item(&app, &item.id, &uris).await?;
                let (revision, location) = (item.revision, uris.api_item(&item.id));
                (ImportView::of_item(item, report, judged.counts, &uris), revision, location)
            }
            Taken::Collection(collection) => {
                let (revision, location) = (collection.revision, uris.api_collection(&collection.id));
                (ImportView::of_collection(collection, report, &uris), revision, location)
            }
        };
        Ok(if created { Written::created(view, revision, location) } else { Written::changed(view, revision) })
    }

    /// Read what an item was imported from
    ///
    /// The document as it came, and what was changed on the way in.
    #[oai(path = "/items/:id/source", method = "get", operation_id = "getSource")]
    async fn source(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Read<SourceView>, Problem> {
        let item = app.readable_item(&id, &reader).await?;
        let source = app.catalog.source(&id).await?;
        let document = unpacked(&source.document);
        Ok(Read::new(SourceView::of(source, document), item.revision, &known))
    }

    /// Read what a collection was imported from
    ///
    /// The document as it came, and what was changed on the way in.
    #[oai(path = "/collections/:id/source", method = "get", operation_id = "getCollectionSource")]
    async fn collection_source(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        known: IfNoneMatch,
        /// The collection's id.
        id: Path<String>,
    ) -> Result<Read<SourceView>, Problem> {
        let collection = app.readable_collection(&id, &reader).await?;
        let source = app.catalog.collection_source(&id).await?;
        let document = unpacked(&source.document);
        Ok(Read::new(SourceView::of_collection(source, document), collection.revision, &known))
    }
}

fn unpacked(packed: &[u8]) -> Value {
    let mut text = String::new();
    let read = GzDecoder::new(packed).read_to_string(&mut text);
    read.ok().and_then(|_| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Faults are pointed at where they were sent.
pub fn problem(error: ImportError, sent: bool) -> Problem {
    let place = if sent { "/document" } else { "/url" };
    let at = |pointer: &str| if sent { format!("{place}{pointer}") } else { place.to_owned() };
    let one = |detail: String| Problem::invalid(vec![Fault { pointer: place.to_owned(), detail }]);
    match error {
        ImportError::Catalog(error) => error.into(),
        ImportError::Fetch(FetchError::Busy) => Problem::new(Kind::Unavailable, error.to_string()),
        ImportError::Fetch(_) | ImportError::Json(_) | ImportError::Refused(_) => one(error.to_string()),
        ImportError::Faults(faults) => {
            let placed = |fault: Fault| match sent {
                true => Fault { pointer: at(&fault.pointer), detail: fault.detail },
                false => Fault { pointer: place.to_owned(), detail: format!("{} in the document: {}", fault.pointer, fault.detail) },
            };
            Problem::invalid(faults.into_iter().map(placed).collect())
        }
    }
}
