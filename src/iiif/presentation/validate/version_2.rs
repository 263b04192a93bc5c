//! Presentation 2.1 (section 5): Collections, Manifests, Sequences and Canvases.

use super::finding::{MIRADOR, OMEKA, Rule};
use super::properties_2::{self, Class};
use super::report::Place;
use super::run::{Run, Sizes, bare, id_of, type_of};
use super::spelling::{quoted, shown};
use super::{annotations_2, ranges_2, viewers};
use serde_json::{Map, Value};
use std::collections::HashMap;

pub(super) const LIST: Rule = Rule::error("p2-list", "Presentation 2.1, 4.2");
const OBJECT: Rule = Rule::error("p2-object", "Presentation 2.1, 4.2");
const SEQUENCES: Rule = Rule::error("p2-sequences", "Presentation 2.1, 5.1");
const EMBEDDED_SEQUENCE: Rule = Rule::error("p2-sequence-embedded", "Presentation 2.1, 5.2");
const CANVASES: Rule = Rule::error("p2-canvases", "Presentation 2.1, 5.2");
const SIZE_MISSING: Rule = Rule::error("p2-canvas-size", "Presentation 2.1, 5.3").hits(&[MIRADOR]);
const FRAGMENT: Rule = Rule::warning("p2-canvas-fragment", "Presentation 2.1, 5.3");
const START: Rule = Rule::error("p2-start-canvas", "Presentation 2.1, 3.4");
const EMPTY: Rule = Rule::warning("p2-canvas-empty", "Presentation 2.1, 5.4");
const EMBEDDED: Rule = Rule::error("p2-collection-embedded", "Presentation 2.1, 5.8");
const MEMBERS: Rule = Rule::warning("p2-collection-empty", "Presentation 2.1, 5.8");
const MEMBER_HINT: Rule = Rule::error("p2-member-hint", "Presentation 2.1, 5.8");
const PAGE: Rule = Rule::error("p2-page", "Presentation 2.1, 5.9");
const NO_THUMBNAIL: Rule = Rule::warning("omeka-no-thumbnail", "Omeka S 4").hits(&[OMEKA]);
const THUMBNAIL: Rule = Rule::warning("omeka-thumbnail-object", "Omeka S 4").hits(&[OMEKA]);

/// Checks a document of Presentation 2.1, or of the versions before it.
pub(super) fn document<'d>(run: &mut Run<'d>, object: &'d Map<String, Value>) {
    let at = Place::ROOT;
    let wanted = ["sc:Manifest", "sc:Collection", "sc:Sequence", "sc:Canvas", "sc:Range", "sc:Layer", "sc:AnnotationList", "oa:Annotation"];
    match properties_2::class(run, &at, object, &wanted) {
        Some("Manifest") => manifest(run, &at, object),
        Some("Collection") => collection(run, &at, object),
        Some("Sequence") => sequence(run, &at, object, 0),
        Some("Canvas") => canvas(run, &at, object),
        Some("Range") => ranges_2::alone(run, &at, object),
        Some("Layer") => layer(run, &at, object),
        Some("AnnotationList") => annotations_2::list(run, &at, object),
        Some("Annotation") => annotations_2::annotation(run, &at, object, None),
        _ if object.contains_key("sequences") => manifest(run, &at, object),
        _ => properties_2::resource(run, &at, object, Class::Document),
    }
}

/// Calls `check` for every object of a list; one object without its list is told and checked all the same.
pub(super) fn each<'d>(
    run: &mut Run<'d>,
    at: &Place<'_>,
    value: &'d Value,
    mut check: impl FnMut(&mut Run<'d>, &Place<'_>, &'d Map<String, Value>, usize),
) {
    match value {
        Value::Array(list) => {
            for (index, entry) in list.iter().enumerate() {
                let place = at.index(index);
                match entry.as_object() {
                    Some(object) => check(run, &place, object, index),
                    None => run.add(
                        &place,
                        OBJECT,
                        format!("this must be an object, but is {}", shown(entry)),
                        "write an object with @id and @type",
                    ),
                }
            }
        }
        other => {
            run.add(at, LIST, format!("this must be a list, but is {}", shown(other)), "put it into square brackets: [ … ]");
            if let Some(object) = other.as_object().filter(|object| object.keys().any(|key| key.starts_with('@'))) {
                check(run, at, object, 0);
            }
        }
    }
}

fn manifest<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    gather(run, object);
    properties_2::resource(run, at, object, Class::Manifest);
    omeka(run, at, object);
    viewers::search(run, at, object);
    match object.get("sequences") {
        None => {
            run.add(at, SEQUENCES, "this Manifest has no sequences", "add \"sequences\": [{\"@type\": \"sc:Sequence\", \"canvases\": […]}]")
        }
        Some(Value::Array(list)) if list.is_empty() => {
            run.add(&at.key("sequences"), SEQUENCES, "this Manifest has no Sequence", "add one with its Canvases");
        }
        Some(value) => each(run, &at.key("sequences"), value, |run, at, object, index| {
            if properties_2::class(run, at, object, &["sc:Sequence"]).is_some() {
                sequence(run, at, object, index);
            }
        }),
    }
    if let Some(value) = object.get("structures") {
        ranges_2::structures(run, &at.key("structures"), value);
    }
}

