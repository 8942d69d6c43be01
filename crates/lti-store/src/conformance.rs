//! The suite that every store must pass. A store's author calls [`run`] from one test, with one or more handles on the
//! same engine, and [`survives_restart`] and [`survives_hanging`] if the engine is a process of its own:
//!
//! ```
//! use std::sync::Arc;
//! use lti_store::{MemoryStore, Store, conformance};
//!
//! # #[tokio::main]
//! # async fn main() {
//! let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
//! conformance::run(&[Arc::clone(&store), store]).await;
//! # }
//! ```
//!
//! It runs in the tokio runtime of the caller, which should have several threads, panics with what is wrong, and leaves
//! little behind; what it leaves expires. It needs seconds, as engines with a clock of their own do.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test suite: it panics with what is wrong, and waits for the clocks of engines"
)]

mod cancelled;
mod hanging;
mod isolation;
mod lifetimes;
mod races;
mod records;
mod restart;
mod values;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

pub use hanging::survives_hanging;
pub use restart::survives_restart;

use crate::{Key, Store};

/// How many tasks race.
pub(crate) const TASKS: usize = 1_000;

/// Handles on one engine, as several machines would hold them.
pub(crate) struct Machines<'a> {
    stores: &'a [Arc<dyn Store>],
    tenant: String,
}

impl<'a> Machines<'a> {
    /// With a tenant of its own, so that no earlier run is in the way.
    pub(crate) fn new(stores: &'a [Arc<dyn Store>]) -> Self {
        static COUNT: AtomicU64 = AtomicU64::new(0);
        assert!(!stores.is_empty(), "the suite needs a store");
        let nanos = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        Self { stores, tenant: format!("conformance-{}-{nanos}-{count}", std::process::id()) }
    }

    /// Any of them, round-robin by index.
    pub(crate) fn get(&self, index: usize) -> Arc<dyn Store> {
        Arc::clone(&self.stores[index % self.stores.len()])
    }

    pub(crate) fn key(&self, id: impl AsRef<[u8]>) -> Key {
        Key::new("suite", &self.tenant, id)
    }

    pub(crate) fn tenant(&self) -> &str {
        &self.tenant
    }

    /// Waits until each handle finds the engine again.
    pub(crate) async fn recover(&self) {
        let until = Instant::now() + Duration::from_secs(30);
        for index in 0..self.stores.len() {
            let key = self.key([b'p', index as u8]);
            while let Err(error) = self.get(index).put(key, b"probe".to_vec(), soon(), now()).await {
                assert!(Instant::now() < until, "handle {index} does not recover: {error}");
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        }
    }
}

/// The clock that the suite gives to the store: it runs, as engines' own clocks do.
pub(crate) fn now() -> DateTime<Utc> {
    DateTime::from(SystemTime::now())
}

pub(crate) fn soon() -> DateTime<Utc> {
    now() + TimeDelta::minutes(5)
}

/// Runs the suite. `stores` are handles on one engine: give two or more where several machines can share it.
///
/// # Panics
/// If the store does not do what [`OneTimeStore`](crate::OneTimeStore) and [`RecordStore`](crate::RecordStore) promise.
pub async fn run(stores: &[Arc<dyn Store>]) {
    values::taken_once_and_replaced(&Machines::new(stores)).await;
    values::any_bytes(&Machines::new(stores)).await;
    values::long_keys(&Machines::new(stores)).await;
    isolation::of_tenants_namespaces_and_primitives(&Machines::new(stores)).await;
    lifetimes::expired_is_absent(&Machines::new(stores)).await;
    lifetimes::uses_are_remembered_until(&Machines::new(stores)).await;
    races::one_takes(&Machines::new(stores)).await;
    races::one_is_first(&Machines::new(stores)).await;
    races::many_keys(&Machines::new(stores)).await;
    cancelled::nothing_twice(&Machines::new(stores)).await;
    records::documents(&Machines::new(stores)).await;
    records::one_replaces(&Machines::new(stores)).await;
    records::registrations(&Machines::new(stores)).await;
    records::no_update_is_lost(&Machines::new(stores)).await;
}
