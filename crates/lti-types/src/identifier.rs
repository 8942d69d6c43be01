//! Identifiers (LTI Core 1.3 §3.1–3.3, Security Framework 1.0 §5.1): a type for each, checked when made,
//! kept byte for byte, compared byte for byte.

use std::fmt;

/// Why a text is no identifier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidIdentifier {
    /// Nothing, or nothing but white space.
    #[error("an identifier must not be empty")]
    Empty,
    /// Longer than the type allows.
    #[error("the identifier is too long")]
    TooLong,
    /// A control character, which has no place in headers, logs or forms.
    #[error("the identifier holds a control character")]
    ControlCharacter,
}

impl InvalidIdentifier {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "identifier_empty",
            Self::TooLong => "identifier_too_long",
            Self::ControlCharacter => "identifier_control_character",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "LTI Core 1.3 §5.3"
    }
}

fn check(text: &str, max_len: usize, opaque: bool) -> Result<(), InvalidIdentifier> {
    if text.is_empty() || !opaque && text.trim().is_empty() {
        return Err(InvalidIdentifier::Empty);
    }
    // Counted in characters only where bytes exceed the limit: the usual case needs no scan.
    if text.len() > max_len && text.chars().count() > max_len {
        return Err(InvalidIdentifier::TooLong);
    }
    // What is opaque is echoed, whatever it holds.
    if !opaque && text.bytes().any(|b| b < 0x20 || b == 0x7f) {
        return Err(InvalidIdentifier::ControlCharacter);
    }
    Ok(())
}

macro_rules! identifier {
    ($(#[$meta:meta])* $Name:ident, $max:literal, $example:literal, $opaque:literal) => {
        $(#[$meta])*
        ///
        /// ```
        #[doc = concat!("use lti_types::", stringify!($Name), ";\n")]
        #[doc = concat!("let id = ", stringify!($Name), "::new(\"", $example, "\")?;")]
        #[doc = concat!("assert_eq!(id.as_str(), \"", $example, "\");")]
        #[doc = concat!("assert!(", stringify!($Name), "::new(\"\").is_err());")]
        /// # Ok::<(), lti_types::InvalidIdentifier>(())
        /// ```
        #[derive(Clone, serde::Serialize)]
        #[serde(into = "String")]
        pub struct $Name(String);

        impl $Name {
            /// The longest that is accepted, in characters.
            pub const MAX_LEN: usize = $max;

            /// Checks and keeps the text as it is.
            ///
            /// # Errors
            /// [`InvalidIdentifier`]: empty, longer than [`Self::MAX_LEN`], or, in what is not opaque, with a control
            /// character.
            pub fn new(text: impl Into<String>) -> Result<Self, InvalidIdentifier> {
                let text = text.into();
                check(&text, Self::MAX_LEN, $opaque)?;
                Ok(Self(text))
            }

            /// The text, as it was given.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<'de> serde::Deserialize<'de> for $Name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                Self::new(crate::refusal::text(deserializer)?).map_err(serde::de::Error::custom)
            }
        }

        impl AsRef<str> for $Name {
            fn as_ref(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $Name {
            type Error = InvalidIdentifier;
            fn try_from(text: String) -> Result<Self, InvalidIdentifier> {
                Self::new(text)
            }
        }

        impl TryFrom<&str> for $Name {
            type Error = InvalidIdentifier;
            fn try_from(text: &str) -> Result<Self, InvalidIdentifier> {
                Self::new(text)
            }
        }

        impl std::str::FromStr for $Name {
            type Err = InvalidIdentifier;
            fn from_str(text: &str) -> Result<Self, InvalidIdentifier> {
                Self::new(text)
            }
        }

        impl From<$Name> for String {
            fn from(mut id: $Name) -> String {
                std::mem::take(&mut id.0)
            }
        }
    };
}

macro_rules! open_identifier {
    ($(#[$meta:meta])* $Name:ident, $max:literal, $example:literal) => {
        identifier! {
            $(#[$meta])*
            #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
            $Name, $max, $example, false
        }

        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!(stringify!($Name), "({:?})"), self.0)
            }
        }

        impl fmt::Display for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

/// No `Display`, and `Debug` shows only the name of the type.
macro_rules! unshown {
    ($Name:ident) => {
        impl fmt::Debug for $Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($Name), "(…)"))
            }
        }
    };
}

