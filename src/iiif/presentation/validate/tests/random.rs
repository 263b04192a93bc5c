//! Any JSON at all, and very much of it.

use super::{samples, validate};
use crate::iiif::presentation::validate::is_broken;
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::time::{Duration, Instant};

const KEYS: [&str; 36] = [
    "@context",
    "@id",
    "@type",
    "id",
    "type",
    "label",
    "summary",
    "metadata",
    "value",
    "items",
    "structures",
    "annotations",
    "body",
    "target",
    "selector",
    "source",
    "motivation",
    "service",
    "thumbnail",
    "provider",
    "logo",
    "height",
    "width",
    "duration",
    "behavior",
    "rights",
    "start",
    "placeholderCanvas",
    "sequences",
    "canvases",
    "images",
    "resource",
    "on",
    "ranges",
    "members",
    "a/~b",
];

const TEXTS: [&str; 24] = [
    "http://iiif.io/api/presentation/3/context.json",
    "http://iiif.io/api/presentation/2/context.json",
    "http://iiif.io/api/presentation/4/context.json",
    "Manifest",
    "Collection",
    "Canvas",
    "Range",
    "AnnotationPage",
    "Annotation",
    "Choice",
    "SpecificResource",
    "FragmentSelector",
    "ImageService3",
    "sc:Manifest",
    "sc:Range",
    "oa:Annotation",
    "https://x.org/1",
    "https://x.org/1#xywh=0,0,1e9,1",
    "xywh=0,0,10,10&t=5",
    "<p>é</p>",
    "<é",
    "painting",
    "paged",
    "",
];

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(&TEXTS[..]).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 8, |inner| {
        let key = prop_oneof![9 => prop::sample::select(&KEYS[..]).prop_map(str::to_owned), 1 => ".{0,6}"];
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((key, inner), 0..8).prop_map(|pairs| Value::Object(pairs.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

/// Every place of a document.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, &format!("{at}/{}", key.replace('~', "~0").replace('/', "~1")), found))
        }
        Value::Array(list) => list.iter().enumerate().for_each(|(index, value)| places(value, &format!("{at}/{index}"), found)),
        _ => {}
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60000))]

    #[test]
    fn any_json_is_judged_and_every_pointer_leads_somewhere(document in any_json()) {
        for finding in validate(&document) {
            prop_assert!(document.pointer(&finding.pointer).is_some(), "{} in {document}", finding.pointer);
            prop_assert!(!finding.what.is_empty() && !finding.cure.is_empty());
        }
    }

    #[test]
    fn a_document_with_anything_put_anywhere_is_judged(sample in 0_usize..4, place in any::<prop::sample::Index>(), value in any_json()) {
        let mut document = [samples::book, samples::film, samples::collection, samples::book_2][sample]();
        let mut found = Vec::new();
        places(&document, "", &mut found);
        *document.pointer_mut(&found[place.index(found.len())]).expect("a place of the document") = value;
        for finding in validate(&document) {
            prop_assert!(document.pointer(&finding.pointer).is_some(), "{} in {document}", finding.pointer);
        }
    }
}

#[test]
fn the_words_of_the_other_version_in_any_place_are_pointed_at() {
    let words = [("id", "@id"), ("type", "@type"), ("@id", "id"), ("@type", "type")];
    for document in [samples::book(), samples::film(), samples::collection(), samples::book_2()] {
        let mut found = Vec::new();
        places(&document, "", &mut found);
        for (place, (word, other)) in found.iter().flat_map(|place| words.map(|pair| (place, pair))) {
            let mut document = document.clone();
            let Some(object) = document.pointer_mut(place).and_then(Value::as_object_mut) else { continue };
            let Some(value) = object.remove(word) else { continue };
            object.insert(other.to_owned(), value);
            for finding in validate(&document) {
                assert!(document.pointer(&finding.pointer).is_some(), "{finding:?} with {other} in {place}");
            }
        }
    }
}

fn many(count: usize) -> Value {
    let mut document = samples::book();
    let model = document["items"][0].to_string();
    let canvases = (0..count).map(|number| {
        let text = model.replace("canvas/1", &format!("canvas/{number}"));
        serde_json::from_str::<Value>(&text).expect("JSON")
    });
    document["items"] = canvases.collect();
    document["structures"][0]["items"] =
        (0..count).map(|number| json!({"id": format!("https://x.org/book/canvas/{number}"), "type": "Canvas"})).collect();
    document
}

#[test]
fn many_canvases_are_judged_in_time_that_grows_with_their_number() {
    let document = many(10_000);
    let start = Instant::now();
    assert_eq!(validate(&document), []);
    assert!(start.elapsed() < Duration::from_secs(20), "{:?}", start.elapsed());
}

#[test]
fn many_faults_are_cut_and_counted() {
    let mut document = many(6_000);
    for canvas in document["items"].as_array_mut().expect("canvases") {
        canvas["height"] = json!(0);
        canvas["lable"] = json!("x");
    }
    let findings = validate(&document);
    assert!(is_broken(&findings));
    assert_eq!(findings.len(), 10_001);
    assert_eq!(findings.last().map(|last| last.rule), Some("more-findings"));
}

#[test]
fn deep_nests_and_long_chains_of_ranges_are_judged() {
    let mut deep = json!({"id": "https://x.org/r", "type": "Range", "items": [{"id": "https://x.org/book/canvas/1", "type": "Canvas"}]});
    for number in 0..50 {
        deep = json!({"id": format!("https://x.org/r{number}"), "type": "Range", "items": [deep]});
    }
    let mut document = samples::book();
    document["structures"] = json!([deep]);
    assert!(!is_broken(&validate(&document)));
    let chain = |number: usize| {
        let next = format!("https://x.org/r{}", (number + 1) % 50_000);
        json!({"id": format!("https://x.org/r{number}"), "type": "Range", "items": [{"id": next, "type": "Range"}]})
    };
    document["structures"] = (0..50_000).map(chain).collect();
    let findings = validate(&document);
    assert_eq!(findings.iter().filter(|finding| finding.rule == "p3-range-cycle").count(), 1);
}
