//! What the servers remember between requests, over the two primitives of a store: *take once* and *first use*.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use lti_browser::Fault;
use lti_store::{Key, MemoryStore, Store, StoreError, Use};
use lti_store_postgres::{PostgresSettings, PostgresStore};
use lti_store_redis::{RedisSettings, RedisStore};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::clock::now;
use crate::problem::Problem;
use crate::server::StartError;
use crate::turns::Turns;

/// How long something is waited for that somebody else may be reading.
pub(crate) const SHORTLY: Duration = Duration::from_millis(100);
/// The first wait, and the longest.
const PAUSE: Duration = Duration::from_millis(5);
const LONG_PAUSE: Duration = Duration::from_millis(400);

/// The store that `--store` names.
pub(crate) async fn open(name: &str) -> Result<Arc<dyn Store>, StartError> {
    // The address may hold a password.
    let failed = |error: &dyn fmt::Display| StartError::new(format_args!("--store: {error}"));
    match name.split_once(':').map_or(name, |(scheme, _)| scheme) {
        "memory" if name == "memory" => Ok(Arc::new(MemoryStore::new())),
        "redis" | "rediss" => match RedisStore::connect(RedisSettings::new(name)).await {
            Ok(store) => Ok(Arc::new(Turns::of(store))),
            Err(error) => Err(failed(&error)),
        },
        "postgres" | "postgresql" => match PostgresStore::connect(PostgresSettings::new(name)).await {
            Ok(store) => Ok(Arc::new(Turns::of(store))),
            Err(error) => Err(failed(&error)),
        },
        _ => Err(StartError::new("--store must be `memory`, `redis://…` or `postgres://…`")),
    }
}

/// A store, with values as JSON.
#[derive(Clone)]
pub(crate) struct Notes {
    store: Arc<dyn Store>,
    /// Which server's: two may share an engine.
    tenant: &'static str,
}

impl fmt::Debug for Notes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Notes").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Notes {
    pub(crate) fn new(store: Arc<dyn Store>, tenant: &'static str) -> Self {
        Self { store, tenant }
    }

    /// Keeps a value until it is taken.
    pub(crate) async fn put<T: Serialize>(
        &self,
        kind: &str,
        id: &str,
        value: &T,
        until: DateTime<Utc>,
    ) -> Result<(), Problem> {
        let value = serde_json::to_vec(value).map_err(Problem::internal)?;
        Ok(self.store.put(self.key(kind, id), value, until, now()).await?)
    }

    /// Takes a value out: one caller gets it.
    pub(crate) async fn take<T: DeserializeOwned>(&self, kind: &str, id: &str) -> Result<Option<T>, Problem> {
        let text = self.take_text(kind, id).await?;
        text.map(|text| serde_json::from_str(&text)).transpose().map_err(Problem::internal)
    }

    /// The same, as it was written.
    pub(crate) async fn take_text(&self, kind: &str, id: &str) -> Result<Option<String>, Problem> {
        let value = self.store.take(self.key(kind, id), now()).await?;
        value.map(String::from_utf8).transpose().map_err(Problem::internal)
    }

    /// Reads a value and leaves it there. A store hands each value to one caller only, so it is taken and put back; for
    /// whoever asks in between, and for what is not there yet, `patience` says how long to wait. `id` must hold a secret:
    /// nobody else may have a hand in this.
    pub(crate) async fn read<T: DeserializeOwned + Send + 'static>(
        &self,
        kind: &str,
        id: &str,
        until: fn(&T) -> DateTime<Utc>,
        patience: Duration,
    ) -> Result<Option<T>, Problem> {
        let key = self.key(kind, id);
        let end = Instant::now() + patience;
        let mut pause = PAUSE;
        loop {
            let store = Arc::clone(&self.store);
            // A visitor who goes away takes nothing along.
            let read = tokio::spawn(async move {
                let Some(value) = store.take(key, now()).await? else { return Ok(None) };
                let read: T = serde_json::from_slice(&value).map_err(Problem::internal)?;
                store.put(key, value, until(&read), now()).await?;
                Ok::<_, Problem>(Some(read))
            });
            let read = read.await.map_err(Problem::internal)??;
            if read.is_some() || Instant::now() >= end {
                return Ok(read);
            }
            tokio::time::sleep(pause).await;
            pause = LONG_PAUSE.min(pause * 2);
        }
    }

    /// Notes that something is used, and says whether it was before. What is too late to be noted counts as used.
    pub(crate) async fn first_use(&self, kind: &str, id: &str, until: DateTime<Utc>) -> Result<Use, Problem> {
        match self.store.first_use(self.key(kind, id), until, now()).await {
            Err(StoreError::Elapsed) => Ok(Use::Repeated),
            used => Ok(used?),
        }
    }

    fn key(&self, kind: &str, id: &str) -> Key {
        Key::new(kind, self.tenant, id)
    }
}

/// A lost store refuses everything that depends on it; nothing is believed without it.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::warn!(%error, code = error.code(), "the store failed");
        let message = "what must be remembered cannot be, for the moment";
        let fault = match error.http_status() {
            500 => Fault::Configuration,
            503 => Fault::Unavailable,
            _ => Fault::Expired,
        };
        Self::new(error.http_status(), fault, error.code(), message, error.spec())
    }
}
