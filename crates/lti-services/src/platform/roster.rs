//! Rosters at the platform (NRPS 2.0 §2, §3; rules N-P1 to N-P10).

use std::num::NonZeroU32;

use http::{Method, Request, Response, StatusCode};
use lti_types::{
    Context, Member, MemberStatus, MembershipContainer, PersonalData, ResourceLinkId, Role, RoleKind, Scope,
    WireUrl,
};

use super::cursor::{Listing, NEXT, SINCE};
use super::query::Query;
use super::{Access, CursorSeal, Place, RequestRefusal, reply};
use crate::{ServiceUrl, media_type};

/// A request for a roster, right in everything but whose it is.
///
/// ```
/// # use lti_jwks::{Sealer, SealingKey};
/// # use lti_services::{ServiceUrl, platform::{Access, Place, SealedCursors}};
/// # use lti_types::{ClientId, ContextId, DeploymentId};
/// # let now = chrono::DateTime::from_timestamp(1_767_225_600, 0).unwrap();
/// # let access = Access::of(serde_json::from_str(r#"{"client_id": "quiz", "expires_at": "2026-01-01T01:00:00Z",
/// #     "scopes": ["https://purl.imsglobal.org/spec/lti-nrps/scope/contextmembership.readonly"]}"#)?, now)?;
/// # let sealer = Sealer::new(SealingKey::random()?);
/// # let seal = SealedCursors::new(&sealer, now);
/// # let course_5 = Place::new(ClientId::new("quiz")?, DeploymentId::new("1")?, ContextId::new("course-5")?);
/// use lti_services::platform::{MemberPage, RosterRequest};
/// use lti_types::{Context, ContextRole, Member, PersonalData, Roles, UserId};
///
/// let request = http::Request::get("/5/members?role=Learner").body(Vec::new())?;
/// let list = RosterRequest::read(&request, &access)?.on(Some(&course_5), None, &seal)?;
///
/// let mut ada = Member::new(UserId::new("u-7")?, Roles::from_iter([ContextRole::Learner]));
/// (ada.name, ada.email) = (Some("Ada Lovelace".into()), Some("ada@school.example".into()));
/// let teacher = Member::new(UserId::new("u-8")?, Roles::from_iter([ContextRole::Instructor]));
/// let context = Context::new(ContextId::new("course-5")?);
/// let page = MemberPage::new(context, vec![ada, teacher], Some(&[PersonalData::Name]));
/// let answer = list.respond(page, &ServiceUrl::parse(&"https://lms.example/5/members".into())?, &seal)?;
/// let answer = String::from_utf8_lossy(answer.body());
/// assert!(answer.contains("Ada Lovelace") && !answer.contains("ada@school.example") && !answer.contains("u-8"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct RosterRequest {
    access: Access,
    role: Option<String>,
    link: Option<ResourceLinkId>,
    groups: bool,
    limit: Option<NonZeroU32>,
    cursor: Option<String>,
    since: Option<String>,
}

impl RosterRequest {
    /// Reads a request: method, scope, filters. Whatever it accepts, it gets the one media type there is.
    ///
    /// # Errors
    /// [`RequestRefusal`].
    pub fn read(request: &Request<Vec<u8>>, access: &Access) -> Result<Self, RequestRefusal> {
        if request.method() != Method::GET {
            return Err(RequestRefusal::MethodNotAllowed("GET"));
        }
        access.needs(&[Scope::ContextMembershipReadOnly])?;
        let query = Query::of(request);
        let link = query.text("rlid")?.map(ResourceLinkId::new).transpose();
        Ok(Self {
            access: access.clone(),
            role: query.text("role")?,
            link: link.map_err(|_| RequestRefusal::Parameter("rlid"))?,
            groups: query.text("groups")?.is_some_and(|value| value == "true"),
            limit: query.limit()?,
            cursor: query.text(NEXT)?,
            since: query.text(SINCE)?,
        })
    }

    /// The link whose members are asked for: look up where it is.
    #[must_use]
    pub fn resource_link_id(&self) -> Option<&ResourceLinkId> {
        self.link.as_ref()
    }

    /// What is asked, of the context that the URL names. `link` is where the link is that the request names; it must be
    /// in the same place.
    ///
    /// # Errors
    /// [`RequestRefusal::NotFound`], [`RequestRefusal::LinkNotFound`], [`RequestRefusal::Cursor`].
    pub fn on(
        self,
        place: Option<&Place>,
        link: Option<&Place>,
        seal: &dyn CursorSeal,
    ) -> Result<MemberList, RequestRefusal> {
        let place = self.access.find(place)?.clone();
        if self.link.is_some() && link != Some(&place) {
            return Err(RequestRefusal::LinkNotFound);
        }
        let mut filters = Vec::new();
        filters.extend(self.role.as_ref().map(|role| ("role", role.clone())));
        filters.extend(self.link.as_ref().map(|link| ("rlid", link.as_str().to_owned())));
        filters.extend(self.groups.then(|| ("groups", "true".to_owned())));
        let listing = Listing { list: "members".to_owned(), place, filters, limit: self.limit };
        let since = listing.open(self.since.as_deref(), SINCE, seal)?;
        // The pages of a report of differences are their own list.
        let mut paged = listing.clone();
        paged.filters.extend(self.since.as_ref().map(|since| (SINCE, since.clone())));
        let after = paged.open(self.cursor.as_deref(), NEXT, seal)?;
        let (role, groups) = (self.role.map(Role::from), self.groups);
        Ok(MemberList { listing, paged, role, link: self.link, groups, after, since })
    }
}

