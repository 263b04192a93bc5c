//! What all 3.0 documents share: order of keys, empty values left out, texts in their published form.

use super::language::LanguageMap;
use super::manifest::Thumbnail;
use super::properties::{Agent, Descriptive, LabelValue, Link, Logo, ViewingDirection};
use super::{behavior, html};
use serde_json::{Map, Value, json};

/// The JSON-LD context of Presentation 3.0.
pub const CONTEXT: &str = "http://iiif.io/api/presentation/3/context.json";

/// Adds a property unless there is nothing to say: null, an empty string, list or object.
pub(super) fn put(object: &mut Map<String, Value>, key: &str, value: impl Into<Value>) {
    let value = value.into();
    let empty = match &value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(list) => list.is_empty(),
        Value::Object(map) => map.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    };
    if !empty {
        object.insert(key.to_owned(), value);
    }
}

/// A resource with its id and type; with `@context` if it is a document of its own.
pub(super) fn resource(id: String, type_: &str, alone: bool) -> Map<String, Value> {
    let mut object = Map::new();
    if alone {
        put(&mut object, "@context", CONTEXT);
    }
    put(&mut object, "id", id);
    put(&mut object, "type", type_);
    object
}

/// Adds every descriptive property, and the thumbnail.
pub(super) fn describe(object: &mut Map<String, Value>, descriptive: &Descriptive, thumbnail: Option<Thumbnail>) {
    let Descriptive {
        label,
        summary,
        metadata,
        rights,
        required_statement,
        provider,
        homepage,
        see_also,
        rendering,
        nav_date,
        viewing_direction,
        behavior,
        rest,
    } = descriptive;
    put(object, "label", plain(label));
    put(object, "summary", text(summary));
    put(object, "metadata", list(metadata, pair));
    put(object, "requiredStatement", required_statement.as_ref().map(pair));
    put(object, "rights", rights.as_deref());
    put(object, "navDate", nav_date.as_deref());
    put(object, "provider", list(provider, agent));
    put(object, "thumbnail", thumbnail.map(|thumbnail| vec![thumbnail.image()]));
    put(object, "viewingDirection", viewing_direction.map(ViewingDirection::as_str));
    put(object, "behavior", behavior::ordered(behavior));
    put(object, "homepage", list(homepage, link));
    put(object, "rendering", list(rendering, link));
    put(object, "seeAlso", list(see_also, link));
    for (name, value) in rest {
        object.insert(name.clone(), value.clone());
    }
}

/// Each thing as JSON.
pub(super) fn list<'a, T: 'a>(things: impl IntoIterator<Item = &'a T>, one: impl Fn(&'a T) -> Value) -> Value {
    things.into_iter().map(one).collect()
}

/// A language map where HTML may stand.
pub(super) fn text(map: &LanguageMap) -> Value {
    published(map, str::to_owned)
}

/// A language map where no HTML may stand: a text that clients would take for HTML gets a space at its end (section 4.3).
pub(super) fn plain(map: &LanguageMap) -> Value {
    published(map, plain_text)
}

/// A text that no client takes for HTML.
pub(super) fn plain_text(text: &str) -> String {
    if html::looks_like_html(text) { format!("{text} ") } else { text.to_owned() }
}

fn published(map: &LanguageMap, form: fn(&str) -> String) -> Value {
    let entries = map.iter().filter(|(_, texts)| !texts.is_empty());
    Value::Object(entries.map(|(language, texts)| (language.to_owned(), texts.iter().map(|text| form(text)).collect())).collect())
}

fn pair(pair: &LabelValue) -> Value {
    let LabelValue { label, value } = pair;
    json!({ "label": plain(label), "value": text(value) })
}

fn link(link: &Link) -> Value {
    let Link { id, type_, label, format, profile, language } = link;
    let mut object = resource(id.clone(), type_, false);
    put(&mut object, "label", label.as_ref().map(plain));
    put(&mut object, "format", format.as_deref());
    put(&mut object, "profile", profile.as_deref());
    put(&mut object, "language", language.as_slice());
    object.into()
}

fn agent(agent: &Agent) -> Value {
    let Agent { id, type_: _, label, homepage, logo, see_also } = agent;
    let mut object = resource(id.clone(), "Agent", false);
    put(&mut object, "label", plain(label));
    put(&mut object, "homepage", list(homepage, link));
    put(&mut object, "logo", list(logo, logo_image));
    put(&mut object, "seeAlso", list(see_also, link));
    object.into()
}

fn logo_image(logo: &Logo) -> Value {
    let Logo { id, type_: _, format, width, height } = logo;
    let mut object = resource(id.clone(), "Image", false);
    put(&mut object, "format", format.as_deref());
    put(&mut object, "height", *height);
    put(&mut object, "width", *width);
    object.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_empty_is_put() {
        let mut object = Map::new();
        for empty in [json!(null), json!(""), json!([]), json!({})] {
            put(&mut object, "x", empty);
        }
        assert!(object.is_empty());
        put(&mut object, "x", 0);
        assert_eq!(object.len(), 1);
    }

    #[test]
    fn plain_text_is_not_taken_for_html() {
        assert_eq!(plain(&LanguageMap::plain("<Untitled>")), json!({"none": ["<Untitled> "]}));
        assert_eq!(plain(&LanguageMap::plain("a < b")), json!({"none": ["a < b"]}));
        assert_eq!(text(&LanguageMap::plain("<p>a</p>")), json!({"none": ["<p>a</p>"]}));
    }
}
