//! Masters in: registered where they lie, or taken in as bytes; and documents made elsewhere.

mod documents;
mod error;
mod masters;
mod pull;
mod pyramids;
mod ranged;
mod ready;
mod scratch;
mod uploads;
mod warming;

pub use documents::{Documents, Done, ImportError, ImportOptions, Origin, Taken, fetched};
pub use error::MasterError;
pub use masters::Masters;
pub use pull::{PullError, Pulled, Puller};
pub use ready::StoredMaster;
pub use scratch::Scratch;
pub use uploads::{Checksum, Direct, INCOMING, Summing, UploadError, UploadSettings, Uploads};
pub use warming::Warming;
