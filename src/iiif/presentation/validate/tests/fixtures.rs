//! Published documents: the cookbook, the official examples of 2.1 and 4.0, and what institutions publish.

use super::{Finding, errors, validate};
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

fn documents(folder: &str) -> Vec<(String, Value)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(folder);
    let mut paths = Vec::new();
    collect(&root, &mut paths);
    paths.sort();
    assert!(!paths.is_empty(), "no documents in {folder}");
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a readable fixture");
        let name = path.strip_prefix(&root).expect("a path below the folder").display().to_string();
        (name, serde_json::from_str(&text).expect("JSON"))
    };
    paths.into_iter().map(read).collect()
}

fn collect(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of fixtures") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(&path, paths);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            paths.push(path);
        }
    }
}

fn rules<'f>(findings: &[&'f Finding]) -> BTreeSet<&'f str> {
    findings.iter().map(|finding| finding.rule).collect()
}

/// The Errors of every document of a folder are those listed, and none in those that are not.
fn assert_errors(folder: &str, expected: &[(&str, &[&str])]) {
    for (name, document) in documents(folder) {
        let findings = validate(&document);
        let wanted = expected.iter().find(|(file, _)| *file == name).map_or(&[] as &[&str], |(_, rules)| rules);
        assert_eq!(rules(&errors(&findings)), wanted.iter().copied().collect(), "{folder}/{name}: {:#?}", errors(&findings));
    }
}

#[test]
fn recipes_of_the_cookbook_have_no_errors_but_two() {
    let faulty: [(&str, &[&str]); 2] = [
        // A Video on a Canvas that has a duration only.
        ("0015-start/manifest.json", &["p3-paints-without-size"]),
        // A space at the end of the id; an entry without the thumbnail that thumbnail-nav needs.
        ("0229-behavior-ranges/manifest.json", &["uri-space", "p3-range-thumbnails"]),
    ];
    assert_errors("cookbook", &faulty);
}

#[test]
fn official_examples_of_2_1_have_no_errors() {
    assert_errors("presentation-2.1/fixtures", &[]);
}

#[test]
fn official_examples_of_the_4_0_draft_have_no_errors() {
    assert_errors("presentation-4-draft", &[]);
}

#[test]
fn published_manifests_of_3_0_have_the_errors_that_they_have() {
    let faulty: [(&str, &[&str]); 5] = [
        // An attribute without quotation marks and unclosed <br>; a media type without its first half.
        ("bl-sound-ranges.json", &["p3-html-broken", "p3-format"]),
        // Canvases without sizes, parts of them all the same; a start without a source.
        ("mirador-structures.json", &["p3-canvas-size", "fragment-dimension", "p3-start"]),
        // Unclosed <br>; a licence by https and without its last slash.
        ("rhul.json", &["p3-html-broken", "p3-rights"]),
        // A licence by https.
        ("rijksmuseum-335-canvases.json", &["p3-rights"]),
        // A number where a text must be.
        ("specific-resource-infer.json", &["p3-language-values"]),
    ];
    assert_errors("manifests/p3", &faulty);
}

#[test]
fn published_manifests_of_2_have_the_errors_that_they_have() {
    let faulty: [(&str, &[&str]); 8] = [
        // Two Canvases occur twice.
        ("auth-megamix.json", &["p2-id-duplicate"]),
        ("malformed-image-annotation.json", &["p2-type-wrong"]),
        // An object in ranges; a Range that is not there; a member without a label.
        ("members-ranges.json", &["p2-range-entry", "p2-range-range", "p2-member"]),
        ("multiple-sequences.json", &["p2-sequence-embedded"]),
        // Arabic letters and spaces in ids; images that are image services.
        ("qatar-right-to-left-498-canvases.json", &["p2-id-uri", "p2-license", "image-is-service"]),
        // Sizes in quotation marks.
        ("shared-canvas-1.0-scroll.json", &["p2-size"]),
        // No context, no label, sizes of 0, an image that is an image service.
        ("zero-width-canvas.json", &["context-missing", "p2-label-missing", "p2-size", "image-is-service"]),
        ("", &[]),
    ];
    assert_errors("manifests/p2", &faulty);
}

#[test]
fn every_broken_example_of_2_1_has_its_fault_named() {
    let faults = [
        (1, "context-missing", ""),
        (2, "context-missing", ""),
        (4, "context-wrong", "/@context"),
        (5, "p2-type-missing", ""),
        (6, "p2-type-wrong", "/@type"),
        (7, "p2-id-missing", ""),
        (8, "p2-id-uri", "/@id"),
        (10, "p2-text", "/label"),
        (11, "p2-sequences", ""),
        (13, "p2-object", "/sequences/0"),
        (14, "p2-list", "/sequences"),
        (15, "p2-type-wrong", "/sequences/0/@type"),
        (16, "p2-list", "/sequences"),
        (17, "p2-canvases", "/sequences/0"),
        (21, "p2-list", "/sequences/0/canvases"),
        (23, "p2-id-uri", "/sequences/0/canvases/0/@id"),
        (24, "p2-label-missing", "/sequences/0/canvases/0"),
        (25, "p2-text", "/sequences/0/canvases/0/label"),
        (30, "p2-list", "/sequences/0/canvases/0/images"),
        (31, "p2-object", "/sequences/0/canvases/0/images/0"),
        (32, "p2-list", "/sequences/0/canvases/0/images"),
        (33, "p2-motivation", "/sequences/0/canvases/0/images/0"),
        (35, "p2-on", "/sequences/0/canvases/0/images/0"),
        (36, "p2-on", "/sequences/0/canvases/0/images/0/on"),
        (37, "p2-resource", "/sequences/0/canvases/0/images/0"),
        (39, "p2-resource-type", "/sequences/0/canvases/0/images/0/resource"),
        (42, "p2-id-uri", "/sequences/0/canvases/0/images/0/resource/@id"),
        (44, "p2-size", "/sequences/0/canvases/0/images/0/resource/width"),
        (45, "p2-html-broken", "/description/@value"),
        (46, "p2-text-map", "/description"),
        (47, "p2-html-active", "/description"),
        (48, "p2-html-active", "/description"),
        (49, "p2-html-stripped", "/description"),
        (50, "p2-viewing-direction", "/viewingDirection"),
    ];
    let documents = documents("presentation-2.1/errors");
    assert_eq!(documents.len(), faults.len());
    for (number, rule, at) in faults {
        let name = format!("{number}/manifest.json");
        let (_, document) = documents.iter().find(|(file, _)| *file == name).expect("the example");
        let findings = validate(document);
        let told = findings.iter().any(|finding| finding.rule == rule && finding.pointer == at);
        assert!(told, "errors/{name}: expected {rule} at {at:?}, found {findings:#?}");
    }
}
