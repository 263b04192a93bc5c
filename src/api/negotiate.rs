//! Which form of a document a client wants, by its `Accept` header (RFC 9110, section 12.5.1). Nothing is ever refused.

/// One entry of an `Accept` header.
#[derive(Debug, PartialEq)]
struct Wish {
    media: String,
    profile: Option<String>,
    weight: f32,
}

fn wishes(accept: &str) -> Vec<Wish> {
    let mut wishes: Vec<Wish> = split_outside_quotes(accept, ',').into_iter().filter_map(wish).collect();
    wishes.sort_by(|a, b| b.weight.total_cmp(&a.weight));
    wishes
}

fn wish(entry: &str) -> Option<Wish> {
    let mut parts = split_outside_quotes(entry, ';').into_iter().map(str::trim);
    let media = parts.next()?.to_ascii_lowercase();
    let mut wish = Wish { media, profile: None, weight: 1.0 };
    for (name, value) in parts.filter_map(|part| part.split_once('=')) {
        match name.trim().to_ascii_lowercase().as_str() {
            "profile" => wish.profile = Some(value.trim().trim_matches('"').to_owned()),
            "q" => wish.weight = value.trim().parse().ok().filter(|weight| (0.0..=1.0).contains(weight)).unwrap_or(0.0),
            _ => {}
        }
    }
    (wish.weight > 0.0 && wish.media.contains('/')).then_some(wish)
}

fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut quoted = false;
    let cut = move |character: char| {
        quoted ^= character == '"';
        character == separator && !quoted
    };
    text.split(cut).collect()
}

/// The number of the version whose context the client names as `profile`, the most wanted first.
///
/// `api` is the name of the specification in context URIs, such as `presentation`.
pub fn version(accept: &str, api: &str, offered: &[u8]) -> Option<u8> {
    let named = |profile: &str| {
        let (_, rest) = profile.split_once(&format!("iiif.io/api/{api}/"))?;
        rest.split('/').next()?.parse().ok().filter(|version| offered.contains(version))
    };
    wishes(accept).iter().filter_map(|wish| wish.profile.as_deref()).flat_map(|profiles| profiles.split(' ')).find_map(named)
}

/// Whether the client wants `application/ld+json` rather than `application/json`; `default` if it does not mind.
pub fn wants_json_ld(accept: &str, default: bool) -> bool {
    wishes(accept)
        .iter()
        .find_map(|wish| match wish.media.as_str() {
            "application/ld+json" => Some(true),
            "application/json" => Some(false),
            "*/*" | "application/*" => Some(default),
            _ => None,
        })
        .unwrap_or(default)
}

#[cfg(test)]
mod tests {
    use super::*;

    const V2: &str = r#"application/ld+json;profile="http://iiif.io/api/presentation/2/context.json""#;
    const V3: &str = r#"application/ld+json;profile="http://iiif.io/api/presentation/3/context.json""#;

    #[test]
    fn the_version_is_that_of_the_most_wanted_profile() {
        let cases = [
            (String::new(), None),
            ("*/*".to_owned(), None),
            ("application/json".to_owned(), None),
            (V2.to_owned(), Some(2)),
            (V3.to_owned(), Some(3)),
            (format!("{V2};q=0.5, {V3}"), Some(3)),
            (format!("{V2}, {V3};q=0.5"), Some(2)),
            (format!("{V3};q=0, {V2};q=0.1"), Some(2)),
            (V2.replace("/2/", "/9/"), None),
            (V2.replace("application/ld+json", "application/json").replace('"', ""), Some(2)),
            (r#"text/html, "#.to_owned() + V2, Some(2)),
            (r#"application/ld+json;profile="a,b;q=1"#.to_owned(), None),
        ];
        for (accept, expected) in cases {
            assert_eq!(version(&accept, "presentation", &[2, 3]), expected, "{accept}");
        }
    }

    #[test]
    fn json_ld_is_sent_where_it_is_wanted() {
        let cases = [
            ("", true, true),
            ("", false, false),
            ("application/ld+json", false, true),
            ("application/json", true, false),
            ("application/json;q=0.5, application/ld+json", false, true),
            ("application/json, application/ld+json;q=0.5", true, false),
            ("text/html, */*;q=0.8", true, true),
            ("text/html, */*;q=0.8", false, false),
            ("image/png", true, true),
        ];
        for (accept, default, expected) in cases {
            assert_eq!(wants_json_ld(accept, default), expected, "{accept}");
        }
    }
}
