//! What a content state opens: a published item of ours, one of its canvases, or a part of one. Nothing is fetched from elsewhere.

use poem::Response;
use poem::http::StatusCode;

use super::html::escape;
use super::page::{Page, answer, frame};
use super::picture::picture;
use crate::api::{App, Kind, Problem};
use crate::catalog::{Canvas, CatalogError, Item, Status};
use crate::iiif::content_state::{Area, StateError, Target, Time, decode, is_web, targets};
use crate::iiif::ids::ResourceId;
use crate::iiif::uris::Uris;

/// Most targets of one state that are shown.
const MOST: usize = 12;

/// One target as the page shows it.
enum Shown {
    /// Of ours: its title, and its part of the page.
    Here(String, String),
    /// Of somebody else: its part of the page.
    Elsewhere(String),
    Missing,
}

/// A place in what is published.
#[derive(Debug, PartialEq, Eq)]
struct Place {
    item: String,
    canvas: Option<String>,
}

/// The page for the values of `iiif-content`, of which there should be one.
pub async fn page(app: &App, uris: &Uris, values: &[&str]) -> Result<Response, Problem> {
    let read = match values {
        [value] => decode(value).and_then(|state| targets(&state)),
        _ => Err(StateError::Coding),
    };
    let targets = match read {
        Ok(targets) => targets,
        Err(error) => return Ok(unreadable(app, uris, error)),
    };
    let mut all = Vec::new();
    for target in targets.iter().take(MOST) {
        all.push(shown(app, uris, target).await?);
    }
    let title = all.iter().find_map(|shown| if let Shown::Here(title, _) = shown { Some(title.as_str()) } else { None });
    let found = all.iter().any(|shown| !matches!(shown, Shown::Missing));
    let main: String = all.iter().map(Shown::html).collect();
    let status = if found { StatusCode::OK } else { Kind::NotFound.status() };
    let lead = if title.is_some() { "This is what the link opens." } else { "There is nothing of this house to be shown for it." };
    let page = Page { title: title.unwrap_or("A link into IIIF"), lead, main: &(main + &back(uris)) };
    Ok(answer(app, status, frame(uris, &page)))
}

fn unreadable(app: &App, uris: &Uris, error: StateError) -> Response {
    let main = format!("<p class=\"empty\">The link cannot be read: {}.</p>{}", escape(&error.to_string()), back(uris));
    let page = Page { title: "A link into IIIF", lead: "It should say what to open, and does not.", main: &main };
    answer(app, Kind::BadRequest.status(), frame(uris, &page))
}

fn back(uris: &Uris) -> String {
    format!("<nav class=\"more\"><a href=\"{}\">All published items</a></nav>", escape(&uris.home()))
}

impl Shown {
    fn html(&self) -> &str {
        match self {
            Self::Here(_, html) | Self::Elsewhere(html) => html,
            Self::Missing => "<p class=\"empty\">What the link opens is not published here, or not any more.</p>",
        }
    }
}

async fn shown(app: &App, uris: &Uris, target: &Target) -> Result<Shown, Problem> {
    let place = place(&target.id, uris).or_else(|| place(target.loaded(), uris));
    let Some(place) = place else { return Ok(elsewhere(target)) };
    let found = there(app.catalog.item(&place.item).await)?;
    let Some(item) = found.filter(|item| item.status == Status::Published) else { return Ok(Shown::Missing) };
    let original = match &place.canvas {
        None if target.id != target.loaded() => app.catalog.part_of_source(&item.id, &target.id).await?,
        _ => None,
    };
    let original = original.as_deref().and_then(|part| part.strip_prefix("canvases/")?.split('/').next());
    let canvas = match place.canvas.as_deref().or(original) {
        Some(canvas) => match there(app.catalog.canvas(&item.id, canvas).await)? {
            Some(canvas) if !canvas.hidden => Some(canvas),
            _ => return Ok(Shown::Missing),
        },
        None => None,
    };
    here(app, uris, target, &item, canvas).await
}

