//! The pages of the quiz tool.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_browser::{CspNonce, Texts};
use lti_tool::Check;
use serde_json::json;

use super::quiz::{Grade, QUIZZES, Quiz};
use super::session::Session;
use super::{Tool, courses};
use crate::answer;
use crate::page::{Frames, html};
use crate::problem::Problem;
use crate::same_site;
use crate::visitor::Visitor;

/// The most bytes of our own small forms.
const MAX_FORM: usize = 4096;

/// The most courses that are listed.
const MOST_LISTED: usize = 100;

#[derive(Template)]
#[template(path = "tool/home.html")]
struct Home<'a> {
    login: &'a str,
    launch: &'a str,
    keys: &'a str,
    /// Titles and launch links.
    courses: Vec<(String, String)>,
}

/// `GET /`
pub(super) async fn home(State(tool): State<Arc<Tool>>) -> Result<Response, Problem> {
    let (login, keys) = (tool.address("/lti/login"), tool.address("/.well-known/jwks.json"));
    let (login, launch, keys) = (login.as_str(), tool.redirect_uri.as_str(), keys.as_str());
    tool.page(&Home { login, launch, keys, courses: tool.launch_links(MOST_LISTED) })
}

/// `GET /lti/launches/{launch_id}`
pub(super) async fn launch(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let visitor = Visitor::of(request.headers());
    let session = match tool.session(&id, request.method(), request.headers(), None).await {
        Err(problem) if problem.code == "token_missing" && visitor.html => {
            return opening(&tool, &id, &visitor, &problem);
        }
        session => session?,
    };
    if visitor.json {
        let record = &session.record;
        return Ok(answer::json(
            200,
            &json!({
                "launch_id": id, "message_type": record.message_type, "roles": record.roles,
                "context": record.context, "resource_link": record.resource_link, "course": session.course,
            }),
        ));
    }
    of_session(&tool, &id, &session, None).await
}

#[derive(Template)]
#[template(path = "tool/opening.html")]
struct Opening<'a> {
    nonce: &'a CspNonce,
    texts: &'a Texts,
    id: &'a str,
    problem: &'a Problem,
}

/// For a browser that shows no cookie: it may have a ticket in the fragment of the address, which only a script can see.
/// Otherwise the page says what is wrong.
fn opening(tool: &Tool, id: &str, visitor: &Visitor, problem: &Problem) -> Result<Response, Problem> {
    let nonce = CspNonce::random()?;
    let page = Opening { nonce: &nonce, texts: &visitor.texts, id, problem };
    let mut response = html(&page, &nonce, &Frames { by: &tool.framing(), of: &[] });
    *response.status_mut() = problem.status_code();
    Ok(response)
}

/// `POST /lti/launches/{launch_id}/open`
pub(super) async fn open(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let request = answer::whole(request, MAX_FORM).await?;
    answer::expect_form(request.headers())?;
    same_site::check(&tool.origin, request.headers())?;
    let token = match answer::field(&request, "ticket") {
        Some(ticket) => Some(tool.redeem(&ticket, &id).await?),
        None => answer::field(&request, "access_token"),
    };
    let session = tool.session(&id, request.method(), request.headers(), token.as_deref()).await?;
    of_session(&tool, &id, &session, token.as_deref()).await
}

#[derive(Template)]
#[template(path = "tool/quiz.html")]
struct QuizPage<'a> {
    id: &'a str,
    token: Option<&'a str>,
    about: Summary<'a>,
    quiz: &'static Quiz,
}

#[derive(Template)]
#[template(path = "tool/picker.html")]
struct PickerPage<'a> {
    id: &'a str,
    token: Option<&'a str>,
    about: Summary<'a>,
    several: bool,
    quizzes: &'static [Quiz],
}

/// The launch in words.
pub(super) struct Summary<'a> {
    pub(super) name: Option<&'a str>,
    pub(super) role: &'static str,
    pub(super) course: Option<&'a str>,
    pub(super) link: Option<&'a str>,
    pub(super) platform: &'a str,
    /// How the browser proved itself; LTI 1.1 asks for no proof.
    pub(super) proof: Option<&'static str>,
    pub(super) checks: &'static [Check],
}

impl<'a> Summary<'a> {
    pub(super) fn of(session: &'a Session) -> Self {
        let record = &session.record;
        let roles = &record.roles;
        let role = if roles.is_instructor() {
            "teaching"
        } else if roles.is_learner() {
            "learning"
        } else if roles.is_mentor() {
            "mentoring"
        } else {
            "visiting"
        };
        Self {
            name: session.name.as_deref(),
            role,
            course: record.context.as_ref().and_then(|course| course.title.as_deref()),
            link: record.resource_link.as_ref().and_then(|link| link.title.as_deref()),
            platform: session
                .legacy
                .as_ref()
                .map_or(record.issuer.as_str(), |legacy| legacy.platform.as_str()),
            proof: match session.legacy {
                Some(_) => None,
                None if session.by_storage => Some("platform storage"),
                None => Some("a cookie"),
            },
            checks: if session.legacy.is_some() { &[] } else { Check::ALL },
        }
    }
}

/// The page of a launch: a course, a quiz, or a choice of quizzes. Its forms carry the access token, if it is at hand, for browsers
/// that keep no cookie.
pub(super) async fn of_session(
    tool: &Tool,
    id: &str,
    session: &Session,
    token: Option<&str>,
) -> Result<Response, Problem> {
    if let Some(course) = &session.course {
        return courses::page::show(tool, id, session, course, token).await;
    }
    let about = Summary::of(session);
    match &session.deep_linking {
        Some(asked) => {
            tool.page(&PickerPage { id, token, about, several: asked.accepts_multiple(), quizzes: &QUIZZES })
        }
        None => tool.page(&QuizPage { id, token, about, quiz: Quiz::of(session) }),
    }
}

#[derive(Template)]
#[template(path = "tool/handed_in.html")]
struct HandedIn<'a> {
    id: &'a str,
    token: Option<&'a str>,
    quiz: &'static Quiz,
    points: usize,
    sent: bool,
    on_its_way: bool,
    failed: Option<&'a Problem>,
}

/// What came of the answers.
pub(super) fn handed_in(
    tool: &Tool,
    id: &str,
    request: &http::Request<Vec<u8>>,
    quiz: &'static Quiz,
    points: usize,
    outcome: &Result<Grade, Problem>,
) -> Result<Response, Problem> {
    let token = answer::field(request, "access_token");
    let token = token.as_deref();
    let (sent, on_its_way) = (matches!(outcome, Ok(Grade::Sent)), matches!(outcome, Ok(Grade::OnItsWay)));
    tool.page(&HandedIn { id, token, quiz, points, sent, on_its_way, failed: outcome.as_ref().err() })
}

impl Tool {
    pub(super) fn page(&self, template: &impl Template) -> Result<Response, Problem> {
        let nonce = CspNonce::random()?;
        Ok(html(template, &nonce, &Frames { by: &self.framing(), of: &[] }))
    }
}
