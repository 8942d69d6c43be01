//! Timestamps of scores: for one person and line item each is later than the one before (AGS 2.0 §3.4.4).

use std::collections::BTreeMap;
use std::fmt;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};
use lti_types::{Timestamp, UserId};

use crate::LineItemUrl;

/// The time for a score that follows one of time `last`: now, to the millisecond, or the next millisecond after the
/// last one if clocks went back or both fall together.
///
/// For callers that store the last timestamp of each (line item, person) themselves; [`ScoreClock`] does it in memory.
///
/// ```
/// use chrono::DateTime;
/// use lti_services::timestamp_after;
/// let now = DateTime::from_timestamp_millis(1_714_558_530_123).unwrap();
/// assert_eq!(timestamp_after(None, now).as_str(), "2024-05-01T10:15:30.123Z");
/// assert_eq!(timestamp_after(Some(now), now).as_str(), "2024-05-01T10:15:30.124Z");
/// ```
#[must_use]
pub fn timestamp_after(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Timestamp {
    after(last, now).into()
}

fn after(last: Option<DateTime<Utc>>, now: DateTime<Utc>) -> DateTime<Utc> {
    let now = now.trunc_subsecs(3);
    match last {
        Some(last) if now <= last => {
            last.trunc_subsecs(3).checked_add_signed(TimeDelta::milliseconds(1)).unwrap_or(now)
        }
        _ => now,
    }
}

/// The last timestamp of each (line item, person) of one process. It grows with each of them:
/// [`ScoreClock::forget_before`] makes it small again.
///
/// ```
/// use chrono::DateTime;
/// use lti_services::{LineItemUrl, ScoreClock};
/// use lti_types::UserId;
/// let now = DateTime::from_timestamp_millis(1_714_558_530_123).unwrap();
/// let (item, user) = (LineItemUrl::parse(&"https://lms.example/1".into())?, UserId::new("u-7")?);
/// let mut clock = ScoreClock::new();
/// let (first, second) = (clock.next(&item, &user, now), clock.next(&item, &user, now));
/// assert!(second.to_utc() > first.to_utc());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Default)]
pub struct ScoreClock {
    last: BTreeMap<(String, UserId), DateTime<Utc>>,
}

/// Whose scores it knows of is not shown.
impl fmt::Debug for ScoreClock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScoreClock").field("scores", &self.last.len()).finish()
    }
}

impl ScoreClock {
    /// A clock that knows of no score yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The time for the next score.
    pub fn next(&mut self, line_item: &LineItemUrl, user: &UserId, now: DateTime<Utc>) -> Timestamp {
        let key = (line_item.url().as_str().to_owned(), user.clone());
        let time = after(self.last.get(&key).copied(), now);
        self.last.insert(key, time);
        time.into()
    }

    /// Takes note of a score that was sent: the next one will be later.
    pub fn saw(&mut self, line_item: &LineItemUrl, user: &UserId, time: DateTime<Utc>) {
        let last = self.last.entry((line_item.url().as_str().to_owned(), user.clone())).or_insert(time);
        *last = (*last).max(time);
    }

    /// The time of the last score.
    #[must_use]
    pub fn last(&self, line_item: &LineItemUrl, user: &UserId) -> Option<DateTime<Utc>> {
        self.last.get(&(line_item.url().as_str().to_owned(), user.clone())).copied()
    }

    /// Forgets what is before that time: where the clock does not go back further, nothing is lost.
    pub fn forget_before(&mut self, time: DateTime<Utc>) {
        self.last.retain(|_, last| *last >= time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobodys_id_is_shown() {
        let item = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
        let mut clock = ScoreClock::new();
        let _ = clock.next(&item, &UserId::new("ada-17").unwrap(), DateTime::UNIX_EPOCH);
        assert_eq!(format!("{clock:?}"), "ScoreClock { scores: 1 }");
        let id = crate::AssertionId::from_entropy([7; 32]);
        assert!(!format!("{id:?}").contains(id.as_str()));
    }

    #[test]
    fn always_later_and_always_sub_second() {
        let start = DateTime::from_timestamp(1_700_000_000, 999_999_999).unwrap();
        let item = LineItemUrl::parse(&"https://lms.example/1".into()).unwrap();
        let user = UserId::new("u").unwrap();
        let mut clock = ScoreClock::new();
        clock.saw(&item, &user, start + TimeDelta::seconds(1));
        let mut last = clock.last(&item, &user).unwrap();
        for step in [0, 0, -5000, 1, 2500, 0, -1] {
            let text = clock.next(&item, &user, start + TimeDelta::milliseconds(step));
            let time = text.to_utc().unwrap();
            assert!(time > last, "{text}");
            assert!(text.as_str().contains('.'), "{text}");
            last = time;
        }
        let other = UserId::new("v").unwrap();
        assert_eq!(clock.next(&item, &other, start).as_str(), "2023-11-14T22:13:20.999Z");
        clock.forget_before(last);
        assert_eq!(clock.last(&item, &other), None);
        assert_eq!(clock.last(&item, &user), Some(last));
    }

    #[test]
    fn the_end_of_time_overflows_nothing() {
        let end = DateTime::<Utc>::MAX_UTC;
        assert!(timestamp_after(Some(end), end).as_str().starts_with('+'));
    }
}
