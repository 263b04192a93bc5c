//! What is painted on a Canvas: Annotation Pages in stored form (Presentation 3.0, sections 5.3 and 5.5), later ones over earlier ones.

use super::check::Fault;
use super::parts;
use crate::iiif::ids::ImageId;
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};

/// One page with one image of ours over the whole Canvas.
#[must_use]
pub fn of_image(canvas: &str, image: &str) -> Vec<Value> {
    let body = json!({"type": "Image", "image": image});
    named(canvas, vec![json!({"items": [{"body": body}]})])
}

/// Everything that keeps this from being painted. Pointers begin at the list of pages.
#[must_use]
pub fn faults(pages: &[Value]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, page) in pages.iter().enumerate() {
        let pointer = format!("/{index}");
        match page.get("items").and_then(Value::as_array) {
            Some(annotations) => {
                for (place, annotation) in annotations.iter().enumerate() {
                    annotation_faults(annotation, &format!("{pointer}/items/{place}"), &mut faults);
                }
            }
            None => faults.push(Fault { pointer, detail: "an annotation page needs its items, a list of annotations".to_owned() }),
        }
    }
    faults
}

/// Everything that keeps an annotation from being painted.
pub fn annotation_faults(annotation: &Value, pointer: &str, faults: &mut Vec<Fault>) {
    for (place, image) in parts::image_places(annotation) {
        if let Err(error) = ImageId::parse(image) {
            faults.push(Fault { pointer: format!("{pointer}{place}"), detail: error.to_string() });
        }
    }
    let mut fault = |rest: &str, detail: &str| faults.push(Fault { pointer: format!("{pointer}{rest}"), detail: detail.to_owned() });
    if !annotation.is_object() {
        return fault("", "an annotation is an object");
    }
    if annotation.get("motivation").is_some_and(|motivation| !paints(motivation)) {
        fault("/motivation", "what is on a canvas has the motivation painting; comments belong into an annotation page of their own");
    }
    match annotation.get("body") {
        None => fault(
            "/body",
            "an annotation that paints needs a body: a resource, or one of our images as {\"type\": \"Image\", \"image\": \"its id\"}",
        ),
        Some(body) => {
            for (index, one) in bodies(body).into_iter().enumerate() {
                let place = if body.is_array() { format!("/body/{index}") } else { "/body".to_owned() };
                if let Some(detail) = body_fault(one) {
                    fault(&place, detail);
                }
            }
        }
    }
}

fn paints(motivation: &Value) -> bool {
    motivation == "painting" || motivation.as_array().is_some_and(|list| list.iter().any(|one| one == "painting"))
}

fn bodies(body: &Value) -> Vec<&Value> {
    body.as_array().map_or_else(|| vec![body], |list| list.iter().collect())
}

fn body_fault(body: &Value) -> Option<&'static str> {
    let text = |name: &str| body.get(name).and_then(Value::as_str);
    match text("type") {
        None if body.is_string() => None,
        None => Some("a body needs its type: Image, Video, Sound, TextualBody, Choice, SpecificResource, ..."),
        Some("Choice") if body.get("items").and_then(Value::as_array).is_none_or(Vec::is_empty) => Some("a Choice needs its items"),
        Some("Choice") => body["items"].as_array().into_iter().flatten().find_map(body_fault),
        Some("SpecificResource") if body.get("source").is_none() => Some("a SpecificResource needs its source"),
        Some("SpecificResource" | "TextualBody") => None,
        Some(_) if text("id").is_none() && text("image").is_none() => Some("a body needs its id, or image for one of ours"),
        Some(_) => None,
    }
}

/// The same pages with ids, types, motivation and target where they are missing.
#[must_use]
pub fn named(canvas: &str, mut pages: Vec<Value>) -> Vec<Value> {
    let mut names = Names::new(canvas, &pages);
    for (index, page) in pages.iter_mut().enumerate().filter_map(|(index, page)| Some((index, page.as_object_mut()?))) {
        let id = if index == 0 { String::new() } else { format!("-{}", index + 1) };
        let id = parts::own(&format!("canvases/{canvas}/page{id}"));
        complete(page, &[("id", id.into()), ("type", "AnnotationPage".into())]);
        for annotation in page.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
            let id = if annotation.contains_key("id") { String::new() } else { names.next() };
            let target = parts::own(&format!("canvases/{canvas}"));
            let missing = [("id", id.into()), ("type", "Annotation".into()), ("motivation", "painting".into()), ("target", target.into())];
            complete(annotation, &missing);
        }
    }
    pages
}

/// Puts what is missing before what is there.
fn complete(object: &mut Map<String, Value>, missing: &[(&str, Value)]) {
    let given = std::mem::take(object);
    object.extend(missing.iter().filter(|(name, _)| !given.contains_key(*name)).map(|(name, value)| ((*name).to_owned(), value.clone())));
    object.extend(given);
}

/// Addresses of annotations that nothing on the canvas has yet.
struct Names {
    page: String,
    taken: HashSet<String>,
    next: usize,
}

impl Names {
    fn new(canvas: &str, pages: &[Value]) -> Self {
        let ids = pages.iter().filter_map(|page| page.get("items")?.as_array()).flatten().filter_map(|one| one.get("id")?.as_str());
        Self { page: format!("canvases/{canvas}/page"), taken: ids.map(str::to_owned).collect(), next: 0 }
    }

    fn next(&mut self) -> String {
        loop {
            self.next += 1;
            let id = parts::own(&format!("{}/{}", self.page, self.next));
            if self.taken.insert(id.clone()) {
                return id;
            }
        }
    }
}

