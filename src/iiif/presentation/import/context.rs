//! Whether a document says of itself that it is one of the Presentation API (Presentation 3.0, section 4.6).

use serde_json::Value;

use crate::iiif::presentation::check::Fault;
use crate::iiif::presentation::upgrade::is_presentation;

/// What is wrong with the contexts of a document of any version: that none of them is of Presentation, or what is none at all. A
/// document without any is taken for what its shape says.
#[must_use]
pub fn foreign_contexts(document: &Value) -> Vec<Fault> {
    let contexts = match document.get("@context") {
        None | Some(Value::Null) => return Vec::new(),
        Some(Value::Array(list)) => list.as_slice(),
        Some(one) => std::slice::from_ref(one),
    };
    let fault = |pointer: String, detail: &str| Fault { pointer, detail: detail.to_owned() };
    if !contexts.iter().any(is_presentation) {
        let detail = "this is no context of the Presentation API: write http://iiif.io/api/presentation/3/context.json, or leave it out";
        return vec![fault("/@context".to_owned(), detail)];
    }
    let odd = contexts.iter().enumerate().filter(|(_, context)| !context.is_string() && !context.is_object());
    odd.map(|(index, _)| fault(format!("/@context/{index}"), "a context is a URI or an object")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_document_with_contexts_has_one_of_presentation() {
        let (two, three) = ("http://iiif.io/api/presentation/2/context.json", "http://iiif.io/api/presentation/3/context.json");
        let cases = [
            (json!({}), vec![]),
            (json!({"@context": null}), vec![]),
            (json!({"@context": two}), vec![]),
            (json!({"@context": ["https://x.org/context", {"x": "https://x.org/x"}, three]}), vec![]),
            (json!({"@context": "http://www.shared-canvas.org/ns/context.json"}), vec![]),
            (json!({"@context": "https://schema.org/"}), vec!["/@context"]),
            (json!({"@context": []}), vec!["/@context"]),
            (json!({"@context": 7}), vec!["/@context"]),
            (json!({"@context": [7, three, null]}), vec!["/@context/0", "/@context/2"]),
        ];
        for (document, pointers) in cases {
            let found: Vec<String> = foreign_contexts(&document).into_iter().map(|fault| fault.pointer).collect();
            assert_eq!(found, pointers, "{document}");
        }
    }
}
