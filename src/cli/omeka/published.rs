//! What a Triptych has published, read over its REST interface: the command runs wherever both it and Omeka S can be reached.

use serde_json::{Map, Value};

use crate::cli::Failure;
use crate::fetch::{FetchError, Fetcher};
use crate::iiif::presentation::Descriptive;
use crate::iiif::uris::Uris;
use crate::omeka::Media;

/// What is read of an item; Omeka S takes nothing else.
const READ: [&str; 5] = ["label", "summary", "metadata", "rights", "requiredStatement"];

/// A published item.
#[derive(Debug)]
pub(super) struct Entry {
    pub id: String,
    /// Address of its manifest, as the service says.
    pub manifest: String,
    pub descriptive: Descriptive,
}

/// A page of items, and the address of the next.
type Listed = (Vec<Entry>, Option<String>);

/// A running Triptych.
pub(super) struct Published {
    fetcher: Fetcher,
    uris: Uris,
}

impl Published {
    pub fn new(fetcher: Fetcher, address: &str) -> Self {
        Self { fetcher, uris: Uris::new(address) }
    }

    /// Where all published items are listed from.
    pub fn start(&self) -> String {
        format!("{}?status=published&limit=100", self.uris.api(&["items"]))
    }

    /// A page of published items; `url` is [`Published::start`], or what the page before says.
    pub async fn page(&self, url: &str) -> Result<Listed, Failure> {
        let list = self.read(url).await?;
        let items = list["items"].as_array().ok_or("the list of items is no list: is --from the address of a Triptych?")?;
        let after = list["next"].as_str().and_then(|next| next.rsplit_once("after=")).map(|(_, after)| after.to_owned());
        let next = after.map(|after| format!("{}&after={after}", self.start()));
        Ok((items.iter().map(entry).collect::<Result<_, _>>()?, next))
    }

    /// A published item.
    pub async fn item(&self, id: &str) -> Result<Entry, Failure> {
        match self.read(&self.uris.api_item(id)).await {
            Ok(item) => entry(&item),
            Err(error) if matches!(error.downcast_ref(), Some(FetchError::Status(404))) => Err("it is not there, or not published".into()),
            Err(error) => Err(error),
        }
    }

    /// The addresses that Omeka S is given of an item.
    pub async fn sources(&self, entry: &Entry, media: Media, iiif: Option<u8>) -> Result<Vec<String>, Failure> {
        match media {
            Media::Manifest => Ok(vec![iiif.map_or_else(|| entry.manifest.clone(), |number| format!("{}/v{number}", entry.manifest))]),
            Media::Images => Ok(services(&self.read(&self.uris.manifest_version(&entry.id, 3)).await?, iiif.unwrap_or(3))),
        }
    }

    async fn read(&self, url: &str) -> Result<Value, Failure> {
        Ok(serde_json::from_slice(&self.fetcher.get(url, "application/json").await?.bytes)?)
    }
}

fn entry(item: &Value) -> Result<Entry, Failure> {
    let text = |name: &str| item[name].as_str().map(str::to_owned).ok_or_else(|| format!("an item without {name}"));
    let said: Map<String, Value> = READ.iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone()))).collect();
    Ok(Entry { id: text("id")?, manifest: text("manifest")?, descriptive: serde_json::from_value(said.into())? })
}

/// The info.json of each image that is painted, in this version of the Image API, each once.
fn services(manifest: &Value, iiif: u8) -> Vec<String> {
    let kind = format!("ImageService{iiif}");
    let (mut found, mut known) = (Vec::new(), std::collections::HashSet::new());
    let within = |value: &Value| value["items"].as_array().cloned().unwrap_or_default();
    let annotations = within(manifest).iter().flat_map(within).flat_map(|page| within(&page)).collect::<Vec<_>>();
    for service in annotations.iter().filter_map(|annotation| annotation["body"]["service"].as_array()).flatten() {
        let named = |name: &str| service[name].as_str();
        if named("type").or(named("@type")) == Some(&kind) {
            let info = named("id").or(named("@id")).map(|id| format!("{id}/info.json"));
            found.extend(info.filter(|info| known.insert(info.clone())));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn each_image_that_is_painted_is_named_once() {
        let body = |id: &str| json!({"service": [{"id": format!("{id}/3"), "type": "ImageService3"}, {"@id": format!("{id}/2"), "@type": "ImageService2"}]});
        let canvas = |id: &str| json!({"items": [{"items": [{"body": body(id)}, {"body": {"id": "x"}}]}]});
        let manifest = json!({"items": [canvas("a"), canvas("b"), canvas("a"), {}]});
        assert_eq!(services(&manifest, 3), ["a/3/info.json", "b/3/info.json"]);
        assert_eq!(services(&manifest, 2), ["a/2/info.json", "b/2/info.json"]);
        assert!(services(&json!({}), 3).is_empty());
    }
}
