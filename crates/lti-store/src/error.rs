//! Why a store does not do what it was asked.

use std::fmt;

/// Why a store does not do what it was asked. Whoever asked whether something was used already, and hears this,
/// was not told that it was not: refuse the request.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The engine is not there, does not answer in time, or refuses. What was asked may have been done or not.
    #[error("the store is unavailable: {0}")]
    Unavailable(Unavailable),
    /// No room is left. Nothing that still counts is thrown away to make some.
    #[error("the store is full")]
    Full,
    /// Its time is over already, by the `now` that was given: there is nothing to remember.
    #[error("the time until which it is to be remembered has passed")]
    Elapsed,
    /// A value or document longer than [`MAX_VALUE_BYTES`](crate::MAX_VALUE_BYTES).
    #[error("the value is too large")]
    ValueTooLarge,
    /// To be remembered for longer than [`MAX_LIFETIME`](crate::MAX_LIFETIME).
    #[error("the lifetime is too long")]
    LifetimeTooLong,
    /// What is in the store is not what was put there.
    #[error("the store holds something unreadable")]
    Corrupt,
}

/// In what way an engine is not available.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unavailable {
    /// No connection can be made, or it broke.
    #[error("no connection")]
    NotConnected,
    /// It did not answer in time.
    #[error("no answer in time")]
    TimedOut,
    /// It answered with an error, whose code this is: it is loading, read-only, out of memory or of another version.
    #[error("it answered {0}")]
    Refused(EngineCode),
}

/// The code of an engine's error: `OOM`, `READONLY`, `57P01`. Never its text, which may quote what was sent.
///
/// ```
/// use lti_store::{EngineCode, StoreError, Unavailable};
///
/// // The author of a store tells what the engine said, and not what it quoted.
/// let error = StoreError::Unavailable(Unavailable::Refused(EngineCode::new("READONLY")));
/// assert_eq!((error.code(), error.to_string().contains("READONLY")), ("store_unavailable", true));
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineCode(String);

impl EngineCode {
    /// Keeps up to 32 letters, digits and underscores.
    #[must_use]
    pub fn new(code: &str) -> Self {
        Self(code.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '_').take(32).collect())
    }

    /// The code.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EngineCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StoreError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Unavailable(_) => "store_unavailable",
            Self::Full => "store_full",
            Self::Elapsed => "lifetime_elapsed",
            Self::ValueTooLarge => "value_too_large",
            Self::LifetimeTooLong => "lifetime_too_long",
            Self::Corrupt => "store_corrupt",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Unavailable(_) | Self::Full => "RFC 9110 §15.6.4",
            Self::Elapsed => "Security Framework 1.0 §5.1.3",
            Self::ValueTooLarge | Self::LifetimeTooLong | Self::Corrupt => "RFC 9110 §15.6.1",
        }
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Unavailable(_) | Self::Full => 503,
            Self::Elapsed => 400,
            Self::ValueTooLarge | Self::LifetimeTooLong | Self::Corrupt => 500,
        }
    }
}

/// Why a registration record is not written or read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecordError {
    /// There is a record of this issuer and client id already.
    #[error("there is a registration of this issuer and client id already")]
    AlreadyRegistered,
    /// An update changed the issuer or the client id: that is another registration.
    #[error("the update changes the issuer or the client id")]
    Renamed,
    /// Others changed the record each time before this update or removal was done.
    #[error("the record is changed by too many at once")]
    Contended,
    /// The store's own reason.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl RecordError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::AlreadyRegistered => "already_registered",
            Self::Renamed => "registration_renamed",
            Self::Contended => "registration_contended",
            Self::Store(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::AlreadyRegistered | Self::Renamed => "LTI Core 1.3 §3.1.3",
            Self::Contended => "RFC 9110 §15.6.4",
            Self::Store(error) => error.spec(),
        }
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::AlreadyRegistered => 409,
            Self::Renamed => 500,
            Self::Contended => 503,
            Self::Store(error) => error.http_status(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::EngineCode;

    #[test]
    fn an_engine_code_is_short_and_plain() {
        for (given, kept) in [("OOM", "OOM"), ("57P01", "57P01"), ("a\r\nb <c>", "abc"), ("", "")] {
            assert_eq!(EngineCode::new(given).as_str(), kept);
        }
        assert_eq!(EngineCode::new(&"A".repeat(99)).as_str().len(), 32);
    }
}
