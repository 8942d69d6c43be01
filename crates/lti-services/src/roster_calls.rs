//! Calls about rosters (NRPS 2.0 §2, §3).

use std::num::NonZeroU32;

use http::{Method, Request, Response};
use lti_types::{
    Context, InvalidUrl, Member, MembershipContainer, ResourceLinkId, Role, RosterService, Scope, WireUrl,
};

use crate::call::{follow, request, success};
use crate::walk::Walk;
use crate::{AccessToken, Call, Link, Page, PagingError, ServiceError, ServiceUrl, document, media_type};

/// Lists the members of a context (NRPS 2.0 §2.4), all or those that the filters fit.
///
/// ```
/// use lti_services::{Call, ListMembers, ServiceUrl};
/// use lti_types::ContextRole;
/// let url = ServiceUrl::parse(&"https://lms.example/members?course=5".into())?;
/// let call = ListMembers::new(url).with_role(&ContextRole::Learner.into());
/// assert_eq!(call.url().as_str(),
///     "https://lms.example/members?course=5&role=http%3A%2F%2Fpurl.imsglobal.org%2Fvocab%2Flis%2Fv2%2Fmembership%23Learner");
/// # Ok::<(), lti_types::InvalidUrl>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListMembers {
    walk: Walk,
}

impl ListMembers {
    /// All members.
    #[must_use]
    pub fn new(memberships: ServiceUrl) -> Self {
        Self { walk: Walk::from(memberships) }
    }

    /// All members of the context in a launch's claim; `None` if the claim names no address.
    ///
    /// # Errors
    /// [`InvalidUrl`].
    pub fn of_service(service: &RosterService) -> Result<Option<Self>, InvalidUrl> {
        let url = service.context_memberships_url.as_ref().filter(|url| !url.is_blank());
        url.map(|url| Ok(Self::new(ServiceUrl::parse(url)?))).transpose()
    }

    /// Only those with this role. Hold the answer against it nevertheless: some platforms ignore the filter.
    #[must_use]
    pub fn with_role(self, role: &Role) -> Self {
        Self { walk: self.walk.with_parameter("role", role.as_str()) }
    }

    /// Only those who can reach this link, each with what a launch of it would say ([`Member::messages`]).
    #[must_use]
    pub fn of_link(self, link: &ResourceLinkId) -> Self {
        Self { walk: self.walk.with_parameter("rlid", link.as_str()) }
    }

    /// At most so many on a page; the platform may send fewer, or more (quirk 67).
    #[must_use]
    pub fn limit(self, most: NonZeroU32) -> Self {
        Self { walk: self.walk.with_parameter("limit", &most.to_string()) }
    }

    /// With the groups of each member (Course Groups 1.0).
    #[must_use]
    pub fn with_groups(self) -> Self {
        Self { walk: self.walk.with_parameter("groups", "true") }
    }

    /// Those who were added, changed or removed since a `differences` link was given out (NRPS 2.0 §2.4.2); this call
    /// is the one that the link is followed for. The link may have been stored meanwhile.
    ///
    /// # Errors
    /// [`PagingError`]: an address that is none, or on another origin than the service.
    pub fn since(&self, differences: &WireUrl) -> Result<Self, PagingError> {
        follow(self.url(), differences.as_str()).map(Self::new)
    }
}

impl Call for ListMembers {
    type Response = RosterPage;
    const SCOPE: Scope = Scope::ContextMembershipReadOnly;
    const REPEATABLE: bool = true;

    fn url(&self) -> &ServiceUrl {
        self.walk.url()
    }

    fn to_http(&self, token: &AccessToken) -> Request<Vec<u8>> {
        request(Method::GET, self.url(), media_type::MEMBERSHIP_CONTAINER, None, token)
    }

    fn read(&self, response: Response<Vec<u8>>) -> Result<RosterPage, ServiceError> {
        let (headers, body) = success(response)?;
        let container: MembershipContainer = document::read(&body).map_err(ServiceError::Document)?;
        let links = Link::read(&headers).map_err(ServiceError::Next)?;
        let next = self.walk.next(&links, container.members.len())?.map(|walk| Self { walk });
        // One that cannot be followed is as good as none: a later full list brings everything.
        let differences =
            Link::find(&links, "differences").and_then(|target| follow(self.url(), target).ok());
        Ok(RosterPage {
            id: container.id,
            context: container.context,
            page: Page::new(container.members, next),
            differences: differences.as_ref().map(WireUrl::from),
        })
    }
}

/// A page of a roster.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct RosterPage {
    /// The address of the container.
    pub id: Option<WireUrl>,
    /// The context.
    pub context: Context,
    /// The members on this page, and the call for the next.
    pub page: Page<ListMembers, Member>,
    /// Where to ask later for what changed since now; keep the latest. Use it by [`ListMembers::since`].
    pub differences: Option<WireUrl>,
}
