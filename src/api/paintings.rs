//! `/api/v1/items/{id}/canvases/{canvas}/paintings`: what is painted on a canvas, one annotation each.

use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use serde_json::{Map, Value};

use super::address::Address;
use super::answer::{Deleted, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::etag::{IfMatch, IfNoneMatch};
use super::problem::Problem;
use super::schema::{NewPainting, PaintingOrder, PaintingsView};
use super::{App, Tags};
use crate::catalog::{Canvas, CanvasContent, minted};
use crate::iiif::presentation::placing::Surface;
use crate::iiif::presentation::{Fault, naming, painting, parts, placing};
use crate::iiif::uris::Uris;

/// What is painted on canvases.
pub struct Paintings;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Canvases")]
impl Paintings {
    /// List what is painted on a canvas
    ///
    /// Annotations, the lowest first: later ones lie over earlier ones. The one image of a plain canvas is shown as such an annotation.
    /// The ETag is the canvas's.
    #[oai(path = "/items/:id/canvases/:canvas/paintings", method = "get", operation_id = "listPaintings")]
    async fn list(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
    ) -> Result<Read<PaintingsView>, Problem> {
        let painted = Painted::of(app.readable_canvas(&id, &canvas, &reader).await?, &uris);
        let paintings = painting::annotations(&painted.pages).map(|one| painted.published(one)).collect();
        Ok(Read::new(PaintingsView { paintings, order: painted.names() }, painted.canvas.revision, &known))
    }

    /// Paint something more on a canvas
    ///
    /// On top of everything, or over the first `position` annotations. A plain canvas with one image becomes one with two annotations.
    /// `If-Match` takes the canvas's ETag; the answer's ETag is the canvas's new one.
    #[oai(path = "/items/:id/canvases/:canvas/paintings", method = "post", operation_id = "addPainting")]
    async fn add(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        body: Body<NewPainting>,
    ) -> Result<Written<Value>, Problem> {
        let NewPainting { position, annotation } = body.0;
        let mut painted = Painted::of(app.catalog.canvas(&id, &canvas).await?, &uris);
        let annotation = painted.check(&app, annotation, "/annotation").await?;
        let address = annotation["id"].as_str().unwrap_or_default().to_owned();
        if painted.find(&address).is_some() {
            return Err(fault("/annotation/id", "something with this id is painted on the canvas already"));
        }
        painting::insert(&mut painted.pages, position.map(|position| position as usize), annotation);
        painted.store(&app, condition, &address, true).await
    }

    /// Read one thing that is painted on a canvas
    ///
    /// The annotation. The ETag is the canvas's.
    #[oai(path = "/items/:id/canvases/:canvas/paintings/:painting", method = "get", operation_id = "getPainting")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        painting: Path<String>,
    ) -> Result<Read<Value>, Problem> {
        let painted = Painted::of(app.readable_canvas(&id, &canvas, &reader).await?, &uris);
        let found = painted.find(&painted.address(&painting)).ok_or_else(absent)?;
        Ok(Read::new(painted.published(found), painted.canvas.revision, &known))
    }

    /// Replace one thing that is painted on a canvas
    ///
    /// Or put something new on top of everything, under this name. `If-Match` takes the canvas's ETag.
    #[oai(path = "/items/:id/canvases/:canvas/paintings/:painting", method = "put", operation_id = "putPainting")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        painting: Path<String>,
        /// The annotation. Its body is a resource anywhere, or one of our images; its target is the canvas if none is given.
        body: Body<Value>,
    ) -> Result<Written<Value>, Problem> {
        let painted = Painted::of(app.catalog.canvas(&id, &canvas).await?, &uris);
        painted.put(&app, &painting, body.0, condition).await
    }

    /// Change one thing that is painted on a canvas
    ///
    /// JSON Merge Patch on the annotation: what is not sent stays as it is, `null` removes. `If-Match` takes the canvas's ETag.
    #[oai(path = "/items/:id/canvases/:canvas/paintings/:painting", method = "patch", operation_id = "patchPainting")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        painting: Path<String>,
        patch: Patch<Value>,
    ) -> Result<Written<Value>, Problem> {
        let painted = Painted::of(app.catalog.canvas(&id, &canvas).await?, &uris);
        let found = painted.find(&painted.address(&painting)).ok_or_else(absent)?;
        let patched = patch.apply(&painted.published(found))?;
        painted.put(&app, &painting, patched, condition).await
    }

    /// Take one thing off a canvas
    ///
    /// The canvas keeps its size, and images stay. `If-Match` takes the canvas's ETag.
    #[oai(path = "/items/:id/canvases/:canvas/paintings/:painting", method = "delete", operation_id = "deletePainting")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        painting: Path<String>,
    ) -> Result<Deleted, Problem> {
        let mut painted = Painted::of(app.catalog.canvas(&id, &canvas).await?, &uris);
        let address = painted.address(&painting);
        if !painting::remove(&mut painted.pages, &address) {
            return Err(absent());
        }
        painted.save(&app, condition).await?;
        Ok(Deleted::Done)
    }

    /// Set what lies over what on a canvas
    ///
    /// The names of everything that is painted on it, each once, the lowest first. `If-Match` takes the canvas's ETag.
    #[oai(path = "/items/:id/canvases/:canvas/painting-order", method = "put", operation_id = "setPaintingOrder")]
    async fn set_order(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The canvas's id.
        canvas: Path<String>,
        body: Body<PaintingOrder>,
    ) -> Result<Written<PaintingOrder>, Problem> {
        let mut painted = Painted::of(app.catalog.canvas(&id, &canvas).await?, &uris);
        let mut faults = naming::order_faults(&body.0.order, &painted.names(), "/order", "painting");
        let addresses: Vec<String> = body.0.order.iter().map(|name| painted.address(name)).collect();
        if faults.is_empty() && !painting::arrange(&mut painted.pages, &addresses) {
            let detail = "two annotations on the canvas have the same id: give one of them another first".to_owned();
            faults.push(Fault { pointer: "/order".to_owned(), detail });
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        let revision = painted.save(&app, condition).await?.revision;
        Ok(Written::changed(body.0, revision))
    }
}

