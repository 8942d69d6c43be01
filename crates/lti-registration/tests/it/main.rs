//! Records, tables, documents of real platforms, and what must hold of any input.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's leave for tests covers functions marked #[test], not the functions they share"
)]

mod csv;
mod documents;
mod offers;
mod properties;
mod records;
mod samples;
