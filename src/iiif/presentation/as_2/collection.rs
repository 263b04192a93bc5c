//! Collections (Presentation 2.1, section 5.8): their Manifests and their Collections are listed apart.

use super::Down;
use super::hints::Class;
use super::json::{Object, id_of, many, resource, type_of};
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;
use serde_json::Value;

impl Down<'_> {
    pub(super) fn collection(&mut self, source: &Object, at: &At) -> Object {
        let mut object = resource(self.own(id_of(source).unwrap_or_default()), "sc:Collection");
        put(&mut object, "label", self.label(source, at));
        self.describe(&mut object, source, Class::Collection, at);
        put(&mut object, "navDate", self.nav_date(source, Class::Collection, at));
        put(&mut object, "within", self.within(source, at));
        put(&mut object, "service", self.resource_services(source, at));
        self.others(&mut object, source, &["navDate", "items"], at);
        self.members(&mut object, source, at);
        object
    }

    fn members(&mut self, object: &mut Object, source: &Object, at: &At) {
        let at = at.key("items");
        let (mut collections, mut manifests) = (Vec::new(), Vec::new());
        for (index, item) in many(source, "items").iter().enumerate() {
            let item_at = at.index(index);
            match item.as_object().map(|item| (type_of(item), item)) {
                Some(("Collection", item)) => {
                    if !manifests.is_empty() {
                        self.losses.add(LossKind::MemberOrder, &item_at, "Collections are listed apart from Manifests");
                    }
                    collections.push(self.member(item, Class::Collection, &item_at));
                }
                Some(("Manifest", item)) => manifests.push(self.member(item, Class::Manifest, &item_at)),
                _ => self.losses.add(LossKind::Malformed, &item_at, "neither a Manifest nor a Collection"),
            }
        }
        put(object, "collections", collections);
        put(object, "manifests", manifests);
    }

    /// A member: named, with what it says about itself; a Collection that is embedded lists its own.
    fn member(&mut self, source: &Object, class: Class, at: &At) -> Value {
        let collection = class == Class::Collection;
        let mut object = resource(self.own(id_of(source).unwrap_or_default()), if collection { "sc:Collection" } else { "sc:Manifest" });
        put(&mut object, "label", self.label(source, at));
        put(&mut object, "navDate", self.nav_date(source, class, at));
        self.describe(&mut object, source, class, at);
        put(&mut object, "within", self.within(source, at));
        put(&mut object, "service", self.resource_services(source, at));
        let handled: &[&str] = if collection { &["navDate", "items"] } else { &["navDate"] };
        self.others(&mut object, source, handled, at);
        if collection {
            self.members(&mut object, source, at);
        }
        object.into()
    }
}
