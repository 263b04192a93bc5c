//! Names of resources: what may stand in a public URI, and for ever.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::num::NonZeroU32;

/// Longest id of an item, canvas, range, collection or annotation page, in bytes.
pub const MAX_RESOURCE_ID: usize = 128;
/// Longest image identifier, in bytes of UTF-8.
pub const MAX_IMAGE_ID: usize = 512;

/// Why a text is not an identifier. The words are for the client who sent it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    #[error("an id must not be empty")]
    Empty,
    #[error("an id has at most {0} bytes")]
    TooLong(usize),
    #[error("an id begins with a letter or a digit and goes on with letters, digits and . _ ~ - (ASCII only)")]
    Alphabet,
    #[error("an image id has no control characters")]
    Control,
    #[error("an image id has no backslash")]
    Backslash,
    #[error("an image id has no empty segment and none that is . or ..")]
    Segment,
}

/// Id of an item, canvas, range, collection or annotation page: `[A-Za-z0-9][A-Za-z0-9._~-]{0,127}`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResourceId(String);

/// Id of a stored image: 1 to 512 bytes of UTF-8 in segments divided by `/`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ImageId(String);

impl ResourceId {
    /// Takes a decoded text as an id.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let Some(first) = text.bytes().next() else { return Err(IdError::Empty) };
        if text.len() > MAX_RESOURCE_ID {
            return Err(IdError::TooLong(MAX_RESOURCE_ID));
        }
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'~' | b'-');
        if !first.is_ascii_alphanumeric() || !text.bytes().all(allowed) {
            return Err(IdError::Alphabet);
        }
        Ok(Self(text.to_owned()))
    }
}

impl ImageId {
    /// Takes a decoded text as an image id.
    ///
    /// # Errors
    /// The first rule that the text breaks.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        if text.is_empty() {
            return Err(IdError::Empty);
        }
        if text.len() > MAX_IMAGE_ID {
            return Err(IdError::TooLong(MAX_IMAGE_ID));
        }
        if text.contains(char::is_control) {
            return Err(IdError::Control);
        }
        if text.contains('\\') {
            return Err(IdError::Backslash);
        }
        if text.split('/').any(|segment| matches!(segment, "" | "." | "..")) {
            return Err(IdError::Segment);
        }
        Ok(Self(text.to_owned()))
    }
}

impl From<uuid::Uuid> for ResourceId {
    fn from(uuid: uuid::Uuid) -> Self {
        Self(uuid.to_string())
    }
}

/// The conversions that both kinds of id share.
macro_rules! text_like {
    ($($id:ident),+) => {$(
        impl $id {
            /// The id as written, not percent-encoded.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }
        impl AsRef<str> for $id {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }
        impl fmt::Display for $id {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str(&self.0)
            }
        }
        impl std::str::FromStr for $id {
            type Err = IdError;
            fn from_str(text: &str) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }
        impl TryFrom<String> for $id {
            type Error = IdError;
            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(&text)
            }
        }
        impl From<$id> for String {
            fn from(id: $id) -> Self {
                id.0
            }
        }
    )+};
}
text_like!(ResourceId, ImageId);

/// A collection's address: one of the catalogue's own, whose path segments begin with `~` as no [`ResourceId`] does, or a
/// named one.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CollectionKey {
    /// The top of the catalogue.
    Top,
    /// A page of the top: the published items that follow the given one in order of id, or the first of all.
    Page(Option<ResourceId>),
    /// A page of the top: the collections in no other one that follow the given one in order of id.
    Collections(ResourceId),
    /// A collection that somebody made.
    Named(ResourceId),
    /// A part of a long one: its pages count from 1.
    Part(ResourceId, NonZeroU32),
}

impl CollectionKey {
    const TOP: &'static str = "~top";
    const FIRST: &'static str = "~first";
    const AFTER: &'static str = "~after-";
    const COLLECTIONS: &'static str = "~collections-after-";
    const PART: &'static str = "~part-";

