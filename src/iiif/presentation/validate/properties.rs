//! Every property of a resource of Presentation 3.0: whether it may stand there, and whether its value is right.

use super::classes::{Class, LinkShape, PROPERTIES, Property, Shape, property_of, successor};
use super::finding::Rule;
use super::report::Place;
use super::run::{Run, id_of};
use super::spelling::{near, quoted};
use super::{annotations, behaviors, ids, links, services, structure_3, texts, values};
use serde_json::{Map, Value};
use texts::Markup;

const NOT_ALLOWED: Rule = Rule::error("p3-not-allowed", "Presentation 3.0, appendix A");
const OLD_WORD: Rule = Rule::error("p3-old-word", "Presentation 3.0, change log");
const SPELLING: Rule = Rule::warning("p3-spelling", "Presentation 3.0, 4.7");
const CONTEXT: Rule = Rule::error("p3-context-inside", "Presentation 3.0, 4.6");
const AT_KEY: Rule = Rule::error("p3-at-key", "Presentation 3.0, 4.6");
const RECOMMENDED: Rule = Rule::note("p3-recommended", "Presentation 3.0, appendix A");
const CANVAS_LABEL: Rule = Rule::warning("p3-canvas-label", "Presentation 3.0, 3.1");
const LABEL: Rule = Rule::error("p3-label-missing", "Presentation 3.0, 3.1");

/// Words too short and too near to others to be what is meant.
const PAGING: [&str; 6] = ["first", "last", "next", "prev", "total", "ignored"];

/// Checks the properties of a resource, in the order in which they stand.
pub(super) fn check<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: Class) {
    for (name, value) in object {
        let place = at.key(name);
        match property_of(name) {
            Some(property) if property.classes & class.bit() != 0 => shape(run, &place, value, class, property, object),
            Some(property) if class != Class::Content => not_allowed(run, &place, class, property),
            Some(_) => {}
            None => unknown(run, at, name, class),
        }
    }
}

/// Tells what the class should have and this resource lacks.
pub(super) fn recommended(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, class: Class) {
    let missing: Vec<_> = class.recommended().iter().copied().filter(|name| !object.contains_key(*name)).collect();
    if class == Class::Canvas && !missing.is_empty() {
        run.add(at, CANVAS_LABEL, "this Canvas has no label; viewers show a number or nothing", "give it a label, such as the page number");
    } else if !missing.is_empty() {
        let what = format!("this {} has no {}", class.name(), missing.join(", no "));
        run.add(at, RECOMMENDED, what, "the specification recommends them");
    }
}

/// Tells if the label that the class must have is missing or empty.
pub(super) fn needs_label(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, class: &str) {
    let empty = match object.get("label") {
        None => true,
        Some(Value::Object(map)) => map.values().all(|texts| texts.as_array().is_some_and(Vec::is_empty)),
        Some(Value::String(text)) => text.is_empty(),
        Some(_) => false,
    };
    if empty {
        run.add(at, LABEL, format!("this {class} has no label"), "give it one: \"label\": {\"en\": [\"…\"]}");
    }
}

fn not_allowed(run: &mut Run<'_>, at: &Place<'_>, class: Class, property: &Property) {
    let cure = match (property.name, successor(property.name)) {
        ("logo", _) => "put it into an Agent of provider: [{\"id\": …, \"type\": \"Agent\", \"label\": …, \"logo\": […]}]".to_owned(),
        (_, Some(cure)) => cure.to_owned(),
        _ => format!("take it away, or move it to a {}", Class::names(property.classes)),
    };
    run.add(at, NOT_ALLOWED, format!("a {} cannot have {}", class.name(), property.name), cure);
}

fn unknown(run: &mut Run<'_>, at: &Place<'_>, name: &str, class: Class) {
    let place = at.key(name);
    match name {
        "@context" if at.is_root() => {}
        "@context" => run.add(&place, CONTEXT, "@context may stand only at the top of the document", "move it there"),
        "@id" | "@type" => {}
        _ if name.starts_with('@') => {
            run.add(&place, AT_KEY, format!("{} is not a property of Presentation 3", quoted(name)), "take it away");
        }
        _ => old_or_misspelt(run, &place, name, class),
    }
}

fn old_or_misspelt(run: &mut Run<'_>, at: &Place<'_>, name: &str, class: Class) {
    let annotates = matches!(class, Class::Annotation | Class::Content);
    let only_there = ["resource", "on", "chars", "full", "default"].contains(&name);
    if let Some(cure) = successor(name).filter(|_| annotates || !only_there) {
        run.add(at, OLD_WORD, format!("{name} is a word of version 2, viewers do not read it here"), cure);
    } else if let Some(meant) = near(name, PROPERTIES.iter().map(|property| property.name).filter(|name| !PAGING.contains(name))) {
        run.add(at, SPELLING, format!("{} is not a property of the specification", quoted(name)), format!("did you mean {meant}?"));
    }
}

fn shape<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, class: Class, property: &Property, owner: &'d Map<String, Value>) {
    match property.shape {
        Shape::Label => {
            texts::map(run, at, value, Markup::Refused);
        }
        Shape::Summary => {
            texts::map(run, at, value, Markup::Allowed);
        }
        Shape::Metadata => texts::metadata(run, at, value),
        Shape::RequiredStatement => run.single(at, value, texts::pair),
        Shape::Rights => values::rights(run, at, value),
        Shape::NavDate => values::nav_date(run, at, value),
        Shape::Direction => values::direction(run, at, value),
        Shape::TimeMode => values::time_mode(run, at, value),
        Shape::Behavior => behaviors::check(run, at, value, class),
        Shape::Pixels => values::pixels(run, at, value),
        Shape::Duration => values::duration(run, at, value),
        Shape::Format => values::format(run, at, value),
        Shape::Profile => values::profile(run, at, value),
        Shape::Language => values::language(run, at, value),
        Shape::Annotations => annotations::pages(run, at, value, annotations::Role::About(class, id_of(owner).unwrap_or_default())),
        Shape::Link(shape) => link(run, at, value, class, shape),
        Shape::Other => {}
    }
}

fn link<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, class: Class, shape: LinkShape) {
    match shape {
        LinkShape::Homepage => links::list(run, at, value, links::HOMEPAGE),
        LinkShape::Rendering => links::list(run, at, value, links::RENDERING),
        LinkShape::SeeAlso => links::list(run, at, value, links::SEE_ALSO),
        LinkShape::PartOf => links::list(run, at, value, links::PART_OF),
        LinkShape::Thumbnail => links::thumbnails(run, at, value),
        LinkShape::Logo => links::list(run, at, value, links::LOGO),
        LinkShape::Provider => links::provider(run, at, value),
        LinkShape::Service => services::list(run, at, value, services::Holder::of(class)),
        LinkShape::Services => services::list(run, at, value, services::Holder::Resource),
        LinkShape::Start => links::start(run, at, value),
        LinkShape::Poster => structure_3::poster(run, at, value),
        LinkShape::Supplementary => links::supplementary(run, at, value),
    }
}

/// Checks id, type and properties of a resource that stands in full; returns its id.
pub(super) fn resource<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: Class) -> Option<&'d str> {
    let kind = if matches!(class, Class::Range | Class::AnnotationCollection) { ids::Kind::AnyUri } else { ids::Kind::Http };
    let id = ids::id(run, at, object, class.name(), kind);
    if let Some(id) = id {
        ids::unique(run, at, id, class.name());
    }
    check(run, at, object, class);
    id
}
