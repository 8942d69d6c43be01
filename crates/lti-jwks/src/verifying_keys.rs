//! The keys of one peer, found by `kid` (RFC 7515 §4.1.4, RFC 7517 §4.5).

use crate::{JwkSet, KeyId, UnusableKey, VerifyingKey};

/// The keys that one peer signs with.
///
/// ```
/// use lti_jwks::{JwkSet, KeyLookupError, KeyId, VerifyingKeys};
///
/// let set = JwkSet::parse(br#"{"keys":[{"kty":"oct","kid":"a","k":"c2VjcmV0"}]}"#)?;
/// let keys = VerifyingKeys::from_jwk_set(&set);
/// assert!(keys.is_empty());
/// assert_eq!(keys.skipped().len(), 1);
/// assert!(matches!(keys.find(&KeyId::new("a")?), Err(KeyLookupError::Unusable(_))));
/// assert!(matches!(keys.find(&KeyId::new("b")?), Err(KeyLookupError::Unknown)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct VerifyingKeys {
    keys: Vec<VerifyingKey>,
    skipped: Vec<SkippedKey>,
    /// The one key has no name and was agreed on outside any key set, so names do not matter.
    nameless: bool,
}

/// A member of a key set that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SkippedKey {
    /// Its name, when it has a well-formed one.
    pub key_id: Option<KeyId>,
    /// Why it cannot be used.
    pub reason: UnusableKey,
}

/// Why no key is found under a name (RFC 7517 §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum KeyLookupError {
    /// No key has this name; perhaps the set is older than the key.
    #[error("no key has this id")]
    Unknown,
    /// Different keys have this name. None is tried: a name that means two keys means neither.
    #[error("several different keys have this id")]
    Ambiguous,
    /// The key of this name cannot be used.
    #[error("the key of this id cannot be used: {0}")]
    Unusable(UnusableKey),
}

impl KeyLookupError {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Unknown => "key_unknown",
            Self::Ambiguous => "key_ambiguous",
            Self::Unusable(_) => "key_unusable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        match self {
            Self::Unknown => "RFC 7515 §4.1.4",
            Self::Ambiguous => "RFC 7517 §4.5",
            Self::Unusable(reason) => reason.spec(),
        }
    }
}

impl VerifyingKeys {
    /// The usable keys of a key set; [`VerifyingKeys::skipped`] says why others are not.
    #[must_use]
    pub fn from_jwk_set(set: &JwkSet) -> Self {
        let (mut keys, mut skipped) = (Vec::new(), Vec::new());
        for jwk in &set.keys {
            match VerifyingKey::from_jwk(jwk) {
                Ok(key) => keys.push(key),
                Err(reason) => skipped.push(SkippedKey { key_id: jwk.key_id(), reason }),
            }
        }
        Self { keys, skipped, nameless: false }
    }

    /// These keys, each found by its name.
    #[must_use]
    pub fn of(keys: impl IntoIterator<Item = VerifyingKey>) -> Self {
        Self { keys: keys.into_iter().collect(), skipped: Vec::new(), nameless: false }
    }

    /// One key, agreed on beforehand instead of published in a key set.
    ///
    /// With a [`KeyId`] it is found by that and nothing else. Without one there is nothing that a token's `kid`
    /// could be compared with: any `kid`, or none, means this key (a `kid` is required only where key sets are
    /// used).
    #[must_use]
    pub fn single(key: VerifyingKey) -> Self {
        let nameless = key.key_id().is_none();
        Self { keys: vec![key], skipped: Vec::new(), nameless }
    }

    /// The key of this name.
    ///
    /// # Errors
    /// [`KeyLookupError`], see there.
    pub fn find(&self, key_id: &KeyId) -> Result<&VerifyingKey, KeyLookupError> {
        let mut named = self.keys.iter().filter(|key| key.key_id() == Some(key_id));
        if let Some(first) = named.next() {
            return if named.all(|other| first.is_same_key(other)) {
                Ok(first)
            } else {
                Err(KeyLookupError::Ambiguous)
            };
        }
        if let Some(skipped) = self.skipped.iter().find(|skipped| skipped.key_id.as_ref() == Some(key_id)) {
            return Err(KeyLookupError::Unusable(skipped.reason));
        }
        self.nameless().ok_or(KeyLookupError::Unknown)
    }

    /// The key, when there is exactly one usable one.
    #[must_use]
    pub fn only(&self) -> Option<&VerifyingKey> {
        match self.keys.as_slice() {
            [key] => Some(key),
            _ => None,
        }
    }

    /// The key that needs no name, see [`VerifyingKeys::single`].
    pub(crate) fn nameless(&self) -> Option<&VerifyingKey> {
        self.only().filter(|_| self.nameless)
    }

    /// Whether fetching the set anew could not help to find this key: it is here, usable or not.
    pub(crate) fn knows(&self, key_id: &KeyId) -> bool {
        !matches!(self.find(key_id), Err(KeyLookupError::Unknown))
    }

    /// Whether a token of this key id could be one of these keys': the only one may have no name that could differ
    /// ([`Rules::danger_kid_optional_with_one_key`](crate::Rules::danger_kid_optional_with_one_key)).
    pub(crate) fn may_verify(&self, key_id: &KeyId) -> bool {
        self.knows(key_id) || self.only().is_some_and(|key| key.key_id().is_none())
    }

    /// The usable keys, in the order of the key set.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &VerifyingKey> {
        self.keys.iter()
    }

    /// How many keys can be used.
    #[must_use]
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can be used.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The members of the key set that cannot be used, and why.
    #[must_use]
    pub fn skipped(&self) -> &[SkippedKey] {
        &self.skipped
    }
}
