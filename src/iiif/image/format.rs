//! The formats that images are served in.

use super::error::{Part, RequestError};

/// A format of the last segment. A new one is a variant here, a row in `ALL` and an encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    Jpg,
    Png,
    Webp,
    Gif,
    Tif,
}

impl Format {
    /// All that are served; info.json lists them.
    pub const ALL: [Format; 5] = [Format::Jpg, Format::Png, Format::Webp, Format::Gif, Format::Tif];

    /// The name in URLs.
    pub const fn name(self) -> &'static str {
        match self {
            Format::Jpg => "jpg",
            Format::Png => "png",
            Format::Webp => "webp",
            Format::Gif => "gif",
            Format::Tif => "tif",
        }
    }

    pub const fn media_type(self) -> &'static str {
        match self {
            Format::Jpg => "image/jpeg",
            Format::Png => "image/png",
            Format::Webp => "image/webp",
            Format::Gif => "image/gif",
            Format::Tif => "image/tiff",
        }
    }

    /// Whether what a rotation uncovers can be transparent; in a GIF a pixel is so wholly or not at all.
    pub const fn has_alpha(self) -> bool {
        match self {
            Format::Jpg => false,
            Format::Png | Format::Webp | Format::Gif | Format::Tif => true,
        }
    }

    /// Whether compliance level 2 requires it.
    pub(super) const fn in_level_2(self) -> bool {
        matches!(self, Format::Jpg | Format::Png)
    }

    pub(super) fn parse(text: &str) -> Result<Self, RequestError> {
        let known = Self::ALL.into_iter().find(|format| format.name() == text);
        known.ok_or_else(|| RequestError::syntax(Part::Format, text, Self::ALL.map(Self::name).join(", ")))
    }
}
