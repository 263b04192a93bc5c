//! Each rule fires on a document broken in just that way, and on nothing that is right.
//!
//! This file is long because it is one table: a broken document for each rule.

use super::{contract, image_info, presentation_2, presentation_3};
use serde_json::{Value, json};
use std::path::Path;

const CONTEXT: &str = "http://iiif.io/api/presentation/3/context.json";

fn manifest() -> Value {
    let services = json!([
        {"id": "https://h.org/iiif/3/x", "type": "ImageService3", "profile": "level2"},
        {"@id": "https://h.org/iiif/2/x", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level2.json"}
    ]);
    let thumbnail =
        json!([{"id": "https://h.org/t.jpg", "type": "Image", "format": "image/jpeg", "width": 8, "height": 8, "service": services}]);
    let body =
        json!({"id": "https://h.org/i.jpg", "type": "Image", "format": "image/jpeg", "width": 20, "height": 30, "service": services});
    json!({
        "@context": CONTEXT, "id": "https://h.org/m", "type": "Manifest", "label": {"en": ["A"]}, "summary": {"none": ["<p>a<br/>b</p>"]},
        "metadata": [{"label": {"en": ["a"]}, "value": {"en": ["b"]}}],
        "requiredStatement": {"label": {"en": ["a"]}, "value": {"en": ["b"]}},
        "rights": "http://creativecommons.org/licenses/by/4.0/", "navDate": "1856-01-01T00:00:00+01:00",
        "provider": [{"id": "https://h.org/p", "type": "Agent", "label": {"en": ["P"]}, "logo": [{"id": "https://h.org/l.png", "type": "Image"}]}],
        "thumbnail": thumbnail, "viewingDirection": "left-to-right", "behavior": ["paged"],
        "homepage": [{"id": "https://h.org/h", "type": "Text", "label": {"en": ["H"]}, "language": ["en"]}],
        "rendering": [{"id": "https://h.org/r", "type": "Text", "label": {"en": ["R"]}, "format": "application/pdf"}],
        "seeAlso": [{"id": "https://h.org/s", "type": "Dataset"}],
        "partOf": [{"id": "https://h.org/c", "type": "Collection"}],
        "start": {"id": "https://h.org/c1", "type": "Canvas"},
        "items": [{
            "id": "https://h.org/c1", "type": "Canvas", "height": 30, "width": 20,
            "items": [{"id": "https://h.org/c1/page", "type": "AnnotationPage", "items": [{
                "id": "https://h.org/c1/page/1", "type": "Annotation", "motivation": "painting", "body": body, "target": "https://h.org/c1"
            }]}],
            "annotations": [{"id": "https://h.org/c1/notes", "type": "AnnotationPage"}]
        }],
        "structures": [{"id": "https://h.org/r1", "type": "Range", "items": [{"id": "https://h.org/c1", "type": "Canvas"}]}]
    })
}

fn collection() -> Value {
    json!({
        "@context": CONTEXT, "id": "https://h.org/c", "type": "Collection", "label": {"en": ["A"]},
        "items": [{"id": "https://h.org/m", "type": "Manifest", "label": {"en": ["M"]}}]
    })
}

fn manifest_2() -> Value {
    let service = json!({"@context": "http://iiif.io/api/image/2/context.json", "@id": "https://h.org/iiif/2/x", "profile": "http://iiif.io/api/image/2/level2.json"});
    json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://h.org/m", "@type": "sc:Manifest", "label": "A",
        "description": [{"@value": "<p>a</p>", "@language": "en"}], "metadata": [{"label": "a", "value": "b"}],
        "navDate": "1856-01-01T00:00:00Z", "viewingDirection": "left-to-right", "viewingHint": "continuous",
        "license": "http://creativecommons.org/licenses/by/4.0/", "within": "https://h.org/c",
        "thumbnail": {"@id": "https://h.org/t.jpg", "format": "image/jpeg", "service": service},
        "rendering": [{"@id": "https://h.org/r", "label": "R", "format": "application/pdf"}],
        "sequences": [{"@type": "sc:Sequence", "canvases": [{
            "@id": "https://h.org/c1", "@type": "sc:Canvas", "label": "1", "height": 30, "width": 20,
            "images": [{"@type": "oa:Annotation", "motivation": "sc:painting", "on": "https://h.org/c1",
                "resource": {"@id": "https://h.org/i.jpg", "@type": "dctypes:Image", "service": service}}],
            "otherContent": [{"@id": "https://h.org/l", "@type": "sc:AnnotationList"}]
        }]}],
        "structures": [{"@id": "https://h.org/r1", "@type": "sc:Range", "label": "R", "canvases": ["https://h.org/c1"]}]
    })
}

