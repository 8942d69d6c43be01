//! The tool's end, first half: from the registration initiation to the platform's configuration
//! (LTI Dynamic Registration 1.0 §3.3 to §3.5).

use http::header::{ACCEPT, AUTHORIZATION, LOCATION};
use http::{HeaderValue, Request, Response, Uri};
use lti_types::{OpenIdConfiguration, RegistrationToken, WireUrl};
use url::Url;
use zeroize::Zeroizing;

use crate::{
    AddressRules, DocumentError, MAX_DOCUMENT_BYTES, PlatformOffer, PlatformRefusal, RegistrationError,
    document,
};

/// How often a configuration may be redirected.
const MAX_REDIRECTS: u8 = 5;

/// The parameter that brings the token.
const TOKEN: &str = "registration_token";

/// A request to register, as it arrives at the tool's registration page in an administrator's browser. Anybody can send
/// one: nothing in it is believed.
///
/// ```
/// use lti_registration::{AddressRules, RegistrationInitiation};
/// let initiation = RegistrationInitiation::from_query(
///     "openid_configuration=https%3A%2F%2Flms.example%2Fopenid&registration_token=once-only")?;
/// let fetch = initiation.fetch(AddressRules::default())?;
/// let request = fetch.to_http();
/// assert_eq!(request.uri(), "https://lms.example/openid");
/// assert_eq!(request.headers()["authorization"], "Bearer once-only");
/// # Ok::<(), lti_registration::RegistrationError>(())
/// ```
#[derive(Debug)]
#[non_exhaustive]
pub struct RegistrationInitiation {
    /// Where the platform says who it is.
    pub openid_configuration: WireUrl,
    /// What lets the tool register once; one platform sends none (quirk 17).
    pub registration_token: Option<RegistrationToken>,
}

impl RegistrationInitiation {
    /// An initiation without a token.
    #[must_use]
    pub fn new(openid_configuration: WireUrl) -> Self {
        Self { openid_configuration, registration_token: None }
    }

    /// Reads the query of the request. Other parameters are the tool's own.
    ///
    /// # Errors
    /// [`RegistrationError::Parameter`].
    pub fn from_query(query: &str) -> Result<Self, RegistrationError> {
        let (mut configuration, mut token) = (None, None);
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            let (slot, name) = match &*name {
                "openid_configuration" => (&mut configuration, "openid_configuration"),
                TOKEN => (&mut token, TOKEN),
                _ => continue,
            };
            if slot.replace(value.into_owned()).is_some() {
                return Err(RegistrationError::Parameter(name));
            }
        }
        let configuration = configuration.filter(|value| !value.is_empty());
        let openid_configuration =
            WireUrl::from(configuration.ok_or(RegistrationError::Parameter("openid_configuration"))?);
        let token = token.filter(|value| !value.is_empty());
        let registration_token =
            token.map(|token| sendable(token).ok_or(RegistrationError::Parameter(TOKEN))).transpose()?;
        Ok(Self { openid_configuration, registration_token })
    }

    /// The request for the configuration.
    ///
    /// # Errors
    /// [`RegistrationError::ConfigurationUrl`] for an address that is not https, leads into a private network, has
    /// credentials or a fragment. A host *name* that leads there is for the client's outbound policy to refuse.
    /// [`RegistrationError::Parameter`] for a token that a header cannot carry.
    pub fn fetch(self, rules: AddressRules) -> Result<FetchConfiguration, RegistrationError> {
        // Whoever assigned it may have read it from anywhere.
        if self.registration_token.as_ref().is_some_and(|token| !is_sendable(token)) {
            return Err(RegistrationError::Parameter(TOKEN));
        }
        let url = rules.check(&self.openid_configuration).map_err(RegistrationError::ConfigurationUrl)?;
        FetchConfiguration::new(url, self.registration_token, rules, MAX_REDIRECTS)
    }
}

/// A token that a header can carry.
pub(crate) fn sendable(text: String) -> Option<RegistrationToken> {
    let text = Zeroizing::new(text);
    RegistrationToken::new(text.as_str()).ok().filter(is_sendable)
}

/// Whether a header can carry it.
pub(crate) fn is_sendable(token: &RegistrationToken) -> bool {
    token.as_str().bytes().all(|b| b.is_ascii_graphic())
}

/// The value of the `Authorization` header, marked as sensitive; quirk 47 wants the capital.
pub(crate) fn bearer(token: &RegistrationToken) -> HeaderValue {
    let text = Zeroizing::new(format!("Bearer {}", token.as_str()));
    let mut value = HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static("Bearer"));
    value.set_sensitive(true);
    value
}

/// The request target, if it means the host that was parsed.
pub(crate) fn target(url: &Url) -> Option<Uri> {
    let uri: Uri = url.as_str().parse().ok()?;
    let host = uri.host()?.eq_ignore_ascii_case(url.host_str()?);
    let port = uri.port_u16() == url.port();
    (host && port && uri.scheme_str()? == url.scheme()).then_some(uri)
}

