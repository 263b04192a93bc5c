//! Links to other resources and agents (Presentation 3.0, sections 3.1 and 3.3).

use super::classes::Class;
use super::finding::{MIRADOR, Rule};
use super::ids::{self, Kind};
use super::report::Place;
use super::run::{Run, bare};
use super::spelling::{near, quoted};
use super::{images, properties, structure_3, targets};
use serde_json::{Map, Value};

const LABEL: Rule = Rule::error("p3-link-label", "Presentation 3.0, 3.3");
const LABEL_SHOULD: Rule = Rule::note("p3-link-label-should", "Presentation 3.0, 3.3");
const FORMAT: Rule = Rule::note("p3-link-format", "Presentation 3.0, 3.3");
const TYPE: Rule = Rule::warning("p3-content-type", "Presentation 3.0, 3.2");
const START: Rule = Rule::error("p3-start", "Presentation 3.0, 3.3");
const START_ELSEWHERE: Rule = Rule::error("p3-start-elsewhere", "Presentation 3.0, 3.3");

const PROVIDER: Rule = Rule::warning("viewer-provider-list", "Mirador 4").hits(&[MIRADOR]);

/// What an entry of a property must and should have beside id and type.
#[derive(Clone, Copy)]
pub(super) struct Link {
    name: &'static str,
    label: Option<Rule>,
    format: bool,
    /// The types it may have; none if any.
    types: &'static [&'static str],
}

/// The types of what is no IIIF resource.
pub(super) const CONTENT: [&str; 6] = ["Dataset", "Image", "Model", "Sound", "Text", "Video"];

pub(super) const HOMEPAGE: Link = Link { name: "homepage", label: Some(LABEL), format: true, types: &CONTENT };
pub(super) const RENDERING: Link = Link { name: "rendering", label: Some(LABEL), format: true, types: &CONTENT };
pub(super) const SEE_ALSO: Link = Link { name: "seeAlso", label: Some(LABEL_SHOULD), format: true, types: &[] };
pub(super) const PART_OF: Link = Link { name: "partOf", label: None, format: false, types: &[] };
pub(super) const LOGO: Link = Link { name: "logo", label: None, format: true, types: &["Image"] };

/// Checks a list of links.
pub(super) fn list<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, link: Link) {
    run.each(at, value, |run, at, entry| {
        let Some(object) = run.object(at, entry) else { return };
        let id = ids::id(run, at, object, link.name, Kind::Http);
        if let Some(class) = ids::class(run, at, object, &[]) {
            type_word(run, at, object, class, link.types);
        }
        if link.name == "logo" {
            images::address(run, at, object, id);
        }
        should_have(run, at, object, link);
        properties::check(run, at, object, Class::Content);
    });
}

fn should_have(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, link: Link) {
    let labelled = object.get("label").is_some_and(|label| !label.as_object().is_some_and(Map::is_empty));
    if let (false, Some(rule)) = (labelled, link.label) {
        let what = format!("this {} has no label; viewers show the bare address or nothing", link.name);
        run.add(at, rule, what, "give it one: \"label\": {\"en\": [\"…\"]}");
    }
    if link.format && !object.contains_key("format") {
        run.add(at, FORMAT, format!("this {} has no format", link.name), "give its media type, such as text/html");
    }
}

fn type_word(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, class: &str, types: &[&'static str]) {
    if types.is_empty() || types.contains(&class) {
        return;
    }
    let meant =
        near(class, types.iter().copied()).map_or_else(|| format!("write one of {}", types.join(", ")), |meant| format!("write {meant}"));
    run.add(&at.key(ids::type_key(object)), TYPE, format!("{} is not a type of the specification", quoted(class)), meant);
}

/// Checks `thumbnail`.
pub(super) fn thumbnails<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    run.each(at, value, |run, at, entry| {
        let Some(object) = run.object(at, entry) else { return };
        let id = ids::id(run, at, object, "thumbnail", Kind::Http);
        if let Some(class) = ids::class(run, at, object, &[]) {
            type_word(run, at, object, class, &["Image", "Video", "Sound", "Text", "Dataset", "Model"]);
        }
        images::address(run, at, object, id);
        images::thumbnail(run, at, object);
        properties::check(run, at, object, Class::Content);
    });
}

/// Checks `provider`: Agents with id, type and label.
pub(super) fn provider<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    if !value.is_array() {
        run.add(at, PROVIDER, "provider is not a list; Mirador stops with an error", "put the Agent into square brackets");
    }
    run.each(at, value, |run, at, entry| {
        let Some(agent) = run.object(at, entry) else { return };
        ids::id(run, at, agent, "Agent", Kind::Http);
        ids::class(run, at, agent, &["Agent"]);
        properties::needs_label(run, at, agent, "Agent");
        properties::check(run, at, agent, Class::Agent);
        properties::recommended(run, at, agent, Class::Agent);
    });
}

/// Checks `supplementary`: one reference to an AnnotationCollection.
pub(super) fn supplementary<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    run.single(at, value, |run, at, object| {
        ids::id(run, at, object, "AnnotationCollection", Kind::AnyUri);
        ids::class(run, at, object, &["AnnotationCollection"]);
    });
}

/// Checks `start`: a Canvas of this Manifest, or a part of one.
pub(super) fn start<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value) {
    run.single(at, value, |run, at, object| {
        let Some(canvas) = started(run, at, object) else { return };
        targets::selector(run, at, object, None);
        if run.canvases.is_some() && run.sizes(bare(canvas)).is_none() {
            let what = format!("start names {}, which is not a Canvas of this Manifest", quoted(canvas));
            run.add(at, START_ELSEWHERE, what, "name a Canvas that stands in items");
        }
    });
}

/// The Canvas at which a `start` begins.
fn started<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>) -> Option<&'d str> {
    match ids::class(run, at, object, &["Canvas", "SpecificResource"])? {
        "Canvas" => ids::id(run, at, object, "Canvas", Kind::Http),
        "SpecificResource" => {
            let source = object.get("source").and_then(structure_3::reference);
            if source.is_none() {
                run.add(at, START, "this SpecificResource has no source", "name the Canvas in source");
            }
            source
        }
        _ => None,
    }
}
