use std::net::TcpListener;
use std::sync::Arc;
use std::time::{Duration, Instant};

use lti_store::{Store, StoreError, Unavailable, conformance};
use lti_store_redis::{ConnectError, RedisSettings, RedisStore};

use crate::engine::{DURABLE, Engine};

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

/// A server that hangs for a while: every call ends in time, and the next one after it wakes up is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_hangs_costs_the_timeout_and_no_more() {
    let Some(engine) = Engine::start(DURABLE).await else { return };
    let mut settings = RedisSettings::new(engine.url());
    settings.timeout = Duration::from_millis(300);
    let store: Arc<dyn Store> = Arc::new(RedisStore::connect(settings).await.unwrap());
    let (stop, resume) = (async || engine.signal("-STOP"), async || engine.signal("-CONT"));
    conformance::survives_hanging(&[store], Duration::from_secs(3), stop, resume).await;
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
