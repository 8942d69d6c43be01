//! Substitution variables (LTI Core 1.3 §B): which there are, and what personal data each gives away.

use crate::Privacy;

/// The personal data that a variable's value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Gate {
    /// None: about the course, the link, the message or the platform.
    Open,
    /// The opaque user id, or something that stands for it.
    UserId,
    /// Names, and what is as personal as they are.
    Name,
    /// E-mail addresses.
    Email,
    /// The picture.
    Picture,
    /// Language and time zone.
    Locale,
    /// Identifiers of the student information system.
    Sourcedid,
    /// Addresses, telephone numbers and the like, for which a record has no word: only a policy that sends
    /// everything sends them.
    Everything,
}

impl Gate {
    /// Whether the policy lets it through.
    #[must_use]
    pub fn is_open(self, privacy: Privacy) -> bool {
        match self {
            Self::Open => true,
            Self::UserId => privacy.user_id,
            Self::Name => privacy.user_id && privacy.name,
            Self::Email => privacy.user_id && privacy.email,
            Self::Picture => privacy.user_id && privacy.picture,
            Self::Locale => privacy.user_id && privacy.locale,
            Self::Sourcedid => privacy.user_id && privacy.sourcedid,
            Self::Everything => privacy == Privacy::everything(),
        }
    }
}

/// A variable that a specification or a vendor defines.
///
/// ```
/// use lti_platform::{Privacy, VARIABLES};
///
/// // The placeholders that an author may be offered where only the opaque id is sent:
/// let privacy = Privacy::only_user_id();
/// let offered: Vec<_> = VARIABLES.iter().filter(|variable| variable.gate.is_open(privacy)).map(|v| v.name).collect();
/// assert!(offered.contains(&"Context.title") && offered.contains(&"User.id"));
/// assert!(!offered.contains(&"Person.email.primary"));
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub struct Variable {
    /// Its name, without the `$`.
    pub name: &'static str,
    /// What its value gives away.
    pub gate: Gate,
}

macro_rules! variables {
    ($($gate:ident: $($name:literal),* $(,)?;)*) => {
        &[$($(Variable { name: $name, gate: Gate::$gate },)*)*]
    };
}

