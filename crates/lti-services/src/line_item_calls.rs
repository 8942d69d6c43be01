//! Calls about line items (AGS 2.0 §3.2).

use std::num::NonZeroU32;

use http::{HeaderMap, Method, Request, Response};
use lti_types::{GradeService, InvalidUrl, LineItem, ResourceLinkId, Scope, Score, WireUrl};

use crate::call::{follow, request, success};
use crate::walk::Walk;
use crate::{
    AccessToken, Call, LineItemFault, ListResults, Page, PagingError, PublishScore, ScoreFault, ServiceError,
    ServiceUrl, document, media_type,
};

/// Lists line items (AGS 2.0 §3.2.4), all or those that every filter fits.
///
/// ```
/// use lti_services::{Call, ListLineItems, ServiceUrl};
/// let call = ListLineItems::new(ServiceUrl::parse(&"https://lms.example/5/lineitems?type=1".into())?)
///     .of_resource("quiz-9")
///     .of_tag("grade");
/// assert_eq!(call.url().as_str(), "https://lms.example/5/lineitems?type=1&resource_id=quiz-9&tag=grade");
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListLineItems {
    walk: Walk,
}

impl ListLineItems {
    /// All line items of a container.
    #[must_use]
    pub fn new(container: ServiceUrl) -> Self {
        Self { walk: Walk::from(container) }
    }

    /// All line items of the container in a launch's claim; `None` if the claim names none (quirk 61).
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn of_service(service: &GradeService) -> Result<Option<Self>, InvalidUrl> {
        service.line_items().map(|url| Ok(Self::new(ServiceUrl::parse(url)?))).transpose()
    }

    /// Only those of this link. Not for a search ([`crate::find_line_item`]): where a platform ignores the binding of a
    /// new line item, this would never find it.
    #[must_use]
    pub fn of_link(self, link: &ResourceLinkId) -> Self {
        Self { walk: self.walk.with_parameter("resource_link_id", link.as_str()) }
    }

    /// Only those with this `resourceId`.
    #[must_use]
    pub fn of_resource(self, resource_id: &str) -> Self {
        Self { walk: self.walk.with_parameter("resource_id", resource_id) }
    }

    /// Only those with this `tag`.
    #[must_use]
    pub fn of_tag(self, tag: &str) -> Self {
        Self { walk: self.walk.with_parameter("tag", tag) }
    }

    /// At most so many on a page; the platform may send fewer, or more.
    #[must_use]
    pub fn limit(self, most: NonZeroU32) -> Self {
        Self { walk: self.walk.with_parameter("limit", &most.to_string()) }
    }
}

impl Call for ListLineItems {
    type Response = Page<Self, LineItem>;
    const SCOPE: Scope = Scope::LineItemReadOnly;
    const WIDER: &'static [Scope] = &[Scope::LineItem];
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        self.walk.url()
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        request(Method::GET, self.walk.url(), media_type::LINE_ITEM_CONTAINER, None, token)
    }

    fn read(&self, response: Response<Vec<u8>>) -> Result<Self::Response, ServiceError> {
        let (items, next) = self.walk.read(response)?;
        Ok(Page::new(items, next.map(|walk| Self { walk })))
    }
}

/// Makes a line item (AGS 2.0 §3.2.3). Look for it first ([`crate::find_line_item`]): whoever asks twice, or asks again
/// after a lost answer, gets two columns (quirk 63).
///
/// ```
/// use lti_services::{AccessToken, Call, CreateLineItem, ServiceUrl};
/// use lti_types::LineItem;
///
/// let container = ServiceUrl::parse(&"https://lms.example/5/lineitems".into())?;
/// let mut column = LineItem::new(20.0, "Quiz 9".to_owned());
/// column.resource_id = Some("quiz-9".to_owned());
/// let call = CreateLineItem::new(container, column)?;
/// assert_eq!(call.to_http(&AccessToken::new("t0ken-t0ken-t0ken")?).method(), "POST");
///
/// // Some platforms answer with an address and nothing else.
/// let answer = http::Response::builder().status(201).header("location", "/5/lineitems/1").body(Vec::new())?;
/// let made = call.read(answer)?;
/// assert_eq!(made.id, Some("https://lms.example/5/lineitems/1".into()));
/// assert_eq!(made.label.as_str(), "Quiz 9");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct CreateLineItem {
    url: ServiceUrl,
    item: LineItem,
    body: Vec<u8>,
}

impl CreateLineItem {
    /// Makes this line item in a container. Its `id` is not sent: the platform assigns one.
    ///
    /// # Errors
    /// [`LineItemFault`]: what every platform would refuse.
    pub fn new(container: ServiceUrl, mut item: LineItem) -> Result<Self, LineItemFault> {
        item.id = None;
        LineItemFault::find(&item)?;
        let body = serde_json::to_vec(&item).map_err(|_| LineItemFault::Unwritable)?;
        Ok(Self { url: container, item, body })
    }

