//! Why a tool is not registered with a platform (LTI Dynamic Registration 1.0 §3; RFC 7591 §3.2.2).

use lti_registration::RegistrationError;

use crate::TransportError;

/// Why a tool is not registered with a platform. It prints nothing that the platform sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterError {
    /// There is no answer to the request for the platform's configuration.
    #[error("the platform's configuration could not be fetched: {0}")]
    Fetch(TransportError),
    /// The initiation or the configuration is not acceptable, or the tool's own metadata. Nothing asked for a
    /// registration.
    #[error("{0}")]
    Offer(RegistrationError),
    /// There is no answer to the registration.
    #[error("the registration could not be made: {0}")]
    Send(TransportError),
    /// The platform refused the registration, or what it answered cannot be used.
    #[error("{0}")]
    Answer(RegistrationError),
}

impl RegisterError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Fetch(error) | Self::Send(error) => error.code(),
            Self::Offer(error) | Self::Answer(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Fetch(error) | Self::Send(error) => error.spec(),
            Self::Offer(error) | Self::Answer(error) => error.spec(),
        }
    }

    /// The HTTP status for the administrator's browser.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            // The address came with the browser's request.
            Self::Fetch(TransportError::Outbound(_) | TransportError::Unwritable) => 400,
            Self::Fetch(TransportError::TimedOut) | Self::Send(TransportError::TimedOut) => 504,
            Self::Fetch(_) | Self::Send(_) => 502,
            Self::Offer(error) | Self::Answer(error) => error.http_status(),
        }
    }

    /// Whether the platform may have a registration that the tool does not know: its administrator should look before
    /// beginning again.
    #[must_use]
    pub fn may_have_been_made(&self) -> bool {
        match self {
            Self::Fetch(_) | Self::Offer(_) => false,
            Self::Send(error) => error.may_have_been_done(),
            // Of the answers that refuse: a server that broke down on the way, and redirects, which also follow
            // success.
            Self::Answer(RegistrationError::Refused(refusal)) => {
                matches!(refusal.status(), 300..=399 | 408 | 500 | 502 | 504 | 520..=599)
            }
            Self::Answer(_) => true,
        }
    }
}
