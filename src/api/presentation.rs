//! Manifests, canvases and collections for readers: the Presentation API.

use std::sync::Arc;

use http::{HeaderName, HeaderValue, Method, header};
use serde_json::{Map, Value};

use super::auth::viewer;
use super::documents::{Document, accept, see_other};
use super::problem::{Kind, Problem, internal};
use super::rendered::Rendered;
use super::reply::Reply;
use super::stored::Stored;
use super::{App, Asked, negotiate};
use crate::catalog::Status;
use crate::iiif::ids::CollectionKey;
use crate::iiif::presentation::as_2::{LossKind, to_2_at};
use crate::iiif::presentation::as_4::to_4_with_losses;
use crate::iiif::presentation::collection::collection_3;
use crate::iiif::presentation::manifest::alone;
use crate::iiif::presentation::{CONTEXT, parts};
use crate::iiif::uris::Uris;
use crate::image_service::Viewer;
use crate::manifests::{CollectionDocument, ItemDocument};

/// Versions of the Presentation API that documents come in; the last only where the setting says so.
const VERSIONS: [u8; 3] = [2, 3, 4];

/// Kinds of what a document of 2.1 leaves out, as `iiif::presentation::as_2` lists them.
const LOSSES: HeaderName = HeaderName::from_static("triptych-losses");

/// The answer to a public request for a whole manifest, if it was written before and nothing has to be waited for.
pub fn at_once(app: &App, asked: &Asked<'_>) -> Option<Reply> {
    if asked.method != Method::GET || asked.headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    let segments = super::segments::segments(asked.path).ok()?;
    let segments: Vec<&str> = segments.iter().map(AsRef::as_ref).collect();
    let (item, version) = match segments[..] {
        ["manifests", item] => (item, wanted(app, asked)),
        ["manifests", item, "v2"] => (item, 2),
        ["manifests", item, "v3"] => (item, 3),
        ["manifests", item, "v4"] if app.presentation_4 => (item, 4),
        _ => return None,
    };
    let found = app.shelf.get(&app.catalog, item, version)?;
    let suits = found.address == asked.uris(app).manifest(item) && found.suits(&accept(asked.headers));
    suits.then(|| send(app, asked, &found, version))
}

/// Answers a request below `/manifests` or `/collections`.
pub async fn answer(app: &Arc<App>, asked: &Asked<'_>, segments: &[&str]) -> Result<Reply, Problem> {
    let uris = asked.uris(app);
    match segments {
        ["manifests", item] => manifest(app, asked, &uris, item, &[], None).await,
        ["manifests", item, "v2"] => manifest(app, asked, &uris, item, &[], Some(2)).await,
        ["manifests", item, "v3"] => manifest(app, asked, &uris, item, &[], Some(3)).await,
        ["manifests", item, "v4"] if app.presentation_4 => manifest(app, asked, &uris, item, &[], Some(4)).await,
        ["manifests", item, "manifest.json" | "manifest" | ""] => Ok(see_other(uris.manifest(item))),
        ["manifests", item, part @ ("canvases" | "ranges" | "annotations"), id] => {
            manifest(app, asked, &uris, item, &[part, id], None).await
        }
        // What paints a canvas is part of the canvas in 2.1.
        ["manifests", item, part @ ("canvases" | "ranges" | "annotations" | "placeholder" | "accompanying"), ..] => {
            let pinned = (!matches!(*part, "ranges" | "annotations")).then_some(3);
            manifest(app, asked, &uris, item, &segments[2..], pinned).await
        }
        ["collections"] => collection(app, asked, &uris, CollectionKey::Top, None).await,
        ["collections", ""] => Ok(see_other(uris.collections())),
        ["collections", key] => collection(app, asked, &uris, parse(key)?, None).await,
        ["collections", key, "v2"] => collection(app, asked, &uris, parse(key)?, Some(2)).await,
        ["collections", key, "v3"] => collection(app, asked, &uris, parse(key)?, Some(3)).await,
        ["collections", key, "v4"] if app.presentation_4 => collection(app, asked, &uris, parse(key)?, Some(4)).await,
        _ => Err(Problem::not_found("document")),
    }
}

