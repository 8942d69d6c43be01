//! Asking a tool for content (Deep Linking 2.0 §4.4): the settings, with `data` that holds what was asked, of whom and
//! for where, sealed.

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{Purpose, SealError, Sealer};
use lti_types::{
    ClientId, ContextId, DeepLinkingSettings, DeploymentId, EntropyUnavailable, Extensions, Issuer,
    MessageType, Nonce, UserId,
};
use serde::{Deserialize, Serialize};

use crate::{AuthorizedRequest, LaunchMessage, Target};

/// What `data` is sealed for.
pub(crate) const DATA: Purpose = Purpose::new("lti-platform/deep-linking-data");

/// What was asked. It travels in `data`, sealed for the session, and comes back with the response: nothing needs to be
/// stored in between.
#[derive(Serialize, Deserialize)]
pub(crate) struct Asked {
    /// The request's own name: it is answered once.
    pub(crate) request_id: Nonce,
    pub(crate) issuer: Issuer,
    pub(crate) client_id: ClientId,
    pub(crate) deployment_id: DeploymentId,
    pub(crate) user: Option<UserId>,
    pub(crate) context_id: Option<ContextId>,
    /// Without the texts that are for the tool only.
    pub(crate) settings: DeepLinkingSettings,
    /// In seconds since the epoch.
    pub(crate) expires_at: i64,
}

impl AuthorizedRequest {
    /// Puts the deep linking settings into a message that is then answered with as usual. Their `data` is replaced by a
    /// sealed text that the tool echoes: it holds the client, the person, the course of the message, the deployment and
    /// what may be chosen, opens in this session only, and expires with [`choosing_lifetime`](crate::Policy). A text
    /// of your own in `data`, such as the place in the course where content is added, is sealed with it, and comes
    /// back as [`DeepLinkingResponse::data`](crate::DeepLinkingResponse::data).
    ///
    /// ```
    /// use chrono::{DateTime, Utc};
    /// use lti_jwks::{Sealer, SigningKey};
    /// use lti_platform::{AuthorizedRequest, LaunchMessage};
    /// use lti_types::{ContentItemType, ContextRole, DeepLinkingSettings, DocumentTarget, FormPost, Roles};
    ///
    /// fn ask(
    ///     request: AuthorizedRequest, sealer: &Sealer, key: &SigningKey, now: DateTime<Utc>,
    /// ) -> Result<FormPost, Box<dyn std::error::Error>> {
    ///     let mut settings = DeepLinkingSettings::new("https://lms.example/courses/7/content".into());
    ///     settings.accept_types = Some(vec![ContentItemType::LtiResourceLink, ContentItemType::Link]);
    ///     settings.accept_presentation_document_targets = Some(vec![DocumentTarget::Iframe, DocumentTarget::Window]);
    ///     settings.accept_multiple = Some(true);
    ///     settings.data = Some("week-3".to_owned());
    ///     let message = LaunchMessage::new(Roles::from_iter([ContextRole::Instructor]));
    ///     let message = request.ask_for_content(settings, message, sealer, now)?;
    ///     Ok(request.respond(message, now)?.sign(key)?)
    /// }
    /// ```
    ///
    /// Settings that a tool could not answer (no accepted types, a return URL that is not https) are refused by
    /// [`AuthorizedRequest::respond`], with every other fault of the message.
    ///
    /// # Errors
    /// [`AskError`].
    pub fn ask_for_content(
        &self,
        mut settings: DeepLinkingSettings,
        mut message: LaunchMessage,
        sealer: &Sealer,
        now: DateTime<Utc>,
    ) -> Result<LaunchMessage, AskError> {
        if self.pending.target != Target::Message(MessageType::DeepLinkingRequest) {
            return Err(AskError::NotDeepLinking);
        }
        let lifetime = self.registration.policy.choosing_lifetime;
        let lifetime = lifetime.clamp(TimeDelta::minutes(1), TimeDelta::days(1));
        let expires_at = now.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC);
        let asked = Asked {
            request_id: Nonce::random()?,
            issuer: self.registration.issuer().clone(),
            client_id: self.registration.client_id().clone(),
            deployment_id: self.pending.deployment_id.clone(),
            user: self.pending.user.clone(),
            context_id: message.context.as_ref().map(|context| context.id.clone()),
            settings: {
                let mut settings = settings.clone();
                (settings.title, settings.text) = (None, None);
                settings.extensions = Extensions::new();
                settings
            },
            expires_at: expires_at.timestamp(),
        };
        let session = self.pending.session.as_bytes();
        settings.data = Some(sealer.seal(DATA, session, &asked, expires_at)?);
        message.deep_linking_settings = Some(settings);
        Ok(message)
    }
}

/// Why content cannot be asked for: all of it is the platform's own doing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AskError {
    /// The login was not begun for deep linking: [`LaunchIntent::deep_linking`](crate::LaunchIntent::deep_linking).
    #[error("the login was not begun for deep linking")]
    NotDeepLinking,
    /// The operating system gave no randomness.
    #[error("{0}")]
    Entropy(#[from] EntropyUnavailable),
    /// What was asked cannot be sealed: it is longer than 12 KiB, for one.
    #[error("{0}")]
    Seal(#[from] SealError),
}

impl AskError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotDeepLinking => "not_deep_linking",
            Self::Entropy(error) => error.code(),
            Self::Seal(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::NotDeepLinking => "Deep Linking 2.0 §4.4",
            Self::Entropy(_) | Self::Seal(_) => "Deep Linking 2.0 §4.4.1",
        }
    }
}
