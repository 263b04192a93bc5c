//! Entity tags and preconditions (RFC 9110, sections 8.8 and 13).

use poem::Request;
use poem::http::{HeaderMap, header};

use super::problem::{Kind, Problem};
use crate::catalog::Precondition;

/// The strong tag of a row at this revision.
pub fn of_revision(revision: i64) -> String {
    format!("\"{revision}\"")
}

/// What the request says of the state it wants to change.
///
/// # Errors
/// A header that cannot be read: taking it for none might overwrite what the writer wanted to keep.
pub fn precondition(headers: &HeaderMap) -> Result<Precondition, Problem> {
    let text = |name| headers.get(name).map(|value| value.to_str().unwrap_or_default().trim());
    match (text(header::IF_MATCH), text(header::IF_NONE_MATCH)) {
        (None, None) => Ok(Precondition::None),
        (Some("*"), _) => Ok(Precondition::Exists),
        (None, Some("*")) => Ok(Precondition::Absent),
        (Some(tags), _) => {
            let known = tags.split(',').filter_map(|tag| tag.trim().strip_prefix('"')?.strip_suffix('"')?.parse().ok()).collect();
            if tags.contains('"') { Ok(Precondition::Revision(known)) } else { Err(unreadable("If-Match")) }
        }
        (None, Some(_)) => Err(unreadable("If-None-Match")),
    }
}

fn unreadable(name: &str) -> Problem {
    Problem::new(Kind::BadRequest, format!("{name} must be * or an entity tag in quotes, as ETag gave it"))
}

/// Whether `If-None-Match` names `tag`, so that the client has what it asks for. Weak comparison, as the method is safe.
pub fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let bare = |text: &str| text.trim().trim_start_matches("W/").to_owned();
    let lists = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    lists.flat_map(|list| list.split(',')).any(|known| known.trim() == "*" || bare(known) == bare(tag))
}

/// The precondition as something a handler can ask for.
pub struct IfMatch(pub Precondition);

impl<'a> poem::FromRequest<'a> for IfMatch {
    async fn from_request(request: &'a Request, _: &mut poem::RequestBody) -> poem::Result<Self> {
        Ok(Self(precondition(request.headers())?))
    }
}

impl IfMatch {
    /// The condition for a change that was worked out from revision `read`: that it still is what it was then.
    ///
    /// A condition that `read` fulfils becomes just this revision, so that no change in between is overwritten; one that it does
    /// not fulfil stays, to be refused in its own words.
    pub fn at(self, read: i64) -> Self {
        Self(match self.0 {
            Precondition::Exists => Precondition::Revision(vec![read]),
            Precondition::Revision(known) if known.contains(&read) => Precondition::Revision(vec![read]),
            other => other,
        })
    }
}

/// What the client has already, as something a handler can ask for.
pub struct IfNoneMatch(HeaderMap);

impl IfNoneMatch {
    pub fn is_known(&self, tag: &str) -> bool {
        is_known(&self.0, tag)
    }
}

impl<'a> poem::FromRequest<'a> for IfNoneMatch {
    async fn from_request(request: &'a Request, _: &mut poem::RequestBody) -> poem::Result<Self> {
        let mut headers = HeaderMap::new();
        for value in request.headers().get_all(header::IF_NONE_MATCH) {
            headers.append(header::IF_NONE_MATCH, value.clone());
        }
        Ok(Self(headers))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: header::HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, value.parse().unwrap())])
    }

    #[test]
    fn if_match_names_revisions() {
        let cases = [
            ("*", Some(Precondition::Exists)),
            ("\"7\"", Some(Precondition::Revision(vec![7]))),
            ("\"7\", \"8\"", Some(Precondition::Revision(vec![7, 8]))),
            ("W/\"7\"", Some(Precondition::Revision(vec![]))),
            ("\"abc\"", Some(Precondition::Revision(vec![]))),
            ("7", None),
        ];
        for (text, expected) in cases {
            assert_eq!(precondition(&headers(header::IF_MATCH, text)).ok(), expected, "{text}");
        }
        assert_eq!(precondition(&HeaderMap::new()).ok(), Some(Precondition::None));
        assert_eq!(precondition(&headers(header::IF_NONE_MATCH, "*")).ok(), Some(Precondition::Absent));
        assert!(precondition(&headers(header::IF_NONE_MATCH, "\"7\"")).is_err());
    }

    #[test]
    fn if_none_match_compares_weakly() {
        for (text, expected) in [("\"a\"", true), ("\"b\", W/\"a\"", true), ("*", true), ("\"b\"", false), ("a", false)] {
            assert_eq!(is_known(&headers(header::IF_NONE_MATCH, text), "\"a\""), expected, "{text}");
        }
    }
}
