//! Triptych: a catalogue of items and canvases, served as IIIF.
//!
//! `iiif` holds the standards and knows nothing of the rest; `storage`, `pyramid`, `render` and `catalog` each own one outside
//! matter; `image_service`, `manifests` and `ingest` put them together; `api` and `web` speak HTTP; `server` starts it all.

pub mod api;
pub mod catalog;
pub mod cli;
pub mod config;
pub mod database;
pub mod demo;
pub mod fetch;
pub mod formats;
pub mod iiif;
pub mod image_service;
pub mod ingest;
pub mod manifests;
pub mod omeka;
pub mod pyramid;
pub mod raster;
pub mod render;
pub mod server;
pub mod storage;
pub mod telemetry;
pub mod web;
