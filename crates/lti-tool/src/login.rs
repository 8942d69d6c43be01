//! Beginning a login (Security Framework 1.0 §5.1.1.1–5.1.1.2): from the platform's initiation to the
//! authentication request, and what must be remembered until the launch comes back.

use std::fmt;

use chrono::serde::ts_microseconds;
use chrono::{DateTime, TimeDelta, Utc};
use lti_types::{
    AuthenticationRequest, BrowserSecret, ClientId, DeploymentId, EntropyUnavailable, InvalidUrl, Issuer,
    LoginInitiation, Nonce, State, StorageTarget, WireUrl,
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::Registration;

/// The fresh values of one login, 256 bits each.
///
/// ```
/// use lti_tool::LoginSecrets;
///
/// let (one, other) = (LoginSecrets::random()?, LoginSecrets::random()?);
/// assert_ne!(one.state, other.state);
/// # Ok::<(), lti_types::EntropyUnavailable>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct LoginSecrets {
    /// Names the login.
    pub state: State,
    /// Ties the token to the request.
    pub nonce: Nonce,
    /// Proves the browser.
    pub browser: BrowserSecret,
}

impl LoginSecrets {
    /// From the operating system's generator.
    ///
    /// # Errors
    /// [`EntropyUnavailable`] when it has no randomness to give.
    pub fn random() -> Result<Self, EntropyUnavailable> {
        Ok(Self { state: State::random()?, nonce: Nonce::random()?, browser: BrowserSecret::random()? })
    }

    /// From given entropy, three times 32 bytes: for tests, and for callers with a generator of their own.
    #[must_use]
    pub fn from_entropy([state, nonce, browser]: [[u8; 32]; 3]) -> Self {
        Self {
            state: State::from_entropy(state),
            nonce: Nonce::from_entropy(nonce),
            browser: BrowserSecret::from_entropy(browser),
        }
    }
}

/// A login that has begun. Send the browser to `redirect_url` with the secret in a cookie of this
/// login, or let the platform's frame keep the secret; store `pending` under its state and the secret, to be taken
/// once. Under the state alone, whoever posts it with another secret uses the login up.
///
/// ```
/// # use lti_tool::{LoginSecrets, Registration};
/// # use lti_types::{ClientId, Deployments, Issuer, LoginInitiation, PlatformRecord};
/// # let record = PlatformRecord::new(Issuer::new("https://lms.example")?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, "https://lms.example/auth".into());
/// # let registration = Registration::new(record)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// let initiation = LoginInitiation::from_query(
///     "iss=https%3A%2F%2Flms.example&login_hint=7&target_link_uri=https%3A%2F%2Ftool.example%2Fquiz")?;
/// let launch_address = "https://tool.example/launch".into();
/// let login = registration.begin_login(initiation, &launch_address, LoginSecrets::random()?, now)?;
///
/// assert_eq!(login.redirect_url.host_str(), Some("lms.example"));
/// let key = format!("{}\n{}", login.pending.state().as_str(), login.browser_secret.as_str()); // to store it under,
/// let until = login.pending.expires_at(); // and until when; the cookie lives as long
/// assert_eq!(until, now + registration.policy.login_lifetime);
/// # assert_eq!(login.request.state.as_ref(), Some(login.pending.state()));
/// # assert!(key.starts_with(login.pending.state().as_str()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[non_exhaustive]
pub struct Login {
    /// What to ask the platform.
    pub request: AuthenticationRequest,
    /// What to remember.
    pub pending: PendingLaunch,
    /// What the browser must keep, and nobody else may know.
    pub browser_secret: BrowserSecret,
    /// The platform's frame that keeps data for tools, if the platform has one.
    pub storage_target: Option<StorageTarget>,
    /// Where to send the browser: the platform's authentication URL with the request appended.
    pub redirect_url: Url,
}

/// Addresses hold nonce and state, so they are not shown.
impl fmt::Debug for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Login").field("pending", &self.pending).finish_non_exhaustive()
    }
}

