//! Annotations of Presentation 2.1 (sections 5.4 and 5.5): images of a Canvas, and lists of other content.

use super::finding::{CLOVER, MIRADOR, Rule};
use super::properties_2::{self, Class};
use super::report::Place;
use super::run::{Run, Sizes, bare, id_of};
use super::spelling::{quoted, shown};
use super::version_2::{LIST, each};
use super::{images, targets};
use serde_json::{Map, Value};

const MOTIVATION: Rule = Rule::error("p2-motivation", "Presentation 2.1, 5.4");
const ON: Rule = Rule::error("p2-on", "Presentation 2.1, 5.4");
const ON_OTHER: Rule = Rule::error("p2-on-other", "Presentation 2.1, 5.4");
const ON_OBJECT: Rule = Rule::warning("viewer-on-object", "Mirador 4").hits(&[MIRADOR]);
const RESOURCE: Rule = Rule::error("p2-resource", "Presentation 2.1, 5.4");
const RESOURCE_ID: Rule = Rule::error("p2-resource-id", "Presentation 2.1, 5.4").hits(&[CLOVER]);
const RESOURCE_TYPE: Rule = Rule::warning("p2-resource-type", "Presentation 2.1, 5.4");
const CHOICE: Rule = Rule::error("p2-choice", "Presentation 2.1, 5.4");
const SPECIFIC: Rule = Rule::error("p2-specific", "Presentation 2.1, 5.4");
const OTHER: Rule = Rule::error("p2-other-content", "Presentation 2.1, 5.5");
const EMBEDDED: Rule = Rule::error("p2-list-embedded", "Presentation 2.1, 5.5");
const RESOURCES: Rule = Rule::error("p2-list-resources", "Presentation 2.1, 5.5");

/// Checks the images of a Canvas.
pub(super) fn images<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, canvas: &str, sizes: Sizes) {
    each(run, at, value, |run, at, object, _| annotation(run, at, object, Some((canvas, sizes))));
}

/// Checks an Annotation; `canvas` is what it must paint, if it stands in images.
pub(super) fn annotation<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, canvas: Option<(&str, Sizes)>) {
    properties_2::class(run, at, object, &["oa:Annotation"]);
    properties_2::resource(run, at, object, Class::Annotation);
    match object.get("motivation") {
        Some(Value::String(word)) if word == "sc:painting" || canvas.is_none() => {}
        Some(other) if canvas.is_some() => {
            run.add(
                &at.key("motivation"),
                MOTIVATION,
                format!("the motivation of an image must be sc:painting, but is {}", shown(other)),
                "write sc:painting",
            );
        }
        None if canvas.is_some() => run.add(at, MOTIVATION, "this Annotation has no motivation", "write \"motivation\": \"sc:painting\""),
        _ => {}
    }
    match object.get("on") {
        Some(value) => on(run, &at.key("on"), value, canvas),
        None => run.add(
            at,
            ON,
            "this Annotation does not say what it is on",
            format!("write \"on\": {}", quoted(canvas.map_or("…", |(id, _)| id))),
        ),
    }
    match object.get("resource") {
        Some(value) if canvas.is_some() => resource(run, &at.key("resource"), value, true),
        Some(_) => {}
        None => run.add(
            at,
            RESOURCE,
            "this Annotation has no resource",
            "give the image: \"resource\": {\"@id\": …, \"@type\": \"dctypes:Image\"}",
        ),
    }
}

fn on(run: &mut Run<'_>, at: &Place<'_>, value: &Value, canvas: Option<(&str, Sizes)>) {
    let one = value.as_array().and_then(|list| list.first()).unwrap_or(value);
    let Some(target) = targets::parse(one) else {
        return run.add(at, ON, format!("on must be the URI of a Canvas, but is {}", shown(value)), "write the URI in quotation marks");
    };
    if one.is_object() && one.get("full").is_none() {
        run.add(
            at,
            ON_OBJECT,
            "on is an object without full; Mirador stops with an error",
            "write {\"@type\": \"oa:SpecificResource\", \"full\": …}, or the URI",
        );
    }
    let sizes = match canvas {
        Some((id, sizes)) if bare(id) == target.source => Some(sizes),
        Some((id, _)) if !id.is_empty() => {
            let what = format!("this image stands at the Canvas {} but is on {}", quoted(id), quoted(target.source));
            return run.add(at, ON_OTHER, what, format!("write {}", quoted(id)));
        }
        _ => run.sizes(target.source),
    };
    if let Some(fragment) = target.fragment {
        targets::fragment(run, at, fragment, sizes);
    }
}

