//! The one place where the servers read the clock; the protocol crates take `now` as an argument.

use chrono::{DateTime, Utc};

/// The time.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from(std::time::SystemTime::now())
}
