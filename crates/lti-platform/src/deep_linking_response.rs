//! What a tool sends back from deep linking: verified, taken once, and sorted (Deep Linking 2.0 §4.5, Security
//! Framework 1.0 §5.2).

use std::borrow::Cow;
use std::fmt;

use chrono::{DateTime, Utc};
use lti_jwks::{Claims, KeyId, OpenError, Rules, Sealer, UnverifiedJwt, VerifyError, VerifyingKeys};
use lti_types::{
    ClientId, ContextId, DeepLinkingSettings, DeploymentId, FormError, LTI_VERSION, MessageType, NumericDate,
    Use, UserId, WireUrl,
};
use serde::Deserialize;
use url::form_urlencoded;

use crate::deep_linking_request::{Asked, DATA};
use crate::{Registration, ResponseRefusal, Session, UntrustedText};

/// The most bytes of a form that are looked at: the largest token, percent-encoded at worst.
const MAX_FORM: usize = 3 * lti_types::DeepLinkingResponse::MAX_TOKEN + 4096;

/// The longest nonce, in bytes: it becomes a key in a store.
const MAX_NONCE: usize = 512;

/// What was posted to the return URL: a token that proves nothing yet.
///
/// ```
/// use chrono::{DateTime, Utc};
/// use lti_jwks::{Sealer, VerifyingKeys};
/// use lti_platform::{AcceptedContent, Registration, ResponseRefusal, Session, UnverifiedDeepLinkingResponse, Use};
///
/// /// `posted_to` is the address as the settings had it, made of the platform's own configuration; `seen` asks a store
/// /// that remembers each name until that time, and lets exactly one caller hear that it is the first.
/// fn returned(
///     body: &[u8], posted_to: &str, session: &Session, registration: &Registration, keys: &VerifyingKeys,
///     sealer: &Sealer, seen: impl Fn(&str, DateTime<Utc>) -> Use, now: DateTime<Utc>,
/// ) -> Result<AcceptedContent, ResponseRefusal> {
///     let response = UnverifiedDeepLinkingResponse::from_form(body, posted_to)?;
///     let pending = response.verify(registration, session, keys, sealer, now)?;
///     let nonce = seen(&format!("{} {}", pending.client_id().as_str(), pending.nonce()), pending.remember_until());
///     let request = seen(pending.request_id(), pending.remember_until());
///     let content = pending.first_use(nonce, request)?.accept();
///     for refused in content.refused() {
///         println!("item {}: {}", refused.place + 1, refused.reason);
///     }
///     Ok(content)
/// }
/// ```
///
/// ```compile_fail,E0599
/// // What an unverified response says cannot be had.
/// fn peek(response: lti_platform::UnverifiedDeepLinkingResponse) { response.accept(); }
/// ```
///
/// ```compile_fail,E0061
/// // It is not verified without the session.
/// fn careless(response: lti_platform::UnverifiedDeepLinkingResponse, registration: &lti_platform::Registration,
///             keys: &lti_jwks::VerifyingKeys, sealer: &lti_jwks::Sealer, now: chrono::DateTime<chrono::Utc>) {
///     response.verify(registration, keys, sealer, now);
/// }
/// ```
pub struct UnverifiedDeepLinkingResponse {
    jwt: UnverifiedJwt,
    posted_to: WireUrl,
}

impl UnverifiedDeepLinkingResponse {
    /// Takes the body of the POST apart. Sizes and shapes are checked, nothing else: a form of at most 3 MiB with one
    /// field `JWT`, and in that a token of at most 1 MiB
    /// ([`MAX_TOKEN`](lti_types::DeepLinkingResponse::MAX_TOKEN)). Other fields are ignored.
    ///
    /// # Errors
    /// [`ResponseRefusal::Form`] and [`ResponseRefusal::Token`].
    pub fn from_form(body: &[u8], posted_to: impl Into<WireUrl>) -> Result<Self, ResponseRefusal> {
        if body.len() > MAX_FORM {
            return Err(ResponseRefusal::Form(FormError::TooLarge));
        }
        let mut tokens = body.split(|byte| *byte == b'&').filter_map(token_of);
        match (tokens.next(), tokens.next()) {
            (Some(token), None) if !token.is_empty() => Self::from_jwt(&token, posted_to),
            (Some(_), Some(_)) => Err(ResponseRefusal::Form(FormError::Repeated("JWT"))),
            _ => Err(ResponseRefusal::Form(FormError::Missing("JWT"))),
        }
    }

    /// The same from the value of the field, for a framework that has read the form.
    ///
    /// # Errors
    /// [`ResponseRefusal::Token`].
    pub fn from_jwt(token: &str, posted_to: impl Into<WireUrl>) -> Result<Self, ResponseRefusal> {
        let jwt = UnverifiedJwt::parse_up_to(token, lti_types::DeepLinkingResponse::MAX_TOKEN)?;
        Ok(Self { jwt, posted_to: posted_to.into() })
    }

    /// The id of the key that it says it was signed with: a hint for having the right keys at hand.
    #[must_use]
    pub fn key_id(&self) -> Option<&KeyId> {
        self.jwt.key_id()
    }

