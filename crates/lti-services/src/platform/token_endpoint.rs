//! Granting tokens (Security Framework 1.0 §4.1.1, RFC 6749 §4.4, RFC 7523 §3).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use http::{Method, Request};
use lti_jwks::{Algorithm, KeyId, RegisteredClaims, Rules, UnverifiedJwt, VerifyingKeys};
use lti_types::{ClientId, DeploymentId, RegistrationStatus, Scope, ToolRecord, Use};
use url::form_urlencoded;

use super::{AccessGrant, TokenRefusal};
use crate::{ASSERTION_TYPE, media_type};

/// The most bytes of a token request that are read.
const MAX_FORM: usize = 256 * 1024;
/// The longest `jti`, in bytes.
const MAX_ID: usize = 512;
/// The most scopes of one request.
const MAX_SCOPES: usize = 64;
/// The most audiences of one assertion that may stand beside ours.
const MAX_AUDIENCES: usize = 16;

/// A token request before anything about it is known to be true.
///
/// ```
/// # use chrono::DateTime;
/// # use lti_jwks::{Algorithm, Curve, SigningKey, VerifyingKeys};
/// # use lti_services::{AssertionId, ClientAssertion, TokenRequest};
/// # use lti_types::{ClientId, DeploymentId, Deployments, Issuer, PlatformRecord, Scope, ToolRecord};
/// # let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let key = SigningKey::generate_ec(Curve::P256)?;
/// # let mut platform = PlatformRecord::new(Issuer::new("https://lms.example")?, ClientId::new("quiz")?,
/// #     Deployments::NotYetKnown, "https://lms.example/auth".into());
/// # platform.token_url = Some("https://lms.example/token".into());
/// # let assertion = ClientAssertion::for_platform(&platform, AssertionId::random()?, now).unwrap().sign(&key)?;
/// # let request = TokenRequest::new(&"https://lms.example/token".into(), assertion, [Scope::Score])?.to_http();
/// # let mut tool = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
/// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
/// # tool.scopes = vec![Scope::Score];
/// # let keys = VerifyingKeys::single(key.verifying_key().clone());
/// use lti_services::AccessToken;
/// use lti_services::platform::{TokenClient, UnverifiedTokenRequest, Use};
///
/// let asked = UnverifiedTokenRequest::from_http(&request)?;
/// assert_eq!(asked.client_id(), &tool.client_id); // found by it, with its keys
/// let mut client = TokenClient::of(&tool, ["https://lms.example/token", "https://lms.example"]);
/// client.algorithms = vec![Algorithm::Es256];
/// let pending = asked.verify(&client, &keys, now)?;
/// // A store of assertions' names says that this one is new, and remembers it until `pending.remember_until()`.
/// let grant = pending.first_use(Use::First)?;
///
/// let token = AccessToken::random()?; // store the grant under it
/// assert_eq!(grant.to_http(&token, now).status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct UnverifiedTokenRequest {
    assertion: UnverifiedJwt,
    client_id: ClientId,
    scopes: Vec<Scope>,
}

/// What a platform holds against the token requests of one client.
///
/// [`UnverifiedTokenRequest`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TokenClient {
    /// The client.
    pub client_id: ClientId,
    /// Its deployments.
    pub deployment_ids: Vec<DeploymentId>,
    /// What it may be granted, in all of its deployments: a deployment that is to allow less needs a client of its own,
    /// or a platform that looks at [`super::Place`] once more.
    pub scopes: Vec<Scope>,
    /// Whether it may be granted anything now.
    pub status: RegistrationStatus,
    /// What the platform answers to in `aud`: the token URL first of all, the issuer, an audience of its own. One of
    /// them must be there; others beside it, 16 in all, are of no concern (RFC 7523 §3).
    pub audiences: Vec<String>,
    /// Signature algorithms that it may use; RS256 by default.
    pub algorithms: Vec<Algorithm>,
    /// How far two clocks may be apart; 60 seconds by default, never more than 5 minutes.
    pub leeway: TimeDelta,
    /// How long an assertion may hold, from `iat` to `exp`; 1 hour by default. Its `jti` is to be remembered until
    /// [`PendingGrant::remember_until`]: at most for that long and twice the leeway, since clocks may be apart at both
    /// ends.
    pub longest_assertion: TimeDelta,
    /// How long a token is good; 1 hour by default.
    pub token_lifetime: TimeDelta,
}

