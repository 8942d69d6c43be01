//! Values come out as they went in, once.

use super::{Machines, now, soon};
use crate::{MAX_VALUE_BYTES, StoreError};

pub(super) async fn taken_once_and_replaced(machines: &Machines<'_>) {
    let key = machines.key("taken once");
    let (here, there) = (machines.get(0), machines.get(1));
    assert_eq!(there.take(key, now()).await.unwrap(), None, "nothing was put");
    here.put(key, b"one".to_vec(), soon(), now()).await.unwrap();
    assert_eq!(there.take(key, now()).await.unwrap().as_deref(), Some(&b"one"[..]));
    assert_eq!(here.take(key, now()).await.unwrap(), None, "taken already");
    assert_eq!(there.take(key, now()).await.unwrap(), None, "taken already");

    here.put(key, b"two".to_vec(), soon(), now()).await.unwrap();
    there.put(key, b"three".to_vec(), soon(), now()).await.unwrap();
    assert_eq!(here.take(key, now()).await.unwrap().as_deref(), Some(&b"three"[..]), "the last one stands");
    assert_eq!(there.take(key, now()).await.unwrap(), None, "the one that was replaced is gone");
}

pub(super) async fn any_bytes(machines: &Machines<'_>) {
    let every: Vec<u8> = (0..=255).collect();
    let large: Vec<u8> = every.iter().copied().cycle().take(MAX_VALUE_BYTES).collect();
    for (name, value) in [
        ("empty", Vec::new()),
        ("every byte", every),
        ("zeros", vec![0; 33]),
        ("line ends", b"\r\n$3\r\nabc\r\n\0".to_vec()),
        ("largest", large),
    ] {
        let key = machines.key(name);
        machines.get(0).put(key, value.clone(), soon(), now()).await.unwrap();
        let taken = machines.get(1).take(key, now()).await.unwrap();
        assert!(taken.as_ref() == Some(&value), "{name}: not what was put");
    }
    let key = machines.key("too large");
    let refused = machines.get(0).put(key, vec![0; MAX_VALUE_BYTES + 1], soon(), now()).await;
    assert_eq!(refused, Err(StoreError::ValueTooLarge));
    assert_eq!(machines.get(0).take(key, now()).await.unwrap(), None, "what was refused is not there");
}

pub(super) async fn long_keys(machines: &Machines<'_>) {
    let long = |last: u8| {
        let mut id = vec![b'k'; 65_536];
        id.extend([0, b'\n', 0xff, last]);
        machines.key(id)
    };
    machines.get(0).put(long(1), b"one".to_vec(), soon(), now()).await.unwrap();
    assert_eq!(machines.get(1).take(long(2), now()).await.unwrap(), None, "they differ in the last byte");
    assert_eq!(machines.get(1).take(long(1), now()).await.unwrap().as_deref(), Some(&b"one"[..]));
    assert!(machines.get(0).first_use(long(1), soon(), now()).await.unwrap().is_first());
    assert!(!machines.get(1).first_use(long(1), soon(), now()).await.unwrap().is_first());
    assert!(machines.get(1).first_use(long(2), soon(), now()).await.unwrap().is_first());
}
