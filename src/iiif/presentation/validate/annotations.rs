//! Annotation Pages and Annotations (Presentation 3.0, sections 5.5 and 5.6; Web Annotation).

use super::classes::Class;
use super::finding::{CLOVER, MIRADOR, Rule, TIFY, UV};
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, Sizes, bare};
use super::spelling::{quoted, shown};
use super::{bodies, properties, targets};
use serde_json::{Map, Value};

const ITEMS: Rule = Rule::error("p3-page-items", "Presentation 3.0, 5.5");
const EMPTY: Rule = Rule::warning("viewer-page-empty", "Mirador 4, TIFY 0.35").hits(&[MIRADOR, TIFY]);
const PAINTING: Rule = Rule::error("p3-painting-motivation", "Presentation 3.0, 5.6");
const NOT_PAINTING: Rule = Rule::error("p3-annotations-painting", "Presentation 3.0, 3.4");
const OLD_MOTIVATION: Rule = Rule::error("p3-motivation-old", "Presentation 3.0, 5.6");
const MOTIVATION: Rule = Rule::error("p3-motivation", "Presentation 3.0, 5.6");
const TARGET: Rule = Rule::error("p3-target-missing", "Presentation 3.0, 5.6");
const PAINTING_TARGET: Rule = Rule::error("p3-painting-target", "Presentation 3.0, 5.6").hits(&[MIRADOR, CLOVER, UV, TIFY]);
const OTHER_TARGET: Rule = Rule::warning("p3-annotations-target", "Presentation 3.0, 3.4");
const PAINTING_BODY: Rule = Rule::error("p3-painting-body", "Presentation 3.0, 5.6");
const OBJECT_TARGET: Rule = Rule::warning("viewer-target-object", "Mirador 4").hits(&[MIRADOR, CLOVER]);
const FULL_TARGET: Rule = Rule::warning("viewer-target-full-region", "TIFY 0.35").hits(&[TIFY]);

/// What Annotations are there for.
#[derive(Clone, Copy)]
pub(super) enum Role<'a> {
    /// They paint the Canvas of this id and these sizes.
    Painting(&'a str, Sizes),
    /// They say something about the resource of this class and id.
    About(Class, &'a str),
    /// The document is a page or an Annotation by itself.
    Alone,
}

/// Checks a list of Annotation Pages.
pub(super) fn pages<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, role: Role<'_>) {
    run.each(at, value, |run, at, entry| {
        let Some(object) = run.object(at, entry) else { return };
        if ids::class(run, at, object, &["AnnotationPage"]) == Some("AnnotationPage") {
            page(run, at, object, role);
        } else if object.contains_key("target") {
            annotation(run, at, entry, role);
        }
    });
}

/// Checks one Annotation Page; without `items` it is a reference.
pub(super) fn page<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, role: Role<'_>) {
    let Some(items) = object.get("items") else {
        ids::id(run, at, object, "AnnotationPage", Kind::Http);
        return properties::check(run, at, object, Class::AnnotationPage);
    };
    properties::resource(run, at, object, Class::AnnotationPage);
    let place = at.key("items");
    match items {
        Value::Array(list) if list.is_empty() && matches!(role, Role::About(..)) => {
            run.add(
                &place,
                EMPTY,
                "this page has an empty list; viewers take it for the whole page and do not fetch it",
                "leave items out, or fill it",
            );
        }
        Value::Array(_) | Value::Object(_) => run.each(&place, items, |run, at, entry| annotation(run, at, entry, role)),
        other => run.add(&place, ITEMS, format!("items must be a list of Annotations, but is {}", shown(other)), "write a list"),
    }
}

/// Checks one Annotation.
pub(super) fn annotation<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, role: Role<'_>) {
    let Some(object) = run.object(at, value) else { return };
    ids::class(run, at, object, &["Annotation"]);
    full(run, at, object, role);
}

/// Checks an Annotation whose type is known.
pub(super) fn full<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, role: Role<'_>) {
    properties::resource(run, at, object, Class::Annotation);
    let paints = motivation(run, at, object, role);
    match object.get("target") {
        Some(value) => target(run, &at.key("target"), value, role),
        None => {
            let cure = match role {
                Role::Painting(canvas, _) => format!("write \"target\": {}", quoted(canvas)),
                _ => "name the resource, or the part of it, that this is about".to_owned(),
            };
            run.add(at, TARGET, "this Annotation has no target", cure);
        }
    }
    let canvas = match role {
        Role::Painting(_, sizes) => Some(sizes),
        Role::Alone if paints => object.get("target").and_then(targets::parse).and_then(|target| run.sizes(target.source)),
        _ => None,
    };
    match object.get("body") {
        Some(body) => bodies::check(run, &at.key("body"), body, canvas),
        None if matches!(role, Role::Painting(..)) => {
            run.add(at, PAINTING_BODY, "this Annotation paints nothing: it has no body", "give it a body, such as an Image");
        }
        None => {}
    }
}

