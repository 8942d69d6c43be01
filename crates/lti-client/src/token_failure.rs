//! Why there is no token (RFC 6749 §5.2).

use lti_jwks::SignError;
use lti_services::{RetryAfter, TokenError, TokenRequestError};

use crate::TransportError;

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenFailure {
    /// The platform gave none, or none that can be used.
    #[error("{0}")]
    Answer(TokenError),
    /// There was no answer.
    #[error("there is no token: {0}")]
    Transport(TransportError),
    /// It cannot be asked for: our own configuration.
    #[error("{0}")]
    Request(TokenRequestError),
    /// The assertion cannot be signed: our own configuration.
    #[error("the assertion cannot be signed: {0}")]
    Sign(SignError),
    /// The operating system has no randomness to give.
    #[error("no randomness")]
    Entropy,
}

impl TokenFailure {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Answer(error) => error.code(),
            Self::Transport(error) => error.code(),
            Self::Request(error) => error.code(),
            Self::Sign(_) => "assertion_unsigned",
            Self::Entropy => "entropy_unavailable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Answer(error) => error.spec(),
            Self::Transport(error) => error.spec(),
            Self::Request(error) => error.spec(),
            Self::Sign(_) | Self::Entropy => "Security Framework 1.0 §4.1.1",
        }
    }

    /// Whether a token may be had later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Answer(error) => error.is_retryable(),
            Self::Transport(error) => error.is_retryable(),
            _ => false,
        }
    }

    pub(crate) fn retry_after(&self) -> Option<RetryAfter> {
        match self {
            Self::Answer(TokenError::Refused { refusal, .. }) => refusal.retry_after(),
            _ => None,
        }
    }
}
