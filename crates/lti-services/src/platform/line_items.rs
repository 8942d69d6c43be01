//! Line items at the platform (AGS 2.0 §3.2; rules AGS-P1 to AGS-P8).

use std::num::NonZeroU32;

use http::header::LOCATION;
use http::{HeaderValue, Method, Request, Response, StatusCode};
use lti_types::{LineItem, ResourceLinkId, Scope, WireUrl};

use super::cursor::{Listing, NEXT};
use super::query::{self, Query};
use super::{Access, CursorSeal, LineItemRecord, Place, RequestRefusal, reply};
use crate::{LineItemFault, ServiceUrl, media_type};

const READ: &[Scope] = &[Scope::LineItemReadOnly, Scope::LineItem];
const WRITE: &[Scope] = &[Scope::LineItem];

/// A request for a container of line items, right in everything but whose it is.
///
/// ```
/// # use lti_jwks::{Sealer, SealingKey};
/// # use lti_services::platform::{Access, Place, SealedCursors};
/// # use lti_types::{ClientId, ContextId, DeploymentId};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let access = Access::of(serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]}"#)?, now)?;
/// # let sealer = Sealer::new(SealingKey::random()?);
/// # let seal = SealedCursors::new(&sealer, now);
/// # let course_5 = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// use lti_services::platform::{LineItemsOperation, LineItemsRequest, created};
///
/// let request = http::Request::post("/5/lineitems")
///     .header("content-type", "application/vnd.ims.lis.v2.lineitem+json")
///     .body(br#"{"label": "Quiz 9", "scoreMaximum": 20}"#.to_vec())?;
/// let asked = LineItemsRequest::read(&request, &access)?.on(Some(&course_5), &seal)?;
/// let LineItemsOperation::Create(column) = asked else { panic!("it was a POST") };
/// let record = column.accept("https://lms.example/5/lineitems/1".into(), None)?; // store it, then answer
/// let answer = created(&record)?;
/// assert_eq!(answer.status(), 201);
/// assert_eq!(answer.headers()["location"], "https://lms.example/5/lineitems/1");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LineItemsRequest {
    access: Access,
    asked: AskedOfContainer,
}

#[derive(Debug, Clone)]
enum AskedOfContainer {
    List { filters: Vec<(&'static str, String)>, limit: Option<NonZeroU32>, cursor: Option<String> },
    Create(Box<LineItem>),
}

/// What is asked of a container of line items.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LineItemsOperation {
    /// The line items that fit.
    List(LineItemList),
    /// Another one.
    Create(Box<NewLineItem>),
}

impl LineItemsRequest {
    /// Reads a request: method, scope, media type, body, filters.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn read(request: &Request<Vec<u8>>, access: &Access) -> Result<Self, RequestRefusal> {
        let asked = match *request.method() {
            Method::GET => {
                access.needs(READ)?;
                let query = Query::of(request);
                let mut filters = Vec::new();
                for name in ["resource_link_id", "resource_id", "tag"] {
                    filters.extend(query.text(name)?.map(|value| (name, value)));
                }
                AskedOfContainer::List { filters, limit: query.limit()?, cursor: query.text(NEXT)? }
            }
            Method::POST => {
                access.needs(WRITE)?;
                let mut item: LineItem = query::body(request, media_type::LINE_ITEM)?;
                // The platform assigns it.
                item.id = None;
                LineItemFault::find(&item).map_err(RequestRefusal::LineItem)?;
                AskedOfContainer::Create(Box::new(item))
            }
            _ => return Err(RequestRefusal::MethodNotAllowed("GET, POST")),
        };
        Ok(Self { access: access.clone(), asked })
    }

