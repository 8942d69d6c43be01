//! A tool's request to be registered (LTI Dynamic Registration 1.0 §3.6, §3.7; RFC 7591 §3).

use chrono::{DateTime, Utc};
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method, Request, Response, StatusCode};
use lti_types::{
    ClientId, ClientMetadata, DeploymentId, LTI_VERSION, RegistrationStatus, RegistrationToken, ToolRecord,
    WireUrl,
};

use super::managed::ManagedRegistration;
use super::{Invitation, RegistrationPolicy, RegistrationRefusal};
use crate::initiation::sendable;
use crate::metadata::tool_record_of;
use crate::{Fault, Problem, Severity, check_metadata, document};

/// The most bytes of a request.
const MAX_REQUEST_BYTES: usize = 256 * 1024;

/// A request whose token has not been looked up: take the [`Invitation`] out of the store, under the
/// [`store_key`](super::store_key) of [`UnauthorizedRegistration::token`], once and atomically.
///
/// ```
/// # use lti_registration::metadata_of;
/// # use lti_registration::platform::{Invitation, RegistrationPolicy, store_key};
/// # use lti_types::{ClientId, RegistrationToken, Scope, ToolRecord};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let token = RegistrationToken::random()?;
/// # let (key, invitation) = (store_key(&token), Some(Invitation::new("campus", "admin-7", now)));
/// # let mut own = ToolRecord::new(ClientId::new("-")?, vec![], "https://tool.example/login".into(),
/// #     "https://tool.example/launch".into());
/// # own.name = Some("Quiz".to_owned());
/// # own.key_set_url = Some("https://tool.example/jwks".into());
/// # own.scopes = vec![Scope::Score];
/// # let request = http::Request::post("/register").header("authorization", format!("Bearer {}", token.as_str()))
/// #     .header("content-type", "application/json").body(serde_json::to_vec(&metadata_of(&own))?)?;
/// use lti_registration::platform::UnauthorizedRegistration;
///
/// let unauthorized = UnauthorizedRegistration::read(&request)?;
/// assert_eq!(store_key(unauthorized.token()), key); // `invitation` was taken out of the store under it
/// let checked = unauthorized.authorize(invitation, now)?.check(&RegistrationPolicy::default())?;
/// assert!(checked.remarks().iter().any(|fault| fault.code() == "scope_not_granted"));
/// let accepted = checked.accept(ClientId::new("client-1")?, None, None)?; // store `managed`, send `response`
/// assert!(accepted.record().scopes.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnauthorizedRegistration {
    token: RegistrationToken,
    body: Vec<u8>,
}

impl std::fmt::Debug for UnauthorizedRegistration {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnauthorizedRegistration").finish_non_exhaustive()
    }
}

impl UnauthorizedRegistration {
    /// Reads the request's head; the body waits until the token is known to be good.
    ///
    /// # Errors
    /// [`RegistrationRefusal`].
    pub fn read(request: &Request<Vec<u8>>) -> Result<Self, RegistrationRefusal> {
        if request.method() != Method::POST {
            return Err(RegistrationRefusal::MethodNotAllowed("POST"));
        }
        let (token, body) = head(request)?;
        Ok(Self { token, body })
    }

    /// The token of the request.
    #[must_use]
    pub fn token(&self) -> &RegistrationToken {
        &self.token
    }

    /// Compares with the invitation that was taken, and reads the body. The invitation is used up, whatever comes of
    /// it: a token that was seen twice is no longer anybody's.
    ///
    /// # Errors
    /// [`RegistrationRefusal`].
    pub fn authorize(
        self,
        invitation: Option<Invitation>,
        now: DateTime<Utc>,
    ) -> Result<AuthorizedRegistration, RegistrationRefusal> {
        let invitation = invitation.filter(|invitation| now < invitation.expires);
        let invitation = invitation.ok_or(RegistrationRefusal::TokenInvalid)?;
        let metadata = document::read(&self.body).map_err(RegistrationRefusal::Document)?;
        Ok(AuthorizedRegistration { metadata, invitation })
    }
}

/// The token and the body of a request.
pub(crate) fn head(request: &Request<Vec<u8>>) -> Result<(RegistrationToken, Vec<u8>), RegistrationRefusal> {
    let token = bearer_token(request.headers()).ok_or(RegistrationRefusal::TokenMissing)?;
    if request.body().len() > MAX_REQUEST_BYTES {
        return Err(RegistrationRefusal::TooLarge);
    }
    if !request.body().is_empty() && !document::may_be_json(request.headers()) {
        return Err(RegistrationRefusal::MediaType);
    }
    Ok((token, request.body().clone()))
}

/// The one bearer token of a request.
fn bearer_token(headers: &HeaderMap) -> Option<RegistrationToken> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let (Some(value), None) = (values.next(), values.next()) else { return None };
    let (scheme, token) = value.to_str().ok()?.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("Bearer") {
        return None;
    }
    sendable(token.trim().to_owned())
}

