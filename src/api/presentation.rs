//! Manifests, canvases and collections for readers: the Presentation API.

use std::sync::Arc;

use serde_json::Value;

use super::auth::viewer;
use super::documents::{Document, accept, see_other};
use super::problem::Problem;
use super::reply::Reply;
use super::{App, Asked, negotiate};
use crate::iiif::ids::CollectionKey;
use crate::iiif::presentation::collection::collection_3;
use crate::iiif::presentation::manifest::{Canvas, Manifest, canvas_3, canvas_page_3, manifest_3, painting_3};
use crate::iiif::presentation::v2::{canvas_2, collection_2, manifest_2};
use crate::iiif::uris::Uris;
use crate::image_service::Viewer;

/// Versions of the Presentation API that documents come in.
const VERSIONS: [u8; 2] = [2, 3];

/// Which document of a manifest is asked for.
enum Part<'a> {
    Manifest,
    Canvas(&'a str),
    Page(&'a str),
    Painting(&'a str),
}

/// Answers a request below `/manifests` or `/collections`.
pub async fn answer(app: &Arc<App>, asked: &Asked<'_>, segments: &[&str]) -> Result<Reply, Problem> {
    let uris = asked.uris(app);
    match segments {
        ["manifests", item] => manifest(app, asked, &uris, item, Part::Manifest, None).await,
        ["manifests", item, "v2"] => manifest(app, asked, &uris, item, Part::Manifest, Some(2)).await,
        ["manifests", item, "v3"] => manifest(app, asked, &uris, item, Part::Manifest, Some(3)).await,
        ["manifests", item, "manifest.json" | "manifest" | ""] => Ok(see_other(uris.manifest(item))),
        ["manifests", item, "canvases", canvas] => manifest(app, asked, &uris, item, Part::Canvas(canvas), None).await,
        ["manifests", item, "canvases", canvas, "page"] => manifest(app, asked, &uris, item, Part::Page(canvas), Some(3)).await,
        ["manifests", item, "canvases", canvas, "page", "1"] => manifest(app, asked, &uris, item, Part::Painting(canvas), Some(3)).await,
        ["collections"] => collection(app, asked, &uris, CollectionKey::Top, None).await,
        ["collections", ""] => Ok(see_other(uris.collections())),
        ["collections", key] => collection(app, asked, &uris, parse(key)?, None).await,
        ["collections", key, "v2"] => collection(app, asked, &uris, parse(key)?, Some(2)).await,
        ["collections", key, "v3"] => collection(app, asked, &uris, parse(key)?, Some(3)).await,
        _ => Err(Problem::not_found("document")),
    }
}

fn parse(key: &str) -> Result<CollectionKey, Problem> {
    CollectionKey::parse(key).map_err(|_| Problem::not_found("collection"))
}

async fn manifest(
    app: &Arc<App>,
    asked: &Asked<'_>,
    uris: &Uris,
    item: &str,
    part: Part<'_>,
    pinned: Option<u8>,
) -> Result<Reply, Problem> {
    let (manifest, public) = app.manifests.manifest(item, uris).await?;
    if !public && viewer(app, asked.headers).await? == Viewer::Public {
        return Err(Problem::not_found("item"));
    }
    let version = pinned.unwrap_or_else(|| wanted(asked));
    match write(&manifest, &part, version, uris) {
        Some(body) => Ok(respond(app, asked, &body, version, public)),
        None => Err(missing(app, item, &part).await),
    }
}

/// Why a manifest has no such part: the canvas was deleted, or there was none, or nothing is painted on it.
async fn missing(app: &App, item: &str, part: &Part<'_>) -> Problem {
    let (Part::Canvas(canvas) | Part::Page(canvas) | Part::Painting(canvas)) = part else { return Problem::not_found("manifest") };
    match app.catalog.canvas(item, canvas).await {
        Ok(_) => Problem::not_found("annotation"),
        Err(error) => error.into(),
    }
}

/// The part as a document of this version; `None` if there is no such part.
fn write(manifest: &Manifest, part: &Part<'_>, version: u8, uris: &Uris) -> Option<Value> {
    let find = |id: &str| -> Option<(u32, &Canvas)> { (1..).zip(&manifest.canvases).find(|(_, canvas)| canvas.id == id) };
    match (part, version) {
        (Part::Manifest, 2) => Some(manifest_2(manifest, uris)),
        (Part::Manifest, _) => Some(manifest_3(manifest, uris)),
        (Part::Canvas(id), 2) => find(id).map(|(position, canvas)| canvas_2(&manifest.item, canvas, position, uris)),
        (Part::Canvas(id), _) => find(id).map(|(_, canvas)| canvas_3(&manifest.item, canvas, uris)),
        (Part::Page(id), _) => find(id).and_then(|(_, canvas)| canvas_page_3(&manifest.item, canvas, uris)),
        (Part::Painting(id), _) => find(id).and_then(|(_, canvas)| painting_3(&manifest.item, canvas, uris)),
    }
}

async fn collection(app: &Arc<App>, asked: &Asked<'_>, uris: &Uris, key: CollectionKey, pinned: Option<u8>) -> Result<Reply, Problem> {
    let collection = app.manifests.collection(key, uris).await?;
    let collection = collection.ok_or_else(|| Problem::not_found("collection"))?;
    let version = pinned.unwrap_or_else(|| wanted(asked));
    let body = if version == 2 { collection_2(&collection, uris) } else { collection_3(&collection, uris) };
    Ok(respond(app, asked, &body, version, true))
}

fn wanted(asked: &Asked<'_>) -> u8 {
    negotiate::version(&accept(asked.headers), "presentation", &VERSIONS).unwrap_or(3)
}

fn respond(app: &App, asked: &Asked<'_>, body: &Value, version: u8, public: bool) -> Reply {
    let context = match version {
        2 => "http://iiif.io/api/presentation/2/context.json",
        _ => "http://iiif.io/api/presentation/3/context.json",
    };
    let cache_control = if public { app.cache_documents.as_str() } else { super::PRIVATE };
    let body = body.to_string().into();
    Document { body, tags: None, version, context, cache_control, link: None }.reply(asked.headers)
}
