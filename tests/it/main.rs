//! The service from outside: real HTTP, real PostgreSQL, the real S3 protocol.

mod storage;
mod support;
mod smoke;
