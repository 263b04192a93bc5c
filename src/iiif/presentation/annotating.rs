//! Annotations beside what is painted (Presentation 3.0, section 5.6; Web Annotation Data Model): as they came, with what is left out
//! filled in.

use super::check::{Class, Fault};
use super::syntax::is_http;
use super::{naming, parts, placing, range_input};
use serde_json::{Map, Value};
use std::collections::HashSet;

/// What an Annotation Page must not have (table of section 3).
const EXCLUDED: [&str; 10] = [
    "navDate",
    "viewingDirection",
    "start",
    "services",
    "placeholderCanvas",
    "accompanyingCanvas",
    "supplementary",
    "format",
    "profile",
    "language",
];

/// The page that annotations are in.
#[derive(Debug, Clone, Copy)]
pub struct Of<'a> {
    /// Id of the page.
    pub page: &'a str,
    /// The canvas that the page is of; the item itself if there is none.
    pub canvas: Option<&'a str>,
}

impl Of<'_> {
    /// Below which path its annotations are named.
    #[must_use]
    pub fn path(&self) -> String {
        format!("annotations/{}", self.page)
    }

    /// What an annotation is about that does not say it.
    fn target(&self) -> String {
        self.canvas.map_or_else(|| parts::own(""), |canvas| parts::own(&format!("canvases/{canvas}")))
    }
}

/// Fills in the id that an annotation lacks, as `mint` makes it, its type and its target: what the page is of. A target that is only a
/// fragment, such as `xywh=0,0,100,100`, is one of the page's canvas. Everything else stays as it is.
pub fn write_out(annotation: &mut Value, of: Of<'_>, mint: &impl Fn() -> String) {
    let Some(object) = annotation.as_object_mut() else { return };
    naming::complete(object, &of.path(), mint);
    if !object.contains_key("type") {
        object.shift_insert(1, "type".to_owned(), "Annotation".into());
    }
    if let Some(canvas) = of.canvas {
        placing::target_in_full(object, canvas);
    }
    object.entry("target").or_insert_with(|| of.target().into());
}

/// Texts in what a page says of itself as language maps.
pub fn properties_in_full(properties: &mut Value) {
    properties.as_object_mut().into_iter().for_each(range_input::texts_in_full);
}

/// Everything in what a page says of itself that breaks the specification. Pointers begin with `at`.
#[must_use]
pub fn property_faults(properties: &Value, at: &str) -> Vec<Fault> {
    let Some(properties) = properties.as_object() else {
        return vec![Fault { pointer: at.to_owned(), detail: "the properties of a page are an object".to_owned() }];
    };
    let excluded = |name: &&String| EXCLUDED.contains(&name.as_str());
    let detail = || "an AnnotationPage does not have this property".to_owned();
    let mut found: Vec<Fault> =
        properties.keys().filter(excluded).map(|name| Fault { pointer: format!("{at}/{name}"), detail: detail() }).collect();
    range_input::said_faults(properties.iter().filter(|(name, _)| !excluded(name)), Class::AnnotationPage, at, &mut found);
    found
}

/// Whether a text can be the URI of a page elsewhere.
#[must_use]
pub fn is_elsewhere(uri: &str) -> bool {
    is_http(uri)
}

/// Everything that keeps the annotations of a page, filled in, from standing beside each other and after those with the ids `known`.
#[must_use]
pub fn faults(annotations: &[Value], of: Of<'_>, known: &HashSet<&str>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let mut seen = HashSet::new();
    for (index, annotation) in annotations.iter().enumerate() {
        let Some(object) = annotation.as_object() else {
            faults.push(Fault { pointer: format!("/{index}"), detail: "an annotation is an object".to_owned() });
            continue;
        };
        let mut told = |name: &str, detail: Option<String>| {
            faults.extend(detail.map(|detail| Fault { pointer: format!("/{index}/{name}"), detail }));
        };
        let twice = object.get("id").and_then(Value::as_str).is_some_and(|id| known.contains(id) || !seen.insert(id));
        let twice = twice.then(|| "the page has an annotation with this id already".to_owned());
        told("id", twice.or_else(|| id_fault(object, of)));
        let class = object.get("type").is_some_and(|class| class != "Annotation");
        told("type", class.then(|| "this is an Annotation".to_owned()));
        told("motivation", motivation_fault(object.get("motivation")));
        told("target", object.get("target").and_then(|target| target_fault(target, of)));
    }
    faults
}

fn id_fault(annotation: &Map<String, Value>, of: Of<'_>) -> Option<String> {
    let id = annotation.get("id")?;
    if id.as_str().is_some_and(is_http) { None } else { naming::fault(&of.path(), id) }
}

