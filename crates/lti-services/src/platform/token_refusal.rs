//! Why a token is not granted, and what the tool is told (Security Framework 1.0 §4.1.1, RFC 6749 §5.2).

use http::header::{ALLOW, CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderValue, Response, StatusCode};
use lti_jwks::{JwtError, VerifyError};

use crate::{OAuthError, media_type};

/// Why a token is not granted. No variant holds or prints anything that the request said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRefusal {
    /// Not a POST.
    #[error("a token is asked for by POST")]
    Method,
    /// Not a form, or longer than 256 KiB.
    #[error("the request is no form")]
    Form,
    /// A parameter is missing, occurs twice, or is not what it must be.
    #[error("the parameter {0} is missing, repeated or wrong")]
    Parameter(&'static str),
    /// Another `grant_type` than `client_credentials`.
    #[error("the grant_type is not client_credentials")]
    GrantType,
    /// The assertion is no JWT.
    #[error("the assertion is malformed: {0}")]
    Malformed(JwtError),
    /// The assertion names no client.
    #[error("the assertion names no client")]
    ClientMissing,
    /// Signature, issuer, audience or times of the assertion are not right.
    #[error("the assertion is not to be trusted: {0}")]
    Proof(VerifyError),
    /// `sub` is not the client, as `iss` is.
    #[error("the assertion's subject is not its issuer")]
    SubjectMismatch,
    /// The assertion has no `jti`, or one longer than 512 bytes.
    #[error("the assertion has no jti")]
    IdMissing,
    /// The assertion holds longer than the platform allows.
    #[error("the assertion holds for too long")]
    LifetimeTooLong,
    /// The assertion was used before.
    #[error("the assertion was used before")]
    Replayed,
    /// No client of this name is registered, or not this one.
    #[error("the client is not registered")]
    ClientUnknown,
    /// The registration is pending or disabled.
    #[error("the registration is not active")]
    ClientNotActive,
    /// The assertion names a deployment that is not the client's.
    #[error("the deployment is not one of this client")]
    DeploymentUnknown,
    /// None of the scopes may be had.
    #[error("none of the scopes may be had")]
    Scope,
}

impl TokenRefusal {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Method => "method_not_allowed",
            Self::Form => "form_malformed",
            Self::Parameter(_) => "parameter_invalid",
            Self::GrantType => "grant_type_unsupported",
            Self::Malformed(error) => error.code(),
            Self::ClientMissing => "client_missing",
            Self::Proof(error) => error.code(),
            Self::SubjectMismatch => "subject_mismatch",
            Self::IdMissing => "jti_missing",
            Self::LifetimeTooLong => "lifetime_too_long",
            Self::Replayed => "assertion_replayed",
            Self::ClientUnknown => "client_unknown",
            Self::ClientNotActive => "client_not_active",
            Self::DeploymentUnknown => "deployment_unknown",
            Self::Scope => "scope_not_permitted",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Method | Self::Form | Self::Parameter(_) | Self::GrantType | Self::Scope => {
                "RFC 6749 §4.4.2"
            }
            Self::Malformed(error) => error.spec(),
            Self::Proof(error) => error.spec(),
            Self::ClientMissing
            | Self::SubjectMismatch
            | Self::IdMissing
            | Self::LifetimeTooLong
            | Self::Replayed => "RFC 7523 §3",
            Self::ClientUnknown | Self::ClientNotActive | Self::DeploymentUnknown => {
                "Security Framework 1.0 §4.1.1"
            }
        }
    }

    /// What OAuth calls it.
    #[must_use]
    pub fn oauth(&self) -> OAuthError {
        match self {
            Self::Method | Self::Form | Self::Parameter(_) => OAuthError::InvalidRequest,
            Self::GrantType => OAuthError::UnsupportedGrantType,
            Self::Scope => OAuthError::InvalidScope,
            _ => OAuthError::InvalidClient,
        }
    }

    /// The answer: 400 and what OAuth calls it; 405 for another method. Who is not the client learns nothing of why.
    #[must_use]
    pub fn to_http(&self) -> Response<Vec<u8>> {
        let oauth = self.oauth();
        let description = match oauth {
            OAuthError::InvalidClient => String::new(),
            _ => format!(r#","error_description":"{self}""#),
        };
        let mut response =
            Response::new(format!(r#"{{"error":"{}"{description}}}"#, oauth.as_str()).into_bytes());
        *response.status_mut() = StatusCode::BAD_REQUEST;
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type::JSON));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        if *self == Self::Method {
            headers.insert(ALLOW, HeaderValue::from_static("POST"));
            *response.status_mut() = StatusCode::METHOD_NOT_ALLOWED;
        }
        response
    }
}
