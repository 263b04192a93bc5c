//! Links to other resources: thumbnail, logo, homepage, seeAlso, rendering, partOf (Presentation 3.0, section 3.3).

use super::bodies::image_of_service;
use super::report::Place;
use super::resources::{Class, resource};
use super::{Object, Work, id_of, list, types};
use crate::iiif::presentation::language::NONE;
use serde_json::{Value, json};

/// What a link leads to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Link {
    Thumbnail,
    Logo,
    Homepage,
    SeeAlso,
    Rendering,
    /// With the class of the resource that is a part.
    PartOf(Class),
}

/// The list of links of one property.
pub(super) fn links(value: Value, link: Link, at: &Place, work: &mut Work) -> Vec<Value> {
    let many = value.is_array();
    let mut made = Vec::new();
    for (index, entry) in list(value).into_iter().enumerate() {
        let place = at.entry(many, index);
        made.extend(link_of(entry, link, &place, work));
    }
    made
}

/// One link as an object with id and type.
pub(super) fn link_of(entry: Value, link: Link, at: &Place, work: &mut Work) -> Option<Value> {
    let source = match entry {
        Value::Object(object) => object,
        Value::String(id) if !id.is_empty() => Object::from_iter([("@id".to_owned(), Value::String(id))]),
        _ => {
            work.report.note(at, "an empty link is left out");
            return None;
        }
    };
    let mut made = resource(source, Class::Content, at, work);
    complete(&mut made, link, at, work);
    Some(Value::Object(made))
}

/// Fills in what 3.0 requires of this link: type, label, a list of languages, a format where it is plain.
fn complete(made: &mut Object, link: Link, at: &Place, work: &mut Work) {
    if matches!(link, Link::Thumbnail | Link::Logo) {
        image_of_service(made, at, work);
    }
    let id = made.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
    if let Some(format) = types::format(&id).filter(|_| !matches!(link, Link::PartOf(_)) && !made.contains_key("format")) {
        work.report.form(at, "a missing format is that which the file name promises");
        made.insert("format".to_owned(), json!(format));
    }
    if !made.contains_key("type") {
        let format = made.get("format").and_then(Value::as_str);
        made.insert("type".to_owned(), json!(type_of(link, format)));
    }
    if matches!(link, Link::Homepage | Link::Rendering) && !made.contains_key("label") {
        work.report.note_with(at, "a link without a label has its address for one", &id);
        made.insert("label".to_owned(), json!({NONE: [id]}));
    }
    if link == Link::Homepage && !made.contains_key("format") {
        made.insert("format".to_owned(), json!("text/html"));
    }
    if let Some(language) = made.get_mut("language").filter(|language| language.is_string()) {
        *language = json!([language.take()]);
    }
}

fn type_of(link: Link, format: Option<&str>) -> &'static str {
    let by_format = format.and_then(types::of_format);
    match link {
        Link::Thumbnail | Link::Logo => by_format.unwrap_or("Image"),
        Link::Homepage => "Text",
        Link::SeeAlso => by_format.unwrap_or("Dataset"),
        Link::Rendering => by_format.unwrap_or("Text"),
        Link::PartOf(Class::Page) => "AnnotationCollection",
        Link::PartOf(Class::Annotation) => "AnnotationPage",
        Link::PartOf(Class::Canvas | Class::Range) => "Manifest",
        Link::PartOf(_) => "Collection",
    }
}

/// Whether a link of 3.0 is read from 2.1 in the same property and with the same type, where only its id and its format are known.
pub(in crate::iiif::presentation) fn reads_alike(link: &Object, property: &str) -> bool {
    let id = link.get("id").and_then(Value::as_str).unwrap_or_default();
    let said = link.get("format").and_then(Value::as_str);
    let (name, kind) = match property {
        "homepage" => related(&json!({"@id": id, "format": said})),
        "rendering" => ("rendering", Link::Rendering),
        _ => ("seeAlso", Link::SeeAlso),
    };
    let unknown = (property == "rendering").then_some(UNKNOWN);
    let format = said.or(unknown).or_else(|| types::format(id));
    name == property && link.get("type").is_none_or(|class| class == type_of(kind, format))
}

