//! The store in memory: the suite, its bounds, its clock, and what refusals say.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "test code")]

mod memory;
mod model;
mod refusals;

use chrono::{DateTime, Utc};

/// A moment, in seconds from an arbitrary one.
fn at(seconds: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
}
