//! What is expired is not there, and what is not expired is.

use std::time::Duration;

use chrono::TimeDelta;

use super::{Machines, now, soon};
use crate::{MAX_LIFETIME, StoreError, Use};

/// Long enough for a slow machine to ask in time, and short enough to wait for.
const SHORT: TimeDelta = TimeDelta::milliseconds(2_500);

async fn wait() {
    tokio::time::sleep(SHORT.to_std().unwrap() + Duration::from_millis(200)).await;
}

pub(super) async fn expired_is_absent(machines: &Machines<'_>) {
    let (short, long, extended, cut) =
        (machines.key("short"), machines.key("long"), machines.key("extended"), machines.key("cut"));
    let (here, there) = (machines.get(0), machines.get(1));
    here.put(long, b"long".to_vec(), soon(), now()).await.unwrap();
    here.put(cut, b"cut".to_vec(), soon(), now()).await.unwrap();
    let until = now() + SHORT;
    for key in [short, extended, cut] {
        here.put(key, b"short".to_vec(), until, now()).await.unwrap();
    }
    // The lifetime is the last one's, whether longer or shorter.
    here.put(extended, b"extended".to_vec(), soon(), now()).await.unwrap();
    wait().await;
    assert_eq!(there.take(short, now()).await.unwrap(), None, "it expired");
    assert_eq!(
        there.take(cut, now()).await.unwrap(),
        None,
        "it expired: replaced by one with a shorter life"
    );
    assert_eq!(there.take(long, now()).await.unwrap().as_deref(), Some(&b"long"[..]));
    assert_eq!(there.take(extended, now()).await.unwrap().as_deref(), Some(&b"extended"[..]));

    // What is expired makes room for another.
    here.put(short, b"again".to_vec(), soon(), now()).await.unwrap();
    assert_eq!(there.take(short, now()).await.unwrap().as_deref(), Some(&b"again"[..]));

    let past = machines.key("past");
    for until in [now(), now() - TimeDelta::days(1)] {
        assert_eq!(here.put(past, b"past".to_vec(), until, now()).await, Err(StoreError::Elapsed));
    }
    let far = now() + MAX_LIFETIME + TimeDelta::days(1);
    assert_eq!(here.put(past, b"far".to_vec(), far, now()).await, Err(StoreError::LifetimeTooLong));
    assert_eq!(here.take(past, now()).await.unwrap(), None, "what was refused is not there");
}

pub(super) async fn uses_are_remembered_until(machines: &Machines<'_>) {
    let (short, long) = (machines.key("short"), machines.key("long"));
    let (here, there) = (machines.get(0), machines.get(1));
    let until = now() + SHORT;
    assert_eq!(here.first_use(short, until, now()).await.unwrap(), Use::First);
    assert_eq!(here.first_use(long, soon(), now()).await.unwrap(), Use::First);
    assert_eq!(there.first_use(short, until, now()).await.unwrap(), Use::Repeated);
    wait().await;
    let late = there.first_use(short, until, now()).await;
    assert_eq!(late, Err(StoreError::Elapsed), "after its time nobody hears that it is first");
    // A caller whose clock is behind, or who was slow: the margin is for them.
    let behind = until - TimeDelta::milliseconds(1);
    assert_eq!(there.first_use(short, until, behind).await.unwrap(), Use::Repeated, "forgotten too early");
    assert_eq!(there.first_use(long, soon(), now()).await.unwrap(), Use::Repeated);
    let far = now() + MAX_LIFETIME + TimeDelta::days(1);
    let refused = here.first_use(machines.key("far"), far, now()).await;
    assert_eq!(refused, Err(StoreError::LifetimeTooLong));
}
