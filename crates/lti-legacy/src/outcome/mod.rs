//! Basic Outcomes 1.1: one grade for one person and link, both ends.

mod call;
mod envelope_error;
mod markup;
mod request;
mod response;
mod result_score;
mod xml;

pub use call::{OutcomeAnswer, OutcomeCall, OutcomeError};
pub use envelope_error::EnvelopeError;
pub use request::{Operation, OutcomeRequest, ReplaceResult, ResultData, SubmissionDetails};
pub use response::{CodeMajor, CodeMinor, OutcomeResponse, ResponseBody, Severity};
pub use result_score::{InvalidScore, ResultScore};

/// The namespace of every element.
const NAMESPACE: &str = "http://www.imsglobal.org/services/ltiv1p1/xsd/imsoms_v1p0";

/// The media type of LTI 1.1.
pub const XML: &str = "application/xml";

/// The media type under LTI 1.3, where a bearer token takes the place of the signature.
pub const OUTCOME_XML: &str = "application/vnd.ims.lti.v1.outcome+xml";
