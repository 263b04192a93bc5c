//! Images for readers: the Image API, versions 2.1 and 3.0.

use std::sync::Arc;

use http::response::Builder;
use http::{Method, StatusCode, header};

use super::auth::viewer;
use super::documents::{Document, finished, see_other};
use super::etag::is_known;
use super::problem::{Kind, Problem};
use super::reply::{Body, Reply};
use super::{App, Asked, range};
use crate::iiif::ids::ImageId;
use crate::iiif::image::{self, Resolved, Version};
use crate::iiif::uris::Uris;
use crate::image_service::{ImageError, Picture, Source, Tag};

/// Answers a request below `/iiif`.
pub async fn answer(app: &Arc<App>, asked: &Asked<'_>, segments: &[&str]) -> Result<Reply, Problem> {
    let uris = asked.uris(app);
    let (version, rest) = match segments {
        ["iiif", "2", rest @ ..] => (Version::V2, rest),
        ["iiif", "3", rest @ ..] => (Version::V3, rest),
        ["iiif", item, "manifest" | "manifest.json"] => return Ok(see_other(uris.manifest(item))),
        _ => return Err(Problem::not_found("page")),
    };
    match rest {
        [id] | [id, ""] => base(app, asked, &uris, version, id).await,
        [id, "info.json"] => info(app, asked, &uris, version, id).await,
        // A service id with a slash at its end gives requests with two in a row.
        [id, "", region, size, rotation, quality] | [id, region, size, rotation, quality] => {
            picture(app, asked, &uris, version, id, [region, size, rotation, quality]).await
        }
        _ => {
            let detail = "an image request is {id}/{region}/{size}/{rotation}/{quality}.{format}, with %2F for every slash in the id";
            Err(Problem::new(Kind::NotFound, detail))
        }
    }
}

async fn find(app: &App, asked: &Asked<'_>, id: &str) -> Result<Arc<Source>, Problem> {
    ImageId::parse(id).map_err(|_| Problem::not_found("image"))?;
    Ok(app.images.find(id, viewer(app, asked.headers).await?).await?)
}

/// The bare identifier: its information is elsewhere (Image API 3.0, section 2).
async fn base(app: &App, asked: &Asked<'_>, uris: &Uris, version: Version, id: &str) -> Result<Reply, Problem> {
    find(app, asked, id).await?;
    Ok(see_other(uris.image_info(version.number(), id)))
}

async fn info(app: &App, asked: &Asked<'_>, uris: &Uris, version: Version, id: &str) -> Result<Reply, Problem> {
    let source = find(app, asked, id).await?;
    Ok(information(app, asked, uris, version, id, &source))
}

fn information(app: &App, asked: &Asked<'_>, uris: &Uris, version: Version, id: &str, source: &Source) -> Reply {
    let info = app.infos.get(version, uris.image(version.number(), id), source, app.images.limits());
    let document = Document {
        body: info.body.clone(),
        tags: Some(&info.tags),
        version: version.number(),
        context: version.context(),
        cache_control: cache_control(app, source),
        link: Some(profile_link(version)),
    };
    document.reply(asked.headers)
}

/// One image request: the four segments after the identifier.
type Parameters<'a> = [&'a str; 4];

async fn picture(
    app: &App,
    asked: &Asked<'_>,
    uris: &Uris,
    version: Version,
    id: &str,
    parameters: Parameters<'_>,
) -> Result<Reply, Problem> {
    let source = find(app, asked, id).await?;
    match try_picture(app, asked, uris, version, id, parameters, &source).await {
        Err(ImageError::Changed) => app.refresh(id).await?,
        other => return Ok(other?),
    }
    let source = find(app, asked, id).await?;
    Ok(try_picture(app, asked, uris, version, id, parameters, &source).await?)
}

/// An image request that can be answered, and what is said of the answer.
struct Answer {
    resolved: Resolved,
    tag: Tag,
    head: Builder,
    /// The client has it already.
    known: bool,
}

