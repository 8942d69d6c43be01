//! What the tool remembers until somebody changes it, over a store's records: JSON documents, changed by compare-and-set,
//! so that several machines with one store count and note as one.

use std::fmt;
use std::sync::Arc;

use lti_browser::Fault;
use lti_store::{Key, RecordKey, Store};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::problem::Problem;

/// How often a change is tried while others change the same document.
const ATTEMPTS: usize = 64;

/// Documents of one server.
#[derive(Clone)]
pub(crate) struct Records {
    store: Arc<dyn Store>,
    /// Which server's: two may share an engine.
    tenant: &'static str,
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("tenant", &self.tenant).finish_non_exhaustive()
    }
}

impl Records {
    pub(crate) fn new(store: Arc<dyn Store>, tenant: &'static str) -> Self {
        Self { store, tenant }
    }

    /// The document of that id, in a group of such documents.
    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        kind: &str,
        group: &str,
        id: &str,
    ) -> Result<Option<T>, Problem> {
        let document = self.store.find(self.key(kind, group, id)).await?;
        document.as_deref().map(read).transpose()
    }

    /// All documents of a kind, but for those that cannot be read, which the log names by their kind.
    pub(crate) async fn list<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>, Problem> {
        let documents = self.store.list(self.ledger(kind), None).await?;
        let readable = |document: &Vec<u8>| match read(document) {
            Ok(document) => Some(document),
            Err(problem) => {
                tracing::error!(kind, code = problem.code, "a document cannot be read");
                None
            }
        };
        Ok(documents.iter().filter_map(readable).collect())
    }

    /// Reads, changes and writes, until nobody else came between: what the last call of `change` saw is what was there
    /// when its work was written. It may be called more than once. What it leaves as it is, is not written.
    pub(crate) async fn change<T, R>(
        &self,
        kind: &str,
        group: &str,
        id: &str,
        mut change: impl FnMut(&mut Option<T>) -> R,
    ) -> Result<R, Problem>
    where
        T: Serialize + DeserializeOwned,
    {
        let key = self.key(kind, group, id);
        for _ in 0..ATTEMPTS {
            let old = self.store.find(key).await?;
            let mut document: Option<T> = old.as_deref().map(read).transpose()?;
            let outcome = change(&mut document);
            let new = document.as_ref().map(serde_json::to_vec).transpose().map_err(Problem::internal)?;
            let written = match (old, new) {
                (old, new) if old == new => true,
                (None, Some(new)) => self.store.insert(key, new).await?,
                (Some(old), Some(new)) => self.store.replace(key, old, new).await?,
                (Some(old), None) => self.store.remove(key, old).await?,
                (None, None) => true,
            };
            if written {
                return Ok(outcome);
            }
        }
        let message = "too many change this at once; try again in a moment";
        Err(Problem::new(503, Fault::Unavailable, "record_contended", message, "RFC 9110 §15.6.4"))
    }

    fn ledger(&self, kind: &str) -> Key {
        Key::new("documents", self.tenant, kind)
    }

    fn key(&self, kind: &str, group: &str, id: &str) -> RecordKey {
        RecordKey::new(self.ledger(kind), Key::new("group", "", group), Key::new("id", "", id))
    }
}

fn read<T: DeserializeOwned>(document: &[u8]) -> Result<T, Problem> {
    serde_json::from_slice(document).map_err(Problem::internal)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "test code")]
mod tests {
    use std::sync::Arc;

    use lti_store::MemoryStore;

    use super::Records;

    #[tokio::test(flavor = "multi_thread")]
    async fn nobodys_change_is_lost() {
        let records = Records::new(Arc::new(MemoryStore::new()), "test");
        let tasks: Vec<_> = (0..8)
            .map(|_| {
                let records = records.clone();
                tokio::spawn(async move {
                    for _ in 0..50 {
                        let add = |count: &mut Option<u32>| *count = Some(count.unwrap_or(0) + 1);
                        while records.change("count", "g", "i", add).await.is_err() {}
                    }
                })
            })
            .collect();
        for task in tasks {
            task.await.unwrap();
        }
        assert_eq!(records.find::<u32>("count", "g", "i").await.unwrap(), Some(400));
        assert_eq!(records.list::<u32>("count").await.unwrap(), [400]);
        records.change("count", "g", "i", |count: &mut Option<u32>| *count = None).await.unwrap();
        assert_eq!(records.find::<u32>("count", "g", "i").await.unwrap(), None);
    }
}
