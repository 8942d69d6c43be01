//! Authentication request and response (Security Framework 1.0 §5.1.1.2–5.1.1.5, OpenID Connect Core §3.1.2).

use std::fmt;

use url::Url;

use crate::form::Parameters;
use crate::open_enum::open_enum;
use crate::{ClientId, FormError, FormPost, LoginHint, MessageHint, Nonce, State, StorageTarget};

/// The most bytes of an authentication request that are looked at.
const MAX_REQUEST: usize = 64 * 1024;
/// The most bytes of an authentication response: a token of 64 KiB, percent-encoded at worst, and its state.
const MAX_RESPONSE: usize = 256 * 1024;

/// A tool's authentication request, as it stands on the wire. Every member may be absent or wrong here: which
/// error that is, and who is told, is the platform's to decide in the order of its checks.
///
/// ```
/// use lti_types::AuthenticationRequest;
/// let request = AuthenticationRequest::from_query(
///     "scope=openid&response_type=id_token&client_id=quiz&state=s&prompt=none&x=1")?;
/// assert_eq!(request.client_id.as_ref().map(|id| id.as_str()), Some("quiz"));
/// assert_eq!(request.nonce, None);
/// assert_eq!(request.other, [("x".to_owned(), "1".to_owned())]);
/// # Ok::<(), lti_types::FormError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationRequest {
    /// Must contain `openid`.
    pub scope: Option<String>,
    /// Must be `id_token`.
    pub response_type: Option<String>,
    /// Must be `form_post`.
    pub response_mode: Option<String>,
    /// Must be `none`.
    pub prompt: Option<String>,
    /// The tool.
    pub client_id: Option<ClientId>,
    /// Where the answer goes; must be registered, byte for byte.
    pub redirect_uri: Option<String>,
    /// Echoed from the login initiation.
    pub login_hint: Option<LoginHint>,
    /// Echoed from the login initiation.
    pub lti_message_hint: Option<MessageHint>,
    /// Fresh; the ID token repeats it.
    pub nonce: Option<Nonce>,
    /// Fresh; the response repeats it.
    pub state: Option<State>,
    /// Parameters that the specification does not name.
    pub other: Vec<(String, String)>,
}

impl AuthenticationRequest {
    /// A request as the specification wants it.
    #[must_use]
    pub fn new(
        client_id: ClientId,
        redirect_uri: impl Into<String>,
        login_hint: LoginHint,
        lti_message_hint: Option<MessageHint>,
        state: State,
        nonce: Nonce,
    ) -> Self {
        Self {
            scope: Some("openid".to_owned()),
            response_type: Some("id_token".to_owned()),
            response_mode: Some("form_post".to_owned()),
            prompt: Some("none".to_owned()),
            client_id: Some(client_id),
            redirect_uri: Some(redirect_uri.into()),
            login_hint: Some(login_hint),
            lti_message_hint,
            nonce: Some(nonce),
            state: Some(state),
            other: Vec::new(),
        }
    }

    /// Reads the query of a GET request (without `?`).
    ///
    /// # Errors
    /// [`FormError`]: over 64 KiB, a parameter given twice, or one that is far too long. A missing parameter is
    /// no error here.
    pub fn from_query(query: &str) -> Result<Self, FormError> {
        Self::read(Parameters::decode(query.as_bytes(), MAX_REQUEST)?)
    }

    /// Reads the body of a POST request.
    ///
    /// # Errors
    /// As [`AuthenticationRequest::from_query`].
    pub fn from_form(body: &[u8]) -> Result<Self, FormError> {
        Self::read(Parameters::decode(body, MAX_REQUEST)?)
    }

    /// Reads decoded names and values.
    ///
    /// # Errors
    /// As [`AuthenticationRequest::from_query`].
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, FormError> {
        Self::read(Parameters::collect(pairs, MAX_REQUEST)?)
    }

    fn read(mut parameters: Parameters) -> Result<Self, FormError> {
        Ok(Self {
            scope: parameters.take("scope")?,
            response_type: parameters.take("response_type")?,
            response_mode: parameters.take("response_mode")?,
            prompt: parameters.take("prompt")?,
            client_id: parameters.take_as("client_id")?,
            redirect_uri: parameters.take("redirect_uri")?,
            login_hint: parameters.take_as("login_hint")?,
            lti_message_hint: parameters.take_as("lti_message_hint")?,
            nonce: parameters.take_as("nonce")?,
            state: parameters.take_as("state")?,
            other: parameters.rest(),
        })
    }

