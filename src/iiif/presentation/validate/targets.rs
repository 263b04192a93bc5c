//! Targets and the parts of Canvases that they name (Presentation 3.0, sections 5.6 and 5.7; Media Fragments).

use super::finding::{MIRADOR, Rule};
use super::report::Place;
use super::run::{Run, Sizes};
use super::spelling::quoted;
use serde_json::{Map, Value};

const MALFORMED: Rule = Rule::error("fragment-malformed", "Media Fragments; Presentation 3.0, 5.6");
const ORDER: Rule = Rule::warning("fragment-order", "Media Fragments; Presentation 3.0, 5.6");
const NO_SIZE: Rule = Rule::error("fragment-dimension", "Media Fragments; Presentation 3.0, 5.6");
const OUTSIDE: Rule = Rule::error("fragment-outside", "Media Fragments; Presentation 3.0, 5.6");
const UNITS: Rule = Rule::warning("viewer-fragment-units", "Mirador 4").hits(&[MIRADOR]);
const SELECTOR: Rule = Rule::error("p3-selector", "Web Annotation, 4.2");

/// A target, taken apart.
#[derive(Clone, Copy, Default)]
pub(super) struct Target<'d> {
    /// What it names, without a fragment.
    pub(super) source: &'d str,
    /// The fragment in its URI.
    pub(super) fragment: Option<&'d str>,
}

/// Takes apart what a target names: a URI, a resource, or a SpecificResource with a source.
pub(super) fn parse(value: &Value) -> Option<Target<'_>> {
    let uri = match value {
        Value::String(uri) => uri,
        Value::Object(object) => match object.get("source").or_else(|| object.get("full")) {
            Some(source) => return parse(source),
            None => super::run::id_of(object)?,
        },
        _ => return None,
    };
    let (source, fragment) = uri.split_once('#').map_or((uri, None), |(source, fragment)| (source, Some(fragment)));
    Some(Target { source, fragment })
}

/// Checks the selectors of a SpecificResource against the sizes of the Canvas, if they are known.
pub(super) fn selector(run: &mut Run<'_>, at: &Place<'_>, object: &Map<String, Value>, sizes: Option<Sizes>) {
    let Some(value) = object.get("selector") else { return };
    let place = at.key("selector");
    match value {
        Value::Array(list) => {
            for (index, entry) in list.iter().enumerate() {
                one_selector(run, &place.index(index), entry, sizes);
            }
        }
        one => one_selector(run, &place, one, sizes),
    }
}

fn one_selector(run: &mut Run<'_>, at: &Place<'_>, value: &Value, sizes: Option<Sizes>) {
    let Some(object) = value.as_object() else { return };
    if super::run::type_of(object) != Some("FragmentSelector") {
        return;
    }
    match object.get("value").and_then(Value::as_str) {
        Some(text) => fragment(run, &at.key("value"), text.trim_start_matches('#'), sizes),
        None => run.add(at, SELECTOR, "this FragmentSelector has no value", "write \"value\": \"xywh=0,0,100,100\""),
    }
}

/// Checks a fragment: `xywh=` for a region, `t=` for a time. Others are not known, and left alone.
pub(super) fn fragment(run: &mut Run<'_>, at: &Place<'_>, text: &str, sizes: Option<Sizes>) {
    let mut region_seen = false;
    for part in text.split('&') {
        if let Some(numbers) = part.strip_prefix("xywh=") {
            region_seen = true;
            region(run, at, numbers, sizes);
        } else if let Some(numbers) = part.strip_prefix("t=") {
            if region_seen {
                run.add(at, ORDER, "t= stands after xywh=", "put t= first");
            }
            time(run, at, numbers, sizes);
        }
    }
}

fn numbers(text: &str) -> Option<Vec<f64>> {
    let plain = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    text.split(',').take(5).map(|part| if plain(part) { part.parse().ok() } else { None }).collect()
}

fn region(run: &mut Run<'_>, at: &Place<'_>, text: &str, sizes: Option<Sizes>) {
    let (unit, rest) = text.split_once(':').map_or((None, text), |(unit, rest)| (Some(unit), rest));
    let Some([x, y, w, h]) =
        numbers(rest).and_then(|list| <[f64; 4]>::try_from(list).ok()).filter(|_| matches!(unit, None | Some("pixel" | "percent")))
    else {
        let what = format!("{} is not a region", quoted(text));
        return run.add(at, MALFORMED, what, "write xywh= and four numbers: left, top, width, height, as in xywh=0,0,100,100");
    };
    if unit.is_some() {
        run.add(at, UNITS, format!("Mirador does not understand {}", quoted(text)), "write the region in pixels, without a unit");
    }
    if w <= 0.0 || h <= 0.0 {
        return run.add(at, MALFORMED, format!("the region {} has no width or no height", quoted(text)), "give both more than 0");
    }
    let Some(sizes) = sizes else { return };
    let (width, height) = match (unit, sizes.width, sizes.height) {
        (Some("percent"), Some(_), Some(_)) => (100.0, 100.0),
        (_, Some(width), Some(height)) => (width, height),
        _ => {
            return run.add(
                at,
                NO_SIZE,
                "a region of a Canvas that has no height and width",
                "give the Canvas both, or take the region away",
            );
        }
    };
    if x + w > width || y + h > height {
        let what = format!("the region {} reaches outside of the Canvas, which is {width} × {height}", quoted(text));
        run.add(at, OUTSIDE, what, "cut the region at the edge of the Canvas");
    }
}

fn time(run: &mut Run<'_>, at: &Place<'_>, text: &str, sizes: Option<Sizes>) {
    let rest = text.strip_prefix("npt:").unwrap_or(text);
    let (start, end) = rest.split_once(',').map_or((rest, None), |(start, end)| (start, Some(end)));
    let read = |part: &str| numbers(part).and_then(|list| list.first().copied());
    let from = if start.is_empty() { Some(0.0) } else { read(start) };
    let until = end.map(read);
    let (Some(from), false) = (from, until == Some(None)) else {
        let what = format!("{} is not a time", quoted(text));
        return run.add(at, MALFORMED, what, "write t= and the seconds where it begins and ends, as in t=10,20.5");
    };
    let until = until.flatten();
    if until.is_some_and(|until| until <= from) {
        return run.add(at, MALFORMED, format!("the time {} ends before it begins", quoted(text)), "put the earlier second first");
    }
    let Some(sizes) = sizes else { return };
    match sizes.duration {
        None => run.add(at, NO_SIZE, "a time in a Canvas that has no duration", "give the Canvas a duration, or take the time away"),
        Some(duration) if from.max(until.unwrap_or(0.0)) > duration + 0.001 => {
            let what = format!("the time {} reaches past the end of the Canvas, which lasts {duration} seconds", quoted(text));
            run.add(at, OUTSIDE, what, "cut it at the end of the Canvas");
        }
        Some(_) => {}
    }
}
