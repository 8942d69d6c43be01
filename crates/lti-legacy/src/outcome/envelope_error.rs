//! Why a document is no envelope of Basic Outcomes.

/// Why a document is no envelope of Basic Outcomes. It holds names of elements, never what is in them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnvelopeError {
    /// More bytes, elements or depth than is read.
    #[error("the document is too large")]
    TooLarge,
    /// Not UTF-8.
    #[error("the document is not UTF-8")]
    NotUtf8,
    /// Not well-formed XML.
    #[error("the document is not well-formed")]
    Malformed,
    /// With a document type declaration, which may define entities.
    #[error("the document has a document type declaration")]
    Doctype,
    /// With a reference to an entity that XML does not define.
    #[error("the document refers to an unknown entity")]
    UnknownEntity,
    /// Another document.
    #[error("the document is no envelope of Basic Outcomes")]
    NotEnvelope,
    /// An element that must be there is not, or is empty.
    #[error("the element {0} is missing")]
    Missing(&'static str),
    /// An element came twice: whose content counts is nobody's to guess.
    #[error("the element {0} came more than once")]
    Repeated(&'static str),
    /// An element holds what it may not hold.
    #[error("the element {0} has a value that it may not have")]
    Invalid(&'static str),
}

impl EnvelopeError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "xml_too_large",
            Self::NotUtf8 => "xml_not_utf8",
            Self::Malformed => "xml_malformed",
            Self::Doctype => "xml_doctype",
            Self::UnknownEntity => "xml_unknown_entity",
            Self::NotEnvelope => "envelope_unknown",
            Self::Missing(_) => "element_missing",
            Self::Repeated(_) => "element_repeated",
            Self::Invalid(_) => "element_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::NotUtf8 | Self::Malformed | Self::Doctype | Self::UnknownEntity => "XML 1.0 §2",
            _ => "LTI 1.1 §6; Outcomes Management 1.0",
        }
    }
}
