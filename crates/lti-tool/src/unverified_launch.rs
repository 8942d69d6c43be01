//! Validating a launch (Security Framework 1.0 §5.1.3, LTI Core 1.3 §5.3).

use std::fmt;
use std::sync::OnceLock;

use chrono::{DateTime, Utc};
use lti_jwks::{Claims, KeyId, RegisteredClaims, Rules, UnverifiedJwt, VerifyingKeys};
use lti_types::{AuthenticationResponse, Issuer, LaunchClaims, NumericDate, State, StorageTarget};
use serde::Deserialize;

use crate::check::{Facts, LAUNCH_CHECKS, same};
use crate::{Browser, Launch, LaunchError, PendingLaunch, PlatformError, Registration};

/// What was posted to the redirect URI: a token that proves nothing yet.
///
/// ```compile_fail,E0599
/// // The claims of an unverified launch cannot be had.
/// fn peek(launch: &lti_tool::UnverifiedLaunch) { launch.claims(); }
/// ```
///
/// ```compile_fail,E0061
/// // A launch cannot be verified without the pending launch and the browser.
/// fn careless(launch: lti_tool::UnverifiedLaunch, registration: &lti_tool::Registration,
///             keys: &lti_jwks::VerifyingKeys, now: chrono::DateTime<chrono::Utc>) {
///     launch.verify(registration, keys, now);
/// }
/// ```
///
/// ```
/// # use lti_jwks::{Algorithm, Curve, SigningKey, UnsignedJwt, VerifyingKeys};
/// # use lti_tool::{Browser, LoginSecrets, Registration};
/// # use lti_types::{ClientId, Deployments, Issuer, LoginInitiation, PlatformRecord};
/// # let record = PlatformRecord::new(Issuer::new("https://lms.example")?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, "https://lms.example/auth".into());
/// # let mut registration = Registration::new(record)?;
/// # registration.policy.algorithms = vec![Algorithm::Es256];
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let initiation = LoginInitiation::from_query(
/// #     "iss=https%3A%2F%2Flms.example&login_hint=7&target_link_uri=https%3A%2F%2Ftool.example%2Fquiz")?;
/// # let launch_address = "https://tool.example/launch".into();
/// # let login = registration.begin_login(initiation, &launch_address, LoginSecrets::random()?, now)?;
/// # let lti = |claim: &str| format!("https://purl.imsglobal.org/spec/lti/claim/{claim}");
/// # let claims = serde_json::json!({
/// #     "iss": "https://lms.example", "aud": "quiz", "sub": "u-7",
/// #     "iat": now.timestamp(), "exp": now.timestamp() + 300,
/// #     "nonce": login.request.nonce, lti("version"): "1.3.0", lti("message_type"): "LtiResourceLinkRequest",
/// #     lti("deployment_id"): "1", lti("target_link_uri"): "https://tool.example/quiz",
/// #     lti("resource_link"): {"id": "link-42"}, lti("roles"): [],
/// # });
/// # let key = SigningKey::generate_ec(Curve::P256)?;
/// # let token = UnsignedJwt::new(&claims)?.sign(&key)?;
/// # let body = format!("id_token={token}&state={}", login.pending.state().as_str());
/// # let (pending, keys) = (login.pending, VerifyingKeys::single(key.verifying_key().clone()));
/// # let browser = Browser::from_cookie(login.browser_secret);
/// use lti_tool::UnverifiedLaunch;
/// use lti_types::{AuthenticationResponse, Message};
///
/// let launch = UnverifiedLaunch::from_form(AuthenticationResponse::from_form(body.as_bytes())?)?;
/// assert_eq!(launch.state(), pending.state()); // `pending` was taken out of the store by it, and by the secret
/// let launch = launch.verify(pending, &browser, &registration, &keys, now)?;
///
/// let Message::ResourceLink(message) = launch.message() else { panic!("a link was opened") };
/// assert_eq!(message.resource_link.id.as_str(), "link-42");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnverifiedLaunch {
    state: State,
    id_token: String,
    storage_target: Option<StorageTarget>,
    jwt: UnverifiedJwt,
    /// What the token says of itself, once somebody asks.
    likely: OnceLock<Option<RegisteredClaims>>,
}

