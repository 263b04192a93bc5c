//! Ids and other URIs (Presentation 3.0, section 3.2; 2.1, section 4.1).

use super::finding::Rule;
use super::report::Place;
use super::run::Run;
use super::spelling::{quoted, shown};
use crate::iiif::presentation::syntax::is_http;
use serde_json::{Map, Value};

const MISSING: Rule = Rule::error("p3-id-missing", "Presentation 3.0, 3.2");
const AT_ID: Rule = Rule::error("p3-at-id", "Presentation 3.0, 3.2");
const URI: Rule = Rule::error("p3-id-uri", "Presentation 3.0, 3.2");
const SPACE: Rule = Rule::error("uri-space", "RFC 3986");
const FRAGMENT: Rule = Rule::error("p3-canvas-fragment", "Presentation 3.0, 5.3");
const DUPLICATE: Rule = Rule::error("p3-id-duplicate", "Presentation 3.0, 3.2");
const TYPE: Rule = Rule::error("p3-type-missing", "Presentation 3.0, 3.2");
const TYPE_TEXT: Rule = Rule::error("p3-type-text", "Presentation 3.0, 3.2");
const AT_TYPE: Rule = Rule::error("p3-at-type", "Presentation 3.0, 3.2");
const TYPE_PREFIX: Rule = Rule::error("p3-type-prefix", "Presentation 3.0, 3.2");
const TYPE_WRONG: Rule = Rule::error("p3-type-wrong", "Presentation 3.0, 3.2");
const INSECURE: Rule = Rule::note("mixed-content", "browsers");

/// How strict an id is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    /// Must be HTTP(S).
    Http,
    /// Must be a URI of any scheme.
    AnyUri,
}

/// Checks that `id` is there and is a URI.
pub(super) fn id<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, class: &str, kind: Kind) -> Option<&'d str> {
    if let Some(value) = object.get("id") {
        return uri(run, &at.key("id"), value, kind);
    }
    if let Some(value) = object.get("@id") {
        run.add(&at.key("@id"), AT_ID, "Presentation 3 knows no @id, that is the word of version 2", "write id");
        return value.as_str();
    }
    run.add(at, MISSING, format!("this {class} has no id"), "give it an id: an https URI that stays the same for ever");
    None
}

/// Checks that a value is a URI, and returns it.
pub(super) fn uri<'d>(run: &mut Run<'d>, at: &Place<'_>, value: &'d Value, kind: Kind) -> Option<&'d str> {
    let Some(text) = value.as_str() else {
        run.add(at, URI, format!("an id must be a text, but this is {}", shown(value)), "write the URI in quotation marks");
        return None;
    };
    check(run, at, text, kind, URI);
    Some(text)
}

/// Tells if a text is not the URI that it must be, by the rule given.
pub(super) fn check(run: &mut Run<'_>, at: &Place<'_>, text: &str, kind: Kind, rule: Rule) {
    if text.trim() != text {
        run.add(at, SPACE, format!("{} has white space at an end", quoted(text)), "remove it");
    } else if kind == Kind::AnyUri && !text.starts_with("http") {
        if !text.contains(':') || text.contains(char::is_whitespace) {
            run.add(at, rule, format!("{} is no URI", quoted(text)), "write a URI with its scheme, best https://…");
        }
    } else if !is_http(text) {
        let (what, cure) = reason(text);
        run.add(at, rule, format!("{} {what}", quoted(text)), cure);
    }
}

fn reason(text: &str) -> (&'static str, &'static str) {
    if text.is_empty() {
        ("is empty", "write an https URI")
    } else if !text.starts_with("http://") && !text.starts_with("https://") {
        ("is not an http or https URI", "write the whole address, beginning with https://")
    } else if text.contains(char::is_whitespace) {
        ("has white space in it", "write a space as %20")
    } else {
        ("has characters that may not stand in a URI", "percent-encode them, as in %C3%A9 for é")
    }
}

/// Counts an address that a page on https could not load.
pub(super) fn loaded(run: &mut Run<'_>, at: &Place<'_>, uri: &str) {
    let local = ["http://localhost", "http://127.", "http://[::1]"].iter().any(|host| uri.starts_with(host));
    if !uri.starts_with("http://") || local {
        return;
    }
    match &mut run.insecure {
        Some((_, count)) => *count += 1,
        none => *none = Some((at.pointer(), 1)),
    }
}

/// Tells once that pages on https cannot load what this document names.
pub(super) fn insecure(run: &mut Run<'_>) {
    let Some((pointer, count)) = run.insecure.take() else { return };
    let what = format!(
        "{count} addresses of images and services begin with http://, the first at {pointer}; a viewer on an https page cannot load them"
    );
    run.add(&Place::ROOT, INSECURE, what, "serve them by https and write https://");
}

/// Checks that a Canvas id has no fragment.
pub(super) fn no_fragment(run: &mut Run<'_>, at: &Place<'_>, id: &str) {
    if id.contains('#') {
        let what = format!("the Canvas id {} has a fragment", quoted(id));
        run.add(&at.key("id"), FRAGMENT, what, "take away # and what follows: it names a part of a Canvas, not a Canvas");
    }
}

/// Remembers an id that must be one resource's only, and tells if it is already another's.
pub(super) fn unique<'d>(run: &mut Run<'d>, at: &Place<'_>, id: &'d str, class: &'static str) {
    let Some(other) = run.ids.insert(id, class) else { return };
    let what =
        format!("this {class} has the id {} that {} {other} before it has", quoted(id), if other == class { "another" } else { "a" });
    run.add(&at.key("id"), DUPLICATE, what, "give every resource an id of its own");
}

/// The word under which an object says its class: `type`, or that of version 2.
pub(super) fn type_key(object: &Map<String, Value>) -> &'static str {
    if object.contains_key("type") { "type" } else { "@type" }
}

/// Checks that `type` is there and one of `wanted` (any, if that is empty); returns the class as it is meant.
pub(super) fn class<'d>(run: &mut Run<'d>, at: &Place<'_>, object: &'d Map<String, Value>, wanted: &[&'static str]) -> Option<&'d str> {
    let list = wanted.join(" or ");
    let (key, value) = match (object.get("type"), object.get("@type")) {
        (Some(value), _) => ("type", value),
        (None, Some(value)) => {
            run.add(&at.key("@type"), AT_TYPE, "Presentation 3 knows no @type, that is the word of version 2", "write type");
            ("@type", value)
        }
        (None, None) => {
            run.add(
                at,
                TYPE,
                format!("this has no type{}", if list.is_empty() { String::new() } else { format!("; here it must be {list}") }),
                "give its type",
            );
            return None;
        }
    };
    let Some(text) = value.as_str() else {
        run.add(&at.key(key), TYPE_TEXT, format!("type must be one text, but is {}", shown(value)), "write one word in quotation marks");
        return None;
    };
    let bare = text.split_once(':').map_or(text, |(_, bare)| bare);
    let known = wanted.contains(&bare);
    if bare != text && key == "type" && (known || wanted.is_empty()) {
        run.add(&at.key(key), TYPE_PREFIX, format!("{text} is the type's name in version 2"), format!("write {bare}"));
    } else if !known && !wanted.is_empty() {
        let meant = super::spelling::near(bare, wanted.iter().copied());
        let cure = meant.map_or_else(|| format!("write {list}"), |meant| format!("write {meant}"));
        run.add(&at.key(key), TYPE_WRONG, format!("the type {} cannot stand here", quoted(text)), cure);
        return meant;
    }
    Some(bare)
}
