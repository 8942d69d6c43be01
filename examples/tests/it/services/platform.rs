//! A small platform: the handlers, and maps for a database. Its addresses have queries, as Moodle's do.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZeroU32;
use std::sync::OnceLock;

use chrono::{DateTime, TimeDelta, Utc};
use http::{Request, Response};
use lti_jwks::{Sealer, SigningKey, VerifyingKeys};
use lti_services::platform::{
    Access, AccessGrant, Cursor, CursorSeal, LineItemOperation, LineItemRecord, LineItemRequest,
    LineItemsOperation, LineItemsRequest, MemberPage, Place, RequestRefusal, ResultEntry, ResultsRequest,
    RosterRequest, ScoreRecord, ScoreRequest, SealedCursors, TokenClient, TokenRefusal,
    UnverifiedTokenRequest, Use, bearer_token, created, deleted, line_item,
};
use lti_services::{AccessToken, AssertionId, Call, ClientAssertion, ServiceUrl, TokenRequest};
use lti_types::{
    ClientId, Context, ContextId, ContextRole, DeploymentId, Member, MemberStatus, PersonalData,
    ResourceLinkId, Role, Scope, ToolRecord, UserId, WireUrl,
};

pub(crate) const TOKEN_URL: &str = "https://lms.example/token";

/// The tool's key.
pub(crate) fn key() -> &'static SigningKey {
    static KEY: OnceLock<SigningKey> = OnceLock::new();
    KEY.get_or_init(|| {
        SigningKey::from_pem(include_str!("../../../../crates/lti-jwks/tests/fixtures/rsa2048.pkcs8.pem"))
            .unwrap()
    })
}

pub(crate) fn keys() -> VerifyingKeys {
    VerifyingKeys::single(key().verifying_key().clone())
}

pub(crate) fn start() -> DateTime<Utc> {
    DateTime::from_timestamp(1_704_067_200, 0).unwrap()
}

pub(crate) fn user(id: &str) -> UserId {
    UserId::new(id).unwrap()
}

pub(crate) fn place(client: &str, deployment: &str, context: &str) -> Place {
    Place::new(
        ClientId::new(client).unwrap(),
        DeploymentId::new(deployment).unwrap(),
        ContextId::new(context).unwrap(),
    )
}

fn context_of(id: &str) -> Context {
    Context::new(ContextId::new(id).unwrap())
}

pub(crate) fn service_url(text: &str) -> ServiceUrl {
    ServiceUrl::parse(&text.into()).unwrap()
}

/// Positions under handles; whoever makes one up has none.
#[derive(Default)]
pub(crate) struct Handles(RefCell<Vec<Cursor>>);

impl CursorSeal for &Handles {
    fn seal(&self, cursor: &Cursor) -> Option<String> {
        self.0.borrow_mut().push(cursor.clone());
        Some(format!("s{}+/=", self.0.borrow().len() - 1))
    }

    fn open(&self, text: &str) -> Option<Cursor> {
        let index: usize = text.strip_prefix('s')?.strip_suffix("+/=")?.parse().ok()?;
        self.0.borrow().get(index).cloned()
    }
}

/// Seals positions at a time.
pub(crate) trait Seals {
    fn at(&self, now: DateTime<Utc>) -> Box<dyn CursorSeal + '_>;
}

impl Seals for Handles {
    fn at(&self, _: DateTime<Utc>) -> Box<dyn CursorSeal + '_> {
        Box::new(self)
    }
}

impl Seals for Sealer {
    fn at(&self, now: DateTime<Utc>) -> Box<dyn CursorSeal + '_> {
        Box::new(SealedCursors::new(self, now))
    }
}

pub(crate) struct Platform {
    pub(crate) now: DateTime<Utc>,
    pub(crate) clients: BTreeMap<ClientId, TokenClient>,
    pub(crate) places: BTreeMap<String, Vec<Place>>,
    pub(crate) links: BTreeMap<ResourceLinkId, Place>,
    pub(crate) line_items: BTreeMap<String, LineItemRecord>,
    pub(crate) scores: BTreeMap<(String, UserId), ScoreRecord>,
    pub(crate) overrides: BTreeMap<(String, UserId), f64>,
    pub(crate) members: BTreeMap<String, Vec<Member>>,
    pub(crate) privacy: Option<Vec<PersonalData>>,
    pub(crate) grants: BTreeMap<String, AccessGrant>,
    used: BTreeSet<(ClientId, String)>,
    pub(crate) seal: Box<dyn Seals>,
    pub(crate) page: NonZeroU32,
    serial: u8,
}

