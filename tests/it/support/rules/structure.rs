//! Presentation 3.0: how Collections, Manifests, Canvases, Ranges, pages and annotations hang together.

use super::links::properties;
use super::presentation_3::{excluded, identity};
use super::{Report, entries, text};
use serde_json::Value;
use std::collections::HashSet;

pub(super) struct Structure<'a> {
    report: &'a mut Report,
    /// Ids of the Manifest's Canvases.
    canvases: HashSet<String>,
    /// Whether the document is a Manifest, so that its Canvases are known.
    closed: bool,
}

impl<'a> Structure<'a> {
    pub(super) fn new(document: &Value, report: &'a mut Report) -> Self {
        let closed = text(document, "type") == Some("Manifest");
        let items = entries(document, "items", "").filter(|_| closed);
        let canvases = items.filter_map(|(canvas, _)| text(canvas, "id").map(str::to_owned)).collect();
        Self { report, canvases, closed }
    }

    /// One resource in full, and all below it.
    pub(super) fn resource(&mut self, resource: &Value, class: &str, at: &str) {
        identity(resource, class, at, self.report);
        excluded(resource, class, at, self.report);
        properties(resource, class, at, self.report);
        match class {
            "Collection" => self.collection(resource, at),
            "Manifest" => self.manifest(resource, at),
            "Canvas" => self.canvas(resource, at),
            "Range" => self.range(resource, at),
            "AnnotationPage" => self.page(resource, at, None),
            "Annotation" => self.annotation(resource, at, None),
            _ => {}
        }
        for (page, place) in entries(resource, "annotations", at) {
            self.page(page, &place, Some(false));
        }
        for key in ["placeholderCanvas", "accompanyingCanvas"] {
            if let Some(canvas) = resource.get(key) {
                self.poster(canvas, &format!("{at}/{key}"));
            }
        }
    }

    fn poster(&mut self, canvas: &Value, at: &str) {
        self.report.unless(text(canvas, "type") == Some("Canvas"), "P3.POSTER-1", at, "not a Canvas");
        let nested = canvas.get("placeholderCanvas").or(canvas.get("accompanyingCanvas")).is_some();
        self.report.unless(!nested, "P3.POSTER-2", at, "has a Canvas of that kind itself");
        if !nested {
            self.resource(canvas, "Canvas", at);
        }
    }

    fn label(&mut self, resource: &Value, rule: &str, at: &str) {
        let some = resource
            .get("label")
            .and_then(Value::as_object)
            .is_some_and(|map| map.values().any(|texts| *texts != Value::Array(Vec::new())));
        self.report.unless(some, rule, at, "no label");
    }

    fn collection(&mut self, collection: &Value, at: &str) {
        self.label(collection, "P3.LABEL-1", at);
        self.report.unless(collection.get("items").is_some_and(Value::is_array), "P3.ITEMS-1", at, "no items");
        for (member, place) in entries(collection, "items", at) {
            let class = text(member, "type").unwrap_or_default();
            self.report.unless(matches!(class, "Collection" | "Manifest"), "P3.ITEMS-1", &place, format!("a {class:?} in a Collection"));
            if class == "Collection" && member.get("items").is_some() {
                self.resource(member, class, &place);
                continue;
            }
            self.report.unless(member.get("items").is_none(), "P3.COLL-2", &place, "an embedded Manifest");
            self.label(member, "P3.COLL-1", &place);
            identity(member, class, &place, self.report);
            properties(member, class, &place, self.report);
        }
    }

