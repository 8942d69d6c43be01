//! Fuzzes the reading and writing of `Link` headers; see `oracles.rs` for what must hold.

#![no_main]

#[path = "../oracles.rs"]
#[allow(dead_code, reason = "each target asks one oracle")]
mod oracles;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracles::link_header(data));
