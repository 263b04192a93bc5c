//! Items and media as the REST interface of Omeka S takes and gives them.

use std::collections::HashMap;

use serde_json::{Map, Value, json};

use super::{Media, Statement};

/// The term by whose value an item is found again: it holds the address of the manifest.
pub const IDENTIFIER: &str = "dcterms:identifier";

/// The ids of properties by their term, as in `dcterms:title`. Every Omeka S numbers them in its own way.
#[derive(Clone, Debug, Default)]
pub struct Properties(HashMap<String, i64>);

impl Properties {
    /// Adds the properties of a list that Omeka S gave.
    pub fn extend(&mut self, list: &[Value]) {
        let pair = |property: &Value| Some((property["o:term"].as_str()?.to_owned(), property["o:id"].as_i64()?));
        self.0.extend(list.iter().filter_map(pair));
    }

    #[must_use]
    pub fn id(&self, term: &str) -> Option<i64> {
        self.0.get(term).copied()
    }

    /// The statements as values by term. What this Omeka S has no property for is left out; see [`lost`].
    #[must_use]
    pub fn values(&self, statements: &[Statement]) -> Map<String, Value> {
        let mut values = Map::new();
        for statement in statements {
            let term = format!("dcterms:{}", statement.term);
            let Some(id) = self.id(&term) else { continue };
            if let Some(list) = values.entry(term).or_insert_with(|| json!([])).as_array_mut() {
                list.push(value(id, statement));
            }
        }
        values
    }
}

fn value(property: i64, statement: &Statement) -> Value {
    let Statement { term: _, text, language, link } = statement;
    match (link, language) {
        (true, _) => json!({"type": "uri", "property_id": property, "@id": text}),
        (false, Some(language)) => json!({"type": "literal", "property_id": property, "@value": text, "@language": language}),
        (false, None) => json!({"type": "literal", "property_id": property, "@value": text}),
    }
}

/// One medium, with a title.
#[must_use]
pub fn medium(media: Media, source: &str, title: Option<&Value>) -> Map<String, Value> {
    let mut medium = Map::from_iter([("o:ingester".to_owned(), media.ingester().into()), ("o:source".to_owned(), source.into())]);
    medium.extend(title.map(|title| ("dcterms:title".to_owned(), title.clone())));
    medium
}

/// Whether one of the item's identifiers is exactly this: searching, Omeka S takes upper for lower case and `ü` for `u`.
#[must_use]
pub fn is_identified(item: &Value, identifier: &str) -> bool {
    list(item, IDENTIFIER).iter().any(|value| text(value) == Some(identifier))
}

/// All values that the item is to have, if it has not all of `ours`: a change of some values is one of all in Omeka S. Terms that we say
/// nothing of stay as they are, and so do further identifiers.
#[must_use]
pub fn changed(item: &Value, ours: &Map<String, Value>) -> Option<Map<String, Value>> {
    let present = item.as_object().into_iter().flatten().filter(|(_, values)| is_values(values));
    let mut all: Map<String, Value> = present.map(|(term, values)| (term.clone(), values.clone())).collect();
    let mut differs = false;
    for (term, values) in ours {
        let (wanted, had) = (values.as_array().map(Vec::as_slice).unwrap_or_default(), list(item, term));
        let merged = if term == IDENTIFIER { together(had, wanted) } else { wanted.to_vec() };
        if !same(&merged, had) {
            differs = true;
            all.insert(term.clone(), merged.into());
        }
    }
    differs.then_some(all)
}

/// The texts that were sent and are not in the item that Omeka S made of them, with their terms: what it holds for invalid it drops
/// without a word.
#[must_use]
pub fn lost(statements: &[Statement], item: &Value) -> Vec<String> {
    let is_kept = |statement: &&Statement| {
        let kept = list(item, &format!("dcterms:{}", statement.term));
        kept.iter().any(|value| text(value) == Some(&statement.text))
    };
    let missing = statements.iter().filter(|statement| !is_kept(statement));
    missing.map(|statement| format!("dcterms:{}: {}", statement.term, statement.text)).collect()
}

/// What is there, and what is not there yet behind it.
fn together(had: &[Value], wanted: &[Value]) -> Vec<Value> {
    let new = wanted.iter().filter(|value| !had.iter().any(|known| text(known) == text(value)));
    had.iter().chain(new).cloned().collect()
}

fn same(these: &[Value], those: &[Value]) -> bool {
    let said = |value: &Value| {
        let part = |name: &str| value[name].as_str().unwrap_or_default().to_owned();
        (part("type"), part("@value"), part("@id"), part("@language"))
    };
    these.iter().map(said).eq(those.iter().map(said))
}

