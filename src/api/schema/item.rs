//! Items and canvases.

use poem_openapi::{Enum, Object};
use serde_json::Value;

use super::language::LanguageText;
use super::{Properties, moment};
use crate::api::problem::Problem;
use crate::catalog::{Canvas, CanvasContent, Item, ItemContent, NewCanvas, Status};
use crate::iiif::ids::{ImageId, ResourceId};
use crate::iiif::presentation::{Class, Descriptive, Fault, faults, painting, parts};
use crate::iiif::uris::Uris;

/// Whether the public sees an item.
#[derive(Clone, Copy, Debug, Default, Enum)]
#[oai(rename_all = "lowercase")]
pub enum StatusName {
    #[default]
    Draft,
    Published,
}

impl From<StatusName> for Status {
    fn from(name: StatusName) -> Self {
        match name {
            StatusName::Draft => Self::Draft,
            StatusName::Published => Self::Published,
        }
    }
}

impl From<Status> for StatusName {
    fn from(status: Status) -> Self {
        match status {
            Status::Draft => Self::Draft,
            Status::Published => Self::Published,
        }
    }
}

/// An item as it is written. Only the label is needed.
#[derive(Clone, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none, example)]
pub struct ItemInput {
    /// Chosen for ever: `[A-Za-z0-9][A-Za-z0-9._~-]{0,127}`. Minted if it is not given. Only when the item is created.
    pub id: Option<String>,
    pub label: LanguageText,
    /// `draft` unless said otherwise. A published item has at least one canvas.
    #[oai(default)]
    pub status: StatusName,
    /// Shorthand for `canvases`: identifiers of images, one canvas each.
    #[oai(validator(max_items = 20000))]
    pub images: Option<Vec<String>>,
    /// The canvases in reading order. Left out, those that are there stay as they are; given, the list is replaced: canvases
    /// with known ids are kept and changed, others added, the rest deleted. One without an id is the canvas that shows its image
    /// already, if there is one.
    #[oai(validator(max_items = 20000))]
    pub canvases: Option<Vec<NewCanvasInput>>,
    #[oai(flatten)]
    pub properties: Properties,
}

impl poem_openapi::types::Example for ItemInput {
    fn example() -> Self {
        let text = |text: &str| LanguageText(crate::iiif::presentation::LanguageMap::new("en", text));
        Self {
            id: Some("herbarium-12".to_owned()),
            label: text("A Herbarium, volume 12"),
            status: StatusName::Published,
            images: Some(vec!["herbarium/12-001".to_owned(), "herbarium/12-002".to_owned()]),
            canvases: None,
            properties: Properties { summary: Some(text("Pressed plants of the northern shore.")), ..Properties::default() },
        }
    }
}

/// An item as it is read.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct ItemView {
    pub id: String,
    pub label: LanguageText,
    pub status: StatusName,
    #[oai(flatten)]
    pub properties: Properties,
    /// How many canvases it has.
    pub canvas_count: i64,
    /// Counts the changes, those of the canvases too; the ETag is this in quotes.
    pub revision: i64,
    pub created: String,
    pub modified: String,
    /// URL of its IIIF manifest.
    pub manifest: String,
}

/// What a canvas says, as it is written.
#[derive(Clone, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct CanvasInput {
    pub label: Option<LanguageText>,
    /// Identifier of the image on it.
    pub image: Option<String>,
    /// Width in the canvas's own units; that of the image if not given.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    pub width: Option<i32>,
    /// Height in the canvas's own units; that of the image if not given.
    #[oai(validator(minimum(value = "1"), maximum(value = "1000000")))]
    pub height: Option<i32>,
    /// Seconds, for what is heard or seen in time.
    pub duration: Option<f64>,
    /// In place of `image`, what is painted on it: Annotation Pages as in a manifest. The body of an annotation is a resource
    /// anywhere, with its id and type, or one of our images: `{"type": "Image", "image": "ezu/1286201"}`. Ids of pages and
    /// annotations, and targets that are the canvas itself, may be left out.
    pub items: Option<Vec<Value>>,
    /// Keeps it from the public: it is in no manifest, and only the holder of a key finds it. If it is left out, a canvas that is there
    /// stays as it is.
    pub hidden: Option<bool>,
    #[oai(flatten)]
    pub properties: Properties,
}

/// A canvas to be added.
#[derive(Clone, Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct NewCanvasInput {
    /// Chosen for ever, unique within the item: `[A-Za-z0-9][A-Za-z0-9._~-]{0,127}`. Minted if it is not given.
    pub id: Option<String>,
    #[oai(flatten)]
    pub content: CanvasInput,
}

