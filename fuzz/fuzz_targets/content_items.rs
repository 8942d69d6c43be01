//! Content items; see `content_oracle.rs` for what must hold.

#![no_main]

#[path = "../content_oracle.rs"]
mod content_oracle;

libfuzzer_sys::fuzz_target!(|data: &[u8]| content_oracle::content_items(data));
