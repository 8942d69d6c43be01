//! Why a service request is refused, and what the tool is told (RFC 6750 §3.1, AGS 2.0 OpenAPI).

use http::header::{ALLOW, CONTENT_TYPE, WWW_AUTHENTICATE};
use http::{HeaderValue, Response, StatusCode};
use lti_types::Scope;

use crate::{DocumentError, LineItemFault, ScoreFault, media_type};

/// The `error` of a 409 for a score that is not later than the one there is, and another one.
pub const SCORE_STALE: &str = "score_stale";
/// The `error` of a 409 for the very score that there is, sent once more.
pub const SCORE_REPEATED: &str = "score_repeated";

/// Why a service request is refused. No variant holds or prints anything that the request said, but for the names of
/// members.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestRefusal {
    /// No token.
    #[error("the request has no access token")]
    TokenMissing,
    /// An `Authorization` header that is none, or several of them.
    #[error("the Authorization header is malformed")]
    AuthorizationMalformed,
    /// A token that is unknown, expired or taken back.
    #[error("the access token is not, or no longer, good")]
    TokenInvalid,
    /// A token for something else; the scope that would do.
    #[error("the access token does not have the scope for this")]
    ScopeInsufficient(Option<Scope>),
    /// A method that is not for this; those that are.
    #[error("the method is not allowed here")]
    MethodNotAllowed(&'static str),
    /// The body claims to be something else.
    #[error("the media type is not the one that belongs here")]
    MediaTypeUnsupported,
    /// The body is longer than [`crate::MAX_REQUEST_BYTES`].
    #[error("the request is too long")]
    TooLarge,
    /// The body is not what belongs here.
    #[error("the request is not what belongs here: {0}")]
    Document(DocumentError),
    /// The line item is not one.
    #[error("the line item is not acceptable: {0}")]
    LineItem(LineItemFault),
    /// The score is not one.
    #[error("the score is not acceptable: {0}")]
    Score(ScoreFault),
    /// A query parameter is wrong or repeated.
    #[error("the query parameter {0} is wrong or repeated")]
    Parameter(&'static str),
    /// A page that was not given out, or not for this request.
    #[error("the page is not one of this list")]
    Cursor,
    /// There is no such thing, or it is not the token's.
    #[error("there is no such thing here")]
    NotFound,
    /// There is no such link, or it is not the token's, or of another context.
    #[error("there is no such resource link here")]
    LinkNotFound,
    /// The person is no member of the context.
    #[error("the user is not a member of the context")]
    UserNotMember,
    /// The platform takes no scores for this any more.
    #[error("scores are not accepted here now")]
    Closed,
    /// The platform has a newer score, or another one of the very same time.
    #[error("a newer score is recorded")]
    ScoreStale,
    /// The platform has this very score.
    #[error("this score is recorded already")]
    ScoreRepeated,
    /// Our own mistake: a page could not be sealed, or an answer not be written.
    #[error("the platform failed")]
    Internal,
}

impl RequestRefusal {
    /// A stable code for machines; it is also the `error` that the tool is told.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TokenMissing => "token_missing",
            Self::AuthorizationMalformed => "invalid_request",
            Self::TokenInvalid => "invalid_token",
            Self::ScopeInsufficient(_) => "insufficient_scope",
            Self::MethodNotAllowed(_) => "method_not_allowed",
            Self::MediaTypeUnsupported => "media_type_unsupported",
            Self::TooLarge => "too_large",
            Self::Document(error) => error.code(),
            Self::LineItem(fault) => fault.code(),
            Self::Score(fault) => fault.code(),
            Self::Parameter(_) => "parameter_invalid",
            Self::Cursor => "cursor_invalid",
            Self::NotFound => "not_found",
            Self::LinkNotFound => "resource_link_not_found",
            Self::UserNotMember => "user_not_member",
            Self::Closed => "closed",
            Self::ScoreStale => SCORE_STALE,
            Self::ScoreRepeated => SCORE_REPEATED,
            Self::Internal => "internal",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::TokenMissing
            | Self::AuthorizationMalformed
            | Self::TokenInvalid
            | Self::ScopeInsufficient(_) => "RFC 6750 §3.1",
            Self::LineItem(fault) => fault.spec(),
            Self::Score(fault) => fault.spec(),
            Self::LinkNotFound => "AGS 2.0 §3.2.9",
            Self::ScoreStale | Self::ScoreRepeated => "AGS 2.0 §3.4.4",
            _ => "RFC 9110 §15.5",
        }
    }

    /// The HTTP status.
    #[must_use]
    pub fn http_status(&self) -> StatusCode {
        match self {
            Self::TokenMissing | Self::TokenInvalid => StatusCode::UNAUTHORIZED,
            Self::ScopeInsufficient(_) | Self::UserNotMember | Self::Closed => StatusCode::FORBIDDEN,
            Self::MethodNotAllowed(_) => StatusCode::METHOD_NOT_ALLOWED,
            Self::MediaTypeUnsupported => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::NotFound | Self::LinkNotFound => StatusCode::NOT_FOUND,
            Self::ScoreStale | Self::ScoreRepeated => StatusCode::CONFLICT,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            Self::AuthorizationMalformed
            | Self::Document(_)
            | Self::LineItem(_)
            | Self::Score(_)
            | Self::Parameter(_)
            | Self::Cursor => StatusCode::BAD_REQUEST,
        }
    }

    /// The answer.
    #[must_use]
    pub fn to_http(&self) -> Response<Vec<u8>> {
        #[derive(serde::Serialize)]
        struct Body {
            error: &'static str,
            error_description: String,
        }
        let body = Body { error: self.code(), error_description: self.to_string() };
        // Text can always be written.
        let mut response = Response::new(serde_json::to_vec(&body).unwrap_or_default());
        *response.status_mut() = self.http_status();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type::JSON));
        let challenge = match self {
            Self::TokenMissing => Some("Bearer".to_owned()),
            Self::TokenInvalid => Some(r#"Bearer error="invalid_token""#.to_owned()),
            Self::AuthorizationMalformed => Some(r#"Bearer error="invalid_request""#.to_owned()),
            Self::ScopeInsufficient(None) => Some(r#"Bearer error="insufficient_scope""#.to_owned()),
            Self::ScopeInsufficient(Some(scope)) => {
                Some(format!(r#"Bearer error="insufficient_scope", scope="{scope}""#))
            }
            _ => None,
        };
        if let Some(challenge) = challenge.and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(WWW_AUTHENTICATE, challenge);
        }
        if let Self::MethodNotAllowed(allowed) = self {
            headers.insert(ALLOW, HeaderValue::from_static(allowed));
        }
        response
    }
}