    /// What is asked, of the container that the URL names; `None` if it names none.
    ///
    /// # Errors
    /// [`RequestRefusal::NotFound`] if it is not the token's; [`RequestRefusal::Cursor`].
    pub fn on(
        self,
        container: Option<&Place>,
        seal: &dyn CursorSeal,
    ) -> Result<LineItemsOperation, RequestRefusal> {
        let place = self.access.find(container)?.clone();
        match self.asked {
            AskedOfContainer::List { filters, limit, cursor } => {
                let listing = Listing { list: "line_items".to_owned(), place, filters, limit };
                let after = listing.open(cursor.as_deref(), NEXT, seal)?;
                Ok(LineItemsOperation::List(LineItemList { listing, after }))
            }
            AskedOfContainer::Create(item) => {
                Ok(LineItemsOperation::Create(Box::new(NewLineItem { place, item: *item })))
            }
        }
    }
}

/// Line items to be listed.
///
/// ```
/// # use lti_jwks::{Sealer, SealingKey};
/// # use lti_services::platform::{Access, LineItemRecord, LineItemsOperation, LineItemsRequest, Place, SealedCursors};
/// # use lti_services::ServiceUrl;
/// # use lti_types::{ClientId, ContextId, DeploymentId, LineItem};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let access = Access::of(serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem.readonly"]}"#)?, now)?;
/// # let sealer = Sealer::new(SealingKey::random()?);
/// # let seal = SealedCursors::new(&sealer, now);
/// # let course_5 = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// # let request = http::Request::get("/5/lineitems?limit=2").body(Vec::new())?;
/// # let asked = LineItemsRequest::read(&request, &access)?.on(Some(&course_5), &seal)?;
/// # let LineItemsOperation::List(list) = asked else { panic!("it was a GET") };
/// # let column = |number: u32| LineItemRecord::new(course_5.clone(),
/// #     format!("https://lms.example/5/lineitems/{number}").into(), LineItem::new(20.0, format!("Quiz {number}")));
/// # let columns = [column(1), column(2), column(3)];
/// use std::num::NonZeroU32;
///
/// // `list` is what `?limit=2` asked of a container with three columns.
/// let count = list.at_most(NonZeroU32::new(100).unwrap()).get() as usize;
/// assert_eq!((count, list.after()), (2, None));
/// let container = ServiceUrl::parse(&"https://lms.example/5/lineitems".into())?;
/// let answer = list.respond(&columns[..count], Some("2"), &container, &seal)?; // `next` goes on after column 2
/// assert!(answer.headers()["link"].to_str()?.ends_with(r#">; rel="next""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LineItemList {
    listing: Listing,
    after: Option<String>,
}

impl LineItemList {
    /// Whose line items.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.listing.place
    }

    /// Only of this link.
    #[must_use]
    pub fn resource_link_id(&self) -> Option<&str> {
        self.filter("resource_link_id")
    }

    /// Only with this `resourceId`.
    #[must_use]
    pub fn resource_id(&self) -> Option<&str> {
        self.filter("resource_id")
    }

    /// Only with this `tag`.
    #[must_use]
    pub fn tag(&self) -> Option<&str> {
        self.filter("tag")
    }

    /// How many to send at most, within the platform's own limit.
    #[must_use]
    pub fn at_most(&self, cap: NonZeroU32) -> NonZeroU32 {
        self.listing.at_most(cap)
    }

    /// The position to go on from, as the application gave it for the page before; `None` for the first page.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    fn filter(&self, name: &str) -> Option<&str> {
        self.listing.filters.iter().find(|(n, _)| *n == name).map(|(_, value)| value.as_str())
    }

    /// Whether a line item is one of those that are asked for: of the place, and through every filter.
    #[must_use]
    pub fn fits(&self, record: &LineItemRecord) -> bool {
        let item = record.line_item();
        *record.place() == self.listing.place
            && self.resource_link_id().is_none_or(|id| item.resource_link_id.as_deref() == Some(id))
            && self.resource_id().is_none_or(|id| item.resource_id() == Some(id))
            && self.tag().is_none_or(|tag| item.tag() == Some(tag))
    }

    /// The answer: those of `records` that fit, none being no error. `next` is the position after the last of them if
    /// there are more; `url` the public address of the container.
    ///
    /// # Errors
    /// [`RequestRefusal::Internal`].
    pub fn respond<'a>(
        &self,
        records: impl IntoIterator<Item = &'a LineItemRecord>,
        next: Option<&str>,
        url: &ServiceUrl,
        seal: &dyn CursorSeal,
    ) -> Result<Response<Vec<u8>>, RequestRefusal> {
        let items: Vec<_> =
            records.into_iter().filter(|record| self.fits(record)).map(LineItemRecord::line_item).collect();
        let link = self.listing.link("next", url, NEXT, next, seal)?;
        reply::json(StatusCode::OK, media_type::LINE_ITEM_CONTAINER, &items, link.as_slice())
    }
}

