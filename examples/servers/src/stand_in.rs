//! A small platform within the process: tokens, line items, scores, results and a roster of one course, over real HTTP on
//! loopback. Its state is memory, and gone with the process.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use axum::Router;
use axum::body::Body;
use chrono::{DateTime, Utc};
use http::{Request, Response, StatusCode};
use lti_jwks::{JwkSet, Sealer, SealingKey, SigningKey, VerifyingKeys};
use lti_services::platform::{
    Access, AccessGrant, LineItemOperation, LineItemRecord, LineItemRequest, LineItemsOperation,
    LineItemsRequest, MemberPage, Place, RequestRefusal, ResultEntry, ResultsRequest, RosterRequest,
    ScoreRecord, ScoreRequest, SealedCursors, TokenClient, TokenRefusal, UnverifiedTokenRequest, Use,
    bearer_token, created, deleted, line_item,
};
use lti_services::{AccessToken, MAX_REQUEST_BYTES, ServiceUrl};
use lti_types::{
    ClientId, Context, ContextId, ContextRole, DeploymentId, Deployments, GradeService, Issuer, Member,
    PlatformRecord, Roles, RosterService, Scope, ToolRecord, UserId,
};

/// The members of the course.
const STUDENTS: usize = 250;
/// The most on a page.
const PAGE: NonZeroU32 = NonZeroU32::new(100).unwrap();

/// A platform that is running.
#[derive(Debug)]
#[non_exhaustive]
pub struct Running {
    /// What a tool writes down about it.
    pub record: PlatformRecord,
    /// The deployment of its one course.
    pub deployment_id: DeploymentId,
    /// The grades claim of a launch from it.
    pub grades: GradeService,
    /// The roster claim of a launch from it.
    pub roster: RosterService,
}

/// Starts a platform that knows the tool by that key.
///
/// # Errors
/// No free port, or no randomness.
pub async fn start(key: &SigningKey) -> Result<Running, Box<dyn std::error::Error>> {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await?;
    let base = format!("http://{}", listener.local_addr()?);
    let platform = Arc::new(Platform::new(&base, key)?);

    let mut record = PlatformRecord::new(
        Issuer::new(base.as_str())?,
        platform.tool.client_id.clone(),
        Deployments::Known(vec![platform.place.deployment_id.clone()]),
        format!("{base}/auth").into(),
    );
    record.token_url = Some(format!("{base}/token").into());
    let mut grades = GradeService::new();
    grades.lineitems = Some(format!("{base}/lineitems").into());
    grades.scope = Some(vec![Scope::LineItem, Scope::Score, Scope::ResultReadOnly]);
    let mut roster = RosterService::new();
    roster.context_memberships_url = Some(format!("{base}/members").into());
    let deployment_id = platform.place.deployment_id.clone();

    let router = Router::new().fallback(move |request: Request<Body>| {
        let platform = Arc::clone(&platform);
        async move { serve(&platform, request).await }
    });
    tokio::spawn(async move { axum::serve(listener, router).await });
    Ok(Running { record, deployment_id, grades, roster })
}

async fn serve(platform: &Platform, request: Request<Body>) -> Response<Body> {
    let (parts, body) = request.into_parts();
    match axum::body::to_bytes(body, MAX_REQUEST_BYTES).await {
        Ok(body) => platform.answer(&Request::from_parts(parts, body.into())).map(Body::from),
        Err(_) => RequestRefusal::TooLarge.to_http().map(Body::from),
    }
}

#[derive(Debug)]
struct Platform {
    base: String,
    tool: ToolRecord,
    tool_keys: VerifyingKeys,
    place: Place,
    sealer: Sealer,
    members: Vec<Member>,
    state: Mutex<State>,
}

/// What a platform would keep in a database.
#[derive(Debug, Default)]
struct State {
    assertions: BTreeSet<String>,
    grants: BTreeMap<String, AccessGrant>,
    line_items: BTreeMap<String, LineItemRecord>,
    scores: BTreeMap<(String, UserId), ScoreRecord>,
    made: usize,
}

fn now() -> DateTime<Utc> {
    SystemTime::now().into()
}