/// A canvas and what is painted on it, as its annotation pages.
struct Painted {
    canvas: Canvas,
    pages: Vec<Value>,
    uris: Uris,
}

impl Painted {
    fn of(canvas: Canvas, uris: &Uris) -> Self {
        let image = canvas.image_id.as_deref().map(|image| painting::of_image(&canvas.id, image));
        let pages = canvas.painting.clone().or(image).unwrap_or_default();
        Self { canvas, pages, uris: uris.clone() }
    }

    fn manifest(&self) -> String {
        self.uris.manifest(&self.canvas.item_id)
    }

    /// Below which path its annotations are named.
    fn path(&self) -> String {
        format!("canvases/{}/page", self.canvas.id)
    }

    /// The stored id of the annotation that a client calls `name`.
    fn address(&self, name: &str) -> String {
        let mut named = serde_json::json!({ "id": naming::address(&self.path(), name) });
        parts::contract(&mut named, &self.manifest());
        named["id"].as_str().unwrap_or_default().to_owned()
    }

    /// What clients call the annotations, the lowest first.
    fn names(&self) -> Vec<String> {
        let ids = painting::annotations(&self.pages).filter_map(|one| one.get("id")?.as_str());
        ids.map(|id| self.public_name(id)).collect()
    }

    fn public_name(&self, address: &str) -> String {
        let path = self.path();
        let mut name = Value::from(naming::name(&path, address));
        parts::expand(&mut name, &self.manifest(), &|_| None);
        name.as_str().unwrap_or_default().to_owned()
    }

    fn find(&self, address: &str) -> Option<&Value> {
        painting::annotations(&self.pages).find(|one| one.get("id").is_some_and(|id| id == address))
    }

    fn published(&self, annotation: &Value) -> Value {
        let mut annotation = annotation.clone();
        parts::expand(&mut annotation, &self.manifest(), &|_| None);
        annotation
    }

    /// The annotation as it is stored, or everything that is wrong with it. Pointers begin with `at`.
    async fn check(&self, app: &App, sent: Value, at: &str) -> Result<Value, Problem> {
        let Value::Object(mut annotation) = sent else { return Err(fault(at, "an annotation is an object")) };
        let images: Vec<(String, String)> = named_images(&annotation);
        let short = !annotation.contains_key("body");
        placing::write_out(&mut annotation, &self.canvas.id);
        naming::complete(&mut annotation, &self.path(), &minted);
        let mut annotation = Value::from(annotation);
        parts::contract(&mut annotation, &self.manifest());
        let mut faults = Vec::new();
        painting::annotation_faults(&annotation, at, &mut faults);
        placing::faults(&annotation, self.surface(), at, &mut faults);
        faults.extend(class_fault(&annotation, at));
        if self.find(annotation["id"].as_str().unwrap_or_default()).is_none()
            && let Some(detail) = naming::fault(&self.path(), &annotation["id"])
        {
            faults.push(Fault { pointer: format!("{at}/id"), detail });
        }
        if faults.is_empty() {
            faults.extend(missing_images(app, &images, at).await?);
        }
        if short && annotation["body"].get("image").is_some() {
            faults.iter_mut().for_each(|fault| at_shorthand(fault, at));
        }
        if !faults.is_empty() {
            return Err(Problem::invalid(faults));
        }
        painting::named(&self.canvas.id, vec![serde_json::json!({ "items": [annotation] })])
            .pop()
            .and_then(|mut page| page["items"].as_array_mut()?.pop())
            .ok_or_else(absent)
    }

