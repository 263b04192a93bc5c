//! The page at `/`: what is published, with pictures and manifest links.

use std::sync::Arc;

use poem::http::header;
use poem::{Request, Response, handler};

use super::html::escape;
use crate::api::{App, Problem, uris};
use crate::catalog::PlacedImage;
use crate::iiif::ids::ResourceId;
use crate::iiif::uris::{Uris, encode_segment};

/// Items on one page.
const PAGE: usize = 60;
const STYLE: &str = include_str!("home.css");

/// Published items in the order of their ids; `?after=` leads on.
#[handler]
pub async fn home(request: &Request, app: poem::web::Data<&Arc<App>>) -> poem::Result<Response> {
    let uris = uris(request);
    let after = request.params::<After>().ok().and_then(|query| query.after).filter(|after| ResourceId::parse(after).is_ok());
    let page = app.catalog.published(after.as_deref(), PAGE).await.map_err(Problem::from)?;
    let entries: String = page.entries.iter().map(|item| entry(&app, item, &uris)).collect();
    let list = match entries.as_str() {
        "" => "<p class=\"empty\">Nothing is published yet.</p>".to_owned(),
        _ => format!("<ul class=\"items\">{entries}</ul>"),
    };
    let next = page.next.map(|after| {
        format!("<nav class=\"more\"><a rel=\"next\" href=\"{}?after={}\">More items</a></nav>", uris.home(), encode_segment(&after))
    });
    let body = frame(&uris, &(list + &next.unwrap_or_default()));
    let response = Response::builder().content_type("text/html; charset=utf-8").header(header::CACHE_CONTROL, &app.cache_documents);
    Ok(response.header("Content-Security-Policy", "default-src 'none'; img-src *; style-src 'unsafe-inline'; base-uri 'none'").body(body))
}

#[derive(serde::Deserialize)]
struct After {
    after: Option<String>,
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

fn frame(uris: &Uris, main: &str) -> String {
    let (collections, docs) = (escape(&uris.collections()), escape(&uris.api_docs()));
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>Published items</title><style>{STYLE}</style></head><body><header><h1>Published items</h1>\
         <p>Each is a IIIF manifest: paste its address into any IIIF viewer, and look closely.</p></header>\
         <main>{main}</main><footer><a href=\"{collections}\">All items as a IIIF collection</a>\
         <a href=\"{docs}\">REST interface</a></footer></body></html>"
    )
}
