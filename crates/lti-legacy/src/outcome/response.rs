//! Responses (LTI 1.1 §6.1; Outcomes Management 1.0, `imsx_statusInfo`).

use std::fmt;

use http::header::{CONTENT_TYPE, HeaderValue};
use http::{Response, StatusCode};

use super::markup::Markup;
use super::request::{read_data, read_score, write_data};
use super::xml::{self, Element};
use super::{EnvelopeError, OutcomeRequest, ResultData, ResultScore, XML};
use crate::{OAuthError, SignError};

macro_rules! closed_enum {
    ($(#[$meta:meta])* $Name:ident { $( $(#[$vmeta:meta])* $Variant:ident = $text:literal, )* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $Name { $( $(#[$vmeta])* $Variant, )* }

        impl $Name {
            /// As it is written.
            #[must_use]
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$Variant => $text, )* }
            }

            fn from_text(text: &str) -> Option<Self> {
                [$( Self::$Variant ),*].into_iter().find(|value| value.as_str().eq_ignore_ascii_case(text))
            }
        }
    };
}

closed_enum! {
    /// How it went: the one thing to judge an answer by. The HTTP status says little: 200 for failures in most
    /// platforms.
    CodeMajor {
        /// Done.
        Success = "success",
        /// Taken, not yet done.
        Processing = "processing",
        /// Not done.
        Failure = "failure",
        /// Not done, and never will be: the platform has no such operation.
        Unsupported = "unsupported",
    }
}

closed_enum! {
    /// How bad it is.
    Severity {
        /// Not bad.
        Status = "status",
        /// Something is odd.
        Warning = "warning",
        /// It failed.
        Error = "error",
    }
}

/// A finer code: a value of the vocabulary, such as `invaliddata` or `unknownobject`, and what it is about.
///
/// ```
/// use lti_legacy::{CodeMinor, Operation, OutcomeRequest, OutcomeResponse};
///
/// let request = OutcomeRequest::new("m-1", "course-5:u-7", Operation::Read);
/// let response = OutcomeResponse::failure("r-1", &request, "unknownobject", "there is no such result");
/// assert_eq!(response.code_minor, [CodeMinor::new("unknownobject")]);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeMinor {
    /// What it is about; `TargetEndSystem` unless somebody says otherwise.
    pub name: String,
    /// The value.
    pub value: String,
}

impl CodeMinor {
    /// A value about the target end system.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { name: "TargetEndSystem".to_owned(), value: value.into() }
    }
}

/// What an answer brings.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ResponseBody {
    /// Nothing.
    Empty,
    /// The result was written.
    Replaced,
    /// The result was deleted.
    Deleted,
    /// The result.
    Read {
        /// Its score; `None` when there is no grade yet.
        score: Option<ResultScore>,
        /// What the learner handed in.
        data: Vec<ResultData>,
    },
}

/// An answer.
///
/// ```
/// use lti_legacy::{Operation, OutcomeRequest, OutcomeResponse, ResponseBody, ResultScore};
/// let request = OutcomeRequest::new("m-1", "sid", Operation::Read);
/// let score = Some(ResultScore::new(0.5)?);
/// let response = OutcomeResponse::success("r-1", &request, ResponseBody::Read { score, data: Vec::new() });
/// assert_eq!(OutcomeResponse::from_xml(&response.to_xml()?)?, response);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct OutcomeResponse {
    /// Names this message; a new name for each.
    pub message_id: String,
    /// How it went.
    pub code_major: CodeMajor,
    /// How bad it is.
    pub severity: Severity,
    /// In words; in an answer that came, a stranger's.
    pub description: Option<String>,
    /// The request's name.
    pub message_ref: Option<String>,
    /// The request's operation.
    pub operation_ref: Option<String>,
    /// Finer codes.
    pub code_minor: Vec<CodeMinor>,
    /// What it brings.
    pub body: ResponseBody,
    /// The HTTP status it goes with. It is no part of the document.
    status: u16,
}

impl OutcomeResponse {
    /// It was done.
    #[must_use]
    pub fn success(message_id: impl Into<String>, request: &OutcomeRequest, body: ResponseBody) -> Self {
        let mut response = Self::answer(message_id, Some(request), CodeMajor::Success, Severity::Status);
        response.body = body;
        response
    }

