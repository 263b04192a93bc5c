//! Which version of the Presentation API a document is in, and its `@context`.

use super::{Object, Refusal, types};
use serde_json::{Value, json};

/// The context of Presentation 3.0.
pub(super) const CONTEXT_3: &str = "http://iiif.io/api/presentation/3/context.json";

/// The version of the Presentation API in which a document was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Version {
    /// 1.0, the Metadata API, with the context of Shared Canvas.
    V1,
    /// 2.0 and 2.1.
    V2,
    /// 3.0.
    V3,
    /// The release candidate of 4.0.
    V4,
}

impl Version {
    /// The number of the specification.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V1 => "1.0",
            Self::V2 => "2.1",
            Self::V3 => "3.0",
            Self::V4 => "4.0",
        }
    }
}

fn of_context(context: &str) -> Option<Version> {
    if context.contains("shared-canvas.org/ns") {
        return Some(Version::V1);
    }
    let (_, rest) = context.split_once("iiif.io/api/presentation/")?;
    match rest.as_bytes().first()? {
        b'1' => Some(Version::V1),
        b'2' => Some(Version::V2),
        b'3' => Some(Version::V3),
        b'4' => Some(Version::V4),
        _ => None,
    }
}

fn contexts(value: Option<&Value>) -> Vec<&Value> {
    match value {
        Some(Value::Array(list)) => list.iter().collect(),
        Some(one) => vec![one],
        None => Vec::new(),
    }
}

/// The version, by the shape of the document first: a context is easily copied from elsewhere.
pub(super) fn detect(document: &Object) -> Result<Version, Refusal> {
    let named = contexts(document.get("@context")).into_iter().filter_map(Value::as_str).filter_map(of_context).max_by_key(|v| *v as u8);
    let new = document.get("type").and_then(Value::as_str).is_some_and(|name| types::plain(name) == name);
    let old = ["sequences", "images", "resources", "members", "manifests", "collections"].iter().any(|key| document.contains_key(*key));
    let aged = document.get("@type").is_some_and(|found| !types::names(found).is_empty());
    match named {
        Some(Version::V1 | Version::V2) if !new || old => Ok(named.unwrap_or(Version::V2)),
        Some(Version::V4) if new => Ok(Version::V4),
        Some(Version::V3) if new || (aged && document.contains_key("items")) => Ok(Version::V3),
        _ if new && !old => Ok(Version::V3),
        _ if new || aged => Ok(Version::V2),
        _ => Err(Refusal::NotPresentation(missing_type(document))),
    }
}

fn missing_type(document: &Object) -> &'static str {
    if document.get("protocol").and_then(Value::as_str).is_some_and(|protocol| protocol.contains("iiif.io/api/image")) {
        "this is the info.json of an image"
    } else if document.contains_key("@graph") {
        "this is a JSON-LD graph, which IIIF does not allow"
    } else {
        "it has no type"
    }
}

/// The `@context` of the result: that of 3.0, after those of the source that are of other vocabularies.
pub(super) fn context_3(source: Option<Value>, further: Vec<Value>) -> Value {
    let mut others = match source {
        Some(Value::Array(list)) => list,
        Some(one) => vec![one],
        None => Vec::new(),
    };
    others.extend(further);
    let mut kept: Vec<Value> = Vec::new();
    for context in others {
        let ours = context.as_str().is_some_and(|text| of_context(text).is_some());
        if !ours && !context.is_null() && !kept.contains(&context) {
            kept.push(context);
        }
    }
    if kept.is_empty() {
        return json!(CONTEXT_3);
    }
    kept.push(json!(CONTEXT_3));
    Value::Array(kept)
}

/// Whether the context is as 3.0 wants it: that of 3.0, alone or last of a list (Presentation 3.0, section 4.6).
pub(super) fn is_context_3(context: &Value) -> bool {
    match context {
        Value::String(text) => text == CONTEXT_3,
        Value::Array(list) => list.last().is_some_and(|last| last == CONTEXT_3),
        _ => false,
    }
}

/// Whether it is a context that every processor of Presentation documents brings along.
pub(in crate::iiif::presentation) fn is_presentation(context: &Value) -> bool {
    context.as_str().is_some_and(|text| of_context(text).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions() {
        let two = "http://iiif.io/api/presentation/2/context.json";
        let cases = [
            (json!({"@context": two, "@type": "sc:Manifest"}), Some(Version::V2)),
            (json!({"@context": ["http://x.org/", two], "@type": "sc:Manifest"}), Some(Version::V2)),
            (json!({"@context": "http://www.shared-canvas.org/ns/context.json", "@type": "sc:Manifest"}), Some(Version::V1)),
            (json!({"@context": CONTEXT_3, "type": "Manifest"}), Some(Version::V3)),
            (json!({"@context": CONTEXT_3, "@type": "Manifest", "items": []}), Some(Version::V3)),
            (json!({"@context": CONTEXT_3, "@type": "sc:Manifest", "sequences": []}), Some(Version::V2)),
            (json!({"@context": two, "type": "Manifest", "items": []}), Some(Version::V3)),
            (json!({"@context": "http://iiif.io/api/presentation/4/context.json", "type": "Manifest"}), Some(Version::V4)),
            (json!({"type": "Manifest"}), Some(Version::V3)),
            (json!({"@type": "sc:Collection"}), Some(Version::V2)),
            (json!({"a": 1}), None),
            (json!({"@context": "http://iiif.io/api/image/2/context.json", "protocol": "http://iiif.io/api/image"}), None),
        ];
        for (document, version) in cases {
            let object = document.as_object().expect("an object");
            assert_eq!(detect(object).ok(), version, "{document}");
        }
    }

    #[test]
    fn other_contexts_stay_before() {
        let two = json!("https://iiif.io/api/presentation/2/context.json");
        assert_eq!(context_3(Some(two.clone()), Vec::new()), CONTEXT_3);
        assert_eq!(context_3(None, vec![json!("http://x.org")]), json!(["http://x.org", CONTEXT_3]));
        assert_eq!(context_3(Some(json!([two, "http://x.org", {"a": "b"}])), Vec::new()), json!(["http://x.org", {"a": "b"}, CONTEXT_3]));
    }
}
