//! What an image service says of itself: info.json of the Image API 1.0, 1.1, 2.x and 3.0, as far as requests depend on it.

use serde_json::Value;

use super::PullError;

/// An image service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Service {
    /// Base URI, without a slash at its end.
    pub base: String,
    /// Major version of the Image API.
    pub version: u8,
    pub width: u32,
    pub height: u32,
    /// Whether any region can be asked for: level 1 or more, or so said.
    pub any_region: bool,
    /// Tiles that are offered: width, height, and the factors they are scaled down by.
    pub tiles: Vec<(u32, u32, Vec<u32>)>,
    /// Sizes of the whole picture that are offered.
    pub sizes: Vec<(u32, u32)>,
    /// Largest width, height and area of an answer.
    pub most: (u32, u32, u64),
    /// File extension of the format that is asked for.
    pub format: &'static str,
}

impl Service {
    /// Reads the document that was found at `url`.
    ///
    /// # Errors
    /// [`PullError::Unusable`] for what is no info.json, or has no size.
    pub fn read(info: &Value, url: &str) -> Result<Self, PullError> {
        let unusable = |what: &str| PullError::Unusable(what.to_owned());
        if !info.is_object() {
            return Err(unusable("is no JSON object"));
        }
        let (Some(width), Some(height)) = (number(&info["width"]), number(&info["height"])) else {
            return Err(unusable("says no width and height"));
        };
        let version = version(info);
        Ok(Self {
            base: base(info, url).ok_or_else(|| unusable("says no id"))?,
            version,
            width,
            height,
            any_region: level(info) >= 1 || supports(info),
            tiles: if version == 1 { tiles_of_1(info) } else { tiles(info) },
            sizes: entries(&info["sizes"]).filter_map(size).collect(),
            most: most(info, version),
            format: "jpg",
        })
    }

    /// The segment for the quality that nothing was done to.
    pub fn quality(&self) -> &'static str {
        if self.version == 1 { "native" } else { "default" }
    }
}

/// Where it was found answers for sure; what it calls itself is taken where it was found under another name than info.json.
fn base(info: &Value, url: &str) -> Option<String> {
    let found = url.split(['?', '#']).next().and_then(|url| url.strip_suffix("/info.json"));
    let says = ["id", "@id"].iter().find_map(|key| info[*key].as_str()).filter(|id| id.starts_with("http"));
    found.or(says).map(|base| base.trim_end_matches('/').to_owned())
}

fn version(info: &Value) -> u8 {
    let contexts = entries(&info["@context"]).chain(Some(&info["@context"])).filter_map(Value::as_str);
    let named = contexts.filter_map(|context| {
        let context = context.trim_end_matches('/');
        [("/image/3/context.json", 3), ("/image/2/context.json", 2), ("/image/1/context.json", 1), ("image-api/1.1/context.json", 1)]
            .iter()
            .find(|(end, _)| context.ends_with(end))
            .map(|(_, version)| *version)
    });
    let by_type = match info["type"].as_str() {
        Some("ImageService3") => Some(3),
        Some("ImageService2") => Some(2),
        _ => None,
    };
    // Image API 1.0 has no context; what is like neither is most likely of the version that most services have.
    let guess = if info.get("tile_width").is_some() || info.get("scale_factors").is_some() { 1 } else { 2 };
    named.max().or(by_type).unwrap_or(guess)
}

/// The level of compliance: of 3.0 a word, before that the end of a URI.
fn level(info: &Value) -> u8 {
    let profiles = entries(&info["profile"]).chain(Some(&info["profile"])).filter_map(Value::as_str);
    let levels = profiles.filter_map(|profile| {
        let name = profile.rsplit(['/', '#']).next().unwrap_or_default().trim_end_matches(".json");
        name.strip_prefix("level").and_then(|level| level.parse().ok())
    });
    levels.max().unwrap_or(0)
}

fn supports(info: &Value) -> bool {
    let features = entries(&info["extraFeatures"]).chain(entries(&info["profile"]).flat_map(|profile| entries(&profile["supports"])));
    let features: Vec<&str> = features.filter_map(Value::as_str).collect();
    let any_size = ["sizeByW", "sizeByWh"].iter().any(|size| features.contains(size));
    features.contains(&"regionByPx") && any_size
}

fn tiles(info: &Value) -> Vec<(u32, u32, Vec<u32>)> {
    let tile = |tile: &Value| {
        let width = number(&tile["width"])?;
        let factors: Vec<u32> = entries(&tile["scaleFactors"]).filter_map(number).collect();
        let height = if tile.get("height").is_some() { number(&tile["height"])? } else { width };
        Some((width, height, if factors.is_empty() { vec![1] } else { factors }))
    };
    entries(&info["tiles"]).filter_map(tile).collect()
}

