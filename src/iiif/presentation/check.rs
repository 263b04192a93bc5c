//! Faults of a writer: everything in descriptive properties that would make a document break Presentation 3.0, all at once.

use super::language::{LanguageMap, NONE};
use super::properties::{Agent, Descriptive, LabelValue, Link, Logo};
use super::syntax::{is_http, is_media_type, is_tag};
use super::{behavior, html, nav_date, rights};
use serde_json::{Map, Value};

/// One thing that the writer must change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// JSON pointer (RFC 6901) to the place, from the properties' own object: `/metadata/0/value`.
    pub pointer: String,
    /// What is wrong and what would be right, for people.
    pub detail: String,
}

/// The class of the resource that the properties describe.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    Manifest,
    Canvas,
    Collection,
    Range,
    AnnotationPage,
}

impl Class {
    /// The word of the specification.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manifest => "Manifest",
            Self::Canvas => "Canvas",
            Self::Collection => "Collection",
            Self::Range => "Range",
            Self::AnnotationPage => "AnnotationPage",
        }
    }
}

/// Every fault in `descriptive` as properties of a resource of `class`; none if it may be published.
#[must_use]
pub fn faults(descriptive: &Descriptive, class: Class) -> Vec<Fault> {
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
    let mut found = Faults(Vec::new());
    if label.is_empty() && matches!(class, Class::Manifest | Class::Collection) {
        found.add("/label", format!("a {} needs a label", class.as_str()));
    }
    found.texts("/label", label, Markup::Refused);
    found.texts("/summary", summary, Markup::Allowed);
    for (index, pair) in metadata.iter().enumerate() {
        found.pair(&format!("/metadata/{index}"), pair);
    }
    if let Some(uri) = rights {
        found.rights(uri);
    }
    if let Some(pair) = required_statement {
        found.pair("/requiredStatement", pair);
    }
    for (index, agent) in provider.iter().enumerate() {
        found.agent(&format!("/provider/{index}"), agent);
    }
    found.links("/homepage", homepage, HOMEPAGE);
    found.links("/seeAlso", see_also, SEE_ALSO);
    found.links("/rendering", rendering, RENDERING);
    if nav_date.as_deref().is_some_and(|text| nav_date::parse(text).is_none()) {
        found.add("/navDate", "must be a date and time with a time zone, such as 1856-01-01T00:00:00Z");
    }
    if viewing_direction.is_some() && class == Class::Canvas {
        found.add("/viewingDirection", "a Canvas has no viewingDirection; its Manifest may have one");
    }
    for index in 0..behavior.len() {
        if let Some(detail) = behavior::fault(behavior, index, class) {
            found.add(format!("/behavior/{index}"), detail);
        }
    }
    found.rest(rest, descriptive);
    found.0
}

/// Properties of which the interface has parts of their own.
const APART: [&str; 10] = ["@context", "id", "type", "items", "structures", "annotations", "height", "width", "duration", "sequences"];
/// Properties that are lists of resources, each with its id and type.
const RESOURCES: [&str; 2] = ["thumbnail", "partOf"];
/// Properties that are one resource.
const RESOURCE: [&str; 3] = ["start", "placeholderCanvas", "accompanyingCanvas"];

/// Whether a text may be HTML.
#[derive(Clone, Copy, PartialEq)]
enum Markup {
    Allowed,
    Refused,
}

/// What an entry of a property must have beside id and type.
#[derive(Clone, Copy)]
struct LinkRule {
    label: bool,
    format: bool,
}

const HOMEPAGE: LinkRule = LinkRule { label: true, format: false };
const SEE_ALSO: LinkRule = LinkRule { label: false, format: false };
/// Presentation 2.1 wants the format too.
const RENDERING: LinkRule = LinkRule { label: true, format: true };

const LINK_TYPES: [&str; 6] = ["Dataset", "Image", "Model", "Sound", "Text", "Video"];

struct Faults(Vec<Fault>);

impl Faults {
    fn add(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.0.push(Fault { pointer: pointer.into(), detail: detail.into() });
    }

