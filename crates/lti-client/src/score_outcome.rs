//! What became of a score (AGS 2.0 §3.4).

use lti_services::{Publication, Published};

use crate::{CallError, TransportError};

/// What became of a score. There is one for every score, and none is silent.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use = "that a score got lost is told here and nowhere else"]
#[non_exhaustive]
pub enum ScoreOutcome {
    /// The platform took it.
    Accepted(Published),
    /// The platform has it: it came with an attempt whose answer was lost, or was a 503, which a proxy may give
    /// although the platform took the score.
    AlreadyRecorded,
    /// The platform has a newer one for this person and line item, or another one of the very same time, and keeps
    /// that.
    Stale,
    /// It did not get there, as far as anybody knows.
    Failed(ScoreFailure),
}

/// Why a score did not get there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ScoreFailure {
    /// What went wrong at last.
    pub reason: CallError,
    /// Whether an attempt was made whose answer was lost, or was a 503: then the platform may have the score
    /// nevertheless. Sending it again with the same timestamp does no harm.
    pub may_be_recorded: bool,
}

impl ScoreOutcome {
    /// Whether the platform has the score.
    #[must_use]
    pub fn is_recorded(&self) -> bool {
        matches!(self, Self::Accepted(_) | Self::AlreadyRecorded)
    }

    /// A stable code for machines: of a failure, that of its reason.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::AlreadyRecorded => "already_recorded",
            Self::Stale => "stale",
            Self::Failed(failure) => failure.reason.code(),
        }
    }

    pub(crate) fn of(outcome: lti_services::ScoreOutcome) -> Self {
        match outcome {
            lti_services::ScoreOutcome::Accepted(published) => Self::Accepted(published),
            lti_services::ScoreOutcome::AlreadyRecorded => Self::AlreadyRecorded,
            lti_services::ScoreOutcome::Stale => Self::Stale,
            lti_services::ScoreOutcome::Failed(failure) => Self::Failed(ScoreFailure {
                reason: failure.reason.map_or(LOST, CallError::Service),
                may_be_recorded: failure.may_be_recorded,
            }),
            // An outcome that is unknown here is no success.
            _ => Self::Failed(ScoreFailure { reason: LOST, may_be_recorded: true }),
        }
    }

    /// What became of a score that is not tried any more.
    pub(crate) fn given_up(publication: Publication, reason: CallError) -> Self {
        match Self::of(publication.give_up()) {
            Self::Failed(failure) => Self::Failed(ScoreFailure { reason, ..failure }),
            other => other,
        }
    }
}

const LOST: CallError = CallError::Transport(TransportError::AnswerLost);

impl ScoreFailure {
    pub(crate) fn unsent(reason: CallError) -> Self {
        Self { reason, may_be_recorded: false }
    }
}
