//! Authorizing a tool's request (Security Framework 1.0 §5.1.1.2, OpenID Connect Core §3.1.2.2).

use std::fmt;

use chrono::{DateTime, Utc};
use lti_types::{
    AuthenticationError, AuthenticationErrorCode, AuthenticationRequest, AuthenticationResponse, FormPost,
    Nonce, State,
};

use crate::{PendingLogin, Registration, Session};

/// A request that every check has passed. It is made by [`Registration::authorize`] and nowhere else; the only
/// thing to do with it is [`AuthorizedRequest::respond`].
///
/// ```compile_fail,E0061
/// // Without session and pending login there is none.
/// fn careless(registration: &lti_platform::Registration, request: lti_types::AuthenticationRequest,
///             now: chrono::DateTime<chrono::Utc>) {
///     registration.authorize(request, now);
/// }
/// ```
///
/// ```compile_fail,E0451
/// fn forge(request: lti_platform::AuthorizedRequest) -> lti_platform::AuthorizedRequest {
///     lti_platform::AuthorizedRequest { redirect_uri: String::new(), ..request }
/// }
/// ```
///
/// ```
/// # use lti_platform::{LaunchIntent, Registration, Session};
/// # use lti_types::{ClientId, DeploymentId, Issuer, LoginHint, ResourceLink, ResourceLinkId, ToolRecord, UserId};
/// # let record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
/// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// # let registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let session = Session::new("session-row-17", UserId::new("u-7")?);
/// # let link = ResourceLink::new(ResourceLinkId::new("link-42")?);
/// # let intent = LaunchIntent::resource_link(link, DeploymentId::new("1")?);
/// # let started = registration.initiate_login(intent, &session, LoginHint::random()?, now)?;
/// # let key = lti_jwks::SigningKey::generate_ec(lti_jwks::Curve::P256)?;
/// use lti_platform::LaunchMessage;
/// use lti_types::{AuthenticationRequest, ContextRole, Nonce, Roles, State};
///
/// // What the tool sends the browser back with, after `started` sent it there.
/// let request = AuthenticationRequest::new(ClientId::new("quiz")?, "https://tool.example/launch",
///     started.initiation.login_hint, None, State::random()?, Nonce::random()?);
/// let authorized = registration.authorize(request, Some(started.pending), Some(&session), now)?;
/// assert_eq!(authorized.user(), session.user());
///
/// let message = LaunchMessage::new(Roles::from_iter([ContextRole::Learner]));
/// let form = authorized.respond(message, now)?.sign(&key)?;
/// assert_eq!(form.action, "https://tool.example/launch"); // with `id_token` and `state`
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct AuthorizedRequest {
    pub(crate) registration: Registration,
    pub(crate) pending: PendingLogin,
    pub(crate) redirect_uri: String,
    pub(crate) nonce: Nonce,
    pub(crate) state: State,
}

impl AuthorizedRequest {
    /// What was clicked on: the link, or the type of message.
    #[must_use]
    pub fn target(&self) -> &crate::Target {
        &self.pending.target
    }

    /// The person whom the launch is for: the one who clicked.
    #[must_use]
    pub fn user(&self) -> Option<&lti_types::UserId> {
        self.pending.user.as_ref()
    }

    /// The deployment.
    #[must_use]
    pub fn deployment_id(&self) -> &lti_types::DeploymentId {
        &self.pending.deployment_id
    }
}

impl fmt::Debug for AuthorizedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthorizedRequest").field("pending", &self.pending).finish_non_exhaustive()
    }
}