/// A line item to be made.
#[derive(Debug, Clone)]
pub struct NewLineItem {
    place: Place,
    item: LineItem,
}

impl NewLineItem {
    /// Where.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.place
    }

    /// What.
    #[must_use]
    pub fn line_item(&self) -> &LineItem {
        &self.item
    }

    /// The link it is to be bound to: look up where that is.
    #[must_use]
    pub fn resource_link_id(&self) -> Option<ResourceLinkId> {
        self.item.resource_link_id()
    }

    /// The line item with the address it gets. `link` is where the link is that it names; it must be in the same place
    /// as the line item. Store it, then answer with [`created`].
    ///
    /// # Errors
    /// [`RequestRefusal::LinkNotFound`].
    pub fn accept(self, id: WireUrl, link: Option<&Place>) -> Result<LineItemRecord, RequestRefusal> {
        if self.resource_link_id().is_some() && link != Some(&self.place) {
            return Err(RequestRefusal::LinkNotFound);
        }
        Ok(LineItemRecord::new(self.place, id, self.item))
    }
}

/// A request for one line item, right in everything but whose it is.
///
/// ```
/// # use lti_services::platform::{Access, LineItemRecord, Place};
/// # use lti_types::{ClientId, ContextId, DeploymentId, LineItem};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let access = Access::of(serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-ags/scope/lineitem"]}"#)?, now)?;
/// # let course_5 = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// # let record = LineItemRecord::new(course_5.clone(), "https://lms.example/5/lineitems/1".into(),
/// #     LineItem::new(20.0, "Quiz 9".to_owned()));
/// use lti_services::platform::{LineItemOperation, LineItemRequest, deleted, line_item};
///
/// let request = http::Request::get("/5/lineitems/1").body(Vec::new())?;
/// // `course_5` and `record` are what the URL names, if they are there.
/// let answer = match LineItemRequest::read(&request, &access)?.on(Some(&course_5), Some(record))? {
///     LineItemOperation::Read(record) => line_item(&record)?,
///     LineItemOperation::Update(change) => line_item(&change.after)?, // once it is stored
///     LineItemOperation::Delete(_) => deleted(), // once it is gone
///     _ => unreachable!("every operation has its answer"),
/// };
/// assert_eq!(answer.headers()["content-type"], "application/vnd.ims.lis.v2.lineitem+json");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct LineItemRequest {
    access: Access,
    asked: AskedOfItem,
}

#[derive(Debug, Clone)]
enum AskedOfItem {
    Read,
    Update(Box<LineItem>),
    Delete,
}

/// What is asked of a line item.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub enum LineItemOperation {
    /// It: answer with [`line_item`].
    Read(LineItemRecord),
    /// That it be changed.
    Update(Box<ChangedLineItem>),
    /// That it be deleted: answer with [`deleted`].
    Delete(LineItemRecord),
}

