//! Answering an authorized request with a signed launch (Security Framework 1.0 §5.1.1.3, §5.1.2).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use lti_jwks::{Algorithm, KeyId, SignError, SigningInput, SigningKey, UnsignedJwt};
use lti_types::{
    Audience, AuthenticationResponse, Custom, FormPost, LTI_VERSION, LaunchClaims, Lti1p1, MessageType,
    NumericDate, State,
};

use crate::outgoing;
use crate::substitution::{NoVariables, substitute};
use crate::{AuthorizedRequest, LaunchMessage, MessageFaults, Privacy, Target, Variables};

impl AuthorizedRequest {
    /// Makes the launch: the message's content, with nonce, state and address of the request, and person, link
    /// and deployment of the login. What the privacy policy withholds is taken out; custom parameters of the
    /// link win over those of the registration; texts for people, custom parameters and texts within
    /// extensions lose white space at both ends, and texts for people with nothing in them are left out. Variables in
    /// custom parameters are replaced by what the message itself knows; for more, see
    /// [`AuthorizedRequest::respond_with`].
    ///
    /// A service is announced only with scopes that the tool's record has ([`ToolRecord::scopes`](lti_types::ToolRecord)):
    /// for others it would be refused a token, long after the launch.
    ///
    /// # Errors
    /// [`RespondError`]: all faults of the message at once.
    pub fn respond(self, message: LaunchMessage, now: DateTime<Utc>) -> Result<UnsignedLaunch, RespondError> {
        self.respond_with(message, &NoVariables, now)
    }

