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
use crate::iiif::presentation::manifest::alone;
use crate::iiif::presentation::parts;
use crate::iiif::presentation::v2::{canvas_2, collection_2, manifest_2};
use crate::iiif::uris::Uris;
use crate::image_service::Viewer;
use crate::manifests::{CollectionDocument, ItemDocument};

/// Versions of the Presentation API that documents come in.
const VERSIONS: [u8; 2] = [2, 3];

/// Answers a request below `/manifests` or `/collections`.
pub async fn answer(app: &Arc<App>, asked: &Asked<'_>, segments: &[&str]) -> Result<Reply, Problem> {
    let uris = asked.uris(app);
    match segments {
        ["manifests", item] => manifest(app, asked, &uris, item, &[], None).await,
        ["manifests", item, "v2"] => manifest(app, asked, &uris, item, &[], Some(2)).await,
        ["manifests", item, "v3"] => manifest(app, asked, &uris, item, &[], Some(3)).await,
        ["manifests", item, "manifest.json" | "manifest" | ""] => Ok(see_other(uris.manifest(item))),
        ["manifests", item, part @ ("canvases" | "ranges" | "annotations"), id] => {
            manifest(app, asked, &uris, item, &[part, id], None).await
        }
        // What paints a canvas is part of the canvas in 2.1.
        ["manifests", item, part @ ("canvases" | "ranges" | "annotations"), ..] => {
            let pinned = (*part == "canvases").then_some(3);
            manifest(app, asked, &uris, item, &segments[2..], pinned).await
        }
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

/// The manifest, or the part of it at `path`.
async fn manifest(app: &Arc<App>, asked: &Asked<'_>, uris: &Uris, item: &str, path: &[&str], pinned: Option<u8>) -> Result<Reply, Problem> {
    let found = app.manifests.manifest(item, uris).await?;
    let public = found.public;
    if !public && viewer(app, asked.headers).await? == Viewer::Public {
        return Err(Problem::not_found("item"));
    }
    let version = pinned.unwrap_or_else(|| wanted(asked));
    let document = match path {
        [] if version == 2 => manifest_2(&found.manifest, uris),
        [] => found.named(found.document.clone()),
        ["canvases", id] if version == 2 => {
            let numbered = (1..).zip(&found.manifest.canvases).find(|(_, canvas)| canvas.id == *id);
            let Some((position, canvas)) = numbered else { return Err(missing(app, item, path).await) };
            canvas_2(&found.manifest.item, canvas, position, uris)
        }
        _ => part(app, &found, item, path, uris).await?,
    };
    Ok(respond(app, asked, &document, version, public))
}

/// A part of a manifest as a document of its own.
async fn part(app: &App, manifest: &ItemDocument, item: &str, path: &[&str], uris: &Uris) -> Result<Value, Problem> {
    let id = uris.part(item, path);
    if let Some(part) = parts::find(&manifest.document, &id) {
        return Ok(manifest.named(alone(part, &manifest.id)));
    }
    let ["annotations", page, ..] = path else { return Err(missing(app, item, path).await) };
    let page = app.manifests.annotation_page(app.catalog.annotation_page(item, page).await?, manifest);
    let part = parts::find(&page, &id).ok_or_else(|| Problem::not_found("annotation"))?;
    Ok(manifest.named(alone(part, &manifest.id)))
}

/// Why a manifest has no such part: it was deleted, or there was none.
async fn missing(app: &App, item: &str, path: &[&str]) -> Problem {
    match path {
        ["canvases", id] => app.catalog.missing("canvas", item, id).await.into(),
        ["ranges", id] => app.catalog.missing("range", item, id).await.into(),
        ["canvases", id, ..] => match app.catalog.canvas(item, id).await {
            Ok(_) => Problem::not_found("annotation"),
            Err(error) => error.into(),
        },
        _ => Problem::not_found("part of the manifest"),
    }
}

async fn collection(app: &Arc<App>, asked: &Asked<'_>, uris: &Uris, key: CollectionKey, pinned: Option<u8>) -> Result<Reply, Problem> {
    let found = app.manifests.collection(key, uris).await?.ok_or_else(|| Problem::not_found("collection"))?;
    let CollectionDocument { collection, public } = found;
    if !public && viewer(app, asked.headers).await? == Viewer::Public {
        return Err(Problem::not_found("collection"));
    }
    let version = pinned.unwrap_or_else(|| wanted(asked));
    let body = if version == 2 { collection_2(&collection, uris) } else { collection_3(&collection, uris) };
    Ok(respond(app, asked, &body, version, public))
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
