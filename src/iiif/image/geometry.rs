//! Pixels counted: sizes, rectangles, and the rounding that info.json and requests share.

use super::limits::Limits;

/// Width and height in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Dimensions {
    pub width: u32,
    pub height: u32,
}

/// A rectangle inside an image, in its pixels, from the top left corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rect {
    pub x: u32,
    pub y: u32,
    pub width: u32,
    pub height: u32,
}

impl Dimensions {
    pub fn area(self) -> u64 {
        u64::from(self.width) * u64::from(self.height)
    }

    /// The size at a scale factor of info.json: both sides divided and rounded up. A factor of 0 counts as 1.
    pub fn scaled_down(self, factor: u32) -> Dimensions {
        let factor = factor.max(1);
        Dimensions { width: self.width.div_ceil(factor), height: self.height.div_ceil(factor) }
    }

    /// Whether one side is longer than the other's.
    pub(super) fn exceeds(self, other: Dimensions) -> bool {
        self.width > other.width || self.height > other.height
    }

    /// Scaled to touch the box on one side at least, and to keep within the area.
    pub(super) fn fitted(self, width: u32, height: u32, area: u64) -> Dimensions {
        let wide = u64::from(self.width) * u64::from(height) >= u64::from(self.height) * u64::from(width);
        let size = if wide {
            Dimensions { width, height: derived(width, self.width, self.height, height) }
        } else {
            Dimensions { width: derived(height, self.height, self.width, width), height }
        };
        if size.area() <= area { size } else { self.with_area(area) }
    }

    /// Scaled to an area at most; `area` is less than what the box above would give.
    fn with_area(self, area: u64) -> Dimensions {
        let ideal = (area as f64 * f64::from(self.width) / f64::from(self.height)).sqrt();
        let width = (ideal as u32).clamp(1, u32::try_from(area).unwrap_or(u32::MAX));
        let most = u32::try_from(area / u64::from(width)).unwrap_or(u32::MAX);
        Dimensions { width, height: derived(width, self.width, self.height, most).min(most) }
    }

    /// The largest size within the limits: enlarged if `enlarge`, otherwise this size or less.
    pub(super) fn largest(self, limits: &Limits, enlarge: bool) -> Dimensions {
        if !enlarge && limits.allow(self) { self } else { self.fitted(limits.width(), limits.height(), limits.area()) }
    }
}

impl Rect {
    pub fn size(self) -> Dimensions {
        Dimensions { width: self.width, height: self.height }
    }
}

/// The side that a request leaves open: `along` becomes `given`, `across` follows, at least one pixel.
///
/// Where `given` is what a power-of-two scale factor makes of `along` (rounded up), `across` is divided by the same factor
/// and rounded up: so `w,` gives the sizes and tiles of info.json to the pixel. Otherwise `across` keeps the proportions,
/// rounded to the nearest. Several factors make one pixel of a narrow strip; then the smallest counts whose result is at most
/// `most`, so that the narrow tiles at an edge are never refused.
pub(super) fn derived(given: u32, along: u32, across: u32, most: u32) -> u32 {
    let mut by_factor = (0..u32::BITS)
        .map(|shift| 1u32 << shift)
        .skip_while(|factor| along.div_ceil(*factor) > given)
        .take_while(|factor| along.div_ceil(*factor) == given)
        .map(|factor| across.div_ceil(factor));
    let Some(first) = by_factor.next() else { return proportional(given, along, across) };
    if first <= most { first } else { by_factor.find(|side| *side <= most).unwrap_or(first) }
}

fn proportional(given: u32, along: u32, across: u32) -> u32 {
    let (given, along, across) = (u128::from(given), u128::from(along), u128::from(across));
    let nearest = (across * given + along / 2) / along;
    u32::try_from(nearest.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn size(width: u32, height: u32) -> Dimensions {
        Dimensions { width, height }
    }

    #[test]
    fn the_open_side_follows_the_given_one() {
        let cases = [
            // given, along, across, result
            (750, 3000, 2001, 501), // a quarter: up, as info.json has it
            (751, 3000, 2001, 501), // no such factor: to the nearest
            (749, 3000, 2001, 500),
            (3000, 3000, 2001, 2001),
            (6000, 3000, 2001, 4002), // enlarged
            (1, 1000, 10, 1),         // never nothing
            (122, 488, 2048, 512),    // a tile at the right edge, factor 4
        ];
        for (given, along, across, result) in cases {
            assert_eq!(derived(given, along, across, u32::MAX), result, "{given} of {along} x {across}");
        }
        assert_eq!(derived(1, 3, 4096, 5000), 1024, "the smallest factor that makes one pixel of three");
        assert_eq!(derived(1, 3, 4096, 512), 512, "a larger factor, to keep within the limit");
    }

    #[test]
    fn fitting_touches_the_box_and_keeps_to_the_area() {
        assert_eq!(size(12_000, 9_000).fitted(4096, 4096, u64::MAX), size(4096, 3072));
        assert_eq!(size(9_000, 12_000).fitted(4096, 4096, u64::MAX), size(3072, 4096));
        assert_eq!(size(100, 100).fitted(300, 200, u64::MAX), size(200, 200));
        assert_eq!(size(10_000, 1).fitted(100, 100, u64::MAX), size(100, 1));
        assert_eq!(size(1000, 1000).fitted(1000, 1000, 250_000), size(500, 500));
        assert_eq!(size(1_000_000, 1).fitted(1_000_000, 1, 100), size(100, 1));
    }

    proptest! {
        #[test]
        fn what_is_fitted_fits(
            width in 1u32.., height in 1u32.., max_width in 1u32.., max_height in 1u32.., max_area in 1u64..1 << 40, enlarge: bool
        ) {
            let (full, limits) = (size(width, height), Limits { max_width, max_height, max_area });
            let made = full.largest(&limits, enlarge);
            prop_assert!(limits.allow(made), "{made:?}");
            prop_assert!(made.width > 0 && made.height > 0);
            prop_assert!(enlarge || !made.exceeds(full));
        }
    }
}
