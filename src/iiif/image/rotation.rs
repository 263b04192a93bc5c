//! Mirroring and turning.

use std::fmt;

use super::error::{Part, RequestError};
use super::geometry::Dimensions;
use super::number::decimal;

/// Mirrored first, left to right, then turned clockwise.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rotation {
    pub mirror: bool,
    /// From 0 up to, not including, 360.
    pub degrees: f64,
}

/// What rounding may add to a side that comes out whole, in pixels.
const WHOLE: f64 = 1e-6;

impl Rotation {
    /// Nothing happens to the image.
    pub const NONE: Rotation = Rotation { mirror: false, degrees: 0.0 };

    /// Whether nothing happens to the image.
    pub fn is_none(self) -> bool {
        self == Self::NONE
    }

    /// How many right angles it turns; `None` when it leaves the grid of pixels.
    pub fn right_angles(self) -> Option<u8> {
        [0.0, 90.0, 180.0, 270.0].into_iter().zip(0..).find_map(|(degrees, turns)| (degrees == self.degrees).then_some(turns))
    }

    /// The canvas that holds all of a turned image, its content not scaled. Sides are rounded up.
    pub fn canvas(self, size: Dimensions) -> Dimensions {
        match self.right_angles() {
            Some(0 | 2) => size,
            Some(_) => Dimensions { width: size.height, height: size.width },
            None => {
                let (sine, cosine) = self.degrees.to_radians().sin_cos();
                let (width, height) = (f64::from(size.width), f64::from(size.height));
                let side = |along: f64, across: f64| ((along * cosine).abs() + (across * sine).abs() - WHOLE).ceil().max(1.0) as u32;
                Dimensions { width: side(width, height), height: side(height, width) }
            }
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, RequestError> {
        let (mirror, number) = match text.strip_prefix('!') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        match decimal(number) {
            Some(degrees) if (0.0..360.0).contains(&degrees) => Ok(Self { mirror, degrees }),
            Some(360.0) => Ok(Self { mirror, degrees: 0.0 }),
            _ => Err(RequestError::syntax(Part::Rotation, text, "degrees from 0 to 360, with ! before them to mirror")),
        }
    }
}

/// As a canonical URI has it: no trailing zeros, a leading zero.
impl fmt::Display for Rotation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mirror = if self.mirror { "!" } else { "" };
        write!(f, "{mirror}{}", self.degrees)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn degrees_are_in_range_and_written_shortly() {
        for (text, canonical) in [
            ("0", "0"),
            ("90", "90"),
            ("180.0", "180"),
            ("270", "270"),
            ("360", "0"),
            ("!0", "!0"),
            ("!360.0", "!0"),
            ("22.50", "22.5"),
            (".5", "0.5"),
            ("007", "7"),
            ("0.000000000001", "0.000000000001"),
        ] {
            assert_eq!(Rotation::parse(text).map(|rotation| rotation.to_string()), Ok(canonical.to_owned()), "{text}");
        }
    }

    #[test]
    fn anything_else_is_refused() {
        for text in ["361", "360.1", "-90", "90deg", "!", "", "!!0", "0!", "1e2", "NaN", "inf", "+90", "1.2.3", " 0"] {
            assert!(Rotation::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_canvas_holds_the_turned_image() {
        let size = Dimensions { width: 300, height: 200 };
        for (degrees, width, height) in
            [(0.0, 300, 200), (90.0, 200, 300), (180.0, 300, 200), (270.0, 200, 300), (45.0, 354, 354), (30.0, 360, 324), (135.0, 354, 354)]
        {
            let rotation = Rotation { mirror: false, degrees };
            assert_eq!(rotation.canvas(size), Dimensions { width, height }, "{degrees}");
        }
    }
}