/// Canvases to be added at a place.
#[derive(Object)]
pub struct CanvasesInput {
    /// The first one's place in the reading order, from 0; at the end if not given.
    #[oai(validator(minimum(value = "0")))]
    pub position: Option<i32>,
    #[oai(validator(min_items = 1, max_items = 20000))]
    pub canvases: Vec<NewCanvasInput>,
}

/// Canvases just added.
#[derive(Object)]
pub struct CanvasesView {
    pub canvases: Vec<CanvasView>,
}

/// The image on a canvas.
#[derive(Object)]
pub struct ImageOnCanvas {
    /// Identifier of the image.
    pub image: String,
}

/// The reading order of an item.
#[derive(Object)]
pub struct ReadingOrder {
    /// The ids of all its canvases, each once.
    pub canvases: Vec<String>,
}

/// A canvas as it is read.
#[derive(Object)]
#[oai(rename_all = "camelCase", skip_serializing_if_is_none)]
pub struct CanvasView {
    pub id: String,
    pub label: Option<LanguageText>,
    pub image: Option<String>,
    pub width: Option<i32>,
    pub height: Option<i32>,
    pub duration: Option<f64>,
    /// What is painted on it, if that is not one image over the whole of it.
    pub items: Option<Vec<Value>>,
    /// Only there if the public does not see it.
    pub hidden: Option<bool>,
    /// What the file is called that its image was made of; for the holder of a key only.
    pub file_name: Option<String>,
    #[oai(flatten)]
    pub properties: Properties,
    /// Its place in the reading order, from 0.
    pub position: i32,
    /// Counts the changes; the ETag is this in quotes.
    pub revision: i64,
    pub created: String,
    pub modified: String,
    /// The id of the canvas in IIIF documents.
    pub uri: String,
}

impl ItemInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self) -> Result<(Option<String>, ItemContent), Problem> {
        let Self { id, label, status, images, canvases, properties } = self;
        let mut told = Vec::new();
        check_id(id.as_deref(), "/id", &mut told);
        let descriptive = properties.into_descriptive(label);
        told.extend(faults(&descriptive, Class::Manifest));
        let canvases = match (images, canvases) {
            (Some(_), Some(_)) => {
                let detail = "send either images or canvases: images is short for canvases with one image each".to_owned();
                told.push(Fault { pointer: "/images".to_owned(), detail });
                None
            }
            (Some(images), None) => Some(on_canvases(&images, &mut told)),
            (None, canvases) => canvases.map(|canvases| check_canvases(canvases, &mut told)),
        };
        if told.is_empty() { Ok((id, ItemContent { status: status.into(), descriptive, canvases })) } else { Err(Problem::invalid(told)) }
    }

    /// What a writer would send to have the item as it is; canvases apart.
    pub fn of(item: Item) -> Self {
        let (label, properties) = Properties::from_descriptive(item.descriptive);
        Self { id: Some(item.id), label, status: item.status.into(), images: None, canvases: None, properties }
    }
}

impl CanvasesInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self) -> Result<(Option<i32>, Vec<NewCanvas>), Problem> {
        let mut told = Vec::new();
        let canvases = check_canvases(self.canvases, &mut told);
        if told.is_empty() { Ok((self.position, canvases)) } else { Err(Problem::invalid(told)) }
    }
}

impl CanvasInput {
    /// What the catalogue stores, or everything that is wrong with it.
    pub fn check(self) -> Result<CanvasContent, Problem> {
        let mut told = Vec::new();
        let content = self.content("", &mut told);
        if told.is_empty() { Ok(content) } else { Err(Problem::invalid(told)) }
    }

    fn content(self, at: &str, told: &mut Vec<Fault>) -> CanvasContent {
        let Self { label, image, width, height, duration, items, hidden, properties } = self;
        if width.is_some() != height.is_some() {
            let detail = "width and height go together: send both, or neither to take the image's".to_owned();
            told.push(Fault { pointer: format!("{at}/{}", if width.is_some() { "height" } else { "width" }), detail });
        }
        if let Some(Err(error)) = image.as_deref().map(ImageId::parse) {
            told.push(Fault { pointer: format!("{at}/image"), detail: error.to_string() });
        }
        let descriptive = properties.into_descriptive(label.unwrap_or_default());
        told.extend(
            faults(&descriptive, Class::Canvas).into_iter().map(|fault| Fault { pointer: format!("{at}{}", fault.pointer), ..fault }),
        );
        if image.is_some() && items.is_some() {
            let detail = "a canvas has either image or items: put the image into items as the body of an annotation".to_owned();
            told.push(Fault { pointer: format!("{at}/items"), detail });
        }
        if duration.is_some_and(|seconds| !seconds.is_finite() || seconds <= 0.0) {
            told.push(Fault { pointer: format!("{at}/duration"), detail: "must be more than 0".to_owned() });
        }
        if items.is_some() && width.is_none() && duration.is_none() {
            let detail = "a canvas with items needs its width and height, or a duration".to_owned();
            told.push(Fault { pointer: format!("{at}/width"), detail });
        }
        let on_canvas = painting::faults(items.as_deref().unwrap_or_default());
        told.extend(on_canvas.into_iter().map(|fault| Fault { pointer: format!("{at}/items{}", fault.pointer), ..fault }));
        CanvasContent { size: width.zip(height), duration, descriptive, image, painting: items, hidden }
    }

