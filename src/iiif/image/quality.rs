//! How colours are treated.

use super::error::{Part, RequestError};

/// The quality of the last segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Quality {
    /// The image as it is.
    Default,
    /// In full colour: here the same as the default, and so in what a request resolves to.
    Color,
    /// Shades of grey.
    Gray,
    /// Black and white pixels only.
    Bitonal,
}

impl Quality {
    /// All that are served; info.json lists them.
    pub const ALL: [Quality; 4] = [Quality::Default, Quality::Color, Quality::Gray, Quality::Bitonal];

    /// The name in URLs.
    pub const fn name(self) -> &'static str {
        match self {
            Quality::Default => "default",
            Quality::Color => "color",
            Quality::Gray => "gray",
            Quality::Bitonal => "bitonal",
        }
    }

    /// Also understands `native`, the default's name before 2.0, which some viewers still ask.
    pub(super) fn parse(text: &str) -> Result<Self, RequestError> {
        if text == "native" {
            return Ok(Quality::Default);
        }
        let known = Self::ALL.into_iter().find(|quality| quality.name() == text);
        known.ok_or_else(|| RequestError::syntax(Part::Quality, text, Self::ALL.map(Self::name).join(", ")))
    }

    /// What it comes to: `color` is the default.
    pub(super) const fn in_effect(self) -> Self {
        match self {
            Quality::Default | Quality::Color => Quality::Default,
            Quality::Gray => Quality::Gray,
            Quality::Bitonal => Quality::Bitonal,
        }
    }
}
