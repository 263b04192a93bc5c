//! Annotations and lists of them: `images`, `otherContent` and `resources` of 2.x (Presentation 3.0, sections 5.5 and 5.6).

use super::bodies::{bodies, stylesheets};
use super::report::Place;
use super::resources::{Class, arranged, motivation, resource};
use super::statements::append;
use super::targets::targets;
use super::{Object, Work, id_of, list};
use serde_json::{Value, json};

/// What `images` and `otherContent` of a Canvas become: pages with painting annotations, and pages with the others.
#[derive(Default)]
pub(super) struct Pages {
    pub(super) items: Vec<Value>,
    pub(super) annotations: Vec<Value>,
}

impl Pages {
    /// The page of the images of a Canvas, its annotations in their order.
    pub(super) fn images(&mut self, images: Value, canvas: &str, at: &Place, work: &mut Work) {
        let many = images.is_array();
        let mut made = Vec::new();
        for (index, entry) in list(images).into_iter().enumerate() {
            let place = at.entry(many, index);
            made.extend(image(entry, canvas, &place, work));
        }
        if !made.is_empty() {
            work.report.form(at, "images are now the annotations of a page with a new id in items");
            self.items.push(json!({"id": work.mint(canvas, "page"), "type": "AnnotationPage", "items": made}));
        }
    }

    /// The lists of a Canvas. What they embed that is painting goes to `items`.
    pub(super) fn other(&mut self, content: Value, canvas: &str, at: &Place, work: &mut Work) {
        let many = content.is_array();
        for (index, entry) in list(content).into_iter().enumerate() {
            let place = at.entry(many, index);
            let object = match entry {
                Value::Object(object) => object,
                Value::String(id) if !id.is_empty() => Object::from_iter([("@id".to_owned(), json!(id))]),
                _ => {
                    work.report.note(&place, "an annotation list without an id is left out");
                    continue;
                }
            };
            if object.contains_key("resource") || object.contains_key("on") {
                let made = annotation(object, &Whole { base: canvas, target: Some(canvas), painting: false, bare: false }, &place, work);
                work.report.note(&place, "an annotation in the place of a list now stands in a page with a new id");
                self.sort(Object::from_iter([("type".to_owned(), json!("AnnotationPage"))]), vec![made], canvas, work);
                continue;
            }
            let mut page = list_of(object, Some(canvas), &place, work);
            work.report.form(&place, "annotation lists are now annotation pages in annotations");
            match page.shift_remove("items") {
                Some(Value::Array(items)) => self.sort(page, items, canvas, work),
                _ => self.annotations.push(Value::Object(page)),
            }
        }
    }

    /// Puts a page where it belongs by what its annotations are for; a mixed one is parted.
    fn sort(&mut self, mut page: Object, items: Vec<Value>, canvas: &str, work: &mut Work) {
        let (painting, other): (Vec<Value>, Vec<Value>) = items.into_iter().partition(|item| item["motivation"] == "painting");
        let mixed = !painting.is_empty() && !other.is_empty();
        if mixed || !page.contains_key("id") {
            let id = work.mint(canvas, "page");
            if mixed {
                self.items.push(json!({"id": id, "type": "AnnotationPage", "items": painting}));
                page.entry("id").or_insert_with(|| json!(work.mint(canvas, "annotations")));
                page.insert("items".to_owned(), Value::Array(other));
                return self.annotations.push(Value::Object(arranged(page)));
            }
            page.insert("id".to_owned(), json!(id));
        }
        let (goal, items) = if painting.is_empty() { (&mut self.annotations, other) } else { (&mut self.items, painting) };
        page.insert("items".to_owned(), Value::Array(items));
        goal.push(Value::Object(arranged(page)));
    }
}

/// What an annotation belongs to.
struct Whole<'a> {
    /// The id under which a missing one is minted.
    base: &'a str,
    /// The Canvas that it is about, if it stands in one.
    target: Option<&'a str>,
    painting: bool,
    /// The place is that of the body, which stood without an annotation.
    bare: bool,
}

/// An entry of `images`: an annotation, or, as it is found too, the bare image.
fn image(entry: Value, canvas: &str, at: &Place, work: &mut Work) -> Option<Value> {
    let whole = Whole { base: canvas, target: Some(canvas), painting: true, bare: false };
    match entry {
        Value::Object(object) if ["resource", "body", "on", "motivation"].iter().any(|key| object.contains_key(*key)) => {
            Some(annotation(object, &whole, at, work))
        }
        Value::Null => None,
        bare => {
            work.report.note(at, "an image that stood without an annotation has one with a new id");
            Some(annotation(Object::from_iter([("resource".to_owned(), bare)]), &Whole { bare: true, ..whole }, at, work))
        }
    }
}