    /// It was not done: with a value of the vocabulary for finer codes (`invaliddata`, `unknownobject`,
    /// `gradingnotpermitted`, …) and words for the tool's log.
    #[must_use]
    pub fn failure(
        message_id: impl Into<String>,
        request: &OutcomeRequest,
        code_minor: &str,
        description: &str,
    ) -> Self {
        let mut response = Self::answer(message_id, Some(request), CodeMajor::Failure, Severity::Error);
        response.code_minor.push(CodeMinor::new(code_minor));
        response.description = Some(description.to_owned());
        response
    }

    /// There is no such operation.
    #[must_use]
    pub fn unsupported(message_id: impl Into<String>, request: &OutcomeRequest) -> Self {
        Self::answer(message_id, Some(request), CodeMajor::Unsupported, Severity::Status)
    }

    /// The request cannot be read.
    #[must_use]
    pub fn unreadable(message_id: impl Into<String>, error: EnvelopeError) -> Self {
        let mut response = Self::answer(message_id, None, CodeMajor::Failure, Severity::Error);
        response.code_minor.push(CodeMinor::new("invaliddata"));
        response.description = Some(error.to_string());
        response
    }

    /// The request is not believed: with status 401, or the error's own.
    #[must_use]
    pub fn unauthorized(message_id: impl Into<String>, error: OAuthError) -> Self {
        let mut response = Self::answer(message_id, None, CodeMajor::Failure, Severity::Error);
        response.code_minor.push(CodeMinor::new("unauthorizedrequest"));
        response.description = Some(error.to_string());
        response.status = error.http_status();
        response
    }

    fn answer(
        message_id: impl Into<String>,
        request: Option<&OutcomeRequest>,
        code_major: CodeMajor,
        severity: Severity,
    ) -> Self {
        Self {
            message_id: message_id.into(),
            code_major,
            severity,
            description: None,
            message_ref: request.map(|request| request.message_id.clone()),
            operation_ref: request.map(|request| request.operation.name().to_owned()),
            code_minor: Vec::new(),
            body: ResponseBody::Empty,
            status: 200,
        }
    }

    /// The envelope, as XML.
    ///
    /// # Errors
    /// [`SignError::NotXml`]: characters that XML cannot hold.
    pub fn to_xml(&self) -> Result<Vec<u8>, SignError> {
        const ROOT: &str = "imsx_POXEnvelopeResponse";
        let mut xml = Markup::document(ROOT);
        xml.open("imsx_POXHeader").open("imsx_POXResponseHeaderInfo");
        xml.element("imsx_version", "V1.0")?.element("imsx_messageIdentifier", &self.message_id)?;
        xml.open("imsx_statusInfo");
        xml.element("imsx_codeMajor", self.code_major.as_str())?;
        xml.element("imsx_severity", self.severity.as_str())?;
        if let Some(description) = &self.description {
            xml.element("imsx_description", description)?;
        }
        // The schema wants it always.
        xml.element("imsx_messageRefIdentifier", self.message_ref.as_deref().unwrap_or_default())?;
        if let Some(operation) = &self.operation_ref {
            xml.element("imsx_operationRefIdentifier", operation)?;
        }
        if !self.code_minor.is_empty() {
            xml.open("imsx_codeMinor");
            for code in &self.code_minor {
                xml.open("imsx_codeMinorField");
                xml.element("imsx_codeMinorFieldName", &code.name)?;
                xml.element("imsx_codeMinorFieldValue", &code.value)?;
                xml.close("imsx_codeMinorField");
            }
            xml.close("imsx_codeMinor");
        }
        xml.close("imsx_statusInfo").close("imsx_POXResponseHeaderInfo").close("imsx_POXHeader");
        xml.open("imsx_POXBody");
        match &self.body {
            ResponseBody::Empty => {}
            ResponseBody::Replaced => {
                xml.empty("replaceResultResponse");
            }
            ResponseBody::Deleted => {
                xml.empty("deleteResultResponse");
            }
            ResponseBody::Read { score, data } => {
                let score = score.map(|score| score.to_string()).unwrap_or_default();
                xml.open("readResultResponse").open("result").open("resultScore");
                xml.element("language", "en")?.element("textString", &score)?.close("resultScore");
                write_data(data, &mut xml)?;
                xml.close("result").close("readResultResponse");
            }
        }
        xml.close("imsx_POXBody").close(ROOT);
        Ok(xml.into_bytes())
    }

