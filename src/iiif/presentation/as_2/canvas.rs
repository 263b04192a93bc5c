//! Canvases (Presentation 2.1, section 5.3).

use super::Down;
use super::annotations::paints;
use super::hints::Class;
use super::json::{Object, id_of, many, reference, resource, without_fragment};
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;
use crate::iiif::presentation::extent;
use serde_json::Value;

impl Down<'_> {
    /// `position` labels a Canvas that has no label.
    pub(super) fn canvas(&mut self, source: &Object, position: &str, at: &At) -> Object {
        let id = id_of(source).unwrap_or_default();
        let mut object = resource(id, "sc:Canvas");
        let label = self.plain(source.get("label"), &at.key("label"));
        put(&mut object, "label", if label.is_null() { position.into() } else { label });
        let (height, width) = self.size(source, at);
        put(&mut object, "height", height);
        put(&mut object, "width", width);
        self.describe(&mut object, source, Class::Canvas, at);
        let (images, mut lists) = self.painted(source, id, at);
        put(&mut object, "images", images);
        let pages_at = at.key("annotations");
        for (index, page) in many(source, "annotations").iter().enumerate() {
            lists.push(self.list_reference(page, &pages_at.index(index)));
        }
        lists.retain(|list| !list.is_null());
        put(&mut object, "otherContent", lists);
        put(&mut object, "within", self.within(source, at));
        put(&mut object, "service", self.resource_services(source, at));
        self.others(&mut object, source, &["height", "width", "items", "annotations"], at);
        object
    }

    fn size(&mut self, source: &Object, at: &At) -> (u64, u64) {
        let (height, width, own) = extent::size(source);
        if own {
            return (height, width);
        }
        self.losses.add(LossKind::Size, at, format_args!("a Canvas without height and width is given {height} and {width}"));
        (height, width)
    }

    /// The Annotations that paint, and the pages that are named only.
    fn painted(&mut self, source: &Object, canvas: &str, at: &At) -> (Vec<Value>, Vec<Value>) {
        let (mut images, mut lists) = (Vec::new(), Vec::new());
        let pages_at = at.key("items");
        for (index, page) in many(source, "items").iter().enumerate() {
            let page_at = pages_at.index(index);
            let Some(page) = page.as_object().filter(|page| page.contains_key("items")) else {
                self.losses.add(LossKind::Annotations, &page_at, "a page of paintings that is elsewhere stands among the other lists");
                lists.push(self.list_reference(page, &page_at));
                continue;
            };
            let annotations_at = page_at.key("items");
            for (index, annotation) in many(page, "items").iter().enumerate() {
                let at = annotations_at.index(index);
                match annotation.as_object().filter(|annotation| paints(annotation)) {
                    Some(annotation) => images.extend(self.painting(annotation, canvas, &at)),
                    None => self.losses.add(LossKind::Malformed, &at, "what does not paint is left out"),
                }
            }
        }
        (images, lists)
    }

    /// `start` as the id of a Canvas.
    pub(super) fn start(&mut self, source: &Object, at: &At) -> Option<String> {
        let start = source.get("start")?;
        let named = start.get("source").unwrap_or(start);
        let id = reference(named);
        let whole = id.is_some_and(|id| !id.contains('#')) && start.get("selector").is_none();
        if !whole {
            self.losses.add(LossKind::Start, &at.key("start"), "startCanvas names a whole Canvas");
        }
        id.map(|id| without_fragment(id).to_owned())
    }
}