/// The token is not shown.
impl fmt::Debug for UnverifiedLaunch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedLaunch(…)")
    }
}

impl UnverifiedLaunch {
    /// Takes the authentication response apart. The token's size and shape are checked, nothing else.
    ///
    /// # Errors
    /// [`LaunchError::Platform`] when the platform declined, [`LaunchError::Token`] when the token is none.
    pub fn from_form(response: AuthenticationResponse) -> Result<Self, LaunchError> {
        match response {
            AuthenticationResponse::IdToken { id_token, state, lti_storage_target, .. } => {
                let jwt = UnverifiedJwt::parse(&id_token)?;
                let likely = OnceLock::new();
                Ok(Self { state, id_token, storage_target: lti_storage_target, jwt, likely })
            }
            AuthenticationResponse::Error(error) => Err(LaunchError::Platform(PlatformError(error))),
            // `non_exhaustive`: a kind of response that this version does not know is no launch.
            _ => Err(LaunchError::Form(lti_types::FormError::Missing("id_token"))),
        }
    }

    /// The state that was posted: with the browser's secret the key of the pending launch. It is the browser's word,
    /// nothing more.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// The token as it was posted, for the page that brings it back with the browser's secret.
    #[must_use]
    pub fn id_token(&self) -> &str {
        &self.id_token
    }

    /// The frame that the platform names for storage messages, where it repeats it in this form.
    #[must_use]
    pub fn storage_target(&self) -> Option<&StorageTarget> {
        self.storage_target.as_ref()
    }

