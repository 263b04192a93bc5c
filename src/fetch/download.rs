//! Files too large for memory: written down as they come, under the same rules as documents.

use std::time::Duration;

use http::header;
use http_body_util::BodyExt;
use hyper::body::{Body, Incoming};
use tokio::io::{AsyncWrite, AsyncWriteExt};
use tokio::time::timeout;

use super::{Answer, Ask, FetchError, Fetcher};

/// Longest time for a file, however large.
const LONGEST: Duration = Duration::from_secs(6 * 3600);

/// Why a file was not had.
#[derive(Debug, thiserror::Error)]
pub enum DownloadError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Where it goes to cannot be written.
    #[error(transparent)]
    Disk(std::io::Error),
}

/// What is done with a file on its way.
pub struct Receiving<'a, W> {
    pub to: &'a mut W,
    /// Most bytes that are taken.
    pub most: u64,
    /// Told how much has come, and of how much if the server says that.
    pub told: &'a (dyn Fn(u64, Option<u64>) + Sync),
}

impl Fetcher {
    /// Writes down what is at `url`. A server that sends nothing for as long as a document may take in all is given up.
    ///
    /// # Errors
    /// Every way in which it cannot be had; what was written by then is no file.
    pub async fn download<W: AsyncWrite + Unpin + Send>(&self, url: &str, receiving: Receiving<'_, W>) -> Result<(), DownloadError> {
        timeout(LONGEST, self.receive(url, receiving)).await.map_err(|_| FetchError::TimedOut)?
    }

    async fn receive<W: AsyncWrite + Unpin + Send>(&self, url: &str, receiving: Receiving<'_, W>) -> Result<(), DownloadError> {
        let patience = self.settings.timeout;
        let ask = Ask { accept: "image/*, */*;q=0.1", coding: "identity" };
        let Answer { target: _, head, body, _connection } =
            timeout(patience, self.follow(url, &ask)).await.map_err(|_| FetchError::TimedOut)??;
        let coded = head.headers.get(header::CONTENT_ENCODING).is_some_and(|coding| !coding.as_bytes().eq_ignore_ascii_case(b"identity"));
        if coded {
            return Err(FetchError::Coding.into());
        }
        written(body, receiving, patience).await
    }
}

async fn written<W: AsyncWrite + Unpin>(mut body: Incoming, receiving: Receiving<'_, W>, patience: Duration) -> Result<(), DownloadError> {
    let Receiving { to, most, told } = receiving;
    let (mut length, total) = (0, body.size_hint().exact());
    if total.is_some_and(|total| total > most) {
        return Err(FetchError::TooLarge(most).into());
    }
    while let Some(frame) = timeout(patience, body.frame()).await.map_err(|_| FetchError::TimedOut)? {
        let Ok(data) = frame.map_err(|_| FetchError::Broken)?.into_data() else { continue };
        length += data.len() as u64;
        if length > most {
            return Err(FetchError::TooLarge(most).into());
        }
        to.write_all(&data).await.map_err(DownloadError::Disk)?;
        told(length, total);
    }
    to.flush().await.map_err(DownloadError::Disk)
}
