//! `navDate`: an xsd:dateTime that always has a time zone (Presentation 3.0, section 3.1).

use time::format_description::well_known::Rfc3339;
use time::{OffsetDateTime, UtcOffset};

/// Reads `YYYY-MM-DDThh:mm:ss`, a fraction if there is one, and `Z` or `±hh:mm`.
pub(super) fn parse(text: &str) -> Option<OffsetDateTime> {
    let bytes = text.as_bytes();
    let capitals = bytes.get(10) == Some(&b'T') && !text.contains(['z', ' ']);
    if capitals { OffsetDateTime::parse(text, &Rfc3339).ok() } else { None }
}

/// The same moment as `YYYY-MM-DDThh:mm:ssZ`, the only form of Presentation 2.1; without its fraction of a second.
pub(super) fn utc(text: &str) -> Option<String> {
    let moment = parse(text)?.checked_to_offset(UtcOffset::UTC)?.replace_nanosecond(0).ok()?;
    moment.format(&Rfc3339).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn good_dates_in_utc() {
        let cases = [
            ("1856-01-01T00:00:00Z", Some("1856-01-01T00:00:00Z")),
            ("1999-12-31T23:30:00-01:00", Some("2000-01-01T00:30:00Z")),
            ("2024-02-29T12:00:00.5+09:00", Some("2024-02-29T03:00:00Z")),
            ("9999-12-31T23:59:59-01:00", None),
            ("0000-01-01T00:00:00+01:00", None),
        ];
        for (text, expected) in cases {
            assert!(parse(text).is_some(), "{text}");
            assert_eq!(utc(text).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn bad_dates() {
        let cases =
            ["", "1856", "1856-01-01", "1856-01-01T00:00:00", "1856-01-01 00:00:00Z", "1856-01-01T00:00:00z", "1856-13-01T00:00:00Z"];
        for text in cases.into_iter().chain(["2023-02-29T00:00:00Z", "1856-01-01t00:00:00Z", "1856-01-01T00:00Z", " 1856-01-01T00:00:00Z"])
        {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
