//! What the validator says: one finding for one fault, and the rule that it breaks.

use serde::Serialize;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The specification says MUST, or the document cannot be used.
    Error,
    /// The specification says SHOULD, or a viewer works badly with it.
    Warning,
    /// Good to know; nothing has to change.
    Note,
}

/// One thing that is wrong with a document, and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// JSON pointer (RFC 6901) into the document as it was given; what is missing is told at the object that lacks it.
    pub pointer: String,
    /// Short stable name of the rule: `p3-canvas-size`.
    pub rule: &'static str,
    /// What is wrong, with the values found.
    pub what: String,
    /// What to do.
    pub cure: String,
    /// Where the rule comes from: a section of a specification, or a viewer.
    pub source: &'static str,
    /// The viewers and systems that are hit; none for plain faults of the specification.
    pub clients: &'static [&'static str],
}

/// A rule: its name, how bad breaking it is, where it comes from and whom it hits.
#[derive(Debug, Clone, Copy)]
pub(super) struct Rule {
    pub(super) token: &'static str,
    pub(super) severity: Severity,
    pub(super) source: &'static str,
    pub(super) clients: &'static [&'static str],
}

impl Rule {
    pub(super) const fn error(token: &'static str, source: &'static str) -> Self {
        Self { token, severity: Severity::Error, source, clients: &[] }
    }

    pub(super) const fn warning(token: &'static str, source: &'static str) -> Self {
        Self { token, severity: Severity::Warning, source, clients: &[] }
    }

    pub(super) const fn note(token: &'static str, source: &'static str) -> Self {
        Self { token, severity: Severity::Note, source, clients: &[] }
    }

    /// The same rule, with the viewers that it matters to.
    pub(super) const fn hits(self, clients: &'static [&'static str]) -> Self {
        Self { clients, ..self }
    }
}

pub(super) const MIRADOR: &str = "Mirador";
pub(super) const UV: &str = "Universal Viewer";
pub(super) const OPENSEADRAGON: &str = "OpenSeadragon";
pub(super) const CLOVER: &str = "Clover";
pub(super) const TIFY: &str = "TIFY";
pub(super) const OMEKA: &str = "Omeka S";
