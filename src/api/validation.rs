//! `/api/v1/validate`, and what the validator says of items.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::param::Path;
use poem_openapi::payload::Json;
use poem_openapi::{ApiResponse, OpenApi};
use serde_json::Value;
use tokio::sync::Semaphore;

use super::address::Address;
use super::answer::Read;
use super::auth::Reader;
use super::body::AsSent;
use super::etag::{IfNoneMatch, of_revision};
use super::imports;
use super::presentation::with_context;
use super::problem::{Kind, Problem, internal};
use super::schema::{ValidationInput, ValidationView};
use super::{App, Tags};
use crate::iiif::ids::CollectionKey;
use crate::iiif::presentation::collection::collection_3;
use crate::iiif::presentation::validate::{Judged, judge};
use crate::iiif::uris::Uris;
use crate::ingest::{Origin, fetched};

/// Path of the operation that is a POST and writes nothing.
pub const PATH: &str = "/api/v1/validate";

/// Documents of strangers that are validated at a time; more wait.
const AT_A_TIME: usize = 2;

/// The validator.
pub struct Validation {
    room: Semaphore,
}

impl Default for Validation {
    fn default() -> Self {
        Self { room: Semaphore::new(AT_A_TIME) }
    }
}

/// A document that was judged, well or badly.
#[derive(ApiResponse)]
enum Told {
    /// What the validator says.
    #[oai(status = 200)]
    Told(Json<ValidationView>),
}

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Validation")]
impl Validation {
    /// Validate a document
    ///
    /// A manifest, a collection or a part of one, of Presentation 3.0 or 2.1: every fault of the specification, and what will not work
    /// in Mirador, Universal Viewer, OpenSeadragon, Clover, TIFY or Omeka S, each with its place and its cure. Nothing is stored. A
    /// `document` is judged for anyone, a `url` only for the holder of a key.
    #[oai(path = "/validate", method = "post", operation_id = "validate")]
    async fn validate(&self, app: Data<&Arc<App>>, reader: Reader, body: AsSent<ValidationInput>) -> Result<Told, Problem> {
        let document = match body.0.check()? {
            Origin::Document(document) => document,
            Origin::Url(_) if !reader.sees_all() => {
                return Err(Problem::new(Kind::Unauthorized, "a URL is fetched only with a key: send the document itself, or a key"));
            }
            Origin::Url(url) => fetched(&app.fetcher, &url).await.map_err(|error| imports::problem(error, false))?,
        };
        let _place = match reader.sees_all() {
            true => None,
            false => Some(self.room.acquire().await.map_err(|error| internal(&error))?),
        };
        Ok(Told::Told(Json(judged(document).await?.into())))
    }

    /// Validate an item
    ///
    /// What the validator says of the item's own manifest, as it is published in Presentation 3.0. Without a key, drafts are not found.
    #[oai(path = "/items/:id/validation", method = "get", operation_id = "getItemValidation")]
    async fn item(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
    ) -> Result<Read<ValidationView>, Problem> {
        let item = app.readable_item(&id, &reader).await?;
        let tag = of_revision(item.revision);
        if known.is_known(&tag) {
            return Ok(Read::NotModified(tag));
        }
        let (judged, revision) = of_item(&app, &id, &uris).await?;
        Ok(Read::new(judged.into(), revision, &known))
    }
}

/// What the validator says of an item's manifest as anyone gets it, and the revision that it says it of.
pub async fn of_item(app: &App, item: &str, uris: &Uris) -> Result<(Judged, i64), Problem> {
    let found = app.manifests.manifest(item, uris).await?;
    let revision = found.revision;
    let document = with_context(found.named(found.document.clone()), "");
    Ok((judged(document).await?, revision))
}

/// What the validator says of a collection as anyone would get it.
pub async fn of_collection(app: &App, collection: &str, uris: &Uris) -> Result<Judged, Problem> {
    let key = CollectionKey::parse(collection).map_err(|_| Problem::not_found("collection"))?;
    let found = app.manifests.collection(key, uris).await?.ok_or_else(|| Problem::not_found("collection"))?;
    judged(with_context(collection_3(found.collection, uris), "")).await
}

/// Judges where it keeps nobody waiting: a document may be large.
async fn judged(document: Value) -> Result<Judged, Problem> {
    tokio::task::spawn_blocking(move || judge(&document)).await.map_err(|error| internal(&error))
}
