//! The path of a request as segments, each decoded once: an encoded slash stays within its segment.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use super::problem::{Kind, Problem};

/// Longest path taken.
const LONGEST: usize = 8192;

/// The segments of a raw path such as `/iiif/3/a%2Fb/info.json`, without the first, empty one.
///
/// # Errors
/// A broken percent-encoding, text that is not UTF-8 or holds U+0000, or a path beyond all measure.
pub fn segments(path: &str) -> Result<Vec<Cow<'_, str>>, Problem> {
    if path.len() > LONGEST {
        return Err(Problem::new(Kind::BadRequest, "the URL is too long"));
    }
    path.trim_start_matches('/').split('/').map(segment).collect()
}

fn segment(raw: &str) -> Result<Cow<'_, str>, Problem> {
    if !raw.contains('%') {
        return Ok(Cow::Borrowed(raw));
    }
    let whole = |rest: &str| rest.len() >= 2 && rest.as_bytes()[..2].iter().all(u8::is_ascii_hexdigit);
    if !raw.split('%').skip(1).all(whole) {
        return Err(Problem::new(Kind::BadRequest, "a percent sign in the URL is not followed by two hexadecimal digits"));
    }
    let text = percent_decode_str(raw).decode_utf8().map_err(|_| Problem::new(Kind::BadRequest, "the URL is not UTF-8"))?;
    if text.contains('\0') {
        return Err(Problem::new(Kind::BadRequest, "the URL holds the character U+0000"));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_decoded_exactly_once() {
        let cases = [
            ("/iiif/3/a%2Fb/info.json", Some(vec!["iiif", "3", "a/b", "info.json"])),
            ("/a%252Fb", Some(vec!["a%2Fb"])),
            ("/a//b/", Some(vec!["a", "", "b", ""])),
            ("/%E6%BC%A2", Some(vec!["漢"])),
            ("/%zz", None),
            ("/a%2", None),
            ("/%", None),
            ("/%FF", None),
            ("/a%00b", None),
        ];
        for (path, expected) in cases {
            assert_eq!(segments(path).ok(), expected.map(|list| list.into_iter().map(Cow::Borrowed).collect()), "{path}");
        }
        assert!(segments(&"/a".repeat(LONGEST)).is_err());
    }
}
