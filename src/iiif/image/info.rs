//! info.json, from the tables that requests obey.

use serde_json::{Map, Value, json};

use super::format::Format;
use super::geometry::Dimensions;
use super::limits::Limits;
use super::quality::Quality;
use super::version::Version;

const PROTOCOL: &str = "http://iiif.io/api/image";

/// What both versions do beyond level 2.
const EXTRA_FEATURES: [&str; 4] = ["rotationArbitrary", "mirroring", "profileLinkHeader", "canonicalLinkHeader"];
/// What 2.1 does more; in 3.0 squares belong to level 2.
const EXTRA_FEATURES_2: [&str; 2] = ["regionSquare", "sizeAboveFull"];
/// What 3.0 does more.
const EXTRA_FEATURES_3: [&str; 1] = ["sizeUpscaling"];

/// What info.json tells of one image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ImageInfo {
    /// The full image in pixels.
    pub full: Dimensions,
    /// The edge of a tile in pixels, as served.
    pub tile: u32,
}

impl ImageInfo {
    /// Powers of two from 1 to where the whole image fits one tile.
    pub fn scale_factors(&self) -> Vec<u32> {
        let tile = self.tile.max(1);
        let above = |factor: &u32| {
            let size = self.full.scaled_down(*factor);
            size.width > tile || size.height > tile
        };
        let factors = std::iter::successors(Some(1u32), |factor| if above(factor) { factor.checked_mul(2) } else { None });
        factors.collect()
    }

    /// The whole image at each scale factor, rounded up, smallest first. What the limits forbid is left out; if that is all,
    /// the largest that they allow stands alone.
    pub fn sizes(&self, limits: &Limits) -> Vec<Dimensions> {
        let factors = self.scale_factors();
        let all = factors.iter().rev().map(|factor| self.full.scaled_down(*factor));
        let sizes: Vec<_> = all.filter(|size| limits.allow(*size)).collect();
        if sizes.is_empty() { vec![self.full.largest(limits, false)] } else { sizes }
    }

    /// With tiles small enough for the limits.
    fn within(&self, limits: &Limits) -> ImageInfo {
        let side = u32::try_from(limits.area().isqrt()).unwrap_or(u32::MAX);
        let tile = self.tile.min(limits.width()).min(limits.height()).min(side).max(1);
        ImageInfo { full: self.full, tile }
    }
}

/// info.json of the image service `id`: its public URI, without a slash at the end. `@context` comes first.
pub fn document(version: Version, id: &str, info: &ImageInfo, limits: &Limits) -> Value {
    let info = info.within(limits);
    let mut properties = Map::new();
    properties.insert("@context".into(), version.context().into());
    match version {
        Version::V2 => {
            properties.insert("@id".into(), id.into());
            properties.insert("@type".into(), "iiif:Image".into());
            properties.insert("protocol".into(), PROTOCOL.into());
            properties.insert("profile".into(), json!([version.profile(), profile_2(limits)]));
        }
        Version::V3 => {
            properties.insert("id".into(), id.into());
            properties.insert("type".into(), "ImageService3".into());
            properties.insert("protocol".into(), PROTOCOL.into());
            properties.insert("profile".into(), "level2".into());
            properties.extend(limits_of(limits));
        }
    }
    properties.extend(dimensions(&info, limits));
    properties.insert("tiles".into(), json!([{ "width": info.tile, "scaleFactors": info.scale_factors() }]));
    if version == Version::V3 {
        properties.extend(extras_3());
    }
    Value::Object(properties)
}

/// The image service as a manifest embeds it: who it is, what it can, and the sizes that viewers take thumbnails from.
pub fn service(version: Version, id: &str, info: &ImageInfo, limits: &Limits) -> Value {
    let mut properties = Map::new();
    match version {
        Version::V2 => {
            properties.insert("@id".into(), id.into());
            properties.insert("@type".into(), "ImageService2".into());
            properties.insert("profile".into(), version.profile().into());
        }
        Version::V3 => {
            properties.insert("id".into(), id.into());
            properties.insert("type".into(), "ImageService3".into());
            properties.insert("profile".into(), "level2".into());
        }
    }
    properties.extend(dimensions(&info.within(limits), limits));
    Value::Object(properties)
}

fn dimensions(info: &ImageInfo, limits: &Limits) -> Map<String, Value> {
    let size = |size: Dimensions| json!({ "width": size.width, "height": size.height });
    let sizes: Vec<Value> = info.sizes(limits).into_iter().map(size).collect();
    object([("width", info.full.width.into()), ("height", info.full.height.into()), ("sizes", sizes.into())])
}

fn limits_of(limits: &Limits) -> Map<String, Value> {
    object([("maxWidth", limits.width().into()), ("maxHeight", limits.height().into()), ("maxArea", limits.area().into())])
}

