//! The tool's end: reading, changing and deleting a registration (RFC 7592).

use http::{Method, Request, Response};
use lti_types::{ClientId, ClientMetadata, RegistrationToken, WireUrl};
use url::Url;

use crate::initiation::{is_sendable, target};
use crate::metadata::complete;
use crate::register::{answer, request};
use crate::{AddressRules, PlatformRefusal, RegistrationError, check_metadata, has_errors};

/// Where a registration is managed, and the token for that. It opens the registration to whoever has it.
///
/// ```
/// use lti_registration::{AddressRules, Management};
/// use lti_types::{ClientId, RegistrationToken};
///
/// // What came with the registration, and was kept apart from the record.
/// let token = RegistrationToken::random()?;
/// let management = Management::new(&"https://lms.example/register/client-1".into(), &token,
///     ClientId::new("client-1")?, AddressRules::default())?;
/// assert_eq!(management.to_read().method(), "GET");
/// let answer = br#"{"client_id": "client-1", "client_name": "Quiz"}"#;
/// let (metadata, management) = management.read(&http::Response::new(answer.to_vec()))?;
/// assert_eq!(metadata.client_name.as_deref(), Some("Quiz"));
///
/// // The school leaves.
/// assert_eq!(management.to_delete().method(), "DELETE");
/// management.read_deleted(&http::Response::builder().status(204).body(Vec::new())?)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Management {
    url: Url,
    token: RegistrationToken,
    client_id: ClientId,
    rules: AddressRules,
}

impl Management {
    /// From what was kept: the address, the token, and whose they are.
    ///
    /// # Errors
    /// [`RegistrationError::Address`], or [`RegistrationError::Parameter`] for a token that a header cannot carry.
    pub fn new(
        registration_client_uri: &WireUrl,
        token: &RegistrationToken,
        client_id: ClientId,
        rules: AddressRules,
    ) -> Result<Self, RegistrationError> {
        const NAME: &str = "registration_client_uri";
        let url = rules
            .check(registration_client_uri)
            .map_err(|problem| RegistrationError::Address(NAME, problem))?;
        if target(&url).is_none() {
            let problem = crate::Problem::Url(lti_types::InvalidUrl::NotAbsolute);
            return Err(RegistrationError::Address(NAME, problem));
        }
        if !is_sendable(token) {
            return Err(RegistrationError::Parameter("registration_access_token"));
        }
        Ok(Self { url, token: token.clone(), client_id, rules })
    }

    /// From an answer, if it has both, and the address is on the origin that registrations are made at.
    pub(crate) fn of_answer(
        metadata: &ClientMetadata,
        client_id: &ClientId,
        endpoint: &Url,
        rules: AddressRules,
    ) -> Option<Self> {
        let (uri, token) =
            (metadata.registration_client_uri.as_ref()?, metadata.registration_access_token.as_ref()?);
        let management = Self::new(uri, token, client_id.clone(), rules).ok()?;
        (management.url.origin() == endpoint.origin()).then_some(management)
    }

    /// Where it goes. The token is sent only there.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The token, for a store that keeps secrets.
    #[must_use]
    pub fn token(&self) -> &RegistrationToken {
        &self.token
    }

    /// The request that reads the registration.
    #[must_use]
    pub fn to_read(&self) -> Request<Vec<u8>> {
        request(Method::GET, &self.url, Some(&self.token), None)
    }

    /// The request that replaces the registration's metadata. All of it must be given: what is left out is taken away.
    ///
    /// # Errors
    /// [`RegistrationError::Metadata`] with all that is wrong with it.
    pub fn to_update(&self, metadata: &ClientMetadata) -> Result<Request<Vec<u8>>, RegistrationError> {
        let mut metadata = complete(metadata);
        let faults = check_metadata(&metadata, self.rules);
        if has_errors(&faults) {
            return Err(RegistrationError::Metadata(faults));
        }
        metadata.client_id = Some(self.client_id.clone());
        Ok(request(Method::PUT, &self.url, Some(&self.token), Some(&metadata)))
    }

    /// The request that deletes the registration.
    #[must_use]
    pub fn to_delete(&self) -> Request<Vec<u8>> {
        request(Method::DELETE, &self.url, Some(&self.token), None)
    }

    /// Reads the answer to a reading or an update: the metadata as it is now, and what manages it from now on, since an
    /// answer may bring another token.
    ///
    /// # Errors
    /// [`RegistrationError`]; [`RegistrationError::ClientId`] if it is about another client.
    pub fn read(self, response: &Response<Vec<u8>>) -> Result<(ClientMetadata, Self), RegistrationError> {
        let metadata = answer(response)?;
        if metadata.client_id.as_ref().is_some_and(|id| *id != self.client_id) {
            return Err(RegistrationError::ClientId);
        }
        let next = Self::of_answer(&metadata, &self.client_id, &self.url, self.rules);
        Ok((metadata, next.unwrap_or(self)))
    }

    /// Reads the answer to a deletion. A registration that is not there any more is deleted.
    ///
    /// # Errors
    /// [`RegistrationError::Refused`].
    pub fn read_deleted(self, response: &Response<Vec<u8>>) -> Result<(), RegistrationError> {
        match response.status().as_u16() {
            200..=299 | 404 | 410 => Ok(()),
            _ => Err(RegistrationError::Refused(PlatformRefusal::read(response))),
        }
    }
}