/// What a tool remembers between login and launch: one login, one launch. It is not `Clone`, and
/// [`UnverifiedLaunch::verify`](crate::UnverifiedLaunch::verify) takes it by value: take it out of the store
/// atomically, so that no second launch finds it.
///
/// It serializes for a store that several machines share. It holds secrets: whoever can read it can finish the
/// login.
///
/// ```compile_fail,E0599
/// fn twice(pending: lti_tool::PendingLaunch) -> [lti_tool::PendingLaunch; 2] {
///     [pending.clone(), pending]
/// }
/// ```
#[derive(Serialize, Deserialize)]
pub struct PendingLaunch {
    pub(crate) state: State,
    pub(crate) nonce: Nonce,
    pub(crate) browser_secret: BrowserSecret,
    pub(crate) issuer: Issuer,
    pub(crate) client_id: ClientId,
    pub(crate) target_link_uri: WireUrl,
    pub(crate) deployment_id: Option<DeploymentId>,
    // A number is written and read at once, a date character by character.
    #[serde(with = "ts_microseconds")]
    pub(crate) began_at: DateTime<Utc>,
    #[serde(with = "ts_microseconds")]
    pub(crate) expires_at: DateTime<Utc>,
}

impl PendingLaunch {
    /// Names the login: with the browser's secret the key to store it under.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The issuer of the registration that began it: with [`PendingLaunch::client_id`] the key to find the
    /// registration again.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The client id of the registration that began it.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// When it is of no use any more; a store may drop it then.
    #[must_use]
    pub fn expires_at(&self) -> DateTime<Utc> {
        self.expires_at
    }
}

impl fmt::Debug for PendingLaunch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingLaunch")
            .field("issuer", &self.issuer)
            .field("client_id", &self.client_id)
            .field("began_at", &self.began_at)
            .finish_non_exhaustive()
    }
}

impl Registration {
    /// Begins a login with the platform. `redirect_uri` is the tool's own launch address, exactly as it is
    /// registered at the platform; `now` starts the clock of [`Policy::login_lifetime`](crate::Policy).
    ///
    /// Hints are echoed as they came. Nothing of the login initiation is proven, so nothing of it is followed:
    /// the browser goes to the registered authentication URL and nowhere else.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn begin_login(
        &self,
        login: LoginInitiation,
        redirect_uri: &WireUrl,
        secrets: LoginSecrets,
        now: DateTime<Utc>,
    ) -> Result<Login, LoginError> {
        if login.iss != *self.issuer() || login.client_id.as_ref().is_some_and(|id| id != self.client_id()) {
            return Err(LoginError::OtherRegistration);
        }
        let redirect = redirect_uri.to_secure_url().map_err(LoginError::RedirectUri)?;
        if redirect.fragment().is_some() {
            return Err(LoginError::RedirectUri(InvalidUrl::Fragment));
        }
        if !self.is_active() {
            return Err(LoginError::RegistrationNotActive);
        }
        let LoginSecrets { state, nonce, browser } = secrets;
        let request = AuthenticationRequest::new(
            self.client_id().clone(),
            redirect_uri.as_str(),
            login.login_hint,
            login.lti_message_hint,
            state.clone(),
            nonce.clone(),
        );
        let lifetime = self.policy.login_lifetime.max(TimeDelta::zero());
        let pending = PendingLaunch {
            state,
            nonce,
            browser_secret: browser.clone(),
            issuer: self.issuer().clone(),
            client_id: self.client_id().clone(),
            target_link_uri: login.target_link_uri,
            deployment_id: login.lti_deployment_id,
            began_at: now,
            expires_at: now.checked_add_signed(lifetime).unwrap_or(DateTime::<Utc>::MAX_UTC),
        };
        let redirect_url = request.to_url(self.authentication_url());
        Ok(Login {
            request,
            pending,
            browser_secret: browser,
            storage_target: login.lti_storage_target,
            redirect_url,
        })
    }
}

/// Why a login cannot begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// The login initiation names another issuer or client id than this registration: the wrong one was picked.
    #[error("the login initiation belongs to another registration")]
    OtherRegistration,
    /// The registration is pending or disabled.
    #[error("the registration is not active")]
    RegistrationNotActive,
    /// Our own redirect URI is not one that a platform may post to.
    #[error("redirect_uri: {0}")]
    RedirectUri(InvalidUrl),
}

impl LoginError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::OtherRegistration => "registration_mismatch",
            Self::RegistrationNotActive => "registration_not_active",
            Self::RedirectUri(_) => "redirect_uri_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::OtherRegistration | Self::RegistrationNotActive => "Security Framework 1.0 §5.1.1.1",
            Self::RedirectUri(_) => "Security Framework 1.0 §5.1.1.2",
        }
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn http_status(self) -> u16 {
        match self {
            Self::OtherRegistration => 400,
            Self::RegistrationNotActive => 403,
            Self::RedirectUri(_) => 500,
        }
    }
}
