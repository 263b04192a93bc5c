//! From the text of a setting to its value. Every error says what would have been right.

use std::{
    fmt,
    net::{IpAddr, SocketAddr},
    path::PathBuf,
    str::FromStr,
    time::Duration,
};

use ipnet::IpNet;

/// A value that is never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// The value itself, for the one place that needs it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(set)")
    }
}

/// Where images are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoragePlace {
    /// A directory.
    Folder(PathBuf),
    /// A bucket and a key prefix without slashes at its ends, possibly empty.
    S3 { bucket: String, prefix: String },
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// One line for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// What becomes of colour profiles.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColourChoice {
    /// Sent along.
    Keep,
    /// Applied: images are brought to sRGB.
    Srgb,
}

type Parsed<T> = Result<T, String>;

/// Empty text means that nothing is set.
pub(super) fn optional<T>(parse: impl Fn(&str) -> Parsed<T>) -> impl Fn(&str) -> Parsed<Option<T>> {
    move |value| if value.is_empty() { Ok(None) } else { parse(value).map(Some) }
}

pub(super) fn text(value: &str) -> Parsed<String> {
    if value.is_empty() { Err("must not be empty".into()) } else { Ok(value.to_owned()) }
}

pub(super) fn secret(value: &str) -> Parsed<Secret> {
    text(value).map(Secret)
}

pub(super) fn path(value: &str) -> Parsed<PathBuf> {
    text(value).map(PathBuf::from)
}

pub(super) fn address(value: &str) -> Parsed<SocketAddr> {
    value.parse().map_err(|_| "is not an address and port such as 127.0.0.1:8080 or [::]:8080".into())
}

pub(super) fn yes_or_no(value: &str) -> Parsed<bool> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Ok(true),
        "false" | "no" | "off" | "0" => Ok(false),
        _ => Err("is neither true nor false".into()),
    }
}

pub(super) fn choice(value: &str) -> Parsed<LogFormat> {
    match value {
        "text" => Ok(LogFormat::Text),
        "json" => Ok(LogFormat::Json),
        _ => Err("is neither text nor json".into()),
    }
}

pub(super) fn colours(value: &str) -> Parsed<ColourChoice> {
    match value {
        "keep" => Ok(ColourChoice::Keep),
        "srgb" => Ok(ColourChoice::Srgb),
        _ => Err("is neither keep nor srgb".into()),
    }
}

pub(super) fn number<T: FromStr>(value: &str) -> Parsed<T> {
    value.replace('_', "").parse().map_err(|_| "is not a whole number in range".into())
}

pub(super) fn at_least_one(value: &str) -> Parsed<u32> {
    number(value).and_then(|n: u32| if n == 0 { Err("must be at least 1".into()) } else { Ok(n) })
}

pub(super) fn one_or_more(value: &str) -> Parsed<usize> {
    at_least_one(value).map(|count| count as usize)
}

pub(super) fn quality(value: &str) -> Parsed<u8> {
    number(value).ok().filter(|n| (1..=100).contains(n)).ok_or_else(|| "is not a number from 1 to 100".into())
}

/// A number above zero with one of `units` after it.
fn scaled(value: &str, units: &[(&str, u64)], wanted: &str) -> Parsed<u64> {
    let split = value.find(|c: char| !c.is_ascii_digit() && c != '_').unwrap_or(value.len());
    let (digits, unit) = value.split_at(split);
    let factor = units.iter().find(|(name, _)| name.eq_ignore_ascii_case(unit.trim())).map(|(_, factor)| *factor);
    let amount = number(digits).ok();
    amount
        .zip(factor)
        .and_then(|(n, factor): (u64, u64)| n.checked_mul(factor))
        .filter(|n| *n > 0)
        .ok_or_else(|| format!("is not {wanted}"))
}

/// Bytes; K, M, G and T are powers of 1024.
pub(super) fn byte_count(value: &str) -> Parsed<u64> {
    const K: u64 = 1024;
    let units =
        [("", 1), ("B", 1), ("K", K), ("KiB", K), ("M", K * K), ("MiB", K * K), ("G", K * K * K), ("GiB", K * K * K), ("T", K * K * K * K)];
    scaled(value, &units, "a number of bytes such as 8388608, 8M or 2G")
}

/// The same, or 0.
pub(super) fn byte_count_or_none(value: &str) -> Parsed<u64> {
    if value.trim() == "0" { Ok(0) } else { byte_count(value) }
}

/// Pixels; MP is a million of them.
pub(super) fn pixels(value: &str) -> Parsed<u64> {
    scaled(value, &[("", 1), ("MP", 1_000_000)], "a number of pixels such as 40000000 or 40MP")
}

pub(super) fn duration(value: &str) -> Parsed<Duration> {
    let units = [("ms", 1), ("", 1000), ("s", 1000), ("m", 60_000), ("h", 3_600_000)];
    scaled(value, &units, "a time such as 30, 30s, 500ms or 5m").map(Duration::from_millis)
}

pub(super) fn networks(value: &str) -> Parsed<Vec<IpNet>> {
    let parts = value.split(',').map(str::trim).filter(|part| !part.is_empty());
    parts.map(network).collect()
}

fn network(part: &str) -> Parsed<IpNet> {
    let one_address = || part.parse::<IpAddr>().map(IpNet::from).ok();
    let net = part.parse().ok().or_else(one_address);
    net.ok_or_else(|| format!("has {part:?}, which is neither a network such as 10.0.0.0/8 nor an address"))
}

