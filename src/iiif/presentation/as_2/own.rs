//! Ids of this service's own Manifests and Collections.

use crate::iiif::ids::CollectionKey;
use crate::iiif::uris::Uris;

/// The `@id` of the 2.1 document, if the id is that of a Manifest or a Collection of this service; otherwise the id.
pub(super) fn version_2(id: &str, uris: &Uris) -> String {
    let Some(path) = id.strip_prefix(uris.base()) else { return id.to_owned() };
    if path == "/collections" {
        return uris.collection_at_version(&CollectionKey::Top, 2);
    }
    let kind = ["/manifests/", "/collections/"].into_iter().find_map(|kind| Some((kind, path.strip_prefix(kind)?)));
    let Some((kind, segment)) = kind else { return id.to_owned() };
    let segment = segment.strip_suffix("/v3").unwrap_or(segment);
    if segment.is_empty() || segment.contains(['/', '#', '?']) {
        return id.to_owned();
    }
    format!("{}{kind}{segment}/v2", uris.base())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_our_own_manifests_and_collections_end_in_v2() {
        let cases = [
            ("https://h.org/p/manifests/i", "https://h.org/p/manifests/i/v2"),
            ("https://h.org/p/manifests/i/v3", "https://h.org/p/manifests/i/v2"),
            ("https://h.org/p/manifests/i/v2", "https://h.org/p/manifests/i/v2"),
            ("https://h.org/p/collections/v3", "https://h.org/p/collections/v3/v2"),
            ("https://h.org/p/collections/c", "https://h.org/p/collections/c/v2"),
            ("https://h.org/p/collections", "https://h.org/p/collections/~top/v2"),
            ("https://h.org/p/collections/~top/v3", "https://h.org/p/collections/~top/v2"),
            ("https://h.org/p/manifests/i/canvases/c", "https://h.org/p/manifests/i/canvases/c"),
            ("https://h.org/p/manifests/i#x", "https://h.org/p/manifests/i#x"),
            ("https://h.org/p/manifests/", "https://h.org/p/manifests/"),
            ("https://h.org/pp/manifests/i", "https://h.org/pp/manifests/i"),
            ("https://x.org/manifests/i", "https://x.org/manifests/i"),
        ];
        let uris = Uris::new("https://h.org/p");
        for (id, expected) in cases {
            assert_eq!(version_2(id, &uris), expected);
        }
    }
}
