//! Manifests made elsewhere: fetched or sent, brought into the shape of Presentation 3.0, taken apart and stored.

use std::collections::HashSet;
use std::io::Write;
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value, json};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::catalog::{Catalog, CatalogError, Collection, Item, NewImport, Status};
use crate::fetch::{FetchError, Fetcher};
use crate::iiif::presentation::import::{Imported, Known, foreign_contexts, oversized, take_apart, take_collection_apart};
use crate::iiif::presentation::upgrade::{Refusal, Upgraded, upgrade};
use crate::iiif::presentation::validate::{Finding, is_unusable, validate};
use crate::iiif::presentation::{Fault, scripts};

/// What is asked for: 3.0 where the server has both.
const ACCEPT: &str = "application/ld+json;profile=\"http://iiif.io/api/presentation/3/context.json\", application/ld+json;q=0.9, \
                      application/json;q=0.8, */*;q=0.1";

/// Megabytes of documents that are worked on at a time: in memory a document takes some thirty times its size while it is taken in. One
/// that is larger than all of this is worked on alone.
const AT_A_TIME: u32 = 32;

/// A share of what is worked on at a time, held until nothing of the document is left in memory.
type Place = Arc<OwnedSemaphorePermit>;

/// Where a document comes from.
#[derive(Clone, Debug)]
pub enum Origin {
    Url(String),
    Document(Value),
}

/// How a document is taken in.
#[derive(Clone, Debug)]
pub struct ImportOptions {
    /// Of the item; chosen here if it is not given.
    pub id: Option<String>,
    pub status: Option<Status>,
    /// Whether the item's documents name everything as the source did.
    pub ids_kept: bool,
}

/// A document that was taken in.
#[derive(Debug)]
pub struct Done {
    pub what: Taken,
    /// Whether it is new.
    pub created: bool,
    /// What the document was, and what was changed.
    pub report: Value,
    /// For as long as the answer is made.
    pub place: Place,
}

/// What a document became.
#[derive(Debug)]
pub enum Taken {
    Item(Item),
    Collection(Collection),
}

