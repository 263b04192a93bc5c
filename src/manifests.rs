//! Items and canvases as Presentation documents.

mod collections;
mod hidden;

use std::collections::{HashMap, HashSet};

use serde_json::{Map, Value};

use crate::catalog::{AnnotationPage, Catalog, CatalogError, Holder, NamedImage, PlacedImage, PublicCanvas, PublicItem, Status};
use crate::iiif::image::{Dimensions, ImageInfo, Limits, Request, Version, service};
use crate::iiif::presentation::hiding::hide;
use crate::iiif::presentation::manifest::{Canvas, Content, Manifest, Painting, Thumbnail, manifest_3};
use crate::iiif::presentation::{parts, ranges};
use crate::iiif::uris::Uris;

pub use collections::{CollectionDocument, PAGE};
pub use hidden::hide_in_properties;

/// Media type of every painted image and thumbnail.
const JPEG: &str = "image/jpeg";

/// Makes documents of what the catalogue holds. Never asks the storage.
#[derive(Clone)]
pub struct Manifests {
    catalog: Catalog,
    limits: Limits,
}

impl Manifests {
    /// `limits` are those of the image service, so that what is written here is what it answers.
    pub fn new(catalog: Catalog, limits: Limits) -> Self {
        Self { catalog, limits }
    }

    /// The manifest of an item, without its hidden canvases; of drafts too.
    pub async fn manifest(&self, item: &str, uris: &Uris) -> Result<ItemDocument, CatalogError> {
        let mut item = self.catalog.public_item(item).await?;
        let hidden = hidden::take_out(&mut item);
        self.document(item, hidden, uris).await
    }

    /// The manifest of an item with all its canvases, for the holder of a key.
    pub async fn whole_manifest(&self, item: &str, uris: &Uris) -> Result<ItemDocument, CatalogError> {
        self.document(self.catalog.public_item(item).await?, HashSet::new(), uris).await
    }

    async fn document(&self, item: PublicItem, hidden: HashSet<String>, uris: &Uris) -> Result<ItemDocument, CatalogError> {
        let holders = self.catalog.holders_of_item(&item.item.id).await?;
        let (manifests, uris) = (self.clone(), uris.clone());
        let written = tokio::task::spawn_blocking(move || manifests.written(item, hidden, holders, &uris)).await;
        Ok(written.unwrap_or_else(|cut_short| std::panic::resume_unwind(cut_short.into_panic())))
    }

    /// Takes time where there are thousands of canvases.
    fn written(&self, item: PublicItem, hidden: HashSet<String>, holders: Vec<Holder>, uris: &Uris) -> ItemDocument {
        let PublicItem { item, canvases, images, structures, pages, names } = item;
        let part_of = collections::parents(holders);
        let placed: HashMap<String, Placed> = images.into_iter().map(|image| (image.id.clone(), Placed::from(image))).collect();
        let stored = !structures.is_empty() || !pages.is_empty() || !item.descriptive.rest.is_empty();
        let stored = stored || canvases.iter().any(|canvas| canvas.painting.is_some() || !canvas.descriptive.rest.is_empty());
        let painted = |canvas: &PublicCanvas| {
            let named = canvas.painting.iter().flatten().flat_map(parts::images).find_map(|image| placed.get(image));
            self.image_of(canvas).as_ref().or(named).map(|image| self.large_thumbnail(image, uris))
        };
        let thumbnail = canvases.iter().find_map(painted);
        let structures = ranges::shown(structures);
        let mut pages = PagesByCanvas::new(pages);
        let annotations = pages.take(None);
        let canvases = canvases.into_iter().map(|canvas| self.canvas(canvas, &mut pages, uris)).collect();
        let (id, public) = (uris.manifest(&item.id), item.status == Status::Published);
        let manifest = Manifest { item: item.id, descriptive: item.descriptive, canvases, thumbnail, part_of, structures, annotations };
        let mut document = manifest_3(manifest, uris);
        if stored {
            parts::expand(&mut document, &id, &|image| placed.get(image).map(|image| self.painting(image, uris).resource()));
        }
        ItemDocument { document, id, names, hidden, public, revision: item.revision }
    }

