#![doc = include_str!("../README.md")]
//!
//! # Modules
//!
//! - what is remembered for a while: [`OneTimeStore`], [`Key`], [`Use`]
//! - what is remembered until somebody changes it: [`Platforms`], [`Tools`], over [`RecordStore`]
//! - both: [`Store`]; in memory: [`MemoryStore`]; what goes wrong: [`StoreError`], [`RecordError`]
//! - for the author of a store: [`lifetime`], [`first_use_lifetime`], [`check_value`], and with the feature
//!   `conformance` the suite `lti_store::conformance`

#[cfg(feature = "conformance")]
pub mod conformance;
mod error;
mod key;
mod ledger;
mod memory;
mod one_time;
mod platforms;
mod record_store;
mod tools;

pub use error::{EngineCode, RecordError, StoreError, Unavailable};
pub use key::Key;
pub use lti_types::Use;
pub use memory::{MemoryLimits, MemoryStore};
pub use one_time::{
    FIRST_USE_MARGIN, MAX_LIFETIME, MAX_VALUE_BYTES, OneTimeStore, StoreFuture, check_value,
    first_use_lifetime, lifetime,
};
pub use platforms::Platforms;
pub use record_store::{RecordKey, RecordStore};
pub use tools::Tools;

/// Both kinds of memory. An `Arc<dyn Store>` is what a server passes around; it also goes where an
/// `Arc<dyn OneTimeStore>` or an `Arc<dyn RecordStore>` is wanted.
///
/// ```
/// use std::sync::Arc;
/// use lti_store::{MemoryStore, OneTimeStore, Platforms, Store};
///
/// let store: Arc<dyn Store> = Arc::new(MemoryStore::new()); // which one, a setting says
/// let platforms = Platforms::new(store.clone(), "campus-1");
/// let pending_launches: Arc<dyn OneTimeStore> = store;
/// # let _ = (platforms, pending_launches);
/// ```
pub trait Store: OneTimeStore + RecordStore {}

impl<S: OneTimeStore + RecordStore + ?Sized> Store for S {}
