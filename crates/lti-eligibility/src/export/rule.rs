//! The rules of the export, in their fixed order (README, The rules of the export).

use serde::{Deserialize, Serialize};

/// One rule that a course may break. The order of the variants is the order of every report.
///
/// ```
/// use lti_eligibility::export::Rule;
///
/// assert_eq!(Rule::ALL[4].code(), "classroom_or_virtual_classroom");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// Publishing rule 1: the default instance is retired.
    DefaultInstanceRetired,
    /// Publishing rule 2: another instance is active or retired; deleted ones do not count.
    MultipleInstances,
    /// Publishing rule 3: a module is an activity module.
    ActivityModule,
    /// Publishing rule 4: the modules have more than one delivery type (a blended course).
    MultipleDeliveryTypes,
    /// Publishing rule 5: a module is a classroom or virtual classroom session.
    ClassroomOrVirtualClassroom,
    /// Publishing rule 6: another course must be completed first.
    Prerequisites,
    /// Publishing rule 7: a learner may enroll more than once.
    MultipleEnrollment,
    /// Publishing rule 8: multiple question-answer is enabled.
    MultipleQuestionAnswer,
    /// Publishing rule 9: learners may switch between instances.
    InstanceSwitch,
    /// Publishing rule 10: enrollment costs money.
    Paid,
    /// Publishing rule 11: the course is part of a learning path, a certification or a learning plan.
    PartOfLearningProgram,
    /// Publishing rule 12: learners do not enroll themselves.
    NotSelfEnrolled,
    /// Publishing rule 13: a module is optional.
    NonMandatoryModules,
    /// Publishing rule 14: no module belongs to the core content.
    NoCoreContent,
    /// Only in the preset `rakoo`: the activity is no e-learning, microlearning or learning playlist.
    ActivityTypeNotShareable,
    /// Only in the preset `rakoo`: the "available for LTI" switch is off.
    NotAvailableForLti,
    /// A warning by default: the content is shared from a marketplace.
    MarketplaceContent,
    /// A warning by default: nobody can enroll anymore.
    EnrollmentDeadlinePassed,
    /// A warning by default, blocks in the preset `adobe_learning_manager`: a module is itself an LTI link.
    ContainsLtiModule,
    /// A warning by default: the course is offered in a mobile app or offline, where LTI courses cannot be taken.
    MobileOrOffline,
}

impl Rule {
    /// All rules, in the order in which they are checked and reported.
    pub const ALL: [Self; 20] = [
        Self::DefaultInstanceRetired,
        Self::MultipleInstances,
        Self::ActivityModule,
        Self::MultipleDeliveryTypes,
        Self::ClassroomOrVirtualClassroom,
        Self::Prerequisites,
        Self::MultipleEnrollment,
        Self::MultipleQuestionAnswer,
        Self::InstanceSwitch,
        Self::Paid,
        Self::PartOfLearningProgram,
        Self::NotSelfEnrolled,
        Self::NonMandatoryModules,
        Self::NoCoreContent,
        Self::ActivityTypeNotShareable,
        Self::NotAvailableForLti,
        Self::MarketplaceContent,
        Self::EnrollmentDeadlinePassed,
        Self::ContainsLtiModule,
        Self::MobileOrOffline,
    ];

