//! Requests: replace, read or delete one result (LTI 1.1 §6.1).

use std::fmt;

use lti_types::{Timestamp, WireUrl};

use super::markup::Markup;
use super::result_score::number;
use super::xml::{self, Element};
use super::{EnvelopeError, ResultScore};
use crate::{SignError, VerifiedRequest};

/// One operation on one result.
///
/// ```
/// use lti_legacy::{Operation, OutcomeRequest, ReplaceResult, ResultScore};
/// let replace = ReplaceResult::new(ResultScore::new(0.92)?);
/// let request = OutcomeRequest::new("m-1", "course<7>:ada", Operation::Replace(replace));
/// let xml = request.to_xml()?;
/// assert!(String::from_utf8_lossy(&xml).contains("<sourcedId>course&lt;7&gt;:ada</sourcedId>"));
/// assert_eq!(OutcomeRequest::from_xml(&xml)?, request);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OutcomeRequest {
    /// Names the message (`imsx_messageIdentifier`); the answer refers to it.
    pub message_id: String,
    /// The result (`lis_result_sourcedid` of the launch): opaque, JSON text in some platforms.
    pub sourced_id: String,
    /// What to do with it.
    pub operation: Operation,
}

/// What to do with a result.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum Operation {
    /// Write it.
    Replace(ReplaceResult),
    /// Read it.
    Read,
    /// Delete it.
    Delete,
    /// An operation that Basic Outcomes does not have, by the name of its element. It is to be answered as unsupported.
    Other(Box<str>),
}

/// What is written into a result. The score is all that LTI 1.1 has; the rest is of one platform, which announces each
/// by a launch parameter `ext_outcome_…_accepted`.
///
/// ```
/// use lti_legacy::{Operation, OutcomeRequest, ReplaceResult, ResultData, ResultScore, SubmissionDetails};
///
/// let mut result = ReplaceResult::new(ResultScore::of_points(17.0, 20.0)?);
/// // Where the launch had `ext_outcome_data_values_accepted=url` and `ext_outcome_submission_submitted_at_accepted`:
/// result.data = vec![ResultData::Url("https://tool.example/attempts/7".into())];
/// let mut details = SubmissionDetails::new();
/// details.submitted_at = Some("2026-06-30T12:00:00Z".into());
/// result.submission = details;
/// let request = OutcomeRequest::new("m-1", "sourcedid-of-the-launch", Operation::Replace(result));
/// let xml = String::from_utf8(request.to_xml()?)?;
/// assert!(xml.contains("<textString>0.85</textString>") && xml.contains("https://tool.example/attempts/7"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct ReplaceResult {
    /// The score; only where a total score or nothing but submission data is sent there may be none.
    pub score: Option<ResultScore>,
    /// The score in points instead (`resultTotalScore`; `ext_outcome_result_total_score_accepted`).
    pub total_score: Option<f64>,
    /// What the learner handed in (`resultData`; `ext_outcome_data_values_accepted`). Send one; of a text and an
    /// address the platform takes the text.
    pub data: Vec<ResultData>,
    /// When and how it was handed in (`submissionDetails`; `ext_outcome_submission_submitted_at_accepted`).
    pub submission: SubmissionDetails,
}

impl ReplaceResult {
    /// A score and nothing else.
    #[must_use]
    pub fn new(score: ResultScore) -> Self {
        Self { score: Some(score), ..Self::default() }
    }
}

/// What a learner handed in.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResultData {
    /// A text, perhaps HTML; a stranger's words.
    Text(String),
    /// An address.
    Url(WireUrl),
    /// An address that is launched by LTI.
    LtiLaunchUrl(WireUrl),
}

/// When and how a submission was handed in.
///
/// [`ReplaceResult`] has an example.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct SubmissionDetails {
    /// When.
    pub submitted_at: Option<Timestamp>,
    /// Somebody has to look at it.
    pub needs_additional_review: bool,
    /// A grade that somebody gave by hand is to stay.
    pub prioritize_non_tool_grade: bool,
}

impl SubmissionDetails {
    /// Nothing known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl OutcomeRequest {
    /// A request.
    #[must_use]
    pub fn new(message_id: impl Into<String>, sourced_id: impl Into<String>, operation: Operation) -> Self {
        Self { message_id: message_id.into(), sourced_id: sourced_id.into(), operation }
    }