fn motivation_fault(motivation: Option<&Value>) -> Option<String> {
    let words = match motivation {
        Some(Value::String(word)) => vec![word.as_str()],
        Some(Value::Array(list)) if list.iter().all(Value::is_string) => list.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    if words.is_empty() || words.iter().any(|word| word.trim().is_empty()) {
        return Some("an annotation says why it was made: commenting, tagging, describing, supplementing, linking, ...".to_owned());
    }
    words.contains(&"painting").then(|| "what is painted on a canvas is one of its paintings, not of an annotation page".to_owned())
}

fn target_fault(target: &Value, of: Of<'_>) -> Option<String> {
    match target {
        Value::Array(list) if list.is_empty() => Some("an annotation has a target".to_owned()),
        Value::Array(list) => list.iter().find_map(|one| target_fault(one, of)),
        Value::String(address) => address_fault(address, of),
        Value::Object(object) => {
            let source = object.get("source").map(|source| source.get("id").unwrap_or(source));
            source.or_else(|| object.get("id")).and_then(Value::as_str).and_then(|address| address_fault(address, of))
        }
        _ => Some("a target is the URI of something, or an object".to_owned()),
    }
}

/// A page of a canvas holds annotations of that canvas.
fn address_fault(address: &str, of: Of<'_>) -> Option<String> {
    if !address.contains(':') {
        return Some("a target is a URI; xywh=0,0,100,100 or t=0,10 stands for a part of the page's canvas".to_owned());
    }
    let canvas = parts::path(address)?.strip_prefix("canvases/")?.split('/').next()?;
    let own = of.canvas?;
    (canvas != own).then(|| {
        format!("the page is of the canvas \"{own}\": annotations of \"{canvas}\" belong to a page of that canvas, or of the item")
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CANVAS: Of<'static> = Of { page: "p", canvas: Some("c") };
    const ITEM: Of<'static> = Of { page: "p", canvas: None };

    fn written_out(mut sent: Value, of: Of<'_>) -> Value {
        write_out(&mut sent, of, &|| "new".to_owned());
        sent
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let body = json!({"type": "TextualBody", "value": "b"});
        let expected = json!({"id": "triptych:/annotations/p/new", "type": "Annotation", "motivation": "tagging", "body": body, "target": "triptych:/canvases/c"});
        assert_eq!(written_out(json!({"motivation": "tagging", "body": body}), CANVAS), expected);
        assert_eq!(written_out(expected.clone(), CANVAS), expected);
        assert_eq!(written_out(json!({"target": "xywh=0,0,1,1"}), CANVAS)["target"], "triptych:/canvases/c#xywh=0,0,1,1");
        assert_eq!(
            written_out(json!({"id": "a"}), ITEM),
            json!({"id": "triptych:/annotations/p/a", "type": "Annotation", "target": "triptych:"})
        );
        let full = json!({"id": "https://x.org/a", "type": "Annotation", "target": {"source": "x", "selector": [{"type": "SvgSelector"}]}});
        assert_eq!(written_out(full.clone(), CANVAS), full);
    }

    #[test]
    fn a_page_says_what_the_specification_allows() {
        let mut properties =
            json!({"label": "L", "behavior": ["hidden"], "seeAlso": [{"id": "https://x.org", "type": "Text"}], "x:own": 7});
        properties_in_full(&mut properties);
        assert_eq!(properties["label"], json!({"none": ["L"]}));
        assert_eq!(property_faults(&properties, "/properties"), []);
        let wrong = json!({"navDate": "x", "items": [], "label": 7, "behavior": ["paged"], "id": "x"});
        let told: Vec<String> = property_faults(&wrong, "").into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(told, ["/navDate", "/label", "/behavior/0", "/items", "/id"]);
        assert_eq!(property_faults(&json!([]), "/p").len(), 1);
    }

    #[test]
    fn every_fault_has_its_place() {
        let other = "triptych:/canvases/d#t=1";
        let cases = [
            (json!({"motivation": "commenting"}), CANVAS, vec![]),
            (
                json!({"motivation": ["commenting", "x:own"], "id": "https://x.org/a", "target": ["https://x.org", {"id": "triptych:/canvases/c"}]}),
                CANVAS,
                vec![],
            ),
            (json!({"motivation": "tagging", "target": other}), ITEM, vec![]),
            (json!({"motivation": "tagging", "target": other}), CANVAS, vec!["/0/target"]),
            (json!({"motivation": "tagging", "target": {"source": {"id": other}}}), CANVAS, vec!["/0/target"]),
            (json!({"motivation": "tagging", "target": "xywh=0,0,1,1"}), ITEM, vec!["/0/target"]),
            (json!({"motivation": "tagging", "target": []}), ITEM, vec!["/0/target"]),
            (json!({"id": "a/b", "type": "Canvas", "target": 7}), CANVAS, vec!["/0/id", "/0/type", "/0/motivation", "/0/target"]),
            (json!({"motivation": "painting"}), CANVAS, vec!["/0/motivation"]),
            (json!({"motivation": ["tagging", "painting"]}), CANVAS, vec!["/0/motivation"]),
            (json!({"motivation": []}), CANVAS, vec!["/0/motivation"]),
            (json!({"id": "known", "motivation": "tagging"}), CANVAS, vec!["/0/id"]),
            (json!("x"), CANVAS, vec!["/0"]),
        ];
        for (sent, of, expected) in cases {
            let list = [written_out(sent.clone(), of)];
            let told: Vec<String> =
                faults(&list, of, &HashSet::from(["triptych:/annotations/p/known"])).into_iter().map(|f| f.pointer).collect();
            assert_eq!(told, expected, "{sent}");
        }
        let twice =
            [json!({"id": "a", "motivation": "tagging"}), json!({"id": "a", "motivation": "tagging"})].map(|one| written_out(one, CANVAS));
        assert_eq!(faults(&twice, CANVAS, &HashSet::new()).into_iter().map(|f| f.pointer).collect::<Vec<_>>(), ["/1/id"]);
    }
}
