//! The tables, made and changed when a server starts.

use std::time::Duration;

use deadpool_postgres::Object;
use lti_store::{StoreError, Unavailable};
use tokio_postgres::Error;

use crate::ConnectError;
use crate::error::reason;
use crate::pool::Pool;

/// Each brings the tables from the version before to its own, which is its place, counted from 1. Never changed once
/// published.
const MIGRATIONS: &[&str] = &[include_str!("../migrations/0001_first.sql")];

/// Any number that nobody else's lock has.
const LOCK: i64 = i64::from_be_bytes(*b"lti-stor");

/// Making an index on a large table takes longer than a call may.
const PATIENCE: Duration = Duration::from_secs(120);

/// Brings the tables up to date. Servers that start at once wait for each other; one that finds all done needs no
/// right to make tables.
pub(crate) async fn migrate(pool: &Pool) -> Result<(), ConnectError> {
    let mut client = pool.get(pool.deadline()).await?;
    let migrated = tokio::time::timeout(PATIENCE, migrate_on(&mut client)).await;
    let failure = match migrated {
        Ok(Ok(found)) if found <= latest() => return Ok(()),
        Ok(Ok(found)) => return Err(ConnectError::NewerSchema(found)),
        Ok(Err(error)) => reason(&error),
        Err(_) => StoreError::Unavailable(Unavailable::TimedOut),
    };
    drop(Object::take(client));
    Err(failure.into())
}

fn latest() -> i32 {
    i32::try_from(MIGRATIONS.len()).unwrap_or(i32::MAX)
}

/// The version of the tables afterwards.
async fn migrate_on(client: &mut Object) -> Result<i32, Error> {
    let found = version(client).await?;
    if found >= latest() {
        return Ok(found);
    }
    let transaction = client.transaction().await?;
    transaction.batch_execute(&format!("SET LOCAL statement_timeout TO {}", PATIENCE.as_millis())).await?;
    // Until the end of the transaction. Whoever waited for it looks again.
    transaction.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    transaction.batch_execute("CREATE TABLE IF NOT EXISTS lti_schema (version integer PRIMARY KEY)").await?;
    let found: i32 =
        transaction.query_one("SELECT coalesce(max(version), 0) FROM lti_schema", &[]).await?.get(0);
    for (version, migration) in (1..).zip(MIGRATIONS).filter(|(version, _)| *version > found) {
        transaction.batch_execute(migration).await?;
        transaction.execute("INSERT INTO lti_schema (version) VALUES ($1)", &[&version]).await?;
    }
    transaction.commit().await?;
    Ok(found.max(latest()))
}

/// 0 where there are no tables.
async fn version(client: &Object) -> Result<i32, Error> {
    let there: bool = client.query_one("SELECT to_regclass('lti_schema') IS NOT NULL", &[]).await?.get(0);
    if !there {
        return Ok(0);
    }
    Ok(client.query_one("SELECT coalesce(max(version), 0) FROM lti_schema", &[]).await?.get(0))
}