/// The same for `partOf`, of which 2.1 says the id only.
pub(in crate::iiif::presentation) fn parent_reads_alike(parent: &Object, part: &Object) -> bool {
    let guessed = match part.get("type").and_then(Value::as_str).unwrap_or_default() {
        "AnnotationPage" => "AnnotationCollection",
        "Annotation" => "AnnotationPage",
        "Canvas" | "Range" => "Manifest",
        _ => "Collection",
    };
    parent.get("type").is_none_or(|class| class == guessed)
}

/// The format that 2.1 is told where it requires one and there is none: that of unknown bytes.
pub(in crate::iiif::presentation) const UNKNOWN: &str = "application/octet-stream";

/// Where an entry of `related` belongs: a page for people is a homepage, what can be opened or saved a rendering, data seeAlso.
pub(super) fn related(entry: &Value) -> (&'static str, Link) {
    let said = entry.get("format").or_else(|| entry.get("@format")).and_then(Value::as_str);
    let format = said.or_else(|| id_of(entry).and_then(types::format));
    let kind = entry.get("@type").map(types::names).and_then(|names| names.first().copied()).map(types::modern);
    match (format, kind) {
        (_, Some("Manifest" | "Collection")) => ("seeAlso", Link::SeeAlso),
        (Some("text/html" | "application/xhtml+xml"), _) => ("homepage", Link::Homepage),
        (Some(format), _) if types::is_data(format) => ("seeAlso", Link::SeeAlso),
        (Some(format), _) if types::of_format(format).is_some() => ("rendering", Link::Rendering),
        _ => ("homepage", Link::Homepage),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn strings_and_objects() {
        let page = json!({"@id": "http://x/h", "label": "H", "language": "en"});
        let cases = [
            (Link::Thumbnail, json!("http://x/a/t.jpg"), json!([{"id": "http://x/a/t.jpg", "type": "Image", "format": "image/jpeg"}])),
            (Link::Logo, json!({"@id": "http://x/logo"}), json!([{"id": "http://x/logo", "type": "Image"}])),
            (
                Link::Homepage,
                page,
                json!([{"id": "http://x/h", "type": "Text", "label": {"none": ["H"]}, "format": "text/html", "language": ["en"]}]),
            ),
            (
                Link::SeeAlso,
                json!(["http://x/a/b.xml"]),
                json!([{"id": "http://x/a/b.xml", "type": "Dataset", "format": "application/xml"}]),
            ),
            (
                Link::SeeAlso,
                json!({"@id": "http://x/t", "@format": "application/tei+xml", "profile": "http://x/p"}),
                json!([{"id": "http://x/t", "type": "Dataset", "format": "application/tei+xml", "profile": "http://x/p"}]),
            ),
            (
                Link::Rendering,
                json!({"@id": "http://x/a/b.pdf"}),
                json!([{"id": "http://x/a/b.pdf", "type": "Text", "label": {"none": ["http://x/a/b.pdf"]}, "format": "application/pdf"}]),
            ),
            (Link::PartOf(Class::Manifest), json!("http://x/c"), json!([{"id": "http://x/c", "type": "Collection"}])),
            (
                Link::PartOf(Class::Page),
                json!({"@id": "http://x/l", "@type": "sc:Layer", "label": "L"}),
                json!([{"id": "http://x/l", "type": "AnnotationCollection", "label": {"none": ["L"]}}]),
            ),
            (Link::SeeAlso, json!([null, ""]), json!([])),
        ];
        for (link, source, expected) in cases {
            assert_eq!(Value::Array(links(source, link, &Place::root(), &mut Work::default())), expected);
        }
    }

    #[test]
    fn related_is_sorted_by_what_it_is() {
        let cases = [
            (json!("http://x.org/item/1"), "homepage"),
            (json!({"@id": "http://x.org/1", "format": "text/html"}), "homepage"),
            (json!({"@id": "http://x.org/1", "format": "application/pdf"}), "rendering"),
            (json!({"@id": "http://x.org/a/1.mp4"}), "rendering"),
            (json!({"@id": "http://x.org/a/1.json"}), "seeAlso"),
            (json!({"@id": "http://x.org/m", "@type": "sc:Manifest"}), "seeAlso"),
        ];
        for (entry, property) in cases {
            assert_eq!(related(&entry).0, property, "{entry}");
        }
    }
}
