//! May a course that was exported earlier be launched by this learner? (README, Launches.)
//!
//! A launch never waits for grade services (README, Grades): nothing here asks about grades.

use crate::course::DefaultInstance;
use crate::export::Effect;
use crate::finding;
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

#[cfg(test)]
mod tests;

/// Checks a launch of an exported course and reports all reasons, in the order of [`LaunchReason`].
///
/// `now` decides whether the enrollment deadline has passed; the deadline itself is still in time.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::course::DefaultInstance;
/// use lti_eligibility::launch::{AccountStatus, CourseState, ExportedCourse, LaunchPolicy, Learner, check};
///
/// let mut course = ExportedCourse::new(CourseState::Active, DefaultInstance::Active);
/// course.seats_left = Some(0);
/// let newcomer = Learner::new(AccountStatus::Trial, false);
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
///
/// let availability = check(&course, &newcomer, &LaunchPolicy::default(), now);
/// assert!(!availability.is_launchable());
/// assert_eq!(availability.reasons()[0].code(), "enrollment_limit_reached");
///
/// let enrolled = Learner::new(AccountStatus::Active, true);
/// assert!(check(&course, &enrolled, &LaunchPolicy::default(), now).is_launchable());
/// ```
#[must_use]
pub fn check(
    course: &ExportedCourse,
    learner: &Learner,
    policy: &LaunchPolicy,
    now: DateTime<Utc>,
) -> Availability {
    let mut availability = Availability::default();
    let reasons = &mut availability.reasons;
    if course.instance == DefaultInstance::Retired {
        reasons.push(LaunchReason::InstanceRetired);
    }
    match course.course {
        CourseState::Active => {}
        CourseState::Retired { has_enrollments } => {
            reasons.push(LaunchReason::CourseRetired { has_enrollments });
        }
        CourseState::Deleted => reasons.push(LaunchReason::CourseDeleted),
    }
    if course.seats_left == Some(0) && !learner.enrolled {
        reasons.push(LaunchReason::EnrollmentLimitReached);
    }
    if let Some(deadline) = course.enrollment_deadline.filter(|deadline| now > *deadline && !learner.enrolled)
    {
        let reason = LaunchReason::EnrollmentDeadlinePassed { deadline };
        match policy.past_deadline {
            Effect::Block => reasons.push(reason),
            Effect::Warn => availability.warnings.push(reason),
            Effect::Ignore => {}
        }
    }
    match learner.account {
        AccountStatus::Active | AccountStatus::Trial => {}
        AccountStatus::Inactive => availability.reasons.push(LaunchReason::LearnerInactive),
    }
    availability
}

/// What has become of a course since it was exported.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ExportedCourse {
    /// The state of the course.
    pub course: CourseState,
    /// The state of the instance that the launch link leads to: the default one, the only one that is exported.
    pub instance: DefaultInstance,
    /// How many more learners can enroll; `None` for no limit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seats_left: Option<u32>,
    /// The last moment at which a learner can enroll; `None` for no deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrollment_deadline: Option<DateTime<Utc>>,
}

impl ExportedCourse {
    /// A course without limit and deadline.
    #[must_use]
    pub fn new(course: CourseState, instance: DefaultInstance) -> Self {
        Self { course, instance, seats_left: None, enrollment_deadline: None }
    }
}

/// The state of a course that was exported earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum CourseState {
    /// It can be taken.
    Active,
    /// It was retired. Both cases fail, each with its own sentence.
    #[non_exhaustive]
    Retired {
        /// Whether learners are still enrolled in it.
        has_enrollments: bool,
    },
    /// It is gone.
    Deleted,
}

impl CourseState {
    /// A retired course, with or without learners that are still enrolled.
    #[must_use]
    pub fn retired(has_enrollments: bool) -> Self {
        Self::Retired { has_enrollments }
    }
}

/// The learner who launches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Learner {
    /// The state of the learner's account.
    pub account: AccountStatus,
    /// Whether the learner is enrolled in the course already, and so holds a seat.
    pub enrolled: bool,
}

impl Learner {
    /// A learner with this account, enrolled already or not.
    #[must_use]
    pub fn new(account: AccountStatus, enrolled: bool) -> Self {
        Self { account, enrolled }
    }
}

/// The state of a learner's account. Only active and trial users may take LTI courses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AccountStatus {
    /// In use.
    Active,
    /// In use for a trial period.
    Trial,
    /// Anything else: inactive, suspended, deleted.
    Inactive,
}

