//! What must not be published, whoever wants to: documents that no viewer can open, or that are a danger to who opens them.
//!
//! | Rules | Why |
//! | --- | --- |
//! | `document-object`, `context-missing`, `context-wrong`, `context-two-versions` | nobody can tell that it is a IIIF document, or of which version |
//! | at the top: `p3-id-missing`, `p3-type-missing`, `p3-type-wrong`, and those of 2.1 | nor what it is |
//! | `p3-items`, `p3-manifest-empty`, `p2-sequences`, `p2-canvases` | there is nothing to open |
//! | `p3-painting-target`, `p2-on` | what is painted belongs to no Canvas of the document: viewers stop, or show nothing |
//! | `p3-html-active`, `p2-html-active` | it runs code in viewers that trust it |
//!
//! Every other Error can be published: some viewer shows the document all the same.

use super::Finding;

/// Rules that make a document unusable wherever they are broken.
const ANYWHERE: [&str; 12] = [
    "document-object",
    "context-missing",
    "context-wrong",
    "context-two-versions",
    "p3-items",
    "p3-manifest-empty",
    "p2-sequences",
    "p2-canvases",
    "p3-painting-target",
    "p2-on",
    "p3-html-active",
    "p2-html-active",
];

/// Rules that make a document unusable where they are broken by the document itself.
const AT_TOP: [&str; 6] = ["p3-id-missing", "p3-type-missing", "p3-type-wrong", "p2-id-missing", "p2-type-missing", "p2-type-wrong"];

/// Whether a document with this fault cannot be opened by any viewer, or must not be.
#[must_use]
pub fn is_unusable(finding: &Finding) -> bool {
    let at_top = matches!(finding.pointer.as_str(), "" | "/type" | "/@type" | "/id" | "/@id");
    ANYWHERE.contains(&finding.rule) || (at_top && AT_TOP.contains(&finding.rule))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::validate::{Severity, validate};
    use serde_json::{Value, json};

    fn manifest() -> Value {
        let body = json!({"id": "https://x.org/i.jpg", "type": "Image", "format": "image/jpeg", "width": 10, "height": 10});
        let annotation =
            json!({"id": "https://x.org/a", "type": "Annotation", "motivation": "painting", "target": "https://x.org/c", "body": body});
        let page = json!({"id": "https://x.org/p", "type": "AnnotationPage", "items": [annotation]});
        json!({
            "@context": "http://iiif.io/api/presentation/3/context.json",
            "id": "https://x.org/m",
            "type": "Manifest",
            "label": {"en": ["M"]},
            "items": [{"id": "https://x.org/c", "type": "Canvas", "width": 10, "height": 10, "items": [page]}]
        })
    }

    #[test]
    fn what_no_viewer_opens_is_unusable_and_nothing_else() {
        let painted = "/items/0/items/0/items/0";
        for (pointer, key, value, unusable) in [
            ("", "label", json!({"en": ["Another"]}), false),
            ("", "@context", json!("http://example.org"), true),
            ("", "id", Value::Null, true),
            ("", "type", json!("Book"), true),
            ("", "items", json!([]), true),
            ("", "items", json!("none"), true),
            ("", "rights", json!("free"), false),
            ("", "summary", json!({"en": ["<p>a<script>b()</script></p>"]}), true),
            ("", "summary", json!({"en": ["<p>a<br>b</p>"]}), false),
            ("/items/0", "height", Value::Null, false),
            ("/items/0", "items", json!([]), false),
            (painted, "target", json!("https://x.org/other"), true),
            (painted, "body", Value::Null, false),
            (&format!("{painted}/body"), "type", Value::Null, false),
        ] {
            let mut document = manifest();
            let object = document.pointer_mut(pointer).and_then(Value::as_object_mut).expect("an object");
            match &value {
                Value::Null => drop(object.shift_remove(key)),
                value => drop(object.insert(key.to_owned(), value.clone())),
            }
            let findings = validate(&document);
            let found: Vec<_> = findings.iter().filter(|finding| is_unusable(finding)).collect();
            assert_eq!(!found.is_empty(), unusable, "{pointer}/{key} {value}: {findings:#?}");
            assert!(found.iter().all(|finding| finding.severity == Severity::Error), "{found:#?}");
        }
        assert!(validate(&json!([])).iter().any(is_unusable));
    }
}