    /// The envelope, as XML.
    ///
    /// # Errors
    /// [`SignError::NotXml`]: characters that XML cannot hold. [`SignError::TooLarge`]: more than anybody would read.
    pub fn to_xml(&self) -> Result<Vec<u8>, SignError> {
        const ROOT: &str = "imsx_POXEnvelopeRequest";
        let element = self.operation.element();
        let mut xml = Markup::document(ROOT);
        xml.open("imsx_POXHeader").open("imsx_POXRequestHeaderInfo");
        xml.element("imsx_version", "V1.0")?.element("imsx_messageIdentifier", &self.message_id)?;
        xml.close("imsx_POXRequestHeaderInfo").close("imsx_POXHeader").open("imsx_POXBody").open(&element);
        if let Operation::Replace(replace) = &self.operation {
            replace.submission.write(&mut xml)?;
        }
        xml.open("resultRecord").open("sourcedGUID").element("sourcedId", &self.sourced_id)?;
        xml.close("sourcedGUID");
        if let Operation::Replace(replace) = &self.operation {
            replace.write(&mut xml)?;
        }
        xml.close("resultRecord").close(&element).close("imsx_POXBody").close(ROOT);
        let bytes = xml.into_bytes();
        if bytes.len() > crate::Parameters::MAX_BYTES { Err(SignError::TooLarge) } else { Ok(bytes) }
    }

    /// Reads an envelope: elements by their names, whatever their namespace and order; others are passed over.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn from_xml(xml: &[u8]) -> Result<Self, EnvelopeError> {
        let root = xml::parse(xml)?;
        if root.name != "imsx_POXEnvelopeRequest" {
            return Err(EnvelopeError::NotEnvelope);
        }
        let info = root.need("imsx_POXHeader")?.need("imsx_POXRequestHeaderInfo")?;
        let message_id = info.verbatim_of("imsx_messageIdentifier")?.unwrap_or_default().to_owned();
        let body = root.need("imsx_POXBody")?;
        let [request] = body.children.as_slice() else {
            return Err(if body.children.is_empty() {
                EnvelopeError::Missing("imsx_POXBody")
            } else {
                EnvelopeError::Repeated("imsx_POXBody")
            });
        };
        let operation = match request.name.as_str() {
            "replaceResultRequest" => Operation::Replace(ReplaceResult::read(request)?),
            "readResultRequest" => Operation::Read,
            "deleteResultRequest" => Operation::Delete,
            other => {
                let name = other.strip_suffix("Request").unwrap_or(other);
                return Ok(Self::new(message_id, "", Operation::Other(name.into())));
            }
        };
        let guid = request.need("resultRecord")?.need("sourcedGUID")?;
        let sourced_id = guid.verbatim_of("sourcedId")?.ok_or(EnvelopeError::Missing("sourcedId"))?;
        Ok(Self::new(message_id, sourced_id, operation))
    }
}

impl VerifiedRequest {
    /// The operation that is asked for.
    ///
    /// # Errors
    /// [`EnvelopeError`]; answer with [`OutcomeResponse::unreadable`](crate::OutcomeResponse::unreadable).
    pub fn outcome(&self) -> Result<OutcomeRequest, EnvelopeError> {
        OutcomeRequest::from_xml(self.body())
    }
}

impl Operation {
    /// Its name: `replaceResult`, `readResult`, `deleteResult`, or whatever was asked for.
    #[must_use]
    pub fn name(&self) -> &str {
        match self {
            Self::Replace(_) => "replaceResult",
            Self::Read => "readResult",
            Self::Delete => "deleteResult",
            Self::Other(name) => name,
        }
    }

    fn element(&self) -> String {
        // The name of an unknown operation comes from a peer, and is written as nothing but a name.
        let name: String = self.name().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
        format!("{name}Request")
    }
}

impl ReplaceResult {
    fn write(&self, xml: &mut Markup) -> Result<(), SignError> {
        xml.open("result");
        let mut score = |name, text: String| -> Result<(), SignError> {
            xml.open(name).element("language", "en")?.element("textString", &text)?.close(name);
            Ok(())
        };
        if let Some(value) = self.score {
            score("resultScore", value.to_string())?;
        }
        if let Some(value) = self.total_score.filter(|value| value.is_finite()) {
            score("resultTotalScore", value.to_string())?;
        }
        write_data(&self.data, xml)?;
        xml.close("result");
        Ok(())
    }

