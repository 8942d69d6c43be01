//! When to use a key set that was fetched, and when to fetch it again (RFC 7517 §5, RFC 9111 §5.2).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::{KeyId, VerifyingKeys};

/// However soon the server says a key set is stale, it is used this long.
const MIN_FRESH: TimeDelta = TimeDelta::minutes(5);
/// However long the server says a key set is fresh, it is fetched again after this.
const MAX_FRESH: TimeDelta = TimeDelta::hours(24);
/// For servers that say nothing.
const DEFAULT_FRESH: TimeDelta = TimeDelta::hours(1);
/// How long a stale key set is still used while fetching fails.
const GRACE: TimeDelta = TimeDelta::hours(24);
/// Unknown names cause at most one fetch in this time, however many there are.
const FETCH_INTERVAL: TimeDelta = TimeDelta::seconds(30);
/// The same unknown name causes no second fetch in this time.
const UNKNOWN_FOR: TimeDelta = TimeDelta::minutes(5);
/// How many unknown names are remembered.
const MAX_UNKNOWN: usize = 64;
/// After a failure; doubled after each further one.
const FIRST_RETRY: TimeDelta = TimeDelta::seconds(10);
const LAST_RETRY: TimeDelta = TimeDelta::minutes(10);
/// A clock that was set back by more than this makes what we know of times worthless.
const CLOCK_SET_BACK: TimeDelta = TimeDelta::minutes(5);

/// What is known of the key set at one URL: a value without clock or socket, to be kept in a map by URL.
///
/// Each token asks [`KeySetCache::lookup`]; whoever is told to fetch does so and reports with
/// [`KeySetCache::store`] or [`KeySetCache::fetch_failed`], then looks up again. Keep a URL's cache behind a lock
/// that is held, or a flight that is shared, for as long as one fetch takes, and look up again once it is had:
/// that makes many simultaneous launches one fetch.
///
/// The limits: a key set is fresh for at least 5 minutes and at most 24 hours; an unknown `kid` leads to a fetch,
/// but all of them together to at most one in 30 seconds, and the same one to at most one in 5 minutes; after
/// failures the next attempt waits 10 seconds, then twice as long each time, up to 10 minutes; and while fetching
/// fails, or is under way ([`KeySetCache::stale`]), stale keys are used for up to 24 hours.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use lti_jwks::{FetchReason, JwkSet, KeyId, KeySetCache, Lookup, RsaSize, SigningKey, VerifyingKeys, freshness};
///
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
/// let body = serde_json::to_vec(&JwkSet::new([key.public_jwk()]))?;
///
/// let mut cache = KeySetCache::new();
/// let wanted = Some(key.key_id());
/// assert!(matches!(cache.lookup(wanted, now), Lookup::Fetch(FetchReason::Empty)));
///
/// // The response to a GET, and its Cache-Control.
/// let keys = VerifyingKeys::from_jwk_set(&JwkSet::parse(&body)?);
/// cache.store(keys, wanted, freshness(Some("public, max-age=3600"), now), now);
/// assert!(matches!(cache.lookup(wanted, now), Lookup::Use(_)));
///
/// // A name that a fetch just now did not bring is unknown, and not fetched for again.
/// let other = KeyId::new("other")?;
/// assert!(matches!(cache.lookup(Some(&other), now), Lookup::Unknown));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default)]
pub struct KeySetCache {
    stored: Option<Stored>,
    failures: Option<Failures>,
    /// Names that a fetch did not bring, and when it did not.
    unknown: BTreeMap<KeyId, DateTime<Utc>>,
}

#[derive(Debug, Clone)]
struct Stored {
    keys: VerifyingKeys,
    at: DateTime<Utc>,
    fresh_until: DateTime<Utc>,
}

#[derive(Debug, Clone, Copy)]
struct Failures {
    last: DateTime<Utc>,
    /// In a row; never zero.
    count: u32,
}

/// What to do about keys for a token.
#[derive(Debug)]
#[non_exhaustive]
pub enum Lookup<'a> {
    /// Verify with these.
    Use(&'a VerifyingKeys),
    /// Fetch the key set, report the outcome, and look up again.
    Fetch(FetchReason),
    /// The key set was fetched and does not have this key: refuse the token.
    Unknown,
    /// The key set could not be fetched, and it is too soon to try again: the token can be neither believed nor
    /// refused.
    #[non_exhaustive]
    Unavailable {
        /// When a fetch may be tried again.
        retry_at: DateTime<Utc>,
    },
}

/// Why a key set is to be fetched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FetchReason {
    /// It never was.
    Empty,
    /// It is no longer fresh.
    Stale,
    /// It does not have this key; a newer one may.
    UnknownKey,
}

