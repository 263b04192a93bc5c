//! Images for readers: the Image API, versions 2.1 and 3.0.

use std::sync::Arc;

use poem::http::{StatusCode, header};
use poem::{Request, Response};

use super::App;
use super::address::uris;
use super::auth::viewer;
use super::documents::{Document, see_other};
use super::etag::is_known;
use super::problem::{Kind, Problem};
use crate::catalog::{CatalogError, Precondition};
use crate::iiif::ids::ImageId;
use crate::iiif::image::{self, Version};
use crate::iiif::uris::Uris;
use crate::image_service::{ImageError, Source};
use crate::ingest::MasterError;

/// Answers a request below `/iiif`.
pub async fn answer(app: &Arc<App>, request: &Request, segments: &[&str]) -> poem::Result<Response> {
    let uris = uris(request);
    let (version, rest) = match segments {
        ["iiif", "2", rest @ ..] => (Version::V2, rest),
        ["iiif", "3", rest @ ..] => (Version::V3, rest),
        ["iiif", item, "manifest" | "manifest.json"] => return Ok(see_other(uris.manifest(item))),
        _ => return Err(Problem::not_found("page").into()),
    };
    match rest {
        [id] | [id, ""] => base(app, request, &uris, version, id).await,
        [id, "info.json"] => info(app, request, &uris, version, id).await,
        // A service id with a slash at its end gives requests with two in a row.
        [id, "", region, size, rotation, quality] | [id, region, size, rotation, quality] => {
            picture(app, request, &uris, version, id, [region, size, rotation, quality]).await
        }
        _ => {
            let detail = "an image request is {id}/{region}/{size}/{rotation}/{quality}.{format}, with %2F for every slash in the id";
            Err(Problem::new(Kind::NotFound, detail).into())
        }
    }
}

async fn find(app: &App, request: &Request, id: &str) -> poem::Result<Arc<Source>> {
    ImageId::parse(id).map_err(|_| Problem::not_found("image"))?;
    let viewer = viewer(request).await?;
    Ok(app.images.find(id, viewer).await.map_err(Problem::from)?)
}

/// The bare identifier: its information is elsewhere (Image API 3.0, section 2).
async fn base(app: &App, request: &Request, uris: &Uris, version: Version, id: &str) -> poem::Result<Response> {
    find(app, request, id).await?;
    Ok(see_other(uris.image_info(version.number(), id)))
}

async fn info(app: &App, request: &Request, uris: &Uris, version: Version, id: &str) -> poem::Result<Response> {
    let source = find(app, request, id).await?;
    let body = image::document(version, &uris.image(version.number(), id), &source.info(), app.images.limits());
    let links = vec![profile_link(version)];
    let cache_control = cache_control(app, &source);
    Ok(Document { body: &body, version: version.number(), context: version.context(), cache_control, links }.response(request))
}

/// One image request: the four segments after the identifier.
type Parameters<'a> = [&'a str; 4];

async fn picture(app: &App, request: &Request, uris: &Uris, version: Version, id: &str, asked: Parameters<'_>) -> poem::Result<Response> {
    let source = find(app, request, id).await?;
    match try_picture(app, request, uris, version, id, asked, &source).await {
        Err(ImageError::Changed) => app.refresh(id, &source).await?,
        other => return Ok(other.map_err(Problem::from)?),
    }
    let source = find(app, request, id).await?;
    Ok(try_picture(app, request, uris, version, id, asked, &source).await.map_err(Problem::from)?)
}

async fn try_picture(
    app: &App,
    request: &Request,
    uris: &Uris,
    version: Version,
    id: &str,
    [region, size, rotation, quality]: Parameters<'_>,
    source: &Source,
) -> Result<Response, ImageError> {
    let (limits, full) = (app.images.limits(), source.info().full);
    let resolved = image::Request::parse(version, region, size, rotation, quality)?.resolve(full, limits)?;
    let canonical = resolved.canonical(version, full, limits);
    let tag = format!("\"{}\"", app.images.tag(source, &canonical));
    let canonical = uris.image_request(version.number(), id, &canonical);
    let response = Response::builder()
        .header(header::ETAG, &tag)
        .header(header::CACHE_CONTROL, cache_control(app, source))
        // In one header, as some clients read the first alone.
        .header(header::LINK, format!("<{canonical}>;rel=\"canonical\", {}", profile_link(version)))
        .content_type(resolved.format.media_type());
    if is_known(request.headers(), &tag) {
        return Ok(response.status(StatusCode::NOT_MODIFIED).finish());
    }
    let bytes = app.images.render(source, &resolved).await?;
    Ok(response.body(bytes))
}

impl App {
    /// Reads anew what a master is that turned out to be another than it was.
    async fn refresh(&self, id: &str, source: &Source) -> Result<(), Problem> {
        self.images.forget(id).await;
        match self.catalog.image(id).await {
            Ok(image) => {
                let condition = Precondition::Revision(vec![image.revision]);
                match self.masters.measure_again(id, &source.storage_key, image.public, &condition).await {
                    // Another request was quicker.
                    Err(MasterError::Catalog(CatalogError::Stale { .. })) => Ok(()),
                    other => Ok(other.map(drop)?),
                }
            }
            Err(CatalogError::NotFound(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }
}

fn profile_link(version: Version) -> String {
    format!("<{}>;rel=\"profile\"", version.profile())
}

fn cache_control<'a>(app: &'a App, source: &Source) -> &'a str {
    if source.visible { &app.cache_images } else { super::PRIVATE }
}
