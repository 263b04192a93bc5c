//! What all resources of 2.x have in common, property by property, in the words of 3.0.

use super::links::{self, Link};
use super::report::Place;
use super::statements::{Statements, append};
use super::{Object, Work, id_of, list, one_or_many, services, targets, texts, types, version};
use serde_json::{Number, Value, json};

/// The class that a resource will have in 3.0.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Class {
    Collection,
    Manifest,
    Canvas,
    Range,
    Page,
    Layer,
    Annotation,
    /// Images and other content, whose type is told in the source.
    Content,
}

impl Class {
    fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::Collection => "Collection",
            Self::Manifest => "Manifest",
            Self::Canvas => "Canvas",
            Self::Range => "Range",
            Self::Page => "AnnotationPage",
            Self::Layer => "AnnotationCollection",
            Self::Annotation => "Annotation",
            Self::Content => return None,
        })
    }
}

/// The resource with every property that needs no knowledge of its structure. What is unknown is kept under its own name.
pub(super) fn resource(source: Object, class: Class, at: &Place, work: &mut Work) -> Object {
    let mut draft = Draft::new(class, &source);
    for (key, value) in source {
        draft.take(&key, value, &at.key(&key), work);
    }
    draft.said.settle(&mut draft.out, at, work);
    arranged(draft.out)
}

struct Draft {
    class: Class,
    id: String,
    out: Object,
    said: Statements,
}

impl Draft {
    fn new(class: Class, source: &Object) -> Self {
        let mut out = Object::new();
        let id = source.get("@id").or_else(|| source.get("id")).and_then(Value::as_str).map(str::to_owned);
        if let Some(id) = &id {
            out.insert("id".to_owned(), json!(id));
        }
        let told = source.get("@type").or_else(|| source.get("type"));
        let told = told.map(types::names).unwrap_or_default();
        let told = told.iter().map(|name| types::modern(name)).find(|name| *name != "Tag");
        if let Some(name) = class.name().or(told) {
            out.insert("type".to_owned(), json!(name));
        }
        Self { class, id: id.unwrap_or_default(), out, said: Statements::default() }
    }

    fn take(&mut self, key: &str, value: Value, at: &Place, work: &mut Work) {
        match key {
            "@id" | "id" | "@type" | "type" => {}
            _ if value.is_null() => work.report.note(at, "a property without a value is left out"),
            "@context" => context(value, at, work),
            "label" => self.text("label", value, at, work),
            "description" => self.text("summary", value, at, work),
            "attribution" => self.said.attribution = texts::map(value, at, work),
            "license" => self.said.license(value, at, work),
            "logo" => self.said.logos = links::links(value, Link::Logo, at, work),
            "metadata" => append(&mut self.out, "metadata", texts::metadata(value, at, work)),
            "service" => append(&mut self.out, "service", services::services(value, &self.id, at, work)),
            "viewingHint" => self.hint(value, at, work),
            "height" | "width" | "duration" => self.dimension(key, value, at, work),
            "startCanvas" => self.start(&value, at, work),
            "contentLayer" => self.layer(value, at, work),
            "@format" => self.put("format", value, at, work),
            "first" | "last" | "next" | "prev" if matches!(self.class, Class::Page | Class::Layer) => self.page(key, value, at, work),
            _ => self.link_or_unknown(key, value, at, work),
        }
    }

    fn link_or_unknown(&mut self, key: &str, value: Value, at: &Place, work: &mut Work) {
        let (name, link) = match key {
            "thumbnail" => ("thumbnail", Link::Thumbnail),
            "seeAlso" => ("seeAlso", Link::SeeAlso),
            "rendering" => ("rendering", Link::Rendering),
            "within" => ("partOf", Link::PartOf(self.class)),
            "related" => return self.related(value, at, work),
            _ => return self.put(key, value, at, work),
        };
        if name != key {
            work.report.form(at, "within is now partOf");
        }
        append(&mut self.out, name, links::links(value, link, at, work));
    }

