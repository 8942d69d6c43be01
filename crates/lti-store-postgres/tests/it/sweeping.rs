use std::sync::Arc;
use std::time::Duration;

use chrono::TimeDelta;
use lti_store::{Key, OneTimeStore, Use};
use lti_store_postgres::{PostgresSettings, PostgresStore};
use tokio::task::JoinSet;
use tokio_postgres::Client;

use crate::engine::{now, schema};

fn key(id: usize) -> Key {
    Key::new("test", "", id.to_string())
}

async fn rows(client: &Client) -> i64 {
    let count = "SELECT (SELECT count(*) FROM lti_value) + (SELECT count(*) FROM lti_used)";
    client.query_one(count, &[]).await.unwrap().get(0)
}

/// As if an hour had gone by.
async fn age(client: &Client) {
    for table in ["lti_value", "lti_used"] {
        let older = format!("UPDATE {table} SET expires_at = expires_at - interval '1 hour'");
        client.execute(&older, &[]).await.unwrap();
    }
}

#[tokio::test]
async fn expired_rows_count_for_nothing_and_are_removed() {
    let Some((url, client)) = schema().await else { return };
    let mut settings = PostgresSettings::new(url);
    settings.sweep_every = Duration::from_secs(3_600);
    let store = PostgresStore::connect(settings.clone()).await.unwrap();
    let now = now();
    let (soon, late) = (now + TimeDelta::minutes(5), now + TimeDelta::hours(5));
    for id in 0..3 {
        store.put(key(id), vec![1], soon, now).await.unwrap();
        assert_eq!(store.first_use(key(id), soon, now).await, Ok(Use::First));
    }
    store.put(key(3), vec![1], late, now).await.unwrap();
    assert_eq!(store.first_use(key(3), late, now).await, Ok(Use::First));
    // A use is remembered for a minute longer than asked, a value is not.
    let life = "SELECT extract(epoch FROM min(expires_at) - now())::double precision FROM ";
    for (table, seconds) in [("lti_value", 300.0), ("lti_used", 360.0)] {
        let left: f64 = client.query_one(&format!("{life}{table}"), &[]).await.unwrap().get(0);
        assert!(left <= seconds && left > seconds - 20.0, "{table}: {left} s");
    }
    assert_eq!(store.sweep().await, Ok(0));
    age(&client).await;
    assert_eq!(store.take(key(0), now).await, Ok(None));
    assert_eq!(store.first_use(key(0), soon, now).await, Ok(Use::First));
    store.put(key(1), vec![2], soon, now).await.unwrap();
    assert_eq!(store.take(key(1), now).await, Ok(Some(vec![2])));
    assert_eq!(store.sweep().await, Ok(3), "a value and two uses");
    assert_eq!(rows(&client).await, 3, "a use made anew, and what lasts longer");
    assert_eq!(store.take(key(3), now).await, Ok(Some(vec![1])));
    assert_eq!(store.first_use(key(3), late, now).await, Ok(Use::Repeated));

    // By itself, in more than one batch.
    client
        .batch_execute(
            "INSERT INTO lti_value SELECT sha256(n::text::bytea), '', now() - interval '1 s' \
             FROM generate_series(1, 2500) n",
        )
        .await
        .unwrap();
    settings.sweep_every = Duration::from_millis(1);
    let store = PostgresStore::connect(settings).await.unwrap();
    for _ in 0..500 {
        store.take(key(9), now).await.unwrap();
        if rows(&client).await < 100 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    panic!("{} rows are left", rows(&client).await);
}

/// Few rows among many are expired: they are found by the index, not by reading them all.
#[tokio::test]
async fn a_sweep_uses_the_index() {
    let Some((url, client)) = schema().await else { return };
    let mut settings = PostgresSettings::new(format!("{url}%20-cenable_seqscan%3Doff"));
    settings.timeout = Duration::from_secs(20);
    let store = PostgresStore::connect(settings).await.unwrap();
    for (table, value) in [("lti_value", "'', "), ("lti_used", "")] {
        let fill = format!(
            "INSERT INTO {table} SELECT sha256(n::text::bytea), {value} \
             now() + CASE WHEN n <= 3 THEN interval '-1 s' ELSE interval '1 hour' END \
             FROM generate_series(1, 5000) n; ANALYZE {table}"
        );
        client.batch_execute(&fill).await.unwrap();
    }
    assert_eq!(store.sweep().await, Ok(6));
    // The server counts with a delay.
    let scans = "SELECT count(*) FROM pg_stat_user_indexes WHERE schemaname = current_schema() \
         AND indexrelname IN ('lti_value_expires_at', 'lti_used_expires_at') AND idx_scan > 0";
    for _ in 0..200 {
        if client.query_one(scans, &[]).await.unwrap().get::<_, i64>(0) == 2 {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no index was used");
}

/// An expired use that is made anew goes to one of those who ask at once, while sweeps go on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_expired_use_is_first_for_one() {
    let Some((url, client)) = schema().await else { return };
    let mut settings = PostgresSettings::new(url);
    settings.timeout = Duration::from_secs(20);
    settings.connections = 8;
    let store = Arc::new(PostgresStore::connect(settings).await.unwrap());
    let now = now();
    let soon = now + TimeDelta::minutes(5);
    for round in 0..5 {
        let first = store.first_use(key(1), soon, now).await.unwrap();
        assert_eq!(first.is_first(), round == 0, "round {round}");
        age(&client).await;
        let mut tasks = JoinSet::new();
        for index in 0..100 {
            let store = Arc::clone(&store);
            tasks.spawn(async move {
                if index % 10 == 0 {
                    store.sweep().await.unwrap();
                }
                store.first_use(key(1), soon, now).await.unwrap().is_first()
            });
        }
        let firsts = tasks.join_all().await.into_iter().filter(|it| *it).count();
        assert_eq!(firsts, 1, "round {round}");
    }
}
