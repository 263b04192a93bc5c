//! IIIF Presentation: one model in the shape of 3.0; every other version is a conversion down from it.

pub mod annotating;
pub mod as_2;
pub mod as_4;
mod behavior;
pub mod check;
pub mod collection;
mod emit;
mod extent;
pub mod hiding;
mod html;
pub mod import;
pub mod labels;
pub mod language;
pub mod manifest;
pub mod naming;
mod nav_date;
pub mod painting;
pub mod parting;
pub mod parts;
pub mod placing;
pub mod properties;
pub mod range_input;
pub mod ranges;
mod rights;
#[cfg(test)]
pub(crate) mod samples;
mod scripts;
mod syntax;
pub mod upgrade;
pub mod validate;

pub use check::{Class, Fault, faults};
pub use emit::CONTEXT;
pub use language::LanguageMap;
pub use language::NONE;
pub use properties::{Agent, Descriptive, LabelValue, Link, ViewingDirection};
pub use scripts::scripts;
pub use syntax::is_tag;
