//! IIIF documents on the wire: media type, validator, caching.

use poem::http::{HeaderMap, StatusCode, header};
use poem::{Request, Response};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::etag::is_known;
use super::negotiate;

/// A document ready to be sent.
pub struct Document<'a> {
    pub body: &'a Value,
    /// Major version of the specification that the document follows.
    pub version: u8,
    /// Context URI of that version: the `profile` of the media type.
    pub context: &'static str,
    pub cache_control: &'a str,
    /// `Link` headers to send with it.
    pub links: Vec<String>,
}

impl Document<'_> {
    /// The response to `request`: the document, or 304 if the client has it.
    pub fn response(self, request: &Request) -> Response {
        let accept = accept(request.headers());
        let json_ld = negotiate::wants_json_ld(&accept, self.version >= 3);
        let content_type = match (json_ld, self.version) {
            (true, 3..) => format!("application/ld+json;profile=\"{}\"", self.context),
            (true, _) => "application/ld+json".to_owned(),
            (false, _) => "application/json".to_owned(),
        };
        let body = self.body.to_string();
        let tag = tag(&[&content_type, &body]);
        let mut response =
            Response::builder().header(header::ETAG, &tag).header(header::CACHE_CONTROL, self.cache_control).header(header::VARY, "Accept");
        for link in self.links {
            response = response.header(header::LINK, link);
        }
        if is_known(request.headers(), &tag) {
            return response.status(StatusCode::NOT_MODIFIED).finish();
        }
        response.content_type(content_type).body(body)
    }
}

/// All `Accept` headers as one.
pub fn accept(headers: &HeaderMap) -> String {
    headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect::<Vec<_>>().join(",")
}

/// A strong validator of these parts together.
pub fn tag(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let hex: String = hash.finalize()[..12].iter().map(|byte| format!("{byte:02x}")).collect();
    format!("\"{hex}\"")
}

/// 303 to a URL of ours: what was asked is answered there.
pub fn see_other(location: String) -> Response {
    Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).finish()
}
