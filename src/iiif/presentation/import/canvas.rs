//! Canvases of an imported Manifest, what is painted on them, and pages of annotations.

use std::collections::HashMap;

use serde_json::{Map, Value};

use super::{MOST_CANVASES, Work, described};
use crate::iiif::presentation::{Descriptive, parts};

/// A Canvas as it is to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedCanvas {
    pub id: String,
    /// Width and height.
    pub size: Option<(i32, i32)>,
    /// Seconds.
    pub duration: Option<f64>,
    pub descriptive: Descriptive,
    /// Annotation Pages in stored form.
    pub painting: Vec<Value>,
}

/// An Annotation Page that does not paint.
#[derive(Debug, Clone, PartialEq)]
pub struct ImportedPage {
    pub id: String,
    /// The canvas it belongs to; the item if there is none.
    pub canvas: Option<String>,
    /// Place among the pages of the same resource.
    pub position: i32,
    /// Where the page is, if it was only named.
    pub elsewhere: Option<String>,
    pub properties: Map<String, Value>,
    /// In stored form.
    pub annotations: Vec<Value>,
}

impl ImportedCanvas {
    pub(super) fn renamed(mut self, names: &HashMap<String, String>) -> Self {
        let mut rest = Value::from(std::mem::take(&mut self.descriptive.rest));
        parts::rename(&mut rest, names);
        self.descriptive.rest = rest.as_object().cloned().unwrap_or_default();
        self.painting.iter_mut().for_each(|page| parts::rename(page, names));
        self
    }
}

impl ImportedPage {
    pub(super) fn renamed(mut self, names: &HashMap<String, String>) -> Self {
        self.annotations.iter_mut().for_each(|annotation| parts::rename(annotation, names));
        self
    }
}

