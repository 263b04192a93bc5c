//! `/api/v1/items/{id}/annotations/{page}/items`: single annotations.

use std::collections::HashSet;
use std::sync::Arc;

use poem::web::Data;
use poem_openapi::OpenApi;
use poem_openapi::param::Path;
use serde_json::Value;

use super::address::Address;
use super::annotation_pages::in_full;
use super::answer::{Deleted, Read, Written};
use super::auth::{Key, Reader};
use super::body::{Body, Patch};
use super::etag::{IfMatch, IfNoneMatch};
use super::problem::Problem;
use super::schema::{AnnotationsView, NewAnnotations};
use super::{App, Tags};
use crate::catalog::AnnotationPage;
use crate::iiif::presentation::annotating::{self, Of};
use crate::iiif::presentation::{Fault, naming, parts};
use crate::iiif::uris::Uris;

/// Annotations.
pub struct Annotations;

#[OpenApi(prefix_path = "/api/v1", tag = "Tags::Annotations")]
impl Annotations {
    /// Add annotations to a page
    ///
    /// Any number at once, at a place on the page; all or nothing. `If-Match` takes the page's ETag; the answer's ETag is the page's new
    /// one.
    #[oai(path = "/items/:id/annotations/:page/items", method = "post", operation_id = "addAnnotations")]
    async fn add(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        body: Body<NewAnnotations>,
    ) -> Result<Written<AnnotationsView>, Problem> {
        let NewAnnotations { position, items } = body.0;
        let mut annotated = Annotated::of(&app, &id, &page, &uris).await?;
        let new = annotated.check(items, |pointer| format!("/items{pointer}"))?;
        let list = &mut annotated.page.annotations;
        let place = position.map_or(list.len(), |position| list.len().min(position as usize));
        list.splice(place..place, new.iter().cloned());
        let annotated = annotated.save(&app, condition).await?;
        let items = new.iter().map(|one| annotated.published(one)).collect();
        let location = uris.api(&["items", &id, "annotations", &page]);
        Ok(Written::created(AnnotationsView { items }, annotated.page.revision, location))
    }

    /// Read an annotation
    ///
    /// The ETag is the page's.
    #[oai(path = "/items/:id/annotations/:page/items/:annotation", method = "get", operation_id = "getAnnotation")]
    async fn get(
        &self,
        app: Data<&Arc<App>>,
        reader: Reader,
        Address(uris): Address,
        known: IfNoneMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        annotation: Path<String>,
    ) -> Result<Read<Value>, Problem> {
        let page = app.readable_annotation_page(&id, &page, &reader).await?;
        let annotated = Annotated { page, manifest: uris.manifest(&id), uris };
        Ok(Read::new(annotated.read(&annotation)?, annotated.page.revision, &known))
    }

    /// Replace an annotation
    ///
    /// Or add one at the end of the page, under this name. `If-Match` takes the page's ETag.
    #[oai(path = "/items/:id/annotations/:page/items/:annotation", method = "put", operation_id = "putAnnotation")]
    async fn put(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        annotation: Path<String>,
        /// The annotation, with any body and selector of the Web Annotation model.
        body: Body<Value>,
    ) -> Result<Written<Value>, Problem> {
        Annotated::of(&app, &id, &page, &uris).await?.put(&app, &annotation, body.0, condition).await
    }

    /// Change an annotation
    ///
    /// JSON Merge Patch on the annotation: what is not sent stays as it is, `null` removes. `If-Match` takes the page's ETag.
    #[oai(path = "/items/:id/annotations/:page/items/:annotation", method = "patch", operation_id = "patchAnnotation")]
    async fn patch(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        annotation: Path<String>,
        patch: Patch<Value>,
    ) -> Result<Written<Value>, Problem> {
        let annotated = Annotated::of(&app, &id, &page, &uris).await?;
        let patched = patch.apply(&annotated.read(&annotation)?)?;
        annotated.put(&app, &annotation, patched, condition).await
    }

    /// Delete an annotation
    ///
    /// `If-Match` takes the page's ETag.
    #[oai(path = "/items/:id/annotations/:page/items/:annotation", method = "delete", operation_id = "deleteAnnotation")]
    async fn delete(
        &self,
        app: Data<&Arc<App>>,
        _key: Key,
        Address(uris): Address,
        condition: IfMatch,
        /// The item's id.
        id: Path<String>,
        /// The page's id.
        page: Path<String>,
        /// The last segment of the annotation's id; the whole id if it lies elsewhere.
        annotation: Path<String>,
    ) -> Result<Deleted, Problem> {
        let mut annotated = Annotated::of(&app, &id, &page, &uris).await?;
        let place = annotated.place(&annotated.address(&annotation)).ok_or_else(absent)?;
        annotated.page.annotations.remove(place);
        annotated.save(&app, condition).await?;
        Ok(Deleted::Done)
    }
}

