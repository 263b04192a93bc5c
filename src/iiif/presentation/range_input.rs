//! Ranges as writers send them (Presentation 3.0, section 5.4): shorthands, and what the specification asks of each.

use super::check::{self, Class, Fault};
use super::language::LanguageMap;
use super::{Descriptive, naming, ranges};
use serde_json::{Map, Value, json};

/// What a Range must not have (table of section 3).
const EXCLUDED: [&str; 9] = ["height", "width", "duration", "structures", "services", "format", "profile", "language", "annotations"];
/// What is checked here and not as a descriptive property.
const STRUCTURAL: [&str; 5] = ["id", "type", "items", "start", "supplementary"];

/// Writes out what is short in Ranges, and gives those without an id the one that `mint` makes:
/// a text for a canvas of the item, `{"canvas": "p1", "region": "0,0,10,10"}` or `"time": "0,10"` for a part of one, bare ids, types
/// that are left out, and texts without a language.
pub fn write_out(entries: &mut [Value], mint: &impl Fn() -> String) {
    for entry in entries {
        if let Value::String(canvas) = entry {
            *entry = canvas_reference(canvas, Map::new());
        }
        let Some(object) = entry.as_object_mut() else { continue };
        match class_of(object) {
            "Range" => range_in_full(object, mint),
            class => canvas_in_full(object, class),
        }
    }
}

/// The type that an entry says or lets guess.
fn class_of(object: &Map<String, Value>) -> &'static str {
    match object.get("type").and_then(Value::as_str) {
        Some("Range") => "Range",
        Some("SpecificResource") => "SpecificResource",
        Some(_) => "Canvas",
        None if object.contains_key("canvas") => "Canvas",
        None if object.contains_key("source") => "SpecificResource",
        None => "Range",
    }
}

fn range_in_full(range: &mut Map<String, Value>, mint: &impl Fn() -> String) {
    naming::complete(range, "ranges", mint);
    if !range.contains_key("type") {
        range.shift_insert(1, "type".to_owned(), "Range".into());
    }
    texts_in_full(range);
    if let Some(start) = range.get_mut("start") {
        write_out(std::slice::from_mut(start), mint);
    }
    if let (Some(id), Some(Value::Object(start))) = (ranges::range_id(range).map(str::to_owned), range.get_mut("start")) {
        naming::complete(start, &format!("ranges/{id}"), &|| "start".to_owned());
    }
    match range.entry("items").or_insert_with(|| json!([])) {
        Value::Array(items) => write_out(items, mint),
        _ => {}
    }
}

/// Texts without a language as language maps.
pub(super) fn texts_in_full(range: &mut Map<String, Value>) {
    for name in ["label", "summary"] {
        range.get_mut(name).into_iter().for_each(text_in_full);
    }
    range.get_mut("requiredStatement").into_iter().for_each(pair_in_full);
    range.get_mut("metadata").and_then(Value::as_array_mut).into_iter().flatten().for_each(pair_in_full);
}

fn pair_in_full(pair: &mut Value) {
    let Some(pair) = pair.as_object_mut() else { return };
    for name in ["label", "value"] {
        pair.get_mut(name).into_iter().for_each(text_in_full);
    }
}

fn text_in_full(text: &mut Value) {
    if text.is_string() || text.is_array() {
        let map = serde_json::from_value::<LanguageMap>(text.clone()).and_then(serde_json::to_value);
        *text = map.unwrap_or_else(|_| text.take());
    }
}

fn canvas_in_full(object: &mut Map<String, Value>, class: &str) {
    let short = object.get("canvas").and_then(Value::as_str).map(str::to_owned);
    if let Some(canvas) = short {
        object.shift_remove("canvas");
        *object = match canvas_reference(&canvas, std::mem::take(object)) {
            Value::Object(written) => written,
            _ => Map::new(),
        };
    } else if !object.contains_key("canvas") {
        let address = if class == "Canvas" { object.get_mut("id") } else { source_mut(object) };
        if let Some(Value::String(id)) = address {
            *id = naming::address("canvases", id);
        }
        object.entry("type").or_insert_with(|| class.into());
    }
}