fn resource<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, first: bool) {
    let Some(object) = value.as_object() else {
        if value != "rdf:nil" {
            run.add(
                at,
                RESOURCE,
                format!("an image must be an object, but is {}", shown(value)),
                "write {\"@id\": …, \"@type\": \"dctypes:Image\"}",
            );
        }
        return;
    };
    match object.get("@type").and_then(Value::as_str) {
        Some("oa:Choice") => choice(run, at, object),
        Some("oa:SpecificResource") => match object.get("full") {
            Some(full) => resource(run, &at.key("full"), full, first),
            None => run.add(at, SPECIFIC, "this SpecificResource has no full", "name the whole image in full"),
        },
        class => image(run, at, object, class, first),
    }
}

fn choice<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    match object.get("default") {
        Some(value) => resource(run, &at.key("default"), value, true),
        None => run.add(at, CHOICE, "this Choice has no default", "give the image that is shown first in default"),
    }
    match object.get("item") {
        Some(Value::Array(list)) if !list.is_empty() => {
            for (index, entry) in list.iter().enumerate() {
                resource(run, &at.key("item").index(index), entry, false);
            }
        }
        Some(one @ Value::Object(_)) => {
            run.add(&at.key("item"), LIST, "item must be a list", "put it into square brackets");
            resource(run, &at.key("item"), one, false);
        }
        _ => run.add(at, CHOICE, "this Choice has no item to choose", "list the other images in item"),
    }
}

fn image<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: Option<&str>, first: bool) {
    if id_of(object).is_none() {
        run.add(at, RESOURCE_ID, "this image has no @id", "give its address");
    }
    if class != Some("dctypes:Image") {
        let found = class.map_or("missing".to_owned(), quoted);
        run.add(
            at,
            RESOURCE_TYPE,
            format!("the @type of an image is dctypes:Image, here it is {found}"),
            "write \"@type\": \"dctypes:Image\"",
        );
    }
    images::address(run, at, object, id_of(object));
    properties_2::resource(run, at, object, Class::Content);
    if first {
        images::shown_format(run, at, object);
    }
}

/// Checks `otherContent`: AnnotationLists by their URIs.
pub(super) fn other_content<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    let Value::Array(list) = value else {
        return run.add(at, LIST, format!("otherContent must be a list, but is {}", shown(value)), "put it into square brackets");
    };
    for (index, entry) in list.iter().enumerate() {
        let place = at.index(index);
        match entry {
            Value::String(_) => properties_2::id(run, &place, entry),
            Value::Object(object) => {
                properties_2::class(run, &place, object, &["sc:AnnotationList"]);
                if let Some(inner) = object.get("resources") {
                    let what = "an AnnotationList stands here in full";
                    run.add(&place.key("resources"), EMBEDDED, what, "keep @id and @type, and publish the list at its @id");
                    annotations(run, &place.key("resources"), inner);
                }
                properties_2::reference(run, &place, object, Class::AnnotationList);
            }
            other => run.add(
                &place,
                OTHER,
                format!("this must name an AnnotationList, but is {}", shown(other)),
                "write {\"@id\": …, \"@type\": \"sc:AnnotationList\"}",
            ),
        }
    }
}

/// Checks an AnnotationList that is a document.
pub(super) fn list<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) {
    properties_2::resource(run, at, object, Class::AnnotationList);
    match object.get("resources") {
        Some(value) => annotations(run, &at.key("resources"), value),
        None => run.add(at, RESOURCES, "this AnnotationList has no resources", "add the list of its Annotations"),
    }
}

fn annotations<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    each(run, at, value, |run, at, object, _| annotation(run, at, object, None));
}
