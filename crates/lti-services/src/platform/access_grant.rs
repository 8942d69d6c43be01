//! What a token is good for, and how the platform remembers it (Security Framework 1.0 §4.1.2, RFC 6749 §5.1).

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{CACHE_CONTROL, CONTENT_TYPE, PRAGMA};
use http::{HeaderValue, Response};
use lti_jwks::{
    NumericDate, RegisteredClaims, Rules, SignError, SigningKey, UnsignedJwt, UnverifiedJwt, VerifyingKeys,
};
use lti_types::{ClientId, DeploymentId, Issuer, Scope};
use serde::{Deserialize, Serialize};

use crate::{AccessToken, AssertionId, media_type};

/// What a token is good for. The platform stores it under the token (an opaque one, [`AccessToken::random`]), seals it
/// into the token, or signs it into the token ([`GrantSigner`]).
///
/// A token is a client's, not a context's: it reaches whatever is the client's, within the deployment that its
/// assertion named, if it named one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AccessGrant {
    /// To whom it was given.
    pub client_id: ClientId,
    /// For which deployment alone; `None` for all of the client's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deployment_id: Option<DeploymentId>,
    /// For what.
    pub scopes: Vec<Scope>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl AccessGrant {
    /// A grant for all deployments of a client.
    #[must_use]
    pub fn new(client_id: ClientId, scopes: Vec<Scope>, expires_at: DateTime<Utc>) -> Self {
        Self { client_id, deployment_id: None, scopes, expires_at }
    }

    /// The answer to the token request, with the token that stands for this grant.
    #[must_use]
    pub fn to_http(&self, token: &AccessToken, now: DateTime<Utc>) -> Response<Vec<u8>> {
        #[derive(Serialize)]
        struct Answer<'a> {
            access_token: &'a str,
            token_type: &'static str,
            expires_in: i64,
            scope: String,
        }
        let answer = Answer {
            access_token: token.expose(),
            token_type: "Bearer",
            expires_in: self.expires_at.signed_duration_since(now).max(TimeDelta::zero()).num_seconds(),
            scope: self.scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" "),
        };
        // Text and numbers can always be written.
        let mut response = Response::new(serde_json::to_vec(&answer).unwrap_or_default());
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(media_type::JSON));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
        response
    }
}

/// Grants as signed tokens that the platform need not store, and cannot take back before they expire.
///
/// The audience names the platform's services, and must be no client's id: the same key signs ID tokens for those.
///
/// ```
/// # use lti_services::platform::AccessGrant;
/// # let grant: AccessGrant = serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]}"#)?;
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// use lti_jwks::{Curve, SigningKey, VerifyingKeys};
/// use lti_services::{AssertionId, platform::GrantSigner};
/// use lti_types::Issuer;
///
/// let signer = GrantSigner::new(Issuer::new("https://lms.example")?, "https://lms.example/services");
/// let key = SigningKey::generate_ec(Curve::P256)?;
/// let token = signer.sign(&grant, &AssertionId::random()?, &key, now)?;
///
/// let keys = VerifyingKeys::single(key.verifying_key().clone());
/// assert_eq!(signer.read(&token, &keys, now), Some(grant.clone()));
/// assert_eq!(signer.read(&token, &keys, grant.expires_at + chrono::TimeDelta::hours(1)), None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrantSigner {
    issuer: Issuer,
    audience: String,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    client_id: ClientId,
    scope: String,
    #[serde(
        default,
        rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id",
        skip_serializing_if = "Option::is_none"
    )]
    deployment_id: Option<DeploymentId>,
}

#[derive(Serialize)]
struct AllClaims<'a> {
    #[serde(flatten)]
    registered: &'a RegisteredClaims,
    #[serde(flatten)]
    own: &'a Claims,
}

impl GrantSigner {
    /// Of a platform, for its services.
    #[must_use]
    pub fn new(issuer: Issuer, audience: impl Into<String>) -> Self {
        Self { issuer, audience: audience.into() }
    }

    /// The claims of a token, to be signed with a key in memory or in a key service; `id` is a fresh one.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn to_jwt(
        &self,
        grant: &AccessGrant,
        id: &AssertionId,
        now: DateTime<Utc>,
    ) -> Result<UnsignedJwt, SignError> {
        let mut registered = RegisteredClaims::new(self.issuer.as_str(), [self.audience.as_str()]);
        registered.subject = Some(grant.client_id.as_str().to_owned());
        registered.issued_at = Some(now.into());
        registered.expires_at = Some(NumericDate::from(grant.expires_at));
        registered.jwt_id = Some(id.as_str().to_owned());
        let own = Claims {
            client_id: grant.client_id.clone(),
            scope: grant.scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" "),
            deployment_id: grant.deployment_id.clone(),
        };
        UnsignedJwt::new(&AllClaims { registered: &registered, own: &own })
    }

    /// The token.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(
        &self,
        grant: &AccessGrant,
        id: &AssertionId,
        key: &SigningKey,
        now: DateTime<Utc>,
    ) -> Result<AccessToken, SignError> {
        AccessToken::new(self.to_jwt(grant, id, now)?.sign(key)?).map_err(|_| SignError::TooLarge)
    }

    /// The grant that a token stands for; `None` for what this platform did not sign, or not for this, or not any more.
    #[must_use]
    pub fn read(&self, token: &AccessToken, keys: &VerifyingKeys, now: DateTime<Utc>) -> Option<AccessGrant> {
        let mut rules = Rules::new(self.issuer.as_str(), self.audience.as_str());
        // Machines of one platform may have clocks that differ a little; the end, below, is kept to the second.
        rules.algorithms = keys.iter().flat_map(|key| key.algorithms().iter().copied()).collect();
        let verified =
            UnverifiedJwt::parse(token.expose()).ok()?.verify::<RegisteredClaims>(keys, &rules, now).ok()?;
        let own: Claims = serde_json::from_slice(verified.payload()).ok()?;
        if verified.subject.as_deref() != Some(own.client_id.as_str()) {
            return None;
        }
        let expires_at = DateTime::from_timestamp(verified.expires_at?.seconds() as i64, 0)?;
        if expires_at <= now {
            return None;
        }
        Some(AccessGrant {
            client_id: own.client_id,
            deployment_id: own.deployment_id,
            scopes: own.scope.split_ascii_whitespace().map(Scope::from).collect(),
            expires_at,
        })
    }
}
