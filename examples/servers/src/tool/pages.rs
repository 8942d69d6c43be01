//! The pages of the quiz tool.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::response::Response;
use lti_browser::CspNonce;
use lti_tool::Check;
use serde_json::json;

use super::Tool;
use super::quiz::{QUIZZES, Quiz};
use super::session::Session;
use crate::answer;
use crate::page::{Frames, html};
use crate::problem::Problem;
use crate::visitor::Visitor;

#[derive(Template)]
#[template(path = "tool/home.html")]
struct Home<'a> {
    login: &'a str,
    launch: &'a str,
    keys: &'a str,
}

/// `GET /`
pub(super) async fn home(State(tool): State<Arc<Tool>>) -> Result<Response, Problem> {
    let (login, keys) = (tool.address("/lti/login"), tool.address("/.well-known/jwks.json"));
    tool.page(&Home { login: login.as_str(), launch: tool.redirect_uri.as_str(), keys: keys.as_str() })
}

/// `GET /lti/launches/{launch_id}`
pub(super) async fn launch(
    State(tool): State<Arc<Tool>>,
    Path(id): Path<String>,
    request: Request,
) -> Result<Response, Problem> {
    let session = tool.session(&id, request.method(), request.headers()).await?;
    if Visitor::of(request.headers()).json {
        let record = &session.record;
        return Ok(answer::json(
            200,
            &json!({
                "launch_id": id, "message_type": record.message_type, "roles": record.roles,
                "context": record.context, "resource_link": record.resource_link,
            }),
        ));
    }
    of_session(&tool, &id, &session)
}

#[derive(Template)]
#[template(path = "tool/quiz.html")]
struct QuizPage<'a> {
    id: &'a str,
    about: Summary<'a>,
    quiz: &'static Quiz,
}

#[derive(Template)]
#[template(path = "tool/picker.html")]
struct PickerPage<'a> {
    id: &'a str,
    about: Summary<'a>,
    several: bool,
    quizzes: &'static [Quiz],
}

/// The launch in words.
struct Summary<'a> {
    name: Option<&'a str>,
    role: &'static str,
    course: Option<&'a str>,
    link: Option<&'a str>,
    platform: &'a str,
    proof: &'static str,
    checks: &'static [Check],
}

impl<'a> Summary<'a> {
    fn of(session: &'a Session) -> Self {
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
            platform: record.issuer.as_str(),
            proof: if session.by_storage { "platform storage" } else { "a cookie" },
            checks: Check::ALL,
        }
    }
}

/// The page of a launch: a quiz, or a choice of quizzes.
pub(super) fn of_session(tool: &Tool, id: &str, session: &Session) -> Result<Response, Problem> {
    let about = Summary::of(session);
    match &session.deep_linking {
        Some(asked) => {
            tool.page(&PickerPage { id, about, several: asked.accepts_multiple(), quizzes: &QUIZZES })
        }
        None => tool.page(&QuizPage { id, about, quiz: Quiz::of(session) }),
    }
}

#[derive(Template)]
#[template(path = "tool/handed_in.html")]
struct HandedIn<'a> {
    id: &'a str,
    quiz: &'static Quiz,
    points: usize,
    sent: bool,
    failed: Option<&'a Problem>,
}

/// What came of the answers.
pub(super) fn handed_in(
    tool: &Tool,
    id: &str,
    quiz: &'static Quiz,
    points: usize,
    outcome: &Result<bool, Problem>,
) -> Result<Response, Problem> {
    let sent = matches!(outcome, Ok(true));
    tool.page(&HandedIn { id, quiz, points, sent, failed: outcome.as_ref().err() })
}

impl Tool {
    fn page(&self, template: &impl Template) -> Result<Response, Problem> {
        let nonce = CspNonce::random()?;
        Ok(html(template, &nonce, &Frames { by: &self.framing(), of: &[] }))
    }
}
