//! Which part of an image is asked for.

use super::error::{Part, RequestError};
use super::geometry::{Dimensions, Rect};
use super::number::{decimal, list, pixels};

/// The region of a request, before the image is known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Region {
    Full,
    /// As wide as high as the shorter side, from the middle.
    Square,
    /// x, y, width, height in pixels of the full image.
    Pixels([u64; 4]),
    /// x, y, width, height in percent of its sides.
    Percent([f64; 4]),
}

impl Region {
    pub fn parse(text: &str) -> Result<Self, RequestError> {
        let region = match text {
            "full" => Some(Region::Full),
            "square" => Some(Region::Square),
            _ => match text.strip_prefix("pct:") {
                Some(numbers) => list(numbers, decimal).map(Region::Percent),
                None => list(text, pixels).map(Region::Pixels),
            },
        };
        region.ok_or_else(|| RequestError::syntax(Part::Region, text, "full, square, x,y,w,h or pct:x,y,w,h"))
    }

    /// The rectangle, cropped at the edges of the image; it has at least one pixel.
    pub fn resolve(self, full: Dimensions) -> Result<Rect, RequestError> {
        let Dimensions { width, height } = full;
        if width == 0 || height == 0 {
            return Err(RequestError::Empty { part: Part::Region });
        }
        let side = width.min(height);
        match self {
            Region::Full => Ok(Rect { x: 0, y: 0, width, height }),
            Region::Square => Ok(Rect { x: (width - side) / 2, y: (height - side) / 2, width: side, height: side }),
            Region::Pixels(numbers) => cropped(numbers, full),
            Region::Percent([x, y, w, h]) => cropped([offset(x, width), offset(y, height), extent(w, width), extent(h, height)], full),
        }
    }
}

/// Percent of a side to the nearest pixel; what begins inside stays inside.
fn offset(percent: f64, side: u32) -> u64 {
    let nearest = (percent * f64::from(side) / 100.0).round() as u64;
    if percent < 100.0 { nearest.min(u64::from(side) - 1) } else { nearest }
}

/// Percent of a side to the nearest pixel; what is more than nothing stays so.
fn extent(percent: f64, side: u32) -> u64 {
    let nearest = (percent * f64::from(side) / 100.0).round() as u64;
    if percent > 0.0 { nearest.max(1) } else { 0 }
}

fn cropped([x, y, width, height]: [u64; 4], full: Dimensions) -> Result<Rect, RequestError> {
    if width == 0 || height == 0 {
        return Err(RequestError::Empty { part: Part::Region });
    }
    let (x, width) = span(x, width, full.width).ok_or(RequestError::OutOfBounds { full })?;
    let (y, height) = span(y, height, full.height).ok_or(RequestError::OutOfBounds { full })?;
    Ok(Rect { x, y, width, height })
}

/// The start and what of the length lies on a side; `None` when it starts behind.
fn span(start: u64, length: u64, side: u32) -> Option<(u32, u32)> {
    let start = u32::try_from(start).ok().filter(|start| *start < side)?;
    let rest = side - start;
    Some((start, u32::try_from(length).map_or(rest, |length| length.min(rest))))
}

#[cfg(test)]
mod tests {
    use super::*;

    const FULL: Dimensions = Dimensions { width: 300, height: 200 };

    fn resolve(text: &str) -> Result<[u32; 4], RequestError> {
        let rect = Region::parse(text)?.resolve(FULL)?;
        Ok([rect.x, rect.y, rect.width, rect.height])
    }

    #[test]
    fn regions_are_cropped_to_the_image() {
        for (text, rect) in [
            ("full", [0, 0, 300, 200]),
            ("square", [50, 0, 200, 200]),
            ("125,15,120,140", [125, 15, 120, 140]),
            ("125,15,200,200", [125, 15, 175, 185]),
            ("0,0,300,200", [0, 0, 300, 200]),
            ("299,199,1,1", [299, 199, 1, 1]),
            ("0,0,99999999999999999999999,18446744073709551616", [0, 0, 300, 200]),
            ("pct:41.6,7.5,40,70", [125, 15, 120, 140]),
            ("pct:41.6,7.5,66.6,100", [125, 15, 175, 185]),
            ("pct:0,0,100,100", [0, 0, 300, 200]),
            ("pct:0,0,1000,1000", [0, 0, 300, 200]),
            ("pct:.5,0.50,50.,50", [2, 1, 150, 100]),
            ("pct:99.99,99.99,0.001,0.001", [299, 199, 1, 1]),
        ] {
            assert_eq!(resolve(text), Ok(rect), "{text}");
        }
    }

    #[test]
    fn regions_without_pixels_are_refused() {
        for text in ["0,0,0,10", "0,0,10,0", "pct:0,0,0,100", "pct:0,0,100,0.0"] {
            assert_eq!(resolve(text), Err(RequestError::Empty { part: Part::Region }), "{text}");
        }
        for text in ["300,0,1,1", "0,200,1,1", "pct:100,0,10,10", "pct:0,101,10,10", "18446744073709551616,0,1,1"] {
            assert_eq!(resolve(text), Err(RequestError::OutOfBounds { full: FULL }), "{text}");
        }
        let nothing = Region::Full.resolve(Dimensions { width: 0, height: 5 });
        assert_eq!(nothing, Err(RequestError::Empty { part: Part::Region }));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "",
            "Full",
            "FULL",
            "Square",
            "PCT:0,0,1,1",
            "pct:",
            "pct:1,2,3",
            "pct:0,0,1,1,1",
            "pct:-1,0,1,1",
            "pct:1e1,0,1,1",
            "0,0,1",
            "0,0,1,1,1",
            "-1,0,1,1",
            "0.5,0,1,1",
            "0,0,1,NaN",
            "0,0,1,",
            "a,b,c,d",
            " full",
            "full ",
            "max",
            "0,0,+1,1",
            "0;0;1;1",
        ] {
            assert!(matches!(resolve(text), Err(RequestError::Syntax { part: Part::Region, .. })), "{text}");
        }
    }
}