/// An http(s) URL with host and perhaps a path; slashes at the end are taken away.
pub(super) fn web_url(value: &str) -> Parsed<String> {
    let fault = || Err("is not an http or https URL such as https://example.org/iiif, without query and fragment".to_owned());
    let Some(rest) = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")) else { return fault() };
    let host = rest.split('/').next().unwrap_or_default();
    let clean = |c: char| c.is_ascii_graphic() && !"?#\"<>\\^`{|}@".contains(c);
    let named = !host.is_empty() && !host.starts_with(':');
    if named && rest.chars().all(clean) && port_is_right(host) { Ok(value.trim_end_matches('/').to_owned()) } else { fault() }
}

/// Whether what follows the colon of `host:port` or `[v6]:port`, if anything, is a port.
fn port_is_right(host: &str) -> bool {
    let after_address = host.rsplit_once(']').map_or(host, |(_, after)| after);
    after_address.split_once(':').is_none_or(|(_, port)| port.parse::<u16>().is_ok())
}

/// A directory, or `s3://bucket/prefix`.
pub(super) fn image_place(value: &str) -> Parsed<StoragePlace> {
    let Some(rest) = value.strip_prefix("s3://") else {
        let known = !value.contains("://");
        return if known { path(value).map(StoragePlace::Folder) } else { Err("is neither a directory nor s3://bucket/prefix".into()) };
    };
    let (bucket, prefix) = rest.split_once('/').unwrap_or((rest, ""));
    let allowed = |c: char| c.is_ascii_alphanumeric() || ".-_".contains(c);
    if bucket.is_empty() || !bucket.chars().all(allowed) {
        return Err("has no bucket name after s3://".into());
    }
    Ok(StoragePlace::S3 { bucket: bucket.to_owned(), prefix: prefix.trim_matches('/').to_owned() })
}

/// The value of an HTTP header field.
pub(super) fn header(value: &str) -> Parsed<String> {
    let visible = value.chars().all(|c| c == ' ' || c.is_ascii_graphic());
    if visible { text(value) } else { Err("has characters that an HTTP header cannot carry".into()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (given, want) in [("1", 1), ("8M", 8 << 20), ("2G", 2 << 30), ("2 GiB", 2 << 30), ("1_000", 1000), ("1t", 1 << 40)] {
            assert_eq!(byte_count(given), Ok(want), "{given}");
        }
        for given in ["", "0", "M", "-1", "1.5G", "2X", "99999999999999T"] {
            assert!(byte_count(given).is_err(), "{given}");
        }
        assert_eq!(pixels("40MP"), Ok(40_000_000));
        assert!(pixels("40M").is_err());
    }

    #[test]
    fn times() {
        for (given, want) in [("30", 30_000), ("30s", 30_000), ("500ms", 500), ("5m", 300_000), ("1h", 3_600_000)] {
            assert_eq!(duration(given), Ok(Duration::from_millis(want)), "{given}");
        }
        assert!(duration("0").is_err() && duration("soon").is_err());
    }

    #[test]
    fn urls() {
        for (given, want) in [
            ("http://localhost:8080/", "http://localhost:8080"),
            ("https://example.org/iiif//", "https://example.org/iiif"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://example.org", "https://example.org"),
        ] {
            assert_eq!(web_url(given).as_deref(), Ok(want), "{given}");
        }
        let wrong = [
            "example.org",
            "ftp://example.org",
            "http://",
            "http:///a",
            "http://:80",
            "http://a:port",
            "http://a?b",
            "http://a#b",
            "http://a b",
            "http://u:p@a",
        ];
        for given in wrong {
            assert!(web_url(given).is_err(), "{given}");
        }
    }

    #[test]
    fn places() {
        let s3 = |bucket: &str, prefix: &str| Ok(StoragePlace::S3 { bucket: bucket.into(), prefix: prefix.into() });
        assert_eq!(image_place("s3://scans"), s3("scans", ""));
        assert_eq!(image_place("s3://scans/a/b/"), s3("scans", "a/b"));
        assert_eq!(image_place("/srv/images"), Ok(StoragePlace::Folder("/srv/images".into())));
        for given in ["s3://", "s3:///a", "s3://a b/c", "gs://bucket"] {
            assert!(image_place(given).is_err(), "{given}");
        }
    }

    #[test]
    fn proxies() {
        let nets = networks("10.0.0.0/8, 127.0.0.1,::1").expect("three networks");
        assert_eq!(nets.iter().map(ToString::to_string).collect::<Vec<_>>(), ["10.0.0.0/8", "127.0.0.1/32", "::1/128"]);
        assert_eq!(networks(""), Ok(vec![]));
        assert!(networks("10.0.0.0/99").is_err() && networks("proxy").is_err());
    }

    #[test]
    fn small_ones() {
        assert_eq!(yes_or_no("Off"), Ok(false));
        assert!(yes_or_no("maybe").is_err() && choice("xml").is_err() && address("8080").is_err());
        assert!(quality("0").is_err() && quality("101").is_err() && quality("80") == Ok(80));
        assert!(at_least_one("0").is_err() && number::<usize>("0") == Ok(0));
        assert!(header("a\r\nb").is_err() && header("no-store").is_ok());
        assert_eq!(format!("{:?}", secret("hush")), "Ok((set))");
    }
}
