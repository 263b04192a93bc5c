//! Bodies of annotations: `resource` of 2.x as `body` (Web Annotation, section 3.2).

use super::report::Place;
use super::resources::{Class, resource};
use super::targets::{is, specific};
use super::{Object, Work, list, one_or_many, services, texts, types};
use serde_json::{Value, json};

/// One body alone, several as a list; `painting` tells what a bare address is taken for.
pub(super) fn bodies(value: Value, painting: bool, at: &Place, work: &mut Work) -> Option<Value> {
    let many = value.is_array();
    let mut made = Vec::new();
    for (index, entry) in list(value).into_iter().enumerate() {
        let place = at.entry(many, index);
        made.extend(body(entry, painting, &place, work));
    }
    one_or_many(made)
}

fn body(entry: Value, painting: bool, at: &Place, work: &mut Work) -> Option<Value> {
    let object = match entry {
        Value::Object(object) => object,
        Value::String(id) if id != "rdf:nil" && !id.is_empty() => Object::from_iter([("@id".to_owned(), json!(id))]),
        _ => {
            work.report.note(at, "nothing, as one of the things to choose from, has no place in 3.0 and is left out");
            return None;
        }
    };
    if object.get("@id").is_some_and(|id| id == "rdf:nil") {
        return body(Value::Null, painting, at, work);
    }
    Some(Value::Object(match kind(&object) {
        Kind::Choice(name) => choice(object, name, painting, at, work),
        Kind::Part => specific(object, |full, _, at, work| body(full, painting, at, work), at, work),
        Kind::Text => text(object, at, work),
        Kind::Content => content(object, painting, at, work),
    }))
}

