//! Why a course is blocked, or what a person is told about it (README, The rules of the export).

use super::Rule;
use crate::course::{ActivityType, CourseId, Delivery, EnrollmentType, LearningProgram};
use crate::finding::{self, Count};
use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Serialize, Serializer};
use std::fmt;

/// A rule that one course breaks, with the facts that break it. Displays as a sentence for a person; serializes as
/// `{"code", "message", "sentence", "remedy"}`.
///
/// ```
/// use lti_eligibility::export::{Reason, Rule};
///
/// let reason = Reason::Paid;
/// assert_eq!(reason.rule(), Rule::Paid);
/// assert_eq!(reason.code(), "paid");
/// assert_eq!(reason.to_string(), "Enrollment costs money.");
/// assert_eq!(reason.remedy(), "Make enrollment free of charge, or publish a free copy of the course.");
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum Reason {
    /// [`Rule::DefaultInstanceRetired`]
    DefaultInstanceRetired,
    /// [`Rule::MultipleInstances`]
    #[non_exhaustive]
    MultipleInstances {
        /// How many other instances are active.
        active: usize,
        /// How many other instances are retired.
        retired: usize,
    },
    /// [`Rule::ActivityModule`]
    #[non_exhaustive]
    ActivityModule {
        /// How many modules are activity modules.
        modules: usize,
    },
    /// [`Rule::MultipleDeliveryTypes`]
    #[non_exhaustive]
    MultipleDeliveryTypes {
        /// The delivery types that occur, at least two.
        types: Vec<Delivery>,
    },
    /// [`Rule::ClassroomOrVirtualClassroom`]
    #[non_exhaustive]
    ClassroomOrVirtualClassroom {
        /// How many modules are classroom sessions.
        classroom: usize,
        /// How many modules are virtual classroom sessions.
        virtual_classroom: usize,
    },
    /// [`Rule::Prerequisites`]
    #[non_exhaustive]
    Prerequisites {
        /// The courses that must be completed first, at least one.
        courses: Vec<CourseId>,
    },
    /// [`Rule::MultipleEnrollment`]
    MultipleEnrollment,
    /// [`Rule::MultipleQuestionAnswer`]
    MultipleQuestionAnswer,
    /// [`Rule::InstanceSwitch`]
    InstanceSwitch,
    /// [`Rule::Paid`]
    Paid,
    /// [`Rule::PartOfLearningProgram`]
    #[non_exhaustive]
    PartOfLearningProgram {
        /// The programs that hold the course, at least one.
        programs: Vec<LearningProgram>,
    },
    /// [`Rule::NotSelfEnrolled`]
    #[non_exhaustive]
    NotSelfEnrolled {
        /// How learners are enrolled instead.
        enrollment_type: EnrollmentType,
    },
    /// [`Rule::NonMandatoryModules`]
    #[non_exhaustive]
    NonMandatoryModules {
        /// How many modules are optional.
        modules: usize,
    },
    /// [`Rule::NoCoreContent`]
    NoCoreContent,
    /// [`Rule::ActivityTypeNotShareable`]
    #[non_exhaustive]
    ActivityTypeNotShareable {
        /// What kind of activity it is; `None` when the catalog does not say.
        activity_type: Option<ActivityType>,
    },
    /// [`Rule::NotAvailableForLti`]
    NotAvailableForLti,
    /// [`Rule::MarketplaceContent`]
    #[non_exhaustive]
    MarketplaceContent {
        /// The marketplace that the content comes from.
        marketplace: String,
    },
    /// [`Rule::EnrollmentDeadlinePassed`]
    #[non_exhaustive]
    EnrollmentDeadlinePassed {
        /// The last moment at which a learner could enroll.
        deadline: DateTime<Utc>,
    },
    /// [`Rule::ContainsLtiModule`]
    #[non_exhaustive]
    ContainsLtiModule {
        /// How many modules are LTI links.
        modules: usize,
    },
    /// [`Rule::MobileOrOffline`]
    MobileOrOffline,
}