    fn surface(&self) -> Surface<'_> {
        Surface { canvas: &self.canvas.id, size: self.canvas.width.zip(self.canvas.height), duration: self.canvas.duration }
    }

    /// Puts an annotation in the place of the one with this name, or on top of all.
    async fn put(mut self, app: &App, name: &str, sent: Value, condition: IfMatch) -> Result<Written<Value>, Problem> {
        let address = self.address(name);
        let Value::Object(mut sent) = sent else { return Err(fault("", "an annotation is an object")) };
        let given = sent.get("id").map(|id| self.address(id.as_str().unwrap_or_default()));
        if given.is_some_and(|given| given != address) {
            return Err(fault("/id", "it is not the id in the URL, and an id cannot be changed"));
        }
        sent.shift_remove("id");
        sent.shift_insert(0, "id".to_owned(), address.clone().into());
        let annotation = self.check(app, sent.into(), "").await?;
        let new = match painting::find_mut(&mut self.pages, &address) {
            Some(place) => {
                *place = annotation;
                false
            }
            None => {
                painting::insert(&mut self.pages, None, annotation);
                true
            }
        };
        self.store(app, condition, &address, new).await
    }

    /// Stores the canvas, and answers with the annotation at `address`.
    async fn store(self, app: &App, condition: IfMatch, address: &str, new: bool) -> Result<Written<Value>, Problem> {
        let name = self.public_name(address);
        let uris = self.uris.clone();
        let saved = Self::of(self.save(app, condition).await?, &uris);
        let annotation = saved.find(address).map(|one| saved.published(one)).ok_or_else(absent)?;
        let Canvas { item_id, id, revision, .. } = &saved.canvas;
        let location = uris.api(&["items", item_id, "canvases", id, "paintings", &name]);
        Ok(if new { Written::created(annotation, *revision, location) } else { Written::changed(annotation, *revision) })
    }

    async fn save(self, app: &App, condition: IfMatch) -> Result<Canvas, Problem> {
        let Canvas { item_id, id, width, height, duration, descriptive, revision, .. } = self.canvas;
        let painting = Some(self.pages).filter(|pages| !pages.is_empty());
        let content = CanvasContent { size: width.zip(height), duration, descriptive, image: None, painting, hidden: None };
        let (canvas, _) = app.catalog.put_canvas(&item_id, &id, &content, &condition.at(revision).0).await?;
        Ok(canvas)
    }
}

fn absent() -> Problem {
    Problem::not_found("annotation on the canvas")
}

fn fault(pointer: &str, detail: &str) -> Problem {
    Problem::invalid(vec![Fault { pointer: pointer.to_owned(), detail: detail.to_owned() }])
}

fn class_fault(annotation: &Value, at: &str) -> Option<Fault> {
    let other = annotation.get("type").is_some_and(|class| class != "Annotation");
    other.then(|| Fault { pointer: format!("{at}/type"), detail: "this is an Annotation".to_owned() })
}

/// The images of ours in an annotation as it was sent, each with its pointer.
fn named_images(annotation: &Map<String, Value>) -> Vec<(String, String)> {
    let mut images = Vec::new();
    for (name, value) in annotation {
        match value {
            Value::String(image) if name == "image" => images.push(("/image".to_owned(), image.clone())),
            value => images.extend(parts::image_places(value).into_iter().map(|(at, image)| (format!("/{name}{at}"), image.to_owned()))),
        }
    }
    images
}

async fn missing_images(app: &App, images: &[(String, String)], at: &str) -> Result<Vec<Fault>, Problem> {
    let names: Vec<&str> = images.iter().map(|(_, image)| image.as_str()).collect();
    let unknown = app.catalog.unknown_images(&names).await?;
    let missing = images.iter().filter(|(_, image)| unknown.contains(image));
    let detail = |image: &str| format!("there is no image \"{image}\": register or upload it first");
    Ok(missing.map(|(place, image)| Fault { pointer: format!("{at}{place}"), detail: detail(image) }).collect())
}

/// Points a fault of the body at the `image` that was sent for it.
fn at_shorthand(fault: &mut Fault, at: &str) {
    let of_body = fault.pointer.strip_prefix(at).is_some_and(|rest| rest == "/body" || rest.starts_with("/body/"));
    if of_body {
        fault.pointer = format!("{at}/image");
    }
}
