//! The IIIF standards, pure: no async, no input or output, no framework, nothing of the rest of this crate.

pub mod content_state;
pub mod ids;
pub mod image;
pub mod presentation;
pub mod uris;