/// Asks for the platform's configuration. Redirects are not to be followed by whoever sends it:
/// [`FetchConfiguration::read`] says where to go, and whether.
///
/// ```
/// # use lti_registration::{AddressRules, RegistrationInitiation};
/// use lti_registration::Fetched;
///
/// let initiation = RegistrationInitiation::from_query("openid_configuration=https%3A%2F%2Flms.example%2Fopenid")?;
/// let fetch = initiation.fetch(AddressRules::default())?;
/// // The platform answers that it is elsewhere: on its own host, so the request goes there.
/// let answer = http::Response::builder().status(301).header("location", "/openid/").body(Vec::new())?;
/// let Fetched::Moved(fetch) = fetch.read(answer)? else { panic!("it is a redirect") };
/// assert_eq!(fetch.to_http().uri(), "https://lms.example/openid/");
/// // And not to another one.
/// let answer = http::Response::builder().status(302).header("location", "https://evil.example/").body(Vec::new())?;
/// assert_eq!(fetch.read(answer).unwrap_err().code(), "configuration_redirected");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct FetchConfiguration {
    url: Url,
    uri: Uri,
    token: Option<RegistrationToken>,
    rules: AddressRules,
    redirects_left: u8,
}

/// What came of asking for a configuration.
#[derive(Debug)]
#[non_exhaustive]
pub enum Fetched {
    /// The configuration, checked.
    Offer(Box<PlatformOffer>),
    /// It is elsewhere on the same origin: send this, and read its answer (quirk 21).
    Moved(FetchConfiguration),
}

impl FetchConfiguration {
    fn new(
        url: Url,
        token: Option<RegistrationToken>,
        rules: AddressRules,
        redirects_left: u8,
    ) -> Result<Self, RegistrationError> {
        let unusable =
            RegistrationError::ConfigurationUrl(crate::Problem::Url(lti_types::InvalidUrl::NotAbsolute));
        let uri = target(&url).ok_or(unusable)?;
        Ok(Self { url, uri, token, rules, redirects_left })
    }

    /// Where it goes. The token is sent only there.
    #[must_use]
    pub fn url(&self) -> &Url {
        &self.url
    }

    /// The request. The registration token goes with it when there is one: one platform requires it here too (quirk
    /// 18).
    #[must_use]
    pub fn to_http(&self) -> Request<Vec<u8>> {
        let mut request = Request::new(Vec::new());
        *request.uri_mut() = self.uri.clone();
        request.headers_mut().insert(ACCEPT, HeaderValue::from_static("application/json"));
        if let Some(token) = &self.token {
            request.headers_mut().insert(AUTHORIZATION, bearer(token));
        }
        request
    }

    /// Reads the answer, and checks the configuration in it: the issuer is on the host that it came from, and every
    /// address is https and none leads into a private network.
    ///
    /// # Errors
    /// [`RegistrationError`].
    pub fn read(self, response: Response<Vec<u8>>) -> Result<Fetched, RegistrationError> {
        if response.body().len() > MAX_DOCUMENT_BYTES {
            return Err(RegistrationError::TooLarge);
        }
        let status = response.status();
        if status.is_redirection() {
            return self.follow(response.headers().get(LOCATION)).map(Fetched::Moved);
        }
        if !status.is_success() {
            return Err(RegistrationError::Refused(PlatformRefusal::read(&response)));
        }
        if !document::may_be_json(response.headers()) {
            return Err(RegistrationError::MediaType);
        }
        let configuration: Result<OpenIdConfiguration, DocumentError> = document::read(response.body());
        let configuration = configuration.map_err(RegistrationError::Configuration)?;
        PlatformOffer::check(configuration, &self.url, self.token, self.rules)
            .map(|offer| Fetched::Offer(Box::new(offer)))
    }

    fn follow(self, location: Option<&HeaderValue>) -> Result<Self, RegistrationError> {
        let location = location.and_then(|value| value.to_str().ok()).ok_or(RegistrationError::Redirected)?;
        let next = self.url.join(location.trim()).map_err(|_| RegistrationError::Redirected)?;
        let checked = self.rules.check(&next.clone().into()).map_err(RegistrationError::ConfigurationUrl)?;
        if checked.origin() != self.url.origin() {
            return Err(RegistrationError::Redirected);
        }
        let left = self.redirects_left.checked_sub(1).ok_or(RegistrationError::Redirected)?;
        Self::new(checked, self.token, self.rules, left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_that_no_header_carries_is_refused_however_it_came() {
        for text in ["two words", "é"] {
            let mut initiation = RegistrationInitiation::new("https://lms.example/openid".into());
            initiation.registration_token = Some(RegistrationToken::new(text).unwrap());
            let refused = initiation.fetch(AddressRules::default()).unwrap_err();
            assert_eq!(refused, RegistrationError::Parameter("registration_token"), "{text}");
        }
    }
}
