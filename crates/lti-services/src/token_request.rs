//! Asking for an access token, and reading the answer (Security Framework 1.0 §4.1, RFC 6749 §4.4, §5).

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use http::header::{ACCEPT, CONTENT_TYPE};
use http::{HeaderValue, Method, Request, Response};
use lti_types::{GradeService, InvalidUrl, RosterService, Scope};
use url::form_urlencoded;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    AccessToken, DocumentError, DocumentProblem, InvalidAccessToken, MAX_RESPONSE_BYTES, Refusal, ServiceUrl,
    document, media_type,
};

/// `client_assertion_type` of every token request.
pub const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// How long a token is taken to be good for when the platform does not say.
const UNSAID_LIFETIME: TimeDelta = TimeDelta::minutes(5);
/// The longest life that is believed.
const LONGEST_LIFETIME: TimeDelta = TimeDelta::hours(24);

/// A request for an access token, with a signed assertion.
///
/// ```
/// use chrono::DateTime;
/// use lti_jwks::{RsaSize, SigningKey};
/// use lti_services::{AssertionId, ClientAssertion, TokenRequest};
/// use lti_types::{ClientId, Deployments, Issuer, PlatformRecord, Scope};
///
/// let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
/// let key = SigningKey::generate_rsa(RsaSize::Rsa2048)?;
/// let mut platform = PlatformRecord::new(Issuer::new("https://lms.example")?, ClientId::new("quiz")?,
///     Deployments::NotYetKnown, "https://lms.example/auth".into());
/// platform.token_url = Some("https://lms.example/token".into());
///
/// let assertion = ClientAssertion::for_platform(&platform, AssertionId::random()?, now).unwrap().sign(&key)?;
/// let request = TokenRequest::new(&"https://lms.example/token".into(), assertion, [Scope::Score])?;
/// assert_eq!(request.to_http().method(), "POST"); // send it …
///
/// let answer = br#"{"access_token":"t0ken-t0ken-t0ken","token_type":"bearer","expires_in":3600}"#;
/// let answer = http::Response::new(answer.to_vec());
/// let granted = request.read(&answer, now)?; // … and read what comes back
/// assert!(granted.allows(&Scope::Score));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct TokenRequest {
    url: ServiceUrl,
    assertion: Zeroizing<String>,
    scopes: Vec<Scope>,
}

/// Why a token cannot be asked for. It is our own configuration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenRequestError {
    /// The token URL.
    #[error("token_url: {0}")]
    Url(InvalidUrl),
    /// No scope to ask for: the platform offers none of those that are wanted.
    #[error("there is no scope to ask for")]
    NoScope,
}

impl TokenRequestError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Url(_) => "token_url_invalid",
            Self::NoScope => "no_scope",
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(self) -> &'static str {
        "Security Framework 1.0 §4.1.1"
    }
}

impl TokenRequest {
    /// A request for these scopes, in this order, each once. Ask for no more than the launch's service claims offer
    /// ([`offered_scopes`]): some platforms refuse the whole request for one scope too many (quirk 52).
    ///
    /// # Errors
    /// [`TokenRequestError`].
    pub fn new(
        token_url: &lti_types::WireUrl,
        assertion: String,
        scopes: impl IntoIterator<Item = Scope>,
    ) -> Result<Self, TokenRequestError> {
        let assertion = Zeroizing::new(assertion);
        let url = ServiceUrl::parse(token_url).map_err(TokenRequestError::Url)?;
        let mut distinct = Vec::new();
        for scope in scopes {
            if !distinct.contains(&scope) {
                distinct.push(scope);
            }
        }
        if distinct.is_empty() {
            return Err(TokenRequestError::NoScope);
        }
        Ok(Self { url, assertion, scopes: distinct })
    }

    /// Where it goes.
    #[must_use]
    pub fn url(&self) -> &ServiceUrl {
        &self.url
    }

    /// The scopes it asks for.
    #[must_use]
    pub fn scopes(&self) -> &[Scope] {
        &self.scopes
    }

