use chrono::TimeDelta;
use lti_store::{Key, OneTimeStore, RecordKey, RecordStore, StoreError, Unavailable, Use};
use lti_store_redis::{ConnectError, RedisSettings, RedisStore, Unfit};

use crate::engine::{DURABLE, Engine, now};

#[tokio::test]
async fn a_server_that_forgets_or_evicts_is_refused() {
    let Some(engine) = Engine::start(&["--appendonly", "no"]).await else { return };
    let refused = RedisStore::connect(RedisSettings::new(engine.url())).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Unfit(Unfit::Forgets)), "{refused}");
    assert_eq!((refused.code(), refused.spec()), ("store_forgets", "Security Framework 1.0 §5.1.3"));
    let mut settings = RedisSettings::new(engine.url());
    settings.danger_may_forget = true;
    RedisStore::connect(settings.clone()).await.unwrap();

    let Some(engine) = Engine::start(&["--appendonly", "yes", "--maxmemory-policy", "allkeys-lru"]).await
    else {
        return;
    };
    settings.url = engine.url();
    let refused = RedisStore::connect(settings).await.unwrap_err();
    assert!(matches!(refused, ConnectError::Unfit(Unfit::Evicts)), "{refused}");
}

/// The check is repeated with each connection: a server that comes back with other settings is refused.
#[tokio::test]
async fn a_server_that_becomes_unfit_is_as_good_as_lost() {
    let Some(mut engine) = Engine::start(DURABLE).await else { return };
    let store = RedisStore::connect(RedisSettings::new(engine.url())).await.unwrap();
    let (key, now) = (Key::new("test", "", "k"), now());
    let until = now + TimeDelta::minutes(5);
    assert_eq!(store.first_use(key, until, now).await, Ok(Use::First));
    let arguments: &'static [&'static str] = &["--appendonly", "no"];
    for (arguments, fit) in [(arguments, false), (DURABLE, true)] {
        engine.kill();
        engine.restart_with(arguments).await;
        let mut answer = store.first_use(key, until, now).await;
        for _ in 0..50 {
            match &answer {
                Err(StoreError::Unavailable(Unavailable::Refused(code)))
                    if code.as_str() == "store_forgets" =>
                {
                    break;
                }
                Ok(_) => break,
                _ => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
            answer = store.first_use(key, until, now).await;
        }
        if fit {
            assert_eq!(answer, Ok(Use::Repeated));
        } else {
            assert_eq!(
                answer.unwrap_err().to_string(),
                "the store is unavailable: it answered store_forgets"
            );
        }
    }
}

/// How many connections the server has taken, with the one that asks.
async fn connections_made(engine: &Engine) -> usize {
    let client = redis::Client::open(engine.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let info: String = redis::cmd("INFO").arg("stats").query_async(&mut connection).await.unwrap();
    let made = info.lines().find_map(|line| line.strip_prefix("total_connections_received:")).unwrap();
    made.trim().parse().unwrap()
}

#[tokio::test]
async fn a_full_server_says_so_and_forgets_nothing() {
    let Some(engine) = Engine::start(&["--appendonly", "yes", "--maxmemory", "3mb"]).await else { return };
    let store = RedisStore::connect(RedisSettings::new(engine.url())).await.unwrap();
    let now = now();
    let until = now + TimeDelta::minutes(5);
    let key = |id: usize| Key::new("test", "", id.to_string());
    assert_eq!(store.first_use(key(0), until, now).await, Ok(Use::First));
    let mut stored = 0;
    let full = loop {
        match store.put(key(stored), vec![0; 100_000], until, now).await {
            Ok(()) => stored += 1,
            Err(error) => break error,
        }
        assert!(stored < 100);
    };
    assert_eq!(full, StoreError::Full);
    // A small key may still find room for a while.
    let mut used = 1_000;
    let full = loop {
        match store.first_use(key(used), until, now).await {
            Ok(it) => assert!(it.is_first()),
            Err(error) => break error,
        }
        used += 1;
        assert!(used < 100_000);
    };
    assert_eq!(full, StoreError::Full);
    // Records, too, are told that it is full, and for that no connection is given up.
    let made = connections_made(&engine).await;
    let records = async || {
        for id in 0..100_000 {
            store.insert(RecordKey::new(key(0), key(0), key(id)), vec![0; 10_000]).await?;
        }
        Ok(())
    };
    assert_eq!(records().await, Err(StoreError::Full));
    assert_eq!(connections_made(&engine).await, made + 1, "but for the one that asks");
    // A full server has not forgotten what was used.
    assert_ne!(store.first_use(key(0), until, now).await, Ok(Use::First));
    // Taking needs no room, and makes some.
    for id in 0..stored {
        assert_eq!(store.take(key(id), now).await.unwrap().map(|value| value.len()), Some(100_000));
    }
    assert_eq!(store.first_use(key(used), until, now).await, Ok(Use::First));
    assert_eq!(store.first_use(key(0), until, now).await, Ok(Use::Repeated));
}

/// What is forgotten, and when, as the server sees it.
#[tokio::test]
async fn everything_expires() {
    let Some(engine) = Engine::start(DURABLE).await else { return };
    let store = RedisStore::connect(RedisSettings::new(engine.url())).await.unwrap();
    let (key, now) = (Key::new("test", "campus", "secret-state"), now());
    store.put(key, vec![1], now + TimeDelta::minutes(5), now).await.unwrap();
    assert_eq!(store.first_use(key, now + TimeDelta::minutes(5), now).await, Ok(Use::First));
    let client = redis::Client::open(engine.url()).unwrap();
    let mut connection = client.get_multiplexed_async_connection().await.unwrap();
    let mut names: Vec<String> = redis::cmd("KEYS").arg("*").query_async(&mut connection).await.unwrap();
    names.sort();
    assert_eq!(names, [format!("lti:used:{}", key.to_hex()), format!("lti:value:{}", key.to_hex())]);
    for (name, most) in [(&names[0], 360_000), (&names[1], 300_000)] {
        let left: i64 = redis::cmd("PTTL").arg(name).query_async(&mut connection).await.unwrap();
        assert!((most - 10_000..=most).contains(&left), "{name}: {left} ms");
    }
}
