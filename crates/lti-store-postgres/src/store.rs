//! The store: each method is one statement, so that nothing comes between.

use std::time::Duration;

use chrono::{DateTime, Utc};
use lti_store::{
    Key, OneTimeStore, RecordKey, RecordStore, StoreError, StoreFuture, Use, check_value, first_use_lifetime,
    lifetime,
};
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use crate::pool::{Parameters, Pool};
use crate::sweeper::{Sweeper, sweep};
use crate::{ConnectError, PostgresSettings, schema};

const PUT: &str = "INSERT INTO lti_value (key, value, expires_at) \
    VALUES ($1, $2, clock_timestamp() + $3 * interval '1 millisecond') \
    ON CONFLICT (key) DO UPDATE SET value = EXCLUDED.value, expires_at = EXCLUDED.expires_at";

/// Of two who delete one row, the second waits, and finds none.
const TAKE: &str = "DELETE FROM lti_value WHERE key = $1 RETURNING value, expires_at > clock_timestamp()";

/// Returns a row for the first. A row that is expired is made anew by one of those who find it: the others wait for its
/// lock, and look again.
const FIRST_USE: &str = "INSERT INTO lti_used AS used (key, expires_at) \
    VALUES ($1, clock_timestamp() + $2 * interval '1 millisecond') \
    ON CONFLICT (key) DO UPDATE SET expires_at = EXCLUDED.expires_at \
    WHERE used.expires_at <= clock_timestamp() RETURNING true";

const INSERT: &str = "INSERT INTO lti_record (ledger, issuer, client, document) VALUES ($1, $2, $3, $4) \
    ON CONFLICT DO NOTHING RETURNING true";

const FIND: &str = "SELECT document FROM lti_record WHERE ledger = $1 AND issuer = $2 AND client = $3";

const LIST: &str = "SELECT document FROM lti_record WHERE ledger = $1";

const LIST_ISSUER: &str = "SELECT document FROM lti_record WHERE ledger = $1 AND issuer = $2";

const REPLACE: &str = "UPDATE lti_record SET document = $5 \
    WHERE ledger = $1 AND issuer = $2 AND client = $3 AND document = $4 RETURNING true";

const REMOVE: &str = "DELETE FROM lti_record \
    WHERE ledger = $1 AND issuer = $2 AND client = $3 AND document = $4 RETURNING true";

/// A store in PostgreSQL, for several machines. It holds some connections, replaces those that are lost, and makes its
/// tables when it connects.
///
/// Expiry is counted by the server's clock, from the difference between `until` and `now`. What is expired is
/// removed now and then, by a task in the runtime of the call that finds it due.
#[derive(Debug)]
pub struct PostgresStore {
    pool: Pool,
    sweeper: Sweeper,
}

impl PostgresStore {
    /// Connects, and makes or updates the tables if need be.
    ///
    /// # Errors
    /// [`ConnectError`].
    pub async fn connect(settings: PostgresSettings) -> Result<Self, ConnectError> {
        let pool = Pool::new(&settings)?;
        schema::migrate(&pool).await?;
        Ok(Self { pool, sweeper: Sweeper::new(settings.sweep_every) })
    }

    /// Removes what is expired now, and returns how many rows that were. It happens by itself every
    /// [`sweep_every`](PostgresSettings::sweep_every) on a server that is used.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    pub async fn sweep(&self) -> Result<u64, StoreError> {
        sweep(&self.pool).await
    }

    async fn query(&self, statement: &str, parameters: Parameters<'_>) -> Result<Vec<Row>, StoreError> {
        self.sweeper.sweep_if_due(&self.pool);
        self.pool.query(statement, parameters).await
    }
}

impl OneTimeStore for PostgresStore {
    fn put(&self, key: Key, value: Vec<u8>, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            check_value(&value)?;
            let milliseconds = milliseconds(lifetime(until, now)?);
            self.query(PUT, &[&bytes(&key), &value, &milliseconds]).await.map(|_| ())
        })
    }

    fn take(&self, key: Key, _now: DateTime<Utc>) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let rows = self.query(TAKE, &[&bytes(&key)]).await?;
            let Some(row) = rows.first() else { return Ok(None) };
            let valid: bool = column(row, 1)?;
            if valid { column(row, 0).map(Some) } else { Ok(None) }
        })
    }

    fn first_use(&self, key: Key, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, Use> {
        Box::pin(async move {
            let milliseconds = milliseconds(first_use_lifetime(until, now)?);
            let rows = self.query(FIRST_USE, &[&bytes(&key), &milliseconds]).await?;
            Ok(if rows.is_empty() { Use::Repeated } else { Use::First })
        })
    }
}

impl RecordStore for PostgresStore {
    fn insert(&self, key: RecordKey, document: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            check_value(&document)?;
            let [ledger, issuer, client] = parts(&key);
            self.query(INSERT, &[&ledger, &issuer, &client, &document]).await.map(|rows| !rows.is_empty())
        })
    }

    fn find(&self, key: RecordKey) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let [ledger, issuer, client] = parts(&key);
            let rows = self.query(FIND, &[&ledger, &issuer, &client]).await?;
            rows.first().map(|row| column(row, 0)).transpose()
        })
    }

    fn list(&self, ledger: Key, issuer: Option<Key>) -> StoreFuture<'_, Vec<Vec<u8>>> {
        Box::pin(async move {
            let rows = match issuer {
                Some(issuer) => self.query(LIST_ISSUER, &[&bytes(&ledger), &bytes(&issuer)]).await?,
                None => self.query(LIST, &[&bytes(&ledger)]).await?,
            };
            rows.iter().map(|row| column(row, 0)).collect()
        })
    }

    fn replace(&self, key: RecordKey, old: Vec<u8>, new: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            check_value(&new)?;
            let [ledger, issuer, client] = parts(&key);
            let rows = self.query(REPLACE, &[&ledger, &issuer, &client, &old, &new]).await?;
            Ok(!rows.is_empty())
        })
    }

    fn remove(&self, key: RecordKey, old: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let [ledger, issuer, client] = parts(&key);
            self.query(REMOVE, &[&ledger, &issuer, &client, &old]).await.map(|rows| !rows.is_empty())
        })
    }
}

fn bytes(key: &Key) -> &[u8] {
    key.as_bytes()
}

fn parts(key: &RecordKey) -> [&[u8]; 3] {
    [bytes(&key.ledger), bytes(&key.issuer), bytes(&key.client)]
}

/// Up to 400 days: far fewer than a `double precision` holds exactly.
fn milliseconds(lifetime: Duration) -> f64 {
    lifetime.as_millis() as f64
}

fn column<'r, T: FromSql<'r>>(row: &'r Row, index: usize) -> Result<T, StoreError> {
    row.try_get(index).map_err(|_| StoreError::Corrupt)
}
