//! Both ends against each other, over requests and responses that never leave memory.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's leave for tests covers functions marked #[test], not the functions they share"
)]

mod certification;
mod cursors;
mod members;
mod negative;
mod platform;
mod properties;
mod quirks;
mod rules;
mod samples;
mod tokens;
