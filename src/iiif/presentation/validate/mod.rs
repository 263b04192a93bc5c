//! The validator: what is wrong with a Presentation document, for people who have to mend it.
//!
//! [`validate`] reads any JSON and names every fault at once: faults of the specification (3.0, 2.1, and lightly the release
//! candidate of 4.0), and what will not work in Mirador, Universal Viewer, OpenSeadragon, Clover, TIFY or Omeka S.
//!
//! # How severe a finding is
//! - **Error**: the specification says MUST or MUST NOT, or nothing can be shown: no id, a Canvas without size, a Range with
//!   Canvases of another Manifest, an image service whose id ends in a slash (every viewer fails). HTML that can run code is an
//!   Error although the specification leaves it to clients to take it away: not all do.
//! - **Warning**: the specification says SHOULD, a viewer stops or shows nothing while others show the document, or a word is
//!   nearly one that viewers know. What crashes one viewer is a Warning, for the document may be right.
//! - **Note**: recommended and without consequence, or where the specification and Omeka S want opposite things: contexts
//!   within services (the specification wants them at the top, Omeka S refuses a list at the top).
//!
//! What can only be told by fetching (whether ids dereference, content types, CORS) is not judged here.

mod annotations;
mod annotations_2;
mod behaviors;
mod bodies;
mod classes;
mod context;
mod finding;
mod ids;
mod images;
mod judged;
mod links;
mod markup;
mod properties;
mod properties_2;
mod ranges;
mod ranges_2;
mod report;
mod run;
mod services;
mod spelling;
mod structure_3;
mod targets;
#[cfg(test)]
mod tests;
mod texts;
mod texts_2;
mod unusable;
mod values;
mod values_2;
mod version_2;
mod version_4;
mod viewers;

pub use finding::{Finding, Severity};
pub use judged::{Counts, Judged, judge};
pub use unusable::is_unusable;

pub(super) use markup::{is_script_link, script_in};

use context::Version;
use finding::Rule;
use report::Place;
use run::Run;
use serde_json::Value;

const OBJECT: Rule = Rule::error("document-object", "JSON-LD");

/// Every fault of a document, in its order; at most 10,000, and then one more that says how many are left out.
#[must_use]
pub fn validate(document: &Value) -> Vec<Finding> {
    let mut run = Run::new();
    match document.as_object() {
        Some(object) => {
            let version = context::version(object);
            context::check(&mut run, object, version);
            match version {
                Version::V2 => version_2::document(&mut run, object),
                Version::V3 => structure_3::document(&mut run, object),
                Version::V4 => version_4::document(&mut run, object),
            }
            ids::insecure(&mut run);
        }
        None => run.add(
            &Place::ROOT,
            OBJECT,
            format!("a document must be an object, but this is {}", spelling::shown(document)),
            "give a Manifest or a Collection",
        ),
    }
    run.report.finish(document)
}

/// Whether one of the findings is an Error.
#[must_use]
pub fn is_broken(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Error)
}
