//! A tool's registration with a platform (Security Framework 1.0 §6, LTI Core 1.3 §3.1.3): the record, and the
//! policy that launches are held against.

use chrono::TimeDelta;
use lti_jwks::Algorithm;
use lti_types::{
    ClientId, DeploymentId, InvalidUrl, Issuer, LoginInitiation, PlatformRecord, RegistrationStatus,
};
use url::Url;

/// One agreement between this tool and a platform, keyed by issuer and client id.
///
/// ```
/// use lti_tool::Registration;
/// use lti_types::{ClientId, DeploymentId, Deployments, Issuer, PlatformRecord};
///
/// let record = PlatformRecord::new(
///     Issuer::new("https://lms.example")?,
///     ClientId::new("quiz")?,
///     Deployments::Known(vec![DeploymentId::new("1")?]),
///     "https://lms.example/auth".into(),
/// );
/// let mut registration = Registration::new(record)?;
/// registration.policy.require_user = true;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Registration {
    record: PlatformRecord,
    authentication_url: Url,
    /// What launches are held against.
    pub policy: Policy,
}

/// What launches are held against, beyond what the specification fixes. The default is the specification's; a
/// member with `danger` in its name lets through what the specification refuses, for one known platform.
///
/// ```
/// # use lti_tool::Registration;
/// # use lti_types::{ClientId, Deployments, Issuer, PlatformRecord};
/// # let record = PlatformRecord::new(Issuer::new("https://courses.example")?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, "https://courses.example/auth".into());
/// # let mut registration = Registration::new(record)?;
/// use chrono::TimeDelta;
///
/// let policy = &mut registration.policy; // of the defaults, change what this platform needs
/// policy.require_user = true;
/// policy.danger_kid_optional_with_one_key = true; // an Open edX of old
/// assert_eq!(policy.algorithms, [lti_jwks::Algorithm::Rs256]);
/// assert_eq!(policy.max_age, Some(TimeDelta::minutes(10)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Policy {
    /// Signature algorithms that this platform may use; RS256 by default. The token has no say.
    pub algorithms: Vec<Algorithm>,
    /// How far two clocks may be apart; 60 seconds by default, never more than 5 minutes.
    pub leeway: TimeDelta,
    /// How old a token may be, by its `iat`; 10 minutes by default, `None` for any age.
    pub max_age: Option<TimeDelta>,
    /// How long a login may take, from its beginning to the launch; 10 minutes by default.
    pub login_lifetime: TimeDelta,
    /// Refuse anonymous launches; off by default, since the specification allows them.
    pub require_user: bool,
    /// Audiences that may stand beside our client id; none by default.
    pub trusted_audiences: Vec<String>,
    /// Accept a token without `kid` while the platform has exactly one key (quirk 38: Open edX 9.13.0).
    pub danger_kid_optional_with_one_key: bool,
    /// Accept a target link URI other than the login's (quirk 37: Open edX before 11.3.1).
    pub danger_target_link_uri_may_differ: bool,
    /// Accept a resource link launch without a resource link (Schoology). Such a launch is
    /// [`lti_types::Message::Other`].
    pub danger_resource_link_optional: bool,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            algorithms: vec![Algorithm::Rs256],
            leeway: TimeDelta::seconds(60),
            max_age: Some(TimeDelta::minutes(10)),
            login_lifetime: TimeDelta::minutes(10),
            require_user: false,
            trusted_audiences: Vec::new(),
            danger_kid_optional_with_one_key: false,
            danger_target_link_uri_may_differ: false,
            danger_resource_link_optional: false,
        }
    }
}

impl Registration {
    /// A registration with the default policy.
    ///
    /// # Errors
    /// [`InvalidRegistration`] when the authentication URL is not one that a browser may be sent to.
    pub fn new(record: PlatformRecord) -> Result<Self, InvalidRegistration> {
        let authentication_url = record.authentication_url.to_secure_url().map_err(InvalidRegistration)?;
        Ok(Self { record, authentication_url, policy: Policy::default() })
    }

    /// The record.
    #[must_use]
    pub fn record(&self) -> &PlatformRecord {
        &self.record
    }

    /// The platform's issuer.
    #[must_use]
    pub fn issuer(&self) -> &Issuer {
        &self.record.issuer
    }