fn collection_2() -> Value {
    json!({
        "@context": "http://iiif.io/api/presentation/2/context.json", "@id": "https://h.org/c", "@type": "sc:Collection", "label": "A",
        "manifests": [{"@id": "https://h.org/m", "@type": "sc:Manifest", "label": "M"}]
    })
}

fn info(version: u8) -> Value {
    let shared = json!({
        "protocol": "http://iiif.io/api/image", "width": 100, "height": 200,
        "tiles": [{"width": 16, "scaleFactors": [1, 2]}], "sizes": [{"width": 50, "height": 100}]
    });
    let own = match version {
        3 => json!({
            "@context": "http://iiif.io/api/image/3/context.json", "id": "https://h.org/iiif/3/x", "type": "ImageService3", "profile": "level2",
            "maxWidth": 100, "maxHeight": 200, "extraFormats": ["webp"], "preferredFormats": ["webp"], "extraFeatures": ["sizeUpscaling"],
            "rights": "http://rightsstatements.org/vocab/InC/1.0/", "partOf": [{"id": "https://h.org/m", "type": "Manifest"}]
        }),
        _ => json!({
            "@context": "http://iiif.io/api/image/2/context.json", "@id": "https://h.org/iiif/2/x",
            "profile": ["http://iiif.io/api/image/2/level2.json", {"formats": ["webp"], "maxWidth": 100, "maxHeight": 200}]
        }),
    };
    let mut all = own.as_object().expect("an object").clone();
    all.extend(shared.as_object().expect("an object").clone());
    all.into()
}

/// The document with one place set, or with one removed if `value` is null. Missing last keys are added.
fn broken(document: &Value, pointer: &str, value: Value) -> Value {
    let mut document = document.clone();
    let (parent, key) = pointer.rsplit_once('/').expect("a pointer");
    match document.pointer_mut(parent).expect("a place in the document") {
        Value::Object(object) if value.is_null() => drop(object.shift_remove(key)),
        Value::Object(object) => drop(object.insert(key.to_owned(), value)),
        Value::Array(list) if value.is_null() => drop(list.remove(key.parse().expect("an index"))),
        Value::Array(list) if key == "-" => list.push(value),
        Value::Array(list) => list[key.parse::<usize>().expect("an index")] = value,
        _ => panic!("{pointer} is not inside of anything"),
    }
    document
}

/// A rule, the place to break, and what to put there.
type Case = (&'static str, &'static str, Value);

fn each_fires(document: &Value, judge: impl Fn(&Value) -> Vec<String>, cases: Vec<Case>) {
    assert_eq!(judge(document), [""; 0], "the document is right before it is broken");
    for (rule, pointer, value) in cases {
        let found = judge(&broken(document, pointer, value.clone()));
        assert!(found.iter().any(|line| line.starts_with(&format!("{rule} "))), "{rule}: {pointer} = {value} gives {found:?}");
    }
}

