//! The tiles of a plan, fetched a few at a time and handed on in bands.

use std::time::Duration;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::sync::mpsc::Sender;

use super::PullError;
use super::plan::{Plan, Tile};
use crate::fetch::{FetchError, Fetcher};

/// Requests that are under way together: more would not be polite.
const TOGETHER: usize = 4;
/// How often one is sent before it is given up.
const TRIES: u32 = 4;
const ACCEPT: &str = "image/jpeg, image/*;q=0.5";

/// Tiles that lie beside each other, with their files.
pub type Band = Vec<(Tile, String, Vec<u8>)>;

/// Fetches.
pub struct Bands<'a> {
    pub fetcher: &'a Fetcher,
    /// Most bytes in all.
    pub most: u64,
    /// Before the second try; twice as long before the third, and so on.
    pub pause: Duration,
    pub format: &'static str,
}

impl Bands<'_> {
    /// Sends the bands from top to bottom. It ends early, without a fault of its own, when nobody takes them any more.
    pub async fn send(self, plan: &Plan, sender: Sender<Band>) -> Result<(), PullError> {
        let mut left = self.most;
        for tiles in plan.bands() {
            let band: Band = stream::iter(tiles).map(|tile| self.fetch(tile)).buffered(TOGETHER).try_collect().await?;
            let bytes: u64 = band.iter().map(|(_, _, bytes)| bytes.len() as u64).sum();
            left = left.checked_sub(bytes).ok_or(PullError::TooLarge(self.most))?;
            if sender.send(band).await.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn fetch(&self, tile: Tile) -> Result<(Tile, String, Vec<u8>), PullError> {
        let mut first = None;
        for url in &tile.urls {
            let url = format!("{url}.{}", self.format);
            match self.insist(&url).await {
                Ok(bytes) => return Ok((tile, url, bytes)),
                // It may have another name.
                Err(error @ FetchError::Status(400 | 403 | 404 | 501)) => drop(first.get_or_insert((url, error))),
                Err(error) => return Err(PullError::Tile { url, error }),
            }
        }
        let (url, error) = first.unwrap_or((String::new(), FetchError::Status(404)));
        Err(PullError::Tile { url, error })
    }

    /// Asks again where that may help.
    async fn insist(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let mut tried = 0;
        loop {
            let error = match self.fetcher.get(url, ACCEPT).await {
                Ok(fetched) => return Ok(fetched.bytes),
                Err(error) => error,
            };
            tried += 1;
            if tried == TRIES || !may_pass(&error) {
                return Err(error);
            }
            tracing::debug!("{url}: {error}; it is asked for again");
            tokio::time::sleep(self.pause * 2_u32.pow(tried - 1)).await;
        }
    }
}

/// Whether the same request may be answered a moment later.
fn may_pass(error: &FetchError) -> bool {
    match error {
        FetchError::Status(status) => matches!(status, 408 | 425 | 429 | 500 | 502..=504),
        FetchError::Broken | FetchError::TimedOut | FetchError::Unreachable => true,
        _ => false,
    }
}
