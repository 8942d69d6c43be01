//! May this course be exported? (README, The rules of the export.)
//!
//! Every [`Rule`] is checked and **all** [`Reason`]s that apply are reported, in the order of the rules. A [`Policy`]
//! says of each rule whether it blocks, warns or is ignored.

use crate::course::{
    ActivityType, Course, DefaultInstance, Delivery, EnrollmentType, InstanceState, Section,
};
use chrono::{DateTime, Utc};
use serde::Serialize;

mod policy;
mod reason;
mod rule;
#[cfg(test)]
mod tests;

pub use policy::{Effect, Policy, Preset};
pub use reason::Reason;
pub use rule::Rule;

/// Checks one course against every rule of the policy.
///
/// `now` decides whether the enrollment deadline has passed.
///
/// ```
/// use chrono::{TimeZone, Utc};
/// use lti_eligibility::course::{Course, CourseId, DefaultInstance, Delivery, EnrollmentType, InstanceState, Module};
/// use lti_eligibility::export::{Policy, check};
///
/// let mut course = Course::new(
///     CourseId::new("c-101")?,
///     "Data protection basics",
///     DefaultInstance::Retired,
///     EnrollmentType::SelfEnrolled,
///     vec![Module::new(Delivery::SelfPaced)],
/// );
/// course.other_instances = vec![InstanceState::Active, InstanceState::Deleted];
///
/// let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
/// let verdict = check(&course, &Policy::default(), now);
/// assert!(!verdict.is_exportable());
/// let messages: Vec<_> = verdict.reasons().iter().map(|reason| reason.message()).collect();
/// assert_eq!(messages, ["Retire Def Instance", "Multiple Instances"]);
/// # Ok::<(), lti_eligibility::course::InvalidCourseId>(())
/// ```
#[must_use]
pub fn check(course: &Course, policy: &Policy, now: DateTime<Utc>) -> Verdict {
    let mut verdict = Verdict::default();
    let modules = Modules::of(course);
    for rule in Rule::ALL {
        let found = match policy.effect(rule) {
            Effect::Ignore => continue,
            Effect::Block => &mut verdict.reasons,
            Effect::Warn => &mut verdict.warnings,
        };
        found.extend(broken(rule, course, &modules, now));
    }
    verdict
}

/// What the rules say about one course. Only [`check`] makes one.
///
/// ```
/// # use chrono::{TimeZone, Utc};
/// # use lti_eligibility::course::{Course, CourseId, DefaultInstance, Delivery, EnrollmentType, Module};
/// # use lti_eligibility::export::{Decision, Policy, check};
/// # let modules = vec![Module::new(Delivery::SelfPaced)];
/// # let id = CourseId::new("c-101")?;
/// # let mut course = Course::new(id, "T", DefaultInstance::Active, EnrollmentType::SelfEnrolled, modules);
/// # let now = Utc.with_ymd_and_hms(2026, 1, 31, 12, 0, 0).unwrap();
/// course.marketplace = Some("Go1".to_owned());
/// let verdict = check(&course, &Policy::default(), now);
/// assert_eq!(verdict.decision(), Decision::ExportWithWarnings);
/// assert_eq!(verdict.warnings()[0].code(), "marketplace_content");
/// # Ok::<(), lti_eligibility::course::InvalidCourseId>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Verdict {
    reasons: Vec<Reason>,
    warnings: Vec<Reason>,
}

impl Verdict {
    /// Whether no rule blocks the export.
    #[must_use]
    pub fn is_exportable(&self) -> bool {
        self.reasons.is_empty()
    }

    /// The decision in one word.
    #[must_use]
    pub fn decision(&self) -> Decision {
        match (self.reasons.is_empty(), self.warnings.is_empty()) {
            (false, _) => Decision::DoNotExport,
            (true, false) => Decision::ExportWithWarnings,
            (true, true) => Decision::Export,
        }
    }

    /// All reasons that block, in the order of the rules.
    #[must_use]
    pub fn reasons(&self) -> &[Reason] {
        &self.reasons
    }

    /// All reasons that only warn, in the order of the rules. A blocked course keeps its warnings.
    #[must_use]
    pub fn warnings(&self) -> &[Reason] {
        &self.warnings
    }

    /// The reasons and the warnings, for keeps.
    #[must_use]
    pub fn into_parts(self) -> (Vec<Reason>, Vec<Reason>) {
        (self.reasons, self.warnings)
    }
}

/// The decision of a [`Verdict`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// Nothing speaks against it.
    Export,
    /// It is exported, and a person is told what may go wrong.
    ExportWithWarnings,
    /// At least one rule blocks it.
    DoNotExport,
}

