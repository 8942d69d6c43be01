//! Removing what is expired.

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use lti_store::StoreError;
use tokio::time::Instant;

use crate::pool::Pool;

/// How many rows a statement removes: few enough to be done in time.
const BATCH: i64 = 1_000;

/// Rows that another sweep has its hands on are left to it. The time is the statement's, which does not change while it
/// runs: with `clock_timestamp()` no index would be used.
const SWEEPS: [&str; 2] = [
    "DELETE FROM lti_value WHERE key IN (SELECT key FROM lti_value WHERE expires_at <= statement_timestamp() \
     LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1",
    "DELETE FROM lti_used WHERE key IN (SELECT key FROM lti_used WHERE expires_at <= statement_timestamp() \
     LIMIT $1 FOR UPDATE SKIP LOCKED) RETURNING 1",
];

/// Sweeps now and then, in a task that the call which finds it due starts, and does not wait for.
pub(crate) struct Sweeper {
    every: Duration,
    last: Mutex<Instant>,
}

impl Sweeper {
    pub(crate) fn new(every: Duration) -> Self {
        Self { every, last: Mutex::new(Instant::now()) }
    }

    pub(crate) fn sweep_if_due(&self, pool: &Pool) {
        {
            let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
            if last.elapsed() < self.every {
                return;
            }
            *last = Instant::now();
        }
        let pool = pool.clone();
        // A failure is the next call's to report, and the next sweep's to make good.
        tokio::spawn(async move { sweep(&pool).await });
    }
}

/// Removes all that is expired; the number of rows.
pub(crate) async fn sweep(pool: &Pool) -> Result<u64, StoreError> {
    let mut removed = 0;
    for statement in SWEEPS {
        loop {
            let batch = pool.query(statement, &[&BATCH]).await?.len();
            removed += batch as u64;
            if (batch as i64) < BATCH {
                break;
            }
        }
    }
    Ok(removed)
}

impl fmt::Debug for Sweeper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sweeper").field("every", &self.every).finish_non_exhaustive()
    }
}
