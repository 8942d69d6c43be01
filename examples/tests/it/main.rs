//! Tests that need both roles: certification rows, attacks, and the list in docs/conformance.md.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    missing_docs,
    unreachable_pub,
    reason = "test code"
)]

mod attacks;
mod authorization;
mod conformance;
mod content;
mod content_attacks;
mod content_samples;
mod deep_linking;
mod deep_linking_platform;
mod inspection;
mod legacy;
mod negative;
mod pair;
mod payloads;
mod platform;
mod privacy;
mod registration;
mod registration_attacks;
mod samples;
mod services;
mod store;
mod tool_bad;
mod tool_good;