/// What the rules want to know about the modules, counted once.
#[derive(Default)]
struct Modules {
    self_paced: usize,
    classroom: usize,
    virtual_classroom: usize,
    activity: usize,
    optional: usize,
    lti: usize,
    core: usize,
}

impl Modules {
    fn of(course: &Course) -> Self {
        let mut counts = Self::default();
        for module in &course.modules {
            match module.delivery {
                Delivery::SelfPaced => counts.self_paced += 1,
                Delivery::Classroom => counts.classroom += 1,
                Delivery::VirtualClassroom => counts.virtual_classroom += 1,
                Delivery::Activity => counts.activity += 1,
            }
            counts.optional += usize::from(module.optional);
            counts.lti += usize::from(module.lti);
            counts.core += usize::from(module.section == Section::CoreContent);
        }
        counts
    }

    fn by_delivery(&self) -> [(Delivery, usize); 4] {
        [
            (Delivery::SelfPaced, self.self_paced),
            (Delivery::Classroom, self.classroom),
            (Delivery::VirtualClassroom, self.virtual_classroom),
            (Delivery::Activity, self.activity),
        ]
    }
}

/// The reason, if the course breaks the rule.
fn broken(rule: Rule, course: &Course, modules: &Modules, now: DateTime<Utc>) -> Option<Reason> {
    match rule {
        Rule::DefaultInstanceRetired => {
            (course.default_instance == DefaultInstance::Retired).then_some(Reason::DefaultInstanceRetired)
        }
        Rule::MultipleInstances => {
            let count = |state| course.other_instances.iter().filter(|instance| **instance == state).count();
            let (active, retired) = (count(InstanceState::Active), count(InstanceState::Retired));
            (active + retired > 0).then_some(Reason::MultipleInstances { active, retired })
        }
        Rule::ActivityModule => {
            (modules.activity > 0).then_some(Reason::ActivityModule { modules: modules.activity })
        }
        Rule::MultipleDeliveryTypes => {
            let types = || modules.by_delivery().into_iter().filter(|(_, count)| *count > 0);
            (types().count() > 1)
                .then(|| Reason::MultipleDeliveryTypes { types: types().map(|(kind, _)| kind).collect() })
        }
        Rule::ClassroomOrVirtualClassroom => (modules.classroom + modules.virtual_classroom > 0).then_some(
            Reason::ClassroomOrVirtualClassroom {
                classroom: modules.classroom,
                virtual_classroom: modules.virtual_classroom,
            },
        ),
        Rule::Prerequisites => (!course.prerequisites.is_empty())
            .then(|| Reason::Prerequisites { courses: course.prerequisites.clone() }),
        Rule::MultipleEnrollment => course.multiple_enrollment.then_some(Reason::MultipleEnrollment),
        Rule::MultipleQuestionAnswer => {
            course.multiple_question_answer.then_some(Reason::MultipleQuestionAnswer)
        }
        Rule::InstanceSwitch => course.instance_switch.then_some(Reason::InstanceSwitch),
        Rule::Paid => course.paid.then_some(Reason::Paid),
        Rule::PartOfLearningProgram => (!course.programs.is_empty())
            .then(|| Reason::PartOfLearningProgram { programs: course.programs.clone() }),
        Rule::NotSelfEnrolled => (course.enrollment_type != EnrollmentType::SelfEnrolled)
            .then_some(Reason::NotSelfEnrolled { enrollment_type: course.enrollment_type }),
        Rule::NonMandatoryModules => {
            (modules.optional > 0).then_some(Reason::NonMandatoryModules { modules: modules.optional })
        }
        Rule::NoCoreContent => (modules.core == 0).then_some(Reason::NoCoreContent),
        Rule::ActivityTypeNotShareable => (!shareable(course.activity_type.as_ref()))
            .then(|| Reason::ActivityTypeNotShareable { activity_type: course.activity_type.clone() }),
        Rule::NotAvailableForLti => (!course.available_for_lti).then_some(Reason::NotAvailableForLti),
        Rule::MarketplaceContent => {
            course.marketplace.clone().map(|marketplace| Reason::MarketplaceContent { marketplace })
        }
        Rule::EnrollmentDeadlinePassed => course
            .enrollment_deadline
            .filter(|deadline| now > *deadline)
            .map(|deadline| Reason::EnrollmentDeadlinePassed { deadline }),
        Rule::ContainsLtiModule => {
            (modules.lti > 0).then_some(Reason::ContainsLtiModule { modules: modules.lti })
        }
        Rule::MobileOrOffline => course.mobile_or_offline.then_some(Reason::MobileOrOffline),
    }
}

fn shareable(activity_type: Option<&ActivityType>) -> bool {
    matches!(
        activity_type,
        Some(ActivityType::ELearning | ActivityType::Microlearning | ActivityType::LearningPlaylist)
    )
}