    fn rest(&mut self, rest: &Map<String, Value>, said: &Descriptive) {
        let named = serde_json::to_value(Descriptive { rest: Map::new(), ..said.clone() }).unwrap_or_default();
        for (name, value) in rest {
            let pointer = format!("/{}", escape(name));
            if APART.contains(&name.as_str()) {
                self.add(&pointer, format!("{name} is written through a part of this interface of its own"));
            } else if named.get(name).is_some() {
                self.add(&pointer, format!("{name} is said twice"));
            } else if RESOURCES.contains(&name.as_str()) {
                self.resources(&pointer, value);
            } else if RESOURCE.contains(&name.as_str()) {
                self.resource(&pointer, value);
            }
        }
    }

    fn resources(&mut self, pointer: &str, value: &Value) {
        match value.as_array() {
            Some(list) => list.iter().enumerate().for_each(|(index, one)| self.resource(&format!("{pointer}/{index}"), one)),
            None => self.add(pointer, "must be a list"),
        }
    }

    fn resource(&mut self, pointer: &str, value: &Value) {
        if value.get("image").is_some_and(Value::is_string) {
            return;
        }
        for name in ["id", "type"].into_iter().filter(|name| !value[*name].is_string()) {
            self.add(format!("{pointer}/{name}"), format!("a resource needs its {name}"));
        }
    }

    fn texts(&mut self, pointer: &str, map: &LanguageMap, markup: Markup) {
        for (language, texts) in map.iter() {
            let place = format!("{pointer}/{}", escape(language));
            if let Err(detail) = language_key(language) {
                self.add(&place, detail);
            }
            if texts.is_empty() {
                self.add(&place, "must hold at least one text");
            }
            for (index, text) in texts.iter().enumerate() {
                if let Err(detail) = text_fault(text, markup) {
                    self.add(format!("{place}/{index}"), detail);
                }
            }
        }
    }

    fn pair(&mut self, pointer: &str, pair: &LabelValue) {
        let LabelValue { label, value } = pair;
        for (name, map, markup) in [("label", label, Markup::Refused), ("value", value, Markup::Allowed)] {
            let place = format!("{pointer}/{name}");
            if map.is_empty() {
                self.add(&place, format!("a {name} must be given"));
            }
            self.texts(&place, map, markup);
        }
    }

    fn rights(&mut self, uri: &str) {
        if rights::is_valid(uri) {
            return;
        }
        let detail = match rights::suggestion(uri) {
            Some(right) => format!("must be written {right}"),
            None => "must be the URI of a Creative Commons licence or of a RightsStatements.org statement; \
                     other terms belong into requiredStatement or metadata"
                .to_owned(),
        };
        self.add("/rights", detail);
    }

    fn agent(&mut self, pointer: &str, agent: &Agent) {
        let Agent { id, type_: _, label, homepage, logo, see_also } = agent;
        self.uri(&format!("{pointer}/id"), id);
        if label.is_empty() {
            self.add(format!("{pointer}/label"), "a provider needs a label");
        }
        self.texts(&format!("{pointer}/label"), label, Markup::Refused);
        self.links(&format!("{pointer}/homepage"), homepage, HOMEPAGE);
        self.links(&format!("{pointer}/seeAlso"), see_also, SEE_ALSO);
        for (index, logo) in logo.iter().enumerate() {
            self.logo(&format!("{pointer}/logo/{index}"), logo);
        }
    }

    fn logo(&mut self, pointer: &str, logo: &Logo) {
        let Logo { id, type_: _, format, width, height } = logo;
        self.uri(&format!("{pointer}/id"), id);
        self.format(&format!("{pointer}/format"), format.as_deref());
        for (name, size) in [("width", width), ("height", height)] {
            if *size == Some(0) {
                self.add(format!("{pointer}/{name}"), "must be more than 0");
            }
        }
    }

    fn links(&mut self, pointer: &str, links: &[Link], rule: LinkRule) {
        for (index, link) in links.iter().enumerate() {
            self.link(&format!("{pointer}/{index}"), link, rule);
        }
    }