impl Registration {
    /// Authorizes the request of a tool. `self` is the registration of the request's `client_id`; `pending` was
    /// taken out of the store under its `login_hint`; `session` is the one of the browser that brings it. The pending
    /// login is used up whatever comes of it, so a platform whose session cookie is kept back on a cross-site request
    /// looks for the session first, and has the browser post once more from a page of its own before it takes anything.
    ///
    /// The checks, in this order. Until the second has passed, nobody is sent anywhere:
    ///
    /// 1. `client_id` is this registration's → else an error page
    /// 2. `redirect_uri` is registered, byte for byte → else an error page
    /// 3. `response_type` is `id_token` → `unsupported_response_type`
    /// 4. `response_mode` is `form_post` → `invalid_request`
    /// 5. `scope` contains `openid` → `invalid_scope`
    /// 6. `prompt` is `none` → `invalid_request`
    /// 7. `nonce` and `state` are there → `invalid_request`
    /// 8. the browser has a session → `login_required`
    /// 9. `login_hint` names a login that is pending at this tool, and not expired → `invalid_request`
    /// 10. that login was begun in this session, by this person → `access_denied`
    /// 11. `lti_message_hint` is the one that was sent, or absent as it was → `invalid_request`
    /// 12. the registration is active and still has the deployment → `unauthorized_client`
    ///
    /// # Errors
    /// [`AuthorizeError`], which knows how to answer: [`AuthorizeError::reply`].
    pub fn authorize(
        &self,
        request: AuthenticationRequest,
        pending: Option<PendingLogin>,
        session: Option<&Session>,
        now: DateTime<Utc>,
    ) -> Result<AuthorizedRequest, AuthorizeError> {
        use AuthorizeProblem as Problem;

        let page = |problem| AuthorizeError { problem, redirect: None };
        if request.client_id.as_ref() != Some(self.client_id()) {
            return Err(page(Problem::ClientUnknown));
        }
        let Some(redirect_uri) =
            request.redirect_uri.filter(|uri| self.record().redirects().any(|known| known == uri))
        else {
            return Err(page(Problem::RedirectUriUnknown));
        };

        let state = request.state.clone();
        let refuse =
            |problem| AuthorizeError { problem, redirect: Some((redirect_uri.clone(), state.clone())) };
        if request.response_type.as_deref() != Some("id_token") {
            return Err(refuse(Problem::ResponseType));
        }
        if request.response_mode.as_deref() != Some("form_post") {
            return Err(refuse(Problem::ResponseMode));
        }
        if !request.scope.as_deref().unwrap_or_default().split(' ').any(|scope| scope == "openid") {
            return Err(refuse(Problem::Scope));
        }
        if request.prompt.as_deref() != Some("none") {
            return Err(refuse(Problem::Prompt));
        }
        let nonce = request.nonce.ok_or_else(|| refuse(Problem::NonceMissing))?;
        let state = request.state.ok_or_else(|| refuse(Problem::StateMissing))?;

        let session =
            session.filter(|session| !session.id.is_empty()).ok_or_else(|| refuse(Problem::NoSession))?;
        let pending = pending
            .filter(|pending| {
                request.login_hint.as_ref() == Some(&pending.login_hint)
                    && pending.client_id == *self.client_id()
                    && pending.issuer == *self.issuer()
            })
            .ok_or_else(|| refuse(Problem::LoginUnknown))?;
        if now >= pending.expires_at {
            return Err(refuse(Problem::LoginExpired));
        }
        if pending.session != session.id || pending.user != session.user {
            return Err(refuse(Problem::OtherSession));
        }
        if request.lti_message_hint != pending.message_hint {
            return Err(refuse(Problem::MessageHint));
        }
        if !self.is_active() {
            return Err(refuse(Problem::RegistrationNotActive));
        }
        if !self.has_deployment(&pending.deployment_id) {
            return Err(refuse(Problem::DeploymentUnknown));
        }
        Ok(AuthorizedRequest { registration: self.clone(), pending, redirect_uri, nonce, state })
    }
}

/// Why a request is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum AuthorizeProblem {
    /// `client_id` is missing or names another tool.
    ClientUnknown,
    /// `redirect_uri` is missing or not registered.
    RedirectUriUnknown,
    /// `response_type` is not `id_token`.
    ResponseType,
    /// `response_mode` is not `form_post`.
    ResponseMode,
    /// `scope` does not contain `openid`.
    Scope,
    /// `prompt` is not `none`.
    Prompt,
    /// `nonce` is missing.
    NonceMissing,
    /// `state` is missing; the response would have nothing to say whose it is.
    StateMissing,
    /// The browser has no session, or kept its cookie back.
    NoSession,
    /// No login with this hint is pending at this tool: unknown, used, or another tool's.
    LoginUnknown,
    /// The login was begun too long ago.
    LoginExpired,
    /// The login was begun in another session, or by somebody else.
    OtherSession,
    /// `lti_message_hint` is not what was sent.
    MessageHint,
    /// The registration is pending or disabled.
    RegistrationNotActive,
    /// The registration does not have the deployment any more.
    DeploymentUnknown,
}