    /// A page of annotations by itself, in the words of its manifest; nothing if it is of a canvas that is hidden there.
    pub fn annotation_page(&self, page: AnnotationPage, manifest: &ItemDocument) -> Option<Value> {
        if page.canvas_id.as_ref().is_some_and(|canvas| manifest.hidden.contains(canvas)) {
            return None;
        }
        let mut page = page_object(AnnotationPage { embedded: true, ..page });
        hide(&mut page, &manifest.hidden);
        parts::expand(&mut page, &manifest.id, &|_| None);
        Some(page)
    }

    /// The picture that stands for a published item in a list.
    pub fn thumbnail_of(&self, item: &PlacedImage, uris: &Uris) -> Option<Thumbnail> {
        self.placed(item).map(|image| self.thumbnail(&image, uris))
    }

    fn canvas(&self, canvas: PublicCanvas, pages: &mut PagesByCanvas, uris: &Uris) -> Canvas {
        let image = self.image_of(&canvas).map(|image| Content::Image(Box::new(self.painting(&image, uris))));
        let PublicCanvas {
            id,
            width,
            height,
            duration,
            descriptive,
            painting,
            hidden: _,
            image_id: _,
            image_width: _,
            image_height: _,
            tile_size: _,
        } = canvas;
        let content = painting.map(Content::Pages).or(image).unwrap_or(Content::Nothing);
        let annotations = pages.take(Some(&id));
        Canvas { id, size: width.map(length).zip(height.map(length)), duration, descriptive, content, annotations }
    }

    fn painting(&self, image: &Placed, uris: &Uris) -> Painting {
        let (canonical, size) = self.request(image, "max");
        Painting {
            id: uris.image_request(3, &image.id, &canonical),
            format: JPEG,
            width: size.width,
            height: size.height,
            services: self.services(image, uris),
            thumbnail: self.thumbnail(image, uris),
        }
    }

    /// The smallest of the sizes listed in info.json that is no smaller than a thumbnail should be.
    fn thumbnail(&self, image: &Placed, uris: &Uris) -> Thumbnail {
        let sizes = image.info.sizes(&self.limits);
        let large = |size: &&Dimensions| size.width.max(size.height) >= 200;
        let size = sizes.iter().find(large).or(sizes.last()).copied().unwrap_or(image.info.full);
        self.sized(image, &format!("{},{}", size.width, size.height), uris)
    }

    /// The picture that Omeka S copies: it makes its largest derivative, 800 pixels, from this one.
    fn large_thumbnail(&self, image: &Placed, uris: &Uris) -> Thumbnail {
        self.sized(image, "!800,800", uris)
    }

    fn sized(&self, image: &Placed, size: &str, uris: &Uris) -> Thumbnail {
        let (canonical, size) = self.request(image, size);
        Thumbnail {
            id: uris.image_request(3, &image.id, &canonical),
            format: JPEG,
            width: size.width,
            height: size.height,
            services: self.services(image, uris),
        }
    }

    /// The canonical request for the whole image in this size, and the size that it gives.
    fn request(&self, image: &Placed, size: &str) -> (String, Dimensions) {
        let resolved = Request::parse(Version::V3, "full", size, "0", "default.jpg")
            .and_then(|request| request.resolve(image.info.full, &self.limits));
        match resolved {
            Ok(resolved) => (resolved.canonical(Version::V3, image.info.full, &self.limits), resolved.size),
            Err(_) => ("full/max/0/default.jpg".to_owned(), image.info.full),
        }
    }

    fn services(&self, image: &Placed, uris: &Uris) -> Vec<serde_json::Value> {
        let made = |version: Version| service(version, &uris.image(version.number(), &image.id), &image.info, &self.limits);
        vec![made(Version::V3), made(Version::V2)]
    }

