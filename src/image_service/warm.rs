//! What will be asked for is made before anybody asks: thumbnails and overviews, as viewers and catalogues want them.

use std::sync::Arc;
use std::time::Duration;

use super::plan::{Way, plan};
use super::{ImageError, ImageService, Source};
use crate::iiif::image::{Request, Resolved, Version};

/// Sizes of the whole image that are made ahead.
const SIZES: [&str; 7] = ["!200,200", "!400,400", "!800,800", ",120", "90,", "96,", ",150"];
/// How long to wait where too much is being made for others, and how often.
const PAUSE: Duration = Duration::from_millis(500);
const PAUSES: usize = 60;

impl ImageService {
    /// Makes the thumbnails and overviews of a master that are not on disk yet, each as any request for it would, one after
    /// another; says how many. Requests come first. Without a disk to keep them nothing is made.
    ///
    /// # Errors
    /// When the master cannot be read, or others need the machine all the time ([`ImageError::Busy`]).
    pub async fn warm(&self, source: &Arc<Source>) -> Result<usize, ImageError> {
        let mut made = 0;
        if self.derivatives.last() {
            for request in self.usual(source) {
                made += usize::from(self.make_ahead(source, &request).await?);
            }
        }
        Ok(made)
    }

    /// What is usually asked for, each image once: an image that is smaller than a size has none of that.
    fn usual(&self, source: &Source) -> Vec<Resolved> {
        let mut usual: Vec<Resolved> = Vec::new();
        for (version, size) in Version::ALL.into_iter().flat_map(|version| SIZES.map(|size| (version, size))) {
            let request = Request::parse(version, "full", size, "0", "default.jpg");
            let resolved = request.and_then(|request| request.resolve(source.info().full, &self.settings.limits));
            usual.extend(resolved.ok().filter(|resolved| !usual.contains(resolved)));
        }
        usual
    }

    /// Whether it was made: not where it is there already, or a stored tile at hand.
    async fn make_ahead(&self, source: &Arc<Source>, request: &Resolved) -> Result<bool, ImageError> {
        let (tag, mut plan) = (self.tag(source, request), plan(&source.index, request, self.settings.max_source_area));
        let at_hand = plan.way == Way::Stored && source.tiles.storage.is_near();
        if at_hand || self.derivatives.read(&tag).await.is_some() {
            return Ok(false);
        }
        plan.unhurried = true;
        let mut pauses = 0;
        let bytes = loop {
            match self.make_whole(source, request, &plan).await {
                Err(ImageError::Busy) if pauses < PAUSES => pauses += 1,
                other => break other?,
            }
            tokio::time::sleep(PAUSE).await;
        };
        if let Some(writing) = self.derivatives.keep(&tag, bytes) {
            // Fails only if writing panicked, which is told where it happens.
            let _ = writing.await;
        }
        Ok(true)
    }
}