    /// The fields of the form, for callers with a client of their own. The assertion among them is a secret.
    #[must_use]
    pub fn fields(&self) -> [(&'static str, String); 4] {
        [
            ("grant_type", "client_credentials".to_owned()),
            ("client_assertion_type", ASSERTION_TYPE.to_owned()),
            ("client_assertion", self.assertion.to_string()),
            ("scope", self.scopes.iter().map(Scope::as_str).collect::<Vec<_>>().join(" ")),
        ]
    }

    /// The request.
    #[must_use]
    pub fn to_http(&self) -> Request<Vec<u8>> {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(self.fields()).finish();
        let mut request = Request::new(body.into_bytes());
        *request.method_mut() = Method::POST;
        *request.uri_mut() = self.url.to_uri().clone();
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static(media_type::JSON));
        request.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(media_type::FORM));
        request
    }

    /// Reads the answer: any status of success, whatever media type it claims, `expires_in` as a number, a string or
    /// absent (then 5 minutes), `token_type` in any case, scopes as a text, a list or absent (then those asked for).
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn read(&self, response: &Response<Vec<u8>>, now: DateTime<Utc>) -> Result<GrantedToken, TokenError> {
        if !response.status().is_success() {
            let refusal = Refusal::read(response);
            let code = OAuthError::read(refusal.error_code());
            return Err(TokenError::Refused { code, refusal });
        }
        if response.body().len() > MAX_RESPONSE_BYTES {
            return Err(TokenError::TooLarge);
        }
        let mut answer: Answer = document::read(response.body()).map_err(TokenError::Document)?;
        let token_type = answer.token_type.as_deref().map_or("bearer", str::trim);
        if !token_type.is_empty() && !token_type.eq_ignore_ascii_case("bearer") {
            answer.access_token.zeroize();
            return Err(TokenError::TokenType);
        }
        let token = AccessToken::new(std::mem::take(&mut answer.access_token)).map_err(TokenError::Token)?;
        let lifetime = answer.expires_in.and_then(Seconds::lifetime).unwrap_or(UNSAID_LIFETIME);
        let scopes = answer.scope.map(Scopes::into_list).filter(|scopes| !scopes.is_empty());
        Ok(GrantedToken {
            token,
            scopes: scopes.unwrap_or_else(|| self.scopes.clone()),
            expires_at: now.checked_add_signed(lifetime).unwrap_or(now),
        })
    }
}

impl fmt::Debug for TokenRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenRequest")
            .field("url", &self.url)
            .field("scopes", &self.scopes)
            .finish_non_exhaustive()
    }
}

/// The scopes that a launch's services offer: those of the grade service as they are listed, and the roster's where
/// there is one (its claim usually lists none).
///
/// ```
/// use lti_services::offered_scopes;
/// use lti_types::{RosterService, Scope};
/// let mut roster = RosterService::new();
/// roster.context_memberships_url = Some("https://lms.example/members".into());
/// assert_eq!(offered_scopes(None, Some(&roster)), [Scope::ContextMembershipReadOnly]);
/// ```
#[must_use]
pub fn offered_scopes(grades: Option<&GradeService>, roster: Option<&RosterService>) -> Vec<Scope> {
    let mut scopes: Vec<Scope> = grades.and_then(|service| service.scope.clone()).unwrap_or_default();
    if let Some(roster) = roster
        && roster.context_memberships_url.as_ref().is_some_and(|url| !url.is_blank())
    {
        match roster.scope.as_deref() {
            None | Some([]) => scopes.push(Scope::ContextMembershipReadOnly),
            Some(listed) => scopes.extend_from_slice(listed),
        }
    }
    scopes
}

/// A token that was granted. It is kept in memory, and never in a store.
///
/// It comes out of [`TokenRequest::read`]. [`TokenRequest`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct GrantedToken {
    /// The token.
    pub token: AccessToken,
    /// What it is good for; perhaps less than was asked for.
    pub scopes: Vec<Scope>,
    /// Until when, by the clock of whoever read the answer.
    pub expires_at: DateTime<Utc>,
}

impl GrantedToken {
    /// Whether it is good for that scope.
    #[must_use]
    pub fn allows(&self, scope: &Scope) -> bool {
        self.scopes.contains(scope)
    }

    /// Whether it is still good, and will be for the `margin`; a minute is usual.
    #[must_use]
    pub fn is_fresh(&self, now: DateTime<Utc>, margin: TimeDelta) -> bool {
        self.expires_at.signed_duration_since(now) > margin
    }
}

