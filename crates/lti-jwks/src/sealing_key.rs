//! Keys that values are sealed with (RFC 5116 §5.2).

use std::fmt;

use zeroize::Zeroizing;

use crate::backend::{self, KEY_LEN};
use crate::{SealError, base64url};

/// Bytes of a key's id.
pub(crate) const ID_LEN: usize = 8;

/// A secret of 256 bits that a [`Sealer`](crate::Sealer) seals with. Overwritten when dropped, never shown.
///
/// Its id is computed from it, so two keys cannot be confused, and nobody has to invent names.
///
/// ```
/// use lti_jwks::SealingKey;
///
/// let key = SealingKey::random()?;
/// let kept = key.to_text(); // to be stored where secrets are, the same for all processes that share values
/// assert_eq!(SealingKey::parse(&kept)?.id(), key.id());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SealingKey {
    secret: Zeroizing<[u8; KEY_LEN]>,
    id: [u8; ID_LEN],
}

/// A text that is no sealing key (43 characters of base64url for 32 bytes, RFC 4648 §5), or bytes that nobody drew.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a sealing key is 32 random bytes, written as 43 characters of base64url")]
#[non_exhaustive]
pub struct InvalidSealingKey;

impl InvalidSealingKey {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "sealing_key_invalid"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        "RFC 5116 §5.2"
    }
}

impl SealingKey {
    /// A new key from the operating system's randomness.
    ///
    /// # Errors
    /// [`SealError::BackendFailed`] when there is none to be had.
    pub fn random() -> Result<Self, SealError> {
        let mut entropy = Zeroizing::new([0; KEY_LEN]);
        backend::random(entropy.as_mut_slice()).map_err(|_| SealError::BackendFailed)?;
        Self::from_entropy(&entropy).map_err(|_| SealError::BackendFailed)
    }

    /// The key of these bytes, which must be random: a passphrase is no key.
    ///
    /// # Errors
    /// [`InvalidSealingKey`] when all bytes are the same, as those of a buffer are that nobody filled.
    pub fn from_entropy(entropy: &[u8; 32]) -> Result<Self, InvalidSealingKey> {
        if entropy.iter().all(|byte| Some(byte) == entropy.first()) {
            return Err(InvalidSealingKey);
        }
        let digest =
            backend::expand(entropy, &[b"lti-jwks sealing key id"]).map_err(|_| InvalidSealingKey)?;
        let id = digest.first_chunk().ok_or(InvalidSealingKey)?;
        Ok(Self { secret: Zeroizing::new(*entropy), id: *id })
    }

    /// Reads what [`SealingKey::to_text`] wrote; white space around it is ignored.
    ///
    /// # Errors
    /// [`InvalidSealingKey`].
    pub fn parse(text: &str) -> Result<Self, InvalidSealingKey> {
        let bytes = Zeroizing::new(base64url::decode(text.trim()).map_err(|_| InvalidSealingKey)?);
        Self::from_entropy(bytes.as_slice().try_into().map_err(|_| InvalidSealingKey)?)
    }

    /// The key as base64url, to be stored; the text overwrites itself when dropped.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(KEY_LEN.div_ceil(3) * 4));
        base64url::encode_onto(self.secret.as_slice(), &mut text);
        text
    }

    /// The key's id, 11 characters; it stands in every sealed text and tells nothing of the key.
    #[must_use]
    pub fn id(&self) -> String {
        base64url::encode(&self.id)
    }

    pub(crate) fn id_bytes(&self) -> &[u8; ID_LEN] {
        &self.id
    }

    pub(crate) fn secret(&self) -> &[u8; KEY_LEN] {
        &self.secret
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealingKey").field("id", &self.id()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts() {
        let key = SealingKey::random().unwrap();
        assert_eq!(key.to_text().len(), 43);
        assert_eq!(key.id().len(), 11);
        assert_eq!(SealingKey::parse(&format!(" {}\n", *key.to_text())).unwrap().secret, key.secret);
        for text in ["", "AAAA", &"A".repeat(43), &"A".repeat(44), &format!("{}=", *key.to_text())] {
            assert!(SealingKey::parse(text).is_err(), "{text}");
        }
        let shown = format!("{key:?}");
        assert!(!shown.contains(&key.to_text()[..8]) && shown.contains(&key.id()), "{shown}");
    }

    #[test]
    fn ids_are_the_keys_own() {
        let one = SealingKey::from_entropy(&[1; 32]);
        assert!(one.is_err(), "not random");
        let mut entropy: [u8; 32] = std::array::from_fn(|index| index as u8);
        let one = SealingKey::from_entropy(&entropy).unwrap();
        assert_eq!(SealingKey::from_entropy(&entropy).unwrap().id(), one.id());
        // Both backends make the same of it.
        assert_eq!(one.id(), "IDjZtsfyRtc");
        entropy[31] ^= 1;
        assert_ne!(SealingKey::from_entropy(&entropy).unwrap().id(), one.id());
    }
}