fn annotation(mut source: Object, whole: &Whole, at: &Place, work: &mut Work) -> Value {
    let mut take = |key: &str| source.shift_remove(key);
    let (body, on, told, sheet) = (take("resource"), take("on"), take("motivation"), take("stylesheet"));
    let mut made = resource(source, Class::Annotation, at, work);
    if !made.contains_key("id") {
        work.report.form(at, "annotations without an id have a new one");
        made.insert("id".to_owned(), json!(work.mint(whole.base, "annotation")));
    }
    let reason = reason(told, whole.painting, &at.key("motivation"), work);
    let painting = reason.as_ref().is_some_and(|reason| reason == "painting");
    made.extend(reason.map(|reason| ("motivation".to_owned(), reason)));
    made.extend(sheet.map(|sheet| ("stylesheet".to_owned(), stylesheets(sheet))));
    let key = at.key("resource");
    let body = body.and_then(|body| bodies(body, painting, if whole.bare { at } else { &key }, work));
    made.extend(body.map(|body| ("body".to_owned(), body)));
    let target = on.and_then(|on| targets(on, &at.key("on"), work));
    if let Some(target) = aimed(target, whole, &made, &at.key("on"), work) {
        made.insert("target".to_owned(), target);
    }
    Value::Object(arranged(made))
}

/// What is in `images` paints.
fn reason(told: Option<Value>, painting: bool, at: &Place, work: &mut Work) -> Option<Value> {
    let told = told.and_then(motivation);
    if painting && told.as_ref().is_none_or(|told| told != "painting") {
        if let Some(told) = &told {
            work.report.note_with(at, "the motivation of what is in images is painting", &told.to_string());
        }
        return Some(json!("painting"));
    }
    told
}

/// The target of what stands in a Canvas: where it paints, it is this Canvas or a part of it.
fn aimed(target: Option<Value>, whole: &Whole, made: &Object, at: &Place, work: &mut Work) -> Option<Value> {
    let Some(canvas) = whole.target else { return target };
    match target {
        Some(Value::String(id)) if whole.painting => {
            let (bare, fragment) = id.split_once('#').map_or((id.as_str(), None), |(bare, fragment)| (bare, Some(fragment)));
            if id == canvas || bare == canvas {
                return Some(json!(id));
            }
            work.report.note_with(at, "an image that was said to be on another canvas is on the one that it stands in", &id);
            Some(json!(fragment.map_or_else(|| canvas.to_owned(), |fragment| format!("{canvas}#{fragment}"))))
        }
        None if !made.contains_key("target") => {
            work.report.note(at, "an annotation without a target is on the canvas that it stands in");
            Some(json!(canvas))
        }
        target => target,
    }
}

/// A list of annotations as a page; without `resources` it stays a reference.
pub(super) fn list_of(mut source: Object, canvas: Option<&str>, at: &Place, work: &mut Work) -> Object {
    let resources = source.shift_remove("resources");
    let mut made = resource(source, Class::Page, at, work);
    let Some(resources) = resources else { return made };
    let base = made.get("id").and_then(Value::as_str).or(canvas).unwrap_or_default().to_owned();
    let whole = Whole { base: &base, target: canvas, painting: false, bare: false };
    let place = at.key("resources");
    let many = resources.is_array();
    let mut items = Vec::new();
    for (index, entry) in list(resources).into_iter().enumerate() {
        match entry {
            Value::Object(object) => items.push(annotation(object, &whole, &place.entry(many, index), work)),
            other => reference(other, &mut items, &place.entry(many, index), work),
        }
    }
    append(&mut made, "items", items);
    made.entry("items").or_insert_with(|| json!([]));
    arranged(made)
}

fn reference(entry: Value, items: &mut Vec<Value>, at: &Place, work: &mut Work) {
    match id_of(&entry) {
        Some(id) => items.push(json!({"id": id, "type": "Annotation"})),
        None => work.report.note_with(at, "what is not an annotation is left out", &entry.to_string()),
    }
}

/// An annotation that stands alone.
pub(super) fn alone(source: Object, at: &Place, work: &mut Work) -> Object {
    match annotation(source, &Whole { base: "", target: None, painting: false, bare: false }, at, work) {
        Value::Object(made) => made,
        _ => Object::new(),
    }
}