/// A refused request, and how to answer it.
///
/// ```
/// # use lti_platform::Registration;
/// # use lti_types::{ClientId, DeploymentId, Issuer, ToolRecord};
/// # let record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
/// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// # let registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// use lti_platform::ErrorReply;
/// use lti_types::AuthenticationRequest;
///
/// let asked = "scope=openid&response_type=id_token&response_mode=form_post&prompt=none&client_id=quiz\
///     &login_hint=h&nonce=n&state=s&redirect_uri=https%3A%2F%2Ftool.example%2F";
/// // Nobody is signed in. The tool is told, at its own address.
/// let request = AuthenticationRequest::from_query(&format!("{asked}launch"))?;
/// let error = registration.authorize(request, None, None, now).unwrap_err();
/// let ErrorReply::FormPost(form) = error.reply() else { panic!("the address is registered") };
/// assert!(form.fields.contains(&("error".into(), "login_required".into())));
/// // An address that is not registered gets nothing: an error page stays here.
/// let request = AuthenticationRequest::from_query(&format!("{asked}elsewhere"))?;
/// let error = registration.authorize(request, None, None, now).unwrap_err();
/// assert_eq!((error.reply(), error.code()), (ErrorReply::Page, "redirect_uri_unknown"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", .problem.sentence())]
pub struct AuthorizeError {
    problem: AuthorizeProblem,
    /// Where the error may be sent: only to a registered address.
    redirect: Option<(String, Option<State>)>,
}

/// How to answer a refused request.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorReply {
    /// The browser posts the error to the tool.
    FormPost(FormPost),
    /// The tool is not to be trusted with an answer: show a page.
    Page,
}

impl AuthorizeError {
    /// What is wrong.
    #[must_use]
    pub fn problem(&self) -> AuthorizeProblem {
        self.problem
    }

    /// How to answer.
    #[must_use]
    pub fn reply(&self) -> ErrorReply {
        let (Some((redirect_uri, state)), Some(code)) = (&self.redirect, self.problem.oidc_error()) else {
            return ErrorReply::Page;
        };
        let mut error = AuthenticationError::new(code, state.clone());
        error.error_description = Some(self.problem.sentence().to_owned());
        ErrorReply::FormPost(AuthenticationResponse::Error(error).to_form_post(redirect_uri))
    }

    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        use AuthorizeProblem as P;
        match self.problem {
            P::ClientUnknown => "client_unknown",
            P::RedirectUriUnknown => "redirect_uri_unknown",
            P::ResponseType => "response_type_unsupported",
            P::ResponseMode => "response_mode_unsupported",
            P::Scope => "scope_without_openid",
            P::Prompt => "prompt_not_none",
            P::NonceMissing => "nonce_missing",
            P::StateMissing => "state_missing",
            P::NoSession => "session_missing",
            P::LoginUnknown => "login_unknown",
            P::LoginExpired => "login_expired",
            P::OtherSession => "session_mismatch",
            P::MessageHint => "message_hint_mismatch",
            P::RegistrationNotActive => "registration_not_active",
            P::DeploymentUnknown => "deployment_unknown",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        use AuthorizeProblem as P;
        match self.problem {
            P::MessageHint => "LTI Core 1.3 §4.1.1",
            P::DeploymentUnknown => "LTI Core 1.3 §3.1.3",
            _ => "Security Framework 1.0 §5.1.1.2",
        }
    }

    /// The HTTP status of an error page; an error that is posted to the tool is a page with status 200.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        if self.redirect.is_some() { 200 } else { 400 }
    }
}

