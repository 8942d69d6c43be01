//! Why a call did not bring what it was made for.

use lti_services::{LineItemFault, ScoreFault, ServiceError};
use lti_types::{InvalidUrl, Scope};

use crate::{TokenFailure, TransportError};

/// Why a call did not bring what it was made for. It prints nothing that anybody sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The service answered, but not with what was asked for.
    #[error("{0}")]
    Service(ServiceError),
    /// There is no token.
    #[error("{0}")]
    Token(TokenFailure),
    /// There is no answer.
    #[error("{0}")]
    Transport(TransportError),
    /// The launch's claim does not offer what the call needs (quirk 52).
    #[error("the platform does not offer {}", .0.as_str())]
    ScopeNotOffered(Scope),
    /// The launch's claim has no address for this.
    #[error("the platform does not offer this service")]
    ServiceMissing,
    /// An address in the launch's claim is none.
    #[error("the service's address: {0}")]
    ServiceUrl(InvalidUrl),
    /// The call is for another origin than the service's, which must not see its token.
    #[error("the call is for another origin than the service's")]
    OtherOrigin,
    /// Several line items fit: make no more of them, and let somebody choose.
    #[error("{0} line items fit")]
    SeveralLineItems(usize),
    /// The wanted line item has neither `resourceId` nor `tag`, so it could not be found again.
    #[error("the line item has neither resourceId nor tag")]
    NamelessLineItem,
    /// The line item is one that every platform would refuse.
    #[error("{0}")]
    LineItem(LineItemFault),
    /// The score is one that every platform would refuse.
    #[error("{0}")]
    Score(ScoreFault),
}

impl CallError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Service(error) => error.code(),
            Self::Token(error) => error.code(),
            Self::Transport(error) => error.code(),
            Self::ScopeNotOffered(_) => "scope_not_offered",
            Self::ServiceMissing => "service_missing",
            Self::ServiceUrl(error) => error.code(),
            Self::OtherOrigin => "call_off_origin",
            Self::SeveralLineItems(_) => "several_line_items",
            Self::NamelessLineItem => "line_item_nameless",
            Self::LineItem(fault) => fault.code(),
            Self::Score(fault) => fault.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Service(error) => error.spec(),
            Self::Token(error) => error.spec(),
            Self::Transport(error) => error.spec(),
            Self::ScopeNotOffered(_) => "Security Framework 1.0 §4.1",
            Self::ServiceMissing | Self::ServiceUrl(_) => "AGS 2.0 §3.1, NRPS 2.0 §3.6.1.1",
            Self::OtherOrigin => "RFC 6750 §5.3",
            Self::SeveralLineItems(_) | Self::NamelessLineItem => "AGS 2.0 §3.2.8",
            Self::LineItem(fault) => fault.spec(),
            Self::Score(fault) => fault.spec(),
        }
    }

    /// Whether the server may have done what it was asked for, although nobody knows. 503 is no proof that it did not:
    /// a proxy answers so too, after the server behind it took the request.
    #[must_use]
    pub fn may_have_been_done(&self) -> bool {
        match self {
            Self::Transport(error) => error.may_have_been_done(),
            Self::Service(ServiceError::Refused(refusal)) => {
                refusal.may_have_been_done() || refusal.status() == 503
            }
            Self::Service(_) => true,
            _ => false,
        }
    }
}