    /// The stable code, as in policies and reports.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DefaultInstanceRetired => "default_instance_retired",
            Self::MultipleInstances => "multiple_instances",
            Self::ActivityModule => "activity_module",
            Self::MultipleDeliveryTypes => "multiple_delivery_types",
            Self::ClassroomOrVirtualClassroom => "classroom_or_virtual_classroom",
            Self::Prerequisites => "prerequisites",
            Self::MultipleEnrollment => "multiple_enrollment",
            Self::MultipleQuestionAnswer => "multiple_question_answer",
            Self::InstanceSwitch => "instance_switch",
            Self::Paid => "paid",
            Self::PartOfLearningProgram => "part_of_learning_program",
            Self::NotSelfEnrolled => "not_self_enrolled",
            Self::NonMandatoryModules => "non_mandatory_modules",
            Self::NoCoreContent => "no_core_content",
            Self::ActivityTypeNotShareable => "activity_type_not_shareable",
            Self::NotAvailableForLti => "not_available_for_lti",
            Self::MarketplaceContent => "marketplace_content",
            Self::EnrollmentDeadlinePassed => "enrollment_deadline_passed",
            Self::ContainsLtiModule => "contains_lti_module",
            Self::MobileOrOffline => "mobile_or_offline",
        }
    }

    /// The short message for a list or a table cell; the first two are word for word those of Adobe Learning Manager.
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Self::DefaultInstanceRetired => "Retire Def Instance",
            Self::MultipleInstances => "Multiple Instances",
            Self::ActivityModule => "Activity Module",
            Self::MultipleDeliveryTypes => "Multiple Delivery Types",
            Self::ClassroomOrVirtualClassroom => "Classroom Or Virtual Classroom",
            Self::Prerequisites => "Prerequisites",
            Self::MultipleEnrollment => "Multiple Enrollment",
            Self::MultipleQuestionAnswer => "Multiple Question-Answer",
            Self::InstanceSwitch => "Instance Switch",
            Self::Paid => "Paid",
            Self::PartOfLearningProgram => "Part Of Learning Program",
            Self::NotSelfEnrolled => "Not Self-Enrolled",
            Self::NonMandatoryModules => "Non-Mandatory Modules",
            Self::NoCoreContent => "No Core Content",
            Self::ActivityTypeNotShareable => "Activity Type Not Shareable",
            Self::NotAvailableForLti => "Not Available For LTI",
            Self::MarketplaceContent => "Marketplace Content",
            Self::EnrollmentDeadlinePassed => "Enrollment Deadline Passed",
            Self::ContainsLtiModule => "Contains LTI Module",
            Self::MobileOrOffline => "Mobile Or Offline",
        }
    }

    /// What to change so that the course no longer breaks the rule.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::DefaultInstanceRetired => "Reactivate the default instance.",
            Self::MultipleInstances => {
                "Delete every instance but the default one; retiring them is not enough."
            }
            Self::ActivityModule => "Replace the activity modules with self-paced modules, or remove them.",
            Self::MultipleDeliveryTypes => {
                "Keep self-paced modules only; move the others to a course of their own."
            }
            Self::ClassroomOrVirtualClassroom => {
                "Replace the classroom and virtual classroom sessions with self-paced modules, or remove them."
            }
            Self::Prerequisites => "Remove the prerequisites.",
            Self::MultipleEnrollment => "Turn multiple enrollment off.",
            Self::MultipleQuestionAnswer => "Turn multiple question-answer (MQA) off.",
            Self::InstanceSwitch => "Turn switching between instances off.",
            Self::Paid => "Make enrollment free of charge, or publish a free copy of the course.",
            Self::PartOfLearningProgram => {
                "Take the course out of the learning programs, or publish a copy that is in none."
            }
            Self::NotSelfEnrolled => "Set the enrollment type to self-enrolled.",
            Self::NonMandatoryModules => "Make every module mandatory, or remove the optional ones.",
            Self::NoCoreContent => "Add a module to the core content; pre-work and test-out do not count.",
            Self::ActivityTypeNotShareable => {
                "Offer the content as an e-learning, a microlearning or a learning playlist."
            }
            Self::NotAvailableForLti => {
                "Turn \"available for LTI\" on in the settings of the learning activity."
            }
            Self::MarketplaceContent => {
                "Make sure that the marketplace's license covers learners of other systems, or leave the course out."
            }
            Self::EnrollmentDeadlinePassed => "Move the enrollment deadline into the future, or remove it.",
            Self::ContainsLtiModule => {
                "Replace the LTI modules with content of your own, or link their provider directly."
            }
            Self::MobileOrOffline => "Tell learners to take the course in a browser while online.",
        }
    }
}
