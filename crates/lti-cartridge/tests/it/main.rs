//! The crate from outside: packages are written, validated against the schemas, read by other programs, and read back.

// Helpers outside of test functions fail by panicking, too.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]

mod fixtures;
mod hostile;
mod memory;
mod outside;
mod python;
mod refused;
mod round_trip;
mod samples;
mod schemas;
