//! Properties that 2.1 does not have: those of 3.0 are told as lost, extensions keep their names.

use super::Down;
use super::json::Object;
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::put;

/// What every class converts, whatever its kind.
pub(super) const COMMON: [&str; 20] = [
    "id",
    "type",
    "@id",
    "@type",
    "@context",
    "label",
    "summary",
    "metadata",
    "rights",
    "requiredStatement",
    "provider",
    "thumbnail",
    "homepage",
    "seeAlso",
    "rendering",
    "viewingDirection",
    "behavior",
    "partOf",
    "service",
    "services",
];

/// Properties of 3.0 that some class has, with the kind of loss if another has them.
const ELSEWHERE: [(&str, LossKind); 17] = [
    ("navDate", LossKind::NavDate),
    ("navPlace", LossKind::NavPlace),
    ("placeholderCanvas", LossKind::SideCanvases),
    ("accompanyingCanvas", LossKind::SideCanvases),
    ("duration", LossKind::Duration),
    ("annotations", LossKind::Annotations),
    ("start", LossKind::Start),
    ("timeMode", LossKind::OtherProperties),
    ("supplementary", LossKind::OtherProperties),
    ("height", LossKind::OtherProperties),
    ("width", LossKind::OtherProperties),
    ("format", LossKind::OtherProperties),
    ("profile", LossKind::OtherProperties),
    ("language", LossKind::OtherProperties),
    ("items", LossKind::Malformed),
    ("structures", LossKind::Malformed),
    ("target", LossKind::Malformed),
];

impl Down<'_> {
    /// Copies the extensions; `handled` are the properties that the class converts itself.
    pub(super) fn others(&mut self, object: &mut Object, source: &Object, handled: &[&str], at: &At) {
        for (key, value) in source {
            let name = key.as_str();
            if handled.contains(&name) || COMMON.contains(&name) {
                continue;
            }
            if let Some((_, kind)) = ELSEWHERE.iter().find(|(known, _)| *known == name) {
                self.losses.add(*kind, &at.key(name), format_args!("2.1 has no {name} here"));
            } else if object.contains_key(name) {
                self.losses.add(LossKind::OtherProperties, &at.key(name), format_args!("{name} is a name of 2.1 that says something else"));
            } else {
                put(object, name, value.clone());
            }
        }
    }
}
