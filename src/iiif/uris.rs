//! The only place that mints a public URI.

use super::ids::CollectionKey;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One path segment: what is not unreserved in RFC 3986 becomes `%XX` with upper-case digits, the slash too.
#[must_use]
pub fn encode_segment(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Mints every URI that the service publishes. Ids are given as they are; each becomes one encoded path segment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Uris {
    base: String,
}

impl Uris {
    /// `base` is the public URL of the service, with or without a path prefix; slashes at its end are dropped.
    #[must_use]
    pub fn new(base: &str) -> Self {
        Self { base: base.trim_end_matches('/').to_owned() }
    }

    /// The public URL without a slash at the end.
    #[must_use]
    pub fn base(&self) -> &str {
        &self.base
    }

    /// The start page for people.
    #[must_use]
    pub fn home(&self) -> String {
        format!("{}/", self.base)
    }

    fn join(&self, segments: &[&str]) -> String {
        let mut uri = self.base.clone();
        for segment in segments {
            uri.push('/');
            uri.extend(utf8_percent_encode(segment, RESERVED));
        }
        uri
    }

    /// Base URI of an image service of Image API `version` (2 or 3), no slash at the end: the `id` or `@id` of its info.json.
    #[must_use]
    pub fn image(&self, version: u8, image: &str) -> String {
        self.join(&["iiif", &version.to_string(), image])
    }

    /// The image information document.
    #[must_use]
    pub fn image_info(&self, version: u8, image: &str) -> String {
        format!("{}/info.json", self.image(version, image))
    }

    /// An image request; `canonical` is the part after the identifier, such as `full/max/0/default.jpg`, and is kept as it is.
    #[must_use]
    pub fn image_request(&self, version: u8, image: &str, canonical: &str) -> String {
        format!("{}/{canonical}", self.image(version, image))
    }

    /// `id` of an item's Manifest; Presentation 3.0 unless another version is negotiated.
    #[must_use]
    pub fn manifest(&self, item: &str) -> String {
        self.join(&["manifests", item])
    }

    /// A Manifest in one Presentation version (2 or 3); with 2 the `@id` of the 2.1 document.
    #[must_use]
    pub fn manifest_version(&self, item: &str, version: u8) -> String {
        format!("{}/v{version}", self.manifest(item))
    }

    /// `id` of a Canvas, the same in 2.1 and 3.0.
    #[must_use]
    pub fn canvas(&self, item: &str, canvas: &str) -> String {
        self.join(&["manifests", item, "canvases", canvas])
    }

    /// Any part of a Manifest by its path, as in `["ranges", "r1"]`.
    #[must_use]
    pub fn part(&self, item: &str, path: &[&str]) -> String {
        self.join(&[&["manifests", item], path].concat())
    }

    /// The Annotation Page that paints a Canvas.
    #[must_use]
    pub fn canvas_page(&self, item: &str, canvas: &str) -> String {
        format!("{}/page", self.canvas(item, canvas))
    }

    /// The `number`th painting Annotation of a Canvas, counted from 1; below [`Uris::canvas_page`].
    #[must_use]
    pub fn painting(&self, item: &str, canvas: &str, number: u32) -> String {
        format!("{}/{number}", self.canvas_page(item, canvas))
    }

    /// `id` of a Range.
    #[must_use]
    pub fn range(&self, item: &str, range: &str) -> String {
        self.join(&["manifests", item, "ranges", range])
    }

    /// `id` of an Annotation Page that does not paint.
    #[must_use]
    pub fn annotation_page(&self, item: &str, page: &str) -> String {
        self.join(&["manifests", item, "annotations", page])
    }

    /// `id` of an Annotation of such a page.
    #[must_use]
    pub fn annotation(&self, item: &str, page: &str, annotation: &str) -> String {
        self.join(&["manifests", item, "annotations", page, annotation])
    }

    /// `id` of a Collection that somebody made.
    #[must_use]
    pub fn collection(&self, id: &str) -> String {
        self.join(&["collections", id])
    }

    /// A named Collection in one Presentation version (2 or 3); with 2 the `@id` of the 2.1 document.
    #[must_use]
    pub fn collection_version(&self, id: &str, version: u8) -> String {
        format!("{}/v{version}", self.collection(id))
    }

    /// `id` of the top of the catalogue.
    #[must_use]
    pub fn collections(&self) -> String {
        self.join(&["collections"])
    }

    /// `id` of the collection at `key`.
    #[must_use]
    pub fn collection_at(&self, key: &CollectionKey) -> String {
        match key {
            CollectionKey::Top => self.collections(),
            _ => self.collection(&key.segment()),
        }
    }

    /// The collection at `key` in one Presentation version (2 or 3); the top's are `/collections/~top/v2` and `/v3`.
    #[must_use]
    pub fn collection_at_version(&self, key: &CollectionKey, version: u8) -> String {
        self.collection_version(&key.segment(), version)
    }

    /// A path of the REST interface, one encoded segment each: `api(&["jobs", id])`.
    #[must_use]
    pub fn api(&self, segments: &[&str]) -> String {
        let mut path = vec!["api", "v1"];
        path.extend_from_slice(segments);
        self.join(&path)
    }

    /// An item in the REST interface.
    #[must_use]
    pub fn api_item(&self, item: &str) -> String {
        self.api(&["items", item])
    }

    /// A canvas in the REST interface.
    #[must_use]
    pub fn api_canvas(&self, item: &str, canvas: &str) -> String {
        self.api(&["items", item, "canvases", canvas])
    }

    /// An image in the REST interface.
    #[must_use]
    pub fn api_image(&self, image: &str) -> String {
        self.api(&["images", image])
    }

    /// A collection in the REST interface.
    #[must_use]
    pub fn api_collection(&self, id: &str) -> String {
        self.api(&["collections", id])
    }

    /// A job in the REST interface.
    #[must_use]
    pub fn api_job(&self, job: &str) -> String {
        self.api(&["jobs", job])
    }

    /// The description of the REST interface, as `json` or `yaml`.
    #[must_use]
    pub fn openapi(&self, form: &str) -> String {
        format!("{}/api/openapi.{form}", self.base)
    }

    /// The browser page of the REST interface.
    #[must_use]
    pub fn api_docs(&self) -> String {
        self.join(&["api", "docs"])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::ids::ResourceId;
    use proptest::prelude::*;

    #[test]
    fn segments_keep_only_the_unreserved() {
        let cases = [
            ("aZ09-._~", "aZ09-._~"),
            ("ezu/1286201", "ezu%2F1286201"),
            (",;|:", "%2C%3B%7C%3A"),
            ("a b+c%2F", "a%20b%2Bc%252F"),
            ("é", "%C3%A9"),
            ("!$&'()*=@?#[]", "%21%24%26%27%28%29%2A%3D%40%3F%23%5B%5D"),
        ];
        for (text, encoded) in cases {
            assert_eq!(encode_segment(text), encoded);
        }
    }

    #[test]
    fn every_kind_of_uri() {
        let uris = Uris::new("https://h.org/p//");
        let item = ResourceId::parse("i").expect("an id");
        let cases = [
            (uris.base().to_owned(), ""),
            (uris.home(), "/"),
            (uris.image(3, "a/b"), "/iiif/3/a%2Fb"),
            (uris.image_info(2, "a"), "/iiif/2/a/info.json"),
            (uris.image_request(3, "a", "full/^!8,8/!0/default.jpg"), "/iiif/3/a/full/^!8,8/!0/default.jpg"),
            (uris.manifest("i"), "/manifests/i"),
            (uris.manifest_version("i", 2), "/manifests/i/v2"),
            (uris.canvas("i", "c"), "/manifests/i/canvases/c"),
            (uris.canvas_page("i", "c"), "/manifests/i/canvases/c/page"),
            (uris.painting("i", "c", 1), "/manifests/i/canvases/c/page/1"),
            (uris.range("i", "r"), "/manifests/i/ranges/r"),
            (uris.annotation_page("i", "p"), "/manifests/i/annotations/p"),
            (uris.annotation("i", "p", "a"), "/manifests/i/annotations/p/a"),
            (uris.collection("c"), "/collections/c"),
            (uris.collection_version("c", 3), "/collections/c/v3"),
            (uris.collection_at(&CollectionKey::Top), "/collections"),
            (uris.collection_at_version(&CollectionKey::Top, 2), "/collections/~top/v2"),
            (uris.collection_at(&CollectionKey::Page(None)), "/collections/~first"),
            (uris.collection_at(&CollectionKey::Page(Some(item))), "/collections/~after-i"),
            (uris.api_item("i"), "/api/v1/items/i"),
            (uris.api_canvas("i", "c"), "/api/v1/items/i/canvases/c"),
            (uris.api_image("a/b"), "/api/v1/images/a%2Fb"),
            (uris.api_collection("c"), "/api/v1/collections/c"),
            (uris.api_job("j"), "/api/v1/jobs/j"),
            (uris.openapi("yaml"), "/api/openapi.yaml"),
            (uris.api_docs(), "/api/docs"),
        ];
        for (uri, path) in cases {
            assert_eq!(uri, format!("https://h.org/p{path}"));
        }
    }

    proptest! {
        #[test]
        fn a_segment_decodes_to_itself(text in ".*") {
            let encoded = encode_segment(&text);
            prop_assert!(!encoded.contains('/'));
            prop_assert_eq!(percent_encoding::percent_decode_str(&encoded).decode_utf8().expect("UTF-8"), text);
        }
    }
}
