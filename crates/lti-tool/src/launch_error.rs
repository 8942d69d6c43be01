//! Why a launch is refused (Security Framework 1.0 §5.1.3, LTI Core 1.3 §5.3), in the order of who must act.

use std::fmt;

use lti_jwks::{JwtError, VerifyError};
use lti_types::{
    AuthenticationError, AuthenticationErrorCode, Claim, ClaimFault, ClaimFaults, ClaimProblem, FormError,
};

/// Why a launch is refused. No variant holds or prints a value that the token, the form or the browser brought,
/// but for [`PlatformError`], whose words are marked as a stranger's. A claim that cannot be read is named.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LaunchError {
    // The platform broke the protocol.
    /// The form is not an authentication response.
    #[error("the authentication response is malformed: {0}")]
    Form(#[from] FormError),
    /// The token is no JWT.
    #[error("the token is malformed: {0}")]
    Token(#[from] JwtError),
    /// The signature, or what goes with it, is not right: key, algorithm, issuer, audience or times.
    #[error("the token is not to be trusted: {0}")]
    Proof(VerifyError),
    /// Claims are missing or wrong; all of them are named.
    #[error("{0}")]
    Claims(#[from] ClaimFaults),
    /// The token has no nonce.
    #[error("the token has no nonce")]
    NonceMissing,
    /// The token answers another request.
    #[error("the nonce is not that of this login")]
    NonceMismatch,
    /// The launch names another deployment than its login did.
    #[error("the deployment is not the one that the login named")]
    DeploymentMismatch,
    /// The launch leads elsewhere than its login said.
    #[error("the target link URI is not the one that the login named")]
    TargetLinkUriMismatch,

    /// The registration, for which the token says it is, is not the one that began the login.
    #[error("the login was begun with another registration")]
    OtherRegistration,

    // Too late.
    /// No login is pending under this state and secret: it was used (somebody went back, or posted twice), has
    /// expired, or never began in this browser. For callers whose store finds none.
    #[error("this login was used already, has expired or never began here; start again from the platform")]
    LoginUnknown,
    /// The login began too long ago.
    #[error("the login took too long; start again from the platform")]
    LoginExpired,

    // Not the browser that began this.
    /// The state is not that of the pending launch.
    #[error("the state is not that of this login")]
    StateMismatch,
    /// The browser does not prove that it began the login.
    #[error("this browser did not begin the login, or kept back its cookie")]
    BrowserMismatch,

    // The platform declined.
    /// The platform did not authenticate the person.
    #[error("{0}")]
    Platform(PlatformError),

    // Authentic, but not ours.
    /// No such deployment is registered.
    #[error("the deployment is not registered")]
    DeploymentUnknown,
    /// Anonymous, where the policy wants to know the person.
    #[error("the launch is anonymous, and this tool needs to know the person")]
    UserRequired,

    /// The registration is pending or disabled.
    #[error("the registration is not active")]
    RegistrationNotActive,
}

impl LaunchError {
    /// A stable code for machines. Where several claims are at fault it is the first one's.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form(error) => error.code(),
            Self::Token(error) => error.code(),
            Self::Proof(error) => error.code(),
            Self::Claims(faults) => faults.first().code(),
            Self::NonceMissing => "nonce_missing",
            Self::NonceMismatch => "nonce_mismatch",
            Self::DeploymentMismatch => "deployment_mismatch",
            Self::TargetLinkUriMismatch => "target_link_uri_mismatch",
            Self::LoginUnknown => "login_unknown",
            Self::LoginExpired => "login_expired",
            Self::StateMismatch => "state_mismatch",
            Self::BrowserMismatch => "browser_mismatch",
            Self::Platform(error) => error.code(),
            Self::DeploymentUnknown => "deployment_unknown",
            Self::UserRequired => "user_required",
            Self::RegistrationNotActive => "registration_not_active",
            Self::OtherRegistration => "registration_mismatch",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Form(_) => "Security Framework 1.0 §5.1.1.3",
            Self::Token(error) => error.spec(),
            Self::Proof(error) => error.spec(),
            Self::Claims(faults) => faults.first().spec(),
            Self::NonceMissing | Self::NonceMismatch => "Security Framework 1.0 §5.1.3",
            Self::DeploymentMismatch => "LTI Core 1.3 §4.1.2",
            Self::TargetLinkUriMismatch => "LTI Core 1.3 §5.3.4",
            Self::StateMismatch | Self::BrowserMismatch | Self::LoginUnknown | Self::LoginExpired => {
                "Security Framework 1.0 §7.3.1"
            }
            Self::Platform(_) => "Security Framework 1.0 §5.1.1.5",
            Self::DeploymentUnknown => "LTI Core 1.3 §5.3.3",
            Self::UserRequired => "LTI Core 1.3 §5.3.6",
            Self::RegistrationNotActive | Self::OtherRegistration => "Security Framework 1.0 §5.1.1.1",
        }
    }

    /// The HTTP status to answer with: 400 malformed, 401 not proven, 403 proven but not allowed.
    #[must_use]
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Form(_) | Self::Token(_) | Self::Claims(_) => 400,
            Self::Proof(VerifyError::Payload(_)) => 400,
            Self::Proof(_)
            | Self::NonceMissing
            | Self::NonceMismatch
            | Self::DeploymentMismatch
            | Self::TargetLinkUriMismatch
            | Self::OtherRegistration
            | Self::LoginUnknown
            | Self::LoginExpired
            | Self::StateMismatch
            | Self::BrowserMismatch
            | Self::Platform(_) => 401,
            Self::DeploymentUnknown | Self::UserRequired | Self::RegistrationNotActive => 403,
        }
    }
}

