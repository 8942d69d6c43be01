//! Why a tool could not register (LTI Dynamic Registration 1.0 §3 to §5; RFC 7591 §3.2.2).

use std::fmt;

use http::Response;
use serde_json::Value;

use crate::{DocumentError, Fault, MAX_DOCUMENT_BYTES, Problem};

/// The most characters of an answer that are kept for people to read.
const MAX_DETAIL: usize = 2_000;

/// Why a dynamic registration failed, at the tool. Nothing of what the platform sent is printed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegistrationError {
    /// A parameter of the initiation is missing, empty or repeated.
    #[error("the parameter {0} is missing or repeated")]
    Parameter(&'static str),
    /// The address of the configuration is none to fetch from.
    #[error("openid_configuration: {0}")]
    ConfigurationUrl(Problem),
    /// The configuration is somewhere else: on another origin, or not to be found after five redirects.
    #[error("the configuration is redirected to another origin, or too often")]
    Redirected,
    /// The answer is longer than [`crate::MAX_DOCUMENT_BYTES`].
    #[error("the answer is too long")]
    TooLarge,
    /// The answer claims to be something else than JSON.
    #[error("the answer is not JSON by its media type")]
    MediaType,
    /// The configuration is not one.
    #[error("the configuration is not acceptable: {0}")]
    Configuration(DocumentError),
    /// The issuer is on another host than the configuration: somebody speaks for somebody else.
    #[error("the issuer is not on the host of the configuration")]
    IssuerMismatch,
    /// An address of the configuration is none to use.
    #[error("{0}: {1}")]
    Address(&'static str, Problem),
    /// The platform does not offer what LTI cannot do without: its member.
    #[error("the platform does not offer what is needed: {0}")]
    NotOffered(&'static str),
    /// The platform refused.
    #[error("the platform refused the registration: {0}")]
    Refused(PlatformRefusal),
    /// The answer to the registration is not one.
    #[error("the registration may have been made, but the answer cannot be read: {0}")]
    Answer(DocumentError),
    /// The answer names no client id, or another one than it must.
    #[error("the answer names no client id, or another one")]
    ClientId,
    /// The registration was begun too long ago.
    #[error("the registration was begun too long ago")]
    Expired,
    /// There is a registration of this issuer and client id already; it is never replaced.
    #[error("there is a registration with this issuer and client id")]
    AlreadyRegistered,
    /// What the tool wants to say of itself is not acceptable: what is wrong with it.
    #[error("the tool's own metadata is not acceptable: {}", list(.0))]
    Metadata(Vec<Fault>),
}

fn list(faults: &[Fault]) -> String {
    faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl RegistrationError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Parameter(_) => "parameter_invalid",
            Self::ConfigurationUrl(_) => "configuration_url_invalid",
            Self::Redirected => "configuration_redirected",
            Self::TooLarge => "too_large",
            Self::MediaType => "media_type_unsupported",
            Self::Configuration(_) => "configuration_invalid",
            Self::IssuerMismatch => "issuer_mismatch",
            Self::Address(..) => "address_invalid",
            Self::NotOffered(_) => "not_offered",
            Self::Refused(refusal) => refusal.code(),
            Self::Answer(_) => "answer_invalid",
            Self::ClientId => "client_id_invalid",
            Self::Expired => "registration_expired",
            Self::AlreadyRegistered => "already_registered",
            Self::Metadata(_) => "metadata_invalid",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Parameter(_) | Self::Expired => "LTI Dynamic Registration 1.0 §3.3",
            Self::IssuerMismatch => "LTI Dynamic Registration 1.0 §3.5",
            Self::Refused(_) | Self::Answer(_) | Self::ClientId => "RFC 7591 §3.2",
            Self::AlreadyRegistered => "LTI Core 1.3 §3.1.3",
            Self::Metadata(_) => "LTI Dynamic Registration 1.0 §4",
            _ => "LTI Dynamic Registration 1.0 §3",
        }
    }

    /// The HTTP status for the administrator's browser.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Parameter(_) | Self::ConfigurationUrl(_) | Self::Expired => 400,
            Self::AlreadyRegistered => 409,
            Self::Metadata(_) => 500,
            _ => 502,
        }
    }
}

/// What a platform answered instead of registering. It prints no more than the status and a word of ours.
#[derive(Clone, PartialEq, Eq)]
pub struct PlatformRefusal {
    status: u16,
    kind: RefusalKind,
    detail: String,
}

/// What a refusal means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RefusalKind {
    /// The registration token is missing, expired or used: begin again from the platform.
    TokenRejected,
    /// The token is not for this.
    Forbidden,
    /// A redirect URI is not acceptable.
    RedirectUri,
    /// Something else of the tool's metadata is not acceptable.
    Metadata,
    /// There is no such thing at this address.
    NotFound,
    /// There is such a tool already.
    Conflict,
    /// Not now.
    Unavailable,
    /// Somewhere else; nobody followed.
    Redirected,
    /// Anything else.
    Other,
}