impl TokenClient {
    /// Of a registered tool, with the default policy.
    #[must_use]
    pub fn of<A: Into<String>>(record: &ToolRecord, audiences: impl IntoIterator<Item = A>) -> Self {
        Self {
            client_id: record.client_id.clone(),
            deployment_ids: record.deployment_ids.clone(),
            scopes: record.scopes.clone(),
            status: record.status,
            audiences: audiences.into_iter().map(Into::into).collect(),
            algorithms: vec![Algorithm::Rs256],
            leeway: TimeDelta::seconds(60),
            longest_assertion: TimeDelta::hours(1),
            token_lifetime: TimeDelta::hours(1),
        }
    }
}

impl UnverifiedTokenRequest {
    /// Reads a token request.
    ///
    /// # Errors
    /// [`TokenRefusal`].
    pub fn from_http(request: &Request<Vec<u8>>) -> Result<Self, TokenRefusal> {
        if request.method() != Method::POST {
            return Err(TokenRefusal::Method);
        }
        if !media_type::is_acceptable(request.headers(), media_type::FORM) || request.body().len() > MAX_FORM
        {
            return Err(TokenRefusal::Form);
        }
        let field = |name: &'static str| {
            let mut values =
                form_urlencoded::parse(request.body()).filter(|(n, _)| n == name).map(|(_, value)| value);
            match (values.next(), values.next()) {
                (Some(value), None) if !value.trim().is_empty() => Ok(value),
                _ => Err(TokenRefusal::Parameter(name)),
            }
        };
        if field("grant_type")? != "client_credentials" {
            return Err(TokenRefusal::GrantType);
        }
        if field("client_assertion_type")? != ASSERTION_TYPE {
            return Err(TokenRefusal::Parameter("client_assertion_type"));
        }
        let assertion = UnverifiedJwt::parse(&field("client_assertion")?).map_err(TokenRefusal::Malformed)?;
        let mut scopes: Vec<Scope> = Vec::new();
        for scope in field("scope")?.split_ascii_whitespace().map(Scope::from) {
            if !scopes.contains(&scope) {
                // Nobody has proven anything yet: the work is bounded.
                if scopes.len() == MAX_SCOPES {
                    return Err(TokenRefusal::Parameter("scope"));
                }
                scopes.push(scope);
            }
        }