    /// Who sent it, as it says: a hint to find the registration by, where the return URL does not tell, and nothing
    /// else. If it is wrong, [`UnverifiedDeepLinkingResponse::verify`] refuses.
    #[must_use]
    pub fn likely_client_id(&self) -> Option<ClientId> {
        #[derive(Deserialize)]
        struct Claimed {
            iss: ClientId,
        }
        let claimed: Option<Claimed> = serde_json::from_slice(self.jwt.danger_unverified_payload()).ok();
        claimed.map(|claimed| claimed.iss)
    }

    /// Verifies the response. `session` is the one of the browser that posted it, `keys` are the tool's, and `sealer`
    /// is the one that the request was made with. A browser may keep the session's cookie back on a POST that comes
    /// from another site: have it post once more, from a page of your own, before you give up.
    ///
    /// The checks, in this order, each with an error of its own:
    ///
    /// 1. the registration is active, and the session has an id
    /// 2. `kid` names one of the tool's keys
    /// 3. the algorithm is one that the *registration* and the key allow
    /// 4. the signature
    /// 5. the payload is JSON of the right form, with at most 1,000 items; the first beyond stops the reading
    /// 6. `iss` is the client id
    /// 7. `aud` holds the issuer, and nothing else; `azp` is not looked at, since the specification has it both ways
    /// 8. `exp`, `iat` and `nbf`, within the leeway
    /// 9. there is a nonce, of at most 512 bytes
    /// 10. the message type, and the version
    /// 11. a deployment is named
    /// 12. `data` is there, was sealed for this session, and has not expired
    /// 13. `data` was sealed for this issuer, client and person
    /// 14. the deployment is that of the request, and still one of the tool's
    /// 15. the response was posted to the address that was sent
    ///
    /// What is left is whether it came before: [`PendingResponse::first_use`].
    ///
    /// # Errors
    /// [`ResponseRefusal`].
    pub fn verify(
        self,
        registration: &Registration,
        session: &Session,
        keys: &VerifyingKeys,
        sealer: &Sealer,
        now: DateTime<Utc>,
    ) -> Result<PendingResponse, ResponseRefusal> {
        if !registration.is_active() {
            return Err(ResponseRefusal::RegistrationNotActive);
        }
        if session.id.is_empty() {
            return Err(ResponseRefusal::OtherSession);
        }
        let mut rules = Rules::new(registration.client_id().as_str(), registration.issuer().as_str());
        rules.algorithms.clone_from(&registration.policy.algorithms);
        rules.leeway = registration.policy.leeway;
        let verified = self.jwt.verify::<Payload>(keys, &rules, now).map_err(refusal_of)?;
        let Payload(claims) = verified.into_inner();

        let nonce = claims.nonce.clone().filter(|nonce| !nonce.trim().is_empty() && nonce.len() <= MAX_NONCE);
        let nonce = nonce.ok_or(ResponseRefusal::NonceMissing)?;
        if claims.message_type != Some(MessageType::DeepLinkingResponse) {
            return Err(ResponseRefusal::MessageType);
        }
        if claims.version.as_deref() != Some(LTI_VERSION) {
            return Err(ResponseRefusal::Version);
        }
        let deployment = claims.deployment_id.as_ref().ok_or(ResponseRefusal::DeploymentMissing)?;
        let data = claims.data.as_deref().ok_or(ResponseRefusal::DataMissing)?;
        let asked: Asked =
            sealer.open(DATA, session.id.as_bytes(), data, now).map_err(|error| match error {
                OpenError::Expired => ResponseRefusal::Expired,
                error => ResponseRefusal::Data(error),
            })?;
        if asked.issuer != *registration.issuer() || asked.client_id != *registration.client_id() {
            return Err(ResponseRefusal::OtherRequest);
        }
        if asked.user != session.user {
            return Err(ResponseRefusal::OtherSession);
        }
        if *deployment != asked.deployment_id || !registration.has_deployment(deployment) {
            return Err(ResponseRefusal::DeploymentMismatch);
        }
        if self.posted_to != asked.settings.deep_link_return_url {
            return Err(ResponseRefusal::ReturnUrl);
        }
        Ok(PendingResponse { nonce, response: DeepLinkingResponse { asked, claims } })
    }
}

/// The value of a field, if it is the one with the token. Nothing in a token needs decoding, and it is long.
fn token_of(field: &[u8]) -> Option<Cow<'_, str>> {
    let encoded = field.iter().fold(false, |found, byte| found | matches!(byte, b'%' | b'+'));
    match std::str::from_utf8(field) {
        Ok(field) if !encoded => field.strip_prefix("JWT=").map(Cow::Borrowed),
        _ => form_urlencoded::parse(field).find(|(name, _)| name == "JWT").map(|(_, value)| value),
    }
}

/// The token is not shown.
impl fmt::Debug for UnverifiedDeepLinkingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UnverifiedDeepLinkingResponse(…)")
    }
}

