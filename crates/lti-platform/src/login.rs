//! Initiating a login at a tool (Security Framework 1.0 §5.1.1.1, LTI Core 1.3 §4.1).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use lti_types::{
    ClientId, DeploymentId, FormPost, InvalidUrl, Issuer, LoginHint, LoginInitiation, MessageHint,
    MessageType, ResourceLink, StorageTarget, UserId, WireUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::session::SessionId;
use crate::{Registration, Session};

/// What is to be launched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub enum Target {
    /// A placed link: a resource link launch.
    ResourceLink(ResourceLink),
    /// A message of another type, whose claims are given when it is sent.
    Message(MessageType),
}

/// What somebody clicked on.
///
/// ```
/// use lti_platform::LaunchIntent;
/// use lti_types::{DeploymentId, ResourceLink, ResourceLinkId};
///
/// let deployment = DeploymentId::new("1")?;
/// let mut open = LaunchIntent::resource_link(ResourceLink::new(ResourceLinkId::new("link-42")?), deployment.clone());
/// open.target_link_uri = Some("https://tool.example/quiz/9".into()); // the link has an address of its own
/// let choose = LaunchIntent::deep_linking(deployment);
/// assert_eq!(choose.target_link_uri, None); // to the registration's deep linking URL
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct LaunchIntent {
    /// What is to be launched.
    pub target: Target,
    /// Where it leads; the registration's target link URI, or deep linking URL, by default.
    pub target_link_uri: Option<WireUrl>,
    /// The deployment that it belongs to.
    pub deployment_id: DeploymentId,
    /// An opaque text of the platform's that the tool must echo.
    pub message_hint: Option<MessageHint>,
    /// The frame that answers storage messages, if the platform has one.
    pub storage_target: Option<StorageTarget>,
}

impl LaunchIntent {
    /// To open a placed link.
    #[must_use]
    pub fn resource_link(link: ResourceLink, deployment_id: DeploymentId) -> Self {
        Self::new(Target::ResourceLink(link), deployment_id)
    }

    /// To choose content at the tool (Deep Linking 2.0 §4.4). It leads to the registration's deep linking URL by
    /// default.
    #[must_use]
    pub fn deep_linking(deployment_id: DeploymentId) -> Self {
        Self::new(Target::Message(MessageType::DeepLinkingRequest), deployment_id)
    }

    /// To launch anything.
    #[must_use]
    pub fn new(target: Target, deployment_id: DeploymentId) -> Self {
        Self { target, target_link_uri: None, deployment_id, message_hint: None, storage_target: None }
    }
}

/// A login that was initiated. Send the browser to `redirect_url`, or have it post `form_post`; store `pending`
/// under its login hint, once.
///
/// ```
/// # use lti_platform::{LaunchIntent, Registration, Session};
/// # use lti_types::{ClientId, DeploymentId, Issuer, LoginHint, ResourceLink, ResourceLinkId, ToolRecord, UserId};
/// # let record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
/// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// # let registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// let session = Session::new("session-row-17", UserId::new("u-7")?);
/// let link = ResourceLink::new(ResourceLinkId::new("link-42")?);
/// let intent = LaunchIntent::resource_link(link, DeploymentId::new("1")?);
/// let started = registration.initiate_login(intent, &session, LoginHint::random()?, now)?;
///
/// assert_eq!(started.pending.login_hint(), &started.initiation.login_hint); // the key to store it under,
/// assert_eq!(started.pending.expires_at(), now + registration.policy.login_lifetime); // and until when
/// assert_eq!(started.form_post.action, "https://tool.example/login");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub struct StartedLogin {
    /// What the tool is told.
    pub initiation: LoginInitiation,
    /// What to remember.
    pub pending: PendingLogin,
    /// The tool's login URL with the initiation appended, for a GET.
    pub redirect_url: Url,
    /// The same as a form to post.
    pub form_post: FormPost,
}

/// Addresses hold the hint, so they are not shown.
impl fmt::Debug for StartedLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StartedLogin").field("pending", &self.pending).finish_non_exhaustive()
    }
}

