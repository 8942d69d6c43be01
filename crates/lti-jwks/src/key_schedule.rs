//! When each key of a ring is published, signs, and is taken back (OpenID Connect Core §10.1.1): publish, wait for
//! caches, sign, wait for tokens, remove.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::rotation_plan::RotationPlan;
use crate::{KeyId, ScheduleError};

/// The longest wait that is accepted: beyond a year somebody confused units.
const MAX_WAIT: TimeDelta = TimeDelta::days(366);
/// Retired names that are remembered, so that they are not used again.
const MAX_KEYS: usize = 1000;

/// How long to wait between the steps of a rotation.
///
/// ```
/// use chrono::TimeDelta;
/// use lti_jwks::RotationRule;
///
/// let mut rule = RotationRule::default();
/// assert_eq!(rule.cache_lifetime, TimeDelta::hours(24));
/// rule.token_lifetime = TimeDelta::minutes(10);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "RuleOnWire", try_from = "RuleOnWire")]
#[non_exhaustive]
pub struct RotationRule {
    /// How long peers may keep a key set they have fetched. 24 hours unless set: what peers do whatever our
    /// `Cache-Control` says.
    pub cache_lifetime: TimeDelta,
    /// How long the longest-lived token is valid that a key of the ring signs. One hour unless set, which is what
    /// access tokens and client assertions have at most.
    pub token_lifetime: TimeDelta,
    /// Added to both, for clocks that differ and servers that hear of a rotation late. 10 minutes unless set.
    pub margin: TimeDelta,
}

impl Default for RotationRule {
    fn default() -> Self {
        Self {
            cache_lifetime: TimeDelta::hours(24),
            token_lifetime: TimeDelta::hours(1),
            margin: TimeDelta::minutes(10),
        }
    }
}

impl RotationRule {
    /// From a key's publication until it signs.
    #[must_use]
    pub fn before_signing(&self) -> TimeDelta {
        self.cache_lifetime.checked_add(&self.margin).unwrap_or(TimeDelta::MAX)
    }

    /// From a key's last signature until it is removed.
    #[must_use]
    pub fn before_removal(&self) -> TimeDelta {
        self.token_lifetime.checked_add(&self.margin).unwrap_or(TimeDelta::MAX)
    }

    fn check(self) -> Result<Self, ScheduleError> {
        let acceptable = TimeDelta::zero()..=MAX_WAIT;
        let waits = [self.cache_lifetime, self.token_lifetime, self.margin];
        if waits.iter().all(|wait| acceptable.contains(wait)) {
            Ok(self)
        } else {
            Err(ScheduleError::RuleUnacceptable)
        }
    }
}

/// One key's times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ScheduledKey {
    /// The key's name.
    #[serde(rename = "kid")]
    pub key_id: KeyId,
    /// From when on it is in the published key set.
    pub published_from: DateTime<Utc>,
    /// From when on it signs, until the next key does.
    pub signs_from: DateTime<Utc>,
    /// From when on it no longer signs; `None` as long as no next key is scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signs_until: Option<DateTime<Utc>>,
    /// From when on it is in the key set no more; `None` as long as no next key is scheduled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_until: Option<DateTime<Utc>>,
}

impl ScheduledKey {
    /// Whether it is in the key set now.
    #[must_use]
    pub fn is_published(&self, now: DateTime<Utc>) -> bool {
        self.published_from <= now && !self.is_retired(now)
    }

    /// Whether it signs now.
    #[must_use]
    pub fn is_signing(&self, now: DateTime<Utc>) -> bool {
        self.signs_from <= now && self.signs_until.is_none_or(|until| now < until)
    }

    /// Whether its time is over, so that its private half can be destroyed.
    #[must_use]
    pub fn is_retired(&self, now: DateTime<Utc>) -> bool {
        self.published_until.is_some_and(|until| until <= now)
    }
}