/// A page at a revision.
struct Annotated {
    page: AnnotationPage,
    manifest: String,
    uris: Uris,
}

impl Annotated {
    async fn of(app: &App, item: &str, page: &str, uris: &Uris) -> Result<Self, Problem> {
        let page = app.catalog.annotation_page(item, page).await?;
        Ok(Self { page, manifest: uris.manifest(item), uris: uris.clone() })
    }

    fn whole(&self) -> Of<'_> {
        Of { page: &self.page.id, canvas: self.page.canvas_id.as_deref() }
    }

    /// The stored id of what a client calls `name`.
    fn address(&self, name: &str) -> String {
        let mut named = serde_json::json!({ "id": naming::address(&self.whole().path(), name) });
        parts::contract(&mut named, &self.manifest);
        named["id"].as_str().unwrap_or_default().to_owned()
    }

    fn place(&self, address: &str) -> Option<usize> {
        self.page.annotations.iter().position(|one| one.get("id").is_some_and(|id| id == address))
    }

    fn published(&self, annotation: &Value) -> Value {
        let mut annotation = annotation.clone();
        parts::expand(&mut annotation, &self.manifest, &|_| None);
        annotation
    }

    fn read(&self, name: &str) -> Result<Value, Problem> {
        let place = self.place(&self.address(name)).ok_or_else(absent)?;
        Ok(self.published(&self.page.annotations[place]))
    }

    /// Annotations as they are stored, or everything that is wrong with them.
    fn check(&self, sent: Vec<Value>, at: impl Fn(&str) -> String) -> Result<Vec<Value>, Problem> {
        if self.page.elsewhere.is_some() {
            return Err(fault("", "the page is elsewhere, and has its annotations there"));
        }
        let new = in_full(sent, self.whole(), &self.manifest);
        let known: HashSet<&str> = self.page.annotations.iter().filter_map(|one| one.get("id")?.as_str()).collect();
        let faults = annotating::faults(&new, self.whole(), &known);
        if faults.is_empty() {
            return Ok(new);
        }
        Err(Problem::invalid(faults.into_iter().map(|fault| Fault { pointer: at(&fault.pointer), ..fault }).collect()))
    }

    /// Puts an annotation in the place of the one with this name, or at the end.
    async fn put(mut self, app: &App, name: &str, sent: Value, condition: IfMatch) -> Result<Written<Value>, Problem> {
        let address = self.address(name);
        let Value::Object(mut sent) = sent else { return Err(fault("", "an annotation is an object")) };
        let given = sent.get("id").map(|id| self.address(id.as_str().unwrap_or_default()));
        if given.is_some_and(|given| given != address) {
            return Err(fault("/id", "it is not the id in the URL, and an id cannot be changed"));
        }
        sent.shift_remove("id");
        sent.shift_insert(0, "id".to_owned(), address.clone().into());
        let place = self.place(&address);
        let old = place.map(|place| std::mem::take(&mut self.page.annotations[place]));
        let new = self.check(vec![sent.into()], |pointer| pointer.strip_prefix("/0").unwrap_or(pointer).to_owned())?;
        let Some(annotation) = new.into_iter().next() else { return Err(absent()) };
        match place {
            Some(place) => self.page.annotations[place] = annotation.clone(),
            None => self.page.annotations.push(annotation.clone()),
        }
        let saved = self.save(app, condition).await?;
        let (view, revision) = (saved.published(&annotation), saved.page.revision);
        let location = saved.uris.api(&["items", &saved.page.item_id, "annotations", &saved.page.id, "items", name]);
        Ok(if old.is_none() { Written::created(view, revision, location) } else { Written::changed(view, revision) })
    }

    async fn save(mut self, app: &App, condition: IfMatch) -> Result<Self, Problem> {
        let AnnotationPage { item_id, id, revision, annotations, .. } = &self.page;
        let edit = |stored: &mut Vec<Value>| {
            stored.clone_from(annotations);
            Ok(())
        };
        let ((), revision) = app.catalog.edit_annotations(item_id, id, &condition.at(*revision).0, edit).await?;
        self.page.revision = revision;
        Ok(self)
    }
}

fn absent() -> Problem {
    Problem::not_found("annotation")
}

fn fault(pointer: &str, detail: &str) -> Problem {
    Problem::invalid(vec![Fault { pointer: pointer.to_owned(), detail: detail.to_owned() }])
}
