//! Why a request cannot be answered.

use std::fmt;

use super::geometry::Dimensions;
use super::limits::Limits;

/// The part of an image request that is at fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Region,
    Size,
    Rotation,
    Quality,
    Format,
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Part::Region => "region",
            Part::Size => "size",
            Part::Rotation => "rotation",
            Part::Quality => "quality",
            Part::Format => "format",
        })
    }
}

/// A request that is wrong; each means status 400. The message names the fault and the cure.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum RequestError {
    /// Not a value of this version of the API.
    #[error("the {part} {detail}")]
    Syntax { part: Part, detail: String },
    /// The region begins outside of the image.
    #[error("the region begins outside of the image, which is {} x {} pixels: begin it inside", full.width, full.height)]
    OutOfBounds { full: Dimensions },
    /// Nothing would be left.
    #[error("the {part} leaves less than one pixel: ask for at least one in each direction")]
    Empty { part: Part },
    /// More than the server makes.
    #[error(
        "{width} x {height} pixels are asked for, but {} x {} and {} in all are the most: ask for a smaller size",
        limits.max_width, limits.max_height, limits.max_area
    )]
    TooLarge { width: u64, height: u64, limits: Limits },
    /// In 3.0 only a size with `^` may enlarge.
    #[error(
        "{width} x {height} pixels are more than the region has, {} x {}: ask for a smaller size, or put ^ before it to enlarge",
        region.width, region.height
    )]
    Upscale { width: u64, height: u64, region: Dimensions },
}

/// The longest piece of a request that a message repeats, in characters.
const REPEATED: usize = 40;

impl RequestError {
    /// `given` is not understood; `cure` says what would be.
    pub(super) fn syntax(part: Part, given: &str, cure: impl fmt::Display) -> Self {
        let start: String = given.chars().take(REPEATED).collect();
        let dots = if start.len() < given.len() { "…" } else { "" };
        RequestError::Syntax { part, detail: format!("“{}{dots}” is not understood: write {cure}", start.escape_debug()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_repeat_little_and_nothing_unprintable() {
        let error = RequestError::syntax(Part::Size, &"\0".repeat(5000), "max");
        let message = error.to_string();
        assert!(message.starts_with("the size “\\0") && message.ends_with("…” is not understood: write max"), "{message}");
        assert!(message.len() < 200 && !message.contains('\0'));
    }
}
