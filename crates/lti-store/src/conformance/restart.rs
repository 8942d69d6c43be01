//! The engine dies in the middle, and comes back.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use tokio::task::JoinSet;

use super::{Machines, now, soon};
use crate::{Key, RecordKey, Store, StoreError, StoreFuture};

/// What the racing tasks report.
#[derive(Default)]
struct Tally {
    over: AtomicBool,
    calls: AtomicUsize,
    failures: AtomicUsize,
    slowest: std::sync::Mutex<Duration>,
}

impl Tally {
    async fn timed<T>(&self, call: StoreFuture<'_, T>) -> Result<T, StoreError> {
        let began = Instant::now();
        let result = call.await;
        let elapsed = began.elapsed();
        let mut slowest = self.slowest.lock().unwrap();
        *slowest = elapsed.max(*slowest);
        self.calls.fetch_add(1, Ordering::Relaxed);
        result
    }
}

/// Kills the engine in the middle of a race with `stop`, and starts it again with `start`, which returns when it
/// accepts connections. Nothing is taken twice and nothing is first twice; while it is dead each call fails with
/// `store_unavailable` within `bound`; afterwards the same handles work, and know what was known before.
///
/// # Panics
/// If the store does not do that.
pub async fn survives_restart(
    stores: &[Arc<dyn Store>],
    bound: Duration,
    stop: impl AsyncFnOnce(),
    start: impl AsyncFnOnce(),
) {
    let machines = &Machines::new(stores);
    let keys: Arc<[Key]> = (0..200usize).map(|index| machines.key(index.to_be_bytes())).collect();
    let (untouched, used) = (machines.key("untouched"), machines.key("used"));
    for (index, key) in keys.iter().enumerate() {
        machines.get(index).put(*key, b"value".to_vec(), soon(), now()).await.unwrap();
    }
    machines.get(0).put(untouched, b"untouched".to_vec(), soon(), now()).await.unwrap();
    assert!(machines.get(0).first_use(used, soon(), now()).await.unwrap().is_first());
    let record = RecordKey::new(machines.key("ledger"), machines.key("issuer"), machines.key("client"));
    assert!(machines.get(0).insert(record, b"record".to_vec()).await.unwrap());

    // 100 tasks that go over all keys, each from another one, until it is over.
    let tally = Arc::new(Tally::default());
    let mut tasks = JoinSet::new();
    for index in 0..100 {
        tasks.spawn(race(machines.get(index), Arc::clone(&keys), Arc::clone(&tally), index * 31, bound));
    }
    while tally.calls.load(Ordering::Relaxed) < 100 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    stop().await;

    // Dead: every call says so, in time.
    let until = Instant::now() + Duration::from_millis(500);
    while Instant::now() < until {
        let mut calls = JoinSet::new();
        for index in 0..20usize {
            let (store, key) = (machines.get(index), machines.key([b'd', index as u8]));
            calls.spawn(async move {
                let began = Instant::now();
                let put = store.put(key, b"dead".to_vec(), soon(), now()).await;
                let use_ = store.first_use(key, soon(), now()).await.map(|_| ());
                let taken = store.take(key, now()).await.map(|_| ());
                let found = store.find(record).await.map(|_| ());
                for result in [put, use_, taken, found] {
                    assert!(matches!(result, Err(StoreError::Unavailable(_))), "dead, and yet {result:?}");
                }
                assert!(began.elapsed() <= 4 * bound, "four calls took {:?}", began.elapsed());
            });
        }
        calls.join_all().await;
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    start().await;

    machines.recover().await;
    tokio::time::sleep(Duration::from_millis(500)).await;
    tally.over.store(true, Ordering::Relaxed);
    let results = tasks.join_all().await;
    let slowest = *tally.slowest.lock().unwrap();
    assert!(slowest <= bound, "a call took {slowest:?}");
    assert!(tally.failures.load(Ordering::Relaxed) > 0, "nobody noticed that the engine was dead");
    for (index, key) in keys.iter().enumerate() {
        let store = machines.get(index);
        let takers = results.iter().filter(|(taken, _)| taken.contains(&index)).count();
        let left = usize::from(store.take(*key, now()).await.unwrap().is_some());
        assert!(takers + left <= 1, "key {index} was taken {} times", takers + left);
        let firsts = results.iter().filter(|(_, first)| first.contains(&index)).count();
        let late = usize::from(store.first_use(*key, soon(), now()).await.unwrap().is_first());
        assert!(firsts + late <= 1, "key {index} was first {} times", firsts + late);
    }
    let last = machines.get(stores.len() - 1);
    assert!(!last.first_use(used, soon(), now()).await.unwrap().is_first(), "a use was forgotten");
    assert_eq!(last.take(untouched, now()).await.unwrap().as_deref(), Some(&b"untouched"[..]));
    assert_eq!(last.find(record).await.unwrap().as_deref(), Some(&b"record"[..]));
    assert!(last.remove(record, b"record".to_vec()).await.unwrap());
}

/// Takes and uses key after key; returns which it took and which it was first with.
async fn race(
    store: Arc<dyn Store>,
    keys: Arc<[Key]>,
    tally: Arc<Tally>,
    offset: usize,
    bound: Duration,
) -> (Vec<usize>, Vec<usize>) {
    let (mut taken, mut first) = (Vec::new(), Vec::new());
    let mut round = 0;
    // At least once over all keys that answer.
    while !tally.over.load(Ordering::Relaxed) || round < keys.len() {
        let index = (offset + round) % keys.len();
        round += 1;
        let result = match tally.timed(store.take(keys[index], now())).await {
            Ok(value) => {
                taken.extend(value.map(|_| index));
                let used = tally.timed(store.first_use(keys[index], soon(), now())).await;
                used.map(|it| first.extend(it.is_first().then_some(index)))
            }
            Err(error) => Err(error),
        };
        if let Err(error) = result {
            assert!(matches!(error, StoreError::Unavailable(_)), "{error:?}");
            tally.failures.fetch_add(1, Ordering::Relaxed);
            tokio::time::sleep((bound / 100).min(Duration::from_millis(10))).await;
        } else {
            tokio::task::yield_now().await;
        }
    }
    (taken, first)
}