    /// Names and values, in the order of the specification.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        let named = [
            ("scope", self.scope.as_deref()),
            ("response_type", self.response_type.as_deref()),
            ("client_id", self.client_id.as_ref().map(ClientId::as_str)),
            ("redirect_uri", self.redirect_uri.as_deref()),
            ("login_hint", self.login_hint.as_ref().map(LoginHint::as_str)),
            ("state", self.state.as_ref().map(State::as_str)),
            ("response_mode", self.response_mode.as_deref()),
            ("nonce", self.nonce.as_ref().map(Nonce::as_str)),
            ("prompt", self.prompt.as_deref()),
            ("lti_message_hint", self.lti_message_hint.as_ref().map(MessageHint::as_str)),
        ];
        let named = named.into_iter().filter_map(|(n, v)| v.map(|v| (n.to_owned(), v.to_owned())));
        named.chain(self.other.iter().cloned()).collect()
    }

    /// The platform's authentication URL with the parameters appended; a query that the URL already has stays
    /// as it is. GET is what every platform takes.
    #[must_use]
    pub fn to_url(&self, authentication_url: &Url) -> Url {
        let mut url = authentication_url.clone();
        url.query_pairs_mut().extend_pairs(self.to_pairs());
        url
    }

    /// The same as a form to post.
    #[must_use]
    pub fn to_form_post(&self, authentication_url: &Url) -> FormPost {
        FormPost::new(authentication_url.as_str(), self.to_pairs())
    }
}

/// Hints, nonce and state are not shown.
impl fmt::Debug for AuthenticationRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AuthenticationRequest")
            .field("client_id", &self.client_id)
            .field("redirect_uri", &self.redirect_uri)
            .finish_non_exhaustive()
    }
}

open_enum! {
    /// Why a platform did not authenticate (OpenID Connect Core §3.1.2.6, RFC 6749 §4.1.2.1).
    AuthenticationErrorCode {
        /// A parameter is missing, repeated or wrong.
        InvalidRequest = "invalid_request",
        /// The tool may not ask this.
        UnauthorizedClient = "unauthorized_client",
        /// The person or the platform said no.
        AccessDenied = "access_denied",
        /// Not `id_token`.
        UnsupportedResponseType = "unsupported_response_type",
        /// Without `openid`.
        InvalidScope = "invalid_scope",
        /// Something broke.
        ServerError = "server_error",
        /// Too busy; try again.
        TemporarilyUnavailable = "temporarily_unavailable",
        /// The person would have to do something.
        InteractionRequired = "interaction_required",
        /// The person is not signed in, or the browser kept back the cookie that says so.
        LoginRequired = "login_required",
        /// The person would have to choose an account.
        AccountSelectionRequired = "account_selection_required",
        /// The person would have to consent.
        ConsentRequired = "consent_required",
        /// The `request_uri` leads nowhere.
        InvalidRequestUri = "invalid_request_uri",
        /// The `request` object is malformed.
        InvalidRequestObject = "invalid_request_object",
        /// `request` is not taken.
        RequestNotSupported = "request_not_supported",
        /// `request_uri` is not taken.
        RequestUriNotSupported = "request_uri_not_supported",
        /// `registration` is not taken.
        RegistrationNotSupported = "registration_not_supported",
    }
}

/// What comes back to the tool's redirect URI.
///
/// ```
/// use lti_types::{AuthenticationErrorCode, AuthenticationResponse};
/// let response = AuthenticationResponse::from_form(b"error=login_required&state=s")?;
/// let AuthenticationResponse::Error(error) = response else { panic!("there is no token") };
/// assert_eq!(error.error, AuthenticationErrorCode::LoginRequired);
/// assert!(AuthenticationResponse::from_form(b"id_token=a.b.c").is_err(), "without a state it answers nothing");
/// # Ok::<(), lti_types::FormError>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum AuthenticationResponse {
    /// An ID token, yet to be verified.
    IdToken {
        /// The compact token.
        id_token: String,
        /// The state of the request.
        state: State,
        /// Repeated by some platforms.
        lti_storage_target: Option<StorageTarget>,
    },
    /// The platform declined.
    Error(AuthenticationError),
}

