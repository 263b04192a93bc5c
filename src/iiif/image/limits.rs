//! How much of an image one answer may carry.

use super::geometry::Dimensions;

/// The largest image that a server makes: `maxWidth`, `maxHeight`, `maxArea` of info.json. Always in force; a 0 counts as 1.
///
/// They hold after scaling. The canvas of a rotation by other than a multiple of 90 degrees must also keep to `max_area`,
/// though not to the sides (the specification leaves that open).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Limits {
    /// In pixels.
    pub max_width: u32,
    /// In pixels.
    pub max_height: u32,
    /// In pixels.
    pub max_area: u64,
}

impl Limits {
    pub(super) fn width(&self) -> u32 {
        self.max_width.max(1)
    }

    pub(super) fn height(&self) -> u32 {
        self.max_height.max(1)
    }

    pub(super) fn area(&self) -> u64 {
        self.max_area.max(1)
    }

    /// Whether an image of this size may be made.
    pub fn allow(&self, size: Dimensions) -> bool {
        size.width <= self.width() && size.height <= self.height() && size.area() <= self.area()
    }
}