    /// The id of the key that the token says it was signed with: a hint for having the right keys at hand.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.jwt.key_id()
    }

    /// The issuer that the token names: a hint, believed by nobody, to look up the registrations among which
    /// [`UnverifiedLaunch::likely_registration`] finds one.
    #[must_use]
    pub fn likely_issuer(&self) -> Option<Issuer> {
        self.likely_claims()?.issuer.clone().and_then(|issuer| Issuer::new(issuer).ok())
    }

    /// The registration that the token says it is for: a hint, believed by nobody. It serves where the keys
    /// are fetched, or a page must talk to the platform's frame, before the pending launch may be taken out of its
    /// store; if it is wrong, [`UnverifiedLaunch::verify`] refuses the launch.
    pub fn likely_registration<'r>(
        &self,
        registrations: impl IntoIterator<Item = &'r Registration>,
    ) -> Option<&'r Registration> {
        let claims = self.likely_claims()?;
        registrations.into_iter().find(|registration| {
            claims.issuer.as_deref() == Some(registration.issuer().as_str())
                && claims.audiences.iter().any(|audience| audience == registration.client_id().as_str())
        })
    }

    fn likely_claims(&self) -> Option<&RegisteredClaims> {
        let read = || serde_json::from_slice(self.jwt.danger_unverified_payload()).ok();
        self.likely.get_or_init(read).as_ref()
    }

    /// Verifies the launch. `pending` was taken out of the store under [`UnverifiedLaunch::state`] and the browser's
    /// secret, and out of nowhere else; `registration` is the one that began it; `keys` are that platform's.
    ///
    /// Have the keys first, by [`UnverifiedLaunch::likely_registration`] and [`UnverifiedLaunch::key_id`], and only then
    /// take the pending launch: what was taken is gone, and an outage of the key set must not use up the login.
    ///
    /// The checks, in this order, each with an error of its own:
    ///
    /// 1. the registration is the one that began the login, and is active
    /// 2. the state is the pending one's, and the browser is the one that began (in constant time)
    /// 3. the login is not too old
    /// 4. `kid` names one of the platform's keys
    /// 5. the algorithm is one that the *registration* and the key allow
    /// 6. the signature
    /// 7. `iss` is the registration's, byte for byte
    /// 8. `aud` holds our client id, and nothing that is not trusted
    /// 9. `azp`, if present, is our client id
    /// 10. `exp`, `iat` and `nbf`, within the leeway
    /// 11. the nonce is the pending one's (in constant time)
    /// 12. version, message type, and every claim that the type requires
    /// 13. the person, if the policy wants one
    /// 14. the deployment is the registration's, and the one that the login named
    /// 15. the target link URI is the one that the login named
    ///
    /// # Errors
    /// [`LaunchError`]. The pending launch is gone in any case: a second try needs a new login.
    pub fn verify(
        self,
        pending: PendingLaunch,
        browser: &Browser,
        registration: &Registration,
        keys: &VerifyingKeys,
        now: DateTime<Utc>,
    ) -> Result<Launch, LaunchError> {
        let policy = &registration.policy;

        if pending.issuer != *registration.issuer() || pending.client_id != *registration.client_id() {
            return Err(LaunchError::OtherRegistration);
        }
        if !registration.is_active() {
            return Err(LaunchError::RegistrationNotActive);
        }
        if !same(self.state.as_str(), pending.state.as_str()) {
            return Err(LaunchError::StateMismatch);
        }
        if !browser.secret.matches(&pending.browser_secret) {
            return Err(LaunchError::BrowserMismatch);
        }
        if now >= pending.expires_at || pending.began_at.signed_duration_since(now) > registration.leeway() {
            return Err(LaunchError::LoginExpired);
        }

        let mut rules = Rules::new(registration.issuer().as_str(), registration.client_id().as_str());
        rules.algorithms.clone_from(&policy.algorithms);
        rules.trusted_audiences.clone_from(&policy.trusted_audiences);
        rules.authorized_party = Some(registration.client_id().as_str().to_owned());
        rules.leeway = policy.leeway;
        rules.max_age = policy.max_age;
        rules.danger_kid_optional_with_one_key = policy.danger_kid_optional_with_one_key;
        let verified = self.jwt.verify::<LaunchPayload>(keys, &rules, now)?;

        let facts = Facts {
            policy,
            nonce: Some(&pending.nonce),
            deployments: Some(&registration.record().deployment_ids),
            login_deployment: Some(pending.deployment_id.as_ref()),
            login_target: Some(&pending.target_link_uri),
        };
        for (_, check) in LAUNCH_CHECKS {
            // All facts are known here; a check that finds otherwise refuses.
            check(&facts, &verified.0).unwrap_or(Err(LaunchError::OtherRegistration))?;
        }
        let deployment_id = verified.0.deployment_id.clone().ok_or(LaunchError::DeploymentUnknown)?;
        let standing = registration.standing_of(&deployment_id);

        let acceptable_until = verified.acceptable_until();
        let (LaunchPayload(claims), payload) = verified.into_parts();
        Ok(Launch::proven(
            registration,
            deployment_id,
            standing,
            browser.binding,
            claims,
            payload,
            acceptable_until,
            now,
        ))
    }
}

/// The claims, as the signature check wants to see them.
#[derive(Deserialize)]
#[serde(transparent)]
pub(crate) struct LaunchPayload(pub(crate) LaunchClaims);

impl Claims for LaunchPayload {
    fn issuer(&self) -> Option<&str> {
        self.0.iss.as_ref().map(lti_types::Issuer::as_str)
    }

    fn audiences(&self) -> impl Iterator<Item = &str> {
        self.0.aud.iter().flat_map(|aud| aud.as_slice()).map(String::as_str)
    }

    fn authorized_party(&self) -> Option<&str> {
        self.0.azp.as_ref().map(lti_types::ClientId::as_str)
    }

    fn expires_at(&self) -> Option<f64> {
        self.0.exp.map(NumericDate::seconds)
    }

    fn issued_at(&self) -> Option<f64> {
        self.0.iat.map(NumericDate::seconds)
    }

    fn not_before(&self) -> Option<f64> {
        self.0.nbf.map(NumericDate::seconds)
    }
}
