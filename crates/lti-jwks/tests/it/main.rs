//! The public API, as its users and its attackers see it.
//!
//! Without a backend that signs with RSA keys, only what does not need one is tested.

// Clippy's leave for tests covers functions marked `#[test]`, not what they call.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that cannot go on has failed"
)]
#![cfg_attr(not(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing")), allow(dead_code))]

mod algorithms;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod attacks;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod differential;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod differential_many;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod keys;
mod openssl;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod refusals;
mod rotation;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod round_trips;
mod sealing;
mod sender;
#[cfg(any(feature = "aws-lc-rs", feature = "rust-crypto-rsa-signing"))]
mod times;
mod vectors;