impl Platform {
    /// The tool `quiz` in contexts c1 and c2 by deployment d1 and in c3 by d2; the tool `other` in c1 by d9.
    pub(crate) fn new() -> Self {
        let mut clients = BTreeMap::new();
        for (id, deployments) in [("quiz", &["d1", "d2"][..]), ("other", &["d9"])] {
            let mut record = ToolRecord::new(
                ClientId::new(id).unwrap(),
                deployments.iter().map(|d| DeploymentId::new(*d).unwrap()).collect(),
                "https://tool.example/login".into(),
                "https://tool.example/launch".into(),
            );
            record.scopes = vec![
                Scope::LineItem,
                Scope::LineItemReadOnly,
                Scope::ResultReadOnly,
                Scope::Score,
                Scope::ContextMembershipReadOnly,
            ];
            clients.insert(
                record.client_id.clone(),
                TokenClient::of(&record, [TOKEN_URL, "https://lms.example"]),
            );
        }
        let mut places: BTreeMap<String, Vec<Place>> = BTreeMap::new();
        places.insert("c1".to_owned(), vec![place("quiz", "d1", "c1"), place("other", "d9", "c1")]);
        places.insert("c2".to_owned(), vec![place("quiz", "d1", "c2")]);
        places.insert("c3".to_owned(), vec![place("quiz", "d2", "c3")]);
        let links = [
            ("l1", place("quiz", "d1", "c1")),
            ("l2", place("quiz", "d1", "c2")),
            ("l9", place("other", "d9", "c1")),
        ]
        .into_iter()
        .map(|(id, place)| (ResourceLinkId::new(id).unwrap(), place))
        .collect();
        let mut members = BTreeMap::new();
        for context in ["c1", "c2", "c3"] {
            let people = (0..5).map(|n| {
                let role = if n == 0 { ContextRole::Instructor } else { ContextRole::Learner };
                let mut member =
                    Member::new(user(&format!("u{n}")), [Role::from(role)].into_iter().collect());
                member.name = Some(format!("Person {n}"));
                member.email = Some(format!("u{n}@example.edu"));
                member
            });
            members.insert(context.to_owned(), people.collect());
        }
        Self {
            now: start(),
            clients,
            places,
            links,
            line_items: BTreeMap::new(),
            scores: BTreeMap::new(),
            overrides: BTreeMap::new(),
            members,
            privacy: None,
            grants: BTreeMap::new(),
            used: BTreeSet::new(),
            seal: Box::new(Handles::default()),
            page: NonZeroU32::new(2).unwrap(),
            serial: 0,
        }
    }

    pub(crate) fn line_items_url(context: &str) -> ServiceUrl {
        service_url(&format!("https://lms.example/{context}/lineitems?type_id=1"))
    }

    pub(crate) fn members_url(context: &str) -> ServiceUrl {
        service_url(&format!("https://lms.example/{context}/members?memberships=7"))
    }

    /// A fresh name for an assertion.
    pub(crate) fn assertion_id(&mut self) -> AssertionId {
        self.serial += 1;
        AssertionId::from_entropy([self.serial; 32])
    }

    pub(crate) fn assertion(&mut self, client: &str) -> ClientAssertion {
        ClientAssertion::new(ClientId::new(client).unwrap(), TOKEN_URL, self.assertion_id(), self.now)
    }

    /// A token, by the whole way.
    pub(crate) fn token(&mut self, client: &str, scopes: &[Scope]) -> AccessToken {
        let assertion = self.assertion(client).sign(key()).unwrap();
        let request = TokenRequest::new(&TOKEN_URL.into(), assertion, scopes.to_vec()).unwrap();
        let response = self.grant_token(&request.to_http());
        request.read(&response, self.now).unwrap().token
    }

    /// The token endpoint.
    pub(crate) fn grant_token(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.try_token(request).unwrap_or_else(|refusal| refusal.to_http())
    }

