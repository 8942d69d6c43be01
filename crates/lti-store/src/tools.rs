//! What a platform keeps about tools (Security Framework 1.0 §6).

use std::fmt;
use std::sync::Arc;

use lti_types::{ClientId, Issuer, RegistrationStatus, ToolRecord};

use crate::ledger::Ledger;
use crate::{RecordError, RecordStore, StoreError};

/// A platform's records about tools, one list for each tenant and issuer of its own: a client id is unique within an
/// issuer (LTI Core 1.3 §3.1.3).
///
/// ```
/// use std::sync::Arc;
/// use lti_store::{MemoryStore, Tools};
/// use lti_types::{ClientId, Issuer, RegistrationStatus, ToolRecord};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let tools = Tools::new(Arc::new(MemoryStore::new()), "campus-1", Issuer::new("https://lms.example")?);
/// let quiz = ClientId::new("quiz")?;
/// let (login, launch) = ("https://tool.example/login".into(), "https://tool.example/launch".into());
/// tools.insert(&ToolRecord::new(quiz.clone(), vec![], login, launch)).await?;
/// tools.set_status(&quiz, RegistrationStatus::Disabled).await?;
/// assert_eq!(tools.find(&quiz).await?.map(|tool| tool.status), Some(RegistrationStatus::Disabled));
/// # Ok(())
/// # }
/// ```
pub struct Tools {
    ledger: Ledger<ToolRecord>,
    issuer: Issuer,
}

impl fmt::Debug for Tools {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tools").field("issuer", &self.issuer).finish_non_exhaustive()
    }
}

impl Tools {
    /// The tools of the platform with that issuer; an `Arc<dyn Store>` will do.
    #[must_use]
    pub fn new(store: Arc<dyn RecordStore>, tenant: &str, issuer: Issuer) -> Self {
        Self { ledger: Ledger::new(store, "tools", tenant), issuer }
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`RecordError::AlreadyRegistered`], or the store's reason.
    pub async fn insert(&self, record: &ToolRecord) -> Result<(), RecordError> {
        self.ledger.insert(&self.issuer, &record.client_id, record).await
    }

    /// The record of a client id.
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Corrupt`.
    pub async fn find(&self, client_id: &ClientId) -> Result<Option<ToolRecord>, StoreError> {
        self.ledger.find(&self.issuer, client_id).await
    }

    /// All records, in the order of client ids.
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Corrupt`.
    pub async fn list(&self) -> Result<Vec<ToolRecord>, StoreError> {
        let mut records = self.ledger.list(Some(&self.issuer)).await?;
        records.sort_by(|a, b| a.client_id.cmp(&b.client_id));
        Ok(records)
    }

    /// Changes a record, and returns it as it is then; `None` if there is none. `change` is called again on the newer
    /// record when somebody else was faster. It may look before it changes; a record left as it was is not written.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn update(
        &self,
        client_id: &ClientId,
        change: impl FnMut(&mut ToolRecord),
    ) -> Result<Option<ToolRecord>, RecordError> {
        let same = |a: &ToolRecord, b: &ToolRecord| a.client_id == b.client_id;
        self.ledger.update(&self.issuer, client_id, change, same).await
    }

    /// Puts a record into use or out of it.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn set_status(
        &self,
        client_id: &ClientId,
        status: RegistrationStatus,
    ) -> Result<Option<ToolRecord>, RecordError> {
        self.update(client_id, |record| record.status = status).await
    }

    /// Removes a record; `false` if there was none.
    ///
    /// # Errors
    /// [`RecordError`]: `Contended`, `Store`.
    pub async fn remove(&self, client_id: &ClientId) -> Result<bool, RecordError> {
        self.ledger.remove(&self.issuer, client_id).await
    }
}