/// The annotations of all pages, the lowest first.
pub fn annotations(pages: &[Value]) -> impl Iterator<Item = &Value> {
    pages.iter().filter_map(|page| page.get("items")?.as_array()).flatten()
}

/// Adds an annotation over the first `position` of them, or over all.
pub fn insert(pages: &mut Vec<Value>, position: Option<usize>, annotation: Value) {
    if pages.is_empty() {
        pages.push(json!({"items": []}));
    }
    let mut place = position.unwrap_or(usize::MAX);
    let last = pages.len() - 1;
    for (index, page) in pages.iter_mut().enumerate() {
        let Some(items) = page.get_mut("items").and_then(Value::as_array_mut) else { continue };
        if place <= items.len() || index == last {
            return items.insert(place.min(items.len()), annotation);
        }
        place -= items.len();
    }
}

/// The annotation with this address, to be changed.
pub fn find_mut<'a>(pages: &'a mut [Value], id: &str) -> Option<&'a mut Value> {
    let items = pages.iter_mut().filter_map(|page| page.get_mut("items")?.as_array_mut()).flatten();
    items.into_iter().find(|one| one.get("id").is_some_and(|known| known == id))
}

/// Takes an annotation away; tells whether it was there.
pub fn remove(pages: &mut Vec<Value>, id: &str) -> bool {
    let mut found = false;
    for items in pages.iter_mut().filter_map(|page| page.get_mut("items")?.as_array_mut()) {
        let before = items.len();
        items.retain(|one| one.get("id").is_none_or(|known| known != id));
        found |= items.len() < before;
    }
    pages.retain(|page| page["items"].as_array().is_none_or(|items| !items.is_empty()));
    found
}

/// Puts the annotations in this order, lowest first. `false`, and nothing changed, unless `ids` names each of them once.
pub fn arrange(pages: &mut [Value], ids: &[String]) -> bool {
    let known: Vec<&str> = annotations(pages).filter_map(|one| one.get("id")?.as_str()).collect();
    let mut order: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut sorted = known.clone();
    order.sort_unstable();
    sorted.sort_unstable();
    if order != sorted || known.len() != annotations(pages).count() || sorted.windows(2).any(|pair| pair[0] == pair[1]) {
        return false;
    }
    let mut all: HashMap<String, Value> =
        annotations(pages).map(|one| (one["id"].as_str().unwrap_or_default().to_owned(), one.clone())).collect();
    let mut arranged = ids.iter().filter_map(|id| all.remove(id));
    for slot in pages.iter_mut().filter_map(|page| page.get_mut("items")?.as_array_mut()).flatten() {
        if let Some(annotation) = arranged.next() {
            *slot = annotation;
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ids(pages: &[Value]) -> Vec<&str> {
        annotations(pages).filter_map(|one| one["id"].as_str()?.strip_prefix("triptych:/canvases/c/page/")).collect()
    }

    #[test]
    fn what_is_left_out_is_filled_in() {
        let expected = json!([{
            "id": "triptych:/canvases/c/page", "type": "AnnotationPage",
            "items": [{
                "id": "triptych:/canvases/c/page/1", "type": "Annotation", "motivation": "painting", "target": "triptych:/canvases/c",
                "body": {"type": "Image", "image": "a"}
            }]
        }]);
        assert_eq!(Value::from(of_image("c", "a")).to_string(), expected.to_string());
        assert_eq!(Value::from(named("c", of_image("c", "a"))), expected, "once more changes nothing");
    }

    #[test]
    fn annotations_are_added_moved_and_removed() {
        let mut pages = of_image("c", "a");
        insert(&mut pages, Some(0), json!({"body": "x"}));
        insert(&mut pages, None, json!({"body": "y"}));
        pages = named("c", pages);
        assert_eq!(ids(&pages), ["2", "1", "3"]);
        let order = |names: &[&str]| names.iter().map(|name| format!("triptych:/canvases/c/page/{name}")).collect::<Vec<_>>();
        assert!(!arrange(&mut pages, &order(&["1", "2"])) && !arrange(&mut pages, &order(&["1", "2", "2"])));
        assert!(arrange(&mut pages, &order(&["3", "1", "2"])));
        assert_eq!(ids(&pages), ["3", "1", "2"]);
        assert!(remove(&mut pages, "triptych:/canvases/c/page/1") && !remove(&mut pages, "triptych:/canvases/c/page/1"));
        assert!(find_mut(&mut pages, "triptych:/canvases/c/page/3").is_some_and(|one| one["body"] == "y"));
        for id in order(&["2", "3"]) {
            remove(&mut pages, &id);
        }
        assert!(pages.is_empty());
        insert(&mut pages, None, json!({"body": "z"}));
        assert_eq!(annotations(&pages).count(), 1);
    }

    #[test]
    fn faults_have_their_places() {
        let pages = json!([
            {"items": [{"body": {"type": "Image", "image": "a"}}, {"body": {"type": "Image"}}, {}, "x", {"motivation": "commenting", "body": "y"}]},
            {},
            {"items": [{"body": {"type": "Choice", "items": [{"type": "Video"}]}}, {"body": [{"type": "TextualBody"}, {"id": "z"}]}]}
        ]);
        let told: Vec<String> = faults(pages.as_array().expect("pages")).into_iter().map(|fault| fault.pointer).collect();
        let expected =
            ["/0/items/1/body", "/0/items/2/body", "/0/items/3", "/0/items/4/motivation", "/1", "/2/items/0/body", "/2/items/1/body/1"];
        assert_eq!(told, expected);
    }
}
