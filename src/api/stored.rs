//! Manifests in the catalogue: written by one replica, sent by all.

use std::sync::Arc;

use super::App;
use super::problem::{Problem, internal};
use super::rendered::Rendered;
use crate::catalog::{DocumentKey, Stamp, StoredDocument};

/// What the catalogue keeps of a manifest; nothing where the public address is not fixed.
#[derive(Default)]
pub struct Stored {
    /// State of the catalogue before anything else is read.
    stamp: Option<Stamp>,
    document: Option<StoredDocument>,
}

impl Stored {
    /// Looks for a whole manifest; `path` leads to a part of it otherwise, and parts are not kept.
    pub async fn look_up(app: &App, item: &str, version: u8, path: &[&str]) -> Result<Self, Problem> {
        let Some(maker) = app.maker.as_deref().filter(|_| path.is_empty()) else { return Ok(Self::default()) };
        let found = app.catalog.document(DocumentKey { item, version, maker }).await?;
        Ok(found.map_or_else(Self::default, |(stamp, document)| Self { stamp: Some(stamp), document }))
    }

    /// The manifest, if it lies there and is what somebody with this `Accept` header gets.
    pub async fn written(&mut self, address: String, accept: &str) -> Result<Option<Arc<Rendered>>, Problem> {
        let Some(document) = self.document.take().filter(|document| Rendered::suit(&document.extensions, accept)) else { return Ok(None) };
        let unpack = move || Rendered::unpacked(address, document);
        match tokio::task::spawn_blocking(unpack).await.map_err(|error| internal(&error))? {
            Ok(rendered) => Ok(Some(Arc::new(rendered))),
            Err(error) => {
                tracing::warn!("a stored document cannot be unpacked and is written anew: {error}");
                Ok(None)
            }
        }
    }

    /// Keeps a manifest that was written since, without letting its reader wait.
    pub fn keep(self, app: &Arc<App>, item: &str, version: u8, rendered: &Arc<Rendered>) {
        let Some(stamp) = self.stamp else { return };
        let (app, item, rendered) = (app.clone(), item.to_owned(), rendered.clone());
        tokio::spawn(async move {
            let Some(maker) = app.maker.as_deref() else { return };
            let key = DocumentKey { item: &item, version, maker };
            if let Err(error) = app.catalog.keep_document(key, &stamp, &rendered.stored()).await {
                tracing::warn!("the manifest of {item} is not kept: {error}");
            }
        });
    }
}
