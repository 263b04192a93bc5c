//! The conversion as a whole.

use super::*;
use crate::iiif::presentation::collection::collection_3;
use crate::iiif::presentation::manifest::{alone, manifest_3};
use crate::iiif::presentation::parts::find;
use crate::iiif::presentation::samples;
use crate::iiif::presentation::upgrade::upgrade;
use proptest::prelude::*;
use serde_json::json;

mod features;
mod round_trip;
mod rules;

pub(super) fn down(uris: &Uris) -> Down<'_> {
    Down { uris, losses: Losses::default() }
}

fn converted(document: &Value) -> Value {
    to_2(document, &samples::uris()).document
}

fn kinds(document: &Value) -> Vec<&'static str> {
    to_2(document, &samples::uris()).losses.iter().map(|loss| loss.kind.as_str()).collect()
}

fn full_manifest() -> Value {
    manifest_3(samples::full_manifest(), &samples::uris())
}

#[test]
fn a_minimal_manifest() {
    let service = json!({
        "@context": "http://iiif.io/api/image/2/context.json",
        "@id": "https://h.org/iiif/2/x", "profile": "http://iiif.io/api/image/2/level2.json", "width": 2000, "height": 3000
    });
    let thumbnail = json!({
        "@id": "https://h.org/iiif/2/x/full/533,800/0/default.jpg", "@type": "dctypes:Image", "format": "image/jpeg",
        "height": 800, "width": 533, "service": service
    });
    let expected = json!({
        "@context": "http://iiif.io/api/presentation/2/context.json",
        "@id": "https://h.org/manifests/i/v2", "@type": "sc:Manifest", "label": "A", "thumbnail": thumbnail,
        "sequences": [{ "@type": "sc:Sequence", "canvases": [{
            "@id": "https://h.org/manifests/i/canvases/c", "@type": "sc:Canvas", "label": "1", "height": 30, "width": 20,
            "thumbnail": thumbnail,
            "images": [{
                "@id": "https://h.org/manifests/i/canvases/c/page/1", "@type": "oa:Annotation", "motivation": "sc:painting",
                "resource": {
                    "@id": "https://h.org/iiif/2/x/full/full/0/default.jpg", "@type": "dctypes:Image", "format": "image/jpeg",
                    "height": 3000, "width": 2000, "service": service
                },
                "on": "https://h.org/manifests/i/canvases/c"
            }]
        }]}]
    });
    let made = to_2(&manifest_3(samples::minimal_manifest(), &samples::uris()), &samples::uris());
    assert_eq!(made.document.to_string(), expected.to_string());
    assert_eq!(made.losses, []);
}

#[test]
fn every_property_has_its_old_name() {
    let made = converted(&full_manifest());
    let cases = [
        ("label", json!([{"@value": "Livre", "@language": "fr"}, {"@value": "Book", "@language": "en"}])),
        ("description", json!("<p>A book</p>")),
        ("metadata", json!([{"label": {"@value": "Author", "@language": "en"}, "value": ["Anna", "Bob"]}])),
        ("attribution", json!("The Library")),
        ("license", json!("http://creativecommons.org/licenses/by/4.0/")),
        ("logo", json!({"@id": "https://lib.org/logo.png"})),
        ("navDate", json!("1855-12-31T23:00:00Z")),
        ("viewingDirection", json!("right-to-left")),
        ("viewingHint", json!("paged")),
        ("related", json!([{"@id": "https://lib.org/1", "label": "At the library", "format": "text/html"}])),
        ("rendering", json!([{"@id": "https://lib.org/1.pdf", "label": "PDF", "format": "application/pdf"}])),
        ("seeAlso", json!([{"@id": "https://lib.org/1.xml", "label": "Record", "format": "text/xml", "profile": "https://x.org/mods"}])),
        ("within", json!("https://h.org/collections/maps/v2")),
    ];
    for (name, value) in cases {
        assert_eq!(made[name], value, "{name}");
    }
    for name in ["summary", "requiredStatement", "rights", "provider", "behavior", "homepage", "partOf", "items"] {
        assert_eq!(made.get(name), None, "{name}");
    }
}

