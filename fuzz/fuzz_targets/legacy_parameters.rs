//! Fuzzes the parameters of LTI 1 messages; see `oracles_legacy.rs` for what must hold.

#![no_main]

#[path = "../oracles_legacy.rs"]
#[allow(dead_code, reason = "each target asks one oracle")]
mod oracles;

libfuzzer_sys::fuzz_target!(|data: &[u8]| oracles::legacy_parameters(data));
