//! `behavior` as `viewingHint` (Presentation 2.1, section 3.2): one word, or a URI of an extension.

use super::Down;
use super::json::{Object, many};
use super::losses::{At, LossKind};
use serde_json::Value;

/// Classes of resources that differ in what 2.1 lets them say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Class {
    Collection,
    Manifest,
    Canvas,
    Range,
    Layer,
    /// Annotation Lists, Annotations and content.
    Other,
}

impl Class {
    pub(super) fn has_direction(self) -> bool {
        matches!(self, Self::Collection | Self::Manifest | Self::Range | Self::Layer)
    }

    pub(super) fn has_nav_date(self) -> bool {
        matches!(self, Self::Collection | Self::Manifest)
    }

    fn hint(self, word: &str) -> Option<&str> {
        let known = match word {
            "individuals" | "continuous" | "paged" => matches!(self, Self::Collection | Self::Manifest | Self::Range),
            "facing-pages" | "non-paged" => self == Self::Canvas,
            "multi-part" => self == Self::Collection,
            _ => word.starts_with("http://") || word.starts_with("https://"),
        };
        known.then_some(word)
    }
}

/// Words of the layout come first, then the order of the document, then extensions.
fn rank(word: &str) -> u8 {
    match word {
        "unordered" | "individuals" | "continuous" | "paged" => 0,
        _ if word.contains(':') => 2,
        _ => 1,
    }
}

impl Down<'_> {
    pub(super) fn viewing_hint<'v>(&mut self, source: &'v Object, class: Class, at: &At) -> Option<&'v str> {
        let words = many(source, "behavior");
        let mut ranked: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        ranked.sort_by_key(|word| rank(word));
        let hint = ranked.iter().find_map(|word| class.hint(word));
        for (index, word) in words.iter().enumerate() {
            if word.as_str().is_none_or(|word| Some(word) != hint) {
                let at = at.key("behavior");
                self.losses.add(LossKind::OtherBehaviors, &at.index(index), format_args!("no viewingHint for {word}"));
            }
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::down;
    use super::*;
    use crate::iiif::presentation::samples;
    use serde_json::json;

    #[test]
    fn one_hint_of_the_class() {
        let cases = [
            (json!(["paged"]), Class::Manifest, Some("paged"), 0),
            (json!("paged"), Class::Manifest, Some("paged"), 0),
            (json!(["multi-part", "paged"]), Class::Collection, Some("paged"), 1),
            (json!(["unordered", "multi-part"]), Class::Collection, Some("multi-part"), 1),
            (json!(["paged"]), Class::Canvas, None, 1),
            (json!(["non-paged"]), Class::Canvas, Some("non-paged"), 0),
            (json!(["https://x.org/hint", "auto-advance", "continuous"]), Class::Manifest, Some("continuous"), 2),
            (json!(["https://x.org/hint"]), Class::Manifest, Some("https://x.org/hint"), 0),
            (json!([1, "sequence"]), Class::Range, None, 2),
            (json!(["hidden"]), Class::Other, None, 1),
        ];
        for (behavior, class, hint, losses) in cases {
            let uris = samples::uris();
            let mut down = down(&uris);
            let source = json!({ "behavior": behavior });
            assert_eq!(down.viewing_hint(source.as_object().expect("an object"), class, &At::ROOT), hint, "{source}");
            assert_eq!(down.losses.into_list().len(), losses, "{source}");
        }
    }
}
