//! The properties of Presentation 2.1 (sections 3 and 4): which resource must have which, and what may stand in them.

use super::finding::Rule;
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, id_of, type_of};
use super::services;
use super::spelling::{near, quoted, shown};
use super::texts::Markup;
use super::{images, texts_2, values, values_2};
use serde_json::{Map, Value};

const ID: Rule = Rule::error("p2-id-missing", "Presentation 2.1, 4.1");
const URI: Rule = Rule::error("p2-id-uri", "Presentation 2.1, 4.1");
const AT_ID: Rule = Rule::error("p2-at-id", "Presentation 2.1, 4.1");
const DUPLICATE: Rule = Rule::error("p2-id-duplicate", "Presentation 2.1, 4.1");
const TYPE: Rule = Rule::error("p2-type-missing", "Presentation 2.1, 4.1");
const TYPE_WRONG: Rule = Rule::error("p2-type-wrong", "Presentation 2.1, 5");
const LABEL: Rule = Rule::error("p2-label-missing", "Presentation 2.1, 3.1");
const LICENSE: Rule = Rule::error("p2-license", "Presentation 2.1, 3.2");
const HINT_DIRECTION: Rule = Rule::error("p2-hint-direction", "Presentation 2.1, 3.3");
const RENDERING: Rule = Rule::error("p2-rendering", "Presentation 2.1, 3.4");
const LINK: Rule = Rule::error("p2-link", "Presentation 2.1, 3.4");
const NEW_WORD: Rule = Rule::warning("p2-new-word", "Presentation 2.1, 3");
const SPELLING: Rule = Rule::warning("p2-spelling", "Presentation 2.1, 3");
const CONTEXT: Rule = Rule::error("p2-service-context", "Presentation 2.1, 4.6");

/// A class of resource of version 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Collection,
    Manifest,
    Sequence,
    /// A Sequence after the first of its Manifest.
    LaterSequence,
    Canvas,
    Range,
    Layer,
    AnnotationList,
    Annotation,
    Content,
    /// A document whose `@type` is not known.
    Document,
}

impl Class {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Collection => "Collection",
            Self::Manifest => "Manifest",
            Self::Sequence | Self::LaterSequence => "Sequence",
            Self::Canvas => "Canvas",
            Self::Range => "Range",
            Self::Layer => "Layer",
            Self::AnnotationList => "AnnotationList",
            Self::Annotation => "Annotation",
            Self::Content => "content resource",
            Self::Document => "document",
        }
    }

    fn needs_id(self) -> bool {
        !matches!(self, Self::Sequence | Self::Annotation | Self::Content)
    }

    fn needs_label(self) -> bool {
        matches!(self, Self::Collection | Self::Manifest | Self::LaterSequence | Self::Canvas | Self::Range | Self::Layer)
    }

    fn is_unique(self) -> bool {
        matches!(self, Self::Canvas | Self::Range | Self::Manifest | Self::Collection)
    }
}

/// Words that are probably meant when they are written nearly right.
const KNOWN: [&str; 36] = [
    "label",
    "metadata",
    "description",
    "thumbnail",
    "attribution",
    "license",
    "logo",
    "viewingDirection",
    "viewingHint",
    "navDate",
    "height",
    "width",
    "format",
    "profile",
    "related",
    "rendering",
    "seeAlso",
    "service",
    "within",
    "startCanvas",
    "contentLayer",
    "sequences",
    "structures",
    "canvases",
    "images",
    "otherContent",
    "resources",
    "ranges",
    "members",
    "manifests",
    "collections",
    "resource",
    "motivation",
    "chars",
    "total",
    "startIndex",
];

const NEW: [(&str, &str); 11] = [
    ("id", "@id"),
    ("type", "@type"),
    ("summary", "description"),
    ("requiredStatement", "attribution"),
    ("rights", "license"),
    ("behavior", "viewingHint"),
    ("homepage", "related"),
    ("partOf", "within"),
    ("provider", "attribution and logo"),
    ("items", "sequences, canvases, images or resources"),
    ("start", "startCanvas"),
];

/// Checks `@type` against those that may stand here; returns it without its prefix, as it is meant.
pub(super) fn class<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, wanted: &[&str]) -> Option<&'d str> {
    let list = wanted.join(" or ");
    let Some(value) = object.get("@type").or_else(|| object.get("type")) else {
        run.add(
            at,
            TYPE,
            format!("this has no @type; here it must be {list}"),
            format!("write \"@type\": \"{}\"", wanted.first().unwrap_or(&"…")),
        );
        return None;
    };
    let text = value.as_str().unwrap_or_default();
    if wanted.contains(&text) {
        return type_of(object);
    }
    let place = at.key(if object.contains_key("@type") { "@type" } else { "type" });
    let meant = wanted.iter().find(|name| name.split_once(':').is_some_and(|(_, bare)| bare == text)).copied();
    let meant = meant.or_else(|| near(text, wanted.iter().copied()));
    let cure = meant.map_or_else(|| format!("write {list}"), |meant| format!("write {meant}"));
    run.add(&place, TYPE_WRONG, format!("the type {} cannot stand here", shown(value)), cure);
    meant.and_then(|_| type_of(object))
}

/// Checks a resource that stands in full: its id, its label, its properties.
pub(super) fn resource<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: Class) {
    reference(run, at, object, class);
    let Some(id) = id_of(object).filter(|_| class.is_unique()) else { return };
    if let Some(other) = run.ids.insert(id, class.name()) {
        let what = format!("this {} has the id {} that another {other} before it has", class.name(), quoted(id));
        run.add(&at.key("@id"), DUPLICATE, what, "give every resource an id of its own");
    }
}

