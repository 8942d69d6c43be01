//! What a browser makes of the pages.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "helpers of tests may fail loudly"
)]

mod completion;
mod headers;
mod injection;
mod pages;
mod scripts;
mod style;
mod support;
