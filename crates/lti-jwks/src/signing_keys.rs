//! A ring of private keys with the times at which they are published and sign (OpenID Connect Core §10.1.1).

use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Utc};

use crate::{JwkSet, KeyId, KeySchedule, RotationRule, ScheduleError, SigningKey, VerifyingKeys};

/// The keys that one side signs with over the years, one at a time.
///
/// A new key is published long before it signs, so that no peer meets a token whose key its cache does not have;
/// the old one stays published until the last token it signed has expired. Everything is a function of `now`: no
/// timer has to fire, and all servers that hold the same ring agree at every instant.
///
/// Store the [schedule](SigningKeys::schedule), which is not secret, and the keys
/// ([`SigningKey::to_private_jwk`], which keeps name and algorithm) where secrets are.
///
/// ```
/// use chrono::{DateTime, TimeDelta};
/// use lti_jwks::{Curve, RotationRule, SigningKey, SigningKeys};
///
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let first = SigningKey::generate_ec(Curve::P256)?; // or RSA, see there
/// let mut ring = SigningKeys::new(RotationRule::default(), first, now)?;
/// let signing = |ring: &SigningKeys, now| ring.signing_key(now).unwrap().key_id().clone();
/// let old = signing(&ring, now);
///
/// // Every now and then:
/// let next = SigningKey::generate_ec(Curve::P256)?;
/// let new = next.key_id().clone();
/// ring.rotate(next, now)?;
/// println!("{}", ring.schedule().plan(now));
///
/// assert_eq!(signing(&ring, now), old);
/// assert_eq!(ring.public_jwk_set(now).keys.len(), 2);
/// let later = now + TimeDelta::days(2);
/// assert_eq!(signing(&ring, later), new);
/// assert_eq!(ring.destroy_retired(later), [old]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SigningKeys {
    schedule: KeySchedule,
    keys: Vec<Arc<SigningKey>>,
}

impl SigningKeys {
    /// A ring of one key, which is published and signs at once.
    ///
    /// # Errors
    /// [`ScheduleError::RuleUnacceptable`].
    pub fn new(rule: RotationRule, first: SigningKey, now: DateTime<Utc>) -> Result<Self, ScheduleError> {
        let schedule = KeySchedule::new(rule, first.key_id().clone(), now)?;
        Ok(Self { schedule, keys: vec![Arc::new(first)] })
    }

    /// A ring as it was stored. Keys that are retired need not be given.
    ///
    /// # Errors
    /// [`ScheduleError::KeyMissing`], [`ScheduleError::KeyNotScheduled`] or [`ScheduleError::KeyGivenTwice`].
    pub fn from_parts(
        schedule: KeySchedule,
        keys: impl IntoIterator<Item = SigningKey>,
        now: DateTime<Utc>,
    ) -> Result<Self, ScheduleError> {
        let mut given: Vec<Arc<SigningKey>> = Vec::new();
        for key in keys {
            if !schedule.keys().iter().any(|scheduled| scheduled.key_id == *key.key_id()) {
                return Err(ScheduleError::KeyNotScheduled(key.key_id().clone()));
            }
            if given.iter().any(|other| other.key_id() == key.key_id()) {
                return Err(ScheduleError::KeyGivenTwice(key.key_id().clone()));
            }
            given.push(Arc::new(key));
        }
        let is_given = |key_id: &KeyId| given.iter().any(|key| key.key_id() == key_id);
        if let Some(missing) =
            schedule.keys().iter().find(|key| !key.is_retired(now) && !is_given(&key.key_id))
        {
            return Err(ScheduleError::KeyMissing(missing.key_id.clone()));
        }
        Ok(Self { schedule, keys: given })
    }

    /// The key that signs now. `None` only when the clock stands before the ring's first time. It is shared: whoever
    /// signs for long keeps a clone of the [`Arc`].
    #[must_use]
    pub fn signing_key(&self, now: DateTime<Utc>) -> Option<&Arc<SigningKey>> {
        self.find(self.schedule.signing(now)?)
    }

    /// The key set to serve now, the key that signs first.
    #[must_use]
    pub fn public_jwk_set(&self, now: DateTime<Utc>) -> JwkSet {
        JwkSet::new(self.published(now).map(|key| key.public_jwk()))
    }

    /// The same for verifying what the ring itself signed, such as access tokens.
    #[must_use]
    pub fn verifying_keys(&self, now: DateTime<Utc>) -> VerifyingKeys {
        VerifyingKeys::of(self.published(now).map(|key| key.verifying_key().clone()))
    }

    /// Publishes a new key now, which will sign when every cache must have it; see [`KeySchedule::rotate`].
    ///
    /// # Errors
    /// As there; the ring is unchanged then.
    pub fn rotate(&mut self, next: SigningKey, now: DateTime<Utc>) -> Result<(), ScheduleError> {
        self.schedule.rotate(next.key_id().clone(), now)?;
        self.keys.push(Arc::new(next));
        Ok(())
    }

    /// Withdraws all keys now, for they have fallen into wrong hands, and signs with the new one at once; see
    /// [`KeySchedule::replace_compromised`]. The old private keys are destroyed once nobody holds a clone of them.
    ///
    /// # Errors
    /// As there; the ring is unchanged then.
    pub fn replace_compromised(&mut self, next: SigningKey, now: DateTime<Utc>) -> Result<(), ScheduleError> {
        self.schedule.replace_compromised(next.key_id().clone(), now)?;
        self.keys.clear();
        self.keys.push(Arc::new(next));
        Ok(())
    }

    /// Destroys the private keys whose time is over; returns their names. The schedule remembers those. One that
    /// somebody holds a clone of is overwritten when they let go of it.
    pub fn destroy_retired(&mut self, now: DateTime<Utc>) -> Vec<KeyId> {
        let mut destroyed = Vec::new();
        self.keys.retain(|key| {
            let over = self.schedule.is_over(key.key_id(), now);
            if over {
                destroyed.push(key.key_id().clone());
            }
            !over
        });
        destroyed
    }

    /// When each key is published and signs.
    #[must_use]
    pub fn schedule(&self) -> &KeySchedule {
        &self.schedule
    }

    /// The private keys, to be stored.
    pub fn keys(&self) -> impl ExactSizeIterator<Item = &SigningKey> {
        self.keys.iter().map(Arc::as_ref)
    }

    fn published(&self, now: DateTime<Utc>) -> impl Iterator<Item = &Arc<SigningKey>> {
        self.schedule.published(now).filter_map(|key_id| self.find(key_id))
    }

    fn find(&self, key_id: &KeyId) -> Option<&Arc<SigningKey>> {
        self.keys.iter().find(|key| key.key_id() == key_id)
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKeys").field("schedule", &self.schedule).field("keys", &self.keys).finish()
    }
}
