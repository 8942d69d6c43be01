//! What a request says beside its path: query parameters and body (AGS 2.0 §3.2.4, NRPS 2.0 §2.4).

use std::num::NonZeroU32;

use http::Request;
use serde::de::DeserializeOwned;
use url::form_urlencoded;

use super::RequestRefusal;
use crate::service_url::MAX_VALUE;
use crate::{MAX_REQUEST_BYTES, document, media_type};

/// The query of a request, decoded.
pub(super) struct Query<'r>(Vec<(std::borrow::Cow<'r, str>, std::borrow::Cow<'r, str>)>);

impl<'r> Query<'r> {
    pub(super) fn of(request: &'r Request<Vec<u8>>) -> Self {
        Self(form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes()).collect())
    }

    /// A parameter that may occur once; blank is absent.
    pub(super) fn text(&self, name: &'static str) -> Result<Option<String>, RequestRefusal> {
        let mut values = self.0.iter().filter(|(n, _)| n == name).map(|(_, value)| value);
        let value = values.next().filter(|value| !value.is_empty());
        if values.next().is_some() || value.is_some_and(|value| value.len() > MAX_VALUE) {
            return Err(RequestRefusal::Parameter(name));
        }
        Ok(value.map(|value| value.clone().into_owned()))
    }

    /// The limit, which is more than zero; one that no number of ours holds is as good as none.
    pub(super) fn limit(&self) -> Result<Option<NonZeroU32>, RequestRefusal> {
        let Some(text) = self.text("limit")? else { return Ok(None) };
        let digits = text.bytes().all(|b| b.is_ascii_digit()) && text.bytes().any(|b| b != b'0');
        let limit = digits.then(|| text.parse().unwrap_or(NonZeroU32::MAX));
        limit.map(Some).ok_or(RequestRefusal::Parameter("limit"))
    }
}

/// The document that a request brings.
pub(super) fn body<T: DeserializeOwned>(
    request: &Request<Vec<u8>>,
    expected: &'static str,
) -> Result<T, RequestRefusal> {
    if !media_type::is_acceptable(request.headers(), expected) {
        return Err(RequestRefusal::MediaTypeUnsupported);
    }
    if request.body().len() > MAX_REQUEST_BYTES {
        return Err(RequestRefusal::TooLarge);
    }
    document::read(request.body()).map_err(RequestRefusal::Document)
}
