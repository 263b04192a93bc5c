//! HTTP: the REST interface for writers, the IIIF APIs for readers, and what operators look at.

mod address;
mod annotation_pages;
mod annotations;
mod answer;
mod auth;
mod body;
mod canvases;
mod collections;
mod content_states;
mod csv;
mod digest;
mod documents;
mod etag;
mod health;
mod ids;
mod image;
mod images;
mod imports;
mod infos;
mod items;
mod job_events;
mod jobs;
mod members;
mod negotiate;
mod omeka;
mod openapi;
mod page_work;
mod paintings;
mod presentation;
mod problem;
mod publication;
mod range;
mod ranges;
mod rendered;
mod reply;
mod schema;
mod segments;
mod sheet_export;
mod spreadsheets;
mod stored;
mod transfers;
mod uploads;
mod validate;
mod validation;

use std::net::IpAddr;
use std::sync::Arc;

use http::{HeaderMap, HeaderValue, Method, header};
use poem::error::ReadBodyError;
use poem::{Endpoint, EndpointExt, IntoEndpoint, IntoResponse, Request, Response, Route};
use poem_openapi::{OpenApiService, Tags as OpenApiTags};

use crate::catalog::Catalog;
use crate::fetch::Fetcher;
use crate::iiif::uris::Uris;
use crate::image_service::ImageService;
use crate::ingest::{Documents, Jobs, Masters, Uploads, Warming};
use crate::manifests::Manifests;

pub use address::{Addressing, uris};
pub use documents::tag;
pub use etag::is_known;
pub use infos::Infos;
pub use openapi::{allowed, document, json, yaml};
pub use problem::{Kind, Problem};
pub use rendered::{Shelf, maker};
pub use reply::{Body, Packed, Reply};
pub use uploads::{answered as tus_answered, offered as tus_offered, speaks as speaks_tus};

/// `Cache-Control` of what only the holder of a key may see.
const PRIVATE: &str = "private, no-store";

/// What every request handler works with.
pub struct App {
    pub catalog: Catalog,
    pub images: Arc<ImageService>,
    pub masters: Masters,
    pub uploads: Uploads,
    pub warming: Warming,
    pub documents: Documents,
    pub jobs: Jobs,
    pub manifests: Manifests,
    /// Documents from elsewhere.
    pub fetcher: Fetcher,
    pub addressing: Addressing,
    /// Image information documents that were written before.
    pub infos: Infos,
    /// Manifests that were written before.
    pub shelf: Arc<Shelf>,
    /// Under which name manifests are kept in the catalogue, too, for every replica of this kind; see [`maker`].
    pub maker: Option<String>,
    /// `Cache-Control` of public images and info.json.
    pub cache_images: String,
    /// `Cache-Control` of public manifests and collections.
    pub cache_documents: String,
    /// Whether documents come in the release candidate of Presentation 4.0, too.
    pub presentation_4: bool,
    /// Most bytes of a JSON body.
    pub max_body: u64,
}

/// Groups of operations in the OpenAPI document.
#[derive(OpenApiTags)]
enum Tags {
    /// What becomes a IIIF Manifest.
    Items,
    /// The pages of an item.
    Canvases,
    /// The structure of an item: chapters, articles, acts.
    Ranges,
    /// What is said about an item and its canvases: comments, transcriptions, tags.
    Annotations,
    /// Items and collections in an order of somebody's.
    Collections,
    /// Stored masters; each becomes a IIIF image service.
    Images,
    /// Bytes on their way in, also over lines that break: tus 1.0.0.
    Uploads,
    /// Manifests made elsewhere.
    Imports,
    /// Spreadsheets for Omeka S.
    #[oai(rename = "Omeka S")]
    Omeka,
    /// Work that goes on after the answer: many pictures at once.
    Jobs,
    /// Items and canvases as rows, in and out.
    Spreadsheets,
    /// What is wrong with a document, and how to mend it.
    Validation,
    /// Links that open a place in an item (IIIF Content State API 1.0).
    #[oai(rename = "Content States")]
    ContentStates,
}

/// What is described.
type Described = (
    items::Items,
    canvases::Canvases,
    page_work::PageWork,
    transfers::Transfers,
    paintings::Paintings,
    ranges::Ranges,
    annotation_pages::AnnotationPages,
    annotations::Annotations,
    collections::Collections,
    members::Members,
);

/// What comes in, and what is done with all of it.
type Moved = (
    images::Images,
    uploads::Uploads,
    jobs::Jobs,
    job_events::JobEvents,
    imports::Imports,
    omeka::Omeka,
    spreadsheets::Spreadsheets,
    validation::Validation,
    content_states::ContentStates,
);

/// The operations that are a POST and write nothing: they are open to all.
const READING_POSTS: [&str; 2] = [content_states::PATH, validation::PATH];

