//! A tool's call: a signed request out, and an answer in.

use chrono::{DateTime, Utc};
use http::header::{ACCEPT, CONTENT_TYPE, HeaderValue};
use http::{Method, Request, Response, Uri};
use lti_types::{BasicOutcome, Nonce, WireUrl};

use super::{
    CodeMajor, EnvelopeError, Operation, OutcomeRequest, OutcomeResponse, ResponseBody, ResultData,
    ResultScore, XML,
};
use crate::{SignError, Signer};

/// One operation on one result, and where to send it. Which addresses may be spoken to is the sender's to decide.
///
/// ```
/// use chrono::DateTime;
/// use lti_legacy::{
///     ConsumerKey, Operation, OutcomeCall, OutcomeRequest, ReplaceResult, ResultScore, SharedSecret, Signer,
/// };
/// use lti_types::Nonce;
/// let replace = Operation::Replace(ReplaceResult::new(ResultScore::new(0.92)?));
/// let request = OutcomeRequest::new("m-1", "lis_result_sourcedid of the launch", replace);
/// let call = OutcomeCall::new("https://lms.example/outcomes".into(), request);
/// let signer = Signer::new(ConsumerKey::new("key1")?, SharedSecret::new("s3cr&t")?);
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let http = call.to_http(&signer, &Nonce::random()?, now)?;
/// assert_eq!(http.headers()["content-type"], "application/xml");
/// // Send it with the client of your choice, and let the call judge what came back.
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct OutcomeCall {
    url: WireUrl,
    request: OutcomeRequest,
}

/// What came of it.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct OutcomeAnswer {
    /// The platform took it, and did not do it yet.
    pub processing: bool,
    /// The score that was read; `None` when there is no grade yet, or none was asked for.
    pub score: Option<ResultScore>,
    /// What the learner handed in.
    pub data: Vec<ResultData>,
}

/// Why an operation was not done.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum OutcomeError {
    /// The platform did not do it; why, it may say in words that are a stranger's.
    #[error("the platform refused: {}", .0.code_major.as_str())]
    Refused(Box<OutcomeResponse>),
    /// The answer is no envelope.
    #[error("{0}")]
    Envelope(#[from] EnvelopeError),
    /// No envelope, and a status that says that it was not done.
    #[error("the server answered with status {0}")]
    Status(u16),
}

impl OutcomeError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused(response) if response.code_major == CodeMajor::Unsupported => "outcome_unsupported",
            Self::Refused(_) => "outcome_refused",
            Self::Envelope(error) => error.code(),
            Self::Status(_) => "status_unexpected",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Envelope(error) => error.spec(),
            _ => "LTI 1.1 §6.1",
        }
    }
}

impl OutcomeCall {
    /// A request to a service (`lis_outcome_service_url`).
    #[must_use]
    pub fn new(url: WireUrl, request: OutcomeRequest) -> Self {
        Self { url, request }
    }

    /// An operation on the result that a launch named, in a view of either version; `None` if it named none.
    #[must_use]
    pub fn on(outcome: &BasicOutcome, message_id: impl Into<String>, operation: Operation) -> Option<Self> {
        let url = outcome.lis_outcome_service_url.clone()?;
        let sourced_id = outcome.lis_result_sourcedid.clone().filter(|id| !id.is_empty())?;
        Some(Self::new(url, OutcomeRequest::new(message_id, sourced_id, operation)))
    }

    /// The request.
    #[must_use]
    pub fn request(&self) -> &OutcomeRequest {
        &self.request
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &WireUrl {
        &self.url
    }

    /// The request, signed. Under LTI 1.3 send [`OutcomeRequest::to_xml`] with a bearer token instead.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn to_http(
        &self,
        signer: &Signer,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<Request<Vec<u8>>, SignError> {
        let mut request = Request::new(self.request.to_xml()?);
        *request.method_mut() = Method::POST;
        let url = self.url.as_str();
        let url = url.split_once('#').map_or(url, |(url, _)| url);
        *request.uri_mut() =
            Uri::try_from(url).map_err(|_| SignError::Address(lti_types::InvalidUrl::NotAbsolute))?;
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(XML));
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(XML));
        signer.request(request, nonce, now)
    }

    /// Reads the answer: by its envelope, whatever the status; one platform sends failures with 422, most with 200.
    ///
    /// # Errors
    /// [`OutcomeError`].
    pub fn read(&self, response: &Response<Vec<u8>>) -> Result<OutcomeAnswer, OutcomeError> {
        let envelope = match OutcomeResponse::from_xml(response.body()) {
            Ok(envelope) => envelope,
            Err(_) if !response.status().is_success() => {
                return Err(OutcomeError::Status(response.status().as_u16()));
            }
            Err(error) => return Err(error.into()),
        };
        let processing = match envelope.code_major {
            CodeMajor::Success if response.status().is_success() => false,
            CodeMajor::Processing => true,
            // An envelope of success with the status of a failure is some gateway's invention.
            CodeMajor::Success => return Err(OutcomeError::Status(response.status().as_u16())),
            _ => return Err(OutcomeError::Refused(Box::new(envelope))),
        };
        match (&self.request.operation, envelope.body) {
            (Operation::Read, ResponseBody::Read { score, data }) => {
                Ok(OutcomeAnswer { processing, score, data })
            }
            // A success without a result is no grade of nothing.
            (Operation::Read, _) if !processing => Err(EnvelopeError::Missing("readResultResponse").into()),
            _ => Ok(OutcomeAnswer { processing, score: None, data: Vec::new() }),
        }
    }
}