fn parse(key: &str) -> Result<CollectionKey, Problem> {
    CollectionKey::parse(key).map_err(|_| Problem::not_found("collection"))
}

/// The manifest, or the part of it at `path`.
async fn manifest(app: &Arc<App>, asked: &Asked<'_>, uris: &Uris, item: &str, path: &[&str], pinned: Option<u8>) -> Result<Reply, Problem> {
    let since = app.shelf.now();
    let version = pinned.unwrap_or_else(|| wanted(app, asked));
    let mut stored = Stored::look_up(app, item, version, path).await?;
    if let Some(rendered) = stored.written(uris.manifest(item), &accept(asked.headers)).await? {
        app.shelf.keep(item, version, rendered.clone(), since);
        return Ok(send(app, asked, &rendered, version));
    }
    let mut found = match app.manifests.manifest(item, uris).await {
        Ok(found) => found,
        Err(error) => return elsewhere(app, asked, &Place { uris, item, path, pinned }, error.into()).await,
    };
    let mut public = found.public;
    // A hidden canvas is in no manifest, but the holder of a key may look at it.
    let whole = !path.is_empty() && found.hides_some();
    if !public || whole {
        let viewer = viewer(app, asked.headers).await?;
        if !public && viewer == Viewer::Public {
            return elsewhere(app, asked, &Place { uris, item, path, pinned }, Problem::not_found("item")).await;
        }
        if whole && viewer == Viewer::KeyHolder {
            (found, public) = (app.manifests.whole_manifest(item, uris).await?, false);
        }
    }
    if !path.is_empty() {
        let document = match part(app, &found, item, path, uris).await {
            Ok(document) => document,
            Err(problem) => return elsewhere(app, asked, &Place { uris, item, path, pinned }, problem).await,
        };
        let position = found.position(&uris.part(item, path));
        return Ok(respond(app, asked, &Written { document, position, public }, version, uris));
    }
    let document = std::mem::take(&mut found.document);
    let document = found.named(document);
    let extensions = extensions(&document);
    let document = with_context(document, &accept(asked.headers));
    if !public || document["@context"].is_array() {
        return Ok(respond(app, asked, &Written { document, position: 0, public }, version, uris));
    }
    let uris = uris.clone();
    let render = move || {
        let (body, losses) = in_version(&document, 0, version, &uris);
        Rendered::new(found.id, body, losses, extensions)
    };
    let rendered = Arc::new(tokio::task::spawn_blocking(render).await.map_err(|error| internal(&error))?);
    app.shelf.keep(item, version, rendered.clone(), since);
    stored.keep(app, item, version, &rendered);
    Ok(send(app, asked, &rendered, version))
}

/// What was asked for.
struct Place<'a> {
    uris: &'a Uris,
    item: &'a str,
    path: &'a [&'a str],
    pinned: Option<u8>,
}

/// Where something is that moved to another item, if whoever asks may see that; otherwise what was said of it.
async fn elsewhere(app: &App, asked: &Asked<'_>, place: &Place<'_>, problem: Problem) -> Result<Reply, Problem> {
    let Place { uris, item, path, pinned } = *place;
    let (kind, id) = match path {
        _ if !matches!(problem.kind, Kind::NotFound | Kind::Gone) => return Err(problem),
        [] => ("item", item),
        ["canvases", id, ..] => ("canvas", *id),
        ["ranges", id, ..] => ("range", *id),
        ["annotations", id, ..] => ("annotation page", *id),
        _ => return Err(problem),
    };
    let Some(to) = app.catalog.moved_to(kind, item, id).await? else { return Err(problem) };
    if app.catalog.item(&to).await?.status != Status::Published && viewer(app, asked.headers).await? == Viewer::Public {
        return Err(Problem::not_found("item"));
    }
    Ok(see_other(match (path, pinned) {
        ([], Some(version)) => uris.manifest_version(&to, version),
        ([], None) => uris.manifest(&to),
        _ => uris.part(&to, path),
    }))
}

/// The contexts of extensions in a document.
fn extensions(document: &Value) -> Vec<String> {
    let contexts = document["@context"].as_array().into_iter().flatten();
    contexts.filter_map(Value::as_str).map(str::to_owned).collect()
}