    fn link(&mut self, pointer: &str, link: &Link, rule: LinkRule) {
        let Link { id, type_, label, format, profile, language } = link;
        self.uri(&format!("{pointer}/id"), id);
        if !LINK_TYPES.contains(&type_.as_str()) {
            self.add(format!("{pointer}/type"), format!("must be one of {}", LINK_TYPES.join(", ")));
        }
        match label {
            Some(map) if !map.is_empty() => self.texts(&format!("{pointer}/label"), map, Markup::Refused),
            None if !rule.label => {}
            _ => self.add(format!("{pointer}/label"), "a label must be given"),
        }
        if rule.format && format.is_none() {
            self.add(format!("{pointer}/format"), "a media type must be given, such as application/pdf");
        }
        self.format(&format!("{pointer}/format"), format.as_deref());
        if profile.as_deref().is_some_and(|text| text.trim().is_empty() || text.contains(char::is_control)) {
            self.add(format!("{pointer}/profile"), "must be the name or URI of a schema");
        }
        for (index, tag) in language.iter().enumerate() {
            if !is_tag(tag) {
                self.add(format!("{pointer}/language/{index}"), "must be a language tag of BCP 47, such as en or zh-Hant");
            }
        }
    }

    fn uri(&mut self, pointer: &str, uri: &str) {
        if !is_http(uri) {
            self.add(pointer, "must be an http or https URI, special characters percent-encoded");
        }
    }

    fn format(&mut self, pointer: &str, format: Option<&str>) {
        if format.is_some_and(|text| !is_media_type(text)) {
            self.add(pointer, "must be a media type, such as application/pdf");
        }
    }
}

/// A reference token of a JSON pointer.
fn escape(token: &str) -> String {
    token.replace('~', "~0").replace('/', "~1")
}

fn text_fault(text: &str, markup: Markup) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err("must not be empty".to_owned());
    }
    if text.contains(|c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r')) {
        return Err("must not hold control characters".to_owned());
    }
    if !html::looks_like_html(text) {
        return Ok(());
    }
    match (markup, html::check(text)) {
        (Markup::Allowed, Err(detail)) => Err(format!("not well-formed HTML: {detail}; a space at the end makes it plain text")),
        (Markup::Refused, Ok(())) => Err("HTML is not allowed here".to_owned()),
        (Markup::Allowed, Ok(())) | (Markup::Refused, Err(_)) => Ok(()),
    }
}

