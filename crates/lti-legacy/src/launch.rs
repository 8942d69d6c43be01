//! A verified launch of LTI 1, seen as one of 1.3 (LTI 1.1 §4; LTI Core 1.3 §D).

use std::fmt;

use chrono::{DateTime, Utc};
use lti_types::{
    Audience, BasicOutcome, Context, DeploymentId, LaunchClaims, Lti1p1, Message, NumericDate, ResourceLink,
    Roles, User, WireUrl,
};

use crate::oauth::Proof;
use crate::unverified_form::SignedForm;
use crate::{ConsumerKey, LaunchParameters, Parameters};

/// A launch that every check of [`UnverifiedLaunch`](crate::UnverifiedLaunch) has passed. It answers as
/// `lti_tool::Launch` does, so that a tool has one code for both; by its type, and by [`is_legacy`], the two are told
/// apart.
///
/// ```compile_fail,E0451
/// // It has no constructor,
/// fn forge(launch: lti_legacy::Launch) -> lti_legacy::Launch {
///     lti_legacy::Launch { claims: lti_types::LaunchClaims::new(), ..launch }
/// }
/// ```
///
/// ```compile_fail,E0277
/// // and is not read from anywhere.
/// let launch: lti_legacy::Launch = serde_json::from_str("{}").unwrap();
/// ```
#[derive(Clone)]
pub struct Launch {
    account: DeploymentId,
    consumer_key: ConsumerKey,
    parameters: Parameters,
    typed: LaunchParameters,
    claims: LaunchClaims,
    launched_at: DateTime<Utc>,
}

/// Whether claims are those of a launch of LTI 1: they have no issuer and no audience, which no verified 1.3 launch
/// lacks.
///
/// ```
/// use lti_legacy::is_legacy;
/// use lti_types::LaunchClaims;
///
/// let claims: LaunchClaims = serde_json::from_str(r#"{"iss": "https://lms.example", "aud": "quiz", "sub": "u-7"}"#)?;
/// assert!(!is_legacy(&claims)); // such as `Launch::claims` of `lti-tool` has
/// assert!(is_legacy(&LaunchClaims::new()));
/// # Ok::<(), serde_json::Error>(())
/// ```
#[must_use]
pub fn is_legacy(claims: &LaunchClaims) -> bool {
    let audiences = claims.aud.as_ref().map_or(&[][..], Audience::as_slice);
    claims.iss.is_none() && audiences.is_empty()
}

impl Launch {
    pub(crate) fn proven(form: SignedForm, typed: LaunchParameters, now: DateTime<Utc>) -> Self {
        let SignedForm { url, parameters, proof } = form;
        let Proof { account, consumer_key, signed_at, nonce, .. } = proof;
        let mut claims = typed.to_claims();
        claims.deployment_id = Some(account.clone());
        claims.target_link_uri = Some(url);
        claims.iat = Some(NumericDate::from_seconds(signed_at.timestamp()));
        claims.nonce = nonce.as_str().try_into().ok();
        let mut old = Lti1p1::new();
        old.oauth_consumer_key = Some(consumer_key.as_str().to_owned());
        claims.lti1p1 = Some(old);
        Self { account, consumer_key, parameters, typed, claims, launched_at: now }
    }

    /// Whose secret it was signed with: the customer.
    #[must_use]
    pub fn account(&self) -> &DeploymentId {
        &self.account
    }

    /// The key it was signed with.
    #[must_use]
    pub fn consumer_key(&self) -> &ConsumerKey {
        &self.consumer_key
    }

    /// All parameters as they came, OAuth's too, those of the address first.
    #[must_use]
    pub fn parameters(&self) -> &Parameters {
        &self.parameters
    }

    /// The parameters by their types.
    #[must_use]
    pub fn launch_parameters(&self) -> &LaunchParameters {
        &self.typed
    }

    /// When it was verified.
    #[must_use]
    pub fn launched_at(&self) -> DateTime<Utc> {
        self.launched_at
    }

    /// The same by the names of 1.3. The deployment is the account; roles are URIs, teaching assistants no instructors;
    /// there is no issuer, no audience and no expiry. Services under `custom_…_url` of LTI 1.2 come without scopes, as
    /// no token is had for them.
    #[must_use]
    pub fn claims(&self) -> &LaunchClaims {
        &self.claims
    }

    /// What the platform wants: match on it.
    #[must_use]
    pub fn message(&self) -> Message<'_> {
        // Well-formed by the checks before; the other arm promises nothing.
        self.claims.message_within(&self.account)
    }

    /// The person.
    #[must_use]
    pub fn user(&self) -> User<'_> {
        self.claims.user()
    }

    /// The person's roles; none when the platform sent none.
    #[must_use]
    pub fn roles(&self) -> &Roles {
        self.claims.roles()
    }

    /// The course, if the launch comes from one.
    #[must_use]
    pub fn context(&self) -> Option<&Context> {
        self.claims.context.as_ref()
    }

    /// The link that was opened, if one was.
    #[must_use]
    pub fn resource_link(&self) -> Option<&ResourceLink> {
        self.claims.resource_link.as_ref()
    }

    /// Where the launch leads: the address it was posted to, with its query.
    #[must_use]
    pub fn target_link_uri(&self) -> Option<&WireUrl> {
        self.claims.target_link_uri.as_ref()
    }

    /// Where a grade may be written, if one may.
    #[must_use]
    pub fn basic_outcome(&self) -> Option<&BasicOutcome> {
        self.claims.basic_outcome.as_ref()
    }
}

/// Who launched what is nobody's business but the tool's.
impl fmt::Debug for Launch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Launch")
            .field("account", &self.account)
            .field("message_type", &self.claims.message_type)
            .finish_non_exhaustive()
    }
}
