//! The losses that the conversion tells, taken from a document: what is left is what must come back.

use super::forms::class;
use crate::iiif::presentation::as_2::{Loss, LossKind};
use serde_json::{Map, Value, json};

/// Stands where anything may stand, or nothing.
pub(super) const ANY: &str = "~any";
/// The property as which a link is read.
const MOVED: &str = "~moved";
/// Stands in a list for what is not there any more.
const GONE: &str = "~gone";

/// Takes every loss from the document, the last first, so that the pointers of those before still hold; then what changes the
/// order, the innermost first.
pub(super) fn take(document: &mut Value, losses: &[Loss]) -> Result<(), String> {
    let reorders = |loss: &&Loss| loss.kind == LossKind::Ranges || loss.pointer == "/structures";
    let (orders, others): (Vec<&Loss>, Vec<&Loss>) = losses.iter().partition(reorders);
    for loss in others.into_iter().rev().chain(orders) {
        one(document, loss).ok_or_else(|| format!("{loss:?} is of nothing"))?;
    }
    sequences_last(document);
    sweep(document);
    Ok(())
}

fn one(document: &mut Value, loss: &Loss) -> Option<()> {
    let at = loss.pointer.as_str();
    let (parent, key) = at.rsplit_once('/').unwrap_or_default();
    match loss.kind {
        LossKind::Media | LossKind::ImageService => drop(document.pointer(at)?),
        LossKind::Size => {
            document.pointer_mut(at)?["height"] = json!(ANY);
            document.pointer_mut(at)?["width"] = json!(ANY);
        }
        LossKind::StatementLabel | LossKind::Provider => *document.pointer_mut(at)? = json!(ANY),
        LossKind::OtherBehaviors if key == "structures" => topmost(document.pointer_mut(at)?)?,
        LossKind::OtherBehaviors => *document.pointer_mut(at)? = json!(GONE),
        LossKind::NavDate if document.pointer(parent)?["type"] == "Manifest" => {}
        LossKind::LinkProperties if document.pointer(at)?.get("id").is_some() => link(document, at)?,
        LossKind::Ranges => by_class(document.pointer_mut(at)?.as_array_mut()?),
        LossKind::Start | LossKind::Parts => whole(document.pointer_mut(at)?),
        LossKind::Thumbnails => document.pointer_mut(at)?.as_array_mut()?.truncate(1),
        LossKind::Contexts => *document.pointer_mut(at)? = json!(crate::iiif::presentation::CONTEXT),
        LossKind::Annotations if key.parse::<usize>().is_ok() => elsewhere(document, at)?,
        LossKind::OtherProperties if class(document.pointer(at)?) == "AnnotationPage" => {
            let page = document.pointer_mut(at)?.as_object_mut()?;
            page.retain(|key, _| ["id", "type", "label", "partOf"].contains(&key.as_str()));
        }
        LossKind::Sequences => {
            let range = document.pointer_mut(at)?.as_object_mut()?;
            range.retain(|key, _| ["id", "type", "label"].contains(&key.as_str()));
            range.insert("behavior".to_owned(), json!(["sequence"]));
        }
        LossKind::OtherProperties if key == "motivation" => *document.pointer_mut(at)? = json!("painting"),
        LossKind::Malformed => return None,
        _ => drop(document.pointer_mut(parent)?.as_object_mut()?.shift_remove(key)?),
    }
    Some(())
}

/// A link keeps its id, label and format, extensions, and `profile` in `seeAlso`; what names another resource its id.
fn link(document: &mut Value, at: &str) -> Option<()> {
    let profile = at.contains("/seeAlso/");
    let link = document.pointer_mut(at)?.as_object_mut()?;
    link.retain(|key, _| {
        ["id", "type", "label", "format"].contains(&key.as_str()) || key.starts_with("x-") || (profile && key == "profile")
    });
    link.insert("type".to_owned(), json!(ANY));
    if let Some(property) = read_as(link).filter(|_| at.contains("/homepage/")) {
        link.insert(MOVED.to_owned(), json!(property));
    }
    if at.contains("/supplementary") || at.contains("/partOf/") {
        link.shift_remove("label");
    }
    Some(())
}

