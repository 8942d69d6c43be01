//! An LTI link as a document of its own, the "cartridge URL" that platforms fetch to configure a tool: written and
//! read.

use thiserror::Error;

use super::descriptor::Here;
use super::{Limits, XmlError, document, encoding, xml::Xml};
use crate::diagnostic::{Diagnostic, Notes, Place};
use crate::markup::Markup;
use crate::writer::descriptor;
use crate::{Content, LtiLink, ResourceKind, Settings, WriteError};

/// The largest document that is read, in bytes: 256 KiB.
pub(crate) const MAX_DOCUMENT_BYTES: usize = 256 << 10;

/// A `cartridge_basiclti_link` document outside of any package.
///
/// Serve it as `text/xml; charset=utf-8`. Canvas reads it "by URL" and as pasted XML, Moodle as tool URL, Sakai and
/// Blackboard likewise; all of that is LTI 1.1.
///
/// ```
/// use lti_cartridge::{LinkDocument, LtiLink, Settings};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let link = LtiLink::new("Dictionary", "https://tool.example.com/launch");
/// let xml = LinkDocument::new(link).to_xml(&Settings::default())?;
/// assert!(xml.starts_with("<?xml"));
///
/// let read = LinkDocument::parse(xml.as_bytes())?;
/// assert_eq!(read.link.title, "Dictionary");
/// assert!(read.diagnostics.is_empty());
/// # Ok(())
/// # }
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LinkDocument {
    /// The link.
    pub link: LtiLink,
    /// What was odd when it was read.
    pub diagnostics: Vec<Diagnostic>,
}

/// Why a document is no LTI link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Larger than 256 KiB.
    #[error("the document is larger than {MAX_DOCUMENT_BYTES} bytes")]
    TooLarge,
    /// In an encoding that is not understood.
    #[error("the document cannot be decoded")]
    Encoding,
    /// Not acceptable as XML.
    #[error("the document is not acceptable XML")]
    Xml(#[source] XmlError),
    /// With another root than `cartridge_basiclti_link` or `basic_lti_link`.
    #[error("the root of the document is another element")]
    NotALink,
}

impl LinkError {
    /// A stable code for logs and tests.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::TooLarge => "too_large",
            Self::Encoding => "encoding",
            Self::Xml(error) => error.code(),
            Self::NotALink => "not_a_link",
        }
    }

    /// The section of the specification that it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::TooLarge => "limits of the reader",
            Self::Encoding | Self::Xml(_) => "XML 1.0",
            Self::NotALink => "imslticc_v1p0, imsbasiclti_v1p0",
        }
    }
}

impl LinkDocument {
    /// A document to be written.
    #[must_use]
    pub fn new(link: LtiLink) -> Self {
        Self { link, diagnostics: Vec::new() }
    }

    /// Writes the document. The namespace is the one of the version in `settings`; platforms expect 1.1.
    ///
    /// # Errors
    /// What the schema forbids: no title, no launch URL, names that are no XML names, and so on.
    pub fn to_xml(&self, settings: &Settings) -> Result<String, WriteError> {
        let mut markup = Markup::default();
        descriptor::lti_link(&mut markup, settings, None, &self.link)?;
        Ok(markup.into_string())
    }

    /// Reads a document, of any version, in any order. Fetch it with a guard against server-side request forgery.
    ///
    /// # Errors
    /// It is too large, no XML that is accepted, or no LTI link.
    pub fn parse(bytes: &[u8]) -> Result<Self, LinkError> {
        if bytes.len() > MAX_DOCUMENT_BYTES {
            return Err(LinkError::TooLarge);
        }
        let limits = Limits::default();
        let mut notes = Notes::new(limits.diagnostics);
        let (text, rule) = encoding::decode(bytes.to_vec()).map_err(|_| LinkError::Encoding)?;
        if let Some(rule) = rule {
            notes.add(rule, Place::default);
        }
        let mut xml = Xml::new(&text, limits.xml_depth);
        let mut here = Here::new(&mut notes, Place::default(), limits.properties);
        match document(&mut xml, &mut here, ResourceKind::LtiLink).map_err(LinkError::Xml)? {
            Some(Content::LtiLink(link)) => Ok(Self { link: *link, diagnostics: notes.finish().0 }),
            _ => Err(LinkError::NotALink),
        }
    }
}