fn source_mut(object: &mut Map<String, Value>) -> Option<&mut Value> {
    match object.get_mut("source")? {
        Value::Object(source) => source.get_mut("id"),
        source => Some(source),
    }
}

/// The canvas, or the part of it that `rest` names, with all else that `rest` says.
fn canvas_reference(canvas: &str, mut rest: Map<String, Value>) -> Value {
    let address = naming::address("canvases", canvas);
    let fragment: Vec<String> = [("time", "t"), ("region", "xywh")]
        .into_iter()
        .filter_map(|(name, short)| Some(format!("{short}={}", rest.shift_remove(name)?.as_str().unwrap_or_default())))
        .collect();
    let mut object = match fragment.is_empty() {
        true => Map::from_iter([("id".to_owned(), address.into()), ("type".to_owned(), "Canvas".into())]),
        false => Map::from_iter([
            ("type".to_owned(), "SpecificResource".into()),
            ("source".to_owned(), json!({"id": address, "type": "Canvas"})),
            ("selector".to_owned(), json!({"type": "FragmentSelector", "value": fragment.join("&")})),
        ]),
    };
    rest.retain(|name, _| !object.contains_key(name));
    object.extend(rest);
    object.into()
}

/// Why a Range does not belong below `parent`, or at the top; beside what its own tree says.
#[must_use]
pub fn misplaced(range: &Map<String, Value>, parent: Option<&Map<String, Value>>) -> Option<&'static str> {
    let parent = parent?;
    if says(range, "sequence") {
        return Some("a range with the behavior sequence stands at the top");
    }
    let picture = !range.contains_key("thumbnail") && says(parent, "thumbnail-nav");
    picture.then_some("the ranges within one with the behavior thumbnail-nav have thumbnails")
}

fn says(range: &Map<String, Value>, word: &str) -> bool {
    range.get("behavior").and_then(Value::as_array).is_some_and(|words| words.iter().any(|one| one == word))
}

/// Everything in Ranges, written out, that breaks the specification. How they hang together is another matter: [`ranges::faults`].
#[must_use]
pub fn faults(entries: &[Value], parent: Option<&Map<String, Value>>) -> Vec<Fault> {
    let mut found = Vec::new();
    entries_faults(entries, parent, "", &mut found);
    found
}

fn entries_faults(entries: &[Value], parent: Option<&Map<String, Value>>, at: &str, found: &mut Vec<Fault>) {
    for (index, entry) in entries.iter().enumerate() {
        let at = format!("{at}/{index}");
        match entry.as_object() {
            Some(range) if ranges::is_range(entry) => {
                found.extend(misplaced(range, parent).map(|detail| Fault { pointer: at.clone(), detail: detail.to_owned() }));
                range_faults(range, &at, found);
            }
            Some(_) => found.extend(canvas_fault(entry).map(|detail| Fault { pointer: at, detail })),
            None => {}
        }
    }
}

fn range_faults(range: &Map<String, Value>, at: &str, found: &mut Vec<Fault>) {
    let mut told = |name: &str, detail: &str| found.push(Fault { pointer: format!("{at}/{name}"), detail: detail.to_owned() });
    for name in EXCLUDED.into_iter().filter(|name| range.contains_key(*name)) {
        told(name, "a Range does not have this property");
    }
    if let Some(detail) = range.get("start").and_then(canvas_fault) {
        told("start", &detail);
    }
    let collection = |value: &Value| value["type"] == "AnnotationCollection" && value["id"].is_string();
    if range.get("supplementary").is_some_and(|value| !collection(value)) {
        told("supplementary", "this is one AnnotationCollection, with its id and type");
    }
    let said = range.iter().filter(|(name, _)| !STRUCTURAL.contains(&name.as_str()) && !EXCLUDED.contains(&name.as_str()));
    said_faults(said, Class::Range, at, found);
    if let Some(items) = range.get("items").and_then(Value::as_array) {
        entries_faults(items, Some(range), &format!("{at}/items"), found);
    }
}