/// A request that an administrator invited.
#[derive(Debug)]
pub struct AuthorizedRegistration {
    metadata: ClientMetadata,
    invitation: Invitation,
}

impl AuthorizedRegistration {
    /// What the tool says about itself; not checked.
    #[must_use]
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// Who invited it.
    #[must_use]
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }

    /// Holds the metadata against the policy: what must not be refuses the tool, what is not granted is taken out.
    ///
    /// # Errors
    /// [`RegistrationRefusal::Metadata`] with all that is wrong.
    pub fn check(self, policy: &RegistrationPolicy) -> Result<CheckedRegistration, RegistrationRefusal> {
        let (metadata, remarks) = checked(self.metadata, policy)?;
        Ok(CheckedRegistration { metadata, remarks, invitation: self.invitation })
    }
}

/// The metadata as the policy leaves it, and what the administrator should know.
pub(crate) fn checked(
    mut metadata: ClientMetadata,
    policy: &RegistrationPolicy,
) -> Result<(ClientMetadata, Vec<Fault>), RegistrationRefusal> {
    let mut faults = check_metadata(&metadata, policy.addresses);
    faults.extend(policy.check_domains(&metadata));
    let (errors, mut remarks): (Vec<_>, Vec<_>) =
        faults.into_iter().partition(|fault| fault.severity() == Severity::Error);
    if !errors.is_empty() {
        return Err(RegistrationRefusal::Metadata(errors));
    }
    // What only a platform says, a tool cannot say.
    metadata.client_id = None;
    metadata.deployment_id = None;
    metadata.registration_client_uri = None;
    metadata.registration_access_token = None;
    if let Some(tool) = &mut metadata.tool {
        tool.deployment_id = None;
        tool.version = None;
    }
    remarks.extend(policy.restrict(&mut metadata));
    Ok((metadata, remarks))
}

/// A request that may be accepted.
#[derive(Debug)]
pub struct CheckedRegistration {
    metadata: ClientMetadata,
    remarks: Vec<Fault>,
    invitation: Invitation,
}

impl CheckedRegistration {
    /// What the tool gets: what it asked for, less what the policy does not grant. Escape what is shown of it.
    #[must_use]
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// What was taken out, and what looks like a mistake: for the administrator.
    #[must_use]
    pub fn remarks(&self) -> &[Fault] {
        &self.remarks
    }

    /// Who invited it.
    #[must_use]
    pub fn invitation(&self) -> &Invitation {
        &self.invitation
    }

    /// Registers the tool under a client id that is not in use, with a deployment if one is made along with it. With
    /// `registration_client_uri` and a fresh random token the tool can manage its registration.
    ///
    /// # Errors
    /// [`RegistrationRefusal::Metadata`], never of metadata that was checked.
    pub fn accept(
        self,
        client_id: ClientId,
        deployment: Option<DeploymentId>,
        management: Option<(WireUrl, RegistrationToken)>,
    ) -> Result<Accepted, RegistrationRefusal> {
        let deployments: Vec<_> = deployment.into_iter().collect();
        let mut record =
            tool_record_of(&self.metadata, client_id.clone(), deployments.clone()).ok_or_else(|| {
                RegistrationRefusal::Metadata(vec![Fault::new("target_link_uri", Problem::Missing)])
            })?;
        record.status = RegistrationStatus::Pending;
        let managed =
            ManagedRegistration::new(record, self.metadata, management.as_ref().map(|(_, token)| token));
        let mut answer = managed.to_metadata();
        if let Some((uri, token)) = management {
            answer.registration_client_uri = Some(uri);
            answer.registration_access_token = Some(token);
        }
        let response = document::respond(StatusCode::OK, &answer);
        Ok(Accepted { managed, response })
    }
}

/// A registration that was made.
#[derive(Debug)]
#[non_exhaustive]
pub struct Accepted {
    /// What to store: the record, pending until an administrator switches it on, and the metadata that it was made of.
    pub managed: ManagedRegistration,
    /// The answer to the tool.
    pub response: Response<Vec<u8>>,
}

impl Accepted {
    /// The record.
    #[must_use]
    pub fn record(&self) -> &ToolRecord {
        &self.managed.record
    }
}

/// The metadata with what the platform adds: client id, deployment (in the tool configuration) and version.
pub(crate) fn answered(metadata: &ClientMetadata, record: &ToolRecord) -> ClientMetadata {
    let mut answer = metadata.clone();
    answer.client_id = Some(record.client_id.clone());
    if let Some(tool) = &mut answer.tool {
        tool.version = Some(LTI_VERSION.to_owned());
        tool.deployment_id = record.deployment_ids.first().cloned();
    }
    answer
}
