//! Language maps as 2.1 writes them: a string, an object with its language, or a list of these (section 4.3 of 2.1).

use super::Down;
use super::json::one_or_list;
use super::losses::{At, LossKind};
use crate::iiif::presentation::emit::plain_text;
use crate::iiif::presentation::html;
use crate::iiif::presentation::language::NONE;
use serde_json::{Value, json};

impl Down<'_> {
    /// Texts where no HTML may stand.
    pub(super) fn plain(&mut self, map: Option<&Value>, at: &At) -> Value {
        self.texts(map, plain_text, at)
    }

    /// Texts where HTML may stand.
    pub(super) fn html(&mut self, map: Option<&Value>, at: &At) -> Value {
        self.texts(map, closed, at)
    }

    fn texts(&mut self, map: Option<&Value>, form: fn(&str) -> String, at: &At) -> Value {
        let mut found = Vec::new();
        let others = match map {
            None | Some(Value::Null) => 0,
            Some(Value::Object(map)) => map.iter().map(|(language, texts)| collect(texts, language, form, &mut found)).sum(),
            Some(other) => collect(other, NONE, form, &mut found),
        };
        if others > 0 {
            self.losses.add(LossKind::Malformed, at, "what is not a text in a language map is left out");
        }
        one_or_list(found)
    }
}

/// Adds the texts of one language; how many of them were none.
fn collect(texts: &Value, language: &str, form: fn(&str) -> String, found: &mut Vec<Value>) -> usize {
    let list = texts.as_array().map_or(std::slice::from_ref(texts), Vec::as_slice);
    let before = found.len();
    found.extend(list.iter().filter_map(|one| match one {
        Value::String(text) => Some(written(form(text), language)),
        Value::Number(number) => Some(written(number.to_string(), language)),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }));
    list.len() - (found.len() - before)
}

/// HTML whose empty elements are closed as XML wants it; the most common fault in what institutions write.
fn closed(text: &str) -> String {
    if !html::looks_like_html(text) || html::check(text).is_ok() {
        return text.to_owned();
    }
    let mut made = String::with_capacity(text.len() + 8);
    for part in text.split_inclusive('>') {
        let tag = part.rfind('<').map(|start| &part[start + 1..]);
        let name = tag.and_then(|tag| tag.split([' ', '/', '>']).next()).unwrap_or_default();
        match part.strip_suffix('>') {
            Some(open) if ["br", "img"].iter().any(|empty| name.eq_ignore_ascii_case(empty)) && !open.ends_with('/') => {
                made.push_str(open);
                made.push_str("/>");
            }
            _ => made.push_str(part),
        }
    }
    made
}

fn written(text: String, language: &str) -> Value {
    match language {
        NONE | "@none" | "" => text.into(),
        _ => json!({ "@value": text, "@language": language }),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::down;
    use super::*;

    #[test]
    fn empty_elements_are_closed() {
        let cases = [
            ("<p>a<br>b<img src='https://x.org/i.png'></p>", "<p>a<br/>b<img src='https://x.org/i.png'/></p>"),
            ("<p>a<br/>b</p>", "<p>a<br/>b</p>"),
            ("<p>a<b>c</p>", "<p>a<b>c</p>"),
            ("a<br>b", "a<br>b"),
            ("<>", "<>"),
        ];
        for (text, expected) in cases {
            assert_eq!(closed(text), expected);
        }
    }

    #[test]
    fn texts_of_any_form() {
        let cases = [
            (json!({"none": ["a"]}), json!("a"), 0),
            (json!({"en": ["a"], "fr": "b"}), json!([{"@value": "a", "@language": "en"}, {"@value": "b", "@language": "fr"}]), 0),
            (json!("a"), json!("a"), 0),
            (json!(["a", "b"]), json!(["a", "b"]), 0),
            (json!({"none": [1]}), json!("1"), 0),
            (json!({"none": ["a", {"x": 1}, "b"]}), json!(["a", "b"]), 1),
            (json!({"none": [["a"]]}), json!(null), 1),
            (json!({"en": 0.5, "fr": {}, "none": "c"}), json!([{"@value": "0.5", "@language": "en"}, "c"]), 1),
            (json!({}), json!(null), 0),
            (json!(null), json!(null), 0),
            (json!(true), json!(null), 1),
            (json!({"none": ["<Untitled>"]}), json!("<Untitled> "), 0),
        ];
        for (map, expected, losses) in cases {
            let uris = crate::iiif::presentation::samples::uris();
            let mut down = down(&uris);
            assert_eq!(down.plain(Some(&map), &At::ROOT), expected, "{map}");
            assert_eq!(down.losses.into_list().len(), losses, "{map}");
        }
    }
}
