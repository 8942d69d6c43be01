//! Documents that stay until somebody changes them.

use std::fmt;

use crate::{Key, StoreFuture};

/// Where a record is: in a ledger, under an issuer, under a client id. Digests, like every [`Key`].
///
/// [`RecordStore`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct RecordKey {
    /// Which list it stands in: the side and the tenant.
    pub ledger: Key,
    /// The issuer.
    pub issuer: Key,
    /// The client id.
    pub client: Key,
}

impl RecordKey {
    /// From its parts.
    #[must_use]
    pub fn new(ledger: Key, issuer: Key, client: Key) -> Self {
        Self { ledger, issuer, client }
    }
}

/// What the author of a store writes so that [`Platforms`](crate::Platforms) and [`Tools`](crate::Tools) work on it:
/// documents of up to [`MAX_VALUE_BYTES`](crate::MAX_VALUE_BYTES), replaced and removed by comparing them whole. Each
/// method is atomic, and returns [`StoreError::Unavailable`](crate::StoreError::Unavailable) in bounded time when the
/// engine is lost.
///
/// ```
/// use lti_store::{Key, MemoryStore, RecordKey, RecordStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), lti_store::StoreError> {
/// let store = MemoryStore::new();
/// let ledger = Key::new("ledger", "campus-1", "platforms");
/// let key = RecordKey::new(ledger, Key::new("issuer", "", "https://lms.example"), Key::new("client", "", "quiz"));
/// assert!(store.insert(key, b"as it was".to_vec()).await?);
/// assert!(!store.insert(key, b"again".to_vec()).await?);
///
/// // Two people change it. The second one hears that it is not what they had read.
/// assert!(store.replace(key, b"as it was".to_vec(), b"as the first wants it".to_vec()).await?);
/// assert!(!store.replace(key, b"as it was".to_vec(), b"as the second wants it".to_vec()).await?);
/// assert_eq!(store.list(ledger, None).await?, [b"as the first wants it"]);
/// # Ok(())
/// # }
/// ```
pub trait RecordStore: fmt::Debug + Send + Sync {
    /// Adds a document; `false` if there is one.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError): `Unavailable`, `Full`, `ValueTooLarge`.
    fn insert(&self, key: RecordKey, document: Vec<u8>) -> StoreFuture<'_, bool>;

    /// The document.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable).
    fn find(&self, key: RecordKey) -> StoreFuture<'_, Option<Vec<u8>>>;

    /// All documents of a ledger, or those of one issuer in it, in any order.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable).
    fn list(&self, ledger: Key, issuer: Option<Key>) -> StoreFuture<'_, Vec<Vec<u8>>>;

    /// Replaces a document if it still is `old`, byte for byte; `false` if it is another, or there is none.
    ///
    /// # Errors
    /// [`StoreError`](crate::StoreError): `Unavailable`, `Full`, `ValueTooLarge`.
    fn replace(&self, key: RecordKey, old: Vec<u8>, new: Vec<u8>) -> StoreFuture<'_, bool>;

    /// Removes a document if it still is `old`, byte for byte; `false` if it is another, or there is none.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`](crate::StoreError::Unavailable).
    fn remove(&self, key: RecordKey, old: Vec<u8>) -> StoreFuture<'_, bool>;
}
