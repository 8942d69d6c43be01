//! A call: a request out, and a response in (Security Framework 1.0 §4.1).

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use lti_types::Scope;

use crate::{
    AccessToken, DocumentError, DocumentProblem, MAX_RESPONSE_BYTES, PagingError, Refusal, ServiceError,
    ServiceUrl, document,
};

/// Something that can be asked of a service: it is turned into a request, sent by whoever can send, and reads what
/// comes back.
///
/// ```
/// use lti_services::{AccessToken, Call, ListLineItems, ServiceUrl};
/// let call = ListLineItems::new(ServiceUrl::parse(&"https://lms.example/5/lineitems".into())?);
/// let request = call.to_http(&AccessToken::new("t0ken-t0ken-t0ken")?);
/// assert_eq!(request.headers()["accept"], "application/vnd.ims.lis.v2.lineitemcontainer+json");
/// let response = http::Response::new(b"[]".to_vec());
/// assert!(call.read(response)?.items.is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait Call {
    /// What the answer is read as.
    type Response;

    /// The least that a token must be good for.
    const SCOPE: Scope;

    /// What does as well, because it allows more.
    const WIDER: &'static [Scope] = &[];

    /// Whether doing it twice is the same as doing it once, so that it may be sent again after an answer was lost.
    const REPEATABLE: bool;

    /// Where it goes. A token is sent only there.
    fn url(&self) -> &ServiceUrl;

    /// The request, with the token.
    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>>;

    /// Reads the answer.
    ///
    /// # Errors
    /// [`ServiceError`].
    fn read(&self, response: Response<Vec<u8>>) -> Result<Self::Response, ServiceError>;

    /// Which of the scopes on offer to ask a token for: the least that will do.
    #[must_use]
    fn scope_among(offered: &[Scope]) -> Option<Scope> {
        std::iter::once(&Self::SCOPE).chain(Self::WIDER).find(|scope| offered.contains(scope)).cloned()
    }
}

/// A page of a list.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Page<C, T> {
    /// What is on it.
    pub items: Vec<T>,
    /// The call for the next page; without one the list is complete. It is sent as it is: the platform put the filters
    /// into it. It remembers the pages before it, so that no list goes round in a circle or on for ever (quirk 70):
    /// [`PagingError`] says what ends it.
    pub next: Option<C>,
}

impl<C, T> Page<C, T> {
    pub(crate) fn new(items: Vec<T>, next: Option<C>) -> Self {
        Self { items, next }
    }
}

/// A request with the token. `Accept` is one exact type, never `*/*` (quirk 68).
pub(crate) fn request(
    method: Method,
    url: &ServiceUrl,
    accept: &'static str,
    body: Option<(&'static str, Vec<u8>)>,
    token: &AccessToken,
) -> Request<Vec<u8>> {
    let (content_type, body) = match body {
        Some((content_type, body)) => (Some(content_type), body),
        None => (None, Vec::new()),
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = url.to_uri().clone();
    let headers = request.headers_mut();
    headers.insert(AUTHORIZATION, token.to_header());
    headers.insert(ACCEPT, HeaderValue::from_static(accept));
    if let Some(content_type) = content_type {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    }
    request
}

/// The body of a success.
pub(crate) fn success(response: Response<Vec<u8>>) -> Result<(HeaderMap, Vec<u8>), ServiceError> {
    // A refusal is one at any length: 503 with a long page means to come again later.
    if !response.status().is_success() {
        return Err(ServiceError::Refused(Refusal::read(&response)));
    }
    if response.body().len() > MAX_RESPONSE_BYTES {
        return Err(ServiceError::TooLarge);
    }
    let (parts, body) = response.into_parts();
    // A proxy's login page is no success, whatever its status.
    if document::is_web_page(&body) {
        return Err(ServiceError::Document(DocumentError::new("", DocumentProblem::WebPage)));
    }
    Ok((parts.headers, body))
}

/// Where a link leads, if the token may go there.
pub(crate) fn follow(here: &ServiceUrl, target: &str) -> Result<ServiceUrl, PagingError> {
    let next = here.join(target).map_err(PagingError::Url)?;
    if next.is_same_origin(here) { Ok(next) } else { Err(PagingError::OtherOrigin) }
}