    /// What a writer would send to have the canvas as it is.
    pub fn of(canvas: Canvas) -> Self {
        let (label, properties) = Properties::from_descriptive(canvas.descriptive);
        let label = (!label.0.is_empty()).then_some(label);
        Self {
            label,
            image: canvas.image_id,
            width: canvas.width,
            height: canvas.height,
            duration: canvas.duration,
            items: canvas.painting,
            hidden: Some(canvas.hidden),
            properties,
        }
    }
}

fn check_canvases(canvases: Vec<NewCanvasInput>, told: &mut Vec<Fault>) -> Vec<NewCanvas> {
    let check = |(place, new): (usize, NewCanvasInput)| {
        let at = format!("/canvases/{place}");
        check_id(new.id.as_deref(), &format!("{at}/id"), told);
        NewCanvas { id: new.id, content: new.content.content(&at, told) }
    };
    canvases.into_iter().enumerate().map(check).collect()
}

/// One canvas for each image.
fn on_canvases(images: &[String], told: &mut Vec<Fault>) -> Vec<NewCanvas> {
    for (place, image) in images.iter().enumerate() {
        if let Err(error) = ImageId::parse(image) {
            told.push(Fault { pointer: format!("/images/{place}"), detail: error.to_string() });
        }
    }
    let content = |image: &String| CanvasContent { image: Some(image.clone()), ..CanvasContent::default() };
    images.iter().map(|image| NewCanvas { id: None, content: content(image) }).collect()
}

pub(super) fn check_id(id: Option<&str>, pointer: &str, told: &mut Vec<Fault>) {
    if let Some(Err(error)) = id.map(ResourceId::parse) {
        told.push(Fault { pointer: pointer.to_owned(), detail: error.to_string() });
    }
}

/// Stores what points into the item itself by its place there, so that it stays true wherever the service is.
pub fn localise_item(content: &mut ItemContent, manifest: &str) {
    localise(&mut content.descriptive, manifest);
    content.canvases.iter_mut().flatten().for_each(|canvas| localise_canvas(&mut canvas.content, manifest));
}

/// The same for a canvas.
pub fn localise_canvas(content: &mut CanvasContent, manifest: &str) {
    localise(&mut content.descriptive, manifest);
    content.painting.iter_mut().flatten().for_each(|page| parts::contract(page, manifest));
}

/// The same for what a resource at `manifest` says of itself.
pub fn localise(descriptive: &mut Descriptive, manifest: &str) {
    let mut rest = Value::from(std::mem::take(&mut descriptive.rest));
    parts::contract(&mut rest, manifest);
    descriptive.rest = rest.as_object().cloned().unwrap_or_default();
}

/// The same properties with public addresses.
pub(super) fn published(mut descriptive: Descriptive, manifest: &str) -> Descriptive {
    descriptive.rest.values_mut().for_each(|value| parts::expand(value, manifest, &|_| None));
    descriptive
}

impl ItemView {
    pub fn of(item: Item, uris: &Uris) -> Self {
        let Item { id, status, descriptive, revision, created, modified, canvas_count, hidden_count: _ } = item;
        let descriptive = published(descriptive, &uris.manifest(&id));
        let (label, properties) = Properties::from_descriptive(descriptive);
        let manifest = uris.manifest(&id);
        let (created, modified) = (moment(created), moment(modified));
        Self { id, label, status: status.into(), properties, canvas_count, revision, created, modified, manifest }
    }
}

impl CanvasView {
    pub fn of(canvas: Canvas, uris: &Uris) -> Self {
        let Canvas {
            item_id,
            id,
            position,
            width,
            height,
            duration,
            descriptive,
            image_id,
            painting,
            hidden,
            file_name,
            revision,
            created,
            modified,
        } = canvas;
        let manifest = uris.manifest(&item_id);
        let (label, properties) = Properties::from_descriptive(published(descriptive, &manifest));
        let mut items = painting;
        items.iter_mut().flatten().for_each(|page| parts::expand(page, &manifest, &|_| None));
        let uri = uris.canvas(&item_id, &id);
        Self {
            id,
            label: (!label.0.is_empty()).then_some(label),
            image: image_id,
            width,
            height,
            duration,
            items,
            hidden: hidden.then_some(true),
            file_name,
            properties,
            position,
            revision,
            created: moment(created),
            modified: moment(modified),
            uri,
        }
    }
}
