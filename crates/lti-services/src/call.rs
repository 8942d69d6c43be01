//! A call: a request out, and a response in (Security Framework 1.0 §4.1).

use std::collections::BTreeSet;

use http::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use lti_types::Scope;

use crate::{
    AccessToken, DocumentError, DocumentProblem, Link, MAX_RESPONSE_BYTES, PagingError, Refusal,
    ServiceError, ServiceUrl, document,
};

/// Something that can be asked of a service: it is turned into a request, sent by whoever can send, and reads what comes
/// back.
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
    /// into it.
    pub next: Option<C>,
}

impl<C, T> Page<C, T> {
    pub(crate) fn new(items: Vec<T>, next: Option<C>) -> Self {
        Self { items, next }
    }
}

/// The pages of one list that were read, so that none is read twice (quirk 70).
///
/// ```
/// use lti_services::{PagingError, ServiceUrl, Walk};
/// let mut walk = Walk::new();
/// let first = ServiceUrl::parse(&"https://lms.example/members".into())?;
/// walk.enter(&first)?;
/// assert_eq!(walk.enter(&first), Err(PagingError::Loop));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Walk {
    visited: BTreeSet<String>,
    most: usize,
}

impl Walk {
    /// The most pages of one list.
    pub const MAX_PAGES: usize = 10_000;

    /// A walk of at most [`Walk::MAX_PAGES`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_most(Self::MAX_PAGES)
    }

    /// A walk of at most so many pages.
    #[must_use]
    pub fn with_most(most: usize) -> Self {
        Self { visited: BTreeSet::new(), most }
    }

    /// Say this before each page is asked for.
    ///
    /// # Errors
    /// [`PagingError::Loop`] or [`PagingError::TooManyPages`]: the list cannot be had as a whole, so it is an error
    /// and no shorter list.
    pub fn enter(&mut self, page: &ServiceUrl) -> Result<(), PagingError> {
        if self.visited.len() >= self.most {
            return Err(PagingError::TooManyPages);
        }
        if self.visited.insert(page.as_str().to_owned()) { Ok(()) } else { Err(PagingError::Loop) }
    }

    /// How many pages were entered.
    #[must_use]
    pub fn pages(&self) -> usize {
        self.visited.len()
    }
}

impl Default for Walk {
    fn default() -> Self {
        Self::new()
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
    if response.body().len() > MAX_RESPONSE_BYTES {
        return Err(ServiceError::TooLarge);
    }
    if !response.status().is_success() {
        return Err(ServiceError::Refused(Refusal::read(&response)));
    }
    let (parts, body) = response.into_parts();
    // A proxy's login page is no success, whatever its status.
    if document::is_web_page(&body) {
        return Err(ServiceError::Document(DocumentError::new("", DocumentProblem::WebPage)));
    }
    Ok((parts.headers, body))
}

/// The next page that a response names, if it may be followed from this one.
pub(crate) fn next_page(headers: &HeaderMap, here: &ServiceUrl) -> Result<Option<ServiceUrl>, ServiceError> {
    let links = Link::read(headers);
    let Some(target) = Link::find(&links, "next").filter(|target| !target.is_empty()) else {
        return Ok(None);
    };
    let next = follow(here, target).map_err(ServiceError::Next)?;
    if next == *here { Err(ServiceError::Next(PagingError::Loop)) } else { Ok(Some(next)) }
}

/// Where a link leads, if the token may go there.
pub(crate) fn follow(here: &ServiceUrl, target: &str) -> Result<ServiceUrl, PagingError> {
    let next = here.join(target).map_err(PagingError::Url)?;
    if next.is_same_origin(here) { Ok(next) } else { Err(PagingError::OtherOrigin) }
}
