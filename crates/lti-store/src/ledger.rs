//! Records as documents: what `Platforms` and `Tools` share.

use std::marker::PhantomData;
use std::sync::Arc;

use lti_types::{ClientId, Issuer};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Key, RecordError, RecordKey, RecordStore, StoreError, check_value};

/// How often an update is tried while others change the same record.
const ATTEMPTS: usize = 64;

/// One list of records of one type.
pub(crate) struct Ledger<R> {
    store: Arc<dyn RecordStore>,
    ledger: Key,
    record: PhantomData<fn() -> R>,
}

impl<R: Serialize + DeserializeOwned + PartialEq + Clone> Ledger<R> {
    pub(crate) fn new(store: Arc<dyn RecordStore>, side: &str, tenant: &str) -> Self {
        Self { store, ledger: Key::new("ledger", tenant, side), record: PhantomData }
    }

    fn key(&self, issuer: &Issuer, client_id: &ClientId) -> RecordKey {
        RecordKey::new(self.ledger, issuer_key(issuer), Key::of(&[client_id.as_str().as_bytes()]))
    }

    pub(crate) async fn insert(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
        record: &R,
    ) -> Result<(), RecordError> {
        let inserted = self.store.insert(self.key(issuer, client_id), write(record)?).await?;
        if inserted { Ok(()) } else { Err(RecordError::AlreadyRegistered) }
    }

    pub(crate) async fn find(&self, issuer: &Issuer, client_id: &ClientId) -> Result<Option<R>, StoreError> {
        let document = self.store.find(self.key(issuer, client_id)).await?;
        document.as_deref().map(read).transpose()
    }

    pub(crate) async fn list(&self, issuer: Option<&Issuer>) -> Result<Vec<R>, StoreError> {
        let documents = self.store.list(self.ledger, issuer.map(issuer_key)).await?;
        documents.iter().map(|document| read(document)).collect()
    }

    /// Reads, changes and writes, until nobody else came between. `same` says whether two records are of one
    /// registration.
    pub(crate) async fn update(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
        mut change: impl FnMut(&mut R),
        same: impl Fn(&R, &R) -> bool,
    ) -> Result<Option<R>, RecordError> {
        let key = self.key(issuer, client_id);
        for _ in 0..ATTEMPTS {
            let Some(old) = self.store.find(key).await? else { return Ok(None) };
            let before: R = read(&old)?;
            let mut after = before.clone();
            change(&mut after);
            if !same(&before, &after) {
                return Err(RecordError::Renamed);
            }
            if before == after || self.store.replace(key, old, write(&after)?).await? {
                return Ok(Some(after));
            }
        }
        Err(RecordError::Contended)
    }

    /// Removes whatever is there.
    pub(crate) async fn remove(&self, issuer: &Issuer, client_id: &ClientId) -> Result<bool, RecordError> {
        let key = self.key(issuer, client_id);
        for _ in 0..ATTEMPTS {
            let Some(old) = self.store.find(key).await? else { return Ok(false) };
            if self.store.remove(key, old).await? {
                return Ok(true);
            }
        }
        Err(RecordError::Contended)
    }
}

fn issuer_key(issuer: &Issuer) -> Key {
    Key::of(&[issuer.as_str().as_bytes()])
}

/// Records hold texts and lists only; what cannot be written is as good as not stored.
fn write<R: Serialize>(record: &R) -> Result<Vec<u8>, StoreError> {
    let document = serde_json::to_vec(record).map_err(|_| StoreError::Corrupt)?;
    check_value(&document)?;
    Ok(document)
}

fn read<R: DeserializeOwned>(document: &[u8]) -> Result<R, StoreError> {
    serde_json::from_slice(document).map_err(|_| StoreError::Corrupt)
}
