//! IIIF documents on the wire: media type, validator, caching.

use http::{HeaderMap, StatusCode, header};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::etag::is_known;
use super::negotiate;
use super::problem::internal;
use super::reply::{Body, Reply};

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
    /// The answer to a request with these headers: the document, or 304 if the client has it.
    pub fn reply(self, headers: &HeaderMap) -> Reply {
        let accept = accept(headers);
        let json_ld = negotiate::wants_json_ld(&accept, self.version >= 3);
        let content_type = match (json_ld, self.version) {
            (true, 3..) => format!("application/ld+json;profile=\"{}\"", self.context),
            (true, _) => "application/ld+json".to_owned(),
            (false, _) => "application/json".to_owned(),
        };
        let body = self.body.to_string();
        let tag = tag(&[&content_type, &body]);
        let mut reply = http::Response::builder()
            .header(header::ETAG, &tag)
            .header(header::CACHE_CONTROL, self.cache_control)
            .header(header::VARY, "Accept");
        for link in self.links {
            reply = reply.header(header::LINK, link);
        }
        finished(match is_known(headers, &tag) {
            true => reply.status(StatusCode::NOT_MODIFIED).body(Body::EMPTY),
            false => reply.header(header::CONTENT_TYPE, content_type).body(Body::Whole(body.into())),
        })
    }
}

/// A reply whose headers are our own; if one cannot be sent, that is a fault of ours.
pub fn finished(reply: http::Result<Reply>) -> Reply {
    reply.unwrap_or_else(|error| internal(&error).reply(None))
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
pub fn see_other(location: String) -> Reply {
    finished(http::Response::builder().status(StatusCode::SEE_OTHER).header(header::LOCATION, location).body(Body::EMPTY))
}
