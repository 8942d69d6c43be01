//! Facts about a course, as the rules of the export need to know them.
//!
//! What cannot be is not representable: a course has exactly one default instance, which is active or retired;
//! its other instances are a list of their own; a minimum score lies between 1 and 100.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt;

mod identity;
mod module;
#[cfg(test)]
mod tests;

pub use identity::{CourseId, InvalidCourseId, InvalidMinimumScore, MAX_COURSE_ID_BYTES, MinimumScore};
pub use module::{Delivery, Module, Section};

/// What is known about one course (README, The format of a catalog).
///
/// Five members are required, because a guess about them would be a guess about the decision; everything else
/// defaults to "no obstacle stated". Unknown members are refused when read: a misspelled obstacle must not read as
/// no obstacle.
///
/// ```
/// use lti_eligibility::course::{Course, Delivery, EnrollmentType, Module};
/// use lti_eligibility::course::{CourseId, DefaultInstance};
///
/// let mut course = Course::new(
///     CourseId::new("c-101")?,
///     "Data protection basics",
///     DefaultInstance::Active,
///     EnrollmentType::SelfEnrolled,
///     vec![Module::new(Delivery::SelfPaced)],
/// );
/// course.paid = true;
/// assert_eq!(course.id.as_str(), "c-101");
/// # Ok::<(), lti_eligibility::course::InvalidCourseId>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Course {
    /// Identifies the course within its catalog, and in its launch link.
    pub id: CourseId,
    /// What the course is called.
    pub title: String,
    /// A description for the exported package; no rule reads it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The state of the one default instance (publishing rule 1).
    pub default_instance: DefaultInstance,
    /// The states of all other instances (publishing rule 2).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_instances: Vec<InstanceState>,
    /// The modules, in order (rules 3, 4, 5, 13 and 14 of the export).
    pub modules: Vec<Module>,
    /// Courses that must be completed first (publishing rule 6).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prerequisites: Vec<CourseId>,
    /// Whether a learner may enroll more than once (publishing rule 7).
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiple_enrollment: bool,
    /// Whether multiple question-answer (MQA) is enabled (publishing rule 8).
    #[serde(default, skip_serializing_if = "is_false")]
    pub multiple_question_answer: bool,
    /// Whether learners may switch between instances (publishing rule 9).
    #[serde(default, skip_serializing_if = "is_false")]
    pub instance_switch: bool,
    /// Whether enrollment costs money (publishing rule 10).
    #[serde(default, skip_serializing_if = "is_false")]
    pub paid: bool,
    /// The learning programs that the course is part of (publishing rule 11).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programs: Vec<LearningProgram>,
    /// Who enrolls learners (publishing rule 12).
    pub enrollment_type: EnrollmentType,
    /// The marketplace that the content is shared from, such as "LinkedIn Learning"; `None` for content of one's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marketplace: Option<String>,
    /// The last moment at which a learner can enroll; `None` for no deadline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub enrollment_deadline: Option<DateTime<Utc>>,
    /// Whether learners are offered the course in a mobile app or for offline use.
    #[serde(default, skip_serializing_if = "is_false")]
    pub mobile_or_offline: bool,
    /// The kind of learning activity, where the system has such kinds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity_type: Option<ActivityType>,
    /// Whether the "available for LTI" switch is on, where the system has such a switch.
    #[serde(default, skip_serializing_if = "is_false")]
    pub available_for_lti: bool,
    /// The minimum score in percent that makes the course an exam (README, Grades); `None` when it is
    /// completed rather than passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub minimum_score: Option<MinimumScore>,
}

