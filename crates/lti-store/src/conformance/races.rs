//! A thousand at once.

use std::sync::Arc;

use tokio::sync::Barrier;
use tokio::task::JoinSet;

use super::{Machines, TASKS, now, soon};

pub(super) async fn one_takes(machines: &Machines<'_>) {
    let key = machines.key("race");
    machines.get(0).put(key, b"value".to_vec(), soon(), now()).await.unwrap();
    let start = Arc::new(Barrier::new(TASKS));
    let mut tasks = JoinSet::new();
    for index in 0..TASKS {
        let (store, start) = (machines.get(index), Arc::clone(&start));
        tasks.spawn(async move {
            start.wait().await;
            store.take(key, now()).await.unwrap()
        });
    }
    let taken: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(taken.len(), 1, "takers of {TASKS}");
    assert_eq!(taken[0], b"value");
}

pub(super) async fn one_is_first(machines: &Machines<'_>) {
    let key = machines.key("race");
    let start = Arc::new(Barrier::new(TASKS));
    let mut tasks = JoinSet::new();
    for index in 0..TASKS {
        let (store, start) = (machines.get(index), Arc::clone(&start));
        tasks.spawn(async move {
            start.wait().await;
            store.first_use(key, soon(), now()).await.unwrap().is_first()
        });
    }
    let first = tasks.join_all().await.into_iter().filter(|first| *first).count();
    assert_eq!(first, 1, "{first} of {TASKS} were first");
}

/// 100 keys, each put by one task, and taken and used by ten.
pub(super) async fn many_keys(machines: &Machines<'_>) {
    let keys: Vec<_> = (0..TASKS / 10).map(|index| machines.key(index.to_be_bytes())).collect();
    let mut tasks = JoinSet::new();
    for (index, key) in keys.iter().copied().enumerate() {
        let store = machines.get(index);
        tasks
            .spawn(async move { store.put(key, index.to_be_bytes().to_vec(), soon(), now()).await.unwrap() });
    }
    tasks.join_all().await;
    let mut tasks = JoinSet::new();
    for attempt in 0..TASKS {
        let index = attempt % keys.len();
        let (store, key) = (machines.get(attempt / keys.len()), keys[index]);
        tasks.spawn(async move {
            let taken = store.take(key, now()).await.unwrap();
            assert!(taken.as_ref().is_none_or(|value| *value == index.to_be_bytes()), "another key's value");
            let first = store.first_use(key, soon(), now()).await.unwrap().is_first();
            (index, taken.is_some(), first)
        });
    }
    let results = tasks.join_all().await;
    for index in 0..keys.len() {
        let of_key = || results.iter().filter(|result| result.0 == index);
        assert_eq!(of_key().filter(|result| result.1).count(), 1, "takers of key {index}");
        assert_eq!(of_key().filter(|result| result.2).count(), 1, "first uses of key {index}");
    }
}
