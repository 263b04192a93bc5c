//! The upgrade on whole documents: real manifests, the examples of 2.1, the recipes of the cookbook, the examples of 4.0.

use super::*;
use crate::iiif::presentation::samples::assert_schema;
use proptest::prelude::*;
use serde_json::json;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

/// Every JSON file below a folder of the fixtures, by path; none if the folder is not there.
fn fixtures(folder: &str) -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures");
    let mut files = Vec::new();
    collect(&root.join(folder), &mut files);
    files.sort();
    assert!(!files.is_empty(), "no fixtures in {folder}");
    let read = |file: PathBuf| {
        let text = std::fs::read_to_string(&file).expect("a file");
        let name = file.strip_prefix(&root).expect("below the root").display().to_string();
        (name, serde_json::from_str(&text).expect("JSON"))
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, files);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
}

fn upgraded(name: &str, source: &Value) -> Upgraded {
    upgrade(source.clone()).unwrap_or_else(|refusal| panic!("{name}: {refusal}"))
}

/// The ids of all resources that have the type, by any of the names of the property.
fn ids(value: &Value, class: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::Array(list) => list.iter().for_each(|entry| ids(entry, class, found)),
        Value::Object(object) => {
            let told = object.get("@type").or_else(|| object.get("type"));
            if told.map(types::names).unwrap_or_default().iter().any(|name| types::modern(name) == class) {
                found.extend(id_of(value).map(str::to_owned));
            }
            object.values().for_each(|value| ids(value, class, found));
        }
        _ => {}
    }
}

fn all(value: &Value, class: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    ids(value, class, &mut found);
    found
}

/// The number of images on all canvases; a canvas that is repeated word for word counts once.
fn images(source: &Value) -> usize {
    let canvases = source["sequences"].as_array().into_iter().flatten().filter_map(|sequence| sequence["canvases"].as_array()).flatten();
    let canvases: HashSet<&Value> = canvases.collect();
    canvases.iter().filter_map(|canvas| canvas["images"].as_array()).map(Vec::len).sum()
}

fn painted(document: &Value) -> usize {
    let lists = |value: &'_ Value| value["items"].as_array().cloned().unwrap_or_default();
    let pages = lists(document).iter().flat_map(lists).collect::<Vec<_>>();
    pages.iter().flat_map(lists).filter(|annotation| annotation["motivation"] == "painting").count()
}

/// Every pointer is that of something in the source.
fn assert_places(name: &str, source: &Value, changes: &[Change]) {
    for change in changes {
        let parent = change.pointer.rsplit_once('/').map_or("", |(parent, _)| parent);
        assert!(source.pointer(&change.pointer).is_some() || source.pointer(parent).is_some(), "{name}: {change:?}");
    }
}

fn assert_fixed(name: &str, document: &Value) {
    let again = upgraded(name, document);
    assert_eq!(&again.document, document, "{name}");
    assert_eq!(again.changes, [], "{name}");
}

/// Documents of 2.x whose faults stay faults in 3.0, and why.
const FAULTY: [(&str, &str); 3] = [
    ("qatar-right-to-left-498-canvases.json", "spaces and Arabic letters in ids"),
    ("zero-width-canvas.json", "no label, dimensions of 0"),
    ("fixtures/20/manifest.json", "a sequence by reference is a Range by reference, for which the schema has no words"),
];

#[test]
fn documents_of_two_become_valid_documents_of_three() {
    for (name, source) in fixtures("manifests/p2").into_iter().chain(fixtures("presentation-2.1/fixtures")) {
        if source["@type"] == "sc:Sequence" {
            continue;
        }
        let made = upgraded(&name, &source);
        assert!(matches!(made.from, Version::V1 | Version::V2), "{name}");
        assert!(all(&source, "Canvas").is_subset(&all(&made.document, "Canvas")), "{name}");
        assert!(all(&source, "Annotation").is_subset(&all(&made.document, "Annotation")), "{name}");
        assert_eq!(painted(&made.document), images(&source), "{name}");
        assert_places(&name, &source, &made.changes);
        assert_fixed(&name, &made.document);
        if !FAULTY.iter().any(|(faulty, _)| name.ends_with(faulty)) {
            assert_schema(&made.document);
        }
    }
}