impl LineItemRequest {
    /// Reads a request: method, scope, media type, body.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn read(request: &Request<Vec<u8>>, access: &Access) -> Result<Self, RequestRefusal> {
        let asked = match *request.method() {
            Method::GET => {
                access.needs(READ)?;
                AskedOfItem::Read
            }
            Method::PUT => {
                access.needs(WRITE)?;
                let item: LineItem = query::body(request, media_type::LINE_ITEM)?;
                LineItemFault::find(&item).map_err(RequestRefusal::LineItem)?;
                AskedOfItem::Update(Box::new(item))
            }
            Method::DELETE => {
                access.needs(WRITE)?;
                AskedOfItem::Delete
            }
            _ => return Err(RequestRefusal::MethodNotAllowed("GET, PUT, DELETE")),
        };
        Ok(Self { access: access.clone(), asked })
    }

    /// What is asked, of the line item that the URL names. `place` is what the URL says about whose it is; where it
    /// says nothing, give the record's own. Without a place nothing is found.
    ///
    /// # Errors
    /// [`RequestRefusal::NotFound`] if there is none, it is not the token's, or it is of another place than the URL
    /// says; [`RequestRefusal::LineItem`] if it would become another line item, or another link's.
    pub fn on(
        self,
        place: Option<&Place>,
        record: Option<LineItemRecord>,
    ) -> Result<LineItemOperation, RequestRefusal> {
        let record = owned(&self.access, place, record)?;
        match self.asked {
            AskedOfItem::Read => Ok(LineItemOperation::Read(record)),
            AskedOfItem::Delete => Ok(LineItemOperation::Delete(record)),
            AskedOfItem::Update(mut item) => {
                if item.id.as_ref().is_some_and(|id| !id.is_blank() && !id.is_same_resource(record.id())) {
                    return Err(RequestRefusal::LineItem(LineItemFault::OtherId));
                }
                let link = item.resource_link_id();
                if link.is_some() && link != record.line_item().resource_link_id() {
                    return Err(RequestRefusal::LineItem(LineItemFault::OtherLink));
                }
                item.resource_link_id.clone_from(&record.line_item().resource_link_id);
                let after = LineItemRecord::new(record.place().clone(), record.id().clone(), *item);
                Ok(LineItemOperation::Update(Box::new(ChangedLineItem { before: record, after })))
            }
        }
    }
}

/// A line item that is to be replaced: `id` and link stay, everything else is as sent. Where the most points change,
/// results follow ([`super::ScoreRecord`] keeps points with what they are out of).
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct ChangedLineItem {
    /// As it is.
    pub before: LineItemRecord,
    /// As it will be. Store it, then answer with [`line_item`].
    pub after: LineItemRecord,
}

/// The record, if it is there and the token's.
pub(super) fn owned(
    access: &Access,
    place: Option<&Place>,
    record: Option<LineItemRecord>,
) -> Result<LineItemRecord, RequestRefusal> {
    let place = access.find(place)?;
    record.filter(|record| record.place() == place).ok_or(RequestRefusal::NotFound)
}

/// The answer to a request that made a line item: 201, with its address.
///
/// [`LineItemsRequest`] has an example.
///
/// # Errors
/// [`RequestRefusal::Internal`].
pub fn created(record: &LineItemRecord) -> Result<Response<Vec<u8>>, RequestRefusal> {
    let mut response = reply::json(StatusCode::CREATED, media_type::LINE_ITEM, record.line_item(), &[])?;
    if let Ok(location) = HeaderValue::from_str(record.id().as_str()) {
        response.headers_mut().insert(LOCATION, location);
    }
    Ok(response)
}

/// The answer to a request that read or changed a line item: 200, and the line item as it is.
///
/// [`LineItemRequest`] has an example.
///
/// # Errors
/// [`RequestRefusal::Internal`].
pub fn line_item(record: &LineItemRecord) -> Result<Response<Vec<u8>>, RequestRefusal> {
    reply::json(StatusCode::OK, media_type::LINE_ITEM, record.line_item(), &[])
}

/// The answer to a request that deleted a line item: 204.
///
/// [`LineItemRequest`] has an example.
#[must_use]
pub fn deleted() -> Response<Vec<u8>> {
    reply::empty()
}
