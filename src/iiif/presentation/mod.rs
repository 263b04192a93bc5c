//! IIIF Presentation: one model in the shape of 3.0; every other version is a conversion down from it.

mod behavior;
pub mod check;
pub mod collection;
mod emit;
mod html;
pub mod import;
pub mod language;
pub mod manifest;
mod nav_date;
pub mod painting;
pub mod parts;
pub mod properties;
pub mod ranges;
mod rights;
#[cfg(test)]
mod samples;
mod syntax;
pub mod upgrade;
pub mod v2;

pub use check::{Class, Fault, faults};
pub use emit::CONTEXT;
pub use language::LanguageMap;
pub use properties::{Agent, Descriptive, LabelValue, Link, ViewingDirection};