/// The same without asking whether the id is its own.
pub(super) fn reference<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: Class) {
    match object.get("@id") {
        Some(value) => id(run, &at.key("@id"), value),
        None if object.contains_key("id") => run.add(&at.key("id"), AT_ID, "Presentation 2 knows no id", "write @id"),
        None if class.needs_id() => {
            run.add(at, ID, format!("this {} has no @id", class.name()), "give it one: an https URI that stays the same for ever")
        }
        None => {}
    }
    if class.needs_label() && !object.contains_key("label") {
        run.add(at, LABEL, format!("this {} has no label", class.name()), "give it one");
    }
    for (name, value) in object {
        property(run, &at.key(name), name, value, class);
    }
    if object.get("viewingHint").is_some_and(|hint| hint == "continuous")
        && !object.contains_key("viewingDirection")
        && class == Class::Sequence
    {
        let what = "viewingHint continuous goes with a viewingDirection, and there is none";
        run.add(at, HINT_DIRECTION, what, "write one, such as top-to-bottom");
    }
}

/// Checks an `@id`.
pub(super) fn id(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    match value.as_str() {
        Some(text) => ids::check(run, at, text, Kind::Http, URI),
        None => run.add(at, URI, format!("an @id must be a text, but this is {}", shown(value)), "write the URI in quotation marks"),
    }
}

fn property<'d>(run: &mut Run<'d>, at: &Place<'_>, name: &str, value: &'d Value, class: Class) {
    match name {
        "label" => texts_2::texts(run, at, value, Markup::Refused),
        "description" | "attribution" => texts_2::texts(run, at, value, Markup::Allowed),
        "metadata" => texts_2::metadata(run, at, value),
        "license" => one_or_many(run, at, value, |run, at, value| link_uri(run, at, value, LICENSE)),
        "logo" | "thumbnail" => one_or_many(run, at, value, image),
        "related" | "seeAlso" | "within" => one_or_many(run, at, value, |run, at, value| link_uri(run, at, value, LINK)),
        "rendering" => one_or_many(run, at, value, rendering),
        "service" => one_or_many(run, at, value, service),
        "viewingHint" => values_2::hint(run, at, value, class),
        "viewingDirection" => values_2::direction(run, at, value, class),
        "navDate" => values_2::date(run, at, value, class),
        "height" | "width" => values_2::size(run, at, value, class),
        "format" => values::format(run, at, value),
        _ => unknown(run, at, name, class),
    }
}

fn unknown(run: &mut Run<'_>, at: &Place<'_>, name: &str, class: Class) {
    if name.starts_with('@') || class == Class::Content || class == Class::Annotation {
        return;
    }
    if let Some((_, old)) = NEW.iter().find(|(new, _)| *new == name) {
        run.add(
            at,
            NEW_WORD,
            format!("{name} is a word of version 3, viewers do not read it in a version 2 document"),
            format!("write {old}"),
        );
    } else if let Some(meant) = near(name, KNOWN).filter(|meant| *meant != name) {
        run.add(at, SPELLING, format!("{} is not a property of the specification", quoted(name)), format!("did you mean {meant}?"));
    }
}

/// Calls `check` for a value, or for each of a list.
pub(super) fn one_or_many<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, check: impl Fn(&mut Run<'d>, &Place<'_>, &'d Value)) {
    match value {
        Value::Array(list) => list.iter().enumerate().for_each(|(index, entry)| check(run, &at.index(index), entry)),
        one => check(run, at, one),
    }
}

fn link_uri(run: &mut Run<'_>, at: &Place<'_>, value: &Value, rule: Rule) {
    let (place, uri) = match value {
        Value::Object(object) => (at.key("@id"), object.get("@id").and_then(Value::as_str)),
        other => (*at, other.as_str()),
    };
    match uri {
        Some(uri) => ids::check(run, &place, uri, Kind::AnyUri, rule),
        None => run.add(at, rule, format!("this must be a URI or an object with @id, but is {}", shown(value)), "write the URI"),
    }
}

fn rendering(run: &mut Run<'_>, at: &Place<'_>, value: &Value) {
    link_uri(run, at, value, LINK);
    for name in ["label", "format"] {
        if value.get(name).is_none() {
            run.add(at, RENDERING, format!("this rendering has no {name}"), "give it label and format, such as application/pdf");
        }
    }
}

fn image<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    link_uri(run, at, value, LINK);
    match value {
        Value::Object(object) => {
            images::address(run, at, object, id_of(object));
            images::thumbnail(run, at, object);
            reference(run, at, object, Class::Content);
        }
        other => ids::loaded(run, at, other.as_str().unwrap_or_default()),
    }
}

fn service<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    let Some(object) = value.as_object() else { return link_uri(run, at, value, LINK) };
    if let Some(inner) = object.get("service") {
        one_or_many(run, &at.key("service"), inner, service);
    }
    if !services::is_image(object) {
        return;
    }
    if !object.contains_key("@context") && id_of(object).is_some() && object.get("type").is_none() {
        let what = "this image service has no @context; tools cannot tell its version";
        run.add(at, CONTEXT, what, "write \"@context\": \"http://iiif.io/api/image/2/context.json\"");
    }
    services::image(run, at, object);
}
