//! Which Image API a request speaks.

use std::fmt;

/// A version of the Image API. It is a value: both speak one grammar, and differ where a function asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    /// 2.1.1
    V2,
    /// 3.0.0
    V3,
}

impl Version {
    pub const ALL: [Version; 2] = [Version::V2, Version::V3];

    /// The number in URLs: `/iiif/{number}/…`.
    pub const fn number(self) -> u8 {
        match self {
            Version::V2 => 2,
            Version::V3 => 3,
        }
    }

    /// The `@context` of info.json, also the profile parameter of its media type.
    pub const fn context(self) -> &'static str {
        match self {
            Version::V2 => "http://iiif.io/api/image/2/context.json",
            Version::V3 => "http://iiif.io/api/image/3/context.json",
        }
    }

    /// The URI of compliance level 2, for `Link: rel="profile"` and the 2.1 `profile` property.
    pub const fn profile(self) -> &'static str {
        match self {
            Version::V2 => "http://iiif.io/api/image/2/level2.json",
            Version::V3 => "http://iiif.io/api/image/3/level2.json",
        }
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.number())
    }
}
