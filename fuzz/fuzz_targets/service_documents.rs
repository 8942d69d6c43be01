//! Fuzzes line items, scores, results and rosters; see `oracles.rs` for what must hold.

#![no_main]

#[path = "../oracles.rs"]
#[allow(dead_code, reason = "each target asks one oracle")]
mod oracles;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracles::service_documents(data));