/// The property as which a homepage that is no web page is read: what `related` of 2.1 is taken for.
fn read_as(link: &Map<String, Value>) -> Option<&'static str> {
    let id = link["id"].as_str().unwrap_or_default();
    let format = link
        .get("format")
        .and_then(Value::as_str)
        .unwrap_or_else(|| if id.contains('.') { id.rsplit('.').next().unwrap_or_default() } else { "" });
    match format {
        "application/json" | "json" => Some("seeAlso"),
        "image/jpeg" | "video/mp4" | "text/plain" | "application/pdf" | "jpg" | "mp4" | "vtt" | "pdf" => Some("rendering"),
        _ => None,
    }
}

/// Puts the links that are read as another property before those that are there.
fn move_links(object: &mut Map<String, Value>) {
    let Some(homepages) = object.get("homepage").and_then(Value::as_array).cloned() else { return };
    let (moved, kept): (Vec<Value>, Vec<Value>) = homepages.into_iter().partition(|link| link.get(MOVED).is_some());
    for mut link in moved.into_iter().rev() {
        let property = link.as_object_mut().and_then(|link| link.shift_remove(MOVED)).unwrap_or_default();
        let goal = object.entry(property.as_str().expect("a property")).or_insert_with(|| json!([]));
        goal.as_array_mut().expect("a list").insert(0, link);
    }
    object.insert("homepage".to_owned(), kept.into());
}

/// The topmost Range says that it is that, and not what hint it had; the direction that goes with `continuous` stays.
fn topmost(structures: &mut Value) -> Option<()> {
    let ranges = structures.as_array_mut()?;
    let root = ranges.iter_mut().find(|range| !is_sequence(range))?;
    let root = root.as_object_mut()?;
    let words = root.shift_remove("behavior")?;
    if words.as_array()?.iter().any(|word| word == "continuous") {
        root.entry("viewingDirection").or_insert_with(|| json!("left-to-right"));
    }
    Some(())
}

fn is_sequence(range: &Value) -> bool {
    range["behavior"].as_array().is_some_and(|words| words.iter().any(|word| word == "sequence"))
}

/// The Canvases of a Range before the Ranges in it.
fn by_class(items: &mut [Value]) {
    items.sort_by_key(|item| item["type"] == "Range");
}

/// A part becomes the whole.
fn whole(part: &mut Value) {
    if let Some(source) = part.get("source").cloned() {
        *part = source.get("id").cloned().unwrap_or(source);
    }
}

/// A page of paintings that is elsewhere stands among the other pages.
fn elsewhere(document: &mut Value, at: &str) -> Option<()> {
    let page = std::mem::replace(document.pointer_mut(at)?, json!(GONE));
    let canvas = at.rsplitn(3, '/').nth(2)?;
    let canvas = document.pointer_mut(canvas)?.as_object_mut()?;
    canvas.entry("annotations").or_insert_with(|| json!([])).as_array_mut()?.insert(0, page);
    Some(())
}

fn sequences_last(document: &mut Value) {
    if let Some(ranges) = document.get_mut("structures").and_then(Value::as_array_mut) {
        ranges.sort_by_key(is_sequence);
    }
}

/// Takes away what is gone, and lists in which nothing is left.
fn sweep(value: &mut Value) {
    match value {
        Value::Array(list) => {
            list.retain(|one| one != GONE);
            list.iter_mut().for_each(sweep);
        }
        Value::Object(object) => {
            move_links(object);
            object.values_mut().for_each(sweep);
            let emptied = |key: &str, value: &Value| matches!(key, "behavior" | "homepage") && *value == json!([]);
            object.retain(|key, value| !emptied(key, value));
        }
        _ => {}
    }
}