#[test]
fn rules_of_a_manifest() {
    let canvas = "/items/0";
    assert!(manifest().pointer(canvas).is_some());
    each_fires(
        &manifest(),
        presentation_3,
        vec![
            ("P3.CTX-1", "/@context", json!("https://iiif.io/api/presentation/3/context.json")),
            ("P3.CTX-1", "/@context", json!([CONTEXT, "http://x.org/context.json"])),
            ("P3.CTX-3", "/items/0/@context", json!(CONTEXT)),
            ("P3.KEY-1", "/@graph", json!([1])),
            ("P3.KEY-1", "/items/0/@id", json!("https://h.org/c1")),
            ("P3.KEY-3", "/seeAlso/0", json!("https://h.org/s")),
            ("P3.MULTI-1", "/thumbnail", json!({"id": "https://h.org/t.jpg", "type": "Image"})),
            ("P3.MULTI-1", "/rights", json!(["http://creativecommons.org/licenses/by/4.0/"])),
            ("P3.ID-1", "/id", json!("urn:x")),
            ("P3.ID-1", "/items/0/id", json!("https://h.org/c 1")),
            ("P3.ID-2", "/items/0/items/0/id", Value::Null),
            ("P3.ID-3", "/items/-", manifest()["items"][0].clone()),
            ("P3.TYPE-1", "/type", json!("Book")),
            ("P3.PROP-1", "/width", json!(1)),
            ("P3.PROP-1", "/items/0/viewingDirection", json!("left-to-right")),
            ("P3.PROP-1", "/items/0/items/0/navDate", json!("1856-01-01T00:00:00Z")),
            ("P3.LABEL-1", "/label", Value::Null),
            ("P3.LANG-1", "/label", json!("A")),
            ("P3.LANG-2", "/label", json!({"en_US": ["A"]})),
            ("P3.LANG-2", "/label", json!({"@none": ["A"]})),
            ("P3.LANG-3", "/label", json!({"en": "A"})),
            ("P3.LANG-3", "/label/en/0", json!(1)),
            ("P3.LANG-4", "/homepage/0/language", json!("en")),
            ("P3.HTML-1", "/label/en/0", json!("<b>A</b>")),
            ("P3.HTML-2", "/summary/none/0", json!("<p>a<br>b</p>")),
            ("P3.HTML-2", "/summary/none/0", json!("<p>a & b</p>")),
            ("P3.META-1", "/metadata/0/value", Value::Null),
            ("P3.META-2", "/requiredStatement/label", Value::Null),
            ("P3.RIGHTS-2", "/rights", json!("https://creativecommons.org/licenses/by/4.0/")),
            ("P3.NAVDATE-1", "/navDate", json!("1856-01-01T00:00:00")),
            ("P3.VIEWDIR-1", "/viewingDirection", json!("up")),
            ("P3.DIM-1", "/items/0/width", json!(2.5)),
            ("P3.DIM-2", "/items/0/duration", json!(0)),
            ("P3.FORMAT-1", "/thumbnail/0/format", json!("jpeg")),
            ("P3.PROV-1", "/provider/0/type", json!("Person")),
            ("P3.PROV-2", "/provider/0/logo/0", json!("https://h.org/l.png")),
            ("P3.PROV-2", "/provider/0/logo", json!({"id": "https://h.org/l.png", "type": "Image"})),
            ("P3.THUMB-1", "/thumbnail/0/type", Value::Null),
            ("P3.BEHAV-1", "/behavior/0", json!("non-paged")),
            ("P3.BEHAV-2", "/behavior/-", json!("continuous")),
            ("P3.BEHAV-3", "/behavior/-", json!("Paged")),
            ("P3.BEHAV-5", "/behavior/-", json!("repeat")),
            ("P3.LINK-1", "/homepage/0/label", Value::Null),
            ("P3.LINK-2", "/rendering/0/label", Value::Null),
            ("P3.LINK-3", "/seeAlso/0/type", Value::Null),
            ("P3.LINK-4", "/partOf/0/id", Value::Null),
            ("P3.SERVICE-1", "/thumbnail/0/service/0/type", Value::Null),
            (
                "P3.SERVICE-1",
                "/thumbnail/0/service/1",
                json!({"id": "https://h.org/iiif/2/x", "type": "ImageService2", "profile": "level2"}),
            ),
            ("P3.SERVICE-2", "/thumbnail/0/service/0/@context", json!("x")),
            ("P3.SERVICE-3", "/thumbnail/0/service/0/profile", Value::Null),
            ("P3.SERVICE-4", "/thumbnail/0/service/0/id", json!("https://h.org/iiif/3/x/info.json")),
            ("P3.START-1", "/start/type", json!("Range")),
            ("P3.RANGE-6", "/start/id", json!("https://h.org/c9")),
            ("P3.POSTER-1", "/placeholderCanvas", json!({"id": "https://h.org/x", "type": "Image"})),
            ("P3.POSTER-2", "/placeholderCanvas", json!({"id": "https://h.org/x", "type": "Canvas", "placeholderCanvas": {}})),
            ("P3.ITEMS-2", "/items", json!([])),
            ("P3.ITEMS-2", "/items/0/type", json!("Image")),
            ("P3.ITEMS-3", "/items/0/items/0/type", json!("Annotation")),
            ("P3.ITEMS-4", "/items/0/items/0/items/0/type", json!("Image")),
            ("P3.CANVAS-1", "/items/0/id", json!("https://h.org/c#1")),
            ("P3.CANVAS-2", "/items/0/height", Value::Null),
            ("P3.CANVAS-3", "/items/-", json!({"id": "https://h.org/c2", "type": "Canvas"})),
            ("P3.ANNO-1", "/items/0/items/0/items/0/target", Value::Null),
            ("P3.ANNO-2", "/items/0/items/0/items/0/motivation", json!("commenting")),
            ("P3.ANNO-3", "/items/0/annotations/0/items", manifest()["items"][0]["items"][0]["items"].clone()),
            ("P3.ANNO-4", "/items/0/annotations/0/type", json!("Annotation")),
            ("P3.ANNO-5", "/items/0/items/0/items/0/target", json!("https://h.org/c2")),
            ("P3.ANNO-6", "/items/0/items/0/items/0/body/type", json!("Sound")),
            ("P3.TARGET-1", "/items/0/items/0/items/0/target", json!("https://h.org/c1#xywh=0,0,20")),
            ("P3.TARGET-3", "/items/0/items/0/items/0/target", json!("https://h.org/c1#xywh=0,0,20,31")),
            ("P3.CONTENT-1", "/items/0/items/0/items/0/body/type", json!("Picture")),
            ("P3.CONTENT-2", "/items/0/items/0/items/0/body/id", json!("https://h.org/iiif/3/x")),
            ("P3.STRUCT-1", "/structures/0/type", json!("Canvas")),
            ("P3.RANGE-1", "/structures/0/items", json!([])),
            ("P3.RANGE-2", "/structures/0/items/0/type", json!("Image")),
            (
                "P3.RANGE-3",
                "/structures/0/items/-",
                json!({"id": "https://h.org/r2", "type": "Range", "behavior": ["sequence"], "items": []}),
            ),
            ("P3.RANGE-5", "/structures/0/supplementary", json!({"id": "https://h.org/a", "type": "AnnotationPage"})),
        ],
    );
}

