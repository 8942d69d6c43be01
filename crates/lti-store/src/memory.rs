//! A store in the memory of one process.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::{Mutex, MutexGuard};

use chrono::{DateTime, TimeDelta, Utc};

use crate::{
    Key, OneTimeStore, RecordKey, RecordStore, StoreError, StoreFuture, Unavailable, Use, check_value,
    first_use_lifetime, lifetime,
};

/// How much a [`MemoryStore`] holds.
///
/// [`MemoryStore`] has an example.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct MemoryLimits {
    /// The most values, used keys and records together. 250,000 by default.
    pub entries: usize,
    /// The most bytes in values and records together. 256 MiB by default.
    pub bytes: usize,
}

impl Default for MemoryLimits {
    fn default() -> Self {
        Self { entries: 250_000, bytes: 256 * 1024 * 1024 }
    }
}

/// A store in the memory of one process, for tests and for a server that is alone. It forgets all when the process
/// ends: restart such a server only when nobody can replay what was sent to the one before, or use an engine
/// that outlives it.
///
/// Its size is bounded. What is expired goes whenever something is written; what is not stays, and a write for which
/// there is no room fails with [`StoreError::Full`]. Its only clock is the `now` of its callers; should that be set
/// back, a use that may have been forgotten is [`StoreError::Elapsed`], not first.
///
/// ```
/// use lti_store::{MemoryLimits, MemoryStore};
///
/// let mut limits = MemoryLimits::default();
/// limits.entries = 10_000; // so many people between click and launch
/// let store = MemoryStore::with_limits(limits);
/// assert!(store.is_empty());
/// ```
#[derive(Default)]
pub struct MemoryStore {
    limits: MemoryLimits,
    state: Mutex<State>,
}

/// What an entry that expires is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Value,
    Used,
}

#[derive(Default)]
struct State {
    values: BTreeMap<Key, (DateTime<Utc>, Vec<u8>)>,
    used: BTreeMap<Key, DateTime<Utc>>,
    /// The same entries by the time at which they expire.
    expiries: BTreeSet<(DateTime<Utc>, Kind, Key)>,
    records: BTreeMap<RecordKey, Vec<u8>>,
    /// In values and records.
    bytes: usize,
    /// The latest time that a caller told: records come without one.
    latest: DateTime<Utc>,
    /// Uses that expired up to here may have been forgotten.
    forgotten: DateTime<Utc>,
}

impl MemoryStore {
    /// With the default limits.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With limits of your own.
    #[must_use]
    pub fn with_limits(limits: MemoryLimits) -> Self {
        Self { limits, state: Mutex::default() }
    }

    /// How many values, used keys and records it holds, expired ones that nothing has removed yet included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.lock().map_or(0, |state| state.len())
    }

    /// Whether it holds nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A thread that panicked in the middle of a change left who knows what.
    fn lock(&self) -> Result<MutexGuard<'_, State>, StoreError> {
        self.state.lock().map_err(|_| StoreError::Unavailable(Unavailable::NotConnected))
    }

    /// Whether there is room for `entries` and `bytes` more than are [held](State::held).
    fn room(&self, held: (usize, usize), entries: usize, bytes: usize) -> Result<(), StoreError> {
        let fits = held.0.saturating_add(entries) <= self.limits.entries
            && held.1.saturating_add(bytes) <= self.limits.bytes;
        if fits { Ok(()) } else { Err(StoreError::Full) }
    }

    fn put_now(
        &self,
        key: Key,
        value: Vec<u8>,
        until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        check_value(&value)?;
        lifetime(until, now)?;
        let mut state = self.lock()?;
        state.sweep(now);
        let held = state.held();
        let State { values, expiries, bytes, .. } = &mut *state;
        match values.entry(key) {
            Entry::Vacant(place) => {
                self.room(held, 1, value.len())?;
                *bytes += value.len();
                place.insert((until, value));
            }
            Entry::Occupied(mut place) => {
                let (before, old) = place.get();
                self.room(held, 0, value.len().saturating_sub(old.len()))?;
                expiries.remove(&(*before, Kind::Value, key));
                *bytes = bytes.saturating_sub(old.len()) + value.len();
                place.insert((until, value));
            }
        }
        expiries.insert((until, Kind::Value, key));
        Ok(())
    }

    fn take_now(&self, key: Key, now: DateTime<Utc>) -> Result<Option<Vec<u8>>, StoreError> {
        let mut state = self.lock()?;
        state.latest = state.latest.max(now);
        let taken = state.remove_value(key);
        Ok(taken.and_then(|(until, value)| (until > now).then_some(value)))
    }

    fn first_use_now(&self, key: Key, until: DateTime<Utc>, now: DateTime<Utc>) -> Result<Use, StoreError> {
        let lifetime = first_use_lifetime(until, now)?;
        let lifetime = TimeDelta::from_std(lifetime).map_err(|_| StoreError::LifetimeTooLong)?;
        let until = now.checked_add_signed(lifetime).ok_or(StoreError::LifetimeTooLong)?;
        let mut state = self.lock()?;
        state.sweep(now);
        if state.used.contains_key(&key) {
            return Ok(Use::Repeated);
        }
        if until <= state.forgotten {
            return Err(StoreError::Elapsed);
        }
        self.room(state.held(), 1, 0)?;
        state.expiries.insert((until, Kind::Used, key));
        state.used.insert(key, until);
        Ok(Use::First)
    }

    fn insert_now(&self, key: RecordKey, document: Vec<u8>) -> Result<bool, StoreError> {
        check_value(&document)?;
        let mut state = self.lock()?;
        if state.records.contains_key(&key) {
            return Ok(false);
        }
        state.sweep_by_latest();
        self.room(state.held(), 1, document.len())?;
        state.bytes += document.len();
        state.records.insert(key, document);
        Ok(true)
    }

    fn replace_now(&self, key: RecordKey, old: &[u8], new: Vec<u8>) -> Result<bool, StoreError> {
        check_value(&new)?;
        let mut state = self.lock()?;
        if state.records.get(&key).is_none_or(|found| found != old) {
            return Ok(false);
        }
        state.sweep_by_latest();
        self.room(state.held(), 0, new.len().saturating_sub(old.len()))?;
        state.bytes = state.bytes.saturating_sub(old.len()) + new.len();
        state.records.insert(key, new);
        Ok(true)
    }

    fn remove_now(&self, key: RecordKey, old: &[u8]) -> Result<bool, StoreError> {
        let mut state = self.lock()?;
        if state.records.get(&key).is_none_or(|found| found != old) {
            return Ok(false);
        }
        state.records.remove(&key);
        state.bytes = state.bytes.saturating_sub(old.len());
        Ok(true)
    }
}

