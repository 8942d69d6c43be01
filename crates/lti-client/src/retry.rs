//! When to try again, and how long to wait before (RFC 9110 §10.2.3; AGS 2.0 OpenAPI).

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};
use chrono::{DateTime, Utc};
use lti_services::RetryAfter;

/// How often a request is tried, and how long is waited in between: twice as long each time, with jitter, and never
/// less than the server asks for.
///
/// Repeated is what failed before it was sent, what the server turned away unread (429), and, of what may be done
/// twice, also what broke on the way (500, 502, 503, 504, lost connections). 503 is among these since a proxy answers
/// so too, after the server behind it took the request.
///
/// ```
/// use std::time::Duration;
/// use lti_client::RetryPolicy;
///
/// let mut for_a_page = RetryPolicy::never(); // somebody waits for it
/// for_a_page.longest_retry_after = Duration::ZERO;
/// let mut over_night = RetryPolicy::default();
/// over_night.longest_retry_after = Duration::from_secs(15 * 60);
/// assert_eq!((for_a_page.attempts, over_night.attempts), (1, 5));
/// ```
///
/// It is given to [`ClientBuilder::retry`](crate::ClientBuilder::retry).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct RetryPolicy {
    /// How often at most, the first time included: 5.
    pub attempts: usize,
    /// How often at most where a score's fate is unknown, because an answer was lost: 10. It is worth more, and is not
    /// counted against the host's budget, since only an answer tells whether the score is recorded. A 503 alone is no
    /// such reason: it usually means what it says.
    pub attempts_when_unknown: usize,
    /// The first wait: half a second. It is no longer than the longest.
    pub first_wait: Duration,
    /// The longest wait that is of our own choice: 20 seconds.
    pub longest_wait: Duration,
    /// The longest wait that a server may ask for with `Retry-After`: 60 seconds. Whoever asks for more is not asked
    /// again.
    pub longest_retry_after: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 5,
            attempts_when_unknown: 10,
            first_wait: Duration::from_millis(500),
            longest_wait: Duration::from_secs(20),
            longest_retry_after: Duration::from_secs(60),
        }
    }
}

impl RetryPolicy {
    /// One attempt, and no other.
    #[must_use]
    pub fn never() -> Self {
        Self { attempts: 1, attempts_when_unknown: 1, ..Self::default() }
    }

    pub(crate) fn begin(&self) -> Waits {
        let backoff = ExponentialBuilder::default()
            .with_jitter()
            .with_factor(2.0)
            .with_min_delay(self.first_wait)
            .with_max_delay(self.longest_wait)
            .with_max_times(self.attempts.max(self.attempts_when_unknown).saturating_sub(1))
            .build();
        Waits { backoff, policy: *self, attempts: 1 }
    }
}

/// The waits of one request.
#[derive(Debug)]
pub(crate) struct Waits {
    backoff: ExponentialBackoff,
    policy: RetryPolicy,
    attempts: usize,
}

impl Waits {
    /// How long to wait before the next attempt; `None` if there is none.
    pub(crate) fn next(
        &mut self,
        retry_after: Option<RetryAfter>,
        now: DateTime<Utc>,
        unknown: bool,
    ) -> Option<Duration> {
        let most = if unknown { self.policy.attempts_when_unknown } else { 0 };
        if self.attempts >= self.policy.attempts.max(most) {
            return None;
        }
        let asked = retry_after.map_or(Duration::ZERO, |after| after.delay(now).to_std().unwrap_or_default());
        if asked > self.policy.longest_retry_after {
            return None;
        }
        self.attempts += 1;
        // The jitter comes on top of the longest wait, and the first may be set to more than that.
        Some(self.backoff.next()?.min(self.policy.longest_wait).max(asked))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn waits_grow_and_end() {
        let policy = RetryPolicy { attempts: 4, attempts_when_unknown: 6, ..RetryPolicy::default() };
        let now = DateTime::<Utc>::UNIX_EPOCH;
        for (unknown, count) in [(false, 3), (true, 5)] {
            let mut waits = policy.begin();
            let all: Vec<_> = std::iter::from_fn(|| waits.next(None, now, unknown)).collect();
            assert_eq!(all.len(), count, "{all:?}");
            assert!(all[0] >= policy.first_wait && all[2] > all[0], "{all:?}");
        }
        assert_eq!(RetryPolicy::never().begin().next(None, now, true), None);
    }

    #[test]
    fn no_wait_of_our_own_is_longer_than_the_longest() {
        let now = DateTime::<Utc>::UNIX_EPOCH;
        let impatient =
            RetryPolicy { longest_wait: Duration::from_millis(100), attempts: 20, ..RetryPolicy::default() };
        for policy in [RetryPolicy { attempts: 20, ..RetryPolicy::default() }, impatient] {
            for _ in 0..20 {
                let mut waits = policy.begin();
                let all: Vec<_> = std::iter::from_fn(|| waits.next(None, now, false)).collect();
                assert_eq!(all.len(), 19);
                assert!(all.iter().all(|wait| *wait <= policy.longest_wait), "{all:?}");
            }
        }
        let asked = Some(RetryAfter::Delay(TimeDelta::seconds(30)));
        assert_eq!(impatient.begin().next(asked, now, false), Some(Duration::from_secs(30)));
    }

    #[test]
    fn the_server_is_given_the_time_it_asks_for() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let mut waits = RetryPolicy::default().begin();
        let wait = waits.next(Some(RetryAfter::Delay(TimeDelta::seconds(30))), now, false).unwrap();
        assert!(wait >= Duration::from_secs(30));
        let wait = waits.next(Some(RetryAfter::At(now + TimeDelta::seconds(45))), now, false).unwrap();
        assert!(wait >= Duration::from_secs(45));
        // A time that has passed asks for nothing.
        let wait = waits.next(Some(RetryAfter::At(now - TimeDelta::seconds(45))), now, false).unwrap();
        assert!(wait <= Duration::from_secs(20));
        assert_eq!(waits.next(Some(RetryAfter::Delay(TimeDelta::seconds(61))), now, false), None);
    }
}
