//! `mediaSequences` of the IxIF extension of 2.x: audio and video as Canvases, documents as `rendering` of the Manifest.

use super::bodies::bodies;
use super::links::{Link, link_of};
use super::report::Place;
use super::resources::{Class, arranged, resource};
use super::statements::append;
use super::{Object, Work, list, one_or_many, types};
use serde_json::{Value, json};

/// The Canvases of all elements that can be painted; the others are put into `rendering` of the Manifest.
pub(super) fn canvases(sequences: Value, manifest: &mut Object, at: &Place, work: &mut Work) -> Vec<Value> {
    let many = sequences.is_array();
    let mut made = Vec::new();
    for (index, mut sequence) in list(sequences).into_iter().enumerate() {
        let place = at.entry(many, index);
        let place = place.key("elements");
        let elements = sequence.get_mut("elements").map(Value::take).unwrap_or_default();
        let many = elements.is_array();
        for (index, entry) in list(elements).into_iter().enumerate() {
            let place = place.entry(many, index);
            match entry {
                Value::Object(object) => made.extend(element(object, manifest, &place, work)),
                other => work.report.note_with(&place, "what is not an element is left out", &other.to_string()),
            }
        }
    }
    made
}

/// Takes the sequences away that only say that a viewer cannot show the media.
pub(super) fn without_messages(sequences: Value, at: &Place, work: &mut Work) -> Value {
    let (messages, kept): (Vec<Value>, Vec<Value>) =
        list(sequences).into_iter().partition(|sequence| sequence.get("compatibilityHint").is_some());
    if !messages.is_empty() {
        work.report.note(at, "the page for viewers that cannot show audio and video is left out");
    }
    Value::Array(kept)
}

fn kind(source: &Object, at: &str) -> Option<&'static str> {
    let told = source.get("@type").map(types::names).unwrap_or_default();
    let format = source.get("format").and_then(Value::as_str).or_else(|| types::format(at)).and_then(types::of_format);
    let told = told.iter().find_map(|name| ["Sound", "Video"].into_iter().find(|class| *class == types::modern(name)));
    told.or(format)
}

fn element(mut source: Object, manifest: &mut Object, at: &Place, work: &mut Work) -> Option<Value> {
    let address = source.get("@id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let class = kind(&source, &address);
    if !matches!(class, Some("Sound" | "Video")) {
        work.report.note(at, "a document among the media is now a rendering of the Manifest");
        append(manifest, "rendering", link_of(Value::Object(source), Link::Rendering, at, work).into_iter().collect());
        return None;
    }
    work.report.note(at, "an audio or video is now painted on a Canvas with a new id");
    let base = manifest.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    let id = work.mint(&base, "canvas");
    let (media, other) = files(&mut source);
    let own = json!({"@id": address, "@type": class, "format": source.shift_remove("format")});
    let media = if media.is_empty() { vec![own] } else { media };
    source.insert("@id".to_owned(), json!(id));
    let mut made = resource(source, Class::Canvas, at, work);
    if !made.contains_key("duration") {
        work.report.note(at, "the duration of an audio or video is not known");
    }
    let others = other.into_iter().filter_map(|link| link_of(link, Link::Rendering, &at.key("rendering"), work)).collect();
    append(&mut made, "rendering", others);
    let body = bodies(Value::Array(media), true, at, &mut Work::default()).map(list).unwrap_or_default();
    let body = if body.len() > 1 { Some(json!({"type": "Choice", "items": body})) } else { one_or_many(body) };
    let annotation =
        json!({"id": work.mint(&id, "annotation"), "type": "Annotation", "motivation": "painting", "body": body, "target": id});
    let page = json!({"id": work.mint(&id, "page"), "type": "AnnotationPage", "items": [annotation]});
    append(&mut made, "items", vec![page]);
    Some(Value::Object(arranged(made)))
}

/// The files in `rendering`: those that play, and the others.
fn files(source: &mut Object) -> (Vec<Value>, Vec<Value>) {
    let plays = |file: &Value| {
        let format = file.get("format").and_then(Value::as_str).and_then(types::of_format);
        matches!(format, Some("Sound" | "Video"))
    };
    list(source.shift_remove("rendering").unwrap_or_default()).into_iter().partition(plays)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn media_are_canvases_and_documents_renderings() {
        let sequences = json!([{"@type": "ixif:MediaSequence", "elements": [
            {"@id": "http://x/e#identity", "@type": "dctypes:Sound", "label": "E", "duration": "3.5",
                "rendering": [{"@id": "http://x/a/e.mp3", "format": "audio/mpeg"}, {"@id": "http://x/a/e.pdf",
                    "format": "application/pdf", "label": "T"}]},
            {"@id": "http://x/a/f.mp4", "@type": "dctypes:MovingImage", "format": "video/mp4", "width": 4, "height": 3},
            {"@id": "http://x/a/d.pdf", "@type": "foaf:Document", "format": "application/pdf", "label": "D"}
        ]}]);
        let mut manifest = Object::from_iter([("id".to_owned(), json!("http://x/m"))]);
        let made = Value::Array(canvases(sequences, &mut manifest, &Place::root(), &mut Work::default()));
        let page = |canvas: &str, body: Value| {
            let annotation = json!({"id": format!("{canvas}/annotation"), "type": "Annotation", "motivation": "painting", "body": body,
                "target": canvas});
            json!([{"id": format!("{canvas}/page"), "type": "AnnotationPage", "items": [annotation]}])
        };
        let pdf = |name: &str, label: &str| {
            json!([{"id": format!("http://x/a/{name}.pdf"), "type": "Text", "label": {"none": [label]},
            "format": "application/pdf"}])
        };
        let sound = json!({"id": "http://x/a/e.mp3", "type": "Sound", "format": "audio/mpeg"});
        let video = json!({"id": "http://x/a/f.mp4", "type": "Video", "format": "video/mp4"});
        let expected = json!([
            {"id": "http://x/m/canvas", "type": "Canvas", "label": {"none": ["E"]}, "duration": 3.5, "rendering": pdf("e", "T"),
                "items": page("http://x/m/canvas", sound)},
            {"id": "http://x/m/canvas-2", "type": "Canvas", "width": 4, "height": 3, "items": page("http://x/m/canvas-2", video)}
        ]);
        assert_eq!(made, expected);
        assert_eq!(manifest["rendering"], pdf("d", "D"));
    }
}