/// What a request for a picture comes to, before anything is made.
fn understand(
    app: &App,
    asked: &Asked<'_>,
    uris: &Uris,
    version: Version,
    id: &str,
    [region, size, rotation, quality]: Parameters<'_>,
    source: &Source,
) -> Result<Answer, ImageError> {
    let (limits, full) = (app.images.limits(), source.info().full);
    let resolved = image::Request::parse(version, region, size, rotation, quality)?.resolve(full, limits)?;
    let tag = app.images.tag(source, &resolved);
    let validator = format!("\"{}\"", tag.request_text());
    let canonical = uris.image_request(version.number(), id, &resolved.canonical(version, full, limits));
    let head = http::Response::builder()
        .header(header::ETAG, &validator)
        .header(header::CACHE_CONTROL, cache_control(app, source))
        // In one header, as some clients read the first alone.
        .header(header::LINK, format!("<{canonical}>;rel=\"canonical\", {}", profile_link(version)))
        .header(header::CONTENT_TYPE, resolved.format.media_type());
    Ok(Answer { resolved, tag, head, known: is_known(asked.headers, &validator) })
}

async fn try_picture(
    app: &App,
    asked: &Asked<'_>,
    uris: &Uris,
    version: Version,
    id: &str,
    parameters: Parameters<'_>,
    source: &Arc<Source>,
) -> Result<Reply, ImageError> {
    let Answer { resolved, tag, head, known } = understand(app, asked, uris, version, id, parameters, source)?;
    if known {
        return Ok(finished(head.status(StatusCode::NOT_MODIFIED).body(Body::EMPTY)));
    }
    drawn(app, asked, source, &resolved, &tag, head).await
}

/// The answer to a public request below `/iiif`, if everything that it takes lies in memory: no waiting, and hardly any work. What
/// is not answered here is answered by [`answer`] in the same words.
pub fn at_once(app: &App, asked: &Asked<'_>) -> Option<Reply> {
    if asked.method != Method::GET || asked.headers.contains_key(header::AUTHORIZATION) {
        return None;
    }
    let segments = super::segments::segments(asked.path).ok()?;
    let (version, id, rest) = match &segments[..] {
        [iiif, version, id, rest @ ..] if iiif == "iiif" && version == "2" => (Version::V2, id, rest),
        [iiif, version, id, rest @ ..] if iiif == "iiif" && version == "3" => (Version::V3, id, rest),
        _ => return None,
    };
    let source = app.images.known(id)?;
    let uris = asked.uris(app);
    match rest {
        [info] if info == "info.json" => Some(information(app, asked, &uris, version, id, &source)),
        [region, size, rotation, quality] => {
            let parameters = [region, size, rotation, quality].map(AsRef::as_ref);
            let Answer { resolved, head, known, .. } = understand(app, asked, &uris, version, id, parameters, &source).ok()?;
            if known {
                return Some(finished(head.status(StatusCode::NOT_MODIFIED).body(Body::EMPTY)));
            }
            let bytes = app.images.ready(&source, &resolved)?;
            Some(range::apply(asked.headers, finished(head.body(Body::EMPTY)), bytes))
        }
        _ => None,
    }
}

/// The picture itself, or the part of its bytes that is asked for.
async fn drawn(
    app: &App,
    asked: &Asked<'_>,
    source: &Arc<Source>,
    resolved: &Resolved,
    tag: &Tag,
    head: Builder,
) -> Result<Reply, ImageError> {
    let picture = app.images.render(source, resolved, tag).await?;
    match picture {
        Picture::Parts(..) if !range::is_asked(asked.headers) => Ok(finished(head.body(picture.into()))),
        other => {
            let bytes = Body::from(other).whole().await.ok_or(ImageError::Busy)?;
            Ok(range::apply(asked.headers, finished(head.body(Body::EMPTY)), bytes))
        }
    }
}

impl App {
    /// Reads anew what a master is that turned out to be another than it was.
    async fn refresh(&self, id: &str) -> Result<(), Problem> {
        self.images.forget(id).await;
        Ok(self.masters.look_again(id).await?)
    }
}

fn profile_link(version: Version) -> String {
    format!("<{}>;rel=\"profile\"", version.profile())
}

fn cache_control<'a>(app: &'a App, source: &Source) -> &'a str {
    if source.visible { &app.cache_images } else { super::PRIVATE }
}
