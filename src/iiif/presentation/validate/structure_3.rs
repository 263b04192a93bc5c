//! The structure of Presentation 3.0 (section 5): Collections, Manifests, Canvases, and what stands in which.

use super::annotations::{self, Role};
use super::classes::Class;
use super::finding::{MIRADOR, Rule};
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, Sizes, id_of, type_of};
use super::spelling::{quoted, shown};
use super::{behaviors, properties, ranges, viewers};
use serde_json::{Map, Value};
use std::collections::HashMap;

const ITEMS: Rule = Rule::error("p3-items", "Presentation 3.0, 3.4");
const MANIFEST_EMPTY: Rule = Rule::error("p3-manifest-empty", "Presentation 3.0, 3.4");
const CANVAS_SIZE: Rule = Rule::error("p3-canvas-size", "Presentation 3.0, 5.3").hits(&[MIRADOR]);
const CANVAS_EMPTY: Rule = Rule::warning("p3-canvas-empty", "Presentation 3.0, 3.4");
const POSTER: Rule = Rule::error("p3-poster-nested", "Presentation 3.0, 3.1");
const EMBEDDED: Rule = Rule::error("p3-collection-embedded", "Presentation 3.0, 5.1");
const MEMBER_THUMBNAIL: Rule = Rule::note("p3-member-thumbnail", "Presentation 3.0, 3.1");
const SERVICES: Rule = Rule::error("p3-services-inner", "Presentation 3.0, 3.3");
const LINK: Rule = Rule::error("p3-collection-pages", "Presentation 3.0, 5.8");

/// Checks a document of Presentation 3.0.
pub(super) fn document<'d>(run: &mut Run<'d>, object: &'d Map<String, Value>) {
    let at = Place::ROOT;
    let wanted = ["Manifest", "Collection", "Canvas", "Range", "AnnotationPage", "Annotation", "AnnotationCollection"];
    match ids::class(run, &at, object, &wanted).and_then(Class::of) {
        Some(Class::Collection) => collection(run, &at, object),
        Some(Class::Manifest) => manifest(run, &at, object),
        Some(Class::Canvas) => canvas(run, &at, object),
        Some(Class::Range) => ranges::alone(run, &at, object),
        Some(Class::AnnotationPage) => annotations::page(run, &at, object, Role::Alone),
        Some(Class::Annotation) => content_state(run, object),
        Some(Class::AnnotationCollection) => annotation_collection(run, &at, object),
        _ => guess(run, &at, object),
    }
}

/// A document whose type is unknown is checked as what it looks like.
fn guess<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    let first = object.get("items").and_then(Value::as_array).and_then(|list| list.first()).and_then(Value::as_object);
    match first.and_then(type_of) {
        Some("Canvas") => manifest(run, at, object),
        Some("Manifest" | "Collection") => collection(run, at, object),
        Some("Annotation") => annotations::page(run, at, object, Role::Alone),
        _ => {
            ids::id(run, at, object, "document", Kind::Http);
        }
    }
}

/// An Annotation by itself; a content state need not have an id.
fn content_state<'d>(run: &mut Run<'d>, object: &'d Map<String, Value>) {
    let state = match object.get("motivation") {
        Some(Value::Array(list)) => list.iter().any(|word| word == "contentState"),
        Some(word) => word == "contentState",
        None => false,
    };
    if state && !object.contains_key("id") {
        properties::check(run, &Place::ROOT, object, Class::Annotation);
    } else {
        annotations::full(run, &Place::ROOT, object, Role::Alone);
    }
}

fn annotation_collection<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    properties::resource(run, at, object, Class::AnnotationCollection);
    properties::recommended(run, at, object, Class::AnnotationCollection);
    for name in ["first", "last"] {
        if let Some(value) = object.get(name).filter(|value| !value.is_string() && !value.get("id").is_some_and(Value::is_string)) {
            run.add(&at.key(name), LINK, format!("{name} cannot be {}", shown(value)), "write the AnnotationPage with id and type");
        }
    }
}

fn manifest<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    let listed = object.get("items").and_then(Value::as_array).into_iter().flatten();
    let canvases: HashMap<_, _> =
        listed.filter_map(Value::as_object).filter_map(|canvas| Some((id_of(canvas)?, Sizes::of(canvas)))).collect();
    let dimensions = (canvases.values().any(|sizes| sizes.duration.is_some()), canvases.values().any(Sizes::has_plane));
    run.canvases = Some(canvases);
    properties::resource(run, at, object, Class::Manifest);
    properties::needs_label(run, at, object, "Manifest");
    properties::recommended(run, at, object, Class::Manifest);
    behaviors::dimensions(run, at, object.get("behavior"), dimensions);
    viewers::manifest(run, at, object);
    items(run, at, object, "Canvases");
    if object.get("items").and_then(Value::as_array).is_some_and(Vec::is_empty) {
        run.add(&at.key("items"), MANIFEST_EMPTY, "this Manifest has no Canvas", "give it at least one");
    }
    if let Some(value) = object.get("items").filter(|value| value.is_array() || value.is_object()) {
        run.each(&at.key("items"), value, |run, at, entry| {
            let Some(object) = run.object(at, entry) else { return };
            if ids::class(run, at, object, &["Canvas"]) == Some("Canvas") {
                canvas(run, at, object);
            }
        });
    }
    if let Some(structures) = object.get("structures") {
        ranges::structures(run, &at.key("structures"), structures);
    }
}