/// Everything in descriptive properties, as JSON, that breaks the specification.
pub(super) fn said_faults<'a>(properties: impl Iterator<Item = (&'a String, &'a Value)>, class: Class, at: &str, found: &mut Vec<Fault>) {
    let mut said = Map::new();
    for (name, value) in properties {
        let alone = Value::from(Map::from_iter([(name.clone(), value.clone())]));
        match serde_json::from_value::<Descriptive>(alone) {
            Ok(_) => drop(said.insert(name.clone(), value.clone())),
            Err(error) => found.push(Fault { pointer: format!("{at}/{name}"), detail: error.to_string() }),
        }
    }
    if let Ok(descriptive) = serde_json::from_value::<Descriptive>(said.into()) {
        let faults = check::faults(&descriptive, class).into_iter();
        found.extend(faults.map(|fault| Fault { pointer: format!("{at}{}", fault.pointer), ..fault }));
    }
}

/// Why this is neither a canvas of the item nor a part of one.
fn canvas_fault(entry: &Value) -> Option<String> {
    let class = entry.get("type").and_then(Value::as_str);
    if entry.get("canvas").is_some() || !matches!(class, Some("Canvas" | "SpecificResource")) || ranges::canvas_of(entry).is_none() {
        return Some(
            "must be a canvas of this item, such as \"p1\", or a part of one, such as {\"canvas\": \"p1\", \"region\": \"0,0,10,10\"}"
                .to_owned(),
        );
    }
    let selector = &entry["selector"];
    let value = selector["value"].as_str().filter(|_| selector["type"] == "FragmentSelector")?;
    (!is_fragment(value)).then(|| format!("\"{value}\" is neither a region of four numbers nor a time"))
}

/// `xywh=…`, `t=…`, or both.
fn is_fragment(text: &str) -> bool {
    let numbers = |text: &str, counts: &[usize]| {
        let parts: Vec<&str> = text.split(',').collect();
        let number = |part: &&str| part.parse::<f64>().is_ok_and(|number| number.is_finite() && number >= 0.0);
        counts.contains(&parts.len()) && (parts.iter().all(number) || (parts.len() == 2 && parts[0].is_empty() && number(&parts[1])))
    };
    text.split('&').all(|part| match part.split_once('=') {
        Some(("xywh", region)) => numbers(region.trim_start_matches("pixel:").trim_start_matches("percent:"), &[4]),
        Some(("t", time)) => numbers(time.trim_start_matches("npt:"), &[1, 2]),
        _ => false,
    })
}

/// The pointers of all Ranges in a list with their ids.
#[must_use]
pub fn places(entries: &[Value]) -> Vec<(String, String)> {
    let mut found = Vec::new();
    collect_places(entries, "", &mut found);
    found
}