/// Why there is no token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// The platform refused. `code` is what it said, if it said it in the words of RFC 6749 §5.2.
    #[error("the platform gave no token: {refusal}{}", code.map_or("", OAuthError::suffix))]
    Refused {
        /// What OAuth calls the refusal.
        code: Option<OAuthError>,
        /// The answer.
        refusal: Refusal,
    },
    /// The answer is longer than [`MAX_RESPONSE_BYTES`].
    #[error("the answer is too long")]
    TooLarge,
    /// The answer is no token response.
    #[error("the answer is no token response: {0}")]
    Document(DocumentError),
    /// The token is of a type that is not used like a bearer's.
    #[error("the token is no bearer token")]
    TokenType,
    /// The token cannot be sent back.
    #[error("{0}")]
    Token(InvalidAccessToken),
}

impl TokenError {
    /// A stable code for machines.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Refused { code: Some(code), .. } => code.as_str(),
            Self::Refused { refusal, .. } => refusal.code(),
            Self::TooLarge => "too_large",
            Self::Document(error) => error.code(),
            Self::TokenType => "token_type_unknown",
            Self::Token(error) => error.code(),
        }
    }

    /// The section of the specification it rests on.
    #[must_use]
    pub fn spec(&self) -> &'static str {
        match self {
            Self::Refused { .. } => "RFC 6749 §5.2",
            Self::TooLarge | Self::Document(_) => "RFC 6749 §5.1",
            Self::TokenType => "RFC 6749 §7.1",
            Self::Token(error) => error.spec(),
        }
    }

    /// Whether the same request, with a fresh assertion, may succeed later.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            // Canvas says it in words, with a status of its own choice (quirk 49).
            Self::Refused { refusal, .. } => refusal.is_retryable() || refusal.says("rate limit"),
            Self::Document(error) => error.problem() == DocumentProblem::NotJson,
            Self::TooLarge | Self::TokenType | Self::Token(_) => false,
        }
    }
}

/// What OAuth calls a refused token request (RFC 6749 §5.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum OAuthError {
    /// A parameter is missing, repeated or wrong.
    InvalidRequest,
    /// The client is unknown, or did not prove itself.
    InvalidClient,
    /// The grant is not valid.
    InvalidGrant,
    /// The client may not use this grant.
    UnauthorizedClient,
    /// The server does not know this grant.
    UnsupportedGrantType,
    /// No scope that was asked for may be had.
    InvalidScope,
}

impl OAuthError {
    const ALL: [Self; 6] = [
        Self::InvalidRequest,
        Self::InvalidClient,
        Self::InvalidGrant,
        Self::UnauthorizedClient,
        Self::UnsupportedGrantType,
        Self::InvalidScope,
    ];

    /// The code as it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::InvalidRequest => " (invalid_request)",
            Self::InvalidClient => " (invalid_client)",
            Self::InvalidGrant => " (invalid_grant)",
            Self::UnauthorizedClient => " (unauthorized_client)",
            Self::UnsupportedGrantType => " (unsupported_grant_type)",
            Self::InvalidScope => " (invalid_scope)",
        }
    }

    fn read(code: Option<&str>) -> Option<Self> {
        let code = code?.trim();
        Self::ALL.into_iter().find(|error| error.as_str().eq_ignore_ascii_case(code))
    }
}

/// A token response as it comes.
#[derive(serde::Deserialize)]
struct Answer {
    access_token: String,
    #[serde(default)]
    token_type: Option<String>,
    #[serde(default)]
    expires_in: Option<Seconds>,
    #[serde(default)]
    scope: Option<Scopes>,
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Seconds {
    Number(f64),
    Text(String),
    Other(serde::de::IgnoredAny),
}

impl Seconds {
    /// A life that can be believed; less than nothing is nothing.
    fn lifetime(self) -> Option<TimeDelta> {
        let seconds = match self {
            Self::Number(number) => number,
            Self::Text(text) => text.trim().parse().ok()?,
            Self::Other(_) => return None,
        };
        if !seconds.is_finite() {
            return None;
        }
        let longest = LONGEST_LIFETIME.num_seconds();
        Some(TimeDelta::seconds(seconds.clamp(0.0, longest as f64) as i64))
    }
}

#[derive(serde::Deserialize)]
#[serde(untagged)]
enum Scopes {
    Text(String),
    List(Vec<String>),
    Other(serde::de::IgnoredAny),
}

impl Scopes {
    fn into_list(self) -> Vec<Scope> {
        let words = |text: &str| text.split_ascii_whitespace().map(Scope::from).collect::<Vec<_>>();
        match self {
            Self::Text(text) => words(&text),
            Self::List(list) => list.iter().flat_map(|text| words(text)).collect(),
            Self::Other(_) => Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests;
