//! Service requests whose body is signed by its hash (OAuth Request Body Hash 1.0, LTI 1.1 §4.3), both ends.

use std::fmt;

use chrono::{DateTime, Utc};
use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use lti_types::{DeploymentId, Nonce, WireUrl};

use crate::base_string::query;
use crate::oauth::{Claimed, Proof};
use crate::unverified_form::{addressed, is_form};
use crate::{
    BaseString, ConsumerKey, Credential, NonceUse, OAuthError, Parameters, SignError, Signer, Use,
    authorization_header,
};

impl Signer {
    /// Signs a request whose body is no form: its hash and the parameters of OAuth go into the `Authorization` header.
    /// The address is the request's own, and must be absolute.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn request(
        &self,
        mut request: Request<Vec<u8>>,
        nonce: &Nonce,
        now: DateTime<Utc>,
    ) -> Result<Request<Vec<u8>>, SignError> {
        let url = WireUrl::from(request.uri().to_string());
        let query = Parameters::from_form(query(&url).as_bytes()).map_err(|_| SignError::TooLarge)?;
        if query.iter().any(|(name, _)| name.starts_with("oauth_")) {
            return Err(SignError::Reserved);
        }
        let mut parameters: Parameters = [
            ("oauth_version", "1.0"),
            ("oauth_consumer_key", self.consumer_key.as_str()),
            ("oauth_nonce", nonce.as_str()),
            ("oauth_signature_method", self.method.as_str()),
        ]
        .into_iter()
        .collect();
        parameters.push("oauth_timestamp", now.timestamp().to_string());
        parameters.push("oauth_body_hash", self.method.body_hash(request.body()));
        let all = query.iter().chain(parameters.iter());
        let base = BaseString::new(request.method().as_str(), &url, all)?;
        parameters.push("oauth_signature", self.method.sign(&base, &self.secret));
        let header = authorization_header::write(&parameters);
        let mut header = HeaderValue::try_from(header).map_err(|_| SignError::TooLarge)?;
        header.set_sensitive(true);
        request.headers_mut().insert(AUTHORIZATION, header);
        Ok(request)
    }
}

/// A service request before anything about it is known to be true.
///
/// ```
/// # use chrono::DateTime;
/// # use lti_legacy::{ConsumerKey, Operation, OutcomeCall, ReplaceResult, ResultScore, SharedSecret, Signer};
/// # let (key, secret) = (ConsumerKey::new("physics")?, SharedSecret::new("s3cr&t")?);
/// # let replace = Operation::Replace(ReplaceResult::new(ResultScore::new(0.85)?));
/// # let outcome = OutcomeRequest::new("m-1", "course-5:u-7", replace);
/// # let call = OutcomeCall::new("https://lms.example/outcomes".into(), outcome);
/// # let now = DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let request = call.to_http(&Signer::new(key.clone(), secret.clone()), &lti_types::Nonce::random()?, now)?;
/// use lti_legacy::{Credential, OutcomeRequest, OutcomeResponse, ResponseBody, UnverifiedRequest, Use};
///
/// let unverified = UnverifiedRequest::from_http(&request, &"https://lms.example/outcomes".into())?;
/// assert_eq!(unverified.consumer_key(), &key); // credentials are found by it
/// let known = [Credential::new("customer-7".try_into()?, key, secret)];
/// let signed = unverified.verify(&known, now)?;
/// let verified = signed.first_use(Use::First)?; // as the store says of `signed.nonce_use()`
///
/// let outcome = OutcomeRequest::from_xml(verified.body())?;
/// assert_eq!(outcome.sourced_id, "course-5:u-7"); // a result of `verified.account()`'s? Then write it, and answer:
/// let answer = OutcomeResponse::success("r-1", &outcome, ResponseBody::Replaced).to_http()?;
/// assert_eq!(answer.status(), 200);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnverifiedRequest {
    base: BaseString,
    claimed: Claimed,
    body: Vec<u8>,
}

