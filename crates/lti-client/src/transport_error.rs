//! Why there is no answer (RFC 9110 §9.2.2, §15.4).

use crate::OutboundRefusal;

/// Why there is no answer. It holds no address, no name, and nothing of what was sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum TransportError {
    /// The outbound policy forbids it. Nothing was sent.
    #[error("the request may not go there: {0}")]
    Outbound(OutboundRefusal),
    /// The host's turn did not come in time: others' requests hang, or it asked everybody to wait. Nothing was sent.
    #[error("others' requests to the host took too long")]
    NoTurn,
    /// No connection: no such host, nobody listens, or no trust in the certificate. Nothing was sent.
    #[error("no connection could be made")]
    NotConnected,
    /// The request was sent, wholly or in part, and the connection broke.
    #[error("the connection broke before the answer was whole")]
    AnswerLost,
    /// The request was sent, wholly or in part, and the answer was not there in time.
    #[error("the answer did not come in time")]
    TimedOut,
    /// The answer is longer than is read.
    #[error("the answer is too long")]
    TooLarge,
    /// The answer is a redirect that is not followed.
    #[error("{0}")]
    Redirect(RedirectProblem),
    /// The request cannot be written down.
    #[error("the request cannot be written")]
    Unwritable,
}

/// Why a redirect is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum RedirectProblem {
    /// It leads to another origin, which must not see what the request holds.
    #[error("the redirect leads to another origin")]
    OtherOrigin,
    /// From https to plain http.
    #[error("the redirect leads from https to http")]
    Downgrade,
    /// It leads nowhere.
    #[error("the redirect has no address that can be followed")]
    Address,
    /// One after the other.
    #[error("there are too many redirects")]
    TooMany,
}

impl TransportError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Outbound(refusal) => refusal.code(),
            Self::NoTurn => "no_turn",
            Self::NotConnected => "not_connected",
            Self::AnswerLost => "answer_lost",
            Self::TimedOut => "timed_out",
            Self::TooLarge => "too_large",
            Self::Redirect(RedirectProblem::OtherOrigin) => "redirect_off_origin",
            Self::Redirect(RedirectProblem::Downgrade) => "redirect_downgrade",
            Self::Redirect(RedirectProblem::Address) => "redirect_address",
            Self::Redirect(RedirectProblem::TooMany) => "too_many_redirects",
            Self::Unwritable => "request_unwritable",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Outbound(refusal) => refusal.spec(),
            Self::Redirect(_) => "RFC 9110 §15.4",
            _ => "RFC 9110 §9.2.2",
        }
    }

    /// Whether the server may have got the request, and done what it asks for.
    #[must_use]
    pub fn may_have_been_done(self) -> bool {
        matches!(self, Self::AnswerLost | Self::TimedOut | Self::TooLarge)
    }

    /// Whether the same request may succeed later.
    #[must_use]
    pub fn is_retryable(self) -> bool {
        matches!(self, Self::NoTurn | Self::NotConnected | Self::AnswerLost | Self::TimedOut)
    }

    /// Whether it is worth another attempt here and now. Who waited in vain for a turn has waited long enough.
    pub(crate) fn is_worth_repeating(self) -> bool {
        self.is_retryable() && self != Self::NoTurn
    }

    /// Reads the library's error. Its text is left behind: it holds addresses.
    pub(crate) fn read(error: &reqwest::Error) -> Self {
        let mut source = std::error::Error::source(error);
        while let Some(cause) = source {
            if let Some(refusal) = cause.downcast_ref::<OutboundRefusal>() {
                return Self::Outbound(*refusal);
            }
            source = cause.source();
        }
        if error.is_builder() {
            Self::Unwritable
        } else if error.is_connect() {
            Self::NotConnected
        } else if error.is_timeout() {
            Self::TimedOut
        } else {
            Self::AnswerLost
        }
    }
}
