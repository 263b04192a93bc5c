//! The address that the client knows the service by: every URL sent out starts with it.

use std::net::IpAddr;

use ipnet::IpNet;
use poem::Request;
use poem::http::{HeaderMap, header};

use crate::iiif::uris::Uris;

/// How the public address is found.
#[derive(Clone, Debug, Default)]
pub struct Addressing {
    /// The configured public URL: then nothing else counts.
    pub public_url: Option<String>,
    /// Networks whose `Forwarded` headers are believed.
    pub trusted_proxies: Vec<IpNet>,
}

impl Addressing {
    /// The base of all URLs for a request from `peer`; `scheme` is how it came here.
    pub fn base(&self, headers: &HeaderMap, peer: Option<IpAddr>, scheme: &str) -> String {
        if let Some(url) = &self.public_url {
            return url.clone();
        }
        let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        let trusted = peer.is_some_and(|peer| self.trusted_proxies.iter().any(|network| network.contains(&peer)));
        let forwarded = |name: &str| if trusted { text(name).map(first) } else { None };
        let scheme = forwarded("x-forwarded-proto").filter(|scheme| matches!(*scheme, "http" | "https")).unwrap_or(scheme);
        let host = forwarded("x-forwarded-host").or_else(|| text(header::HOST.as_str())).filter(|host| is_host(host));
        let prefix = forwarded("x-forwarded-prefix").filter(|prefix| is_prefix(prefix)).unwrap_or_default();
        format!("{scheme}://{}{}", host.unwrap_or("localhost"), prefix.trim_end_matches('/'))
    }

    /// The path below which the service lives, as far as it is configured: `/prefix` or nothing.
    pub fn prefix(&self) -> &str {
        let path =
            self.public_url.as_deref().and_then(|url| url.split_once("://")).and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
        path.unwrap_or_default()
    }
}

/// The first of a list: what the proxy nearest to the client said.
fn first(list: &str) -> &str {
    list.split(',').next().unwrap_or_default().trim()
}

/// Host name or address with an optional port, and nothing that could leave its place in a URL.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.len() <= 255 && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte))
}

fn is_prefix(text: &str) -> bool {
    text.starts_with('/') && !text.contains("//") && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/.-_~%".contains(&byte))
}

/// The mint of URLs for this request.
pub struct Address(pub Uris);

impl<'a> poem::FromRequest<'a> for Address {
    async fn from_request(request: &'a Request, _: &mut poem::RequestBody) -> poem::Result<Self> {
        Ok(Self(uris(request)))
    }
}

/// The mint of URLs for a request that the server let in.
pub fn uris(request: &Request) -> Uris {
    let addressing = request.data::<std::sync::Arc<super::App>>().map(|app| app.addressing.clone()).unwrap_or_default();
    let peer = request.remote_addr().as_socket_addr().map(std::net::SocketAddr::ip);
    Uris::new(&addressing.base(request.headers(), peer, request.scheme().as_str()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse::<header::HeaderName>().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn forwarded_headers_count_from_trusted_proxies_only() {
        let proxy: IpAddr = "10.1.2.3".parse().unwrap();
        let stranger: IpAddr = "192.0.2.1".parse().unwrap();
        let addressing = Addressing { public_url: None, trusted_proxies: vec!["10.0.0.0/8".parse().unwrap()] };
        let sent = headers(&[
            ("host", "inner:8080"),
            ("x-forwarded-host", "iiif.example.org, other"),
            ("x-forwarded-proto", "https"),
            ("x-forwarded-prefix", "/images/"),
        ]);
        assert_eq!(addressing.base(&sent, Some(proxy), "http"), "https://iiif.example.org/images");
        assert_eq!(addressing.base(&sent, Some(stranger), "http"), "http://inner:8080");
        assert_eq!(addressing.base(&sent, None, "http"), "http://inner:8080");
        assert_eq!(addressing.base(&sent, Some(stranger), "https"), "https://inner:8080");
        let nonsense = headers(&[("host", "evil/\"path"), ("x-forwarded-proto", "javascript"), ("x-forwarded-prefix", "//evil")]);
        assert_eq!(addressing.base(&nonsense, Some(proxy), "http"), "http://localhost");
    }

    #[test]
    fn the_configured_url_is_the_last_word() {
        let addressing =
            Addressing { public_url: Some("https://example.org/iiif".to_owned()), trusted_proxies: vec!["0.0.0.0/0".parse().unwrap()] };
        let sent = headers(&[("host", "inner"), ("x-forwarded-host", "outer")]);
        assert_eq!(addressing.base(&sent, Some("10.0.0.1".parse().unwrap()), "http"), "https://example.org/iiif");
        assert_eq!(addressing.prefix(), "/iiif");
        assert_eq!(Addressing::default().prefix(), "");
    }
}
