//! The engine hangs, and goes on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::{Machines, now, soon};
use crate::{Store, StoreError, Unavailable};

/// How many calls are made while it hangs.
const CALLS: usize = 200;

/// Stops the engine with `stop`, as a machine that hangs does, and lets it go on with `resume`. While it hangs, each of
/// 200 calls at once fails with [`Unavailable::TimedOut`] within `bound`; afterwards the same handles work, and know
/// what was known before.
///
/// # Panics
/// If the store does not do that.
pub async fn survives_hanging(
    stores: &[Arc<dyn Store>],
    bound: Duration,
    stop: impl AsyncFnOnce(),
    resume: impl AsyncFnOnce(),
) {
    let machines = &Machines::new(stores);
    let used = machines.key("used");
    for index in 0..stores.len() {
        let first = machines.get(index).first_use(used, soon(), now()).await.unwrap().is_first();
        assert_eq!(first, index == 0, "handle {index}");
    }
    stop().await;
    let mut calls = JoinSet::new();
    for index in 0..CALLS {
        let (store, key) = (machines.get(index), machines.key(index.to_be_bytes()));
        calls.spawn(async move {
            let began = Instant::now();
            let used = store.first_use(key, soon(), now()).await;
            assert_eq!(used, Err(StoreError::Unavailable(Unavailable::TimedOut)), "it hangs");
            began.elapsed()
        });
    }
    let slowest = calls.join_all().await.into_iter().max().unwrap_or_default();
    assert!(slowest <= bound, "{CALLS} calls at once took up to {slowest:?}");
    resume().await;
    machines.recover().await;
    for index in 0..stores.len() {
        let first = machines.get(index).first_use(used, soon(), now()).await.unwrap().is_first();
        assert!(!first, "a use was forgotten by handle {index}");
    }
}
