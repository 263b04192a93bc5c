//! The grammar of small values: language tags, URIs, media types.

/// The grammar of BCP 47 as far as it can be told without the registry: a language of two or three letters, or x or i, and subtags.
pub fn is_tag(text: &str) -> bool {
    let mut parts = text.split('-');
    let first = parts.next().unwrap_or_default();
    let letters = first.bytes().all(|byte| byte.is_ascii_alphabetic());
    let primary = matches!(first.len(), 2 | 3) || (matches!(first, "x" | "X" | "i" | "I") && text.len() > 2);
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    letters && primary && parts.all(subtag)
}

/// `http` or `https`, a host, and only characters that RFC 3986 lets stand in a URI.
pub(super) fn is_http(uri: &str) -> bool {
    let Some(rest) = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://")) else { return false };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    let encoded = |after: &str| after.len() >= 2 && after.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
    host.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '[')
        && uri.bytes().all(allowed)
        && uri.split('%').skip(1).all(encoded)
        && uri.matches('#').count() < 2
}

/// `type/subtype`, without parameters.
pub(super) fn is_media_type(text: &str) -> bool {
    let token = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$&^_.+-".contains(&byte));
    text.len() <= 255
        && text.split_once('/').is_some_and(|(kind, rest)| token(kind) && token(rest) && kind.starts_with(|c: char| c.is_ascii_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris() {
        for good in ["http://x", "https://x.org/a%20b?c=d#e", "https://[::1]:80/", "https://x.org/a,b;c(d)"] {
            assert!(is_http(good), "{good}");
        }
        for bad in [
            "",
            "x.org",
            "HTTP://x",
            "http://",
            "http:///a",
            "https://x.org/a b",
            "https://x.org/é",
            "https://x.org/%2",
            "https://x.org/#a#b",
            "https://x/%€",
        ] {
            assert!(!is_http(bad), "{bad}");
        }
    }

    #[test]
    fn tags() {
        for good in ["en", "grc", "zh-Hant-TW", "es-419", "de-1996", "x-klingon", "en-GB-u-ca-gregory"] {
            assert!(is_tag(good), "{good}");
        }
        for bad in ["", "e", "x", "x-", "en-", "en--US", "en_US", "french", "en-toolongsub", "é", "none"] {
            assert!(!is_tag(bad), "{bad}");
        }
    }

    #[test]
    fn media_types() {
        for good in ["application/pdf", "image/svg+xml", "text/vtt"] {
            assert!(is_media_type(good), "{good}");
        }
        for bad in ["", "pdf", "Text/html", "text/", "/html", "text/html; charset=utf-8", "a/b/c"] {
            assert!(!is_media_type(bad), "{bad}");
        }
    }
}
