//! A platform's registration of a tool (Security Framework 1.0 §6, LTI Core 1.3 §3.1.3).

use chrono::TimeDelta;
use lti_jwks::Algorithm;
use lti_types::{ClientId, DeploymentId, InvalidUrl, Issuer, RegistrationStatus, ToolRecord};
use url::Url;

use crate::Privacy;

/// One agreement between this platform and a tool.
///
/// ```
/// use lti_platform::{Privacy, Registration};
/// use lti_types::{ClientId, DeploymentId, Issuer, ToolRecord};
///
/// let record = ToolRecord::new(
///     ClientId::new("quiz")?,
///     vec![DeploymentId::new("1")?],
///     "https://tool.example/login".into(),
///     "https://tool.example/launch".into(),
/// );
/// let mut registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
/// registration.policy.privacy = Privacy::only_user_id();
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Registration {
    issuer: Issuer,
    record: ToolRecord,
    login_url: Url,
    /// What the platform decides for itself.
    pub policy: Policy,
}

/// What a platform decides about one tool.
///
/// ```
/// # use lti_platform::Registration;
/// # use lti_types::{ClientId, DeploymentId, Issuer, ToolRecord};
/// # let record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
/// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// # let mut registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
/// use chrono::TimeDelta;
/// use lti_jwks::Algorithm;
/// use lti_platform::Privacy;
///
/// let policy = &mut registration.policy; // of the defaults, change what you must
/// policy.privacy = Privacy::only_user_id();
/// policy.algorithms.push(Algorithm::Es256); // this tool has keys of both kinds
/// policy.choosing_lifetime = TimeDelta::hours(1);
/// assert_eq!(policy.token_lifetime, TimeDelta::minutes(5));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// What is sent about people.
    pub privacy: Privacy,
    /// How long a login may take, from its initiation to the tool's request; 10 minutes by default.
    pub login_lifetime: TimeDelta,
    /// How long an ID token holds; 5 minutes by default, kept between 30 seconds and 1 hour.
    pub token_lifetime: TimeDelta,
    /// How far `iat` is set back, for tools whose clock is behind and that allow for nothing; 5 seconds by
    /// default, at most a minute.
    pub backdate: TimeDelta,
    /// The signature algorithms that the tool may use; RS256 by default.
    pub algorithms: Vec<Algorithm>,
    /// How far the tool's clock and ours may be apart; 60 seconds by default, never more than 5 minutes.
    pub leeway: TimeDelta,
    /// How long somebody may take to choose content at the tool; 4 hours by default, kept between a minute and a day.
    pub choosing_lifetime: TimeDelta,
}

impl Registration {
    /// A registration with the default policy: the record's privacy, and the lifetimes of [`Policy`].
    ///
    /// # Errors
    /// [`InvalidRegistration`] says which address of the record, or which part of the issuer, cannot be used.
    pub fn new(issuer: Issuer, record: ToolRecord) -> Result<Self, InvalidRegistration> {
        let parsed =
            lti_types::WireUrl::from(issuer.as_str()).to_secure_url().map_err(InvalidRegistration::Issuer)?;
        if parsed.query().is_some() || parsed.fragment().is_some() {
            return Err(InvalidRegistration::IssuerParts);
        }
        let login_url = record.login_url.to_secure_url().map_err(InvalidRegistration::LoginUrl)?;
        for uri in record.redirects() {
            let uri =
                lti_types::WireUrl::from(uri).to_secure_url().map_err(InvalidRegistration::RedirectUri)?;
            if uri.fragment().is_some() {
                return Err(InvalidRegistration::RedirectUri(InvalidUrl::Fragment));
            }
        }
        record.target_link_uri.to_secure_url().map_err(InvalidRegistration::TargetLinkUri)?;
        let policy = Policy {
            privacy: Privacy::of_record(record.privacy.as_deref()),
            login_lifetime: TimeDelta::minutes(10),
            token_lifetime: TimeDelta::minutes(5),
            backdate: TimeDelta::seconds(5),
            algorithms: vec![Algorithm::Rs256],
            leeway: TimeDelta::seconds(60),
            choosing_lifetime: TimeDelta::hours(4),
        };
        Ok(Self { issuer, record, login_url, policy })
    }

    /// The platform's own issuer.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.issuer
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &ToolRecord {
        &self.record
    }

    /// The tool's name at this platform.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.record.client_id
    }

    /// Where logins are initiated.
    #[must_use]
    pub fn login_url(&self) -> &Url {
        &self.login_url
    }

    pub(crate) fn is_active(&self) -> bool {
        self.record.status == RegistrationStatus::Active
    }

    pub(crate) fn has_deployment(&self, deployment: &DeploymentId) -> bool {
        self.record.deployment_ids.contains(deployment)
    }
}

/// Why a record cannot be used for launches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidRegistration {
    /// The issuer is no https URL.
    #[error("issuer: {0}")]
    Issuer(InvalidUrl),
    /// The issuer has a query or a fragment.
    #[error("issuer: it must have neither query nor fragment")]
    IssuerParts,
    /// The login URL.
    #[error("login_url: {0}")]
    LoginUrl(InvalidUrl),
    /// A redirect URI.
    #[error("redirect_uris: {0}")]
    RedirectUri(InvalidUrl),
    /// The target link URI.
    #[error("target_link_uri: {0}")]
    TargetLinkUri(InvalidUrl),
}

impl InvalidRegistration {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Issuer(_) => "issuer_invalid",
            Self::IssuerParts => "issuer_with_query_or_fragment",
            Self::LoginUrl(_) => "login_url_invalid",
            Self::RedirectUri(_) => "redirect_uri_invalid",
            Self::TargetLinkUri(_) => "target_link_uri_invalid",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        match self {
            Self::Issuer(_) | Self::IssuerParts => "Security Framework 1.0 §5.1.2",
            Self::LoginUrl(_) => "Security Framework 1.0 §5.1.1.1",
            Self::RedirectUri(_) => "Security Framework 1.0 §5.1.1.2",
            Self::TargetLinkUri(_) => "LTI Core 1.3 §5.3.4",
        }
    }
}