    /// The same with values for the variables in custom parameters (LTI Core 1.3 §B). They are asked for only
    /// where a parameter names them and the privacy policy lets them through; a variable without a value stays
    /// as it is, which tells the tool that it is not supported.
    ///
    /// ```
    /// # use lti_platform::{LaunchIntent, LaunchMessage, Registration, Session};
    /// # use lti_types::*;
    /// # let mut record = ToolRecord::new(ClientId::new("quiz")?, vec![DeploymentId::new("1")?],
    /// #     "https://tool.example/login".into(), "https://tool.example/launch".into());
    /// # record.custom = [("copied_from", "$Context.id.history"), ("due", "$ResourceLink.submission.endDateTime")]
    /// #     .into_iter().collect();
    /// # let registration = Registration::new(Issuer::new("https://lms.example")?, record)?;
    /// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
    /// # let session = Session::new("session-row-17", UserId::new("u-7")?);
    /// # let link = ResourceLink::new(ResourceLinkId::new("link-42")?);
    /// # let intent = LaunchIntent::resource_link(link, DeploymentId::new("1")?);
    /// # let started = registration.initiate_login(intent, &session, LoginHint::random()?, now)?;
    /// # let request = AuthenticationRequest::new(ClientId::new("quiz")?, "https://tool.example/launch",
    /// #     started.initiation.login_hint, None, State::random()?, Nonce::random()?);
    /// # let authorized = registration.authorize(request, Some(started.pending), Some(&session), now)?;
    /// # let message = LaunchMessage::new(Roles::from_iter([ContextRole::Learner]));
    /// // The tool's record has `copied_from=$Context.id.history` and `due=$ResourceLink.submission.endDateTime`.
    /// let values = |name: &str| match name {
    ///     "Context.id.history" => Some(lti_platform::id_history(["course-of-last-year"])),
    ///     _ => None, // this platform has no dates
    /// };
    /// let launch = authorized.respond_with(message, &values, now)?;
    /// let claims: LaunchClaims = serde_json::from_slice(launch.payload())?;
    /// let custom = claims.custom.unwrap();
    /// assert_eq!(custom.get("copied_from"), Some("course-of-last-year"));
    /// assert_eq!(custom.get("due"), None); // sent as it was: the tool sees that it is not supported
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// As [`AuthorizedRequest::respond`].
    pub fn respond_with(
        self,
        message: LaunchMessage,
        variables: &dyn Variables,
        now: DateTime<Utc>,
    ) -> Result<UnsignedLaunch, RespondError> {
        let registration = &self.registration;
        let mut claims = LaunchClaims::new();

        claims.iss = Some(registration.issuer().clone());
        claims.aud = Some(Audience::one(registration.client_id().as_str()));
        let backdate = registration.policy.backdate.clamp(TimeDelta::zero(), TimeDelta::minutes(1));
        let lifetime = registration.policy.token_lifetime.clamp(TimeDelta::seconds(30), TimeDelta::hours(1));
        let now = now.timestamp();
        claims.iat = Some(NumericDate::from_seconds(now.saturating_sub(backdate.num_seconds())));
        claims.exp = Some(NumericDate::from_seconds(now.saturating_add(lifetime.num_seconds())));
        claims.nonce = Some(self.nonce);
        claims.version = Some(LTI_VERSION.to_owned());

        claims.sub = self.pending.user;
        claims.deployment_id = Some(self.pending.deployment_id);
        claims.target_link_uri = Some(self.pending.target_link_uri);
        match self.pending.target {
            Target::ResourceLink(link) => {
                claims.message_type = Some(MessageType::ResourceLinkRequest);
                claims.resource_link = Some(link);
            }
            Target::Message(message_type) => claims.message_type = Some(message_type),
        }

        let custom: Custom = registration.record().custom.iter().chain(message.custom.iter()).collect();
        claims.role_scope_mentor =
            (!message.role_scope_mentor.is_empty()).then_some(message.role_scope_mentor);
        claims.roles = Some(outgoing::with_principals(message.roles));
        claims.name = message.person.name;
        claims.given_name = message.person.given_name;
        claims.middle_name = message.person.middle_name;
        claims.family_name = message.person.family_name;
        claims.email = message.person.email;
        claims.picture = message.person.picture;
        claims.locale = message.person.locale;
        claims.context = message.context;
        claims.tool_platform = message.tool_platform;
        claims.launch_presentation = message.launch_presentation;
        claims.lis = message.lis;
        claims.grade_service = message.grade_service;
        claims.roster_service = message.roster_service;
        claims.group_service = message.group_service;
        claims.basic_outcome = message.basic_outcome;
        claims.for_user = message.for_user;
        claims.deep_linking_settings = message.deep_linking_settings;
        claims.lti1p1 = message.lti1p1;
        claims.lti11_legacy_user_id = message.lti11_legacy_user_id;
        claims.caliper_service = message.caliper_service;
        claims.notification_service = message.notification_service;
        claims.eula_service = message.eula_service;
        claims.activity = message.activity;
        claims.submission = message.submission;
        claims.asset = message.asset;
        claims.asset_report_type = message.asset_report_type;
        claims.extensions = message.extensions;

        if !custom.is_empty() {
            // Before the policy takes things out, which the variables' own gates do for them.
            let privacy = registration.policy.privacy;
            let privacy = if claims.sub.is_some() { privacy } else { Privacy::anonymous() };
            claims.custom = Some(substitute(custom, &claims, privacy, variables));
        }
        registration.policy.privacy.apply(&mut claims);
        outgoing::tidy(&mut claims);
        outgoing::check(&claims, &registration.record().scopes)?;
        let jwt = UnsignedJwt::new(&claims)?;
        Ok(UnsignedLaunch { jwt, redirect_uri: self.redirect_uri, state: self.state })
    }
}

/// A launch that is ready but for its signature.
pub struct UnsignedLaunch {
    jwt: UnsignedJwt,
    redirect_uri: String,
    state: State,
}

impl UnsignedLaunch {
    /// The payload that will be signed: JSON text.
    #[must_use]
    pub fn payload(&self) -> &[u8] {
        self.jwt.payload()
    }

