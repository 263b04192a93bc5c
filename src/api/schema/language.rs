//! Types that the standard's own model reads and writes, with the schema that the OpenAPI document shows for them.

use std::borrow::Cow;

use poem_openapi::registry::{MetaSchema, MetaSchemaRef, Registry};
use poem_openapi::types::{ParseError, ParseFromJSON, ParseResult, ToJSON, Type};
use serde_json::Value;

use crate::iiif::presentation::{Agent, LabelValue, LanguageMap, Link};

/// Makes an API type of a type of the IIIF model: the model reads and writes it, `$schema` describes it.
macro_rules! api_type {
    ($(#[$doc:meta])* $name:ident, $model:ty, $schema:expr, $register:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        pub struct $name(pub $model);

        impl Type for $name {
            const IS_REQUIRED: bool = true;
            type RawValueType = Self;
            type RawElementValueType = Self;

            fn name() -> Cow<'static, str> {
                stringify!($name).into()
            }

            fn schema_ref() -> MetaSchemaRef {
                $schema
            }

            fn register(registry: &mut Registry) {
                $register(registry)
            }

            fn as_raw_value(&self) -> Option<&Self> {
                Some(self)
            }

            fn raw_element_iter<'a>(&'a self) -> Box<dyn Iterator<Item = &'a Self> + 'a> {
                Box::new(std::iter::once(self))
            }
        }

        impl ParseFromJSON for $name {
            fn parse_from_json(value: Option<Value>) -> ParseResult<Self> {
                serde_json::from_value(value.unwrap_or_default()).map(Self).map_err(|error| ParseError::custom(error.to_string()))
            }
        }

        impl ToJSON for $name {
            fn to_json(&self) -> Option<Value> {
                serde_json::to_value(&self.0).ok()
            }
        }
    };
}

api_type!(
    /// Text in languages.
    LanguageText,
    LanguageMap,
    MetaSchemaRef::Reference("LanguageMap".to_owned()),
    register_language_map
);
api_type!(
    /// A pair of `metadata` or `requiredStatement`.
    Pair,
    LabelValue,
    shapes::LabelValue::schema_ref(),
    shapes::LabelValue::register
);
api_type!(
    /// A resource elsewhere.
    LinkTo,
    Link,
    shapes::Link::schema_ref(),
    shapes::Link::register
);
api_type!(
    /// Who provides the resource.
    Provider,
    Agent,
    shapes::Agent::schema_ref(),
    shapes::Agent::register
);

fn register_language_map(registry: &mut Registry) {
    registry.create_schema::<LanguageText, _>("LanguageMap".to_owned(), |_| {
        let inline = |schema| MetaSchemaRef::Inline(Box::new(schema));
        let text = || inline(MetaSchema::new("string"));
        let texts = || inline(MetaSchema { items: Some(Box::new(text())), ..MetaSchema::new("array") });
        let values = inline(MetaSchema { one_of: vec![text(), texts()], ..MetaSchema::ANY });
        let map = inline(MetaSchema { additional_properties: Some(Box::new(values)), ..MetaSchema::new("object") });
        MetaSchema {
            description: Some(
                "Text in languages: lists of texts by BCP 47 tag, or by `none`. A plain text or a list of texts may be sent; \
                 it is returned as a map.",
            ),
            one_of: vec![map, texts(), text()],
            example: Some(serde_json::json!({"en": ["Plate 12"], "cs": ["Tabule 12"]})),
            ..MetaSchema::ANY
        }
    });
}

/// What the OpenAPI document shows of the model's types.
mod shapes {
    use super::LanguageText;
    use poem_openapi::{Enum, Object};

    /// The one type that a provider has.
    #[derive(Enum)]
    enum AgentType {
        Agent,
    }

    /// The one type that a logo has.
    #[derive(Enum)]
    enum LogoType {
        Image,
    }

    /// A pair for display.
    #[derive(Object)]
    pub struct LabelValue {
        /// What it is, such as "Author".
        label: LanguageText,
        /// What is said; simple HTML is allowed.
        value: LanguageText,
    }

    /// A resource elsewhere.
    #[derive(Object)]
    pub struct Link {
        /// Its http(s) URL.
        id: String,
        /// Dataset, Image, Model, Sound, Text or Video.
        #[oai(rename = "type")]
        kind: String,
        label: Option<LanguageText>,
        /// Media type, such as `text/html`.
        format: Option<String>,
        /// The schema that it follows, for `seeAlso`.
        profile: Option<String>,
        /// BCP 47 tags.
        language: Option<Vec<String>>,
    }

    /// Who provides the resource.
    #[derive(Object)]
    #[oai(rename_all = "camelCase")]
    pub struct Agent {
        /// An http(s) URI of the organisation.
        id: String,
        /// Always `Agent`.
        #[oai(rename = "type")]
        kind: Option<AgentType>,
        label: LanguageText,
        homepage: Option<Vec<Link>>,
        logo: Option<Vec<Logo>>,
        see_also: Option<Vec<Link>>,
    }

    /// A small image that stands for a provider.
    #[derive(Object)]
    pub struct Logo {
        /// URL of the image.
        id: String,
        /// Always `Image`.
        #[oai(rename = "type")]
        kind: Option<LogoType>,
        format: Option<String>,
        width: Option<u32>,
        height: Option<u32>,
    }
}
