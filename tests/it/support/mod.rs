//! What the tests share.

pub mod database;
pub mod documents;
pub mod full;
pub mod painted;
pub mod pictures;
pub mod proxy;
pub mod raw;
pub mod relay;
pub mod rest;
pub mod rules;
pub mod s3;
pub mod service;

use serde_json::Value;

/// A fixture's path.
pub fn fixture(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures").join(name)
}

/// The pointers of the faults that a problem document names.
pub fn pointers(problem: &Value) -> Vec<&str> {
    problem["faults"].as_array().into_iter().flatten().filter_map(|fault| fault["pointer"].as_str()).collect()
}
