//! Masters in: registered where they lie, or taken in as bytes; and documents made elsewhere.

mod documents;
mod error;
mod masters;
mod pyramids;
mod ranged;
mod ready;
mod scratch;
pub mod spreadsheet;
mod warming;

pub use documents::{Documents, Done, ImportError, ImportOptions, Origin, Taken, fetched};
pub use error::MasterError;
pub use masters::Masters;
pub use ready::StoredMaster;
pub use warming::Warming;
