//! A store that is asked so many things at a time.
//!
//! An engine's answer is waited for only so long, and waiting for a connection counts. In a rush of launches most would
//! wait that time out, be refused, and come again. So whoever comes while enough is under way waits for a turn first.

use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use lti_store::{
    Key, OneTimeStore, RecordKey, RecordStore, Store, StoreError, StoreFuture, Unavailable, Use,
};
use tokio::sync::{Semaphore, SemaphorePermit};

/// How much is under way at a time.
const AT_ONCE: usize = 32;
/// How long somebody waits for a turn: an engine that hangs keeps each for its whole time.
const LONGEST: Duration = Duration::from_secs(10);

/// A store with turns.
#[derive(Debug)]
pub(crate) struct Turns {
    store: Arc<dyn Store>,
    room: Semaphore,
}

impl Turns {
    pub(crate) fn of(store: impl Store + 'static) -> Self {
        Self { store: Arc::new(store), room: Semaphore::new(AT_ONCE) }
    }

    async fn turn(&self) -> Result<SemaphorePermit<'_>, StoreError> {
        let turn = tokio::time::timeout(LONGEST, self.room.acquire()).await;
        turn.ok().and_then(Result::ok).ok_or(StoreError::Unavailable(Unavailable::TimedOut))
    }
}

impl OneTimeStore for Turns {
    fn put(&self, key: Key, value: Vec<u8>, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.put(key, value, until, now).await
        })
    }

    fn take(&self, key: Key, now: DateTime<Utc>) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.take(key, now).await
        })
    }

    fn first_use(&self, key: Key, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, Use> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.first_use(key, until, now).await
        })
    }
}

impl RecordStore for Turns {
    fn insert(&self, key: RecordKey, document: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.insert(key, document).await
        })
    }

    fn find(&self, key: RecordKey) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.find(key).await
        })
    }

    fn list(&self, ledger: Key, issuer: Option<Key>) -> StoreFuture<'_, Vec<Vec<u8>>> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.list(ledger, issuer).await
        })
    }

    fn replace(&self, key: RecordKey, old: Vec<u8>, new: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.replace(key, old, new).await
        })
    }

    fn remove(&self, key: RecordKey, old: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move {
            let _turn = self.turn().await?;
            self.store.remove(key, old).await
        })
    }
}