    /// Adds the `lti1p1` claim, whose signature is over the launch's own deployment, expiry and nonce
    /// (LTI 1.3 Migration Guide): `claim` is given the claims as they will be signed. `lti_legacy::migration_claim`
    /// makes one. Of somebody who is anonymous the old id is left out.
    ///
    /// # Errors
    /// [`SignError`]: the payload is too large or cannot be written.
    pub fn with_migration(self, claim: impl FnOnce(&LaunchClaims) -> Lti1p1) -> Result<Self, SignError> {
        let mut claims: LaunchClaims =
            serde_json::from_slice(self.jwt.payload()).map_err(|_| SignError::ClaimsUnwritable)?;
        let mut claim = claim(&claims);
        if claims.sub.is_none() {
            claim.user_id = None;
            claim.extensions.clear();
        }
        claims.lti1p1 = Some(claim);
        Ok(Self { jwt: UnsignedJwt::new(&claims)?, ..self })
    }

    /// Signs with a key in memory. The browser posts the result to the tool.
    ///
    /// # Errors
    /// [`SignError`].
    pub fn sign(self, key: &SigningKey) -> Result<FormPost, SignError> {
        let id_token = self.jwt.sign(key)?;
        Ok(AuthenticationResponse::id_token(id_token, self.state).to_form_post(&self.redirect_uri))
    }

    /// For a key that is elsewhere, in a key service or a hardware module: what is to be signed with the named
    /// key, and a place for the signature.
    #[must_use]
    pub fn signing_input(self, key_id: &KeyId, algorithm: Algorithm) -> LaunchSigningInput {
        LaunchSigningInput {
            input: self.jwt.signing_input(key_id, algorithm),
            redirect_uri: self.redirect_uri,
            state: self.state,
        }
    }
}

impl fmt::Debug for UnsignedLaunch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("UnsignedLaunch").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// A launch that waits for its signature to come from elsewhere.
pub struct LaunchSigningInput {
    input: SigningInput,
    redirect_uri: String,
    state: State,
}

impl LaunchSigningInput {
    /// The bytes to sign.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        self.input.bytes()
    }

    /// The digest of the bytes to sign, for a service that wants that: see [`SigningInput::digest`].
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        self.input.digest()
    }

    /// The algorithm that has to be signed with.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.input.algorithm()
    }

    /// Puts the signature in its place. The browser posts the result to the tool. One of ECDSA is two numbers of fixed
    /// length; a service that answers in DER needs [`LaunchSigningInput::attach_der`].
    ///
    /// # Errors
    /// [`SignError::SignatureLength`] when it cannot be one of the algorithm's.
    pub fn attach(self, signature: &[u8]) -> Result<FormPost, SignError> {
        let id_token = self.input.attach(signature)?;
        Ok(AuthenticationResponse::id_token(id_token, self.state).to_form_post(&self.redirect_uri))
    }

    /// The same, from a signature as many key services give it: see [`SigningInput::attach_der`].
    ///
    /// # Errors
    /// [`SignError::SignatureMalformed`] or [`SignError::SignatureLength`].
    pub fn attach_der(self, signature: &[u8]) -> Result<FormPost, SignError> {
        let id_token = self.input.attach_der(signature)?;
        Ok(AuthenticationResponse::id_token(id_token, self.state).to_form_post(&self.redirect_uri))
    }
}

impl fmt::Debug for LaunchSigningInput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LaunchSigningInput").field("redirect_uri", &self.redirect_uri).finish_non_exhaustive()
    }
}

/// Why an authorized request cannot be answered: all of it is the platform's own data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RespondError {
    /// The message breaks rules for senders.
    #[error("the message cannot be sent: {0}")]
    Message(#[from] MessageFaults),
    /// The payload is too large or cannot be written.
    #[error("{0}")]
    Sign(#[from] SignError),
}

impl RespondError {
    /// A stable code for machines: the first fault's.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Message(faults) => faults.first().code(),
            Self::Sign(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Message(faults) => faults.first().spec(),
            Self::Sign(error) => error.spec(),
        }
    }
}
