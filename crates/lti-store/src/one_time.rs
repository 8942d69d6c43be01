//! The two primitives against replay (Security Framework 1.0 §5.1.3, §7.3.1; RFC 7523 §3 item 7).

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use lti_types::Use;

use crate::{Key, StoreError};

/// What a store's methods return. Boxed, so that a server can hold an `Arc<dyn Store>` and choose its store when it
/// starts. Nothing happens before it is polled.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

/// The longest value or document that is taken, in bytes.
pub const MAX_VALUE_BYTES: usize = 256 * 1024;

/// The longest time for which something is remembered.
pub const MAX_LIFETIME: TimeDelta = TimeDelta::days(400);

/// For how much longer than asked a first use is remembered. Clocks of several machines differ, and between reading a
/// clock and asking the store time passes: without a margin, something could be believed by one machine after
/// the store had forgotten it.
pub const FIRST_USE_MARGIN: TimeDelta = TimeDelta::seconds(60);

/// What is remembered for a while: *take once* and *first use*. Keys of the two do not meet.
///
/// **Time.** `until` is absolute, and what counts is the difference to `now`, the caller's clock. A store in memory
/// has no other clock. An engine that has one counts that difference by its own, so that machines whose clocks
/// differ agree on what is expired.
///
/// **Dropped futures.** If a future is dropped before it is ready, what was asked was done wholly or not at all, and
/// nobody knows which. A value that was being taken may be gone.
///
/// **Failures.** Every method returns [`StoreError::Unavailable`] in bounded time when the engine is lost. None of
/// them is repeated behind the caller's back, since nobody knows what became of the first attempt.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use lti_store::{Key, MemoryStore, OneTimeStore, StoreError, Use};
///
/// /// Whether nobody sent this assertion before. When the store does not know, it is not taken.
/// async fn is_new(store: &dyn OneTimeStore, jti: &str, until: DateTime<chrono::Utc>, now: DateTime<chrono::Utc>)
///     -> Result<bool, StoreError> {
///     Ok(store.first_use(Key::new("assertion", "campus-1", jti), until, now).await? == Use::First)
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), StoreError> {
/// let store = MemoryStore::new();
/// let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// let until = now + TimeDelta::hours(1);
/// assert!(is_new(&store, "jti-1", until, now).await?);
/// assert!(!is_new(&store, "jti-1", until, now).await?);
/// assert_eq!(is_new(&store, "jti-2", now, now).await, Err(StoreError::Elapsed));
/// # Ok(())
/// # }
/// ```
pub trait OneTimeStore: fmt::Debug + Send + Sync {
    /// Keeps a value until it is taken, at most until `until`. What was there before is replaced.
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Full`, `Elapsed`, `ValueTooLarge`, `LifetimeTooLong`.
    fn put(&self, key: Key, value: Vec<u8>, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, ()>;

    /// Takes a value out: one caller gets it, everybody else `None`, as if it had never been there. An expired value
    /// is not there either.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`].
    fn take(&self, key: Key, now: DateTime<Utc>) -> StoreFuture<'_, Option<Vec<u8>>>;

    /// Notes that something is used, and says whether it was used before. It is remembered at least until `until`,
    /// and for [`FIRST_USE_MARGIN`] longer; after `until` no caller hears `First`, but `Elapsed`.
    ///
    /// # Errors
    /// [`StoreError`]: `Unavailable`, `Full`, `Elapsed`, `LifetimeTooLong`. After an error treat it as repeated.
    fn first_use(&self, key: Key, until: DateTime<Utc>, now: DateTime<Utc>) -> StoreFuture<'_, Use>;
}

/// For how long to keep a value: from `now` until `until`, in whole milliseconds, rounded up. For the author of a
/// store.
///
/// ```
/// use std::time::Duration;
/// use chrono::{DateTime, TimeDelta};
/// use lti_store::{first_use_lifetime, lifetime};
///
/// let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// let until = now + TimeDelta::minutes(10);
/// assert_eq!(lifetime(until, now)?, Duration::from_secs(600));
/// assert_eq!(first_use_lifetime(until, now)?, Duration::from_secs(660)); // with the margin
/// # Ok::<(), lti_store::StoreError>(())
/// ```
///
/// # Errors
/// [`StoreError::Elapsed`], [`StoreError::LifetimeTooLong`].
pub fn lifetime(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<Duration, StoreError> {
    let lifetime = until.signed_duration_since(now);
    if lifetime <= TimeDelta::zero() {
        return Err(StoreError::Elapsed);
    }
    if lifetime > MAX_LIFETIME {
        return Err(StoreError::LifetimeTooLong);
    }
    let exact = lifetime.to_std().map_err(|_| StoreError::Elapsed)?;
    let whole = u64::try_from(exact.as_nanos().div_ceil(1_000_000));
    whole.map(Duration::from_millis).map_err(|_| StoreError::LifetimeTooLong)
}

/// For how long to remember a first use: [`lifetime`] and [`FIRST_USE_MARGIN`]. For the author of a store.
///
/// [`lifetime`] has an example.
///
/// # Errors
/// [`StoreError::Elapsed`], [`StoreError::LifetimeTooLong`].
pub fn first_use_lifetime(until: DateTime<Utc>, now: DateTime<Utc>) -> Result<Duration, StoreError> {
    let margin = FIRST_USE_MARGIN.to_std().unwrap_or_default();
    lifetime(until, now).map(|lifetime| lifetime.saturating_add(margin))
}

/// Whether a value or document is short enough. For the author of a store.
///
/// ```
/// use lti_store::{MAX_VALUE_BYTES, StoreError, check_value};
///
/// assert_eq!(check_value(&vec![0; MAX_VALUE_BYTES + 1]), Err(StoreError::ValueTooLarge));
/// ```
///
/// # Errors
/// [`StoreError::ValueTooLarge`].
pub fn check_value(value: &[u8]) -> Result<(), StoreError> {
    if value.len() > MAX_VALUE_BYTES { Err(StoreError::ValueTooLarge) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use chrono::{DateTime, TimeDelta, Utc};

    use super::{MAX_LIFETIME, first_use_lifetime, lifetime};
    use crate::StoreError;

    #[test]
    fn lifetimes_are_rounded_up_and_bounded() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        for (left, expected) in [
            (TimeDelta::milliseconds(5), Ok(5)),
            (TimeDelta::nanoseconds(1), Ok(1)),
            (TimeDelta::nanoseconds(1_000_001), Ok(2)),
            (TimeDelta::zero(), Err(StoreError::Elapsed)),
            (TimeDelta::milliseconds(-1), Err(StoreError::Elapsed)),
            (MAX_LIFETIME, Ok(400 * 86_400_000)),
            (MAX_LIFETIME + TimeDelta::milliseconds(1), Err(StoreError::LifetimeTooLong)),
        ] {
            assert_eq!(lifetime(now + left, now), expected.map(Duration::from_millis), "{left:?}");
        }
        assert_eq!(lifetime(DateTime::<Utc>::MAX_UTC, now), Err(StoreError::LifetimeTooLong));
        assert_eq!(lifetime(DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC), Err(StoreError::Elapsed));
        assert_eq!(first_use_lifetime(now + TimeDelta::seconds(1), now), Ok(Duration::from_secs(61)));
    }
}
