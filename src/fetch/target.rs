//! The URL that is asked, first as it was given, then as answers lead on.

use std::net::IpAddr;

use http::Uri;
use url::{Host, Position, Url};

use super::FetchError;

/// Longest URL taken.
const LONGEST: usize = 8192;

/// A URL that may be asked: http or https, with a host, without credentials and fragment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Target(Url);

/// Who is asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Party {
    Name(String),
    Address(IpAddr),
}

impl Target {
    pub fn parse(url: &str) -> Result<Self, FetchError> {
        if url.len() > LONGEST {
            return Err(FetchError::Url("is too long"));
        }
        Url::parse(url).map_err(|_| FetchError::Url("is not a URL such as https://example.org/manifest.json")).and_then(Self::checked)
    }

    /// Where a `Location` leads; never from https to http.
    pub fn redirected(&self, location: &str) -> Result<Self, FetchError> {
        let joined = if location.len() > LONGEST { None } else { self.0.join(location).ok() };
        let target = Self::checked(joined.ok_or(FetchError::Redirect("to something that is not a URL"))?)?;
        if self.is_secure() && !target.is_secure() {
            return Err(FetchError::Redirect("from https to http"));
        }
        Ok(target)
    }

    fn checked(mut url: Url) -> Result<Self, FetchError> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::Url("must begin with http:// or https://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::Url("must not hold a user name or a password"));
        }
        if url.host_str().is_none_or(str::is_empty) {
            return Err(FetchError::Url("names no host"));
        }
        url.set_fragment(None);
        Ok(Self(url))
    }

    pub fn is_secure(&self) -> bool {
        self.0.scheme() == "https"
    }

    pub fn party(&self) -> Party {
        match self.0.host() {
            Some(Host::Ipv4(address)) => Party::Address(address.into()),
            Some(Host::Ipv6(address)) => Party::Address(address.into()),
            Some(Host::Domain(name)) => Party::Name(name.to_owned()),
            None => Party::Name(String::new()),
        }
    }

    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or(if self.is_secure() { 443 } else { 80 })
    }

    /// Host and port as the `Host` header has them.
    pub fn authority(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterPort]
    }

    /// Path and query as the request line has them.
    pub fn origin_form(&self) -> Result<Uri, FetchError> {
        let path = &self.0[Position::BeforePath..Position::AfterQuery];
        path.parse().map_err(|_| FetchError::Url("has characters that no request can carry"))
    }

    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_http_and_https_without_credentials() {
        for url in [
            "",
            "manifest.json",
            "/etc/passwd",
            "file:///etc/passwd",
            "ftp://example.org/",
            "gopher://example.org/",
            "data:,x",
            "http://",
            "https://user@example.org/",
            "https://user:secret@example.org/",
            "https://:secret@example.org/",
            "http://example.org:99999/",
            "http://exa mple.org/",
        ] {
            assert!(matches!(Target::parse(url), Err(FetchError::Url(_))), "{url}");
        }
        assert!(Target::parse(&format!("https://example.org/{}", "a".repeat(LONGEST))).is_err());
    }

    #[test]
    fn what_is_asked_is_what_the_url_says() {
        for (url, authority, path, port) in [
            ("https://example.org", "example.org", "/", 443),
            ("http://example.org:80/a b?c=d#e", "example.org", "/a%20b?c=d", 80),
            ("HTTP://EXAMPLE.org:8080/a/../b", "example.org:8080", "/b", 8080),
            ("http://[::1]:8080/x", "[::1]:8080", "/x", 8080),
            ("https://b\u{fc}cher.example/", "xn--bcher-kva.example", "/", 443),
        ] {
            let target = Target::parse(url).expect(url);
            let asked = (target.authority(), target.origin_form().expect(url).to_string(), target.port());
            assert_eq!(asked, (authority, path.to_owned(), port), "{url}");
        }
    }

    #[test]
    fn addresses_in_any_notation_are_known_as_addresses() {
        for host in ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "%31%32%37.0.0.1", "127\u{3002}0\u{3002}0\u{3002}1"] {
            let target = Target::parse(&format!("http://{host}/")).expect(host);
            assert_eq!(target.party(), Party::Address([127, 0, 0, 1].into()), "{host}");
        }
    }

    #[test]
    fn redirects_lead_on_but_never_out_of_https() {
        let from = |url: &str| Target::parse(url).expect("a URL");
        for (url, location, want) in [
            ("https://a.example/x/y", "z", Ok("https://a.example/x/z")),
            ("https://a.example/x/y", "/z?q", Ok("https://a.example/z?q")),
            ("https://a.example/", "//b.example/", Ok("https://b.example/")),
            ("http://a.example/", "https://b.example/", Ok("https://b.example/")),
            ("http://a.example/", "http://b.example/#f", Ok("http://b.example/")),
            ("https://a.example/", "http://b.example/", Err(FetchError::Redirect("from https to http"))),
            ("https://a.example/", "file:///etc/passwd", Err(FetchError::Url("must begin with http:// or https://"))),
            ("https://a.example/", "https://u:p@b.example/", Err(FetchError::Url("must not hold a user name or a password"))),
            ("https://a.example/", "https://", Err(FetchError::Redirect("to something that is not a URL"))),
        ] {
            let target = from(url).redirected(location);
            assert_eq!(target.as_ref().map(Target::as_str), want.as_ref().map(|url| *url), "{url} {location}");
        }
    }
}
