//! `rights`: one URI of Creative Commons or RightsStatements.org, exactly as these define it (Presentation 3.0, section 3.1).

const LICENSES: [&str; 12] = ["by", "by-sa", "by-nd", "by-nc", "by-nc-sa", "by-nc-nd", "by-nd-nc", "nc", "nd", "sa", "nc-sa", "nd-nc"];
const STATEMENTS: [&str; 12] =
    ["InC", "InC-OW-EU", "InC-EDU", "InC-NC", "InC-RUU", "NoC-CR", "NoC-NC", "NoC-OKLR", "NoC-US", "CNE", "UND", "NKC"];

/// Whether the URI is one that may stand in `rights`.
pub(super) fn is_valid(uri: &str) -> bool {
    let Some(path) = uri.strip_prefix("http://").and_then(|rest| rest.strip_suffix('/')) else { return false };
    let parts: Vec<&str> = path.split('/').collect();
    match parts.as_slice() {
        ["creativecommons.org", "licenses", license, version] => LICENSES.contains(license) && is_version(version),
        ["creativecommons.org", "licenses", license, version, place] => {
            LICENSES.contains(license) && is_version(version) && is_place(place)
        }
        ["creativecommons.org", "publicdomain", "zero" | "mark", "1.0"] => true,
        ["rightsstatements.org", "vocab", statement, "1.0"] => STATEMENTS.contains(statement),
        _ => false,
    }
}

/// The valid URI that the writer most likely means.
pub(super) fn suggestion(uri: &str) -> Option<String> {
    let rest = uri.trim();
    let rest = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://")).unwrap_or(rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    let rest = rest.split(['?', '#']).next()?.trim_end_matches('/');
    let mut parts: Vec<&str> = rest.split('/').collect();
    let page = parts.last().is_some_and(|last| last.starts_with("deed") || last.starts_with("legalcode"));
    if page {
        parts.pop();
    }
    if let ["rightsstatements.org", kind @ ("page" | "data"), ..] = parts.as_mut_slice() {
        *kind = "vocab";
    }
    let candidate = format!("http://{}/", parts.join("/"));
    is_valid(&candidate).then_some(candidate)
}

fn is_version(text: &str) -> bool {
    matches!(text, "1.0" | "2.0" | "2.1" | "2.5" | "3.0" | "4.0")
}

/// The code of a country or the like to which an older licence was adapted.
fn is_place(text: &str) -> bool {
    (2..=10).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn valid() {
        let cases = [
            "http://creativecommons.org/licenses/by/4.0/",
            "http://creativecommons.org/licenses/by-nc-sa/3.0/de/",
            "http://creativecommons.org/publicdomain/zero/1.0/",
            "http://creativecommons.org/publicdomain/mark/1.0/",
            "http://rightsstatements.org/vocab/InC/1.0/",
            "http://rightsstatements.org/vocab/NoC-OKLR/1.0/",
        ];
        for uri in cases {
            assert!(is_valid(uri), "{uri}");
        }
    }

    #[test]
    fn meant() {
        let by = Some("http://creativecommons.org/licenses/by/4.0/");
        let copyright = Some("http://rightsstatements.org/vocab/InC/1.0/");
        let cases = [
            ("https://creativecommons.org/licenses/by/4.0/", by),
            ("http://creativecommons.org/licenses/by/4.0", by),
            ("https://www.creativecommons.org/licenses/by/4.0/deed.fr", by),
            ("creativecommons.org/licenses/by/4.0/legalcode#x", by),
            ("https://rightsstatements.org/page/InC/1.0/?language=en", copyright),
            ("http://rightsstatements.org/vocab/InC/1.0", copyright),
            ("http://creativecommons.org/licenses/xx/4.0/", None),
            ("http://rightsstatements.org/vocab/inc/1.0/", None),
            ("https://example.org/terms", None),
            ("CC BY", None),
            ("", None),
        ];
        for (uri, expected) in cases {
            assert!(!is_valid(uri), "{uri}");
            assert_eq!(suggestion(uri).as_deref(), expected, "{uri}");
        }
    }
}
