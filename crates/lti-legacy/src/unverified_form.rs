//! A signed form before and after its signature was checked (RFC 5849 §3.2): what launches and content-item answers
//! have in common.

use chrono::{DateTime, Utc};
use http::header::CONTENT_TYPE;
use http::{Method, Request};
use lti_types::WireUrl;

use crate::base_string::query;
use crate::oauth::{Claimed, Proof};
use crate::{BaseString, ConsumerKey, Credential, OAuthError, Parameters};

/// A form that was posted to an address.
#[derive(Debug)]
pub(crate) struct UnverifiedForm {
    url: WireUrl,
    query: Parameters,
    form: Parameters,
    claimed: Claimed,
}

/// A form whose signature, key and time are right.
#[derive(Debug)]
pub(crate) struct SignedForm {
    pub(crate) url: WireUrl,
    pub(crate) parameters: Parameters,
    pub(crate) proof: Proof,
}

impl UnverifiedForm {
    /// `url` is the public address with its query.
    pub(crate) fn read(url: &WireUrl, body: &[u8]) -> Result<Self, OAuthError> {
        let query = Parameters::from_form(query(url).as_bytes())?;
        let form = Parameters::from_form(body)?;
        // Of a parameter in the query and another in the form, two readers might take one each.
        if query.iter().any(|(name, _)| name.starts_with("oauth_")) {
            return Err(OAuthError::Repeated);
        }
        let claimed = Claimed::read(form.iter().collect::<Vec<_>>().into_iter())?;
        Ok(Self { url: url.clone(), query, form, claimed })
    }

    pub(crate) fn url(&self) -> &WireUrl {
        &self.url
    }

    pub(crate) fn consumer_key(&self) -> &ConsumerKey {
        &self.claimed.consumer_key
    }

    pub(crate) fn verify(
        self,
        candidates: &[Credential],
        now: DateTime<Utc>,
    ) -> Result<SignedForm, OAuthError> {
        if candidates.is_empty() {
            return Err(OAuthError::KeyUnknown);
        }
        let url = &self.url;
        let whole: Parameters = self.query.iter().chain(self.form.iter()).collect();
        let mut bases = vec![BaseString::new("POST", url, whole.iter())?];
        // One platform repeats the query in the form and signs the form alone (quirk 85). Nothing is lost by it: the
        // whole query is a copy of what is signed.
        let copied = |(name, value)| self.form.all(name).any(|other| other == value);
        let repeated = !self.query.is_empty() && self.query.iter().all(copied);
        if repeated {
            bases.push(BaseString::new("POST", url, self.form.iter())?);
        }
        let proof = self.claimed.verify(&bases, candidates, now)?;
        let parameters = if repeated { self.form } else { whole };
        Ok(SignedForm { url: self.url, parameters, proof })
    }
}

/// The form in a request, and the address it was sent to: the endpoint's own, with the query of the request. Host and
/// path are the caller's to know: what a request says of them, whoever sends it may choose (quirk 41).
pub(crate) fn of_request<'r>(
    request: &'r Request<Vec<u8>>,
    endpoint: &WireUrl,
) -> Result<(WireUrl, &'r [u8]), OAuthError> {
    if request.method() != Method::POST || !is_form(request) {
        return Err(OAuthError::Request);
    }
    Ok((addressed(request, endpoint), request.body()))
}

pub(crate) fn addressed(request: &Request<Vec<u8>>, endpoint: &WireUrl) -> WireUrl {
    let endpoint = endpoint.as_str();
    let endpoint = endpoint.split_once(['?', '#']).map_or(endpoint, |(endpoint, _)| endpoint);
    match request.uri().query() {
        Some(query) => format!("{endpoint}?{query}").into(),
        None => endpoint.into(),
    }
}

pub(crate) fn is_form(request: &Request<Vec<u8>>) -> bool {
    let given = request.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let given = given.split(';').next().unwrap_or_default().trim();
    given.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