fn language_key(key: &str) -> Result<(), String> {
    match key {
        NONE => Ok(()),
        "@none" => Err("must be written none".to_owned()),
        _ if is_tag(key) => Ok(()),
        _ if is_tag(&key.replace('_', "-")) => Err(format!("must be written {}", key.replace('_', "-"))),
        _ => Err("must be a language tag of BCP 47, such as en or zh-Hant, or none".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::iiif::presentation::samples;
    use serde_json::{Value, from_value, json};

    fn found(sent: Value, class: Class) -> Vec<(String, String)> {
        let descriptive = from_value(sent).expect("properties");
        faults(&descriptive, class).into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
    }

    #[test]
    fn what_is_right_has_no_faults() {
        for (descriptive, class) in [
            (samples::manifest_properties(), Class::Manifest),
            (samples::canvas_properties(), Class::Canvas),
            (samples::collection_properties(), Class::Collection),
            (Descriptive::default(), Class::Canvas),
        ] {
            assert_eq!(faults(&descriptive, class), []);
        }
    }

    #[test]
    fn one_fault_each() {
        let link = |name: &str, entry: Value| json!({"label": "a", name: [entry]});
        let cases = [
            (json!({}), "/label", "needs a label"),
            (json!({"label": {"en": ["a"], "fr": []}}), "/label/fr", "at least one"),
            (json!({"label": ["a", " "]}), "/label/none/1", "empty"),
            (json!({"label": "a\u{0}b"}), "/label/none/0", "control"),
            (json!({"label": "<b>a</b>"}), "/label/none/0", "HTML is not allowed"),
            (json!({"label": {"@none": "a"}}), "/label/@none", "must be written none"),
            (json!({"label": {"en_US": "a"}}), "/label/en_US", "en-US"),
            (json!({"label": {"english": "a"}}), "/label/english", "BCP 47"),
            (json!({"label": {"a/~": "a"}}), "/label/a~1~0", "BCP 47"),
            (json!({"label": "a", "summary": "<p>a<br>b</p>"}), "/summary/none/0", "not well-formed"),
            (json!({"label": "a", "metadata": [{"label": "a"}]}), "/metadata/0/value", "must be given"),
            (json!({"label": "a", "metadata": [{"label": "<i>a</i>", "value": "b"}]}), "/metadata/0/label/none/0", "HTML"),
            (json!({"label": "a", "metadata": [{"label": "a", "value": "<script>x</script>"}]}), "/metadata/0/value/none/0", "script"),
            (json!({"label": "a", "requiredStatement": {"value": "b"}}), "/requiredStatement/label", "must be given"),
            (
                json!({"label": "a", "rights": "https://creativecommons.org/licenses/by/4.0/"}),
                "/rights",
                "http://creativecommons.org/licenses/by/4.0/",
            ),
            (json!({"label": "a", "rights": "All rights reserved"}), "/rights", "requiredStatement"),
            (json!({"label": "a", "navDate": "1856-01-01T00:00:00"}), "/navDate", "time zone"),
            (json!({"label": "a", "behavior": ["paged", "continuous"]}), "/behavior/1", "exclude"),
            (json!({"label": "a", "provider": [{"label": "x"}]}), "/provider/0/id", "URI"),
            (json!({"label": "a", "provider": [{"id": "https://x.org"}]}), "/provider/0/label", "label"),
            (
                json!({"label": "a", "provider": [{"id": "https://x.org", "label": "x", "logo": [{"id": "l.png"}]}]}),
                "/provider/0/logo/0/id",
                "URI",
            ),
            (
                json!({"label": "a", "provider": [{"id": "https://x.org", "label": "x", "logo": [{"id": "https://x.org/l", "width": 0}]}]}),
                "/provider/0/logo/0/width",
                "0",
            ),
            (link("homepage", json!({"id": "https://x.org", "type": "Text"})), "/homepage/0/label", "must be given"),
            (link("homepage", json!({"id": "https://x.org", "type": "Text", "label": {}})), "/homepage/0/label", "must be given"),
            (link("homepage", json!({"id": "ftp://x.org", "type": "Text", "label": "x"})), "/homepage/0/id", "http"),
            (
                link("homepage", json!({"id": "https://x.org", "type": "Text", "label": "x", "language": "e"})),
                "/homepage/0/language/0",
                "BCP",
            ),
            (link("seeAlso", json!({"id": "https://x.org"})), "/seeAlso/0/type", "Dataset"),
            (link("seeAlso", json!({"id": "https://x.org", "type": "Dataset", "format": "xml"})), "/seeAlso/0/format", "media type"),
            (link("seeAlso", json!({"id": "https://x.org", "type": "Dataset", "profile": ""})), "/seeAlso/0/profile", "schema"),
            (link("rendering", json!({"id": "https://x.org", "type": "Text", "label": "x"})), "/rendering/0/format", "must be given"),
        ];
        for (sent, pointer, part) in cases {
            let found = found(sent.clone(), Class::Manifest);
            assert!(matches!(found.as_slice(), [(at, detail)] if at == pointer && detail.contains(part)), "{sent}: {found:?}");
        }
    }

    #[test]
    fn a_canvas_has_no_direction_and_needs_no_label() {
        let found = found(json!({"viewingDirection": "left-to-right"}), Class::Canvas);
        assert!(matches!(found.as_slice(), [(at, _)] if at == "/viewingDirection"), "{found:?}");
    }

    #[test]
    fn all_at_once() {
        let sent = json!({"summary": " ", "rights": "x", "navDate": "x", "behavior": ["x"], "homepage": [{}]});
        let pointers: Vec<_> = found(sent, Class::Manifest).into_iter().map(|(at, _)| at).collect();
        let expected =
            ["/label", "/summary/none/0", "/rights", "/homepage/0/id", "/homepage/0/type", "/homepage/0/label", "/navDate", "/behavior/0"];
        assert_eq!(pointers, expected);
    }
}
