//! Masters in: registered where they lie, or taken in as bytes.

mod error;
mod masters;
mod pyramids;
mod ranged;
mod ready;
mod scratch;
mod warming;

pub use error::MasterError;
pub use masters::Masters;
pub use ready::StoredMaster;
pub use warming::Warming;