impl Work<'_> {
    pub(super) fn canvases(&mut self, items: Option<Value>) -> Vec<ImportedCanvas> {
        let items = match items {
            Some(Value::Array(items)) if items.len() <= MOST_CANVASES => items,
            Some(Value::Array(items)) => {
                self.fault("/items", format!("{} canvases are too many: up to {MOST_CANVASES} are taken in", items.len()));
                return Vec::new();
            }
            _ => {
                self.fault("/items", "a Manifest needs its items, a list of Canvases");
                return Vec::new();
            }
        };
        // First all names, so that each canvas gets its own before another is called alike.
        let ids: Vec<Option<String>> =
            items.iter().enumerate().map(|(index, one)| self.canvas_id(one, &format!("/items/{index}"))).collect();
        let canvases = items.into_iter().zip(ids).enumerate();
        canvases.filter_map(|(index, (canvas, id))| self.canvas(canvas, id?, &format!("/items/{index}"))).collect()
    }

    fn canvas_id(&mut self, canvas: &Value, pointer: &str) -> Option<String> {
        if canvas.get("type").is_none_or(|class| class != "Canvas") {
            let found = canvas.get("type").unwrap_or(&Value::Null).to_string();
            self.fault(format!("{pointer}/type"), format!("a Canvas is expected here, not {found}"));
        }
        let Some(uri) = canvas.get("id").and_then(Value::as_str).filter(|uri| !uri.trim().is_empty()) else {
            self.fault(format!("{pointer}/id"), "a Canvas needs its id");
            return None;
        };
        let path = self.naming.name("canvases", uri);
        if path.is_none() {
            self.fault(format!("{pointer}/id"), format!("the id {uri} is there twice"));
        }
        path?.strip_prefix("canvases/").map(str::to_owned)
    }

    fn canvas(&mut self, canvas: Value, id: String, pointer: &str) -> Option<ImportedCanvas> {
        let Value::Object(mut canvas) = canvas else { return None };
        let size = self.size(&mut canvas, pointer);
        let duration = self.duration(&mut canvas, pointer);
        let mut painting = self.list(canvas.shift_remove("items"), &format!("{pointer}/items"));
        // A document from elsewhere must not put our images, perhaps private ones, on a canvas by their names.
        if painting.iter().any(|page| !parts::images(page).is_empty()) {
            self.fault(format!("{pointer}/items"), "a resource with image instead of an id stands for an image of ours: give its id");
        }
        self.name_painting(&mut painting, &format!("canvases/{id}"));
        self.pages(canvas.shift_remove("annotations"), Some(&id), &format!("{pointer}/annotations"));
        self.nested(&mut canvas, &format!("canvases/{id}/"), pointer);
        for name in ["@context", "id", "type"] {
            canvas.shift_remove(name);
        }
        Some(ImportedCanvas { id, size, duration, descriptive: described(canvas.into()), painting })
    }

    /// Height and width, if they are what they should be; otherwise they stay where they are.
    fn size(&mut self, canvas: &mut Map<String, Value>, pointer: &str) -> Option<(i32, i32)> {
        let mut side = |name: &str| {
            let number = self.number(canvas, name, pointer)?;
            (number.fract() == 0.0 && (1.0..=f64::from(i32::MAX)).contains(&number)).then_some(number as i32)
        };
        let size = side("width").zip(side("height"))?;
        canvas.shift_remove("width");
        canvas.shift_remove("height");
        Some(size)
    }

    fn duration(&mut self, canvas: &mut Map<String, Value>, pointer: &str) -> Option<f64> {
        let seconds = self.number(canvas, "duration", pointer).filter(|seconds| *seconds > 0.0)?;
        canvas.shift_remove("duration");
        Some(seconds)
    }

    fn number(&mut self, canvas: &Map<String, Value>, name: &str, pointer: &str) -> Option<f64> {
        let value = canvas.get(name)?;
        if !value.is_number() {
            self.fault(format!("{pointer}/{name}"), format!("must be a number, not {value}"));
        }
        value.as_f64()
    }

    /// Gives what is painted on the canvas at `path` its addresses: pages, and annotations numbered through all of them.
    fn name_painting(&mut self, pages: &mut [Value], path: &str) {
        let mut number = 0;
        for (index, page) in pages.iter_mut().enumerate().filter_map(|(index, page)| Some((index, page.as_object_mut()?))) {
            let name = if index == 0 { format!("{path}/page") } else { format!("{path}/page-{}", index + 1) };
            self.readdress(page, name);
            for annotation in page.get_mut("items").and_then(Value::as_array_mut).into_iter().flatten().filter_map(Value::as_object_mut) {
                number += 1;
                self.readdress(annotation, format!("{path}/page/{number}"));
            }
        }
    }

    fn readdress(&mut self, resource: &mut Map<String, Value>, path: String) {
        let address = Value::from(parts::own(&path));
        if let Some(Value::String(uri)) = resource.get("id") {
            self.naming.claim(path, uri);
        }
        resource.insert("id".to_owned(), address);
    }

    /// Takes in pages of annotations; those without `items` are elsewhere.
    pub(super) fn pages(&mut self, pages: Option<Value>, canvas: Option<&str>, pointer: &str) {
        for (index, page) in self.list(pages, pointer).into_iter().enumerate() {
            let pointer = format!("{pointer}/{index}");
            let page = match page {
                Value::Object(page) => page,
                Value::String(uri) => Map::from_iter([("id".to_owned(), uri.into())]),
                _ => {
                    self.fault(&pointer, "an Annotation Page is expected here");
                    continue;
                }
            };
            let position = i32::try_from(index).unwrap_or(i32::MAX);
            if let Some(page) = self.page(page, &pointer) {
                self.pages.push(ImportedPage { canvas: canvas.map(str::to_owned), position, ..page });
            }
        }
    }

    fn page(&mut self, mut page: Map<String, Value>, pointer: &str) -> Option<ImportedPage> {
        let uri = page.shift_remove("id").and_then(|id| id.as_str().map(str::to_owned));
        page.shift_remove("type");
        let items = page.shift_remove("items");
        let here = items.is_some();
        let path = match &uri {
            Some(uri) if here => self.naming.name("annotations", uri),
            _ => Some(self.naming.mint("annotations")),
        };
        let Some(path) = path else {
            self.fault(format!("{pointer}/id"), format!("the id {} is there twice", uri.unwrap_or_default()));
            return None;
        };
        if uri.is_none() && !here {
            self.fault(pointer, "an Annotation Page needs its id or its items");
        }
        let mut annotations = self.list(items, &format!("{pointer}/items"));
        for annotation in annotations.iter_mut().filter_map(Value::as_object_mut) {
            let uri = annotation.get("id").and_then(Value::as_str).map(str::to_owned);
            let name = uri.and_then(|uri| self.naming.name(&path, &uri)).unwrap_or_else(|| self.naming.mint(&path));
            annotation.insert("id".to_owned(), parts::own(&name).into());
        }
        let id = path.strip_prefix("annotations/")?.to_owned();
        Some(ImportedPage { id, canvas: None, position: 0, elsewhere: uri.filter(|_| !here), properties: page, annotations })
    }

    /// Gives what is within placeholder and accompanying canvases its addresses.
    pub(super) fn nested(&mut self, resource: &mut Map<String, Value>, path: &str, pointer: &str) {
        for (property, name) in [("placeholderCanvas", "placeholder"), ("accompanyingCanvas", "accompanying")] {
            let Some(canvas) = resource.get_mut(property) else { continue };
            let Some(canvas) = canvas.as_object_mut() else {
                self.fault(format!("{pointer}/{property}"), "a Canvas is expected here");
                continue;
            };
            let path = format!("{path}{name}");
            self.readdress(canvas, path.clone());
            if let Some(pages) = canvas.get_mut("items").and_then(Value::as_array_mut) {
                self.name_painting(pages, &path);
            }
        }
    }
}