impl UnverifiedRequest {
    /// Of a request to an endpoint, whose public address the caller knows; of the request's own only the query counts.
    ///
    /// # Errors
    /// [`OAuthError`]: no `Authorization` header of OAuth, without a body hash, or a body that is a form or too large.
    pub fn from_http(request: &Request<Vec<u8>>, endpoint: &WireUrl) -> Result<Self, OAuthError> {
        if is_form(request) || request.body().len() > Parameters::MAX_BYTES {
            return Err(OAuthError::Request);
        }
        let mut headers = request.headers().get_all(AUTHORIZATION).iter();
        let (Some(header), None) = (headers.next(), headers.next()) else { return Err(OAuthError::Header) };
        let header = authorization_header::read(header.to_str().map_err(|_| OAuthError::Header)?)?;
        let url = addressed(request, endpoint);
        let query = Parameters::from_form(query(&url).as_bytes())?;
        if query.iter().any(|(name, _)| name.starts_with("oauth_")) {
            return Err(OAuthError::Repeated);
        }
        let claimed = Claimed::read(header.iter().collect::<Vec<_>>().into_iter())?;
        if claimed.body_hash.is_none() {
            return Err(OAuthError::Missing("oauth_body_hash"));
        }
        let all = query.iter().chain(header.iter());
        let base = BaseString::new(request.method().as_str(), &url, all)?;
        Ok(Self { base, claimed, body: request.body().clone() })
    }

    /// Who signed, as they say: to find credentials by, and nothing else.
    #[must_use]
    pub fn consumer_key(&self) -> &ConsumerKey {
        &self.claimed.consumer_key
    }

    /// Checks, in this order: the body's hash; a credential is good with the key; its registration allows the method;
    /// the signature; the timestamp.
    ///
    /// # Errors
    /// [`OAuthError`].
    pub fn verify(self, candidates: &[Credential], now: DateTime<Utc>) -> Result<SignedRequest, OAuthError> {
        let hash = self.claimed.body_hash.as_deref().unwrap_or_default();
        if !self.claimed.method.is_body_hash(hash, &self.body) {
            return Err(OAuthError::BodyHashMismatch);
        }
        let proof = self.claimed.verify(&[self.base], candidates, now)?;
        Ok(SignedRequest { proof, body: self.body })
    }
}

impl fmt::Debug for UnverifiedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnverifiedRequest").finish_non_exhaustive()
    }
}

/// A request that is signed, and waits for one more thing: whether it was used before.
pub struct SignedRequest {
    proof: Proof,
    body: Vec<u8>,
}

impl SignedRequest {
    /// What to record.
    #[must_use]
    pub fn nonce_use(&self) -> NonceUse {
        self.proof.nonce_use()
    }

    /// The request, if its nonce was not used before. The store must let exactly one caller hear [`Use::First`].
    ///
    /// # Errors
    /// [`OAuthError::Replayed`].
    pub fn first_use(self, seen: Use) -> Result<VerifiedRequest, OAuthError> {
        if seen != Use::First {
            return Err(OAuthError::Replayed);
        }
        let Proof { account, consumer_key, .. } = self.proof;
        Ok(VerifiedRequest { account, consumer_key, body: self.body })
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest").finish_non_exhaustive()
    }
}

/// A request that every check has passed. It is made by [`SignedRequest::first_use`] and nowhere else.
///
/// ```compile_fail,E0451
/// fn forge(request: lti_legacy::VerifiedRequest) -> lti_legacy::VerifiedRequest {
///     lti_legacy::VerifiedRequest { body: Vec::new(), ..request }
/// }
/// ```
pub struct VerifiedRequest {
    account: DeploymentId,
    consumer_key: ConsumerKey,
    body: Vec<u8>,
}

impl VerifiedRequest {
    /// Whose secret it was signed with. Whatever the body names must be this account's: a signature says who asks, not
    /// that they may.
    #[must_use]
    pub fn account(&self) -> &DeploymentId {
        &self.account
    }

    /// The key it was signed with.
    #[must_use]
    pub fn consumer_key(&self) -> &ConsumerKey {
        &self.consumer_key
    }

    /// The body, byte for byte as it was signed.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }
}

impl fmt::Debug for VerifiedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifiedRequest").field("account", &self.account).finish_non_exhaustive()
    }
}