/// Variables of the specification and its siblings, and those of vendors that are known to give away personal data.
///
/// `User.gradeLevels.*` and `Context.gradeLevels.*` stand for every name that begins so.
pub const VARIABLES: &[Variable] = variables! {
    // §B.1 User, and who really acts
    UserId: "User.id", "ActualUser.id", "User.scope.mentor", "ActualUser.scope.mentor";
    Picture: "User.image", "ActualUser.image";
    Name: "User.username", "ActualUser.username", "User.gradeLevels.oneRoster", "ActualUser.gradeLevels.oneRoster",
        "User.gradeLevels.*", "ActualUser.gradeLevels.*";
    Sourcedid: "User.org", "ActualUser.org";
    // §B.2 Person
    Sourcedid: "Person.sourcedId", "ActualPerson.sourcedId";
    Name: "Person.name.full", "Person.name.family", "Person.name.given", "Person.name.middle", "Person.name.prefix",
        "Person.name.suffix", "Person.gender", "Person.gender.pronouns", "ActualPerson.name.full",
        "ActualPerson.name.family", "ActualPerson.name.given", "ActualPerson.name.middle", "ActualPerson.name.prefix",
        "ActualPerson.name.suffix", "ActualPerson.gender", "ActualPerson.gender.pronouns";
    Email: "Person.email.primary", "Person.email.personal", "ActualPerson.email.primary",
        "ActualPerson.email.personal";
    Locale: "Person.address.timezone", "ActualPerson.address.timezone";
    Everything: "Person.address.street1", "Person.address.street2", "Person.address.street3", "Person.address.street4",
        "Person.address.locality", "Person.address.statepr", "Person.address.country", "Person.address.postcode",
        "Person.phone.mobile", "Person.phone.primary", "Person.phone.home", "Person.phone.work", "Person.webaddress",
        "Person.sms", "ActualPerson.address.street1", "ActualPerson.address.street2", "ActualPerson.address.street3",
        "ActualPerson.address.street4", "ActualPerson.address.locality", "ActualPerson.address.statepr",
        "ActualPerson.address.country", "ActualPerson.address.postcode", "ActualPerson.phone.mobile",
        "ActualPerson.phone.primary", "ActualPerson.phone.home", "ActualPerson.phone.work", "ActualPerson.webaddress",
        "ActualPerson.sms";
    // §B.3 Context
    Open: "Context.id", "Context.org", "Context.type", "Context.label", "Context.title", "Context.sourcedId",
        "Context.id.history", "Context.gradeLevels.oneRoster", "Context.gradeLevels.*";
    // §B.4 ResourceLink
    Open: "ResourceLink.id", "ResourceLink.title", "ResourceLink.description", "ResourceLink.id.history",
        "ResourceLink.available.startDateTime", "ResourceLink.available.endDateTime",
        "ResourceLink.available.user.startDateTime", "ResourceLink.available.user.endDateTime",
        "ResourceLink.submission.startDateTime", "ResourceLink.submission.endDateTime",
        "ResourceLink.submission.user.startDateTime", "ResourceLink.submission.user.endDateTime",
        "ResourceLink.lineitem.releaseDateTime", "ResourceLink.lineitem.user.releaseDateTime";
    // §B.5 – B.7 Course template, offering, section
    Open: "CourseTemplate.sourcedId", "CourseTemplate.label", "CourseTemplate.title",
        "CourseTemplate.shortDescription", "CourseTemplate.longDescription", "CourseTemplate.courseNumber",
        "CourseTemplate.credits", "CourseOffering.sourcedId", "CourseOffering.label", "CourseOffering.title",
        "CourseOffering.shortDescription", "CourseOffering.longDescription", "CourseOffering.courseNumber",
        "CourseOffering.credits", "CourseOffering.academicSession", "CourseSection.sourcedId", "CourseSection.label",
        "CourseSection.title", "CourseSection.shortDescription", "CourseSection.longDescription",
        "CourseSection.courseNumber", "CourseSection.credits", "CourseSection.maxNumberOfStudents",
        "CourseSection.numberOfStudents", "CourseSection.dept", "CourseSection.timeFrame.begin",
        "CourseSection.timeFrame.end", "CourseSection.enrollControl.accept", "CourseSection.enrollControl.allowed",
        "CourseSection.dataSource", "CourseSection.sourceSectionId";
    // §B.8 Group, with the spellings of LTI 1
    Open: "Group.sourcedId", "Group.scheme", "Group.typevalue", "Group.level", "Group.grouptype.scheme",
        "Group.grouptype.typevalue", "Group.grouptype.level", "Group.email", "Group.url", "Group.timeFrame.begin",
        "Group.timeFrame.end", "Group.enrollControl.accept", "Group.enrollControl.end", "Group.enrollControl.allowed",
        "Group.shortDescription", "Group.longDescription", "Group.parentId";
    // §B.9 Membership
    Sourcedid: "Membership.sourcedId", "Membership.personSourcedId";
    UserId: "Membership.role.scope.mentor";
    Open: "Membership.collectionSourcedid", "Membership.status", "Membership.role", "Membership.createdTimestamp",
        "Membership.dataSource";
    // §B.10 Message
    Open: "Message.returnUrl", "Message.documentTarget", "Message.height", "Message.width", "Message.locale";
    // §B.11 Tool platform, with the spellings of LTI 1
    Open: "ToolPlatform.productFamilyCode", "ToolPlatform.version", "ToolPlatformInstance.guid",
        "ToolPlatformInstance.name", "ToolPlatformInstance.description", "ToolPlatformInstance.url",
        "ToolPlatformInstance.contactEmail", "ToolConsumerInfo.productFamilyCode", "ToolConsumerInfo.version",
        "ToolConsumerInstance.guid", "ToolConsumerInstance.name", "ToolConsumerInstance.description",
        "ToolConsumerInstance.url", "ToolConsumerInstance.contactEmail";
    // AGS, NRPS, groups, outcomes, Caliper, asset processors
    Open: "LineItem.url", "LineItems.url", "Results.url", "Result.url", "Scores.url", "BasicOutcome.url",
        "ToolProxyBinding.memberships.url", "ToolProxyBinding.nrps.url", "LtiLink.memberships.url", "LtiLink.acs.url",
        "Membership.course.groupIds", "Caliper.endpoint", "Caliper.federated.session.id";
    UserId: "Result.sourcedId", "BasicOutcome.sourcedId";
    // Vendors: what is known to be about the person
    UserId: "Canvas.user.id", "Canvas.user.globalId", "Canvas.masqueradingUser.id", "Canvas.masqueradingUser.userId";
    Name: "Canvas.user.loginId", "vnd.Canvas.Person.email.sis", "Canvas.user.prefersHighContrast",
        "com.instructure.Person.name_sortable", "com.instructure.Person.pronouns", "com.schoology.User.name";
    Sourcedid: "Canvas.user.sisSourceId", "Canvas.user.sisIntegrationId";
    Open: "Canvas.api.domain", "Canvas.course.id", "Canvas.course.name", "Canvas.course.sisSourceId",
        "Canvas.account.id", "Canvas.account.name", "Canvas.assignment.id", "Canvas.assignment.title",
        "Canvas.assignment.dueAt.iso8601", "Canvas.course.previousContextIds", "Canvas.course.previousCourseIds",
        "Canvas.placement", "Activity.id.history", "CourseGroup.id";
};

/// What a variable's value gives away. A name that is not among [`VARIABLES`] is judged by its parts: whatever is some
/// user's, person's or observee's is as personal as can be, and the rest is open.
///
/// ```
/// use lti_platform::{Gate, gate_of};
/// assert_eq!(gate_of("Person.name.full"), Gate::Name);
/// assert_eq!(gate_of("com.vendor.masqueradingUser.shoeSize"), Gate::Everything);
/// assert_eq!(gate_of("Context.title"), Gate::Open);
/// ```
#[must_use]
pub fn gate_of(name: &str) -> Gate {
    let is = |variable: &&Variable| match variable.name.strip_suffix('*') {
        Some(stem) => name.starts_with(stem),
        None => variable.name == name,
    };
    if let Some(variable) = VARIABLES.iter().find(is) {
        return variable.gate;
    }
    let personal = name.split('.').any(|part| {
        let part = part.to_ascii_lowercase();
        ["user", "person", "observee"].iter().any(|somebody| part.ends_with(somebody))
    });
    if personal { Gate::Everything } else { Gate::Open }
}