impl Platform {
    fn new(base: &str, key: &SigningKey) -> Result<Self, Box<dyn std::error::Error>> {
        let place =
            Place::new(ClientId::new("quiz-tool")?, DeploymentId::new("1")?, ContextId::new("botany")?);
        let mut tool = ToolRecord::new(
            place.client_id.clone(),
            vec![place.deployment_id.clone()],
            "https://tool.example/login".into(),
            "https://tool.example/quiz".into(),
        );
        tool.scopes =
            vec![Scope::LineItem, Scope::Score, Scope::ResultReadOnly, Scope::ContextMembershipReadOnly];
        let mut members = Vec::new();
        for n in 1..=STUDENTS {
            let mut member =
                Member::new(UserId::new(format!("u-{n}"))?, Roles::from_iter([ContextRole::Learner]));
            member.name = Some(format!("Student {n}"));
            member.email = Some(format!("student-{n}@school.example"));
            members.push(member);
        }
        let mut teacher = Member::new(UserId::new("t-1")?, Roles::from_iter([ContextRole::Instructor]));
        teacher.name = Some("Ines Rojas".to_owned());
        members.push(teacher);
        Ok(Self {
            base: base.to_owned(),
            tool,
            tool_keys: VerifyingKeys::from_jwk_set(&JwkSet::new([key.public_jwk()])),
            place,
            sealer: Sealer::new(SealingKey::random()?),
            members,
            state: Mutex::default(),
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        if request.uri().path() == "/token" {
            return self.token(request).unwrap_or_else(|refusal| refusal.to_http());
        }
        self.service(request).unwrap_or_else(|refusal| refusal.to_http())
    }

    fn token(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, TokenRefusal> {
        let client = TokenClient::of(&self.tool, [format!("{}/token", self.base)]);
        let pending = UnverifiedTokenRequest::from_http(request)?.verify(&client, &self.tool_keys, now())?;
        let mut state = self.state();
        let first = state.assertions.insert(pending.assertion_id().to_owned());
        let grant = pending.first_use(if first { Use::First } else { Use::Repeated })?;
        let Ok(token) = AccessToken::random() else {
            let mut response = Response::new(Vec::new());
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            return Ok(response);
        };
        let response = grant.to_http(&token, now());
        state.grants.insert(token.expose().to_owned(), grant);
        Ok(response)
    }

    fn service(&self, request: &Request<Vec<u8>>) -> Result<Response<Vec<u8>>, RequestRefusal> {
        let token = bearer_token(request)?;
        let mut state = self.state();
        let access = Access::of(state.grants.get(token.expose()).cloned(), now())?;
        let seal = SealedCursors::new(&self.sealer, now());
        let url = |path: &str| {
            ServiceUrl::parse(&format!("{}{path}", self.base).into()).map_err(|_| RequestRefusal::Internal)
        };
        let path: Vec<_> = request.uri().path().trim_start_matches('/').split('/').collect();
        match path.as_slice() {
            ["members"] => {
                let list = RosterRequest::read(request, &access)?.on(Some(&self.place), None, &seal)?;
                let from = position(list.after())?;
                let fitting: Vec<_> = self.members.iter().filter(|member| list.fits(member)).collect();
                let most = list.at_most(PAGE).get() as usize;
                let members = fitting.iter().skip(from).take(most).map(|m| (*m).clone()).collect();
                let next = (from + most < fitting.len()).then(|| (from + most).to_string());
                let mut context = Context::new(self.place.context_id.clone());
                context.title = Some("Botany".to_owned());
                let mut page = MemberPage::new(context, members, self.tool.privacy.as_deref());
                page.next = next.as_deref();
                list.respond(page, &url("/members")?, &seal)
            }
            ["lineitems"] => match LineItemsRequest::read(request, &access)?.on(Some(&self.place), &seal)? {
                LineItemsOperation::List(list) => {
                    let from = position(list.after())?;
                    let fitting: Vec<_> = state.line_items.values().filter(|item| list.fits(item)).collect();
                    let most = list.at_most(PAGE).get() as usize;
                    let next = (from + most < fitting.len()).then(|| (from + most).to_string());
                    let page = fitting.into_iter().skip(from).take(most);
                    list.respond(page, next.as_deref(), &url("/lineitems")?, &seal)
                }
                LineItemsOperation::Create(new) => {
                    state.made += 1;
                    let id = state.made.to_string();
                    let record = new.accept(format!("{}/lineitems/{id}", self.base).into(), None)?;
                    let response = created(&record);
                    state.line_items.insert(id, record);
                    response
                }
                _ => Err(RequestRefusal::Internal),
            },
            ["lineitems", id] => {
                let record = state.line_items.get(*id).cloned();
                match LineItemRequest::read(request, &access)?.on(Some(&self.place), record)? {
                    LineItemOperation::Read(record) => line_item(&record),
                    LineItemOperation::Update(change) => {
                        let response = line_item(&change.after);
                        state.line_items.insert((*id).to_owned(), change.after);
                        response
                    }
                    LineItemOperation::Delete(_) => {
                        state.line_items.remove(*id);
                        state.scores.retain(|(item, _), _| item != id);
                        Ok(deleted())
                    }
                    _ => Err(RequestRefusal::Internal),
                }
            }
            ["lineitems", id, "scores"] => {
                let record = state.line_items.get(*id).cloned();
                let posting = ScoreRequest::read(request, &access)?.on(Some(&self.place), record)?;
                let user = posting.user_id().clone();
                let is_member = self.members.iter().any(|m| m.user_id == user && m.roles.is_learner());
                let key = ((*id).to_owned(), user);
                let after = posting.record(is_member, state.scores.get(&key), now())?;
                state.scores.insert(key, after);
                Ok(posting.accepted())
            }
            ["lineitems", id, "results"] => {
                let record = state.line_items.get(*id).cloned();
                let list = ResultsRequest::read(request, &access)?.on(Some(&self.place), record, &seal)?;
                let scores = state.scores.iter().filter(|((item, _), _)| item == id);
                let entries = scores.map(|((_, user), score)| ResultEntry::new(user, Some(score)));
                list.respond(entries, None, &url(&format!("/lineitems/{id}/results"))?, &seal)
            }
            _ => Err(RequestRefusal::NotFound),
        }
    }
}

fn position(after: Option<&str>) -> Result<usize, RequestRefusal> {
    after.map_or(Ok(0), |after| after.parse().map_err(|_| RequestRefusal::Cursor))
}
