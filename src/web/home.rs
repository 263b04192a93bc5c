//! The page at `/`: what is published, with pictures and manifest links; or what a content state opens.

use std::sync::Arc;

use poem::http::StatusCode;
use poem::{Request, Response, handler};

use super::html::escape;
use super::page::{Page, answer, frame};
use crate::api::{App, Problem, uris};
use crate::catalog::PlacedImage;
use crate::iiif::ids::ResourceId;
use crate::iiif::uris::{Uris, encode_segment};

/// Items on one page.
const PAGE: usize = 60;

/// Published items in the order of their ids; `?after=` leads on, `?iiif-content=` opens one.
#[handler]
pub async fn home(request: &Request, app: poem::web::Data<&Arc<App>>) -> poem::Result<Response> {
    let uris = uris(request);
    let query: Vec<(String, String)> = request.params().unwrap_or_default();
    let values = |name: &str| query.iter().filter(|(given, _)| given == name).map(|(_, value)| value.as_str()).collect::<Vec<_>>();
    let states = values("iiif-content");
    if !states.is_empty() {
        return Ok(super::opened::page(&app, &uris, &states).await?);
    }
    let after = values("after").first().copied().filter(|after| ResourceId::parse(after).is_ok());
    let page = app.catalog.published(after, PAGE).await.map_err(Problem::from)?;
    let entries: String = page.entries.iter().map(|item| entry(&app, item, &uris)).collect();
    let list = match entries.as_str() {
        "" => "<p class=\"empty\">Nothing is published yet.</p>".to_owned(),
        _ => format!("<ul class=\"items\">{entries}</ul>"),
    };
    let next = page.next.map(|after| {
        format!("<nav class=\"more\"><a rel=\"next\" href=\"{}?after={}\">More items</a></nav>", uris.home(), encode_segment(&after))
    });
    let main = list + &next.unwrap_or_default();
    let lead = "Each is a IIIF manifest: paste its address into any IIIF viewer, and look closely.";
    Ok(answer(&app, StatusCode::OK, frame(&uris, &Page { title: "Published items", lead, main: &main })))
}

fn entry(app: &App, item: &PlacedImage, uris: &Uris) -> String {
    let label = escape(item.descriptive.label.first().unwrap_or(&item.id));
    let manifest = escape(&uris.manifest(&item.id));
    let picture = match app.manifests.thumbnail_of(item, uris) {
        // The label stands beside it, so the picture itself says nothing more to somebody who cannot see it.
        Some(thumbnail) => format!("<img src=\"{}\" alt=\"\" loading=\"lazy\">", escape(&thumbnail.id)),
        None => "<span class=\"blank\"></span>".to_owned(),
    };
    format!("<li>{picture}<h2>{label}</h2><p><a href=\"{manifest}\" aria-label=\"IIIF manifest of {label}\">IIIF manifest</a></p></li>")
}