/// Values that unlock something once, and are keys in a store until then.
macro_rules! one_time_identifier {
    ($(#[$meta:meta])* $Name:ident, $max:literal, $example:literal) => {
        identifier! {
            $(#[$meta])*
            #[derive(PartialEq, Eq, PartialOrd, Ord, Hash)]
            $Name, $max, $example, true
        }
        unshown!($Name);
    };
}

/// Values that prove something: compared in constant time, overwritten when dropped, and no keys of any map.
macro_rules! secret_identifier {
    ($(#[$meta:meta])* $Name:ident, $max:literal, $example:literal) => {
        identifier! { $(#[$meta])* $Name, $max, $example, false }
        unshown!($Name);

        impl $Name {
            /// Whether both are the same, in time that does not depend on where they differ.
            #[must_use]
            pub fn matches(&self, other: &Self) -> bool {
                use subtle::ConstantTimeEq as _;
                self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
            }
        }

        /// As [`Self::matches`].
        impl PartialEq for $Name {
            fn eq(&self, other: &Self) -> bool {
                self.matches(other)
            }
        }

        impl Eq for $Name {}

        impl Drop for $Name {
            fn drop(&mut self) {
                zeroize::Zeroize::zeroize(&mut self.0);
            }
        }
    };
}

open_identifier! {
    /// A platform's issuer (`iss`): a case-sensitive https URL without query or fragment, compared byte for byte
    /// (Security Framework 1.0 §5.1.2). `https://lms.example` and `https://lms.example/` are two issuers.
    Issuer, 2048, "https://lms.example.edu"
}

open_identifier! {
    /// The name under which a platform knows a tool (`client_id`, `aud`); unique within an issuer
    /// (LTI Core 1.3 §3.1.3).
    ClientId, 1024, "quiz-tool-1"
}

open_identifier! {
    /// One deployment of a tool in a platform; unique within an issuer, at most 255 characters
    /// (LTI Core 1.3 §5.3.3).
    DeploymentId, 255, "7:d3a2504bba5184799a38f141e8df2335cfa8206d"
}

open_identifier! {
    /// A person (`sub`): stable, never reassigned, unique within an issuer, at most 255 characters
    /// (LTI Core 1.3 §5.3.6). The only user key between two parties; e-mail addresses and names are not.
    UserId, 255, "a6d5c443-1f51-4783-ba1a-7686ffe3b54a"
}

open_identifier! {
    /// A course or other context; unique within a deployment, at most 255 characters (LTI Core 1.3 §5.4.1).
    ContextId, 255, "course-17"
}

open_identifier! {
    /// A placed link; unique within a deployment, at most 255 characters, changes when the link is copied
    /// (LTI Core 1.3 §5.3.5).
    ResourceLinkId, 255, "200d101f-2c14-434a-a0f3-57c2a42369fd"
}

one_time_identifier! {
    /// The opaque `login_hint` of a login initiation, echoed by the tool (Security Framework 1.0 §5.1.1.1).
    LoginHint, 16384, "hint-1"
}

one_time_identifier! {
    /// The opaque `lti_message_hint` of a login initiation, echoed unaltered (LTI Core 1.3 §4.1.1).
    MessageHint, 16384, "message-1"
}

one_time_identifier! {
    /// The `state` that ties an authentication response to the browser that asked
    /// (Security Framework 1.0 §5.1.1.2, §7.3.1).
    State, 8192, "af0ifjsldkj"
}

secret_identifier! {
    /// A bearer token of registration: the one that lets a tool register once, or the one that reads and changes a
    /// registration (LTI Dynamic Registration 1.0 §3.4, RFC 7592 §3). Opaque.
    RegistrationToken, 16384, "once-only"
}

one_time_identifier! {
    /// The `nonce` that ties an ID token to the request it answers (Security Framework 1.0 §5.1.3).
    Nonce, 1024, "n-0S6_WzA2Mj"
}

secret_identifier! {
    /// A secret that only the browser which began a login holds: the value of its cookie, or what it stored in
    /// the platform's frame. Compare with [`BrowserSecret::matches`].
    BrowserSecret, 1024, "mZ1yq2Rk0h3vS5uW7xY9zA"
}

open_identifier! {
    /// The frame that answers storage messages (`lti_storage_target`); `_parent` is the parent or opener itself.
    StorageTarget, 255, "_parent"
}

/// Fresh values: 256 bits each, base64url without padding.
macro_rules! random {
    ($($Name:ident),*) => { $(
        impl $Name {
            /// A fresh value from the operating system's generator.
            ///
            /// # Errors
            /// [`EntropyUnavailable`] when the operating system has no randomness to give.
            pub fn random() -> Result<Self, EntropyUnavailable> {
                let mut entropy = [0u8; 32];
                getrandom::fill(&mut entropy).map_err(|_| EntropyUnavailable)?;
                Ok(Self::from_entropy(entropy))
            }

            /// The same from given entropy: for tests, and for callers with a generator of their own.
            #[must_use]
            pub fn from_entropy(entropy: [u8; 32]) -> Self {
                use base64::Engine as _;
                Self(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(entropy))
            }
        }
    )* };
}

random!(State, Nonce, LoginHint, MessageHint, BrowserSecret, RegistrationToken);

/// The operating system gave no randomness; nothing secret can be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no randomness")]
#[non_exhaustive]
pub struct EntropyUnavailable;

impl EntropyUnavailable {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        "entropy_unavailable"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "RFC 6749 §10.10"
    }
}

#[cfg(test)]
mod tests {
    use super::{BrowserSecret, DeploymentId, InvalidIdentifier, Issuer, Nonce, State, UserId};

    #[test]
    fn limits_are_in_characters() {
        assert!(DeploymentId::new("d".repeat(255)).is_ok());
        assert_eq!(DeploymentId::new("d".repeat(256)), Err(InvalidIdentifier::TooLong));
        assert!(DeploymentId::new("é".repeat(255)).is_ok());
        assert_eq!(UserId::new(""), Err(InvalidIdentifier::Empty));
        assert_eq!(UserId::new(" \u{a0}"), Err(InvalidIdentifier::Empty));
        assert_eq!(UserId::new("a\nSet-Cookie: x"), Err(InvalidIdentifier::ControlCharacter));
    }

    #[test]
    fn issuers_differ_by_a_byte() {
        assert_ne!(Issuer::new("https://a.example"), Issuer::new("https://a.example/"));
        assert_ne!(Issuer::new("https://a.example"), Issuer::new("https://A.example"));
    }

    #[test]
    fn entropy_decides() {
        assert_eq!(State::from_entropy([7; 32]), State::from_entropy([7; 32]));
        assert_ne!(Nonce::random().unwrap(), Nonce::random().unwrap());
        assert_eq!(State::from_entropy([0; 32]).as_str().len(), 43);
    }

    #[test]
    fn secrets_do_not_print() {
        let secret = BrowserSecret::new("s3cret").unwrap();
        assert_eq!(format!("{secret:?}"), "BrowserSecret(…)");
        assert_eq!(format!("{:?}", State::new("s3cret").unwrap()), "State(…)");
        assert!(secret.matches(&BrowserSecret::new("s3cret").unwrap()));
        assert!(!secret.matches(&BrowserSecret::new("s3cres").unwrap()));
        assert!(secret == secret.clone() && secret != BrowserSecret::new("s3cret2").unwrap());
    }

    #[test]
    fn a_bad_identifier_is_not_echoed() {
        let error = serde_json::from_str::<UserId>("\"evil\\u0000\"").unwrap_err().to_string();
        assert!(!error.contains("evil"), "{error}");
    }
}