    /// What it asks for.
    #[must_use]
    pub fn line_item(&self) -> &LineItem {
        &self.item
    }
}

impl Call for CreateLineItem {
    type Response = LineItem;
    const SCOPE: Scope = Scope::LineItem;
    const REPEATABLE: bool = false;

    fn url(&self) -> &ServiceUrl {
        &self.url
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        let body = (media_type::LINE_ITEM, self.body.clone());
        request(Method::POST, &self.url, media_type::LINE_ITEM, Some(body), token)
    }

    /// The line item as the platform made it; it may differ from what was asked for, even in whether it is bound to a
    /// link. Where the answer has no body (201 and `Location` alone), it is what was asked for.
    fn read(&self, response: Response<Vec<u8>>) -> Result<LineItem, ServiceError> {
        let (headers, body) = success(response)?;
        let mut item = match read_or(&body, &self.item) {
            Ok(item) => item,
            // It was made all the same, and asking once more would make another (quirk 63).
            Err(error) => self.made(&headers, &body).ok_or(error)?,
        };
        if item.id.as_ref().is_none_or(WireUrl::is_blank) {
            let location = headers.get(http::header::LOCATION).and_then(|v| v.to_str().ok());
            let location = location.filter(|location| !location.trim().is_empty());
            let location = location.ok_or(ServiceError::LineItemWithoutId)?;
            item.id = Some(WireUrl::from(&follow(&self.url, location).map_err(unusable)?));
        }
        Ok(item)
    }
}

impl CreateLineItem {
    /// What was asked for, where an answer that says no more has its address.
    fn made(&self, headers: &HeaderMap, body: &[u8]) -> Option<LineItem> {
        #[derive(serde::Deserialize)]
        struct Address {
            id: WireUrl,
        }
        let id = serde_json::from_slice(body).ok().map(|Address { id }| id).filter(|id| !id.is_blank());
        let is_made = id.is_some() || headers.contains_key(http::header::LOCATION);
        let mut item = self.item.clone();
        item.id = id;
        is_made.then_some(item)
    }
}

/// What a body says, or, where there is none, what was sent.
fn read_or(body: &[u8], sent: &LineItem) -> Result<LineItem, ServiceError> {
    if body.trim_ascii().is_empty() {
        return Ok(sent.clone());
    }
    document::read(body).map_err(ServiceError::Document)
}

/// Why the address of a line item that is none of a signed claim is not used.
fn unusable(error: PagingError) -> ServiceError {
    match error {
        PagingError::OtherOrigin => ServiceError::LineItemOffOrigin,
        _ => ServiceError::LineItemWithoutId,
    }
}

/// One line item, by its address (its `id`, or the `lineitem` of a launch's claim).
///
/// ```
/// use lti_services::{Call, LineItemUrl};
/// let line_item = LineItemUrl::parse(&"https://moodle.example/lineitems/16/lineitem?type_id=1".into())?;
/// assert_eq!(line_item.results().url().as_str(), "https://moodle.example/lineitems/16/lineitem/results?type_id=1");
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LineItemUrl(ServiceUrl);

impl LineItemUrl {
    /// Checks the address: one of a signed claim, or one that the caller stored. For one that a service answered there
    /// is [`LineItemUrl::listed`].
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn parse(address: &WireUrl) -> Result<Self, InvalidUrl> {
        ServiceUrl::parse(address).map(Self)
    }

    /// A line item that the service at `by` listed or made. It must be on the same origin: an answer does not say where
    /// else the token may go.
    ///
    /// ```
    /// use lti_services::{LineItemUrl, ServiceUrl};
    /// use lti_types::LineItem;
    /// let by = ServiceUrl::parse(&"https://lms.example/5/lineitems".into())?;
    /// let mut item = LineItem::new(20.0, "Quiz".to_owned());
    /// item.id = Some("https://lms.example/5/lineitems/1".into());
    /// assert!(LineItemUrl::listed(&item, &by).is_ok());
    /// item.id = Some("https://evil.example/5/lineitems/1".into());
    /// assert_eq!(LineItemUrl::listed(&item, &by).unwrap_err().code(), "line_item_off_origin");
    /// # Ok::<(), lti_types::InvalidUrl>(())
    /// ```
    ///
    /// # Errors
    /// [`ServiceError::LineItemWithoutId`], [`ServiceError::LineItemOffOrigin`].
    pub fn listed(item: &LineItem, by: &ServiceUrl) -> Result<Self, ServiceError> {
        let id = item.id.as_ref().filter(|id| !id.is_blank()).ok_or(ServiceError::LineItemWithoutId)?;
        follow(by, id.as_str()).map(Self).map_err(unusable)
    }

