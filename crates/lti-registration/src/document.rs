//! JSON documents of registration as they arrive: bounded, and refused without an echo (RFC 8259 §9).

use std::fmt;

use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use lti_jwks::{PayloadError, PayloadProblem};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// The most bytes of a document that are read: 1 MiB. Whoever receives should stop there.
pub const MAX_DOCUMENT_BYTES: usize = 1024 * 1024;

/// Which member of a document is wrong. It holds names of members, never their values.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DocumentError {
    path: Option<String>,
}

impl DocumentError {
    /// The names on the way to the member that is missing, repeated or of another form; `None` if the whole is not
    /// JSON.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        self.path.as_deref()
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        if self.path.is_some() { "member_invalid" } else { "not_json" }
    }
}

impl fmt::Display for DocumentError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_deref() {
            None => f.write_str("it is not JSON"),
            Some("") => f.write_str("it is not of the expected form"),
            Some(path) => write!(f, "{path} is missing, repeated or not of the expected form"),
        }
    }
}

impl std::error::Error for DocumentError {}

pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, DocumentError> {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    serde_json::from_slice(body).map_err(|_| explain(&PayloadError::find::<T>(body)))
}

fn explain(error: &PayloadError) -> DocumentError {
    let json = error.problem() != PayloadProblem::NotJson;
    DocumentError { path: json.then(|| error.path().to_owned()) }
}

/// Whether the headers say JSON, in one of its many names; or nothing.
pub(crate) fn may_be_json(headers: &HeaderMap) -> bool {
    headers.get(CONTENT_TYPE).is_none_or(|value| {
        value.to_str().is_ok_and(|text| {
            let media_type = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
            media_type.ends_with("/json") || media_type.ends_with("+json")
        })
    })
}

/// A JSON answer that nobody keeps.
pub(crate) fn respond<T: Serialize>(status: StatusCode, body: &T) -> Response<Vec<u8>> {
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    headers.insert(http::header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