    pub(crate) fn try_token(
        &mut self,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, TokenRefusal> {
        let request = UnverifiedTokenRequest::from_http(request)?;
        let client = self.clients.get(request.client_id()).ok_or(TokenRefusal::ClientUnknown)?;
        let pending = request.verify(client, &keys(), self.now)?;
        let first = self.used.insert((pending.client_id().clone(), pending.assertion_id().to_owned()));
        let grant = pending.first_use(if first { Use::First } else { Use::Repeated })?;
        let token = AccessToken::random().unwrap();
        self.grants.insert(token.expose().to_owned(), grant.clone());
        Ok(grant.to_http(&token, self.now))
    }

    /// The services.
    pub(crate) fn serve(&mut self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        self.try_serve(request).unwrap_or_else(|refusal| refusal.to_http())
    }

    pub(crate) fn try_serve(
        &mut self,
        request: &Request<Vec<u8>>,
    ) -> Result<Response<Vec<u8>>, RequestRefusal> {
        let grant = self.grants.get(bearer_token(request)?.expose()).cloned();
        let access = Access::of(grant, self.now)?;
        let seal = &*self.seal.at(self.now);
        let path = request.uri().path().to_owned();
        let parts: Vec<_> = path.trim_matches('/').split('/').collect();
        let context = parts.first().copied().unwrap_or_default();
        let of_client = |place: &&Place| access.reaches(place);
        let place = self.places.get(context).and_then(|places| places.iter().find(of_client)).cloned();
        let id = match parts.as_slice() {
            [context, "lineitems", n, ..] => {
                format!("https://lms.example/{context}/lineitems/{n}/lineitem?type_id=1")
            }
            _ => String::new(),
        };
        let record = self.line_items.get(&id).cloned();
        match parts.as_slice() {
            [_, "lineitems"] => match LineItemsRequest::read(request, &access)?.on(place.as_ref(), seal)? {
                LineItemsOperation::List(list) => {
                    let all: Vec<_> = self.line_items.values().filter(|record| list.fits(record)).collect();
                    let from = list.after().map_or(0, |after| after.parse().unwrap());
                    let to = all.len().min(from + list.at_most(self.page).get() as usize);
                    let next = (to < all.len()).then(|| to.to_string());
                    let url = Self::line_items_url(context);
                    list.respond(all[from..to].iter().copied(), next.as_deref(), &url, seal)
                }
                LineItemsOperation::Create(new) => {
                    let id = format!(
                        "https://lms.example/{context}/lineitems/{}/lineitem?type_id=1",
                        self.line_items.len() + 1
                    );
                    let link = new.resource_link_id().and_then(|link| self.links.get(&link));
                    let record = new.accept(id.as_str().into(), link)?;
                    self.line_items.insert(id, record.clone());
                    created(&record)
                }
                _ => Err(RequestRefusal::Internal),
            },
            [_, "lineitems", _, "lineitem"] => {
                match LineItemRequest::read(request, &access)?.on(place.as_ref(), record)? {
                    LineItemOperation::Read(record) => line_item(&record),
                    LineItemOperation::Update(changed) => {
                        self.line_items.insert(id, changed.after.clone());
                        line_item(&changed.after)
                    }
                    LineItemOperation::Delete(_) => {
                        self.line_items.remove(&id);
                        Ok(deleted())
                    }
                    _ => Err(RequestRefusal::Internal),
                }
            }
            [_, "lineitems", _, "lineitem", "scores"] => {
                let posting = ScoreRequest::read(request, &access)?.on(place.as_ref(), record)?;
                let slot = (id, posting.user_id().clone());
                let is_member = self.members[context].iter().any(|member| member.user_id == slot.1);
                let record = posting.record(is_member, self.scores.get(&slot), self.now)?;
                self.scores.insert(slot, record);
                Ok(posting.accepted())
            }
            [_, "lineitems", _, "lineitem", "results"] => {
                let list = ResultsRequest::read(request, &access)?.on(place.as_ref(), record, seal)?;
                let all: Vec<_> = self.members[context]
                    .iter()
                    .map(|member| {
                        let slot = (id.clone(), member.user_id.clone());
                        let mut entry = ResultEntry::new(&member.user_id, self.scores.get(&slot));
                        entry.overridden = self.overrides.get(&slot).copied();
                        entry
                    })
                    .filter(|entry| list.result(entry, &service_url(&id).child("results")).is_some())
                    .collect();
                let from = list.after().map_or(0, |after| after.parse().unwrap());
                let to = all.len().min(from + list.at_most(self.page).get() as usize);
                let next = (to < all.len()).then(|| to.to_string());
                let url = service_url(&id).child("results");
                list.respond(all[from..to].iter().cloned(), next.as_deref(), &url, seal)
            }
            [_, "members"] => {
                let asked = RosterRequest::read(request, &access)?;
                let link = asked.resource_link_id().and_then(|link| self.links.get(link));
                let list = asked.on(place.as_ref(), link, seal)?;
                let all: Vec<_> =
                    self.members[context].iter().filter(|member| list.fits(member)).cloned().collect();
                // Those who changed have a status.
                let changed = |member: &Member| list.since().is_none() || member.status.is_some();
                let all: Vec<_> = all.into_iter().filter(changed).collect();
                let from = list.after().map_or(0, |after| after.parse().unwrap());
                let to = all.len().min(from + list.at_most(self.page).get() as usize);
                let next = (to < all.len()).then(|| to.to_string());
                let mut page =
                    MemberPage::new(context_of(context), all[from..to].to_vec(), self.privacy.as_deref());
                page.next = next.as_deref();
                page.differences = Some("v1");
                list.respond(page, &Self::members_url(context), seal)
            }
            _ => Err(RequestRefusal::NotFound),
        }
    }

    /// A call, by the whole way.
    pub(crate) fn call<C: Call>(
        &mut self,
        call: &C,
        token: &AccessToken,
    ) -> Result<C::Response, lti_services::ServiceError> {
        let response = self.serve(&call.to_http(token));
        call.read(response)
    }

    pub(crate) fn leave(&mut self, context: &str, id: &str) {
        for member in self.members.get_mut(context).unwrap() {
            if member.user_id.as_str() == id {
                member.status = Some(MemberStatus::Deleted);
            }
        }
    }

    pub(crate) fn pass(&mut self, time: TimeDelta) {
        self.now += time;
    }

    /// What the grade book says.
    pub(crate) fn grade(&self, line_item: &WireUrl, id: &str) -> Option<f64> {
        let record = self.scores.get(&(line_item.to_string(), user(id)))?;
        Some(record.grade()?.out_of(self.line_items[line_item.as_str()].line_item().score_maximum))
    }
}
