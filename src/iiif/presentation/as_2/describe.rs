//! Descriptive and linking properties under their old names (Presentation 2.1, sections 3.1 to 3.3).

use super::Down;
use super::hints::Class;
use super::json::{Object, id_of, many, one_or_list, reference};
use super::losses::{At, LossKind};
use super::others::COMMON;
use crate::iiif::presentation::emit::put;
use crate::iiif::presentation::nav_date;
use crate::iiif::presentation::properties::ViewingDirection;
use crate::iiif::presentation::upgrade::links;
use serde_json::{Value, json};

const DIRECTIONS: [ViewingDirection; 4] =
    [ViewingDirection::LeftToRight, ViewingDirection::RightToLeft, ViewingDirection::TopToBottom, ViewingDirection::BottomToTop];
/// What a text that is required, and is the same in every document, loses nothing by leaving out.
const USUAL_STATEMENT: &str = "Attribution";

impl Down<'_> {
    /// Every descriptive property but the label and `navDate`, on which the classes differ.
    pub(super) fn describe(&mut self, object: &mut Object, source: &Object, class: Class, at: &At) {
        put(object, "description", self.html(source.get("summary"), &at.key("summary")));
        put(object, "metadata", self.metadata(source, at));
        put(object, "attribution", self.attribution(source, at));
        put(object, "license", self.license(source, at));
        put(object, "logo", self.logo(source, at));
        put(object, "thumbnail", self.thumbnail(source, at));
        self.hints(object, source, class, at);
        put(object, "related", self.links(source, "homepage", at));
        put(object, "rendering", self.renderings(source, at));
        put(object, "seeAlso", self.links(source, "seeAlso", at));
    }

    fn metadata(&mut self, source: &Object, at: &At) -> Value {
        let at = at.key("metadata");
        let mut pairs = Vec::new();
        for (index, pair) in many(source, "metadata").iter().enumerate() {
            let at = at.index(index);
            let label = self.plain(pair.get("label"), &at.key("label"));
            let value = self.html(pair.get("value"), &at.key("value"));
            if label.is_null() || value.is_null() {
                self.losses.add(LossKind::Malformed, &at, "a pair without a label or a value is left out");
            } else {
                pairs.push(json!({ "label": label, "value": value }));
            }
        }
        pairs.into()
    }

    fn attribution(&mut self, source: &Object, at: &At) -> Value {
        let at = at.key("requiredStatement");
        let Some(statement) = source.get("requiredStatement") else { return Value::Null };
        if statement.get("label").is_some_and(|label| *label != json!({"en": [USUAL_STATEMENT]})) {
            self.losses.add(LossKind::StatementLabel, &at.key("label"), "attribution has no label");
        }
        let value = self.html(statement.get("value"), &at.key("value"));
        if value.is_null() {
            self.losses.add(LossKind::Malformed, &at, "a statement without a value is left out");
        }
        value
    }

    fn license(&mut self, source: &Object, at: &At) -> Value {
        let rights = many(source, "rights");
        if rights.iter().any(|one| !one.is_string()) {
            self.losses.add(LossKind::Malformed, &at.key("rights"), "rights that are not a URI are left out");
        }
        one_or_list(rights.iter().filter(|one| one.is_string()).cloned().collect())
    }

    fn logo(&mut self, source: &Object, at: &At) -> Value {
        let providers = many(source, "provider");
        if !providers.is_empty() {
            self.losses.add(LossKind::Provider, &at.key("provider"), "of the providers only the first logo stays");
        }
        let objects = providers.iter().filter_map(Value::as_object);
        let logo = objects.flat_map(|agent| many(agent, "logo")).find_map(|logo| Some((reference(logo)?, logo)));
        let Some((id, logo)) = logo else { return Value::Null };
        let mut object = Object::new();
        put(&mut object, "@id", id);
        let services = logo.as_object().map_or(&[][..], |logo| many(logo, "service"));
        put(&mut object, "service", self.image_services(services, &at.key("provider")));
        object.into()
    }

    fn thumbnail(&mut self, source: &Object, at: &At) -> Value {
        let at = at.key("thumbnail");
        let list = many(source, "thumbnail");
        if list.len() > 1 {
            self.losses.add(LossKind::Thumbnails, &at, "only the first thumbnail stays");
        }
        let Some(first) = list.first() else { return Value::Null };
        let made = match first {
            Value::Object(image) if id_of(image).is_some() => return self.content(image, &at.index(0)),
            Value::String(id) => json!({ "@id": id }),
            _ => Value::Null,
        };
        if made.is_null() {
            self.losses.add(LossKind::Malformed, &at, "a thumbnail without an id is left out");
        }
        made
    }

    fn hints(&mut self, object: &mut Object, source: &Object, class: Class, at: &At) {
        let direction = source.get("viewingDirection");
        let word = DIRECTIONS.into_iter().find(|word| direction.is_some_and(|direction| direction == word.as_str()));
        let word = word.filter(|_| class.has_direction());
        if direction.is_some() && word.is_none() {
            self.losses.add(LossKind::Malformed, &at.key("viewingDirection"), "not a viewingDirection of this class in 2.1");
        }
        let hint = self.viewing_hint(source, class, at);
        let default_direction = (hint == Some("continuous")).then_some(ViewingDirection::LeftToRight);
        put(object, "viewingDirection", word.or(default_direction).map(ViewingDirection::as_str));
        put(object, "viewingHint", hint);
    }

    /// `homepage` or `seeAlso` as links; the `profile` stays on the latter only.
    fn links(&mut self, source: &Object, key: &str, at: &At) -> Value {
        let at = at.key(key);
        let mut links = Vec::new();
        for (index, link) in many(source, key).iter().enumerate() {
            let at = at.index(index);
            match link {
                Value::String(id) => links.push(json!({ "@id": id })),
                Value::Object(link) if id_of(link).is_some() => links.push(self.link(link, key, &at).into()),
                _ => self.losses.add(LossKind::Malformed, &at, "a link without an id is left out"),
            }
        }
        links.into()
    }

    fn link(&mut self, link: &Object, property: &str, at: &At) -> Object {
        let with_profile = property == "seeAlso";
        let mut object = Object::new();
        put(&mut object, "@id", id_of(link).unwrap_or_default());
        put(&mut object, "label", self.plain(link.get("label"), &at.key("label")));
        put(&mut object, "format", self.scalar(link, "format", at));
        if with_profile {
            put(&mut object, "profile", self.scalar(link, "profile", at));
        }
        let said = |key: &String| {
            matches!(key.as_str(), "id" | "@id" | "type" | "@type" | "label" | "format") || (with_profile && key == "profile")
        };
        let lost = |key: &String| !said(key) && (COMMON.contains(&key.as_str()) || matches!(key.as_str(), "language" | "profile"));
        if link.keys().any(lost) || !links::reads_alike(link, property) {
            self.losses.add(
                LossKind::LinkProperties,
                at,
                "a link has a label and a format, and a profile only in seeAlso; its type is guessed",
            );
        }
        self.others(&mut object, link, &["format", "profile", "language"], at);
        object
    }

    /// `rendering`, where 2.1 requires a label and a format: the id and the format of unknown bytes stand in for them.
    fn renderings(&mut self, source: &Object, at: &At) -> Value {
        let mut links = self.links(source, "rendering", at);
        for link in links.as_array_mut().into_iter().flatten().filter_map(Value::as_object_mut) {
            let id = link.get("@id").cloned().unwrap_or_default();
            link.entry("label").or_insert(id);
            link.entry("format").or_insert_with(|| links::UNKNOWN.into());
        }
        links
    }

    /// `navDate` in UTC; only Collections and Manifests have one.
    pub(super) fn nav_date(&mut self, source: &Object, class: Class, at: &At) -> Option<String> {
        let date = source.get("navDate")?;
        let utc = date.as_str().filter(|_| class.has_nav_date()).and_then(nav_date::utc);
        if utc.is_none() {
            self.losses.add(LossKind::NavDate, &at.key("navDate"), "not a date, or not where 2.1 has one");
        } else if date.as_str().is_some_and(|text| text.contains('.')) {
            self.losses.add(LossKind::NavDate, &at.key("navDate"), "without the fraction of a second");
        }
        utc
    }

    /// `partOf` as ids.
    pub(super) fn within(&mut self, source: &Object, at: &At) -> Value {
        let at = at.key("partOf");
        let mut ids = Vec::new();
        for (index, parent) in many(source, "partOf").iter().enumerate() {
            match reference(parent) {
                Some(id) => ids.push(self.own(id).into()),
                None => self.losses.add(LossKind::Malformed, &at.index(index), "a parent without an id is left out"),
            }
            let said = |object: &Object| object.keys().all(|key| matches!(key.as_str(), "id" | "@id" | "type" | "@type"));
            if parent.as_object().is_some_and(|parent| !said(parent) || !links::parent_reads_alike(parent, source)) {
                self.losses.add(LossKind::LinkProperties, &at.index(index), "within has no label, and its type is guessed");
            }
        }
        one_or_list(ids)
    }
}
