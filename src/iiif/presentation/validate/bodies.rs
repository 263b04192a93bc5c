//! Bodies of Annotations (Presentation 3.0, sections 5.6 and 5.7): what is painted or said.

use super::classes::Class;
use super::finding::{CLOVER, MIRADOR, Rule};
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, Sizes, type_of};
use super::spelling::{quoted, shown};
use super::{images, properties, targets, viewers};
use serde_json::{Map, Value};

const OBJECT: Rule = Rule::error("p3-body-object", "Presentation 3.0, 4.2").hits(&[CLOVER, MIRADOR]);
const TEXT: Rule = Rule::note("p3-body-text", "Presentation 3.0, 4.2");
const ID: Rule = Rule::error("p3-body-id", "Presentation 3.0, 5.7").hits(&[CLOVER]);
const TYPE: Rule = Rule::error("p3-body-type", "Presentation 3.0, 5.7").hits(&[MIRADOR]);
const TYPE_OLD: Rule = Rule::error("p3-type-prefix", "Presentation 3.0, 3.2");
const VALUE: Rule = Rule::error("p3-body-value", "Web Annotation, 3.2.4");
const CHOICE: Rule = Rule::error("p3-choice-items", "Presentation 3.0, 5.6");
const SOURCE: Rule = Rule::error("p3-specific-source", "Presentation 3.0, 5.6");
const NO_PLANE: Rule = Rule::error("p3-paints-without-size", "Presentation 3.0, 5.6").hits(&[MIRADOR]);
const NO_TIME: Rule = Rule::error("p3-paints-without-duration", "Presentation 3.0, 5.6");
const TEXT_TYPE: Rule = Rule::warning("p3-textual-body-painted", "Mirador 4").hits(&[MIRADOR]);

/// Checks a body, or each of a list; `canvas` is what it paints, if it paints.
pub(super) fn check<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, canvas: Option<Sizes>) {
    match value {
        Value::Array(list) => {
            for (index, entry) in list.iter().enumerate() {
                one(run, &at.index(index), entry, canvas, index == 0);
            }
        }
        single => one(run, at, single, canvas, true),
    }
}

fn one<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, canvas: Option<Sizes>, first: bool) {
    let object = match value {
        Value::Object(object) => object,
        Value::String(uri) if canvas.is_none() => {
            return run.add(
                at,
                TEXT,
                format!("{} stands alone as a body", quoted(uri)),
                "write an object with id and type, or a TextualBody with value",
            );
        }
        other => {
            let what = format!("what is painted must be an object, but is {}", shown(other));
            return run.add(at, OBJECT, what, "write {\"id\": …, \"type\": \"Image\", \"format\": \"image/jpeg\"}");
        }
    };
    let class = type_of(object);
    match class {
        None => {
            let meant = super::spelling::near("type", object.keys().map(String::as_str));
            let cure = meant
                .map_or_else(|| "write \"type\": \"Image\", or whatever it is".to_owned(), |key| format!("write type in place of {key}"));
            run.add(at, TYPE, "this body has no type", cure);
        }
        Some("Choice" | "List" | "Composite" | "Independents") => choice(run, at, object, canvas, first),
        Some("SpecificResource") => specific(run, at, object, canvas, first),
        Some("TextualBody") => textual(run, at, object, canvas),
        Some(class) => content(run, at, object, class, canvas, first),
    }
}

fn choice<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, canvas: Option<Sizes>, first: bool) {
    let Some(Value::Array(list)) = object.get("items") else {
        return run.add(at, CHOICE, "this Choice has no list of items", "put what can be chosen into items, the default first");
    };
    let place = at.key("items");
    if list.is_empty() {
        run.add(&place, CHOICE, "there is nothing to choose from", "put what can be chosen into items, the default first");
    }
    for (index, entry) in list.iter().enumerate() {
        one(run, &place.index(index), entry, canvas, first && index == 0);
    }
}

fn specific<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, canvas: Option<Sizes>, first: bool) {
    properties::check(run, at, object, Class::Content);
    targets::selector(run, at, object, None);
    match object.get("source") {
        Some(source @ Value::Object(_)) => one(run, &at.key("source"), source, canvas, first),
        Some(source @ Value::String(_)) => {
            ids::uri(run, &at.key("source"), source, Kind::AnyUri);
        }
        Some(other) => {
            run.add(&at.key("source"), SOURCE, format!("a source cannot be {}", shown(other)), "write the resource that is meant")
        }
        None => run.add(at, SOURCE, "this SpecificResource has no source", "name the resource that is meant"),
    }
}

fn textual<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, canvas: Option<Sizes>) {
    properties::check(run, at, object, Class::Content);
    match object.get("value") {
        Some(Value::String(_)) => {}
        Some(other) => {
            let what = format!("the value of a TextualBody must be one text, but is {}", shown(other));
            run.add(&at.key("value"), VALUE, what, "write one text; for several languages write one TextualBody each");
        }
        None => run.add(at, VALUE, "this TextualBody has no value", "write the text in value"),
    }
    if canvas.is_some() {
        run.add(
            at,
            TEXT_TYPE,
            "text that is painted on a Canvas is shown by few viewers",
            "offer it in annotations with motivation supplementing",
        );
    }
}

fn content<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: &str, canvas: Option<Sizes>, first: bool) {
    let id = match super::run::id_of(object) {
        Some(id) => Some(id),
        None => {
            run.add(at, ID, format!("this {class} has no id"), "give its address");
            None
        }
    };
    if object.contains_key("id") || object.contains_key("@id") {
        ids::id(run, at, object, class, if canvas.is_some() { Kind::Http } else { Kind::AnyUri });
    }
    if object.get("type").and_then(Value::as_str).is_some_and(|name| name.contains(':')) {
        run.add(&at.key("type"), TYPE_OLD, format!("{} is the type's name in version 2", shown(&object["type"])), format!("write {class}"));
    } else if !object.contains_key("type") {
        ids::class(run, at, object, &[]);
    }
    images::address(run, at, object, id);
    properties::check(run, at, object, Class::Content);
    let Some(sizes) = canvas else { return };
    dimensions(run, at, class, sizes);
    if class == "Image" {
        if first {
            images::shown_format(run, at, object);
        }
        viewers::body(run, at, object);
    }
}

/// What has a plane or a time can be painted only on a Canvas that has it too.
fn dimensions(run: &mut Run<'_>, at: &Place<'_>, class: &str, sizes: Sizes) {
    if matches!(class, "Image" | "Video") && !sizes.has_plane() {
        let what = format!("this {class} is painted on a Canvas without height and width");
        run.add(at, NO_PLANE, what, "give the Canvas height and width");
    }
    if matches!(class, "Video" | "Sound" | "Audio") && sizes.duration.is_none() {
        let what = format!("this {class} is painted on a Canvas without duration");
        run.add(at, NO_TIME, what, "give the Canvas the duration in seconds");
    }
}
