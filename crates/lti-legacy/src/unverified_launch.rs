//! Verifying a launch, in the tool (LTI 1.1 §4, RFC 5849 §3.2).

use std::fmt;

use chrono::{DateTime, Utc};
use http::Request;
use lti_types::{ClaimFaults, LaunchPresentation, ReturnMessages, WireUrl};

use crate::unverified_form::{SignedForm, UnverifiedForm, of_request};
use crate::{ConsumerKey, Credential, Launch, LaunchParameters, NonceUse, OAuthError, ParameterFaults, Use};

/// A launch before anything about it is known to be true.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use lti_legacy::{Credential, Launch, OAuthError, RefusedLaunch, UnverifiedLaunch, Use};
///
/// /// The address of this endpoint as the platform knows it, and what came to it.
/// fn launched(request: &http::Request<Vec<u8>>, now: DateTime<Utc>) -> Result<Launch, RefusedLaunch> {
///     let launch = UnverifiedLaunch::from_http(request, &"https://tool.example/launch".into())?;
///     let candidates: Vec<Credential> = Vec::new(); // ← looked up by launch.consumer_key()
///     let signed = launch.verify(&candidates, now)?;
///     let first = Use::First; // ← recorded: signed.nonce_use()
///     signed.first_use(first)
/// }
/// # let request = http::Request::get("/launch").body(Vec::new()).unwrap();
/// # assert_eq!(launched(&request, DateTime::UNIX_EPOCH).unwrap_err().code(), "request_unsuitable");
/// ```
#[derive(Debug)]
pub struct UnverifiedLaunch(UnverifiedForm);

impl UnverifiedLaunch {
    /// Of a launch URL, in full and as the platform knows it, and the body that was posted to it.
    ///
    /// # Errors
    /// [`OAuthError`]: the form or its OAuth parameters cannot be read.
    pub fn from_form(launch_url: &WireUrl, body: &[u8]) -> Result<Self, OAuthError> {
        UnverifiedForm::read(launch_url, body).map(Self)
    }

    /// Of a request to an endpoint, whose public address the caller knows; of the request's own only the query counts.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub fn from_http(request: &Request<Vec<u8>>, endpoint: &WireUrl) -> Result<Self, OAuthError> {
        let (url, body) = of_request(request, endpoint)?;
        Self::from_form(&url, body)
    }

    /// Who signed, as they say: to find credentials by, and nothing else.
    #[must_use]
    pub fn consumer_key(&self) -> &ConsumerKey {
        self.0.consumer_key()
    }

    /// The address it was posted to: credentials may be those of the publication that has it.
    #[must_use]
    pub fn launch_url(&self) -> &WireUrl {
        self.0.url()
    }

    /// Checks, in this order: a credential is good with the key; its registration allows the method; the signature; the
    /// timestamp. What else is in the launch is looked at once its nonce was recorded.
    ///
    /// # Errors
    /// [`OAuthError`]: show a page of your own, and redirect nowhere.
    pub fn verify(self, candidates: &[Credential], now: DateTime<Utc>) -> Result<SignedLaunch, OAuthError> {
        self.0.verify(candidates, now).map(|form| SignedLaunch { form, now })
    }
}

/// A launch that is signed, and waits for one more thing: whether it was used before. Record its nonce, and say what
/// the store said.
///
/// ```compile_fail,E0599
/// # fn skip(signed: lti_legacy::SignedLaunch) -> lti_legacy::Launch {
/// signed.launch()
/// # }
/// ```
#[derive(Debug)]
pub struct SignedLaunch {
    form: SignedForm,
    now: DateTime<Utc>,
}

impl SignedLaunch {
    /// What to record.
    #[must_use]
    pub fn nonce_use(&self) -> NonceUse {
        self.form.proof.nonce_use()
    }

    /// The launch, if its nonce was not used before and what its type requires is there: `lti_message_type`,
    /// `lti_version`, and `resource_link_id` or what a content-item request has in its place. The store must let
    /// exactly one caller hear [`Use::First`].
    ///
    /// # Errors
    /// [`RefusedLaunch`], which knows whether the browser may be sent back.
    pub fn first_use(self, seen: Use) -> Result<Launch, RefusedLaunch> {
        if seen != Use::First {
            return Err(OAuthError::Replayed.into());
        }
        let (typed, mut faults) = LaunchParameters::read_what_can_be(&self.form.parameters);
        let found: Vec<_> = faults.iter().map(|fault| fault.name).collect();
        // What came twice, or unreadably, is not missing besides.
        faults.extend(typed.faults().into_iter().filter(|fault| !found.contains(&fault.name)));
        let refused =
            |error| RefusedLaunch { error, presentation: Box::new(typed.to_claims().launch_presentation) };
        if let Err(faults) = ParameterFaults::check(faults) {
            return Err(refused(LaunchError::Parameters(faults)));
        }
        let launch = Launch::proven(self.form, typed.clone(), self.now);
        match launch.claims().message() {
            Ok(_) => Ok(launch),
            Err(faults) => Err(refused(LaunchError::Claims(faults))),
        }
    }
}

/// Why a launch is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    /// It is not proven.
    #[error("{0}")]
    OAuth(#[from] OAuthError),
    /// It is authentic, and lacks what its type requires, or has it in a form that nobody can read.
    #[error("{0}")]
    Parameters(#[from] ParameterFaults),
    /// It cannot be seen as a launch of 1.3.
    #[error("{0}")]
    Claims(#[from] ClaimFaults),
}

/// A launch that is refused. When it is authentic all the same, the browser may be sent back to the platform.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusedLaunch {
    error: LaunchError,
    presentation: Box<Option<LaunchPresentation>>,
}

impl RefusedLaunch {
    /// Why.
    #[must_use]
    pub fn error(&self) -> &LaunchError {
        &self.error
    }

    /// A stable code for machines. Where several parameters are at fault it is the first one's.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.error {
            LaunchError::OAuth(error) => error.code(),
            LaunchError::Parameters(faults) => faults.first().code(),
            LaunchError::Claims(faults) => faults.first().code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match &self.error {
            LaunchError::OAuth(error) => error.spec(),
            LaunchError::Parameters(faults) => faults.first().spec(),
            LaunchError::Claims(faults) => faults.first().spec(),
        }
    }

    /// The HTTP status to answer with, where a page is shown.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match &self.error {
            LaunchError::OAuth(error) => error.http_status(),
            _ => 400,
        }
    }

    /// Where to send the browser, with these messages for the platform and its person (`lti_errormsg`, `lti_errorlog`).
    /// `None`, and a page of the tool's own is to be shown, unless the launch is authentic and names an address to
    /// return to.
    #[must_use]
    pub fn return_to(&self, messages: &ReturnMessages) -> Option<url::Url> {
        self.presentation.as_ref().as_ref()?.return_to(messages)
    }
}

impl From<OAuthError> for RefusedLaunch {
    fn from(error: OAuthError) -> Self {
        Self { error: error.into(), presentation: Box::new(None) }
    }
}

impl fmt::Display for RefusedLaunch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.error.fmt(f)
    }
}

impl std::error::Error for RefusedLaunch {}
