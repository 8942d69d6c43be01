//! Why a signed message is not believed (RFC 5849 §3.2), in the order of the checks.

use lti_types::InvalidUrl;

use crate::InvalidForm;

/// Why a signed message is not believed. Nothing in it is to be acted on: show a page of your own, and redirect
/// nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OAuthError {
    /// Not what the endpoint takes: a POST of a form for launches, a POST of something else for services.
    #[error("the request is not of the kind that this address takes")]
    Request,
    /// The form cannot be read.
    #[error("{0}")]
    Form(#[from] InvalidForm),
    /// The address that the message was sent to, which the receiver says, is none: a mistake of its own.
    #[error("the configured address is not usable: {0}")]
    Address(#[from] InvalidUrl),
    /// The `Authorization` header is not one of OAuth.
    #[error("the Authorization header is not one of OAuth 1.0")]
    Header,
    /// A parameter of OAuth is missing or empty.
    #[error("the parameter {0} is missing")]
    Missing(&'static str),
    /// A parameter of OAuth came twice, or where it has no place: whose value counts is nobody's to guess.
    #[error("a parameter of OAuth came more than once, or in the query")]
    Repeated,
    /// A parameter of OAuth that is no such thing.
    #[error("the parameter {0} is malformed")]
    Malformed(&'static str),
    /// Another version of OAuth.
    #[error("the version of OAuth is not 1.0")]
    Version,
    /// A signature method that nobody here knows.
    #[error("the signature method is not known")]
    MethodUnknown,

    /// No secret is known for the consumer key.
    #[error("the consumer key is not known")]
    KeyUnknown,
    /// The registration does not allow the signature method.
    #[error("the registration does not allow the signature method")]
    MethodNotAllowed,
    /// The body is not the one that was signed.
    #[error("the body is not the one that was signed")]
    BodyHashMismatch,
    /// The signature is wrong: another secret, another address, or a parameter that was changed on the way.
    #[error("the signature is not right")]
    SignatureMismatch,
    /// Signed too long ago.
    #[error("the message is too old")]
    TooOld,
    /// Signed in the future: two clocks differ by too much.
    #[error("the message is from the future")]
    InFuture,
    /// The message was used before, as happens when somebody clicks twice: the first one counts.
    #[error("the message was used before; start again from the platform")]
    Replayed,
}

impl OAuthError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Request => "request_unsuitable",
            Self::Form(error) => error.code(),
            Self::Address(error) => error.code(),
            Self::Header => "oauth_header_malformed",
            Self::Missing(_) => "oauth_parameter_missing",
            Self::Repeated => "oauth_parameter_repeated",
            Self::Malformed(_) => "oauth_parameter_malformed",
            Self::Version => "oauth_version_unsupported",
            Self::MethodUnknown => "signature_method_unknown",
            Self::KeyUnknown => "consumer_key_unknown",
            Self::MethodNotAllowed => "signature_method_not_allowed",
            Self::BodyHashMismatch => "body_hash_mismatch",
            Self::SignatureMismatch => "signature_mismatch",
            Self::TooOld => "timestamp_too_old",
            Self::InFuture => "timestamp_in_future",
            Self::Replayed => "nonce_replayed",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Request => "LTI 1.1 §4",
            Self::Form(error) => error.spec(),
            Self::Address(_) => "RFC 5849 §3.4.1.2",
            Self::Header => "RFC 5849 §3.5.1",
            Self::Missing(_) | Self::Repeated | Self::Malformed(_) | Self::Version => "RFC 5849 §3.1",
            Self::MethodUnknown | Self::MethodNotAllowed => "RFC 5849 §3.4",
            Self::KeyUnknown | Self::SignatureMismatch => "RFC 5849 §3.2",
            Self::BodyHashMismatch => "OAuth Request Body Hash 1.0 §3.2; LTI 1.1 §4.3",
            Self::TooOld | Self::InFuture | Self::Replayed => "RFC 5849 §3.3",
        }
    }

    /// The HTTP status to answer with: 400 unreadable, 401 not proven, 500 our own mistake.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::Address(_) => 500,
            Self::Form(InvalidForm::TooLarge) => 413,
            Self::Request
            | Self::Form(_)
            | Self::Header
            | Self::Missing(_)
            | Self::Repeated
            | Self::Malformed(_)
            | Self::Version
            | Self::MethodUnknown => 400,
            _ => 401,
        }
    }
}
