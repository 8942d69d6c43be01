//! What is answered when something is refused: a stable code, a sentence, a section of the specification. Which shape
//! it takes, JSON or a page, is the visitor's choice: see `visitor.rs`.

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use lti_browser::{CompletionError, ErrorReport, Fault, NotSameOrigin, PageError};
use lti_jwks::VerifyError;
use lti_platform::{AuthorizeError, InitiateError};
use lti_tool::{FindError, LaunchError, LoginError};
use lti_types::FormError;

/// A refusal. It holds nothing that a request said.
#[derive(Debug, Clone)]
pub(crate) struct Problem {
    pub(crate) status: u16,
    pub(crate) code: &'static str,
    pub(crate) message: String,
    pub(crate) spec: &'static str,
    fault: Fault,
}

impl Problem {
    pub(crate) fn new(
        status: u16,
        fault: Fault,
        code: &'static str,
        message: impl Into<String>,
        spec: &'static str,
    ) -> Self {
        Self { status, code, message: message.into(), spec, fault }
    }

    pub(crate) fn malformed(code: &'static str, message: impl Into<String>, spec: &'static str) -> Self {
        Self::new(400, Fault::Malformed, code, message, spec)
    }

    pub(crate) fn forbidden(code: &'static str, message: impl Into<String>, spec: &'static str) -> Self {
        Self::new(403, Fault::Declined, code, message, spec)
    }

    pub(crate) fn not_found() -> Self {
        Self::new(404, Fault::NotFound, "not_found", "there is nothing at this address", "RFC 9110 §15.5.5")
    }

    pub(crate) fn method_not_allowed() -> Self {
        let message = "this address does not take the method";
        Self::new(405, Fault::Malformed, "method_not_allowed", message, "RFC 9110 §15.5.6")
    }

    pub(crate) fn sign_in() -> Self {
        let message = "nobody is signed in in this browser";
        Self::new(401, Fault::SignedOut, "session_missing", message, "Security Framework 1.0 §5.1.1.2")
    }

    /// Our own fault. What it was goes to the log, not to the visitor.
    pub(crate) fn internal(what: impl std::fmt::Display) -> Self {
        tracing::error!(what = %what, "internal error");
        Self::new(500, Fault::Configuration, "internal", "the server failed", "RFC 9110 §15.6.1")
    }

    pub(crate) fn report(&self, in_words: bool) -> ErrorReport {
        let mut report = ErrorReport::new(self.status, self.fault, self.code);
        report.spec = Some(self.spec.to_owned());
        report.detail = in_words.then(|| {
            let mut text = self.message.clone();
            text.get_mut(..1).map(str::make_ascii_uppercase);
            if !text.ends_with('.') {
                text.push('.');
            }
            text
        });
        report
    }

    /// The status, for answers that need no more than that.
    pub(crate) fn status_code(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

/// An answer without a body, which the visitor's layer fills in.
impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status_code().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<lti_store::RecordError> for Problem {
    fn from(error: lti_store::RecordError) -> Self {
        match error {
            lti_store::RecordError::Store(error) => error.into(),
            error => {
                let busy = error.http_status() == 503;
                let fault = if busy { Fault::Unavailable } else { Fault::Configuration };
                Self::new(error.http_status(), fault, error.code(), error.to_string(), error.spec())
            }
        }
    }
}

impl From<FormError> for Problem {
    fn from(error: FormError) -> Self {
        Self::malformed(error.code(), error.to_string(), "Security Framework 1.0 §5.1.1")
    }
}

impl From<FindError> for Problem {
    fn from(error: FindError) -> Self {
        Self::new(error.http_status(), Fault::Unknown, error.code(), error.to_string(), error.spec())
    }
}

impl From<LoginError> for Problem {
    fn from(error: LoginError) -> Self {
        let fault = if error.http_status() == 500 { Fault::Configuration } else { Fault::Unknown };
        Self::new(error.http_status(), fault, error.code(), error.to_string(), error.spec())
    }
}

impl From<LaunchError> for Problem {
    fn from(error: LaunchError) -> Self {
        let fault = match &error {
            LaunchError::LoginUnknown | LaunchError::LoginExpired => Fault::Expired,
            LaunchError::Proof(
                VerifyError::Expired
                | VerifyError::TooOld
                | VerifyError::IssuedInFuture
                | VerifyError::NotYetValid,
            ) => Fault::Expired,
            LaunchError::StateMismatch | LaunchError::BrowserMismatch => Fault::OtherBrowser,
            LaunchError::Platform(platform) if platform.may_work_in_new_window() => Fault::SignedOut,
            LaunchError::Platform(_) | LaunchError::UserRequired => Fault::Declined,
            LaunchError::DeploymentUnknown | LaunchError::RegistrationNotActive => Fault::Unknown,
            _ => Fault::Malformed,
        };
        Self::new(error.http_status(), fault, error.code(), error.to_string(), error.spec())
    }
}

impl From<InitiateError> for Problem {
    fn from(error: InitiateError) -> Self {
        Self::new(403, Fault::Configuration, error.code(), error.to_string(), error.spec())
    }
}

impl From<AuthorizeError> for Problem {
    fn from(error: AuthorizeError) -> Self {
        Self::new(400, Fault::Unknown, error.code(), error.to_string(), error.spec())
    }
}

impl From<CompletionError> for Problem {
    fn from(error: CompletionError) -> Self {
        Self::new(error.http_status(), Fault::OtherBrowser, error.code(), error.to_string(), error.spec())
    }
}

impl From<NotSameOrigin> for Problem {
    fn from(error: NotSameOrigin) -> Self {
        Self::new(403, Fault::OtherBrowser, error.code(), error.to_string(), error.spec())
    }
}

impl From<PageError> for Problem {
    fn from(error: PageError) -> Self {
        Self::internal(error)
    }
}

impl From<lti_types::EntropyUnavailable> for Problem {
    fn from(error: lti_types::EntropyUnavailable) -> Self {
        Self::internal(error)
    }
}
