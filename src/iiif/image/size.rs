//! To which size the region is scaled.

use super::error::{Part, RequestError};
use super::geometry::{Dimensions, derived};
use super::limits::Limits;
use super::number::{decimal, list, pixels};
use super::version::Version;

/// The size of a request, before the image is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Size {
    enlarge: Enlarge,
    shape: Shape,
}

/// What may be larger than the region.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Enlarge {
    /// 3.0 without `^`: an error if it comes to that.
    Never,
    /// 2.1: if the numbers come to that.
    Given,
    /// 3.0 with `^`: whenever it can.
    Always,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Shape {
    Max,
    Width(u64),
    Height(u64),
    Percent(f64),
    Exact(u64, u64),
    /// `!w,h`
    Within(u64, u64),
}

impl Size {
    pub fn parse(version: Version, text: &str) -> Result<Self, RequestError> {
        let (enlarge, rest) = match (version, text.strip_prefix('^')) {
            (Version::V2, _) => (Enlarge::Given, text),
            (Version::V3, None) => (Enlarge::Never, text),
            (Version::V3, Some(rest)) => (Enlarge::Always, rest),
        };
        let shape = Shape::parse(version, rest).ok_or_else(|| RequestError::syntax(Part::Size, text, cure(version)))?;
        Ok(Self { enlarge, shape })
    }

    /// Width and height of the scaled region, within the limits.
    pub fn resolve(self, region: Dimensions, limits: &Limits) -> Result<Dimensions, RequestError> {
        let (width, height) = match self.shape {
            Shape::Max => return Ok(region.largest(limits, self.enlarge == Enlarge::Always)),
            Shape::Within(width, height) => return self.within(width, height, region, limits),
            Shape::Exact(width, height) => (width, height),
            Shape::Width(width) => (width, open_side(width, region.width, region.height, limits.height(), limits)),
            Shape::Height(height) => (open_side(height, region.height, region.width, limits.width(), limits), height),
            Shape::Percent(percent) => (percent_of(percent, region.width)?, percent_of(percent, region.height)?),
        };
        self.checked(width, height, region, limits)
    }

    fn checked(self, width: u64, height: u64, region: Dimensions, limits: &Limits) -> Result<Dimensions, RequestError> {
        if width == 0 || height == 0 {
            return Err(RequestError::Empty { part: Part::Size });
        }
        let larger = width > u64::from(region.width) || height > u64::from(region.height);
        if larger && self.enlarge == Enlarge::Never {
            return Err(RequestError::Upscale { width, height, region });
        }
        match (u32::try_from(width), u32::try_from(height)) {
            (Ok(w), Ok(h)) if limits.allow(Dimensions { width: w, height: h }) => Ok(Dimensions { width: w, height: h }),
            _ => Err(RequestError::TooLarge { width, height, limits: *limits }),
        }
    }

    /// As large as the box, the limits and, unless enlarged, the region allow. A box larger than these is no error.
    fn within(self, width: u64, height: u64, region: Dimensions, limits: &Limits) -> Result<Dimensions, RequestError> {
        let (width, height) = (clamped(width, limits.width()), clamped(height, limits.height()));
        if width == 0 || height == 0 {
            return Err(RequestError::Empty { part: Part::Size });
        }
        if self.enlarge == Enlarge::Always {
            return Ok(region.fitted(width, height, limits.area()));
        }
        Ok(region.fitted(width.min(region.width), height.min(region.height), limits.area()))
    }
}

impl Shape {
    fn parse(version: Version, text: &str) -> Option<Self> {
        if text == "max" || (text == "full" && version == Version::V2) {
            return Some(Shape::Max);
        }
        if let Some(percent) = text.strip_prefix("pct:") {
            return decimal(percent).map(Shape::Percent);
        }
        if let Some(numbers) = text.strip_prefix('!') {
            return list(numbers, pixels).map(|[width, height]| Shape::Within(width, height));
        }
        match text.split_once(',')? {
            (width, "") => pixels(width).map(Shape::Width),
            ("", height) => pixels(height).map(Shape::Height),
            (width, height) => Some(Shape::Exact(pixels(width)?, pixels(height)?)),
        }
    }
}

fn cure(version: Version) -> &'static str {
    match version {
        Version::V2 => "full, max, w, ,h pct:n w,h or !w,h",
        Version::V3 => "max, w, ,h pct:n w,h or !w,h, with ^ before it to enlarge",
    }
}

fn clamped(side: u64, most: u32) -> u32 {
    u32::try_from(side).map_or(most, |side| side.min(most))
}

/// The side that follows from the one that is given; as it is when that one is past every limit anyway.
fn open_side(given: u64, along: u32, across: u32, most: u32, limits: &Limits) -> u64 {
    match u32::try_from(given) {
        Ok(0) => 0,
        Ok(given) => {
            let most = clamped(limits.area() / u64::from(given), most);
            u64::from(derived(given, along, across, most))
        }
        Err(_) => u64::from(across),
    }
}