/// The times of all keys of a ring, those that are retired among them. It has nothing secret: it can be stored,
/// shown and mailed about.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use lti_jwks::{KeyId, KeySchedule, RotationRule};
///
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let mut schedule = KeySchedule::new(RotationRule::default(), KeyId::new("2023-11")?, now)?;
/// let later = now + TimeDelta::days(90);
/// schedule.rotate(KeyId::new("2024-02")?, later)?;
///
/// assert_eq!(schedule.signing(later).unwrap().as_str(), "2023-11"); // caches do not have the new one yet
/// assert_eq!(schedule.published(later).count(), 2);
/// let next_week = later + TimeDelta::days(7);
/// assert_eq!(schedule.signing(next_week).unwrap().as_str(), "2024-02");
/// assert_eq!(schedule.published(next_week).count(), 1);
/// assert_eq!(
///     schedule.plan(later).to_string(),
///     "2024-02-12T22:13:20Z  now           publish 2024-02
/// 2024-02-13T22:23:20Z  in 24 h 10 m  sign with 2024-02 instead of 2023-11
/// 2024-02-13T23:33:20Z  in 25 h 20 m  remove 2023-11 from the key set, destroy it
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ScheduleOnWire")]
pub struct KeySchedule {
    rule: RotationRule,
    /// In the order in which they sign.
    keys: Vec<ScheduledKey>,
}

impl KeySchedule {
    /// A ring's first key, which is published and signs at once: nobody can have cached a set without it.
    ///
    /// # Errors
    /// [`ScheduleError::RuleUnacceptable`].
    pub fn new(rule: RotationRule, first: KeyId, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        Ok(Self { rule: rule.check()?, keys: vec![at_once(first, now)] })
    }

    /// Schedules the next key: published now, signing when every cache must have it, and the key before it removed
    /// when the last token it signed has expired.
    ///
    /// # Errors
    /// [`ScheduleError::KeyIdUsed`]; [`ScheduleError::RotationUnderWay`] until the last rotation's key signs;
    /// [`ScheduleError::TimeUnrepresentable`].
    pub fn rotate(&mut self, next: KeyId, now: DateTime<Utc>) -> Result<(), ScheduleError> {
        self.check_new(&next)?;
        let current = self.keys.last_mut().ok_or(ScheduleError::NotInOrder)?;
        if now < current.signs_from {
            return Err(ScheduleError::RotationUnderWay { signs_from: current.signs_from });
        }
        let add = |time: DateTime<Utc>, wait| {
            time.checked_add_signed(wait).ok_or(ScheduleError::TimeUnrepresentable)
        };
        let signs_from = add(now, self.rule.before_signing())?;
        let removed = add(signs_from, self.rule.before_removal())?;
        current.signs_until = Some(signs_from);
        current.published_until = Some(removed);
        self.keys.push(ScheduledKey {
            key_id: next,
            published_from: now,
            signs_from,
            signs_until: None,
            published_until: None,
        });
        self.forget();
        Ok(())
    }

    /// For a ring whose keys have fallen into wrong hands: withdraws all of them now, and signs with the new key
    /// at once.
    ///
    /// Peers that fetch again for an unknown `kid` follow within minutes. Those that do not refuse what is signed
    /// until their cache expires, and until then believe whoever has the old keys: tell them.
    ///
    /// # Errors
    /// [`ScheduleError::KeyIdUsed`].
    pub fn replace_compromised(&mut self, next: KeyId, now: DateTime<Utc>) -> Result<(), ScheduleError> {
        self.check_new(&next)?;
        // A key that was to sign later never does; its name is remembered all the same.
        for key in &mut self.keys {
            key.published_from = key.published_from.min(now);
            key.signs_from = key.signs_from.min(now);
            key.signs_until = Some(key.signs_until.map_or(now, |until| until.min(now)));
            key.published_until = Some(key.published_until.map_or(now, |until| until.min(now)));
        }
        self.keys.push(at_once(next, now));
        self.forget();
        Ok(())
    }

    fn check_new(&self, next: &KeyId) -> Result<(), ScheduleError> {
        if self.keys.iter().any(|key| key.key_id == *next) {
            return Err(ScheduleError::KeyIdUsed);
        }
        Ok(())
    }

    fn forget(&mut self) {
        let surplus = self.keys.len().saturating_sub(MAX_KEYS);
        self.keys.drain(..surplus);
    }

    /// The waits.
    #[must_use]
    pub fn rule(&self) -> RotationRule {
        self.rule
    }

    /// Changes the waits, for rotations from now on. What is scheduled already remains.
    ///
    /// # Errors
    /// [`ScheduleError::RuleUnacceptable`].
    pub fn set_rule(&mut self, rule: RotationRule) -> Result<(), ScheduleError> {
        self.rule = rule.check()?;
        Ok(())
    }

