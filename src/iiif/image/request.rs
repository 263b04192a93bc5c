//! A request as its four segments say it.

use super::error::{Part, RequestError};
use super::format::Format;
use super::geometry::Dimensions;
use super::limits::Limits;
use super::quality::Quality;
use super::region::Region;
use super::resolved::Resolved;
use super::rotation::Rotation;
use super::size::Size;
use super::version::Version;

/// An image request that is right in itself; whether it fits an image, [`Request::resolve`] tells.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    region: Region,
    size: Size,
    rotation: Rotation,
    quality: Quality,
    format: Format,
}

impl Request {
    /// Reads the segments behind the identifier, already percent-decoded once.
    ///
    /// Both versions have the union of what viewers ask: `square`, mirroring and any rotation, the quality `native` for
    /// `default`, and in 2.1 the size `max`. `full` as a size is refused in 3.0, as is `^` in 2.1.
    ///
    /// # Errors
    /// [`RequestError::Syntax`] for the first segment that is wrong.
    pub fn parse(version: Version, region: &str, size: &str, rotation: &str, quality_dot_format: &str) -> Result<Request, RequestError> {
        let region = Region::parse(region)?;
        let size = Size::parse(version, size)?;
        let rotation = Rotation::parse(rotation)?;
        let (quality, format) = quality_dot_format.split_once('.').ok_or_else(|| {
            RequestError::syntax(Part::Format, quality_dot_format, "a quality, a point and a format, such as default.jpg")
        })?;
        Ok(Request { region, size, rotation, quality: Quality::parse(quality)?, format: Format::parse(format)? })
    }

    /// The format of the answer.
    pub fn format(&self) -> Format {
        self.format
    }

    /// What the request comes to for an image of these dimensions.
    ///
    /// # Errors
    /// When the region or the size does not fit the image or the limits. `full`, `max` and `!w,h` never exceed the limits; a
    /// rotation by other than right angles can, and is refused if its canvas has more than the area.
    pub fn resolve(&self, full: Dimensions, limits: &Limits) -> Result<Resolved, RequestError> {
        let Request { region, size, rotation, quality, format } = *self;
        let region = region.resolve(full)?;
        let size = size.resolve(region.size(), limits)?;
        let resolved = Resolved { region, size, rotation, quality: quality.in_effect(), format };
        let canvas = resolved.rotated();
        if canvas.area() > limits.area() {
            return Err(RequestError::TooLarge { width: canvas.width.into(), height: canvas.height.into(), limits: *limits });
        }
        Ok(resolved)
    }
}
