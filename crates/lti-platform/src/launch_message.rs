//! Course data for a message (LTI Core 1.3 §5.3–5.4): what a platform says, before it is bound to a request.

use std::fmt;

use lti_types::{
    Activity, AssetReference, BasicOutcome, CaliperService, Context, Custom, DeepLinkingSettings,
    EulaService, Extensions, ForUser, GradeService, GroupService, LaunchPresentation, Lis, Lti1p1,
    NotificationService, Roles, RosterService, ToolPlatform, UserId, WireUrl,
};

/// What the platform knows of a person. What of it is sent is the privacy policy's business, not the caller's:
/// give all there is.
///
/// See [`LaunchMessage`] for an example.
#[derive(Clone, Default, PartialEq)]
#[non_exhaustive]
pub struct Person {
    /// Full name.
    pub name: Option<String>,
    /// Given names.
    pub given_name: Option<String>,
    /// Middle names.
    pub middle_name: Option<String>,
    /// Family names.
    pub family_name: Option<String>,
    /// E-mail address.
    pub email: Option<String>,
    /// Picture.
    pub picture: Option<WireUrl>,
    /// Language, BCP 47.
    pub locale: Option<String>,
}

/// Nothing of a person is shown.
impl fmt::Debug for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").finish_non_exhaustive()
    }
}

impl Person {
    /// Nothing known.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

/// The content of a message. Who it is for, which link it opens, in which deployment, and which request it
/// answers are not here: those come from the login and the request.
///
/// ```
/// use lti_platform::LaunchMessage;
/// use lti_types::{Context, ContextId, ContextRole, Roles};
/// let mut message = LaunchMessage::new(Roles::from_iter([ContextRole::Learner]));
/// message.person.name = Some("Ada Lovelace".into());
/// message.context = Some(Context::new(ContextId::new("course-1")?));
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct LaunchMessage {
    /// The person's roles; [`Roles::none`] where there are none to tell. The principal role of a sub-role is
    /// added by itself.
    pub roles: Roles,
    /// The person.
    pub person: Person,
    /// The course.
    pub context: Option<Context>,
    /// The platform instance.
    pub tool_platform: Option<ToolPlatform>,
    /// How the tool is shown.
    pub launch_presentation: Option<LaunchPresentation>,
    /// Identifiers of the student information system.
    pub lis: Option<Lis>,
    /// Custom parameters of the link; they win over the registration's.
    pub custom: Custom,
    /// Whom the person may mentor; only with the Mentor role.
    pub role_scope_mentor: Vec<UserId>,
    /// Assignment and Grade Services.
    pub grade_service: Option<GradeService>,
    /// Names and Role Provisioning Services.
    pub roster_service: Option<RosterService>,
    /// Course Groups.
    pub group_service: Option<GroupService>,
    /// Basic Outcomes under 1.3.
    pub basic_outcome: Option<BasicOutcome>,
    /// The person whom a review or privacy launch is about.
    pub for_user: Option<ForUser>,
    /// What may be chosen in deep linking.
    pub deep_linking_settings: Option<DeepLinkingSettings>,
    /// What links this launch to LTI 1.1.
    pub lti1p1: Option<Lti1p1>,
    /// The LTI 1.1 user id, in its older form.
    pub lti11_legacy_user_id: Option<String>,
    /// Caliper.
    pub caliper_service: Option<CaliperService>,
    /// Platform notifications.
    pub notification_service: Option<NotificationService>,
    /// License agreements.
    pub eula_service: Option<EulaService>,
    /// The assignment an asset processor is attached to.
    pub activity: Option<Activity>,
    /// The submission a report is about.
    pub submission: Option<AssetReference>,
    /// The asset a report is about.
    pub asset: Option<AssetReference>,
    /// The type of report that is opened.
    pub asset_report_type: Option<String>,
    /// Claims of the vendor's own, named by URLs, and registered claims such as `gender`, which only a privacy policy
    /// that sends everything sends.
    pub extensions: Extensions,
}

/// Roles are shown, and nothing else of a person.
impl fmt::Debug for LaunchMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaunchMessage")
            .field("roles", &self.roles)
            .field("custom", &self.custom)
            .finish_non_exhaustive()
    }
}

impl LaunchMessage {
    /// A message for a person in these roles; assign the rest.
    #[must_use]
    pub fn new(roles: Roles) -> Self {
        Self {
            roles,
            person: Person::new(),
            context: None,
            tool_platform: None,
            launch_presentation: None,
            lis: None,
            custom: Custom::new(),
            role_scope_mentor: Vec::new(),
            grade_service: None,
            roster_service: None,
            group_service: None,
            basic_outcome: None,
            for_user: None,
            deep_linking_settings: None,
            lti1p1: None,
            lti11_legacy_user_id: None,
            caliper_service: None,
            notification_service: None,
            eula_service: None,
            activity: None,
            submission: None,
            asset: None,
            asset_report_type: None,
            extensions: Extensions::new(),
        }
    }
}