    fn image_of(&self, canvas: &PublicCanvas) -> Option<Placed> {
        placed(canvas.image_id.as_deref(), canvas.image_width, canvas.image_height, canvas.tile_size)
    }

    fn placed(&self, item: &PlacedImage) -> Option<Placed> {
        placed(item.image_id.as_deref(), item.image_width, item.image_height, item.tile_size)
    }
}

/// The Annotation Pages of one item by the canvas that they belong to.
struct PagesByCanvas(HashMap<Option<String>, Vec<Value>>);

impl PagesByCanvas {
    fn new(pages: Vec<AnnotationPage>) -> Self {
        let mut by_canvas: HashMap<Option<String>, Vec<Value>> = HashMap::new();
        for page in pages {
            by_canvas.entry(page.canvas_id.clone()).or_default().push(page_object(page));
        }
        Self(by_canvas)
    }

    fn take(&mut self, canvas: Option<&str>) -> Vec<Value> {
        if self.0.is_empty() { Vec::new() } else { self.0.remove(&canvas.map(str::to_owned)).unwrap_or_default() }
    }
}

/// An Annotation Page as it stands in a manifest, in stored form.
fn page_object(page: AnnotationPage) -> Value {
    let id = page.elsewhere.unwrap_or_else(|| parts::own(&format!("annotations/{}", page.id)));
    let mut object = Map::from_iter([("id".to_owned(), id.into()), ("type".to_owned(), "AnnotationPage".into())]);
    object.extend(page.properties);
    if page.embedded {
        object.insert("items".to_owned(), page.annotations.into());
    }
    object.into()
}

/// A manifest, and what else must be known to answer for it.
#[derive(Debug)]
pub struct ItemDocument {
    /// Presentation 3.0, every part by our own address.
    pub document: Value,
    /// Address of the manifest.
    pub id: String,
    /// What the source calls its parts, if the documents are to do so too.
    names: HashMap<String, String>,
    /// Canvases that are left out.
    hidden: HashSet<String>,
    /// Whether anyone may see it.
    pub public: bool,
    pub revision: i64,
}

impl ItemDocument {
    /// Whether it is without some of its canvases.
    pub fn hides_some(&self) -> bool {
        !self.hidden.is_empty()
    }

    /// The place of a canvas in reading order, from 1; 0 for anything else.
    pub fn position(&self, id: &str) -> usize {
        let canvases = self.document.get("items").and_then(Value::as_array).into_iter().flatten();
        canvases.enumerate().find(|(_, canvas)| canvas.get("id").is_some_and(|known| known == id)).map_or(0, |(index, _)| index + 1)
    }

    /// The manifest, or a part of it as a document of its own, by the names that it is published under.
    pub fn named(&self, mut document: Value) -> Value {
        if !self.names.is_empty() {
            let names = self.names.iter().map(|(part, uri)| (parts::own(part), uri.clone())).collect();
            parts::contract(&mut document, &self.id);
            parts::rename(&mut document, &names);
            parts::expand(&mut document, &self.id, &|_| None);
        }
        document
    }
}

/// An image with what its service says of itself.
struct Placed {
    id: String,
    info: ImageInfo,
}

impl From<NamedImage> for Placed {
    fn from(NamedImage { id, width, height, tile_size }: NamedImage) -> Self {
        let full = Dimensions { width: length(width), height: length(height) };
        Self { id, info: ImageInfo { full, tile: length(tile_size) } }
    }
}

fn placed(id: Option<&str>, width: Option<i32>, height: Option<i32>, tile: Option<i32>) -> Option<Placed> {
    let full = Dimensions { width: length(width?), height: length(height?) };
    Some(Placed { id: id?.to_owned(), info: ImageInfo { full, tile: length(tile?) } })
}

/// Lengths are positive in the catalogue.
fn length(stored: i32) -> u32 {
    stored.unsigned_abs()
}
