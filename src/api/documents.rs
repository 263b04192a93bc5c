//! IIIF documents on the wire: media type, validator, caching.

use std::borrow::Cow;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, header};
use sha2::{Digest, Sha256};

use super::etag::is_known;
use super::negotiate;
use super::problem::internal;
use super::reply::{Body, Reply};

/// A document ready to be sent.
pub struct Document<'a> {
    pub body: Bytes,
    /// Strong validators of the body as JSON-LD, and as plain JSON; worked out here where they are not known.
    pub tags: Option<&'a [String; 2]>,
    /// Major version of the specification that the document follows.
    pub version: u8,
    /// Context URI of that version: the `profile` of the media type.
    pub context: &'static str,
    pub cache_control: &'a str,
    /// `Link` header to send with it.
    pub link: Option<String>,
}

impl Document<'_> {
    /// The answer to a request with these headers: the document, or 304 if the client has it.
    pub fn reply(self, headers: &HeaderMap) -> Reply {
        let json_ld = negotiate::wants_json_ld(&accept(headers), self.version >= 3);
        let content_type = match (json_ld, self.version) {
            (true, 3..) => Cow::Owned(format!("application/ld+json;profile=\"{}\"", self.context)),
            (true, _) => Cow::Borrowed("application/ld+json"),
            (false, _) => Cow::Borrowed("application/json"),
        };
        let tag = match self.tags {
            Some([as_json_ld, as_json]) => Cow::Borrowed(if json_ld { as_json_ld } else { as_json }),
            None => Cow::Owned(tag(&[&content_type, std::str::from_utf8(&self.body).unwrap_or_default()])),
        };
        let mut reply = http::Response::builder()
            .header(header::ETAG, &*tag)
            .header(header::CACHE_CONTROL, self.cache_control)
            .header(header::VARY, "Accept");
        if let Some(link) = self.link {
            reply = reply.header(header::LINK, link);
        }
        finished(match is_known(headers, &tag) {
            true => reply.status(StatusCode::NOT_MODIFIED).body(Body::EMPTY),
            false => reply.header(header::CONTENT_TYPE, &*content_type).body(Body::Whole(self.body)),
        })
    }
}

/// A reply whose headers are our own; if one cannot be sent, that is a fault of ours.
pub fn finished(reply: http::Result<Reply>) -> Reply {
    reply.unwrap_or_else(|error| internal(&error).reply(None))
}

/// All `Accept` headers as one.
pub fn accept(headers: &HeaderMap) -> Cow<'_, str> {
    let mut values = headers.get_all(header::ACCEPT).iter().filter_map(|value| value.to_str().ok());
    match (values.next(), values.next()) {
        (first, None) => Cow::Borrowed(first.unwrap_or_default()),
        (first, second) => Cow::Owned(first.into_iter().chain(second).chain(values).collect::<Vec<_>>().join(",")),
    }
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
