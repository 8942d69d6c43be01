//! Key identifiers: the `kid` of a key (RFC 7517 §4.5) and of a token's header (RFC 7515 §4.1.4).

use std::borrow::Borrow;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

const MAX_CHARS: usize = 255;

/// The name of a key within its key set (`kid`, RFC 7517 §4.5).
///
/// Opaque and compared byte for byte: a `kid` that looks like a path, a URL or a query is only ever compared,
/// never opened. 1 to 255 characters, none of them control characters.
///
/// ```
/// use lti_jwks::KeyId;
///
/// let kid = KeyId::new("2026-11")?;
/// assert_eq!(kid.as_str(), "2026-11");
/// assert!(KeyId::new("").is_err());
/// # Ok::<(), lti_jwks::InvalidKeyId>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
#[doc(alias = "kid")]
pub struct KeyId(String);

/// A text that cannot be a [`KeyId`]: empty, longer than 255 characters, or with control characters
/// (RFC 7517 §4.5).
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a key id has 1 to 255 characters, none of them control characters")]
#[non_exhaustive]
pub struct InvalidKeyId;

impl InvalidKeyId {
    /// A stable name for machines.
    #[must_use]
    pub const fn code(self) -> &'static str {
        "key_id_invalid"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub const fn spec(self) -> &'static str {
        "RFC 7517 §4.5"
    }
}

impl KeyId {
    /// A key id of this text.
    ///
    /// # Errors
    /// [`InvalidKeyId`] when the text is empty, longer than 255 characters or has control characters.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKeyId> {
        let text = text.into();
        if Self::acceptable(&text) { Ok(Self(text)) } else { Err(InvalidKeyId) }
    }

    /// The text, as it stands in the header or key.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// For texts this crate itself makes (base64url of a digest).
    pub(crate) fn from_thumbprint(text: String) -> Self {
        Self(text)
    }

    pub(crate) fn acceptable(text: &str) -> bool {
        !text.is_empty()
            && (text.len() <= MAX_CHARS || text.chars().count() <= MAX_CHARS)
            && !text.chars().any(char::is_control)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl AsRef<str> for KeyId {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl Borrow<str> for KeyId {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl FromStr for KeyId {
    type Err = InvalidKeyId;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::new(text)
    }
}

impl TryFrom<String> for KeyId {
    type Error = InvalidKeyId;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl TryFrom<&str> for KeyId {
    type Error = InvalidKeyId;
    fn try_from(text: &str) -> Result<Self, Self::Error> {
        Self::new(text)
    }
}

impl From<KeyId> for String {
    fn from(key_id: KeyId) -> Self {
        key_id.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        assert!(KeyId::new("é".repeat(255)).is_ok());
        assert!(KeyId::new("é".repeat(256)).is_err());
        assert!(KeyId::new("a".repeat(256)).is_err());
        assert!(KeyId::new("").is_err());
        assert!(KeyId::new("a\nb").is_err());
        assert!(KeyId::new("a\0").is_err());
        assert!(KeyId::new("../../etc/passwd").is_ok());

        let set = std::collections::BTreeSet::from([KeyId::new("a").unwrap()]);
        assert!(set.contains("a") && !set.contains(""));
        assert_eq!(set.first().map(AsRef::<str>::as_ref), Some("a"));
    }

    #[test]
    fn serde_validates() {
        assert_eq!(serde_json::to_string(&KeyId::new("a").unwrap()).unwrap(), r#""a""#);
        assert_eq!(serde_json::from_str::<KeyId>(r#""a""#).unwrap().as_str(), "a");
        assert!(serde_json::from_str::<KeyId>(r#""""#).is_err());
        assert!(serde_json::from_str::<KeyId>("1").is_err());
    }
}
