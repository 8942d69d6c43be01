//! Any sequence of calls, against a model that is too simple to be wrong.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};
use lti_store::{FIRST_USE_MARGIN, Key, MemoryStore, OneTimeStore, StoreError, Use};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof, proptest};

use crate::at;

#[derive(Debug, Clone)]
enum Call {
    Put(u8, Vec<u8>, i64),
    Take(u8),
    FirstUse(u8, i64),
    Wait(i64),
}

fn call() -> impl Strategy<Value = Call> {
    let (key, life) = (0..4u8, -2..120i64);
    prop_oneof![
        (key.clone(), any::<Vec<u8>>(), life.clone())
            .prop_map(|(key, value, life)| Call::Put(key, value, life)),
        key.clone().prop_map(Call::Take),
        (key, life).prop_map(|(key, life)| Call::FirstUse(key, life)),
        prop_oneof![Just(1i64), 1..100i64].prop_map(Call::Wait),
    ]
}

#[derive(Default)]
struct Model {
    values: BTreeMap<u8, (DateTime<Utc>, Vec<u8>)>,
    used: BTreeMap<u8, DateTime<Utc>>,
}

proptest! {
    #[test]
    fn memory_does_what_the_model_does(calls in prop::collection::vec(call(), 1..80)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let (store, mut model, mut now) = (MemoryStore::new(), Model::default(), at(0));
            for call in calls {
                match call {
                    Call::Wait(seconds) => now += TimeDelta::seconds(seconds),
                    Call::Put(id, value, life) => {
                        let until = now + TimeDelta::seconds(life);
                        let done = store.put(Key::new("m", "", [id]), value.clone(), until, now).await;
                        assert_eq!(done, if life > 0 { Ok(()) } else { Err(StoreError::Elapsed) });
                        if life > 0 {
                            model.values.insert(id, (until, value));
                        }
                    }
                    Call::Take(id) => {
                        let expected = model.values.remove(&id).filter(|(until, _)| *until > now);
                        let taken = store.take(Key::new("m", "", [id]), now).await.unwrap();
                        assert_eq!(taken, expected.map(|(_, value)| value));
                    }
                    Call::FirstUse(id, life) => {
                        let until = now + TimeDelta::seconds(life);
                        let said = store.first_use(Key::new("m", "", [id]), until, now).await;
                        let known = model.used.get(&id).is_some_and(|until| *until + FIRST_USE_MARGIN > now);
                        if life <= 0 {
                            assert_eq!(said, Err(StoreError::Elapsed));
                        } else if known {
                            assert_eq!(said, Ok(Use::Repeated));
                        } else {
                            assert_eq!(said, Ok(Use::First));
                            model.used.insert(id, until);
                        }
                    }
                }
            }
        });
    }
}
