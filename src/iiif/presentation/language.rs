//! Language maps (Presentation 3.0, section 4.1): texts by language, in the order in which they were written.

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// The key of texts whose language is unknown or of no matter.
pub const NONE: &str = "none";

/// Texts by language tag, in order. Reads a string, a list of strings (both without a language) or a map of either; writes a map
/// of lists. A language that occurs twice is one entry.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LanguageMap(Vec<(String, Vec<String>)>);

impl LanguageMap {
    /// One text without a language.
    #[must_use]
    pub fn plain(text: impl Into<String>) -> Self {
        Self::new(NONE, text)
    }

    /// One text in one language.
    #[must_use]
    pub fn new(language: impl Into<String>, text: impl Into<String>) -> Self {
        Self(vec![(language.into(), vec![text.into()])])
    }

    /// Adds texts after those that the language has.
    pub fn extend(&mut self, language: &str, texts: impl IntoIterator<Item = String>) {
        match self.0.iter_mut().find(|(known, _)| known == language) {
            Some((_, list)) => list.extend(texts),
            None => self.0.push((language.to_owned(), texts.into_iter().collect())),
        }
    }

    /// Makes these the texts of a language, where it stands or after the others.
    pub fn set(&mut self, language: &str, texts: Vec<String>) {
        match self.0.iter_mut().find(|(known, _)| known == language) {
            Some((_, list)) => *list = texts,
            None => self.0.push((language.to_owned(), texts)),
        }
    }

    /// Whether there is no text at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(|(_, texts)| texts.is_empty())
    }

    /// Languages with their texts, in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(language, texts)| (language.as_str(), texts.as_slice()))
    }

    /// Every text with its language, in order.
    pub fn texts(&self) -> impl Iterator<Item = (&str, &str)> {
        self.iter().flat_map(|(language, texts)| texts.iter().map(move |text| (language, text.as_str())))
    }

    /// The text to show where only one fits.
    #[must_use]
    pub fn first(&self) -> Option<&str> {
        self.texts().next().map(|(_, text)| text)
    }
}

impl Serialize for LanguageMap {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (language, texts) in &self.0 {
            map.serialize_entry(language, texts)?;
        }
        map.end()
    }
}

impl<'de> Deserialize<'de> for LanguageMap {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(MapVisitor)
    }
}

struct MapVisitor;

impl<'de> Visitor<'de> for MapVisitor {
    type Value = LanguageMap;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text, a list of texts, or a map of languages to either")
    }

    fn visit_str<E>(self, text: &str) -> Result<LanguageMap, E> {
        Ok(LanguageMap::plain(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<LanguageMap, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(LanguageMap(vec![(NONE.to_owned(), texts)]))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<LanguageMap, A::Error> {
        let mut map = LanguageMap::default();
        while let Some((language, OneOrMany(texts))) = entries.next_entry::<String, _>()? {
            map.extend(&language, texts);
        }
        Ok(map)
    }
}

/// A list of strings that may be sent as one string.
pub(super) struct OneOrMany(pub(super) Vec<String>);

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(OneOrManyVisitor)
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text or a list of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![text.to_owned()]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
        let mut texts = Vec::new();
        while let Some(text) = list.next_element()? {
            texts.push(text);
        }
        Ok(OneOrMany(texts))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::{from_value, json, to_string, to_value};

    #[test]
    fn reads_what_people_send() {
        let cases = [
            (json!("a"), json!({"none": ["a"]})),
            (json!(["a", "b"]), json!({"none": ["a", "b"]})),
            (json!({"fr": "a", "en": ["b", "c"]}), json!({"fr": ["a"], "en": ["b", "c"]})),
            (json!({}), json!({})),
        ];
        for (sent, kept) in cases {
            let map: LanguageMap = from_value(sent).expect("a language map");
            assert_eq!(to_value(&map).expect("json"), kept);
        }
    }

    #[test]
    fn refuses_the_rest() {
        for bad in [json!(1), json!(null), json!([1]), json!({"en": 1}), json!({"en": {"a": "b"}}), json!({"en": [["a"]]})] {
            assert!(from_value::<LanguageMap>(bad.clone()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_language_twice_is_one_entry() {
        let map: LanguageMap = serde_json::from_str(r#"{"fr":"a","en":"b","fr":"c"}"#).expect("a language map");
        assert_eq!(to_string(&map).expect("json"), r#"{"fr":["a","c"],"en":["b"]}"#);
        assert_eq!(map.first(), Some("a"));
        assert_eq!(map.texts().count(), 3);
    }

    #[test]
    fn empty_means_no_text() {
        assert!(LanguageMap::default().is_empty());
        assert!(from_value::<LanguageMap>(json!({"en": []})).expect("a language map").is_empty());
        assert!(!LanguageMap::plain("").is_empty());
    }

    proptest! {
        #[test]
        fn order_and_texts_pass_json(entries in proptest::collection::vec(("[a-z]{2}", proptest::collection::vec(".*", 0..3)), 0..6)) {
            let mut map = LanguageMap::default();
            for (language, texts) in entries {
                map.extend(&language, texts);
            }
            let text = to_string(&map).expect("json");
            prop_assert_eq!(serde_json::from_str::<LanguageMap>(&text).expect("a language map"), map);
        }
    }
}
