//! The tool's end: sending its metadata, and reading what the platform made of it (LTI Dynamic Registration 1.0 §3.6,
//! §3.7; RFC 7591 §3).

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use lti_types::{
    ClientId, ClientMetadata, DeploymentId, Deployments, OpenIdConfiguration, PlatformRecord,
    RegistrationStatus, RegistrationToken, Scope,
};
use url::Url;

use crate::audience::audience_of;
use crate::initiation::{bearer, target};
use crate::offer::profile_of;
use crate::{
    AddressRules, Fault, MAX_DOCUMENT_BYTES, Management, PlatformRefusal, Problem, RegistrationError,
    document,
};

/// Registers a tool. Send it once, and not again after a lost answer: the token is used up, and a second registration
/// would be another one.
///
/// ```
/// # use lti_registration::{AddressRules, Fetched, RegistrationInitiation};
/// # use lti_types::{ClientId, DeploymentId, Scope, ToolRecord};
/// # let initiation = RegistrationInitiation::from_query("openid_configuration=https%3A%2F%2Flms.example%2Fopenid")?;
/// # let fetch = initiation.fetch(AddressRules::default())?;
/// # let Fetched::Offer(offer) = fetch.read(http::Response::new(br#"{
/// #     "issuer": "https://lms.example", "authorization_endpoint": "https://lms.example/auth",
/// #     "token_endpoint": "https://lms.example/token", "jwks_uri": "https://lms.example/jwks",
/// #     "registration_endpoint": "https://lms.example/register",
/// #     "scopes_supported": ["https://purl.imsglobal.org/spec/lti-ags/scope/score"]
/// # }"#.to_vec()))? else { panic!("it is no redirect") };
/// use lti_registration::metadata_of;
///
/// let mut own = ToolRecord::new(ClientId::new("-")?, vec![], "https://tool.example/login".into(),
///     "https://tool.example/launch".into());
/// own.name = Some("Quiz".to_owned());
/// own.key_set_url = Some("https://tool.example/jwks".into());
/// own.scopes = vec![Scope::Score, Scope::LineItem];
/// let register = offer.register(&metadata_of(&own))?;
/// assert_eq!(register.to_http().uri(), "https://lms.example/register");
/// assert_eq!(register.left_out()[0].code(), "scope_not_granted"); // this platform makes no line items for tools
///
/// // The platform answers with what it wrote down.
/// let mut answer = register.metadata().clone();
/// answer.client_id = Some(ClientId::new("client-1")?);
/// answer.deployment_id = Some(DeploymentId::new("1")?);
/// let registered = register.read(http::Response::new(serde_json::to_vec(&answer)?))?;
/// assert_eq!(registered.deployments(), [DeploymentId::new("1")?]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Register {
    configuration: OpenIdConfiguration,
    endpoint: Url,
    token: Option<RegistrationToken>,
    metadata: ClientMetadata,
    left_out: Vec<Fault>,
    rules: AddressRules,
}

impl Register {
    pub(crate) fn new(
        configuration: OpenIdConfiguration,
        endpoint: Url,
        token: Option<RegistrationToken>,
        metadata: ClientMetadata,
        left_out: Vec<Fault>,
        rules: AddressRules,
    ) -> Result<Self, RegistrationError> {
        if target(&endpoint).is_none() {
            let problem = Problem::Url(lti_types::InvalidUrl::NotAbsolute);
            return Err(RegistrationError::Address("registration_endpoint", problem));
        }
        Ok(Self { configuration, endpoint, token, metadata, left_out, rules })
    }

    /// Where it goes. The token is sent only there; that may be another host than the configuration came from, which
    /// the offer warned of.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.endpoint
    }

    /// What is sent.
    #[must_use]
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// What the platform does not offer, and was left out for that.
    #[must_use]
    pub fn left_out(&self) -> &[Fault] {
        &self.left_out
    }

    /// The request. It has a token only if the platform gave one (quirk 17), and no null members (quirk 19).
    #[must_use]
    pub fn to_http(&self) -> Request<Vec<u8>> {
        request(Method::POST, &self.endpoint, self.token.as_ref(), Some(&self.metadata))
    }

    /// Reads the answer, 200 or 201.
    ///
    /// # Errors
    /// [`RegistrationError`]. After [`RegistrationError::Answer`] or [`RegistrationError::ClientId`] the platform may
    /// have a registration that the tool does not know.
    pub fn read(self, response: Response<Vec<u8>>) -> Result<Registered, RegistrationError> {
        let metadata = answer(&response)?;
        let client_id = metadata.client_id.clone().ok_or(RegistrationError::ClientId)?;
        let nested = metadata.tool.as_ref().and_then(|tool| tool.deployment_id.clone());
        let mut deployments: Vec<DeploymentId> = metadata.deployment_id.clone().into_iter().collect();
        if let Some(nested) = nested.filter(|id| !deployments.contains(id)) {
            deployments.push(nested);
        }
        let management = Management::of_answer(&metadata, &client_id, &self.endpoint, self.rules);
        Ok(Registered {
            configuration: self.configuration,
            sent: self.metadata,
            metadata,
            client_id,
            deployments,
            management,
        })
    }
}

