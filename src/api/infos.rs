//! Image information that was written before: the same bytes for everyone who asks for the same image by the same address.

use std::sync::Arc;

use bytes::Bytes;
use moka::sync::Cache;

use super::documents::tag;
use crate::iiif::image::{self, Limits, Version};
use crate::image_service::Source;

/// Memory for documents, in bytes.
const MEMORY: u64 = 8 << 20;

/// A document ready to be sent.
pub struct Info {
    pub body: Bytes,
    /// Its strong validator as JSON-LD, and as plain JSON.
    pub tags: [String; 2],
}

/// Documents by the service's URI and the master's state.
pub struct Infos(Cache<(String, [u8; 8]), Arc<Info>>);

impl Default for Infos {
    fn default() -> Self {
        let weigh = |key: &(String, [u8; 8]), info: &Arc<Info>| u32::try_from(key.0.len() + info.body.len() + 250).unwrap_or(u32::MAX);
        Self(Cache::builder().weigher(weigh).max_capacity(MEMORY).build())
    }
}

impl Infos {
    /// info.json of the image service `uri`.
    pub fn get(&self, version: Version, uri: String, source: &Source, limits: &Limits) -> Arc<Info> {
        let key = (uri, source.state());
        if let Some(info) = self.0.get(&key) {
            return info;
        }
        let body = image::document(version, &key.0, &source.info(), limits).to_string();
        let info = Arc::new(Info { tags: [tag(&["json-ld", &body]), tag(&["json", &body])], body: body.into() });
        self.0.insert(key, info.clone());
        info
    }
}
