//! Items and canvases as Presentation documents.

use crate::catalog::{Catalog, CatalogError, PlacedImage, PublicCanvas, PublicItem, Status};
use crate::iiif::ids::{CollectionKey, ResourceId};
use crate::iiif::image::{Dimensions, ImageInfo, Limits, Request, Version, service};
use crate::iiif::presentation::collection::{Collection, Member, Target};
use crate::iiif::presentation::manifest::{Canvas, Manifest, Painting, Parent, Thumbnail};
use crate::iiif::presentation::{Descriptive, LanguageMap};
use crate::iiif::uris::Uris;

/// Members on one page of a collection; up to so many, the whole catalogue is one page.
pub const PAGE: usize = 500;
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

    /// The manifest of an item, and whether the public may see it.
    pub async fn manifest(&self, item: &str, uris: &Uris) -> Result<(Manifest, bool), CatalogError> {
        let PublicItem { item, canvases } = self.catalog.public_item(item).await?;
        let thumbnail = canvases.iter().find_map(|canvas| self.image_of(canvas)).map(|image| self.large_thumbnail(&image, uris));
        let canvases = canvases.into_iter().map(|canvas| self.canvas(canvas, uris)).collect();
        let manifest = Manifest { item: item.id, descriptive: item.descriptive, canvases, thumbnail, part_of: Vec::new() };
        Ok((manifest, item.status == Status::Published))
    }

    /// The collection of all published items, or one page of it. `None` if there is no such collection.
    pub async fn collection(&self, key: CollectionKey, uris: &Uris) -> Result<Option<Collection>, CatalogError> {
        match &key {
            CollectionKey::Top => self.top(uris).await.map(Some),
            CollectionKey::Page(after) => self.page(key.clone(), after.as_ref(), uris).await.map(Some),
            CollectionKey::Named(_) => Ok(None),
        }
    }

    async fn top(&self, uris: &Uris) -> Result<Collection, CatalogError> {
        let later = self.catalog.published_pages(PAGE as i64).await?;
        let members = if later.is_empty() {
            self.catalog.published(None, PAGE).await?.entries.iter().map(|item| self.member(item, uris)).collect()
        } else {
            let later = later.into_iter().filter_map(|after| ResourceId::parse(&after).ok()).map(Some);
            std::iter::once(None).chain(later).enumerate().map(|(number, after)| page_member(number + 1, after)).collect()
        };
        Ok(Collection { key: CollectionKey::Top, descriptive: titled(top_label()), members, thumbnail: None, part_of: Vec::new() })
    }

    async fn page(&self, key: CollectionKey, after: Option<&ResourceId>, uris: &Uris) -> Result<Collection, CatalogError> {
        let page = self.catalog.published(after.map(ResourceId::as_str), PAGE).await?;
        let label = match after {
            None => "Published items, from the first".to_owned(),
            Some(after) => format!("Published items after {after}"),
        };
        let part_of = vec![Parent { key: CollectionKey::Top, label: top_label() }];
        let members = page.entries.iter().map(|item| self.member(item, uris)).collect();
        Ok(Collection { key, descriptive: titled(LanguageMap::new("en", label)), members, thumbnail: None, part_of })
    }

    /// A published item as lists show it: label, and a small picture.
    fn member(&self, item: &PlacedImage, uris: &Uris) -> Member {
        Member {
            target: Target::Manifest(item.id.clone()),
            label: item.descriptive.label.clone(),
            thumbnail: self.placed(item).map(|image| self.thumbnail(&image, uris)),
            nav_date: item.descriptive.nav_date.clone(),
        }
    }

    /// The picture that stands for a published item in a list.
    pub fn thumbnail_of(&self, item: &PlacedImage, uris: &Uris) -> Option<Thumbnail> {
        self.placed(item).map(|image| self.thumbnail(&image, uris))
    }

    fn canvas(&self, canvas: PublicCanvas, uris: &Uris) -> Canvas {
        let image = self.image_of(&canvas).map(|image| self.painting(&image, uris));
        let PublicCanvas { id, width, height, descriptive, image_id: _, image_width: _, image_height: _, tile_size: _ } = canvas;
        Canvas { id, width: length(width), height: length(height), descriptive, image }
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

/// An image with what its service says of itself.
struct Placed {
    id: String,
    info: ImageInfo,
}

fn placed(id: Option<&str>, width: Option<i32>, height: Option<i32>, tile: Option<i32>) -> Option<Placed> {
    let full = Dimensions { width: length(width?), height: length(height?) };
    Some(Placed { id: id?.to_owned(), info: ImageInfo { full, tile: length(tile?) } })
}

/// Lengths are positive in the catalogue.
fn length(stored: i32) -> u32 {
    stored.unsigned_abs()
}

fn top_label() -> LanguageMap {
    LanguageMap::new("en", "Published items")
}

fn titled(label: LanguageMap) -> Descriptive {
    Descriptive { label, ..Descriptive::default() }
}

fn page_member(number: usize, after: Option<ResourceId>) -> Member {
    let label = LanguageMap::new("en", format!("Published items, part {number}"));
    Member { target: Target::Collection(CollectionKey::Page(after)), label, thumbnail: None, nav_date: None }
}
