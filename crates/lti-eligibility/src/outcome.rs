//! Is the course passed or completed, and is its grade sent? (README, Grades.)
//!
//! [`check`] says what has been achieved, [`share`] whether the other system may hear of it, and [`next_action`] what
//! to do about sending now: a grade is not given up when a system fails, and it is sent again when a learner opens a
//! completed course again. Nothing here is asked before a launch: a launch does not wait for grade services.

use crate::course::MinimumScore;
use serde::{Deserialize, Serialize};

mod delivery;
mod points;
mod sharing;
#[cfg(test)]
mod tests;

pub use delivery::{GradeAction, GradeDelivery, Occasion, RetryPolicy, next_action};
pub use points::{InvalidPoints, Points};
pub use sharing::{CompletionOf, Grade, GradeSharing, Sharing, WithholdReason, share};

/// What a learner has achieved.
///
/// An exam is passed when `given / maximum · 100 ≥ minimum`, compared exactly and never rounded. Without a score it is
/// pending. Anything else is completed or pending.
///
/// ```
/// use lti_eligibility::course::MinimumScore;
/// use lti_eligibility::outcome::{Assessment, Outcome, Points, Progress, check};
///
/// let exam = Assessment::Exam(MinimumScore::new(80)?);
/// let mut progress = Progress::new();
/// assert_eq!(check(exam, &progress), Outcome::Pending);
/// progress.points = Some(Points::new(79.6, 100.0)?);
/// assert_eq!(check(exam, &progress), Outcome::Failed);
/// progress.points = Some(Points::new(8.0, 10.0)?);
/// assert_eq!(check(exam, &progress), Outcome::Passed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub fn check(assessment: Assessment, progress: &Progress) -> Outcome {
    match (assessment, progress.points) {
        (Assessment::Exam(_), None) => Outcome::Pending,
        (Assessment::Exam(minimum), Some(points)) if points.reach(minimum) => Outcome::Passed,
        (Assessment::Exam(_), Some(_)) => Outcome::Failed,
        (Assessment::Completion, _) if progress.activity_completed => Outcome::Completed,
        (Assessment::Completion, _) => Outcome::Pending,
    }
}

/// How a course ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Assessment {
    /// It is completed; a score does not matter.
    Completion,
    /// It is passed with this score, or failed.
    Exam(MinimumScore),
}

/// The end of a course without a minimum score is completion, with one an exam.
impl From<Option<MinimumScore>> for Assessment {
    fn from(minimum: Option<MinimumScore>) -> Self {
        minimum.map_or(Self::Completion, Self::Exam)
    }
}

/// How far a learner has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Progress {
    /// The final score; `None` as long as there is none, or it may still change (in AGS: not `FullyGraded`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Whether the activity that was launched is completed.
    #[serde(default)]
    pub activity_completed: bool,
    /// Whether the whole course is completed.
    #[serde(default)]
    pub course_completed: bool,
}

impl Progress {
    /// A learner who has not begun; assign what has been achieved.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// What a learner has achieved.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Outcome {
    /// Nothing final yet.
    Pending,
    /// An exam with at least the minimum score.
    Passed,
    /// An exam with less than the minimum score.
    Failed,
    /// Completed; there was nothing to pass.
    Completed,
}

impl Outcome {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Completed => "completed",
        }
    }
}
