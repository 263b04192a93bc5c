//! Parts of an answer (RFC 9110, section 14): a download that broke off goes on where it was.

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, StatusCode, header};

use super::reply::{Body, Reply};

/// What a client asks of an answer of `length` bytes.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Whole,
    /// From the first to, not including, the second.
    Bytes(usize, usize),
    Nowhere,
}

/// Whether the client asks for a part; whether it gets one depends on the answer.
pub fn is_asked(headers: &HeaderMap) -> bool {
    headers.contains_key(header::RANGE)
}

/// Answers with the part of `bytes` that is asked for, if it is asked for; `reply` has the head of the whole answer and its tag.
pub fn apply(headers: &HeaderMap, mut reply: Reply, bytes: Bytes) -> Reply {
    reply.headers_mut().insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    let length = bytes.len();
    let same = headers.get(header::IF_RANGE).is_none_or(|known| Some(known) == reply.headers().get(header::ETAG));
    let asked = headers.get(header::RANGE).filter(|_| same).and_then(|range| range.to_str().ok());
    let (status, said, body) = match asked.map_or(Part::Whole, |range| part(range, length)) {
        Part::Whole => (StatusCode::OK, None, bytes),
        Part::Bytes(from, to) => (StatusCode::PARTIAL_CONTENT, Some(format!("bytes {from}-{}/{length}", to - 1)), bytes.slice(from..to)),
        Part::Nowhere => return super::Problem::new(super::Kind::OutOfRange, format!("the answer has {length} bytes")).out_of(length),
    };
    *reply.status_mut() = status;
    if let Some(said) = said.and_then(|said| HeaderValue::from_str(&said).ok()) {
        reply.headers_mut().insert(header::CONTENT_RANGE, said);
    }
    *reply.body_mut() = Body::Whole(body);
    reply
}

/// One range in bytes; several, and what is no range, count as none.
fn part(range: &str, length: usize) -> Part {
    let Some((first, last)) = range.strip_prefix("bytes=").and_then(|range| range.trim().split_once('-')) else { return Part::Whole };
    let number =
        |text: &str| (text.bytes().all(|byte| byte.is_ascii_digit()) && !text.is_empty()).then(|| text.parse().unwrap_or(usize::MAX));
    match (number(first), number(last)) {
        (Some(from), _) if !last.is_empty() && number(last).is_none_or(|last| last < from) => Part::Whole,
        (Some(from), last) if from < length => Part::Bytes(from, last.map_or(length, |last| last.saturating_add(1).min(length))),
        (None, Some(suffix)) if first.is_empty() && suffix > 0 && length > 0 => Part::Bytes(length.saturating_sub(suffix), length),
        (Some(_), _) => Part::Nowhere,
        (None, Some(0)) if first.is_empty() => Part::Nowhere,
        _ => Part::Whole,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_range_of_bytes_is_understood() {
        for (range, expected) in [
            ("bytes=0-0", Part::Bytes(0, 1)),
            ("bytes=2-5", Part::Bytes(2, 6)),
            ("bytes=2-", Part::Bytes(2, 10)),
            ("bytes=2-99999999999999999999", Part::Bytes(2, 10)),
            ("bytes=-3", Part::Bytes(7, 10)),
            ("bytes=-30", Part::Bytes(0, 10)),
            ("bytes=10-", Part::Nowhere),
            ("bytes=10-20", Part::Nowhere),
            ("bytes=-0", Part::Nowhere),
            ("bytes=5-2", Part::Whole),
            ("bytes=0-1,3-4", Part::Whole),
            ("bytes=a-b", Part::Whole),
            ("bytes=-", Part::Whole),
            ("bytes=", Part::Whole),
            ("lines=0-1", Part::Whole),
            ("", Part::Whole),
        ] {
            assert_eq!(part(range, 10), expected, "{range}");
        }
        assert_eq!(part("bytes=-3", 0), Part::Whole);
    }
}