    /// The whole answer.
    ///
    /// # Errors
    /// As [`OutcomeResponse::to_xml`].
    pub fn to_http(&self) -> Result<Response<Vec<u8>>, SignError> {
        let mut response = Response::new(self.to_xml()?);
        *response.status_mut() = StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK);
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(XML));
        Ok(response)
    }

    /// Reads an envelope: elements by their names, whatever their namespace and order.
    ///
    /// # Errors
    /// [`EnvelopeError`].
    pub fn from_xml(xml: &[u8]) -> Result<Self, EnvelopeError> {
        let root = xml::parse(xml)?;
        if root.name != "imsx_POXEnvelopeResponse" {
            return Err(EnvelopeError::NotEnvelope);
        }
        let info = root.need("imsx_POXHeader")?.need("imsx_POXResponseHeaderInfo")?;
        let status = info.need("imsx_statusInfo")?;
        let code_major = status.text_of("imsx_codeMajor")?.ok_or(EnvelopeError::Missing("imsx_codeMajor"))?;
        let code_major = CodeMajor::from_text(code_major).ok_or(EnvelopeError::Invalid("imsx_codeMajor"))?;
        // Nobody acts on how bad it is; what the answer lacks or misspells there is taken from how it went.
        let severity = status.text_of("imsx_severity")?.and_then(Severity::from_text);
        let severity = severity.unwrap_or(match code_major {
            CodeMajor::Failure => Severity::Error,
            _ => Severity::Status,
        });
        // There may be several: one for each operation that was asked for, of which there was one.
        let operation_ref = status.children.iter().find(|child| child.name == "imsx_operationRefIdentifier");
        Ok(Self {
            message_id: info.verbatim_of("imsx_messageIdentifier")?.unwrap_or_default().to_owned(),
            code_major,
            severity,
            description: status.text_of("imsx_description")?.map(str::to_owned),
            message_ref: status.verbatim_of("imsx_messageRefIdentifier")?.map(str::to_owned),
            operation_ref: operation_ref.map(|child| child.text().to_owned()),
            code_minor: read_code_minor(status)?,
            body: read_body(root.child("imsx_POXBody")?)?,
            status: 200,
        })
    }
}

fn read_code_minor(status: &Element) -> Result<Vec<CodeMinor>, EnvelopeError> {
    let fields = status.child("imsx_codeMinor")?.map(|minor| minor.children.iter()).into_iter().flatten();
    fields
        .filter(|field| field.name == "imsx_codeMinorField")
        .map(|field| {
            let mut code = CodeMinor::new(field.text_of("imsx_codeMinorFieldValue")?.unwrap_or_default());
            if let Some(name) = field.text_of("imsx_codeMinorFieldName")? {
                name.clone_into(&mut code.name);
            }
            Ok(code)
        })
        .collect()
}

fn read_body(body: Option<&Element>) -> Result<ResponseBody, EnvelopeError> {
    let Some(body) = body else { return Ok(ResponseBody::Empty) };
    if body.child("replaceResultResponse")?.is_some() {
        return Ok(ResponseBody::Replaced);
    }
    if body.child("deleteResultResponse")?.is_some() {
        return Ok(ResponseBody::Deleted);
    }
    let Some(read) = body.child("readResultResponse")? else { return Ok(ResponseBody::Empty) };
    match read.child("result")? {
        Some(result) => Ok(ResponseBody::Read { score: read_score(result)?, data: read_data(result)? }),
        None => Ok(ResponseBody::Read { score: None, data: Vec::new() }),
    }
}

/// Texts are a stranger's.
impl fmt::Debug for OutcomeResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutcomeResponse").field("code_major", &self.code_major).finish_non_exhaustive()
    }
}