#[test]
fn a_canvas_alone() {
    let manifest = manifest_3(samples::full_manifest(), &samples::uris());
    let canvas = |id: &str| alone(find(&manifest, &samples::uris().canvas("i", id)).expect(id), &samples::uris().manifest("i"));
    let made = converted(&canvas("c"));
    assert_eq!(made["@context"], CONTEXT);
    assert_eq!(made["within"], "https://h.org/manifests/i/v2");
    assert_eq!(made["label"], "1r");
    assert_eq!(made["viewingHint"], "non-paged");
    assert_eq!(made.get("navDate"), None);
    assert_eq!(to_2_at(&canvas("d"), 2, &samples::uris()).document["label"], "2");
}

#[test]
fn a_collection_lists_its_kinds_apart() {
    let made = converted(&collection_3(samples::full_collection(), &samples::uris()));
    assert_eq!(made["@id"], "https://h.org/collections/maps/v2");
    assert_eq!(made["viewingHint"], "multi-part");
    assert_eq!(made["within"], "https://h.org/collections/~top/v2");
    assert_eq!(made["manifests"][0]["@id"], "https://h.org/manifests/i/v2");
    assert_eq!(made["manifests"][0]["navDate"], "1900-01-01T00:00:00Z");
    let collections = json!([
        {"@id": "https://h.org/collections/sub/v2", "@type": "sc:Collection", "label": "Sub"},
        {"@id": "https://h.org/collections/~after-i/v2", "@type": "sc:Collection", "label": "More"}
    ]);
    assert_eq!(made["collections"], collections);
}

#[test]
fn continuous_always_has_a_direction() {
    let mut manifest = samples::minimal_manifest();
    manifest.descriptive.behavior = vec!["continuous".to_owned()];
    assert_eq!(converted(&manifest_3(manifest, &samples::uris()))["viewingDirection"], "left-to-right");
}

#[test]
fn every_kind_of_loss_is_told_once() {
    let made = to_2(&full_manifest(), &samples::uris());
    let kinds: Vec<_> = made.kinds().into_iter().map(LossKind::as_str).collect();
    assert_eq!(kinds, ["provider", "statement-label", "nav-date", "link-properties"]);
}

#[test]
fn every_fixture_follows_the_rules_of_2_1() {
    for (name, document) in samples::documents_3() {
        let made = converted(&document);
        assert_eq!(rules::faults(&made), Vec::<String>::new(), "{name}");
    }
}

#[test]
fn every_pointer_of_a_loss_names_something() {
    for (name, document) in samples::documents_3() {
        for loss in to_2(&document, &samples::uris()).losses {
            assert!(document.pointer(&loss.pointer).is_some(), "{name}: {loss:?}");
        }
    }
}

proptest! {
    #[test]
    fn no_document_is_too_odd(document in samples::any_document()) {
        let made = to_2(&document, &samples::uris());
        prop_assert_eq!(&made.document["@context"], CONTEXT);
        prop_assert_eq!(to_2(&document, &samples::uris()), made);
    }

    #[test]
    fn no_manifest_is_too_odd(items in proptest::collection::vec(samples::any_document(), 0..4), structures in samples::any_document()) {
        let document = json!({"id": "https://h.org/manifests/i", "type": "Manifest", "items": items, "structures": structures});
        prop_assert_eq!(&converted(&document)["@type"], "sc:Manifest");
    }
}

/// What 2.1 says of a document is still said after it was read as 3.0 and written again; only formats that a file name promises are
/// added, and licences come in their official form.
#[test]
fn what_2_1_says_survives_the_way_up_and_down_again() {
    let mut lost = Vec::new();
    for (name, document) in samples::documents_3() {
        let down = to_2(&document, &samples::uris()).document;
        let Ok(up) = upgrade(down.clone()) else { continue };
        let again = to_2(&up.document, &samples::uris()).document;
        differences(&down, &again, &name, &mut lost);
    }
    lost.retain(|difference| !difference.ends_with("/format: added") && !difference.ends_with("/license"));
    assert!(lost.is_empty(), "{lost:#?}");
}

/// Every place where two documents differ.
fn differences(a: &Value, b: &Value, at: &str, found: &mut Vec<String>) {
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => {
            let names: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            for name in names {
                match (a.get(name), b.get(name)) {
                    (Some(a), Some(b)) => differences(a, b, &format!("{at}/{name}"), found),
                    (None, _) => found.push(format!("{at}/{name}: added")),
                    (_, None) => found.push(format!("{at}/{name}: lost")),
                }
            }
        }
        (Value::Array(a), Value::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().for_each(|(index, (a, b))| differences(a, b, &format!("{at}/{index}"), found));
        }
        (a, b) if a != b => found.push(at.to_owned()),
        _ => {}
    }
}