impl KeySetCache {
    /// A cache that holds nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// What to do for a token of this `kid` ([`UnverifiedJwt::key_id`](crate::UnverifiedJwt::key_id)) at this
    /// time. Changes nothing.
    #[must_use]
    pub fn lookup(&self, key_id: Option<&KeyId>, now: DateTime<Utc>) -> Lookup<'_> {
        let retry_at = self.failures.and_then(|failures| failures.retry_at(now));
        let Some(stored) = &self.stored else {
            return match retry_at {
                Some(retry_at) => Lookup::Unavailable { retry_at },
                None => Lookup::Fetch(FetchReason::Empty),
            };
        };
        if !stored.is_fresh(now) {
            return match retry_at {
                None => Lookup::Fetch(FetchReason::Stale),
                Some(retry_at) => match self.stale(key_id, now) {
                    Some(keys) => Lookup::Use(keys),
                    None => Lookup::Unavailable { retry_at },
                },
            };
        }
        match key_id {
            None => Lookup::Use(&stored.keys),
            Some(id) if stored.keys.knows(id) => Lookup::Use(&stored.keys),
            Some(id) => {
                let asked_before = self.unknown.get(id).is_some_and(|at| is_within(*at, UNKNOWN_FOR, now));
                let too_soon = asked_before || is_within(stored.at, FETCH_INTERVAL, now);
                match retry_at {
                    // Whether the one key without a name will do, the rules say.
                    _ if too_soon && stored.keys.may_verify(id) => Lookup::Use(&stored.keys),
                    _ if too_soon => Lookup::Unknown,
                    Some(retry_at) => Lookup::Unavailable { retry_at },
                    None => Lookup::Fetch(FetchReason::UnknownKey),
                }
            }
        }
    }

    /// The keys from before, for a token of this `kid`, if they are no longer fresh and may still be used: to go on
    /// with while a fetch is under way. `None` if they do not know the `kid`, or are too old.
    #[must_use]
    pub fn stale(&self, key_id: Option<&KeyId>, now: DateTime<Utc>) -> Option<&VerifyingKeys> {
        let stored = self.stored.as_ref()?;
        let serves = !stored.is_fresh(now)
            && stored.is_usable(now)
            // The fetch may bring this one: what has it by name alone serves meanwhile.
            && key_id.is_none_or(|key_id| stored.keys.knows(key_id));
        serves.then_some(&stored.keys)
    }

    /// A fetch brought these keys. `wanted` is the `kid` it was made for; `fresh_until` comes from [`freshness`]
    /// and is held within 5 minutes and 24 hours from `now` here too.
    pub fn store(
        &mut self,
        keys: VerifyingKeys,
        wanted: Option<&KeyId>,
        fresh_until: DateTime<Utc>,
        now: DateTime<Utc>,
    ) {
        self.unknown.retain(|key_id, at| !keys.knows(key_id) && is_within(*at, UNKNOWN_FOR, now));
        if let Some(wanted) = wanted.filter(|wanted| !keys.knows(wanted)) {
            self.unknown.insert(wanted.clone(), now);
            while self.unknown.len() > MAX_UNKNOWN {
                let oldest = self.unknown.iter().min_by_key(|(_, at)| **at).map(|(key_id, _)| key_id.clone());
                match oldest {
                    Some(oldest) => self.unknown.remove(&oldest),
                    None => break,
                };
            }
        }
        let fresh_until = fresh_until.clamp(later(now, MIN_FRESH), later(now, MAX_FRESH));
        self.stored = Some(Stored { keys, at: now, fresh_until });
        self.failures = None;
    }

    /// A fetch failed: no answer, an error status, or no key set. What is stored remains in use for a while.
    pub fn fetch_failed(&mut self, now: DateTime<Utc>) {
        let count = self.failures.map_or(0, |failures| failures.count).saturating_add(1);
        self.failures = Some(Failures { last: now, count });
    }
}

impl Stored {
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        now < self.fresh_until && !was_set_back(self.at, now)
    }

    fn is_usable(&self, now: DateTime<Utc>) -> bool {
        now < later(self.fresh_until, GRACE) && !was_set_back(self.at, now)
    }
}

impl Failures {
    /// When the next attempt may be made; `None` when it may be made now.
    fn retry_at(self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        // Seven doublings pass the maximum.
        let doublings = self.count.saturating_sub(1).min(7);
        let wait = (FIRST_RETRY * (1 << doublings)).min(LAST_RETRY);
        is_within(self.last, wait, now).then(|| later(self.last, wait))
    }
}

/// Until when a key set is fresh that was received `now` with this `Cache-Control` (RFC 9111 §5.2.2).
///
/// `max-age` within 5 minutes and 24 hours; 5 minutes for `no-store`, `no-cache` and a `max-age` that cannot be
/// read; one hour for a header that says nothing of it, or none.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use lti_jwks::freshness;
///
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// assert_eq!(freshness(Some("public, Max-Age=\"7200\""), now), now + TimeDelta::hours(2));
/// assert_eq!(freshness(Some("max-age=1"), now), now + TimeDelta::minutes(5));
/// assert_eq!(freshness(None, now), now + TimeDelta::hours(1));
/// ```
#[must_use]
pub fn freshness(cache_control: Option<&str>, now: DateTime<Utc>) -> DateTime<Utc> {
    let mut fresh_for = DEFAULT_FRESH;
    for directive in cache_control.unwrap_or_default().split([',', ';']) {
        let (name, value) = directive.split_once('=').unwrap_or((directive, ""));
        let (name, value) = (name.trim(), value.trim().trim_matches('"').trim());
        if name.eq_ignore_ascii_case("no-store") || name.eq_ignore_ascii_case("no-cache") {
            return later(now, MIN_FRESH);
        }
        if name.eq_ignore_ascii_case("max-age") {
            fresh_for = seconds_in(value).clamp(MIN_FRESH, MAX_FRESH);
        }
    }
    later(now, fresh_for)
}

/// Digits as seconds; a number too great for us is as good as the greatest (RFC 9111 §1.2.2), anything else zero.
fn seconds_in(digits: &str) -> TimeDelta {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return TimeDelta::zero();
    }
    digits.parse().ok().and_then(TimeDelta::try_seconds).unwrap_or(TimeDelta::MAX)
}

fn later(time: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    time.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// Whether `now` is less than `span` after `since`. A clock that was set back ends every waiting.
fn is_within(since: DateTime<Utc>, span: TimeDelta, now: DateTime<Utc>) -> bool {
    now < later(since, span) && !was_set_back(since, now)
}

fn was_set_back(since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    later(now, CLOCK_SET_BACK) < since
}

#[cfg(test)]
mod tests;