/// To the nearest pixel; less than one is an error.
fn percent_of(percent: f64, side: u32) -> Result<u64, RequestError> {
    let exact = percent * f64::from(side) / 100.0;
    if exact < 1.0 { Err(RequestError::Empty { part: Part::Size }) } else { Ok(exact.round() as u64) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGION: Dimensions = Dimensions { width: 600, height: 400 };
    const LIMITS: Limits = Limits { max_width: 1000, max_height: 900, max_area: 600_000 };

    fn resolve(version: Version, text: &str) -> Result<(u32, u32), RequestError> {
        Size::parse(version, text)?.resolve(REGION, &LIMITS).map(|size| (size.width, size.height))
    }

    #[test]
    fn both_versions_scale_down_alike() {
        for (text, size) in [
            ("max", (600, 400)),
            ("300,", (300, 200)),
            (",100", (150, 100)),
            ("pct:50", (300, 200)),
            ("pct:100.0", (600, 400)),
            ("pct:.5", (3, 2)),
            ("225,100", (225, 100)),
            ("600,400", (600, 400)),
            ("1,", (1, 1)),
            ("!225,100", (150, 100)),
            ("!225,399", (225, 150)),
            ("!6000,4000", (600, 400)),
            ("!99999999999999999999999999,1", (2, 1)),
        ] {
            for version in Version::ALL {
                assert_eq!(resolve(version, text), Ok(size), "{version} {text}");
            }
        }
    }

    #[test]
    fn larger_needs_a_caret_in_3_0() {
        for (text, size) in
            [("900,", (900, 600)), (",500", (750, 500)), ("pct:125", (750, 500)), ("700,400", (700, 400)), ("600,401", (600, 401))]
        {
            assert_eq!(resolve(Version::V2, text), Ok(size), "{text}");
            assert_eq!(resolve(Version::V3, &format!("^{text}")), Ok(size), "^{text}");
            assert!(matches!(resolve(Version::V3, text), Err(RequestError::Upscale { .. })), "{text}");
        }
        for (text, size) in [("^300,", (300, 200)), ("^!750,750", (750, 500)), ("^pct:50", (300, 200)), ("^!9999,9999", (948, 632))] {
            assert_eq!(resolve(Version::V3, text), Ok(size), "{text}");
        }
        assert_eq!(resolve(Version::V3, "^max"), Ok((948, 632)), "as large as the area allows");
    }

    #[test]
    fn past_the_limits_is_refused_unless_open() {
        for text in ["1001,", ",901", "1000,900", "pct:900", "99999999999999999999999999,", ",4294967296", "4294967297,1"] {
            assert!(matches!(resolve(Version::V2, text), Err(RequestError::TooLarge { .. })), "{text}");
            assert!(matches!(resolve(Version::V3, &format!("^{text}")), Err(RequestError::TooLarge { .. })), "^{text}");
        }
        let tight = Limits { max_width: 300, max_height: 300, max_area: 30_000 };
        for (version, text) in [(Version::V2, "full"), (Version::V2, "max"), (Version::V3, "max"), (Version::V3, "!9999,9999")] {
            let size = Size::parse(version, text).and_then(|size| size.resolve(REGION, &tight));
            assert_eq!(size, Ok(Dimensions { width: 212, height: 141 }), "{text}");
        }
    }

    #[test]
    fn nothing_is_refused() {
        for text in ["0,", ",0", "0,0", "5,0", "0,5", "pct:0", "pct:0.01", "!0,0", "!5,0"] {
            for version in Version::ALL {
                assert_eq!(resolve(version, text), Err(RequestError::Empty { part: Part::Size }), "{version} {text}");
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let both = [
            "",
            ",",
            "10",
            "a,",
            "10.5,",
            "^full",
            "^^max",
            "max^",
            "!300,",
            "!,300",
            "!300",
            "!^300,300",
            "-10,",
            "1e2,",
            "Max",
            "FULL",
            "pct:",
            "pct:a",
            "pct:-1",
            "pct:1e1",
            "PCT:50",
            "1,2,3",
            " 1,2",
            "1, 2",
            "!pct:50",
            "native",
            "square",
            "+1,",
        ];
        for text in both {
            for version in Version::ALL {
                assert!(matches!(resolve(version, text), Err(RequestError::Syntax { part: Part::Size, .. })), "{version} {text}");
            }
        }
        assert!(resolve(Version::V3, "full").is_err());
        for text in ["^max", "^10,", "^pct:50", "^!10,10"] {
            assert!(resolve(Version::V2, text).is_err(), "{text}");
        }
    }
}