    /// Our client id at the platform.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.record.client_id
    }

    /// Where authentication requests go. Its origin is the one that answers storage messages.
    #[must_use]
    pub fn authentication_url(&self) -> &Url {
        &self.authentication_url
    }

    /// The leeway in force: never negative, never more than five minutes.
    pub(crate) fn leeway(&self) -> TimeDelta {
        self.policy.leeway.clamp(TimeDelta::zero(), TimeDelta::minutes(5))
    }

    pub(crate) fn is_active(&self) -> bool {
        self.record.status == RegistrationStatus::Active
    }

    fn has_deployment(&self, deployment: &DeploymentId) -> bool {
        self.record.deployment_ids.contains(deployment)
    }

    /// The registration that a login initiation is about: by issuer and client id, or by issuer alone while
    /// only one matches. Those that are not active count only where no other does. Where several match, the
    /// deployment decides if the login names one that exactly one of them knows. Issuer and client id are the key of a
    /// registration: keep one for each pair.
    ///
    /// # Errors
    /// [`FindError`]: none matches, or several do.
    ///
    /// ```
    /// # use lti_tool::{FindError, Registration};
    /// # use lti_types::{ClientId, Deployments, Issuer, LoginInitiation, PlatformRecord};
    /// # let of = |client: &str| Registration::new(PlatformRecord::new(
    /// #     Issuer::new("https://canvas.instructure.com").unwrap(), ClientId::new(client).unwrap(),
    /// #     Deployments::NotYetKnown, "https://sso.canvaslms.com/api/lti/authorize_redirect".into())).unwrap();
    /// let registrations = [of("10000000000001"), of("10000000000002")];
    /// let mut login = LoginInitiation::from_query(
    ///     "iss=https://canvas.instructure.com&login_hint=7&target_link_uri=https://tool.example/")?;
    /// assert_eq!(Registration::find(&registrations, &login).unwrap_err(), FindError::Ambiguous);
    /// login.client_id = Some(ClientId::new("10000000000002")?);
    /// assert_eq!(Registration::find(&registrations, &login)?.client_id().as_str(), "10000000000002");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn find<'r>(
        registrations: impl IntoIterator<Item = &'r Self>,
        login: &LoginInitiation,
    ) -> Result<&'r Self, FindError> {
        let of_issuer: Vec<_> = registrations.into_iter().filter(|r| *r.issuer() == login.iss).collect();
        if of_issuer.is_empty() {
            return Err(FindError::UnknownIssuer);
        }
        let candidates: Vec<_> = match &login.client_id {
            Some(client_id) => of_issuer.into_iter().filter(|r| r.client_id() == client_id).collect(),
            None => of_issuer,
        };
        // A registration that is out of use does not stand in the way of its successor.
        let candidates = match candidates.iter().filter(|r| r.is_active()).copied().collect::<Vec<_>>() {
            active if active.is_empty() => candidates,
            active => active,
        };
        match candidates.as_slice() {
            [] => Err(FindError::UnknownClient),
            [one] => Ok(one),
            several => {
                let deployment = login.lti_deployment_id.as_ref().ok_or(FindError::Ambiguous)?;
                let mut knowing = several.iter().filter(|r| r.has_deployment(deployment));
                match (knowing.next(), knowing.next()) {
                    (Some(one), None) => Ok(one),
                    _ => Err(FindError::Ambiguous),
                }
            }
        }
    }

    /// How well a deployment that may launch is known.
    pub(crate) fn standing_of(&self, deployment: &DeploymentId) -> DeploymentStanding {
        if self.has_deployment(deployment) { DeploymentStanding::Known } else { DeploymentStanding::New }
    }
}

/// How well a deployment is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum DeploymentStanding {
    /// It is in the record.
    Known,
    /// The record knows none yet: write this one down, or ask somebody first.
    New,
}

/// The authentication URL of a record is not one that a browser may be sent to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("authentication_url: {0}")]
pub struct InvalidRegistration(InvalidUrl);

impl InvalidRegistration {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        "authentication_url_invalid"
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "Security Framework 1.0 §5.1.1.2"
    }
}

/// Why no registration belongs to a login initiation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FindError {
    /// No platform of that issuer is registered. Issuers are compared byte for byte.
    #[error("no platform with this issuer is registered")]
    UnknownIssuer,
    /// The issuer is registered, but not with that client id.
    #[error("the platform is registered, but not under this client id")]
    UnknownClient,
    /// Several registrations match, and the login does not say which: the platform must send `client_id`.
    #[error("several registrations match; the platform must send client_id")]
    Ambiguous,
}

impl FindError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::UnknownIssuer => "issuer_unknown",
            Self::UnknownClient => "client_unknown",
            Self::Ambiguous => "registration_ambiguous",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "LTI Core 1.3 §4.1.3"
    }

    /// The HTTP status to answer with.
    #[must_use]
    pub fn http_status(self) -> u16 {
        400
    }
}