/// Contexts of extensions stand in a document only for who asks for one of them in `Accept`: some clients take no list there.
pub fn with_context(mut document: Value, accept: &str) -> Value {
    if let Some(Value::Array(extensions)) = document.get_mut("@context") {
        let is_wanted = extensions.iter().any(|one| one.as_str().is_some_and(|uri| accept.contains(uri)));
        let context = Value::from(CONTEXT);
        document["@context"] = match is_wanted {
            true => std::mem::take(extensions).into_iter().chain([context]).collect(),
            false => context,
        };
    }
    document
}

/// A part of a manifest as a document of its own.
async fn part(app: &App, manifest: &ItemDocument, item: &str, path: &[&str], uris: &Uris) -> Result<Value, Problem> {
    let id = uris.part(item, path);
    // A page that the manifest only names is read from the catalogue.
    let whole = |part: &&Map<String, Value>| !matches!(path, ["annotations", _]) || part.contains_key("items");
    if let Some(part) = parts::find(&manifest.document, &id).filter(whole) {
        return Ok(manifest.named(alone(part, &manifest.id)));
    }
    let ["annotations", page, ..] = path else { return Err(missing(app, item, path).await) };
    let page = app.manifests.annotation_page(app.catalog.annotation_page(item, page).await?, manifest);
    let page = page.ok_or_else(|| Problem::not_found("annotation page"))?;
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
    let version = pinned.unwrap_or_else(|| wanted(app, asked));
    let document = with_context(collection_3(collection, uris), &accept(asked.headers));
    Ok(respond(app, asked, &Written { document, position: 0, public }, version, uris))
}

fn wanted(app: &App, asked: &Asked<'_>) -> u8 {
    let versions = if app.presentation_4 { &VERSIONS[..] } else { &VERSIONS[..2] };
    negotiate::version(&accept(asked.headers), "presentation", versions).unwrap_or(3)
}

/// A document of 3.0 that is to be sent in one of the versions.
struct Written {
    document: Value,
    /// Place of a canvas in its manifest, from 1.
    position: usize,
    public: bool,
}

fn respond(app: &App, asked: &Asked<'_>, written: &Written, version: u8, uris: &Uris) -> Reply {
    let Written { document, position, public } = written;
    let (body, losses) = in_version(document, *position, version, uris);
    let cache_control = if *public { app.cache_documents.as_str() } else { super::PRIVATE };
    let document = Document { body: body.into(), tags: None, version, context: context(version), cache_control, link: None };
    with_losses(document.reply(asked.headers), &losses)
}

/// A manifest that lies ready.
fn send(app: &App, asked: &Asked<'_>, rendered: &Rendered, version: u8) -> Reply {
    let document = Document {
        body: rendered.body.clone(),
        tags: Some(&rendered.tags),
        version,
        context: context(version),
        cache_control: &app.cache_documents,
        link: None,
    };
    let mut reply = with_losses(document.reply(asked.headers), &rendered.losses);
    reply.extensions_mut().insert(rendered.packed.clone());
    reply
}

/// The text of a document in a version, and the kinds of what it has no words for.
fn in_version(document: &Value, position: usize, version: u8, uris: &Uris) -> (String, String) {
    match version {
        2 => {
            let made = to_2_at(document, position, uris);
            let losses: Vec<&str> = made.kinds().into_iter().map(LossKind::as_str).collect();
            (made.document.to_string(), losses.join(", "))
        }
        4 => {
            let (made, losses) = to_4_with_losses(document);
            (made.to_string(), losses.join(", "))
        }
        _ => (document.to_string(), String::new()),
    }
}

fn context(version: u8) -> &'static str {
    match version {
        2 => "http://iiif.io/api/presentation/2/context.json",
        4 => "http://iiif.io/api/presentation/4/context.json",
        _ => CONTEXT,
    }
}

/// Says what the version has no words for, so that the document does not say it.
fn with_losses(mut reply: Reply, losses: &str) -> Reply {
    if let Some(losses) = HeaderValue::from_str(losses).ok().filter(|losses| !losses.is_empty()) {
        reply.headers_mut().insert(LOSSES, losses);
    }
    reply
}