    /// The one line item of a launch's link, if its claim names one.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn of_service(service: &GradeService) -> Result<Option<Self>, InvalidUrl> {
        service.line_item().map(Self::parse).transpose()
    }

    /// The address.
    #[must_use]
    pub fn url(&self) -> &ServiceUrl {
        &self.0
    }

    /// The address as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// Reads it.
    #[must_use]
    pub fn read(&self) -> ReadLineItem {
        ReadLineItem { url: self.0.clone() }
    }

    /// Replaces it. Everything that is not sent is gone: read it first, and change what was read.
    ///
    /// # Errors
    /// [`LineItemFault`], among them [`LineItemFault::OtherId`] for a line item of another address.
    pub fn update(&self, item: LineItem) -> Result<UpdateLineItem, LineItemFault> {
        LineItemFault::find(&item)?;
        let is_ours = |id: &WireUrl| {
            // Compared as it would be sent: an `id` with a fragment or blanks around it is the same address.
            ServiceUrl::parse(id).is_ok_and(|id| WireUrl::from(&id).is_same_resource(&WireUrl::from(&self.0)))
        };
        if item.id.as_ref().is_some_and(|id| !id.is_blank() && !is_ours(id)) {
            return Err(LineItemFault::OtherId);
        }
        let body = serde_json::to_vec(&item).map_err(|_| LineItemFault::Unwritable)?;
        Ok(UpdateLineItem { url: self.0.clone(), item, body })
    }

    /// Deletes it, and with it the grades in it.
    #[must_use]
    pub fn delete(&self) -> DeleteLineItem {
        DeleteLineItem { url: self.0.clone() }
    }

    /// Publishes a score into it.
    ///
    /// # Errors
    /// [`ScoreFault`]: what every platform would refuse, or take for something else.
    pub fn publish(&self, score: Score) -> Result<PublishScore, ScoreFault> {
        PublishScore::new(self, score)
    }

    /// Lists its results.
    #[must_use]
    pub fn results(&self) -> ListResults {
        ListResults::new(self)
    }
}

/// Reads a line item (AGS 2.0 §3.2.4).
///
/// [`UpdateLineItem`] has an example.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadLineItem {
    url: ServiceUrl,
}

impl Call for ReadLineItem {
    type Response = LineItem;
    const SCOPE: Scope = Scope::LineItemReadOnly;
    const WIDER: &'static [Scope] = &[Scope::LineItem];
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        &self.url
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        request(Method::GET, &self.url, media_type::LINE_ITEM, None, token)
    }

    fn read(&self, response: Response<Vec<u8>>) -> Result<LineItem, ServiceError> {
        let (_, body) = success(response)?;
        Ok(at(document::read(&body).map_err(ServiceError::Document)?, &self.url))
    }
}

/// Replaces a line item (AGS 2.0 §3.2.3).
///
/// ```
/// use lti_services::{Call, LineItemUrl};
///
/// let column = LineItemUrl::parse(&"https://lms.example/5/lineitems/1".into())?;
/// let answer = br#"{"label": "Quiz 9", "scoreMaximum": 20, "tag": "grade"}"#;
/// let mut item = column.read().read(http::Response::new(answer.to_vec()))?;
/// item.label = "Quiz 9, second edition".into(); // the tag stays, since it is sent again
/// let call = column.update(item)?;
/// assert_eq!(call.line_item().tag(), Some("grade"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct UpdateLineItem {
    url: ServiceUrl,
    item: LineItem,
    body: Vec<u8>,
}

impl UpdateLineItem {
    /// What it asks for.
    #[must_use]
    pub fn line_item(&self) -> &LineItem {
        &self.item
    }
}

impl Call for UpdateLineItem {
    type Response = LineItem;
    const SCOPE: Scope = Scope::LineItem;
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        &self.url
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        let body = (media_type::LINE_ITEM, self.body.clone());
        request(Method::PUT, &self.url, media_type::LINE_ITEM, Some(body), token)
    }

    /// The line item as it is now. Where the answer has no body (204), it is what was sent.
    fn read(&self, response: Response<Vec<u8>>) -> Result<LineItem, ServiceError> {
        let (_, body) = success(response)?;
        Ok(at(read_or(&body, &self.item)?, &self.url))
    }
}

/// Deletes a line item (AGS 2.0 §3.2.3).
///
/// Made by [`LineItemUrl::delete`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeleteLineItem {
    url: ServiceUrl,
}

impl Call for DeleteLineItem {
    type Response = ();
    const SCOPE: Scope = Scope::LineItem;
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        &self.url
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        request(Method::DELETE, &self.url, media_type::LINE_ITEM, None, token)
    }

    fn read(&self, response: Response<Vec<u8>>) -> Result<(), ServiceError> {
        success(response).map(|_| ())
    }
}

/// A line item that is asked for by its address need not repeat it.
fn at(mut item: LineItem, url: &ServiceUrl) -> LineItem {
    if item.id.as_ref().is_none_or(WireUrl::is_blank) {
        item.id = Some(url.into());
    }
    item
}
