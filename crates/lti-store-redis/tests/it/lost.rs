use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use lti_store::{Key, OneTimeStore, Store, StoreError, Unavailable, Use, conformance};
use lti_store_redis::{ConnectError, RedisSettings, RedisStore};

use crate::engine::{DURABLE, Engine, now};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_twice_when_the_server_is_killed_in_the_middle() {
    let Some(engine) = Engine::start(DURABLE).await else { return };
    let mut settings = RedisSettings::new(engine.url());
    settings.timeout = Duration::from_secs(5);
    let mut machines: Vec<Arc<dyn Store>> = Vec::new();
    for _ in 0..2 {
        machines.push(Arc::new(RedisStore::connect(settings.clone()).await.unwrap()));
    }
    let engine = tokio::sync::Mutex::new(engine);
    // A call that waits for another's connection and is then alone with a slow machine.
    let bound = settings.timeout + Duration::from_secs(2);
    conformance::survives_restart(
        &machines,
        bound,
        async || engine.lock().await.kill(),
        async || engine.lock().await.launch().await,
    )
    .await;
}

/// A server that accepts and says nothing more, and one that hangs for a while: every call ends in time, and the next
/// one after it wakes up is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_costs_the_timeout_and_no_more() {
    let Some(engine) = Engine::start(DURABLE).await else { return };
    let mut settings = RedisSettings::new(engine.url());
    settings.timeout = Duration::from_millis(300);
    let store = Arc::new(RedisStore::connect(settings.clone()).await.unwrap());
    let now = now();
    let until = now + TimeDelta::minutes(5);
    engine.signal("-STOP");
    let mut calls = tokio::task::JoinSet::new();
    let slowest = Arc::new(Mutex::new(Duration::ZERO));
    for id in 0..200u32 {
        let (store, slowest) = (Arc::clone(&store), Arc::clone(&slowest));
        calls.spawn(async move {
            let began = Instant::now();
            let used = store.first_use(Key::new("test", "", id.to_be_bytes()), until, now).await;
            assert_eq!(used, Err(StoreError::Unavailable(Unavailable::TimedOut)));
            let mut slowest = slowest.lock().unwrap();
            *slowest = began.elapsed().max(*slowest);
        });
    }
    calls.join_all().await;
    let slowest = *slowest.lock().unwrap();
    assert!(slowest < Duration::from_secs(3), "200 calls at once took up to {slowest:?}");
    engine.signal("-CONT");
    let key = Key::new("test", "", "afterwards");
    let mut answer = store.first_use(key, until, now).await;
    for _ in 0..50 {
        if answer.is_ok() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
        answer = store.first_use(key, until, now).await;
    }
    assert!(answer.is_ok(), "{answer:?}");
    assert_eq!(store.first_use(key, until, now).await, Ok(Use::Repeated));
}

#[tokio::test]
async fn an_address_without_a_server_is_unavailable_and_a_wrong_one_invalid() {
    // One that nobody listens on, and one where nobody answers.
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for (address, cause) in
        [(closed, Unavailable::NotConnected), (silent.local_addr().unwrap(), Unavailable::TimedOut)]
    {
        let mut settings = RedisSettings::new(format!("redis://:secret@{address}/0"));
        settings.timeout = Duration::from_millis(300);
        assert!(!format!("{settings:?}").contains("secret"));
        let began = Instant::now();
        let error = RedisStore::connect(settings).await.unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(3));
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        assert!(
            matches!(&error, ConnectError::Store(StoreError::Unavailable(why)) if *why == cause),
            "{error:?}"
        );
        assert_eq!((error.code(), error.spec()), ("store_unavailable", "RFC 9110 §15.6.4"));
    }
    for url in ["", "http://127.0.0.1", "redis://", "not a url"] {
        let error = RedisStore::connect(RedisSettings::new(url)).await.unwrap_err();
        assert_eq!(error.code(), "store_url_invalid", "{url}");
    }
}
