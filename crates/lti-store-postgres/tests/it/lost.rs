use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use lti_store::{Key, OneTimeStore, Store, StoreError, Unavailable, Use, conformance};
use lti_store_postgres::{ConnectError, PostgresSettings, PostgresStore};

use crate::engine::{Engine, client, now, schema};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn nothing_twice_when_the_server_is_killed_in_the_middle() {
    let Some(engine) = Engine::start().await else { return };
    let mut settings = PostgresSettings::new(engine.url());
    settings.timeout = Duration::from_secs(5);
    settings.connections = 8;
    let mut machines: Vec<Arc<dyn Store>> = Vec::new();
    for _ in 0..2 {
        machines.push(Arc::new(PostgresStore::connect(settings.clone()).await.unwrap()));
    }
    let engine = tokio::sync::Mutex::new(engine);
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
    let Some(engine) = Engine::start().await else { return };
    let mut settings = PostgresSettings::new(engine.url());
    PostgresStore::connect(settings.clone()).await.unwrap();
    // Making the tables may take longer; they are there now.
    settings.timeout = Duration::from_millis(500);
    let store: Arc<dyn Store> = Arc::new(PostgresStore::connect(settings).await.unwrap());
    let (stop, resume) = (async || engine.signal("-STOP"), async || engine.signal("-CONT"));
    conformance::survives_hanging(&[store], Duration::from_secs(4), stop, resume).await;
}

/// A way to the server on which connections can be lost without a word: when the number changes, those of before hang,
/// and new ones do not.
async fn way_to(server: String) -> (SocketAddr, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let losses = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&losses);
    tokio::spawn(async move {
        while let Ok((mut near, _)) = listener.accept().await {
            let (seen, server) = (Arc::clone(&seen), server.clone());
            tokio::spawn(async move {
                let mut far = tokio::net::TcpStream::connect(server).await.unwrap();
                let before = seen.load(Ordering::SeqCst);
                let lost = async {
                    while seen.load(Ordering::SeqCst) == before {
                        tokio::time::sleep(Duration::from_millis(5)).await;
                    }
                };
                tokio::select! {
                    _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
                    () = lost => std::future::pending().await,
                }
            });
        }
    });
    (address, losses)
}

/// A firewall forgets all connections at once: one call fails for that, not one for each of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_network_that_is_lost_silently_costs_one_call() {
    let Some((url, _)) = schema().await else { return };
    let authority = url.split('/').nth(2).unwrap();
    let server = authority.rsplit('@').next().unwrap();
    let (way, losses) = way_to(server.to_owned()).await;
    let mut settings = PostgresSettings::new(url.replacen(server, &way.to_string(), 1));
    settings.timeout = Duration::from_secs(20);
    PostgresStore::connect(settings.clone()).await.unwrap();
    settings.timeout = Duration::from_millis(1_500);
    let store = PostgresStore::connect(settings).await.unwrap();
    let (key, now) = (Key::new("test", "", "k"), now());
    let take = || store.take(key, now);
    let taken: (_, _, _, _) = tokio::join!(take(), take(), take(), take());
    assert_eq!(taken, (Ok(None), Ok(None), Ok(None), Ok(None)));
    losses.fetch_add(1, Ordering::SeqCst);
    tokio::time::sleep(Duration::from_millis(50)).await;
    assert_eq!(take().await, Err(StoreError::Unavailable(Unavailable::TimedOut)));
    for _ in 0..4 {
        assert_eq!(take().await, Ok(None));
    }
}

/// Somebody holds a lock on the row: the call ends in time, and what it asked for is not done behind its back.
#[tokio::test]
async fn a_lock_that_is_held_costs_the_timeout() {
    let Some((url, other)) = schema().await else { return };
    let mut settings = PostgresSettings::new(url.clone());
    settings.timeout = Duration::from_millis(500);
    let store = PostgresStore::connect(settings).await.unwrap();
    let (key, now) = (Key::new("test", "", "k"), now());
    store.put(key, vec![1], now + TimeDelta::minutes(5), now).await.unwrap();
    other.batch_execute("BEGIN; LOCK TABLE lti_value").await.unwrap();
    let began = Instant::now();
    let taken = store.take(key, now).await;
    assert_eq!(taken, Err(StoreError::Unavailable(Unavailable::TimedOut)));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
    tokio::time::sleep(Duration::from_millis(700)).await;
    other.batch_execute("COMMIT").await.unwrap();
    assert_eq!(store.take(key, now).await, Ok(Some(vec![1])), "the server gave the statement up");
}

#[tokio::test]
async fn a_timeout_beyond_all_clocks_is_cut() {
    let Some((url, _)) = schema().await else { return };
    let mut settings = PostgresSettings::new(url);
    settings.timeout = Duration::MAX;
    let store = PostgresStore::connect(settings).await.unwrap();
    let (key, now) = (Key::new("test", "", "k"), now());
    assert_eq!(store.first_use(key, now + TimeDelta::minutes(5), now).await, Ok(Use::First));
}

/// A server that takes no more writes is as good as lost, and its connections are not kept.
#[tokio::test]
async fn a_server_that_takes_no_writes_is_unavailable() {
    let Some(engine) = Engine::start().await else { return };
    let store = PostgresStore::connect(PostgresSettings::new(engine.url())).await.unwrap();
    let (key, now) = (Key::new("test", "", "k"), now());
    let until = now + TimeDelta::minutes(5);
    let other = client(&engine.url()).await;
    let read_only = async |value: &str| {
        let set = format!("ALTER SYSTEM SET default_transaction_read_only TO {value}");
        other.execute("SET default_transaction_read_only TO off", &[]).await.unwrap();
        other.execute(&set, &[]).await.unwrap();
        other.execute("SELECT pg_reload_conf()", &[]).await.unwrap();
        tokio::time::sleep(Duration::from_millis(300)).await;
    };
    read_only("on").await;
    for _ in 0..3 {
        let used = store.first_use(key, until, now).await;
        assert!(matches!(used, Err(StoreError::Unavailable(_))), "{used:?}");
    }
    read_only("off").await;
    assert_eq!(store.first_use(key, until, now).await, Ok(Use::First));
}

#[tokio::test]
async fn an_address_without_a_server_is_unavailable_and_a_wrong_one_invalid() {
    let closed = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for (address, cause) in
        [(closed, Unavailable::NotConnected), (silent.local_addr().unwrap(), Unavailable::TimedOut)]
    {
        let mut settings = PostgresSettings::new(format!("postgres://lti:secret@{address}/x"));
        settings.timeout = Duration::from_millis(300);
        assert!(!format!("{settings:?}").contains("secret"));
        let began = Instant::now();
        let error = PostgresStore::connect(settings).await.unwrap_err();
        assert!(began.elapsed() < Duration::from_secs(3));
        assert!(!format!("{error} {error:?}").contains("secret"), "{error:?}");
        assert!(
            matches!(&error, ConnectError::Store(StoreError::Unavailable(why)) if *why == cause),
            "{error:?}"
        );
        assert_eq!((error.code(), error.spec()), ("store_unavailable", "RFC 9110 §15.6.4"));
    }
    for url in ["", "redis://127.0.0.1", "postgres://", "not a url"] {
        let error = PostgresStore::connect(PostgresSettings::new(url)).await.unwrap_err();
        assert_eq!(error.code(), "store_url_invalid", "{url}");
    }
}