/// Documents of 3.0 that are faulty themselves, and how.
const ODD: [(&str, &str); 1] = [("specific-resource-infer.json", "a number as the value of metadata")];

#[test]
fn documents_of_three_come_back_equal() {
    for (name, source) in fixtures("cookbook").into_iter().chain(fixtures("manifests/p3")) {
        let made = upgraded(&name, &source);
        if made.from == Version::V2 {
            continue;
        }
        if ODD.iter().any(|(odd, _)| name.ends_with(odd)) {
            assert!(!made.changes.is_empty(), "{name}");
            assert_places(&name, &source, &made.changes);
            assert_fixed(&name, &made.document);
            continue;
        }
        assert_eq!(made.changes, [], "{name}");
        assert_eq!(made.document.to_string(), source.to_string(), "{name}");
    }
}

#[test]
fn broken_documents_do_not_break_the_upgrade() {
    for (name, source) in fixtures("presentation-2.1/errors") {
        if let Ok(made) = upgrade(source.clone()) {
            assert_places(&name, &source, &made.changes);
            assert_fixed(&name, &made.document);
        }
    }
}

#[test]
fn a_recipe_in_both_versions_is_the_same() {
    let recipe = fixtures("cookbook/0057-publishing-v2-and-v3");
    let [(_, two), (_, three)] = recipe.as_slice() else { panic!("two files") };
    let made = upgraded("0057", two).document;
    assert_eq!(made["items"][0]["id"], three["items"][0]["id"]);
    assert_eq!(made["items"][0]["items"][0]["items"], three["items"][0]["items"][0]["items"]);
}

