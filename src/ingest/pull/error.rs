//! Why a picture was not had.

use crate::fetch::FetchError;
use crate::formats::FormatError;

/// Why a picture was not had from an image service.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    #[error("the image service gives no info.json: {0}")]
    Info(String),
    /// The text completes "info.json …".
    #[error("info.json {0}")]
    Unusable(String),
    #[error("{url}: {error}")]
    Tile { url: String, error: FetchError },
    #[error("{url} is {found_width} x {found_height} pixels, where {width} x {height} were asked for")]
    Size { url: String, width: u32, height: u32, found_width: u32, found_height: u32 },
    #[error("{url} is no picture: {error}")]
    NoPicture { url: String, error: FormatError },
    #[error("the picture has more than {0} bytes; set max_upload to take more")]
    TooLarge(u64),
    #[error(transparent)]
    Format(#[from] FormatError),
    #[error("the picture could not be kept while it was worked on: {0}")]
    Disk(std::io::Error),
}