#[test]
fn rules_of_a_collection() {
    each_fires(
        &collection(),
        presentation_3,
        vec![
            ("P3.LABEL-1", "/label", json!({"en": []})),
            ("P3.ITEMS-1", "/items", Value::Null),
            ("P3.ITEMS-1", "/items/0/type", json!("Canvas")),
            ("P3.COLL-1", "/items/0/label", Value::Null),
            ("P3.COLL-2", "/items/0/items", json!([])),
            ("P3.BEHAV-2", "/behavior", json!(["multi-part", "together"])),
            ("P3.PROP-1", "/structures", json!([])),
        ],
    );
}

#[test]
fn rules_of_2_1() {
    let image = "/sequences/0/canvases/0/images/0";
    assert!(manifest_2().pointer(image).is_some());
    each_fires(
        &manifest_2(),
        presentation_2,
        vec![
            ("P2.CTX-1", "/@context", json!(CONTEXT)),
            ("P2.CTX-1", "/sequences/0/@context", json!("http://iiif.io/api/presentation/2/context.json")),
            ("P2.ID-1", "/@id", Value::Null),
            ("P2.ID-1", "/sequences/0/canvases/0/@id", json!("https://h.org/c#1")),
            ("P2.ID-1", "/sequences/0/canvases/-", manifest_2()["sequences"][0]["canvases"][0].clone()),
            ("P2.ID-1", "/license", json!("CC BY")),
            ("P2.TYPE-1", "/@type", json!("Manifest")),
            ("P2.TYPE-1", "/summary", json!("a")),
            ("P2.LABEL-1", "/label", Value::Null),
            ("P2.LABEL-1", "/sequences/0/canvases/0/label", json!("")),
            ("P2.LANG-1", "/label", json!({"en": ["A"]})),
            ("P2.LANG-1", "/metadata/0/value", Value::Null),
            ("P2.HTML-1", "/label", json!("<b>A</b>")),
            ("P2.HTML-1", "/description", json!("<p>A & B</p>")),
            ("P2.HTML-1", "/description", json!("<p>A<br></p>")),
            ("P2.DIM-1", "/sequences/0/canvases/0/width", Value::Null),
            ("P2.DIM-1", "/sequences/0/canvases/0/duration", json!(1)),
            ("P2.DIM-1", "/width", json!(1)),
            ("P2.SEQ-1", "/sequences", json!([])),
            ("P2.SEQ-1", "/sequences", Value::Null),
            ("P2.SEQ-1", "/sequences/0/canvases", json!([])),
            ("P2.SEQ-1", "/sequences/-", manifest_2()["sequences"][0].clone()),
            ("P2.IMG-1", "/sequences/0/canvases/0/images/0/motivation", json!("painting")),
            ("P2.IMG-1", "/sequences/0/canvases/0/images/0/on", json!("https://h.org/c2")),
            ("P2.IMG-1", "/sequences/0/canvases/0/images/0/resource/@id", Value::Null),
            ("P2.IMG-2", "/sequences/0/canvases/0/images/0/resource/service/@context", Value::Null),
            ("P2.IMG-2", "/sequences/0/canvases/0/images/0/resource/service/profile", Value::Null),
            ("P2.IMG-2", "/thumbnail/service/@id", json!("https://h.org/iiif/2/x/info.json")),
            ("P2.CHOICE-1", "/sequences/0/canvases/0/images/0/resource", json!({"@type": "oa:Choice", "default": {}})),
            ("P2.LIST-1", "/sequences/0/canvases/0/otherContent/0/resources", json!([])),
            ("P2.RANGE-1", "/structures/0/canvases/0", json!({"@id": "https://h.org/c1"})),
            ("P2.RANGE-1", "/structures/0/canvases/0", json!("https://h.org/c2")),
            ("P2.NAVDATE-1", "/navDate", json!("1856-01-01T00:00:00+01:00")),
            ("P2.NAVDATE-1", "/sequences/0/canvases/0/navDate", json!("1856-01-01T00:00:00Z")),
            ("P2.HINT-1", "/viewingHint", json!("non-paged")),
            ("P2.HINT-1", "/viewingDirection", Value::Null),
            ("P2.REND-1", "/rendering/0/format", Value::Null),
        ],
    );
    each_fires(
        &collection_2(),
        presentation_2,
        vec![
            ("P2.COLL-1", "/manifests/0/@type", json!("sc:Canvas")),
            ("P2.COLL-1", "/manifests/0/sequences", json!([])),
            ("P2.LABEL-1", "/manifests/0/label", Value::Null),
            ("P2.PAGE-1", "/first", json!("https://h.org/c/1")),
        ],
    );
}