/// `None` for what is not there, whether it ever was or not.
fn there<T>(found: Result<T, CatalogError>) -> Result<Option<T>, Problem> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(CatalogError::NotFound(_) | CatalogError::Gone(_) | CatalogError::Moved { .. }) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn here(app: &App, uris: &Uris, target: &Target, item: &Item, canvas: Option<Canvas>) -> Result<Shown, Problem> {
    let title = item.descriptive.label.first().unwrap_or(&item.id).to_owned();
    let name = canvas.as_ref().map(|canvas| canvas.descriptive.label.first().unwrap_or(&canvas.id).to_owned());
    let pictured = match &canvas {
        Some(canvas) => Some(canvas.clone()),
        None => app.catalog.shown_canvases(&item.id, None, 1).await?.entries.into_iter().next(),
    };
    let region = target.region.filter(|_| canvas.is_some());
    let image = match &pictured {
        Some(canvas) => picture(app, uris, canvas, region).await?,
        None => None,
    };
    let alt = escape(name.as_deref().unwrap_or(&title));
    let image = image.map(|url| format!("<img src=\"{}\" alt=\"{alt}\">", escape(&url))).unwrap_or_default();
    let heading = name.map(|name| format!("<h2>{}</h2>", escape(&name))).unwrap_or_default();
    let part = if canvas.is_some() { part(target) } else { String::new() };
    let links = links(uris, item, canvas.as_ref());
    Ok(Shown::Here(title, format!("<section class=\"opened\">{image}{heading}{part}{links}</section>")))
}

/// The part that is opened, in words.
fn part(target: &Target) -> String {
    let region = target.region.map(|region| match region {
        Area::Pixels([x, y, width, height]) => format!("the part {width} × {height} from {x}, {y} on"),
        Area::Percent([x, y, width, height]) => format!("the part {width} % × {height} % from {x} %, {y} % on"),
        Area::Point([x, y]) => format!("the point {x}, {y}"),
    });
    let time = target.time.map(|time| match time {
        Time::At(moment) => format!("at {moment} s"),
        Time::Span(start, Some(end)) => format!("from {start} s to {end} s"),
        Time::Span(start, None) => format!("from {start} s on"),
    });
    let parts: Vec<String> = region.into_iter().chain(time).collect();
    if parts.is_empty() { String::new() } else { format!("<p>{}</p>", escape(&parts.join(", "))) }
}

fn links(uris: &Uris, item: &Item, canvas: Option<&Canvas>) -> String {
    let manifest = format!("<a href=\"{}\">IIIF manifest</a>", escape(&uris.manifest(&item.id)));
    let canvas = canvas.map(|canvas| format!(" <a href=\"{}\">IIIF canvas</a>", escape(&uris.canvas(&item.id, &canvas.id))));
    format!("<p>{manifest}{}</p>", canvas.unwrap_or_default())
}

/// A link, if it leads into the web; whose it is, its own text tells.
fn elsewhere(target: &Target) -> Shown {
    let uri = escape(target.loaded());
    let named = if is_web(target.loaded()) { format!("<a href=\"{uri}\" rel=\"nofollow noreferrer\">{uri}</a>") } else { uri };
    Shown::Elsewhere(format!(
        "<section class=\"opened\"><p>The link opens something that is not published here:</p><p>{named}</p></section>"
    ))
}

/// What of ours a URI names: a manifest in any version, a canvas, or something else of an item, which stands for the item.
fn place(uri: &str, uris: &Uris) -> Option<Place> {
    let path = uri.strip_prefix(uris.base())?.strip_prefix("/manifests/")?;
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let segments: Vec<String> = path.split('/').map(decoded).collect::<Option<_>>()?;
    let (item, rest) = segments.split_first()?;
    match rest {
        [kind, canvas, ..] if kind == "canvases" => Some(Place { item: item.clone(), canvas: Some(canvas.clone()) }),
        _ => Some(Place { item: item.clone(), canvas: None }),
    }
}

/// A path segment that may be an identifier of ours, or a name below one.
fn decoded(segment: &str) -> Option<String> {
    let text = percent_encoding::percent_decode_str(segment).decode_utf8().ok()?;
    ResourceId::parse(&text).ok().map(String::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_own_places_are_known_by_their_uris() {
        let uris = Uris::new("https://example.org/iiif");
        let manifest = |item: &str| Some(Place { item: item.to_owned(), canvas: None });
        let canvas = Some(Place { item: "book".to_owned(), canvas: Some("p~1".to_owned()) });
        for (uri, want) in [
            ("https://example.org/iiif/manifests/book", manifest("book")),
            ("https://example.org/iiif/manifests/b%6Fok/v2", manifest("book")),
            ("https://example.org/iiif/manifests/book/ranges/r1", manifest("book")),
            ("https://example.org/iiif/manifests/book?x=y", manifest("book")),
            ("https://example.org/iiif/manifests/book/canvases/p~1", canvas),
            ("https://example.org/iiif/manifests/", None),
            ("https://example.org/iiif/manifests/a%00b", None),
            ("https://example.org/iiif/manifests/a%2Fb", None),
            ("https://example.org/iiif/manifests/../x", None),
            ("https://example.org/iiifmanifests/book", None),
            ("https://example.org/iiif/3/book", None),
            ("https://example.com/iiif/manifests/book", None),
            ("", None),
        ] {
            assert_eq!(place(uri, &uris), want, "{uri}");
        }
    }
}
