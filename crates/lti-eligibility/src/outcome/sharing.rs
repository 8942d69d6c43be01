//! May the other system hear of a grade? (README, Grades.)

use super::{Points, Progress};
use crate::finding;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// Decides whether a grade is shared with the other system.
///
/// ```
/// use lti_eligibility::outcome::{CompletionOf, GradeSharing, Points, Progress, Sharing, share};
///
/// let sharing = GradeSharing::AfterCompletion(CompletionOf::Course);
/// let mut progress = Progress::new();
/// progress.points = Some(Points::new(8.0, 10.0)?);
/// assert!(matches!(share(sharing, &progress), Sharing::Withhold(reason) if reason.code() == "not_completed"));
/// progress.course_completed = true;
/// assert!(matches!(share(sharing, &progress), Sharing::Share(_)));
/// # Ok::<(), lti_eligibility::outcome::InvalidPoints>(())
/// ```
#[must_use]
pub fn share(sharing: GradeSharing, progress: &Progress) -> Sharing {
    let of = match sharing {
        GradeSharing::Off => return Sharing::Withhold(WithholdReason::SharingOff),
        GradeSharing::Always => None,
        GradeSharing::AfterCompletion(of) => Some(of),
    };
    let completed = match of {
        None => progress.activity_completed || progress.course_completed,
        Some(CompletionOf::Activity) => progress.activity_completed,
        Some(CompletionOf::Course) => progress.course_completed,
    };
    match of {
        Some(of) if !completed => Sharing::Withhold(WithholdReason::NotCompleted { of }),
        _ if progress.points.is_none() && !completed => Sharing::Withhold(WithholdReason::NothingYet),
        _ => Sharing::Share(Grade { points: progress.points, completed }),
    }
}

/// When grades are shared with the other system.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GradeSharing {
    /// Never.
    #[default]
    Off,
    /// As soon as there is something to share.
    Always,
    /// Only once this is completed.
    AfterCompletion(CompletionOf),
}

/// What must be completed before a grade is shared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CompletionOf {
    /// The activity that was launched.
    Activity,
    /// The whole course.
    Course,
}

/// A grade as it is shared.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Grade {
    /// The score; `None` when only the completion is shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub points: Option<Points>,
    /// Whether the learner is done.
    pub completed: bool,
}

impl Grade {
    /// A grade of these points, final or not.
    #[must_use]
    pub fn new(points: Option<Points>, completed: bool) -> Self {
        Self { points, completed }
    }
}

/// Whether a grade is shared.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Sharing {
    /// This grade is shared.
    Share(Grade),
    /// Nothing is shared, for this reason. The grade stays where it is: ask again when something has changed.
    Withhold(WithholdReason),
}

/// Why a grade is not shared. Displays as a sentence for a person; serializes as
/// `{"code", "message", "sentence", "remedy"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum WithholdReason {
    /// Grades are not shared at all.
    SharingOff,
    /// Grades are shared on completion only.
    #[non_exhaustive]
    NotCompleted {
        /// What is not completed yet.
        of: CompletionOf,
    },
    /// There is neither a score nor a completion.
    NothingYet,
}

impl WithholdReason {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::SharingOff => "grade_sharing_off",
            Self::NotCompleted { .. } => "not_completed",
            Self::NothingYet => "no_grade_yet",
        }
    }

    /// The short message for a list or a table cell.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::SharingOff => "Grade Sharing Off",
            Self::NotCompleted { .. } => "Not Completed",
            Self::NothingYet => "No Grade Yet",
        }
    }

    /// What to change so that the grade is shared.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::SharingOff => "Turn grade sharing on in the publication.",
            Self::NotCompleted { .. } => "Wait for the completion, or share grades before it.",
            Self::NothingYet => "Wait until the learner has a score or is done.",
        }
    }
}

impl fmt::Display for WithholdReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SharingOff => "Grades of this publication are not shared.",
            Self::NotCompleted { of: CompletionOf::Activity } => {
                "Grades are shared once the activity is completed."
            }
            Self::NotCompleted { of: CompletionOf::Course } => {
                "Grades are shared once the course is completed."
            }
            Self::NothingYet => "There is neither a score nor a completion yet.",
        })
    }
}

impl Serialize for WithholdReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finding::serialize(serializer, self.code(), self.message(), self, self.remedy())
    }
}