impl AuthorizeProblem {
    /// What the tool is told (OpenID Connect Core §3.1.2.6); `None` where it is told nothing.
    #[must_use]
    pub fn oidc_error(self) -> Option<AuthenticationErrorCode> {
        Some(match self {
            Self::ClientUnknown | Self::RedirectUriUnknown => return None,
            Self::ResponseType => AuthenticationErrorCode::UnsupportedResponseType,
            Self::Scope => AuthenticationErrorCode::InvalidScope,
            Self::ResponseMode
            | Self::Prompt
            | Self::NonceMissing
            | Self::StateMissing
            | Self::LoginUnknown
            | Self::LoginExpired
            | Self::MessageHint => AuthenticationErrorCode::InvalidRequest,
            Self::NoSession => AuthenticationErrorCode::LoginRequired,
            Self::OtherSession => AuthenticationErrorCode::AccessDenied,
            Self::RegistrationNotActive | Self::DeploymentUnknown => {
                AuthenticationErrorCode::UnauthorizedClient
            }
        })
    }

    fn sentence(self) -> &'static str {
        match self {
            Self::ClientUnknown => "the request names no tool that is registered here",
            Self::RedirectUriUnknown => "the redirect_uri is not registered for this tool",
            Self::ResponseType => "response_type must be id_token",
            Self::ResponseMode => "response_mode must be form_post",
            Self::Scope => "scope must contain openid",
            Self::Prompt => "prompt must be none",
            Self::NonceMissing => "nonce is missing",
            Self::StateMissing => "state is missing",
            Self::NoSession => "nobody is signed in, or the browser kept back the session's cookie",
            Self::LoginUnknown => "no such login is pending: it is unknown or was used before",
            Self::LoginExpired => "the login took too long",
            Self::OtherSession => "the login was begun in another session",
            Self::MessageHint => "lti_message_hint is not the one that was sent",
            Self::RegistrationNotActive => "the tool's registration is not active",
            Self::DeploymentUnknown => "the deployment is not one of the tool's",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{AuthorizeError, AuthorizeProblem as P};

    /// What callers tell refusals apart by stays as it is.
    #[test]
    fn problems_keep_their_codes_sections_and_statuses() {
        let mut sentences = std::collections::BTreeSet::new();
        for (problem, code, spec) in [
            (P::ClientUnknown, "client_unknown", "Security Framework 1.0 §5.1.1.2"),
            (P::RedirectUriUnknown, "redirect_uri_unknown", "Security Framework 1.0 §5.1.1.2"),
            (P::ResponseType, "response_type_unsupported", "Security Framework 1.0 §5.1.1.2"),
            (P::ResponseMode, "response_mode_unsupported", "Security Framework 1.0 §5.1.1.2"),
            (P::Scope, "scope_without_openid", "Security Framework 1.0 §5.1.1.2"),
            (P::Prompt, "prompt_not_none", "Security Framework 1.0 §5.1.1.2"),
            (P::NonceMissing, "nonce_missing", "Security Framework 1.0 §5.1.1.2"),
            (P::StateMissing, "state_missing", "Security Framework 1.0 §5.1.1.2"),
            (P::NoSession, "session_missing", "Security Framework 1.0 §5.1.1.2"),
            (P::LoginUnknown, "login_unknown", "Security Framework 1.0 §5.1.1.2"),
            (P::LoginExpired, "login_expired", "Security Framework 1.0 §5.1.1.2"),
            (P::OtherSession, "session_mismatch", "Security Framework 1.0 §5.1.1.2"),
            (P::MessageHint, "message_hint_mismatch", "LTI Core 1.3 §4.1.1"),
            (P::RegistrationNotActive, "registration_not_active", "Security Framework 1.0 §5.1.1.2"),
            (P::DeploymentUnknown, "deployment_unknown", "LTI Core 1.3 §3.1.3"),
        ] {
            let page = AuthorizeError { problem, redirect: None };
            assert!(problem.sentence().len() > 15 && sentences.insert(problem.sentence()), "{problem:?}");
            assert_eq!((page.code(), page.spec(), page.http_status()), (code, spec, 400));
            let redirect = Some(("https://tool.example/launch".to_owned(), None));
            assert_eq!(AuthorizeError { problem, redirect }.http_status(), 200);
        }
    }
}
