//! Both ends against each other, and against published vectors and another library.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "clippy's leave for tests covers functions marked #[test], not the functions they share"
)]

mod attacks;
mod certification;
mod conformance;
mod content;
mod migration;
mod oauthlib;
mod outcomes;
mod properties;
mod support;
mod vectors;
mod views;