/// Whether a member of an item holds values of a property.
fn is_values(member: &Value) -> bool {
    member.as_array().is_some_and(|values| values.iter().any(|value| value["property_id"].is_i64()))
}

fn list<'a>(item: &'a Value, term: &str) -> &'a [Value] {
    item[term].as_array().map(Vec::as_slice).unwrap_or_default()
}

/// The text of a literal, or the address of a link.
fn text(value: &Value) -> Option<&str> {
    value["@value"].as_str().or(value["@id"].as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties() -> Properties {
        let mut properties = Properties::default();
        let list = [("dcterms:title", 1), ("dcterms:identifier", 10), ("dcterms:rights", 15)];
        properties.extend(&list.map(|(term, id)| json!({"o:term": term, "o:id": id})));
        properties.extend(&[json!({"o:id": 3}), json!("nonsense")]);
        properties
    }

    fn statement(term: &'static str, text: &str, language: Option<&str>, link: bool) -> Statement {
        Statement { term, text: text.to_owned(), language: language.map(str::to_owned), link }
    }

    fn ours() -> Map<String, Value> {
        properties().values(&[
            statement("identifier", "https://h.org/m", None, false),
            statement("title", "Carte", Some("fr"), false),
            statement("title", "Map", None, false),
            statement("rights", "https://h.org/r", None, true),
            statement("creator", "Nobody knows this property", None, false),
        ])
    }

    #[test]
    fn statements_become_values_of_properties_by_their_number_there() {
        let expected = json!({
            "dcterms:identifier": [{"type": "literal", "property_id": 10, "@value": "https://h.org/m"}],
            "dcterms:title": [
                {"type": "literal", "property_id": 1, "@value": "Carte", "@language": "fr"},
                {"type": "literal", "property_id": 1, "@value": "Map"}
            ],
            "dcterms:rights": [{"type": "uri", "property_id": 15, "@id": "https://h.org/r"}]
        });
        assert_eq!(Value::from(ours()), expected);
    }

    #[test]
    fn a_change_of_some_values_keeps_all_others() {
        let private = json!({"type": "resource", "property_id": 99, "value_resource_id": 7, "is_public": false});
        let mut item = json!({"o:id": 1, "o:title": "Map", "o:media": [{"o:id": 2}], "foaf:maker": [private]});
        for (term, values) in ours() {
            item[term] = values;
        }
        item["dcterms:identifier"] = json!([
            {"type": "literal", "property_id": 10, "@value": "A 1"}, {"type": "uri", "property_id": 10, "@id": "https://h.org/m"}
        ]);
        assert_eq!(changed(&item, &ours()), None);
        item["dcterms:title"][1]["@value"] = "Mop".into();
        let all = Value::from(changed(&item, &ours()).expect("a change"));
        assert_eq!((&all["foaf:maker"], &all["dcterms:identifier"]), (&item["foaf:maker"], &item["dcterms:identifier"]));
        assert_eq!(all["dcterms:title"], ours()["dcterms:title"]);
        assert_eq!((all.get("o:title"), all.get("o:media")), (None, None));
        for other in [json!({"dcterms:title": []}), json!({"dcterms:title": "x"}), json!({})] {
            assert_eq!(Value::from(changed(&other, &ours()).expect("a change")), Value::from(ours()), "{other}");
        }
    }

    #[test]
    fn every_kind_of_difference_is_one() {
        let item = Value::from(ours());
        for (place, value) in [
            ("/dcterms:title/0/@language", json!("de")),
            ("/dcterms:title/1/type", json!("uri")),
            ("/dcterms:rights/0/@id", json!("https://h.org/s")),
            ("/dcterms:title", json!([])),
        ] {
            let mut other = item.clone();
            *other.pointer_mut(place).expect("a place") = value;
            assert!(changed(&other, &ours()).is_some(), "{place}");
        }
        assert!(changed(&item, &ours()).is_none());
    }

    #[test]
    fn an_item_is_known_by_exactly_its_identifier() {
        let item = json!({"dcterms:identifier": [{"@value": "https://h.org/M"}, {"@id": "https://h.org/n"}]});
        for (identifier, known) in [("https://h.org/M", true), ("https://h.org/n", true), ("https://h.org/m", false), ("", false)] {
            assert_eq!(is_identified(&item, identifier), known, "{identifier}");
        }
        assert!(!is_identified(&json!({}), "x"));
    }

    #[test]
    fn what_was_dropped_is_told() {
        let said = [statement("title", "A", None, false), statement("rights", "no address", None, true)];
        let kept = json!({"dcterms:title": [{"@value": "A"}]});
        assert_eq!(lost(&said, &kept), ["dcterms:rights: no address"]);
        assert!(lost(&said[..1], &kept).is_empty());
    }
}
