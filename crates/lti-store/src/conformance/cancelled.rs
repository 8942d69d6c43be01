//! Futures that are dropped on the way: a browser that went away, a deadline.

use std::time::Duration;

use tokio::task::JoinSet;

use super::{Machines, TASKS, now, soon};

/// Each of many keys is taken and used by tasks most of which are dropped after some microseconds. Whoever gets an
/// answer is alone with it, and the store works as before.
pub(super) async fn nothing_twice(machines: &Machines<'_>) {
    let keys: Vec<_> = (0..50usize).map(|index| machines.key(index.to_be_bytes())).collect();
    for (index, key) in keys.iter().enumerate() {
        machines.get(index).put(*key, b"value".to_vec(), soon(), now()).await.unwrap();
    }
    let mut tasks = JoinSet::new();
    for attempt in 0..TASKS {
        let (index, store) = (attempt % keys.len(), machines.get(attempt));
        let key = keys[index];
        let patience = Duration::from_micros((attempt as u64 * 37) % 4_000);
        tasks.spawn(async move {
            // Never polled, dropped while under way, or ready.
            drop(store.take(key, now()));
            drop(store.first_use(key, soon(), now()));
            let taken = tokio::time::timeout(patience, store.take(key, now())).await;
            let used = tokio::time::timeout(patience, store.first_use(key, soon(), now())).await;
            (index, taken.is_ok_and(|it| it.unwrap().is_some()), used.is_ok_and(|it| it.unwrap().is_first()))
        });
    }
    let results = tasks.join_all().await;
    for (index, key) in keys.iter().enumerate() {
        let of_key = || results.iter().filter(|result| result.0 == index);
        let takers = of_key().filter(|result| result.1).count();
        let left = usize::from(machines.get(index).take(*key, now()).await.unwrap().is_some());
        assert!(takers + left <= 1, "key {index} was taken {} times", takers + left);
        let first = of_key().filter(|result| result.2).count();
        let late = machines.get(index).first_use(*key, soon(), now()).await.unwrap().is_first();
        assert!(first + usize::from(late) <= 1, "key {index} was first {} times", first + usize::from(late));
    }
    // A put that is dropped leaves all or nothing.
    let value: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    for (index, key) in keys.iter().enumerate() {
        let store = machines.get(index);
        let patience = Duration::from_micros(index as u64 * 40);
        let _ = tokio::time::timeout(patience, store.put(*key, value.clone(), soon(), now())).await;
        let taken = store.take(*key, now()).await.unwrap();
        assert!(taken.is_none_or(|taken| taken == value), "half a value");
    }
}