impl PlatformRefusal {
    /// Reads an answer of any form: RFC 7591's JSON, a list of errors, or plain words (quirk 19).
    pub(crate) fn read(response: &Response<Vec<u8>>) -> Self {
        let body = response.body();
        let body = body.get(..body.len().min(MAX_DETAIL * 4)).unwrap_or_default();
        let text = String::from_utf8_lossy(body);
        let whole = response.body().len() <= MAX_DOCUMENT_BYTES;
        let json: Option<Value> = whole.then(|| serde_json::from_slice(response.body()).ok()).flatten();
        let detail = json.as_ref().map_or_else(|| text.trim().to_owned(), words);
        let status = response.status().as_u16();
        let says = |word: &str| detail.to_ascii_lowercase().contains(word);
        let kind = match status {
            300..=399 => RefusalKind::Redirected,
            401 => RefusalKind::TokenRejected,
            404 | 410 => RefusalKind::NotFound,
            409 => RefusalKind::Conflict,
            408 | 425 | 429 | 500 | 502..=504 => RefusalKind::Unavailable,
            _ if says("token_already_used")
                || says("missing_registration_token")
                || says("invalid_token") =>
            {
                RefusalKind::TokenRejected
            }
            403 => RefusalKind::Forbidden,
            400 | 422 if says("redirect_uri") => RefusalKind::RedirectUri,
            400 | 422 => RefusalKind::Metadata,
            _ => RefusalKind::Other,
        };
        Self { status, kind, detail: detail.chars().take(MAX_DETAIL).collect() }
    }

    /// The HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// What it means.
    #[must_use]
    pub fn kind(&self) -> RefusalKind {
        self.kind
    }

    /// What the platform said, at most 2,000 characters, for the administrator; written by a stranger: escape it.
    #[must_use]
    pub fn untrusted_detail(&self) -> &str {
        &self.detail
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self.kind {
            RefusalKind::TokenRejected => "token_rejected",
            RefusalKind::Forbidden => "forbidden",
            RefusalKind::RedirectUri => "redirect_uri_refused",
            RefusalKind::Metadata => "metadata_refused",
            RefusalKind::NotFound => "not_found",
            RefusalKind::Conflict => "conflict",
            RefusalKind::Unavailable => "unavailable",
            RefusalKind::Redirected => "redirected",
            RefusalKind::Other => "refused",
        }
    }
}

/// The words in an error body, whatever its shape.
fn words(json: &Value) -> String {
    let mut found = Vec::new();
    let mut open = vec![json];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) => found.push(text.as_str()),
            Value::Array(list) => open.extend(list.iter().rev()),
            Value::Object(object) => open.extend(object.values().rev()),
            _ => {}
        }
        if found.len() > 50 {
            break;
        }
    }
    found.join("; ")
}

impl fmt::Debug for PlatformRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlatformRefusal")
            .field("status", &self.status)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for PlatformRefusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (HTTP {})", self.code(), self.status)
    }
}

#[cfg(test)]
mod tests {
    use super::{PlatformRefusal, RefusalKind};

    #[test]
    fn dr_12_errors_in_any_form_are_read() {
        for (status, body, kind, detail) in [
            (
                400,
                r#"{"error":"invalid_redirect_uri","error_description":"not https"}"#,
                RefusalKind::RedirectUri,
                "invalid_redirect_uri; not https",
            ),
            (400, r#"{"error":"invalid_client_metadata"}"#, RefusalKind::Metadata, "invalid_client_metadata"),
            // Quirk 19.
            (422, r#"{"errors":["scope x is unknown","y"]}"#, RefusalKind::Metadata, "scope x is unknown; y"),
            (
                422,
                r#"{"errors":[{"field":"jwks_uri","message":"blank"}]}"#,
                RefusalKind::Metadata,
                "jwks_uri; blank",
            ),
            (401, "missing_registration_token", RefusalKind::TokenRejected, "missing_registration_token"),
            (400, "token_already_used", RefusalKind::TokenRejected, "token_already_used"),
            (403, "Incorrect scope", RefusalKind::Forbidden, "Incorrect scope"),
            (400, "invalid_redirect_uris", RefusalKind::RedirectUri, "invalid_redirect_uris"),
            (500, "<html>", RefusalKind::Unavailable, "<html>"),
            (302, "", RefusalKind::Redirected, ""),
            (418, "", RefusalKind::Other, ""),
        ] {
            let response = http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap();
            let refusal = PlatformRefusal::read(&response);
            assert_eq!((refusal.kind(), refusal.untrusted_detail()), (kind, detail), "{body}");
            assert!(body.is_empty() || !format!("{refusal}{refusal:?}").contains(body));
        }
        let long = vec![b'x'; 1_000_000];
        let refusal = PlatformRefusal::read(&http::Response::builder().status(400).body(long).unwrap());
        assert_eq!(refusal.untrusted_detail().len(), 2000);
    }
}
