//! What the operator may decide, and where each value came from.
//!
//! A setting is one row of the table in `settings.rs`; its flag, its environment variable, its key in `triptych.toml` and its help
//! all follow from that row. A flag beats the environment, the environment beats the file, the file beats the default.

mod fault;
mod load;
mod memory;
mod settings;
mod sources;
mod values;

pub use fault::{ConfigError, Fault};
pub use settings::{Flags, Settings};
pub use sources::{Source, Sources};
pub use values::{ColourChoice, LogFormat, Secret, StoragePlace};