        #[derive(serde::Deserialize)]
        struct Claimed {
            sub: ClientId,
        }
        let claimed: Claimed = serde_json::from_slice(assertion.danger_unverified_payload())
            .map_err(|_| TokenRefusal::ClientMissing)?;
        // It need not be there; if it is, it is the same client (RFC 7521 §4.2).
        let mut named = form_urlencoded::parse(request.body()).filter(|(n, _)| n == "client_id");
        if named.any(|(_, id)| !id.trim().is_empty() && id != claimed.sub.as_str()) {
            return Err(TokenRefusal::Parameter("client_id"));
        }
        Ok(Self { assertion, client_id: claimed.sub, scopes })
    }

    /// Who asks, as they say: to find the registration by, and nothing else.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The key to have at hand.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.assertion.key_id()
    }

    /// Checks, in this order: the client is the one that was looked up and active; key, algorithm and signature; `iss`,
    /// `aud` and times; `sub`; how long the assertion holds; `jti`; the deployment it names; the scopes.
    ///
    /// # Errors
    /// [`TokenRefusal`].
    pub fn verify(
        self,
        client: &TokenClient,
        keys: &VerifyingKeys,
        now: DateTime<Utc>,
    ) -> Result<PendingGrant, TokenRefusal> {
        if self.client_id != client.client_id {
            return Err(TokenRefusal::ClientUnknown);
        }
        if client.status != RegistrationStatus::Active {
            return Err(TokenRefusal::ClientNotActive);
        }
        let mut rules = Rules::new(client.client_id.as_str(), "");
        rules.audiences.clone_from(&client.audiences);
        rules.algorithms.clone_from(&client.algorithms);
        rules.leeway = client.leeway;
        // Whoever else an assertion is for, it is for us when it names us; but none is for everybody.
        if let Ok(claims) =
            serde_json::from_slice::<RegisteredClaims>(self.assertion.danger_unverified_payload())
            && claims.audiences.len() <= MAX_AUDIENCES
        {
            rules.trusted_audiences = claims.audiences;
        }
        let verified =
            self.assertion.verify::<RegisteredClaims>(keys, &rules, now).map_err(TokenRefusal::Proof)?;
        if verified.subject.as_deref() != Some(client.client_id.as_str()) {
            return Err(TokenRefusal::SubjectMismatch);
        }
        let lifetime = match (verified.expires_at, verified.issued_at) {
            (Some(expires_at), Some(issued_at)) => expires_at.seconds() - issued_at.seconds(),
            _ => f64::INFINITY,
        };
        if lifetime > client.longest_assertion.num_seconds() as f64 {
            return Err(TokenRefusal::LifetimeTooLong);
        }
        let id = verified.jwt_id.clone().filter(|id| !id.trim().is_empty() && id.len() <= MAX_ID);
        let id = id.ok_or(TokenRefusal::IdMissing)?;

        #[derive(serde::Deserialize)]
        struct Named {
            #[serde(default, rename = "https://purl.imsglobal.org/spec/lti/claim/deployment_id")]
            deployment_id: Option<DeploymentId>,
        }
        let named: Named =
            serde_json::from_slice(verified.payload()).map_err(|_| TokenRefusal::DeploymentUnknown)?;
        if named.deployment_id.as_ref().is_some_and(|id| !client.deployment_ids.contains(id)) {
            return Err(TokenRefusal::DeploymentUnknown);
        }
        let scopes: Vec<_> = self.scopes.into_iter().filter(|scope| client.scopes.contains(scope)).collect();
        if scopes.is_empty() {
            return Err(TokenRefusal::Scope);
        }
        Ok(PendingGrant {
            id,
            remember_until: verified.acceptable_until(),
            grant: AccessGrant {
                client_id: self.client_id,
                deployment_id: named.deployment_id,
                scopes,
                expires_at: now.checked_add_signed(client.token_lifetime).unwrap_or(now),
            },
        })
    }
}

/// A grant that waits for one more thing: whether the assertion was used before. Store its name, and say what the store
/// said.
///
/// ```compile_fail,E0599
/// # fn skip(pending: lti_services::platform::PendingGrant) -> lti_services::platform::AccessGrant {
/// pending.grant()
/// # }
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct PendingGrant {
    id: String,
    remember_until: DateTime<Utc>,
    grant: AccessGrant,
}

impl fmt::Debug for PendingGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PendingGrant").field("grant", &self.grant).finish_non_exhaustive()
    }
}

impl PendingGrant {
    /// The client whose assertion it is: names are unique within a client.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.grant.client_id
    }

    /// The name of the assertion (`jti`).
    #[must_use]
    pub fn assertion_id(&self) -> &str {
        &self.id
    }

    /// Until when the name must be remembered.
    #[must_use]
    pub fn remember_until(&self) -> DateTime<Utc> {
        self.remember_until
    }

    /// The grant, if the assertion was not used before. The store must let exactly one caller hear [`Use::First`].
    ///
    /// # Errors
    /// [`TokenRefusal::Replayed`].
    pub fn first_use(self, seen: Use) -> Result<AccessGrant, TokenRefusal> {
        if seen.is_first() { Ok(self.grant) } else { Err(TokenRefusal::Replayed) }
    }
}