/// Items that cannot be read are told from the rest.
fn refusal_of(error: VerifyError) -> ResponseRefusal {
    match &error {
        VerifyError::Payload(place) if place.path().contains("claim/content_items") => ResponseRefusal::Items,
        _ => ResponseRefusal::Proof(error),
    }
}

/// The claims, as the signature check wants to see them.
#[derive(Deserialize)]
#[serde(transparent)]
struct Payload(lti_types::DeepLinkingResponse);

impl Claims for Payload {
    fn issuer(&self) -> Option<&str> {
        self.0.iss.as_deref()
    }

    fn audiences(&self) -> impl Iterator<Item = &str> {
        self.0.aud.iter().flat_map(|aud| aud.as_slice()).map(String::as_str)
    }

    fn authorized_party(&self) -> Option<&str> {
        None
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

/// A response that waits for one more thing: whether it came before. Store both of its names, and say what the store
/// said.
///
/// ```compile_fail,E0599
/// fn skip(pending: lti_platform::PendingResponse) { pending.accept(); }
/// ```
pub struct PendingResponse {
    nonce: String,
    response: DeepLinkingResponse,
}

impl PendingResponse {
    /// The client, within which nonces are unique.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        self.response.client_id()
    }

    /// The response's nonce, which the tool made; at most 512 bytes.
    #[must_use]
    pub fn nonce(&self) -> &str {
        &self.nonce
    }

    /// The name of the request, which the platform made: 43 characters that are unique everywhere.
    #[must_use]
    pub fn request_id(&self) -> &str {
        self.response.asked.request_id.as_str()
    }

    /// Until when both must be remembered: from then on the request is too old to be answered.
    #[must_use]
    pub fn remember_until(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.response.asked.expires_at, 0).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// The response, if neither its nonce nor its request was used before. The store must let exactly one caller hear
    /// [`Use::First`].
    ///
    /// # Errors
    /// [`ResponseRefusal::Replayed`].
    pub fn first_use(self, nonce: Use, request: Use) -> Result<DeepLinkingResponse, ResponseRefusal> {
        match (nonce, request) {
            (Use::First, Use::First) => Ok(self.response),
            _ => Err(ResponseRefusal::Replayed),
        }
    }
}

impl fmt::Debug for PendingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("PendingResponse").field(&self.response).finish()
    }
}

/// A response that every check has passed: this tool sent it, for this person in this session, once, as the answer to
/// what this platform asked. What it *says* is still the tool's word: [`DeepLinkingResponse::accept`] sorts it.
///
/// ```compile_fail,E0451
/// fn forge(response: lti_platform::DeepLinkingResponse) -> lti_platform::DeepLinkingResponse {
///     lti_platform::DeepLinkingResponse { ..response }
/// }
/// ```
pub struct DeepLinkingResponse {
    pub(crate) asked: Asked,
    pub(crate) claims: lti_types::DeepLinkingResponse,
}

impl DeepLinkingResponse {
    /// Who sent it.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.asked.client_id
    }

    /// The deployment.
    #[must_use]
    pub fn deployment_id(&self) -> &DeploymentId {
        &self.asked.deployment_id
    }

    /// Who asked, and chose; `None` for a guest.
    #[must_use]
    pub fn user(&self) -> Option<&UserId> {
        self.asked.user.as_ref()
    }

    /// The course of the request: where the content goes, whatever the browser says by now.
    #[must_use]
    pub fn context_id(&self) -> Option<&ContextId> {
        self.asked.context_id.as_ref()
    }

    /// What may be chosen, as the request said; without title, text and members that have no field.
    #[must_use]
    pub fn asked(&self) -> &DeepLinkingSettings {
        &self.asked.settings
    }

    /// The platform's own text, as it was in `data` before that was sealed.
    #[must_use]
    pub fn data(&self) -> Option<&str> {
        self.asked.settings.data.as_deref()
    }

    /// For the person, after success.
    #[must_use]
    pub fn msg(&self) -> Option<UntrustedText<'_>> {
        self.claims.msg.as_deref().map(UntrustedText::new)
    }

    /// For the log, after success.
    #[must_use]
    pub fn log(&self) -> Option<UntrustedText<'_>> {
        self.claims.log.as_deref().map(UntrustedText::new)
    }

    /// For the person, after failure.
    #[must_use]
    #[doc(alias = "errormsg")]
    pub fn error_msg(&self) -> Option<UntrustedText<'_>> {
        self.claims.error_msg.as_deref().map(UntrustedText::new)
    }

    /// For the log, after failure.
    #[must_use]
    #[doc(alias = "errorlog")]
    pub fn error_log(&self) -> Option<UntrustedText<'_>> {
        self.claims.error_log.as_deref().map(UntrustedText::new)
    }

    /// All that the tool wrote. After [`DeepLinkingResponse::accept`] the items are no longer in it.
    #[must_use]
    pub fn claims(&self) -> &lti_types::DeepLinkingResponse {
        &self.claims
    }
}

/// What the tool wrote is not shown.
impl fmt::Debug for DeepLinkingResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeepLinkingResponse")
            .field("client_id", self.client_id())
            .field("deployment_id", self.deployment_id())
            .finish_non_exhaustive()
    }
}
