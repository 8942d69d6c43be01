//! The client against servers on loopback: real sockets, real HTTP.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "servers are slow on purpose; clippy's leave for tests covers functions marked #[test], not the functions they share"
)]

mod faults;
mod key_sets;
mod limits;
mod memory;
mod online_check;
mod outbound;
#[cfg(feature = "legacy")]
mod outcomes;
mod paging;
mod publishing;
mod quirk_platform;
mod quirks;
mod registration;
mod registration_attacks;
mod support;
mod tls;
mod tokens;
