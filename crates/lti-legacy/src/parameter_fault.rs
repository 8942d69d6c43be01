//! What can be wrong with a parameter of a message (LTI 1.1 §3).

use std::fmt;

use lti_types::Faults;

/// What is wrong with a parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ParameterProblem {
    /// The message type requires it, and it is absent or empty.
    Missing,
    /// It is there, and a value that is not served.
    Unsupported,
    /// An identifier that is too long or holds control characters, or a document that cannot be read.
    Malformed,
    /// It came more than once: whose value counts is nobody's to guess.
    Repeated,
}

/// One fault of one parameter. It never holds the parameter's value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct ParameterFault {
    /// Which parameter, by its name on the wire.
    pub name: &'static str,
    /// What is wrong with it.
    pub problem: ParameterProblem,
}

impl ParameterFault {
    pub(crate) fn new(name: &'static str, problem: ParameterProblem) -> Self {
        Self { name, problem }
    }

    /// A stable code for machines; the parameter is in [`ParameterFault::name`].
    #[must_use]
    pub fn code(self) -> &'static str {
        match self.problem {
            ParameterProblem::Missing => "parameter_missing",
            ParameterProblem::Unsupported => "parameter_unsupported",
            ParameterProblem::Malformed => "parameter_malformed",
            ParameterProblem::Repeated => "parameter_repeated",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self.name {
            "content_items"
            | "content_item_return_url"
            | "data"
            | "accept_media_types"
            | "accept_presentation_document_targets" => "Content-Item Message 1.0 §3",
            _ => "LTI 1.1 §3",
        }
    }
}

impl fmt::Display for ParameterFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.problem {
            ParameterProblem::Missing => "is missing",
            ParameterProblem::Unsupported => "has a value that is not supported",
            ParameterProblem::Malformed => "is malformed",
            ParameterProblem::Repeated => "came more than once",
        };
        write!(f, "the parameter {} {what}", self.name)
    }
}

/// Every fault found in a message, the one that explains most first.
pub type ParameterFaults = Faults<ParameterFault>;