/// A declined authentication. Nothing of it is signed: anybody can post it.
///
/// ```
/// use lti_types::{AuthenticationError, AuthenticationErrorCode, AuthenticationResponse, State};
///
/// let error = AuthenticationError::new(AuthenticationErrorCode::LoginRequired, Some(State::new("s-1")?));
/// let form = AuthenticationResponse::Error(error).to_form_post("https://tool.example/launch");
/// assert_eq!(form.body(), "error=login_required&state=s-1");
/// # Ok::<(), lti_types::InvalidIdentifier>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AuthenticationError {
    /// Why.
    pub error: AuthenticationErrorCode,
    /// More words; untrusted text.
    pub error_description: Option<String>,
    /// A page about it; untrusted.
    pub error_uri: Option<String>,
    /// The state of the request, if one came; some platforms leave it out.
    pub state: Option<State>,
}

impl AuthenticationError {
    /// An error without further words.
    #[must_use]
    pub fn new(error: AuthenticationErrorCode, state: Option<State>) -> Self {
        Self { error, error_description: None, error_uri: None, state }
    }
}

impl AuthenticationResponse {
    /// A response that carries a token.
    #[must_use]
    pub fn id_token(id_token: impl Into<String>, state: State) -> Self {
        Self::IdToken { id_token: id_token.into(), state, lti_storage_target: None }
    }

    /// Reads the body of the POST request to the redirect URI.
    ///
    /// # Errors
    /// [`FormError`]: over 256 KiB, a parameter given twice, or neither a token with a state nor an error. Only
    /// `lti_storage_target`, which is no part of a response, is dropped where it makes no sense.
    pub fn from_form(body: &[u8]) -> Result<Self, FormError> {
        Self::read(Parameters::decode(body, MAX_RESPONSE)?)
    }

    /// Reads decoded names and values.
    ///
    /// # Errors
    /// As [`AuthenticationResponse::from_form`].
    pub fn from_pairs<N: Into<String>, V: Into<String>>(
        pairs: impl IntoIterator<Item = (N, V)>,
    ) -> Result<Self, FormError> {
        Self::read(Parameters::collect(pairs, MAX_RESPONSE)?)
    }

    fn read(mut parameters: Parameters) -> Result<Self, FormError> {
        if let Some(error) = parameters.take("error")? {
            return Ok(Self::Error(AuthenticationError {
                error: AuthenticationErrorCode::from(error.as_str()),
                error_description: parameters.take("error_description")?,
                error_uri: parameters.take("error_uri")?,
                state: parameters.take_as("state")?,
            }));
        }
        Ok(Self::IdToken {
            state: parameters.require_as("state")?,
            id_token: parameters.require_as::<String>("id_token")?,
            lti_storage_target: parameters.take_as("lti_storage_target").unwrap_or_default(),
        })
    }

    /// Names and values, as they travel.
    #[must_use]
    pub fn to_pairs(&self) -> Vec<(String, String)> {
        match self {
            Self::IdToken { id_token, state, lti_storage_target } => {
                let mut pairs = vec![
                    ("id_token".to_owned(), id_token.clone()),
                    ("state".to_owned(), state.as_str().to_owned()),
                ];
                if let Some(target) = lti_storage_target {
                    pairs.push(("lti_storage_target".to_owned(), target.as_str().to_owned()));
                }
                pairs
            }
            Self::Error(error) => {
                let named = [
                    ("error", Some(error.error.as_str())),
                    ("error_description", error.error_description.as_deref()),
                    ("error_uri", error.error_uri.as_deref()),
                    ("state", error.state.as_ref().map(State::as_str)),
                ];
                named.into_iter().filter_map(|(n, v)| v.map(|v| (n.to_owned(), v.to_owned()))).collect()
            }
        }
    }

    /// The form that brings it to the tool.
    #[must_use]
    pub fn to_form_post(&self, redirect_uri: &str) -> FormPost {
        FormPost::new(redirect_uri, self.to_pairs())
    }
}

/// Tokens, states and words of strangers are not shown.
impl fmt::Debug for AuthenticationResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::IdToken { .. } => f.write_str("IdToken(…)"),
            Self::Error(error) => error.fmt(f),
        }
    }
}

/// Words of strangers are not shown.
impl fmt::Debug for AuthenticationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            AuthenticationErrorCode::Other(_) => f.write_str("AuthenticationError(other)"),
            known => write!(f, "AuthenticationError({known})"),
        }
    }
}
