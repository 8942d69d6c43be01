//! Fuzzes the reading of tables and lists of records; see `registration_oracles.rs` for what must hold.

#![no_main]

#[path = "../registration_oracles.rs"]
#[allow(dead_code, reason = "each target asks one oracle")]
mod oracles;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracles::registration_table(data));
