//! A tool's requests about its own registration: read, replace, delete (RFC 7592 §2).

use http::{Method, Request, Response, StatusCode};
use lti_types::{ClientMetadata, RegistrationToken};

use super::managed::{ManagedRegistration, Updated, status_after};
use super::request::{checked, head};
use super::{RegistrationPolicy, RegistrationRefusal};
use crate::metadata::tool_record_of;
use crate::{Fault, Problem, document};

/// A request whose token has not been compared. Look the registration up by the client id in the address.
///
/// ```
/// # use lti_registration::platform::{ManagedRegistration, store_key};
/// # use lti_types::{ClientId, RegistrationToken};
/// # let token = RegistrationToken::random()?;
/// # let stored: ManagedRegistration = serde_json::from_value(serde_json::json!({
/// #     "record": {"client_id": "client-1", "deployment_ids": [], "login_url": "https://tool.example/login",
/// #         "target_link_uri": "https://tool.example/launch"},
/// #     "metadata": {"client_name": "Quiz"}, "token_digest": store_key(&token),
/// # }))?;
/// use lti_registration::platform::{AuthorizedManagement, UnauthorizedManagement};
///
/// let bearer = format!("Bearer {}", token.as_str());
/// let request = http::Request::get("/register/client-1").header("authorization", bearer);
/// let request = UnauthorizedManagement::read(&request.body(Vec::new())?)?;
/// // `stored` is the registration that the address names.
/// let AuthorizedManagement::Read(answer) = request.authorize(Some(stored))? else { panic!("it was a GET") };
/// assert_eq!(answer.status(), 200);
///
/// let request = http::Request::delete("/register/client-1").header("authorization", "Bearer guessed");
/// let request = UnauthorizedManagement::read(&request.body(Vec::new())?)?;
/// assert_eq!(request.authorize(None).unwrap_err().to_http().status(), 401);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct UnauthorizedManagement {
    token: RegistrationToken,
    method: Method,
    body: Vec<u8>,
}

impl std::fmt::Debug for UnauthorizedManagement {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("UnauthorizedManagement").field("method", &self.method).finish_non_exhaustive()
    }
}

/// A request of the tool that the registration is of.
#[derive(Debug)]
#[non_exhaustive]
pub enum AuthorizedManagement {
    /// Read it: answer with this.
    Read(Response<Vec<u8>>),
    /// Replace it: see [`AuthorizedUpdate::update`].
    Update(Box<AuthorizedUpdate>),
    /// Delete it, with everything that launches need, then answer with this.
    Delete(Response<Vec<u8>>),
}

/// New metadata for a registration, from the tool that it is of. There is none without the token.
#[derive(Debug)]
pub struct AuthorizedUpdate {
    registration: ManagedRegistration,
    metadata: ClientMetadata,
}

impl UnauthorizedManagement {
    /// Reads the request's head.
    ///
    /// # Errors
    /// [`RegistrationRefusal`].
    pub fn read(request: &Request<Vec<u8>>) -> Result<Self, RegistrationRefusal> {
        if ![Method::GET, Method::PUT, Method::DELETE].contains(request.method()) {
            return Err(RegistrationRefusal::MethodNotAllowed("GET, PUT, DELETE"));
        }
        let (token, body) = head(request)?;
        Ok(Self { token, method: request.method().clone(), body })
    }

    /// Compares the token with the registration that was found. One that is not there is refused as a wrong token is,
    /// so that nobody learns which clients there are.
    ///
    /// # Errors
    /// [`RegistrationRefusal`].
    pub fn authorize(
        self,
        registration: Option<ManagedRegistration>,
    ) -> Result<AuthorizedManagement, RegistrationRefusal> {
        let registration = registration.filter(|registration| registration.is_opened_by(&self.token));
        let registration = registration.ok_or(RegistrationRefusal::TokenInvalid)?;
        if self.method == Method::DELETE {
            let mut response = Response::new(Vec::new());
            *response.status_mut() = StatusCode::NO_CONTENT;
            return Ok(AuthorizedManagement::Delete(response));
        }
        if self.method == Method::GET {
            let response = document::respond(StatusCode::OK, &registration.to_metadata());
            return Ok(AuthorizedManagement::Read(response));
        }
        let metadata: ClientMetadata = document::read(&self.body).map_err(RegistrationRefusal::Document)?;
        // Without a client id it is no update, and with another one somebody else's.
        if metadata.client_id.as_ref() != Some(&registration.record.client_id) {
            return Err(RegistrationRefusal::ClientId);
        }
        Ok(AuthorizedManagement::Update(Box::new(AuthorizedUpdate { registration, metadata })))
    }
}

impl AuthorizedUpdate {
    /// Holds an update against the policy, as the registration was. Client id, deployments and the token stay.
    ///
    /// # Errors
    /// [`RegistrationRefusal::Metadata`] with all that is wrong; the registration stays as it is then.
    pub fn update(self, policy: &RegistrationPolicy) -> Result<Updated, RegistrationRefusal> {
        let (metadata, remarks) = checked(self.metadata, policy)?;
        let before = self.registration;
        let record =
            tool_record_of(&metadata, before.record.client_id.clone(), before.record.deployment_ids.clone());
        let record = record.ok_or_else(|| {
            RegistrationRefusal::Metadata(vec![Fault::new("target_link_uri", Problem::Missing)])
        })?;
        let mut managed = ManagedRegistration { record, metadata, token_digest: before.token_digest.clone() };
        managed.record.status = status_after(&before, &managed);
        let response = document::respond(StatusCode::OK, &managed.to_metadata());
        Ok(Updated { managed, replaces: before, remarks, response })
    }
}