    fn related(&mut self, value: Value, at: &Place, work: &mut Work) {
        let many = value.is_array();
        for (index, entry) in list(value).into_iter().enumerate() {
            let place = at.entry(many, index);
            let (name, link) = links::related(&entry);
            work.report.note_with(&place, "related has a new name", name);
            append(&mut self.out, name, links::link_of(entry, link, &place, work).into_iter().collect());
        }
    }

    fn text(&mut self, key: &str, value: Value, at: &Place, work: &mut Work) {
        if let Some(map) = texts::map(value, at, work) {
            self.put(key, map, at, work);
        }
    }

    /// Sets what no other property of the source has set already.
    fn put(&mut self, key: &str, value: Value, at: &Place, work: &mut Work) {
        if self.out.contains_key(key) {
            match value {
                Value::Array(more) => append(&mut self.out, key, more),
                _ => work.report.note_with(at, "two properties mean the same, this one is left out", key),
            }
            return;
        }
        self.out.insert(key.to_owned(), value);
    }

    /// `top` marks the root of the Ranges, which 3.0 tells by their nesting.
    fn hint(&mut self, value: Value, at: &Place, work: &mut Work) {
        let (top, words): (Vec<Value>, Vec<Value>) = list(value).into_iter().partition(|word| word == "top");
        if !top.is_empty() && self.class == Class::Range {
            work.report.form(at, "the viewingHint top is told by the nesting of the Ranges");
        } else if !top.is_empty() {
            work.report.note(at, "the viewingHint top has no place in 3.0 and is kept as it is");
            self.out.insert("viewingHint".to_owned(), json!("top"));
        }
        if !words.is_empty() {
            work.report.form(at, "viewingHint is now behavior");
            append(&mut self.out, "behavior", words);
        }
    }

    fn dimension(&mut self, key: &str, value: Value, at: &Place, work: &mut Work) {
        let number = number(&value, key == "duration");
        if let Some(number) = &number {
            work.report.note_with(at, "a dimension is now a number", &number.to_string());
        }
        self.out.insert(key.to_owned(), number.unwrap_or(value));
    }

    fn start(&mut self, value: &Value, at: &Place, work: &mut Work) {
        match id_of(value) {
            Some(id) => {
                work.report.form(at, "startCanvas is now start");
                self.out.insert("start".to_owned(), targets::canvas_or_part(id));
            }
            None => work.report.note_with(at, "a startCanvas that is no id is left out", &value.to_string()),
        }
    }

    fn layer(&mut self, value: Value, at: &Place, work: &mut Work) {
        work.report.form(at, "contentLayer is now supplementary");
        let made = links::link_of(value, Link::PartOf(Class::Page), at, work);
        self.out.extend(made.map(|layer| ("supplementary".to_owned(), layer)));
    }

    fn page(&mut self, key: &str, value: Value, at: &Place, work: &mut Work) {
        let made = links::link_of(value, Link::PartOf(Class::Annotation), at, work);
        self.out.extend(made.map(|page| (key.to_owned(), page)));
    }
}

fn context(value: Value, at: &Place, work: &mut Work) {
    for context in list(value).into_iter().filter(|context| !version::is_presentation(context)) {
        work.report.note(at, "a context inside of the document now stands at its top");
        work.contexts.push(context);
    }
}

/// The number that a text stands for, or a whole number written with a fraction; nothing if the value is right or hopeless.
pub(super) fn number(value: &Value, fraction: bool) -> Option<Value> {
    let found = match value {
        Value::String(text) => text.trim().parse::<f64>().ok()?,
        Value::Number(number) if number.is_f64() && !fraction => number.as_f64()?,
        _ => return None,
    };
    let whole = found.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&found);
    if whole {
        return Some(json!(found as u64));
    }
    (fraction || value.is_string()).then(|| Number::from_f64(found).map(Value::Number)).flatten()
}