impl Course {
    /// A course with nothing but what every course has; assign the other facts afterwards.
    #[must_use]
    pub fn new(
        id: CourseId,
        title: impl Into<String>,
        default_instance: DefaultInstance,
        enrollment_type: EnrollmentType,
        modules: Vec<Module>,
    ) -> Self {
        Self {
            id,
            title: title.into(),
            description: None,
            default_instance,
            other_instances: Vec::new(),
            modules,
            prerequisites: Vec::new(),
            multiple_enrollment: false,
            multiple_question_answer: false,
            instance_switch: false,
            paid: false,
            programs: Vec::new(),
            enrollment_type,
            marketplace: None,
            enrollment_deadline: None,
            mobile_or_offline: false,
            activity_type: None,
            available_for_lti: false,
            minimum_score: None,
        }
    }
}

/// The state of a course's default instance; it cannot be deleted (publishing rule 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum DefaultInstance {
    /// Learners can take it.
    Active,
    /// Learners can no longer take it.
    Retired,
}

/// The state of an instance other than the default one (publishing rule 2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum InstanceState {
    /// Learners can take it.
    Active,
    /// Learners can no longer take it; it still counts.
    Retired,
    /// It is gone and does not count.
    Deleted,
}

/// Who enrolls learners in a course (publishing rule 12).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EnrollmentType {
    /// Learners enroll themselves: the only type that can be exported.
    SelfEnrolled,
    /// A manager nominates learners.
    ManagerNominated,
    /// Learners ask, a manager approves.
    ManagerApproved,
    /// Only an administrator enrolls learners.
    AdminOnly,
}

impl fmt::Display for EnrollmentType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::SelfEnrolled => "self-enrollment",
            Self::ManagerNominated => "nomination by a manager",
            Self::ManagerApproved => "approval by a manager",
            Self::AdminOnly => "enrollment by an administrator",
        })
    }
}

/// A learning program that holds the course (publishing rule 11).
///
/// ```
/// use lti_eligibility::course::{LearningProgram, ProgramKind};
///
/// let program = LearningProgram::new(ProgramKind::LearningPath, "New nurses");
/// assert_eq!(program.to_string(), "learning path \"New nurses\"");
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct LearningProgram {
    /// What kind of program it is.
    pub kind: ProgramKind,
    /// What it is called, so that a person can find it.
    pub name: String,
}

impl LearningProgram {
    /// A program of this kind and name.
    #[must_use]
    pub fn new(kind: ProgramKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into() }
    }
}

impl fmt::Display for LearningProgram {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = match self.kind {
            ProgramKind::LearningPath => "learning path",
            ProgramKind::Certification => "certification",
            ProgramKind::LearningPlan => "learning plan",
        };
        write!(f, "{kind} \"{}\"", self.name)
    }
}

/// The kinds of learning program (publishing rule 11).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ProgramKind {
    /// Courses in a sequence.
    LearningPath,
    /// Courses that together certify.
    Certification,
    /// Courses assigned by a rule.
    LearningPlan,
}

/// The kind of learning activity, where the system has such kinds (preset `rakoo`).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
#[non_exhaustive]
pub enum ActivityType {
    /// `e_learning`: can be shared.
    ELearning,
    /// `microlearning`: can be shared.
    Microlearning,
    /// `learning_playlist`: can be shared.
    LearningPlaylist,
    /// Any other kind, such as `exam` or `event`: cannot be shared.
    Other(String),
}

impl ActivityType {
    /// The name in a catalog.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::ELearning => "e_learning",
            Self::Microlearning => "microlearning",
            Self::LearningPlaylist => "learning_playlist",
            Self::Other(name) => name,
        }
    }
}

impl From<String> for ActivityType {
    fn from(name: String) -> Self {
        match name.as_str() {
            "e_learning" => Self::ELearning,
            "microlearning" => Self::Microlearning,
            "learning_playlist" => Self::LearningPlaylist,
            _ => Self::Other(name),
        }
    }
}

impl From<ActivityType> for String {
    fn from(kind: ActivityType) -> Self {
        match kind {
            ActivityType::Other(name) => name,
            known => known.as_str().to_owned(),
        }
    }
}

impl fmt::Display for ActivityType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

// serde's `skip_serializing_if` passes a reference.
fn is_false(flag: &bool) -> bool {
    !*flag
}