fn tiles_of_1(info: &Value) -> Vec<(u32, u32, Vec<u32>)> {
    let Some(width) = number(&info["tile_width"]) else { return Vec::new() };
    let height = number(&info["tile_height"]).unwrap_or(width);
    let factors: Vec<u32> = entries(&info["scale_factors"]).filter_map(number).collect();
    vec![(width, height, if factors.is_empty() { vec![1] } else { factors })]
}

fn most(info: &Value, version: u8) -> (u32, u32, u64) {
    let said = |key: &str| {
        let beside = if version >= 3 { None } else { entries(&info["profile"]).find_map(|profile| profile[key].as_u64()) };
        info[key].as_u64().or(beside).filter(|most| *most > 0)
    };
    let side = |most: Option<u64>| most.map_or(u32::MAX, |most| u32::try_from(most).unwrap_or(u32::MAX));
    let width = said("maxWidth");
    // A missing maxHeight is the same as maxWidth (Image API 3.0, section 5.3).
    (side(width), side(said("maxHeight").or(width)), said("maxArea").unwrap_or(u64::MAX))
}

fn size(size: &Value) -> Option<(u32, u32)> {
    Some((number(&size["width"])?, number(&size["height"])?))
}

/// A number of pixels; some services write numbers as strings.
fn number(value: &Value) -> Option<u32> {
    let number = value.as_u64().or_else(|| value.as_str()?.trim().parse().ok());
    number.and_then(|number| u32::try_from(number).ok()).filter(|number| *number > 0)
}

fn entries(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(info: Value) -> Service {
        Service::read(&info, "https://x.org/iiif/a/info.json").expect("a service")
    }

    #[test]
    fn each_version_says_it_in_its_own_way() {
        let three = read(json!({
            "@context": ["http://www.w3.org/ns/anno.jsonld", "http://iiif.io/api/image/3/context.json"], "id": "https://other.org/a",
            "type": "ImageService3", "profile": "level2", "width": 6000, "height": 4000, "maxWidth": 3000,
            "tiles": [{"width": 512, "height": 256, "scaleFactors": [1, 2]}], "sizes": [{"width": 3000, "height": 2000}]
        }));
        assert_eq!((three.version, three.any_region, three.quality(), three.most), (3, true, "default", (3000, 3000, u64::MAX)));
        assert_eq!(
            (three.base.as_str(), three.tiles, three.sizes),
            ("https://x.org/iiif/a", vec![(512, 256, vec![1, 2])], vec![(3000, 2000)])
        );
        let two = read(json!({
            "@context": "http://iiif.io/api/image/2/context.json", "@id": "https://x.org/iiif/a", "width": "600", "height": 400,
            "profile": ["http://iiif.io/api/image/2/level1.json", {"maxArea": 1000, "supports": ["mirroring"]}], "tiles": [{"width": 512}]
        }));
        assert_eq!((two.version, two.any_region, two.width, two.most.2), (2, true, 600, 1000));
        assert_eq!(two.tiles, [(512, 512, vec![1])]);
        let one = read(json!({
            "@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json", "@id": "https://x.org/iiif/a", "width": 600, "height": 400,
            "scale_factors": [1, 2, 4], "tile_width": 1024, "tile_height": 512,
            "profile": "http://library.stanford.edu/iiif/image-api/1.1/compliance.html#level0"
        }));
        assert_eq!((one.version, one.any_region, one.quality(), one.tiles.clone()), (1, false, "native", vec![(1024, 512, vec![1, 2, 4])]));
        let oldest = read(json!({"identifier": "a", "width": 600, "height": 400, "tile_width": 256}));
        assert_eq!((oldest.version, oldest.any_region), (1, false));
        let bare = read(json!({"width": 600, "height": 400}));
        assert_eq!((bare.version, bare.any_region, bare.tiles.len()), (2, false, 0));
    }

    #[test]
    fn regions_count_where_they_are_said_one_by_one() {
        let with = |features: Value| read(json!({"width": 1, "height": 1, "profile": "level0", "extraFeatures": features})).any_region;
        assert!(with(json!(["regionByPx", "sizeByW"])) && with(json!(["sizeByWh", "regionByPx"])));
        assert!(!with(json!(["regionByPx"])) && !with(json!(["sizeByW"])) && !with(json!("regionByPx")));
    }

    #[test]
    fn what_is_no_service_is_refused() {
        for info in
            [json!([]), json!("x"), json!({}), json!({"width": 0, "height": 5}), json!({"width": 5}), json!({"width": -1, "height": 1})]
        {
            assert!(Service::read(&info, "https://x.org/a/info.json").is_err(), "{info}");
        }
        let info = json!({"width": 5, "height": 5});
        assert!(Service::read(&info, "https://x.org/a").is_err(), "it says no id and was not found as info.json");
        let named = json!({"width": 5, "height": 5, "@id": "https://y.org/b/"});
        assert_eq!(Service::read(&named, "https://x.org/a").expect("a service").base, "https://y.org/b");
    }
}
