//! `@context` and the version that it declares (Presentation 3.0, section 4.6; 2.1, section 4.6).

use super::finding::{OMEKA, Rule};
use super::report::Place;
use super::run::Run;
use super::spelling::{quoted, shown};
use serde_json::{Map, Value};

const MISSING: Rule = Rule::error("context-missing", "Presentation, JSON-LD contexts");
const WRONG: Rule = Rule::error("context-wrong", "Presentation, JSON-LD contexts");
const HTTPS: Rule = Rule::error("context-https", "Presentation, JSON-LD contexts");
const LAST: Rule = Rule::error("context-order", "Presentation 3.0, 4.6");
const FIRST_KEY: Rule = Rule::warning("context-first-key", "Presentation 3.0, 4.6");
const TWO: Rule = Rule::error("context-two-versions", "Presentation, JSON-LD contexts");
const OLD: Rule = Rule::warning("context-old", "Presentation 1.0");
const LIST: Rule = Rule::warning("omeka-context-list", "Omeka S 4").hits(&[OMEKA]);
const OMEKA_VERSION: Rule = Rule::warning("omeka-version", "Omeka S 4").hits(&[OMEKA]);

/// The version of Presentation that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Version {
    V2,
    V3,
    V4,
}

impl Version {
    fn uri(self) -> &'static str {
        match self {
            Self::V2 => "http://iiif.io/api/presentation/2/context.json",
            Self::V3 => "http://iiif.io/api/presentation/3/context.json",
            Self::V4 => "http://iiif.io/api/presentation/4/context.json",
        }
    }
}

const BASES: [(&str, Version); 6] = [
    ("iiif.io/api/presentation/4", Version::V4),
    ("iiif.io/api/presentation/3", Version::V3),
    ("iiif.io/api/presentation/2", Version::V2),
    ("iiif.io/api/presentation/1", Version::V2),
    ("shared-canvas.org/ns/context", Version::V2),
    ("iiif.io/api/search/2", Version::V3),
];

fn meant(context: &str) -> Option<Version> {
    let rest = context.trim();
    let rest = rest.strip_prefix("https://").or_else(|| rest.strip_prefix("http://")).unwrap_or(rest);
    let rest = rest.strip_prefix("www.").unwrap_or(rest);
    BASES.iter().find(|(base, _)| rest.starts_with(base)).map(|(_, version)| *version)
}

/// The version that the document is in: by its context, or else by its words.
pub(super) fn version(document: &Map<String, Value>) -> Version {
    let contexts = entries(document).filter_map(Value::as_str);
    contexts.filter_map(meant).next_back().unwrap_or_else(|| {
        let old = ["@type", "@id", "sequences", "viewingHint"].iter().any(|key| document.contains_key(*key));
        if old && !document.contains_key("type") { Version::V2 } else { Version::V3 }
    })
}

/// The version as people call it; that of what is no document at all is the current one.
pub(super) fn name(document: &Value) -> &'static str {
    match document.as_object().map(version) {
        Some(Version::V2) => "2.1",
        Some(Version::V3) | None => "3.0",
        Some(Version::V4) => "4.0",
    }
}

fn entries(document: &Map<String, Value>) -> impl DoubleEndedIterator<Item = &Value> {
    let value = document.get("@context");
    let list = value.and_then(Value::as_array);
    let single = value.filter(|value| !value.is_array());
    single.into_iter().chain(list.into_iter().flatten())
}

/// Checks the `@context` at the top.
pub(super) fn check<'d>(run: &mut Run<'d>, document: &'d Map<String, Value>, version: Version) {
    let root = Place::ROOT;
    let Some(value) = document.get("@context") else {
        return run.add(&root, MISSING, "there is no @context", format!("write \"@context\": \"{}\" as the first key", version.uri()));
    };
    let at = root.key("@context");
    if document.keys().next().is_some_and(|first| first != "@context") && version != Version::V2 {
        run.add(&at, FIRST_KEY, "@context is not the first key", "put it first: some readers look only there");
    }
    run.contexts = entries(document).filter_map(Value::as_str).collect();
    match value {
        Value::String(uri) => one(run, &at, uri, version),
        Value::Array(list) => many(run, &at, list, version),
        _ => run.add(&at, WRONG, format!("@context is {}", shown(value)), format!("write \"{}\"", version.uri())),
    }
    if version == Version::V4 {
        let what = "Omeka S knows Presentation 2 and 3 only";
        run.add(&at, OMEKA_VERSION, what, "give Omeka S the address of the 3.0 document");
    }
}

fn one(run: &mut Run<'_>, at: &Place<'_>, uri: &str, version: Version) {
    let right = version.uri();
    if uri == right || uri.starts_with("http://iiif.io/api/search/2/context.json") {
        return;
    }
    if uri.strip_prefix("https") == right.strip_prefix("http") {
        run.add(at, HTTPS, "the context is written with https", format!("write {right}: it is a name, not only an address"));
    } else if uri.contains("shared-canvas.org") || uri.contains("presentation/1") {
        run.add(
            at,
            OLD,
            format!("{} is of the Shared Canvas model before Presentation 2", quoted(uri)),
            "write the document as Presentation 3.0",
        );
    } else {
        run.add(at, WRONG, format!("{} is not the context of IIIF Presentation", quoted(uri)), format!("write {right}"));
    }
}

fn many(run: &mut Run<'_>, at: &Place<'_>, list: &[Value], version: Version) {
    let found: Vec<_> =
        list.iter().enumerate().filter_map(|(index, entry)| Some((index, entry.as_str()?, meant(entry.as_str()?)?))).collect();
    match found.as_slice() {
        [] => run.add(at, WRONG, "no context of IIIF Presentation is in the list", format!("add {} as the last", version.uri())),
        [(index, uri, _)] => {
            one(run, &at.index(*index), uri, version);
            if version != Version::V2 && index + 1 != list.len() {
                run.add(&at.index(*index), LAST, "the context of Presentation is not the last of the list", "put it last");
            }
        }
        _ if found.iter().all(|(_, _, other)| *other == version) => {}
        _ => run.add(
            at,
            TWO,
            "contexts of two versions of Presentation are in the list",
            "keep that of the version that the document is written in",
        ),
    }
    for (index, entry) in list.iter().enumerate().filter(|(_, entry)| !entry.is_string() && !entry.is_object()) {
        run.add(&at.index(index), WRONG, format!("a context cannot be {}", shown(entry)), "write a URI");
    }
    let what = "@context is a list; Omeka S refuses the document with \"Invalid IIIF presentation JSON\"";
    run.add(at, LIST, what, "write one text; put the contexts of services into the services, or offer a second address for Omeka S");
}
