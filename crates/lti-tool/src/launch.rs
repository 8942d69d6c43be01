//! A verified launch (LTI Core 1.3 §5), and what of it may be kept.

use std::fmt;

use chrono::{DateTime, Utc};
use lti_types::diagnostics::{self, Diagnostic};
use lti_types::{
    ClientId, Context, DeploymentId, GradeService, Issuer, LaunchClaims, Message, MessageType, ResourceLink,
    Roles, RosterService, User, UserId, WireUrl,
};
use serde::{Deserialize, Serialize};

use crate::{Binding, DeploymentStanding, Registration};

/// A launch that every check of [`UnverifiedLaunch::verify`](crate::UnverifiedLaunch::verify) has passed. It is
/// made there and nowhere else: whoever holds one need not ask whether somebody checked.
///
/// ```compile_fail,E0451
/// // It has no constructor,
/// fn forge(launch: lti_tool::Launch) -> lti_tool::Launch { lti_tool::Launch { payload: Vec::new(), ..launch } }
/// ```
///
/// ```compile_fail,E0277
/// // is not read from anywhere,
/// let launch: lti_tool::Launch = serde_json::from_str("{}").unwrap();
/// ```
///
/// ```compile_fail,E0277
/// // and what is kept of it does not turn into one again.
/// fn revive(record: lti_tool::LaunchRecord) -> lti_tool::Launch { record.into() }
/// ```
#[derive(Clone)]
pub struct Launch {
    issuer: Issuer,
    client_id: ClientId,
    deployment_id: DeploymentId,
    standing: DeploymentStanding,
    binding: Binding,
    claims: LaunchClaims,
    payload: Vec<u8>,
    acceptable_until: DateTime<Utc>,
    launched_at: DateTime<Utc>,
}

impl Launch {
    #[allow(
        clippy::too_many_arguments,
        reason = "one caller, and a struct of the same fields is what it makes"
    )]
    pub(crate) fn proven(
        registration: &Registration,
        deployment_id: DeploymentId,
        standing: DeploymentStanding,
        binding: Binding,
        claims: LaunchClaims,
        payload: Vec<u8>,
        acceptable_until: DateTime<Utc>,
        launched_at: DateTime<Utc>,
    ) -> Self {
        Self {
            issuer: registration.issuer().clone(),
            client_id: registration.client_id().clone(),
            deployment_id,
            standing,
            binding,
            claims,
            payload,
            acceptable_until,
            launched_at,
        }
    }

    /// The platform.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// Our client id at the platform: with the issuer, the key of the registration.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The deployment: with issuer and client id, the customer.
    #[must_use]
    pub fn deployment_id(&self) -> &DeploymentId {
        &self.deployment_id
    }

    /// Whether the deployment is in the registration's record, or new to it.
    #[must_use]
    pub fn deployment_standing(&self) -> DeploymentStanding {
        self.standing
    }

    /// How the browser proved that it began the login.
    #[must_use]
    pub fn binding(&self) -> Binding {
        self.binding
    }

    /// When it was verified.
    #[must_use]
    pub fn launched_at(&self) -> DateTime<Utc> {
        self.launched_at
    }

    /// Until when the same token would be accepted again: how long its nonce is to be remembered by whoever keeps
    /// pending launches in a cookie instead of taking them out of a store.
    #[must_use]
    pub fn acceptable_until(&self) -> DateTime<Utc> {
        self.acceptable_until
    }

    /// What the platform wants: match on it.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        // `verify` saw to it that this is well-formed; what it let through besides, by a policy with `danger`
        // in its name, is of no type that promises more.
        self.claims.message_within(&self.deployment_id)
    }

    /// All claims.
    #[must_use]
    pub fn claims(&self) -> &LaunchClaims {
        &self.claims
    }

    /// The payload as it was signed: JSON text.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> User<'_> {
        self.claims.user()
    }

    /// The person's roles; none when the platform sent none.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        self.claims.roles()
    }

    /// The course, if the launch comes from one.
    #[must_use]
    pub fn context(&self) -> Option<&Context> {
        self.claims.context.as_ref()
    }

    /// The link that was opened, if one was.
    #[must_use]
    pub fn resource_link(&self) -> Option<&ResourceLink> {
        self.claims.resource_link.as_ref()
    }

    /// Where the launch leads. Route by this one; it is signed.
    #[must_use]
    pub fn target_link_uri(&self) -> Option<&WireUrl> {
        self.claims.target_link_uri.as_ref()
    }

    /// Assignment and Grade Services, if the platform offers them here.
    #[must_use]
    pub fn grade_service(&self) -> Option<&GradeService> {
        self.claims.grade_service.as_ref()
    }

    /// Names and Role Provisioning Services, if the platform offers them here.
    #[must_use]
    pub fn roster_service(&self) -> Option<&RosterService> {
        self.claims.roster_service.as_ref()
    }

    /// What is odd about the payload, though it was accepted: for the platform's administrator. Reads the payload
    /// again, so ask when you mean to show it.
    #[must_use]
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        serde_json::from_slice(&self.payload)
            .map(|payload| diagnostics::of_launch(&payload))
            .unwrap_or_default()
    }

    /// What a session or a queue of grades keeps of the launch.
    #[must_use]
    pub fn to_record(&self) -> LaunchRecord {
        LaunchRecord {
            issuer: self.issuer.clone(),
            client_id: self.client_id.clone(),
            deployment_id: self.deployment_id.clone(),
            user_id: self.claims.sub.clone(),
            message_type: self.claims.message_type.clone(),
            target_link_uri: self.claims.target_link_uri.clone(),
            roles: self.roles().clone(),
            context: self.claims.context.clone(),
            resource_link: self.claims.resource_link.clone(),
            grade_service: self.claims.grade_service.clone(),
            roster_service: self.claims.roster_service.clone(),
            launched_at: self.launched_at,
        }
    }
}