#[test]
fn rules_of_image_information() {
    each_fires(
        &info(3),
        |document| image_info(document, 3),
        vec![
            ("I.INF-2", "/@context", json!("http://iiif.io/api/image/2/context.json")),
            ("I.INF-3", "/id", json!("https://h.org/iiif/3/x/")),
            ("I.INF-4", "/protocol", Value::Null),
            ("I.INF-5", "/width", json!(0)),
            ("I.INF-6", "/type", json!("iiif:Image")),
            ("I.INF-7", "/profile", json!("http://iiif.io/api/image/3/level2.json")),
            ("I.INF-8", "/@id", json!("https://h.org/iiif/3/x")),
            ("I.INF-9", "/extraFeatures/-", json!("sizeAboveFull")),
            ("I.INF-10", "/extraFormats/-", json!("png")),
            ("I.INF-11", "/tiles/0/width", Value::Null),
            ("I.INF-11", "/tiles/0/scaleFactors", json!([1, 1])),
            ("I.INF-11", "/tiles/-", json!({"width": 16, "height": 16, "scaleFactors": [4]})),
            ("I.INF-12", "/preferredFormats/-", json!("gif")),
            ("I.INF-13", "/partOf/0/type", Value::Null),
            ("I.INF-13", "/rights", json!("https://rightsstatements.org/vocab/InC/1.0/")),
            ("I.INF-16", "/sizes/0/height", Value::Null),
            ("I.LIM-1", "/maxWidth", Value::Null),
            ("I.LIM-2", "/maxWidth", Value::Null),
            ("I.LIM-3", "/sizes/0/width", json!(101)),
            ("I.LIM-3", "/maxArea", json!(100)),
        ],
    );
    each_fires(
        &info(2),
        |document| image_info(document, 2),
        vec![
            ("I.INF-2", "/@context", json!(["http://iiif.io/api/image/2/context.json"])),
            ("I.INF-3", "/@id", Value::Null),
            ("I.INF-6", "/@type", json!("ImageService2")),
            ("I.INF-7", "/profile", json!("http://iiif.io/api/image/2/level2.json")),
            ("I.INF-8", "/id", json!("https://h.org/iiif/2/x")),
            ("I.INF-10", "/profile/1/formats", json!([])),
            ("I.INF-10", "/profile/1", json!({})),
            ("I.LIM-1", "/profile/1/maxWidth", Value::Null),
            ("I.LIM-3", "/sizes/0/width", json!(101)),
            ("I.LIM-9", "/maxWidth", json!(100)),
        ],
    );
}