    /// Reads the decoded path segment after `/collections/`.
    ///
    /// # Errors
    /// The segment is no key and no id.
    pub fn parse(segment: &str) -> Result<Self, IdError> {
        match segment {
            Self::TOP => Ok(Self::Top),
            Self::FIRST => Ok(Self::Page(None)),
            _ => {
                let after = |prefix: &str| segment.strip_prefix(prefix).map(ResourceId::parse);
                match (after(Self::AFTER), after(Self::COLLECTIONS), segment.strip_prefix(Self::PART)) {
                    (Some(item), ..) => Ok(Self::Page(Some(item?))),
                    (_, Some(collection), _) => Ok(Self::Collections(collection?)),
                    (.., Some(part)) => Self::part(part),
                    _ => Ok(Self::Named(ResourceId::parse(segment)?)),
                }
            }
        }
    }

    /// Reads `2-maps`. A number is written in one way only.
    fn part(text: &str) -> Result<Self, IdError> {
        let (digits, id) = text.split_once('-').ok_or(IdError::Alphabet)?;
        let number: NonZeroU32 = digits.parse().map_err(|_| IdError::Alphabet)?;
        if number.to_string() != digits {
            return Err(IdError::Alphabet);
        }
        Ok(Self::Part(ResourceId::parse(id)?, number))
    }

    /// The path segment after `/collections/`.
    #[must_use]
    pub fn segment(&self) -> String {
        match self {
            Self::Top => Self::TOP.to_owned(),
            Self::Page(None) => Self::FIRST.to_owned(),
            Self::Page(Some(item)) => format!("{}{item}", Self::AFTER),
            Self::Collections(collection) => format!("{}{collection}", Self::COLLECTIONS),
            Self::Named(id) => id.to_string(),
            Self::Part(id, number) => format!("{}{number}-{id}", Self::PART),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn resource_ids() {
        for good in ["a", "0", "a.b_c~d-e", "A..", &"x".repeat(128)] {
            assert_eq!(ResourceId::parse(good).map(String::from), Ok(good.to_owned()), "{good}");
        }
        let long = "x".repeat(129);
        let cases = [
            ("", IdError::Empty),
            (&long, IdError::TooLong(128)),
            ("-a", IdError::Alphabet),
            (".", IdError::Alphabet),
            ("~top", IdError::Alphabet),
            ("a/b", IdError::Alphabet),
            ("a b", IdError::Alphabet),
            ("é", IdError::Alphabet),
            ("a\n", IdError::Alphabet),
        ];
        for (text, error) in cases {
            assert_eq!(ResourceId::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn image_ids() {
        for good in ["a", "ezu/1286201", "a;b,c|d:e", "日本/絵 1.tif", "...", "a/..b", &"x".repeat(512)] {
            assert_eq!(ImageId::parse(good).map(String::from), Ok(good.to_owned()), "{good}");
        }
        let long = "é".repeat(257);
        let cases = [
            ("", IdError::Empty),
            (&long, IdError::TooLong(512)),
            ("a\0", IdError::Control),
            ("a\u{85}", IdError::Control),
            ("a\\b", IdError::Backslash),
            ("/a", IdError::Segment),
            ("a/", IdError::Segment),
            ("a//b", IdError::Segment),
            ("a/./b", IdError::Segment),
            ("..", IdError::Segment),
        ];
        for (text, error) in cases {
            assert_eq!(ImageId::parse(text), Err(error), "{text:?}");
        }
    }

    #[test]
    fn collection_keys() {
        let id = |text| ResourceId::parse(text).expect("an id");
        let cases = [
            ("~top", CollectionKey::Top),
            ("~first", CollectionKey::Page(None)),
            ("~after-x~1", CollectionKey::Page(Some(id("x~1")))),
            ("~collections-after-a-b", CollectionKey::Collections(id("a-b"))),
            ("maps", CollectionKey::Named(id("maps"))),
            ("~part-12-maps-2", CollectionKey::Part(id("maps-2"), NonZeroU32::new(12).expect("a number"))),
        ];
        for (segment, key) in cases {
            assert_eq!(CollectionKey::parse(segment), Ok(key.clone()));
            assert_eq!(key.segment(), segment);
        }
        for bad in ["~", "~after-", "~after-~", "~last", "", "~part-", "~part-0-a", "~part-01-a", "~part-+1-a", "~part-1-", "~part-1"] {
            assert!(CollectionKey::parse(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn ids_pass_json(text in "[A-Za-z0-9][A-Za-z0-9._~-]{0,127}") {
            let id = ResourceId::parse(&text).expect("an id");
            let json = serde_json::to_string(&id).expect("json");
            prop_assert_eq!(serde_json::from_str::<ResourceId>(&json).expect("an id"), id);
        }
    }
}
