//! Access tokens: secrets that open a service for whoever has them (Security Framework 1.0 §4.1, RFC 6750).

use std::fmt;

use http::HeaderValue;
use lti_types::{EntropyUnavailable, Nonce};
use zeroize::Zeroizing;

/// An access token. It does not show itself in `Debug`, has no `Display`, and is overwritten when dropped.
///
/// ```
/// use lti_services::AccessToken;
/// let token = AccessToken::new("s3cret-s3cret-s3cret")?;
/// assert_eq!(format!("{token:?}"), "AccessToken(…)");
/// assert!(AccessToken::new("two\r\nlines").is_err());
/// # Ok::<(), lti_services::InvalidAccessToken>(())
/// ```
#[derive(Clone)]
pub struct AccessToken(Zeroizing<String>);

/// A text that cannot be an access token: empty, longer than 16 KiB, or with characters that a header cannot carry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text cannot be an access token")]
#[non_exhaustive]
pub struct InvalidAccessToken;

impl InvalidAccessToken {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        "access_token_invalid"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "RFC 6750 §2.1"
    }
}

impl AccessToken {
    /// The longest that is accepted, in bytes.
    pub const MAX_LEN: usize = 16 * 1024;

    /// Takes what a platform issued; it is opaque.
    ///
    /// # Errors
    /// [`InvalidAccessToken`].
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidAccessToken> {
        let text = Zeroizing::new(text.into());
        let fits = !text.is_empty() && text.len() <= Self::MAX_LEN;
        if fits && text.bytes().all(|b| b.is_ascii_graphic()) {
            Ok(Self(text))
        } else {
            Err(InvalidAccessToken)
        }
    }

    /// A fresh opaque token of 256 bits, for a platform that stores what it grants.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when the operating system has no randomness to give.
    pub fn random() -> Result<Self, EntropyUnavailable> {
        Ok(Self(Zeroizing::new(Nonce::random()?.into())))
    }

    /// The same from given entropy: for tests, and for callers with a generator of their own.
    #[must_use]
    pub fn from_entropy(entropy: [u8; 32]) -> Self {
        Self(Zeroizing::new(Nonce::from_entropy(entropy).into()))
    }

    /// The token itself, for a store that keeps it or a message that carries it.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether both are the same, in time that does not depend on where they differ.
    #[must_use]
    pub fn matches(&self, other: &Self) -> bool {
        use subtle::ConstantTimeEq as _;
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }

    /// The value of the `Authorization` header, marked as sensitive. `Bearer` has its capital: some platforms insist
    /// (quirk 47).
    pub(crate) fn to_header(&self) -> HeaderValue {
        let text = Zeroizing::new(format!("Bearer {}", self.expose()));
        // What `new` lets through is always a header value.
        let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"));
        value.set_sensitive(true);
        value
    }
}

impl fmt::Debug for AccessToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AccessToken(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quirk_47_bearer_has_its_capital_and_nothing_shows() {
        let token = AccessToken::new("abc.def~-_/+=").unwrap();
        let header = token.to_header();
        assert_eq!(header.as_bytes(), b"Bearer abc.def~-_/+=");
        assert!(header.is_sensitive());
        assert!(!format!("{token:?} {header:?}").contains("abc"));
        assert!(token.matches(&token.clone()));
        assert!(!token.matches(&AccessToken::new("abc.def~-_/+").unwrap()));
    }

    #[test]
    fn what_a_header_cannot_carry_is_no_token() {
        for text in ["", " ", "a b", "a\nb", "a\0", "é"] {
            assert!(AccessToken::new(text).is_err(), "{text:?}");
        }
        assert!(AccessToken::new("x".repeat(AccessToken::MAX_LEN)).is_ok());
        assert!(AccessToken::new("x".repeat(AccessToken::MAX_LEN + 1)).is_err());
        let token = AccessToken::random().unwrap();
        assert_eq!(token.expose().len(), 43);
        // The range that the framework prints is 0x20 to 0x7A.
        assert!(token.expose().bytes().all(|b| (0x20..=0x7a).contains(&b)));
    }
}