fn collect_places(entries: &[Value], at: &str, found: &mut Vec<(String, String)>) {
    for (index, range) in entries.iter().enumerate().filter(|(_, one)| ranges::is_range(one)) {
        let at = format!("{at}/{index}");
        if let Some(id) = range.as_object().and_then(ranges::range_id) {
            found.push((at.clone(), id.to_owned()));
        }
        if let Some(items) = range.get("items").and_then(Value::as_array) {
            collect_places(items, &format!("{at}/items"), found);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    fn written_out(sent: Value) -> Value {
        let mut list = sent.as_array().cloned().expect("a list");
        let count = Cell::new(0);
        write_out(&mut list, &|| {
            count.set(count.get() + 1);
            format!("new{}", count.get())
        });
        list.into()
    }

    #[test]
    fn shorthands_are_written_out() {
        let sent = json!([{"label": "I", "items": [
            "p1",
            {"canvas": "p2", "region": "0,0,10,10", "label": {"en": ["L"]}},
            {"canvas": "p3", "time": "0,10", "region": "1,1,1,1"},
            {"canvas": "p4"},
            {"id": "r2", "items": ["https://h.org/manifests/i/canvases/p5"], "start": {"canvas": "p5", "time": "3"}},
            {"type": "SpecificResource", "source": {"id": "p6"}, "selector": {"type": "SvgSelector"}},
            {"source": "p7"},
            {"id": "p8", "type": "Canvas"}
        ], "metadata": [{"label": "a", "value": ["b"]}], "start": "p1"}]);
        let canvas = |id: &str| json!({"id": format!("triptych:/canvases/{id}"), "type": "Canvas"});
        let part = |id: &str, value: &str| json!({"type": "SpecificResource", "source": canvas(id), "selector": {"type": "FragmentSelector", "value": value}});
        let (mut labelled, mut start) = (part("p2", "xywh=0,0,10,10"), part("p5", "t=3"));
        labelled["label"] = json!({"en": ["L"]});
        start["id"] = json!("triptych:/ranges/r2/start");
        let expected = json!([{
            "id": "triptych:/ranges/new1", "type": "Range", "label": {"none": ["I"]},
            "items": [
                canvas("p1"), labelled, part("p3", "t=0,10&xywh=1,1,1,1"), canvas("p4"),
                {
                    "id": "triptych:/ranges/r2", "type": "Range", "items": [{"id": "https://h.org/manifests/i/canvases/p5", "type": "Canvas"}],
                    "start": start
                },
                {"type": "SpecificResource", "source": {"id": "triptych:/canvases/p6"}, "selector": {"type": "SvgSelector"}},
                {"type": "SpecificResource", "source": "triptych:/canvases/p7"},
                canvas("p8")
            ],
            "metadata": [{"label": {"none": ["a"]}, "value": {"none": ["b"]}}], "start": canvas("p1")
        }]);
        assert_eq!(written_out(sent), expected);
        assert_eq!(written_out(expected.clone()), expected, "once more changes nothing");
    }

    #[test]
    fn every_fault_has_its_place() {
        let cases = [
            (json!({"items": ["p1"]}), vec![]),
            (
                json!({"label": "a", "behavior": ["sequence"], "viewingDirection": "right-to-left", "navDate": "1900-01-01T00:00:00Z"}),
                vec![],
            ),
            (json!({"behavior": ["no-nav", "paged", "auto-advance"]}), vec![]),
            (json!({"behavior": ["no-nav", "sequence"]}), vec!["/0/behavior/1"]),
            (json!({"behavior": ["facing-pages", "hidden", "repeat"]}), vec!["/0/behavior/0", "/0/behavior/1", "/0/behavior/2"]),
            (json!({"behavior": "paged"}), vec!["/0/behavior"]),
            (json!({"label": 7, "metadata": "x"}), vec!["/0/label", "/0/metadata"]),
            (json!({"label": "<b>x</b>"}), vec!["/0/label/none/0"]),
            (json!({"height": 7, "structures": []}), vec!["/0/height", "/0/structures"]),
            (json!({"start": {"id": "https://x.org", "type": "Canvas"}}), vec!["/0/start"]),
            (json!({"supplementary": {"id": "https://x.org", "type": "AnnotationPage"}}), vec!["/0/supplementary"]),
            (json!({"supplementary": {"id": "https://x.org", "type": "AnnotationCollection"}}), vec![]),
            (json!({"items": [{"items": [], "behavior": ["sequence"]}]}), vec!["/0/items/0"]),
            (json!({"behavior": ["thumbnail-nav"], "items": [{"label": "a"}, {"label": "b", "thumbnail": []}]}), vec!["/0/items/0"]),
            (
                json!({"items": [{"canvas": 7}, {"canvas": "p1", "region": "x"}, {"canvas": "p1", "region": "pixel:0,0,1,1"}]}),
                vec!["/0/items/0", "/0/items/1"],
            ),
            (
                json!({"items": [{"id": "https://x.org/c", "type": "Canvas"}, {"id": "x", "type": "Manifest"}]}),
                vec!["/0/items/0", "/0/items/1"],
            ),
        ];
        for (sent, expected) in cases {
            let tree = written_out(json!([sent]));
            let told: Vec<String> = faults(tree.as_array().expect("a list"), None).into_iter().map(|fault| fault.pointer).collect();
            assert_eq!(told, expected, "{sent}");
        }
    }

    #[test]
    fn ranges_are_placed() {
        let tree = written_out(json!([{"id": "a", "items": ["p", {"id": "b"}]}, {"id": "c"}]));
        let expected = [("/0", "a"), ("/0/items/1", "b"), ("/1", "c")].map(|(at, id)| (at.to_owned(), id.to_owned()));
        assert_eq!(places(tree.as_array().expect("a list")), expected);
    }
}