fn rest() -> OpenApiService<(Described, Moved), ()> {
    let described = (
        items::Items,
        canvases::Canvases,
        page_work::PageWork,
        transfers::Transfers,
        paintings::Paintings,
        ranges::Ranges,
        annotation_pages::AnnotationPages,
        annotations::Annotations,
        collections::Collections,
        members::Members,
    );
    let moved = (
        images::Images,
        uploads::Uploads,
        jobs::Jobs,
        job_events::JobEvents,
        imports::Imports,
        omeka::Omeka,
        spreadsheets::Spreadsheets,
        validation::Validation::default(),
        content_states::ContentStates,
    );
    OpenApiService::new((described, moved), "Triptych", env!("CARGO_PKG_VERSION"))
}

/// Every route but those of the IIIF interfaces and the pages for people.
pub fn routes() -> Route {
    Route::new()
        .nest_no_strip("/api/v1", rest().into_endpoint().around(limit_body).around(guard))
        .at("/api/openapi.json", openapi::fixed("application/json", openapi::json))
        .at("/api/openapi.yaml", openapi::fixed("application/yaml", openapi::yaml))
        .at("/api/docs", openapi::fixed("text/html; charset=utf-8", openapi::page))
        .at("/health/live", poem::get(health::live))
        .at("/health/ready", poem::get(health::ready))
}

/// What the IIIF interfaces need of a request: its head, and who sent it.
pub struct Asked<'a> {
    pub method: &'a Method,
    /// The raw path, without the prefix of the public URL.
    pub path: &'a str,
    pub headers: &'a HeaderMap,
    pub peer: Option<IpAddr>,
    /// `http` or `https`.
    pub scheme: &'a str,
}

impl Asked<'_> {
    /// The mint of URLs for this request.
    fn uris(&self, app: &App) -> Uris {
        Uris::new(&app.addressing.base(self.headers, self.peer, self.scheme))
    }
}

/// Whether a path belongs to the IIIF interfaces, which [`read`] answers.
pub fn is_iiif(path: &str) -> bool {
    let first = path.trim_start_matches('/').split('/').next();
    matches!(first, Some("iiif" | "manifests" | "collections"))
}

/// The answer to a request if it lies ready in memory; whatever has to be waited for is left to [`read`].
pub fn read_at_once(app: &App, asked: &Asked<'_>) -> Option<Reply> {
    image::at_once(app, asked).or_else(|| presentation::at_once(app, asked))
}

/// Answers a request to the IIIF interfaces, told apart by the segments of the raw path.
///
/// # Errors
/// Everything but 200, 206, 303 and 304.
pub async fn read(app: &Arc<App>, asked: &Asked<'_>) -> Result<Reply, Problem> {
    if asked.method != Method::GET {
        return Err(Problem::new(Kind::MethodNotAllowed, "only GET, HEAD and OPTIONS are answered here"));
    }
    let segments = segments::segments(asked.path)?;
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    match segments.first() {
        Some(&"iiif") => image::answer(app, asked, &segments).await,
        _ => presentation::answer(app, asked, &segments).await,
    }
}

/// Refuses what no identifier and no label holds, before the database does, and says who may keep an answer: nobody what was
/// read with a key, and nobody anything without asking whether it still holds.
async fn guard<E: Endpoint>(endpoint: Arc<E>, request: Request) -> poem::Result<Response> {
    if request.uri().path_and_query().is_some_and(|whole| whole.as_str().contains("%00")) {
        return Err(Problem::new(Kind::BadRequest, "the URL holds the character U+0000").into());
    }
    let with_key = request.headers().contains_key(header::AUTHORIZATION);
    let mut response = endpoint.call(request).await?.into_response();
    let kept = if with_key { PRIVATE } else { "no-cache" };
    response.headers_mut().entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static(kept));
    Ok(response)
}

/// Whether the body is a file, or a part of one.
fn is_streamed(request: &Request) -> bool {
    let path = request.uri().path();
    match *request.method() {
        Method::POST => path.starts_with("/api/v1/images/") || path == uploads::PATH,
        Method::PATCH => uploads::speaks(path),
        _ => false,
    }
}

/// Asks writers for their key, and bounds bodies that are read whole. Uploads are streamed and bounded where they are received.
async fn limit_body<E: Endpoint>(endpoint: Arc<E>, mut request: Request) -> poem::Result<E::Output> {
    // Before the body: what a stranger sends is not even kept in memory.
    let writes = matches!(*request.method(), Method::POST | Method::PUT | Method::PATCH | Method::DELETE);
    if writes && !READING_POSTS.contains(&request.uri().path()) {
        auth::writer(&mut request).await?;
    }
    let limit = request.data::<Arc<App>>().map_or(0, |app| app.max_body);
    if !is_streamed(&request) {
        let too_large = || Problem::new(Kind::TooLarge, format!("a JSON body has at most {limit} bytes; send it in parts"));
        let said = request.header("content-length").and_then(|length| length.parse::<u64>().ok());
        if said.is_some_and(|length| length > limit) {
            return Err(too_large().into());
        }
        let body = request.take_body().into_bytes_limit(usize::try_from(limit).unwrap_or(usize::MAX)).await;
        request.set_body(body.map_err(|error| match error {
            ReadBodyError::PayloadTooLarge => too_large(),
            _ => Problem::new(Kind::BadRequest, "the body ended before it was whole"),
        })?);
    }
    endpoint.call(request).await
}