#[test]
fn promises() {
    each_fires(
        &manifest(),
        contract,
        vec![
            ("OWN.CONTEXT-1", "/@context", json!([CONTEXT])),
            ("OWN.EMPTY-1", "/behavior", json!([])),
            ("OWN.EMPTY-1", "/label/en/0", json!("")),
            ("OWN.EMPTY-1", "/items/0/summary", json!({})),
            ("OWN.THUMB-1", "/thumbnail", Value::Null),
            ("OWN.THUMB-1", "/thumbnail/0/format", json!("image/png")),
            ("OWN.SERVICE-1", "/thumbnail/0/service/0", Value::Null),
            ("OWN.SERVICE-1", "/thumbnail/0/service/1/profile", Value::Null),
            ("OWN.SERVICE-1", "/thumbnail/0/service/0/id", json!("https://h.org/iiif/3/x/")),
            ("OWN.TARGET-1", "/items/0/items/0/items/0/target", json!({"id": "https://h.org/c1", "type": "Canvas"})),
        ],
    );
    assert_eq!(contract(&manifest_2()), [""; 0]);
    let bare = broken(&manifest_2(), "/thumbnail", json!("https://h.org/t.jpg"));
    assert!(contract(&bare).iter().any(|line| line.starts_with("OWN.THUMB-1")));
    assert_eq!(contract(&broken(&collection(), "/items", json!([]))), [""; 0]);
}

/// Documents of a folder below `tests/fixtures`, with their paths.
fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of fixtures") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read(&path).expect("a fixture");
                found.push((path.display().to_string(), serde_json::from_slice(&text).expect("JSON")));
            }
        }
    }
    assert!(!found.is_empty());
    found
}

/// Judges every document of a folder; all pass but those of the folders named.
fn all_pass(folder: &str, faulty: &[&str]) {
    let mut surprises = Vec::new();
    for (path, document) in fixtures(folder) {
        let version_2 = document.get("@type").is_some();
        let found = if version_2 { presentation_2(&document) } else { presentation_3(&document) };
        let expected = faulty.iter().any(|name| path.contains(&format!("/{name}/")));
        if found.is_empty() == expected {
            surprises.push(format!("{path}: {found:#?}"));
        }
    }
    assert!(surprises.is_empty(), "{}", surprises.join("\n"));
}

/// 0015 paints a Video on a Canvas without a size; 0229 has a space in an id.
#[test]
fn the_cookbook_passes() {
    all_pass("cookbook", &["0015-start", "0229-behavior-ranges"]);
}

/// 16 is continuous without the viewingDirection that section 3.3 of the specification requires with it.
#[test]
fn the_official_examples_of_2_1_pass() {
    // The rules know no annotation list and no sequence alone, such as 43 and 20 refer to.
    all_pass("presentation-2.1/fixtures", &["16", "list", "sequence"]);
}
