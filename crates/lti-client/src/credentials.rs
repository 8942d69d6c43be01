//! As whom a tool asks a platform's services (Security Framework 1.0 §4.1).

use std::fmt;
use std::sync::Arc;

use lti_jwks::SigningKey;
use lti_types::{ClientId, DeploymentId, PlatformRecord, RegistrationStatus, WireUrl};

/// As whom a tool asks a platform's services: what it wrote down about the platform, and its own key.
///
/// ```
/// use lti_client::{Credentials, CredentialsError};
/// use lti_jwks::{RsaSize, SigningKey};
/// use lti_types::{ClientId, DeploymentId, Deployments, Issuer, PlatformRecord};
///
/// let mut platform = PlatformRecord::new(Issuer::new("https://lms.example")?, ClientId::new("quiz")?,
///     Deployments::NotYetKnown, "https://lms.example/auth".into());
/// let key = std::sync::Arc::new(SigningKey::generate_rsa(RsaSize::Rsa2048)?);
/// assert_eq!(Credentials::new(&platform, key.clone()).unwrap_err(), CredentialsError::TokenUrlMissing);
///
/// platform.token_url = Some("https://lms.example/token".into());
/// let credentials = Credentials::new(&platform, key)?.for_deployment(DeploymentId::new("d-1")?);
/// assert_eq!(credentials.client_id().as_str(), "quiz");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct Credentials {
    client_id: ClientId,
    token_url: WireUrl,
    audience: String,
    deployment_id: Option<DeploymentId>,
    key: Arc<SigningKey>,
}

/// Why a registration is not enough to ask services with. It is our own configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialsError {
    /// The registration waits for consent, or was taken out of use.
    #[error("the registration is not active")]
    NotActive,
    /// Nobody wrote down where tokens are had.
    #[error("the registration has no token URL")]
    TokenUrlMissing,
}

impl CredentialsError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotActive => "registration_not_active",
            Self::TokenUrlMissing => "token_url_missing",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "Security Framework 1.0 §4.1"
    }
}

impl Credentials {
    /// Of a registration and the key that its platform knows us by. The audience of assertions is the registered one,
    /// or else the token URL exactly as it was registered (quirks 43, 44, 45).
    ///
    /// Give an RSA key: platforms want RS256. An EC key is taken here, and refused by most of them as `invalid_client`.
    ///
    /// # Errors
    /// [`CredentialsError`].
    pub fn new(platform: &PlatformRecord, key: Arc<SigningKey>) -> Result<Self, CredentialsError> {
        if platform.status != RegistrationStatus::Active {
            return Err(CredentialsError::NotActive);
        }
        let token_url = platform.token_url.as_ref().filter(|url| !url.is_blank());
        let token_url = token_url.ok_or(CredentialsError::TokenUrlMissing)?;
        let audience = platform.token_audience.as_deref().filter(|text| !text.trim().is_empty());
        Ok(Self {
            client_id: platform.client_id.clone(),
            audience: audience.unwrap_or(token_url.as_str()).to_owned(),
            token_url: token_url.clone(),
            deployment_id: None,
            key,
        })
    }

    /// The same, naming a deployment in assertions: tokens are then for that one alone, where the platform cares.
    #[must_use]
    pub fn for_deployment(mut self, deployment_id: DeploymentId) -> Self {
        self.deployment_id = Some(deployment_id);
        self
    }

    /// Our name at the platform.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// Where tokens are had.
    #[must_use]
    pub fn token_url(&self) -> &WireUrl {
        &self.token_url
    }

    /// Whom assertions are for.
    #[must_use]
    pub fn audience(&self) -> &str {
        &self.audience
    }

    /// The deployment that assertions name.
    #[must_use]
    pub fn deployment_id(&self) -> Option<&DeploymentId> {
        self.deployment_id.as_ref()
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("client_id", &self.client_id)
            .field("token_url", &self.token_url)
            .field("audience", &self.audience)
            .field("deployment_id", &self.deployment_id)
            .field("key", self.key.key_id())
            .finish()
    }
}
