//! What a tool keeps about platforms (Security Framework 1.0 §6).

use std::fmt;
use std::sync::Arc;

use lti_types::{ClientId, DeploymentId, Deployments, Issuer, PlatformRecord, RegistrationStatus};

use crate::ledger::Ledger;
use crate::{RecordError, RecordStore, StoreError};

/// A tool's records about platforms, one list for each tenant.
///
/// ```
/// use std::sync::Arc;
/// use lti_store::{MemoryStore, Platforms, Store};
/// use lti_types::{ClientId, DeploymentId, Deployments, Issuer, PlatformRecord};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
/// let platforms = Platforms::new(store, "campus-1");
/// let (issuer, client_id) = (Issuer::new("https://lms.example")?, ClientId::new("quiz")?);
/// let address = "https://lms.example/auth".into();
/// let record = PlatformRecord::new(issuer.clone(), client_id.clone(), Deployments::NotYetKnown, address);
/// platforms.insert(&record).await?;
///
/// // The first deployment that a valid launch brought: one of many that arrive at once is admitted.
/// let record = platforms.admit_deployment(&issuer, &client_id, &DeploymentId::new("7")?).await?;
/// assert!(record.is_some_and(|record| record.deployment_ids.contains(&DeploymentId::new("7").unwrap())));
/// # Ok(())
/// # }
/// ```
pub struct Platforms(Ledger<PlatformRecord>);

impl fmt::Debug for Platforms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Platforms").finish_non_exhaustive()
    }
}

impl Platforms {
    /// The tenant's list in that store; an `Arc<dyn Store>` will do.
    #[must_use]
    pub fn new(store: Arc<dyn RecordStore>, tenant: &str) -> Self {
        Self(Ledger::new(store, "platforms", tenant))
    }

    /// Adds a record.
    ///
    /// # Errors
    /// [`RecordError::AlreadyRegistered`], or the store's reason.
    pub async fn insert(&self, record: &PlatformRecord) -> Result<(), RecordError> {
        self.0.insert(&record.issuer, &record.client_id, record).await
    }

    /// The record of an issuer and a client id.
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Corrupt`.
    pub async fn find(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
    ) -> Result<Option<PlatformRecord>, StoreError> {
        self.0.find(issuer, client_id).await
    }

    /// All records of an issuer, in the order of client ids: for logins that name no client id
    /// (Security Framework 1.0 §5.1.1.1).
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Corrupt`.
    pub async fn of_issuer(&self, issuer: &Issuer) -> Result<Vec<PlatformRecord>, StoreError> {
        self.0.list(Some(issuer)).await.map(sorted)
    }

    /// All records, in the order of issuers and client ids.
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Corrupt`.
    pub async fn list(&self) -> Result<Vec<PlatformRecord>, StoreError> {
        self.0.list(None).await.map(sorted)
    }

    /// Changes a record, and returns it as it is then; `None` if there is none. `change` is called again on the newer
    /// record when somebody else was faster. It may look before it changes; a record left as it was is not written.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn update(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
        change: impl FnMut(&mut PlatformRecord),
    ) -> Result<Option<PlatformRecord>, RecordError> {
        let same =
            |a: &PlatformRecord, b: &PlatformRecord| a.issuer == b.issuer && a.client_id == b.client_id;
        self.0.update(issuer, client_id, change, same).await
    }

    /// Puts a record into use or out of it.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn set_status(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
        status: RegistrationStatus,
    ) -> Result<Option<PlatformRecord>, RecordError> {
        self.update(issuer, client_id, |record| record.status = status).await
    }

    /// Makes a deployment the known one of a record that waits for its first ([`Deployments::NotYetKnown`]), and
    /// returns the record. Of several at once, one is admitted: whether it was this one, the record says.
    ///
    /// # Errors
    /// [`RecordError`].
    pub async fn admit_deployment(
        &self,
        issuer: &Issuer,
        client_id: &ClientId,
        deployment: &DeploymentId,
    ) -> Result<Option<PlatformRecord>, RecordError> {
        self.update(issuer, client_id, |record| {
            if record.deployment_ids == Deployments::NotYetKnown {
                record.deployment_ids = Deployments::Known(vec![deployment.clone()]);
            }
        })
        .await
    }

    /// Removes a record; `false` if there was none.
    ///
    /// # Errors
    /// [`RecordError`]: `Contended`, `Store`.
    pub async fn remove(&self, issuer: &Issuer, client_id: &ClientId) -> Result<bool, RecordError> {
        self.0.remove(issuer, client_id).await
    }
}

fn sorted(mut records: Vec<PlatformRecord>) -> Vec<PlatformRecord> {
    records.sort_by(|a, b| (&a.issuer, &a.client_id).cmp(&(&b.issuer, &b.client_id)));
    records
}
