//! Why a tool's registration is refused, and what it is told (RFC 7591 §3.2.2, RFC 6750 §3).

use http::header::{ALLOW, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};

use crate::{DocumentError, Fault, document};

/// Why a registration is refused. No variant holds or prints what the request said, but for the names of members.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationRefusal {
    /// No token, or a header that holds none.
    #[error("the request has no registration token")]
    TokenMissing,
    /// A token that is unknown, used or expired.
    #[error("the registration token is unknown, used or expired")]
    TokenInvalid,
    /// A method that is not for this; those that are.
    #[error("the method is not allowed here")]
    MethodNotAllowed(&'static str),
    /// The body claims to be something else than JSON.
    #[error("the media type is not application/json")]
    MediaType,
    /// The body is longer than 256 KiB.
    #[error("the request is too long")]
    TooLarge,
    /// The body is not metadata.
    #[error("the metadata cannot be read: {0}")]
    Document(DocumentError),
    /// The metadata is not acceptable: all that is wrong with it.
    #[error("the metadata is not acceptable: {}", list(.0))]
    Metadata(Vec<Fault>),
    /// An update of another client than the token's.
    #[error("the client id is not the one that the token is for")]
    ClientId,
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl RegistrationRefusal {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::TokenInvalid => "token_invalid",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::MediaType => "media_type_unsupported",
            Self::TooLarge => "too_large",
            Self::Document(error) => error.code(),
            Self::Metadata(_) => "metadata_invalid",
            Self::ClientId => "client_id_mismatch",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::TokenMissing | Self::TokenInvalid => "RFC 6750 §3.1",
            Self::Document(_) | Self::Metadata(_) => "LTI Dynamic Registration 1.0 §4",
            Self::ClientId => "RFC 7592 §2.2",
            _ => "RFC 9110 §15.5",
        }
    }

    /// The answer: RFC 7591's JSON, with every fault in words.
    #[must_use]
    pub fn to_http(&self) -> Response<Vec<u8>> {
        let redirect = |fault: &Fault| fault.field().starts_with("redirect_uris");
        let (status, error) = match self {
            Self::TokenMissing => (StatusCode::UNAUTHORIZED, "missing_registration_token"),
            Self::TokenInvalid => (StatusCode::UNAUTHORIZED, "invalid_token"),
            Self::MethodNotAllowed(_) => (StatusCode::METHOD_NOT_ALLOWED, "invalid_request"),
            Self::MediaType => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "invalid_request"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "invalid_request"),
            Self::Metadata(faults) if faults.iter().all(redirect) => {
                (StatusCode::BAD_REQUEST, "invalid_redirect_uri")
            }
            Self::Document(_) | Self::Metadata(_) | Self::ClientId => {
                (StatusCode::BAD_REQUEST, "invalid_client_metadata")
            }
        };
        let body = serde_json::json!({ "error": error, "error_description": self.to_string() });
        let mut response = document::respond(status, &body);
        let headers = response.headers_mut();
        match self {
            Self::TokenMissing => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
            }
            Self::TokenInvalid => {
                headers.insert(WWW_AUTHENTICATE, HeaderValue::from_static("Bearer error=\"invalid_token\""));
            }
            Self::MethodNotAllowed(allowed) => {
                headers.insert(ALLOW, HeaderValue::from_static(allowed));
            }
            _ => {}
        }
        response
    }
}