/// Learns the Canvases of all Sequences.
fn gather<'d>(run: &mut Run<'d>, object: &'d Map<String, Value>) {
    let mut canvases = HashMap::new();
    let mut whole = true;
    for sequence in object.get("sequences").and_then(Value::as_array).into_iter().flatten() {
        let list = sequence.get("canvases").and_then(Value::as_array);
        whole &= list.is_some();
        for canvas in list.into_iter().flatten().filter_map(Value::as_object) {
            canvases.extend(id_of(canvas).map(|id| (id, Sizes::of(canvas))));
        }
    }
    run.canvases = whole.then_some(canvases);
}

fn omeka(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    match object.get("thumbnail") {
        None => {
            let what = "there is no thumbnail at the top: Omeka S shows a placeholder";
            run.add(at, NO_THUMBNAIL, what, "add \"thumbnail\": {\"@id\": …}, a JPEG of about 800 pixels");
        }
        Some(Value::Object(map)) if map.contains_key("@id") => {}
        Some(other) => {
            let what = format!("the thumbnail is {}; Omeka S reads an object with @id only", shown(other));
            run.add(&at.key("thumbnail"), THUMBNAIL, what, "write {\"@id\": …}");
        }
    }
}

fn sequence<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, index: usize) {
    properties_2::resource(run, at, object, if index == 0 { Class::Sequence } else { Class::LaterSequence });
    if let Some(start) = object.get("startCanvas") {
        start_canvas(run, &at.key("startCanvas"), start);
    }
    let place = at.key("canvases");
    match object.get("canvases") {
        None if index > 0 => {}
        None => run.add(at, CANVASES, "this Sequence has no canvases", "add the list of its Canvases"),
        Some(Value::Array(list)) if list.is_empty() => run.add(&place, CANVASES, "this Sequence has no Canvas", "add at least one"),
        Some(value) => {
            if index > 0 {
                let what = "a Sequence after the first stands here in full; viewers read the first only";
                run.add(&place, EMBEDDED_SEQUENCE, what, "keep its @id, @type and label, and publish it at its @id");
            }
            each(run, &place, value, |run, at, object, _| {
                if properties_2::class(run, at, object, &["sc:Canvas"]).is_some() {
                    canvas(run, at, object);
                }
            });
        }
    }
}

/// Checks a `startCanvas`: the URI of a Canvas of this Manifest.
pub(super) fn start_canvas(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    match value.as_str() {
        None => run.add(
            at,
            START,
            format!("startCanvas must be the URI of a Canvas, but is {}", shown(value)),
            "write the URI in quotation marks",
        ),
        Some(uri) if run.canvases.is_some() && run.sizes(bare(uri)).is_none() => {
            run.add(at, START, format!("{} is not a Canvas of this Manifest", quoted(uri)), "name a Canvas of the first Sequence");
        }
        Some(_) => {}
    }
}

fn canvas<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    properties_2::resource(run, at, object, Class::Canvas);
    let id = id_of(object);
    if id.is_some_and(|id| id.contains('#')) {
        run.add(&at.key("@id"), FRAGMENT, "the id of this Canvas has a fragment", "take away # and what follows");
    }
    for name in ["height", "width"] {
        if !object.contains_key(name) {
            run.add(at, SIZE_MISSING, format!("this Canvas has no {name}"), "give it height and width, best those of its image");
        }
    }
    match object.get("images") {
        None if object.contains_key("otherContent") => {}
        None => run.add(at, EMPTY, "this Canvas shows nothing: it has no images", "add the Annotation that paints its image"),
        Some(Value::Array(list)) if list.is_empty() => {
            run.add(
                &at.key("images"),
                EMPTY,
                "this Canvas shows nothing: its images are empty",
                "add the Annotation that paints its image",
            );
        }
        Some(value) => annotations_2::images(run, &at.key("images"), value, id.unwrap_or_default(), Sizes::of(object)),
    }
    if let Some(value) = object.get("otherContent") {
        annotations_2::other_content(run, &at.key("otherContent"), value);
    }
}

fn layer<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    properties_2::resource(run, at, object, Class::Layer);
    if let Some(value) = object.get("otherContent") {
        annotations_2::other_content(run, &at.key("otherContent"), value);
    }
}

fn collection<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    properties_2::resource(run, at, object, Class::Collection);
    if at.is_root() {
        omeka(run, at, object);
    }
    let lists = ["collections", "manifests", "members"];
    let listed = lists.iter().any(|name| object.contains_key(*name));
    if object.contains_key("first") && listed {
        run.add(at, PAGE, "a Collection in pages lists no members itself", "keep first, and move the members to the pages");
    } else if !listed && !object.contains_key("first") && at.is_root() {
        run.add(at, MEMBERS, "this Collection has neither manifests nor collections nor members", "add its members");
    }
    for name in lists {
        let Some(value) = object.get(name) else { continue };
        each(run, &at.key(name), value, |run, at, object, _| member(run, at, object, name));
    }
}

fn member<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, list: &str) {
    let wanted: &[&str] = match list {
        "manifests" => &["sc:Manifest"],
        "collections" => &["sc:Collection"],
        _ => &["sc:Manifest", "sc:Collection"],
    };
    properties_2::class(run, at, object, wanted);
    let is_collection = type_of(object) == Some("Collection");
    if list == "members" && is_collection && !object.contains_key("viewingHint") {
        run.add(at, MEMBER_HINT, "a Collection among members must have a viewingHint", "give it one, such as multi-part");
    }
    if is_collection {
        return collection(run, at, object);
    }
    if object.contains_key("sequences") {
        let what = "a Manifest stands here in full";
        run.add(&at.key("sequences"), EMBEDDED, what, "keep its @id, @type and label");
    }
    properties_2::reference(run, at, object, Class::Manifest);
}