    /// All keys in the order in which they sign, with those that are retired.
    #[must_use]
    pub fn keys(&self) -> &[ScheduledKey] {
        &self.keys
    }

    /// The key that signs now. `None` only before the ring's first time: a clock that is wrong.
    #[must_use]
    pub fn signing(&self, now: DateTime<Utc>) -> Option<&KeyId> {
        self.keys.iter().rev().find(|key| key.is_signing(now)).map(|key| &key.key_id)
    }

    /// The keys that are in the key set now; the one that signs first, for peers that look no further.
    pub fn published(&self, now: DateTime<Utc>) -> impl Iterator<Item = &KeyId> {
        let of = move |signing: bool| {
            let keys = self.keys.iter().filter(move |key| key.is_published(now));
            keys.filter(move |key| key.is_signing(now) == signing).map(|key| &key.key_id)
        };
        of(true).chain(of(false))
    }

    /// Whether the key of this name is retired, or not of this ring.
    #[must_use]
    pub fn is_over(&self, key_id: &KeyId, now: DateTime<Utc>) -> bool {
        self.keys.iter().find(|key| key.key_id == *key_id).is_none_or(|key| key.is_retired(now))
    }

    /// When something changes next: the time to serve another key set, sign with another key, or destroy one.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let times =
            |key: &ScheduledKey| [Some(key.published_from), Some(key.signs_from), key.published_until];
        self.keys.iter().flat_map(times).flatten().filter(|time| *time > now).min()
    }

    /// What happens now and later, as a timeline to print.
    #[must_use]
    pub fn plan(&self, now: DateTime<Utc>) -> RotationPlan {
        RotationPlan::of(self, now)
    }
}

fn at_once(key_id: KeyId, now: DateTime<Utc>) -> ScheduledKey {
    ScheduledKey { key_id, published_from: now, signs_from: now, signs_until: None, published_until: None }
}

#[derive(Serialize, Deserialize)]
struct RuleOnWire {
    cache_lifetime_seconds: i64,
    token_lifetime_seconds: i64,
    margin_seconds: i64,
}

impl From<RotationRule> for RuleOnWire {
    fn from(rule: RotationRule) -> Self {
        Self {
            cache_lifetime_seconds: rule.cache_lifetime.num_seconds(),
            token_lifetime_seconds: rule.token_lifetime.num_seconds(),
            margin_seconds: rule.margin.num_seconds(),
        }
    }
}

impl TryFrom<RuleOnWire> for RotationRule {
    type Error = ScheduleError;
    fn try_from(wire: RuleOnWire) -> Result<Self, ScheduleError> {
        let seconds = |seconds| TimeDelta::try_seconds(seconds).ok_or(ScheduleError::RuleUnacceptable);
        let rule = Self {
            cache_lifetime: seconds(wire.cache_lifetime_seconds)?,
            token_lifetime: seconds(wire.token_lifetime_seconds)?,
            margin: seconds(wire.margin_seconds)?,
        };
        rule.check()
    }
}

#[derive(Deserialize)]
struct ScheduleOnWire {
    rule: RotationRule,
    keys: Vec<ScheduledKey>,
}

impl TryFrom<ScheduleOnWire> for KeySchedule {
    type Error = ScheduleError;

    /// A schedule that was edited by hand must still leave no gap, and publish before use.
    fn try_from(ScheduleOnWire { rule, keys }: ScheduleOnWire) -> Result<Self, ScheduleError> {
        for (index, key) in keys.iter().enumerate() {
            let next = keys.get(index + 1);
            let signs_until = next.map(|next| next.signs_from);
            let ordered = key.published_from <= key.signs_from
                && key.signs_until == signs_until
                && key.signs_until.is_none_or(|until| key.signs_from <= until)
                && match (key.signs_until, key.published_until) {
                    (None, None) => true,
                    (Some(signs), Some(published)) => signs <= published,
                    _ => false,
                };
            if !ordered {
                return Err(ScheduleError::NotInOrder);
            }
            if keys.iter().skip(index + 1).any(|other| other.key_id == key.key_id) {
                return Err(ScheduleError::KeyIdUsed);
            }
        }
        if keys.is_empty() || keys.len() > MAX_KEYS {
            return Err(ScheduleError::NotInOrder);
        }
        Ok(Self { rule, keys })
    }
}

#[cfg(test)]
mod tests;
