//! What all pages share.

use poem::http::{StatusCode, header};
use poem::{Response, ResponseBuilder};

use super::html::escape;
use crate::api::App;
use crate::iiif::uris::Uris;

const STYLE: &str = include_str!("home.css");
/// Nothing is loaded but pictures, and no script runs.
const POLICY: &str = "default-src 'none'; img-src *; style-src 'unsafe-inline'; base-uri 'none'";

/// The texts of a page, not yet escaped, and its body, which is HTML.
pub struct Page<'a> {
    pub title: &'a str,
    pub lead: &'a str,
    pub main: &'a str,
}

/// The answer with a page; only good ones are kept.
pub fn answer(app: &App, status: StatusCode, html: String) -> Response {
    let kept = if status.is_success() { app.cache_documents.as_str() } else { "no-store" };
    let response: ResponseBuilder = Response::builder().status(status).content_type("text/html; charset=utf-8");
    response.header(header::CACHE_CONTROL, kept).header("Content-Security-Policy", POLICY).body(html)
}

/// The page as a whole document.
pub fn frame(uris: &Uris, page: &Page<'_>) -> String {
    let (collections, docs) = (escape(&uris.collections()), escape(&uris.api_docs()));
    let (title, lead, main) = (escape(page.title), escape(page.lead), page.main);
    format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{STYLE}</style></head><body><header><h1>{title}</h1>\
         <p>{lead}</p></header>\
         <main>{main}</main><footer><a href=\"{collections}\">All items as a IIIF collection</a>\
         <a href=\"{docs}\">REST interface</a></footer></body></html>"
    )
}