    fn manifest(&mut self, manifest: &Value, at: &str) {
        self.label(manifest, "P3.LABEL-1", at);
        self.report.unless(entries(manifest, "items", at).next().is_some(), "P3.ITEMS-2", at, "no Canvas");
        for (canvas, place) in entries(manifest, "items", at) {
            self.report.unless(text(canvas, "type") == Some("Canvas"), "P3.ITEMS-2", &place, "not a Canvas");
            self.resource(canvas, "Canvas", &place);
        }
        for (range, place) in entries(manifest, "structures", at) {
            self.report.unless(text(range, "type") == Some("Range"), "P3.STRUCT-1", &place, "not a Range");
            self.resource(range, "Range", &place);
        }
        if let Some(start) = manifest.get("start") {
            self.canvas_reference(start, &format!("{at}/start"), "P3.START-1");
        }
        let temporal = ["auto-advance", "no-auto-advance", "repeat", "no-repeat"];
        let timed = entries(manifest, "items", at).any(|(canvas, _)| canvas.get("duration").is_some());
        for (word, place) in entries(manifest, "behavior", at) {
            let right = timed || !temporal.iter().any(|one| word == one);
            self.report.unless(right, "P3.BEHAV-5", &place, "nothing here has a duration");
        }
    }

    fn canvas(&mut self, canvas: &Value, at: &str) {
        let has = |key| canvas.get(key).is_some();
        self.report.unless(has("height") == has("width"), "P3.CANVAS-2", at, "height and width go together");
        self.report.unless(has("height") || has("duration"), "P3.CANVAS-3", at, "no dimensions");
        for (page, place) in entries(canvas, "items", at) {
            self.report.unless(text(page, "type") == Some("AnnotationPage"), "P3.ITEMS-3", &place, "not an AnnotationPage");
            self.page(page, &place, Some(true));
            for (annotation, place) in entries(page, "items", &place) {
                self.painting(annotation, canvas, &place);
            }
        }
    }

    /// What may be painted on this Canvas, and where.
    fn painting(&mut self, annotation: &Value, canvas: &Value, at: &str) {
        let target = target_of(annotation).unwrap_or_default();
        let (id, fragment) = target.split_once('#').map_or((target, None), |(id, fragment)| (id, Some(fragment)));
        self.report.unless(text(canvas, "id") == Some(id), "P3.ANNO-5", at, "the target is not its Canvas");
        if let Some(xywh) = fragment.and_then(|fragment| fragment.split('&').find_map(|part| part.strip_prefix("xywh="))) {
            self.region(xywh, canvas, at);
        }
        let body = annotation.get("body").unwrap_or(&Value::Null);
        let bodies =
            if text(body, "type") == Some("Choice") { entries(body, "items", "").map(|(one, _)| one).collect() } else { vec![body] };
        for body in bodies {
            let type_ = text(body, "type").unwrap_or_default();
            let flat = canvas.get("height").is_some();
            let timed = canvas.get("duration").is_some();
            let right = match type_ {
                "Image" => flat,
                "Video" => flat && timed,
                "Sound" => timed,
                _ => true,
            };
            self.report.unless(right, "P3.ANNO-6", at, format!("{type_} on a Canvas without its dimensions"));
        }
    }

    fn region(&mut self, xywh: &str, canvas: &Value, at: &str) {
        let pixels = xywh.strip_prefix("pixel:").unwrap_or(xywh);
        let numbers: Vec<f64> = pixels.split(',').filter_map(|number| number.parse().ok()).collect();
        if xywh.starts_with("percent:") {
            return;
        }
        let [x, y, w, h] = numbers[..] else { return self.report.fail("P3.TARGET-1", at, "xywh is not four numbers") };
        let size = |key| canvas.get(key).and_then(Value::as_f64).unwrap_or(0.0);
        let inside = x >= 0.0 && y >= 0.0 && x + w <= size("width") && y + h <= size("height");
        self.report.unless(inside, "P3.TARGET-3", at, "the target reaches outside of the Canvas");
    }

    /// `painting`: whether its annotations must paint (true), must not (false), or may do either.
    fn page(&mut self, page: &Value, at: &str, painting: Option<bool>) {
        if painting.is_some() {
            identity(page, "AnnotationPage", at, self.report);
            excluded(page, "AnnotationPage", at, self.report);
            properties(page, "AnnotationPage", at, self.report);
        }
        if painting == Some(false) {
            self.report.unless(text(page, "type") == Some("AnnotationPage"), "P3.ANNO-4", at, "not an AnnotationPage");
        }
        for (annotation, place) in entries(page, "items", at) {
            let right = text(annotation, "type") == Some("Annotation");
            self.report.unless(right, "P3.ITEMS-4", &place, "not an Annotation");
            identity(annotation, "Annotation", &place, self.report);
            excluded(annotation, "Annotation", &place, self.report);
            properties(annotation, "Annotation", &place, self.report);
            self.annotation(annotation, &place, painting);
        }
    }