/// The second entry of a 2.1 profile: everything served, and the features beyond the level.
fn profile_2(limits: &Limits) -> Value {
    let features = [&EXTRA_FEATURES[..], &EXTRA_FEATURES_2].concat();
    let mut profile = object([
        ("formats", json!(Format::ALL.map(Format::name))),
        ("qualities", json!(Quality::ALL.map(Quality::name))),
        ("supports", json!(features)),
    ]);
    profile.extend(limits_of(limits));
    Value::Object(profile)
}

/// What 3.0 lists beyond the level; for qualities that is everything but the default.
fn extras_3() -> Map<String, Value> {
    let qualities: Vec<_> = Quality::ALL.into_iter().filter(|quality| *quality != Quality::Default).map(Quality::name).collect();
    let formats: Vec<_> = Format::ALL.into_iter().filter(|format| !format.in_level_2()).map(Format::name).collect();
    let features = [&EXTRA_FEATURES[..], &EXTRA_FEATURES_3].concat();
    object([("extraQualities", json!(qualities)), ("extraFormats", json!(formats)), ("extraFeatures", json!(features))])
}

fn object<const N: usize>(properties: [(&str, Value); N]) -> Map<String, Value> {
    properties.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { max_width: 4096, max_height: 4096, max_area: 16_777_216 };
    const INFO: ImageInfo = ImageInfo { full: Dimensions { width: 6000, height: 4001 }, tile: 512 };

    #[test]
    fn a_document_in_3_0() {
        let expected = json!({
            "@context": "http://iiif.io/api/image/3/context.json",
            "id": "https://example.org/iiif/3/a%2Fb",
            "type": "ImageService3",
            "protocol": "http://iiif.io/api/image",
            "profile": "level2",
            "maxWidth": 4096, "maxHeight": 4096, "maxArea": 16_777_216,
            "width": 6000, "height": 4001,
            "sizes": [
                { "width": 375, "height": 251 }, { "width": 750, "height": 501 },
                { "width": 1500, "height": 1001 }, { "width": 3000, "height": 2001 },
            ],
            "tiles": [{ "width": 512, "scaleFactors": [1, 2, 4, 8, 16] }],
            "extraQualities": ["color", "gray", "bitonal"],
            "extraFormats": ["webp", "gif", "tif"],
            "extraFeatures": ["rotationArbitrary", "mirroring", "profileLinkHeader", "canonicalLinkHeader", "sizeUpscaling"],
        });
        let made = document(Version::V3, "https://example.org/iiif/3/a%2Fb", &INFO, &LIMITS);
        assert_eq!(made.to_string(), expected.to_string(), "values and their order");
    }

    #[test]
    fn a_document_in_2_1() {
        let made = document(Version::V2, "https://example.org/iiif/2/a", &INFO, &LIMITS);
        let names: Vec<_> = made.as_object().map(|object| object.keys().map(String::as_str).collect()).unwrap_or_default();
        assert_eq!(names, ["@context", "@id", "@type", "protocol", "profile", "width", "height", "sizes", "tiles"]);
        assert_eq!(made["profile"][0], "http://iiif.io/api/image/2/level2.json");
        assert_eq!(made["profile"][1]["formats"], json!(["jpg", "png", "webp", "gif", "tif"]));
        assert_eq!(made["profile"][1]["maxArea"], 16_777_216);
        assert_eq!(made["profile"].as_array().map(Vec::len), Some(2));
    }

    #[test]
    fn what_a_manifest_embeds_agrees_with_the_document() {
        for version in Version::ALL {
            let (whole, embedded) = (document(version, "x", &INFO, &LIMITS), service(version, "x", &INFO, &LIMITS));
            for name in ["width", "height", "sizes", "id", "@id"] {
                assert_eq!(whole.get(name), embedded.get(name), "{version} {name}");
            }
            assert_eq!(embedded.get("@context"), None);
            assert!(embedded["profile"].is_string());
        }
    }

    #[test]
    fn factors_reach_to_one_tile() {
        for (width, height, tile, factors) in
            [(512, 512, 512, vec![1]), (513, 1, 512, vec![1, 2]), (1, 4000, 1024, vec![1, 2, 4]), (u32::MAX, 1, u32::MAX, vec![1])]
        {
            let info = ImageInfo { full: Dimensions { width, height }, tile };
            assert_eq!(info.scale_factors(), factors, "{width} x {height}");
        }
        let most = ImageInfo { full: Dimensions { width: u32::MAX, height: 1 }, tile: 0 };
        assert_eq!(most.scale_factors().len(), 32);
    }

    #[test]
    fn tight_limits_leave_one_size_and_small_tiles() {
        let limits = Limits { max_width: 300, max_height: 200, max_area: 10_000 };
        let made = document(Version::V3, "x", &INFO, &limits);
        assert_eq!(made["tiles"][0]["width"], 100);
        assert_eq!(made["sizes"], json!([{ "width": 94, "height": 63 }]));
        let narrow = ImageInfo { full: Dimensions { width: 500, height: 500 }, tile: 512 };
        assert_eq!(narrow.sizes(&limits), [Dimensions { width: 100, height: 100 }]);
    }
}
