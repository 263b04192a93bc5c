//! Addresses for the parts of an imported Manifest.

use std::collections::{HashMap, HashSet};

use uuid::Uuid;

use crate::iiif::ids::ResourceId;
use crate::iiif::presentation::parts;

/// What is known of the same source from before.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Known {
    /// Paths of parts by the source's name for them.
    pub names: HashMap<String, String>,
    /// Paths that are not given out again.
    pub gone: HashSet<String>,
}

/// Hands out paths, each once: the one that a part had before, or else the last telling piece of its URI, or else a new id.
pub(super) struct Naming<'a> {
    known: &'a Known,
    /// Paths that somebody had before: only he gets them.
    reserved: HashSet<&'a str>,
    taken: HashSet<String>,
    names: Vec<(String, String)>,
    named: HashSet<String>,
}

impl<'a> Naming<'a> {
    pub fn new(known: &'a Known) -> Self {
        let reserved = known.names.values().map(String::as_str).collect();
        Self { known, reserved, taken: HashSet::new(), names: Vec::new(), named: HashSet::new() }
    }

    /// The path for what the source calls `uri`, as in `canvases/p1`; `None` if that had one already.
    pub fn name(&mut self, kind: &str, uri: &str) -> Option<String> {
        if self.named.contains(uri) {
            return None;
        }
        let before = self.known.names.get(uri).filter(|path| path.starts_with(kind) && self.is_free(path)).cloned();
        let told = || telling(uri).map(|piece| format!("{kind}/{piece}")).filter(|path| !self.reserved.contains(&**path));
        let path = before.or_else(|| told().filter(|path| self.is_free(path))).unwrap_or_else(|| self.mint(kind));
        self.claim(path.clone(), uri);
        Some(path)
    }

    /// A path that nothing has.
    pub fn mint(&mut self, kind: &str) -> String {
        let path = format!("{kind}/{}", Uuid::now_v7());
        self.taken.insert(path.clone());
        path
    }

    /// Notes that the source calls the part at `path` so; the first that is called so is meant by whoever refers to it.
    pub fn claim(&mut self, path: String, uri: &str) {
        self.taken.insert(path.clone());
        if self.named.insert(uri.to_owned()) {
            self.names.push((path, uri.to_owned()));
        }
    }

    fn is_free(&self, path: &str) -> bool {
        !self.taken.contains(path) && !self.known.gone.contains(path)
    }

    /// Stored addresses by the source's names.
    pub fn addresses(&self) -> HashMap<String, String> {
        self.names.iter().map(|(path, uri)| (uri.clone(), parts::own(path))).collect()
    }

    pub fn into_names(self) -> Vec<(String, String)> {
        self.names
    }
}

/// Pieces of URIs that tell what a resource is, not which.
const COMMON: [&str; 9] = ["canvas", "range", "annotation", "page", "list", "manifest", "json", "toc", "canvases"];

/// The last piece of a URI that could be an id and says which resource it is.
fn telling(uri: &str) -> Option<&str> {
    let rest = uri.split_once("://").map_or(uri, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let pieces = rest.rsplit(['/', '#', '?', '=', '&', ':']);
    let mut pieces = pieces.map(|piece| piece.strip_suffix(".json").unwrap_or(piece));
    pieces.find(|piece| ResourceId::parse(piece).is_ok() && !COMMON.contains(piece))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uris_tell_which() {
        let cases = [
            ("https://x.org/manifest/canvas/p1", Some("p1")),
            ("https://x.org/iiif/b123/canvas/b123_0001.jp2/canvas", Some("b123_0001.jp2")),
            ("https://x.org/canvas/p1.json", Some("p1")),
            ("https://x.org/x#r3", Some("r3")),
            ("urn:uuid:7f", Some("7f")),
            ("https://x.org/", None),
            ("https://x.org/canvas", None),
            ("https://x.org/%C3%A9/canvas", None),
        ];
        for (uri, expected) in cases {
            assert_eq!(telling(uri), expected, "{uri}");
        }
    }

    #[test]
    fn what_was_known_keeps_its_name_and_what_is_gone_is_not_given_again() {
        let known = Known {
            names: HashMap::from([("https://x.org/p1".to_owned(), "canvases/first".to_owned())]),
            gone: HashSet::from(["canvases/p2".to_owned()]),
        };
        let mut naming = Naming::new(&known);
        assert_eq!(naming.name("canvases", "https://y.org/first").map(|path| path.len()), Some("canvases/".len() + 36), "reserved");
        assert_eq!(naming.name("canvases", "https://x.org/p1").as_deref(), Some("canvases/first"));
        assert_eq!(naming.name("canvases", "https://x.org/p1"), None, "twice");
        assert_eq!(naming.name("canvases", "https://x.org/p2").map(|path| path.len()), Some("canvases/".len() + 36), "gone");
        assert_eq!(naming.name("canvases", "https://x.org/p3").as_deref(), Some("canvases/p3"));
        assert_eq!(naming.name("ranges", "https://x.org/r/p3").as_deref(), Some("ranges/p3"));
        assert_eq!(naming.into_names().len(), 5);
    }
}