enum Kind {
    Choice(&'static str),
    Part,
    Text,
    Content,
}

fn kind(object: &Object) -> Kind {
    let group = ["Choice", "List", "Composite"].into_iter().find(|name| is(object, name));
    match group {
        Some(name) => Kind::Choice(name),
        None if is(object, "SpecificResource") || object.contains_key("full") => Kind::Part,
        None if is(object, "TextualBody") || object.contains_key("chars") || object.contains_key("cnt:chars") => Kind::Text,
        None => Kind::Content,
    }
}

/// The default comes first in `items`, as the one that is shown. A service that is just the default's is not of the choice.
fn choice(mut object: Object, name: &str, painting: bool, at: &Place, work: &mut Work) -> Object {
    if object.get("service").is_some_and(|service| object.get("default").and_then(|one| one.get("service")) == Some(service)) {
        object.shift_remove("service");
    }
    let mut items = Vec::new();
    for key in ["default", "item", "members", "items"] {
        let part = object.shift_remove(key);
        items.extend(part.and_then(|part| bodies(part, painting, &at.key(key), work)).map(list).unwrap_or_default());
    }
    let mut made = resource(object, Class::Content, at, work);
    made.insert("type".to_owned(), json!(name));
    made.insert("items".to_owned(), Value::Array(items));
    made
}

fn text(mut object: Object, at: &Place, work: &mut Work) -> Object {
    let tag = is(&object, "Tag");
    let chars = object.shift_remove("chars").or_else(|| object.shift_remove("cnt:chars"));
    let language = object.shift_remove("dc:language").or_else(|| object.shift_remove("dcterms:language"));
    let mut made = resource(object, Class::Content, at, work);
    made.insert("type".to_owned(), json!("TextualBody"));
    if let Some(chars) = chars {
        made.insert("value".to_owned(), plain(chars, at, work));
    }
    if tag {
        made.entry("purpose").or_insert_with(|| json!("tagging"));
    }
    made.extend(language.map(|language| ("language".to_owned(), language)));
    single_language(&mut made);
    made
}

/// The text of a body, which is one plain text.
fn plain(value: Value, at: &Place, work: &mut Work) -> Value {
    if value.is_string() {
        return value;
    }
    let map = texts::map(value, at, work).unwrap_or_else(|| json!({}));
    let lists = map.as_object().into_iter().flat_map(|map| map.values());
    let lines: Vec<&str> = lists.filter_map(Value::as_array).flatten().filter_map(Value::as_str).collect();
    json!(lines.join("\n"))
}

fn single_language(made: &mut Object) {
    if let Some(language) = made.get_mut("language").filter(|language| language.as_array().is_some_and(|list| list.len() == 1)) {
        *language = language[0].take();
    }
}

fn content(object: Object, painting: bool, at: &Place, work: &mut Work) -> Object {
    let mut made = resource(object, Class::Content, at, work);
    let promised = made.get("id").and_then(Value::as_str).and_then(types::format);
    if let Some(format) = promised.filter(|_| !made.contains_key("format")) {
        work.report.form(at, "a missing format is that which the file name promises");
        made.insert("format".to_owned(), json!(format));
    }
    if !made.contains_key("type") {
        let format = made.get("format").and_then(Value::as_str).and_then(types::of_format);
        let name = format.unwrap_or(if painting { "Image" } else { "Text" });
        work.report.note_with(at, "a content without a type has the one that its format suggests", name);
        made.insert("type".to_owned(), json!(name));
    }
    image_of_service(&mut made, at, work);
    single_language(&mut made);
    made
}

/// An image that is told by its service only: the whole of it is its id.
pub(super) fn image_of_service(made: &mut Object, at: &Place, work: &mut Work) {
    let Some(service) = made.get("service").and_then(|list| list.get(0)).filter(|_| !made.contains_key("id")) else { return };
    if let Some(id) = super::id_of(service).filter(|_| services::is_image(service)) {
        let size = if service.get("type").is_some() { "max" } else { "full" };
        let image = json!(format!("{id}/full/{size}/0/default.jpg"));
        work.report.note(at, "an image without an id has the request for the whole of it for one");
        made.insert("id".to_owned(), image);
    }
}

/// A style sheet, embedded or by its address.
pub(super) fn stylesheets(value: Value) -> Value {
    let Value::Object(source) = value else { return value };
    let mut made = Object::from_iter([("type".to_owned(), json!("CssStylesheet"))]);
    for (key, value) in source {
        match key.as_str() {
            "@type" | "type" => {}
            "@id" | "id" => {
                made.insert("id".to_owned(), value);
            }
            "chars" | "cnt:chars" => {
                made.insert("value".to_owned(), value);
            }
            _ => {
                made.insert(key, value);
            }
        }
    }
    Value::Object(made)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bodies_of_every_kind() {
        let image = json!({"@id": "http://x/a/i.jpg", "@type": "dctypes:Image", "label": "A"});
        let image_3 = json!({"id": "http://x/a/i.jpg", "type": "Image", "format": "image/jpeg", "label": {"none": ["A"]}});
        let cases = [
            (image.clone(), image_3.clone()),
            (json!([image]), image_3.clone()),
            (json!([image, "http://x/a/b.png"]), json!([image_3, {"id": "http://x/a/b.png", "type": "Image", "format": "image/png"}])),
            (
                json!({"@type": "oa:Choice", "default": image, "item": [image, "rdf:nil"]}),
                json!({"type": "Choice", "items": [image_3, image_3]}),
            ),
            (
                json!({"@type": "oa:Choice", "service": {"@id": "s"}, "default": {"@id": "x", "@type": "dctypes:Image", "service": {"@id": "s"}}, "item": "rdf:nil"}),
                json!({"type": "Choice", "items": [{"id": "x", "type": "Image", "service": [{"@id": "s", "@type": "Service"}]}]}),
            ),
            (json!({"@type": "oa:Choice", "default": "rdf:nil", "item": image}), json!({"type": "Choice", "items": [image_3]})),
            (
                json!({"@type": "cnt:ContentAsText", "chars": "<b>a</b>", "format": "text/html", "language": ["en"]}),
                json!({"type": "TextualBody", "value": "<b>a</b>", "format": "text/html", "language": "en"}),
            ),
            (
                json!({"@type": "dctypes:Text", "chars": "a", "format": "text/plain"}),
                json!({"type": "TextualBody", "value": "a", "format": "text/plain"}),
            ),
            (
                json!({"@type": ["oa:Tag", "cnt:ContentAsText"], "chars": "a"}),
                json!({"type": "TextualBody", "value": "a", "purpose": "tagging"}),
            ),
            (
                json!({"@id": "http://x/p", "@type": "oa:SpecificResource", "full": image, "style": "red",
                    "selector": {"@type": "iiif:ImageApiSelector", "region": "1,2,3,4"}}),
                json!({"id": "http://x/p", "type": "SpecificResource", "source": image_3, "styleClass": "red",
                    "selector": {"type": "ImageApiSelector", "region": "1,2,3,4"}}),
            ),
            (
                json!({"service": {"@id": "http://x/i", "profile": "http://iiif.io/api/image/2/level1.json"}}),
                json!({"id": "http://x/i/full/full/0/default.jpg", "type": "Image",
                    "service": [{"@id": "http://x/i", "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level1.json"}]}),
            ),
        ];
        for (two, three) in cases {
            assert_eq!(bodies(two.clone(), true, &Place::root(), &mut Work::default()), Some(three), "{two}");
        }
    }

    #[test]
    fn style_sheets() {
        let two = json!({"@type": ["oa:CssStyle", "cnt:ContentAsText"], "chars": ".a {}"});
        assert_eq!(stylesheets(two), json!({"type": "CssStylesheet", "value": ".a {}"}));
        assert_eq!(stylesheets(json!("http://x/s.css")), json!("http://x/s.css"));
    }
}
