//! Descriptive properties (Presentation 3.0, section 3.1 to 3.3) as they are stored and sent: what a writer may say about a
//! Manifest, a Canvas or a Collection. Reading is lenient about the form; [`check::faults`](super::check::faults) judges the content.

use super::emit::describe;
use super::language::{LanguageMap, OneOrMany};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};

/// What one resource says about itself. Empty properties are left out of the JSON.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Descriptive {
    #[serde(skip_serializing_if = "LanguageMap::is_empty")]
    pub label: LanguageMap,
    #[serde(skip_serializing_if = "LanguageMap::is_empty")]
    pub summary: LanguageMap,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub metadata: Vec<LabelValue>,
    /// URI of a Creative Commons licence or a RightsStatements.org statement, in its `http:` form.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rights: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_statement: Option<LabelValue>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub provider: Vec<Agent>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub homepage: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub see_also: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rendering: Vec<Link>,
    /// A date and time with a time zone, for maps and timelines; not for display.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub nav_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub viewing_direction: Option<ViewingDirection>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub behavior: Vec<String>,
    /// Every other property by its name, just as it stands in the document: those of the specification that only machines read, such
    /// as `navPlace` or `placeholderCanvas`, those of extensions, and the above in a form that has no place there.
    #[serde(skip_serializing_if = "Map::is_empty")]
    pub rest: Map<String, Value>,
}

/// A pair for display, as in `metadata` and `requiredStatement`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LabelValue {
    #[serde(skip_serializing_if = "LanguageMap::is_empty")]
    pub label: LanguageMap,
    #[serde(skip_serializing_if = "LanguageMap::is_empty")]
    pub value: LanguageMap,
}

/// A resource elsewhere: an entry of `homepage`, `seeAlso` or `rendering`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Link {
    pub id: String,
    /// Dataset, Image, Model, Sound, Text or Video.
    #[serde(rename = "type")]
    pub type_: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<LanguageMap>,
    /// Media type of what the URI gives.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// The schema that the resource follows, for `seeAlso`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty", deserialize_with = "one_or_many")]
    pub language: Vec<String>,
}

/// Who provides the resource: an entry of `provider`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Agent {
    pub id: String,
    #[serde(rename = "type")]
    pub type_: AgentType,
    #[serde(skip_serializing_if = "LanguageMap::is_empty")]
    pub label: LanguageMap,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub homepage: Vec<Link>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub logo: Vec<Logo>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub see_also: Vec<Link>,
}

/// The one type that a provider has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum AgentType {
    #[default]
    Agent,
}

/// A small image that stands for an [`Agent`].
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Logo {
    pub id: String,
    #[serde(rename = "type")]
    pub type_: LogoType,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
}

/// The one type that a logo has.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogoType {
    #[default]
    Image,
}

/// The direction in which Canvases follow one another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ViewingDirection {
    LeftToRight,
    RightToLeft,
    TopToBottom,
    BottomToTop,
}

impl Descriptive {
    /// The names of the properties that have a place of their own.
    pub const NAMED: [&str; 12] = [
        "label",
        "summary",
        "metadata",
        "rights",
        "requiredStatement",
        "provider",
        "homepage",
        "seeAlso",
        "rendering",
        "navDate",
        "viewingDirection",
        "behavior",
    ];

    /// Takes the properties of a document apart. What cannot be said in a place of its own without loss stays in `rest`.
    #[must_use]
    pub fn of(properties: Map<String, Value>) -> Self {
        let (mut named, mut rest) = (Map::new(), Map::new());
        for (name, value) in properties {
            let place = if Self::holds(&name, &value) { &mut named } else { &mut rest };
            place.insert(name, value);
        }
        let descriptive: Self = serde_json::from_value(named.into()).unwrap_or_default();
        Self { rest, ..descriptive }
    }

    /// Whether a property has a place from which this value is published as it was.
    fn holds(name: &str, value: &Value) -> bool {
        let alone = || Value::from(Map::from_iter([(name.to_owned(), value.clone())]));
        let published = |descriptive: Self| {
            let mut object = Map::new();
            describe(&mut object, &descriptive, None);
            object.get(name) == Some(value)
        };
        Self::NAMED.contains(&name) && serde_json::from_value::<Self>(alone()).is_ok_and(published)
    }
}