#[test]
fn the_examples_of_four_come_down_unless_they_are_scenes() {
    for (name, source) in fixtures("presentation-4-draft") {
        let scene = source.to_string().contains(r#""type":"Scene""#);
        match upgrade(source) {
            Ok(made) => {
                assert!(!scene, "{name}");
                assert_eq!(made.from, Version::V4);
                assert_fixed(&name, &made.document);
                assert_schema(&made.document);
            }
            Err(refusal) => assert!(scene && matches!(refusal, Refusal::Container(..)), "{name}: {refusal}"),
        }
    }
}

#[test]
fn what_is_no_document_is_refused_in_words() {
    let cases = [
        (json!([]), "a list"),
        (json!("a"), "a text"),
        (json!({}), "it has no type"),
        (json!({"protocol": "http://iiif.io/api/image", "@context": "http://iiif.io/api/image/2/context.json"}), "info.json"),
        (json!({"@context": version::CONTEXT_3, "type": "Image"}), "type Image"),
        (json!({"@context": "http://iiif.io/api/presentation/2/context.json", "@type": "sc:Sequence"}), "type Sequence"),
        (json!({"@type": "oa:Choice"}), "type Choice"),
    ];
    for (document, part) in cases {
        let words = upgrade(document.clone()).map(|made| made.document).expect_err("a refusal").to_string();
        assert!(words.contains(part), "{document}: {words}");
    }
}

/// Any JSON in the words of 2.x and 3.0, sensible or not.
fn any_value() -> impl Strategy<Value = Value> {
    let words = vec![
        "http://x/a",
        "http://x/b",
        "http://x/c",
        "http://x/a#xywh=1,2,3,4",
        "sc:Manifest",
        "sc:Canvas",
        "sc:Range",
        "sc:Collection",
        "oa:Annotation",
        "oa:Choice",
        "oa:SpecificResource",
        "cnt:ContentAsText",
        "dctypes:Image",
        "sc:AnnotationList",
        "sc:painting",
        "top",
        "paged",
        "rdf:nil",
        "",
        "5",
        "Canvas",
        "Range",
        "Manifest",
        "TextualBody",
        "http://creativecommons.org/licenses/by/4.0/",
        "application/pdf",
    ];
    let word = proptest::sample::select(words);
    let leaf = prop_oneof![8 => word.prop_map(|word| json!(word)), 1 => Just(json!(null)), 1 => Just(json!(7)), 1 => Just(json!(7.5)), 1 => Just(json!(true))];
    leaf.prop_recursive(7, 120, 6, |inner| {
        let keys = vec![
            "@id",
            "@type",
            "id",
            "type",
            "@context",
            "label",
            "description",
            "summary",
            "metadata",
            "value",
            "@value",
            "@language",
            "attribution",
            "license",
            "logo",
            "requiredStatement",
            "rights",
            "provider",
            "thumbnail",
            "related",
            "homepage",
            "seeAlso",
            "rendering",
            "within",
            "partOf",
            "service",
            "profile",
            "viewingHint",
            "behavior",
            "viewingDirection",
            "height",
            "width",
            "duration",
            "startCanvas",
            "start",
            "contentLayer",
            "sequences",
            "canvases",
            "images",
            "otherContent",
            "resources",
            "resource",
            "on",
            "full",
            "selector",
            "default",
            "item",
            "chars",
            "motivation",
            "stylesheet",
            "style",
            "structures",
            "ranges",
            "members",
            "collections",
            "manifests",
            "items",
            "annotations",
            "body",
            "target",
            "source",
            "first",
            "next",
            "format",
            "language",
            "supplementary",
            "placeholderCanvas",
            "own",
        ];
        let entries = proptest::collection::vec((proptest::sample::select(keys), inner.clone()), 0..8);
        let object = entries.prop_map(|entries| entries.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Object>());
        prop_oneof![3 => object.prop_map(Value::Object), 1 => proptest::collection::vec(inner, 0..4).prop_map(Value::Array)]
    })
}

fn any_document() -> impl Strategy<Value = Value> {
    let kind = proptest::sample::select(vec![
        json!({"@type": "sc:Manifest", "@context": "http://iiif.io/api/presentation/2/context.json"}),
        json!({"@type": "sc:Collection", "@context": "http://iiif.io/api/presentation/2/context.json"}),
        json!({"@type": "sc:Canvas"}),
        json!({"@type": "sc:Range"}),
        json!({"@type": "sc:AnnotationList"}),
        json!({"type": "Manifest", "@context": version::CONTEXT_3}),
        json!({"type": "Canvas", "@context": "http://iiif.io/api/presentation/4/context.json"}),
    ]);
    (kind, any_value()).prop_map(|(kind, value)| {
        let mut object = match value {
            Value::Object(object) => object,
            value => Object::from_iter([
                ("sequences".to_owned(), value.clone()),
                ("structures".to_owned(), value.clone()),
                ("items".to_owned(), value),
            ]),
        };
        object.extend(kind.as_object().expect("an object").clone());
        Value::Object(object)
    })
}

proptest! {
    #[test]
    fn whatever_is_upgraded_is_upgraded(document in any_document()) {
        if let Ok(made) = upgrade(document.clone()) {
            let again = upgrade(made.document.clone()).expect("a document of 3.0");
            prop_assert_eq!(&again.document, &made.document);
            prop_assert_eq!(again.changes, []);
            assert_places("", &document, &made.changes);
        }
    }
}

#[test]
#[ignore]
fn zz_debug() {
    let mut schema: Value = serde_json::from_str(include_str!("../../../../tests/fixtures/schema/iiif_3_0.json")).unwrap();
    let o = schema.as_object_mut().unwrap();
    o.remove("oneOf");
    let v = o["classes"][&std::env::var("DBG_CLASS").unwrap_or("manifest".into())].clone();
    o.insert("allOf".into(), json!([v]));
    let validator = jsonschema::validator_for(&schema).unwrap();
    let f = std::env::var("DBG").unwrap();
    let src: Value = serde_json::from_str(&std::fs::read_to_string(f).unwrap()).unwrap();
    let made = upgrade(src).unwrap();
    if let jsonschema::BasicOutput::Invalid(e) = validator.apply(&made.document).basic() {
        for x in e.iter().take(40) {
            println!("{} {}", x.instance_location(), x.error_description().to_string().chars().take(150).collect::<String>());
        }
    }
    for c in &made.changes {
        println!("CH {} {}", c.pointer, c.what);
    }
    if std::env::var("DBG_P").is_ok() {
        println!("{:#}", made.document);
    }
}
