//! What a request comes to for one image.

use super::format::Format;
use super::geometry::{Dimensions, Rect};
use super::limits::Limits;
use super::quality::Quality;
use super::rotation::Rotation;
use super::size::Size;
use super::version::Version;

/// A request with everything decided. Two that are equal are the same image.
#[derive(Clone, Debug, PartialEq)]
pub struct Resolved {
    /// In pixels of the full image, wholly inside it.
    pub region: Rect,
    /// Of the scaled region, before rotation.
    pub size: Dimensions,
    pub rotation: Rotation,
    pub quality: Quality,
    pub format: Format,
}

impl Resolved {
    /// The canvas after rotation: all of the image, not scaled.
    pub fn rotated(&self) -> Dimensions {
        self.rotation.canvas(self.size)
    }

    /// The canonical form of the request, without the service's URI: `full/max/0/default.jpg`. Reading it under the same
    /// limits resolves to the same.
    pub fn canonical(&self, version: Version, full: Dimensions, limits: &Limits) -> String {
        let Resolved { region, size, rotation, quality, format } = self;
        let Rect { x, y, width, height } = *region;
        let whole = Rect { x: 0, y: 0, width: full.width, height: full.height };
        let region_text = if *region == whole { "full".to_owned() } else { format!("{x},{y},{width},{height}") };
        let size_text = match version {
            Version::V2 => canonical_size_2(*size, region.size(), limits),
            Version::V3 => canonical_size_3(*size, region.size(), limits),
        };
        format!("{region_text}/{size_text}/{rotation}/{}.{}", quality.name(), format.name())
    }
}

/// `full`, or `w,` where the height follows, or `w,h`.
fn canonical_size_2(size: Dimensions, region: Dimensions, limits: &Limits) -> String {
    let Dimensions { width, height } = size;
    if size == region.largest(limits, false) {
        return "full".to_owned();
    }
    let narrow = format!("{width},");
    let follows = Size::parse(Version::V2, &narrow).and_then(|parsed| parsed.resolve(region, limits)) == Ok(size);
    if follows { narrow } else { format!("{width},{height}") }
}

/// `max` or `w,h`, with `^` where the region is enlarged.
fn canonical_size_3(size: Dimensions, region: Dimensions, limits: &Limits) -> String {
    let Dimensions { width, height } = size;
    if size == region.largest(limits, false) {
        "max".to_owned()
    } else if !size.exceeds(region) {
        format!("{width},{height}")
    } else if size == region.largest(limits, true) {
        "^max".to_owned()
    } else {
        format!("^{width},{height}")
    }
}
