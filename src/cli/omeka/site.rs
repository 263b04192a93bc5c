//! The REST interface of an Omeka S. Who asks is said in the query of each request, so no URL ever goes into a message.

use http::Method;
use serde_json::{Map, Value};

use crate::fetch::{Answered, FetchError, Fetcher};
use crate::iiif::uris::encode_segment;
use crate::omeka::resource::{IDENTIFIER, Properties, is_identified};

/// Most entries of one page of a list.
const PAGE: usize = 100;
/// Most pages that are read of a list that never ends.
const PAGES: usize = 1000;
/// Longest text that is passed on from an answer.
const WORDS: usize = 500;

/// Why something was not done.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("no answer from Omeka S: {0}")]
    Silent(#[from] FetchError),
    #[error("{0}")]
    Refused(String),
}

/// A key of the REST interface, as Omeka S shows it once when it is made.
pub(super) struct Key {
    pub identity: String,
    pub credential: String,
}

/// An Omeka S.
pub(super) struct Site {
    fetcher: Fetcher,
    base: String,
    key: Key,
}

impl Site {
    /// `address` is where its pages are; what people copy with it, such as `/admin`, does not count.
    pub fn new(fetcher: Fetcher, address: &str, key: Key) -> Self {
        let address = address.trim_end_matches('/');
        let base = ["/api", "/admin"].iter().find_map(|end| address.strip_suffix(end)).unwrap_or(address);
        Self { fetcher, base: base.to_owned(), key }
    }

    /// Where people see an item.
    pub fn page(&self, item: i64) -> String {
        format!("{}/admin/item/{item}", self.base)
    }

    /// The Dublin Core properties.
    pub async fn properties(&self) -> Result<Properties, Trouble> {
        let mut properties = Properties::default();
        properties.extend(&self.list("properties", &[("vocabulary_prefix", "dcterms")]).await?);
        if properties.id(IDENTIFIER).is_none() {
            return Err(Trouble::Refused(format!("there is no property {IDENTIFIER}: is this the address of an Omeka S?")));
        }
        Ok(properties)
    }

    /// The items that have this identifier.
    pub async fn identified(&self, properties: &Properties, identifier: &str) -> Result<Vec<Value>, Trouble> {
        let property = properties.id(IDENTIFIER).unwrap_or_default().to_string();
        let query = [
            ("property[0][joiner]", "and"),
            ("property[0][property]", property.as_str()),
            ("property[0][type]", "eq"),
            ("property[0][text]", identifier),
        ];
        let found = self.list("items", &query).await?;
        Ok(found.into_iter().filter(|item| is_identified(item, identifier)).collect())
    }

    /// Ingester and source of the media of an item.
    pub async fn media(&self, item: i64) -> Result<Vec<(String, String)>, Trouble> {
        let list = self.list("media", &[("item_id", &item.to_string())]).await?;
        let text = |medium: &Value, name: &str| medium[name].as_str().unwrap_or_default().to_owned();
        Ok(list.iter().map(|medium| (text(medium, "o:ingester"), text(medium, "o:source"))).collect())
    }

    /// Adds an item or a medium; gives it as it is then.
    pub async fn add(&self, kind: &str, body: Map<String, Value>) -> Result<Value, Trouble> {
        self.ask(Method::POST, kind, &[], Some(&body.into())).await
    }

    /// Changes what is sent of an item, and nothing else; gives it as it is then.
    pub async fn change(&self, item: i64, body: Map<String, Value>) -> Result<Value, Trouble> {
        self.ask(Method::PATCH, &format!("items/{item}"), &[], Some(&body.into())).await
    }

    async fn list(&self, kind: &str, query: &[(&str, &str)]) -> Result<Vec<Value>, Trouble> {
        let (mut all, size) = (Vec::new(), PAGE.to_string());
        for page in 1..=PAGES {
            let page = page.to_string();
            let query = [query, &[("per_page", size.as_str()), ("page", page.as_str())]].concat();
            match self.ask(Method::GET, kind, &query, None).await? {
                Value::Array(entries) if entries.is_empty() => break,
                Value::Array(entries) => all.extend(entries),
                _ => return Err(Trouble::Refused(format!("the list of {kind} is no list: is this the address of an Omeka S?"))),
            }
        }
        Ok(all)
    }

