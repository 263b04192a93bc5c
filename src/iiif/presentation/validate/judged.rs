//! A document's findings with what they come to: the version, how many of each severity, whether it is broken.

use super::context::name;
use super::{Finding, Severity, is_broken, validate};
use serde::Serialize;
use serde_json::Value;

/// What the validator says of a whole document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Judged {
    /// The version of Presentation that it was judged as: 2.1, 3.0 or 4.0.
    pub version: &'static str,
    /// Whether one of the findings is an Error.
    pub broken: bool,
    pub counts: Counts,
    /// In the order of the document.
    pub findings: Vec<Finding>,
}

/// How many findings there are of each severity.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Counts {
    pub error: usize,
    pub warning: usize,
    pub note: usize,
}

impl Counts {
    fn of(findings: &[Finding]) -> Self {
        findings.iter().fold(Self::default(), |counts, finding| match finding.severity {
            Severity::Error => Self { error: counts.error + 1, ..counts },
            Severity::Warning => Self { warning: counts.warning + 1, ..counts },
            Severity::Note => Self { note: counts.note + 1, ..counts },
        })
    }
}

/// Validates a document, and counts.
#[must_use]
pub fn judge(document: &Value) -> Judged {
    let findings = validate(document);
    Judged { version: name(document), broken: is_broken(&findings), counts: Counts::of(&findings), findings }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_is_judged_as_the_version_that_it_says() {
        for (document, version) in [
            (json!({"@context": "http://iiif.io/api/presentation/2/context.json"}), "2.1"),
            (json!({"@context": "http://iiif.io/api/presentation/3/context.json"}), "3.0"),
            (json!({"@context": "http://iiif.io/api/presentation/4/context.json"}), "4.0"),
            (json!({"@type": "sc:Manifest"}), "2.1"),
            (json!({"type": "Manifest"}), "3.0"),
            (json!([]), "3.0"),
        ] {
            let judged = judge(&document);
            assert_eq!(judged.version, version, "{document}");
            let Counts { error, warning, note } = judged.counts;
            assert_eq!(error + warning + note, judged.findings.len());
            assert_eq!(judged.broken, error > 0);
        }
    }
}
