//! What the validator says.

use poem_openapi::{Enum, Object};
use serde_json::Value;

use crate::api::problem::Problem;
use crate::iiif::presentation::Fault;
use crate::iiif::presentation::validate::{Counts, Finding, Judged, Severity};
use crate::ingest::Origin;

/// A document to be validated: either `url` or `document`.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct ValidationInput {
    /// Where it is, http or https; only with a key.
    pub url: Option<String>,
    /// The document itself, of Presentation 3.0 or 2.1, or of the release candidate of 4.0.
    pub document: Option<Value>,
}

/// What is wrong with a document.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub struct ValidationView {
    /// The version of the Presentation API that it was judged as.
    pub version: String,
    /// Whether one of the findings is an error.
    pub broken: bool,
    pub counts: CountsView,
    /// In the order of the document; at most 10,000, and then one more that says how many are left out.
    pub findings: Vec<FindingView>,
}

/// How many findings there are of each severity.
#[derive(Object)]
pub struct CountsView {
    pub error: usize,
    pub warning: usize,
    pub note: usize,
}

/// One thing that is wrong, and how to mend it.
#[derive(Object)]
#[oai(rename_all = "camelCase")]
pub struct FindingView {
    pub severity: SeverityName,
    /// JSON pointer (RFC 6901) into the document; what is missing is told at the object that lacks it.
    pub pointer: String,
    /// Stable name of the rule.
    pub rule: String,
    /// What is wrong, with the values found.
    pub what: String,
    /// What to do.
    pub cure: String,
    /// Where the rule comes from: a section of a specification, or a viewer.
    pub source: String,
    /// The viewers and systems that are hit; none for plain faults of the specification.
    pub clients: Vec<String>,
}

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[oai(rename_all = "lowercase")]
pub enum SeverityName {
    /// The specification says MUST, or the document cannot be used.
    Error,
    /// The specification says SHOULD, or a viewer works badly with it.
    Warning,
    /// Good to know; nothing has to change.
    Note,
}

impl ValidationInput {
    /// What to validate.
    pub fn check(self) -> Result<Origin, Problem> {
        match (self.url, self.document) {
            (Some(url), None) => Ok(Origin::Url(url)),
            (None, Some(document)) => Ok(Origin::Document(document)),
            _ => Err(Problem::invalid(vec![Fault { pointer: "/url".to_owned(), detail: "send either url or document".to_owned() }])),
        }
    }
}

impl From<Judged> for ValidationView {
    fn from(Judged { version, broken, counts, findings }: Judged) -> Self {
        Self { version: version.to_owned(), broken, counts: counts.into(), findings: findings.into_iter().map(FindingView::from).collect() }
    }
}

impl From<Counts> for CountsView {
    fn from(Counts { error, warning, note }: Counts) -> Self {
        Self { error, warning, note }
    }
}

impl From<Finding> for FindingView {
    fn from(Finding { severity, pointer, rule, what, cure, source, clients }: Finding) -> Self {
        let clients = clients.iter().map(|&client| client.to_owned()).collect();
        Self { severity: severity.into(), pointer, rule: rule.to_owned(), what, cure, source: source.to_owned(), clients }
    }
}

impl From<Severity> for SeverityName {
    fn from(severity: Severity) -> Self {
        match severity {
            Severity::Error => Self::Error,
            Severity::Warning => Self::Warning,
            Severity::Note => Self::Note,
        }
    }
}