impl ViewingDirection {
    /// The word of the specification, the same in 2.1 and 3.0.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::LeftToRight => "left-to-right",
            Self::RightToLeft => "right-to-left",
            Self::TopToBottom => "top-to-bottom",
            Self::BottomToTop => "bottom-to-top",
        }
    }
}

fn one_or_many<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<String>, D::Error> {
    OneOrMany::deserialize(deserializer).map(|OneOrMany(texts)| texts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::samples;
    use proptest::prelude::*;
    use serde_json::{from_value, json, to_value};

    #[test]
    fn nothing_said_is_an_empty_object() {
        assert_eq!(to_value(Descriptive::default()).expect("json"), json!({}));
        assert_eq!(from_value::<Descriptive>(json!({})).expect("properties"), Descriptive::default());
    }

    #[test]
    fn short_forms_are_written_out() {
        let sent = json!({
            "label": "A", "behavior": "paged", "provider": [{"id": "https://x.org/", "label": "X", "logo": [{"id": "https://x.org/l.png"}]}],
            "homepage": [{"id": "https://x.org/1", "type": "Text", "label": "One", "language": "fr"}], "viewingDirection": "right-to-left"
        });
        let kept = json!({
            "label": {"none": ["A"]},
            "provider": [{"id": "https://x.org/", "type": "Agent", "label": {"none": ["X"]}, "logo": [{"id": "https://x.org/l.png", "type": "Image"}]}],
            "homepage": [{"id": "https://x.org/1", "type": "Text", "label": {"none": ["One"]}, "language": ["fr"]}],
            "viewingDirection": "right-to-left", "behavior": ["paged"]
        });
        assert_eq!(to_value(from_value::<Descriptive>(sent).expect("properties")).expect("json"), kept);
    }

    #[test]
    fn unknown_names_are_refused() {
        let cases = [
            json!({"description": "x"}),
            json!({"nav_date": "x"}),
            json!({"viewingDirection": "up"}),
            json!({"metadata": [{"label": "a", "value": "b", "c": "d"}]}),
            json!({"provider": [{"type": "Person"}]}),
        ];
        for bad in cases {
            assert!(from_value::<Descriptive>(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_has_no_place_stays_as_it_is() {
        let sent = json!({
            "label": {"en": ["A"]}, "navPlace": {"type": "FeatureCollection"}, "viewingDirection": "up", "behavior": ["paged", "x-own"],
            "homepage": [{"id": "https://x.org/", "type": "Text", "label": {"en": ["X"]}, "x-own": 1}], "summary": {"en": []}
        });
        let taken = Descriptive::of(sent.as_object().expect("an object").clone());
        assert_eq!(taken.label, LanguageMap::new("en", "A"));
        assert_eq!(taken.behavior, ["paged", "x-own"]);
        let rest: Vec<&String> = taken.rest.keys().collect();
        assert_eq!(rest, ["navPlace", "viewingDirection", "homepage", "summary"]);
    }

    #[test]
    fn names_are_those_of_the_fields() {
        let full = to_value(samples::manifest_properties()).expect("json");
        for name in full.as_object().expect("an object").keys() {
            assert!(Descriptive::NAMED.contains(&name.as_str()), "{name}");
        }
    }

    #[test]
    fn words_agree_with_the_stored_form() {
        use ViewingDirection::{BottomToTop, LeftToRight, RightToLeft, TopToBottom};
        for direction in [LeftToRight, RightToLeft, TopToBottom, BottomToTop] {
            assert_eq!(to_value(direction).expect("json"), json!(direction.as_str()));
        }
    }

    proptest! {
        #[test]
        fn what_is_stored_is_what_was_said(descriptive in samples::any_descriptive()) {
            let stored = serde_json::to_string(&descriptive).expect("json");
            prop_assert_eq!(serde_json::from_str::<Descriptive>(&stored).expect("properties"), descriptive);
        }
    }
}
