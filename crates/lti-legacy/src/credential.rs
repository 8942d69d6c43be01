//! Keys, secrets, and what a registration allows with them (RFC 5849 §1.1, §3.3).

use std::fmt;

use chrono::TimeDelta;
use lti_types::DeploymentId;
use zeroize::Zeroizing;

use crate::SignatureMethod;

/// Why a text is no key or secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidCredential {
    /// Nothing in it.
    #[error("a key or secret must not be empty")]
    Empty,
    /// Longer than 1,024 characters.
    #[error("the key or secret is too long")]
    TooLong,
}

impl InvalidCredential {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "credential_empty",
            Self::TooLong => "credential_too_long",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "RFC 5849 §3.1"
    }
}

fn check(text: &str) -> Result<(), InvalidCredential> {
    if text.is_empty() {
        return Err(InvalidCredential::Empty);
    }
    if text.chars().nth(1024).is_some() {
        return Err(InvalidCredential::TooLong);
    }
    Ok(())
}

/// A consumer key (`oauth_consumer_key`): any text that is not empty, up to 1,024 characters. It names, and proves
/// nothing; some tools let the platform make it up.
///
/// ```
/// let key = lti_legacy::ConsumerKey::new("Physics & co")?;
/// assert_eq!(key.as_str(), "Physics & co");
/// assert!(lti_legacy::ConsumerKey::new("").is_err());
/// # Ok::<(), lti_legacy::InvalidCredential>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ConsumerKey(String);

impl ConsumerKey {
    /// Checks and keeps the text as it is.
    ///
    /// # Errors
    /// [`InvalidCredential`].
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidCredential> {
        let text = text.into();
        check(&text)?;
        Ok(Self(text))
    }

    /// The text, as it was given.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ConsumerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ConsumerKey({:?})", self.0)
    }
}

/// A shared secret. It is never shown or compared, only signed with, and wiped when dropped.
///
/// ```
/// let secret = lti_legacy::SharedSecret::new("s3cr&t")?;
/// assert_eq!(format!("{secret:?}"), "SharedSecret(…)");
/// # Ok::<(), lti_legacy::InvalidCredential>(())
/// ```
#[derive(Clone)]
pub struct SharedSecret(Zeroizing<String>);

impl SharedSecret {
    /// Checks and keeps the text as it is.
    ///
    /// # Errors
    /// [`InvalidCredential`]: an empty secret would let everybody in.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidCredential> {
        let text = Zeroizing::new(text.into());
        check(&text)?;
        Ok(Self(text))
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SharedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SharedSecret(…)")
    }
}

/// What one account is verified with: found by consumer key, or, where the platform makes up its key, by publication
/// and launch URL. It is the registration that says which methods count, never the message.
///
/// ```
/// use lti_legacy::{ConsumerKey, Credential, SharedSecret, SignatureMethod};
/// use lti_types::DeploymentId;
///
/// let (key, secret) = (ConsumerKey::new("physics")?, SharedSecret::new("s3cr&t")?);
/// let mut credential = Credential::new(DeploymentId::new("customer-7")?, key, secret);
/// credential.methods = vec![SignatureMethod::HmacSha256]; // this platform knows the better one
/// credential.window = chrono::TimeDelta::minutes(2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// [`UnverifiedLaunch`](crate::UnverifiedLaunch) and [`UnverifiedRequest`](crate::UnverifiedRequest) are verified with
/// it.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Credential {
    /// Whose secret it is, under a name of the receiver's own. In the 1.3 view of a launch it stands as the deployment.
    pub account: DeploymentId,
    /// The key that must be used with the secret; any key, when there is none.
    pub consumer_key: Option<ConsumerKey>,
    /// The secret.
    pub secret: SharedSecret,
    /// Signature methods that are accepted; both by default.
    pub methods: Vec<SignatureMethod>,
    /// How far a timestamp may be from now, either way: 5 minutes by default, never more than 90.
    pub window: TimeDelta,
}

impl Credential {
    /// A secret that is good with this key only.
    #[must_use]
    pub fn new(account: DeploymentId, consumer_key: ConsumerKey, secret: SharedSecret) -> Self {
        Self { consumer_key: Some(consumer_key), ..Self::for_any_key(account, secret) }
    }

    /// A secret that is good with whatever key the platform makes up.
    #[must_use]
    pub fn for_any_key(account: DeploymentId, secret: SharedSecret) -> Self {
        Self {
            account,
            consumer_key: None,
            secret,
            methods: vec![SignatureMethod::HmacSha1, SignatureMethod::HmacSha256],
            window: TimeDelta::minutes(5),
        }
    }

    pub(crate) fn window(&self) -> TimeDelta {
        self.window.clamp(TimeDelta::zero(), TimeDelta::minutes(90))
    }
}

/// What one side signs with.
///
/// [`Signer::launch`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Signer {
    /// The key.
    pub consumer_key: ConsumerKey,
    /// The secret.
    pub secret: SharedSecret,
    /// The method; HMAC-SHA1 by default, which every peer knows.
    pub method: SignatureMethod,
}

impl Signer {
    /// Signs with HMAC-SHA1.
    #[must_use]
    pub fn new(consumer_key: ConsumerKey, secret: SharedSecret) -> Self {
        Self { consumer_key, secret, method: SignatureMethod::HmacSha1 }
    }
}

#[cfg(test)]
mod tests {
    use super::{ConsumerKey, Credential, InvalidCredential, SharedSecret};
    use chrono::TimeDelta;
    use lti_types::DeploymentId;

    #[test]
    fn any_text_that_is_not_empty_is_a_key() {
        for text in [" ", "k", "Schlüssel & co", "a\nb"] {
            assert_eq!(ConsumerKey::new(text).unwrap().as_str(), text);
        }
        assert_eq!(ConsumerKey::new(""), Err(InvalidCredential::Empty));
        assert!(ConsumerKey::new("é".repeat(1024)).is_ok());
        assert_eq!(ConsumerKey::new("é".repeat(1025)), Err(InvalidCredential::TooLong));
        assert_eq!(SharedSecret::new("").unwrap_err(), InvalidCredential::Empty);
    }

    #[test]
    fn the_window_has_limits() {
        let account = DeploymentId::new("a").unwrap();
        let mut credential = Credential::for_any_key(account, SharedSecret::new("s").unwrap());
        for (given, used) in [(5, 5), (90, 90), (91, 90), (-1, 0)] {
            credential.window = TimeDelta::minutes(given);
            assert_eq!(credential.window(), TimeDelta::minutes(used));
        }
    }
}