/// Tells if `items` is missing or no list.
fn items(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, what: &str) {
    match object.get("items") {
        Some(Value::Array(_) | Value::Object(_)) => {}
        Some(other) => run.add(&at.key("items"), ITEMS, format!("items must be a list of {what}, but is {}", shown(other)), "write a list"),
        None => run.add(at, ITEMS, "there are no items", format!("add items, the list of {what}")),
    }
}

fn canvas<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    let id = properties::resource(run, at, object, Class::Canvas);
    if let Some(id) = id {
        ids::no_fragment(run, at, id);
    }
    properties::recommended(run, at, object, Class::Canvas);
    size(run, at, object);
    let sizes = Sizes::of(object);
    behaviors::dimensions(run, at, object.get("behavior"), (sizes.duration.is_some(), sizes.has_plane()));
    let place = at.key("items");
    match object.get("items") {
        None => run.add(at, CANVAS_EMPTY, "this Canvas shows nothing: it has no items", "add an AnnotationPage with what is to be seen"),
        Some(Value::Array(list)) if list.is_empty() => {
            run.add(
                &place,
                CANVAS_EMPTY,
                "this Canvas shows nothing: its items are empty",
                "add an AnnotationPage with what is to be seen",
            );
        }
        Some(value) => {
            viewers::canvas(run, &place, value);
            annotations::pages(run, &place, value, Role::Painting(id.unwrap_or_default(), sizes));
        }
    }
}

fn size(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>) {
    let has = |name: &str| object.contains_key(name);
    match (has("height"), has("width"), has("duration")) {
        (true, true, _) | (false, false, true) => {}
        (false, false, false) => {
            run.add(
                at,
                CANVAS_SIZE,
                "this Canvas has neither height and width nor duration",
                "give it height and width, best those of its image",
            );
        }
        (height, ..) => {
            let (there, missing) = if height { ("height", "width") } else { ("width", "height") };
            run.add(at, CANVAS_SIZE, format!("this Canvas has {there} but no {missing}"), format!("give it {missing} too"));
        }
    }
}

/// Checks a placeholder or accompanying Canvas.
pub(super) fn poster<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    run.single(at, value, |run, at, object| {
        ids::class(run, at, object, &["Canvas"]);
        for name in ["placeholderCanvas", "accompanyingCanvas"] {
            if object.contains_key(name) {
                let what = format!("a placeholder or accompanying Canvas cannot have {name} itself");
                run.add(&at.key(name), POSTER, what, "take it away");
            }
        }
        canvas(run, at, object);
    });
}

fn collection<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    properties::resource(run, at, object, Class::Collection);
    properties::needs_label(run, at, object, "Collection");
    if at.is_root() {
        properties::recommended(run, at, object, Class::Collection);
        viewers::manifest(run, at, object);
    } else if object.contains_key("services") {
        run.add(&at.key("services"), SERVICES, "services may stand only at the topmost Collection", "move it there");
    }
    items(run, at, object, "Manifests and Collections");
    let Some(value) = object.get("items").filter(|value| value.is_array() || value.is_object()) else { return };
    let mut bare = 0_usize;
    run.each(&at.key("items"), value, |run, at, entry| {
        let Some(object) = run.object(at, entry) else { return };
        bare += usize::from(!object.contains_key("thumbnail"));
        member(run, at, object);
    });
    if bare > 0 {
        let what = format!("{bare} members of this Collection have no thumbnail");
        run.add(&at.key("items"), MEMBER_THUMBNAIL, what, "viewers list members by label and thumbnail");
    }
}

fn member<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    match ids::class(run, at, object, &["Manifest", "Collection"]) {
        Some("Collection") if object.contains_key("items") => collection(run, at, object),
        Some(class) => {
            ids::id(run, at, object, class, Kind::Http);
            properties::needs_label(run, at, object, class);
            if class == "Manifest" && object.contains_key("items") {
                let what = format!("the Manifest {} stands here in full", quoted(id_of(object).unwrap_or_default()));
                run.add(
                    &at.key("items"),
                    EMBEDDED,
                    what,
                    "keep only id, type, label and thumbnail; the rest is in the Manifest's own document",
                );
            }
            properties::check(run, at, object, if class == "Manifest" { Class::Manifest } else { Class::Collection });
        }
        None => {}
    }
}

/// The URI of a Canvas, given as text or as object.
pub(super) fn reference(value: &Value) -> Option<&str> {
    match value {
        Value::String(uri) => Some(uri),
        Value::Object(object) => id_of(object),
        _ => None,
    }
}
