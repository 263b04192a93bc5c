//! Texts are compressed where the client wants it; images never (RFC 9110, section 8.4).
//!
//! A compressed answer is another representation, so its entity tag gets an ending, which is taken off again where it comes back.

use std::io::Write;

use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};

use crate::api::{Body, Packed, Reply};

/// Bodies below this are sent as they are: the headers alone would cost as much.
const WORTHWHILE: usize = 860;
const ENDING: &str = ";gzip\"";

/// What a client says about compression.
pub struct Wishes {
    gzip: bool,
    /// The tag it knows is that of a compressed answer.
    tagged: bool,
}

/// Reads what the client accepts, and takes the endings off the entity tags that it sends.
pub fn forget_coding(headers: &mut HeaderMap) -> Wishes {
    let gzip = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).is_some_and(accepts_gzip);
    let mut tagged = false;
    for name in [header::IF_MATCH, header::IF_NONE_MATCH] {
        tagged |= plain(headers, &name);
    }
    Wishes { gzip, tagged }
}

fn plain(headers: &mut HeaderMap, name: &HeaderName) -> bool {
    let Some(tags) = headers.get(name).and_then(|value| value.to_str().ok()).filter(|tags| tags.contains(ENDING)) else { return false };
    if let Ok(tags) = HeaderValue::from_str(&tags.replace(ENDING, "\"")) {
        headers.insert(name, tags);
    }
    true
}

fn accepts_gzip(list: &str) -> bool {
    let refused = |parameters: &str| parameters.trim().strip_prefix("q=").is_some_and(|q| q.trim().parse::<f32>().is_ok_and(|q| q == 0.0));
    list.split(',').any(|entry| {
        let (coding, parameters) = entry.split_once(';').unwrap_or((entry, ""));
        matches!(coding.trim(), "gzip" | "x-gzip" | "*") && !refused(parameters)
    })
}

/// Whether an answer is a text, or stands for one that the client has already: such a one comes without its type.
pub fn is_text(reply: &Reply) -> bool {
    let media_type = reply.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    media_type.map_or(reply.status() == StatusCode::NOT_MODIFIED, is_text_type)
}

fn is_text_type(content_type: &str) -> bool {
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    essence.starts_with("text/") || essence.ends_with("json") || essence == "application/yaml"
}

/// Compresses a text if the client wants that; says in any case that the answer depends on it.
pub async fn compress(mut reply: Reply, wishes: &Wishes) -> Reply {
    let known = reply.status() == StatusCode::NOT_MODIFIED;
    if known && wishes.tagged {
        mark(reply.headers_mut());
    }
    if !is_text(&reply) {
        return reply;
    }
    reply.headers_mut().append(header::VARY, HeaderValue::from_static("Accept-Encoding"));
    if known || !wishes.gzip || reply.headers().contains_key(header::CONTENT_ENCODING) {
        return reply;
    }
    let (mut head, body) = reply.into_parts();
    let packed = head.extensions.remove::<Packed>();
    let Some(body) = body.whole().await else { return Reply::from_parts(head, Body::EMPTY) };
    let worthwhile = body.len() >= WORTHWHILE;
    let small = match packed {
        Some(Packed(bytes)) => worthwhile.then_some(bytes),
        None => gzip(&body).filter(|_| worthwhile).map(Bytes::from),
    };
    if small.is_some() {
        head.headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static("gzip"));
        head.headers.remove(header::CONTENT_LENGTH);
        mark(&mut head.headers);
    }
    Reply::from_parts(head, Body::Whole(small.unwrap_or(body)))
}

fn gzip(body: &[u8]) -> Option<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), Compression::fast());
    encoder.write_all(body).ok()?;
    encoder.finish().ok()
}

fn mark(headers: &mut HeaderMap) {
    let marked = headers.get(header::ETAG).and_then(|tag| tag.to_str().ok()?.strip_suffix('"').map(|tag| format!("{tag}{ENDING}")));
    if let Some(tag) = marked.and_then(|tag| HeaderValue::from_str(&tag).ok()) {
        headers.insert(header::ETAG, tag);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gzip_is_used_where_it_is_wanted() {
        for (list, expected) in [
            ("gzip", true),
            ("gzip, deflate", true),
            ("deflate, gzip;q=0.5", true),
            ("*", true),
            ("gzip;q=0", false),
            ("identity", false),
            ("", false),
        ] {
            assert_eq!(accepts_gzip(list), expected, "{list}");
        }
    }

    #[test]
    fn tags_of_compressed_answers_come_back_plain() {
        let mut headers = HeaderMap::from_iter([(header::IF_NONE_MATCH, HeaderValue::from_static("\"a;gzip\", \"b\""))]);
        assert!(forget_coding(&mut headers).tagged);
        assert_eq!(headers[header::IF_NONE_MATCH], "\"a\", \"b\"");
    }
}
