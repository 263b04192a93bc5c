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
    let about = |id| About { app, asked, uris: &uris, version, id };
    match rest {
        [id] | [id, ""] => about(id).base().await,
        [id, "info.json"] => about(id).information().await,
        // A service id with a slash at its end gives requests with two in a row.
        [id, "", region, size, rotation, quality] | [id, region, size, rotation, quality] => {
            about(id).picture([region, size, rotation, quality]).await
        }
        _ => {
            let detail = "an image request is {id}/{region}/{size}/{rotation}/{quality}.{format}, with %2F for every slash in the id";
            Err(Problem::new(Kind::NotFound, detail))
        }
    }
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
    let about = About { app, asked, uris: &asked.uris(app), version, id };
    match rest {
        [info] if info == "info.json" => Some(about.info(&source)),
        [region, size, rotation, quality] => {
            let parameters = [region, size, rotation, quality].map(AsRef::as_ref);
            match about.understand(parameters, &source).ok()? {
                Answer::Known(reply) => Some(reply),
                Answer::Wanted { resolved, head, .. } => {
                    let bytes = app.images.ready(&source, &resolved)?;
                    Some(range::apply(asked.headers, finished(head.body(Body::EMPTY)), bytes))
                }
            }
        }
        _ => None,
    }
}

/// A request about one image.
struct About<'a> {
    app: &'a App,
    asked: &'a Asked<'a>,
    uris: &'a Uris,
    version: Version,
    id: &'a str,
}

/// One image request: the four segments after the identifier.
type Parameters<'a> = [&'a str; 4];

/// What a request for a picture comes to, before anything is made.
enum Answer {
    /// The client has it already.
    Known(Reply),
    Wanted {
        resolved: Resolved,
        tag: Tag,
        head: Builder,
    },
}

impl About<'_> {
    async fn find(&self) -> Result<Arc<Source>, Problem> {
        ImageId::parse(self.id).map_err(|_| Problem::not_found("image"))?;
        Ok(self.app.images.find(self.id, viewer(self.app, self.asked.headers).await?).await?)
    }

    /// The bare identifier: its information is elsewhere (Image API 3.0, section 2).
    async fn base(&self) -> Result<Reply, Problem> {
        self.find().await?;
        Ok(see_other(self.uris.image_info(self.version.number(), self.id)))
    }

    async fn information(&self) -> Result<Reply, Problem> {
        let source = self.find().await?;
        Ok(self.info(&source))
    }

    fn info(&self, source: &Source) -> Reply {
        let Self { app, version, .. } = *self;
        let info = app.infos.get(version, self.uris.image(version.number(), self.id), source, app.images.limits());
        let document = Document {
            body: info.body.clone(),
            tags: Some(&info.tags),
            version: version.number(),
            context: version.context(),
            cache_control: cache_control(app, source),
            link: Some(profile_link(version)),
        };
        document.reply(self.asked.headers)
    }

    async fn picture(&self, parameters: Parameters<'_>) -> Result<Reply, Problem> {
        match self.try_picture(parameters, &self.find().await?).await {
            Err(ImageError::Changed) => self.app.refresh(self.id).await?,
            other => return Ok(other?),
        }
        Ok(self.try_picture(parameters, &self.find().await?).await?)
    }

    fn understand(&self, [region, size, rotation, quality]: Parameters<'_>, source: &Source) -> Result<Answer, ImageError> {
        let Self { app, version, .. } = *self;
        let (limits, full) = (app.images.limits(), source.info().full);
        let resolved = image::Request::parse(version, region, size, rotation, quality)?.resolve(full, limits)?;
        let tag = app.images.tag(source, &resolved);
        let validator = format!("\"{}\"", tag.request_text());
        let canonical = self.uris.image_request(version.number(), self.id, &resolved.canonical(version, full, limits));
        let head = http::Response::builder()
            .header(header::ETAG, &validator)
            .header(header::CACHE_CONTROL, cache_control(app, source))
            // In one header, as some clients read the first alone.
            .header(header::LINK, format!("<{canonical}>;rel=\"canonical\", {}", profile_link(version)))
            .header(header::CONTENT_TYPE, resolved.format.media_type());
        Ok(match is_known(self.asked.headers, &validator) {
            true => Answer::Known(finished(head.status(StatusCode::NOT_MODIFIED).body(Body::EMPTY))),
            false => Answer::Wanted { resolved, tag, head },
        })
    }

    /// The picture itself, or the part of its bytes that is asked for.
    async fn try_picture(&self, parameters: Parameters<'_>, source: &Arc<Source>) -> Result<Reply, ImageError> {
        let (resolved, tag, head) = match self.understand(parameters, source)? {
            Answer::Known(reply) => return Ok(reply),
            Answer::Wanted { resolved, tag, head } => (resolved, tag, head),
        };
        match self.app.images.render(source, &resolved, &tag).await? {
            picture @ Picture::Parts(..) if !range::is_asked(self.asked.headers) => Ok(finished(head.body(picture.into()))),
            other => {
                let bytes = Body::from(other).whole().await.ok_or(ImageError::Busy)?;
                Ok(range::apply(self.asked.headers, finished(head.body(Body::EMPTY)), bytes))
            }
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
