//! Pictures from IIIF image services: what info.json offers becomes a list of requests, their answers one picture of our own.
//!
//! Three kinds of function: [`service`] and [`plan`] compute, [`bands`] fetches, [`assembled`] decodes and writes on a thread that may
//! block. Of a band of tiles as many are in memory as lie beside each other, and one band more.

mod assembled;
mod bands;
mod error;
mod plan;
mod service;

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde_json::Value;
use tokio::sync::mpsc;

use super::Scratch;
use crate::fetch::Fetcher;
use crate::formats::FormatLimits;
use assembled::Assembled;
use bands::Bands;
use plan::Plan;
use service::Service;

pub use error::PullError;

/// Bands that are fetched ahead.
const AHEAD: usize = 1;

/// Fetches whole pictures from image services of others.
#[derive(Clone)]
pub struct Puller {
    fetcher: Fetcher,
    /// Where pictures lie that are worked on.
    scratch: PathBuf,
    limits: FormatLimits,
    /// Most bytes that are fetched for one picture.
    max_bytes: u64,
    /// How long it waits before it asks again, the first time.
    pause: Duration,
}

/// A picture that was fetched.
pub struct Pulled {
    /// A pyramid made of it.
    pub pyramid: Scratch,
    pub width: u32,
    pub height: u32,
    /// What the service says is its whole size; more than there is where it gives smaller ones only.
    pub whole: (u32, u32),
    /// Base URI of the service.
    pub service: String,
    /// How many requests it took, info.json left out.
    pub requests: usize,
}

impl Puller {
    pub fn new(fetcher: Fetcher, scratch: PathBuf, limits: FormatLimits, max_bytes: u64) -> Self {
        Self { fetcher, scratch, limits, max_bytes, pause: Duration::from_secs(1) }
    }

    /// The same, with another pause before a request that failed is sent again.
    #[must_use]
    pub fn with_pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// The largest picture that the image service at `url`, or at the info.json there, gives (Image API 1.0 to 3.0).
    ///
    /// # Errors
    /// When there is no such service, or one tile of it cannot be had: a picture with holes is none.
    pub async fn pull(&self, url: &str) -> Result<Pulled, PullError> {
        let service = self.service(url).await?;
        let plan = Plan::of(&service, self.limits.max_pixels, self.limits.max_side)?;
        let pyramid = Scratch::named(&self.scratch).await.map_err(PullError::Disk)?;
        let (sender, receiver) = mpsc::channel(AHEAD);
        let bands = Bands { fetcher: &self.fetcher, most: self.max_bytes, pause: self.pause, format: service.format };
        let picture = Assembled::new(&plan, receiver, &self.scratch, self.limits);
        let (fetched, written) = tokio::join!(bands.send(&plan, sender), written(picture, pyramid.path()));
        // Whatever made the fetching stop is the cause of what the writing complains about.
        fetched?;
        written?;
        let (requests, whole) = (plan.tiles(), (service.width, service.height));
        Ok(Pulled { pyramid, width: plan.width, height: plan.height, whole, service: service.base, requests })
    }

    async fn service(&self, url: &str) -> Result<Service, PullError> {
        const ACCEPT: &str = "application/ld+json, application/json;q=0.9, */*;q=0.1";
        let bare = url.split(['?', '#']).next().unwrap_or_default().trim_end_matches('/');
        let address = if bare.ends_with("/info.json") { bare.to_owned() } else { format!("{bare}/info.json") };
        let fetched = self.fetcher.get(&address, ACCEPT).await.map_err(|error| PullError::Info(error.to_string()))?;
        let info: Value = serde_json::from_slice(&fetched.bytes).map_err(|error| PullError::Info(format!("it is not JSON: {error}")))?;
        Service::read(&info, &fetched.url)
    }
}

/// Writes the pyramid on a thread that may block.
async fn written(picture: Assembled, target: &Path) -> Result<(), PullError> {
    let target = target.to_owned();
    let done = tokio::task::spawn_blocking(move || picture.write(&target));
    done.await.map_err(|error| PullError::Disk(std::io::Error::other(error)))?
}