    fn read(request: &Element) -> Result<Self, EnvelopeError> {
        let mut replace = Self { submission: SubmissionDetails::read(request)?, ..Self::default() };
        if let Some(result) = request.need("resultRecord")?.child("result")? {
            replace.score = read_score(result)?;
            if let Some(total) = result.child("resultTotalScore")? {
                let text = total.text_of("textString")?.ok_or(EnvelopeError::Missing("textString"))?;
                let points = number(text).ok_or(EnvelopeError::Invalid("resultTotalScore"))?;
                replace.total_score = Some(points);
            }
            replace.data = read_data(result)?;
            // An element without a number is no request to write nothing.
            if replace.score.is_none() && result.child("resultScore")?.is_some() {
                return Err(EnvelopeError::Invalid("resultScore"));
            }
        }
        let nothing = replace.score.is_none() && replace.total_score.is_none() && replace.data.is_empty();
        if nothing && replace.submission == SubmissionDetails::new() {
            return Err(EnvelopeError::Missing("resultScore"));
        }
        Ok(replace)
    }
}

/// The score in a result; `None` when there is none, or an empty one.
pub(super) fn read_score(result: &Element) -> Result<Option<ResultScore>, EnvelopeError> {
    let Some(score) = result.child("resultScore")? else { return Ok(None) };
    let text = score.text_of("textString")?;
    text.map(ResultScore::parse).transpose().map_err(|_| EnvelopeError::Invalid("resultScore"))
}

pub(super) fn write_data(data: &[ResultData], xml: &mut Markup) -> Result<(), SignError> {
    for data in data {
        let (name, text) = match data {
            ResultData::Text(text) => ("text", text.as_str()),
            ResultData::Url(url) => ("url", url.as_str()),
            ResultData::LtiLaunchUrl(url) => ("ltiLaunchUrl", url.as_str()),
        };
        xml.open("resultData").element(name, text)?.close("resultData");
    }
    Ok(())
}

pub(super) fn read_data(result: &Element) -> Result<Vec<ResultData>, EnvelopeError> {
    let mut found = Vec::new();
    for data in result.children.iter().filter(|child| child.name == "resultData") {
        if let Some(text) = data.verbatim_of("text")? {
            found.push(ResultData::Text(text.to_owned()));
        }
        if let Some(url) = data.text_of("url")? {
            found.push(ResultData::Url(url.into()));
        }
        if let Some(url) = data.text_of("ltiLaunchUrl")? {
            found.push(ResultData::LtiLaunchUrl(url.into()));
        }
    }
    Ok(found)
}

impl SubmissionDetails {
    fn write(&self, xml: &mut Markup) -> Result<(), SignError> {
        if *self == Self::new() {
            return Ok(());
        }
        xml.open("submissionDetails");
        if let Some(time) = &self.submitted_at {
            xml.element("submittedAt", time.as_str())?;
        }
        if self.needs_additional_review {
            xml.empty("needsAdditionalReview");
        }
        if self.prioritize_non_tool_grade {
            xml.empty("prioritizeNonToolGrade");
        }
        xml.close("submissionDetails");
        Ok(())
    }

    fn read(request: &Element) -> Result<Self, EnvelopeError> {
        let mut details = Self::new();
        // The platform's documentation has the flags in the details in its text, and beside them in its example.
        for place in request.child("submissionDetails")?.into_iter().chain([request]) {
            if let Some(time) = place.text_of("submittedAt")? {
                details.submitted_at.get_or_insert_with(|| time.into());
            }
            details.needs_additional_review |= place.child("needsAdditionalReview")?.is_some();
            details.prioritize_non_tool_grade |= place.child("prioritizeNonToolGrade")?.is_some();
        }
        Ok(details)
    }
}

/// The result says whose it is.
impl fmt::Debug for OutcomeRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutcomeRequest").field("operation", &self.operation.name()).finish_non_exhaustive()
    }
}

impl fmt::Debug for ResultData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Text(_) => "Text(…)",
            Self::Url(_) => "Url(…)",
            Self::LtiLaunchUrl(_) => "LtiLaunchUrl(…)",
        })
    }
}
