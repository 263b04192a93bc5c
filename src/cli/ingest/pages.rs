//! The canvases of the item that pages are added to.

use serde_json::{Value, json};

use super::service::{Refused, Service};

/// The images on the canvases of an item, in order, and where the next page goes.
pub(super) struct Pages<'a> {
    item: &'a str,
    images: Vec<String>,
    /// Behind the page that came last; at the end before there is one.
    next: Option<usize>,
}

impl<'a> Pages<'a> {
    /// What the item has now.
    pub async fn of(service: &Service, item: &'a str) -> Result<Self, Refused> {
        let (mut images, mut after) = (Vec::new(), String::new());
        loop {
            let page = service.json("GET", &["items", item, &format!("canvases?limit=500{after}")], &Value::Null).await?;
            let canvases = page["items"].as_array().cloned().unwrap_or_default();
            images.extend(canvases.iter().map(|canvas| canvas["image"].as_str().unwrap_or_default().to_owned()));
            match page["next"].as_str().and_then(|next| next.rsplit_once("after=")) {
                Some((_, place)) => after = format!("&after={place}"),
                None => return Ok(Self { item, images, next: None }),
            }
        }
    }

    /// Adds a page for an image behind the one before it, unless a run before has added it.
    pub async fn add(&mut self, service: &Service, image: &str, label: String) -> Result<(), Refused> {
        let at = match self.images.iter().position(|there| there == image) {
            Some(there) => there,
            None => {
                let at = self.next.unwrap_or(self.images.len());
                let canvas = json!({"image": image, "label": {"none": [label]}});
                service.json("POST", &["items", self.item, "canvases"], &json!({"position": at, "canvases": [canvas]})).await?;
                self.images.insert(at, image.to_owned());
                at
            }
        };
        self.next = Some(at + 1);
        Ok(())
    }
}
