use std::sync::Arc;

use lti_store::{
    FIRST_USE_MARGIN, Key, MemoryLimits, MemoryStore, OneTimeStore, RecordKey, RecordStore, Store,
    StoreError, Use, conformance,
};

use crate::at;

fn key(id: usize) -> Key {
    Key::new("test", "", id.to_string())
}

fn limited(entries: usize, bytes: usize) -> MemoryStore {
    let mut limits = MemoryLimits::default();
    (limits.entries, limits.bytes) = (entries, bytes);
    MemoryStore::with_limits(limits)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn passes_the_conformance_suite() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    conformance::run(&[Arc::clone(&store), store]).await;
}

#[tokio::test]
async fn at_the_limit_nothing_that_counts_is_thrown_away() {
    let store = limited(3, 1_000);
    let record = RecordKey::new(key(1), key(1), key(1));
    store.put(key(1), vec![1], at(10), at(0)).await.unwrap();
    assert_eq!(store.first_use(key(1), at(10), at(0)).await, Ok(Use::First));
    assert_eq!(store.first_use(key(2), at(500), at(0)).await, Ok(Use::First));
    assert_eq!(store.first_use(key(3), at(500), at(0)).await, Err(StoreError::Full));
    assert_eq!(store.put(key(3), vec![], at(10), at(0)).await, Err(StoreError::Full));
    assert_eq!(store.insert(record, vec![]).await, Err(StoreError::Full));
    // What is known is still answered, and may be replaced.
    assert_eq!(store.first_use(key(2), at(500), at(0)).await, Ok(Use::Repeated));
    store.put(key(1), vec![2], at(10), at(0)).await.unwrap();
    assert_eq!(store.len(), 3);

    // The value expires, then the use, each giving room to one other.
    assert_eq!(store.first_use(key(3), at(500), at(10)).await, Ok(Use::First));
    assert_eq!(store.first_use(key(4), at(500), at(10)).await, Err(StoreError::Full));
    let forgotten = at(10) + FIRST_USE_MARGIN;
    assert_eq!(store.first_use(key(4), at(500), forgotten).await, Ok(Use::First));
    assert_eq!(store.first_use(key(2), at(500), forgotten).await, Ok(Use::Repeated));
    assert_eq!(store.len(), 3);
}

#[tokio::test]
async fn bytes_are_bounded_and_come_back() {
    let store = limited(100, 1_000);
    let record = RecordKey::new(key(1), key(1), key(1));
    store.put(key(1), vec![0; 600], at(10), at(0)).await.unwrap();
    assert_eq!(store.put(key(2), vec![0; 401], at(10), at(0)).await, Err(StoreError::Full));
    assert_eq!(store.insert(record, vec![0; 401]).await, Err(StoreError::Full));
    assert_eq!(store.insert(record, vec![0; 400]).await, Ok(true));
    assert_eq!(store.replace(record, vec![0; 400], vec![0; 401]).await, Err(StoreError::Full));
    assert_eq!(store.replace(record, vec![0; 400], vec![0; 300]).await, Ok(true));
    // A replacement counts by what it adds.
    assert_eq!(store.put(key(1), vec![0; 701], at(10), at(0)).await, Err(StoreError::Full));
    store.put(key(1), vec![0; 700], at(10), at(0)).await.unwrap();
    assert_eq!(store.remove(record, vec![0; 300]).await, Ok(true));
    store.put(key(2), vec![0; 300], at(20), at(0)).await.unwrap();
    store.take(key(2), at(0)).await.unwrap().unwrap();
    // By expiry, too, for a value that nobody takes.
    store.put(key(3), vec![0; 1_000], at(20), at(10)).await.unwrap();
    assert_eq!(store.len(), 1);
}

/// Records come without a time: what is expired by the latest that anybody told makes room for them.
#[tokio::test]
async fn what_is_expired_makes_room_for_records() {
    let store = limited(1, 100);
    let record = RecordKey::new(key(1), key(1), key(1));
    store.put(key(1), vec![0; 60], at(10), at(0)).await.unwrap();
    assert_eq!(store.insert(record, vec![0; 50]).await, Err(StoreError::Full));
    assert_eq!(store.take(key(9), at(10)).await, Ok(None));
    assert_eq!(store.insert(record, vec![0; 50]).await, Ok(true));

    let store = limited(2, 100);
    assert_eq!(store.insert(record, vec![0; 50]).await, Ok(true));
    store.put(key(1), vec![0; 50], at(10), at(0)).await.unwrap();
    assert_eq!(store.replace(record, vec![0; 50], vec![0; 60]).await, Err(StoreError::Full));
    assert_eq!(store.take(key(9), at(11)).await, Ok(None));
    assert_eq!(store.replace(record, vec![0; 50], vec![0; 60]).await, Ok(true));
}

#[tokio::test]
async fn expiry_is_exact() {
    let store = MemoryStore::new();
    let almost = at(10) - chrono::TimeDelta::nanoseconds(1);
    for (now, there) in [(almost, true), (at(10), false), (at(11), false)] {
        store.put(key(1), vec![1], at(10), at(0)).await.unwrap();
        assert_eq!(store.take(key(1), now).await.unwrap().is_some(), there, "{now}");
        assert!(store.is_empty(), "an expired value goes when it is asked for");
    }
}

/// A clock that jumps ahead makes the store forget; set back, it must not take a replay for a first use.
#[tokio::test]
async fn a_clock_set_back_makes_no_use_first_again() {
    let store = MemoryStore::new();
    assert_eq!(store.first_use(key(1), at(300), at(0)).await, Ok(Use::First));
    assert_eq!(store.first_use(key(2), at(90_300), at(90_000)).await, Ok(Use::First));
    assert_eq!(store.len(), 1, "the first one was forgotten");
    assert_eq!(store.first_use(key(1), at(300), at(1)).await, Err(StoreError::Elapsed));
    // What certainly was not forgotten is served.
    assert_eq!(store.first_use(key(3), at(301), at(1)).await, Ok(Use::First));
    assert_eq!(store.first_use(key(2), at(90_300), at(1)).await, Ok(Use::Repeated));
}

#[tokio::test]
async fn nothing_happens_before_a_future_is_polled() {
    let store = MemoryStore::new();
    drop(store.put(key(1), vec![1], at(10), at(0)));
    drop(store.first_use(key(1), at(10), at(0)));
    assert!(store.is_empty());
}

/// Memory does not grow with the number of launches, only with those of one lifetime.
#[tokio::test]
async fn two_hundred_thousand_launches_leave_nothing_behind() {
    let store = limited(2_000, 1_000_000);
    for launch in 0..200_000usize {
        let now = at(0) + chrono::TimeDelta::milliseconds(launch as i64 * 500);
        store.put(key(launch), vec![0; 100], now + chrono::TimeDelta::minutes(5), now).await.unwrap();
        assert!(
            store.first_use(key(launch), now + chrono::TimeDelta::minutes(5), now).await.unwrap().is_first()
        );
        if launch % 3 > 0 {
            store.take(key(launch), now).await.unwrap().unwrap();
        }
    }
    assert!(store.len() <= 2_000);
}

#[test]
fn debug_shows_no_content() {
    let store = MemoryStore::new();
    let shown = format!("{store:?} {:?}", RecordKey::new(key(1), key(2), key(3)));
    assert!(shown.contains("MemoryStore") && !shown.contains(&key(1).to_hex()[..8]), "{shown}");
}