/// Members to be listed.
#[derive(Debug, Clone)]
pub struct MemberList {
    listing: Listing,
    paged: Listing,
    role: Option<Role>,
    link: Option<ResourceLinkId>,
    groups: bool,
    after: Option<String>,
    since: Option<String>,
}

impl MemberList {
    /// Whose roster.
    #[must_use]
    pub fn place(&self) -> &Place {
        &self.listing.place
    }

    /// Only with this role.
    #[must_use]
    pub fn role(&self) -> Option<&Role> {
        self.role.as_ref()
    }

    /// Only those who can reach this link, each with the message of a launch of it.
    #[must_use]
    pub fn resource_link_id(&self) -> Option<&ResourceLinkId> {
        self.link.as_ref()
    }

    /// Whether the groups of each member are asked for (Course Groups 1.0); they are sent only then.
    #[must_use]
    pub fn with_groups(&self) -> bool {
        self.groups
    }

    /// How many to send at most, within the platform's own limit.
    #[must_use]
    pub fn at_most(&self, cap: NonZeroU32) -> NonZeroU32 {
        self.listing.at_most(cap)
    }

    /// The position to go on from, as the application gave it for the page before.
    #[must_use]
    pub fn after(&self) -> Option<&str> {
        self.after.as_deref()
    }

    /// Only what changed since then, as the application gave it: send those who left with [`MemberStatus::Deleted`].
    #[must_use]
    pub fn since(&self) -> Option<&str> {
        self.since.as_deref()
    }

    /// Whether a member is one of those who are asked for: with the role, by its full or its short name, and present.
    /// Where changes are asked for, those who left fit whatever role they have left or had: otherwise the tool would
    /// keep them for ever. (Whoever changed from the role to another one is told only to a tool that asks for all.)
    #[must_use]
    pub fn fits(&self, member: &Member) -> bool {
        if *member.status() == MemberStatus::Deleted {
            return self.since.is_some();
        }
        self.role.as_ref().is_none_or(|role| member.roles.iter().any(|r| is_same_role(r, role)))
    }

    /// The answer: those members of the page that fit, without what the tool may not know. `url` is the public address
    /// of the roster.
    ///
    /// # Errors
    /// [`RequestRefusal::Internal`], also for a page of another context than the one that was asked for.
    pub fn respond(
        &self,
        page: MemberPage<'_>,
        url: &ServiceUrl,
        seal: &dyn CursorSeal,
    ) -> Result<Response<Vec<u8>>, RequestRefusal> {
        if page.context.id != self.listing.place.context_id {
            return Err(RequestRefusal::Internal);
        }
        let members = page.members.into_iter().filter(|member| self.fits(member)).map(|mut member| {
            restrict(&mut member, page.privacy);
            if self.link.is_none() {
                member.message = None;
            }
            if !self.groups {
                member.group_enrollments = None;
            }
            member
        });
        let mut container = MembershipContainer::new(page.context, members.collect());
        let id = match &self.link {
            Some(link) => url.with_parameter("rlid", link.as_str()),
            None => url.clone(),
        };
        container.id = Some(WireUrl::from(&id));
        let next = self.paged.link("next", url, NEXT, page.next, seal)?;
        let differences = self.listing.link("differences", url, SINCE, page.differences, seal)?;
        let links: Vec<_> = next.into_iter().chain(differences).collect();
        reply::json(StatusCode::OK, media_type::MEMBERSHIP_CONTAINER, &container, &links)
    }
}

/// A page of a roster, as the application has it.
///
/// [`RosterRequest`] has an example.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct MemberPage<'a> {
    /// The context.
    pub context: Context,
    /// The members. The custom parameters in their messages must come from a substitution with the same privacy, as in
    /// a launch: what a parameter is called does not say what is in it.
    pub members: Vec<Member>,
    /// What the tool may know about people, as in its record: `None` is everything.
    pub privacy: Option<&'a [PersonalData]>,
    /// The position after the last member, if there are more.
    pub next: Option<&'a str>,
    /// The position in time that a later request for changes goes on from.
    pub differences: Option<&'a str>,
}

impl<'a> MemberPage<'a> {
    /// The last page. `privacy` is what the tool may know about people, as in its record
    /// ([`lti_types::ToolRecord::privacy`]): `None` is everything.
    #[must_use]
    pub fn new(context: Context, members: Vec<Member>, privacy: Option<&'a [PersonalData]>) -> Self {
        Self { context, members, privacy, next: None, differences: None }
    }
}

/// Whether both name the same role, by whichever name; roles of no vocabulary are compared as they are written.
fn is_same_role(a: &Role, b: &Role) -> bool {
    a == b || (a.kind() == b.kind() && a.kind() != RoleKind::Unknown)
}

/// Takes out what the tool may not know. With any restriction members of no specification go too: nobody knows what is
/// in them.
fn restrict(member: &mut Member, privacy: Option<&[PersonalData]>) {
    let Some(allowed) = privacy else { return };
    if !allowed.contains(&PersonalData::Name) {
        (member.name, member.given_name, member.family_name, member.middle_name) = (None, None, None, None);
    }
    if !allowed.contains(&PersonalData::Email) {
        member.email = None;
    }
    if !allowed.contains(&PersonalData::Picture) {
        member.picture = None;
    }
    if !allowed.contains(&PersonalData::Sourcedid) {
        member.lis_person_sourcedid = None;
    }
    member.extensions.clear();
    for message in member.message.iter_mut().flatten() {
        message.extensions.clear();
        if let Some(outcome) = &mut message.basic_outcome {
            outcome.extensions.clear();
        }
    }
    for group in member.group_enrollments.iter_mut().flatten() {
        group.extensions.clear();
    }
}