    fn annotation(&mut self, annotation: &Value, at: &str, painting: Option<bool>) {
        let motivation = annotation.get("motivation");
        let paints = match motivation {
            Some(Value::Array(list)) => list.iter().any(|one| one == "painting"),
            other => other.is_some_and(|one| one == "painting"),
        };
        match painting {
            Some(true) => self.report.unless(paints, "P3.ANNO-2", at, "items of a Canvas must paint"),
            Some(false) => self.report.unless(!paints, "P3.ANNO-3", at, "annotations must not paint"),
            None => {}
        }
        self.report.unless(annotation.get("target").is_some(), "P3.ANNO-1", at, "no target");
        if paints && let Some(body) = annotation.get("body") {
            self.body(body, &format!("{at}/body"));
        }
    }

    fn body(&mut self, body: &Value, at: &str) {
        let type_ = text(body, "type").unwrap_or_default();
        if type_ == "Choice" {
            for (one, place) in entries(body, "items", at) {
                self.body(one, &place);
            }
        }
        let content = matches!(type_, "Dataset" | "Image" | "Model" | "Sound" | "Text" | "Video");
        let other = matches!(type_, "Choice" | "SpecificResource" | "TextualBody" | "Canvas");
        self.report.unless(content || other, "P3.CONTENT-1", at, format!("type {type_:?}"));
        if !content {
            return;
        }
        identity(body, "content", at, self.report);
        properties(body, "content", at, self.report);
        let service_id = |(one, _): (&Value, String)| text(one, "id").or_else(|| text(one, "@id")).map(str::to_owned);
        let is_service = entries(body, "service", at).filter_map(service_id).any(|id| text(body, "id") == Some(&id));
        self.report.unless(!is_service, "P3.CONTENT-2", at, "the image service's id is not content");
    }

    fn range(&mut self, range: &Value, at: &str) {
        self.report.unless(entries(range, "items", at).next().is_some(), "P3.RANGE-1", at, "no items");
        for (member, place) in entries(range, "items", at) {
            match text(member, "type") {
                Some("Range") if member.get("items").is_some() => {
                    let sequence = entries(member, "behavior", &place).any(|(word, _)| word == "sequence");
                    self.report.unless(!sequence, "P3.RANGE-3", &place, "a sequence inside of a Range");
                    self.resource(member, "Range", &place);
                }
                Some("Range") => {}
                _ => self.canvas_reference(member, &place, "P3.RANGE-2"),
            }
        }
        if let Some(start) = range.get("start") {
            self.canvas_reference(start, &format!("{at}/start"), "P3.START-1");
        }
        if let Some(pages) = range.get("supplementary") {
            self.report.unless(text(pages, "type") == Some("AnnotationCollection"), "P3.RANGE-5", at, "not an AnnotationCollection");
        }
    }

    /// A Canvas, or a SpecificResource with one as its source, of this Manifest.
    fn canvas_reference(&mut self, value: &Value, at: &str, rule: &str) {
        let id = match text(value, "type") {
            Some("Canvas") => text(value, "id"),
            Some("SpecificResource") => source_of(value),
            _ => None,
        };
        let Some(id) = id else { return self.report.fail(rule, at, "neither a Canvas nor a part of one") };
        let id = id.split('#').next().unwrap_or(id);
        let known = !self.closed || self.canvases.contains(id);
        self.report.unless(known, "P3.RANGE-6", at, format!("{id} is not a Canvas of this Manifest"));
    }
}

fn source_of(specific: &Value) -> Option<&str> {
    let source = specific.get("source")?;
    source.as_str().or_else(|| text(source, "id"))
}

fn target_of(annotation: &Value) -> Option<&str> {
    let target = annotation.get("target")?;
    target.as_str().or_else(|| source_of(target)).or_else(|| text(target, "id"))
}