/// The properties in the order in which the examples of 3.0 have them; what is unknown before the structure.
pub(super) fn arranged(object: Object) -> Object {
    let mut entries: Vec<(String, Value)> = object.into_iter().collect();
    entries.sort_by_key(|(key, _)| rank(key));
    entries.into_iter().collect()
}

fn rank(key: &str) -> u8 {
    match key {
        "@context" => 0,
        "id" => 1,
        "type" => 2,
        "motivation" => 3,
        "label" => 4,
        "summary" => 5,
        "metadata" => 6,
        "requiredStatement" => 7,
        "rights" => 8,
        "provider" => 9,
        "thumbnail" => 10,
        "navDate" => 11,
        "homepage" => 12,
        "seeAlso" => 13,
        "rendering" => 14,
        "partOf" => 15,
        "behavior" => 16,
        "viewingDirection" => 17,
        "format" => 18,
        "height" => 19,
        "width" => 20,
        "duration" => 21,
        "service" => 22,
        "start" => 23,
        "body" => 31,
        "target" => 32,
        "items" => 33,
        "structures" => 34,
        "annotations" => 35,
        _ => 30,
    }
}

/// Names for `motivation` without prefix, one alone as a text.
pub(super) fn motivation(value: Value) -> Option<Value> {
    let names = list(value).into_iter().map(|name| match name {
        Value::String(name) => json!(types::plain(&name)),
        other => other,
    });
    one_or_many(names.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(source: Value, class: Class) -> Value {
        let Value::Object(object) = source else { panic!("an object") };
        Value::Object(resource(object, class, &Place::root(), &mut Work::default()))
    }

    #[test]
    fn properties_of_two_in_the_words_of_three() {
        let cases = [
            (json!({"label": "L"}), json!({"label": {"none": ["L"]}})),
            (json!({"description": "D"}), json!({"summary": {"none": ["D"]}})),
            (json!({"viewingHint": "paged"}), json!({"behavior": ["paged"]})),
            (json!({"viewingHint": ["paged", "http://x/own"]}), json!({"behavior": ["paged", "http://x/own"]})),
            (json!({"viewingHint": "top"}), json!({"viewingHint": "top"})),
            (json!({"startCanvas": "http://x/c"}), json!({"start": {"id": "http://x/c", "type": "Canvas"}})),
            (json!({"within": "http://x/c"}), json!({"partOf": [{"id": "http://x/c", "type": "Collection"}]})),
            (
                json!({"dcterms:x": {"@id": "y"}, "navDate": "1900-01-01T00:00:00Z"}),
                json!({"dcterms:x": {"@id": "y"}, "navDate": "1900-01-01T00:00:00Z"}),
            ),
            (json!({"label": null, "seeAlso": []}), json!({})),
            (json!({"description": "D", "summary": "S"}), json!({"summary": {"none": ["D"]}})),
        ];
        for (two, three) in cases {
            let mut expected = json!({"type": "Manifest"});
            expected.as_object_mut().expect("an object").extend(three.as_object().expect("an object").clone());
            assert_eq!(made(two.clone(), Class::Manifest), expected, "{two}");
        }
    }

    #[test]
    fn dimensions_are_numbers() {
        let cases = [
            (json!("1976"), false, Some(json!(1976))),
            (json!(1976.0), false, Some(json!(1976))),
            (json!(1976), false, None),
            (json!("wide"), false, None),
            (json!(1.5), false, None),
            (json!("1.5"), true, Some(json!(1.5))),
            (json!(1.5), true, None),
            (json!("-3"), false, Some(json!(-3.0))),
        ];
        for (value, fraction, expected) in cases {
            assert_eq!(number(&value, fraction), expected, "{value}");
        }
    }

    #[test]
    fn motivations_without_prefix() {
        assert_eq!(motivation(json!("sc:painting")), Some(json!("painting")));
        assert_eq!(motivation(json!(["oa:commenting"])), Some(json!("commenting")));
        assert_eq!(motivation(json!(["oa:commenting", "oa:tagging"])), Some(json!(["commenting", "tagging"])));
        assert_eq!(motivation(json!([])), None);
    }
}
