//! The Image API, versions 2.1 and 3.0: what a request says, what it means for an image, how it is written canonically, and
//! what info.json promises. Level 2 throughout, with mirroring, any rotation and enlarging.
//!
//! A request passes two steps: [`Request::parse`] knows the grammar and no image; [`Request::resolve`] applies it to the
//! dimensions of one image under the [`Limits`] of the server. info.json is computed from the same tables.

mod error;
mod format;
mod geometry;
mod info;
mod limits;
mod number;
mod quality;
mod region;
mod request;
mod resolved;
mod rotation;
mod size;
#[cfg(test)]
mod tests;
mod version;

pub use error::{Part, RequestError};
pub use format::Format;
pub use geometry::{Dimensions, Rect};
pub use info::{ImageInfo, document, service};
pub use limits::Limits;
pub use quality::Quality;
pub use request::Request;
pub use resolved::Resolved;
pub use rotation::Rotation;
pub use version::Version;