/// Why a document was not taken in.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("the document cannot be fetched: {0}")]
    Fetch(#[from] FetchError),
    #[error("the document is not JSON: {0}")]
    Json(String),
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The document is not what it says.
    #[error("{} faults", .0.len())]
    Faults(Vec<Fault>),
    #[error(transparent)]
    Catalog(#[from] CatalogError),
}

/// Takes documents in.
#[derive(Clone)]
pub struct Documents {
    catalog: Catalog,
    fetcher: Fetcher,
    room: Arc<Semaphore>,
}

/// A document in the shape of 3.0, and as it came.
struct Read {
    upgraded: Upgraded,
    original: Vec<u8>,
    /// Where it holds code, which is never taken in.
    code: Vec<Fault>,
    place: Place,
}

impl Documents {
    pub fn new(catalog: Catalog, fetcher: Fetcher) -> Self {
        Self { catalog, fetcher, room: Arc::new(Semaphore::new(AT_A_TIME as usize)) }
    }

    /// Takes a Manifest or a Collection in, of any version: as a new item or collection, or as what is new of the one that came from the
    /// same document.
    ///
    /// # Errors
    /// Nothing is stored then.
    pub async fn import(&self, origin: Origin, options: ImportOptions) -> Result<Done, ImportError> {
        let read = self.read(origin).await?;
        match read.upgraded.document.get("type").and_then(Value::as_str) {
            Some("Collection") => self.import_collection(read, options).await,
            _ => self.import_manifest(read, options).await,
        }
    }

    async fn import_collection(&self, read: Read, options: ImportOptions) -> Result<Done, ImportError> {
        let (report, place) = (report(&read.upgraded), read.place.clone());
        let uri = read.upgraded.document.get("id").and_then(Value::as_str).unwrap_or_default();
        let before = self.catalog.known_collection(uri).await?;
        let (read, against) = blocking(move || Ok(judged(read))).await?;
        let options = publishable(before, options, against)?;
        let take = move || {
            let imported = take_collection_apart(read.upgraded.document).map_err(ImportError::Faults)?;
            Ok((imported, packed(&read.original)?))
        };
        let (imported, document) = blocking(take).await?;
        let ImportOptions { id, status, ids_kept } = options;
        let new = NewImport { id, status, ids_kept, document, report: report.clone() };
        let (collection, created) = self.catalog.import_collection(&imported, &new).await?;
        Ok(Done { what: Taken::Collection(collection), created, report, place })
    }

    async fn import_manifest(&self, read: Read, options: ImportOptions) -> Result<Done, ImportError> {
        let uri = read.upgraded.document.get("id").and_then(Value::as_str).unwrap_or_default();
        let (before, known) = self.catalog.known_import(uri).await?;
        let (report, place) = (report(&read.upgraded), read.place.clone());
        let (read, against) = blocking(move || Ok(judged(read))).await?;
        let before = match before {
            Some(item) => Some(self.catalog.item(&item).await?.status),
            None => None,
        };
        let options = publishable(before, options, against)?;
        let (imported, document) = blocking(move || apart(read, &known)).await?;
        let ImportOptions { id, status, ids_kept } = options;
        let new = NewImport { id, status, ids_kept, document, report: report.clone() };
        let (item, created) = self.catalog.import(&imported, &new).await?;
        Ok(Done { what: Taken::Item(item), created, report, place })
    }

    /// A document of any version in the shape of 3.0.
    async fn read(&self, origin: Origin) -> Result<Read, ImportError> {
        let (bytes, document) = match origin {
            Origin::Url(url) => (self.fetcher.get(&url, ACCEPT).await?.bytes, None),
            Origin::Document(document) => blocking(move || Ok((document.to_string().into_bytes(), Some(document)))).await?,
        };
        let place = self.place(bytes.len()).await?;
        blocking(move || {
            let document = document.map_or_else(|| parsed(&bytes), Ok)?;
            raised(bytes, document, place)
        })
        .await
    }

    /// Waits until there is room for a document of so many bytes.
    async fn place(&self, length: usize) -> Result<Place, ImportError> {
        let megabytes = u32::try_from(length >> 20).unwrap_or(AT_A_TIME).saturating_add(1).min(AT_A_TIME);
        let place = self.room.clone().acquire_many_owned(megabytes).await;
        place.map(Arc::new).map_err(|error| ImportError::Json(format!("it cannot be worked on: {error}")))
    }
}

/// Refuses what holds code, and what must not be published if it would be; what is a draft remains one then, whatever else happens to it meanwhile.
fn publishable(
    before: Option<Status>,
    options: ImportOptions,
    Against { mut code, faults }: Against,
) -> Result<ImportOptions, ImportError> {
    let status = options.status.or(before).unwrap_or(Status::Draft);
    let unfit = !faults.is_empty();
    if status == Status::Published {
        let told: HashSet<String> = code.iter().map(|fault| fault.pointer.clone()).collect();
        code.extend(faults.into_iter().filter(|fault| !told.contains(&fault.pointer)));
    }
    if !code.is_empty() {
        return Err(ImportError::Faults(code));
    }
    Ok(if unfit { ImportOptions { status: Some(status), ..options } } else { options })
}

/// The document at a URL as it is there, of any version.
///
/// # Errors
/// It cannot be fetched, or is not JSON.
pub async fn fetched(fetcher: &Fetcher, url: &str) -> Result<Value, ImportError> {
    let bytes = fetcher.get(url, ACCEPT).await?.bytes;
    blocking(move || parsed(&bytes)).await
}

fn parsed(bytes: &[u8]) -> Result<Value, ImportError> {
    serde_json::from_slice(bytes).map_err(|error| ImportError::Json(error.to_string()))
}

fn raised(original: Vec<u8>, document: Value, place: Place) -> Result<Read, ImportError> {
    let oversized = oversized(&document);
    if !oversized.is_empty() {
        return Err(ImportError::Faults(oversized));
    }
    let (code, contexts) = (scripts(&document), foreign_contexts(&document));
    let upgraded = upgrade(document)?;
    if !contexts.is_empty() {
        return Err(ImportError::Faults(contexts.into_iter().chain(code).collect()));
    }
    Ok(Read { upgraded, original, code, place })
}

/// What stands against a document.
struct Against {
    /// Its being taken in.
    code: Vec<Fault>,
    /// Its being published.
    faults: Vec<Fault>,
}

/// The document, and all that stands against it.
fn judged(mut read: Read) -> (Read, Against) {
    let findings = validate(&read.upgraded.document);
    let fault = |Finding { pointer, what, cure, .. }| Fault { pointer, detail: format!("{what}; {cure}; or import it as a draft") };
    let faults = findings.into_iter().filter(is_unusable).map(fault).collect();
    let code = std::mem::take(&mut read.code);
    (read, Against { code, faults })
}

fn apart(read: Read, known: &Known) -> Result<(Imported, Vec<u8>), ImportError> {
    let imported = take_apart(read.upgraded.document, known).map_err(ImportError::Faults)?;
    Ok((imported, packed(&read.original)?))
}

fn packed(original: &[u8]) -> Result<Vec<u8>, ImportError> {
    let mut packed = GzEncoder::new(Vec::new(), Compression::default());
    packed.write_all(original).and_then(|()| packed.finish()).map_err(|error| ImportError::Json(error.to_string()))
}

fn report(upgraded: &Upgraded) -> Value {
    let changes: Vec<Value> = upgraded.changes.iter().map(|change| json!({"pointer": change.pointer, "what": change.what})).collect();
    json!({"version": upgraded.from.as_str(), "changes": changes})
}

/// Works on a document of any size where it keeps nobody waiting.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, ImportError> + Send + 'static) -> Result<T, ImportError> {
    tokio::task::spawn_blocking(work).await.unwrap_or_else(|error| Err(ImportError::Json(format!("it cannot be worked on: {error}"))))
}