/// Checks the motivation; tells whether it is painting.
fn motivation(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, role: Role<'_>) -> bool {
    let words: Vec<&str> = match object.get("motivation") {
        None => Vec::new(),
        Some(Value::String(word)) => vec![word],
        Some(Value::Array(list)) => list.iter().filter_map(Value::as_str).collect(),
        Some(other) => {
            run.add(
                &at.key("motivation"),
                MOTIVATION,
                format!("motivation cannot be {}", shown(other)),
                "write one word in quotation marks",
            );
            return false;
        }
    };
    let place = at.key("motivation");
    if let Some(word) = words.iter().find(|word| word.starts_with("sc:") || word.starts_with("oa:")) {
        run.add(&place, OLD_MOTIVATION, format!("{} is a word of version 2", quoted(word)), format!("write {}", &word[3..]));
        return *word == "sc:painting";
    }
    let paints = words.contains(&"painting");
    match role {
        Role::Painting(..) if !paints => {
            let (place, what) = match words.first() {
                Some(word) => (place, format!("what stands in items of a Canvas must be painting, but this is {}", quoted(word))),
                None => (*at, "this Annotation has no motivation".to_owned()),
            };
            run.add(&place, PAINTING, what, "write \"motivation\": \"painting\", or move the Annotation to annotations of the Canvas");
        }
        Role::About(..) if paints => {
            run.add(&place, NOT_PAINTING, "a painting Annotation may not stand in annotations", "move it to items of the Canvas");
        }
        _ => {}
    }
    paints
}

fn target(run: &mut Run<'_>, at: &Place<'_>, value: &Value, role: Role<'_>) {
    let list: Vec<&Value> = value.as_array().map_or_else(|| vec![value], |list| list.iter().collect());
    let parsed: Vec<_> = list.iter().filter_map(|value| targets::parse(value)).collect();
    if parsed.is_empty() {
        return run.add(at, TARGET, format!("{} names no resource", shown(value)), "write the URI of what this is about");
    }
    for (index, entry) in list.iter().enumerate() {
        let place = if value.is_array() { at.index(index) } else { *at };
        let Some(found) = targets::parse(entry) else { continue };
        let sizes = match role {
            Role::Painting(id, sizes) if found.source == bare(id) => Some(sizes),
            _ => run.sizes(found.source),
        };
        if let Some(fragment) = found.fragment {
            targets::fragment(run, &place, fragment, sizes);
        }
        if let Some(object) = entry.as_object() {
            targets::selector(run, &place, object, sizes);
        }
    }
    let names = |id: &str| parsed.iter().any(|target| target.source == bare(id));
    match role {
        Role::Painting(id, sizes) if names(id) => painted(run, at, value, sizes),
        Role::Painting(id, _) if !id.is_empty() => {
            let what = format!("this Annotation stands in the Canvas {} but paints {}", quoted(id), quoted(parsed[0].source));
            run.add(at, PAINTING_TARGET, what, format!("write \"target\": {}", quoted(id)));
        }
        Role::About(Class::Canvas, id) if !id.is_empty() && !names(id) => {
            let what = format!("this Annotation stands at the Canvas {} but is about {}", quoted(id), quoted(parsed[0].source));
            run.add(at, OTHER_TARGET, what, "name this Canvas or a part of it, or move the Annotation to the Canvas that it names");
        }
        Role::About(Class::Manifest, id) if !names(id) && !parsed.iter().any(|target| known(run, target.source)) => {
            let what = format!("this Annotation is about {}, which is not in this Manifest", quoted(parsed[0].source));
            run.add(at, OTHER_TARGET, what, "name the Manifest or something in it");
        }
        _ => {}
    }
}

fn known(run: &Run<'_>, id: &str) -> bool {
    run.sizes(id).is_some() || run.ids.contains_key(id) || run.canvases.is_none()
}

/// What viewers make of the target of a painting.
fn painted(run: &mut Run<'_>, at: &Place<'_>, value: &Value, sizes: Sizes) {
    let Value::String(uri) = value else {
        let what = "the target is not a plain URI; Mirador stops with an error";
        return run.add(at, OBJECT_TARGET, what, "write the URI of the Canvas as a text, with #xywh=… only for a part of it");
    };
    let (Some(width), Some(height)) = (sizes.width, sizes.height) else { return };
    let whole = uri.split_once('#').is_some_and(|(_, fragment)| fragment == format!("xywh=0,0,{width},{height}"));
    if whole {
        run.add(
            at,
            FULL_TARGET,
            "the target names the whole Canvas as a region; TIFY lays double pages over each other",
            "leave the region out",
        );
    }
}
