//! Masters in: registered where they lie, or taken in as bytes, one at a time or many by a job; and documents made elsewhere.

mod conversions;
mod documents;
mod error;
mod jobs;
mod masters;
mod prepare;
mod progress;
mod pull;
mod pyramids;
mod ranged;
mod ready;
mod scratch;
pub mod spreadsheet;
mod uploads;
mod warming;

pub use conversions::ConversionSettings;
pub use documents::{Documents, Done, ImportError, ImportOptions, Origin, Taken, fetched};
pub use error::MasterError;
pub use jobs::{How, Ingest, IngestError, Jobs, MOST_PAGES, Others, PageSource, PageWork, Place, is_picture, natural};
pub use masters::Masters;
pub use pull::{PullError, Pulled, Puller};
pub use ready::StoredMaster;
pub use scratch::Scratch;
pub use uploads::{Checksum, Direct, INCOMING, Summing, UploadError, UploadSettings, Uploads};
pub use warming::Warming;
