//! The service from outside: real HTTP, real PostgreSQL, the real S3 protocol.

mod annotations;
mod architecture;
mod canvases;
mod collections;
mod commands;
mod connections;
mod content_states;
mod emitted_urls;
mod fetch;
mod fuzz;
mod headers;
mod home;
mod hostile;
mod image_downloads;
mod image_pixels;
#[cfg(feature = "s3")]
mod image_queue;
mod image_requests;
#[cfg(feature = "s3")]
mod image_s3;
mod image_spec;
mod image_validator;
mod images;
mod imports;
mod items;
mod keys;
mod manifests;
mod named_collections;
mod negotiation;
mod openapi;
mod outage;
mod pages;
mod paintings;
mod ranges;
mod registration;
mod rendered;
mod replaced;
mod smoke;
mod spreadsheets;
mod storage;
#[cfg(feature = "s3")]
mod storage_faults;
mod support;
mod tiles;
mod uploads;
mod validation;
mod visibility;
mod warming;
