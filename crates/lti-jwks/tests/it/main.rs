//! The public API, as its users and its attackers see it.

// Clippy's leave for tests covers functions marked `#[test]`, not what they call.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

mod attacks;
mod differential;
mod keys;
mod refusals;
mod round_trips;
mod sender;
mod times;
