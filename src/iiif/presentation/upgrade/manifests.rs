//! Documents of 1.0 and 2.x: what stands at the top, Manifests and Canvases.

use super::annotations::{Pages, alone, list_of};
use super::report::Place;
use super::resources::{Class, arranged, resource};
use super::sequences::Canvases;
use super::statements::append;
use super::{Object, Refusal, Work, collections, sequences, structure, types, version};
use serde_json::{Value, json};

/// The document in the shape of 3.0.
pub(super) fn document(mut source: Object, work: &mut Work) -> Result<Object, Refusal> {
    for value in source.values() {
        work.reserve(value);
    }
    let at = Place::root();
    let context = source.shift_remove("@context");
    let mut made = by_type(source, &at, work)?;
    made.insert("@context".to_owned(), version::context_3(context, std::mem::take(&mut work.contexts)));
    work.report.form(&at, "the document is now in the shape of Presentation 3.0");
    Ok(arranged(made))
}

fn by_type(source: Object, at: &Place, work: &mut Work) -> Result<Object, Refusal> {
    let told = source.get("@type").or_else(|| source.get("type"));
    let told = told.map(types::names).unwrap_or_default();
    let name = told.first().map(|name| types::modern(name).to_owned()).unwrap_or_else(|| by_shape(&source).to_owned());
    Ok(match name.as_str() {
        "Manifest" => manifest(source, at, work),
        "Collection" => collections::collection(source, at, work),
        "Canvas" => canvas(source, "", at, work),
        "Range" => structure::alone(source, at, work),
        "AnnotationPage" => list_of(source, None, at, work),
        "AnnotationCollection" => resource(source, Class::Layer, at, work),
        "Annotation" => alone(source, at, work),
        _ => return Err(Refusal::Type(name)),
    })
}

/// The type of a document that tells none, by what it has.
fn by_shape(source: &Object) -> &'static str {
    let has = |key: &str| source.contains_key(key);
    match () {
        () if has("sequences") => "Manifest",
        () if has("members") || has("manifests") || has("collections") => "Collection",
        () if has("resources") => "AnnotationPage",
        () if has("images") => "Canvas",
        () => "unknown",
    }
}

/// A Manifest: the first sequence is `items`, the others are Ranges.
pub(super) fn manifest(mut source: Object, at: &Place, work: &mut Work) -> Object {
    let sequences = source.shift_remove("sequences");
    let structures = source.shift_remove("structures");
    if source.contains_key("mediaSequences") {
        work.report.note(&at.key("mediaSequences"), "media sequences of the IxIF extension are kept as they are, 3.0 does not show them");
    }
    let mut made = resource(source, Class::Manifest, at, work);
    let id = made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut canvases = Canvases::new(&id);
    let further = sequences.map(|sequences| sequences::apply(sequences, &mut made, &mut canvases, &at.key("sequences"), work));
    let known = canvases.ids();
    append(&mut made, "items", canvases.items);
    made.entry("items").or_insert_with(|| json!([]));
    if let Some(structures) = structures {
        append(&mut made, "structures", structure::tree(structures, &id, Some(&known), &at.key("structures"), work));
    }
    append(&mut made, "structures", further.unwrap_or_default());
    arranged(made)
}

/// A Canvas; `manifest` is the id under which a missing one is minted.
pub(super) fn canvas(mut source: Object, manifest: &str, at: &Place, work: &mut Work) -> Object {
    let images = source.shift_remove("images");
    let other = source.shift_remove("otherContent");
    let mut made = resource(source, Class::Canvas, at, work);
    if !made.contains_key("id") {
        work.report.note(at, "a canvas without an id has a new one");
        made.insert("id".to_owned(), json!(work.mint(manifest, "canvas")));
    }
    let id = made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut pages = Pages::default();
    pages.images(images.unwrap_or_default(), &id, &at.key("images"), work);
    pages.other(other.unwrap_or_default(), &id, &at.key("otherContent"), work);
    append(&mut made, "items", pages.items);
    made.entry("items").or_insert_with(|| json!([]));
    append(&mut made, "annotations", pages.annotations);
    arranged(made)
}