impl From<VerifyError> for LaunchError {
    fn from(error: VerifyError) -> Self {
        if let VerifyError::Payload(payload) = &error
            && let Some(claim) = claim_at(payload.path())
        {
            return Self::Claims(ClaimFault::new(claim, ClaimProblem::Invalid).into());
        }
        Self::Proof(error)
    }
}

/// The claim that a path leads into. Names of claims hold dots themselves, so every boundary is tried.
fn claim_at(path: &str) -> Option<Claim> {
    let boundaries = path.match_indices(['.', '[']).map(|(at, _)| at).chain([path.len()]);
    boundaries.filter_map(|at| path.get(..at)).find_map(Claim::from_name)
}

/// The platform declined to authenticate. Nothing of this is signed: anybody can post it, so nothing is to be
/// done on its strength but to tell the person and offer another try.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformError(pub(crate) AuthenticationError);

impl PlatformError {
    /// What was posted; its texts are a stranger's.
    #[must_use]
    pub fn untrusted(&self) -> &AuthenticationError {
        &self.0
    }

    /// A stable code for machines: `platform_` and the OpenID Connect code, or `platform_error` for one that no
    /// specification lists.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match &self.0.error {
            AuthenticationErrorCode::InvalidRequest => "platform_invalid_request",
            AuthenticationErrorCode::UnauthorizedClient => "platform_unauthorized_client",
            AuthenticationErrorCode::AccessDenied => "platform_access_denied",
            AuthenticationErrorCode::UnsupportedResponseType => "platform_unsupported_response_type",
            AuthenticationErrorCode::InvalidScope => "platform_invalid_scope",
            AuthenticationErrorCode::ServerError => "platform_server_error",
            AuthenticationErrorCode::TemporarilyUnavailable => "platform_temporarily_unavailable",
            AuthenticationErrorCode::InteractionRequired => "platform_interaction_required",
            AuthenticationErrorCode::LoginRequired => "platform_login_required",
            AuthenticationErrorCode::AccountSelectionRequired => "platform_account_selection_required",
            AuthenticationErrorCode::ConsentRequired => "platform_consent_required",
            AuthenticationErrorCode::InvalidRequestUri => "platform_invalid_request_uri",
            AuthenticationErrorCode::InvalidRequestObject => "platform_invalid_request_object",
            AuthenticationErrorCode::RequestNotSupported => "platform_request_not_supported",
            AuthenticationErrorCode::RequestUriNotSupported => "platform_request_uri_not_supported",
            AuthenticationErrorCode::RegistrationNotSupported => "platform_registration_not_supported",
            _ => "platform_error",
        }
    }

    /// Whether another try in a window of its own may work: the platform did not see its own session, as happens
    /// where browsers keep back cookies in frames (quirk 27).
    #[must_use]
    pub fn may_work_in_new_window(&self) -> bool {
        matches!(
            self.0.error,
            AuthenticationErrorCode::LoginRequired
                | AuthenticationErrorCode::InteractionRequired
                | AuthenticationErrorCode::AccountSelectionRequired
                | AuthenticationErrorCode::ConsentRequired
        )
    }
}

impl fmt::Display for PlatformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the platform declined to authenticate")?;
        match &self.0.error {
            AuthenticationErrorCode::Other(_) => Ok(()),
            known => write!(f, " ({known})"),
        }
    }
}