/// The one rule of the launch that can be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LaunchPolicy {
    /// What happens to a learner who is not enrolled when the enrollment deadline has passed; [`Effect::Warn`] by
    /// default.
    pub past_deadline: Effect,
}

impl LaunchPolicy {
    /// A policy with this effect of a passed deadline.
    #[must_use]
    pub fn new(past_deadline: Effect) -> Self {
        Self { past_deadline }
    }
}

impl Default for LaunchPolicy {
    fn default() -> Self {
        Self::new(Effect::Warn)
    }
}

/// Whether a launch succeeds. Only [`check`] makes one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Availability {
    reasons: Vec<LaunchReason>,
    warnings: Vec<LaunchReason>,
}

impl Availability {
    /// Whether nothing prevents the launch.
    #[must_use]
    pub fn is_launchable(&self) -> bool {
        self.reasons.is_empty()
    }

    /// All reasons that prevent the launch, in the order of [`LaunchReason`].
    #[must_use]
    pub fn reasons(&self) -> &[LaunchReason] {
        &self.reasons
    }

    /// What a person is told although the launch goes on.
    #[must_use]
    pub fn warnings(&self) -> &[LaunchReason] {
        &self.warnings
    }
}

/// Why an exported course cannot be launched. Displays as a sentence for a person; serializes as
/// `{"code", "message", "sentence", "remedy"}`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum LaunchReason {
    /// The instance is retired.
    InstanceRetired,
    /// The course is retired.
    #[non_exhaustive]
    CourseRetired {
        /// Whether learners are still enrolled in it; it fails either way.
        has_enrollments: bool,
    },
    /// The course is deleted.
    CourseDeleted,
    /// No seat is left and this learner has none yet.
    EnrollmentLimitReached,
    /// The enrollment deadline has passed and the learner is not enrolled.
    #[non_exhaustive]
    EnrollmentDeadlinePassed {
        /// The last moment at which a learner could enroll.
        deadline: DateTime<Utc>,
    },
    /// The learner's account is neither active nor on trial.
    LearnerInactive,
}

impl LaunchReason {
    /// The stable code.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::InstanceRetired => "instance_retired",
            Self::CourseRetired { .. } => "course_retired",
            Self::CourseDeleted => "course_deleted",
            Self::EnrollmentLimitReached => "enrollment_limit_reached",
            Self::EnrollmentDeadlinePassed { .. } => "enrollment_deadline_passed",
            Self::LearnerInactive => "learner_inactive",
        }
    }

    /// The short message for a list or a table cell.
    #[must_use]
    pub fn message(&self) -> &'static str {
        match self {
            Self::InstanceRetired => "Instance Retired",
            Self::CourseRetired { .. } => "Course Retired",
            Self::CourseDeleted => "Course Deleted",
            Self::EnrollmentLimitReached => "Enrollment Limit Reached",
            Self::EnrollmentDeadlinePassed { .. } => "Enrollment Deadline Passed",
            Self::LearnerInactive => "Learner Inactive",
        }
    }

    /// What to change so that the launch succeeds.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self {
            Self::InstanceRetired => "Reactivate the default instance.",
            Self::CourseRetired { .. } => {
                "Publish the course again, or remove its link from the other system."
            }
            Self::CourseDeleted => "Remove the link from the other system; the course cannot come back.",
            Self::EnrollmentLimitReached => "Raise the enrollment limit, or unenroll learners who have left.",
            Self::EnrollmentDeadlinePassed { .. } => {
                "Move the enrollment deadline, or enroll the learner by hand."
            }
            Self::LearnerInactive => "Activate the learner's account.",
        }
    }
}

impl fmt::Display for LaunchReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::InstanceRetired => f.write_str("The instance of the course is retired."),
            Self::CourseRetired { has_enrollments: true } => {
                f.write_str("The course is retired, although learners are enrolled in it.")
            }
            Self::CourseRetired { has_enrollments: false } => {
                f.write_str("The course is retired and has no enrollments.")
            }
            Self::CourseDeleted => f.write_str("The course is deleted."),
            Self::EnrollmentLimitReached => {
                f.write_str("The enrollment limit is reached and the learner is not enrolled.")
            }
            Self::EnrollmentDeadlinePassed { deadline } => {
                let deadline = deadline.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                write!(f, "The enrollment deadline ({deadline}) has passed and the learner is not enrolled.")
            }
            Self::LearnerInactive => f.write_str("The learner's account is neither active nor on trial."),
        }
    }
}

impl Serialize for LaunchReason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finding::serialize(serializer, self.code(), self.message(), self, self.remedy())
    }
}