    async fn ask(&self, method: Method, path: &str, query: &[(&str, &str)], body: Option<&Value>) -> Result<Value, Trouble> {
        let Key { identity, credential } = &self.key;
        let key = [("key_identity", identity.as_str()), ("key_credential", credential.as_str())];
        let pairs = query.iter().chain(&key).map(|(name, value)| format!("{}={}", encode_segment(name), encode_segment(value)));
        let url = format!("{}/api/{path}?{}", self.base, pairs.collect::<Vec<_>>().join("&"));
        self.understood(&self.fetcher.send_json(method, &url, body).await?)
    }

    fn understood(&self, answered: &Answered) -> Result<Value, Trouble> {
        let body: Option<Value> = serde_json::from_slice(&answered.body).ok();
        let refused = |words: String| Err(Trouble::Refused(self.without_key(&words)));
        match (answered.status, body) {
            (200..=299, Some(body)) => Ok(body),
            (200..=299, None) => refused("the answer is not JSON: is this the address of an Omeka S?".to_owned()),
            (401 | 403, body) => refused(format!(
                "Omeka S refuses the key, or its user may not do this{}; check --identity and --credential",
                body.map(|body| format!(" ({})", words(&body))).unwrap_or_default()
            )),
            (status, Some(body)) => refused(format!("Omeka S refuses it with the status {status}: {}", words(&body))),
            (status, None) => refused(format!("Omeka S answers with the status {status} and no reason; its log has more")),
        }
    }

    /// An answer may repeat what it was asked.
    fn without_key(&self, words: &str) -> String {
        let Key { identity, credential } = &self.key;
        let secrets = [identity, credential].into_iter().filter(|secret| !secret.is_empty());
        secrets.fold(words.to_owned(), |words, secret| words.replace(secret.as_str(), "…"))
    }
}

/// Every text of an error document, with where it stands.
fn words(body: &Value) -> String {
    let mut told = Vec::new();
    gather(body.get("errors").unwrap_or(body), "", &mut told);
    let told: String = told.join("; ").chars().take(WORDS).collect();
    if told.is_empty() { "no reason is given".to_owned() } else { told }
}

fn gather(value: &Value, name: &str, told: &mut Vec<String>) {
    match value {
        Value::String(text) if matches!(name, "" | "error") => told.push(text.clone()),
        Value::String(text) => told.push(format!("{name}: {text}")),
        Value::Array(list) => list.iter().for_each(|value| gather(value, name, told)),
        Value::Object(map) => map.iter().for_each(|(name, value)| gather(value, name, told)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use serde_json::json;

    use super::*;
    use crate::fetch::FetchSettings;

    fn site(address: &str) -> Site {
        let fetcher = Fetcher::new(FetchSettings { networks: Vec::new(), max_bytes: 1, timeout: Duration::from_secs(1) });
        Site::new(fetcher, address, Key { identity: "me-1".to_owned(), credential: "hush-2".to_owned() })
    }

    #[test]
    fn the_address_is_where_its_pages_are() {
        for address in ["https://o.org/s", "https://o.org/s/", "https://o.org/s/api", "https://o.org/s/admin/"] {
            assert_eq!(site(address).page(3), "https://o.org/s/admin/item/3");
        }
    }

    #[test]
    fn refusals_are_told_in_the_words_of_omeka_s_and_never_with_the_key() {
        for (status, body, told) in [
            (
                422,
                json!({"errors": {"o:media": [{"o:source": ["Invalid IIIF presentation JSON"]}]}}),
                "o:source: Invalid IIIF presentation JSON",
            ),
            (
                404,
                json!({"errors": {"error": "no item set 7 for key_credential=hush-2"}}),
                "status 404: no item set 7 for key_credential=…",
            ),
            (403, json!({"errors": {"error": "Permission denied"}}), "refuses the key, or its user may not do this (Permission denied)"),
            (500, json!({}), "no reason is given"),
        ] {
            let answered = Answered { status, body: body.to_string().into_bytes() };
            let words = site("https://o.org").understood(&answered).expect_err("a refusal").to_string();
            assert!(words.contains(told) && !words.contains("hush"), "{words}");
        }
        for (status, told) in [(200, "is this the address of an Omeka S?"), (502, "status 502"), (401, "check --identity")] {
            let answered = Answered { status, body: b"<html>me-1</html>".to_vec() };
            let words = site("https://o.org").understood(&answered).expect_err("a refusal").to_string();
            assert!(words.contains(told) && !words.contains("me-1"), "{words}");
        }
    }
}
