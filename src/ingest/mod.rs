//! Masters in: registered where they lie, or taken in as bytes.

mod masters;

pub use masters::{MasterError, Masters};