/// Who launched what is nobody's business but the tool's.
impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("deployment_id", &self.deployment_id)
            .field("message_type", &self.claims.message_type)
            .finish_non_exhaustive()
    }
}

/// What is kept of a launch: enough to know the person again, and to send grades hours later. It is a note, not
/// a proof: it never turns back into a [`Launch`]. `Debug` shows no more than that of a [`Launch`].
///
/// ```
/// use chrono::DateTime;
/// use lti_tool::LaunchRecord;
/// use lti_types::{ClientId, DeploymentId, GradeService, Issuer, Scope, UserId};
///
/// // Of a launch, `launch.to_record()` makes it. This one is put together from older notes.
/// let mut record = LaunchRecord::new(
///     Issuer::new("https://lms.example")?, ClientId::new("quiz")?, DeploymentId::new("1")?,
///     Some(UserId::new("u-7")?), DateTime::from_timestamp(1_767_225_600, 0).unwrap());
/// let mut grades = GradeService::new();
/// grades.scope = Some(vec![Scope::Score]);
/// grades.lineitem = Some("https://lms.example/courses/7/columns/3".into());
/// record.grade_service = Some(grades);
///
/// let kept = serde_json::to_string(&record)?; // in a session, or with a grade that is to be sent
/// assert_eq!(serde_json::from_str::<LaunchRecord>(&kept)?, record);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct LaunchRecord {
    /// The platform.
    pub issuer: Issuer,
    /// Our client id there.
    pub client_id: ClientId,
    /// The deployment.
    pub deployment_id: DeploymentId,
    /// The person; `None` for an anonymous launch.
    pub user_id: Option<UserId>,
    /// The kind of message.
    pub message_type: Option<MessageType>,
    /// Where it led.
    pub target_link_uri: Option<WireUrl>,
    /// The person's roles.
    pub roles: Roles,
    /// The course.
    pub context: Option<Context>,
    /// The link.
    pub resource_link: Option<ResourceLink>,
    /// Where grades go.
    pub grade_service: Option<GradeService>,
    /// Where the roster is.
    pub roster_service: Option<RosterService>,
    /// When it was.
    pub launched_at: DateTime<Utc>,
}

impl fmt::Debug for LaunchRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaunchRecord")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("deployment_id", &self.deployment_id)
            .field("message_type", &self.message_type)
            .finish_non_exhaustive()
    }
}

impl LaunchRecord {
    /// A record of somebody's launch, as it may stand in older notes than ours; assign what else is known.
    #[must_use]
    pub fn new(
        issuer: Issuer,
        client_id: ClientId,
        deployment_id: DeploymentId,
        user_id: Option<UserId>,
        launched_at: DateTime<Utc>,
    ) -> Self {
        Self {
            issuer,
            client_id,
            deployment_id,
            user_id,
            message_type: None,
            target_link_uri: None,
            roles: Roles::none(),
            context: None,
            resource_link: None,
            grade_service: None,
            roster_service: None,
            launched_at,
        }
    }
}