/// What a platform remembers between initiating a login and the tool's request. One login, one launch: take it
/// out of the store atomically. It is not `Clone`.
///
/// ```compile_fail,E0599
/// fn twice(pending: lti_platform::PendingLogin) -> [lti_platform::PendingLogin; 2] {
///     [pending.clone(), pending]
/// }
/// ```
#[derive(Serialize, Deserialize)]
pub struct PendingLogin {
    pub(crate) login_hint: LoginHint,
    pub(crate) message_hint: Option<MessageHint>,
    pub(crate) issuer: Issuer,
    pub(crate) client_id: ClientId,
    pub(crate) deployment_id: DeploymentId,
    pub(crate) user: Option<UserId>,
    pub(crate) session: SessionId,
    pub(crate) target: Target,
    pub(crate) target_link_uri: WireUrl,
    pub(crate) expires_at: DateTime<Utc>,
}

impl PendingLogin {
    /// The key to store it under.
    #[must_use]
    pub fn login_hint(&self) -> &LoginHint {
        &self.login_hint
    }

    /// When it is of no use any more; a store may drop it then.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

impl fmt::Debug for PendingLogin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingLogin")
            .field("client_id", &self.client_id)
            .field("deployment_id", &self.deployment_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

impl Registration {
    /// Initiates a login for the person of the session, and nobody else. The hint is opaque and fresh:
    /// [`LoginHint::random`].
    ///
    /// # Errors
    /// [`InitiateError`].
    pub fn initiate_login(
        &self,
        intent: LaunchIntent,
        session: &Session,
        login_hint: LoginHint,
        now: DateTime<Utc>,
    ) -> Result<StartedLogin, InitiateError> {
        if !self.is_active() {
            return Err(InitiateError::RegistrationNotActive);
        }
        if session.id.is_empty() {
            return Err(InitiateError::SessionWithoutId);
        }
        if !self.has_deployment(&intent.deployment_id) {
            return Err(InitiateError::DeploymentUnknown);
        }
        let target_link_uri =
            intent.target_link_uri.unwrap_or_else(|| self.target_of(&intent.target).clone());
        target_link_uri.to_secure_url().map_err(InitiateError::TargetLinkUri)?;

        let mut initiation =
            LoginInitiation::new(self.issuer().clone(), login_hint.clone(), target_link_uri.clone());
        initiation.lti_message_hint.clone_from(&intent.message_hint);
        initiation.lti_deployment_id = Some(intent.deployment_id.clone());
        initiation.client_id = Some(self.client_id().clone());
        initiation.lti_storage_target = intent.storage_target;

        let lifetime = self.policy.login_lifetime.max(TimeDelta::zero());
        let pending = PendingLogin {
            login_hint,
            message_hint: intent.message_hint,
            issuer: self.issuer().clone(),
            client_id: self.client_id().clone(),
            deployment_id: intent.deployment_id,
            user: session.user.clone(),
            session: session.id.clone(),
            target: intent.target,
            target_link_uri,
            expires_at: now.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC),
        };
        let redirect_url = initiation.to_url(self.login_url());
        let form_post = initiation.to_form_post(self.login_url());
        Ok(StartedLogin { initiation, pending, redirect_url, form_post })
    }

    /// Where a launch of that kind leads, when nothing else is said.
    fn target_of(&self, target: &Target) -> &WireUrl {
        let deep_linking = match target {
            Target::Message(MessageType::DeepLinkingRequest) => self.record().deep_linking_url.as_ref(),
            _ => None,
        };
        deep_linking.unwrap_or(&self.record().target_link_uri)
    }
}

/// Why no login can be initiated: all of it is the platform's own data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InitiateError {
    /// The registration is pending or disabled.
    #[error("the registration is not active")]
    RegistrationNotActive,
    /// The registration has no such deployment.
    #[error("the deployment is not one of the registration's")]
    DeploymentUnknown,
    /// The session has an empty id, so that it could not be told from another.
    #[error("the session has no id")]
    SessionWithoutId,
    /// The target link URI is not one that may be launched.
    #[error("target_link_uri: {0}")]
    TargetLinkUri(InvalidUrl),
}

impl InitiateError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::RegistrationNotActive => "registration_not_active",
            Self::DeploymentUnknown => "deployment_unknown",
            Self::SessionWithoutId => "session_without_id",
            Self::TargetLinkUri(_) => "target_link_uri_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::RegistrationNotActive | Self::SessionWithoutId => "Security Framework 1.0 §5.1.1.1",
            Self::DeploymentUnknown => "LTI Core 1.3 §3.1.3",
            Self::TargetLinkUri(_) => "LTI Core 1.3 §5.3.4",
        }
    }
}
