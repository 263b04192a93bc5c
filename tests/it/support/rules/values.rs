//! Values that both Presentation versions share.

/// `http` or `https` with a host, without white space and other characters that must be encoded.
pub(super) fn is_http_uri(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let forbidden = |c: char| c.is_whitespace() || c.is_control() || !c.is_ascii() || "<>\"{}|\\^`".contains(c);
    rest.is_some_and(|rest| !rest.is_empty() && !rest.starts_with(['/', '?', '#'])) && !text.contains(forbidden)
}

/// The URIs that `rights` may hold.
pub(super) fn is_rights(text: &str) -> bool {
    let roots = ["http://creativecommons.org/licenses/", "http://creativecommons.org/publicdomain/", "http://rightsstatements.org/vocab/"];
    roots.iter().any(|root| text.strip_prefix(root).is_some_and(|rest| rest.split('/').filter(|part| !part.is_empty()).count() >= 2))
}

/// xsd:dateTime with a time zone.
pub(super) fn is_zoned_date_time(text: &str) -> bool {
    let Some((date, time)) = text.strip_prefix('-').unwrap_or(text).split_once('T') else { return false };
    let clock = time.strip_suffix('Z').or_else(|| {
        let (clock, zone) = time.split_at_checked(time.len().checked_sub(6)?)?;
        (zone.starts_with(['+', '-']) && digits(&zone[1..], ":", &[(2, 14), (2, 59)])).then_some(clock)
    });
    let whole = clock.map(|clock| clock.split_once('.').map_or(clock, |(whole, _)| whole));
    digits(date, "-", &[(4, 9999), (2, 12), (2, 31)]) && whole.is_some_and(|clock| digits(clock, ":", &[(2, 24), (2, 59), (2, 59)]))
}

/// The one form of a date in Presentation 2.1.
pub(super) fn is_utc_date_time(text: &str) -> bool {
    text.len() == 20 && text.ends_with('Z') && is_zoned_date_time(text)
}

/// Numbers of exactly so many digits, up to a limit, between separators.
fn digits(text: &str, separator: &str, parts: &[(usize, u32)]) -> bool {
    let found: Vec<_> = text.split(separator).collect();
    let fits = |(part, &(width, most)): (&&str, &(usize, u32))| {
        part.len() == width && part.bytes().all(|byte| byte.is_ascii_digit()) && part.parse::<u32>().is_ok_and(|number| number <= most)
    };
    found.len() == parts.len() && found.iter().zip(parts).all(fits)
}

/// A media type.
pub(super) fn is_format(text: &str) -> bool {
    text.split_once('/').is_some_and(|(kind, rest)| !kind.is_empty() && !rest.is_empty() && !text.contains(' '))
}

pub(super) fn is_direction(text: &str) -> bool {
    matches!(text, "left-to-right" | "right-to-left" | "top-to-bottom" | "bottom-to-top")
}