/// A request with metadata or without.
pub(crate) fn request(
    method: Method,
    url: &Url,
    token: Option<&RegistrationToken>,
    body: Option<&ClientMetadata>,
) -> Request<Vec<u8>> {
    // An object of texts and lists can always be written.
    let bytes = body.map(|body| serde_json::to_vec(body).unwrap_or_default()).unwrap_or_default();
    let mut request = Request::new(bytes);
    *request.method_mut() = method;
    if let Some(uri) = target(url) {
        *request.uri_mut() = uri;
    }
    let headers = request.headers_mut();
    headers.insert(ACCEPT, HeaderValue::from_static("application/json"));
    if body.is_some() {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    }
    if let Some(token) = token {
        headers.insert(AUTHORIZATION, bearer(token));
    }
    request
}

/// The metadata in an answer. The media type is not looked at: what reads as metadata is.
pub(crate) fn answer(response: &Response<Vec<u8>>) -> Result<ClientMetadata, RegistrationError> {
    if response.body().len() > MAX_DOCUMENT_BYTES {
        return Err(RegistrationError::TooLarge);
    }
    if !response.status().is_success() {
        return Err(RegistrationError::Refused(PlatformRefusal::read(response)));
    }
    document::read(response.body()).map_err(RegistrationError::Answer)
}

/// A registration that was made. The platform's administrator usually has to switch it on.
///
/// [`Register`] has an example.
#[derive(Debug)]
pub struct Registered {
    configuration: OpenIdConfiguration,
    sent: ClientMetadata,
    metadata: ClientMetadata,
    client_id: ClientId,
    deployments: Vec<DeploymentId>,
    management: Option<Management>,
}

impl Registered {
    /// What the platform wrote down: keep this, and not what was sent.
    #[must_use]
    pub fn metadata(&self) -> &ClientMetadata {
        &self.metadata
    }

    /// The tool's name at the platform.
    #[must_use]
    pub fn client_id(&self) -> &ClientId {
        &self.client_id
    }

    /// The deployments that were made along with it, from either place where platforms put them; usually none or one.
    #[must_use]
    pub fn deployments(&self) -> &[DeploymentId] {
        &self.deployments
    }

    /// How to read, change and delete the registration, where the platform lets tools do that. It holds a token: keep
    /// it apart from the record.
    #[must_use]
    pub fn management(&self) -> Option<&Management> {
        self.management.as_ref()
    }

    /// The scopes that were asked for and that the platform did not write down.
    #[must_use]
    pub fn scopes_refused(&self) -> Vec<Scope> {
        // Some platforms do not say.
        let Some(granted) = self.metadata.scope.as_ref().filter(|scopes| !scopes.is_empty()) else {
            return Vec::new();
        };
        let asked = self.sent.scope.iter().flat_map(|scopes| scopes.iter());
        asked.filter(|scope| !granted.contains(scope)).cloned().collect()
    }

    /// The record to keep, pending until its first valid launch. The client id is the platform's, so it must be held
    /// against the records there are: an existing one is never replaced, even by the same platform.
    ///
    /// # Errors
    /// [`RegistrationError::AlreadyRegistered`].
    pub fn to_record<'r>(
        &self,
        known: impl IntoIterator<Item = &'r PlatformRecord>,
    ) -> Result<PlatformRecord, RegistrationError> {
        let is_same = |record: &&PlatformRecord| {
            record.issuer == self.configuration.issuer && record.client_id == self.client_id
        };
        if known.into_iter().any(|record| is_same(&record)) {
            return Err(RegistrationError::AlreadyRegistered);
        }
        let deployments = match self.deployments.as_slice() {
            [] => Deployments::NotYetKnown,
            known => Deployments::Known(known.to_vec()),
        };
        let configuration = &self.configuration;
        let mut record = PlatformRecord::new(
            configuration.issuer.clone(),
            self.client_id.clone(),
            deployments,
            configuration.authorization_endpoint.clone(),
        );
        record.token_url = Some(configuration.token_endpoint.clone());
        record.key_set_url = Some(configuration.jwks_uri.clone());
        record.profile = profile_of(configuration).map(|profile| profile.name.to_owned());
        // One that is not kept was warned of by the offer.
        record.token_audience = audience_of(configuration).unwrap_or_default();
        record.status = RegistrationStatus::Pending;
        Ok(record)
    }
}
