use std::sync::Arc;

use lti_store::{
    EngineCode, MemoryStore, Platforms, RecordError, RecordKey, RecordStore, Store, StoreError, StoreFuture,
    Unavailable,
};
use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, RegistrationStatus};

#[test]
fn each_has_a_code_a_status_and_a_section() {
    let refused = Unavailable::Refused(EngineCode::new("READONLY"));
    for (error, code, status, says) in [
        (StoreError::Unavailable(Unavailable::NotConnected), "store_unavailable", 503, "no connection"),
        (StoreError::Unavailable(Unavailable::TimedOut), "store_unavailable", 503, "no answer in time"),
        (StoreError::Unavailable(refused), "store_unavailable", 503, "it answered READONLY"),
        (StoreError::Full, "store_full", 503, "full"),
        (StoreError::Elapsed, "lifetime_elapsed", 400, "has passed"),
        (StoreError::ValueTooLarge, "value_too_large", 500, "too large"),
        (StoreError::LifetimeTooLong, "lifetime_too_long", 500, "too long"),
        (StoreError::Corrupt, "store_corrupt", 500, "unreadable"),
    ] {
        let wrapped = RecordError::from(error.clone());
        for (got_code, got_status, spec, text) in [
            (error.code(), error.http_status(), error.spec(), error.to_string()),
            (wrapped.code(), wrapped.http_status(), wrapped.spec(), wrapped.to_string()),
        ] {
            assert_eq!((got_code, got_status), (code, status));
            assert!(!spec.is_empty() && text.contains(says), "{text}");
        }
    }
    for (error, code, status) in [
        (RecordError::AlreadyRegistered, "already_registered", 409),
        (RecordError::Renamed, "registration_renamed", 500),
        (RecordError::Contended, "registration_contended", 503),
    ] {
        assert_eq!((error.code(), error.http_status()), (code, status));
        assert!(!error.spec().is_empty());
    }
}

/// A store whose documents can be tampered with, and whose replacements always come too late.
#[derive(Debug, Default)]
struct Odd {
    inner: MemoryStore,
    document: Option<&'static [u8]>,
}

impl RecordStore for Odd {
    fn insert(&self, key: RecordKey, document: Vec<u8>) -> StoreFuture<'_, bool> {
        self.inner.insert(key, self.document.map_or(document, <[u8]>::to_vec))
    }
    fn find(&self, key: RecordKey) -> StoreFuture<'_, Option<Vec<u8>>> {
        self.inner.find(key)
    }
    fn list(&self, ledger: lti_store::Key, issuer: Option<lti_store::Key>) -> StoreFuture<'_, Vec<Vec<u8>>> {
        self.inner.list(ledger, issuer)
    }
    fn replace(&self, _: RecordKey, _: Vec<u8>, _: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async { Ok(false) })
    }
    fn remove(&self, key: RecordKey, old: Vec<u8>) -> StoreFuture<'_, bool> {
        self.inner.remove(key, old)
    }
}

fn record() -> PlatformRecord {
    PlatformRecord::new(
        Issuer::new("https://lms.example").unwrap(),
        ClientId::new("quiz").unwrap(),
        Deployments::NotYetKnown,
        "https://lms.example/auth".into(),
    )
}

#[tokio::test]
async fn a_document_that_is_no_record_is_corrupt_and_an_endless_race_ends() {
    let record = record();
    let (issuer, client_id) = (&record.issuer, &record.client_id);
    for document in [&b""[..], b"{}", b"\xff", b"[1]"] {
        let platforms = Platforms::new(Arc::new(Odd { document: Some(document), ..Odd::default() }), "");
        platforms.insert(&record).await.unwrap();
        assert_eq!(platforms.find(issuer, client_id).await, Err(StoreError::Corrupt));
        assert_eq!(platforms.list().await, Err(StoreError::Corrupt));
        let updated = platforms.set_status(issuer, client_id, RegistrationStatus::Disabled).await;
        assert_eq!(updated, Err(RecordError::Store(StoreError::Corrupt)));
        // It can be cleared away all the same.
        assert_eq!(platforms.remove(issuer, client_id).await, Ok(true));
    }
    let platforms = Platforms::new(Arc::new(Odd::default()), "");
    platforms.insert(&record).await.unwrap();
    let updated = platforms.set_status(issuer, client_id, RegistrationStatus::Disabled).await;
    assert_eq!(updated, Err(RecordError::Contended));
    // Nothing to change is no race.
    let same = platforms.set_status(issuer, client_id, RegistrationStatus::Active).await.unwrap();
    assert_eq!(same.as_ref(), Some(&record));
}

#[tokio::test]
async fn a_record_may_be_as_large_as_a_value() {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    let platforms = Platforms::new(store, "");
    let mut large = record();
    large.name = Some("n".repeat(lti_store::MAX_VALUE_BYTES));
    assert_eq!(platforms.insert(&large).await, Err(RecordError::Store(StoreError::ValueTooLarge)));
    assert_eq!(platforms.list().await.unwrap(), []);
}