impl Reason {
    /// The rule that is broken.
    #[must_use]
    pub fn rule(&self) -> Rule {
        match self {
            Self::DefaultInstanceRetired => Rule::DefaultInstanceRetired,
            Self::MultipleInstances { .. } => Rule::MultipleInstances,
            Self::ActivityModule { .. } => Rule::ActivityModule,
            Self::MultipleDeliveryTypes { .. } => Rule::MultipleDeliveryTypes,
            Self::ClassroomOrVirtualClassroom { .. } => Rule::ClassroomOrVirtualClassroom,
            Self::Prerequisites { .. } => Rule::Prerequisites,
            Self::MultipleEnrollment => Rule::MultipleEnrollment,
            Self::MultipleQuestionAnswer => Rule::MultipleQuestionAnswer,
            Self::InstanceSwitch => Rule::InstanceSwitch,
            Self::Paid => Rule::Paid,
            Self::PartOfLearningProgram { .. } => Rule::PartOfLearningProgram,
            Self::NotSelfEnrolled { .. } => Rule::NotSelfEnrolled,
            Self::NonMandatoryModules { .. } => Rule::NonMandatoryModules,
            Self::NoCoreContent => Rule::NoCoreContent,
            Self::ActivityTypeNotShareable { .. } => Rule::ActivityTypeNotShareable,
            Self::NotAvailableForLti => Rule::NotAvailableForLti,
            Self::MarketplaceContent { .. } => Rule::MarketplaceContent,
            Self::EnrollmentDeadlinePassed { .. } => Rule::EnrollmentDeadlinePassed,
            Self::ContainsLtiModule { .. } => Rule::ContainsLtiModule,
            Self::MobileOrOffline => Rule::MobileOrOffline,
        }
    }

    /// The stable code: that of the rule.
    #[must_use]
    pub fn code(&self) -> &'static str {
        self.rule().code()
    }

    /// The short message: that of the rule.
    #[must_use]
    pub fn message(&self) -> &'static str {
        self.rule().message()
    }

    /// What to change so that the reason goes away: that of the rule.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        self.rule().remedy()
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::DefaultInstanceRetired => f.write_str("The default instance is retired."),
            Self::MultipleInstances { active, retired } => {
                write!(
                    f,
                    "Besides the default instance there are others: {active} active and {retired} retired."
                )
            }
            Self::ActivityModule { modules } => {
                write!(f, "The course holds {}.", Count(*modules, "activity module"))
            }
            Self::MultipleDeliveryTypes { types } => {
                f.write_str("The modules are delivered in more than one way: ")?;
                finding::list(f, types)?;
                f.write_str(".")
            }
            Self::ClassroomOrVirtualClassroom { classroom, virtual_classroom } => write!(
                f,
                "The course holds {} and {}.",
                Count(*classroom, "classroom session"),
                Count(*virtual_classroom, "virtual classroom session")
            ),
            Self::Prerequisites { courses } => {
                f.write_str("Other courses must be completed first: ")?;
                finding::list(f, courses)?;
                f.write_str(".")
            }
            Self::MultipleEnrollment => f.write_str("A learner may enroll more than once."),
            Self::MultipleQuestionAnswer => f.write_str("Multiple question-answer (MQA) is enabled."),
            Self::InstanceSwitch => f.write_str("Learners may switch between instances."),
            Self::Paid => f.write_str("Enrollment costs money."),
            Self::PartOfLearningProgram { programs } => {
                f.write_str("The course is part of: ")?;
                finding::list(f, programs)?;
                f.write_str(".")
            }
            Self::NotSelfEnrolled { enrollment_type } => {
                write!(f, "Learners cannot enroll themselves; the enrollment type is {enrollment_type}.")
            }
            Self::NonMandatoryModules { modules } => {
                write!(f, "The course holds {}.", Count(*modules, "optional module"))
            }
            Self::NoCoreContent => f.write_str("The course has no core content."),
            Self::ActivityTypeNotShareable { activity_type: Some(kind) } => {
                write!(f, "Activities of the type \"{kind}\" cannot be shared.")
            }
            Self::ActivityTypeNotShareable { activity_type: None } => {
                f.write_str("The type of the activity is not stated, so it cannot be shared.")
            }
            Self::NotAvailableForLti => f.write_str("\"Available for LTI\" is off."),
            Self::MarketplaceContent { marketplace } => {
                write!(f, "The content is shared from a marketplace: {marketplace}.")
            }
            Self::EnrollmentDeadlinePassed { deadline } => {
                let deadline = deadline.to_rfc3339_opts(SecondsFormat::AutoSi, true);
                write!(f, "The enrollment deadline has passed: {deadline}.")
            }
            Self::ContainsLtiModule { modules } => {
                write!(f, "The course itself holds {}.", Count(*modules, "LTI module"))
            }
            Self::MobileOrOffline => {
                f.write_str("Learners cannot take an LTI course in the mobile app or offline.")
            }
        }
    }
}

impl Serialize for Reason {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        finding::serialize(serializer, self.code(), self.message(), self, self.remedy())
    }
}