impl State {
    fn len(&self) -> usize {
        self.values.len() + self.used.len() + self.records.len()
    }

    /// Entries and bytes.
    fn held(&self) -> (usize, usize) {
        (self.len(), self.bytes)
    }

    fn remove_value(&mut self, key: Key) -> Option<(DateTime<Utc>, Vec<u8>)> {
        let (until, value) = self.values.remove(&key)?;
        self.expiries.remove(&(until, Kind::Value, key));
        self.bytes = self.bytes.saturating_sub(value.len());
        Some((until, value))
    }

    /// Removes what is expired.
    fn sweep(&mut self, now: DateTime<Utc>) {
        self.latest = self.latest.max(now);
        while let Some((until, kind, key)) =
            self.expiries.first().copied().filter(|(until, ..)| *until <= now)
        {
            self.expiries.pop_first();
            match kind {
                Kind::Value => {
                    let swept = self.values.remove(&key);
                    self.bytes = self.bytes.saturating_sub(swept.map_or(0, |(_, value)| value.len()));
                }
                Kind::Used => {
                    self.used.remove(&key);
                    self.forgotten = self.forgotten.max(until);
                }
            }
        }
    }

    /// The same for a caller who tells no time.
    fn sweep_by_latest(&mut self) {
        self.sweep(self.latest);
    }
}

impl OneTimeStore for MemoryStore {
    fn put(&self, key: Key, value: Vec<u8>, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, ()> {
        Box::pin(async move { self.put_now(key, value, until, now) })
    }

    fn take(&self, key: Key, now: DateTime<Utc>) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move { self.take_now(key, now) })
    }

    fn first_use(&self, key: Key, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, Use> {
        Box::pin(async move { self.first_use_now(key, until, now) })
    }
}

impl RecordStore for MemoryStore {
    fn insert(&self, key: RecordKey, document: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move { self.insert_now(key, document) })
    }

    fn find(&self, key: RecordKey) -> StoreFuture<'_, Option<Vec<u8>>> {
        Box::pin(async move { Ok(self.lock()?.records.get(&key).cloned()) })
    }

    fn list(&self, ledger: Key, issuer: Option<Key>) -> StoreFuture<'_, Vec<Vec<u8>>> {
        let wanted = move |key: &RecordKey| key.ledger == ledger && issuer.is_none_or(|it| it == key.issuer);
        let first = RecordKey::new(ledger, issuer.unwrap_or(Key::FIRST), Key::FIRST);
        Box::pin(async move {
            let state = self.lock()?;
            let found = state.records.range(first..).take_while(|(key, _)| wanted(key));
            Ok(found.map(|(_, found)| found.clone()).collect())
        })
    }

    fn replace(&self, key: RecordKey, old: Vec<u8>, new: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move { self.replace_now(key, &old, new) })
    }

    fn remove(&self, key: RecordKey, old: Vec<u8>) -> StoreFuture<'_, bool> {
        Box::pin(async move { self.remove_now(key, &old) })
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MemoryStore").field("limits", &self.limits).finish_non_exhaustive()
    }
}
