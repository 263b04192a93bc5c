//! `attribution`, `license` and `logo` of 2.x: requiredStatement, rights and provider of 3.0 (Presentation 3.0, section 3.1).

use super::report::Place;
use super::{Object, Work, list};
use crate::iiif::presentation::language::NONE;
use crate::iiif::presentation::rights;
use serde_json::{Value, json};

/// What a resource of 2.x says about who holds it and what may be done with it.
#[derive(Default)]
pub(super) struct Statements {
    pub(super) attribution: Option<Value>,
    licenses: Vec<String>,
    pub(super) logos: Vec<Value>,
}

impl Statements {
    pub(super) fn license(&mut self, value: Value, at: &Place, work: &mut Work) {
        for entry in list(value) {
            match entry {
                Value::String(text) if !text.trim().is_empty() => self.licenses.push(text),
                Value::Object(mut object) => {
                    let value = object.shift_remove("@id").or_else(|| object.shift_remove("@value"));
                    self.license(value.unwrap_or_default(), at, work);
                }
                other => work.report.note_with(at, "a license that is no text is left out", &other.to_string()),
            }
        }
    }

    /// Puts what was said where 3.0 has it.
    pub(super) fn settle(self, out: &mut Object, at: &Place, work: &mut Work) {
        for license in self.licenses {
            settle_license(license, out, &at.key("license"), work);
        }
        if !self.logos.is_empty() {
            let label = self.attribution.as_ref().and_then(plain_label).unwrap_or_else(|| host_label(&self.logos));
            let id = out.get("id").and_then(Value::as_str).unwrap_or_default().to_owned();
            let agent = json!({"id": work.mint(&id, "provider"), "type": "Agent", "label": label, "logo": self.logos});
            work.report.note(
                &at.key("logo"),
                "the logo is now that of a provider, whose id is new and whose label is the attribution or the host",
            );
            append(out, "provider", vec![agent]);
        }
        if let Some(value) = self.attribution {
            work.report.form(&at.key("attribution"), "attribution is now requiredStatement");
            let pair = json!({"label": {"en": ["Attribution"]}, "value": value});
            if out.contains_key("requiredStatement") {
                append(out, "metadata", vec![pair]);
            } else {
                out.insert("requiredStatement".to_owned(), pair);
            }
        }
    }
}

fn settle_license(license: String, out: &mut Object, at: &Place, work: &mut Work) {
    let known = if rights::is_valid(&license) { Some(license.clone()) } else { rights::suggestion(&license) };
    match known {
        Some(uri) if !out.contains_key("rights") => {
            if uri != license {
                work.report.note_with(at, "license is now rights, in the form in which the URI is defined", &license);
            } else {
                work.report.form(at, "license is now rights");
            }
            out.insert("rights".to_owned(), json!(uri));
        }
        _ => {
            work.report.note_with(at, "a license that cannot stand in rights is now an entry of metadata", &license);
            append(out, "metadata", vec![json!({"label": {"en": ["License"]}, "value": {NONE: [license]}})]);
        }
    }
}

/// Adds to a list that may be there.
pub(super) fn append(out: &mut Object, key: &str, mut more: Vec<Value>) {
    match out.get_mut(key) {
        _ if more.is_empty() => {}
        Some(Value::Array(known)) => known.append(&mut more),
        Some(one) => {
            more.insert(0, one.take());
            *one = Value::Array(more);
        }
        None => {
            out.insert(key.to_owned(), Value::Array(more));
        }
    }
}

/// The texts without markup, as a label has them.
fn plain_label(map: &Value) -> Option<Value> {
    let mut label = Object::new();
    for (tag, texts) in map.as_object()? {
        let texts: Vec<String> =
            texts.as_array()?.iter().filter_map(Value::as_str).map(without_tags).filter(|text| !text.is_empty()).collect();
        if !texts.is_empty() {
            label.insert(tag.clone(), json!(texts));
        }
    }
    (!label.is_empty()).then_some(Value::Object(label))
}

fn without_tags(html: &str) -> String {
    if !html.trim_start().starts_with('<') {
        return html.trim().to_owned();
    }
    let text: Vec<&str> = html.split('<').map(|part| part.split_once('>').map_or(part, |(_, text)| text)).collect();
    text.join(" ").split_whitespace().collect::<Vec<_>>().join(" ")
}

fn host_label(logos: &[Value]) -> Value {
    let id = logos.iter().find_map(|logo| logo.get("id").and_then(Value::as_str)).unwrap_or_default();
    let host = id.split_once("://").and_then(|(_, rest)| rest.split('/').next()).filter(|host| !host.is_empty());
    json!({NONE: [host.unwrap_or("provider")]})
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settled(licenses: Value, attribution: Option<Value>, logos: Vec<Value>) -> Value {
        let (root, mut work) = (Place::root(), Work::default());
        let mut said = Statements { attribution, logos, ..Statements::default() };
        said.license(licenses, &root, &mut work);
        let mut out = Object::from_iter([("id".to_owned(), json!("http://x/m"))]);
        said.settle(&mut out, &root, &mut work);
        out.shift_remove("id");
        Value::Object(out)
    }

    #[test]
    fn licenses() {
        let by = "http://creativecommons.org/licenses/by/4.0/";
        let own = |text: &str| json!([{"label": {"en": ["License"]}, "value": {"none": [text]}}]);
        let cases = [
            (json!(by), json!({"rights": by})),
            (json!("https://creativecommons.org/licenses/by/4.0/deed.fr"), json!({"rights": by})),
            (json!("http://x.org/terms"), json!({"metadata": own("http://x.org/terms")})),
            (json!(["http://x.org/terms", by]), json!({"metadata": own("http://x.org/terms"), "rights": by})),
            (
                json!([by, "http://rightsstatements.org/vocab/InC/1.0/"]),
                json!({"rights": by, "metadata": own("http://rightsstatements.org/vocab/InC/1.0/")}),
            ),
            (json!({"@id": by}), json!({"rights": by})),
            (json!(""), json!({})),
        ];
        for (source, expected) in cases {
            assert_eq!(settled(source.clone(), None, Vec::new()), expected, "{source}");
        }
    }

    #[test]
    fn a_logo_is_that_of_a_provider() {
        let logo = json!({"id": "https://lib.org/logo.png", "type": "Image"});
        let made = settled(json!(null), Some(json!({"en": ["<span>The <b>Library</b></span>"]})), vec![logo.clone()]);
        assert_eq!(
            made["provider"],
            json!([{"id": "http://x/m/provider", "type": "Agent", "label": {"en": ["The Library"]}, "logo": [logo]}])
        );
        assert_eq!(made["requiredStatement"]["value"], json!({"en": ["<span>The <b>Library</b></span>"]}));
        assert_eq!(settled(json!(null), None, vec![logo])["provider"][0]["label"], json!({"none": ["lib.org"]}));
    }
}
