use chrono::TimeDelta;
use lti_store::{Key, OneTimeStore, Use};
use lti_store_postgres::{ConnectError, PostgresSettings, PostgresStore};
use tokio::task::JoinSet;

use crate::engine::{now, schema};

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_servers_that_start_at_once_make_the_tables_once() {
    let Some((url, client)) = schema().await else { return };
    let mut starts = JoinSet::new();
    for _ in 0..10 {
        let settings = PostgresSettings::new(url.clone());
        starts.spawn(async move { PostgresStore::connect(settings).await.unwrap() });
    }
    let stores = starts.join_all().await;
    let versions = client.query("SELECT version FROM lti_schema", &[]).await.unwrap();
    assert_eq!(versions.iter().map(|row| row.get(0)).collect::<Vec<i32>>(), [1]);
    let (key, now) = (Key::new("test", "", "k"), now());
    let mut firsts = 0;
    for store in &stores {
        let used = store.first_use(key, now + TimeDelta::minutes(5), now).await.unwrap();
        firsts += usize::from(used.is_first());
    }
    assert_eq!(firsts, 1);

    // Starting again changes nothing, and forgets nothing.
    let again = PostgresStore::connect(PostgresSettings::new(url)).await.unwrap();
    assert_eq!(again.first_use(key, now + TimeDelta::minutes(5), now).await, Ok(Use::Repeated));
}

#[tokio::test]
async fn tables_of_a_newer_version_are_refused_and_left_alone() {
    let Some((url, client)) = schema().await else { return };
    PostgresStore::connect(PostgresSettings::new(url.clone())).await.unwrap();
    client.batch_execute("INSERT INTO lti_schema VALUES (99)").await.unwrap();
    let error = PostgresStore::connect(PostgresSettings::new(url)).await.unwrap_err();
    assert!(matches!(error, ConnectError::NewerSchema(99)), "{error}");
    assert_eq!((error.code(), error.spec()), ("store_schema_newer", "RFC 9110 §15.6.1"));
}

/// Who may only read and write rows can start a server, once the tables are there.
#[tokio::test]
async fn up_to_date_tables_need_no_right_to_make_any() {
    let Some((url, client)) = schema().await else { return };
    PostgresStore::connect(PostgresSettings::new(url.clone())).await.unwrap();
    let schema: String = client.query_one("SELECT current_schema()::text", &[]).await.unwrap().get(0);
    let role = format!("{schema}_clerk");
    client
        .batch_execute(&format!(
            "CREATE ROLE {role} LOGIN; GRANT USAGE ON SCHEMA {schema} TO {role};
             GRANT SELECT ON lti_schema TO {role};
             GRANT SELECT, INSERT, UPDATE, DELETE ON lti_value, lti_used, lti_record TO {role}"
        ))
        .await
        .unwrap();
    let of_clerk = format!("{url}%20-crole%3D{role}");
    let store = PostgresStore::connect(PostgresSettings::new(of_clerk)).await.unwrap();
    let (key, now) = (Key::new("test", "", "k"), now());
    store.put(key, vec![1], now + TimeDelta::minutes(5), now).await.unwrap();
    assert_eq!(store.take(key, now).await.unwrap(), Some(vec![1]));
    assert_eq!(store.first_use(key, now + TimeDelta::minutes(5), now).await, Ok(Use::First));
    store.sweep().await.unwrap();
    client.batch_execute(&format!("DROP OWNED BY {role}; DROP ROLE {role}")).await.unwrap();
}
